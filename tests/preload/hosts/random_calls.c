/* SPDX-License-Identifier: MIT
 * random_calls.c SEED FIRST COUNT PROFILE [verbose]: sequences of random calls on sockets and on what is none. Prints a
 * hash of what became of each sequence, or every call of it, and at the end how many servers were left open to others.
 * A sequence depends on SEED and its number alone. Knows nothing of the guard.
 *
 * PROFILE
 *   any       everything
 *   specific  no wildcard address is bound: what a guard of wildcards leaves alone
 *   apart     no two sockets meet on a port, and a wildcard and its loopback are one name: what a guard may not change
 *   meet      wildcard and specific addresses on few ports: where two sockets conflict
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/if_packet.h>
#include <linux/netlink.h>
#include <net/if.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define SLOTS 4
#define ADDRESS_MAX 256
#define PAGE 4096
#define PORTS 8		       /* fixed ports of one sequence */
#define UNTOUCHED 424242       /* errno before every call */
#define LOCAL_PORT_FIRST 32768 /* ip_local_port_range, ip(7): the kernel's choice */
#define ANSWER_MS 30	       /* this machine answers at once, or behind a device never */

enum profile { ANY, SPECIFIC, APART, MEET };

/* A descriptor of the sequence. */
struct slot {
	int fd;
	int family;
	ino_t inode;
	int device; /* the program's own choice, and its own loss: connect(2) with AF_UNSPEC takes it off a datagram socket */
	int ping; /* its port is the kernel's choice, from another range than others' */
	int raw;  /* can be bound again, raw(7), and a confined one also to a link-local address without scope */
	int used; /* bind, listen or connect was called */
	int listened;
	int spent;  /* tried to connect: what the first peer left behind decides on further calls */
	int server; /* bind(2) to a wildcard and a fixed port succeeded */
};

/* An address as handed over. */
struct address {
	unsigned char bytes[ADDRESS_MAX];
	socklen_t size;
};

static enum profile profile;
static int verbose;
static uint64_t state, hash, number;
static unsigned port_next;
static unsigned long left_open;
static struct slot slots[SLOTS];
static unsigned char fixed[ADDRESS_MAX + 8];
static unsigned char *heap, *readable_end, *read_only, *unreadable;

/* splitmix64 */
static uint64_t
next(void)
{
	uint64_t z = state += 0x9e3779b97f4a7c15u;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
	return z ^ (z >> 31);
}

static unsigned
below(unsigned limit)
{
	return (unsigned)(next() >> 33) % limit;
}

static int
once_in(unsigned n)
{
	return below(n) == 0;
}

/* Adds to what the sequence is known by. */
__attribute__((format(printf, 1, 2))) static void
note(const char *format, ...)
{
	char text[512];
	va_list arguments;
	int size;

	va_start(arguments, format);
	size = vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	for (int i = 0; i < size && i < (int)sizeof(text) - 1; i++)
		hash = (hash ^ (unsigned char)text[i]) * 0x100000001b3u;
	if (verbose)
		fputs(text, stdout);
}

static void
note_bytes(const unsigned char *bytes, unsigned from, unsigned to)
{
	for (unsigned i = from; i < to; i++) {
		hash = (hash ^ bytes[i]) * 0x100000001b3u;
		if (verbose)
			printf("%c%02x", i == from ? ' ' : '.', bytes[i]);
	}
}

/* A port of this sequence's own, 0, or a reserved one. */
static uint16_t
any_port(int binding)
{
	unsigned base = 10000 + (unsigned)(number % 2500) * PORTS;

	if (once_in(4) && (binding || profile != APART))
		return 0;
	if (profile == APART)
		return (uint16_t)(binding ? base + port_next++ % PORTS : 9);
	if (once_in(50))
		return (uint16_t)(1 + below(1023));
	return (uint16_t)(base + below(profile == MEET ? 2 : PORTS));
}

static void
ipv4_address(struct address *address, int binding)
{
	static const unsigned char known[][4] = {{127, 0, 0, 1},   {10, 98, 0, 1},	{0, 0, 0, 0},
						 {127, 0, 0, 2},   {127, 45, 67, 89},	{10, 98, 0, 255},
						 {192, 0, 2, 1},   {224, 0, 0, 251},	{255, 255, 255, 255},
						 {169, 254, 1, 1}, {127, 255, 255, 255}};
	struct sockaddr_in in = {.sin_family = AF_INET, .sin_port = htons(any_port(binding))};
	unsigned which = below(profile == MEET ? 3 : sizeof(known) / sizeof(known[0]) + 1);
	uint32_t bytes = (uint32_t)next();

	if (once_in(2))
		which = below(3);
	memcpy(&in.sin_addr, which < sizeof(known) / sizeof(known[0]) ? known[which] : (void *)&bytes, 4);
	if (binding && profile == SPECIFIC && in.sin_addr.s_addr == 0)
		in.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	memcpy(address->bytes, &in, sizeof(in));
	address->size = sizeof(in);
}

static void
ipv6_address(struct address *address, int binding)
{
	static const unsigned char known[][16] = {
		{[15] = 1},
		{0xfd, 0x98, [15] = 1},
		{0},
		{[10] = 0xff, 0xff, 127, 0, 0, 1},
		{[10] = 0xff, 0xff, 10, 98, 0, 1},
		{[10] = 0xff, 0xff},
		{0xfe, 0x80, [15] = 0x98},
		{0xff, 0x02, [15] = 1},
		{0x20, 0x01, 0x0d, 0xb8, [15] = 1},
		{[10] = 0xff, 0xff, 192, 0, 2, 1},
		{[12] = 127, 0, 0, 1},
	};
	struct sockaddr_in6 in6 = {.sin6_family = AF_INET6, .sin6_port = htons(any_port(binding))};
	unsigned which = below(profile == MEET ? 6 : sizeof(known) / sizeof(known[0]) + 1);

	if (once_in(2))
		which = below(6);
	if (which < sizeof(known) / sizeof(known[0]))
		memcpy(&in6.sin6_addr, known[which], 16);
	else
		for (int i = 0; i < 16; i++)
			in6.sin6_addr.s6_addr[i] = (unsigned char)next();
	/* The scope of a link-local address becomes the socket's device, even where the call fails. */
	if (profile == APART && (which == 6 || which == 7))
		in6.sin6_addr = in6addr_loopback;
	if (binding && profile == SPECIFIC && (which == 2 || which == 5))
		in6.sin6_addr = in6addr_loopback;
	if (profile != APART && (which == 6 || (profile != MEET && once_in(30))))
		in6.sin6_scope_id = below(5);
	if (once_in(50))
		in6.sin6_flowinfo = (uint32_t)next();
	memcpy(address->bytes, &in6, sizeof(in6));
	address->size = once_in(20) ? 24 : sizeof(in6);
}

static void
other_address(struct address *address, int family)
{
	struct sockaddr_un un = {.sun_family = AF_UNIX};
	struct sockaddr_nl nl = {.nl_family = AF_NETLINK, .nl_pid = below(4)};
	struct sockaddr_ll ll = {.sll_family = AF_PACKET, .sll_ifindex = (int)below(5)};

	if (family == AF_UNIX) {
		snprintf(un.sun_path + 1, sizeof(un.sun_path) - 1, "bindguard-random-%u", below(3));
		if (once_in(4)) /* a folder that is not there */
			snprintf(un.sun_path, sizeof(un.sun_path), "nowhere/%u", below(3));
		memcpy(address->bytes, &un, sizeof(un));
		address->size = once_in(4) ? 2 : once_in(4) ? sizeof(un) : offsetof(struct sockaddr_un, sun_path) + 24;
	} else if (family == AF_NETLINK) {
		memcpy(address->bytes, &nl, sizeof(nl));
		address->size = sizeof(nl);
	} else {
		memcpy(address->bytes, &ll, sizeof(ll));
		address->size = sizeof(ll);
	}
}

/* An address for a socket of @family: mostly one that fits it. */
static void
any_address(struct address *address, int family, int binding)
{
	static const uint16_t families[] = {AF_INET, AF_INET6, AF_UNSPEC, AF_NETLINK, AF_PACKET, 77, 65535};
	static const socklen_t sizes[] = {(socklen_t)-1, 0x80000000u, 0x7fffffff, 100000, 129, 128, 0, 1, 2};
	int wanted = once_in(12) ? (once_in(2) ? AF_INET : AF_INET6) : family;

	memset(address, 0, sizeof(*address));
	if (wanted == AF_INET)
		ipv4_address(address, binding);
	else if (wanted == AF_INET6)
		ipv6_address(address, binding);
	else
		other_address(address, wanted);
	if (wanted != AF_UNIX && once_in(12)) {
		uint16_t odd = families[below(sizeof(families) / sizeof(families[0]))];

		/* As IPv4, the flow label and the head of an IPv6 address are a wildcard. */
		if (profile != SPECIFIC || odd != AF_INET)
			memcpy(address->bytes, &odd, sizeof(odd));
		if (profile == SPECIFIC && odd == AF_UNSPEC)
			memset(address->bytes + 4, 1, 4);
	}
	if (once_in(12))
		address->size = below(141);
	if (once_in(40))
		address->size = sizes[below(sizeof(sizes) / sizeof(sizes[0]))];
	if (once_in(12))
		for (unsigned i = 16; i < ADDRESS_MAX; i++)
			if (i >= address->size || wanted == AF_INET)
				address->bytes[i] = (unsigned char)next();
}

/*
 * Puts the address where the call will read it: heap, stack, static, misaligned, read-only, at the end of a page before
 * an unreadable one whole or cut, unreadable, NULL.
 */
static const void *
place(const struct address *address, unsigned char *stack, const char **where)
{
	static const char *const names[] = {"heap",	"stack", "static",     "misaligned", "read-only",
					    "page end", "cut",	 "unreadable", "null"};
	unsigned kind = once_in(4) ? below(9) : below(3), misfit = 1 + below(7);
	socklen_t size = address->size > 200 ? 16 : address->size;
	socklen_t cut = size > 1 ? 1 + below(size - 1) : 0;

	*where = names[kind];
	switch (kind) {
	case 0: return memcpy(heap, address->bytes, ADDRESS_MAX);
	case 1: return memcpy(stack, address->bytes, ADDRESS_MAX);
	case 2: return memcpy(fixed, address->bytes, ADDRESS_MAX);
	case 3: return memcpy(fixed + misfit, address->bytes, ADDRESS_MAX);
	case 4:
		mprotect(read_only, PAGE, PROT_READ | PROT_WRITE);
		memcpy(read_only + misfit, address->bytes, ADDRESS_MAX);
		mprotect(read_only, PAGE, PROT_READ);
		return read_only + misfit;
	case 5: return memcpy(readable_end - size, address->bytes, size);
	case 6: return memcpy(readable_end - cut, address->bytes, cut);
	case 7: return unreadable + 16 * misfit;
	default: return NULL;
	}
}

/* Is what lies at @at, where it can be read, still what was put there? */
static int
unchanged(const void *at, const struct address *address)
{
	size_t size = ADDRESS_MAX;

	if (!at || ((const unsigned char *)at >= unreadable && (const unsigned char *)at < unreadable + PAGE))
		return 1;
	if ((const unsigned char *)at >= readable_end - PAGE && (const unsigned char *)at <= readable_end)
		size = (size_t)(readable_end - (const unsigned char *)at);
	return memcmp(at, address->bytes, size) == 0;
}

/* A wildcard and the loopback that a guard may put in its place are one name in the profile `apart`. */
static int
is_here(const unsigned char *name, unsigned family)
{
	static const unsigned char here[][16] = {
		{0}, {[15] = 1}, {[10] = 0xff, 0xff}, {[10] = 0xff, 0xff, 127, 0, 0, 1}};
	static const unsigned char here4[][4] = {{0}, {127, 0, 0, 1}};

	for (size_t i = 0; i < 4; i++)
		if (family == AF_INET6 ? memcmp(name + 8, here[i], 16) == 0
				       : i < 2 && memcmp(name + 4, here4[i], 4) == 0)
			return 1;
	return 0;
}

/* Notes the socket's name; what the kernel chose (a port, an abstract name) only as chosen. */
static void
note_name(const struct slot *slot)
{
	unsigned char name[ADDRESS_MAX] = {0};
	char text[128] = "";
	socklen_t size = sizeof(name);
	uint16_t family = 0, port;

	errno = UNTOUCHED;
	if (getsockname(slot->fd, (struct sockaddr *)name, &size)) {
		note(" name - %d", errno);
		return;
	}
	memcpy(&family, name, sizeof(family));
	memcpy(&port, name + 2, sizeof(port));
	port = ntohs(port);
	if (family == AF_INET || family == AF_INET6)
		snprintf(text, sizeof(text), port >= LOCAL_PORT_FIRST || (slot->ping && port) ? "chosen" : "%u", port);
	if (family == AF_UNIX && size == offsetof(struct sockaddr_un, sun_path) + 6)
		memset(name + 3, 'x', 5); /* bound by the kernel, unix(7) */
	if (family == AF_NETLINK && (name[5] | name[6] | name[7]))
		memset(name + 4, 'x', 4);
	if (profile == APART && (family == AF_INET || family == AF_INET6) && is_here(name, family)) {
		note(" name %u:%s here", family, text);
		return;
	}
	note(" name %u:%s", family, text);
	note_bytes(name, 4, size < 32 ? size : 32);
}

/* Notes the outcome of a call on @slot. */
static void
note_call(const struct slot *slot, int result)
{
	int error = errno;

	note(" = %d errno %d", result, error);
	if (slot->fd >= 0)
		note_name(slot);
	note("\n");
}

static ino_t
inode_of(int fd)
{
	struct stat status;

	return fstat(fd, &status) ? 0 : status.st_ino;
}

/* A connection that ends leaves nothing behind: the next sequence must find the port free. */
static void
forget(struct slot *slot)
{
	struct linger reset = {.l_onoff = 1};

	if (slot->fd > 2) {
		setsockopt(slot->fd, SOL_SOCKET, SO_LINGER, &reset, sizeof(reset));
		close(slot->fd);
	}
	memset(slot, 0, sizeof(*slot));
	slot->fd = -1;
}

static int
any_socket(struct slot *slot)
{
	static const int families[] = {AF_INET, AF_INET6, AF_INET, AF_INET6, AF_INET, AF_INET6, AF_UNIX, AF_NETLINK};
	static const int protocols[] = {IPPROTO_TCP, IPPROTO_UDP, 136, 262, IPPROTO_ICMP, IPPROTO_ICMPV6};
	static const int types[] = {SOCK_STREAM, SOCK_DGRAM, SOCK_STREAM, SOCK_DGRAM, SOCK_RAW, SOCK_SEQPACKET};
	int type = types[below(once_in(3) ? 6 : 4)], protocol = 0;

	slot->family = families[below(profile == MEET ? 6 : 8)];
	if (once_in(6))
		protocol = protocols[below(6)];
	if (slot->family == AF_NETLINK && protocol > 20)
		protocol = 0;
	if (number % 4000 == 17 && once_in(2)) { /* closing one takes milliseconds */
		slot->family = AF_PACKET;
		type = SOCK_DGRAM;
		protocol = 0;
	}
	note("socket %d %d %d", slot->family, type, protocol);
	slot->raw = type == SOCK_RAW;
	slot->ping = type == SOCK_DGRAM && (protocol == IPPROTO_ICMP || protocol == IPPROTO_ICMPV6);
	return socket(slot->family, type | (once_in(3) ? SOCK_NONBLOCK : 0) | (once_in(3) ? SOCK_CLOEXEC : 0),
		      protocol);
}

/* Fills a slot: mostly with a socket, else with something that is none. */
static void
create(struct slot *slot)
{
	static int pipes[2] = {-1, -1};
	unsigned kind = below(40);

	forget(slot);
	slot->family = once_in(2) ? AF_INET : AF_INET6;
	errno = UNTOUCHED;
	switch (kind) {
	case 0: slot->fd = open("/dev/null", O_RDONLY | O_CLOEXEC); break;
	case 1: slot->fd = open("/", O_PATH | O_CLOEXEC); break;
	case 2: slot->fd = epoll_create1(EPOLL_CLOEXEC); break;
	case 3:
		slot->fd = pipe2(pipes, O_CLOEXEC) ? -1 : pipes[0];
		close(pipes[1]);
		break;
	case 4: slot->fd = -1 - (int)below(3); break;
	case 5:
		if (profile != APART && slot != &slots[0]) {
			*slot = slots[0];
			slot->fd = dup(slots[0].fd);
		}
		break;
	default: slot->fd = any_socket(slot);
	}
	note(" kind %u", kind);
	note_call(slot, slot->fd);
	slot->inode = inode_of(slot->fd);
}

/* A wildcard with a fixed port, as the kernel reads it. */
static int
is_fixed_wildcard(const struct slot *slot, const struct address *address)
{
	return address->size >= 16 && (address->bytes[2] || address->bytes[3]) &&
	       memcmp(address->bytes + (slot->family == AF_INET6 ? 8 : 4), "\0\0\0\0", 4) == 0;
}

static void
do_bind(struct slot *slot)
{
	unsigned char stack[ADDRESS_MAX];
	struct address address;
	const char *where;
	const void *at;
	int result;

	if ((slot->raw && slot->used && profile == APART) || (slot->listened && profile == SPECIFIC))
		return;
	any_address(&address, slot->family, 1);
	at = place(&address, stack, &where);
	note("bind %d size %d %s", slot->fd, (int)address.size, where);
	note_bytes(address.bytes, 0, 28);
	errno = UNTOUCHED;
	result = bind(slot->fd, at, address.size);
	note_call(slot, result);
	note("  buffer %s\n", unchanged(at, &address) ? "kept" : "WRITTEN");
	slot->used = 1;
	if (result == 0 && is_fixed_wildcard(slot, &address))
		slot->server = 1;
}

/* What nobody listens to, or in the profile `apart` a loopback: a server on a wildcard may be there alone. */
static void
do_connect(struct slot *slot)
{
	unsigned char stack[ADDRESS_MAX];
	struct pollfd ready = {.fd = slot->fd, .events = POLLOUT};
	struct address address;
	const char *where;
	const void *at;
	int result, dissolves, flags = fcntl(slot->fd, F_GETFL);

	any_address(&address, slot->family, 0);
	dissolves = address.size >= 2 && !address.bytes[0] && !address.bytes[1];
	if ((slot->listened || (slot->spent && !dissolves)) && profile != ANY)
		return;
	at = place(&address, stack, &where);
	note("connect %d size %d %s", slot->fd, (int)address.size, where);
	note_bytes(address.bytes, 0, 28);
	if (flags >= 0 && !(flags & O_NONBLOCK))
		fcntl(slot->fd, F_SETFL, flags | O_NONBLOCK);
	errno = UNTOUCHED;
	result = connect(slot->fd, at, address.size);
	if (result && errno == EINPROGRESS) {
		poll(&ready, 1, ANSWER_MS);
		slot->spent |= ready.revents & POLLERR;
		errno = EINPROGRESS;
	}
	note_call(slot, result);
	if (flags >= 0 && !(flags & O_NONBLOCK))
		fcntl(slot->fd, F_SETFL, flags);
	note("  buffer %s\n", unchanged(at, &address) ? "kept" : "WRITTEN");
	slot->used = 1;
	if (result == 0)
		slot->spent = !dissolves;
}

static void
do_listen(struct slot *slot)
{
	static const int backlogs[] = {8, 64, 128, -1};
	int backlog = backlogs[below(4)], result;

	note("listen %d %d", slot->fd, backlog);
	errno = UNTOUCHED;
	result = listen(slot->fd, backlog);
	note_call(slot, result);
	slot->listened |= result == 0;
	slot->used = 1;
}

static void
do_accept(struct slot *slot)
{
	struct slot *into = &slots[below(SLOTS)];
	int flags = fcntl(slot->fd, F_GETFL), got;

	if (into == slot)
		return;
	forget(into);
	if (flags >= 0 && !(flags & O_NONBLOCK))
		fcntl(slot->fd, F_SETFL, flags | O_NONBLOCK);
	note("accept %d", slot->fd);
	errno = UNTOUCHED;
	got = accept4(slot->fd, NULL, NULL, SOCK_CLOEXEC);
	note_call(slot, got);
	if (flags >= 0 && !(flags & O_NONBLOCK))
		fcntl(slot->fd, F_SETFL, flags);
	into->fd = got;
	into->family = slot->family;
	into->inode = inode_of(got);
	into->used = 1;
}

/* Bound, connected or listening by this descriptor or by a duplicate: a program with CAP_NET_RAW that then takes the
 * device off has exposed itself, and setsockopt(2) is not guarded. */
static int
is_used(const struct slot *slot)
{
	for (unsigned i = 0; i < SLOTS; i++)
		if (slots[i].used && slots[i].inode == slot->inode)
			return 1;
	return slot->used;
}

static void
do_device(struct slot *slot)
{
	static const char *const devices[] = {"lo", "lan0", "nonesuch", ""};
	const char *device;
	int result;

	/* Without CAP_NET_RAW a second device is refused, the guard's counts as the first. */
	if (slot->used && profile == APART)
		return;
	device = devices[below(is_used(slot) ? 3 : 4)];
	note("device %d %s", slot->fd, device);
	errno = UNTOUCHED;
	result = setsockopt(slot->fd, SOL_SOCKET, SO_BINDTODEVICE, device, (socklen_t)strlen(device));
	note_call(slot, result);
	slot->device |= result == 0 && device[0];
}

static void
do_option(struct slot *slot)
{
	static const int options[][2] = {{SOL_SOCKET, SO_REUSEADDR},
					 {SOL_SOCKET, SO_REUSEPORT},
					 {IPPROTO_IPV6, IPV6_V6ONLY},
					 {IPPROTO_IP, IP_FREEBIND},
					 {IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT},
					 {SOL_SOCKET, SO_BROADCAST}};
	unsigned which = below(7);
	int value = !once_in(4);

	if (which == 6) {
		do_device(slot);
		return;
	}
	note("option %d %u %d", slot->fd, which, value);
	errno = UNTOUCHED;
	note_call(slot, setsockopt(slot->fd, options[which][0], options[which][1], &value, sizeof(value)));
}

static void
do_shutdown(struct slot *slot)
{
	int how = (int)below(3);

	note("shutdown %d %d", slot->fd, how);
	errno = UNTOUCHED;
	note_call(slot, shutdown(slot->fd, how));
}

static void
step(void)
{
	struct slot *slot = &slots[once_in(profile == MEET ? 1 : 3) ? below(SLOTS) : 0];
	unsigned what = below(20);

	if (slot->fd < 0 && !once_in(8)) {
		create(slot);
		return;
	}
	if (what < 7)
		do_bind(slot);
	else if (profile == MEET && what >= 10 && what < 13)
		do_listen(slot);
	else if (what < 10)
		do_listen(slot);
	else if (what < 13)
		do_connect(slot);
	else if (what < 16)
		do_option(slot);
	else if (what < 17)
		do_shutdown(slot);
	else if (what < 18 && profile != MEET)
		do_accept(slot);
	else
		create(&slots[below(SLOTS)]);
}

static int
option_of(int fd, int name)
{
	int value = 0;
	socklen_t size = sizeof(value);

	return getsockopt(fd, SOL_SOCKET, name, &value, &size) ? -1 : value;
}

/* A server that other machines reach: listening on a wildcard, or a datagram socket bound to one and to a fixed port. */
static int
is_open(const struct slot *slot)
{
	static const unsigned char mapped[16] = {[10] = 0xff, 0xff}, zero[16];
	unsigned char name[ADDRESS_MAX] = {0}, peer[ADDRESS_MAX];
	socklen_t size = sizeof(name), device_size = IFNAMSIZ, peer_size = sizeof(peer);
	char device[IFNAMSIZ + 1] = "";
	uint16_t domain;
	int protocol;

	if (slot->fd < 0 || getsockname(slot->fd, (struct sockaddr *)name, &size))
		return 0;
	memcpy(&domain, name, sizeof(domain));
	if ((domain != AF_INET && domain != AF_INET6) || (!name[2] && !name[3]))
		return 0;
	if (domain == AF_INET ? memcmp(name + 4, zero, 4) != 0
			      : memcmp(name + 8, zero, 16) != 0 && memcmp(name + 8, mapped, 16) != 0)
		return 0;
	/* ENODEV: a device that is not there, which bind(2) to a link-local address left behind. */
	if (getsockopt(slot->fd, SOL_SOCKET, SO_BINDTODEVICE, device, &device_size) || device[0])
		return 0;
	if (option_of(slot->fd, SO_ACCEPTCONN) == 1)
		return 1;
	protocol = option_of(slot->fd, SO_PROTOCOL);
	return slot->server && !slot->device && (protocol == IPPROTO_UDP || protocol == 136) &&
	       option_of(slot->fd, SO_TYPE) == SOCK_DGRAM &&
	       getpeername(slot->fd, (struct sockaddr *)peer, &peer_size) != 0;
}

static void
sequence(void)
{
	unsigned steps = 3 + below(10);
	int lowest;

	hash = 0xcbf29ce484222325u;
	port_next = 0;
	create(&slots[0]);
	for (unsigned i = 0; i < steps; i++)
		step();
	for (unsigned i = 0; i < SLOTS; i++) {
		note("slot %u %d", i, slots[i].fd);
		if (slots[i].fd < 0) {
			note("\n");
			continue;
		}
		note_name(&slots[i]);
		note(" flags %x %x", (unsigned)fcntl(slots[i].fd, F_GETFL), (unsigned)fcntl(slots[i].fd, F_GETFD));
		if (profile != APART && profile != MEET)
			note(" same %d", slots[i].inode == inode_of(slots[i].fd));
		note("\n");
		if (is_open(&slots[i])) {
			left_open++;
			if (verbose)
				printf("slot %u is open\n", i);
		}
	}
	for (unsigned i = 0; i < SLOTS; i++)
		forget(&slots[i]);
	lowest = dup(0);
	note("lowest free descriptor %d\n", lowest);
	close(lowest);
}

static void
map_pages(void)
{
	unsigned char *pages = mmap(NULL, 4 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (pages == MAP_FAILED)
		exit(2);
	mprotect(pages + PAGE, PAGE, PROT_NONE);
	readable_end = unreadable = pages + PAGE;
	read_only = pages + 2 * PAGE;
	heap = malloc(ADDRESS_MAX);
	if (!heap)
		exit(2);
}

int
main(int argc, char **argv)
{
	static const char *const profiles[] = {"any", "specific", "apart", "meet"};
	uint64_t seed, first, count;

	if (argc < 5)
		return 2;
	seed = strtoull(argv[1], NULL, 0);
	first = strtoull(argv[2], NULL, 0);
	count = strtoull(argv[3], NULL, 0);
	while (strcmp(profiles[profile], argv[4]) != 0)
		if (++profile > MEET)
			return 2;
	verbose = argc > 5;
	map_pages();
	if (chdir("/proc/self")) /* where no name of a unix socket makes a file */
		return 2;
	for (unsigned i = 0; i < SLOTS; i++)
		slots[i].fd = -1;
	for (number = first; number < first + count; number++) {
		state = seed ^ (number * 0xd1342543de82ef95u);
		next();
		sequence();
		printf("%llu %016llx\n", (unsigned long long)number, (unsigned long long)hash);
	}
	printf("open %lu\n", left_open);
	return 0;
}
