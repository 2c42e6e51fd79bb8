/* SPDX-License-Identifier: MIT
 * socket_model.c - the naive model of sockaddr_fuzz.c. */
#include "fuzz/socket_model.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#define ON_WILDCARD(what) "rule \"r\" { address = wildcard " what " }"
#define REWRITE(to) "action = rewrite to = {" to "}"

const struct known_policy known_policies[POLICIES] = {
	{NULL, WILDCARDS, TO_LOOPBACK, 0, true}, /* the built-in default */
	{NULL, ALL, LOCKDOWN, 0, false},	 /* lockdown */
	{ON_WILDCARD(REWRITE("loopback")), WILDCARDS, TO_LOOPBACK, 0, false},
	{"rule \"r\" {" REWRITE("loopback") "}", ALL, TO_LOOPBACK, 0, false},
	{ON_WILDCARD(REWRITE("loopback") " port = 1-65535 to_port = 9999"), WILDCARDS, TO_LOOPBACK, 9999, false},
	{ON_WILDCARD(REWRITE("\"192.0.2.1\", \"2001:db8::1\"")), WILDCARDS, TO_BOTH, 0, false},
	{ON_WILDCARD(REWRITE("\"192.0.2.1\"")), WILDCARDS, TO_IPV4, 0, false},
	{ON_WILDCARD(REWRITE("\"2001:db8::1\"")), WILDCARDS, TO_IPV6, 0, false},
	{ON_WILDCARD(REWRITE("eth9")), WILDCARDS, TO_INTERFACE, 0, false},
	{ON_WILDCARD("action = confine interface = eth9"), WILDCARDS, CONFINE, 0, false},
	{ON_WILDCARD("action = limit"), WILDCARDS, LIMIT, 0, false},
	{ON_WILDCARD("action = deny error = EPERM"), WILDCARDS, DENY, 0, false},
};

static const uint8_t ipv4_in_ipv6[12] = {[10] = 0xff, [11] = 0xff};
static const struct model_address loopback4 = {.bytes = {[12] = 127, 0, 0, 1}};
static const struct model_address loopback6 = {.ipv6 = true, .bytes = {[15] = 1}};
static const struct model_address rule4 = {.bytes = {[12] = 192, 0, 2, 1}};
static const struct model_address rule6 = {.ipv6 = true, .bytes = {0x20, 0x01, 0x0d, 0xb8, [15] = 1}};
const struct model_address model_eth4 = {.bytes = {[12] = 10, 9, 9, 9}};
const struct model_address model_eth6 = {.ipv6 = true, .bytes = {0xfd, [15] = 9}};

/** model_read - ip(7), ipv6(7), byte by byte. Return: false where the kernel alone has to answer. */
bool
model_read(const uint8_t *bytes, size_t size, struct model_address *plain)
{
	unsigned family = bytes[0] | (unsigned)bytes[1] << 8; /* of a little-endian machine */

	memset(plain, 0, sizeof(*plain));
	if (size < 16 || size > 128)
		return false;
	plain->port = (unsigned)bytes[2] << 8 | bytes[3];
	if (family == 2 || family == 0) {
		plain->unspec = family == 0;
		memcpy(plain->bytes + 12, bytes + 4, 4);
		return true;
	}
	if (family != 10 || size < 24)
		return false;
	memcpy(plain->bytes, bytes + 8, 16);
	plain->mapped = memcmp(plain->bytes, ipv4_in_ipv6, 12) == 0;
	if (plain->mapped)
		memset(plain->bytes, 0, 12);
	else if (size >= 28)
		memcpy(&plain->scope, bytes + 24, 4);
	plain->ipv6 = !plain->mapped;
	return true;
}

/** is_wildcard - all of it is zero. */
static bool
is_wildcard(const struct model_address *plain)
{
	static const uint8_t zeros[16];

	return memcmp(plain->bytes, zeros, 16) == 0;
}

/** is_loopback - 127.0.0.0/8 or ::1. */
static bool
is_loopback(const struct model_address *plain)
{
	return plain->ipv6 ? memcmp(plain->bytes, loopback6.bytes, 16) == 0 : plain->bytes[12] == 127;
}

/** is_late - the socket has its address already. */
static bool
is_late(const struct model_socket *model)
{
	return model->call == BG_CALL_LISTEN || model->call == BG_CALL_CONNECT;
}

/** model_fits - does the socket take an address written like this? */
bool
model_fits(const struct model_socket *model, const struct model_address *asked)
{
	return model->domain == (asked->ipv6 || asked->mapped ? AF_INET6 : AF_INET);
}

/** is_ours - does the policy say anything of this address and socket? */
static bool
is_ours(const struct known_policy *policy, const struct model_socket *model, const struct model_address *asked)
{
	bool clients = asked->port == 0 || (is_late(model) && model->was_zero);

	if (policy->where == WILDCARDS && !is_wildcard(asked))
		return false;
	if (model->protocol == BG_PROTOCOL_RAW || model->protocol == BG_PROTOCOL_OTHER)
		return false; /* no ports: nobody is a server on one */
	if (policy->port && asked->port == 0)
		return false; /* its rule has the ports but 0 */
	return !(policy->udp_clients && (model->protocol & (BG_PROTOCOL_UDP | BG_PROTOCOL_UDPLITE)) && clients);
}

/** refused - with @error; but what the kernel itself refuses, it refuses. */
static struct outcome
refused(const struct model_socket *model, const struct model_address *asked, int error)
{
	return (struct outcome){.effect = model_fits(model, asked) ? REFUSED : UNTOUCHED, .error = error};
}

/** choose - of two addresses the one that the socket can take; NULL: none. A dual-stack socket can take either. */
static const struct model_address *
choose(const struct model_socket *model, const struct model_address *asked, const struct model_address *four,
       const struct model_address *six)
{
	if (!asked->ipv6)
		return four;
	if (six)
		return six;
	return model->v6only ? NULL : four;
}

/** rewritten - the outcome of a rewrite to @four or @six, which may be NULL. */
static struct outcome
rewritten(const struct known_policy *policy, const struct model_socket *model, const struct model_address *asked,
	  const struct model_address *four, const struct model_address *six)
{
	const struct model_address *to = choose(model, asked, four, six);
	struct outcome outcome = {.effect = BOUND};

	if (!to)
		return refused(model, asked, policy->what == TO_INTERFACE ? EADDRNOTAVAIL : EACCES);
	if (is_late(model)) {
		outcome.effect = ON_DEVICE;
		outcome.device = policy->what == TO_LOOPBACK ? "lo" : "eth9";
		if (policy->what != TO_LOOPBACK && !model->owner)
			return refused(model, asked, EACCES);
		return outcome;
	}
	outcome.to = *to;
	outcome.to.mapped = !to->ipv6 && (asked->ipv6 || asked->mapped);
	outcome.to.port = policy->port ? policy->port : asked->port;
	return outcome;
}

/** is_dual_stack - a wildcard of both families? */
static bool
is_dual_stack(const struct model_socket *model, const struct model_address *asked)
{
	return asked->ipv6 && is_wildcard(asked) && !model->v6only;
}

/** expect_loopback - a wildcard goes to the loopback of its family, or to the device where it has two of them. */
static struct outcome
expect_loopback(const struct known_policy *policy, const struct model_socket *model, const struct model_address *asked)
{
	if (is_loopback(asked) && !is_late(model) && !policy->port)
		return (struct outcome){.effect = UNTOUCHED};
	if (is_dual_stack(model, asked) || is_late(model))
		return (struct outcome){
			.effect = ON_DEVICE, .device = "lo", .to.port = is_late(model) ? 0 : policy->port};
	return rewritten(policy, model, asked, &loopback4, &loopback6);
}

/** expect_interface - an interface: its address now; at a bound socket, or where it has one for both families, itself. */
static struct outcome
expect_interface(const struct known_policy *policy, const struct model_socket *model, const struct model_address *asked)
{
	bool has_address = model->interface4 || model->interface6;

	if (is_late(model) || (is_dual_stack(model, asked) && has_address))
		return (struct outcome){.effect = ON_DEVICE, .device = "eth9"};
	return rewritten(policy, model, asked, model->interface4 ? &model_eth4 : NULL,
			 model->interface6 ? &model_eth6 : NULL);
}

/** model_expect - what becomes of a call, spec by heart. */
struct outcome
model_expect(const struct known_policy *policy, const struct model_socket *model, const struct model_address *asked)
{
	bool stream = model->protocol == BG_PROTOCOL_TCP || model->protocol == BG_PROTOCOL_SCTP ||
		      model->protocol == BG_PROTOCOL_DCCP;

	if (asked->unspec && (!is_wildcard(asked) || !model_fits(model, asked)))
		return (struct outcome){.effect = UNTOUCHED};
	if (!is_ours(policy, model, asked))
		return (struct outcome){.effect = UNTOUCHED};
	if (policy->what == DENY)
		return refused(model, asked, EPERM);
	if (policy->what == LOCKDOWN && is_loopback(asked))
		return (struct outcome){.effect = UNTOUCHED};
	if (policy->what == LOCKDOWN && !is_wildcard(asked))
		return refused(model, asked, EACCES);
	if (stream && ((is_wildcard(asked) && asked->port == 0) || policy->what == LIMIT) && !is_late(model))
		return (struct outcome){.effect = LATER};
	if (model->device[0])
		return (struct outcome){.effect = UNTOUCHED};
	switch (policy->what) {
	case CONFINE:
		return (struct outcome){.effect = model_fits(model, asked) ? ON_DEVICE : UNTOUCHED, .device = "eth9"};
	case LIMIT:
		return (struct outcome){
			.effect = model_fits(model, asked) ? BOUND : UNTOUCHED, .to = *asked, .limited = true};
	case TO_BOTH: return rewritten(policy, model, asked, &rule4, &rule6);
	case TO_IPV4: return rewritten(policy, model, asked, &rule4, NULL);
	case TO_IPV6: return rewritten(policy, model, asked, NULL, &rule6);
	case TO_INTERFACE: return expect_interface(policy, model, asked);
	default: return expect_loopback(policy, model, asked);
	}
}
