/* SPDX-License-Identifier: MIT
 * clients_kept_test.c - clients whose change is kept, that an event loop watches, or that are many: what the user sent
 * elsewhere than to loopback stays, and no socket is taken for another. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "bindguard/marks.h"
#include "net/net.h"
#include "preload/client_run.h"
#include "preload/host.h"

#define UNPRIVILEGED "setpriv --bounding-set=-all --inh-caps=-all env"

/** client_specific_keeps_working - the same where it names the address, and a rule takes it away. */
static void
client_specific_keeps_working(void **state)
{
	static const char rules[] = "rule \"r\" { address = {\"" NET4 "\"} action = rewrite to = {\"loopback\"} }\n"
				    "rule \"c\" { address = {\"" NET6 "\"} action = confine }\n";
	static const char *const clients[] = {
		"client tcp " HERE4 " 0 " THERE4 " 19300",    "client tcp " HERE4 " 19330 " THERE4 " 19300",
		"client tcp " HERE4 " 0 " THERE4 " 19300 nb", "client udp " HERE4 " 0 " THERE4 " 19300",
		"client tcp " HERE6 " 0 " THERE6 " 19300",    "client tcp " HERE6 " 19331 " THERE6 " 19300 nb",
		"client udp " HERE6 " 0 " THERE6 " 19300",
	};
	size_t count = sizeof(clients) / sizeof(clients[0]);
	char path[] = "/tmp/bindguard-clients.XXXXXX", environment[128];
	int fd = mkstemp(path);

	(void)state;
	assert_true(fd >= 0 && write(fd, rules, strlen(rules)) == (ssize_t)strlen(rules));
	close(fd);
	snprintf(environment, sizeof(environment), "BINDGUARD_CONFIG=%s BINDGUARD_LOG=none", path);
	for (size_t i = 0; i < count; i++) {
		char bare[1024], guarded[1024];

		host_run(NULL, clients[i], bare, sizeof(bare));
		host_run(environment, clients[i], guarded, sizeof(guarded));
		if (!strstr(bare, "connect 0 answer hello") || strcmp(bare, guarded) != 0)
			fail_msg("%s\nbare:    %sguarded: %s", clients[i], bare, guarded);
	}
	unlink(path);
	figure("%zu clients the same", count);
}

#define PROGRAMS BG_SOURCE_DIR "/tests/preload/programs/"

/** client_of_an_event_loop_is_as_bare - Node hears before it connects, asyncio afterwards. */
static void
client_of_an_event_loop_is_as_bare(void **state)
{
	static const char *const clients[] = {
		"node " PROGRAMS "dgram.js udp4 25000 " THERE4 " 19300",
		"node " PROGRAMS "dgram.js udp6 25001 " THERE6 " 19300",
		"node " PROGRAMS "dgram.js udp4 25002 127.0.0.1 19300",
		"node " PROGRAMS "tcp.js 0.0.0.0 25003 " THERE4 " 19300",
		"node " PROGRAMS "tcp.js :: 25004 " THERE6 " 19300",
		"/usr/bin/python3 " PROGRAMS "asyncio_client.py udp 0.0.0.0 25005 " THERE4 " 19300",
		"/usr/bin/python3 " PROGRAMS "asyncio_client.py udp :: 25006 " THERE6 " 19300",
		"/usr/bin/python3 " PROGRAMS "asyncio_client.py tcp 0.0.0.0 25007 " THERE4 " 19300",
		"/usr/bin/python3 " PROGRAMS "asyncio_client.py tcp :: 25008 " THERE6 " 19300",
	};
	const size_t count = sizeof(clients) / sizeof(clients[0]);

	(void)state;
	for (size_t i = 0; i < count; i++) {
		char arguments[1024], bare[1024], guarded[1024];
		int status;

		snprintf(arguments, sizeof(arguments), "client_exec %s", clients[i]);
		status = host_run(NULL, arguments, bare, sizeof(bare));
		if (WIFEXITED(status) && WEXITSTATUS(status) == 127) {
			print_message("not installed: %s\n", clients[i]);
			skip();
		}
		if (status != 0 || !strstr(bare, "echo hello") || !strstr(bare, "end\n"))
			fail_msg("%s bare: status %x, %s", clients[i], status, bare);
		host_run("BINDGUARD_LOG=none", arguments, guarded, sizeof(guarded));
		client_expect_same(clients[i], "", bare, guarded);
		host_run("BINDGUARD_LOG=none " UNPRIVILEGED, arguments, guarded, sizeof(guarded));
		client_expect_same(clients[i], UNPRIVILEGED, bare, guarded);
	}
	figure("%zu clients the same as root and without capabilities", count);
}

#define FORGOTTEN 20

/** mark_of_a_socket_is_found_until_the_ring_is_full - the newest BG_MARKS, and of one socket the newest. */
static void
mark_of_a_socket_is_found_until_the_ring_is_full(void **state)
{
	int first = socket(AF_INET, SOCK_DGRAM, 0), last = socket(AF_INET, SOCK_DGRAM, 0), fds[FORGOTTEN];
	struct bg_mark mark = {.kind = BG_MARK_DEVICE, .form = BG_FORM_IPV6, .asked.port = 7, .device = "device0"};
	struct bg_mark other = {.kind = BG_MARK_ADDRESS, .form = BG_FORM_IPV4}, found;

	(void)state;
	for (int i = 0; i < FORGOTTEN; i++)
		fds[i] = socket(AF_INET, SOCK_DGRAM, 0);
	assert_false(bg_marks_get(first, &found));
	mark.asked.addr = bg_addr_loopback(BG_IPV6);
	mark.asked.addr.scope_id = 3;
	mark.dual_stack = true;
	bg_marks_put(first, &mark);
	for (unsigned i = 1; i < BG_MARKS; i++)
		bg_marks_put(fds[i % FORGOTTEN], &other);
	assert_true(bg_marks_get(first, &found));
	assert_int_equal(found.kind, mark.kind);
	assert_int_equal(found.form, mark.form);
	assert_int_equal(found.asked.port, 7);
	assert_true(bg_addr_equal(&found.asked.addr, &mark.asked.addr));
	assert_int_equal(found.asked.addr.scope_id, 3);
	assert_true(found.dual_stack);
	assert_string_equal(found.device, "device0");
	bg_marks_put(last, &mark);
	assert_false(bg_marks_get(first, &found));
	mark.kind = BG_MARK_UNDONE;
	bg_marks_put(last, &mark);
	assert_true(bg_marks_get(last, &found));
	assert_int_equal(found.kind, BG_MARK_UNDONE);
	close(first);
	close(last);
	for (int i = 0; i < FORGOTTEN; i++)
		close(fds[i]);
	figure("%u marks, the oldest forgotten", BG_MARKS);
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(client_specific_keeps_working),
		cmocka_unit_test(client_of_an_event_loop_is_as_bare),
		cmocka_unit_test(mark_of_a_socket_is_found_until_the_ring_is_full),
	};

	if (argc > 1)
		cmocka_set_test_filter(argv[1]);
	return cmocka_run_group_tests_name("clients kept", tests, client_set_up, client_tear_down);
}
