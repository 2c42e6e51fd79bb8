/* SPDX-License-Identifier: MIT
 * sink_host.c STEP...: a program that binds, and does to its descriptors, signals and privileges what programs do. One
 * line a step on standard output, where there is something to say.
 *
 *	tcp|udp|raw ADDRESS PORT		a new socket, bound; "bind ERRNO", and what else the call changed
 *	listen, connect ADDRESS PORT	on the last socket
 *	fresh				a new TCP socket, not bound
 *	loose				the last socket's device is taken off
 *	device NAME			what sockets are bound to from now on
 *	repeat ADDRESS PORT N		N UDP sockets, bound and closed one after another
 *	processes P N, threads T N	each of them: repeat 0.0.0.0, a port of its own, N
 *	close2, open2 PATH, swap2 PATH	descriptor 2: closed; another file; removed and made anew
 *	write2 TEXT, offset2		what programs do with descriptor 2; its file offset
 *	log TEXT			libc's syslog(3), with a tag of its own
 *	block SIG, raise SIG, pending SIG	signals by number
 *	uid N, umask OCTAL, orphan, descriptors
 */
#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <syslog.h>
#include <unistd.h>

static int fd = -1;
static const char *device;

static struct addrinfo *
resolve(const char *address, const char *port, int type)
{
	struct addrinfo hints = {.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV,
				 .ai_socktype = type == SOCK_RAW ? SOCK_DGRAM : type},
			*found = NULL;

	if (getaddrinfo(address, port, &hints, &found))
		exit(3);
	return found;
}

/* What a call may not touch besides its own object. */
struct process_state {
	sigset_t mask;
	sigset_t pending;
	mode_t umask;
};

static struct process_state
look(void)
{
	struct process_state seen;

	memset(&seen, 0, sizeof(seen));
	sigprocmask(SIG_SETMASK, NULL, &seen.mask);
	sigpending(&seen.pending);
	seen.umask = umask(0);
	umask(seen.umask);
	return seen;
}

static void
bind_one(int type, const char *address, const char *port)
{
	struct addrinfo *to = resolve(address, port, type);
	struct process_state before = look(), after;
	int result, error;

	fd = socket(to->ai_family, type, type == SOCK_RAW ? IPPROTO_UDP : 0);
	if (device && setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, device, (socklen_t)strlen(device)))
		exit(6);
	errno = 4711;
	result = bind(fd, to->ai_addr, to->ai_addrlen);
	error = errno;
	after = look();
	freeaddrinfo(to);
	printf("bind %d%s%s\n", result ? error : 0, !result && error != 4711 ? " errno lost" : "",
	       memcmp(&before, &after, sizeof(before)) ? " surroundings changed" : "");
}

static int
bind_again(const char *address, const char *port, int count)
{
	struct addrinfo *to = resolve(address, port, SOCK_DGRAM);
	int failed = 0;

	for (int i = 0; i < count; i++) {
		int one = socket(to->ai_family, SOCK_DGRAM, 0);

		failed += bind(one, to->ai_addr, to->ai_addrlen) != 0;
		close(one);
	}
	freeaddrinfo(to);
	return failed;
}

static int per_thread;

static void *
thread(void *index)
{
	char port[16];

	snprintf(port, sizeof(port), "%d", 21000 + *(int *)index);
	return bind_again("0.0.0.0", port, per_thread) ? index : NULL;
}

static int
in_threads(int threads, int count)
{
	pthread_t ids[64];
	int indices[64], failed = 0;

	per_thread = count;
	for (int i = 0; i < threads; i++) {
		indices[i] = i;
		pthread_create(&ids[i], NULL, thread, &indices[i]);
	}
	for (int i = 0; i < threads; i++) {
		void *result;

		pthread_join(ids[i], &result);
		failed += result != NULL;
	}
	return failed;
}

static int
in_processes(int processes, int count)
{
	int failed = 0;

	for (int i = 0; i < processes; i++)
		if (fork() == 0) {
			char port[16];

			snprintf(port, sizeof(port), "%d", 22000 + i);
			_exit(bind_again("0.0.0.0", port, count) != 0);
		}
	for (int i = 0; i < processes; i++) {
		int status;

		failed += wait(&status) < 0 || status != 0;
	}
	return failed;
}

/* Ends the parent and waits until somebody else has become it. */
static void
orphan(void)
{
	pid_t parent = getpid();

	fflush(stdout);
	if (fork())
		_exit(0);
	while (getppid() == parent)
		poll(NULL, 0, 1);
	printf("pid %d ppid %d uid %d\n", (int)getpid(), (int)getppid(), (int)getuid());
}

/* How many more there are than when it was asked last. */
static void
count_descriptors(void)
{
	static int last;
	DIR *list = opendir("/proc/self/fd");
	int count = 0;

	while (list && readdir(list))
		count++;
	if (list)
		closedir(list);
	if (last)
		printf("descriptors %d\n", count - last);
	last = count;
}

static void
on_descriptor2(const char *step, const char *path)
{
	struct stat before, after;
	int opened;

	fstat(2, &before);
	close(2);
	if (strcmp(step, "swap2") == 0)
		unlink(path);
	opened = open(path, O_WRONLY | O_CREAT | O_APPEND, 0600);
	if (opened != 2)
		exit(4);
	fstat(2, &after);
	printf("inode %s\n", before.st_ino == after.st_ino && before.st_dev == after.st_dev ? "same" : "other");
}

/* Returns how many arguments the step takes. */
static int
signals(const char *step, int signal_number)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, signal_number);
	if (strcmp(step, "block") == 0)
		sigprocmask(SIG_BLOCK, &set, NULL);
	else if (strcmp(step, "raise") == 0)
		raise(signal_number);
	else {
		sigpending(&set);
		printf("pending %d\n", sigismember(&set, signal_number));
	}
	return 1;
}

static int
sockets(char **step)
{
	static const char *const kinds[] = {"tcp", "udp", "raw"};
	static const int types[] = {SOCK_STREAM, SOCK_DGRAM, SOCK_RAW};

	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		if (strcmp(step[0], kinds[i]) == 0) {
			bind_one(types[i], step[1], step[2]);
			return 2;
		}
	if (strcmp(step[0], "connect") == 0) {
		struct addrinfo *to = resolve(step[1], step[2], SOCK_DGRAM);

		printf("connect %d\n", connect(fd, to->ai_addr, to->ai_addrlen) ? errno : 0);
		return 2;
	}
	if (strcmp(step[0], "repeat") == 0) {
		printf("failed %d\n", bind_again(step[1], step[2], atoi(step[3])));
		return 3;
	}
	if (strcmp(step[0], "processes") == 0) {
		printf("failed %d\n", in_processes(atoi(step[1]), atoi(step[2])));
		return 2;
	}
	if (strcmp(step[0], "threads") == 0) {
		printf("failed %d\n", in_threads(atoi(step[1]), atoi(step[2])));
		return 2;
	}
	if (strcmp(step[0], "fresh") == 0) {
		fd = socket(AF_INET, SOCK_STREAM, 0);
		return 0;
	}
	if (strcmp(step[0], "loose") == 0) {
		printf("loose %d\n", setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, "", 0) ? errno : 0);
		return 0;
	}
	if (strcmp(step[0], "device") == 0) {
		device = step[1];
		return 1;
	}
	printf("listen %d\n", listen(fd, 5) ? errno : 0);
	return 0;
}

static int
others(char **step)
{
	if (strcmp(step[0], "close2") == 0)
		return close(2), 0;
	if (strcmp(step[0], "open2") == 0 || strcmp(step[0], "swap2") == 0)
		return on_descriptor2(step[0], step[1]), 1;
	if (strcmp(step[0], "write2") == 0)
		return write(2, step[1], strlen(step[1])) < 0 ? printf("write2 %d\n", errno) : 0, 1;
	if (strcmp(step[0], "offset2") == 0)
		return printf("offset %ld\n", (long)lseek(2, 0, SEEK_CUR)), 0;
	if (strcmp(step[0], "log") == 0)
		return openlog("own-tag", LOG_NDELAY, LOG_USER), syslog(LOG_ERR, "%s", step[1]), 1;
	if (strcmp(step[0], "uid") == 0)
		return setgid((gid_t)atoi(step[1])) || setuid((uid_t)atoi(step[1])) ? exit(5), 1 : 1;
	if (strcmp(step[0], "umask") == 0)
		return umask((mode_t)strtol(step[1], NULL, 8)), 1;
	if (strcmp(step[0], "orphan") == 0)
		return orphan(), 0;
	if (strcmp(step[0], "descriptors") == 0)
		return count_descriptors(), 0;
	if (strcmp(step[0], "block") == 0 || strcmp(step[0], "raise") == 0 || strcmp(step[0], "pending") == 0)
		return signals(step[0], atoi(step[1]));
	return sockets(step);
}

int
main(int argc, char **argv)
{
	for (int i = 1; i < argc; i++)
		i += others(argv + i);
	printf("end\n");
	return 0;
}
