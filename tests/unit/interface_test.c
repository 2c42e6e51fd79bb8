/* SPDX-License-Identifier: MIT
 * interface_test.c - which address of an interface is taken, from the kernel's answers to a dump, rtnetlink(7): those that
 * no interface of a test's own gives at will, and those that are broken. syscall(2) is this file's. On cmocka. */
#include <dlfcn.h>
#include <errno.h>
#include <linux/if_addr.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cmocka.h>

#include "sys/interface.h"

#define FD 1000
#define INDEX 7 /* of eth0; lo has 1 */

/**
 * kernel - what ours answers.
 * @bytes, @size, @cuts: the dump, and where one datagram ends
 * @at: how much of it was received
 * @failing: a system call that fails
 * @labels: names of the entries of SIOCGIFCONF, "NAME ADDRESS"; NULL: that is refused
 * @inet6: the text of /proc's if_inet6; NULL: it cannot be opened
 * @network, @here: the namespaces of the program's socket and of this thread
 */
static struct {
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
} kernel;

#define FILE_FD 1001

/** list_labels - SIOCGIFCONF. */
static long
list_labels(struct ifconf *list)
{
	char *at = list->ifc_buf;

	errno = EPERM;
	if (!kernel.labels)
		return -1;
	for (size_t i = 0; kernel.labels[i]; i++) {
		struct ifreq entry = {.ifr_name = ""};
		struct sockaddr_in in = {.sin_family = AF_INET};
		struct bg_addr addr;
		size_t length = strcspn(kernel.labels[i], " ");

		memcpy(entry.ifr_name, kernel.labels[i], length);
		assert_true(bg_addr_parse(kernel.labels[i] + length + 1, &addr));
		memcpy(&in.sin_addr, addr.bytes, 4);
		memcpy(&entry.ifr_addr, &in, sizeof(in));
		memcpy(at, &entry, sizeof(entry));
		at += sizeof(entry);
	}
	list->ifc_len = (int)(at - list->ifc_buf);
	return 0;
}

/** read_inet6 - the file, some bytes at a time. */
static long
read_inet6(char *to, size_t room)
{
	size_t left = strlen(kernel.inet6), length = left < 50 ? left : 50;

	assert_true(length <= room);
	memcpy(to, kernel.inet6, length);
	kernel.inet6 += length;
	return (long)length;
}

/** get_option - SO_NETNS_COOKIE and SO_DOMAIN of socket @fd. */
static long
get_option(int fd, int name, void *value)
{
	const uint64_t network = fd == 3 ? kernel.network : kernel.here;
	const int domain = AF_INET6;

	errno = ENOPROTOOPT;
	if (name == SO_DOMAIN)
		memcpy(value, &domain, sizeof(domain));
	else if (kernel.network)
		memcpy(value, &network, sizeof(network));
	else
		return -1;
	return 0;
}

/** receive - the next datagram; 0 behind the last, as from a socket that was shut down. */
static long
receive(char *to, size_t room)
{
	size_t end = kernel.next_cut < kernel.cut_count ? kernel.cuts[kernel.next_cut++] : kernel.size;
	size_t length = end - kernel.at;

	assert_true(length <= room);
	memcpy(to, kernel.bytes + kernel.at, length);
	kernel.at = end;
	return (long)length;
}

/** answer_ioctl - the index of a name, and back. */
static long
answer_ioctl(unsigned long what, struct ifreq *request)
{
	if (what == SIOCGIFCONF)
		return list_labels((struct ifconf *)(void *)request);
	if (what == SIOCGIFINDEX && strcmp(request->ifr_name, "lo") == 0)
		request->ifr_ifindex = 1;
	else if (what == SIOCGIFINDEX && strcmp(request->ifr_name, "eth0") == 0)
		request->ifr_ifindex = INDEX;
	else if (what == SIOCGIFNAME && request->ifr_ifindex == INDEX)
		strcpy(request->ifr_name, "eth0");
	else
		return errno = ENODEV, -1;
	return 0;
}

/** syscall - libc's for all but this test's socket. */
long
syscall(long number, ...)
{
	long (*next)(long, ...) = NULL;
	void *symbol, *pointer;
	va_list list;
	long a[6];

	va_start(list, number);
	for (size_t i = 0; i < 6; i++)
		a[i] = va_arg(list, long);
	va_end(list);
	memcpy(&pointer, &a[3], sizeof(pointer));
	if (number == SYS_getsockopt)
		return get_option((int)a[0], (int)a[2], pointer);
	errno = EPERM;
	if (number == SYS_socket && (a[0] == AF_NETLINK ? kernel.failing != SYS_socket : kernel.inet6 != NULL))
		return kernel.open++, FD;
	if (number == SYS_openat && kernel.inet6)
		return kernel.open++, FILE_FD;
	if (number == SYS_socket || number == SYS_openat || (a[0] == FD && number == kernel.failing))
		return -1;
	memcpy(&pointer, &a[number == SYS_ioctl ? 2 : 1], sizeof(pointer));
	if (number == SYS_ioctl)
		return kernel.failing == SYS_ioctl ? -1 : answer_ioctl((unsigned long)a[1], pointer);
	if (a[0] == FD && number == SYS_sendto)
		return a[2];
	if (a[0] == FD && number == SYS_recvfrom)
		return receive(pointer, (size_t)a[2]);
	if (a[0] == FILE_FD && number == SYS_read)
		return read_inet6(pointer, (size_t)a[2]);
	if ((a[0] == FD || a[0] == FILE_FD) && number == SYS_close)
		return kernel.open--, 0;
	symbol = dlsym(RTLD_NEXT, "syscall");
	memcpy(&next, &symbol, sizeof(next));
	return next(number, a[0], a[1], a[2], a[3], a[4], a[5]);
}

/** append - @size bytes of the dump, and up to the next word. */
static void
append(const void *bytes, size_t size)
{
	assert_true(kernel.size + size + 4 <= sizeof(kernel.bytes));
	memcpy(kernel.bytes + kernel.size, bytes, size);
	kernel.size += NLMSG_ALIGN(size);
}

/** cut - a datagram ends here. */
static void
cut(void)
{
	kernel.cuts[kernel.cut_count++] = kernel.size;
}

/** add_attribute - an address in text, as attribute @type; NULL: none. */
static void
add_attribute(unsigned short type, const char *text)
{
	struct rtattr attribute = {.rta_type = type};
	struct bg_addr addr;

	if (!text)
		return;
	assert_true(bg_addr_parse(text, &addr));
	attribute.rta_len = (unsigned short)RTA_LENGTH(addr.family == BG_IPV4 ? 4 : 16);
	append(&attribute, sizeof(attribute));
	append(addr.bytes, addr.family == BG_IPV4 ? 4 : 16);
}

/** add_address - a message: eth0 has @local, on a point-to-point link to @peer; either may be NULL. */
static void
add_address(int family, unsigned flags, const char *local, const char *peer)
{
	struct nlmsghdr header = {.nlmsg_type = RTM_NEWADDR};
	struct ifaddrmsg message = {
		.ifa_family = (unsigned char)family, .ifa_flags = (unsigned char)flags, .ifa_index = INDEX};
	size_t start = kernel.size;

	append(&header, sizeof(header));
	append(&message, sizeof(message));
	add_attribute(IFA_ADDRESS, peer);
	add_attribute(IFA_LOCAL, local);
	header.nlmsg_len = (unsigned)(kernel.size - start);
	memcpy(kernel.bytes + start, &header, sizeof(header));
}

/** add_header - a message of @type without more, that says it has @length bytes. */
static void
add_header(unsigned short type, unsigned length)
{
	struct nlmsghdr header = {.nlmsg_len = length, .nlmsg_type = type};

	append(&header, sizeof(header));
}

/** expect_answer - eth0's addresses in text, NULL: none; what could not be asked; and that nothing is left open. */
static void
expect_answer(const char *ipv4, const char *ipv6, unsigned unasked)
{
	const char *const wanted[] = {ipv4, ipv6};
	struct bg_addr found[2];

	kernel.at = kernel.next_cut = 0;
	assert_int_equal(bg_interface_addresses(3, "eth0", &found[0], &found[1]), unasked);
	for (size_t i = 0; i < 2; i++) {
		char text[BG_ADDR_TEXT_MAX] = "none";

		if (found[i].family)
			bg_addr_format(&found[i], text);
		assert_string_equal(text, wanted[i] ? wanted[i] : "none");
	}
	assert_int_equal(kernel.open, 0);
}

/** expect - eth0's addresses, by a dump that ends as it should. */
static void
expect(const char *ipv4, const char *ipv6)
{
	size_t size = kernel.size;

	add_header(NLMSG_DONE, NLMSG_HDRLEN);
	expect_answer(ipv4, ipv6, 0);
	kernel.size = size;
}

/** expect_unasked - nothing is known, and that is said. */
static void
expect_unasked(void)
{
	expect_answer(NULL, NULL, BG_IPV4 | BG_IPV6);
}

static int
start_over(void **state)
{
	(void)state;
	memset(&kernel, 0, sizeof(kernel));
	return 0;
}

static void
address_global_is_better_than_link_local(void **state)
{
	(void)state;
	add_address(AF_INET6, 0, NULL, "fe80::1");
	add_address(AF_INET, 0, "169.254.3.4", "169.254.3.4");
	expect("169.254.3.4", "fe80::1%7");
	add_address(AF_INET6, 0, NULL, "2001:db8::1");
	add_address(AF_INET, 0, "192.0.2.1", "192.0.2.1");
	expect("192.0.2.1", "2001:db8::1");
}

/** address_usable_is_better_than_one_in_doubt - tentative or found double; deprecated; secondary: each better than the last. */
static void
address_usable_is_better_than_one_in_doubt(void **state)
{
	(void)state;
	add_address(AF_INET6, IFA_F_TENTATIVE, NULL, "2001:db8::1");
	add_address(AF_INET6, IFA_F_DADFAILED, NULL, "2001:db8::2");
	expect(NULL, "2001:db8::1");
	add_address(AF_INET6, 0, NULL, "fe80::3");
	expect(NULL, "fe80::3%7");
	add_address(AF_INET6, IFA_F_DEPRECATED, NULL, "2001:db8::4");
	expect(NULL, "2001:db8::4");
	add_address(AF_INET6, IFA_F_SECONDARY, NULL, "2001:db8::5");
	expect(NULL, "2001:db8::5");
	add_address(AF_INET6, 0, NULL, "2001:db8::6");
	add_address(AF_INET6, 0, NULL, "2001:db8::7");
	expect(NULL, "2001:db8::6");
}

/** address_of_a_link_is_our_end - IFA_ADDRESS is the other one of a point-to-point link, whichever comes first. */
static void
address_of_a_link_is_our_end(void **state)
{
	struct nlmsghdr header = {.nlmsg_type = RTM_NEWADDR};
	struct ifaddrmsg message = {.ifa_family = AF_INET, .ifa_index = INDEX};

	(void)state;
	add_address(AF_INET, 0, "192.0.2.1", "192.0.2.2");
	expect("192.0.2.1", NULL);
	start_over(NULL);
	header.nlmsg_len = NLMSG_LENGTH(sizeof(message)) + 2 * RTA_LENGTH(4);
	append(&header, sizeof(header));
	append(&message, sizeof(message));
	add_attribute(IFA_LOCAL, "192.0.2.3");
	add_attribute(IFA_ADDRESS, "192.0.2.4");
	expect("192.0.2.3", NULL);
}

/** add_torn - what is behind the last end makes a dump that addresses have changed under; the flag is on its @last message. */
static void
add_torn(const char *ipv4, bool last)
{
	struct nlmsghdr header;
	size_t start = kernel.size;

	add_address(AF_INET, 0, ipv4, ipv4);
	if (last)
		start = kernel.size;
	add_header(NLMSG_DONE, NLMSG_HDRLEN);
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
	add_address(AF_INET6, 0, NULL, "2001:db8::1");
	expect(NULL, "2001:db8::1");
	/* Without an end to it, the other ways answer. */
	start_over(NULL);
	for (size_t i = 0; i < 8; i++)
		add_torn("198.51.100.1", i % 2);
	add_address(AF_INET, 0, "198.51.100.2", "198.51.100.2");
	expect_answer(NULL, NULL, BG_IPV4 | BG_IPV6);
	kernel.labels = labels;
	expect_answer("192.0.2.9", NULL, BG_IPV6);
}

static void
dump_in_several_datagrams_is_read_to_its_end(void **state)
{
	(void)state;
	add_address(AF_INET, 0, "169.254.3.4", NULL);
	cut();
	add_address(AF_INET6, 0, NULL, "2001:db8::1");
	cut();
	add_address(AF_INET, 0, "192.0.2.1", NULL);
	add_header(NLMSG_DONE, NLMSG_HDRLEN);
	add_address(AF_INET, 0, "127.0.0.1", NULL);
	expect("192.0.2.1", "2001:db8::1");
}

/** message_other_is_passed_over - of another kind or family, without an address, or with one that is too short. */
static void
message_other_is_passed_over(void **state)
{
	struct rtattr brief = {.rta_type = IFA_LOCAL, .rta_len = RTA_LENGTH(2)},
		      endless = {.rta_type = IFA_LOCAL, .rta_len = 99};
	struct nlmsghdr header = {.nlmsg_type = RTM_NEWADDR};
	struct ifaddrmsg message = {.ifa_family = AF_INET, .ifa_index = INDEX};

	(void)state;
	add_header(RTM_NEWLINK, NLMSG_HDRLEN);
	add_header(RTM_NEWADDR, NLMSG_HDRLEN); /* no room for the family */
	add_address(AF_PACKET, 0, "2001:db8::9", NULL);
	add_address(AF_INET, 0, NULL, NULL);
	for (int i = 0; i < 2; i++) {
		header.nlmsg_len = NLMSG_LENGTH(sizeof(message)) + (i ? (unsigned)sizeof(endless) : 8);
		append(&header, sizeof(header));
		append(&message, sizeof(message));
		append(i ? &endless : &brief, sizeof(brief));
		if (i == 0)
			append("\x7f\0\0", 2);
	}
	expect(NULL, NULL);
	add_address(AF_INET, 0, "192.0.2.1", NULL);
	expect("192.0.2.1", NULL);
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
		start_over(NULL);
		add_address(AF_INET, 0, "169.254.3.4", NULL);
		add_header(rows[i].type, rows[i].length);
		add_address(AF_INET, 0, "192.0.2.1", NULL);
		expect_unasked();
	}
	start_over(NULL);
	add_address(AF_INET, 0, "169.254.3.4", NULL);
	last = kernel.bytes + kernel.size;
	add_address(AF_INET, 0, "192.0.2.1", NULL);
	memcpy(&header, last, sizeof(header));
	header.nlmsg_len += 8; /* more than there is */
	memcpy(last, &header, sizeof(header));
	expect_unasked();
	start_over(NULL);
	add_address(AF_INET, 0, "169.254.3.4", NULL);
	append("odd", 3); /* less than a header */
	expect_unasked();
}

static void
kernel_that_does_not_answer_has_not_said_no(void **state)
{
	static const long calls[] = {SYS_socket, SYS_sendto, SYS_recvfrom, SYS_ioctl};

	size_t size;

	(void)state;
	add_address(AF_INET, 0, "192.0.2.1", NULL);
	expect("192.0.2.1", NULL);
	add_header(NLMSG_DONE, NLMSG_HDRLEN);
	size = kernel.size;
	for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++) {
		kernel.failing = calls[i];
		kernel.size = size;
		expect_unasked();
	}
}

static void
interface_of_an_address_is_found_by_it(void **state)
{
	char name[BG_IFNAME_MAX];
	struct bg_addr addr;

	(void)state;
	add_address(AF_INET, 0, "192.0.2.1", NULL);
	add_address(AF_INET6, 0, NULL, "fe80::1");
	add_header(NLMSG_DONE, NLMSG_HDRLEN);
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
	expect_answer("192.0.2.1", NULL, BG_IPV6);
	kernel.inet6 = inet6;
	expect_answer("192.0.2.1", "2001:db8::2", 0);
	kernel.labels = NULL;
	kernel.inet6 = inet6;
	expect_answer(NULL, "2001:db8::2", BG_IPV4);
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
		expect_answer("192.0.2.1", NULL, BG_IPV6);
	}
}

/** socket_of_another_network_is_asked_itself - netlink and /proc would tell of this thread's. */
static void
socket_of_another_network_is_asked_itself(void **state)
{
	struct bg_addr addr;
	char name[BG_IFNAME_MAX];

	(void)state;
	add_address(AF_INET, 0, "198.51.100.1", NULL);
	add_address(AF_INET6, 0, NULL, "2001:db8::99");
	add_header(NLMSG_DONE, NLMSG_HDRLEN);
	kernel.labels = labels;
	kernel.inet6 = inet6;
	kernel.network = kernel.here = 5;
	expect_answer("198.51.100.1", "2001:db8::99", 0);
	kernel.here = 6;
	expect_answer("192.0.2.1", NULL, BG_IPV6);
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
	add_address(AF_INET, 0, "192.0.2.1", NULL);
	assert_int_equal(bg_interface_addresses(3, "eth0-with-a-name-too-long", &ipv4, &ipv6), 0);
	assert_int_equal(ipv4.family, 0);
	assert_int_equal(ipv6.family, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(address_global_is_better_than_link_local, start_over),
		cmocka_unit_test_setup(address_usable_is_better_than_one_in_doubt, start_over),
		cmocka_unit_test_setup(address_of_a_link_is_our_end, start_over),
		cmocka_unit_test_setup(dump_that_was_interrupted_is_asked_for_again, start_over),
		cmocka_unit_test_setup(dump_in_several_datagrams_is_read_to_its_end, start_over),
		cmocka_unit_test_setup(message_other_is_passed_over, start_over),
		cmocka_unit_test_setup(dump_that_is_broken_is_no_answer, start_over),
		cmocka_unit_test_setup(kernel_that_does_not_answer_has_not_said_no, start_over),
		cmocka_unit_test_setup(interface_of_an_address_is_found_by_it, start_over),
		cmocka_unit_test_setup(netlink_forbidden_leaves_two_other_ways, start_over),
		cmocka_unit_test_setup(file_that_is_odd_is_no_answer, start_over),
		cmocka_unit_test_setup(socket_of_another_network_is_asked_itself, start_over),
		cmocka_unit_test_setup(name_too_long_is_cut_and_not_found, start_over),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
