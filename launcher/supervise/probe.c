/* SPDX-License-Identifier: MIT
 * probe.c - tries the engine on a child that runs nothing, so that the answer is the kernel's and no guess from its
 * version. Runs in the launcher before CMD starts. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "launcher/supervise/supervise.h"
#include "launcher/supervise/supervisor.h"

/** try - have a child filter itself and take its listener. Return: whether that worked; else @news says why not. */
static bool
try(const struct filter *filter, struct message *news)
{
	int channel[2], listener;
	pid_t child;

	*news = (struct message){.news = NEWS_FAILED, .value = STEP_RESOURCES};
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, channel)) {
		news->error = errno;
		return false;
	}
	child = fork();
	if (child == 0) {
		close(channel[0]);
		child_run(filter, channel[1], NULL, NULL);
	}
	news->error = errno;
	close(channel[1]);
	listener = child < 0 ? -1 : child_take_listener(child, channel[0], news);
	close(channel[0]); /* the child waits for a message, and ends without one */
	if (listener >= 0)
		close(listener);
	while (child > 0 && waitpid(child, NULL, 0) < 0 && errno == EINTR)
		;
	return listener >= 0;
}

bool
supervise_possible(char *why, size_t size)
{
	struct filter *filter = calloc(1, sizeof(*filter));
	struct message news;
	bool possible = false;
	int error = filter ? filter_build(filter) : -ENOMEM;

	why[0] = '\0';
	if (error)
		snprintf(why, size, "engine seccomp: the filter cannot be made: %s", strerror(-error));
	else
		possible = try(filter, &news);
	if (!error && !possible)
		child_explain(&news, "", why, size);
	free(filter);
	return possible;
}
