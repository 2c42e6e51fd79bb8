/* SPDX-License-Identifier: MIT
 * probe.c - a program that tells what it was started with. It knows nothing of the guard; built in several ways, which a
 * preload reaches or not. A plain program, also with musl. */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define DESCRIPTORS 1024

#ifdef GO_NOTE
/* What the Go toolchain puts into its programs. */
__asm__(".pushsection .note.go.buildid,\"a\",@note\n"
	".long 4, 4, 4\n.asciz \"Go\\0\"\n.ascii \"test\"\n.popsection\n");
#endif
#ifdef GO_SECTION
__asm__(".pushsection .go.buildinfo,\"a\",@progbits\n.quad 0\n.popsection\n");
#endif

/**
 * print_listen - listen; print the device that the socket is then confined to, "anywhere" for none.
 * @address: NULL: the wildcard, without bind(2)
 */
static int
print_listen(const char *address)
{
	struct sockaddr_in name = {.sin_family = AF_INET};
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	char device[IFNAMSIZ] = "";
	socklen_t size = sizeof(device);

	if (address && (inet_pton(AF_INET, address, &name.sin_addr) != 1 ||
			bind(fd, (const struct sockaddr *)&name, sizeof(name)) != 0)) {
		perror(address);
		return 1;
	}
	if (listen(fd, 1) != 0) {
		perror("listen");
		return 1;
	}
	getsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, device, &size);
	puts(device[0] ? device : "anywhere");
	return 0;
}

/** print_status - the lines of /proc/self/status about signals. */
static void
print_status(void)
{
	char line[256];
	FILE *file = fopen("/proc/self/status", "r");

	while (file && fgets(line, sizeof(line), file))
		if ((strncmp(line, "Sig", 3) == 0 && line[3] != 'Q') || strncmp(line, "Shd", 3) == 0)
			fputs(line, stdout);
	if (file)
		fclose(file);
}

/** print_state - everything that a bare start would have left as it is. */
static int
print_state(char **argv)
{
	struct rlimit limit;
	char folder[4096];
	mode_t mask = umask(0);
	pid_t child;

	printf("open:");
	for (int fd = 0; fd < DESCRIPTORS; fd++)
		if (fcntl(fd, F_GETFD) >= 0)
			printf(" %d", fd);
	printf("\n");
	print_status();
	child = waitpid(-1, NULL, WNOHANG | __WALL);
	printf("child: %d %s\n", (int)child, child < 0 && errno == ECHILD ? "none" : "one");
	getrlimit(RLIMIT_NOFILE, &limit);
	printf("umask %o files %lu nice %d\n", (unsigned)mask, (unsigned long)limit.rlim_cur,
	       getpriority(PRIO_PROCESS, 0));
	printf("folder %s\n", getcwd(folder, sizeof(folder)));
	printf("group %s session %s\n", getpgrp() == getpid() ? "own" : "other",
	       getsid(0) == getpid() ? "own" : "other");
	for (; *argv; argv++)
		printf("[%s]\n", *argv);
	return 0;
}

/** print_words - @words, each with its length, so that none hides in another. */
static void
print_words(const char *what, char **words)
{
	for (; *words; words++)
		if (strncmp(*words, "LD_PRELOAD=", 11) != 0 && strncmp(*words, "BINDGUARD_", 10) != 0)
			printf("%s %zu %s\n", what, strlen(*words), *words);
}

/** print_whole - all of it; then end as argv[2] says: a status, or a signal where it is negative. */
static int
print_whole(char **argv)
{
	extern char **environ;
	struct rlimit limit;
	struct stat status;
	int end = argv[1] && argv[2] ? atoi(argv[2]) : 0;

	for (int fd = 0; fd < DESCRIPTORS; fd++)
		if (fstat(fd, &status) == 0)
			printf("fd %d %o %x %x\n", fd, (unsigned)(status.st_mode & S_IFMT),
			       (unsigned)fcntl(fd, F_GETFD), (unsigned)fcntl(fd, F_GETFL));
	for (int i = 0; i < RLIM_NLIMITS; i++)
		if (getrlimit(i, &limit) == 0)
			printf("limit %d %lx %lx\n", i, (unsigned long)limit.rlim_cur, (unsigned long)limit.rlim_max);
	print_state(argv);
	print_words("argument", argv);
	print_words("variable", environ);
	fflush(stdout);
	return end < 0 ? raise(-end) : end;
}

/** print_environment - the variables that @names holds. */
static int
print_environment(char **names)
{
	for (; *names; names++)
		printf("%s=%s\n", *names, getenv(*names) ? getenv(*names) : "(unset)");
	return 0;
}

int
main(int argc, char **argv)
{
	const char *what = argc > 1 ? argv[1] : "";
	char byte;

	if (strcmp(what, "listen") == 0)
		return print_listen(argc > 2 ? argv[2] : NULL);
	if (strcmp(what, "serve") == 0) { /* until standard input ends */
		print_listen(NULL);
		fflush(stdout);
		while (read(STDIN_FILENO, &byte, 1) == 1)
			continue;
		return 0;
	}
	if (strcmp(what, "state") == 0)
		return print_state(argv);
	if (strcmp(what, "whole") == 0)
		return print_whole(argv);
	if (strcmp(what, "environment") == 0)
		return print_environment(argv + 2);
	if (strcmp(what, "pid") == 0)
		return printf("%d %d\n", (int)getpid(), (int)getppid()) < 0;
	if (strcmp(what, "exit") == 0 && argc > 2)
		return atoi(argv[2]);
	if (strcmp(what, "raise") == 0 && argc > 2)
		return raise(atoi(argv[2]));
	if (strcmp(what, "wait") == 0) {
		puts("ready");
		fflush(stdout);
		while (read(STDIN_FILENO, &byte, 1) == 1)
			continue;
		return 0;
	}
	return 2;
}
