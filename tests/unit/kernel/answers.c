/* SPDX-License-Identifier: MIT
 * answers.c - the kernel's answers about interfaces, as a test wants them. syscall(2) is this file's, so it is linked
 * into the tests of these answers alone. */
#include "unit/kernel/answers.h"

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

#include "bindguard/interface.h"

#define FD 1000

struct kernel kernel;

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
		request->ifr_ifindex = KERNEL_INDEX;
	else if (what == SIOCGIFNAME && request->ifr_ifindex == KERNEL_INDEX)
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

/** answers_append - @size bytes of the dump, and up to the next word. */
void
answers_append(const void *bytes, size_t size)
{
	assert_true(kernel.size + size + 4 <= sizeof(kernel.bytes));
	memcpy(kernel.bytes + kernel.size, bytes, size);
	kernel.size += NLMSG_ALIGN(size);
}

/** answers_add_attribute - an address in text, as attribute @type; NULL: none. */
void
answers_add_attribute(unsigned short type, const char *text)
{
	struct rtattr attribute = {.rta_type = type};
	struct bg_addr addr;

	if (!text)
		return;
	assert_true(bg_addr_parse(text, &addr));
	attribute.rta_len = (unsigned short)RTA_LENGTH(addr.family == BG_IPV4 ? 4 : 16);
	answers_append(&attribute, sizeof(attribute));
	answers_append(addr.bytes, addr.family == BG_IPV4 ? 4 : 16);
}

/** answers_add_address - a message: eth0 has @local, on a point-to-point link to @peer; either may be NULL. */
void
answers_add_address(int family, unsigned flags, const char *local, const char *peer)
{
	struct nlmsghdr header = {.nlmsg_type = RTM_NEWADDR};
	struct ifaddrmsg message = {
		.ifa_family = (unsigned char)family, .ifa_flags = (unsigned char)flags, .ifa_index = KERNEL_INDEX};
	size_t start = kernel.size;

	answers_append(&header, sizeof(header));
	answers_append(&message, sizeof(message));
	answers_add_attribute(IFA_ADDRESS, peer);
	answers_add_attribute(IFA_LOCAL, local);
	header.nlmsg_len = (unsigned)(kernel.size - start);
	memcpy(kernel.bytes + start, &header, sizeof(header));
}

/** answers_add_header - a message of @type without more, that says it has @length bytes. */
void
answers_add_header(unsigned short type, unsigned length)
{
	struct nlmsghdr header = {.nlmsg_len = length, .nlmsg_type = type};

	answers_append(&header, sizeof(header));
}

/** answers_expect_answer - eth0's addresses in text, NULL: none; what could not be asked; and that nothing is left open. */
void
answers_expect_answer(const char *ipv4, const char *ipv6, unsigned unasked)
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

/** answers_expect - eth0's addresses, by a dump that ends as it should. */
void
answers_expect(const char *ipv4, const char *ipv6)
{
	size_t size = kernel.size;

	answers_add_header(NLMSG_DONE, NLMSG_HDRLEN);
	answers_expect_answer(ipv4, ipv6, 0);
	kernel.size = size;
}

int
answers_start_over(void **state)
{
	(void)state;
	memset(&kernel, 0, sizeof(kernel));
	return 0;
}
