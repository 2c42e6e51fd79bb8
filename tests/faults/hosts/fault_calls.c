/* SPDX-License-Identifier: MIT
 * fault_calls.c PLAN: a server or client, run again and again; each time another system call of its guarded calls fails.
 * PLAN is FAMILY TYPE V6ONLY PORT STEPS ALLOWED, see struct plan, then USER and ERRORS, see read_fault(). A line for each run,
 * see tell(); the first is of a run in which nothing fails. The guarded call of a step is all that the tracer touches. */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "faults/places.h"
#include "faults/plan.h"
#include "faults/tracer.h"

#define SECONDS 10
#define NOBODY 65534

static struct plan_outcome *outcome;
static int syslog_fd, journal_fd, fifo_fd;

/** run - in a child: the plan, once. */
_Noreturn static void
run(const struct plan *plan, bool nobody)
{
	if (nobody && (setresgid(NOBODY, NOBODY, NOBODY) || setresuid(NOBODY, NOBODY, NOBODY)))
		_exit(3);
	plan_run(plan, outcome);
	fault_mark(FAULT_END, 0);
	_exit(0);
}

/** events - whole lines of @text, which has room for a NUL, that tell of one: complaints begin with "bindguard: ". */
static int
events(char *text, ssize_t size)
{
	char *line = text, *end;
	int count = 0;

	text[size] = '\0';
	for (; (end = strchr(line, '\n')); line = end + 1) {
		*end = '\0';
		count += strstr(line, "bindguard[") != NULL;
	}
	return count;
}

/** drain - events that @fd gets, a message each, or a line of a FIFO. */
static int
drain(int fd)
{
	char text[8192 + 2];
	int count = 0;
	ssize_t got;

	while (fd >= 0 && (got = read(fd, text, sizeof(text) - 2)) > 0) {
		if (fd == syslog_fd)
			text[got++] = '\n';
		count += fd == journal_fd ? 1 : events(text, got);
	}
	return count;
}

/** lines - events in the file at @path, which is then empty. */
static int
lines(const char *path)
{
	int fd = open(path, O_RDWR | O_NONBLOCK | O_CLOEXEC), count = 0;
	char text[8192];
	ssize_t got;

	if (fd >= 0 && (got = read(fd, text, sizeof(text) - 1)) > 0)
		count = events(text, got);
	if (fd >= 0 && ftruncate(fd, 0))
		count = -1;
	if (fd >= 0)
		close(fd);
	return count;
}

/** tell - the line of a run: what failed, how the program ended, what each step returned, and what is seen. */
static void
tell(const struct plan *plan, const struct fault *fault, const struct trace *trace)
{
	int said = drain(syslog_fd) + drain(journal_fd) + drain(fifo_fd) + lines(FAULT_LOG) + lines(FAULT_STDERR);

	printf("%d %d %u %u %ld %d %u %ld %u %d %d %d %d %d %d %s", fault->more, fault->error, fault->at,
	       trace->injected, trace->number, trace->arguments[0] == outcome->fd, trace->family, trace->arguments[2],
	       trace->part, trace->status, outcome->exposed, outcome->leaked, outcome->changed, outcome->blocked, said,
	       outcome->name);
	for (size_t i = 0; i < strlen(plan->steps); i++)
		printf(" %d %d", outcome->steps[i].result, outcome->steps[i].error);
	printf("\n");
}

/** one_run - Return: whether something was made to fail. */
static bool
one_run(const struct plan *plan, bool nobody, const struct fault *fault)
{
	struct trace trace;
	pid_t child;

	memset(outcome, 0, sizeof(*outcome));
	fflush(stdout);
	child = fork();
	if (child == 0) {
		alarm(SECONDS);
		ptrace(PTRACE_TRACEME, 0, NULL, NULL);
		raise(SIGSTOP);
		run(plan, nobody);
	}
	fault_trace(child, fault, &trace);
	tell(plan, fault, &trace);
	return trace.injected > 0;
}

/** receiver - a datagram socket at @path, -1 where there is no such folder. */
static int
receiver(const char *path)
{
	struct sockaddr_un name = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	snprintf(name.sun_path, sizeof(name.sun_path), "%s", path);
	unlink(path);
	if (bind(fd, (struct sockaddr *)&name, sizeof(name)) || chmod(path, 0666))
		return -1;
	return fd;
}

/** read_fault - a number, behind it `+`: and all that follow, `=`: and all of the same number. */
static void
read_fault(const char *word, struct fault *fault)
{
	char *behind;

	*fault = (struct fault){.error = (int)strtol(word, &behind, 10)};
	if (*behind)
		fault->more = *behind == '+' ? FAULT_ONWARD : FAULT_ALIKE;
}

int
main(int argc, char **argv)
{
	struct plan plan;
	struct fault fault = {.at = 0};
	bool nobody;

	if (argc < PLAN_WORDS + 3)
		return 2;
	plan_read(argv + 1, &plan);
	nobody = strcmp(argv[PLAN_WORDS + 1], "nobody") == 0;
	outcome = mmap(NULL, sizeof(*outcome), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	syslog_fd = receiver("/dev/log");
	journal_fd = receiver("/run/systemd/journal/socket");
	fifo_fd = open(FAULT_FIFO, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	one_run(&plan, nobody, &fault);
	for (int i = PLAN_WORDS + 2; i < argc; i++) {
		read_fault(argv[i], &fault);
		do
			fault.at++;
		while (one_run(&plan, nobody, &fault));
	}
	return 0;
}
