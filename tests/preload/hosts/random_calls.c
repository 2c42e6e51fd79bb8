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
 * A `+` behind it: the sockets also move: this program executes itself, a child works on them, they are passed by
 * SCM_RIGHTS and dup2(2), the process goes to another network namespace and back, loses its privileges and regains them.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/if_packet.h>
#include <linux/netlink.h>
#include <net/if.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sched.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#define SLOTS 4
#define ADDRESS_MAX 256
#define PAGE 4096
#define PORTS 8		       /* fixed ports of one sequence */
#define UNTOUCHED 424242       /* errno before every call */
#define LOCAL_PORT_FIRST 32768 /* ip_local_port_range, ip(7): the kernel's choice */
#define ANSWER_MS 30	       /* this machine answers at once, or behind a device never */
#define NOBODY 65534
#define STATE_FD 200 /* what goes through exec, beyond the descriptors of a sequence */
#define HERE_FD 201  /* network namespaces */
#define THERE_FD 202

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
	int client;    /* connected, given back what bind(2) took; 2: and who remembers it has gone: CAVEATS */
	int connected; /* connect was called, whatever came of it */
	int spent;     /* tried to connect: what the first peer left behind decides on further calls */
	int scoped; /* a call with a scope may have left a device behind; 2: and who remembers it has gone: CAVEATS */
	int server; /* bind(2) to a wildcard and a fixed port succeeded */
};

/* An address as handed over. */
struct address {
	unsigned char bytes[ADDRESS_MAX];
	socklen_t size;
};

/* All that a sequence has become so far: what exec and a child must hand on. */
static struct {
	uint64_t state, hash, number;
	unsigned port_next, step, steps;
	unsigned long left_open;
	struct slot slots[SLOTS];
	int dropped, away; /* without privileges; in the other network namespace */
} now;

static enum profile profile;
static int verbose, moves;
static char **words; /* argv */
static unsigned char fixed[ADDRESS_MAX + 8];
static unsigned char *heap, *readable_end, *read_only, *unreadable;

/* splitmix64 */
static uint64_t
next(void)
{
	uint64_t z = now.state += 0x9e3779b97f4a7c15u;

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
		now.hash = (now.hash ^ (unsigned char)text[i]) * 0x100000001b3u;
	if (verbose)
		fputs(text, stdout);
}

static void
note_bytes(const unsigned char *bytes, unsigned from, unsigned to)
{
	for (unsigned i = from; i < to; i++) {
		now.hash = (now.hash ^ bytes[i]) * 0x100000001b3u;
		if (verbose)
			printf("%c%02x", i == from ? ' ' : '.', bytes[i]);
	}
}

/* A port of this sequence's own, 0, or a reserved one. */
static uint16_t
any_port(int binding)
{
	unsigned base = 10000 + (unsigned)(now.number % 2500) * PORTS;

	if (once_in(4) && (binding || profile != APART))
		return 0;
	if (profile == APART)
		return (uint16_t)(binding ? base + now.port_next++ % PORTS : 9);
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
		which = moves && binding && profile == ANY ? 2 : below(3);
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
		which = moves && binding && profile == ANY ? 2 : below(6);
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

/* Duplicates are the same socket: what is known of @slot is known of them. */
static void
share(const struct slot *slot)
{
	for (unsigned i = 0; i < SLOTS; i++) {
		struct slot *other = &now.slots[i];
		int fd = other->fd;

		if (other == slot || other->inode != slot->inode)
			continue;
		*other = *slot;
		other->fd = fd;
	}
}

/* May this call leave the device of its scope behind? */
static void
note_scope(struct slot *slot, const struct address *address)
{
	slot->scoped |= slot->family == AF_INET6 && address->size >= 28 && (address->bytes[24] | address->bytes[25]);
}

/* The process that would remember it goes. */
static void
forget_memory(void)
{
	for (unsigned i = 0; i < SLOTS; i++) {
		now.slots[i].scoped = now.slots[i].scoped ? 2 : 0;
		now.slots[i].client = now.slots[i].client ? 2 : 0;
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

	slot->family = families[below(profile == MEET || moves ? 6 : 8)];
	if (once_in(6))
		protocol = protocols[below(6)];
	if (moves && profile == ANY && once_in(3)) { /* what a process remembers matters most for these */
		slot->family = AF_INET6;
		type = SOCK_DGRAM;
		protocol = 0;
	}
	if (slot->family == AF_NETLINK && protocol > 20)
		protocol = 0;
	if (now.number % 4000 == 17 && once_in(2)) { /* closing one takes milliseconds */
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
		if (profile != APART && slot != &now.slots[0]) {
			*slot = now.slots[0];
			slot->fd = dup(now.slots[0].fd);
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
	note_scope(slot, &address);
	errno = UNTOUCHED;
	result = bind(slot->fd, at, address.size);
	note_call(slot, result);
	note("  buffer %s\n", unchanged(at, &address) ? "kept" : "WRITTEN");
	slot->used = 1;
	if (result == 0 && is_fixed_wildcard(slot, &address))
		slot->server = 1;
	share(slot);
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
	if (moves && once_in(2)) /* the end of an association */
		memset(address.bytes, 0, sizeof(uint16_t));
	dissolves = address.size >= 2 && !address.bytes[0] && !address.bytes[1];
	if ((slot->listened || (slot->spent && !dissolves)) && profile != ANY)
		return;
	at = place(&address, stack, &where);
	note("connect %d size %d %s", slot->fd, (int)address.size, where);
	note_bytes(address.bytes, 0, 28);
	if (flags >= 0 && !(flags & O_NONBLOCK))
		fcntl(slot->fd, F_SETFL, flags | O_NONBLOCK);
	note_scope(slot, &address);
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
	slot->used = slot->connected = 1;
	slot->client |= result == 0 && !dissolves;
	if (result == 0)
		slot->spent = !dissolves;
	share(slot);
}

/* Has the socket another descriptor? */
static int
is_duplicated(const struct slot *slot)
{
	for (unsigned i = 0; i < SLOTS; i++)
		if (&now.slots[i] != slot && now.slots[i].fd >= 0 && now.slots[i].inode == slot->inode)
			return 1;
	return 0;
}

/* Not in the profile `specific` where the kernel has set a device: a socket that was never bound is a wildcard's then, which
 * the guard takes off the device by an exchange. Nor after a connect(2) on a device of the program's choice, which is taken
 * for the kernel's: libbindguard(7), CAVEATS. Nor where a socket may have got a device late, and then gets back what it had
 * asked for: its duplicates do not. */
static void
do_listen(struct slot *slot)
{
	static const int backlogs[] = {8, 64, 128, -1};
	int backlog = backlogs[below(4)], result;

	if ((profile == SPECIFIC && slot->scoped) || (profile != ANY && slot->connected && slot->device) ||
	    (profile == MEET && slot->device && is_duplicated(slot)))
		return;
	note("listen %d %d", slot->fd, backlog);
	errno = UNTOUCHED;
	result = listen(slot->fd, backlog);
	note_call(slot, result);
	slot->listened |= result == 0;
	slot->used = 1;
	share(slot);
}

static void
do_accept(struct slot *slot)
{
	struct slot *into = &now.slots[below(SLOTS)];
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
	into->device = slot->device;
	into->inode = inode_of(got);
	into->used = 1;
}

/* Not off a socket that is bound, connected or listening: a program with CAP_NET_RAW that takes the device off has exposed
 * itself, and setsockopt(2) is not guarded. */
static void
do_device(struct slot *slot)
{
	static const char *const devices[] = {"lo", "lan0", "nonesuch", ""};
	const char *device;
	int result;

	/* Without CAP_NET_RAW a second device is refused, the guard's counts as the first. */
	if (slot->used && (profile == APART || (moves && profile == SPECIFIC)))
		return;
	device = devices[below(slot->used ? 3 : 4)];
	note("device %d %s", slot->fd, device);
	errno = UNTOUCHED;
	result = setsockopt(slot->fd, SOL_SOCKET, SO_BINDTODEVICE, device, (socklen_t)strlen(device));
	note_call(slot, result);
	slot->device |= result == 0 && device[0];
	share(slot);
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

/* Which descriptors are still open? exec closes some, and a child has its own table. */
static void
look_at_slots(void)
{
	for (unsigned i = 0; i < SLOTS; i++)
		if (now.slots[i].fd >= 0 && fcntl(now.slots[i].fd, F_GETFD) < 0) {
			memset(&now.slots[i], 0, sizeof(now.slots[i]));
			now.slots[i].fd = -1;
		}
}

/* This program again: what is remembered in its memory is gone, what the kernel knows is not. */
static void
do_exec(void)
{
	int fd;

	/* With another effective than real user the loader ignores LD_PRELOAD: nothing is guarded then, ld.so(8). */
	if (now.dropped || now.away)
		return;
	fd = memfd_create("state", 0);
	note("exec\n");
	forget_memory();
	if (fd < 0 || dup2(fd, STATE_FD) < 0 || pwrite(STATE_FD, &now, sizeof(now), 0) != sizeof(now))
		exit(3);
	close(fd);
	fflush(stdout);
	execv("/proc/self/exe", words);
	exit(3);
}

/* A child makes the next calls; the parent goes on with the sockets as they are then. */
static void
do_child(void (*act)(struct slot *), struct slot *slot)
{
	int pipes[2], status = -1;
	pid_t child;

	note("child\n");
	fflush(stdout);
	if (pipe2(pipes, O_CLOEXEC))
		exit(3);
	child = fork();
	if (child == 0) {
		act(slot);
		forget_memory();
		fflush(stdout);
		_exit(write(pipes[1], &now, sizeof(now)) != sizeof(now));
	}
	close(pipes[1]);
	if (child < 0 || read(pipes[0], &now, sizeof(now)) != sizeof(now) || waitpid(child, &status, 0) != child ||
	    status)
		exit(3);
	close(pipes[0]);
	slot->inode = inode_of(slot->fd);
}

/* To this process itself, by a message; the first descriptor is closed while the second is under way. */
static void
do_pass(struct slot *slot)
{
	union {
		struct cmsghdr header;
		char room[CMSG_SPACE(sizeof(int))];
	} control = {.header = {.cmsg_len = CMSG_LEN(sizeof(int)), .cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS}};
	char byte = 'x';
	struct iovec part = {.iov_base = &byte, .iov_len = 1};
	struct msghdr message = {
		.msg_iov = &part, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof(control)};
	int pair[2];

	if (slot->fd < 3 || socketpair(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0, pair))
		return;
	memcpy(CMSG_DATA(&control.header), &slot->fd, sizeof(int));
	note("pass %d", slot->fd);
	if (sendmsg(pair[0], &message, 0) == 1) {
		close(slot->fd);
		if (recvmsg(pair[1], &message, once_in(2) ? MSG_CMSG_CLOEXEC : 0) != 1)
			exit(3);
		memcpy(&slot->fd, CMSG_DATA(&control.header), sizeof(int));
	}
	note_call(slot, slot->fd);
	close(pair[0]);
	close(pair[1]);
}

/* In the place of another of the sequence. */
static void
do_dup(struct slot *slot)
{
	struct slot *into = &now.slots[below(SLOTS)];
	int fd = into->fd;

	if (fd < 3 || slot->fd < 0 || into == slot)
		return;
	note("dup %d", slot->fd);
	*into = *slot;
	into->fd = dup2(slot->fd, fd);
	note_call(into, into->fd);
}

/* Privileges go with the effective user, capabilities(7), and come back with it. */
static void
do_privileges(void)
{
	int result = seteuid(now.dropped ? 0 : NOBODY);

	if (result == 0)
		now.dropped = !now.dropped;
	note("user %d = %d\n", now.dropped, result);
}

/* Another network namespace, which has the device lo alone; a socket stays in its own. */
static void
do_network(void)
{
	int result = now.dropped ? -1 : setns(now.away ? HERE_FD : THERE_FD, CLONE_NEWNET);

	if (result == 0)
		now.away = !now.away;
	note("network %d = %d\n", now.away, result);
}

static void
move(struct slot *slot)
{
	switch (below(10)) {
	case 0:
	case 1: do_exec(); break;
	case 2: do_child(do_bind, slot); break;
	case 3: do_child(do_listen, slot); break;
	case 4: do_child(do_connect, slot); break;
	case 5: do_pass(slot); break;
	case 6: do_dup(slot); break;
	case 7: do_network(); break;
	default: do_privileges();
	}
}

static void
step(void)
{
	struct slot *slot = &now.slots[once_in(profile == MEET ? 1 : 3) ? below(SLOTS) : 0];
	unsigned what = below(20);

	if (slot->fd < 0 && !once_in(8)) {
		create(slot);
		return;
	}
	if (moves && once_in(5))
		move(slot);
	else if (what < 7)
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
		create(&now.slots[below(SLOTS)]);
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
	socklen_t size = sizeof(name), device_size = IFNAMSIZ, peer_size = sizeof(peer), filter_size = 0;
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
	/* ENODEV: a device that is not there, which bind(2) to a link-local address left behind. One that is there, and that
	 * this program has not chosen, is the kernel's. */
	if (getsockopt(slot->fd, SOL_SOCKET, SO_BINDTODEVICE, device, &device_size) ||
	    (device[0] && (slot->device || slot->scoped > 1 || strcmp(device, "lo") == 0)))
		return 0;
	/* A filter that this program has not attached: what it lets through, tests/preload/leaks_test.c asks. */
	if (getsockopt(slot->fd, SOL_SOCKET, SO_GET_FILTER, NULL, &filter_size) == 0 && filter_size > 0)
		return 0;
	if (option_of(slot->fd, SO_ACCEPTCONN) == 1)
		return 1;
	protocol = option_of(slot->fd, SO_PROTOCOL);
	return slot->server && !slot->device && slot->scoped < 2 && slot->client < 2 &&
	       (protocol == IPPROTO_UDP || protocol == 136) && option_of(slot->fd, SO_TYPE) == SOCK_DGRAM &&
	       getpeername(slot->fd, (struct sockaddr *)peer, &peer_size) != 0;
}

static void
begin(uint64_t seed)
{
	now.state = seed ^ (now.number * 0xd1342543de82ef95u);
	next();
	now.steps = 3 + below(10);
	now.step = 0;
	now.hash = 0xcbf29ce484222325u;
	now.port_next = 0;
	create(&now.slots[0]);
}

/* From where the sequence is to its end. */
static void
go_on(void)
{
	int lowest;

	while (now.step++ < now.steps)
		step();
	if (now.away)
		setns(HERE_FD, CLONE_NEWNET);
	if (now.dropped && seteuid(0))
		exit(3);
	now.away = now.dropped = 0;
	for (unsigned i = 0; i < SLOTS; i++) {
		note("slot %u %d", i, now.slots[i].fd);
		if (now.slots[i].fd < 0) {
			note("\n");
			continue;
		}
		note_name(&now.slots[i]);
		note(" flags %x %x", (unsigned)fcntl(now.slots[i].fd, F_GETFL),
		     (unsigned)fcntl(now.slots[i].fd, F_GETFD));
		if (profile != APART && profile != MEET)
			note(" same %d", now.slots[i].inode == inode_of(now.slots[i].fd));
		note("\n");
		if (is_open(&now.slots[i])) {
			now.left_open++;
			if (verbose)
				printf("slot %u is open, sequence %llu\n", i, (unsigned long long)now.number);
		}
	}
	for (unsigned i = 0; i < SLOTS; i++)
		forget(&now.slots[i]);
	lowest = dup(0);
	note("lowest free descriptor %d\n", lowest);
	close(lowest);
	printf("%llu %016llx\n", (unsigned long long)now.number, (unsigned long long)now.hash);
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

/* The network namespaces to go to: this one and a new one, with lo up. Not allowed: there is nowhere to go. */
static void
make_networks(void)
{
	struct ifreq lo = {.ifr_name = "lo", .ifr_flags = IFF_UP};
	int here = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC), there = -1, fd;

	if (here < 0 || dup2(here, HERE_FD) < 0)
		exit(2);
	if (unshare(CLONE_NEWNET) == 0) {
		fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
		there = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
		if (ioctl(fd, SIOCSIFFLAGS, &lo) || dup2(there, THERE_FD) < 0 || setns(here, CLONE_NEWNET))
			exit(2);
		close(fd);
		close(there);
	}
	close(here);
}

/* Is this the program that another of its kind has executed in the midst of a sequence? */
static int
is_resumed(void)
{
	int resumed = pread(STATE_FD, &now, sizeof(now), 0) == sizeof(now);

	if (!resumed)
		return 0;
	close(STATE_FD);
	look_at_slots();
	return 1;
}

static void
read_profile(const char *word)
{
	static const char *const profiles[] = {"any", "specific", "apart", "meet"};

	moves = word[strlen(word) - 1] == '+';
	while (strlen(profiles[profile]) + (size_t)moves != strlen(word) ||
	       strncmp(profiles[profile], word, strlen(profiles[profile])) != 0)
		if (++profile > MEET)
			exit(2);
}

int
main(int argc, char **argv)
{
	uint64_t seed, first, count;

	if (argc < 5)
		return 2;
	words = argv;
	seed = strtoull(argv[1], NULL, 0);
	first = strtoull(argv[2], NULL, 0);
	count = strtoull(argv[3], NULL, 0);
	read_profile(argv[4]);
	verbose = argc > 5;
	map_pages();
	if (chdir("/proc/self")) /* where no name of a unix socket makes a file */
		return 2;
	if (moves && is_resumed()) {
		go_on();
		now.number++;
	} else {
		for (unsigned i = 0; i < SLOTS; i++)
			now.slots[i].fd = -1;
		now.number = first;
		if (moves)
			make_networks();
	}
	for (; now.number < first + count; now.number++) {
		begin(seed);
		go_on();
	}
	printf("open %lu\n", now.left_open);
	return 0;
}
