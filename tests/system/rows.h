/* SPDX-License-Identifier: MIT
 * rows.h - runs tables of servers as cmocka groups: on a host with both families, then on one without IPv6. */
#ifndef BINDGUARD_TESTS_SYSTEM_ROWS_H
#define BINDGUARD_TESTS_SYSTEM_ROWS_H

#include "system/server.h"

#define HTTP .request = "GET / HTTP/1.0\r\nHost: localhost\r\n\r\n", .answer = "200 OK"
#define TO_LOOPBACK4 "tcp 0.0.0.0:%P -> 127.0.0.1:%P (rewrite, rule \"servers\")"
#define TO_LOOPBACK6 "tcp [::]:%P -> %L (rewrite, rule \"servers\"%R)"
#define TO_DEVICE "tcp [::]:%P -> [::]:%P%lo (rewrite, rule \"servers\")"
#define PORT_0_TO_DEVICE                                                                                               \
	"tcp 0.0.0.0:%P -> 0.0.0.0:%P%lo (rewrite, rule \"servers\"; already bound: confined, since its address "      \
	"cannot "                                                                                                      \
	"change)"
#define UDP_TO_LOOPBACK4 "udp 0.0.0.0:%P -> 127.0.0.1:%P (rewrite, rule \"servers\")"
#define UDP_TO_LOOPBACK6 "udp [::]:%P -> %L (rewrite, rule \"servers\"%R)"
#define UDP_TO_DEVICE "udp [::]:%P -> [::]:%P%lo (rewrite, rule \"servers\")"

/** struct table - rows with a name. */
struct table {
	const char *name;
	const struct server *rows;
	size_t count;
};

int rows_run(const struct table *table, const char *only);
int rows_run_clients(const struct table *table, const char *only);
void rows_start(struct run *run, const struct server *server, enum guard guard);
void rows_expect(struct run *run, bool good, const char *what);
void rows_expect_open(struct run *run);
void rows_expect_guarded(struct run *run);
void rows_expect_event(struct run *run, const char *event);

#endif
