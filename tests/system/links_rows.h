/* SPDX-License-Identifier: MIT
 * links_rows.h - programs that are pinned to a link, and servers that are limited to their machine. */
#ifndef BINDGUARD_TESTS_SYSTEM_LINKS_ROWS_H
#define BINDGUARD_TESTS_SYSTEM_LINKS_ROWS_H

#include <stddef.h>

#include "net/places.h"

/**
 * struct link_client - one that is pinned.
 * @program: without it the row is skipped
 * @bare: a shell command that sends by the first link
 * @pinned: one that succeeds where the second link is the only way. Whether an address of the first link is reached by it is up
 * to the second host. %s: the folder of this run
 * @there: a shell command that the second host runs meanwhile; NULL: none
 */
struct link_client {
	const char *name;
	const char *program;
	const char *bare;
	const char *pinned;
	const char *there;
};

/**
 * struct link_server - a server that is limited to this machine.
 * @rules: a configuration file; NULL: --from machine
 * @server: a shell command; python if it begins with `import`, a script of a machine with a name of its own if with `#!`
 * @port: where it is asked
 * @here, @there: shell commands that succeed, and fail; %s: the folder of this run
 */
struct link_server {
	const char *name;
	const char *program;
	const char *rules;
	const char *server;
	enum bg_protocol protocol;
	unsigned port;
	const char *expected;
	const char *here;
	const char *there;
};

/** LINK_PROBE - what a browser connects a datagram socket to, to find out whether there is a way to the Internet of IPv6. */
#define LINK_PROBE "2001:4860:4860::/48"

extern const struct link_client link_clients[];
extern const size_t link_client_count;
extern const struct link_server link_servers[];
extern const size_t link_server_count;

#endif
