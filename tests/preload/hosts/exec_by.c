/* SPDX-License-Identifier: MIT
 * exec_by.c CALL FILE WORD...: a program that executes FILE with the words by one call: execve, execv, execvp, execvpe, execl,
 * execlp, execle, fexecve, execveat, spawn, spawnp (of these it waits for the end); `thread`: execve on a thread's stack of 16 KiB,
 * `handler`: in a signal handler that has as much, `vfork`: in a vforked child. What is executed is called `called`;
 * `unterminated`: by fexecve, with a name that no NUL ends before its memory does. */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#define STACK 16384
#define GUARD 4096

extern char **environ;
int execveat(int folder, const char *path, char *const argv[], char *const envp[], int flags);

static const char *file;
static char **words;

/** small_stack - 16 KiB between two pages that fault. */
static char *
small_stack(void)
{
	char *map = mmap(NULL, STACK + 2 * GUARD, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	mprotect(map + GUARD, STACK, PROT_READ | PROT_WRITE);
	return map + GUARD;
}

/** in_thread - of pthread_create(3). */
static void *
in_thread(void *nothing)
{
	execve(file, words, environ);
	return nothing;
}

/** by_thread - execute there; comes back where that fails. */
static void
by_thread(void)
{
	pthread_attr_t attributes;
	pthread_t thread;

	pthread_attr_init(&attributes);
	pthread_attr_setstack(&attributes, small_stack(), STACK);
	if (pthread_create(&thread, &attributes, in_thread, NULL) == 0)
		pthread_join(thread, NULL);
}

/** handle - a signal. */
static void
handle(int number)
{
	(void)number;
	execve(file, words, environ);
}

/** by_handler - execute there. */
static void
by_handler(void)
{
	stack_t stack = {.ss_sp = small_stack(), .ss_size = STACK};
	struct sigaction action = {.sa_handler = handle, .sa_flags = SA_ONSTACK};

	sigaltstack(&stack, NULL);
	sigaction(SIGUSR1, &action, NULL);
	raise(SIGUSR1);
}

/** wait_for - end as @child does. */
static void
wait_for(pid_t child)
{
	int status;

	while (waitpid(child, &status, 0) < 0 && errno == EINTR)
		continue;
	exit(WEXITSTATUS(status));
}

/** by_vfork - in a child that has this memory. */
static void
by_vfork(void)
{
	pid_t child = vfork();

	if (child == 0) {
		execve(file, words, environ);
		_exit(98);
	}
	wait_for(child);
}

/** by_spawn - posix_spawn(3) or posix_spawnp(3). */
static void
by_spawn(int searched)
{
	pid_t child;

	errno = (searched ? posix_spawnp : posix_spawn)(&child, file, NULL, NULL, words, environ);
	if (errno == 0)
		wait_for(child);
}

/** by_list - with the first word as an argument of the call. */
static void
by_list(const char *call)
{
	if (strcmp(call, "execl") == 0)
		execl(file, words[0], words[1], (char *)NULL);
	else if (strcmp(call, "execlp") == 0)
		execlp(file, words[0], words[1], (char *)NULL);
	else
		execle(file, words[0], words[1], (char *)NULL, environ);
}

/** by_unterminated - the name is the last bytes of a mapping, behind which nothing can be read. */
static void
by_unterminated(void)
{
	char *map = mmap(NULL, 2 * GUARD, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	mprotect(map + GUARD, GUARD, PROT_NONE);
	words[0] = memset(map + GUARD - 3, 'c', 3);
	fexecve(open(file, O_RDONLY | O_CLOEXEC), words, environ);
}

int
main(int argc, char **argv)
{
	static char called[] = "called";
	const char *call = argc > 3 ? argv[1] : "";

	if (argc < 4)
		return 2;
	file = argv[2];
	words = argv + 2;
	words[0] = called;
	if (strcmp(call, "execve") == 0)
		execve(file, words, environ);
	else if (strcmp(call, "execv") == 0)
		execv(file, words);
	else if (strcmp(call, "execvp") == 0)
		execvp(file, words);
	else if (strcmp(call, "execvpe") == 0)
		execvpe(file, words, environ);
	else if (strcmp(call, "fexecve") == 0)
		fexecve(open(file, O_RDONLY | O_CLOEXEC), words, environ);
	else if (strcmp(call, "execveat") == 0)
		execveat(open(file, O_PATH), "", words, environ, AT_EMPTY_PATH);
	else if (strcmp(call, "spawn") == 0 || strcmp(call, "spawnp") == 0)
		by_spawn(call[5] == 'p');
	else if (strcmp(call, "thread") == 0)
		by_thread();
	else if (strcmp(call, "handler") == 0)
		by_handler();
	else if (strcmp(call, "vfork") == 0)
		by_vfork();
	else if (strcmp(call, "unterminated") == 0)
		by_unterminated();
	else
		by_list(call);
	perror(call);
	return 98;
}
