/* SPDX-License-Identifier: MIT
 * random_ways.c POLICY SEED COUNT [verbose]: COUNT sequences of random calls on client sockets, under rules for connect(2) that
 * POLICY names, and a naive model of where each must go from:
 * confine: by DEVICE, but for a socket that the program has put on another one;
 * rewrite: from the addresses of DEVICE, but for a socket that the program has bound or put on a device;
 * pin: as confine, and no socket is put anywhere by the program: a capture must see nothing by the other link.
 * Prints what is wrong, and at the end `connected N, loopback N, wrong N`. Knows nothing of the guard. */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "net/addresses.h"

#define STEPS 12
#define TOLD 8 /* sequences that go wrong */
/* Of the second link, as in net/places.h. */
#define DEVICE "link2"
#define PLACES_HERE4 "198.18.0.1"
#define PLACES_THERE4 "198.18.0.2"
#define PLACES_HERE6 "2001:db8:1::1"
#define PLACES_THERE6 "2001:db8:1::2"
#define THERE 19850 /* services, pin_run.c; nobody listens at CLOSED */
#define HERE 19851
#define CLOSED 19852
#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

union name {
	struct sockaddr any;
	struct sockaddr_in in;
	struct sockaddr_in6 in6;
};

/**
 * struct model - a socket, as the program knows it.
 * @device: that it has put it on
 * @four: a stream socket of IPv6 that has connected by IPv4: Linux does not forget that when the connection is dissolved, and sends
 * a SYN for an IPv6 address to the former IPv4 one (icsk_af_ops of tcp_v6_connect())
 * @bound: it has asked bind(2) for something
 * @was_connected: it has tried to connect
 * @reconnects: it has a peer, and a source that the kernel does not change with the peer (ip4_datagram_connect())
 * @own: the address that it has bound, "": none
 * @fresh: nothing was done to it yet
 */
struct model {
	int fd;
	bool six;
	bool datagram;
	char device[16];
	bool four;
	bool bound;
	bool was_connected;
	bool reconnects;
	char own[64];
	bool fresh;
};

static enum { CONFINE, REWRITE, PIN } policy;
static uint64_t state;
static unsigned connected, loopback, wrong;
static char history[4096];
static bool verbose;

static const char *const local[2] = {"127.0.0.1", "::1"};
static const char *const elsewhere[2][3] = {{THERE4, PLACES_THERE4, THERE4}, {THERE6, PLACES_THERE6, THERE6}};
static const char *const mine[2][3] = {{HERE4, PLACES_HERE4, "127.0.0.1"}, {HERE6, PLACES_HERE6, "::1"}};

static unsigned
pick(unsigned below)
{
	state = state * 6364136223846793005u + 1442695040888963407u;
	return (unsigned)(state >> 33) % below;
}

__attribute__((format(printf, 1, 2))) static void
note(const char *format, ...)
{
	size_t length = strlen(history);
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(history + length, sizeof(history) - length, format, arguments);
	va_end(arguments);
}

/* fill - @text of IPv4 as mapped address for an IPv6 socket, unless @plain. */
static socklen_t
fill(const struct model *model, const char *text, unsigned port, bool plain, union name *name)
{
	bool ipv6 = strchr(text, ':');
	char mapped[64];

	memset(name, 0, sizeof(*name));
	if (!ipv6 && (!model->six || plain)) {
		name->in.sin_family = AF_INET;
		name->in.sin_port = htons((uint16_t)port);
		inet_pton(AF_INET, text, &name->in.sin_addr);
		return sizeof(name->in);
	}
	snprintf(mapped, sizeof(mapped), "%s%s", ipv6 ? "" : "::ffff:", text);
	name->in6.sin6_family = AF_INET6;
	name->in6.sin6_port = htons((uint16_t)port);
	inet_pton(AF_INET6, mapped, &name->in6.sin6_addr);
	return sizeof(name->in6);
}

/* read_state - the socket's address, without ::ffff:, and device. */
static void
read_state(const struct model *model, char address[64], char device[17])
{
	union name name = {.any = {.sa_family = AF_INET}};
	socklen_t size = sizeof(name), device_size = 16;

	memset(device, 0, 17);
	getsockname(model->fd, &name.any, &size);
	inet_ntop(name.any.sa_family, name.any.sa_family == AF_INET6 ? (void *)&name.in6.sin6_addr : &name.in.sin_addr,
		  address, 64);
	if (strncmp(address, "::ffff:", 7) == 0)
		memmove(address, address + 7, strlen(address + 7) + 1);
	getsockopt(model->fd, SOL_SOCKET, SO_BINDTODEVICE, device, &device_size);
}

/* check_elsewhere - a connect(2) to @text was made: is the socket where the model has it? */
static void
check_elsewhere(const struct model *model, const char *text)
{
	const char *source = strchr(text, ':') ? PLACES_HERE6 : PLACES_HERE4, *device = DEVICE;
	char address[64] = "", present[17];

	read_state(model, address, present);
	if (model->own[0])
		source = model->own;
	if (model->device[0])
		device = model->device;
	connected++;
	if (policy == REWRITE && !model->device[0]
		    ? strcmp(address, source) != 0 && !(model->reconnects && strcmp(present, device) == 0)
		    : strcmp(present, device) != 0) {
		if (wrong++ < TOLD)
			printf("%s-> from %s%%%s: the model has %s%%%s\n", history, address, present, source, device);
	}
}

/* check_loopback - whatever the rules are, a fresh socket gets there, from there. */
static void
check_loopback(const struct model *model, const char *text, int error)
{
	char address[64] = "", present[17];

	read_state(model, address, present);
	if (!model->fresh)
		return;
	loopback++;
	if (error || present[0] || strcmp(address, text) != 0) {
		if (wrong++ < TOLD)
			printf("%s-> %d from %s%%%s: the model has %s\n", history, error, address, present, text);
	}
}

static void
make(struct model *model)
{
	bool six = pick(2), datagram = pick(2);

	if (model->fd >= 0)
		close(model->fd);
	*model = (struct model){.six = six, .datagram = datagram, .fresh = true};
	model->fd = socket(six ? AF_INET6 : AF_INET, (datagram ? SOCK_DGRAM : SOCK_STREAM) | SOCK_NONBLOCK, 0);
	note("%s%d ", datagram ? "udp" : "tcp", six ? 6 : 4);
}

static void
bind_somewhere(struct model *model)
{
	bool ipv6 = model->six && pick(3);
	const char *text = policy != PIN && pick(2) ? mine[ipv6][pick(3)] : model->six ? "::" : "0.0.0.0";
	unsigned port = pick(2) ? 0 : 20000 + pick(10000);
	union name name;
	socklen_t size = fill(model, text, port, false, &name);
	int error;

	/* What a rule has bound once keeps the source of its last peer, where it is bound to a wildcard then: BINDADDR_LOCK. */
	if (model->bound || (policy == REWRITE && model->was_connected))
		return;
	error = bind(model->fd, &name.any, size) ? errno : 0;
	note("bind(%s:%u)=%d ", text, port, error);
	model->fresh = false;
	if (error)
		return;
	model->bound = true;
	if (strcmp(text, "::") != 0 && strcmp(text, "0.0.0.0") != 0)
		strcpy(model->own, text);
}

static void
put_on_device(struct model *model)
{
	static const char *const devices[] = {CABLE, DEVICE, ""};
	const char *device = devices[pick(3)];
	int error = 0;

	if (policy == PIN || (policy == REWRITE && model->was_connected))
		return;
	if (setsockopt(model->fd, SOL_SOCKET, SO_BINDTODEVICE, device, (socklen_t)strlen(device)))
		error = errno;
	note("device(%s)=%d ", device, error);
	model->fresh = false;
	if (!error)
		strcpy(model->device, device);
}

static void
connect_somewhere(struct model *model)
{
	bool ipv6 = model->six && pick(3) && !model->four, here = pick(4) == 0;
	const char *text = here ? local[ipv6] : elsewhere[ipv6][pick(3)];
	unsigned port = pick(5) == 0 ? CLOSED : here ? HERE : THERE;
	struct pollfd ready = {.fd = model->fd, .events = POLLOUT};
	union name name;
	socklen_t size = fill(model, text, port, model->datagram && pick(2), &name);
	int error = connect(model->fd, &name.any, size) ? errno : 0;

	note("connect(%s:%u)=%d ", text, port, error);
	/* 0 of a stream socket, which does not block: an earlier call has come to its end. */
	if (error == (model->datagram ? 0 : EINPROGRESS)) {
		if (here)
			check_loopback(model, text, 0);
		else
			check_elsewhere(model, text);
		model->reconnects = model->datagram;
		poll(&ready, 1, 20);
		if (model->datagram)
			send(model->fd, "?", 1, MSG_NOSIGNAL);
	} else if (here && port == HERE && error) {
		check_loopback(model, text, error);
	}
	model->was_connected = true;
	model->four = model->four || (!model->datagram && !ipv6);
	model->fresh = false;
}

static void
connect_badly(struct model *model)
{
	union name name;
	socklen_t size = fill(model, THERE4, THERE, false, &name);
	int error;

	switch (pick(3)) {
	case 0: size = 7; break;
	case 1: name.any.sa_family = AF_UNIX; break;
	default:
		size = fill(model, model->six ? "2001:db8:9::9" : "203.0.113.77", CLOSED, false, &name);
		break; /* no way leads there */
	}
	error = connect(model->fd, &name.any, size) ? errno : 0;
	note("badly=%d ", error);
	model->was_connected = true;
	model->fresh = false;
}

static void
dissolve(struct model *model)
{
	static const struct sockaddr none = {.sa_family = AF_UNSPEC};
	int error = connect(model->fd, &none, sizeof(none)) ? errno : 0;

	note("dissolve=%d ", error);
	model->fresh = false;
	/* The kernel takes the device off a datagram socket, __udp_disconnect(). */
	if (!error && model->datagram)
		model->device[0] = '\0';
	if (!error)
		model->reconnects = false;
}

static void
send_somewhere(struct model *model)
{
	bool ipv6 = model->six && pick(3);
	const char *text = pick(2) || policy == PIN ? local[ipv6] : elsewhere[ipv6][pick(3)];
	union name name;
	socklen_t size = fill(model, text, HERE, false, &name);

	if (!model->datagram)
		return;
	note("sendto(%s)=%d ", text, sendto(model->fd, "?", 1, MSG_NOSIGNAL, &name.any, size) < 0 ? errno : 0);
	model->fresh = false;
}

static void
step(struct model *model)
{
	switch (pick(16)) {
	case 0:
	case 1: make(model); break;
	case 2:
	case 3: bind_somewhere(model); break;
	case 4: put_on_device(model); break;
	case 5:
	case 6:
	case 7: dissolve(model); break;
	case 8: connect_badly(model); break;
	case 9: send_somewhere(model); break;
	default: connect_somewhere(model); break;
	}
}

int
main(int argc, char **argv)
{
	unsigned long seed, count;

	if (argc < 4)
		return 2;
	policy = strcmp(argv[1], "confine") == 0 ? CONFINE : strcmp(argv[1], "rewrite") == 0 ? REWRITE : PIN;
	seed = strtoul(argv[2], NULL, 10);
	count = strtoul(argv[3], NULL, 10);
	verbose = argc > 4;
	for (unsigned long i = 0; i < count; i++) {
		struct model model = {.fd = -1};

		state = (seed + i) * 0x9e3779b97f4a7c15u;
		history[0] = '\0';
		note("seed %lu: ", seed + i);
		make(&model);
		for (int j = 0; j < STEPS; j++)
			step(&model);
		close(model.fd);
		if (verbose)
			puts(history);
	}
	printf("connected %u, loopback %u, wrong %u\n", connected, loopback, wrong);
	return 0;
}
