/* SPDX-License-Identifier: MIT
 * life_test.c - the three processes of the engine `seccomp` from start to end: statuses, signals, stops, daemons, and what
 * happens when one of them is killed. */
#include <errno.h>
#include <fcntl.h>
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

#include "net/net.h"
#include "preload/host.h"
#include "seccomp/guarded.h"

#define LINE_MS 60000
#define GOOD "error 0 127.0.0.1"

/** start_steps - the host `steps` under the engine. @cmd, @supervisor: their processes; the front's is process->pid */
static void
start_steps(struct process *process, pid_t *cmd, pid_t *supervisor)
{
	assert_true(host_start(process, NULL, "../seccomp_cli " HOST("steps") " 2>&1"));
	assert_int_equal(sscanf(process->line, "%d %d", cmd, supervisor), 2);
}

/** step - have the host bind once, and expect @wanted. */
static void
step(struct process *process, const char *wanted)
{
	assert_int_equal(write(process->in, "\n", 1), 1);
	assert_true(host_read_line(process, LINE_MS));
	assert_string_equal(process->line, wanted);
}

/** status_any_is_the_commands - its own, 128 + signal, 126 and 127. */
static void
status_any_is_the_commands(void **state)
{
	static const struct {
		const char *command;
		int status;
	} cases[] = {
		{"true", 0},	      {"sh -c 'exit 3'", 3},	     {"sh -c 'kill -TERM $$'", 143},
		{"/etc/passwd", 126}, {"/nonexistent/program", 127}, {"sh -c 'kill -KILL $$'", 137},
	};
	char output[256];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		int status = run_guarded("", cases[i].command, output, sizeof(output));

		if (!WIFEXITED(status) || WEXITSTATUS(status) != cases[i].status)
			fail_msg("%s: status %#x", cases[i].command, (unsigned)status);
	}
}

/** supervisor_of_an_ended_command_ends - before the front does: no process stays, not even as a zombie for init. */
static void
supervisor_of_an_ended_command_ends(void **state)
{
	struct process process;
	pid_t cmd, supervisor;
	int status;

	(void)state;
	start_steps(&process, &cmd, &supervisor);
	step(&process, GOOD);
	status = host_stop(&process);
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 7);
	assert_int_equal(kill(supervisor, 0), -1);
}

/** signal_to_the_front_reaches_the_command - and does not end the front. */
static void
signal_to_the_front_reaches_the_command(void **state)
{
	struct process process;
	pid_t cmd, supervisor;

	(void)state;
	start_steps(&process, &cmd, &supervisor);
	kill(process.pid, SIGTERM);
	assert_true(host_read_line(&process, LINE_MS));
	assert_string_equal(process.line, "SIGTERM");
	kill(process.pid, SIGUSR1);
	assert_true(host_read_line(&process, LINE_MS));
	assert_string_equal(process.line, "SIGUSR1");
	kill(supervisor, SIGTERM); /* a stray one */
	step(&process, GOOD);
	assert_int_equal(WEXITSTATUS(host_stop(&process)), 7);
}

/** command_stopped_stops_the_front_and_both_go_on - by a signal of its own, and by one to the front. */
static void
command_stopped_stops_the_front_and_both_go_on(void **state)
{
	static const struct {
		bool front;
		int number;
	} cases[] = {{false, SIGSTOP}, {false, SIGTSTP}, {true, SIGTSTP}};
	struct process process;
	pid_t cmd, supervisor;

	(void)state;
	start_steps(&process, &cmd, &supervisor);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		int status = 0;

		kill(cases[i].front ? process.pid : cmd, cases[i].number);
		assert_int_equal(waitpid(process.pid, &status, WUNTRACED), process.pid);
		assert_true(WIFSTOPPED(status));
		assert_int_equal(WSTOPSIG(status), cases[i].number);
		assert_true(process_is_stopped(&cmd));
		kill(process.pid, SIGCONT);
		step(&process, GOOD);
	}
	assert_int_equal(WEXITSTATUS(host_stop(&process)), 7);
}

/** process_runs - it is not stopped. */
static bool
process_runs(const void *pid)
{
	return !process_is_stopped(pid);
}

/**
 * command_stopped_again_stays_stopped - `fg` continues command and front, and Ctrl-Z comes before the front has run: what it
 * passes on then is of the stop before.
 */
static void
command_stopped_again_stays_stopped(void **state)
{
	struct process process;
	pid_t cmd, supervisor;
	int status = 0;

	(void)state;
	start_steps(&process, &cmd, &supervisor);
	kill(cmd, SIGSTOP);
	assert_int_equal(waitpid(process.pid, &status, WUNTRACED), process.pid);
	assert_true(WIFSTOPPED(status));
	kill(cmd, SIGCONT);
	assert_true(wait_until(process_runs, &cmd));
	kill(cmd, SIGSTOP);
	assert_true(wait_until(process_is_stopped, &cmd));
	kill(process.pid, SIGCONT);
	assert_true(wait_until(process_is_stopped, &process.pid));
	assert_true(process_is_stopped(&cmd));
	kill(process.pid, SIGCONT);
	step(&process, GOOD);
	assert_int_equal(WEXITSTATUS(host_stop(&process)), 7);
}

/** supervisor_killed_exposes_nothing - binds fail, the command goes on, its status still arrives. */
static void
supervisor_killed_exposes_nothing(void **state)
{
	struct process process;
	pid_t cmd, supervisor;
	char wanted[64];

	(void)state;
	start_steps(&process, &cmd, &supervisor);
	step(&process, GOOD);
	kill(supervisor, SIGKILL);
	assert_true(host_read_line(&process, LINE_MS));
	assert_non_null(strstr(process.line, "the supervisor was killed"));
	snprintf(wanted, sizeof(wanted), "error %d 0.0.0.0", ENOSYS);
	step(&process, wanted);
	kill(process.pid, SIGUSR1);
	assert_true(host_read_line(&process, LINE_MS));
	assert_string_equal(process.line, "SIGUSR1");
	assert_int_equal(WEXITSTATUS(host_stop(&process)), 7);
}

/** front_killed_takes_the_command_along - who kills what stands for CMD means CMD. */
static void
front_killed_takes_the_command_along(void **state)
{
	struct process process;
	pid_t cmd, supervisor;

	(void)state;
	start_steps(&process, &cmd, &supervisor);
	kill(process.pid, SIGKILL);
	assert_true(wait_until(process_is_gone, &cmd));
	assert_true(wait_until(process_is_gone, &supervisor));
	host_stop(&process);
}

/** target_killed_in_mid_call_leaves_nothing - the supervisor goes on, without its socket. */
static void
target_killed_in_mid_call_leaves_nothing(void **state)
{
	struct process process;
	pid_t shell, supervisor, loop;
	int before;

	(void)state;
	assert_true(host_start(
		&process, NULL,
		"../seccomp_cli sh -c 'echo $$ $PPID; while read line; do " HOST(
			"crowd") " loop 100000000 & echo $!; read line; kill -9 $!; wait; echo done; done'"));
	assert_int_equal(sscanf(process.line, "%d %d", &shell, &supervisor), 2);
	before = process_descriptors(supervisor);
	for (int i = 0; i < 20; i++) {
		assert_int_equal(write(process.in, "\n", 1), 1);
		assert_true(host_read_line(&process, LINE_MS));
		loop = atoi(process.line);
		if (i % 2) { /* the supervisor does not run: the target is surely waiting for it when it dies */
			kill(supervisor, SIGSTOP);
			assert_true(wait_until(process_is_stopped, &supervisor));
		} else { /* it runs: the target dies somewhere, maybe while its call is made */
			assert_true(wait_until(process_has_run, &loop));
		}
		assert_int_equal(write(process.in, "\n", 1), 1);
		kill(loop, SIGKILL);
		kill(supervisor, SIGCONT);
		assert_true(host_read_line(&process, LINE_MS));
		assert_string_equal(process.line, "done");
	}
	/* Handles of dead threads may be kept, one of each; nothing else may. */
	assert_true(process_descriptors(supervisor) <= before + 20);
	figure("20 targets killed in mid-call, descriptors of the supervisor %d before, %d after", before,
	       process_descriptors(supervisor));
	host_stop(&process);
	assert_true(wait_until(process_is_gone, &supervisor));
}

/** daemon_of_an_ended_command_stays_guarded - its supervisor is its parent, lives on detached, and ends with it. */
static void
daemon_of_an_ended_command_stays_guarded(void **state)
{
	char folder[] = "/tmp/bindguard-daemon.XXXXXX", command[256], output[256], path[128];
	const char *const at = path;
	pid_t daemon, supervisor;

	(void)state;
	assert_non_null(mkdtemp(folder));
	snprintf(command, sizeof(command), "%s %s 2>&1", HOST("daemon"), folder);
	/* That this comes back at all says that nobody holds the pipe. */
	assert_int_equal(run_guarded("", command, output, sizeof(output)), 0);
	snprintf(path, sizeof(path), "%s/go", folder);
	close(open(path, O_CREAT | O_WRONLY | O_CLOEXEC, 0600));
	snprintf(path, sizeof(path), "%s/done", folder);
	assert_true(wait_until(file_has_text, at));
	read_text(path, output, sizeof(output));
	assert_string_equal(output, "bind 0 127.0.0.1\n");
	snprintf(path, sizeof(path), "%s/pids", folder);
	read_text(path, output, sizeof(output));
	assert_int_equal(sscanf(output, "%d %d", &daemon, &supervisor), 2);
	assert_int_not_equal(supervisor, 1);
	assert_false(process_is_gone(&supervisor));
	snprintf(path, sizeof(path), "%s/stop", folder);
	close(open(path, O_CREAT | O_WRONLY | O_CLOEXEC, 0600));
	assert_true(wait_until(process_is_gone, &daemon));
	assert_true(wait_until(process_is_gone, &supervisor));
	snprintf(command, sizeof(command), "rm -r %s", folder);
	assert_int_equal(system(command), 0);
}

/** orphans_many_are_reaped - what becomes the supervisor's child does not stay a zombie. */
static void
orphans_many_are_reaped(void **state)
{
	char output[256];

	(void)state;
	run_guarded(
		"",
		"sh -c 'for i in 1 2 3 4 5 6 7 8 9; do (sh -c \"exec true\" &) ; done; n=1; i=0; while [ $n != 0 ] && "
		"[ $i -lt 500 ]; do n=$(ps -o stat= --ppid $PPID | grep -c Z); i=$((i+1)); done; echo zombies $n'",
		output, sizeof(output));
	assert_string_equal(output, "zombies 0\n");
}

/** tracer_inside_works - strace runs what it traces, and that is guarded. */
static void
tracer_inside_works(void **state)
{
	char output[4096];

	(void)state;
	if (system("command -v strace >/dev/null"))
		skip();
	assert_int_equal(run_guarded("", "strace -f -o /dev/stdout -e trace=bind " HOST("raw_calls") " port 19502",
				     output, sizeof(output)),
			 0);
	assert_non_null(strstr(output, "error 0 address 127.0.0.1"));
	assert_non_null(strstr(output, "bind(3"));
}

/** command_run_in_modes_off_is_bare - no filter, no supervisor. */
static void
command_in_mode_off_is_bare(void **state)
{
	char output[4096];

	(void)state;
	setenv("BINDGUARD_MODE", "off", 1);
	run_guarded("", "grep Seccomp: /proc/self/status", output, sizeof(output));
	assert_string_equal(output, "Seccomp:\t0\n");
	unsetenv("BINDGUARD_MODE");
	run_guarded("", "grep Seccomp: /proc/self/status", output, sizeof(output));
	assert_string_equal(output, "Seccomp:\t2\n");
}

/** command_any_starts_as_bare - signal mask, dispositions, descriptors, group and session are the caller's. */
static void
command_any_starts_as_bare(void **state)
{
	static const char what[] =
		"sh -c \"trap '' USR2; exec %s sh -c 'grep -E \\\"Sig(Blk|Ign|Cgt)|SigQ\\\" /proc/self/status | grep "
		"-v SigQ; "
		"ls /proc/self/fd | wc -l; ps -o pgid=,sid=,tpgid= -p \\$\\$ | wc -w; cat /proc/self/oom_score_adj'\"";
	char command[1024], bare[1024], guarded[1024];

	(void)state;
#ifdef __SANITIZE_THREAD__
	skip(); /* the runtime has a thread, and posix_spawn(3) then leaves SIGSETXID ignored */
#endif
	snprintf(command, sizeof(command), what, "");
	assert_int_equal(run_bare(command, bare, sizeof(bare)), 0);
	snprintf(command, sizeof(command), what, BG_SECCOMP_CLI);
	assert_int_equal(run_bare(command, guarded, sizeof(guarded)), 0);
	assert_string_equal(bare, guarded);
}

static int
set_up(void **state)
{
	(void)state;
	setenv("BINDGUARD_CONFIG", "", 1);
	log_to("none");
	return net_set_up();
}

static int
tear_down(void **state)
{
	(void)state;
	net_tear_down();
	return 0;
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(status_any_is_the_commands),
		cmocka_unit_test(supervisor_of_an_ended_command_ends),
		cmocka_unit_test(signal_to_the_front_reaches_the_command),
		cmocka_unit_test(command_stopped_stops_the_front_and_both_go_on),
		cmocka_unit_test(command_stopped_again_stays_stopped),
		cmocka_unit_test(supervisor_killed_exposes_nothing),
		cmocka_unit_test(front_killed_takes_the_command_along),
		cmocka_unit_test(target_killed_in_mid_call_leaves_nothing),
		cmocka_unit_test(daemon_of_an_ended_command_stays_guarded),
		cmocka_unit_test(orphans_many_are_reaped),
		cmocka_unit_test(tracer_inside_works),
		cmocka_unit_test(command_in_mode_off_is_bare),
		cmocka_unit_test(command_any_starts_as_bare),
	};

	if (argc > 1)
		cmocka_set_test_filter(argv[1]);
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
