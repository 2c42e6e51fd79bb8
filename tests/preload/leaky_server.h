/* SPDX-License-Identifier: MIT
 * leaky_server.h - runs hosts/leaky.c bare and guarded, asks from both hosts and reads the events. */
#ifndef BINDGUARD_TESTS_PRELOAD_LEAKY_SERVER_H
#define BINDGUARD_TESTS_PRELOAD_LEAKY_SERVER_H

#include <stdbool.h>
#include <stddef.h>

#include "net/net.h"
#include "preload/host.h"

#define UNPRIVILEGED "setpriv --bounding-set=-all --inh-caps=-all env"

/** enum leaky_serves - the address families that the bare server answers. */
enum leaky_serves { IPV4 = 1, IPV6 = 2, BOTH = 3 };

/** enum leaky_kind - how it is asked. */
enum leaky_kind { TCP, UDP, LITE };

/**
 * struct leaky_row - a scenario.
 * @name: of the test; without its ending the scenario of hosts/leaky.c, unless @scenario names another
 * @parent: HOW and FAMILY of hosts/leaky_parent.c; NULL: the server makes its socket itself
 * @kind, @serves: of the bare server, to this machine
 * @leaks: what the bare server answers the second host; 0: the same. An IPv6 datagram socket that was connected once hears
 *         no other IPv6 peer any more, but by IPv4 everybody: the kernel forgets the one peer and not the other
 * @bound: the socket's name and device under the guard
 * @events: lines of the log, in order, without what comes before the protocol; %P is the port
 * @privileged: makes no sense without capabilities
 * @config: the rules; NULL: the built-in default
 */
struct leaky_row {
	const char *name;
	const char *scenario;
	const char *parent;
	enum leaky_kind kind;
	enum leaky_serves serves;
	enum leaky_serves leaks;
	const char *bound;
	const char *events[4];
	bool privileged;
	const char *config;
};

#define ENDING "_is_guarded"
#define ROW(scenario) .name = scenario ENDING
#define REWRITE4(protocol) protocol " 0.0.0.0:%P -> 127.0.0.1:%P (rewrite, rule \"servers\")"
#define REWRITE6(protocol) protocol " [::]:%P -> [::1]:%P (rewrite, rule \"servers\")"
#define CONFINE6(protocol) protocol " [::]:%P -> [::]:%P%lo (rewrite, rule \"servers\")"
#define LATE ", rule \"servers\"; already bound: confined, since its address cannot change)"
#define LATE4(protocol, port) protocol " 0.0.0.0:" port " -> 0.0.0.0:%P%lo (rewrite" LATE
#define LATE6(protocol, port) protocol " [::]:" port " -> [::]:%P%lo (rewrite" LATE

/**
 * struct leaky_run - a server that is running.
 * @port: it asked for; the real one afterwards
 * @bound: name and device, as it printed them
 */
struct leaky_run {
	struct process process;
	unsigned port;
	char bound[96];
};

bool leaky_try_start(struct leaky_run *run, const struct leaky_row *row, const char *how);
void leaky_start(struct leaky_run *run, const struct leaky_row *row, const char *how);
void leaky_expect_answers(const struct leaky_row *row, const struct leaky_run *run, enum side from, const char *how);
void leaky_expect_closed(const struct leaky_row *row, const struct leaky_run *run, enum leaky_serves families_asked,
			 const char *how);
void leaky_with_port(const char *text, unsigned port, char *to, size_t size);
unsigned leaky_read_log(char *text, size_t size);
void leaky_expect_events(const char *name, const char *const *events, unsigned most, unsigned port);
void leaky_run_guarded(const struct leaky_row *row, enum leaky_serves asked, const char *how);
void leaky_run_bare(const struct leaky_row *row);
int leaky_set_up(void **state);
int leaky_tear_down(void **state);

#endif
