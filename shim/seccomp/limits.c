/* SPDX-License-Identifier: MIT
 * limits.c - limits and scheduling that CMD was started with are CMD's: the supervisor answers for as long as any of its
 * processes lives. Runs in the supervisor, when CMD's process has been forked and has not yet become CMD. */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "seccomp/limits.h"
#include "seccomp/supervisor.h"

#define DESCRIPTORS 1024 /* enough for all handles; fs.nr_open may forbid to ask for no limit at all */

/** raise_limit - to the highest that may be had. Return: the soft one now. */
static rlim_t
raise_limit(int resource, rlim_t wanted)
{
	struct rlimit limit, higher;

	if (getrlimit((__rlimit_resource_t)resource, &limit))
		return RLIM_INFINITY;
	if (limit.rlim_cur >= wanted)
		return limit.rlim_cur;
	higher = (struct rlimit){.rlim_cur = wanted, .rlim_max = limit.rlim_max > wanted ? limit.rlim_max : wanted};
	if (setrlimit((__rlimit_resource_t)resource, &higher) == 0)
		return wanted;
	limit.rlim_cur = limit.rlim_max;
	setrlimit((__rlimit_resource_t)resource, &limit);
	return limit.rlim_cur;
}

/**
 * raise_scheduling - no lower class, no lower priority and no fewer processors than are to be had. A real-time class is
 * kept: what CMD has, too, would otherwise starve us. Each of these may fail: then all is as for CMD.
 */
static void
raise_scheduling(void)
{
	const struct sched_param ordinary = {.sched_priority = 0};
	unsigned char all[1024]; /* 8192 processors, the most that a kernel is built for */
	int class = sched_getscheduler(0);

	memset(all, 0xff, sizeof(all));
	sched_setaffinity(0, sizeof(all), (cpu_set_t *)(void *)all);
	if (class == SCHED_IDLE || class == SCHED_BATCH)
		sched_setscheduler(0, SCHED_OTHER, &ordinary);
	errno = 0;
	if (getpriority(PRIO_PROCESS, 0) > 0 && errno == 0)
		setpriority(PRIO_PROCESS, 0, 0);
}

/** spare_from_memory_shortage - CMD may be first to be killed then, proc(5), oom_score_adj; we are small. */
static void
spare_from_memory_shortage(void)
{
	int fd = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);

	if (fd < 0)
		return;
	if (write(fd, "-999", 4) < 0 && write(fd, "0", 1) < 0)
		errno = 0; /* neither may be had: as for CMD */
	close(fd);
}

/**
 * limits_raise - as far as we may.
 * Return: seconds of processor time after which the kernel kills this process, setrlimit(2) RLIMIT_CPU; 0: never.
 */
unsigned long
limits_raise(void)
{
	rlim_t seconds;

	for (int resource = 0; resource < RLIM_NLIMITS; resource++)
		if (resource != RLIMIT_CPU &&
		    resource != RLIMIT_CORE) /* a core of ours is nothing that CMD's user wants */
			raise_limit(resource, resource == RLIMIT_NOFILE ? DESCRIPTORS : RLIM_INFINITY);
	seconds = raise_limit(RLIMIT_CPU, RLIM_INFINITY);
	raise_scheduling();
	spare_from_memory_shortage();
	return seconds == RLIM_INFINITY ? 0 : (unsigned long)seconds;
}
