/* SPDX-License-Identifier: MIT
 * follow_parents_test.c - unmodified programs that start others, each in a way of its own: what they start is guarded, and they
 * see what they would have seen. On cmocka. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "launcher/drive.h"

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

/**
 * struct parent - one program.
 * @name: of its executable
 * @set_up: a shell command before, NULL: none
 * @command: what is run, behind `bindguard run -q`; $P is a static program
 * @out: what comes of it on standard output
 */
struct parent {
	const char *name;
	const char *set_up;
	const char *command;
	const char *out;
};

static struct parent parents[] = {
	{"bash", NULL, "bash -c '$P listen; exec -a x $P listen'", "lo\nlo\n"},
	{"busybox", NULL, "busybox sh -c '$P listen; exit 0'", "lo\n"},
	{"find", NULL, "find . -maxdepth 0 -exec $P listen ';'", "lo\n"},
	{"gdb", NULL, "gdb -q -batch -ex run --args $P exit 3 | grep -c 'exited with code 03'", "1\n"},
	{"java",
	 "printf 'public class X { public static void main(String[] a) throws Exception { System.out.println(new "
	 "ProcessBuilder(a)."
	 "inheritIO().start().waitFor()); } }' >X.java",
	 "java X.java $P listen", "lo\n0\n"},
	{"make", "printf 'all:\\n\\t@$(P) listen\\n\\t@$(P) listen; true\\n' >Makefile", "make -s", "lo\nlo\n"},
	{"node", NULL,
	 "node -e 'const c = require(\"child_process\"), p = process.argv[1];"
	 "process.stdout.write(c.spawnSync(p, [\"listen\"]).stdout); process.stdout.write(c.execSync(p + \" listen\"));"
	 "c.execFile(p, [\"raise\", \"9\"], e => console.log(e.signal))' $P",
	 "lo\nlo\nSIGKILL\n"},
	{"npm", "printf '{\"scripts\": {\"dev\": \"$P listen\", \"clear\": \"env -i $P listen\"}}' >package.json",
	 "sh -c 'npm run -s dev; npm run -s clear'", "lo\nlo\n"},
	{"parallel", NULL, "parallel -j2 $P '{}' ::: listen listen", "lo\nlo\n"},
	{"perl", NULL,
	 "perl -e '$| = 1; print `$ARGV[0] listen`; system $ARGV[0], \"raise\", 15; print $? & 127, \"\\n\"; exec "
	 "{$ARGV[0]} \"x\", "
	 "\"listen\"' $P",
	 "lo\n15\nlo\n"},
	{"python3", NULL,
	 "python3 -c 'import os, subprocess as s, sys; p = sys.argv[1]; print(s.call([p, \"listen\"]), s.call([p, "
	 "\"raise\", \"9\"]), "
	 "s.call([p, \"listen\"], close_fds=False), os.waitpid(os.posix_spawn(p, [p, \"exit\", \"5\"], {}), 0)[1] >> "
	 "8)' $P",
	 "lo\nlo\n0 -9 0 5\n"},
	{"ruby", NULL,
	 "ruby -e 'STDOUT.sync = true; system(ARGV[0], \"listen\"); print `#{ARGV[0]} listen`; exec(ARGV[0], "
	 "\"listen\")' $P",
	 "lo\nlo\nlo\n"},
	{"s6-setsid", NULL, "s6-setsid $P listen", "lo\n"},
	{"strace", NULL, "strace -f -o trace sh -c '$P exit 4; echo $?'", "4\n"},
	{"supervisord",
	 "printf "
	 "'[supervisord]\\nnodaemon=true\\nlogfile=/dev/null\\nlogfile_maxbytes=0\\npidfile='$PWD'/pid\\n[program:a]\\n"
	 "command='$P' listen\\nstdout_logfile='$PWD'/out\\nautorestart=false\\nstartsecs=0\\n' >supervisord.conf",
	 "sh -c 'supervisord -c supervisord.conf >/dev/null 2>&1 & while ! test -s out; do sleep 0.05; done; kill $!; "
	 "wait; cat "
	 "out'",
	 "lo\n"},
	{"tini", NULL, "tini -s -- $P listen", "lo\n"},
	{"xargs", NULL, "sh -c 'seq 8 | xargs -P 4 -n 1 sh -c \"$P listen; exit 0\"'",
	 "lo\nlo\nlo\nlo\nlo\nlo\nlo\nlo\n"},
};

static void
follow_holds_under_a_parent(void **state)
{
	const struct parent *parent = *state;
	const struct drive_result *result;

	drive_needs_seccomp();
	if (drive("command -v %s", parent->name)->status) {
		print_message("%s is not here\n", parent->name);
		skip();
	}
	setenv("P", BG_BUILD_DIR "/probes/probe-static", 1);
	if (parent->set_up)
		drive_expect(0, "", "%s", parent->set_up);
	result = drive_expect(0, NULL, "$BG run -q %s", parent->command);
	if (strcmp(result->out, parent->out) != 0)
		fail_msg("%s: printed\n%s\nexpected\n%s\nstandard error:\n%s", parent->name, result->out, parent->out,
			 result->err);
}

int
main(int argc, char **argv)
{
	struct CMUnitTest tests[LENGTH(parents)];
	static char names[LENGTH(parents)][64];

	for (size_t i = 0; i < LENGTH(parents); i++) {
		snprintf(names[i], sizeof(names[i]), "parent_%s", parents[i].name);
		tests[i] = (struct CMUnitTest){
			.name = names[i], .test_func = follow_holds_under_a_parent, .initial_state = &parents[i]};
	}
	if (argc > 1)
		cmocka_set_test_filter(argv[1]);
	return cmocka_run_group_tests_name("follow parents", tests, drive_set_up, drive_tear_down);
}
