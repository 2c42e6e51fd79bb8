/* SPDX-License-Identifier: MIT
 * decision.h - the question (request), the answer (verdict) and the one function between them. Pure. */
#ifndef BINDGUARD_DECISION_H
#define BINDGUARD_DECISION_H

#include "bindguard/policy.h"

/** enum bg_call - the intercepted call that asks. */
enum bg_call {
	BG_CALL_BIND,
	BG_CALL_LISTEN,
	BG_CALL_CONNECT, /* asks where it has dissolved a datagram socket's association: the socket is a server again */
	BG_CALL_BINDRESVPORT,
	BG_CALL_SCTP_BINDX,
	BG_CALL_OUTGOING, /* connect(2), which rules with call = {"connect"} are asked about: where to? */
	BG_CALL_EXEC,	  /* execve(2) and its like: of events alone, no rule is asked */
};

/** bg_call_is_late - at @call the socket is bound already: its address and port cannot change, its device can. */
BG_INLINE static inline bool
bg_call_is_late(enum bg_call call)
{
	return call == BG_CALL_LISTEN || call == BG_CALL_CONNECT;
}

/** enum bg_form - how the caller wrote the address down. The kernel wants its answer in the same form. */
enum bg_form {
	BG_FORM_IPV4,	/* AF_INET */
	BG_FORM_UNSPEC, /* AF_UNSPEC with a sockaddr_in; inet_bind() takes 0.0.0.0 so written for IPv4, ip(7) */
	BG_FORM_IPV6,	/* AF_INET6 */
	BG_FORM_MAPPED, /* AF_INET6 with ::ffff:a.b.c.d, RFC 4291 2.5.5.2 */
};

/**
 * enum bg_fact - facts that cost a system call. decide() asks for those it turns out to need, one set at a time, so
 * that a bind which no rule touches costs nothing.
 */
enum bg_fact {
	BG_FACT_DOMAIN = 1,	    /* SO_DOMAIN is the family of the address: @domain_fits */
	BG_FACT_PROTOCOL = 2,	    /* @protocol */
	BG_FACT_V6ONLY = 4,	    /* @v6only */
	BG_FACT_DEVICE = 8,	    /* @device */
	BG_FACT_TARGET_ADDR = 16,   /* @target_ipv4, @target_ipv6: addresses of verdict.interface */
	BG_FACT_TARGET_DEVICE = 32, /* @target_device: the device that has verdict.change.to */
	BG_FACT_PORT_ZERO = 64,	    /* @port_was_zero */
	BG_FACT_PORTS = 128, /* @protocol, of which all that counts is whether it has ports; 0: not to be asked */
	BG_FACT_LOCAL = 256, /* @local, @local_chosen */
};

/**
 * struct bg_request - what is known of one call.
 * @call: which call asks
 * @known: set of enum bg_fact gathered so far; the fields of the others are not read
 * @first: rules before this one are known not to match: an answer with verdict.needs has said so, in verdict.rule
 * @form: how the address is written
 * @asked: the address as rules see it (a mapped one is IPv4) and the port; at listen and connect the socket's own name;
 *         of BG_CALL_OUTGOING the other end's
 * @domain_fits: the socket's family takes an address of this form
 * @protocol: enum bg_protocol
 * @v6only: IPV6_V6ONLY, of an IPv6 socket
 * @port_was_zero: at listen and connect: bind(2) had been asked for port 0 on this socket, or nothing was bound at all
 * @local: of BG_CALL_OUTGOING: the socket's own name; port 0: it can be bound yet
 * @local_chosen: that address is a choice of the program, or of a rule at bind(2); false: of the kernel, or of a rule at connect(2)
 * @device: the device that the program itself bound the socket to, or ""
 * @target_ipv4, @target_ipv6: current addresses of the target interface; family 0 where it has none
 * @target_device: name of the device that has the target address, or ""
 * @target_unasked: set of enum bg_family for which the kernel could not be asked: nothing above is no answer then
 * @exe: absolute path of the executable; NULL: rules are already narrowed to this program
 * @command: command line joined by blanks; NULL where @exe is NULL
 */
struct bg_request {
	enum bg_call call;
	unsigned known;
	uint32_t first;
	enum bg_form form;
	struct bg_endpoint asked;
	bool domain_fits;
	enum bg_protocol protocol;
	bool v6only;
	bool port_was_zero;
	struct bg_endpoint local;
	bool local_chosen;
	char device[BG_IFNAME_MAX];
	struct bg_addr target_ipv4;
	struct bg_addr target_ipv6;
	char target_device[BG_IFNAME_MAX];
	unsigned target_unasked;
	const char *exe;
	const char *command;
};

/** enum bg_effect - what is to be done with the call. */
enum bg_effect {
	BG_EFFECT_NONE,	  /* the bare call */
	BG_EFFECT_CHANGE, /* with another address, and/or on a socket confined to a device */
	BG_EFFECT_REFUSE, /* fail with an errno, nothing reaches the kernel */
	BG_EFFECT_WAIT,	  /* the bare call now; listen(2) will ask again */
};

/** enum bg_reason - why the effect is what it is, beyond the rule's action. */
enum bg_reason {
	BG_REASON_RULE,		/* the rule says so */
	BG_REASON_NO_RULE,	/* no rule matches: allow */
	BG_REASON_NOT_INTERNET, /* not a call on an Internet socket that the kernel could accept: its own answer counts */
	BG_REASON_OWN_DEVICE,	/* the program itself bound the socket to a device */
	BG_REASON_OWN_ADDRESS,	 /* it bound the socket that connects to an address, or a rule did at bind(2) */
	BG_REASON_ALREADY_THERE, /* the address asked for is the target */
	BG_REASON_PORT_ZERO,	 /* client or server? listen(2) will tell */
	BG_REASON_LISTENS,	 /* what listens is limited when it does; a client never is */
	BG_REASON_DUAL_STACK,	 /* no address serves both families: confined instead */
	BG_REASON_AT_LISTEN,	 /* a bound socket cannot get another address: confined instead */
	BG_REASON_NO_LOOPBACK,	/* the loopback address does not exist on this host: confined instead (fallback only) */
	BG_REASON_NO_CONFINE,	/* the kernel refuses SO_BINDTODEVICE: IPv4 loopback only (fallback only) */
	BG_REASON_NO_IPV4,	/* a dual-stack socket goes to an IPv6 address: IPv4 is not served */
	BG_REASON_NO_IPV6,	/* likewise, to an IPv4 one */
	BG_REASON_NO_FILTER,	/* the socket takes no filter (MPTCP), or has one of its own (applied only) */
	BG_REASON_LO_INSTEAD,	/* for that reason it is confined to lo (fallback only) */
	BG_REASON_NO_INTERFACE, /* of `from` one is not here, or is part of another (applied only) */
	BG_REASON_ENVIRONMENT,	/* the device is of all sockets here (VRF), and stays (never decided, applied only) */
	BG_REASON_FAMILY,	/* the rule has no target of the socket's family */
	BG_REASON_NO_ADDRESS,	/* the interface has no address of the family, or no device has the address */
	BG_REASON_UNASKED,	/* which addresses or interfaces there are cannot be asked */
	BG_REASON_BLOCKED,	/* the kernel may not be asked what the rules need to know (seccomp) */
};

/**
 * struct bg_change - the address to bind, and the device to confine or the places to limit it to.
 * @to: address and port handed to the kernel, written in @form
 * @form: BG_FORM_IPV4, BG_FORM_IPV6 or BG_FORM_MAPPED
 * @interface: device for SO_BINDTODEVICE, or "": the socket's device stays as it is
 * At connect a wildcard in @to is not bound: the socket keeps the address that it has.
 * @limited: the socket gets a filter (SO_ATTACH_FILTER) that lets through what comes from the rule's `from`
 */
struct bg_change {
	struct bg_endpoint to;
	enum bg_form form;
	char interface[BG_IFNAME_MAX];
	bool limited;
};

/**
 * bg_change_is_to_loopback - does @change leave a socket to this machine's programs alone? That is what connect(2) to another
 * host takes back; another address or device is the user's choice, and is kept.
 */
BG_INLINE static inline bool
bg_change_is_to_loopback(const struct bg_change *change)
{
	const char *device = change->interface;

	return device[0] ? device[0] == 'l' && device[1] == 'o' && !device[2] : bg_addr_is_loopback(&change->to.addr);
}

/** BG_NO_RULE - verdict.rule where no rule matched. */
#define BG_NO_RULE UINT32_MAX

/**
 * struct bg_verdict - the decision and all that a log line, `explain` and a test need to tell it.
 * @needs: set of enum bg_fact; not 0: nothing is decided, gather these and ask again
 * @interface: with BG_FACT_TARGET_ADDR in @needs: of which interface
 * @rule: index into policy->rules, or BG_NO_RULE; with @needs, the rule that could not be asked yet
 * @action: enum bg_action of the rule; BG_ACTION_ALLOW without one
 * @effect: what to do
 * @reason: why
 * @error: errno value for BG_EFFECT_REFUSE
 * @change: for BG_EFFECT_CHANGE; @change.to also names the address for BG_FACT_TARGET_DEVICE
 * @has_fallback: @fallback may be tried when the kernel cannot do @change: no such address (EADDRNOTAVAIL), or
 *                SO_BINDTODEVICE refused
 * @fallback: the other way to the same end
 * @fallback_reason: why it would be taken
 */
struct bg_verdict {
	unsigned needs;
	char interface[BG_IFNAME_MAX];
	uint32_t rule;
	enum bg_action action;
	enum bg_effect effect;
	enum bg_reason reason;
	int error;
	struct bg_change change;
	bool has_fallback;
	struct bg_change fallback;
	enum bg_reason fallback_reason;
};

/** enum bg_match - does a rule match a request, and if not, which of its keys says no? */
enum bg_match {
	BG_MATCH_YES,
	BG_MATCH_UNKNOWN, /* a fact is missing */
	BG_MATCH_NO_CALL,
	BG_MATCH_NO_PROGRAM,
	BG_MATCH_NO_COMMAND,
	BG_MATCH_NO_FAMILY,
	BG_MATCH_NO_ADDRESS,
	BG_MATCH_NOT_ELSEWHERE, /* the other end is at loopback, which the rule does not name */
	BG_MATCH_NO_PORT,
	BG_MATCH_NO_PROTOCOL,
	BG_MATCH_NO_PORTS_USED, /* raw or ping socket, and the rule does not name the protocol */
};

#endif
