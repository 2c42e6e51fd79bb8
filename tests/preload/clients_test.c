/* SPDX-License-Identifier: MIT
 * clients_test.c - programs that bind a wildcard first and then connect to another host go on working. */
#include <netinet/in.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "net/net.h"
#include "preload/host.h"

#define ECHO_PORT 19300

static pid_t echo = -1;

/** run - a host that must end well. */
static void
run(const char *environment, const char *arguments, char *output, size_t size)
{
	assert_int_equal(host_run(environment, arguments, output, size), 0);
}

/** client_any_keeps_working - bound to a wildcard, then connected to another host: all as without the guard. */
static void
client_any_keeps_working(void **state)
{
	static const char *const clients[] = {
		"client tcp 0.0.0.0 0 10.99.0.2 19300",
		"client tcp 0.0.0.0 19310 10.99.0.2 19300",
		"client tcp 0.0.0.0 19311 10.99.0.2 19300 nb",
		"client tcp :: 0 fd99::2 19300",
		"client tcp :: 19312 fd99::2 19300",
		"client tcp :: 19313 fd99::2 19300 nb",
		"client tcp :: 19314 ::ffff:10.99.0.2 19300",
		"client udp 0.0.0.0 0 10.99.0.2 19300",
		"client udp 0.0.0.0 19315 10.99.0.2 19300",
		"client udp 0.0.0.0 19316 10.99.0.2 19300 nb",
		"client udp :: 19317 fd99::2 19300",
		"client udp :: 19318 ::ffff:10.99.0.2 19300",
		"client tcp ::ffff:0.0.0.0 19319 ::ffff:10.99.0.2 19300",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(clients) / sizeof(clients[0]); i++) {
		char bare[1024], guarded[1024];

		run(NULL, clients[i], bare, sizeof(bare));
		if (!strstr(bare, "connect 0 answer hello"))
			fail_msg("%s does not work bare: %s", clients[i], bare);
		run("BINDGUARD_LOG=none", clients[i], guarded, sizeof(guarded));
		if (strcmp(bare, guarded) != 0)
			fail_msg("%s\nbare:    %sguarded: %s", clients[i], bare, guarded);
	}
}

/** client_unprivileged_keeps_working - without CAP_NET_RAW a device cannot be taken off: the socket is exchanged. */
static void
client_unprivileged_keeps_working(void **state)
{
	static const char *const clients[] = {"client tcp :: 19322 fd99::2 19300", "client udp :: 19323 fd99::2 19300",
					      "client tcp 0.0.0.0 19324 10.99.0.2 19300",
					      "client tcp :: 19325 fd99::2 19300 nb"};
	char output[1024];

	(void)state;
	for (size_t i = 0; i < sizeof(clients) / sizeof(clients[0]); i++) {
		host_run("BINDGUARD_LOG=none setpriv --bounding-set=-all --inh-caps=-all env", clients[i], output,
			 sizeof(output));
		if (!strstr(output, "connect 0 answer hello") || !strstr(output, "fd 3 ") ||
		    !strstr(output, "cloexec 1"))
			fail_msg("%s: %s", clients[i], output);
	}
}

/** client_specific_keeps_working - the same where it names the address, and a rule takes it away. */
static void
client_specific_keeps_working(void **state)
{
	static const char rules[] = "rule \"r\" { address = {\"10.99.0.0/24\"} action = rewrite to = {\"loopback\"} }\n"
				    "rule \"c\" { address = {\"fd99::/64\"} action = confine }\n";
	static const char *const clients[] = {
		"client tcp 10.99.0.1 0 10.99.0.2 19300",    "client tcp 10.99.0.1 19330 10.99.0.2 19300",
		"client tcp 10.99.0.1 0 10.99.0.2 19300 nb", "client udp 10.99.0.1 0 10.99.0.2 19300",
		"client tcp fd99::1 0 fd99::2 19300",	     "client tcp fd99::1 19331 fd99::2 19300 nb",
		"client udp fd99::1 0 fd99::2 19300",
	};
	char path[] = "/tmp/bindguard-clients.XXXXXX", environment[128];
	int fd = mkstemp(path);

	(void)state;
	assert_true(fd >= 0 && write(fd, rules, strlen(rules)) == (ssize_t)strlen(rules));
	close(fd);
	snprintf(environment, sizeof(environment), "BINDGUARD_CONFIG=%s BINDGUARD_LOG=none", path);
	for (size_t i = 0; i < sizeof(clients) / sizeof(clients[0]); i++) {
		char bare[1024], guarded[1024];

		run(NULL, clients[i], bare, sizeof(bare));
		run(environment, clients[i], guarded, sizeof(guarded));
		if (!strstr(bare, "connect 0 answer hello") || strcmp(bare, guarded) != 0)
			fail_msg("%s\nbare:    %sguarded: %s", clients[i], bare, guarded);
	}
	unlink(path);
}

/** serve - the second host's echo service, TCP and UDP, both families; never returns. */
static void
serve(int ready)
{
	struct sockaddr_in6 any = {.sin6_family = AF_INET6, .sin6_port = htons(ECHO_PORT)};
	int udp, tcp;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (!net_enter(HOST_PEER))
		_exit(1);
	udp = socket(AF_INET6, SOCK_DGRAM, 0);
	tcp = socket(AF_INET6, SOCK_STREAM, 0);
	if (bind(udp, (struct sockaddr *)&any, sizeof(any)) || bind(tcp, (struct sockaddr *)&any, sizeof(any)) ||
	    listen(tcp, 16))
		_exit(1);
	if (fork() == 0)
		for (;;) {
			struct sockaddr_storage peer;
			socklen_t size = sizeof(peer);
			char text[64];
			ssize_t got = recvfrom(udp, text, sizeof(text), 0, (struct sockaddr *)&peer, &size);

			if (got > 0)
				sendto(udp, text, (size_t)got, 0, (struct sockaddr *)&peer, size);
		}
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

static int
set_up(void **state)
{
	int ready[2];
	char byte;

	(void)state;
	if (net_set_up() || pipe(ready))
		return -1;
	echo = fork();
	if (echo == 0) {
		setpgid(0, 0);
		serve(ready[1]);
	}
	setpgid(echo, echo);
	return read(ready[0], &byte, 1) == 1 ? 0 : -1;
}

static int
tear_down(void **state)
{
	(void)state;
	kill(-echo, SIGKILL);
	waitpid(echo, NULL, 0);
	net_tear_down();
	return 0;
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(client_any_keeps_working),
		cmocka_unit_test(client_unprivileged_keeps_working),
		cmocka_unit_test(client_specific_keeps_working),
	};

	if (argc > 1)
		cmocka_set_test_filter(argv[1]);
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
