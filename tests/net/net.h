/* SPDX-License-Identifier: MIT
 * net.h - two hosts on one cable, in network namespaces of this test's own, and connections from either of them. */
#ifndef BINDGUARD_TESTS_NET_NET_H
#define BINDGUARD_TESTS_NET_NET_H

#include <stdbool.h>
#include <stddef.h>

/** enum host - where a connection comes from: the guarded machine itself, or the second one. */
enum host { HOST_HERE, HOST_PEER };

/** enum probe - how it ended. */
enum probe { PROBE_ANSWERED, PROBE_REFUSED, PROBE_SILENT, PROBE_WRONG };

/**
 * struct question - a request of the server's own protocol.
 * @udp: else TCP
 * @protocol: of socket(2), 0: the usual one
 * @port: of the server
 * @request, @size: what is sent; TCP with @size 0 only connects
 * @answer: text that the answer must hold
 */
struct question {
	bool udp;
	int protocol;
	unsigned port;
	const char *request;
	size_t size;
	const char *answer;
};

int net_set_up(void);
int net_drop_ipv6(void);
bool net_has_ipv6(void);
void net_tear_down(void);
enum probe net_ask(enum host from, int family, const struct question *question);
const char *net_probe_word(enum probe probe);
int net_run(enum host where, const char *command);
bool net_enter(enum host where);

#endif
