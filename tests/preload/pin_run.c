/* SPDX-License-Identifier: MIT
 * pin_run.c - a program that is pinned to one of two links, by either engine: what it sends leaves by that one or not at all; a
 * packet socket on the other link counts. */
#include "preload/pin_run.h"

#include <netinet/in.h>
#include <poll.h>
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

#include "net/capture.h"
#include "net/places.h"
#include "preload/host.h"

#define PORTS 4 /* TCP and UDP, of either host */

static pid_t services[2];
static bool supervised;

/** open_service - a socket of @side at @port, dual-stack. */
static int
open_service(enum side side, int type, unsigned port)
{
	struct sockaddr_in6 any = {.sin6_family = AF_INET6, .sin6_port = htons((uint16_t)port)};
	int fd = network_socket(net_network(), side, AF_INET6, type, 0);

	if (fd < 0 || bind(fd, (struct sockaddr *)&any, sizeof(any)) || (type == SOCK_STREAM && listen(fd, 1024)))
		return -1;
	return fd;
}

/** serve - an echo of whatever comes, TCP and UDP; a child's whole life. */
static void
serve(int stream, int datagram)
{
	struct pollfd fds[2] = {{.fd = stream, .events = POLLIN}, {.fd = datagram, .events = POLLIN}};

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	while (poll(fds, 2, -1) > 0) {
		struct sockaddr_storage peer;
		socklen_t size = sizeof(peer);
		char byte;
		int fd;

		if (fds[0].revents && (fd = accept(stream, NULL, NULL)) >= 0) {
			send(fd, "!", 1, MSG_NOSIGNAL);
			close(fd);
		}
		if (fds[1].revents && recvfrom(datagram, &byte, 1, 0, (struct sockaddr *)&peer, &size) == 1)
			sendto(datagram, "!", 1, 0, (struct sockaddr *)&peer, size);
	}
	_exit(1);
}

/** run - hosts/pinned.c, @rounds times, pinned to @device; "": bare. */
static void
run(const char *device, unsigned rounds, char output[1024])
{
	char arguments[512], environment[128];
	const char *engine = *device && supervised ? "../seccomp_cli " BG_BUILD_DIR "/hosts/" : "";

	snprintf(environment, sizeof(environment), "BINDGUARD_LOG=none BINDGUARD_PIN=%s", device);
	snprintf(arguments, sizeof(arguments), "%spinned %u", engine, rounds);
	if (supervised) { /* the supervisor has its environment from here */
		setenv("BINDGUARD_CONFIG", "", 1);
		setenv("BINDGUARD_PIN", device, 1);
	}
	assert_int_equal(host_run(*device && !supervised ? environment : NULL, arguments, output, 1024), 0);
}

/** pin_check_sends - more than 10,000 clients; bare, a third of them send by the other link. With another log some will do. */
void
pin_check_sends(void)
{
	unsigned rounds = host_log() ? 20 : 840, bare;
	char output[1024], expected[128];

	run("", 2, output);
	assert_string_equal(output, "reached 8, here 8, tried 8\n");
	bare = capture_count();
	assert_true(bare > 8);
	run(PLACES_DEVICE, rounds, output);
	snprintf(expected, sizeof(expected), "reached %u, here %u, tried %u\n", 4 * rounds, 4 * rounds, 4 * rounds);
	assert_string_equal(output, expected);
	assert_int_equal(capture_count(), 0);
	figure("2 rounds bare: %u packets by the first link; %u rounds of 12 clients pinned to the second: 0", bare,
	       rounds);
}

/** pin_check_lost_device - down, gone, and back with another number. */
void
pin_check_lost_device(void)
{
	char output[1024];

	assert_int_equal(net_run(SIDE_HERE, "ip link set " PLACES_DEVICE " down"), 0);
	run(PLACES_DEVICE, 3, output);
	if (strncmp(output, "reached 0, here 12, ", 20) != 0)
		fail_msg("down: %s", output);
	assert_int_equal(net_run(SIDE_HERE, "ip link del " PLACES_DEVICE), 0);
	run(PLACES_DEVICE, 3, output);
	if (strncmp(output, "reached 0, here 12, ", 20) != 0)
		fail_msg("gone: %s", output);
	assert_int_equal(capture_count(), 0);
	assert_int_equal(places_make_link(0), 0);
	run(PLACES_DEVICE, 3, output);
	assert_string_equal(output, "reached 12, here 12, tried 12\n");
	assert_int_equal(capture_count(), 0);
}

/** pin_set_up - both hosts, both links, services at either. @engine: of the runs that are guarded */
int
pin_set_up(enum pin_engine engine)
{
	int sockets[PORTS];

	supervised = engine == PIN_SECCOMP;
	host_folder();
	if (places_set_up())
		return -1;
	sockets[0] = open_service(SIDE_THERE, SOCK_STREAM, 19850);
	sockets[1] = open_service(SIDE_THERE, SOCK_DGRAM, 19850);
	sockets[2] = open_service(SIDE_HERE, SOCK_STREAM, 19851);
	sockets[3] = open_service(SIDE_HERE, SOCK_DGRAM, 19851);
	for (int i = 0; i < PORTS; i++)
		if (sockets[i] < 0)
			return -1;
	for (int i = 0; i < 2; i++) {
		services[i] = fork();
		if (services[i] == 0)
			serve(sockets[2 * i], sockets[2 * i + 1]);
	}
	for (int i = 0; i < PORTS; i++)
		close(sockets[i]);
	return capture_open();
}

/** pin_tear_down - all that. */
int
pin_tear_down(void)
{
	for (int i = 0; i < 2; i++) {
		kill(services[i], SIGKILL);
		waitpid(services[i], NULL, 0);
	}
	capture_close();
	net_tear_down();
	return 0;
}
