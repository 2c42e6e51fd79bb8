/* SPDX-License-Identifier: MIT
 * start.c - starts the host fault_start under the preload and the tracer, and gathers what it says and where. */
#include "faults/start.h"

#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include <cmocka.h>

#include "faults/places.h"
#include "preload/host.h"
#include "preload/sink.h"

#define SECONDS 10

static int syslog_fd = -1;

/** start_set_up - of a group: the private places, and the rules in a file. */
int
start_set_up(void **state)
{
	if (sink_set_up(state) || sink_begin(state))
		return -1;
	syslog_fd = sink_listen(SYSLOG_SOCKET, SOCK_DGRAM);
	sink_write(FAULT_RULES, START_RULES);
	return 0;
}

int
start_tear_down(void **state)
{
	sink_close(syslog_fd, SYSLOG_SOCKET);
	return sink_tear_down(state);
}

/** become_host - in the child, traced from here on. */
_Noreturn static void
become_host(const char *const *words, const char *preload, const char *const *environment, int out)
{
	int err = open(FAULT_STDERR, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0600);
	char path[512];

	clearenv();
	setenv("LD_PRELOAD", preload, 1);
	for (; *environment; environment += 2)
		setenv(environment[0], environment[1], 1);
	snprintf(path, sizeof(path), "%s/hosts/%s", BG_BUILD_DIR, words[0]);
	dup2(out, STDOUT_FILENO);
	dup2(err, STDERR_FILENO);
	alarm(SECONDS);
	ptrace(PTRACE_TRACEME, 0, NULL, NULL);
	raise(SIGSTOP);
	execv(path, (char *const *)(uintptr_t)words);
	_exit(127);
}

/**
 * start_run_host - the host words[0] with these words, once.
 * @environment: names and values, NULL at the end; nothing else is in it
 */
void
start_run_host(const char *const *words, const char *preload, const char *const *environment, const struct fault *fault,
	       struct start_result *result)
{
	char text[sizeof(result->output) + 16], *behind;
	int out[2];
	ssize_t got;
	size_t said;
	pid_t child;

	memset(result, 0, sizeof(*result));
	assert_int_equal(pipe2(out, O_CLOEXEC), 0);
	fflush(NULL);
	child = fork();
	if (child == 0)
		become_host(words, preload, environment, out[1]);
	close(out[1]);
	fault_trace(child, fault, &result->trace);
	got = read(out[0], text, sizeof(text) - 1);
	close(out[0]);
	text[got > 0 ? got : 0] = '\0';
	result->allocations = (unsigned)strtoul(text, &behind, 10);
	snprintf(result->output, sizeof(result->output), "%s", behind[0] == '-' ? behind + 1 : behind);
	said = sink_read(FAULT_STDERR, result->said, sizeof(result->said));
	while (said < sizeof(result->said) - 2 &&
	       sink_receive(syslog_fd, result->said + said, sizeof(result->said) - said) > 0)
		said += strlen(result->said + said);
}

/** start_run - one start. */
void
start_run(const char *preload, const char *const *environment, const struct fault *fault, struct start_result *result)
{
	static const char *const words[] = {"fault_start", NULL};

	start_run_host(words, preload, environment, fault, result);
}

/** start_expect_end - it neither crashed nor hung, and its status is its own. */
void
start_expect_end(const struct fault *fault, const struct start_result *result)
{
	if (!WIFEXITED(result->trace.status) || WEXITSTATUS(result->trace.status) != 7)
		fail_msg("call %u%s (%ld), %s: status %d, output %s, said %.400s", fault->at,
			 fault_more_name(fault->more), result->trace.number, fault_error_name(fault->error),
			 result->trace.status, result->output, result->said);
}

/** start_is - did it print this, and where that is lockdown, say why? */
bool
start_is(const struct start_result *result, const char *output)
{
	if (strcmp(result->output, output) != 0)
		return false;
	return strcmp(output, START_LOCKDOWN) != 0 || strstr(result->said, "not used");
}
