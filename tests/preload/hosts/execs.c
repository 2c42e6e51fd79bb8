/* SPDX-License-Identifier: MIT
 * execs.c FOLDER SEED COUNT: a program that executes COUNT times what lies in FOLDER, by each call that there is, each time with
 * other words, variables, descriptors, limits and signals; and says of each what came of it.
 *
 * FOLDER has: `program`, which prints what it finds and ends as its second word says; `script`, which that is the
 * interpreter of; `text`, a script without a `#!` line; `plain`, which may not be executed; and the folder `sub`. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define WORDS_MAX 400
#define VARIABLES_MAX 24
#define FAILED 99

extern char **environ;
int execveat(int folder, const char *path, char *const argv[], char *const envp[], int flags);

enum call { EXECVE, EXECV, EXECVP, EXECVPE, EXECL, EXECLP, EXECLE, FEXECVE, EXECVEAT, SPAWN, SPAWNP, VFORKED, CALLS };
static const char *const names[] = {"execve", "execv",	 "execvp",   "execvpe", "execl",  "execlp",
				    "execle", "fexecve", "execveat", "spawn",	"spawnp", "vfork"};

static unsigned seed;
static char *words[WORDS_MAX + 1], *variables[VARIABLES_MAX + 1];

/** draw - a number below @limit. */
static unsigned
draw(unsigned limit)
{
	return (unsigned)rand_r(&seed) % limit;
}

/** draw_words - what is executed with. @end: how the program is to end */
static void
draw_words(char *end)
{
	static char odd[] = "a b\n'\"$x\\", empty[] = "", whole[] = "whole", long_word[5000],
		    *kinds[] = {odd, empty, long_word};
	static char zero[] = "called so";
	unsigned count = draw(20) ? draw(8) : draw(WORDS_MAX - 3);

	memset(long_word, 'w', sizeof(long_word) - 1);
	words[0] = zero;
	words[1] = whole;
	words[2] = end;
	for (unsigned i = 0; i < count; i++)
		words[3 + i] = kinds[draw(20) ? draw(2) : 2];
	words[3 + count] = NULL;
}

/** draw_variables - with what the guard needs, or without. */
static void
draw_variables(char **inherited, const char *path)
{
	static char odd[] = "NO VALUE", empty[] = "", twice[] = "A=1", again[] = "A=2", search[4096],
		    *some[] = {odd, empty, twice, again};
	unsigned count = 0, keeps = draw(3);

	snprintf(search, sizeof(search), "PATH=%.4000s", path);
	variables[count++] = search;
	for (unsigned i = draw(6); i > 0; i--)
		variables[count++] = some[draw(4)];
	for (char **one = inherited; *one && keeps && count < VARIABLES_MAX; one++)
		if (strncmp(*one, "LD_PRELOAD=", 11) == 0 || strncmp(*one, "BINDGUARD_", 10) == 0)
			variables[count++] = *one;
	variables[count] = NULL;
}

/** change_state - of this process, which is about to execute. */
static void
change_state(const char *folder)
{
	static const int signals[] = {SIGHUP, SIGUSR1, SIGPIPE, SIGTERM, SIGCHLD, SIGTSTP};
	static const int limits[] = {RLIMIT_CORE, RLIMIT_FSIZE, RLIMIT_MEMLOCK};
	struct rlimit limit;
	sigset_t blocked;

	sigemptyset(&blocked);
	for (unsigned i = 0; i < sizeof(signals) / sizeof(signals[0]); i++) {
		if (draw(3) == 0)
			sigaddset(&blocked, signals[i]);
		if (draw(4) == 0)
			signal(signals[i], SIG_IGN);
	}
	sigprocmask(SIG_SETMASK, &blocked, NULL);
	for (unsigned i = 0; i < 3; i++)
		if (draw(3) == 0 && getrlimit(limits[i], &limit) == 0) {
			limit.rlim_cur = limit.rlim_max < 65536 ? limit.rlim_max : 65536 + draw(4096);
			setrlimit(limits[i], &limit);
		}
	umask(draw(8) * 8 + draw(8));
	for (unsigned i = draw(5); i > 0; i--) {
		int fd = open("/dev/null", (int)draw(3) | O_CLOEXEC);

		dup3(fd, (int)(3 + draw(60)), draw(2) ? O_CLOEXEC : 0);
		close(fd);
	}
	if (draw(5) == 0)
		close(STDIN_FILENO);
	if (draw(4) == 0 && nice(1) < 0)
		errno = 0;
	if (chdir(folder))
		_exit(FAILED);
}

/** by_list - a call with its words as arguments: three of them. */
static void
by_list(enum call call, const char *path)
{
	char end[16];

	snprintf(end, sizeof(end), "%s", words[2]);
	if (call == EXECL)
		execl(path, "listed", "whole", end, "", (char *)NULL);
	else if (call == EXECLP)
		execlp(path, "listed", "whole", end, "", (char *)NULL);
	else
		execle(path, "listed", "whole", end, "", (char *)NULL, variables);
}

/** spawn - the same by posix_spawn(3), and end as what it has started. */
static void
spawn(enum call call, const char *path)
{
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attributes;
	sigset_t set;
	int status;
	pid_t child;

	posix_spawn_file_actions_init(&actions);
	posix_spawnattr_init(&attributes);
	posix_spawn_file_actions_addopen(&actions, 70, "/dev/null", O_WRONLY, 0);
	posix_spawn_file_actions_adddup2(&actions, 70, 71);
	sigemptyset(&set);
	sigaddset(&set, SIGUSR2);
	posix_spawnattr_setsigmask(&attributes, &set);
	sigaddset(&set, SIGHUP);
	posix_spawnattr_setsigdefault(&attributes, &set);
	posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
	signal(SIGCHLD, SIG_DFL);
	errno = (call == SPAWN ? posix_spawn : posix_spawnp)(&child, path, &actions, &attributes, words, variables);
	if (errno)
		return;
	while (waitpid(child, &status, 0) < 0 && errno == EINTR)
		continue;
	dprintf(STDOUT_FILENO, "spawned, status %x\n", (unsigned)(status & ~0x80));
	_exit(0);
}

/** by_vfork - the child executes in this very memory, of which nothing may change. */
static void
by_vfork(const char *path)
{
	static unsigned char canary[8192];
	int status, error = 0;
	pid_t child;

	memset(canary, 0x5a, sizeof(canary));
	signal(SIGCHLD, SIG_DFL);
	errno = 12;
	child = vfork();
	if (child == 0) {
		execve(path, words, variables);
		_exit(FAILED);
	}
	error = errno;
	for (unsigned i = 0; i < sizeof(canary); i++)
		if (canary[i] != 0x5a)
			dprintf(STDOUT_FILENO, "canary changed\n");
	while (waitpid(child, &status, 0) < 0 && errno == EINTR)
		continue;
	dprintf(STDOUT_FILENO, "vforked, status %x\n", (unsigned)(status & ~0x80));
	_exit(error == 0);
}

/** execute - by @call. Returns where that fails. */
static void
execute(enum call call, const char *path)
{
	int fd;

	if (call == EXECV || call == EXECVP || call == EXECL || call == EXECLP)
		environ = variables;
	else if (call == EXECVPE || call == SPAWNP)
		setenv("PATH", variables[0] + 5, 1);
	switch (call) {
	case EXECVE: execve(path, words, variables); return;
	case EXECV: execv(path, words); return;
	case EXECVP: execvp(path, words); return;
	case EXECVPE: execvpe(path, words, variables); return;
	case FEXECVE:
		fd = open(path, O_RDONLY | (draw(2) ? O_CLOEXEC : 0));
		if (fd >= 0)
			fexecve(dup2(fd, 90), words, variables);
		return;
	case EXECVEAT:
		fd = open(".", O_RDONLY | O_DIRECTORY);
		execveat(dup3(fd, 91, draw(2) ? O_CLOEXEC : 0), path, words, variables, 0);
		return;
	case SPAWN:
	case SPAWNP: spawn(call, path); return;
	case VFORKED: by_vfork(path); return;
	default: by_list(call, path); return;
	}
}

/** one - case number @number. */
static void
one(const char *folder, unsigned number)
{
	static const char *const files[] = {"program", "program", "program", "script", "script",
					    "text",    "plain",	  "sub",     "none",   ""};
	enum call call = (enum call)draw(CALLS);
	const char *file = files[draw(draw(4) ? 5 : 10)];
	char path[4200], search[4096], end[16];
	bool searched = call == EXECVP || call == EXECVPE || call == EXECLP || call == SPAWNP;
	int status, signal_number = draw(2) ? SIGKILL : SIGSEGV;
	unsigned form = draw(3);
	pid_t child;

	snprintf(end, sizeof(end), "%d", draw(6) ? (int)draw(90) : -signal_number);
	snprintf(search, sizeof(search), "/nowhere:%s%s:/usr/bin", draw(2) ? "" : "/etc:", form == 2 ? "" : folder);
	if (form == 0 || (!searched && form == 1 && (call == FEXECVE || call == SPAWN)))
		snprintf(path, sizeof(path), "%s/%s", folder, file);
	else
		snprintf(path, sizeof(path), "%s%s", searched ? "" : "./", file);
	draw_words(end);
	draw_variables(environ, search);
	printf("case %u %s %s\n", number, names[call], path);
	fflush(stdout);
	child = fork();
	if (child == 0) {
		change_state(folder);
		execute(call, path);
		dprintf(STDOUT_FILENO, "errno %d\n", errno);
		_exit(FAILED);
	}
	seed = seed * 3 + number; /* the child has drawn, and we have not */
	if (waitpid(child, &status, 0) != child)
		abort();
	printf("status %x\n", (unsigned)(status & ~0x80)); /* but for whether there is a core */
	fflush(stdout);
}

int
main(int argc, char **argv)
{
	if (argc < 4)
		return 2;
	for (unsigned i = 0; i < (unsigned)atoi(argv[3]); i++) {
		seed = (unsigned)atoi(argv[2]) * 7919u + i * 104729u;
		one(argv[1], i);
	}
	return 0;
}
