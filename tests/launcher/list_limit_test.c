/* SPDX-License-Identifier: MIT
 * list_limit_test.c - `bindguard list` reads the limits that the guard has given to sockets, and takes nothing else for
 * one. */
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <net/if.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>
#include <jansson.h>

#include "bindguard/packet_filter.h"
#include "launcher/list_host.h"
#include "launcher/list_servers.h"
#include "net/net.h"

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))
#define OUTPUT_MAX 65536
#define PORT 19601 /* of the first case; the others follow */
#define GONE 4711u /* the number of a device that is not there */
#define MANY "10.0.0.1 10.0.0.2 10.0.0.3 10.0.0.4 2001:db8::/32 10.0.0.6"

/**
 * struct limited - a socket with a filter.
 * @type, @address: of the socket
 * @places: that the filter lets through, the word `gone` for a device that is not there
 * @reach: in the table
 * @reachable, @interface: in the JSON; @interface NULL: null
 * @from: in the JSON, NULL: null
 */
struct limited {
	int type;
	const char *address;
	const char *places;
	const char *reach;
	const char *reachable;
	const char *interface;
	const char *from;
};

/* In the order of the list: exposed ones first, then TCP, then by port. */
static const struct limited cases[] = {
	{SOCK_STREAM, "0.0.0.0", "machine 0.0.0.0/0", "anywhere", "anywhere", NULL, NULL},
	{SOCK_STREAM, "0.0.0.0", "10.0.0.0/8", "from 10.0.0.0/8", "places", NULL, "[\"10.0.0.0/8\"]"},
	{SOCK_STREAM, "::", MANY, "from 10.0.0.1, 10.0.0.2, 10.0.0.3, 10.0.0.4 and 2 more", "places", NULL,
	 "[\"10.0.0.1\",\"10.0.0.2\",\"10.0.0.3\",\"10.0.0.4\",\"10.0.0.6\",\"2001:db8::/32\"]"},
	{SOCK_STREAM, "0.0.0.0", CABLE " gone", "from " CABLE ", if4711", "places", NULL, "[\"" CABLE "\",\"if4711\"]"},
	{SOCK_STREAM, HERE4, "10.0.0.0/8", "from 10.0.0.0/8", "places", NULL, "[\"10.0.0.0/8\"]"},
	{SOCK_DGRAM, "::", "machine 126.0.0.0/7", "from machine, 126.0.0.0/7", "places", NULL,
	 "[\"machine\",\"126.0.0.0/7\"]"},
	{SOCK_STREAM, "0.0.0.0", "machine " CABLE, "from machine, " CABLE, "interface", CABLE,
	 "[\"machine\",\"" CABLE "\"]"},
	{SOCK_STREAM, "::", CABLE, "interface " CABLE, "interface", CABLE, "[\"" CABLE "\"]"},
	{SOCK_STREAM, "10.77.0.1", "gone", "interface if4711", "interface", "if4711", "[\"if4711\"]"},
	{SOCK_STREAM, "0.0.0.0", "machine", "this machine only", "machine", NULL, "[\"machine\"]"},
	{SOCK_STREAM, "::", "lo 127.0.0.0/8 ::1", "this machine only", "machine", NULL,
	 "[\"lo\",\"127.0.0.0/8\",\"::1\"]"},
	{SOCK_STREAM, HERE6, "machine", "this machine only", "machine", NULL, "[\"machine\"]"},
	{SOCK_DGRAM, "0.0.0.0", "machine", "this machine only", "machine", NULL, "[\"machine\"]"},
};

static char output[OUTPUT_MAX];
static int sockets[LENGTH(cases)];

/** read_place - a word of a case. Return: the number of its device. */
static uint32_t
read_place(const char *word, struct bg_from *from)
{
	bool host_bits;

	memset(from, 0, sizeof(*from));
	from->kind = BG_FROM_MACHINE;
	if (strcmp(word, "machine") == 0)
		return 0;
	from->kind = BG_FROM_PREFIX;
	if (bg_prefix_parse(word, &from->prefix, &host_bits))
		return 0;
	from->kind = BG_FROM_INTERFACE;
	return strcmp(word, "gone") == 0 ? GONE : if_nametoindex(word);
}

/** write_filter - that of @places. Return: its length. */
static unsigned
write_filter(const char *places, struct sock_filter code[BG_PACKET_FILTER_MAX])
{
	struct bg_from from[BG_FROM_MAX];
	uint32_t indexes[BG_FROM_MAX], count = 0;
	char words[256], *rest = words, *word;

	snprintf(words, sizeof(words), "%s", places);
	while ((word = strsep(&rest, " ")))
		indexes[count] = read_place(word, &from[count]), count++;
	return bg_packet_filter_write(from, count, indexes, code, BG_PACKET_FILTER_MAX);
}

/** attach - @code to @fd. */
static void
attach(int fd, struct sock_filter *code, unsigned length)
{
	struct sock_fprog program = {.len = (unsigned short)length, .filter = code};

	assert_int_equal(setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof(program)), 0);
}

/** open_server - a socket. Return: its descriptor. */
static int
open_server(int type, const char *address, unsigned port)
{
	const struct server server = {type, 0, address, port, LIST_ANY, NULL, "", ""};
	int fd = list_open(&server);

	assert_true(fd >= 0);
	return fd;
}

/** open_all - those of the table. */
static void
open_all(void)
{
	struct sock_filter code[BG_PACKET_FILTER_MAX];

	for (unsigned i = 0; i < LENGTH(cases); i++) {
		sockets[i] = open_server(cases[i].type, cases[i].address, PORT + i);
		attach(sockets[i], code, write_filter(cases[i].places, code));
	}
}

/** close_all - the reverse, also behind a test that failed. */
static int
close_all(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(cases); i++) {
		if (sockets[i] > 0)
			close(sockets[i]);
		sockets[i] = 0;
	}
	return 0;
}

/** assert_reach - the row of @port has that reach. */
static void
assert_reach(unsigned port, const char *reach)
{
	char line[512], expected[128];

	snprintf(expected, sizeof(expected), " %u %s ", port, reach);
	if (!list_line(output, port, line, sizeof(line)) || !strstr(line, expected))
		fail_msg("expected \"%s\" in: %s", expected, line);
}

static void
limited_socket_is_reached_from_its_places(void **state)
{
	const char *before = output;

	(void)state;
	open_all();
	assert_int_equal(list_run("", output, sizeof(output)), 0);
	for (unsigned i = 0; i < LENGTH(cases); i++) {
		char port[128]; /* and what stands behind it: a process ID may be the same number */
		const char *at;

		assert_reach(PORT + i, cases[i].reach);
		snprintf(port, sizeof(port), " %u %s ", PORT + i, cases[i].reach);
		at = strstr(output, port);
		if (!at || at < before) {
			fputs(output, stderr);
			fail_msg("port %u stands too early", PORT + i);
		}
		before = at;
	}
	assert_non_null(strstr(output, "\n13 servers, 1 reachable from anywhere, 5 from some places, 3 through one "
				       "interface\n"));
	printf("# figure: %zu limits read back\n", LENGTH(cases));
}

/** assert_text - @value is that string, or null. */
static void
assert_text(json_t *value, const char *expected)
{
	if (!expected)
		assert_true(json_is_null(value));
	else
		assert_string_equal(json_string_value(value), expected);
}

static void
limited_socket_has_its_places_in_json(void **state)
{
	json_t *array, *item;
	size_t i;

	(void)state;
	open_all();
	assert_int_equal(list_run("--json", output, sizeof(output)), 0);
	array = json_loads(output, 0, NULL);
	assert_int_equal(json_array_size(array), LENGTH(cases));
	json_array_foreach(array, i, item)
	{
		json_t *from = json_object_get(item, "from");
		char *text = json_dumps(from, JSON_COMPACT | JSON_ENCODE_ANY);

		assert_string_equal(text, cases[i].from ? cases[i].from : "null");
		assert_text(json_object_get(item, "reachable"), cases[i].reachable);
		assert_text(json_object_get(item, "interface"), cases[i].interface);
		free(text);
	}
	json_decref(array);
}

static void
filter_of_the_program_is_no_limit(void **state)
{
	/* What lets all through; what keeps a datagram socket to its device, which is no limit; a limit with another end. */
	struct sock_filter all[] = {BPF_STMT(BPF_RET | BPF_K, UINT32_MAX)};
	struct sock_filter device[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, (unsigned)(SKF_AD_OFF + SKF_AD_IFINDEX)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 1, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, UINT32_MAX),
		BPF_STMT(BPF_RET | BPF_K, 0),
	};
	struct sock_filter alike[BG_PACKET_FILTER_MAX];
	unsigned length = write_filter("machine", alike);

	(void)state;
	alike[length - 1].k = UINT32_MAX;
	sockets[0] = open_server(SOCK_STREAM, "0.0.0.0", 19631);
	sockets[1] = open_server(SOCK_DGRAM, "0.0.0.0", 19632);
	sockets[2] = open_server(SOCK_STREAM, "::", 19633);
	sockets[3] = open_server(SOCK_STREAM, "0.0.0.0", 19634);
	attach(sockets[0], all, LENGTH(all));
	attach(sockets[1], device, LENGTH(device));
	attach(sockets[2], alike, length);
	assert_int_equal(list_run("", output, sizeof(output)), 0);
	for (unsigned port = 19631; port <= 19634; port++)
		assert_reach(port, "anywhere");
}

static void
limited_server_of_the_library_is_told(void **state)
{
	char folder[] = "/tmp/bindguard-list-XXXXXX", path[256], library[1024], line[512];
	const char *first = getenv("BG_PRELOAD_FIRST");
	struct guest guest;
	FILE *file;

	(void)state;
	assert_non_null(mkdtemp(folder));
	snprintf(path, sizeof(path), "%s/config", folder);
	snprintf(library, sizeof(library), "%s %s", first ? first : "", BG_LIBRARY);
	file = fopen(path, "we");
	assert_non_null(file);
	fputs("rule a { action = limit from = {\"machine\", \"" CABLE "\"} }\n", file);
	assert_int_equal(fclose(file), 0);
	setenv(LIST_CONFIG, path, 1);
	assert_true(list_start(&guest, list_self(), library, 19635));
	unsetenv(LIST_CONFIG);
	assert_int_equal(list_run("", output, sizeof(output)), 0);
	list_stop(&guest);
	unlink(path);
	rmdir(folder);
	assert_reach(19635, "from machine, " CABLE);
	assert_true(list_line(output, 19635, line, sizeof(line)));
	assert_non_null(strstr(line, " preload"));
}

/** forbid_copies - pidfd_getfd(2) fails, as in a container of Docker's. */
static void
forbid_copies(void)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_pidfd_getfd, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog program = {.len = LENGTH(code), .filter = code};

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) || prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program))
		_exit(1);
}

static void
limit_that_may_not_be_read_changes_nothing(void **state)
{
	struct sock_filter code[BG_PACKET_FILTER_MAX];
	char line[512];
	int status;
	pid_t child;

	(void)state;
	sockets[0] = open_server(SOCK_STREAM, "0.0.0.0", 19636);
	attach(sockets[0], code, write_filter("machine", code));
	child = fork();
	if (child == 0) {
		forbid_copies();
		_exit(list_run("", output, sizeof(output)) != 0 || !list_line(output, 19636, line, sizeof(line)) ||
		      !strstr(line, " anywhere ") || !strstr(line, " list_limit_test no"));
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(limited_socket_is_reached_from_its_places, close_all),
		cmocka_unit_test_teardown(limited_socket_has_its_places_in_json, close_all),
		cmocka_unit_test_teardown(filter_of_the_program_is_no_limit, close_all),
		cmocka_unit_test(limited_server_of_the_library_is_told),
		cmocka_unit_test_teardown(limit_that_may_not_be_read_changes_nothing, close_all),
	};

	if (argc == 3 && strcmp(argv[1], "--serve") == 0)
		return list_serve(argv[2]);
	if (argc > 1)
		cmocka_set_test_filter(argv[1]);
	return cmocka_run_group_tests(tests, list_set_up, list_tear_down);
}
