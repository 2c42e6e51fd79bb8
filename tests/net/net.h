/* SPDX-License-Identifier: MIT
 * net.h - the two machines of `bindguard prove` for tests, and questions from either of them. Here is the host of the
 * servers under test; the other one is called the second host. */
#ifndef BINDGUARD_TESTS_NET_NET_H
#define BINDGUARD_TESTS_NET_NET_H

#include <stdbool.h>
#include <stddef.h>

#include "launcher/prove/network.h"
#include "net/addresses.h"

/** enum probe - how it ended. */
enum probe { PROBE_ANSWERED, PROBE_REFUSED, PROBE_SILENT, PROBE_WRONG };

/**
 * struct question - a request of the server's own protocol.
 * @port: of the server
 * @request, @size: what is sent; TCP with @size 0 only connects
 * @answer: text that the answer must hold
 */
struct question {
	enum bg_protocol protocol;
	unsigned port;
	const char *request;
	size_t size;
	const char *answer;
};

int net_set_up(void);
const struct network *net_network(void);
int net_drop_ipv6(void);
bool net_has_ipv6(void);
void net_tear_down(void);
enum probe net_ask(enum side from, int family, const struct question *question);
const char *net_probe_word(enum probe probe);
int net_run(enum side where, const char *command);
bool net_enter(enum side where);

#endif
