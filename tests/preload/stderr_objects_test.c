/* SPDX-License-Identifier: MIT
 * stderr_objects_test.c - which objects a program may be executed with as descriptor 2 and find lines in: what is for
 * messages gets them, what may be somebody's data gets not a byte. libbindguard(7), Standard error, has the list. */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

#include "preload/host.h"
#include "preload/sink.h"

#define DATA SINK_DIR "/data"
#define MAGIC "MAGIC-HEADER-0123456789\n"
#define EVENTS 3
#define REPEAT "sink_host repeat 0.0.0.0 19400 3 2>&9"
#define NO_ENVIRONMENT "LC_ALL=C"

static int syslog_socket = -1;

/** begin - an empty folder, and a syslog for what does not arrive on descriptor 2. */
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

/** struct stderr_ends - what is made: descriptor 2 of the program, and where its bytes can be read. */
struct stderr_ends {
	int given;
	int reader;
};

/** file - a file with a header, opened with the flags @how. */
static void
file(struct stderr_ends *ends, int how, const char *path)
{
	(void)path;
	sink_write(DATA, MAGIC);
	ends->given = open(DATA, how | O_CLOEXEC);
	lseek(ends->given, 0, SEEK_END);
	ends->reader = open(DATA, O_RDONLY | O_CLOEXEC);
	lseek(ends->reader, sizeof(MAGIC) - 1, SEEK_SET);
}

/** memory - memfd_create(2). */
static void
memory(struct stderr_ends *ends, int how, const char *path)
{
	(void)how;
	ends->given = memfd_create(path, MFD_CLOEXEC);
	ends->reader = dup(ends->given);
}

/** device - the file at @path. */
static void
device(struct stderr_ends *ends, int how, const char *path)
{
	ends->given = open(path, how | O_CLOEXEC);
	ends->reader = -1;
}

/** fifo - a FIFO with a reader. */
static void
fifo(struct stderr_ends *ends, int how, const char *path)
{
	unlink(path);
	assert_int_equal(mkfifo(path, 0600), 0);
	ends->reader = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	ends->given = open(path, how | O_CLOEXEC);
}

/** pair - socketpair(2) of the type @type. */
static void
pair(struct stderr_ends *ends, int type, const char *path)
{
	int both[2];

	(void)path;
	assert_int_equal(socketpair(AF_UNIX, type | SOCK_CLOEXEC, 0, both), 0);
	ends->given = both[0];
	ends->reader = both[1];
}

/** client - a connection to a server at @path; one that begins with '@' is abstract, unix(7). */
static void
client(struct stderr_ends *ends, int type, const char *path)
{
	struct sockaddr_un name = {.sun_family = AF_UNIX};
	int server = socket(AF_UNIX, type | SOCK_CLOEXEC, 0);
	socklen_t size = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + strlen(path));

	memcpy(name.sun_path, path, strlen(path));
	if (path[0] == '@')
		name.sun_path[0] = '\0';
	else
		unlink(path);
	assert_int_equal(bind(server, (struct sockaddr *)&name, size), 0);
	assert_int_equal(listen(server, 1), 0);
	ends->given = socket(AF_UNIX, type | SOCK_CLOEXEC, 0);
	assert_int_equal(connect(ends->given, (struct sockaddr *)&name, size), 0);
	ends->reader = accept4(server, NULL, NULL, SOCK_CLOEXEC);
	close(server);
}

/** struct kind - a kind of object; @gets: events that arrive in it, @lost: that nobody gets, as in /dev/null. */
static const struct kind {
	const char *name;
	void (*make)(struct stderr_ends *ends, int how, const char *path);
	int how;
	const char *path;
	unsigned gets;
	unsigned lost;
} kinds[] = {
	{"a data file", file, O_RDWR, "", 0, 0},
	{"a file, read and appended to", file, O_RDWR | O_APPEND, "", EVENTS, 0},
	{"a file, appended to", file, O_WRONLY | O_APPEND, "", EVENTS, 0},
	{"a file, written alone", file, O_WRONLY, "", EVENTS, 0},
	{"memory", memory, 0, "cache", 0, 0},
	{"/dev/null", device, O_RDWR, "/dev/null", 0, EVENTS},
	{"/dev/full", device, O_WRONLY, "/dev/full", 0, 0},
	{"/dev/zero", device, O_RDWR, "/dev/zero", 0, 0},
	{"/dev/urandom", device, O_WRONLY, "/dev/urandom", 0, 0},
	{"a FIFO, written", fifo, O_WRONLY, SINK_DIR "/fifo", EVENTS, 0},
	{"a FIFO of commands", fifo, O_RDWR, SINK_DIR "/fifo", 0, 0},
	{"a pair of streams", pair, SOCK_STREAM, "", EVENTS, 0},
	{"a pair of datagrams", pair, SOCK_DGRAM, "", 0, 0},
	{"a pair of packets", pair, SOCK_SEQPACKET, "", 0, 0},
	{"a database", client, SOCK_STREAM, SINK_DIR "/.s.PGSQL.5432", 0, 0},
	{"an abstract server", client, SOCK_STREAM, "@bindguard-test", 0, 0},
	{"the journal", client, SOCK_STREAM, "/run/systemd/journal/stdout", EVENTS, 0},
	{"a namespace of the journal", client, SOCK_STREAM, "/run/systemd/journal.web/stdout", EVENTS, 0},
	{"what is called alike", client, SOCK_STREAM, "/run/systemd/journal.web/stdout2", 0, 0},
	{"what is called alike, too", client, SOCK_STREAM, "/run/systemd/journal/a/stdout", 0, 0},
};

/** take - what there is to read at @ends into SINK_DIR/read. Return: bytes. */
static unsigned
take(const struct stderr_ends *ends)
{
	int out = open(SINK_DIR "/read", O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	unsigned bytes = 0;
	char text[4096];
	ssize_t got;

	close(ends->given);
	if (ends->reader >= 0)
		fcntl(ends->reader, F_SETFL, O_NONBLOCK);
	while (ends->reader >= 0 && (got = read(ends->reader, text, sizeof(text))) > 0) {
		bytes += (unsigned)got;
		assert_int_equal(write(out, text, (size_t)got), got);
	}
	close(out);
	if (ends->reader >= 0)
		close(ends->reader);
	return bytes;
}

static void
stderr_takes_lines_or_not_a_byte(void **state)
{
	(void)state;
	mkdir("/run/systemd/journal.web", 0755);
	mkdir("/run/systemd/journal/a", 0755);
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		const struct kind *kind = &kinds[i];
		unsigned bytes, lines;
		struct stderr_ends ends;

		kind->make(&ends, kind->how, kind->path);
		assert_true(ends.given >= 0);
		sink_pass(ends.given);
		sink_expect(NO_ENVIRONMENT, REPEAT, "failed 0\nend\n");
		sink_pass(-1);
		bytes = take(&ends);
		lines = sink_count(SINK_DIR "/read", "bindguard[");
		if (lines != kind->gets || (kind->gets == 0 && bytes))
			fail_msg("%s: %u lines, %u bytes", kind->name, lines, bytes);
		if (sink_drain(syslog_socket) != EVENTS - kind->gets - kind->lost)
			fail_msg("%s: syslog has another number of lines", kind->name);
	}
	figure("%zu kinds of objects", sizeof(kinds) / sizeof(kinds[0]));
}

/** The complaint about a broken configuration goes the same way. */
static void
stderr_data_gets_no_complaint(void **state)
{
	struct stderr_ends ends;

	(void)state;
	file(&ends, O_RDWR, "");
	sink_pass(ends.given);
	sink_expect("BINDGUARD_CONFIG=/nowhere", REPEAT, "failed 0\nend\n");
	sink_pass(-1);
	assert_int_equal(take(&ends), 0);
	assert_true(sink_drain(syslog_socket) > EVENTS);
	figure("0 bytes of a complaint and %d events", EVENTS);
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(stderr_takes_lines_or_not_a_byte, begin, end),
		cmocka_unit_test_setup_teardown(stderr_data_gets_no_complaint, begin, end),
	};

	if (argc > 1)
		cmocka_set_test_filter(argv[1]);
	return cmocka_run_group_tests(tests, sink_set_up, sink_tear_down);
}
