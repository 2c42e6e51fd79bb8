/* SPDX-License-Identifier: MIT
 * watch.c - sees that the library really arrived in CMD, from a short-lived process beside it. Of `bindguard run`.
 *
 * The dynamic linker goes on without a library that it cannot preload, and with some programs it never looks at
 * LD_PRELOAD at all. CMD's memory map tells: ld.so maps what LD_PRELOAD names before anything that CMD needs, so where
 * libc is there and our library is not, it will not come. CMD itself is not touched, not even stopped.
 *
 * The watch is no child of CMD, so that CMD's wait(2) does not see it; it is in a session of its own, so that no signal
 * of the terminal reaches it; and it holds nothing of CMD's but standard error, for its one line, until it has seen what
 * it wants or CMD has ended, of which a pidfd tells it at once: a pipe that CMD writes to ends when CMD does. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "launcher/note.h"
#include "launcher/run/run.h"
#include "launcher/run/watch.h"
#include "launcher/run/watch_map.h"

#define DEADLINE_MS 5000
#define STEP_LEAST_MS 1
#define STEP_MOST_MS 64
#define PIPE_FD 0    /* in the watch: end of file when CMD was executed */
#define PROCESS_FD 1 /* in the watch: a pidfd, readable when CMD has ended */

/**
 * struct watch_target - the process being watched.
 * @pid: of CMD
 * @library: name of our library's file
 * @program: CMD
 */
struct watch_target {
	pid_t pid;
	const char *library;
	const char *program;
};

/** now_ms - a clock for the deadline. */
static long
now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/** ended - wait until CMD ends. Return: whether it did within @timeout_ms. */
static bool
ended(int timeout_ms)
{
	struct pollfd process = {.fd = PROCESS_FD, .events = POLLIN};

	return poll(&process, 1, timeout_ms) != 0;
}

/** was_executed - wait for CMD to be executed; the pipe has then done its work. Return: false where it never will. */
static bool
was_executed(void)
{
	struct pollfd ends[2] = {{.fd = PIPE_FD, .events = POLLIN}, {.fd = PROCESS_FD, .events = POLLIN}};
	char word;

	while (poll(ends, 2, -1) < 0)
		if (errno != EINTR)
			return false;
	if (ends[1].revents || read(PIPE_FD, &word, sizeof(word)) != 0)
		return false;
	close(PIPE_FD);
	return true;
}

/** look - read the memory map once. */
static enum map_content
look(const struct watch_target *target)
{
	enum map_content content = watch_map_read(target->pid, target->library);

	return ended(0) ? MAP_UNREADABLE : content; /* the number may be another process's by now */
}

/**
 * wait_for_content - look until there is something to see.
 *
 * A map is not read at once: a library that is mapped while it is read may be missed, and one that is mapped later, at
 * an address behind, may be seen. So libc without ours counts when it was seen twice.
 */
static enum map_content
wait_for_content(const struct watch_target *target)
{
	long deadline = now_ms() + DEADLINE_MS;
	enum map_content before = MAP_NEITHER;

	for (int step = STEP_LEAST_MS; now_ms() < deadline; step = step < STEP_MOST_MS ? 2 * step : step) {
		enum map_content content;

		if (ended(before == MAP_LIBC ? 0 : step))
			return MAP_UNREADABLE;
		content = look(target);
		if (content == MAP_LIBRARY || content == MAP_UNREADABLE || (content == MAP_LIBC && before == content))
			return content;
		before = content;
	}
	return MAP_NEITHER;
}

/** watch - what the watching process does. */
static void
watch(const struct watch_target *target)
{
	char own[32] = "";

	/* With the /proc of other processes (another PID namespace) the numbers mean nothing. */
	if (readlink("/proc/self", own, sizeof(own) - 1) < 0 || atoi(own) != getpid() || !was_executed())
		return;
	switch (wait_for_content(target)) {
	case MAP_LIBRARY:
	case MAP_UNREADABLE: break;
	case MAP_LIBC:
		note_print("%s was not loaded into %s (pid %d): it runs UNGUARDED", target->library, target->program,
			   (int)target->pid);
		break;
	case MAP_NEITHER:
		note_print("%s has not been loaded into %s (pid %d) after %d seconds: it may run UNGUARDED",
			   target->library, target->program, (int)target->pid, DEADLINE_MS / 1000);
		break;
	}
}

/** new_process - fork(2) without a signal to the parent when the child ends: CMD must not find one pending. */
static pid_t
new_process(void)
{
	return (pid_t)syscall(SYS_clone, 0UL, NULL, NULL, NULL, 0UL);
}

/** become_watch - in a child of the launcher: leave the watch behind as an orphan, and end. */
__attribute__((noreturn)) static void
become_watch(int pipe, int process, const struct watch_target *target)
{
	if (new_process() != 0)
		_exit(0);
	setsid();
	if (chdir("/") == 0 && dup2(pipe, PIPE_FD) == PIPE_FD && dup2(process, PROCESS_FD) == PROCESS_FD &&
	    close_range(STDERR_FILENO + 1, ~0U, 0) == 0)
		watch(target);
	_exit(0);
}

/** above_standard - @fd, moved behind the standard descriptors: one of those may have been closed. */
static int
above_standard(int fd)
{
	int moved = fd < 0 ? -1 : fcntl(fd, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);

	if (fd >= 0)
		close(fd);
	return moved;
}

/**
 * watch_start - start the watch for this process, which is about to execute @program.
 * @library: path of our library
 * Return: a descriptor that closes on exec, for watch_cancel(); -1 where there is no watch: the kernel is too old, or
 *         this is an init process or a subreaper (prctl(2)), to which the watch would come back as a child.
 */
int
watch_start(const char *library, const char *program)
{
	const char *slash = strrchr(library, '/');
	struct watch_target target = {.pid = getpid(), .library = slash ? slash + 1 : library, .program = program};
	int process, ends[2], is_subreaper = 0;
	pid_t child;

	prctl(PR_GET_CHILD_SUBREAPER, &is_subreaper, 0, 0, 0);
	if (target.pid == 1 || is_subreaper)
		return -1;
	if (pipe2(ends, O_CLOEXEC))
		return -1;
	ends[0] = above_standard(ends[0]);
	ends[1] = above_standard(ends[1]);
	process = above_standard((int)syscall(SYS_pidfd_open, target.pid, 0));
	child = ends[0] < 0 || ends[1] < 0 || process < 0 ? -1 : new_process();
	if (child == 0)
		become_watch(ends[0], process, &target);
	if (child > 0)
		waitpid(child, NULL, __WALL);
	if (process >= 0)
		close(process);
	if (ends[0] >= 0)
		close(ends[0]);
	if (child > 0)
		return ends[1];
	if (ends[1] >= 0)
		close(ends[1]);
	return -1;
}

/** watch_cancel - CMD could not be executed: the watch goes away in silence. */
void
watch_cancel(int watch)
{
	ssize_t written;

	if (watch < 0)
		return;
	written = write(watch, "x", 1);
	(void)written;
	close(watch);
}
