/* SPDX-License-Identifier: MIT
 * follow_test.c - what a guarded program executes: guarded by the engine seccomp where the preload does not reach it, told where
 * nothing does, and otherwise as in a bare start. On cmocka. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "launcher/drive.h"

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))
#define PROBES BG_BUILD_DIR "/probes/"
#define HOSTS BG_BUILD_DIR "/hosts/"
#define EXECS 1000
#define STORM 10000
#define WORD(number) #number
#define TEXT(number) WORD(number)

static void
follow_guards_what_the_preload_does_not_reach(void **state)
{
	(void)state;
	drive_needs_seccomp();
	drive_expect(0, "", "printf '#!%%s odd\n' $PROBES/probe-static >script; chmod 755 script");
	drive_expect_out("anywhere\n", "sh -c '$PROBES/probe-static listen; exit 0'");
	drive_expect_out("lo\n", "$BG sh -c '$PROBES/probe-static listen; exit 0'");
	drive_expect_out("lo\n", "$BG sh -c '$PROBES/probe-static-pie listen; exit 0'");
	drive_expect_out("lo\n", "$BG sh -c '$PROBES/probe-go-note listen; exit 0'");
	drive_expect_told(2, "exec script guarded by seccomp: its interpreter: it is a static program\n",
			  "$BG -v sh -c ./script");
	drive_expect_out("lo\n", "$BG sh -c 'env -i $PROBES/probe-dynamic listen; exit 0'");
	drive_expect_out("lo\n", "$BG sh -c 'env -i sh -c \"$PROBES/probe-dynamic listen; exit 0\"; exit 0'");
	drive_expect_out("lo\n", "$BG sh -c 'env -u LD_PRELOAD $PROBES/probe-static listen; exit 0'");
	drive_expect_out("lo\n", "$BG sh -c 'exec $PROBES/probe-static listen'");
	drive_expect_out("lo\nlo\n", "$BG sh -c 'PATH=$PROBES; probe-static listen; probe-dynamic listen'");
	drive_expect_out("lo\n",
			 "$BG python3 -c 'import os; os.execv(\"'$PROBES'/probe-static\", [\"x\", \"listen\"])'");
	drive_expect_out(
		"lo\n", "$BG python3 -c 'import subprocess; subprocess.run([\"'$PROBES'/probe-static\", \"listen\"])'");
	drive_expect_out("lo\n", "$BG perl -e 'exec {$ARGV[0]} \"x\", \"listen\"' $PROBES/probe-static");
	drive_expect_out("lo\nlo\n", "printf '1\\n2\\n' | $BG xargs -P 2 -I{} $PROBES/probe-static listen");
	drive_expect_out("lo\n", "printf 'all:\\n\\t@$(PROBES)/probe-static listen\\n' >Makefile; $BG make -s");
}

/** A file that is none is not opened: whoever waits at the other end of a FIFO goes on waiting, as in a bare start. */
static void
follow_opens_programs_alone(void **state)
{
	(void)state;
	drive_expect(0, NULL,
		     "mkfifo pipe; chmod 755 pipe; (echo here >pipe) & w=$!; sleep 0.3; $BG sh -c './pipe; test $? = "
		     "126' && "
		     "sleep 0.3 && kill $w");
}

/** By each call, from any stack, with the longest event. */
static void
follow_sees_each_call(void **state)
{
	static const char *const calls[] = {"execve",  "execv",	   "execvp", "execvpe", "execl",  "execlp",  "execle",
					    "fexecve", "execveat", "spawn",  "spawnp",	"thread", "handler", "vfork"};
	char command[512];

	(void)state;
	drive_needs_seccomp();
	for (size_t i = 0; i < LENGTH(calls); i++) {
		snprintf(command, sizeof(command), "$BG " HOSTS "exec_by %s $PROBES/probe-static listen", calls[i]);
		drive_expect_out("lo\n", command);
		snprintf(command, sizeof(command),
			 "rm -f log; $BG run -v -f json -l log " HOSTS "exec_by %s $PROBES/probe-static listen && "
			 "grep -c '\"executed\":\"[^\"]*\",\"guarded\":true' log",
			 calls[i]);
		drive_expect_out("lo\n1\n", command);
		snprintf(command, sizeof(command),
			 "$BG run --no-follow " HOSTS "exec_by %s $PROBES/probe-static listen", calls[i]);
		drive_expect_out("anywhere\n", command);
		/* What it can do nothing about: root looks at the whole path of the command. */
		snprintf(command, sizeof(command),
			 "BINDGUARD_LOG=journal LD_PRELOAD=$(dirname $BG)/libbindguard.so "
			 "BINDGUARD_FOLLOW=strict:/no/such " HOSTS "exec_by %s $PROBES/probe-static listen",
			 calls[i]);
		drive_expect(98, NULL, "%s", command);
	}
	/* EFAULT, as bare: nobody reads the name past its memory. */
	drive_expect(98, NULL, HOSTS "exec_by unterminated $PROBES/probe-static listen");
	drive_expect(98, NULL, "$BG " HOSTS "exec_by unterminated $PROBES/probe-static listen");
}

/** Rules and log are those of the process that executes, also where the environment is gone. */
static void
follow_takes_the_settings_along(void **state)
{
	(void)state;
	drive_needs_seccomp();
	drive_expect_out("anywhere\n", "$BG run -n sh -c '$PROBES/probe-static listen; exit 0'");
	drive_expect_out("anywhere\n", "$BG run -n sh -c 'env -i $PROBES/probe-static listen; exit 0'");
	drive_expect(0, "", "printf 'rule \"all\" { action = deny error = ENOSPC }\n' >deny.conf");
	drive_expect_told(1, "listen: No space left", "$BG run -c deny.conf -q sh -c '$PROBES/probe-static listen'");
	drive_expect_told(1, "listen: No space left",
			  "$BG run -c deny.conf -q sh -c 'env -i $PROBES/probe-static listen'");
	drive_expect(0, "", "rm -f log; $BG run -l log sh -c 'env -i $PROBES/probe-static listen; exit 0'");
	drive_expect_out("1\n", "grep -c 'probe-static tcp 0.0.0.0:[0-9]* -> 0.0.0.0:[0-9]*%lo' log");
	/* The environment that is executed with counts where it is there. */
	drive_expect_out("anywhere\n", "$BG sh -c 'BINDGUARD_MODE=off $PROBES/probe-static listen; exit 0'");
}

/** A supervisor that is there already guards; no second one is started, and nothing is told. */
static void
follow_has_one_supervisor(void **state)
{
	const struct drive_result *result;

	(void)state;
	drive_needs_seccomp();
	/* busybox is static; its shell, which has the library, starts a static program under the supervisor that is there. */
	drive_expect(
		0, "",
		"printf '#!/bin/sh\nps -o comm= -p $PPID\n%%s listen\nexit 0\n' $PROBES/probe-static >inner; chmod 755 "
		"inner");
	drive_expect_out("bindguard-super\nlo\n", "$BG run -q sh -c 'env -i ./inner; exit 0'");
	result = drive_expect(0, NULL, "$BG sh -c 'busybox sh -c \"./inner; exit 0\"; exit 0'");
	assert_non_null(strstr(result->out, "lo\n"));
	assert_null(strstr(result->err, "not guarded"));
	drive_expect(0, NULL, "$BG run -q -e seccomp sh -c '$PROBES/probe-static listen; exit 0'");
	/* One that observes guards nobody, and there can be no other. */
	drive_expect_told(0, "exec probe-static not guarded: the engine seccomp does not work here; ",
			  "$BG run -q -n -e seccomp env -u BINDGUARD_LOG BINDGUARD_MODE=enforce $BG sh -c "
			  "'$PROBES/probe-static listen; exit 0'");
	drive_expect_out("lo\nlo\n", "$BG run -q sh -c 'env -i $BG run -q sh -c \"$PROBES/probe-static listen; "
				     "$PROBES/probe-dynamic listen\"'");
}

static void
follow_tells_what_nothing_reaches(void **state)
{
	(void)state;
	drive_expect(0, "", "printf '#!/bin/sh\necho ran\n' >systemd-run; chmod 755 systemd-run");
	drive_expect_told(
		0,
		"exec systemd-run not guarded: it asks a daemon to start programs, and nothing of this process "
		"reaches that; guard the daemon, or publish ports on 127.0.0.1 only\n",
		"$BG sh -c './systemd-run x; exit 0'");
	drive_expect(0, "", "$BG run -q sh -c './systemd-run x; exit 0'");
	drive_expect(0, "", "$BG run --no-follow sh -c './systemd-run x; $PROBES/probe-static exit 0'");
	drive_expect(0, "", "BINDGUARD_FOLLOW=0 $BG sh -c './systemd-run x; $PROBES/probe-static exit 0'");
	drive_expect_told(126, "exec systemd-run refused: EACCES: not guarded: it asks",
			  "$BG run --strict sh -c './systemd-run x'");
	drive_expect_told(0, "\"executed\":\"systemd-run\",\"guarded\":false}",
			  "$BG run -f json sh -c './systemd-run x; exit 0'");
	/* Observed, it is not refused. */
	drive_expect_told(0, "exec systemd-run not guarded: it asks",
			  "$BG run -n --strict sh -c './systemd-run x; exit 0'");
}

/** Without `bindguard run` there is no command that could be executed: it is told, or refused. */
static void
follow_by_a_bare_preload_only_tells(void **state)
{
	static const char bare[] = "LD_PRELOAD=$(dirname $BG)/libbindguard.so";
	char command[512];

	(void)state;
	snprintf(command, sizeof(command), "%s sh -c '$PROBES/probe-static listen; exit 0'", bare);
	drive_expect_told(0,
			  "exec probe-static not guarded: it is a static program; start it, or what starts it, by "
			  "bindguard run\n",
			  command);
	drive_expect_out("anywhere\n", command);
	snprintf(command, sizeof(command), "BINDGUARD_FOLLOW=strict %s sh -c '$PROBES/probe-static listen'", bare);
	drive_expect_told(126, "exec probe-static refused: EACCES: ", command);
	snprintf(command, sizeof(command), "BINDGUARD_FOLLOW=/no/such %s sh -c '$PROBES/probe-static listen; exit 0'",
		 bare);
	drive_expect_told(0, "exec probe-static not guarded: the command bindguard cannot be executed from here",
			  command);
	drive_expect_out("anywhere\n", command);
}

/** Root executes no command that another user can exchange; whoever else does as it says. */
static void
follow_for_root_trusts_the_command(void **state)
{
	static const char by[] = "LD_PRELOAD=$(dirname $BG)/libbindguard.so BINDGUARD_FOLLOW=$PWD/open/bindguard sh -c "
				 "'$PROBES/probe-static listen; exit 0'";

	(void)state;
	drive_needs_seccomp();
	if (getuid() != 0)
		skip();
	drive_expect(0, "", "mkdir open && cp $BG open/bindguard && cp $(dirname $BG)/libbindguard.so open");
	drive_expect_out("lo\n", by);
	drive_expect(0, "", "chmod 777 open");
	drive_expect_told(0, "exec probe-static not guarded: the command bindguard cannot be executed from here", by);
	drive_expect_out("anywhere\n", by);
	drive_expect(0, "", "chmod 755 open && chown 12345 open/bindguard");
	drive_expect_out("anywhere\n", by);
	drive_expect(0, "", "chown 0 open/bindguard && chmod 775 open/bindguard && chgrp 12345 open/bindguard");
	drive_expect_out("anywhere\n", by);
}

/** What executing gives privileges is executed bare, and has them. */
static void
follow_leaves_privileges_alone(void **state)
{
	struct stat status;

	(void)state;
	if (getuid() != 0)
		skip();
	drive_expect(0, "", "cp $(command -v id) suid && chown 12345 suid && chmod 4755 suid && chmod 755 .");
	assert_int_equal(stat(drive_folder(), &status), 0);
	drive_expect(0, "", "cp $(command -v id) setgid && chgrp 12346 setgid && chmod 2755 setgid");
	drive_expect_told(0, "exec suid not guarded: it is set-user-ID; put bindguard behind it\n",
			  "$BG sh -c './suid -u; exit 0'");
	drive_expect_out("12345\n", "$BG sh -c './suid -u; exit 0'");
	drive_expect_told(0, "exec setgid not guarded: it is set-group-ID; ", "$BG sh -c './setgid; exit 0'");
	drive_expect_told(126, "exec suid refused: EACCES: not guarded: it is set-user-ID",
			  "$BG run --strict sh -c './suid -u'");
}

/** Where the engine does not work, what is executed runs, and is told; or not, with --strict. */
static void
follow_tells_where_the_engine_does_not_work(void **state)
{
	static const char forbid[] = HOSTS "forbid " TEXT(SYS_seccomp) ":" TEXT(EBUSY) " $BG run";
	char command[512];

	(void)state;
	snprintf(command, sizeof(command), "%s sh -c '$PROBES/probe-static listen; exit 0'", forbid);
	drive_expect_out("anywhere\n", command);
	drive_expect_told(0, "probe-static exec probe-static not guarded: the engine seccomp does not work here; ",
			  command);
	snprintf(command, sizeof(command), "%s --strict sh -c '$PROBES/probe-static listen'", forbid);
	drive_expect_told(126, "probe-static exec probe-static refused: EACCES: not guarded: the engine seccomp",
			  command);
	/* And it is as it was: no child, no signal blocked or pending. */
	snprintf(command, sizeof(command), "%s -q sh -c '$PROBES/probe-static state; exit 0' >forbidden", forbid);
	drive_expect(0, "", "%s", command);
	drive_expect(0, "",
		     HOSTS
		     "forbid " TEXT(SYS_seccomp) ":" TEXT(EBUSY) " sh -c '$PROBES/probe-static state; exit 0' >bare");
	drive_expect(0, "", "diff bare forbidden");
}

/** What a debugger looks at is what it started. */
static void
follow_leaves_a_debugged_program_alone(void **state)
{
	(void)state;
	drive_expect(0, "", "command -v strace >/dev/null");
	drive_expect_told(0, "exec probe-static not guarded: a debugger traces the process that executes it; ",
			  "$BG strace -o trace $PROBES/probe-static exit 0");
	drive_expect_out("1\n", "grep -c '^execve(' trace");
}

/** All else is as in a bare start: the same program is executed bare and guarded, at random. */
static void
follow_is_as_a_bare_start(void **state)
{
	unsigned seed = getenv("BG_SEED") ? (unsigned)atoi(getenv("BG_SEED")) : (unsigned)time(NULL) % 1000000;
	const struct drive_result *result;
	unsigned followed;

	(void)state;
	if (getenv("BG_PRELOAD_FIRST"))
		skip(); /* a sanitizer's runtime does not start under some of the limits that are compared */
	drive_needs_seccomp();
	drive_expect(
		0, "",
		"mkdir -p ex/sub && cd ex && cp $PROBES/probe-static program && cp program plain && chmod 644 plain && "
		"printf '#!%%s/program whole\n' $PWD >script && printf 'echo text $#; exit 3\n' >text && "
		"chmod 755 script text");
	drive_expect(0, "", HOSTS "execs $PWD/ex %u %d >bare </dev/null 2>/dev/null", seed, EXECS);
	drive_expect(0, NULL, "$BG run -l log -v " HOSTS "execs $PWD/ex %u %d >guarded </dev/null 2>/dev/null", seed,
		     EXECS);
	result = drive("cmp bare guarded && grep -c 'guarded by seccomp' log");
	if (result->status)
		fail_msg("seed %u: %.100s; %.500s", seed, result->out, drive("diff bare guarded | head -20")->out);
	followed = (unsigned)atoi(result->out);
	assert_true(followed > EXECS / 2);
	figure("%d random executions, seed %u: %u by the engine seccomp, and all as bare", EXECS, seed, followed);
}

/** Whoever waits sees the signal that ended the program; and a signal to what stands for it reaches it. */
static void
follow_passes_signals_and_statuses(void **state)
{
	(void)state;
	drive_needs_seccomp();
	drive_expect_out(
		"-11\n",
		"$BG run -q python3 -c 'import subprocess as s; print(s.call([\"'$PROBES'/probe-static\", \"raise\", "
		"\"11\"]))'");
	drive_expect_out("-15\n-9\n",
			 "$BG run -q python3 -c '\nimport subprocess as s\nfor number in 15, 9:\n"
			 "    p = s.Popen([\"'$PROBES'/probe-static\", \"wait\"], stdin=s.PIPE, stdout=s.PIPE)\n"
			 "    p.stdout.readline(); p.send_signal(number); print(p.wait())\n'");
	drive_expect_out("7\n", "$BG run -q sh -c '$PROBES/probe-static exit 7; echo $?'");
}

/** Many at a time, and each one guarded; nothing stays behind. A sanitized command takes ten times as long. */
static void
follow_holds_in_a_storm(void **state)
{
	int storm = getenv("BG_PRELOAD_FIRST") ? STORM / 20 : STORM, waits = 0;
	const struct drive_result *result;

	(void)state;
	drive_needs_seccomp();
	drive_expect(0, "",
		     "cp $PROBES/probe-static stormy; "
		     "(seq %d | $BG run -q xargs -P 16 -I{} $PWD/stormy listen >storm; touch ended) "
		     "</dev/null >/dev/null 2>&1 &",
		     storm);
	while (drive("timeout 30 sh -c 'until test -e ended; do sleep 0.1; done'")->status)
		assert_true(++waits < 10);
	result = drive_expect(0, "", "sort storm | uniq -c");
	assert_int_equal(atoi(result->out), storm);
	assert_non_null(strstr(result->out, " lo\n"));
	drive_expect_out("0\n", "pgrep -c -f $PWD/stormy' listen'; true");
	figure("%d programs, 16 at a time: all on lo", storm);
}

/** `list` has the engine of each process, `prove` the sockets of what CMD starts. */
static void
follow_shows_in_list_and_prove(void **state)
{
	(void)state;
	drive_needs_seccomp();
	drive_expect(0, "",
		     "mkfifo hold; printf '%%s serve <hold & %%s serve <hold & wait\n' $PROBES/probe-static "
		     "$PROBES/probe-dynamic >both");
	drive_expect_out("probe-dynamic preload\nprobe-static seccomp\n",
			 "exec 9<>hold; $BG run -q sh both >served 9>&- & exec 9<>hold; "
			 "while [ \"$(wc -l <served)\" != 2 ]; do sleep 0.05; done; "
			 "$BG list --json | jq -r '.[] | select((.program // \"\") | startswith(\"probe-\")) | "
			 "\"\\(.program) \\(.guarded)\"' | sort; exec 9>&-; wait");
	drive_expect_out("probe-dynamic good\nprobe-static good\n",
			 "exec 9<>hold; $BG prove --json -q sh both 2>/dev/null | "
			 "jq -r '.sockets[] | \"\\(.program) \\(.verdict)\"' | sort");
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(follow_guards_what_the_preload_does_not_reach),
		cmocka_unit_test(follow_opens_programs_alone),
		cmocka_unit_test(follow_sees_each_call),
		cmocka_unit_test(follow_takes_the_settings_along),
		cmocka_unit_test(follow_has_one_supervisor),
		cmocka_unit_test(follow_tells_what_nothing_reaches),
		cmocka_unit_test(follow_by_a_bare_preload_only_tells),
		cmocka_unit_test(follow_for_root_trusts_the_command),
		cmocka_unit_test(follow_leaves_privileges_alone),
		cmocka_unit_test(follow_tells_where_the_engine_does_not_work),
		cmocka_unit_test(follow_leaves_a_debugged_program_alone),
		cmocka_unit_test(follow_is_as_a_bare_start),
		cmocka_unit_test(follow_passes_signals_and_statuses),
		cmocka_unit_test(follow_holds_in_a_storm),
		cmocka_unit_test(follow_shows_in_list_and_prove),
	};

	if (argc > 1)
		cmocka_set_test_filter(argv[1]);
	return cmocka_run_group_tests_name("follow", tests, drive_set_up, drive_tear_down);
}
