/* SPDX-License-Identifier: MIT
 * storm.c: a program that binds from everywhere at once. Each bind is looked at, and counted where it is not guarded.
 *
 * storm timer COUNT [allocate]: a handler of a timer of 150 microseconds binds while main() does, or while it is in malloc(3)
 * storm threads THREADS COUNT: threads that bind
 * storm forks THREADS COUNT: threads of which every other forks children that bind
 * storm cancel COUNT: threads that are cancelled at any moment while they bind (asynchronously) or connect */
#include <fcntl.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>

#include "net/addresses.h"

#include "socket.h"

#define PORT 19700
#define INTERVAL_US 150
#define HANDLED_MIN 200 /* binds in the handler before the storm is over */

/** struct tally - of the binds of one thread of execution. */
struct tally {
	long done;
	long failed;
	long exposed;
	long errno_lost;
};

static struct tally handled, total;
static volatile sig_atomic_t storm_is_on = 1;
static const struct itimerval once = {{0, 0}, {0, INTERVAL_US}};

/** bind_one - one of the four sorts of servers, on a port of its own. errno must survive. */
static void
bind_one(struct tally *tally, unsigned port)
{
	int sort = (int)(tally->done % 4), result;
	int fd = make_socket(sort % 2 ? AF_INET6 : AF_INET, sort / 2 ? SOCK_DGRAM : SOCK_STREAM);

	errno = 4711;
	result = bind_wildcard(fd, sort % 2 ? AF_INET6 : AF_INET, port + (unsigned)sort);
	tally->errno_lost += result == 0 && errno != 4711;
	if (result)
		tally->failed++;
	else
		tally->exposed += !is_guarded(fd);
	tally->done++;
	close(fd);
}

/** handle - the timer's signal: it interrupts everything, the guard too. Set again at its end, or a busy machine hears it alone. */
static void
handle(int number)
{
	int saved_errno = errno;

	(void)number;
	if (storm_is_on) {
		bind_one(&handled, PORT + 10);
		setitimer(ITIMER_REAL, &once, NULL);
	}
	errno = saved_errno;
}

/** tell - the sum, in one line. */
static void
tell(const struct tally *tally)
{
	printf("binds %ld failed %ld exposed %ld errno lost %ld\n", tally->done, tally->failed, tally->exposed,
	       tally->errno_lost);
}

/** idle - a second thread that never runs, but whose being there makes malloc(3) take its lock. */
static void *
idle(void *argument)
{
	sigset_t all;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, NULL);
	pause();
	return argument;
}

/** storm_timer - until @count binds here and HANDLED_MIN in the handler are done. */
static int
storm_timer(long count, int allocate)
{
	struct sigaction action = {.sa_handler = handle, .sa_flags = SA_RESTART};
	void *volatile allocated; /* or the compiler leaves out both calls */
	pthread_t second;

	if (allocate && pthread_create(&second, NULL, idle, NULL))
		return 1;
	sigaction(SIGALRM, &action, NULL);
	setitimer(ITIMER_REAL, &once, NULL);
	while (total.done < count || handled.done < HANDLED_MIN) {
		if (allocate) {
			allocated = malloc(64 + (size_t)total.done % 8192);
			free(allocated);
			total.done++;
		} else {
			bind_one(&total, PORT);
		}
	}
	storm_is_on = 0;
	tell(&total);
	tell(&handled);
	return 0;
}

/** struct job - of a thread. */
struct job {
	struct tally tally;
	long count;
	unsigned port;
	int fd;
};

static int forking; /* threads that still fork */

/** work - bind. */
static void *
work(void *argument)
{
	struct job *job = argument;

	while (job->tally.done < job->count || __atomic_load_n(&forking, __ATOMIC_RELAXED))
		bind_one(&job->tally, job->port);
	return NULL;
}

/** work_in_children - fork children that bind. */
static void *
work_in_children(void *argument)
{
	struct job *job = argument;

	for (; job->tally.done < job->count; job->tally.done++) {
		int status = 1;
		pid_t child = fork();

		if (child == 0) {
			bind_one(&job->tally, job->port);
			_exit(job->tally.failed || job->tally.exposed || job->tally.errno_lost);
		}
		waitpid(child, &status, 0);
		job->tally.exposed += status != 0;
	}
	__atomic_fetch_sub(&forking, 1, __ATOMIC_RELAXED);
	return NULL;
}

/** storm_threads - all at once. @forks: every other thread forks as long as the others bind */
static int
storm_threads(unsigned threads, long count, int forks)
{
	struct job *jobs = calloc(threads, sizeof(*jobs));
	pthread_t *handles = calloc(threads, sizeof(*handles));

	forking = forks ? (int)(threads + 1) / 2 : 0;
	for (unsigned i = 0; i < threads; i++) {
		jobs[i] = (struct job){.count = count, .port = PORT + 20 + 4 * i};
		if (pthread_create(&handles[i], NULL, forks && i % 2 == 0 ? work_in_children : work, &jobs[i]))
			return 1;
	}
	for (unsigned i = 0; i < threads; i++) {
		pthread_join(handles[i], NULL);
		total.done += jobs[i].tally.done;
		total.failed += jobs[i].tally.failed;
		total.exposed += jobs[i].tally.exposed;
		total.errno_lost += jobs[i].tally.errno_lost;
	}
	tell(&total);
	return 0;
}

/** spin - bind without end; may be ended anywhere. */
static void *
spin(void *argument)
{
	struct job *job = argument;

	pthread_setcanceltype(PTHREAD_CANCEL_ASYNCHRONOUS, NULL);
	for (;;) {
		union name name;
		socklen_t size = make_name(&name, AF_INET6, job->port);

		bind(job->fd, &name.any, size);
		__atomic_fetch_add(&job->tally.done, 1, __ATOMIC_RELAXED);
	}
	return NULL;
}

/** reach - connect a socket that was bound to a fixed port to a host that does not answer. */
static void *
reach(void *argument)
{
	struct sockaddr_in nobody = {.sin_family = AF_INET, .sin_port = htons(9)};
	int fd = *(int *)argument;

	inet_pton(AF_INET, ABSENT4, &nobody.sin_addr);
	connect(fd, (struct sockaddr *)&nobody, sizeof(nobody));
	return NULL;
}

/** is_connecting - the kernel has sent a SYN. */
static int
is_connecting(int fd)
{
	struct tcp_info info = {0};
	socklen_t size = sizeof(info);

	return getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &size) == 0 && info.tcpi_state == TCP_SYN_SENT;
}

/** storm_cancel - afterwards the process works as before: no descriptor is left over, and binds are guarded. */
static int
storm_cancel(long count)
{
	int lowest = dup(0), after, cancelled = 0, connecting = 0;

	close(lowest);
	for (long i = 0; i < count; i++) {
		struct job job = {.port = PORT, .fd = make_socket(AF_INET6, SOCK_STREAM)};
		pthread_t thread;
		void *result = NULL;

		pthread_create(&thread, NULL, spin, &job);
		while (__atomic_load_n(&job.tally.done, __ATOMIC_RELAXED) < 3 + i % 7)
			;
		pthread_cancel(thread);
		pthread_join(thread, &result);
		cancelled += result == PTHREAD_CANCELED;
		close(job.fd);
	}
	for (int i = 0; i < 4; i++) {
		struct timespec moment = {.tv_nsec = 1000000};
		int fd = make_socket(AF_INET, SOCK_STREAM);
		pthread_t thread;
		void *result = NULL;

		bind_wildcard(fd, AF_INET, PORT + 4);
		pthread_create(&thread, NULL, reach, &fd);
		while (!is_connecting(fd))
			nanosleep(&moment, NULL);
		pthread_cancel(thread);
		pthread_join(thread, &result);
		connecting += result == PTHREAD_CANCELED;
		close(fd);
	}
	after = dup(0);
	for (int i = 0; i < 8; i++)
		bind_one(&total, PORT);
	printf("cancelled in bind %d, in connect %d, descriptors left over %d\n", cancelled, connecting,
	       after - lowest);
	tell(&total);
	return 0;
}

int
main(int argc, char **argv)
{
	if (argc >= 3 && strcmp(argv[1], "timer") == 0)
		return storm_timer(atol(argv[2]), argc > 3);
	if (argc == 4 && strcmp(argv[1], "threads") == 0)
		return storm_threads((unsigned)atoi(argv[2]), atol(argv[3]), 0);
	if (argc == 4 && strcmp(argv[1], "forks") == 0)
		return storm_threads((unsigned)atoi(argv[2]), atol(argv[3]), 1);
	if (argc == 3 && strcmp(argv[1], "cancel") == 0)
		return storm_cancel(atol(argv[2]));
	return 2;
}
