/* SPDX-License-Identifier: MIT
 * interface_fuzz.c - arbitrary bytes as the kernel's answer to a dump of addresses, which shim/guard/interface.c asks for
 * inside somebody else's process. The linker puts a kernel of our own in the place of syscall(2) (--wrap=syscall). */
#include <errno.h>
#include <linux/if_addr.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <sanitizer/asan_interface.h>
#include <stdarg.h>
#include <stdbool.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>

#include "bindguard/interface.h"
#include "fuzz/fuzz.h"

#define FD 1000

/**
 * kernel - what ours answers with: @answer to each dump that is asked for, of which @input is left.
 * @got: all that was received of it, @room bytes; @buffer: of the caller, @size bytes.
 */
static struct {
	struct input answer;
	struct input input;
	int index;
	uint8_t got[65536];
	size_t room;
	char *buffer;
	size_t size;
	bool open;
} kernel;

long __real_syscall(long number, long a, long b, long c, long d, long e, long f);
long __wrap_syscall(long number, long a, long b, long c, long d, long e, long f);

/**
 * receive - the next datagram; an empty one is the end of the dump. What lies behind it in the caller's buffer must not be
 * read.
 */
static long
receive(char *buffer, size_t size)
{
	static const struct nlmsghdr done = {.nlmsg_len = NLMSG_HDRLEN, .nlmsg_type = NLMSG_DONE};
	size_t length = (size_t)input_byte(&kernel.input) * 8;

	if (kernel.buffer)
		ASAN_UNPOISON_MEMORY_REGION(kernel.buffer, kernel.size);
	if (length > kernel.input.left)
		length = kernel.input.left;
	if (length > size)
		length = size;
	if (length == 0) {
		must(size >= sizeof(done));
		memcpy(buffer, &done, sizeof(done));
		return sizeof(done);
	}
	must(kernel.room + length <= sizeof(kernel.got));
	memcpy(kernel.got + kernel.room, kernel.input.bytes, length);
	input_take(&kernel.input, buffer, length);
	kernel.room += length;
	kernel.buffer = buffer;
	kernel.size = size;
	ASAN_POISON_MEMORY_REGION(buffer + length, size - length);
	return (long)length;
}

/** close_fd - the caller is done with its buffer. */
static long
close_fd(void)
{
	must(kernel.open);
	kernel.open = false;
	if (kernel.buffer)
		ASAN_UNPOISON_MEMORY_REGION(kernel.buffer, kernel.size);
	kernel.buffer = NULL;
	return 0;
}

long
__wrap_syscall(long number, long a, long b, long c, long d, long e, long f)
{
	struct ifreq *request = (struct ifreq *)c;

	switch (number) {
	case SYS_getsockopt:
		errno = ENOPROTOOPT;
		return -1; /* SO_NETNS_COOKIE before Linux 5.14; SO_DOMAIN: no /proc */
	case SYS_socket:
		must(a == AF_NETLINK && !kernel.open);
		kernel.open = true;
		return FD;
	case SYS_sendto:
		must(a == FD && kernel.open);
		kernel.input = kernel.answer;
		kernel.room = 0;
		return c;
	case SYS_recvfrom: must(a == FD && kernel.open); return receive((char *)b, (size_t)c);
	case SYS_close: must(a == FD); return close_fd();
	case SYS_ioctl:
		if (b == SIOCGIFCONF) {
			errno = EPERM;
			return -1;
		}
		if (b == SIOCGIFINDEX)
			request->ifr_ifindex = kernel.index;
		else
			memcpy(request->ifr_name, "device", sizeof("device"));
		return 0;
	default: return __real_syscall(number, a, b, c, d, e, f);
	}
}

/** was_received - do the bytes of @addr stand anywhere in what was received? */
static bool
was_received(const struct bg_addr *addr)
{
	return memmem(kernel.got, kernel.room, addr->bytes, addr->family == BG_IPV4 ? 4 : 16) != NULL;
}

/** check_address - @addr has no address, or one of @family that the kernel told of. */
static void
check_address(const struct bg_addr *addr, uint8_t family)
{
	if (addr->family == 0)
		return;
	must(addr->family == family && was_received(addr));
	must(addr->scope_id == 0 || (addr->scope_id == (unsigned)kernel.index && bg_addr_is_link_local(addr)));
	if (family == BG_IPV6 && bg_addr_is_link_local(addr))
		must(addr->scope_id == (unsigned)kernel.index);
}

/** put - one RTM_NEWADDR into @to. Return: its bytes. */
static size_t
put(uint8_t *to, unsigned index, const struct bg_addr *addr)
{
	size_t size = addr->family == BG_IPV4 ? 4 : 16;
	struct {
		struct nlmsghdr header;
		struct ifaddrmsg message;
		struct rtattr attribute;
	} head = {.header = {.nlmsg_type = RTM_NEWADDR},
		  .message = {.ifa_family = addr->family == BG_IPV4 ? AF_INET : AF_INET6, .ifa_index = index},
		  .attribute = {.rta_len = (unsigned short)RTA_LENGTH(size), .rta_type = IFA_ADDRESS}};

	head.header.nlmsg_len = (uint32_t)(sizeof(head) + size);
	memcpy(to, &head, sizeof(head));
	memcpy(to + sizeof(head), addr->bytes, size);
	return sizeof(head) + size;
}

/** start - the kernel answers each dump with @bytes. */
static void
start(const uint8_t *bytes, size_t size)
{
	kernel.answer = (struct input){.bytes = bytes, .left = size};
	kernel.room = 0;
}

/** check_found - an address that comes first and is the best there can be is the one that is found. */
static void
check_found(struct bg_addr *wanted, const uint8_t *rest, size_t size)
{
	static uint8_t bytes[1 + 128 + 4096];
	struct bg_addr ipv4, ipv6;
	char name[BG_IFNAME_MAX];
	bool asked;
	size_t eights = (put(bytes + 1, (unsigned)kernel.index, wanted) + 7) / 8, used = 1 + 8 * eights;

	bytes[0] = (uint8_t)eights;
	size = size < 4096 ? size : 4096;
	memcpy(bytes + used, rest, size);
	start(bytes, used + size);
	asked = bg_interface_addresses(FD, "any", &ipv4, &ipv6) == 0;
	must(!kernel.open && (asked || (ipv4.family == 0 && ipv6.family == 0)));
	if (asked && !bg_addr_is_link_local(wanted))
		must(bg_addr_equal(wanted->family == BG_IPV4 ? &ipv4 : &ipv6, wanted));
	start(bytes, used + size);
	bg_interface_of_address(FD, wanted, name);
	must(!kernel.open && (kernel.index == 0 || strcmp(name, "device") == 0 || name[0] == '\0'));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input input = {.bytes = data, .left = size};
	struct bg_addr ipv4, ipv6, wanted = {.family = BG_IPV4};
	char name[BG_IFNAME_MAX];

	if (size > 4096)
		return 0;
	kernel.index = input_byte(&input) & 3;
	wanted.family = input_byte(&input) & 1 ? BG_IPV6 : BG_IPV4;
	input_take(&input, wanted.bytes, wanted.family == BG_IPV4 ? 4 : 16);
	start(input.bytes, input.left);
	bg_interface_addresses(FD, "any", &ipv4, &ipv6);
	must(!kernel.open);
	check_address(&ipv4, BG_IPV4);
	check_address(&ipv6, BG_IPV6);
	start(input.bytes, input.left);
	bg_interface_of_address(FD, &wanted, name);
	must(!kernel.open && memchr(name, '\0', sizeof(name)));
	if (name[0])
		must(was_received(&wanted));
	check_found(&wanted, input.bytes, input.left);
	return 0;
}
