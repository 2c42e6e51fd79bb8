/* SPDX-License-Identifier: MIT
 * follow_told_test.c - what is executed bare since it cannot be followed, or cannot be looked at: it works as without us, and an
 * event tells. On cmocka. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "launcher/drive.h"

/** Behind it: a shell command in double quotes. As the user nobody, whom sudo trusts here. */
#define AS_NOBODY                                                                                                      \
	"unshare -m sh -c 'mount --bind sudoers /etc/sudoers && exec setpriv --reuid nobody --regid nogroup "          \
	"--clear-groups sh -c "

/** needs_users - root, sudo, and copies of what the other user is to run. */
static void
needs_users(void)
{
	if (getuid() != 0)
		skip();
	drive_expect(0, "",
		     "chmod 755 . && cp $BG $(dirname $BG)/libbindguard.so $PROBES/probe-static . && "
		     "printf 'root ALL=(ALL:ALL) ALL\\nnobody ALL=(ALL:ALL) NOPASSWD: ALL\\n' >sudoers && "
		     "chmod 440 sudoers && command -v sudo >/dev/null");
}

static void
follow_of_sudo_is_told_and_works(void **state)
{
	static const char told[] = "exec sudo not guarded: it is set-user-ID; put bindguard behind it\n";
	static const char id[] = AS_NOBODY "\"./bindguard run -- sh -c \\\"sudo -n id -u; exit 0\\\"\"'";

	(void)state;
	needs_users();
	drive_expect_told(0, told, id);
	drive_expect_out("0\n", id);
	drive_expect_told(0, "\"executed\":\"sudo\",\"guarded\":false}",
			  AS_NOBODY "\"./bindguard run -f json -- sh -c \\\"sudo -n true; exit 0\\\"\"'");
	/* A shell goes on in PATH behind an EACCES: a path. */
	drive_expect_told(126, "exec sudo refused: EACCES: not guarded: it is set-user-ID",
			  AS_NOBODY "\"./bindguard run --strict -- sh -c \\\"$(command -v sudo) -n id -u\\\"\"'");
	/* What the event says helps. */
	drive_needs_seccomp();
	drive_expect_out("anywhere\n",
			 AS_NOBODY "\"./bindguard run -- sh -c \\\"sudo -n ./probe-static listen; exit 0\\\"\"'");
	drive_expect_out("lo\n", AS_NOBODY "\"./bindguard run -- sh -c \\\"sudo -n ./bindguard run -q ./probe-static "
					   "listen; exit 0\\\"\"'");
	/* It is not started at all where it is CMD itself. */
	drive_expect_told(125, "put bindguard behind it", AS_NOBODY "\"./bindguard run -- sudo -n id -u\"'");
}

static void
follow_of_su_is_told(void **state)
{
	(void)state;
	needs_users();
	drive_expect_told(0, "exec su not guarded: it is set-user-ID; put bindguard behind it\n",
			  AS_NOBODY "\"./bindguard run -- sh -c \\\"su --version; exit 0\\\"\"'");
	drive_expect_told(126, "exec su refused: EACCES: not guarded: it is set-user-ID",
			  AS_NOBODY "\"./bindguard run --strict -- sh -c \\\"$(command -v su) --version\\\"\"'");
}

/** Root has no privileges to gain: the library is in sudo and su, and follows what they execute, whatever its environment. */
static void
follow_for_root_goes_through_sudo_and_su(void **state)
{
	(void)state;
	needs_users();
	drive_needs_seccomp();
	drive_expect_out("lo\n", "$BG run -q sh -c 'sudo -n ./probe-static listen; exit 0'");
	drive_expect_out("lo\n", "$BG run -q sh -c \"sudo -n $PROBES/probe-dynamic listen; exit 0\"");
	drive_expect_out(
		"lo\n", "./bindguard run -q sh -c 'su nobody -s /bin/sh -c \"./probe-static listen; exit 0\"; exit 0'");
	drive_expect_out("lo\n", "./bindguard run -q sh -c 'su - nobody -s /bin/sh -c \"'$PWD'/probe-static listen; "
				 "exit 0\"; exit 0'");
}

/** What the kernel does not execute is neither followed nor told, whatever it would be. */
static void
follow_of_what_may_not_be_executed_is_as_bare(void **state)
{
	(void)state;
	drive_expect(0, "",
		     "cp $PROBES/probe-dynamic dynamic; cp $PROBES/probe-static static; "
		     "printf '#!/bin/sh\\n' >systemd-run; printf '#!%%s\\n' $PWD/static >script; "
		     "chmod 644 dynamic static systemd-run; chmod 755 script; touch log");
	drive_expect_out("126\n126\n126\n126\n", "for name in dynamic static systemd-run script; do "
						 "$BG run -v -l log sh -c \"env -i ./$name x\"; echo $?; done");
	drive_expect(1, "", "grep ' exec \\(dynamic\\|static\\|systemd-run\\|script\\) ' log");
}

/** A look needs a descriptor; what it cannot see is executed bare. */
static void
follow_without_a_descriptor_is_told(void **state)
{
	(void)state;
	drive_expect_told(0,
			  "exec probe-static not guarded: its file could not be looked at; start it by bindguard run "
			  "-e seccomp\n",
			  "$BG sh -c 'ulimit -n 3; $PROBES/probe-static exit 0; exit 0'");
	drive_expect_told(126, "exec probe-static refused: EACCES: not guarded: its file could not be looked at",
			  "$BG run --strict sh -c 'ulimit -n 3; $PROBES/probe-static exit 0'");
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(follow_of_sudo_is_told_and_works),
		cmocka_unit_test(follow_of_su_is_told),
		cmocka_unit_test(follow_for_root_goes_through_sudo_and_su),
		cmocka_unit_test(follow_of_what_may_not_be_executed_is_as_bare),
		cmocka_unit_test(follow_without_a_descriptor_is_told),
	};

	if (argc > 1)
		cmocka_set_test_filter(argv[1]);
	return cmocka_run_group_tests_name("follow told", tests, drive_set_up, drive_tear_down);
}
