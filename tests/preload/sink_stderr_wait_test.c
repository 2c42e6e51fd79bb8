/* SPDX-License-Identifier: MIT
 * sink_stderr_wait_test.c - events to a descriptor 2 that nobody reads, or that is a terminal: no write waits, stops
 * the program or raises a signal. */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include <cmocka.h>

#include "preload/host.h"
#include "preload/sink.h"
#include "preload/stderr_host.h"

#define NO_ENVIRONMENT "LC_ALL=C"
#define IN_TIME NO_ENVIRONMENT " " SINK_IN_TIME

/** fill - write to @fd, which must not wait, until nothing fits any more. */
static void
fill(int fd)
{
	static const char line[] = "what the program itself says to whoever may read it one day\n";

	while (write(fd, line, sizeof(line) - 1) > 0)
		;
	assert_int_equal(errno, EAGAIN);
}

/** non_blocking - a description of its own for the object behind @fd: O_NONBLOCK must not leak to the program's. */
static int
non_blocking(int fd)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	return open(path, O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
}

/** Nobody reads: the program goes on, and the lines go to syslog. Pipes of both kinds, and a socketpair. */
static void
stderr_unread_never_waits(void **state)
{
	int pipes[2], pair[2];
	unsigned at_syslog = 0;

	(void)state;
	assert_int_equal(pipe2(pipes, O_CLOEXEC), 0);
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair), 0);
	for (int i = 0; i < 3; i++) {
		if (i == 0)
			fill(non_blocking(pipes[1]));
		if (i == 1)
			fcntl(pipes[1], F_SETFL, O_NONBLOCK);
		if (i == 2)
			while (send(pair[1], "0123456789", 10, MSG_DONTWAIT) > 0)
				;
		sink_pass(i == 2 ? pair[1] : pipes[1]);
		sink_expect(IN_TIME, "sink_host repeat 0.0.0.0 19400 5 2>&9", "failed 0\nend\n");
		at_syslog += sink_drain(stderr_host_syslog);
	}
	assert_int_equal(stderr_host_read(pipes[0]), 0);
	assert_int_equal(at_syslog, 15);
	sink_pass(-1);
	for (int i = 0; i < 2; i++) {
		close(pipes[i]);
		close(pair[i]);
	}
	figure("15 events, 15 in syslog, 0 waits");
}

/**
 * Many write to one pipe, which fills up under them: all have been told that there is room (poll) before any of them
 * writes, as strace(1) delays the latter. Two of their long lines fit.
 */
static void
stderr_pipe_filling_up_never_waits(void **state)
{
	char command[HOST_COMMAND_MAX], path[1200];
	int pipes[2];

	(void)state;
	assert_int_equal(pipe2(pipes, O_CLOEXEC), 0);
	assert_int_equal(fcntl(pipes[1], F_SETPIPE_SZ, 4096), 4096);
	sink_pass(pipes[1]);
	snprintf(command, sizeof(command),
		 "timeout -k 1 20 strace -f -qq -o /dev/null -e trace=write,pwritev2 "
		 "-e inject=write,pwritev2:delay_enter=300000 env BINDGUARD_CONFIG= BINDGUARD_LOG_FORMAT=json "
		 "LD_PRELOAD='%s' %s processes 4 1 >/dev/null 2>&9",
		 host_preload(), sink_deep_copy(host_path("sink_host"), path, sizeof(path)));
	assert_int_equal(system(command), 0);
	sink_pass(-1);
	stderr_host_read(pipes[0]);
	assert_int_equal(sink_count(SINK_DIR "/read", "\"rule\":\"servers\""), 2);
	assert_int_equal(sink_drain(stderr_host_syslog), 2);
	close(pipes[0]);
	close(pipes[1]);
	figure("4 writers at once: 2 lines in the pipe, 2 in syslog, 0 waits");
}

/** No reader: no SIGPIPE, and the one that the program has pending, or not, stays so. */
static void
stderr_broken_pipe_raises_no_signal(void **state)
{
	int pipes[2], pair[2];

	(void)state;
	assert_int_equal(pipe2(pipes, O_CLOEXEC), 0);
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair), 0);
	close(pipes[0]);
	close(pair[0]);
	for (int i = 0; i < 2; i++) {
		sink_pass(i ? pair[1] : pipes[1]);
		sink_expect(NO_ENVIRONMENT, "sink_host udp 0.0.0.0 19400 2>&9", "bind 0\nend\n");
		sink_expect(NO_ENVIRONMENT, "sink_host block 13 udp 0.0.0.0 19400 pending 13 2>&9",
			    "bind 0\npending 0\nend\n");
		sink_expect(NO_ENVIRONMENT, "sink_host block 13 raise 13 udp 0.0.0.0 19400 pending 13 2>&9",
			    "bind 0\npending 1\nend\n");
	}
	assert_int_equal(sink_drain(stderr_host_syslog), 6);
	sink_pass(-1);
	close(pipes[1]);
	close(pair[1]);
	figure("6 events, 6 in syslog, 0 signals, 2 of 2 pending ones kept");
}

/** in_background - a host in a session whose terminal is @terminal, but not in its foreground. Return: its status. */
static int
in_background(int terminal)
{
	pid_t leader = fork();
	int status = -1;

	if (leader == 0) {
		char command[HOST_COMMAND_MAX];
		pid_t child;

		prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (setsid() < 0 || ioctl(terminal, TIOCSCTTY, 0))
			_exit(10);
		host_command(command, NO_ENVIRONMENT, "sink_host udp 0.0.0.0 19400 >/dev/null 2>&9");
		child = fork();
		if (child == 0) {
			setpgid(0, 0);
			execl("/bin/sh", "sh", "-c", command, (char *)NULL);
			_exit(127);
		}
		if (waitpid(child, &status, WUNTRACED) != child)
			_exit(11);
		if (WIFSTOPPED(status))
			kill(-child, SIGKILL);
		_exit(WIFSTOPPED(status) ? 12 : WEXITSTATUS(status));
	}
	waitpid(leader, &status, 0);
	return status;
}

/** A background job on a terminal with `tostop` is not stopped for our line. */
static void
stderr_terminal_stops_no_background_job(void **state)
{
	struct termios modes;
	int master, slave = sink_terminal(&master);

	(void)state;
	assert_int_equal(tcgetattr(slave, &modes), 0);
	modes.c_lflag |= TOSTOP;
	assert_int_equal(tcsetattr(slave, TCSANOW, &modes), 0);
	sink_pass(slave);
	assert_int_equal(in_background(slave), 0);
	sink_pass(-1);
	stderr_host_read(master);
	assert_int_equal(sink_count(SINK_DIR "/read", "127.0.0.1:19400"), 1);
	figure("1 event, 1 line, 0 stops");
}

/** A terminal that nobody reads has room for a part of a line at last: that write would wait for ever. */
static void
stderr_terminal_unread_never_waits(void **state)
{
	int master, slave = sink_terminal(&master);
	unsigned seen, at_syslog;

	(void)state;
	sink_pass(slave);
	sink_expect(IN_TIME, "sink_host repeat 0.0.0.0 19400 400 2>&9", "failed 0\nend\n");
	sink_pass(-1);
	at_syslog = sink_drain(stderr_host_syslog);
	stderr_host_read(master);
	seen = sink_count(SINK_DIR "/read", "127.0.0.1:19400 (rewrite, rule \"servers\")");
	assert_in_range(seen, 10, 399);
	assert_in_range(at_syslog, 1, 400);
	figure("400 events: %u lines on the terminal, syslog's queue (%u) full, 0 waits", seen, at_syslog);
}

/** stopped output (^S) is no reason to wait either. */
static void
stderr_terminal_stopped_never_waits(void **state)
{
	int master, slave = sink_terminal(&master);

	(void)state;
	assert_int_equal(tcflow(slave, TCOOFF), 0);
	sink_pass(slave);
	sink_expect(IN_TIME, "sink_host repeat 0.0.0.0 19400 5 2>&9", "failed 0\nend\n");
	sink_pass(-1);
	assert_int_equal(sink_drain(stderr_host_syslog), 5);
	figure("5 events, 5 in syslog, 0 waits");
}

int
main(int argc, char **argv)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, stderr_host_begin, stderr_host_end)
	const struct CMUnitTest tests[] = {
		TEST(stderr_unread_never_waits),	   TEST(stderr_pipe_filling_up_never_waits),
		TEST(stderr_broken_pipe_raises_no_signal), TEST(stderr_terminal_stops_no_background_job),
		TEST(stderr_terminal_unread_never_waits),  TEST(stderr_terminal_stopped_never_waits),
	};

	if (argc > 1)
		cmocka_set_test_filter(argv[1]);
	return cmocka_run_group_tests(tests, sink_set_up, sink_tear_down);
}
