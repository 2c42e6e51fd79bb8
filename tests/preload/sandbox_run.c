/* SPDX-License-Identifier: MIT
 * sandbox_run.c - runs hosts/sandbox.c under filters, and reads in libbindguard(7) which calls the guard makes. */
#include "preload/sandbox_run.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "net/net.h"
#include "preload/host.h"

/**
 * struct conditional_calls - calls of a row that are made only where something is out of the ordinary: a write fails or is cut
 * short, the socket has a filter, netlink does not answer, the vDSO cannot tell the time, the kernel chose the port,
 * descriptor 2 is a pipe or a terminal, a file is a FIFO, new, empty or not root's, a socket is waited for by an epoll(7)
 * instance, an MPTCP socket changes its name, a port is shared or in use, a device is not lo, another user than root executes.
 */
struct conditional_calls {
	const char *row;
	const char *calls;
};

static const struct conditional_calls conditional_calls[] = {
	{"rewrite", "fchownat,getsockname,setsockopt,statx"},
	{"confine", "close,getsockname,ioctl,recvfrom,sendto,socket,statx"},
	{"limit", "bind,mmap,munmap,statx"},
	{"listen", "setsockopt,shutdown"},
	{"device", "bind"},
	{"scope", "rt_sigprocmask"},
	{"connect", "ioctl,mmap,munmap,openat,read,recvfrom,sendto"},
	{"outgoing", "bind,getpeername"},
	{"interface", "openat,read"},
	{"exec", "fgetxattr"},
	{"event", "clock_gettime,getsockname"},
	{"stderr", "close,openat,pwritev2,rt_sigtimedwait"},
	{"file", "fcntl,geteuid,lseek,read,readlinkat,rt_sigtimedwait"},
};

/** holds - is @name one of the comma-separated @list? */
static bool
holds(const char *list, const char *name)
{
	char padded[CALLS_MAX + 2], wanted[64];

	snprintf(padded, sizeof(padded), ",%s,", list);
	snprintf(wanted, sizeof(wanted), ",%s,", name);
	return strstr(padded, wanted) != NULL;
}

/** spared - the calls of @row that the guard does not make each time. */
static const char *
spared(const char *row)
{
	for (size_t i = 0; i < sizeof(conditional_calls) / sizeof(conditional_calls[0]); i++)
		if (strcmp(row, conditional_calls[i].row) == 0)
			return conditional_calls[i].calls;
	return "";
}

/** sandbox_add - append @name to the comma-separated @list, once. */
void
sandbox_add(char list[CALLS_MAX], const char *name)
{
	if (holds(list, name))
		return;
	if (list[0])
		strncat(list, ",", CALLS_MAX - strlen(list) - 1);
	strncat(list, name, CALLS_MAX - strlen(list) - 1);
}

/**
 * sandbox_read_rows - add the calls that the manual page lists for each of @rows.
 * @needed: set to those that the guard makes each time, NULL: not asked for
 */
void
sandbox_read_rows(const char *rows, char list[CALLS_MAX], char needed[CALLS_MAX])
{
	FILE *page = fopen(BG_SOURCE_DIR "/man/libbindguard.7", "re");
	char words[128], line[256];
	char *rest = words, *row;

	assert_non_null(page);
	snprintf(words, sizeof(words), "%s", rows);
	while ((row = strsep(&rest, " "))) {
		char start[64];
		bool found = row[0] == '\0';

		snprintf(start, sizeof(start), ".It Cm %s : Li ", row);
		rewind(page);
		while (!found && fgets(line, sizeof(line), page)) {
			char *calls = line + strlen(start), *name;

			if (strncmp(line, start, strlen(start)) != 0)
				continue;
			found = true;
			calls[strcspn(calls, "\n")] = '\0';
			while ((name = strsep(&calls, " "))) {
				sandbox_add(list, name);
				if (needed && !holds(spared(row), name))
					sandbox_add(needed, name);
			}
		}
		if (!found)
			fail_msg("libbindguard(7) has no row %s", row);
	}
	fclose(page);
}

/** sandbox_run - the plan under @filters, one after the other; a line of output each. */
void
sandbox_run(const struct sandbox_plan *plan, const char *filters, char *output, size_t size)
{
	static char arguments[HOST_COMMAND_MAX];

	snprintf(arguments, sizeof(arguments), "sandbox %s %s", filters, plan->arguments);
	if (host_run(plan->environment, arguments, output, size))
		fail_msg("%s did not run: %s", arguments, output);
}

/** sandbox_append - printf(3) behind what @text holds. */
void
sandbox_append(char *text, size_t size, const char *format, ...)
{
	size_t length = strlen(text);
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(text + length, size - length, format, arguments);
	va_end(arguments);
	assert_true(strlen(text) < size - 1);
}

int
sandbox_set_up(void **state)
{
	(void)state;
	host_folder();
	return net_set_up();
}

int
sandbox_tear_down(void **state)
{
	(void)state;
	net_tear_down();
	return 0;
}
