/* SPDX-License-Identifier: MIT
 * host.h - runs the programs of tests/preload/hosts, which know nothing of the guard, bare and under the preload. */
#ifndef BINDGUARD_TESTS_PRELOAD_HOST_H
#define BINDGUARD_TESTS_PRELOAD_HOST_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/** HOST_COMMAND_MAX - bytes of a shell command that runs a host. */
#define HOST_COMMAND_MAX 4096

/**
 * struct process - a host that runs and is talked to: it prints a line when it is ready, and ends when its standard input
 * does.
 * @pid: process and group
 * @in, @out: its standard input and output
 * @line: the last line it printed, without the newline
 */
struct process {
	pid_t pid;
	int in;
	int out;
	char line[1024];
};

const char *host_library(void);
const char *host_folder(void);
const char *host_log(void);
const char *host_path(const char *name);
const char *host_preload(void);
void host_command(char command[HOST_COMMAND_MAX], const char *environment, const char *arguments);
int host_run(const char *environment, const char *arguments, char *output, size_t size);
void host_expect(const char *environment, const char *arguments, const char *part);
bool host_start(struct process *process, const char *environment, const char *arguments);
bool host_read_line(struct process *process, int deadline_ms);
int host_stop(struct process *process);

void figure(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
