/* SPDX-License-Identifier: MIT
 * sink_stderr_test.c - events to descriptor 2: whatever it is, and never to a stranger. */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

#include "preload/host.h"
#include "preload/sink.h"
#include "preload/stderr_host.h"

#define STDERR_FILE SINK_DIR "/stderr"
#define SERVER ": sink_host udp 0.0.0.0:19400 -> 127.0.0.1:19400 (rewrite, rule \"servers\")"
#define NO_ENVIRONMENT "LC_ALL=C"

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
	piped = stderr_host_read(pipes[0]);
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair), 0);
	sink_pass(pair[1]);
	sink_expect(NO_ENVIRONMENT, "sink_host repeat 0.0.0.0 19400 10 2>&9", "failed 0\nend\n");
	paired = stderr_host_read(pair[0]);
	assert_int_equal(piped, 10);
	assert_int_equal(paired, 10);
	sink_pass(-1);
	for (int i = 0; i < 2; i++) {
		close(pipes[i]);
		close(pair[i]);
	}
	figure("10 of 10 from the pipe, 10 of 10 from the socketpair");
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
	assert_int_equal(sink_drain(stderr_host_syslog), 3);
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
	assert_int_equal(sink_drain(stderr_host_syslog), 0);
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
	assert_int_equal(sink_drain(stderr_host_syslog), 1);
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
	assert_int_equal(sink_drain(stderr_host_syslog), 3);
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
	assert_int_equal(stderr_host_read(fd), 10);
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
	assert_int_equal(sink_drain(stderr_host_syslog), 3);
	figure("3 events, 3 in syslog");
}

int
main(int argc, char **argv)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, stderr_host_begin, stderr_host_end)
	const struct CMUnitTest tests[] = {
		TEST(stderr_file_has_the_lines_between_the_program_s),
		TEST(stderr_pipe_and_socketpair_get_lines),
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
