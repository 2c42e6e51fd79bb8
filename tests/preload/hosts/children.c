/* SPDX-License-Identifier: MIT
 * children.c HOW: a program that lets a child bind, and then binds itself.
 *
 * HOW: fork, vfork, spawn (posix_spawn(3) of itself), daemon (a grandchild in a session of its own), exec (a child that
 * executes itself with no environment but LD_PRELOAD); child (what spawn and exec run) */
#include <alloca.h>
#include <spawn.h>
#include <stdlib.h>
#include <sys/wait.h>

#include "socket.h"

#define PORT 19800
#define OUT 1

/** tell - bind, and say what became of it. */
static void
tell(const char *who)
{
	char first[128] = "";
	int guarded, kept;

	errno = 4711;
	guarded = serve_four(PORT, first);
	kept = errno;
	dprintf(OUT, "%s %d of 4, first %s, errno %d\n", who, guarded, first, kept);
}

/** wait_for - the end of @child, which must be good. */
static void
wait_for(pid_t child)
{
	int status = -1;

	if (child <= 0 || waitpid(child, &status, 0) != child || status)
		dprintf(OUT, "child failed, status %d\n", status);
}

/** by_vfork - the child binds in this very memory, of which nothing may change but what bind(2) itself changes. */
static void
by_vfork(void)
{
	static unsigned char canary[8192];
	unsigned char *on_stack = alloca(sizeof(canary));
	pid_t child;

	memset(canary, 0x5a, sizeof(canary));
	memcpy(on_stack, canary, sizeof(canary));
	errno = 12;
	child = vfork();
	if (child == 0) {
		tell("child");
		errno = 12;
		_exit(0);
	}
	dprintf(OUT, "canary %s, errno %d\n", memcmp(on_stack, canary, sizeof(canary)) == 0 ? "intact" : "changed",
		errno);
	wait_for(child);
}

/** by_spawn - a child of this same program, with two descriptors moved. */
static void
by_spawn(void)
{
	static char self[] = "children", how[] = "child";
	char *arguments[] = {self, how, NULL};
	posix_spawn_file_actions_t actions;
	pid_t child = -1;

	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_addclose(&actions, 0);
	posix_spawn_file_actions_adddup2(&actions, 1, 2);
	if (posix_spawn(&child, "/proc/self/exe", &actions, NULL, arguments, environ))
		dprintf(OUT, "spawn failed\n");
	wait_for(child);
}

/** by_exec - nothing of the environment is left but what loads the guard. */
static void
by_exec(void)
{
	static char self[] = "children", how[] = "child", preload[4096], none[] = "BINDGUARD_CONFIG=";
	char *arguments[] = {self, how, NULL}, *environment[] = {preload, none, NULL};
	pid_t child;

	snprintf(preload, sizeof(preload), "LD_PRELOAD=%s", getenv("LD_PRELOAD"));
	child = fork();
	if (child == 0) {
		execve("/proc/self/exe", arguments, environment);
		_exit(1);
	}
	wait_for(child);
}

/** by_daemon - as daemon(3) does, twice forked; the pipe says when it has ended. */
static void
by_daemon(void)
{
	int ends[2];
	pid_t child;
	char byte;

	if (pipe(ends))
		return;
	child = fork();
	if (child == 0) {
		setsid();
		if (fork() == 0) {
			if (chdir("/"))
				_exit(1);
			close(0);
			close(2);
			tell("child");
			_exit(0);
		}
		_exit(0);
	}
	close(ends[1]);
	wait_for(child);
	while (read(ends[0], &byte, 1) > 0)
		;
}

int
main(int argc, char **argv)
{
	const char *how = argc > 1 ? argv[1] : "";
	pid_t child;

	if (strcmp(how, "fork") == 0) {
		child = fork();
		if (child == 0) {
			tell("child");
			_exit(0);
		}
		wait_for(child);
	} else if (strcmp(how, "vfork") == 0) {
		by_vfork();
	} else if (strcmp(how, "spawn") == 0) {
		by_spawn();
	} else if (strcmp(how, "exec") == 0) {
		by_exec();
	} else if (strcmp(how, "daemon") == 0) {
		by_daemon();
	} else {
		tell("child");
		return 0;
	}
	tell("parent");
	return 0;
}
