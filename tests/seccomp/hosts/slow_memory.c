/* SPDX-License-Identifier: MIT
 * slow_memory.c HOW: a thread binds an address in memory that is not there until userfaultfd(2) is answered; another
 * process binds meanwhile. `answered`: then it is; `killed`: the first process is killed instead, without an answer. `many`:
 * a hundred threads wait so. Prints what came of each bind; status 77 where userfaultfd(2) may not be used. */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/userfaultfd.h>
#include <netinet/in.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define PAGE 4096

static char *memory;
static int faults;

static int
watch_memory(void)
{
	struct uffdio_api api = {.api = UFFD_API};
	struct uffdio_register range = {.range = {.len = PAGE}, .mode = UFFDIO_REGISTER_MODE_MISSING};

	memory = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	faults = (int)syscall(SYS_userfaultfd, O_CLOEXEC);
	range.range.start = (unsigned long)memory;
	return faults < 0 || ioctl(faults, UFFDIO_API, &api) || ioctl(faults, UFFDIO_REGISTER, &range);
}

static void *
bind_slowly(void *name)
{
	struct sockaddr_in got = {0};
	socklen_t size = sizeof(got);
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	int error = bind(fd, (struct sockaddr *)memory, sizeof(got)) ? errno : 0;

	getsockname(fd, (struct sockaddr *)&got, &size);
	if (name)
		printf("slow error %d address %s port %d\n", error, inet_ntoa(got.sin_addr), ntohs(got.sin_port));
	/* Not closed: of many that bind one port, all but one must fail, whatever their order. */
	return error ? (void *)1 : NULL;
}

static void
bind_quickly(void)
{
	struct sockaddr_in any = {.sin_family = AF_INET, .sin_port = htons(19431)};
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	printf("other error %d\n", bind(fd, (struct sockaddr *)&any, sizeof(any)) ? errno : 0);
	fflush(stdout);
	close(fd);
}

static void
answer(void)
{
	char bytes[PAGE] = {0};
	struct sockaddr_in any = {.sin_family = AF_INET, .sin_port = htons(19430)};
	struct uffdio_copy copy = {.dst = (unsigned long)memory, .src = (unsigned long)bytes, .len = PAGE};

	memcpy(bytes, &any, sizeof(any));
	ioctl(faults, UFFDIO_COPY, &copy);
}

/* Waits until somebody has run into the missing page. */
static void
wait_for_fault(void)
{
	struct uffd_msg message;

	while (read(faults, &message, sizeof(message)) != (ssize_t)sizeof(message))
		;
}

/* In a process of its own, which tells by @ready that its thread waits, and goes on when @go is closed. */
static void
serve(const char *how, int ready, int go)
{
	int count = strcmp(how, "many") == 0 ? 100 : 1, failed = 0;
	pthread_t threads[100];
	char byte;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (watch_memory())
		_exit(77);
	for (int i = 0; i < count; i++)
		pthread_create(&threads[i], NULL, bind_slowly, count == 1 ? "slow" : NULL);
	wait_for_fault();
	if (write(ready, "r", 1) != 1 || read(go, &byte, 1) != 0)
		_exit(1);
	answer();
	for (int i = 0; i < count; i++) {
		void *result;

		pthread_join(threads[i], &result);
		failed += result != NULL;
	}
	if (count > 1)
		printf("some failed %d\n", failed > 0);
	fflush(stdout);
	_exit(0);
}

int
main(int argc, char **argv)
{
	int ready[2], go[2], status;
	char byte;
	pid_t child;

	if (argc < 2 || pipe(ready) || pipe(go))
		return 2;
	alarm(30);
	child = fork();
	if (child == 0) {
		close(ready[0]);
		close(go[1]);
		serve(argv[1], ready[1], go[0]);
	}
	close(ready[1]);
	close(go[0]);
	if (read(ready[0], &byte, 1) == 1)
		bind_quickly();
	if (strcmp(argv[1], "killed") == 0)
		kill(child, SIGKILL);
	close(go[1]);
	waitpid(child, &status, 0);
	if (WIFSIGNALED(status))
		bind_quickly();
	return WIFEXITED(status) ? WEXITSTATUS(status) : 0;
}
