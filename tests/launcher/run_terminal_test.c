/* SPDX-License-Identifier: MIT
 * run_terminal_test.c - `bindguard run` typed into an interactive shell on a terminal of its own: Ctrl-C, Ctrl-Z and fg,
 * a command in the background, an interactive shell as CMD. On cmocka. */
#include <poll.h>
#include <pty.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "launcher/drive.h"

#define RETRY_MS 500
#define DEADLINE_MS 60000
#define SCREEN_MAX 65536
#define PROMPT "ready> "

/**
 * struct terminal - a terminal with bash on it.
 * @screen: what was shown since the last expect() that found its text
 */
struct terminal {
	pid_t pid;
	int fd;
	char screen[SCREEN_MAX];
	size_t length;
};

static struct terminal terminal;

/** now_ms - a clock for the deadline. */
static long
now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/** shows - wait until the terminal shows @text, and forget what was shown up to its end. Return: false after @wait_ms. */
static bool
shows(const char *text, long wait_ms)
{
	long deadline = now_ms() + wait_ms;
	char *found;

	while (!(found = strstr(terminal.screen, text))) {
		struct pollfd ready = {.fd = terminal.fd, .events = POLLIN};
		long left = deadline - now_ms();
		ssize_t got = -1;

		if (left > 0 && poll(&ready, 1, (int)left) == 1)
			got = read(terminal.fd, terminal.screen + terminal.length, SCREEN_MAX - 1 - terminal.length);
		if (got <= 0)
			return false;
		terminal.length += (size_t)got;
		terminal.screen[terminal.length] = '\0';
	}
	found += strlen(text);
	terminal.length -= (size_t)(found - terminal.screen);
	memmove(terminal.screen, found, terminal.length + 1);
	return true;
}

/** expect - the terminal must show @text. */
static void
expect(const char *text)
{
	if (!shows(text, DEADLINE_MS))
		fail_msg("the terminal does not show \"%s\" but:\n%s", text, terminal.screen);
}

/** type - as on the keyboard. */
static void
type(const char *keys)
{
	assert_int_equal(write(terminal.fd, keys, strlen(keys)), (ssize_t)strlen(keys));
}

/** enter - a command line, and wait for what it shows first. */
static void
enter(const char *line, const char *shown)
{
	type(line);
	type("\r");
	expect("\n"); /* the echo of the line is behind us */
	expect(shown);
}

/** open_terminal - bash with job control, in the test's folder. */
static int
open_terminal(void **state)
{
	(void)state;
	memset(&terminal, 0, sizeof(terminal));
	terminal.pid = forkpty(&terminal.fd, NULL, NULL, NULL);
	if (terminal.pid == 0) {
		setenv("PS1", PROMPT, 1);
		setenv("TERM", "dumb", 1);
		if (chdir(drive_folder()) == 0)
			execlp("bash", "bash", "--norc", "--noprofile", "--noediting", "-i", (char *)NULL);
		_exit(127);
	}
	if (terminal.pid < 0)
		return -1;
	expect(PROMPT);
	return 0;
}

/** close_terminal - hang up: what still runs on it is ended by the kernel. */
static int
close_terminal(void **state)
{
	(void)state;
	close(terminal.fd);
	kill(terminal.pid, SIGKILL);
	return waitpid(terminal.pid, NULL, 0) == terminal.pid ? 0 : -1;
}

static void
terminal_interrupt_ends_the_command(void **state)
{
	(void)state;
	enter("$BG $PROBES/probe-dynamic wait", "ready\r\n");
	type("\003");
	expect(PROMPT);
	enter("echo status $?", "status 130\r\n");
	/* Its own answer to the signal, not the launcher's. */
	enter("$BG bash -c 'trap \"echo caught; exit 9\" INT; echo waiting; while :; do sleep 1; done'", "waiting\r\n");
	type("\003");
	expect("caught\r\n");
	expect(PROMPT);
	enter("echo status $?", "status 9\r\n");
	enter("$BG $PROBES/probe-dynamic wait", "ready\r\n");
	type("\034"); /* quit */
	expect(PROMPT);
	enter("echo status $?", "status 131\r\n");
}

static void
terminal_stop_and_go_on(void **state)
{
	(void)state;
	enter("$BG $PROBES/probe-dynamic wait", "ready\r\n");
	type("\032");
	expect("Stopped");
	expect(PROMPT);
	enter("jobs", "Stopped");
	expect(PROMPT);
	enter("fg", "probe-dynamic wait");
	expect("\n");
	type("\004"); /* end of input: the program reads again */
	expect(PROMPT);
	enter("echo status $?", "status 0\r\n");
}

static void
terminal_background_command_may_not_read(void **state)
{
	(void)state;
	enter("$BG $PROBES/probe-dynamic wait &", "ready\r\n");
	enter("sleep 0; jobs -l; until jobs | grep -q Stopped; do :; done; jobs", "Stopped"); /* SIGTTIN */
	expect(PROMPT);
	enter("kill %1; fg", "Terminated");
	expect(PROMPT);
	enter("$BG $PROBES/probe-dynamic exit 5 & wait $!; echo status $?", "status 5\r\n");
}

static void
terminal_shell_as_the_command_is_interactive(void **state)
{
	(void)state;
	enter("PS1='inner> ' $BG bash --norc --noprofile --noediting", "inner> ");
	enter("$PROBES/probe-dynamic wait", "ready\r\n");
	type("\032");
	expect("Stopped");
	expect("inner> ");
	enter("fg", "probe-dynamic wait");
	/* The shell names the job before it hands the terminal over: an interrupt in between is the shell's own. */
	for (long deadline = now_ms() + DEADLINE_MS; now_ms() < deadline;) {
		type("\003");
		if (shows("inner> ", RETRY_MS))
			break;
	}
	/* What is typed there is guarded, and the shell's end is the command's. */
	enter("$PROBES/probe-dynamic listen 2>&1 | cat", "bindguard[");
	expect("\nlo\r\n");
	enter("exit 11", PROMPT);
	enter("echo status $?", "status 11\r\n");
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(terminal_interrupt_ends_the_command, open_terminal, close_terminal),
		cmocka_unit_test_setup_teardown(terminal_stop_and_go_on, open_terminal, close_terminal),
		cmocka_unit_test_setup_teardown(terminal_background_command_may_not_read, open_terminal,
						close_terminal),
		cmocka_unit_test_setup_teardown(terminal_shell_as_the_command_is_interactive, open_terminal,
						close_terminal),
	};

	if (argc > 1)
		cmocka_set_test_filter(argv[1]);
	return cmocka_run_group_tests_name("run terminal", tests, drive_set_up, drive_tear_down);
}
