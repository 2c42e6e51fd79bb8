/* SPDX-License-Identifier: MIT
 * answers.h - the kernel's answers about interfaces, as a test wants them. */
#ifndef BINDGUARD_TESTS_UNIT_KERNEL_ANSWERS_H
#define BINDGUARD_TESTS_UNIT_KERNEL_ANSWERS_H

#include <linux/rtnetlink.h>
#include <stddef.h>
#include <stdint.h>

#define KERNEL_INDEX 7 /* of eth0; lo has 1 */

/**
 * struct kernel - what ours answers.
 * @bytes, @size, @cuts: the dump, and where one datagram ends
 * @at: how much of it was received
 * @failing: a system call that fails
 * @labels: names of the entries of SIOCGIFCONF, "NAME ADDRESS"; NULL: that is refused
 * @inet6: the text of /proc's if_inet6; NULL: it cannot be opened
 * @network, @here: the namespaces of the program's socket and of this thread
 */
struct kernel {
	_Alignas(struct nlmsghdr) char bytes[8192];
	size_t size;
	size_t cuts[8];
	unsigned cut_count, next_cut;
	size_t at;
	long failing;
	unsigned open;
	const char *const *labels;
	const char *inet6;
	uint64_t network, here;
};

extern struct kernel kernel;

void answers_append(const void *bytes, size_t size);
void answers_add_attribute(unsigned short type, const char *text);
void answers_add_address(int family, unsigned flags, const char *local, const char *peer);
void answers_add_header(unsigned short type, unsigned length);
void answers_expect_answer(const char *ipv4, const char *ipv6, unsigned unasked);
void answers_expect(const char *ipv4, const char *ipv6);
int answers_start_over(void **state);

#endif
