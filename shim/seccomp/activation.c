/* SPDX-License-Identifier: MIT
 * activation.c - sockets that systemd passes, and its watchdog, are for the process of a number that stands in the environment:
 * sd_listen_fds(3), sd_watchdog_enabled(3). That is the front's, since whoever set it knew that process alone, and CMD, which has
 * another, would take nothing. Runs in CMD's process between fork and exec. */
#include "seccomp/activation.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

/** take_over - where the variable @name is the number of @front, it becomes that of this process. In its place: all else stays. */
static void
take_over(const char *name, pid_t front, char own[64])
{
	char given[64];

	snprintf(given, sizeof(given), "%s=%d", name, (int)front);
	snprintf(own, 64, "%s=%d", name, (int)getpid());
	for (char **variable = environ; variable && *variable; variable++)
		if (strcmp(*variable, given) == 0)
			*variable = own;
}

/** activation_take_over - @front: the process that CMD's stands behind */
void
activation_take_over(pid_t front)
{
	static char sockets[64], watchdog[64];

	take_over("LISTEN_PID", front, sockets);
	take_over("WATCHDOG_PID", front, watchdog);
}
