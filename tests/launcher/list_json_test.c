/* SPDX-License-Identifier: MIT
 * list_json_test.c - `bindguard list` as JSON, with names of any bytes, and where nothing listens. */
#include <fcntl.h>
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
#include <unistd.h>

#include <cmocka.h>
#include <jansson.h>

#include "launcher/list_host.h"
#include "launcher/list_servers.h"

#define OUTPUT_MAX 65536

static char output[OUTPUT_MAX];

/** assert_types - every key of @object is there, with a value of its type. */
static void
assert_types(json_t *object)
{
	const char *protocol, *state, *family, *address, *reachable, *program, *called, *guarded;
	int mptcp, dual_stack, localnet, ephemeral, port, uid, pid;
	json_t *ip_protocol, *peer, *processes, *device, *interface;
	json_int_t inode;
	json_error_t error;

	if (json_unpack_ex(
		    object, &error, JSON_STRICT,
		    "{s:s, s:b, s:o, s:s, s:s, s:s, s:i, s:b, s:o, s:o, s:s, s:o, s:n, s:b, s:b, s:i, s:I, s:i, s:s, "
		    "s:s, s:s,"
		    "s:n, s:o}",
		    "protocol", &protocol, "mptcp", &mptcp, "ip_protocol", &ip_protocol, "state", &state, "family",
		    &family, "address", &address, "port", &port, "dual_stack", &dual_stack, "device", &device, "peer",
		    &peer, "reachable", &reachable, "interface", &interface, "from", "route_localnet", &localnet,
		    "ephemeral", &ephemeral, "uid", &uid, "inode", &inode, "pid", &pid, "program", &program, "called",
		    &called, "guarded", &guarded, "guard_note", "processes", &processes))
		fail_msg("%s", error.text);
	assert_int_equal(json_array_size(processes), 1);
	assert_int_equal(json_object_size(json_array_get(processes, 0)), 5);
	assert_true(json_is_null(peer) && json_is_null(ip_protocol));
	assert_true(json_is_null(device) || json_is_string(device));
	assert_int_equal(json_is_string(interface), strcmp(reachable, "interface") == 0);
	assert_int_equal(pid, getpid());
	assert_string_equal(guarded, "no");
}

/** assert_confined - the dual-stack server on lo, word by word. */
static void
assert_confined(json_t *object)
{
	char *text;

	json_object_del(object, "inode");
	json_object_del(object, "pid");
	json_object_del(object, "uid");
	json_object_del(object, "processes");
	text = json_dumps(object, JSON_COMPACT);
	assert_string_equal(
		text, "{\"protocol\":\"tcp\",\"mptcp\":false,\"ip_protocol\":null,\"state\":\"listening\","
		      "\"family\":\"ipv6\",\"address\":\"::\",\"port\":19420,\"dual_stack\":true,"
		      "\"device\":\"lo\",\"peer\":null,\"reachable\":\"machine\",\"interface\":null,\"from\":null,"
		      "\"route_localnet\":false,\"ephemeral\":false,\"program\":\"list_json_test\","
		      "\"called\":\"list_json_test\",\"guarded\":\"no\",\"guard_note\":null}");
	free(text);
}

static void
list_other_name_is_noted(void **state)
{
	const struct server server = {SOCK_STREAM, 0, "127.0.0.1", 19437, LIST_ANY, NULL, "", ""};
	int fd = list_open(&server);
	char line[512];

	(void)state;
	prctl(PR_SET_NAME, "list"); /* a part of the program's name says nothing new */
	assert_int_equal(list_run("", output, sizeof(output)), 0);
	assert_null(strstr(output, "called"));
	prctl(PR_SET_NAME, "a) S 1 \033");
	assert_int_equal(list_run("", output, sizeof(output)), 0);
	prctl(PR_SET_NAME, "list_json_test");
	close(fd);
	assert_true(list_line(output, 19437, line, sizeof(line)));
	assert_non_null(strstr(line, " list_json_test no      called a) S 1 \\x1b"));
}

static void
list_json_is_typed_and_whole(void **state)
{
	unsigned count = list_open_all();
	json_error_t error;
	json_t *array, *item;
	size_t i;
	bool seen = false;

	(void)state;
	assert_int_equal(list_run("--json", output, sizeof(output)), 0);
	list_close_all(NULL);
	array = json_loads(output, 0, &error);
	if (!json_is_array(array))
		fail_msg("%s\n%s", error.text, output);
	assert_int_equal(json_array_size(array), count);
	json_array_foreach(array, i, item)
	{
		assert_types(item);
		if (json_integer_value(json_object_get(item, "port")) == 19420) {
			assert_confined(item);
			seen = true;
		}
	}
	json_decref(array);
	assert_true(seen);
	printf("# figure: %u objects of 23 keys\n", count);
}

static void
list_empty_machine_says_so(void **state)
{
	(void)state;
	assert_int_equal(list_run("", output, sizeof(output)), 0);
	assert_string_equal(output, "nothing listens on this machine\n");
	assert_int_equal(list_run("--json", output, sizeof(output)), 0);
	assert_string_equal(output, "[]\n");
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(list_other_name_is_noted, list_close_all),
		cmocka_unit_test_teardown(list_json_is_typed_and_whole, list_close_all),
		cmocka_unit_test_teardown(list_empty_machine_says_so, list_close_all),
	};

	if (argc == 3 && strcmp(argv[1], "--serve") == 0)
		return list_serve(argv[2]);
	if (argc > 1)
		cmocka_set_test_filter(argv[1]);
	return cmocka_run_group_tests(tests, list_set_up, list_tear_down);
}
