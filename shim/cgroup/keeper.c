/* SPDX-License-Identifier: MIT
 * keeper.c - the process that removes a cgroup when the last process in it has ended, and with it the programs that are attached to
 * it. It is an orphan: CMD has no child that it knows nothing of, and the terminal no process in the way. It is in the parent's
 * cgroup, and has nothing of CMD's open. Killing it opens nothing: what is in the cgroup stays guarded. */
#include "cgroup/keeper.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/* A process that has just ended may still be in it; what is in the way for longer is asked about more and more seldom. */
#define RETRY_LEAST_MS 20
#define RETRY_MOST_MS 2000
#define LOOK_MS                                                                                                        \
	10000 /* that another has removed it is not told: the kernel tells changes 10 ms late, of what is there then */
#define PARENT_FD 3
#define FOLDER_FD 4
#define PIPE_FD 5
#define FIRST_FREE 16 /* where none of these is in the way of another */

/** new_process - fork(2) without a signal to the parent when the child ends: CMD must not find one pending. */
static pid_t
new_process(void)
{
	return (pid_t)syscall(SYS_clone, 0UL, NULL, NULL, NULL, 0UL);
}

/** keep - until it is gone. @hierarchy: by the numbers above */
static void
keep(const struct hierarchy *hierarchy)
{
	struct pollfd events = {.events = POLLPRI};
	int retry = RETRY_LEAST_MS;
	char nothing;

	/* The pipe ends when CMD has been executed, or could not be: who starts it has entered the cgroup by then. */
	while (read(PIPE_FD, &nothing, 1) < 0 && errno == EINTR)
		;
	close(PIPE_FD);
	events.fd = openat(FOLDER_FD, "cgroup.events", O_RDONLY | O_CLOEXEC);
	for (;;) {
		bool populated = events.fd >= 0 && hierarchy_is_populated(events.fd);

		if (!populated && hierarchy_remove(hierarchy))
			return;
		poll(&events, 1, populated ? LOOK_MS : retry);
		retry = populated ? RETRY_LEAST_MS : retry < RETRY_MOST_MS ? 2 * retry : retry;
	}
}

/** become_keeper - in a child: leave it behind as an orphan, and end. */
__attribute__((noreturn)) static void
become_keeper(const struct hierarchy *hierarchy, int pipe)
{
	struct hierarchy kept = *hierarchy;
	int parent, folder, null;
	sigset_t all;

	pid_t keeper = new_process();

	if (keeper != 0)
		_exit(keeper < 0);
	setsid();
	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, NULL); /* whoever ends a group or a session does not mean it */
	prctl(PR_SET_NAME, "bindguard-keep");
	parent = fcntl(hierarchy->parent, F_DUPFD, FIRST_FREE);
	folder = fcntl(hierarchy->folder, F_DUPFD, FIRST_FREE);
	pipe = fcntl(pipe, F_DUPFD, FIRST_FREE);
	null = open("/dev/null", O_RDWR | O_CLOEXEC);
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
		if (dup2(null, fd) < 0)
			close(fd);
	if (dup2(parent, PARENT_FD) != PARENT_FD || dup2(folder, FOLDER_FD) != FOLDER_FD ||
	    dup2(pipe, PIPE_FD) != PIPE_FD)
		_exit(1);
	close_range(PIPE_FD + 1, ~0U, 0);
	kept.parent = PARENT_FD;
	kept.folder = FOLDER_FD;
	if (chdir("/") == 0)
		keep(&kept);
	_exit(0);
}

/** adopts - would an orphan become a child of this process, and of CMD after it? */
static bool
adopts(void)
{
	int subreaper = 0;

	return getpid() == 1 || (prctl(PR_GET_CHILD_SUBREAPER, &subreaper, 0, 0, 0) == 0 && subreaper);
}

/**
 * keeper_start - for the cgroup that this process is about to enter, before it executes CMD. Whom it would become a child of has
 * none: the next start of the engine removes the cgroup.
 */
bool
keeper_start(const struct hierarchy *hierarchy, char why[BG_CGROUP_ERROR_MAX])
{
	int ends[2] = {-1, -1}, writer, status = -1;
	pid_t child = -1;

	if (adopts())
		return true;
	if (pipe2(ends, O_CLOEXEC) == 0) {
		writer = fcntl(ends[1], F_DUPFD_CLOEXEC,
			       STDERR_FILENO + 1); /* one of the standard descriptors may be closed */
		close(ends[1]);
		child = writer < 0 ? -1 : new_process();
		if (child == 0) {
			close(writer);
			become_keeper(hierarchy, ends[0]);
		}
		if (child > 0)
			waitpid(child, &status, __WALL);
		close(ends[0]);
	}
	if (status == 0)
		return true; /* the other end of the pipe stays open until CMD is executed */
	snprintf(why, BG_CGROUP_ERROR_MAX,
		 "the keeper of the cgroup cannot be started: no process or no descriptor is left");
	return false;
}
