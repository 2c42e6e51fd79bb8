/* SPDX-License-Identifier: MIT
 * process.c - starts a program as leader of a process group and ends that group. */
#include "system/process.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define STOP_MS 5000
#define STEP_MS 20
#define WORDS 32

/** process_now_ms - a clock for deadlines. */
long
process_now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/** set_environment - what the shim reads; the built-in default is asked for by an empty BINDGUARD_CONFIG. */
static void
set_environment(const struct launch *launch)
{
	char path[128];

	unsetenv("LD_PRELOAD");
	if (launch->guard == GUARD_NONE)
		return;
	setenv("BINDGUARD_CONFIG", launch->rules ? launch->rules : "", 1);
	snprintf(path, sizeof(path), "%s/log", launch->folder);
	setenv("BINDGUARD_LOG", path, 1);
	if (launch->guard == GUARD_OBSERVE)
		setenv("BINDGUARD_MODE", "observe", 1);
	snprintf(path, sizeof(path), "%s/libbindguard.so", launch->folder);
	setenv("LD_PRELOAD", path, 1);
}

/** process_has_users - are there other users to become? Not in the user namespace that an ordinary user gets. */
bool
process_has_users(void)
{
	unsigned long inside, outside, count = 0;
	FILE *map = fopen("/proc/self/uid_map", "re");

	if (map) {
		if (fscanf(map, "%lu %lu %lu", &inside, &outside, &count) != 3)
			count = 0;
		fclose(map);
	}
	return geteuid() == 0 && count > 1;
}

/** drop_privileges - the words that do it, in front of the program's. Return: how many. */
static int
drop_privileges(char *words[])
{
	static char all[] = "setpriv", bounding[] = "--bounding-set=-all", inherited[] = "--inh-caps=-all",
		    user[] = "--reuid=65534", group[] = "--regid=65534", groups[] = "--clear-groups";
	int count = 0;

	words[count++] = all;
	words[count++] = bounding;
	words[count++] = inherited;
	if (process_has_users()) {
		words[count++] = user;
		words[count++] = group;
		words[count++] = groups;
	}
	return count;
}

/** become - in the child: the program. */
static void
become(const struct launch *launch, char *const words[])
{
	char *argv[WORDS] = {NULL};
	char path[128];
	int count = 0, fd;

	setpgid(0, 0);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (launch->where == SIDE_THERE && !net_enter(SIDE_THERE))
		_exit(126);
	snprintf(path, sizeof(path), "%s/out", launch->folder);
	fd = open(path, O_WRONLY | O_CREAT | O_APPEND, 0666);
	dup2(fd, 1);
	dup2(fd, 2);
	if (launch->guard == GUARD_UNPRIVILEGED)
		count = drop_privileges(argv);
	for (int i = 0; words[i] && count < WORDS - 1; i++)
		argv[count++] = words[i];
	set_environment(launch);
	execvp(argv[0], argv);
	perror(argv[0]);
	_exit(127);
}

/** process_start - Return: its pid, which is its group's too. */
pid_t
process_start(const struct launch *launch, char *const words[])
{
	pid_t pid = fork();

	if (pid == 0)
		become(launch, words);
	if (pid > 0)
		setpgid(pid, pid);
	return pid;
}

/** process_ended - is @pid no more? It is -1 then. */
bool
process_ended(pid_t *pid)
{
	if (*pid > 0 && waitpid(*pid, NULL, WNOHANG) == *pid)
		*pid = -1;
	return *pid <= 0;
}

/** process_stop - its group is asked, then killed. */
void
process_stop(pid_t *pid)
{
	long deadline = process_now_ms() + STOP_MS;
	pid_t group = *pid;

	if (group <= 0)
		return;
	kill(-group, SIGTERM);
	while (!process_ended(pid) && process_now_ms() < deadline)
		poll(NULL, 0, STEP_MS);
	kill(-group, SIGKILL);
	if (*pid > 0)
		waitpid(*pid, NULL, 0);
	*pid = -1;
}
