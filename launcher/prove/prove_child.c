/* SPDX-License-Identifier: MIT
 * prove_child.c - CMD under `bindguard prove`: started, waited for, and ended with all that it has started. This process is
 * the reaper of CMD's orphans, prctl(2), PR_SET_CHILD_SUBREAPER, so none gets out of sight. Runs in the launcher only. */
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "launcher/note.h"
#include "launcher/program/program.h"
#include "launcher/prove/prove.h"
#include "launcher/prove/prove_probe.h"

#define STOP_MS 5000 /* from SIGTERM to SIGKILL */
#define STEP_MS 20

/** take_signals - those that would end us, by signalfd(2), as far as they are not ignored. Return: 0 or an errno value. */
static int
take_signals(struct proof *proof)
{
	static const int numbers[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT};
	const struct sigaction ignored = {.sa_handler = SIG_IGN}, usual = {.sa_handler = SIG_DFL};
	struct sigaction action;
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGCHLD);
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
		if (sigaction(numbers[i], NULL, &action) == 0 && action.sa_handler != SIG_IGN)
			sigaddset(&set, numbers[i]);
	sigaction(SIGCHLD, &usual, &proof->child);
	sigaction(SIGPIPE, &ignored, &proof->pipe);
	sigprocmask(SIG_BLOCK, &set, &proof->mask);
	proof->signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	return proof->signals < 0 ? errno : 0;
}

/**
 * give_streams - CMD's standard streams, in the child. It is no part of the terminal's job and may not read from it: it
 * gets a pipe that never ends instead, since some servers end with their standard input. With --json our standard output
 * is ours alone.
 */
static void
give_streams(const struct proof *proof, const int ends[2])
{
	if (proof->stdin_end >= 0)
		dup2(ends[0], STDIN_FILENO);
	if (proof->json)
		dup2(STDERR_FILENO, STDOUT_FILENO);
}

/** become - in the child: become CMD, guarded by `run` where that is wanted. */
_Noreturn static void
become(struct proof *proof, pid_t parent)
{
	struct failure failure = {"", NULL};
	char path[PATH_MAX];
	int status = STATUS_RUN_FAILED;

	setsid();
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(STATUS_RUN_FAILED);
	sigaction(SIGCHLD, &proof->child, NULL);
	sigaction(SIGPIPE, &proof->pipe, NULL);
	sigprocmask(SIG_SETMASK, &proof->mask, NULL);
	if (!proof->unguarded) {
		execv("/proc/self/exe", proof->words);
		command_fail(&failure, status, "bindguard itself cannot be executed: %s", strerror(errno));
	} else {
		setenv("BINDGUARD_MODE", "off", 1); /* the library may be preloaded already */
		status = run_find(&proof->run, path, &failure);
		if (status == STATUS_GOOD)
			status = program_start(path, proof->words, &failure);
	}
	note_print("%s", failure.text);
	_exit(status);
}

/** prove_start - start CMD on the machine that this process is on. */
int
prove_start(struct proof *proof, struct failure *failure)
{
	int ends[2] = {-1, -1};
	pid_t parent = getpid();
	int error = take_signals(proof);

	proof->status = proof->stdin_end = -1;
	if (!error && (prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) || (isatty(STDIN_FILENO) && pipe2(ends, O_CLOEXEC))))
		error = errno;
	proof->stdin_end = ends[1];
	if (!error)
		proof->pid = fork();
	if (!error && proof->pid == 0) {
		give_streams(proof, ends);
		become(proof, parent);
	}
	if (!error && proof->pid < 0)
		error = errno;
	if (ends[0] >= 0)
		close(ends[0]);
	return error ? command_fail(failure, STATUS_RUN_FAILED, "CMD cannot be started: %s", strerror(error))
		     : STATUS_GOOD;
}

/** prove_pause - wait a while, or until a process ends or a signal comes; look what has ended. */
void
prove_pause(struct proof *proof, long milliseconds)
{
	struct pollfd ready = {.fd = proof->signals, .events = POLLIN};
	struct signalfd_siginfo info;
	int status;
	pid_t pid;

	poll(&ready, 1, (int)milliseconds);
	while (read(proof->signals, &info, sizeof(info)) == (ssize_t)sizeof(info))
		if (info.ssi_signo != SIGCHLD)
			proof->signal = (int)info.ssi_signo;
	while ((pid = waitpid(-1, &status, WNOHANG)) > 0)
		if (pid == proof->pid)
			proof->status = status;
	proof->empty = pid < 0 && errno == ECHILD;
}

/**
 * read_parent - parent and group of the process @name of /proc, which stand behind the name in parentheses, proc(5).
 * Return: false where it is gone.
 */
static bool
read_parent(int proc, const char *name, int *parent, int *group)
{
	char path[64], text[512];
	const char *end;
	ssize_t length;
	int fd;

	snprintf(path, sizeof(path), "%.20s/stat", name);
	fd = openat(proc, path, O_RDONLY | O_CLOEXEC);
	length = fd < 0 ? 0 : read(fd, text, sizeof(text) - 1);
	if (fd >= 0)
		close(fd);
	text[length > 0 ? length : 0] = '\0';
	end = strrchr(text, ')');
	return end && sscanf(end, ") %*c %d %d", parent, group) == 2;
}

/**
 * signal_all - send a signal to CMD's group, and to each child of ours beside it. Their numbers cannot be anybody else's
 * meanwhile: nobody but this process reaps them. Nobody gets it twice: the second SIGTERM means haste to some.
 */
static void
signal_all(const struct proof *proof, int number)
{
	pid_t group = proof->status < 0 ? proof->pid : 0;
	DIR *proc = opendir("/proc");
	const struct dirent *entry;
	int of_parent, of_group;

	if (group)
		kill(-group, number);
	while (proc && (entry = readdir(proc)))
		if (isdigit((unsigned char)entry->d_name[0]) &&
		    read_parent(dirfd(proc), entry->d_name, &of_parent, &of_group) && of_parent == getpid() &&
		    of_group != group)
			kill((pid_t)strtol(entry->d_name, NULL, 10), number);
	if (proc)
		closedir(proc);
}

/**
 * prove_stop - end CMD and all that it has started: its group and the daemons are asked first. The orphans of what is
 * killed become our children, so each round reaches one generation more. A second signal to us means haste.
 */
void
prove_stop(struct proof *proof)
{
	long deadline = prove_clock_ms() + STOP_MS;
	int first = proof->signal;

	prove_pause(proof, 0);
	proof->signal = 0;
	signal_all(proof, SIGTERM);
	signal_all(proof, SIGCONT); /* who is stopped does not hear it */
	while (!proof->empty && !proof->signal && prove_clock_ms() < deadline)
		prove_pause(proof, STEP_MS);
	deadline = prove_clock_ms() + STOP_MS;
	while (!proof->empty && prove_clock_ms() < deadline) {
		signal_all(proof, SIGKILL);
		prove_pause(proof, STEP_MS);
	}
	if (!proof->empty)
		note_print("not all that CMD started can be ended: the kernel does not let go of it");
	if (first)
		proof->signal = first;
	sigaction(SIGPIPE, &proof->pipe, NULL);
}
