/* SPDX-License-Identifier: MIT OR GPL-2.0-only
 * place.bpf.h - the maps of the engine `cgroup`, and a decision in them. eBPF.
 *
 * What a decision works with is too large for the stack of an eBPF program. It lies in one of a few places of this processor: a
 * task that is preempted in the middle of it keeps its own. */
#ifndef BINDGUARD_CGROUP_PLACE_BPF_H
#define BINDGUARD_CGROUP_PLACE_BPF_H

#include <errno.h>

#include "cgroup/core.bpf.h"
#include "cgroup/kernel.bpf.h"
#include "cgroup/program_match.bpf.h"

#include <bpf/bpf_endian.h>

#define ALL_FACTS 511u
#define PLACES 8 /* tasks that may be in here at once, a processor */

/* Of headers that are for processes only. */
#define AF_UNSPEC 0
#define AF_INET 2
#define AF_INET6 10
#define SOL_SOCKET 1
#define SOCK_RAW 3
#define SO_BINDTODEVICE 25
#define SO_BINDTOIFINDEX 62

/**
 * struct place - what one decision works with.
 * @request: first, since bg_rule_is_skipped() goes from it to @skipped
 * @skipped: a bit a rule: it is for another program
 * @taken: 1: by a task
 */
struct place {
	struct bg_request request;
	struct bg_verdict verdict;
	uint64_t skipped[BG_CGROUP_WORDS];
	struct walk walk;
	uint64_t taken;
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct bg_cgroup_policy);
} policies SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, PLACES);
	__type(key, __u32);
	__type(value, struct place);
} places SEC(".maps");

/**
 * struct mark - what was decided on a listener, kept where a connection that comes in cannot tell: by rules for some programs,
 * or for port 0. Its connections inherit it.
 */
struct mark {
	char device[BG_IFNAME_MAX];
	bool changed;
	bool denied;
};

struct {
	__uint(type, BPF_MAP_TYPE_SK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC | BPF_F_CLONE);
	__type(key, int);
	__type(value, struct mark);
} marks SEC(".maps");

BG_SIGSAFE bool
bg_rule_is_skipped(const struct bg_request *request, uint64_t index)
{
	const struct place *place = (const void *)request;

	return place->skipped[BG_RULE_INDEX(index) / 64] >> (index % 64) & 1;
}

/** policy_of - of this guard; NULL never. */
static __always_inline struct bg_cgroup_policy *
policy_of(void)
{
	__u32 first = 0;

	return bpf_map_lookup_elem(&policies, &first);
}

/** place_take - one for a decision, its request empty; NULL: all are taken. */
static __always_inline struct place *
place_take(void)
{
#pragma unroll
	for (__u32 i = 0; i < PLACES; i++) {
		__u32 key =
			i; /* Linux 6.1 forgets a number whose address a function gets, and sees no end of the loop */
		struct place *place = bpf_map_lookup_elem(&places, &key);

		if (place && __sync_val_compare_and_swap(&place->taken, 0, 1) == 0) {
			memset(&place->request, 0, sizeof(place->request));
			return place;
		}
	}
	return NULL;
}

/** place_give_back - the decision is made. */
static __always_inline void
place_give_back(struct place *place)
{
	*(volatile uint64_t *)&place->taken = 0;
}

/** set_wildcard - of a socket that listens, or will. */
static __always_inline void
set_wildcard(struct bg_request *request, bool ipv6)
{
	request->form = ipv6 ? BG_FORM_IPV6 : BG_FORM_IPV4;
	request->asked.addr.family = ipv6 ? BG_IPV6 : BG_IPV4;
}

/** set_ipv6 - the address asked for, a mapped one as the IPv4 address that it is. */
static __always_inline void
set_ipv6(struct bg_request *request, const uint32_t words[4])
{
	bool mapped = words[0] == 0 && words[1] == 0 && words[2] == bpf_htonl(0xffff);

	request->form = mapped ? BG_FORM_MAPPED : BG_FORM_IPV6;
	request->asked.addr.family = mapped ? BG_IPV4 : BG_IPV6;
	if (mapped)
		memcpy(request->asked.addr.bytes, &words[3], 4);
	else
		memcpy(request->asked.addr.bytes, words, 16);
}

/**
 * decide - on the request of @place, for the rules that it does not skip. The device of an address was asked for at load. A
 * function of its own, since it is long. Return: the effect, which a caller uses: clang 19 else leaves anything in its place.
 */
static __attribute__((noinline)) enum bg_effect
decide(struct bg_cgroup_policy *policy, struct place *place)
{
	const struct bg_policy *rules = (const void *)policy->block;
	struct bg_verdict *verdict = &place->verdict;
	uint64_t rule;

	place->request.known = ALL_FACTS & ~BG_FACT_TARGET_DEVICE;
	bg_decide(rules, &place->request, verdict);
	if (verdict->needs != BG_FACT_TARGET_DEVICE)
		return verdict->effect;
	rule = BG_RULE_INDEX(verdict->rule);
	if (verdict->change.to.addr.family == BG_IPV4)
		memcpy(verdict->change.interface, policy->devices[rule].ipv4, BG_IFNAME_MAX);
	else
		memcpy(verdict->change.interface, policy->devices[rule].ipv6, BG_IFNAME_MAX);
	verdict->effect = verdict->change.interface[0] ? BG_EFFECT_CHANGE : BG_EFFECT_REFUSE;
	verdict->error = EACCES;
	return verdict->effect;
}

/** match_program - for decide(), where it is the process that calls: which rules are for its program? */
static __always_inline void
match_program(const struct bg_cgroup_policy *policy, struct place *place)
{
	memcpy(place->skipped, policy->programs, sizeof(place->skipped));
	if (policy->glob_count)
		program_match(policy, &place->walk, place->skipped);
}

/** needs_marks - can a connection that comes in not tell what was decided on its listener? */
static __always_inline bool
needs_marks(const struct bg_cgroup_policy *policy)
{
	return policy->glob_count || ((const struct bg_policy *)policy->block)->port_zero;
}

/** mark_listener - note the verdict of @place for the connections of @sk. */
static __always_inline void
mark_listener(struct bpf_sock *sk, const struct place *place)
{
	struct mark *mark = bpf_sk_storage_get(&marks, sk, NULL, BPF_SK_STORAGE_GET_F_CREATE);

	if (!mark)
		return;
	mark->changed = place->verdict.effect == BG_EFFECT_CHANGE;
	mark->denied = place->verdict.effect == BG_EFFECT_REFUSE;
	memcpy(mark->device, place->verdict.change.interface, BG_IFNAME_MAX);
}

#endif
