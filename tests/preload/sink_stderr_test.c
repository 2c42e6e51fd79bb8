/* SPDX-License-Identifier: MIT
 * sink_stderr_test.c - events to descriptor 2: whatever it is, whoever reads it or does not, and never to a stranger. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include <cmocka.h>

#include "preload/host.h"
#include "preload/sink.h"

#define STDERR_FILE SINK_DIR "/stderr"
#define SERVER ": sink_host udp 0.0.0.0:19400 -> 127.0.0.1:19400 (rewrite, rule \"servers\")"
#define NO_ENVIRONMENT "LC_ALL=C"
#define IN_TIME NO_ENVIRONMENT " " SINK_IN_TIME
#define PIPE 13
#define TTOU 22

static int syslog_socket = -1;

/** begin - an empty folder, and a syslog for what does not arrive on stderr. */
static int
begin(void **state)
{
	syslog_socket = sink_listen(SYSLOG_SOCKET, SOCK_DGRAM);
	return sink_begin(state);
}

static int
end(void **state)
{
	(void)state;
	sink_close(syslog_socket, SYSLOG_SOCKET);
	return 0;
}

/** read_all - what is there to read at @fd, into SINK_DIR/read. Return: its events. */
static unsigned
read_all(int fd)
{
	int out = open(SINK_DIR "/read", O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	struct pollfd ready = {.fd = fd, .events = POLLIN};
	char text[4096];

	while (poll(&ready, 1, 0) == 1 && (ready.revents & POLLIN)) {
		ssize_t got = read(fd, text, sizeof(text));

		if (got <= 0)
			break;
		assert_int_equal(write(out, text, (size_t)got), got);
	}
	close(out);
	return sink_count(SINK_DIR "/read", SERVER);
}

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

/** A file: the program's own offset goes on behind our line, as behind any of its own. */
static void
stderr_file_has_the_lines_between_the_program_s(void **state)
{
	char text[4096];

	(void)state;
	sink_expect(NO_ENVIRONMENT,
		    "sink_host write2 one. udp 0.0.0.0 19400 write2 two. udp 0.0.0.0 19401 2>" STDERR_FILE,
		    "bind 0\nbind 0\nend\n");
	sink_read(STDERR_FILE, text, sizeof(text));
	assert_memory_equal(text, "one.bindguard[", 14);
	assert_non_null(strstr(text, "\ntwo.bindguard["));
	assert_int_equal(sink_count(STDERR_FILE, "servers"), 2);
	figure("2 events, 2 lines");
}

static void
stderr_pipe_and_socketpair_get_lines(void **state)
{
	int pipes[2], pair[2];
	unsigned piped, paired;

	(void)state;
	assert_int_equal(pipe2(pipes, O_CLOEXEC), 0);
	sink_pass(pipes[1]);
	sink_expect(NO_ENVIRONMENT, "sink_host repeat 0.0.0.0 19400 10 2>&9", "failed 0\nend\n");
	piped = read_all(pipes[0]);
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair), 0);
	sink_pass(pair[1]);
	sink_expect(NO_ENVIRONMENT, "sink_host repeat 0.0.0.0 19400 10 2>&9", "failed 0\nend\n");
	paired = read_all(pair[0]);
	assert_int_equal(piped, 10);
	assert_int_equal(paired, 10);
	sink_pass(-1);
	for (int i = 0; i < 2; i++) {
		close(pipes[i]);
		close(pair[i]);
	}
	figure("10 of 10 from the pipe, 10 of 10 from the socketpair");
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
		at_syslog += sink_drain(syslog_socket);
	}
	assert_int_equal(read_all(pipes[0]), 0);
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
	read_all(pipes[0]);
	assert_int_equal(sink_count(SINK_DIR "/read", "\"rule\":\"servers\""), 2);
	assert_int_equal(sink_drain(syslog_socket), 2);
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
	assert_int_equal(sink_drain(syslog_socket), 6);
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
	read_all(master);
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
	at_syslog = sink_drain(syslog_socket);
	read_all(master);
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
	assert_int_equal(sink_drain(syslog_socket), 5);
	figure("5 events, 5 in syslog, 0 waits");
}

/** What is behind descriptor 2 later may be anybody's: not a byte goes there. */
static void
stderr_replaced_gets_nothing(void **state)
{
	(void)state;
	sink_expect(NO_ENVIRONMENT, "sink_host open2 " SINK_DIR "/data udp 0.0.0.0 19400 2>" STDERR_FILE,
		    "inode other\nbind 0\nend\n");
	sink_expect(NO_ENVIRONMENT, "sink_host close2 udp 0.0.0.0 19400 2>" STDERR_FILE, "bind 0\nend\n");
	sink_expect(NO_ENVIRONMENT, "sink_host open2 " SINK_DIR "/data udp 0.0.0.0 19400 2>&-",
		    "inode other\nbind 0\nend\n");
	assert_int_equal(sink_drain(syslog_socket), 3);
	assert_int_equal(sink_count(SINK_DIR "/data", ""), 0);
	assert_int_equal(sink_count(STDERR_FILE, ""), 0);
	figure("3 events, 3 in syslog, 0 bytes in the strange file");
}

/** The same file, opened again or moved, is the same object. */
static void
stderr_reopened_gets_lines(void **state)
{
	(void)state;
	sink_expect(NO_ENVIRONMENT, "sink_host open2 " STDERR_FILE " udp 0.0.0.0 19400 2>" STDERR_FILE,
		    "inode same\nbind 0\nend\n");
	assert_int_equal(sink_count(STDERR_FILE, SERVER), 1);
	assert_int_equal(link(STDERR_FILE, SINK_DIR "/moved"), 0);
	sink_expect(NO_ENVIRONMENT, "sink_host open2 " SINK_DIR "/moved udp 0.0.0.0 19400 2>" STDERR_FILE,
		    "inode same\nbind 0\nend\n");
	assert_int_equal(sink_count(STDERR_FILE, SERVER), 1);
	assert_int_equal(sink_drain(syslog_socket), 0);
	figure("2 events, 2 lines");
}

/** swap_descriptor_2 - bind in a host whose file behind descriptor 2 is another. Return: with the number of the first. */
static bool
swap_descriptor_2(void)
{
	char path[] = "/var/tmp/bindguard-sink.XXXXXX", output[256], arguments[512], text[4096];
	int fd = mkstemp(path);

	assert_true(fd >= 0);
	close(fd);
	snprintf(arguments, sizeof(arguments), "sink_host swap2 %s udp 0.0.0.0 19400 2>%s", path, path);
	sink_run(NO_ENVIRONMENT, arguments, output, sizeof(output));
	sink_read(path, text, sizeof(text));
	unlink(path);
	assert_string_equal(text, "");
	assert_int_equal(sink_drain(syslog_socket), 1);
	return strstr(output, "inode same") != NULL;
}

/** A file system that gives the inode of a removed file to the next one: ext4 does. */
static void
stderr_inode_used_again_gets_nothing(void **state)
{
	int tries = 1;

	(void)state;
	/* Another process may take the number first; a file system that never gives one again says nothing here. */
	while (!swap_descriptor_2() && tries < 100)
		tries++;
	if (tries == 100)
		skip();
	figure("1 event, 1 in syslog, 0 bytes in the next file of the same inode number");
}

/** accepted - a connection that a server accepted, as inetd puts it on 0, 1 and 2. @client: the other end. */
static int
accepted(int family, int *client)
{
	struct sockaddr_un name = {.sun_family = AF_UNIX, .sun_path = "/run/systemd/journal/stdout"};
	struct sockaddr_storage any = {.ss_family = (sa_family_t)family};
	socklen_t size = sizeof(any);
	int server = socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0), fd;

	unlink(name.sun_path);
	if (family == AF_UNIX)
		assert_int_equal(bind(server, (struct sockaddr *)&name, sizeof(name)), 0);
	assert_int_equal(listen(server, 1), 0);
	assert_int_equal(getsockname(server, (struct sockaddr *)&any, &size), 0);
	*client = socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_int_equal(connect(*client, (struct sockaddr *)&any, size), 0);
	fd = accept4(server, NULL, NULL, SOCK_CLOEXEC);
	assert_true(fd >= 0);
	close(server);
	return fd;
}

/** A client's connection on descriptor 2, from the start on: the client sees nothing of ours. */
static void
stderr_client_gets_nothing(void **state)
{
	static const int families[] = {AF_INET, AF_INET6, AF_UNIX};

	(void)state;
	for (size_t i = 0; i < sizeof(families) / sizeof(families[0]); i++) {
		char text[64];
		int client, fd = accepted(families[i], &client);

		sink_pass(fd);
		sink_expect(NO_ENVIRONMENT, "sink_host udp 0.0.0.0 19400 2>&9", "bind 0\nend\n");
		sink_pass(-1);
		close(fd);
		assert_int_equal(recv(client, text, sizeof(text), 0), 0);
		close(client);
	}
	assert_int_equal(sink_drain(syslog_socket), 3);
	figure("3 clients, 0 bytes for them, 3 events in syslog");
}

/** A service of systemd has a connection to the journal as descriptor 2: that is for what it says. */
static void
stderr_connection_to_a_log_gets_lines(void **state)
{
	int client, fd = accepted(AF_UNIX, &client);

	(void)state;
	sink_pass(client);
	sink_expect(NO_ENVIRONMENT, "sink_host repeat 0.0.0.0 19400 10 2>&9", "failed 0\nend\n");
	sink_pass(-1);
	assert_int_equal(read_all(fd), 10);
	close(fd);
	close(client);
	figure("10 of 10");
}

/** Open for reading alone, or no file at all: no line, and no harm. */
static void
stderr_unwritable_falls_back(void **state)
{
	(void)state;
	sink_write(STDERR_FILE, "");
	sink_expect(NO_ENVIRONMENT, "sink_host udp 0.0.0.0 19400 2<" STDERR_FILE, "bind 0\nend\n");
	sink_expect(NO_ENVIRONMENT, "sink_host udp 0.0.0.0 19400 2</", "bind 0\nend\n");
	sink_expect(NO_ENVIRONMENT, "sink_host udp 0.0.0.0 19400 2>/dev/full", "bind 0\nend\n");
	assert_int_equal(sink_drain(syslog_socket), 3);
	figure("3 events, 3 in syslog");
}

int
main(int argc, char **argv)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)
	const struct CMUnitTest tests[] = {
		TEST(stderr_file_has_the_lines_between_the_program_s),
		TEST(stderr_pipe_and_socketpair_get_lines),
		TEST(stderr_unread_never_waits),
		TEST(stderr_pipe_filling_up_never_waits),
		TEST(stderr_broken_pipe_raises_no_signal),
		TEST(stderr_terminal_stops_no_background_job),
		TEST(stderr_terminal_unread_never_waits),
		TEST(stderr_terminal_stopped_never_waits),
		TEST(stderr_replaced_gets_nothing),
		TEST(stderr_reopened_gets_lines),
		TEST(stderr_inode_used_again_gets_nothing),
		TEST(stderr_client_gets_nothing),
		TEST(stderr_connection_to_a_log_gets_lines),
		TEST(stderr_unwritable_falls_back),
	};

	if (argc > 1)
		cmocka_set_test_filter(argv[1]);
	return cmocka_run_group_tests(tests, sink_set_up, sink_tear_down);
}
