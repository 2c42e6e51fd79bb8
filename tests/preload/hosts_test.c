/* SPDX-License-Identifier: MIT
 * hosts_test.c - unrelated programs under the preload, compared with themselves bare: what the guard does not change,
 * it must not change. */
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

#define ECHO_PORT 19300

static pid_t echo = -1;

/** run_host - what a program of tests/preload/hosts with @arguments says. @environment: of the guard; NULL: without it. */
static void
run_host(const char *environment, const char *arguments, char *output, size_t size)
{
	const char *first = getenv("BG_PRELOAD_FIRST");
	char command[2048];
	size_t length;
	FILE *host;

	if (environment)
		snprintf(command, sizeof(command), "BINDGUARD_CONFIG= %s LD_PRELOAD='%s %s' %s/hosts/%s 2>/dev/null",
			 environment, first ? first : "", BG_LIBRARY, BG_BUILD_DIR, arguments);
	else
		snprintf(command, sizeof(command), "%s/hosts/%s 2>/dev/null", BG_BUILD_DIR, arguments);
	host = popen(command, "re");
	assert_non_null(host);
	length = fread(output, 1, size - 1, host);
	output[length] = '\0';
	assert_int_equal(pclose(host), 0);
}

/** host_with_its_own_confuse_is_unharmed - its cfg_init() is its own, the guard's configuration is read all the same. */
static void
host_with_its_own_confuse_is_unharmed(void **state)
{
	char output[1024];

	(void)state;
	run_host("LC_ALL=C.UTF-8 BINDGUARD_LOG=none BINDGUARD_CONFIG=" BG_SOURCE_DIR "/conf/bindguard.conf",
		 "own_confuse", output, sizeof(output));
	assert_string_equal(output,
			    "bind 0 127.0.0.1, by guard 0, own 4711, locale C, dlerror none, first free fd 4\n");
}

/** calls_odd_are_as_bare - every return, errno and name, under enforce and observe. */
static void
calls_odd_are_as_bare(void **state)
{
	static char bare[65536], guarded[65536];

	(void)state;
	run_host(NULL, "odd_calls", bare, sizeof(bare));
	assert_true(strlen(bare) > 10000 && strlen(bare) < sizeof(bare) - 1);
	run_host("BINDGUARD_LOG=none", "odd_calls", guarded, sizeof(guarded));
	assert_string_equal(guarded, bare);
	run_host("BINDGUARD_LOG=stderr BINDGUARD_MODE=observe", "odd_calls", guarded, sizeof(guarded));
	assert_string_equal(guarded, bare);
	run_host("BINDGUARD_CONFIG=/nowhere BINDGUARD_MODE=observe BINDGUARD_LOG=none", "odd_calls", guarded,
		 sizeof(guarded));
	assert_string_equal(guarded, bare);
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

		run_host(NULL, clients[i], bare, sizeof(bare));
		if (!strstr(bare, "connect 0 answer hello"))
			fail_msg("%s does not work bare: %s", clients[i], bare);
		run_host("BINDGUARD_LOG=none", clients[i], guarded, sizeof(guarded));
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
	const char *first = getenv("BG_PRELOAD_FIRST");
	char command[2048], output[1024];

	(void)state;
	for (size_t i = 0; i < sizeof(clients) / sizeof(clients[0]); i++) {
		FILE *host;
		size_t length;

		snprintf(command, sizeof(command),
			 "setpriv --bounding-set=-all --inh-caps=-all env BINDGUARD_CONFIG= BINDGUARD_LOG=none "
			 "LD_PRELOAD='%s %s' %s/hosts/%s 2>&1",
			 first ? first : "", BG_LIBRARY, BG_BUILD_DIR, clients[i]);
		host = popen(command, "re");
		assert_non_null(host);
		length = fread(output, 1, sizeof(output) - 1, host);
		output[length] = '\0';
		pclose(host);
		if (!strstr(output, "connect 0 answer hello") || !strstr(output, "fd 3 ") ||
		    !strstr(output, "cloexec 1"))
			fail_msg("%s: %s", clients[i], output);
	}
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
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(host_with_its_own_confuse_is_unharmed),
		cmocka_unit_test(calls_odd_are_as_bare),
		cmocka_unit_test(client_any_keeps_working),
		cmocka_unit_test(client_unprivileged_keeps_working),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
