/* SPDX-License-Identifier: MIT
 * socket_model.c - the naive model of sockaddr_fuzz.c. */
#include "fuzz/socket_model.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#define ON_WILDCARD(what) "rule \"r\" { address = wildcard " what " }"
#define REWRITE(to) "action = rewrite to = {" to "}"

const struct known known[POLICIES] = {
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
	{ON_WILDCARD("action = deny error = EPERM"), WILDCARDS, DENY, 0, false},
};

static const uint8_t ipv4_in_ipv6[12] = {[10] = 0xff, [11] = 0xff};
static const struct plain loopback4 = {.bytes = {[12] = 127, 0, 0, 1}};
static const struct plain loopback6 = {.ipv6 = true, .bytes = {[15] = 1}};
static const struct plain rule4 = {.bytes = {[12] = 192, 0, 2, 1}};
static const struct plain rule6 = {.ipv6 = true, .bytes = {0x20, 0x01, 0x0d, 0xb8, [15] = 1}};
const struct plain model_eth4 = {.bytes = {[12] = 10, 9, 9, 9}};
const struct plain model_eth6 = {.ipv6 = true, .bytes = {0xfd, [15] = 9}};

/** model_read - ip(7), ipv6(7), byte by byte. Return: false where the kernel alone has to answer. */
bool
model_read(const uint8_t *bytes, size_t size, struct plain *plain)
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
is_wildcard(const struct plain *plain)
{
	static const uint8_t zeros[16];

	return memcmp(plain->bytes, zeros, 16) == 0;
}

/** is_loopback - 127.0.0.0/8 or ::1. */
static bool
is_loopback(const struct plain *plain)
{
	return plain->ipv6 ? memcmp(plain->bytes, loopback6.bytes, 16) == 0 : plain->bytes[12] == 127;
}

/** is_late - the socket has its address already. */
static bool
is_late(const struct world *world)
{
	return world->call == BG_CALL_LISTEN || world->call == BG_CALL_CONNECT;
}

/** model_fits - does the socket take an address written like this? */
bool
model_fits(const struct world *world, const struct plain *asked)
{
	return world->domain == (asked->ipv6 || asked->mapped ? AF_INET6 : AF_INET);
}

/** is_ours - does the policy say anything of this address and socket? */
static bool
is_ours(const struct known *policy, const struct world *world, const struct plain *asked)
{
	bool clients = asked->port == 0 || (is_late(world) && world->was_zero);

	if (policy->where == WILDCARDS && !is_wildcard(asked))
		return false;
	if (world->protocol == BG_PROTOCOL_RAW || world->protocol == BG_PROTOCOL_OTHER)
		return false; /* no ports: nobody is a server on one */
	if (policy->port && asked->port == 0)
		return false; /* its rule has the ports but 0 */
	return !(policy->udp_clients && (world->protocol & (BG_PROTOCOL_UDP | BG_PROTOCOL_UDPLITE)) && clients);
}

/** refused - with @error; but what the kernel itself refuses, it refuses. */
static struct outcome
refused(const struct world *world, const struct plain *asked, int error)
{
	return (struct outcome){.fate = model_fits(world, asked) ? REFUSED : UNTOUCHED, .error = error};
}

/** choose - of two addresses the one that the socket can take; NULL: none. A dual-stack socket can take either. */
static const struct plain *
choose(const struct world *world, const struct plain *asked, const struct plain *four, const struct plain *six)
{
	if (!asked->ipv6)
		return four;
	if (six)
		return six;
	return world->v6only ? NULL : four;
}

/** rewritten - the outcome of a rewrite to @four or @six, which may be NULL. */
static struct outcome
rewritten(const struct known *policy, const struct world *world, const struct plain *asked, const struct plain *four,
	  const struct plain *six)
{
	const struct plain *to = choose(world, asked, four, six);
	struct outcome outcome = {.fate = BOUND};

	if (!to)
		return refused(world, asked, policy->what == TO_INTERFACE ? EADDRNOTAVAIL : EACCES);
	if (is_late(world)) {
		outcome.fate = ON_DEVICE;
		outcome.device = policy->what == TO_LOOPBACK ? "lo" : "eth9";
		if (policy->what != TO_LOOPBACK && !world->owner)
			return refused(world, asked, EACCES);
		return outcome;
	}
	outcome.to = *to;
	outcome.to.mapped = !to->ipv6 && (asked->ipv6 || asked->mapped);
	outcome.to.port = policy->port ? policy->port : asked->port;
	return outcome;
}

/** is_dual_stack - a wildcard of both families? */
static bool
is_dual_stack(const struct world *world, const struct plain *asked)
{
	return asked->ipv6 && is_wildcard(asked) && !world->v6only;
}

/** expect_loopback - a wildcard goes to the loopback of its family, or to the device where it has two of them. */
static struct outcome
expect_loopback(const struct known *policy, const struct world *world, const struct plain *asked)
{
	if (is_loopback(asked) && !is_late(world) && !policy->port)
		return (struct outcome){.fate = UNTOUCHED};
	if (is_dual_stack(world, asked) || is_late(world))
		return (struct outcome){
			.fate = ON_DEVICE, .device = "lo", .to.port = is_late(world) ? 0 : policy->port};
	return rewritten(policy, world, asked, &loopback4, &loopback6);
}

/** expect_interface - an interface: its address now; at a bound socket, or where it has one for both families, itself. */
static struct outcome
expect_interface(const struct known *policy, const struct world *world, const struct plain *asked)
{
	bool has_address = world->interface4 || world->interface6;

	if (is_late(world) || (is_dual_stack(world, asked) && has_address))
		return (struct outcome){.fate = ON_DEVICE, .device = "eth9"};
	return rewritten(policy, world, asked, world->interface4 ? &model_eth4 : NULL,
			 world->interface6 ? &model_eth6 : NULL);
}

/** model_expect - what becomes of a call, spec by heart. */
struct outcome
model_expect(const struct known *policy, const struct world *world, const struct plain *asked)
{
	bool stream = world->protocol == BG_PROTOCOL_TCP || world->protocol == BG_PROTOCOL_SCTP ||
		      world->protocol == BG_PROTOCOL_DCCP;

	if (asked->unspec && (!is_wildcard(asked) || !model_fits(world, asked)))
		return (struct outcome){.fate = UNTOUCHED};
	if (!is_ours(policy, world, asked))
		return (struct outcome){.fate = UNTOUCHED};
	if (policy->what == DENY)
		return refused(world, asked, EPERM);
	if (policy->what == LOCKDOWN && is_loopback(asked))
		return (struct outcome){.fate = UNTOUCHED};
	if (policy->what == LOCKDOWN && !is_wildcard(asked))
		return refused(world, asked, EACCES);
	if (stream && is_wildcard(asked) && asked->port == 0 && !is_late(world))
		return (struct outcome){.fate = LATER};
	if (world->device[0])
		return (struct outcome){.fate = UNTOUCHED};
	switch (policy->what) {
	case CONFINE:
		return (struct outcome){.fate = model_fits(world, asked) ? ON_DEVICE : UNTOUCHED, .device = "eth9"};
	case TO_BOTH: return rewritten(policy, world, asked, &rule4, &rule6);
	case TO_IPV4: return rewritten(policy, world, asked, &rule4, NULL);
	case TO_IPV6: return rewritten(policy, world, asked, NULL, &rule6);
	case TO_INTERFACE: return expect_interface(policy, world, asked);
	default: return expect_loopback(policy, world, asked);
	}
}
