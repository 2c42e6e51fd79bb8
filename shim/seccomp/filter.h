/* SPDX-License-Identifier: MIT
 * filter.h - which system calls are trapped, on which of the machine's binary interfaces, and what they ask. */
#ifndef BINDGUARD_SECCOMP_FILTER_H
#define BINDGUARD_SECCOMP_FILTER_H

#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** FILTER_STEPS - instructions of a BPF program that the kernel takes, BPF_MAXINSNS of linux/bpf_common.h. */
#define FILTER_STEPS 4096

/**
 * struct filter - a program for seccomp(2).
 * @count: instructions
 * @steps: the program
 */
struct filter {
	unsigned short count;
	struct sock_filter steps[FILTER_STEPS];
};

/** enum trap - the trapped calls; their values are those of socketcall(2), linux/net.h. */
enum trap {
	TRAP_NONE = 0,
	TRAP_BIND = 2,
	TRAP_CONNECT = 3,
	TRAP_LISTEN = 4,
};

/**
 * struct trapped - a trapped call, decoded.
 * @trap: which
 * @packed: the arguments are an array of words of @word bytes at @at, as socketcall(2) has them
 * @arguments: descriptor, address or backlog, size; not set where @packed
 */
struct trapped {
	enum trap trap;
	bool packed;
	size_t word;
	uint64_t at;
	uint64_t arguments[3];
};

int filter_build(struct filter *filter);
int filter_load(const struct filter *filter, bool *restarts);
void filter_decode(const struct seccomp_data *data, struct trapped *trapped);
void filter_unpack(struct trapped *trapped, const unsigned char *words);

#endif
