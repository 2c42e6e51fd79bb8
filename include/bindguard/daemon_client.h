/* SPDX-License-Identifier: MIT
 * daemon_client.h - programs that have a daemon start other programs. Signal-safe. */
#ifndef BINDGUARD_DAEMON_CLIENT_H
#define BINDGUARD_DAEMON_CLIENT_H

#include <stdbool.h>

#include "bindguard/caller.h"

/** enum bg_client - what a program is to daemons. */
enum bg_client {
	BG_CLIENT_NONE,
	BG_CLIENT_ASKS,	  /* it may have one start something; with these arguments it does not */
	BG_CLIENT_STARTS, /* it has one start something */
};

BG_SIGSAFE enum bg_client bg_daemon_client_of(struct bg_reader *reader, const char *name, const char *const *argv);

#endif
