/* SPDX-License-Identifier: MIT
 * interface_test.c - which address of an interface is taken, and from which of the kernel's answers: those that no
 * interface of a test's own gives at will. On cmocka. */
#include <linux/if_addr.h>
#include <linux/rtnetlink.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>
#include <sys/syscall.h>

#include <cmocka.h>

#include "bindguard/interface.h"
#include "unit/kernel/answers.h"

static void
address_global_is_better_than_link_local(void **state)
{
	(void)state;
	answers_add_address(AF_INET6, 0, NULL, "fe80::1");
	answers_add_address(AF_INET, 0, "169.254.3.4", "169.254.3.4");
	answers_expect("169.254.3.4", "fe80::1%7");
	answers_add_address(AF_INET6, 0, NULL, "2001:db8::1");
	answers_add_address(AF_INET, 0, "192.0.2.1", "192.0.2.1");
	answers_expect("192.0.2.1", "2001:db8::1");
}

/** address_usable_is_better_than_one_in_doubt - tentative or found double; deprecated; secondary: each better than the last. */
static void
address_usable_is_better_than_one_in_doubt(void **state)
{
	(void)state;
	answers_add_address(AF_INET6, IFA_F_TENTATIVE, NULL, "2001:db8::1");
	answers_add_address(AF_INET6, IFA_F_DADFAILED, NULL, "2001:db8::2");
	answers_expect(NULL, "2001:db8::1");
	answers_add_address(AF_INET6, 0, NULL, "fe80::3");
	answers_expect(NULL, "fe80::3%7");
	answers_add_address(AF_INET6, IFA_F_DEPRECATED, NULL, "2001:db8::4");
	answers_expect(NULL, "2001:db8::4");
	answers_add_address(AF_INET6, IFA_F_SECONDARY, NULL, "2001:db8::5");
	answers_expect(NULL, "2001:db8::5");
	answers_add_address(AF_INET6, 0, NULL, "2001:db8::6");
	answers_add_address(AF_INET6, 0, NULL, "2001:db8::7");
	answers_expect(NULL, "2001:db8::6");
}

/** address_of_a_link_is_our_end - IFA_ADDRESS is the other one of a point-to-point link, whichever comes first. */
static void
address_of_a_link_is_our_end(void **state)
{
	struct nlmsghdr header = {.nlmsg_type = RTM_NEWADDR};
	struct ifaddrmsg message = {.ifa_family = AF_INET, .ifa_index = KERNEL_INDEX};

	(void)state;
	answers_add_address(AF_INET, 0, "192.0.2.1", "192.0.2.2");
	answers_expect("192.0.2.1", NULL);
	answers_start_over(NULL);
	header.nlmsg_len = NLMSG_LENGTH(sizeof(message)) + 2 * RTA_LENGTH(4);
	answers_append(&header, sizeof(header));
	answers_append(&message, sizeof(message));
	answers_add_attribute(IFA_LOCAL, "192.0.2.3");
	answers_add_attribute(IFA_ADDRESS, "192.0.2.4");
	answers_expect("192.0.2.3", NULL);
}

static void
interface_of_an_address_is_found_by_it(void **state)
{
	char name[BG_IFNAME_MAX];
	struct bg_addr addr;

	(void)state;
	answers_add_address(AF_INET, 0, "192.0.2.1", NULL);
	answers_add_address(AF_INET6, 0, NULL, "fe80::1");
	answers_add_header(NLMSG_DONE, NLMSG_HDRLEN);
	assert_true(bg_addr_parse("fe80::1", &addr));
	addr.scope_id = 3; /* the kernel's answer has none */
	assert_int_equal(bg_interface_of_address(3, &addr, name), 0);
	assert_string_equal(name, "eth0");
	kernel.at = 0;
	assert_true(bg_addr_parse("192.0.2.2", &addr));
	assert_int_equal(bg_interface_of_address(3, &addr, name), 0);
	assert_string_equal(name, "");
	kernel.at = 0;
	assert_true(bg_addr_parse("192.0.2.1", &addr));
	kernel.failing = SYS_ioctl; /* its name cannot be had */
	assert_int_equal(bg_interface_of_address(3, &addr, name), BG_IPV4);
	assert_string_equal(name, "");
}

static const char *const labels[] = {"lo 127.0.0.1",   "eth0:old 169.254.0.9", "eth0:1 192.0.2.1",
				     "gone 192.0.2.7", "eth0 192.0.2.2",       NULL};

static const char inet6[] = "00000000000000000000000000000001 01 80 10 80       lo\n"
			    "fe800000000000000000000000000001 07 40 20 80     eth0\n"
			    "20010db8000000000000000000000001 07 40 00 20     eth0\n"
			    "20010db8000000000000000000000002 07 40 00 80     eth0\n"
			    "20010db8000000000000000000000003 0000000a 40 00 80 name-of-fifteen\n";

/** netlink_forbidden_leaves_two_other_ways - and each of them answers for its own family alone. */
static void
netlink_forbidden_leaves_two_other_ways(void **state)
{
	(void)state;
	kernel.failing = SYS_socket;
	kernel.labels = labels;
	answers_expect_answer("192.0.2.1", NULL, BG_IPV6);
	kernel.inet6 = inet6;
	answers_expect_answer("192.0.2.1", "2001:db8::2", 0);
	kernel.labels = NULL;
	kernel.inet6 = inet6;
	answers_expect_answer(NULL, "2001:db8::2", BG_IPV4);
}

/** LONG_LINE - in a list of strings it would look like two of them with the comma forgotten. */
#define LONG_LINE                                                                                                      \
	"20010db8000000000000000000000001 07 40 00 80 "                                                                \
	"a-name-that-is-so-long-that-no-interface-can-have-it-at-all\n"

/** file_that_is_odd_is_no_answer - less than a line has, or more. */
static void
file_that_is_odd_is_no_answer(void **state)
{
	static const char *const odd[] = {
		"20010db8000000000000000000000001\n",
		"20010db800000000000000000000000 07 40 00 80 eth0\n",
		"20010db8000000000000000000000001 07 40 00 eth0\n",
		"\n",
		LONG_LINE,
	};

	(void)state;
	kernel.failing = SYS_socket;
	kernel.labels = labels;
	for (size_t i = 0; i < sizeof(odd) / sizeof(odd[0]); i++) {
		kernel.inet6 = odd[i];
		answers_expect_answer("192.0.2.1", NULL, BG_IPV6);
	}
}

/** socket_of_another_network_is_asked_itself - netlink and /proc would tell of this thread's. */
static void
socket_of_another_network_is_asked_itself(void **state)
{
	struct bg_addr addr;
	char name[BG_IFNAME_MAX];

	(void)state;
	answers_add_address(AF_INET, 0, "198.51.100.1", NULL);
	answers_add_address(AF_INET6, 0, NULL, "2001:db8::99");
	answers_add_header(NLMSG_DONE, NLMSG_HDRLEN);
	kernel.labels = labels;
	kernel.inet6 = inet6;
	kernel.network = kernel.here = 5;
	answers_expect_answer("198.51.100.1", "2001:db8::99", 0);
	kernel.here = 6;
	answers_expect_answer("192.0.2.1", NULL, BG_IPV6);
	assert_true(bg_addr_parse("192.0.2.2", &addr));
	assert_int_equal(bg_interface_of_address(3, &addr, name), 0);
	assert_string_equal(name, "eth0");
	assert_true(bg_addr_parse("198.51.100.1", &addr));
	assert_int_equal(bg_interface_of_address(3, &addr, name), 0);
	assert_string_equal(name, "");
	assert_true(bg_addr_parse("2001:db8::99", &addr));
	assert_int_equal(bg_interface_of_address(3, &addr, name), BG_IPV6);
	assert_string_equal(name, "");
}

static void
name_too_long_is_cut_and_not_found(void **state)
{
	struct bg_addr ipv4, ipv6;

	(void)state;
	answers_add_address(AF_INET, 0, "192.0.2.1", NULL);
	assert_int_equal(bg_interface_addresses(3, "eth0-with-a-name-too-long", &ipv4, &ipv6), 0);
	assert_int_equal(ipv4.family, 0);
	assert_int_equal(ipv6.family, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(address_global_is_better_than_link_local, answers_start_over),
		cmocka_unit_test_setup(address_usable_is_better_than_one_in_doubt, answers_start_over),
		cmocka_unit_test_setup(address_of_a_link_is_our_end, answers_start_over),
		cmocka_unit_test_setup(interface_of_an_address_is_found_by_it, answers_start_over),
		cmocka_unit_test_setup(netlink_forbidden_leaves_two_other_ways, answers_start_over),
		cmocka_unit_test_setup(file_that_is_odd_is_no_answer, answers_start_over),
		cmocka_unit_test_setup(socket_of_another_network_is_asked_itself, answers_start_over),
		cmocka_unit_test_setup(name_too_long_is_cut_and_not_found, answers_start_over),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
