/* SPDX-License-Identifier: MIT
 * calls_test.c - calls under the engine `seccomp`: those that it must not touch are as bare ones, those of other
 * binary interfaces are guarded, clients go on working. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

#include <cmocka.h>

#include "net/net.h"
#include "preload/host.h"
#include "seccomp/echo.h"
#include "seccomp/guarded.h"

#define DROP "setpriv --bounding-set=-all --inh-caps=-all "
#define LOOPBACK "error 0 address 127.0.0.1\n"

/** same - @command prints the same bare and guarded. Return: lines. */
static int
same(const char *before, const char *command)
{
	static char bare[262144], guarded[262144];
	char line[2048];
	int lines = 0;

	snprintf(line, sizeof(line), "%s %s", before, command);
	assert_int_equal(run_bare(line, bare, sizeof(bare)), 0);
	assert_int_equal(run_guarded(before, command, guarded, sizeof(guarded)), 0);
	for (const char *at = bare, *other = guarded; *at; lines++) {
		size_t size = strcspn(at, "\n") + 1;

		if (strncmp(at, other, size) != 0)
			fail_msg("bare:    %.*sguarded: %.*s", (int)size, at, (int)strcspn(other, "\n"), other);
		at += size;
		other += size;
	}
	assert_string_equal(bare, guarded);
	return lines;
}

/** call_odd_is_as_bare - bad descriptors, pointers and sizes. */
static void
call_odd_is_as_bare(void **state)
{
	(void)state;
	figure("%d odd calls as bare", same("", HOST("odd_calls")));
}

/**
 * call_strange_is_as_bare - of every kind of descriptor, pointer and size, when a bind was changed: with privileges, without,
 * and where nobody may look into the process, as far as such a call can bind nothing.
 */
static void
call_strange_is_as_bare(void **state)
{
	int lines;

	(void)state;
	lines = same("", HOST("strange_calls"));
	lines += same(DROP, HOST("strange_calls"));
	lines += same("", HOST("strange_calls undumpable"));
	lines += same(DROP, HOST("strange_calls undumpable"));
	figure("%d strange calls as bare", lines);
}

/** family_other_is_untouched - relative paths, abstract names, netlink, packet. */
static void
family_other_is_untouched(void **state)
{
	char output[2048];

	(void)state;
	assert_int_equal(run_guarded("", HOST("families"), output, sizeof(output)), 0);
	assert_non_null(strstr(output, "relative: bind 0 listen 0 connect 0"));
	figure("%d sockets of other families as bare", same("", HOST("families")));
}

/** client_any_keeps_working - bound to a wildcard, then connected to another host: all as without the guard. */
static void
client_any_keeps_working(void **state)
{
	static const char *const clients[] = {
		HOST("client tcp 0.0.0.0 0 " THERE4 " 19300"),
		HOST("client tcp 0.0.0.0 19310 " THERE4 " 19300"),
		HOST("client tcp 0.0.0.0 19311 " THERE4 " 19300 nb"),
		HOST("client tcp :: 0 " THERE6 " 19300"),
		HOST("client tcp :: 19312 " THERE6 " 19300"),
		HOST("client tcp :: 19313 " THERE6 " 19300 nb"),
		HOST("client tcp :: 19314 ::ffff:" THERE4 " 19300"),
		HOST("client udp 0.0.0.0 0 " THERE4 " 19300"),
		HOST("client udp 0.0.0.0 19315 " THERE4 " 19300"),
		HOST("client udp :: 19317 " THERE6 " 19300"),
		HOST("client udp :: 19318 ::ffff:" THERE4 " 19300"),
		HOST("client tcp ::ffff:0.0.0.0 19319 ::ffff:" THERE4 " 19300"),
	};
	const size_t count = sizeof(clients) / sizeof(clients[0]);
	char output[1024];

	(void)state;
	for (size_t i = 0; i < 2 * count; i++) {
		const char *before = i < count ? "" : DROP;

		same(before, clients[i % count]);
		assert_int_equal(run_guarded(before, clients[i % count], output, sizeof(output)), 0);
		if (!strstr(output, "connect 0 answer hello"))
			fail_msg("%s: %s", clients[i % count], output);
	}
	figure("%zu clients, as root and without capabilities", count);
}

/** client_raw_keeps_working - beside a socket that was changed, so that its connect(2) is looked at. */
static void
client_raw_keeps_working(void **state)
{
	char output[256];

	(void)state;
	run_guarded("", HOST("raw_calls raw"), output, sizeof(output));
	if (!strstr(output, LOOPBACK) || !strstr(output, "raw error 0 peer 127.0.0.1\n"))
		fail_msg("%s", output);
}

/** interface_x32_is_guarded - numbers with bit 30 set, whether the kernel has that interface or not. */
static void
interface_x32_is_guarded(void **state)
{
	char output[256];

	(void)state;
#ifndef __x86_64__
	skip();
#endif
	run_guarded("", HOST("raw_calls x32"), output, sizeof(output));
	if (!strstr(output, LOOPBACK))
		fail_msg("%s", output);
}

/** interface_i386_with_unreadable_arguments_is_as_bare - the list of socketcall(2). */
static void
interface_i386_with_unreadable_arguments_is_as_bare(void **state)
{
	char bare[64], output[64];

	(void)state;
#ifndef __x86_64__
	skip();
#endif
	if (run_bare(HOST("int80"), bare, sizeof(bare)))
		skip(); /* a kernel without that interface */
	run_bare(HOST("int80 19409 bad list"), bare, sizeof(bare));
	assert_string_equal(bare, "-14\n");
	run_guarded("", HOST("int80 19409 bad list"), output, sizeof(output));
	assert_string_equal(output, bare);
}

/** ring_any_is_refused - ENOSYS, as from a kernel without io_uring: its binds would pass the filter. */
static void
ring_any_is_refused(void **state)
{
	char output[256], wanted[64];

	(void)state;
	run_guarded("", HOST("raw_calls uring"), output, sizeof(output));
	snprintf(wanted, sizeof(wanted), "io_uring_setup %d\n", ENOSYS);
	assert_string_equal(output, wanted);
}

/**
 * memory_that_never_comes_holds_up_its_caller_alone - the address is in memory that userfaultfd(2) fills, later or never:
 * others bind meanwhile; where it is filled the bind is made, and guarded.
 */
static void
memory_that_never_comes_holds_up_its_caller_alone(void **state)
{
	static const char *const rows[][2] = {
		{"answered", "other error 0\nslow error 0 address 127.0.0.1 port 19430\n"},
		{"killed", "other error 0\nother error 0\n"},
		{"many", "other error 0\nsome failed 1\n"}, /* of a hundred that bind one port */
	};
	char command[256], output[256];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		snprintf(command, sizeof(command), "%s %s", HOST("slow_memory"), rows[i][0]);
		if (WEXITSTATUS(run_bare(command, output, sizeof(output))) == 77)
			skip(); /* a user may not hold up the kernel: vm.unprivileged_userfaultfd */
		run_guarded("", command, output, sizeof(output));
		if (strcmp(output, rows[i][1]) != 0)
			fail_msg("%s: %s", rows[i][0], output);
	}
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(call_odd_is_as_bare),
		cmocka_unit_test(call_strange_is_as_bare),
		cmocka_unit_test(family_other_is_untouched),
		cmocka_unit_test(client_any_keeps_working),
		cmocka_unit_test(client_raw_keeps_working),
		cmocka_unit_test(interface_x32_is_guarded),
		cmocka_unit_test(interface_i386_with_unreadable_arguments_is_as_bare),
		cmocka_unit_test(ring_any_is_refused),
		cmocka_unit_test(memory_that_never_comes_holds_up_its_caller_alone),
	};

	if (argc > 1)
		cmocka_set_test_filter(argv[1]);
	return cmocka_run_group_tests(tests, echo_set_up, echo_tear_down);
}
