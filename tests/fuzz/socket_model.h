/* SPDX-License-Identifier: MIT
 * socket_model.h - what becomes of a call, written from what the rules mean to a user: it knows some policies by
 * heart, and no rules, and shares nothing with the code under test but the names of calls and protocols. */
#ifndef BINDGUARD_TESTS_SOCKET_MODEL_H
#define BINDGUARD_TESTS_SOCKET_MODEL_H

#include "bindguard/decision.h"

#define POLICIES 12

/**
 * struct known_policy - a policy that the model knows.
 * @text: its configuration; NULL: compiled in
 * @where: of which addresses it speaks
 * @what: what it does with them
 * @port: to_port, 0: none
 * @udp_clients: UDP on port 0 is left alone
 */
struct known_policy {
	const char *text;
	enum { WILDCARDS, ALL } where;
	enum { TO_LOOPBACK, TO_BOTH, TO_IPV4, TO_IPV6, TO_INTERFACE, LIMIT, CONFINE, DENY, LOCKDOWN } what;
	unsigned port;
	bool udp_clients;
};

extern const struct known_policy known_policies[POLICIES];

/**
 * struct model_socket - a socket and the machine it is on.
 * @domain: AF_INET, AF_INET6, or another one
 * @device: the program's own, or ""
 * @interface4, @interface6: has eth9 an address of that family? @owner: has a device the rule's address?
 */
struct model_socket {
	enum bg_call call;
	int domain;
	unsigned protocol;
	bool v6only, was_zero, interface4, interface6, owner;
	char device[BG_IFNAME_MAX];
};

/** struct model_address - a socket address as the model reads it: sixteen bytes, IPv4 in the last four. */
struct model_address {
	bool ipv6, mapped, unspec;
	uint8_t bytes[16];
	uint32_t scope;
	unsigned port;
};

/** enum effect - what becomes of the call. */
enum effect { UNTOUCHED, LATER, REFUSED, BOUND, ON_DEVICE };

/**
 * struct outcome - an effect, and its errno, its address and port, or its device (and port, where it is another one); or a
 * filter.
 */
struct outcome {
	enum effect effect;
	int error;
	struct model_address to;
	const char *device;
	bool limited;
};

extern const struct model_address model_eth4, model_eth6;

bool model_read(const uint8_t *bytes, size_t size, struct model_address *plain);
bool model_fits(const struct model_socket *model, const struct model_address *asked);
struct outcome model_expect(const struct known_policy *policy, const struct model_socket *model,
			    const struct model_address *asked);

#endif
