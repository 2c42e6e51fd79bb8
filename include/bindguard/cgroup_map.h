/* SPDX-License-Identifier: MIT
 * cgroup_map.h - what the engine `cgroup` hands to its programs in the kernel: the layout of their maps, the same for both
 * sides. Pure. */
#ifndef BINDGUARD_CGROUP_MAP_H
#define BINDGUARD_CGROUP_MAP_H

#include "bindguard/policy.h"

/* Limits beside those of verifier.h; policies that need more are refused. */
#define BG_CGROUP_GLOBS_MAX 128 /* `program` globs of all rules */
#define BG_CGROUP_TOKENS_MAX 64 /* tokens of one glob, its end included */
#define BG_CGROUP_NAME_MAX 256	/* NAME_MAX of limits.h, terminator included: a base name */
/** BG_CGROUP_SLACK - bytes behind a policy, for an array that a masked offset lets begin at its last byte. */
#define BG_CGROUP_SLACK 4096
#define BG_CGROUP_WORDS (BG_KERNEL_RULES_MAX / 64)

/** enum bg_token_kind - what a token of a glob matches. */
enum bg_token_kind {
	BG_TOKEN_END, /* the end of the text */
	BG_TOKEN_SET, /* one byte of a set */
	BG_TOKEN_STAR,
};

/**
 * struct bg_token - one element of a glob: as a set, so that the kernel compares a byte in one step, whatever was written.
 * @kind: enum bg_token_kind
 * @set: of BG_TOKEN_SET: a bit a byte
 */
struct bg_token {
	uint8_t kind;
	uint8_t set[32];
};

/**
 * struct bg_cgroup_glob - element of the map `globs`.
 * @rule: whose `program` it is
 */
struct bg_cgroup_glob {
	uint32_t rule;
	struct bg_token tokens[BG_CGROUP_TOKENS_MAX];
};

/**
 * struct bg_cgroup_devices - the devices that had the addresses of a rule's `to` when the policy was loaded.
 * @ipv4, @ipv6: names, terminated; "": none had it
 */
struct bg_cgroup_devices {
	char ipv4[BG_IFNAME_MAX];
	char ipv6[BG_IFNAME_MAX];
};

/**
 * struct bg_cgroup_policy - the one element of the map `policies`.
 * @glob_count: elements of `globs`
 * @programs: a bit a rule: it has globs, and so is for no program but those that one of them matches
 * @devices: of each rule
 * @block: struct bg_policy, and room behind it
 */
struct bg_cgroup_policy {
	uint32_t glob_count;
	uint64_t programs[BG_CGROUP_WORDS];
	struct bg_cgroup_devices devices[BG_KERNEL_RULES_MAX];
	uint64_t block[(BG_KERNEL_POLICY_MAX + BG_CGROUP_SLACK) / sizeof(uint64_t)];
};

#endif
