/* SPDX-License-Identifier: MIT
 * interface_dump_test.c - the kernel's answers to a dump of addresses, rtnetlink(7), that are torn, interrupted, in
 * several datagrams or broken. On cmocka. */
#include <linux/if_addr.h>
#include <linux/rtnetlink.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>

#include <cmocka.h>

#include "bindguard/interface.h"
#include "unit/kernel/answers.h"

/** cut - a datagram ends here. */
static void
cut(void)
{
	kernel.cuts[kernel.cut_count++] = kernel.size;
}

/** expect_unasked - nothing is known, and that is said. */
static void
expect_unasked(void)
{
	answers_expect_answer(NULL, NULL, BG_IPV4 | BG_IPV6);
}

/** add_torn - what is behind the last end makes a dump that addresses have changed under; the flag is on its @last message. */
static void
add_torn(const char *ipv4, bool last)
{
	struct nlmsghdr header;
	size_t start = kernel.size;

	answers_add_address(AF_INET, 0, ipv4, ipv4);
	if (last)
		start = kernel.size;
	answers_add_header(NLMSG_DONE, NLMSG_HDRLEN);
	memcpy(&header, kernel.bytes + start, sizeof(header));
	header.nlmsg_flags |= NLM_F_DUMP_INTR;
	memcpy(kernel.bytes + start, &header, sizeof(header));
	cut();
}

/** dump_that_was_interrupted_is_asked_for_again - it may lack addresses, and have some that are gone. */
static void
dump_that_was_interrupted_is_asked_for_again(void **state)
{
	static const char *const labels[] = {"eth0 192.0.2.9", NULL};

	(void)state;
	add_torn("198.51.100.1", true);
	add_torn("198.51.100.2", false);
	answers_add_address(AF_INET6, 0, NULL, "2001:db8::1");
	answers_expect(NULL, "2001:db8::1");
	/* Without an end to it, the other ways answer. */
	answers_start_over(NULL);
	for (size_t i = 0; i < 8; i++)
		add_torn("198.51.100.1", i % 2);
	answers_add_address(AF_INET, 0, "198.51.100.2", "198.51.100.2");
	answers_expect_answer(NULL, NULL, BG_IPV4 | BG_IPV6);
	kernel.labels = labels;
	answers_expect_answer("192.0.2.9", NULL, BG_IPV6);
}

static void
dump_in_several_datagrams_is_read_to_its_end(void **state)
{
	(void)state;
	answers_add_address(AF_INET, 0, "169.254.3.4", NULL);
	cut();
	answers_add_address(AF_INET6, 0, NULL, "2001:db8::1");
	cut();
	answers_add_address(AF_INET, 0, "192.0.2.1", NULL);
	answers_add_header(NLMSG_DONE, NLMSG_HDRLEN);
	answers_add_address(AF_INET, 0, "127.0.0.1", NULL);
	answers_expect("192.0.2.1", "2001:db8::1");
}

/** message_other_is_passed_over - of another kind or family, without an address, or with one that is too short. */
static void
message_other_is_passed_over(void **state)
{
	struct rtattr brief = {.rta_type = IFA_LOCAL, .rta_len = RTA_LENGTH(2)},
		      endless = {.rta_type = IFA_LOCAL, .rta_len = 99};
	struct nlmsghdr header = {.nlmsg_type = RTM_NEWADDR};
	struct ifaddrmsg message = {.ifa_family = AF_INET, .ifa_index = KERNEL_INDEX};

	(void)state;
	answers_add_header(RTM_NEWLINK, NLMSG_HDRLEN);
	answers_add_header(RTM_NEWADDR, NLMSG_HDRLEN); /* no room for the family */
	answers_add_address(AF_PACKET, 0, "2001:db8::9", NULL);
	answers_add_address(AF_INET, 0, NULL, NULL);
	for (int i = 0; i < 2; i++) {
		header.nlmsg_len = NLMSG_LENGTH(sizeof(message)) + (i ? (unsigned)sizeof(endless) : 8);
		answers_append(&header, sizeof(header));
		answers_append(&message, sizeof(message));
		answers_append(i ? &endless : &brief, sizeof(brief));
		if (i == 0)
			answers_append("\x7f\0\0", 2);
	}
	answers_expect(NULL, NULL);
	answers_add_address(AF_INET, 0, "192.0.2.1", NULL);
	answers_expect("192.0.2.1", NULL);
}

/** dump_that_is_broken_is_no_answer - nor is one that ends before its end: who knows what was to come. */
static void
dump_that_is_broken_is_no_answer(void **state)
{
	static const struct {
		unsigned short type;
		unsigned length;
	} rows[] = {{NLMSG_ERROR, NLMSG_HDRLEN}, {RTM_NEWADDR, 3}, {RTM_NEWADDR, 0}, {RTM_NEWADDR, 100000}};
	struct nlmsghdr header;
	char *last;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		answers_start_over(NULL);
		answers_add_address(AF_INET, 0, "169.254.3.4", NULL);
		answers_add_header(rows[i].type, rows[i].length);
		answers_add_address(AF_INET, 0, "192.0.2.1", NULL);
		expect_unasked();
	}
	answers_start_over(NULL);
	answers_add_address(AF_INET, 0, "169.254.3.4", NULL);
	last = kernel.bytes + kernel.size;
	answers_add_address(AF_INET, 0, "192.0.2.1", NULL);
	memcpy(&header, last, sizeof(header));
	header.nlmsg_len += 8; /* more than there is */
	memcpy(last, &header, sizeof(header));
	expect_unasked();
	answers_start_over(NULL);
	answers_add_address(AF_INET, 0, "169.254.3.4", NULL);
	answers_append("odd", 3); /* less than a header */
	expect_unasked();
}

static void
kernel_that_does_not_answer_has_not_said_no(void **state)
{
	static const long calls[] = {SYS_socket, SYS_sendto, SYS_recvfrom, SYS_ioctl};

	size_t size;

	(void)state;
	answers_add_address(AF_INET, 0, "192.0.2.1", NULL);
	answers_expect("192.0.2.1", NULL);
	answers_add_header(NLMSG_DONE, NLMSG_HDRLEN);
	size = kernel.size;
	for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++) {
		kernel.failing = calls[i];
		kernel.size = size;
		expect_unasked();
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(dump_that_was_interrupted_is_asked_for_again, answers_start_over),
		cmocka_unit_test_setup(dump_in_several_datagrams_is_read_to_its_end, answers_start_over),
		cmocka_unit_test_setup(message_other_is_passed_over, answers_start_over),
		cmocka_unit_test_setup(dump_that_is_broken_is_no_answer, answers_start_over),
		cmocka_unit_test_setup(kernel_that_does_not_answer_has_not_said_no, answers_start_over),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
