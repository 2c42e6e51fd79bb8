/* SPDX-License-Identifier: MIT
 * terminal_test.c - a guarded command in an interactive shell on a terminal: Ctrl-Z, fg, Ctrl-C, and a guarded shell in a
 * shell. The terminal is a pseudo-terminal, the user is this test. */
#include <poll.h>
#include <pty.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "seccomp/guarded.h"

#define WAIT_MS 60000

/**
 * struct terminal - a shell on a terminal.
 * @fd: our side; @shell: its process
 * @seen: all that it printed since the last expect()
 */
struct terminal {
	int fd;
	pid_t shell;
	size_t length;
	char seen[16384];
};

/** type - as on a keyboard. */
static void
type(const struct terminal *terminal, const char *keys)
{
	assert_int_equal(write(terminal->fd, keys, strlen(keys)), (ssize_t)strlen(keys));
}

/** expect - wait until @text was printed; what came before it and itself are forgotten. */
static void
expect(struct terminal *terminal, const char *text)
{
	char *found;

	terminal->seen[terminal->length] = '\0';
	while (!(found = strstr(terminal->seen, text))) {
		struct pollfd ready = {.fd = terminal->fd, .events = POLLIN};
		ssize_t got = -1;

		if (poll(&ready, 1, WAIT_MS) == 1)
			got = read(terminal->fd, terminal->seen + terminal->length,
				   sizeof(terminal->seen) - 1 - terminal->length);
		if (got <= 0)
			fail_msg("\"%s\" did not come, but: %s", text, terminal->seen);
		terminal->length += (size_t)got;
		terminal->seen[terminal->length] = '\0';
	}
	found += strlen(text);
	terminal->length -= (size_t)(found - terminal->seen);
	memmove(terminal->seen, found, terminal->length + 1);
}

/** open_terminal - an interactive bash on a terminal of its own, with a prompt that nothing else prints. */
static void
open_terminal(struct terminal *terminal)
{
	memset(terminal, 0, sizeof(*terminal));
	terminal->shell = forkpty(&terminal->fd, NULL, NULL, NULL);
	assert_true(terminal->shell >= 0);
	if (terminal->shell == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		setenv("PS1", "prompt> ", 1);
		setenv("TERM", "dumb", 1);
		execlp("bash", "bash", "--norc", "--noprofile", "--noediting", "-i", (char *)NULL);
		_exit(127);
	}
	expect(terminal, "prompt> ");
}

/** close_terminal - end the shell and wait for it. */
static void
close_terminal(struct terminal *terminal)
{
	type(terminal, "exit 5\n");
	close(terminal->fd);
	kill(terminal->shell, SIGKILL);
	waitpid(terminal->shell, NULL, 0);
}

/** command_suspended_and_resumed_is_one_job - Ctrl-Z stops it for the shell, fg brings it back, Ctrl-C ends it. */
static void
command_suspended_and_resumed_is_one_job(void **state)
{
	struct terminal terminal;

	(void)state;
	open_terminal(&terminal);
	type(&terminal, BG_SECCOMP_CLI " cat\n");
	type(&terminal, "first\n");
	expect(&terminal, "first\r\nfirst\r\n"); /* echoed by the terminal, then by cat */
	for (int i = 0; i < 3; i++) {
		type(&terminal, "\x1a");
		expect(&terminal, "Stopped");
		expect(&terminal, "prompt> ");
		type(&terminal, "jobs -l\n");
		expect(&terminal, "Stopped");
		expect(&terminal, "prompt> ");
		type(&terminal, "fg\n");
		expect(&terminal, "cat\r\n");
		type(&terminal, "again\n");
		expect(&terminal, "again\r\nagain\r\n");
	}
	type(&terminal, "\x03");
	expect(&terminal, "prompt> ");
	type(&terminal, "echo status $?.\n");
	expect(&terminal, "status 130.");
	close_terminal(&terminal);
}

/** shell_guarded_has_job_control - an interactive shell as the command controls its own jobs, and its children are guarded. */
static void
shell_guarded_has_job_control(void **state)
{
	struct terminal terminal;

	(void)state;
	open_terminal(&terminal);
	type(&terminal, BG_SECCOMP_CLI " bash --norc --noprofile --noediting -i\n");
	expect(&terminal, "prompt> ");
	type(&terminal, "cat\n");
	type(&terminal, "third\n");
	expect(&terminal, "third\r\nthird\r\n");
	type(&terminal, "\x1a");
	expect(&terminal, "Stopped");
	expect(&terminal, "prompt> ");
	type(&terminal, HOST("raw_calls") " port 19601\n");
	expect(&terminal, "error 0 address 127.0.0.1");
	expect(&terminal, "prompt> ");
	type(&terminal, "kill -9 %1; wait %1; echo gone.\n");
	expect(&terminal, "gone.\r\n");
	expect(&terminal, "gone.\r\n");
	expect(&terminal, "prompt> ");
	type(&terminal, "exec /bin/sh -c 'exit 4'\n"); /* exit would first speak of a job not yet reaped */
	expect(&terminal, "prompt> ");
	type(&terminal, "echo status $?.\n");
	expect(&terminal, "status 4.");
	close_terminal(&terminal);
}

/** terminal_gone_ends_the_command - also where the front is the first process on it, whom alone the kernel tells. */
static void
terminal_gone_ends_the_command(void **state)
{
	static const char command[] = "exec " BG_SECCOMP_CLI " sh -c 'echo started; exec sleep 60'";
	struct terminal terminal = {.length = 0};
	int status;

	(void)state;
	terminal.shell = forkpty(&terminal.fd, NULL, NULL, NULL);
	assert_true(terminal.shell >= 0);
	if (terminal.shell == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		execl("/bin/sh", "sh", "-c", command, (char *)NULL);
		_exit(127);
	}
	expect(&terminal, "started");
	close(terminal.fd);
	for (int left = WAIT_MS; left > 0 && waitpid(terminal.shell, &status, WNOHANG) == 0; left -= 10)
		poll(NULL, 0, 10);
	if (kill(terminal.shell, 0) == 0) {
		kill(terminal.shell, SIGKILL);
		waitpid(terminal.shell, NULL, 0);
		fail_msg("the command goes on without its terminal");
	}
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 128 + SIGHUP);
}

static int
set_up(void **state)
{
	(void)state;
	setenv("BINDGUARD_CONFIG", "", 1);
	log_to("none");
	return 0;
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(command_suspended_and_resumed_is_one_job),
		cmocka_unit_test(shell_guarded_has_job_control),
		cmocka_unit_test(terminal_gone_ends_the_command),
	};

	if (argc > 1)
		cmocka_set_test_filter(argv[1]);
	return cmocka_run_group_tests(tests, set_up, NULL);
}
