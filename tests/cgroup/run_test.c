/* SPDX-License-Identifier: MIT
 * run_test.c - `bindguard run -e cgroup`: CMD as it is bare; its cgroup and the programs in the kernel gone with it; one line about
 * what is in the way. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "cgroup/cell.h"
#include "launcher/drive.h"

#define RUN "$BG run -q -e cgroup "
#define HOST(call) BG_BUILD_DIR "/hosts/" call
/* Tell, of a process in it, the guarded cgroup as a folder, and the programs that are attached to it. */
#define FOLDER                                                                                                         \
	"folder() { echo $(awk '/ - cgroup2 / { print $5; exit }' /proc/self/mountinfo)"                               \
	"$(sed -n 's/^0:://p' /proc/$1/cgroup); }; "
#define PROGRAMS "programs() { bpftool cgroup show $1 | awk '$1 ~ /^[0-9]+$/ { print $1 }'; }; "
/* Poll a condition, for 10 seconds. */
#define UNTIL "until_() { for i in $(seq 500); do \"$@\" && return; sleep 0.02; done; echo never: \"$@\"; return 1; }; "
#define GONE                                                                                                           \
	"gone() { [ ! -e $1 ]; }; unloaded() { for p in $*; do ! bpftool prog show id $p >/dev/null 2>&1 || return "   \
	"1; done; }; "
#define TOOLS FOLDER PROGRAMS UNTIL GONE

/** command_is_as_bare - it has the pid of who started it, its status, its signals and its streams. */
static void
command_is_as_bare(void **state)
{
	const struct drive_result *result;

	(void)state;
	result = drive_expect(7, "", "%s", RUN "sh -c 'echo $$ $PPID; exit 7' & p=$!; echo $p $$; wait $p");
	unsigned pids[4];

	assert_int_equal(sscanf(result->out, "%u %u %u %u", &pids[0], &pids[1], &pids[2], &pids[3]), 4);
	assert_true(pids[0] == pids[2] && pids[1] == pids[3]);
	drive_expect(128 + SIGTERM, NULL, "%s", RUN "sh -c 'kill -TERM $$'; exit $?");
	drive_expect(0, "", "%s", "test \"$(echo in | " RUN "cat)\" = in");
	assert_true(drive("%s", RUN "sh -c 'echo out; sleep 0'")->closed);
	drive_expect(0, "", "%s", "test \"$(" RUN "sh -c 'ls /proc/$$/fd')\" = \"$(sh -c 'ls /proc/$$/fd')\"");
}

/** command_has_no_child_it_knows_nothing_of - nor a signal of one. */
static void
command_has_no_child_it_knows_nothing_of(void **state)
{
	(void)state;
	drive_expect(0, "", "%s",
		     RUN "/usr/bin/python3 -c 'import os, signal\nassert not signal.sigpending()\n"
			 "assert not open(f\"/proc/self/task/{os.getpid()}/children\").read()\n"
			 "try: os.waitpid(-1, 0)\nexcept ChildProcessError: os._exit(0)\nos._exit(1)'");
}

/** command_is_guarded_with_all_it_starts - set-user-ID, without an environment, daemons. */
static void
command_is_guarded_with_all_it_starts(void **state)
{
	const struct drive_result *result;

	(void)state;
	drive_expect(0, NULL, "%s", "install -m 4755 " HOST("raw_calls") " setuid && chmod 755 .");
	result = drive_expect(0, NULL, "%s",
			      RUN "setpriv --reuid=65534 --regid=65534 --clear-groups ./setuid setuid && " RUN
				  "env -i ./setuid setuid && " RUN "sh -c 'setsid -f ./setuid setuid | cat'");
	assert_string_equal(result->out, "euid 0 error 0 address 127.0.0.1\neuid 0 error 0 address 127.0.0.1\n"
					 "euid 0 error 0 address 127.0.0.1\n");
}

/** end_leaves_nothing - no cgroup and no program, whether CMD ends, is killed, or could not be executed; nor the keeper. */
static void
end_leaves_nothing(void **state)
{
	static const char *const ends[] = {"kill -9 $p", "kill -TERM $p", "echo >go"};

	(void)state;
	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		drive_expect(0, NULL,
			     "rm -f go; mkfifo go; %s" RUN "sh -c 'read line <go' & p=$!; trap \"kill -9 $p "
			     "2>/dev/null || :\" EXIT; inside() { case $(folder $p) in "
			     "*bindguard-$p.*) ;; *) false ;; esac; }; until_ inside && f=$(folder $p) && n=$(programs "
			     "$f) && "
			     "test $(echo $n | wc -w) -eq 3 && %s && wait $p; until_ gone $f && until_ unloaded $n",
			     TOOLS, ends[i]);
	}
	drive_expect(0, NULL, "%s",
		     "printf '#!/not/there\\n' >bad; chmod 755 bad; " TOOLS RUN "./bad; test $? = 127 && "
		     "f=$(folder $$) && none() { ! ls $f | grep -q bindguard-.*\\\\.; }; until_ none");
}

/** daemon_is_guarded_when_the_command_has_ended - the cgroup goes with the last process. */
static void
daemon_is_guarded_when_the_command_has_ended(void **state)
{
	(void)state;
	/* What the command writes into ends with it: nobody else has it open. */
	drive_expect(0, NULL, "%s",
		     TOOLS
		     "test \"$(" RUN
		     "sh -c 'sleep 1000 >/dev/null 2>&1 & echo $! >daemon')\" = '' && d=$(cat daemon) && "
		     "f=$(folder $d) && test -d $f && test $(programs $f | wc -w) = 3 && kill $d && until_ gone $f");
}

/** keeper_killed_opens_nothing - what it leaves behind, the next start removes. */
static void
keeper_killed_opens_nothing(void **state)
{
	const struct drive_result *result;

	(void)state;
	result = drive_expect(
		0, NULL, "%s",
		"rm -f go; mkfifo go; " TOOLS RUN "sh -c 'read line <go; " HOST(
			"raw_calls setuid") "' & p=$!; "
					    "inside() { case $(folder $p) in *bindguard-$p.*) ;; *) false ;; "
					    "esac; }; until_ inside && f=$(folder $p) "
					    "&& k=$(pgrep -f -x \"[^ ]*bindguard run -q -e cgroup sh -c "
					    "read line <go.*\" | grep -vx $p) && "
					    "kill -9 $k && echo >go && wait $p && test -d $f && " RUN
					    "true && until_ gone $f");
	assert_string_equal(result->out, "euid 0 error 0 address 127.0.0.1\n");
}

/** cgroups_in_it_go_too - that CMD has made. */
static void
cgroups_in_it_go_too(void **state)
{
	(void)state;
	drive_expect(0, NULL, "%s",
		     TOOLS RUN
		     "sh -c 'f=$(awk \"/ - cgroup2 / { print \\$5; exit }\" /proc/self/mountinfo)$(sed -n s/^0:://p "
		     "/proc/self/cgroup); mkdir -p $f/a/b $f/c; echo $f >folder' && until_ gone $(cat folder)");
}

/** rules_that_it_cannot_hold_are_refused_by_name - with file and line, and what to do. */
static void
rules_that_it_cannot_hold_are_refused_by_name(void **state)
{
	(void)state;
	assert_true(drive_write("rules.conf",
				"rule \"vite\" { command = {\"*vite*\"} action = deny }\n"
				"rule \"good\" { address = {\"wildcard\"} action = rewrite to = {\"loopback\"} }\n"
				"rule \"out\" { call = {\"connect\"} action = deny }\n"
				"rule \"raw\" { protocol = {\"raw\"} action = deny }\n",
				0644));
	drive_expect(
		125,
		"rules.conf:1: rule \"vite\" cannot be held by the engine cgroup: `command` cannot be read in the "
		"kernel: name "
		"the `program`\n"
		"rules.conf:3: rule \"out\" cannot be held by the engine cgroup: `call = {\"connect\"}` is not looked "
		"at by "
		"it\n"
		"rules.conf:4: rule \"raw\" cannot be held by the engine cgroup: raw and SCTP sockets bind without "
		"asking it\n"
		"bindguard: echo was not started: the engine cgroup cannot hold these rules (--engine seccomp can)\n",
		"%s",
		"$BG run -q -c rules.conf -e cgroup echo started 2>err; s=$?; sed \"s,$PWD/,,\" err >&2; exit $s");
}

/** obstacle_is_told_in_one_line - and nothing was started. */
static void
obstacle_is_told_in_one_line(void **state)
{
	static const struct {
		const char *start, *line;
	} rows[] = {
		{"setarch --uname-2.6 ", "and 6.1 or later is needed: use --engine seccomp\n"},
		{"setpriv --reuid=65534 --regid=65534 --clear-groups ",
		 "only root may use it: use sudo, or --engine seccomp\n"},
		{"unshare -m sh -c 'mount -t tmpfs none /sys/kernel/btf && exec \"$@\"' sh ",
		 "the kernel does not describe itself (no /sys/kernel/btf/vmlinux, CONFIG_DEBUG_INFO_BTF): use "
		 "--engine seccomp\n"},
		{"unshare -m sh -c 'mount -t tmpfs none /sys/kernel/security && echo none integrity [confidentiality] "
		 ">/sys/kernel/security/lockdown && exec \"$@\"' sh ",
		 "the kernel is locked down (lockdown=confidentiality), and eBPF may not read it: boot with "
		 "lockdown=integrity, or use --engine seccomp\n"},
		{"unshare -m sh -c 'umount -l $(awk \"/ - cgroup2 / { print \\$5 }\" /proc/self/mountinfo) && exec "
		 "\"$@\"' sh ",
		 "no cgroup v2 is mounted here: mount -t cgroup2 none /sys/fs/cgroup, or use --engine seccomp\n"},
		{"unshare -m sh -c 'mount -o bind,remount,ro $(awk \"/ - cgroup2 / { print \\$5; exit }\" "
		 "/proc/self/mountinfo) && "
		 "exec \"$@\"' sh ",
		 "a cgroup cannot be made: Read-only file system; use --engine seccomp\n"},
		{HOST("forbid 321:1:0:5 "),
		 "the kernel refuses its programs (bpf(2): Operation not permitted): allow it "
		 "CAP_BPF, CAP_PERFMON and CAP_NET_ADMIN, or use --engine seccomp\n"},
		{HOST("forbid 321:1:0:8 "),
		 "a cgroup above has a program that lets no other in: start CMD elsewhere, or use "
		 "--engine seccomp\n"},
	};

	(void)state;
	drive_expect(0, "", "chmod 755 .");
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct drive_result *result = drive("%s$BG run -q -e cgroup echo started", rows[i].start);
		const char *line = strstr(result->err, "bindguard: engine cgroup: ");

		if (result->status != 125 || result->out[0] || line != result->err || !strstr(line, rows[i].line) ||
		    strchr(line, '\n')[1])
			fail_msg("%s: status %d, %s%s", rows[i].start, result->status, result->out, result->err);
	}
	drive_expect(0, NULL, "%s",
		     TOOLS "f=$(folder $$) && none() { ! ls $f | grep -q bindguard-.*\\\\.; }; until_ none");
}

/** cgroups_of_others_stay - whatever they are called, and whatever lies over them. */
static void
cgroups_of_others_stay(void **state)
{
	(void)state;
	drive_expect(0, NULL, "%s",
		     TOOLS "f=$(folder $$); mkdir -p $f/bindguard-mine/x $f/bindguard-1.2x && " RUN
			   "true && test -d $f/bindguard-mine/x && rmdir $f/bindguard-mine/x $f/bindguard-mine "
			   "$f/bindguard-1.2x");
	drive_expect(0, NULL, "%s",
		     "unshare -m sh -ec 'at=$(awk \"/ - cgroup2 / { print \\$5; exit }\" /proc/self/mountinfo); mkdir "
		     "other; mount -t cgroup2 none other; mount -t tmpfs none $at; "
		     "at=$at$(sed -n s/^0:://p /proc/self/cgroup); mkdir -p $at/bindguard-1.2; " RUN
		     "true; test -d $at/bindguard-1.2'");
}

/** command_is_the_first_process - of a PID namespace: an orphan would be its child, and many of them have the number 1. */
static void
command_is_the_first_process(void **state)
{
	(void)state;
	drive_expect(0, "", "%s",
		     "printf 'import os\\ntry: os.wait()\\nexcept ChildProcessError: print(\"none\")\\n' >wait.py");
	drive_expect(0, NULL, "%s", "test \"$(unshare -pf --mount-proc " RUN "python3 wait.py)\" = none");
	drive_expect(0, NULL, "%s",
		     "for i in 1 2 3 4 5 6 7 8 9 10; do unshare -pf --mount-proc " RUN
		     "sleep 1 & all=\"$all $!\"; done; for p in $all; do wait $p || exit; done");
	drive_expect(0, NULL, "%s",
		     TOOLS RUN "true; f=$(folder $$) && none() { ! ls $f | grep -q bindguard-.*\\\\.; }; until_ none");
}

/** address_with_a_label_is_of_its_device */
static void
address_with_a_label_is_of_its_device(void **state)
{
	(void)state;
	drive_expect(0, "", "%s",
		     "printf 'import socket\\ns = socket.create_server((\"\", 0))\\nprint(s.getsockopt(1, 25, "
		     "16).rstrip(b\"\\\\0\").decode())\\n' >device.py");
	drive_expect(
		0, NULL, "%s",
		"test \"$(unshare -n sh -ec 'ip link add d0 type veth peer name d1; ip link set d0 up; ip addr add "
		"10.67.0.1/24 dev d0 label d0:1; " RUN "-t 10.67.0.1 python3 device.py')\" = d0");
}

/** mode_off_starts_it_bare - and what would only log, or into a file, is refused. */
static void
mode_off_starts_it_bare(void **state)
{
	(void)state;
	drive_expect(0, NULL, "%s",
		     "test \"$(BINDGUARD_MODE=off " RUN "cat /proc/self/cgroup)\" = \"$(cat /proc/self/cgroup)\"");
	drive_expect(125,
		     "bindguard: engine cgroup: mode observe only logs, and this engine logs nothing: use --engine "
		     "seccomp\n",
		     "%s", "$BG run -n -e cgroup true");
	drive_expect(125, "bindguard: engine cgroup: it logs nothing, expected no --log, or --engine seccomp\n", "%s",
		     "$BG run -l $PWD/log -e cgroup true");
	drive_expect(0, NULL, "%s", "$BG run -l none -e cgroup true");
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(command_is_as_bare),
		cmocka_unit_test(command_has_no_child_it_knows_nothing_of),
		cmocka_unit_test(command_is_guarded_with_all_it_starts),
		cmocka_unit_test(end_leaves_nothing),
		cmocka_unit_test(daemon_is_guarded_when_the_command_has_ended),
		cmocka_unit_test(keeper_killed_opens_nothing),
		cmocka_unit_test(cgroups_in_it_go_too),
		cmocka_unit_test(rules_that_it_cannot_hold_are_refused_by_name),
		cmocka_unit_test(obstacle_is_told_in_one_line),
		cmocka_unit_test(cgroups_of_others_stay),
		cmocka_unit_test(command_is_the_first_process),
		cmocka_unit_test(address_with_a_label_is_of_its_device),
		cmocka_unit_test(mode_off_starts_it_bare),
	};

	pid_t child;
	int status;

	if (argc > 1)
		cmocka_set_test_filter(argv[1]);
	/* In a cgroup of their own, in which the guarded ones are made: those of others do not come and go there. */
	cell_set_up();
	child = fork();
	if (child == 0)
		exit(cell_enter() ? cmocka_run_group_tests(tests, drive_set_up, drive_tear_down) : 1);
	waitpid(child, &status, 0);
	cell_tear_down();
	return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}
