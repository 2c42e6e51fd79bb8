/* SPDX-License-Identifier: MIT
 * window_test.c - connections that come in while a socket begins to listen: the second host tries all the time, on the one port
 * that the kernel may choose. */
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
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
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "bindguard/load.h"
#include "cgroup/cell.h"
#include "launcher/drive.h"
#include "net/net.h"

#define PORT 20002
#define LISTENS 600
#define BURST 24

/** struct count - what a server has seen. */
struct count {
	unsigned listened;
	unsigned accepted;
	unsigned read;
};

/** flood - in a child on the second host: connect, say something, be gone, again and again. */
_Noreturn static void
flood(void)
{
	struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(PORT)};
	struct bg_addr here = network_address(SIDE_HERE, BG_IPV4);
	int fds[BURST];

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	memcpy(&to.sin_addr, here.bytes, sizeof(to.sin_addr));
	if (!net_enter(SIDE_THERE))
		_exit(1);
	for (;;) {
		for (int i = 0; i < BURST; i++) {
			fds[i] = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
			connect(fds[i], (struct sockaddr *)&to, sizeof(to));
		}
		for (int i = 0; i < BURST; i++) {
			struct linger gone = {.l_onoff = 1};

			send(fds[i], "x", 1, MSG_NOSIGNAL);
			setsockopt(fds[i], SOL_SOCKET, SO_LINGER, &gone, sizeof(gone));
			close(fds[i]);
		}
	}
}

/** listen_once - for a moment, on the port that the kernel chooses; @binds: by bind(2) of port 0 */
static void
listen_once(bool binds, struct count *count)
{
	struct sockaddr_in any = {.sin_family = AF_INET};
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
	struct pollfd ready = {.fd = fd, .events = POLLIN};
	int on = 1;

	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)); /* connections that are gone hold the port */
	if ((binds && bind(fd, (struct sockaddr *)&any, sizeof(any))) || listen(fd, 64)) {
		close(fd);
		return;
	}
	count->listened++;
	if (poll(&ready, 1, 2) == 1) {
		int one = accept(fd, NULL, NULL);
		struct pollfd data = {.fd = one, .events = POLLIN};
		char text[16];

		count->accepted += one >= 0;
		if (one >= 0 && poll(&data, 1, 50) == 1 && recv(one, text, sizeof(text), 0) > 0)
			count->read++;
		close(one);
	}
	close(fd);
}

/** serve - in a child, in the cgroup: LISTENS of them. */
static struct count
serve(bool binds, unsigned listens)
{
	struct count count = {0};
	int ends[2];
	pid_t child;

	assert_int_equal(pipe(ends), 0);
	child = fork();
	if (child == 0) {
		bool in = cell_enter();

		while (in && count.listened < listens)
			listen_once(binds, &count);
		_exit(write(ends[1], &count, sizeof(count)) != (ssize_t)sizeof(count));
	}
	close(ends[1]);
	assert_int_equal(read(ends[0], &count, sizeof(count)), sizeof(count));
	close(ends[0]);
	waitpid(child, NULL, 0);
	return count;
}

/** listener_that_begins_lets_nobody_in - and one that nobody guards does, so the second host does try. */
static void
listener_that_begins_lets_nobody_in(void **state)
{
	pid_t flooder = fork();

	(void)state;
	if (flooder == 0)
		flood();
	for (int binds = 0; binds < 2; binds++) {
		struct count bare, guarded;

		cell_open();
		bare = serve(binds, LISTENS / 20);
		cell_guard(bg_policy_default);
		guarded = serve(binds, LISTENS);
		figure("%s: of %d listens unguarded %u let somebody in and %u heard something; of %d guarded %u, and "
		       "%u",
		       binds ? "port 0" : "no bind", LISTENS / 20, bare.accepted, bare.read, LISTENS, guarded.accepted,
		       guarded.read);
		assert_true(bare.accepted > 0 && bare.read > 0);
		assert_int_equal(guarded.read, 0);
	}
	kill(flooder, SIGKILL);
	waitpid(flooder, NULL, 0);
}

/** set_up - hosts, of which this one has one port to choose. */
static int
set_up(void **state)
{
	char range[128];

	(void)state;
	if (net_set_up())
		return -1;
	snprintf(range, sizeof(range),
		 "cd /proc/sys/net/ipv4 && echo %d %d >ip_local_port_range && echo 1 >ip_autobind_reuse", PORT, PORT);
	return net_run(SIDE_HERE, range);
}

static int
tear_down(void **state)
{
	(void)state;
	net_tear_down();
	return 0;
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(listener_that_begins_lets_nobody_in)};
	int failed;

	if (argc > 1)
		cmocka_set_test_filter(argv[1]);
	cell_set_up();
	failed = cmocka_run_group_tests(tests, set_up, tear_down);
	cell_tear_down();
	return failed;
}
