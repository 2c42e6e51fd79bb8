/* SPDX-License-Identifier: MIT
 * run_unreachable_test.c - what `bindguard run` does with a command that no preload reaches, or that has more
 * privileges than its user: another engine, or a refusal. On cmocka. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cmocka.h>

#include "launcher/drive.h"

#define OFF "BINDGUARD_MODE=off $BG"
#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))
#define WORD(number) #number
#define TEXT(number) WORD(number)
#define FOREIGN BG_BUILD_DIR "/hosts/forbid " TEXT(SYS_seccomp) ":" TEXT(EBUSY) /* as where another has the listener */
#define PROBES BG_BUILD_DIR "/probes/"

static void
inspect_unreachable_command_gets_the_other_engine_unless_one_insists(void **state)
{
	const struct drive_result *result;

	(void)state;
	drive_needs_seccomp();
	drive_expect(
		7, "bindguard: engine: seccomp, as no preload reaches " PROBES "probe-static: it is a static program\n",
		"$BG $PROBES/probe-static exit 7");
	drive_expect(7, "", "$BG -q $PROBES/probe-static exit 7");
	drive_expect(7, "", "$BG -e seccomp $PROBES/probe-static exit 7");
	drive_expect(7,
		     "bindguard: " PROBES
		     "probe-static starts UNGUARDED, as --engine preload says: it is a static program\n",
		     "$BG -q --engine preload $PROBES/probe-static exit 7");
	/* And it is guarded: the very same program, bare and under each choice. */
	assert_string_equal(drive_expect(0, NULL, "$PROBES/probe-static listen")->out, "anywhere\n");
	assert_string_equal(drive_expect(0, NULL, "$BG $PROBES/probe-static listen")->out, "lo\n");
	assert_string_equal(drive_expect(0, NULL, "$BG -e seccomp $PROBES/probe-dynamic listen")->out, "lo\n");
	drive_expect(0, "", "printf '#!%%s\n' $PROBES/probe-static >script; chmod 755 script");
	result = drive("$BG ./script");
	assert_non_null(
		strstr(result->err, "no preload reaches ./script, which runs " PROBES "probe-static: it is a static"));
	assert_string_equal(drive_expect(0, NULL, "$BG env -i $PROBES/probe-dynamic listen")->out, "lo\n");
	drive_expect(0, NULL, "$BG -e preload env -i true");
}

static void
inspect_unreachable_command_is_refused_where_no_engine_works(void **state)
{
	const struct drive_result *result;

	(void)state;
	drive_needs_seccomp();
	/* There can be but one listener a process: where another has it, whoever that is, it is not our supervisor. */
	result = drive_expect(125, NULL, FOREIGN " $BG $PROBES/probe-static exit 7");
	assert_non_null(strstr(result->err, "probe-static: it is a static program; not started: "));
	assert_non_null(strstr(result->err, "(--engine preload starts it UNGUARDED)\n"));
	result = drive_expect(125, NULL, FOREIGN " $BG -e seccomp $PROBES/probe-static exit 7");
	assert_non_null(strstr(result->err, "a seccomp listener guards this process already"));
	result = drive_expect(7, NULL, FOREIGN " $BG -e preload $PROBES/probe-static exit 7");
	assert_non_null(strstr(result->err, "probe-static starts UNGUARDED"));
}

/** inspect_unreachable_command_inside_bindguard_is_guarded_by_that - by the outer supervisor; said once, and nothing else. */
static void
inspect_unreachable_command_inside_bindguard_is_guarded_by_that(void **state)
{
	static const char *const inner[] = {"", "-e seccomp", "-e preload"};
	const struct drive_result *result;
	char command[256];

	(void)state;
	drive_needs_seccomp();
	for (size_t i = 0; i < sizeof(inner) / sizeof(inner[0]); i++) {
		snprintf(command, sizeof(command), "$BG -e seccomp $BG %s $PROBES/probe-static exit 7", inner[i]);
		drive_expect(7,
			     "bindguard: " PROBES
			     "probe-static is guarded by the bindguard around this one, and by its "
			     "rules: no preload reaches it: it is a static program\n",
			     command);
		snprintf(command, sizeof(command), "$BG -e seccomp $BG %s $PROBES/probe-static listen", inner[i]);
		assert_string_equal(drive_expect(0, NULL, command)->out, "lo\n");
		snprintf(command, sizeof(command),
			 "$BG -e seccomp sh -c '$BG %s $PROBES/probe-dynamic listen; exit $?'", inner[i]);
		assert_string_equal(drive_expect(0, NULL, command)->out, "lo\n");
	}
	drive_expect(7, "", "$BG -e seccomp $BG -q $PROBES/probe-static exit 7");
	drive_expect(7, "", "$BG -e seccomp $BG $PROBES/probe-dynamic exit 7");
	drive_expect(7,
		     "bindguard: " PROBES
		     "probe-dynamic is guarded by the bindguard around this one, and by its rules: "
		     "there can be but one supervisor\n",
		     "$BG -e seccomp $BG -e seccomp $PROBES/probe-dynamic exit 7");
	/* One that observes guards nobody, where rules are to be enforced. */
	result = drive_expect(
		125, NULL,
		"$BG -q -n -e seccomp env -u BINDGUARD_LOG BINDGUARD_MODE=enforce $BG $PROBES/probe-static exit 7");
	assert_non_null(strstr(result->err, "not started: engine seccomp: "));
	drive_expect(7, NULL, "$BG -q -n -e seccomp $BG -n $PROBES/probe-static exit 7");
}

static void
inspect_mode_off_needs_no_engine_and_says_nothing(void **state)
{
	const struct drive_result *result;

	(void)state;
	drive_expect(7, "", OFF " $PROBES/probe-go-note exit 7");
	drive_expect(7, "", OFF " -e preload $PROBES/probe-go-note exit 7");
	assert_string_equal(drive_expect(0, "", OFF " env -i $PROBES/probe-dynamic listen")->out, "anywhere\n");
	/* The engine would show as no_new_privs; it would not start what drops the library to gain privileges. */
	drive_expect(0, "", OFF " env -i grep -q '^NoNewPrivs:.0$' /proc/self/status");
	drive_expect(0, "", "cp $PROBES/probe-dynamic sudo; [ \"$(" OFF " ./sudo listen)\" = anywhere ]");
	result = drive_expect(7, NULL, OFF " -v $PROBES/probe-go-note exit 7");
	assert_non_null(strstr(result->err, "; mode is off: nothing is guarded\n"));
	assert_non_null(strstr(result->err, "/bin/libbindguard.so, which does nothing\n"));
	assert_null(strstr(result->err, "seccomp"));
	assert_null(strstr(result->err, "UNGUARDED"));
	/* The file's mode is as good, but for who may not know of it; and an option goes over it. */
	assert_true(drive_write("off.conf", "mode = off\n", 0644));
	result = drive_expect(7, NULL, "$BG -c off.conf $PROBES/probe-static exit 7");
	assert_non_null(strstr(result->err, "/off.conf: mode is off: nothing is guarded\n"));
	assert_null(strchr(strchr(result->err, '\n') + 1, '\n'));
	drive_needs_seccomp();
	result = drive_expect(7, NULL, "$BG -n -c off.conf $PROBES/probe-static exit 7");
	assert_non_null(strstr(result->err, "engine: seccomp, as no preload reaches "));
}

static void
inspect_musl_program_is_guarded(void **state)
{
	(void)state;
	assert_string_equal(drive_expect(0, NULL, "$BG $PROBES/probe-musl listen")->out, "lo\n");
}

static void
inspect_sanitized_program_is_guarded(void **state)
{
	(void)state;
	/* Bare preloading ends it: the runtime insists on being the first library. */
	drive_expect(1, NULL, "LD_PRELOAD=$PWD/bin/libbindguard.so ASAN_OPTIONS= $PROBES/probe-asan listen");
	assert_string_equal(drive_expect(0, NULL, "ASAN_OPTIONS=detect_leaks=0 $BG $PROBES/probe-asan listen")->out,
			    "lo\n");
	assert_string_equal(
		drive_expect(0, NULL, "ASAN_OPTIONS=detect_leaks=0 $BG $PROBES/probe-asan environment ASAN_OPTIONS")
			->out,
		"ASAN_OPTIONS=detect_leaks=0:verify_asan_link_order=0\n");
}

/** privileged - skip where files with privileges cannot be made. */
static void
privileged(void)
{
	if (geteuid() != 0)
		skip();
}

static void
inspect_privileged_program_is_refused_where_it_takes_effect(void **state)
{
	static const char other[] = "setpriv --reuid 65534 --regid 65534 --clear-groups";
	static const struct {
		const char *name;
		const char *why;
	} kinds[] = {
		{"suid", "it is set-user-ID"}, {"sgid", "it is set-group-ID"}, {"caps", "it has file capabilities"}};
	const struct drive_result *result;

	(void)state;
	privileged();
	drive_needs_seccomp();
	drive_expect(0, "",
		     "cp $PROBES/probe-dynamic suid; cp suid sgid; cp suid caps; cp suid empty; chmod 4755 suid; "
		     "chown 0:13 sgid; chmod 2755 sgid; setcap cap_net_bind_service+ep caps; setcap = empty");
	for (size_t i = 0; i < LENGTH(kinds); i++) {
		result = drive_expect(125, NULL, "%s $BG ./%s exit 7", other, kinds[i].name);
		assert_non_null(strstr(result->err, kinds[i].why));
		assert_non_null(strstr(result->err, "; not started: the engine seccomp takes its privileges away"));
		/* Behind a script or env(1) it is the same program. */
		result = drive_expect(125, NULL, "%s $BG env -i ./%s exit 7", other, kinds[i].name);
		assert_non_null(strstr(result->err, kinds[i].why));
		result = drive_expect(125, NULL, "printf '#!./%s exit\n' >by; chmod 755 by; %s $BG ./by", kinds[i].name,
				      other);
		assert_non_null(strstr(result->err, kinds[i].why));
		/* Who insists is told before it starts. */
		result = drive_expect(7, NULL, "%s $BG -e seccomp ./%s exit 7", other, kinds[i].name);
		assert_non_null(strstr(result->err, "runs without the privileges that it would gain: "));
		assert_non_null(strstr(result->err, kinds[i].why));
		result = drive_expect(7, NULL, "%s $BG -e preload ./%s exit 7", other, kinds[i].name);
		assert_non_null(strstr(result->err, "starts UNGUARDED"));
	}
	/* No effect: no capability in it, root already, no_new_privs, a mount with nosuid, a script. */
	drive_expect(7, "", "%s $BG ./empty exit 7", other);
	drive_expect(7, "", "$BG ./suid exit 7");
	drive_expect(7, "", "$BG ./caps exit 7");
	drive_expect(7, "", "%s --no-new-privs $BG ./suid exit 7", other);
	drive_expect(7, "", "printf '#!/bin/sh\\nexit 7\\n' >script; chmod 4755 script; %s $BG ./script", other);
	if (drive("unshare -m true")->status == 0) /* not in a plain chroot */
		drive_expect(7, "",
			     "mkdir mount; unshare -m sh -c 'mount -t tmpfs -o nosuid,mode=755 none mount && cp -p "
			     "suid mount "
			     "&& exec %s $BG mount/suid exit 7'",
			     other);
	/* And where it is not refused it is guarded. */
	assert_string_equal(drive_expect(0, NULL, "%s --no-new-privs $BG ./suid listen", other)->out, "lo\n");
}

static void
inspect_program_that_may_not_be_read_starts(void **state)
{
	(void)state;
	privileged();
	drive_expect(0, "", "cp $PROBES/probe-dynamic hidden; chmod 711 hidden; cp hidden suid; chmod 4711 suid");
	drive_expect(7, "", "setpriv --reuid 65534 --regid 65534 --clear-groups $BG ./hidden exit 7");
	/* Whether it is a script, from which the kernel takes no privilege, cannot be told; it is taken for none. */
	drive_expect(125, NULL, "setpriv --reuid 65534 --regid 65534 --clear-groups $BG ./suid exit 7");
}

static void
inspect_sudo_is_refused_by_name(void **state)
{
	(void)state;
	drive_expect(0, "", "cp $PROBES/probe-dynamic sudo");
	drive_expect(125, NULL, "$BG ./sudo exit 7");
	assert_non_null(strstr(drive("$BG ./sudo exit 7")->err, "put bindguard behind it"));
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(inspect_unreachable_command_gets_the_other_engine_unless_one_insists),
		cmocka_unit_test(inspect_unreachable_command_is_refused_where_no_engine_works),
		cmocka_unit_test(inspect_unreachable_command_inside_bindguard_is_guarded_by_that),
		cmocka_unit_test(inspect_mode_off_needs_no_engine_and_says_nothing),
		cmocka_unit_test(inspect_musl_program_is_guarded),
		cmocka_unit_test(inspect_sanitized_program_is_guarded),
		cmocka_unit_test(inspect_privileged_program_is_refused_where_it_takes_effect),
		cmocka_unit_test(inspect_program_that_may_not_be_read_starts),
		cmocka_unit_test(inspect_sudo_is_refused_by_name),
	};

	if (argc > 1)
		cmocka_set_test_filter(argv[1]);
	return cmocka_run_group_tests_name("run inspect", tests, drive_set_up, drive_tear_down);
}
