/* SPDX-License-Identifier: MIT
 * rights_test.c - targets under the engine `seccomp` that have other privileges, users or namespaces than the
 * supervisor: their calls need what bare ones need, and their sockets are their own. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "net/net.h"
#include "preload/host.h"
#include "seccomp/echo.h"
#include "seccomp/guarded.h"

#define DROP "setpriv --bounding-set=-all --inh-caps=-all "
#define LOOPBACK "error 0 address 127.0.0.1\n"

/** program_setuid_runs_without_privilege_and_guarded - no_new_privs; bare it has the file's user. */
static void
program_setuid_runs_without_privilege_and_guarded(void **state)
{
	char output[1024];

	(void)state;
	if (run_bare("setpriv --reuid=65534 --regid=65534 --clear-groups true", output, sizeof(output)))
		skip(); /* an ordinary user has but one */
	assert_int_equal(
		run_bare("d=$(mktemp -d) && chmod 755 $d && install -m 4755 " HOST(
				 "raw_calls") " $d/p && install -m 755 " BG_SECCOMP_CLI " $d/e && u='setpriv "
					      "--reuid=65534 --regid=65534 --clear-groups' && $u $d/p setuid && "
					      "$u $d/e $d/p setuid; rm -r $d",
			 output, sizeof(output)),
		0);
	assert_string_equal(output, "euid 0 error 0 address 0.0.0.0\neuid 65534 " LOOPBACK);
}

/** port_low_needs_the_targets_privilege - the supervisor's own must not serve a program that has dropped it. */
static void
port_low_needs_the_targets_privilege(void **state)
{
	char output[256];

	(void)state;
	if (geteuid() != 0)
		skip();
	run_guarded("", HOST("raw_calls port 81"), output, sizeof(output));
	assert_string_equal(output, "euid 0 " LOOPBACK);
	run_guarded("", DROP HOST("raw_calls port 81"), output, sizeof(output));
	assert_string_equal(output, "euid 0 error 13 address 0.0.0.0\n");
	if (run_bare("unshare -Ur true", output, sizeof(output))) {
		print_message("skipped: no user namespaces here, as in a chroot\n");
		return;
	}
	run_guarded("", "unshare -Ur " HOST("raw_calls port 81"), output, sizeof(output));
	assert_string_equal(output, "euid 0 error 13 address 0.0.0.0\n");
}

/** port_low_is_what_its_network_says - ip_unprivileged_port_start of the socket's network, the supervisor's own or another. */
static void
port_low_is_what_its_network_says(void **state)
{
	static const struct {
		const char *start, *drop, *port, *output;
	} rows[] = {
		{"4000", DROP, "2000", "euid 0 error 13 address 0.0.0.0\n"},
		{"4000", DROP, "4000", "euid 0 " LOOPBACK},
		{"4000", "", "2000", "euid 0 " LOOPBACK},
		{"20", DROP, "30", "euid 0 " LOOPBACK},
		{"20", DROP, "19", "euid 0 error 13 address 0.0.0.0\n"},
		{"20", "", "19", "euid 0 " LOOPBACK},
	};
	char network[256], command[512], output[256];

	(void)state;
	if (geteuid() != 0)
		skip();
	for (size_t i = 0; i < 2 * sizeof(rows) / sizeof(rows[0]); i++) {
		bool inside = i % 2;

		snprintf(network, sizeof(network),
			 "unshare -n sh -c 'ip link set lo up; echo %s >/proc/sys/net/ipv4/ip_unprivileged_port_start; "
			 "exec \"$@\"' x",
			 rows[i / 2].start);
		snprintf(command, sizeof(command), "%s %s%s port %s", inside ? network : "", rows[i / 2].drop,
			 HOST("raw_calls"), rows[i / 2].port);
		run_guarded(inside ? "" : network, command, output, sizeof(output));
		if (strcmp(output, rows[i / 2].output) != 0)
			fail_msg("%s: %s", command, output);
	}
}

/** process_undumpable_is_refused - where the supervisor may not look nothing is bound, and it is said once. */
static void
process_undumpable_is_refused(void **state)
{
	char output[1024];
	const char *said;

	(void)state;
	run_guarded(DROP, HOST("raw_calls undumpable 2>&1"), output, sizeof(output));
	assert_non_null(strstr(output, "error 13 address 0.0.0.0\n"));
	assert_null(strstr(output, "error 0"));
	said = strstr(output, "cannot be looked into");
	assert_non_null(said);
	assert_null(strstr(said + 1, "cannot be looked into"));
	if (run_bare(HOST("int80"), output, sizeof(output)))
		return; /* a kernel without that interface */
	run_bare(HOST("int80 19409 bind and forbid"), output, sizeof(output));
	assert_string_equal(output, "00000000\n");
	/* What it asks for is in its memory, so nothing is known of it. */
	run_guarded(DROP, HOST("int80 19409 bind and forbid"), output, sizeof(output));
	assert_string_equal(output, "-13\n");
}

/** process_undumpable_dissolves_no_server - a UDP socket that a rule holds, of its own; a sibling's is none of its business. */
static void
process_undumpable_dissolves_no_server(void **state)
{
	char output[256];

	(void)state;
	run_guarded(DROP, "sh -c '" HOST("raw_calls dissolve; ") HOST("raw_calls connect") "'", output, sizeof(output));
	assert_string_equal(output, "connect 13 dissolve 13\nconnect 0 dissolve 0\n");
}

/** namespace_own_uses_its_own_interfaces - a rule's target is looked up in the network of the socket, as root and not. */
static void
namespace_own_uses_its_own_interfaces(void **state)
{
	static const char *const starts[] = {
		"$d/e unshare -n",
		"setpriv --reuid=65534 --regid=65534 --clear-groups --inh-caps=-all $d/e unshare -Urn"};
	/* Not in a chroot, which has no user namespaces. */
	bool other_users =
		run_bare("setpriv --reuid=65534 --regid=65534 --clear-groups unshare -Ur true", (char[8]){0}, 8) == 0;
	char output[1024], command[2048];

	(void)state;
	for (size_t i = 0; i < (other_users ? 2 : 1); i++) {
		snprintf(command, sizeof(command),
			 "export BINDGUARD_TO=inner0; d=$(mktemp -d) && chmod 755 $d && install -m 755 %s $d/p && "
			 "install -m 755 %s $d/e && cd $d && %s sh -c 'ip link set lo up && ip link add inner0 type "
			 "veth peer "
			 "name inner1 && ip link set inner0 up && ip addr add 10.98.0.1/24 dev inner0 && "
			 "ip addr add fd98::1/64 dev inner0 nodad && ./p port 19405 && exec ./p port6 19406'; rm -r $d",
			 HOST("raw_calls"), BG_SECCOMP_CLI, starts[i]);
		run_bare(command, output, sizeof(output));
		/* An IPv6 address can be asked for from inside the network alone. */
		if (!strstr(output, "error 0 address 10.98.0.1\n") || !strstr(output, "error 0 address fd98::1\n"))
			fail_msg("%s: %s", starts[i], output);
		figure("%s: %s", strrchr(starts[i], 'u'), strtok(output, "\n"));
	}
}

/** socket_made_anew_belongs_to_the_program - not to root, as whom the supervisor makes it. */
static void
socket_made_anew_belongs_to_the_program(void **state)
{
	char output[256];

	(void)state;
	assert_int_equal(run_guarded("", HOST("owner") " 19480 " THERE4, output, sizeof(output)), 0);
	assert_string_equal(output, "owner 65534, then 65534, another\n");
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(program_setuid_runs_without_privilege_and_guarded),
		cmocka_unit_test(socket_made_anew_belongs_to_the_program),
		cmocka_unit_test(port_low_needs_the_targets_privilege),
		cmocka_unit_test(port_low_is_what_its_network_says),
		cmocka_unit_test(process_undumpable_is_refused),
		cmocka_unit_test(process_undumpable_dissolves_no_server),
		cmocka_unit_test(namespace_own_uses_its_own_interfaces),
	};

	if (argc > 1)
		cmocka_set_test_filter(argv[1]);
	return cmocka_run_group_tests(tests, echo_set_up, echo_tear_down);
}
