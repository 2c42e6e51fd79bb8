/* SPDX-License-Identifier: MIT
 * client_ways.c SCENARIO PORT: a client that binds a wildcard and that port and then connects, in one of many ways; prints
 * what came of it. Echo services are at port 19300 of this machine and of the second host, nobody is at port 9. */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/net_tstamp.h>
#include <netdb.h>
#include <netinet/icmp6.h>
#include <netinet/in.h>
#include <netinet/ip_icmp.h>
#include <netinet/tcp.h>
#include <netinet/udp.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include "net/addresses.h"

#define ECHO_PORT 19300
#define CLOSED_PORT 9
#define SILENT4 ABSENT4 /* what is sent there is lost */
#define MANY 500
#define UDPLITE_SEND_CSCOV 10 /* udplite(7) */
#define UDPLITE_RECV_CSCOV 11
#define WAIT_MS 2000
#define ALARM_S 8 /* a connect(2) that nothing answers would take minutes */

struct scenario {
	const char *name;
	void (*run)(const struct scenario *scenario);
	int family;
	int type;
	int protocol;
	const char *peer;
	const char *other;
};

static unsigned port;
static int children;

static void
die(const char *what)
{
	printf("%s: %s\n", what, strerror(errno));
	exit(1);
}

/** address - of @text, NULL: the wildcard; an IPv4 one is mapped for an IPv6 socket. Return: its size. */
static socklen_t
address(int family, const char *text, unsigned to_port, struct sockaddr_storage *to)
{
	struct sockaddr_in in = {.sin_family = AF_INET, .sin_port = htons((uint16_t)to_port)};
	struct sockaddr_in6 in6 = {.sin6_family = AF_INET6, .sin6_port = htons((uint16_t)to_port)};

	memset(to, 0, sizeof(*to));
	if (text)
		inet_pton(family, text, family == AF_INET ? (void *)&in.sin_addr : (void *)&in6.sin6_addr);
	if (family == AF_INET) {
		memcpy(to, &in, sizeof(in));
		return sizeof(in);
	}
	memcpy(to, &in6, sizeof(in6));
	return sizeof(in6);
}

static int
bind_to(int fd, int family, const char *text, unsigned to_port)
{
	struct sockaddr_storage to;
	socklen_t size = address(family, text, to_port, &to);

	return bind(fd, (struct sockaddr *)&to, size);
}

static int
connect_to(int fd, int family, const char *text, unsigned to_port)
{
	struct sockaddr_storage to;
	socklen_t size = address(family, text, to_port, &to);

	return connect(fd, (struct sockaddr *)&to, size);
}

/** new_bound - a socket at the wildcard; what it leaves behind is reset, so that its port can be used again at once. */
static int
new_bound(const struct scenario *s, unsigned at_port)
{
	struct linger reset = {.l_onoff = 1};
	int fd = socket(s->family, s->type, s->protocol);

	setsockopt(fd, SOL_SOCKET, SO_LINGER, &reset, sizeof(reset));
	if (bind_to(fd, s->family, NULL, at_port))
		die("bind");
	return fd;
}

/** say_call - what a call returned. */
static void
say_call(const char *what, int result)
{
	printf("%s %s, ", what, result ? strerror(errno) : "0");
}

/** say_names - both ends; the socket's port only where it is the one asked for. */
static void
say_names(int fd)
{
	struct sockaddr_storage name;
	socklen_t size = sizeof(name);
	char text[64] = "-", service[16] = "-";

	if (getsockname(fd, (struct sockaddr *)&name, &size) == 0)
		getnameinfo((struct sockaddr *)&name, size, text, sizeof(text), service, sizeof(service),
			    NI_NUMERICHOST | NI_NUMERICSERV);
	printf("at %s %s, ", text, (unsigned)atoi(service) == port ? service : "another port");
	size = sizeof(name);
	if (getpeername(fd, (struct sockaddr *)&name, &size)) {
		printf("peer %s, ", strerror(errno));
		return;
	}
	getnameinfo((struct sockaddr *)&name, size, text, sizeof(text), service, sizeof(service),
		    NI_NUMERICHOST | NI_NUMERICSERV);
	printf("peer %s %s, ", text, service);
}

/** say_echo - send and receive. */
static void
say_echo(int fd)
{
	struct pollfd ready = {.fd = fd, .events = POLLIN};
	char answer[16] = "";
	ssize_t sent = send(fd, "hello", 5, MSG_NOSIGNAL);

	if (sent == 5 && poll(&ready, 1, WAIT_MS) == 1 && recv(fd, answer, sizeof(answer) - 1, 0) < 0)
		strcpy(answer, "error");
	printf("echo %s, ", sent == 5 ? answer : strerror(errno));
}

/** plainly - bind, connect, use. */
static void
plainly(const struct scenario *s)
{
	int fd = new_bound(s, port);

	say_call("connect", connect_to(fd, s->family, s->peer, ECHO_PORT));
	say_names(fd);
	say_echo(fd);
}

#define INT(level, name, value)                                                                                        \
	{                                                                                                              \
		level, name, #name, value                                                                              \
	}

/** struct setting - an option that has an int, and what it is set to. */
static const struct setting {
	int level;
	int name;
	const char *word;
	int value;
} settings[] = {
	INT(SOL_SOCKET, SO_BROADCAST, 1),
	INT(SOL_SOCKET, SO_KEEPALIVE, 1),
	INT(SOL_SOCKET, SO_OOBINLINE, 1),
	INT(SOL_SOCKET, SO_PRIORITY, 3),
	INT(SOL_SOCKET, SO_RCVLOWAT, 2),
	INT(SOL_SOCKET, SO_REUSEADDR, 1),
	INT(SOL_SOCKET, SO_REUSEPORT, 1),
	INT(SOL_SOCKET, SO_TIMESTAMP, 1),
	INT(SOL_SOCKET, SO_RXQ_OVFL, 1),
	INT(SOL_SOCKET, SO_RCVBUF, 32768),
	INT(SOL_SOCKET, SO_SNDBUF, 40000),
	INT(SOL_SOCKET, SO_MAX_PACING_RATE, 1000000),
	INT(SOL_SOCKET, SO_ZEROCOPY, 1),
	INT(SOL_SOCKET, SO_SELECT_ERR_QUEUE, 1),
	INT(SOL_SOCKET, SO_NO_CHECK, 1),
	INT(SOL_SOCKET, SO_TXREHASH, 0),
	INT(SOL_SOCKET, SO_TIMESTAMPING, SOF_TIMESTAMPING_RX_SOFTWARE),
	INT(IPPROTO_IP, IP_TOS, 0x28),
	INT(IPPROTO_IP, IP_TTL, 42),
	INT(IPPROTO_IP, IP_MTU_DISCOVER, IP_PMTUDISC_PROBE),
	INT(IPPROTO_IP, IP_RECVERR, 1),
	INT(IPPROTO_IP, IP_PKTINFO, 1),
	INT(IPPROTO_IP, IP_RECVTTL, 1),
	INT(IPPROTO_IP, IP_RECVTOS, 1),
	INT(IPPROTO_IP, IP_RECVORIGDSTADDR, 1),
	INT(IPPROTO_IP, IP_FREEBIND, 1),
	INT(IPPROTO_IP, IP_MULTICAST_TTL, 7),
	INT(IPPROTO_IP, IP_MULTICAST_LOOP, 0),
	INT(IPPROTO_IP, IP_MULTICAST_ALL, 0),
	INT(IPPROTO_IP, IP_MINTTL, 3),
	INT(IPPROTO_IP, IP_RETOPTS, 1),
	INT(IPPROTO_IPV6, IPV6_V6ONLY, 0),
	INT(IPPROTO_IPV6, IPV6_UNICAST_HOPS, 43),
	INT(IPPROTO_IPV6, IPV6_MULTICAST_HOPS, 8),
	INT(IPPROTO_IPV6, IPV6_MULTICAST_LOOP, 0),
	INT(IPPROTO_IPV6, IPV6_MTU_DISCOVER, IPV6_PMTUDISC_PROBE),
	INT(IPPROTO_IPV6, IPV6_RECVERR, 1),
	INT(IPPROTO_IPV6, IPV6_RECVPKTINFO, 1),
	INT(IPPROTO_IPV6, IPV6_RECVHOPLIMIT, 1),
	INT(IPPROTO_IPV6, IPV6_TCLASS, 0x28),
	INT(IPPROTO_IPV6, IPV6_RECVTCLASS, 1),
	INT(IPPROTO_IPV6, IPV6_DONTFRAG, 1),
	INT(IPPROTO_IPV6, IPV6_MINHOPCOUNT, 2),
	INT(IPPROTO_IPV6, IPV6_RECVORIGDSTADDR, 1),
	INT(IPPROTO_IPV6, IPV6_AUTOFLOWLABEL, 0),
	INT(IPPROTO_IPV6, IPV6_ADDR_PREFERENCES, 1),
	INT(IPPROTO_TCP, TCP_NODELAY, 1),
	INT(IPPROTO_TCP, TCP_MAXSEG, 900),
	INT(IPPROTO_TCP, TCP_KEEPIDLE, 77),
	INT(IPPROTO_TCP, TCP_KEEPINTVL, 11),
	INT(IPPROTO_TCP, TCP_KEEPCNT, 4),
	INT(IPPROTO_TCP, TCP_SYNCNT, 3),
	INT(IPPROTO_TCP, TCP_LINGER2, 9),
	INT(IPPROTO_TCP, TCP_USER_TIMEOUT, 12345),
	INT(IPPROTO_TCP, TCP_NOTSENT_LOWAT, 65536),
	INT(IPPROTO_TCP, TCP_THIN_LINEAR_TIMEOUTS, 1),
	INT(IPPROTO_TCP, TCP_INQ, 1),
	INT(IPPROTO_TCP, TCP_SAVE_SYN, 1),
	INT(IPPROTO_UDP, UDP_SEGMENT, 500),
	INT(IPPROTO_UDP, UDP_GRO, 1),
	INT(IPPROTO_UDPLITE, UDPLITE_SEND_CSCOV, 20),
	INT(IPPROTO_UDPLITE, UDPLITE_RECV_CSCOV, 12),
	INT(SOL_SOCKET, SO_PRIORITY, 5), /* IP_TOS has changed it */
};

/** say_flags - of the descriptor. */
static void
say_flags(int fd)
{
	printf("descriptor %d, status %x, flags %x, owner %d, signal %d, ", fd, fcntl(fd, F_GETFL), fcntl(fd, F_GETFD),
	       fcntl(fd, F_GETOWN) == getpid(), fcntl(fd, F_GETSIG));
}

/** with_options - every option that there is, set before bind, and read after connect. */
static void
with_options(const struct scenario *s)
{
	int fd = socket(s->family, s->type | SOCK_NONBLOCK | SOCK_CLOEXEC, s->protocol);
	struct timeval patience = {.tv_sec = 33, .tv_usec = 20000};
	struct linger reset = {.l_onoff = 1};
	struct pollfd ready = {.fd = fd, .events = POLLOUT};
	char congestion[16] = "reno";
	socklen_t size = sizeof(congestion);
	unsigned good = 0;

	for (size_t i = 0; i < sizeof(settings) / sizeof(settings[0]); i++)
		good += setsockopt(fd, settings[i].level, settings[i].name, &settings[i].value, sizeof(int)) == 0;
	setsockopt(fd, SOL_SOCKET, SO_LINGER, &reset, sizeof(reset));
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	setsockopt(fd, IPPROTO_TCP, TCP_CONGESTION, congestion, 4);
	signal(SIGUSR1, SIG_IGN);
	fcntl(fd, F_SETOWN, getpid());
	fcntl(fd, F_SETSIG, SIGUSR1);
	if (bind_to(fd, s->family, NULL, port))
		die("bind");
	if (connect_to(fd, s->family, s->peer, ECHO_PORT) && (errno != EINPROGRESS || poll(&ready, 1, WAIT_MS) != 1))
		die("connect");
	say_flags(fd);
	say_names(fd);
	printf("%u set: ", good);
	for (size_t i = 0; i < sizeof(settings) / sizeof(settings[0]); i++) {
		int value = 0;

		size = sizeof(value);
		if (getsockopt(fd, settings[i].level, settings[i].name, &value, &size) == 0)
			printf("%s %d, ", settings[i].word, value);
	}
	size = sizeof(patience);
	getsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, &size);
	size = sizeof(congestion);
	memset(congestion, 0, sizeof(congestion));
	getsockopt(fd, IPPROTO_TCP, TCP_CONGESTION, congestion, &size);
	printf("SO_RCVTIMEO %ld.%06ld, TCP_CONGESTION %s, ", (long)patience.tv_sec, (long)patience.tv_usec, congestion);
}

/** to_two_peers - a datagram socket, connected to one and then to the other. */
static void
to_two_peers(const struct scenario *s)
{
	int fd = new_bound(s, port);

	say_call("first", connect_to(fd, s->family, s->peer, ECHO_PORT));
	say_names(fd);
	say_echo(fd);
	say_call("second", connect_to(fd, s->family, s->other, ECHO_PORT));
	say_names(fd);
	say_echo(fd);
}

/** to_nobody - a closed port: the kernel's own errors, and then the open one by the same socket. */
static void
to_nobody(const struct scenario *s)
{
	int fd = new_bound(s, port), error = 0;
	socklen_t size = sizeof(error);
	char byte;

	say_call("connect", connect_to(fd, s->family, s->peer, CLOSED_PORT));
	if (s->type == SOCK_DGRAM) {
		struct pollfd ready = {.fd = fd, .events = POLLIN};

		send(fd, "x", 1, 0);
		poll(&ready, 1, WAIT_MS);
		say_call("recv", recv(fd, &byte, 1, MSG_DONTWAIT) < 0);
	}
	getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size);
	printf("SO_ERROR %d, ", error);
	say_names(fd);
	say_call("again", connect_to(fd, s->family, s->peer, ECHO_PORT));
	say_names(fd);
	say_echo(fd);
}

/** refused_before - at loopback, which leaves a segment size behind that is the kernel's own; then a far host. */
static void
refused_before(const struct scenario *s)
{
	int fd = new_bound(s, port), size = 0;
	socklen_t length = sizeof(size);

	say_call("first", connect_to(fd, s->family, s->other, CLOSED_PORT));
	say_call("connect", connect_to(fd, s->family, s->peer, ECHO_PORT));
	getsockopt(fd, IPPROTO_TCP, TCP_MAXSEG, &size, &length);
	printf("segments of %d, ", size);
	say_names(fd);
	say_echo(fd);
}

/** number_used_again - a bound socket is closed; another with its number has chosen 127.0.0.1 itself. */
static void
number_used_again(const struct scenario *s)
{
	int fd = new_bound(s, port), other;

	close(fd);
	other = socket(s->family, s->type, s->protocol);
	if (other != fd || bind_to(other, s->family, "127.0.0.1", port))
		die("bind");
	say_call("connect", connect_to(other, s->family, s->peer, ECHO_PORT));
	say_names(other);
}

/** many - all bound first, then all connected; more than any table may be thought to hold. */
static void
many(const struct scenario *s)
{
	struct rlimit limit = {.rlim_cur = MANY + 50, .rlim_max = MANY + 50};
	int fds[MANY], connected = 0, answered = 0;

	setrlimit(RLIMIT_NOFILE, &limit);
	for (unsigned i = 0; i < MANY; i++)
		fds[i] = new_bound(s, port + i);
	for (int i = 0; i < MANY; i++) {
		struct pollfd ready = {.fd = fds[i], .events = POLLIN};
		char byte;

		if (connect_to(fds[i], s->family, s->peer, ECHO_PORT))
			continue;
		connected++;
		if (send(fds[i], "x", 1, 0) == 1 && poll(&ready, 1, WAIT_MS) == 1 && recv(fds[i], &byte, 1, 0) == 1)
			answered++;
	}
	printf("%d connected, %d answered, ", connected, answered);
}

/** without_connect - a datagram to loopback by sendto(2). */
static void
without_connect(const struct scenario *s)
{
	int fd = new_bound(s, port);
	struct sockaddr_storage to;
	socklen_t size = address(s->family, s->peer, ECHO_PORT, &to);
	struct pollfd ready = {.fd = fd, .events = POLLIN};
	char answer[16] = "";

	say_call("sendto", sendto(fd, "hello", 5, 0, (struct sockaddr *)&to, size) != 5);
	if (poll(&ready, 1, WAIT_MS) == 1 && recv(fd, answer, sizeof(answer) - 1, 0) < 0)
		strcpy(answer, "error");
	printf("echo %s, ", answer);
}

/** ping - an echo request; its port is the identifier of a ping socket, and says nothing to a raw one. */
static void
ping(const struct scenario *s)
{
	int fd = new_bound(s, port);
	struct icmphdr request = {.type = s->family == AF_INET ? ICMP_ECHO : ICMP6_ECHO_REQUEST, .checksum = 0xfff7};
	struct pollfd ready = {.fd = fd, .events = POLLIN};
	struct sockaddr_storage to;
	socklen_t size = address(s->family, s->peer, 0, &to);
	char answer[64];

	say_call("sendto", sendto(fd, &request, sizeof(request), 0, (struct sockaddr *)&to, size) != sizeof(request));
	if (poll(&ready, 1, WAIT_MS) == 1)
		printf("answer of %zd, ", recv(fd, answer, sizeof(answer), 0));
}

/** ping_connected - likewise by connect(2). */
static int
ping_connected(const struct scenario *s)
{
	int fd = new_bound(s, port);
	struct icmphdr request = {.type = s->family == AF_INET ? ICMP_ECHO : ICMP6_ECHO_REQUEST, .checksum = 0xfff7};
	struct pollfd ready = {.fd = fd, .events = POLLIN};
	char answer[64];

	say_call("connect", connect_to(fd, s->family, s->peer, 0));
	say_call("send", send(fd, &request, sizeof(request), 0) != sizeof(request));
	if (poll(&ready, 1, WAIT_MS) == 1)
		printf("answer of %zd, ", recv(fd, answer, sizeof(answer), 0));
	say_names(fd);
	return fd;
}

/** ping_on_a_connection - a raw socket's names are those that it would have bare. */
static void
ping_on_a_connection(const struct scenario *s)
{
	ping_connected(s);
}

/** unanswered - a datagram from port 0 to nobody, who does not say so. */
static void
unanswered(const struct scenario *s)
{
	int fd = new_bound(s, 0);
	struct sockaddr_storage to;
	socklen_t size = address(s->family, s->peer, CLOSED_PORT, &to);

	say_call("sendto", sendto(fd, "hello", 5, 0, (struct sockaddr *)&to, size) != 5);
	say_names(fd);
}

/** with_epoll - registered with two instances before it connects, as event loops do with datagram sockets. */
static void
with_epoll(const struct scenario *s)
{
	int fd = new_bound(s, port), first = epoll_create1(EPOLL_CLOEXEC), second = epoll_create1(0);
	struct epoll_event event = {.events = EPOLLIN, .data.u64 = 0x123456789abcdefu};
	struct epoll_event other = {.events = EPOLLIN | EPOLLET, .data.fd = fd}, got = {0};

	if (epoll_ctl(first, EPOLL_CTL_ADD, fd, &event) || epoll_ctl(second, EPOLL_CTL_ADD, fd, &other))
		die("epoll_ctl");
	say_call("connect", connect_to(fd, s->family, s->peer, ECHO_PORT));
	if (send(fd, "hello", 5, 0) != 5)
		die("send");
	for (int i = 0; i < 2; i++) {
		do
			memset(&got, 0, sizeof(got));
		while (epoll_wait(i ? second : first, &got, 1, WAIT_MS) == 1 && !(got.events & EPOLLIN));
		printf("epoll %x %llx, ", got.events, (unsigned long long)got.data.u64);
	}
	say_call("modify", epoll_ctl(first, EPOLL_CTL_MOD, fd, &event));
	say_call("delete", epoll_ctl(second, EPOLL_CTL_DEL, fd, &event));
	say_call("add", epoll_ctl(first, EPOLL_CTL_ADD, fd, &event));
}

static void
on_alarm(int signal)
{
	(void)signal;
}

/** interrupted - a signal ends connect(2); the socket goes on connecting. */
static void
interrupted(const struct scenario *s)
{
	struct sigaction action = {.sa_handler = on_alarm};
	struct itimerval timer = {.it_value.tv_usec = 20000, .it_interval.tv_usec = 20000};
	int fd = new_bound(s, port);

	sigaction(SIGALRM, &action, NULL);
	setitimer(ITIMER_REAL, &timer, NULL);
	say_call("connect", connect_to(fd, s->family, s->peer, ECHO_PORT));
	memset(&timer, 0, sizeof(timer));
	setitimer(ITIMER_REAL, &timer, NULL);
	fcntl(fd, F_SETFL, O_NONBLOCK);
	say_call("again", connect_to(fd, s->family, s->peer, ECHO_PORT));
	say_names(fd);
}

static int cancelled_fd;

/** connect_forever - the thread that is cancelled. */
static void *
connect_forever(void *argument)
{
	const struct scenario *s = argument;

	connect_to(cancelled_fd, s->family, s->peer, ECHO_PORT);
	return NULL;
}

/** cancelled - connect(2) is a cancellation point, pthreads(7). */
static void
cancelled(const struct scenario *s)
{
	struct scenario copy = *s;
	unsigned char info[4] = {0};
	socklen_t size;
	pthread_t thread;
	void *result = NULL;

	cancelled_fd = new_bound(s, port);
	pthread_create(&thread, NULL, connect_forever, &copy);
	do {
		poll(NULL, 0, 1);
		size = sizeof(info);
		getsockopt(cancelled_fd, IPPROTO_TCP, TCP_INFO, info, &size);
	} while (info[0] != TCP_SYN_SENT);
	pthread_cancel(thread);
	pthread_join(thread, &result);
	printf("thread %s, ", result == PTHREAD_CANCELED ? "cancelled" : "not cancelled");
	fcntl(cancelled_fd, F_SETFL, O_NONBLOCK);
	say_call("again", connect_to(cancelled_fd, s->family, s->peer, ECHO_PORT));
	say_names(cancelled_fd);
}

/** in_a_child - bound here, connected in a forked child. */
static void
in_a_child(const struct scenario *s)
{
	int fd = new_bound(s, port);

	fflush(stdout);
	if (fork()) {
		children++;
		return;
	}
	say_call("connect", connect_to(fd, s->family, s->peer, ECHO_PORT));
	say_names(fd);
	say_echo(fd);
}

/** chosen - the kernel chooses the port, and it must not change when the socket is connected. */
static void
chosen(const struct scenario *s)
{
	int fd = new_bound(s, 0);
	struct sockaddr_in6 before = {0}, after = {0};
	socklen_t size = sizeof(before);

	getsockname(fd, (struct sockaddr *)&before, &size);
	say_call("connect", connect_to(fd, s->family, s->peer, ECHO_PORT));
	size = sizeof(after);
	getsockname(fd, (struct sockaddr *)&after, &size);
	printf("port %s, ", before.sin6_port == after.sin6_port ? "kept" : "changed");
	say_echo(fd);
}

/** attach - a filter of this program's, that lets all through. */
static int
attach(int fd, int option)
{
	struct sock_filter all = {.code = BPF_RET | BPF_K, .k = UINT32_MAX};
	struct sock_fprog program = {.len = 1, .filter = &all};

	return setsockopt(fd, SOL_SOCKET, option, &program, sizeof(program));
}

/** lock - what filters @fd, if anything, is to stay. */
static int
lock(int fd)
{
	int on = 1;

	return setsockopt(fd, SOL_SOCKET, SO_LOCK_FILTER, &on, sizeof(on));
}

/** say_disconnect - dissolve the association. */
static void
say_disconnect(int fd)
{
	struct sockaddr_storage unspecified = {.ss_family = AF_UNSPEC};

	say_call("disconnect", connect(fd, (struct sockaddr *)&unspecified, sizeof(struct sockaddr_in)));
}

/** ping_then_dissolve - the kernel takes the address and the device off a raw socket with its peer. */
static void
ping_then_dissolve(const struct scenario *s)
{
	say_disconnect(ping_connected(s));
}

/** filters - a datagram socket with filters of its own, one after the other, the last one locked. */
static void
filters(const struct scenario *s)
{
	struct sock_filter code[8];
	socklen_t length = 8;
	int fd = new_bound(s, port), ignored = 0;

	say_call("attach", attach(fd, SO_ATTACH_FILTER));
	say_call("read", getsockopt(fd, SOL_SOCKET, SO_GET_FILTER, code, &length));
	printf("%d instructions, ", (int)length);
	say_call("detach", setsockopt(fd, SOL_SOCKET, SO_DETACH_FILTER, &ignored, sizeof(ignored)));
	say_call("detach", setsockopt(fd, SOL_SOCKET, SO_DETACH_FILTER, &ignored, sizeof(ignored)));
	say_call("attach", attach(fd, SO_ATTACH_FILTER));
	say_call("lock", lock(fd));
	say_call("attach", attach(fd, SO_ATTACH_FILTER));
	say_call("first", connect_to(fd, s->family, s->other, ECHO_PORT));
	say_echo(fd);
	say_disconnect(fd);
}

/** filtered - a datagram socket with a filter from before bind(2). */
static void
filtered(const struct scenario *s)
{
	int fd = socket(s->family, s->type, s->protocol);
	struct sock_filter code[8];
	socklen_t length = 8;

	say_call("attach", attach(fd, SO_ATTACH_FILTER));
	say_call("bind", bind_to(fd, s->family, NULL, port));
	say_call("first", connect_to(fd, s->family, s->other, ECHO_PORT));
	say_echo(fd);
	say_disconnect(fd);
	say_call("read", getsockopt(fd, SOL_SOCKET, SO_GET_FILTER, code, &length));
	printf("%d instructions, ", (int)length);
}

/** locked - a datagram socket that locks what it does not have, before @other and peer. */
static void
locked(const struct scenario *s)
{
	int fd = new_bound(s, port);

	say_call("lock", lock(fd));
	say_call("attach", attach(fd, SO_ATTACH_FILTER));
	say_call("attach", attach(fd, SO_ATTACH_REUSEPORT_CBPF));
	say_call("first", connect_to(fd, s->family, s->other, ECHO_PORT));
	say_echo(fd);
	say_disconnect(fd);
	say_call("second", connect_to(fd, s->family, s->peer, ECHO_PORT));
	say_echo(fd);
}

/** locked_unbound - likewise; the kernel chooses the port, and the guard has changed another socket. */
static void
locked_unbound(const struct scenario *s)
{
	int fd = socket(s->family, s->type, s->protocol);

	new_bound(s, port);
	say_call("lock", lock(fd));
	say_call("connect", connect_to(fd, s->family, s->peer, ECHO_PORT));
	say_echo(fd);
	say_disconnect(fd);
}

/** steered - datagram sockets that share a port by a program of their own, attached before and after bind(2). */
static void
steered(const struct scenario *s)
{
	int on = 1;

	for (int i = 0; i < 2; i++) {
		int fd = socket(s->family, s->type, s->protocol);

		setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &on, sizeof(on));
		if (i == 0)
			say_call("attach", attach(fd, SO_ATTACH_REUSEPORT_CBPF));
		say_call("bind", bind_to(fd, s->family, NULL, port + (unsigned)i));
		say_call("attach", attach(fd, SO_ATTACH_REUSEPORT_CBPF));
		say_call("connect", connect_to(fd, s->family, s->peer, ECHO_PORT));
		say_echo(fd);
	}
}

/** reserved - rsh(1), NFS: a reserved port, and then another host. */
static void
reserved(const struct scenario *s)
{
	struct sockaddr_in in = {.sin_family = AF_INET};
	struct linger reset = {.l_onoff = 1};
	int fd = socket(s->family, s->type, s->protocol);

	setsockopt(fd, SOL_SOCKET, SO_LINGER, &reset, sizeof(reset));
	say_call("bindresvport", bindresvport(fd, s->other ? NULL : &in));
	if (!s->other)
		printf("port %s, ",
		       ntohs(in.sin_port) >= 512 && ntohs(in.sin_port) < 1024 ? "reserved" : "not reserved");
	say_call("connect", connect_to(fd, s->family, s->peer, ECHO_PORT));
	say_echo(fd);
}

/** connected_already - a connected socket that connects: only an error. */
static void
connected_already(const struct scenario *s)
{
	int fd = new_bound(s, port);

	say_call("first", connect_to(fd, s->family, s->other, ECHO_PORT));
	say_call("second", connect_to(fd, s->family, s->peer, ECHO_PORT));
	say_names(fd);
	say_echo(fd);
}

#define TCP4 AF_INET, SOCK_STREAM, 0
#define TCP6 AF_INET6, SOCK_STREAM, 0
#define UDP4 AF_INET, SOCK_DGRAM, 0
#define UDP6 AF_INET6, SOCK_DGRAM, 0
#define LITE4 AF_INET, SOCK_DGRAM, IPPROTO_UDPLITE
#define LITE6 AF_INET6, SOCK_DGRAM, IPPROTO_UDPLITE
#define MPTCP4 AF_INET, SOCK_STREAM, 262
#define MPTCP6 AF_INET6, SOCK_STREAM, 262

static const struct scenario scenarios[] = {
	{"tcp4_plainly", plainly, TCP4, THERE4, NULL},
	{"tcp6_plainly", plainly, TCP6, THERE6, NULL},
	{"tcp6_mapped", plainly, TCP6, "::ffff:" THERE4, NULL},
	{"udp4_plainly", plainly, UDP4, THERE4, NULL},
	{"udp6_plainly", plainly, UDP6, THERE6, NULL},
	{"udp6_mapped", plainly, UDP6, "::ffff:" THERE4, NULL},
	{"mptcp4_plainly", plainly, MPTCP4, THERE4, NULL},
	{"mptcp6_plainly", plainly, MPTCP6, THERE6, NULL},
	{"tcp4_to_loopback", plainly, TCP4, "127.0.0.1", NULL},
	{"tcp6_to_loopback", plainly, TCP6, "::1", NULL},
	{"tcp6_to_mapped_loopback", plainly, TCP6, "::ffff:127.0.0.1", NULL},
	{"udp4_to_loopback", plainly, UDP4, "127.0.0.1", NULL},
	{"udp6_to_loopback", plainly, UDP6, "::1", NULL},
	{"tcp4_to_own_address", plainly, TCP4, HERE4, NULL},
	{"udp6_to_own_address", plainly, UDP6, HERE6, NULL},
	{"tcp4_options", with_options, TCP4, THERE4, NULL},
	{"tcp6_options", with_options, TCP6, THERE6, NULL},
	{"udp4_options", with_options, UDP4, THERE4, NULL},
	{"udp6_options", with_options, UDP6, THERE6, NULL},
	{"udplite4_options", with_options, LITE4, THERE4, NULL},
	{"udplite6_options", with_options, LITE6, THERE6, NULL},
	{"udp4_two_peers", to_two_peers, UDP4, THERE4, THIRD4},
	{"udp6_two_peers", to_two_peers, UDP6, THERE6, THIRD6},
	{"udp4_loopback_then_peer", to_two_peers, UDP4, "127.0.0.1", THERE4},
	{"udp6_loopback_then_peer", to_two_peers, UDP6, "::1", THERE6},
	{"tcp4_refused_before", refused_before, TCP4, THERE4, "127.0.0.1"},
	{"tcp6_refused_before", refused_before, TCP6, THERE6, "::1"},
	{"tcp4_to_nobody", to_nobody, TCP4, THERE4, NULL},
	{"tcp6_to_nobody", to_nobody, TCP6, THERE6, NULL},
	{"udp4_to_nobody", to_nobody, UDP4, THERE4, NULL},
	{"udp6_to_nobody", to_nobody, UDP6, THERE6, NULL},
	{"tcp4_number_used_again", number_used_again, TCP4, THERE4, NULL},
	{"udp4_number_used_again", number_used_again, UDP4, THERE4, NULL},
	{"udp4_many", many, UDP4, THERE4, NULL},
	{"tcp6_many", many, TCP6, THERE6, NULL},
	{"udp4_without_connect", without_connect, UDP4, "127.0.0.1", NULL},
	{"udp6_without_connect", without_connect, UDP6, "::1", NULL},
	{"ping4_with_a_number", ping, AF_INET, SOCK_DGRAM, IPPROTO_ICMP, THERE4, NULL},
	{"ping6_with_a_number", ping, AF_INET6, SOCK_DGRAM, IPPROTO_ICMPV6, THERE6, NULL},
	{"raw4_connected", ping_on_a_connection, AF_INET, SOCK_RAW, IPPROTO_ICMP, THERE4, NULL},
	{"raw6_connected", ping_on_a_connection, AF_INET6, SOCK_RAW, IPPROTO_ICMPV6, THERE6, NULL},
	{"raw4_dissolved", ping_then_dissolve, AF_INET, SOCK_RAW, IPPROTO_ICMP, THERE4, NULL},
	{"raw6_dissolved", ping_then_dissolve, AF_INET6, SOCK_RAW, IPPROTO_ICMPV6, THERE6, NULL},
	{"raw4_with_a_number", ping, AF_INET, SOCK_RAW, IPPROTO_ICMP, THERE4, NULL},
	{"udplite4_unanswered", unanswered, LITE4, THERE4, NULL},
	{"udplite6_unanswered", unanswered, LITE6, THERE6, NULL},
	{"tcp4_epoll", with_epoll, TCP4, THERE4, NULL},
	{"tcp6_epoll", with_epoll, TCP6, THERE6, NULL},
	{"udp4_epoll", with_epoll, UDP4, THERE4, NULL},
	{"udp6_epoll", with_epoll, UDP6, THERE6, NULL},
	{"tcp4_interrupted", interrupted, TCP4, SILENT4, NULL},
	{"tcp6_interrupted", interrupted, TCP6, "::ffff:" SILENT4, NULL},
	{"tcp4_cancelled", cancelled, TCP4, SILENT4, NULL},
	{"tcp6_cancelled", cancelled, TCP6, "::ffff:" SILENT4, NULL},
	{"tcp4_in_a_child", in_a_child, TCP4, THERE4, NULL},
	{"udp6_in_a_child", in_a_child, UDP6, THERE6, NULL},
	{"udp4_chosen", chosen, UDP4, THERE4, NULL},
	{"udp6_chosen", chosen, UDP6, THERE6, NULL},
	{"udp4_filters", filters, UDP4, NULL, "127.0.0.1"},
	{"udp6_filters", filters, UDP6, NULL, "::1"},
	{"udp6_filtered", filtered, UDP6, NULL, "::1"},
	{"udp4_locked", locked, UDP4, THERE4, "127.0.0.1"},
	{"udp6_locked", locked, UDP6, THERE6, "::1"},
	{"udp4_locked_unbound", locked_unbound, UDP4, THERE4, NULL},
	{"udp6_locked_unbound", locked_unbound, UDP6, THERE6, NULL},
	{"udp4_steered", steered, UDP4, THERE4, NULL},
	{"udp6_steered", steered, UDP6, THERE6, NULL},
	{"tcp4_connected_already", connected_already, TCP4, THERE4, "127.0.0.1"},
	{"tcp6_connected_already", connected_already, TCP6, THERE6, "::1"},
	{"tcp4_reserved", reserved, TCP4, THERE4, NULL},
	{"udp4_reserved", reserved, UDP4, THERE4, NULL},
	{"tcp4_reserved_for_null", reserved, TCP4, THERE4, "null"},
	{"udp4_reserved_for_null", reserved, UDP4, THERE4, "null"},
	{"udp4_reserved_to_loopback", reserved, UDP4, "127.0.0.1", NULL},
};

int
main(int argc, char **argv)
{
	if (argc != 3)
		return 2;
	port = (unsigned)atoi(argv[2]);
	alarm(ALARM_S);
	for (size_t i = 0; i < sizeof(scenarios) / sizeof(scenarios[0]); i++)
		if (strcmp(scenarios[i].name, argv[1]) == 0) {
			scenarios[i].run(&scenarios[i]);
			while (children-- > 0)
				wait(NULL);
			printf("end\n");
			return 0;
		}
	return 2;
}
