/* SPDX-License-Identifier: MIT
 * client_run.c - runs clients bare and guarded beside servers that echo. */
#include "preload/client_run.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "bindguard/marks.h"
#include "net/net.h"

#define ECHO_PORT 19300
#define UDP_SOCKETS 4

char client_config_path[] = "/tmp/bindguard-clients.XXXXXX";

static pid_t echoes[2] = {-1, -1};

/** client_expect_same - or fail with what differs, since cmocka cuts long messages. */
void
client_expect_same(const char *name, const char *how, const char *bare, const char *guarded)
{
	size_t at = 0;

	if (strcmp(bare, guarded) == 0)
		return;
	while (bare[at] == guarded[at])
		at++;
	at = at > 40 ? at - 40 : 0;
	fail_msg("%s %s\nbare:    ...%.200s\nguarded: ...%.200s", name, how, bare + at, guarded + at);
}

/** open_udp - an echo socket at each of the host's own addresses: its answers must come from where it was asked. */
static bool
open_udp(enum side where, struct pollfd ready[UDP_SOCKETS])
{
	static const char *const own[2][UDP_SOCKETS] = {
		{"::ffff:127.0.0.1", "::1", "::ffff:" HERE4, HERE6},
		{"::ffff:" THERE4, THERE6, "::ffff:" THIRD4, THIRD6},
	};
	int size = 1024 * 1024;

	for (int i = 0; i < UDP_SOCKETS; i++) {
		struct sockaddr_in6 in6 = {.sin6_family = AF_INET6, .sin6_port = htons(ECHO_PORT)};

		inet_pton(AF_INET6, own[where][i], &in6.sin6_addr);
		ready[i] = (struct pollfd){.fd = socket(AF_INET6, SOCK_DGRAM, 0), .events = POLLIN};
		setsockopt(ready[i].fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size));
		if (bind(ready[i].fd, (struct sockaddr *)&in6, sizeof(in6)))
			return false;
	}
	return true;
}

/** echo_udp - for ever. */
static void
echo_udp(struct pollfd ready[UDP_SOCKETS])
{
	for (;;) {
		poll(ready, UDP_SOCKETS, -1);
		for (int i = 0; i < UDP_SOCKETS; i++) {
			struct sockaddr_storage peer;
			socklen_t size = sizeof(peer);
			char text[64];
			ssize_t got;

			got = recvfrom(ready[i].fd, text, sizeof(text), MSG_DONTWAIT, (struct sockaddr *)&peer, &size);
			if (got > 0)
				sendto(ready[i].fd, text, (size_t)got, 0, (struct sockaddr *)&peer, size);
		}
	}
}

/** serve - an echo service on @where, TCP and UDP, both families; never returns. */
static void
serve(enum side where, int ready)
{
	struct sockaddr_in6 any = {.sin6_family = AF_INET6, .sin6_port = htons(ECHO_PORT)};
	struct pollfd udp[UDP_SOCKETS];
	int tcp;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (!net_enter(where) || !open_udp(where, udp))
		_exit(1);
	tcp = socket(AF_INET6, SOCK_STREAM, 0);
	if (bind(tcp, (struct sockaddr *)&any, sizeof(any)) || listen(tcp, 1024))
		_exit(1);
	if (fork() == 0)
		echo_udp(udp);
	if (write(ready, "r", 1) != 1)
		_exit(1);
	for (;;) {
		int fd = accept(tcp, NULL, NULL);
		char text[64];
		ssize_t got = fd < 0 ? -1 : recv(fd, text, sizeof(text), 0);

		if (got > 0)
			send(fd, text, (size_t)got, MSG_NOSIGNAL);
		close(fd);
	}
}

/** start_echo - and wait until it is there. */
static bool
start_echo(enum side where)
{
	int ready[2];
	char byte;

	if (pipe(ready))
		return false;
	echoes[where] = fork();
	if (echoes[where] == 0) {
		setpgid(0, 0);
		serve(where, ready[1]);
	}
	setpgid(echoes[where], echoes[where]);
	close(ready[1]);
	return read(ready[0], &byte, 1) == 1 && close(ready[0]) == 0;
}

int
client_set_up(void **state)
{
	int fd = mkstemp(client_config_path);

	(void)state;
	if (fd < 0 || close(fd) || net_set_up())
		return -1;
	/* A third address to connect to, and one where all that is sent is lost: nobody has this hardware address. */
	net_run(SIDE_THERE, "ip addr add " THIRD4 "/24 dev " CABLE "; ip addr add " THIRD6 "/64 dev " CABLE " nodad");
	net_run(SIDE_HERE, "ip neigh add " ABSENT4 " lladdr 02:00:00:00:00:77 dev " CABLE);
	net_run(SIDE_THERE, "echo 0 >/proc/sys/net/ipv4/icmp_ratelimit; echo 0 >/proc/sys/net/ipv6/icmp/ratelimit");
	net_run(SIDE_HERE, "echo 0 2147483647 >/proc/sys/net/ipv4/ping_group_range");
	/* An interface to another network, with many addresses on others before it. */
	net_run(SIDE_HERE, "echo 0 >/proc/sys/net/ipv6/conf/default/accept_dad");
	net_run(SIDE_HERE, "ip link add wire0 type veth peer name wire1; ip link set wire1 up; ip link set wire0 up; "
			   "ip addr add 10.98.0.1/24 dev wire0");
	return start_echo(SIDE_HERE) && start_echo(SIDE_THERE) ? 0 : -1;
}

int
client_tear_down(void **state)
{
	(void)state;
	for (int i = 0; i < 2; i++)
		if (echoes[i] > 0) {
			kill(-echoes[i], SIGKILL);
			waitpid(echoes[i], NULL, 0);
		}
	net_tear_down();
	unlink(client_config_path);
	return 0;
}
