/* SPDX-License-Identifier: MIT
 * list_owner_test.c - `bindguard list` names the processes that have a socket: all of them, and to each user those
 * that it may see. */
#include <fcntl.h>
#include <grp.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "launcher/list_host.h"
#include "launcher/list_servers.h"

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))
#define OUTPUT_MAX 65536
#define NOBODY 65534

static char output[OUTPUT_MAX];
static bool real_root;

static void
list_shared_socket_is_one_row(void **state)
{
	const struct server server = {SOCK_STREAM, 0, "127.0.0.1", 19432, LIST_ANY, NULL, "", ""};
	int fd = list_open(&server), doubled = dup(fd);
	pid_t workers[3];
	char line[512], expected[64];

	(void)state;
	for (size_t i = 0; i < LENGTH(workers); i++) {
		workers[i] = fork();
		if (workers[i] == 0) {
			prctl(PR_SET_PDEATHSIG, SIGKILL);
			for (;;)
				pause();
		}
	}
	assert_int_equal(list_run("", output, sizeof(output)), 0);
	for (size_t i = 0; i < LENGTH(workers); i++) {
		kill(workers[i], SIGKILL);
		waitpid(workers[i], NULL, 0);
	}
	close(fd);
	close(doubled);
	assert_int_equal(list_count_lines(output), 4);
	assert_true(list_line(output, 19432, line, sizeof(line)));
	snprintf(expected, sizeof(expected), " %d list_owner_test", (int)getpid());
	assert_non_null(strstr(line, expected));
	assert_non_null(strstr(line, "4 processes"));
	assert_non_null(strstr(output, "\n1 server, none reachable from another machine\n"));
}

/** shield - hide this process from others that are not privileged, and wait for the end. */
static void
shield(unsigned port)
{
	const struct server server = {SOCK_STREAM, 0, "0.0.0.0", port, LIST_ANY, NULL, "", ""};

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	prctl(PR_SET_DUMPABLE, 0);
	if (list_open(&server) < 0)
		_exit(1);
	kill(getpid(), SIGSTOP);
	for (;;)
		pause();
}

/** become_nobody - where this is root's process; a user namespace's root sees no more of others than a user does. */
static void
become_nobody(void)
{
	if (real_root && (setgroups(0, NULL) || setresgid(NOBODY, NOBODY, NOBODY) || setresuid(NOBODY, NOBODY, NOBODY)))
		_exit(1);
	prctl(PR_SET_DUMPABLE, 1);
}

/** run_as_nobody - the list, run by a process that has a socket itself. Return: its wait status. */
static int
run_as_nobody(unsigned port)
{
	const struct server server = {SOCK_STREAM, 0, "127.0.0.1", port, LIST_ANY, NULL, "", ""};
	int command = open(BG_COMMAND, O_RDONLY | O_CLOEXEC), out[2], status;
	char *const arguments[] = {(char[]){"bindguard"}, (char[]){"list"}, NULL};
	pid_t child, owner;
	ssize_t size;
	size_t length = 0;

	assert_int_equal(pipe2(out, O_CLOEXEC), 0);
	owner = fork();
	if (owner == 0) {
		become_nobody();
		if (list_open(&server) < 0)
			_exit(1);
		child = fork();
		if (child == 0) {
			dup2(out[1], STDOUT_FILENO);
			fexecve(command, arguments, environ);
			_exit(127);
		}
		waitpid(child, &status, 0);
		_exit(WIFEXITED(status) ? WEXITSTATUS(status) : 99);
	}
	close(out[1]);
	close(command);
	while ((size = read(out[0], output + length, sizeof(output) - 1 - length)) > 0)
		length += (size_t)size;
	output[length] = '\0';
	close(out[0]);
	waitpid(owner, &status, 0);
	return status;
}

static void
list_unprivileged_names_its_own_alone(void **state)
{
	pid_t hidden = fork();
	char line[512];
	int status;

	(void)state;
	if (hidden == 0)
		shield(19433);
	assert_int_equal(waitpid(hidden, &status, WUNTRACED), hidden);
	assert_true(WIFSTOPPED(status));
	status = run_as_nobody(19434);
	kill(hidden, SIGKILL);
	waitpid(hidden, NULL, 0);
	assert_int_equal(status, 0);
	assert_true(list_line(output, 19433, line, sizeof(line)));
	assert_non_null(strstr(line, "anywhere"));
	assert_non_null(strstr(line, " ? ? "));
	assert_true(list_line(output, 19434, line, sizeof(line)));
	assert_non_null(strstr(line, "list_owner_test"));
	assert_non_null(strstr(output, "; 1 of other users (?): root sees their programs\n"));
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(list_shared_socket_is_one_row, list_close_all),
		cmocka_unit_test_teardown(list_unprivileged_names_its_own_alone, list_close_all),
	};

	if (argc == 3 && strcmp(argv[1], "--serve") == 0)
		return list_serve(argv[2]);
	real_root = geteuid() == 0;
	if (argc > 1)
		cmocka_set_test_filter(argv[1]);
	return cmocka_run_group_tests(tests, list_set_up, list_tear_down);
}
