/* SPDX-License-Identifier: MIT
 * table.h - the conformance table: policy and call in, verdict out. Every engine runs it. */
#ifndef BINDGUARD_TESTS_CONFORMANCE_TABLE_H
#define BINDGUARD_TESTS_CONFORMANCE_TABLE_H

#include "bindguard/decision.h"

/** FIXED_PORT - the port of rows that ask for one; rules of the table speak of it. */
#define FIXED_PORT 19080

/** RAW_NUMBER - of the protocol of the rows' raw sockets, which have it in the place of a port, bound or not. */
#define RAW_NUMBER 6

/**
 * struct row - one call under one policy.
 * @name: unique
 * @config: configuration text; NULL: the built-in default; LOCKDOWN: the compiled-in lockdown
 * @call: BG_CALL_BIND, or BG_CALL_LISTEN: the socket was bound past the guard, to @address and @port
 * @protocol: tcp, udp, udplite, raw, or other: a ping socket
 * @mptcp: the same by IPPROTO_MPTCP
 * @v6only: IPV6_V6ONLY of an IPv6 socket
 * @device: SO_BINDTODEVICE that the program set before
 * @form, @address, @port: what is asked for; IPv4 text for BG_FORM_MAPPED. NULL with listen: not bound at all
 *   Of BG_CALL_OUTGOING they are the other end's
 * @local, @local_port: of BG_CALL_OUTGOING: what the socket was bound to before, past the guard; NULL: nothing
 * @source: of BG_CALL_OUTGOING: the socket's address afterwards; @to: what the verdict binds, NULL: nothing
 * @effect, @rule, @reason: of the verdict; @rule NULL: none
 * @to: address after the call (IPv4 text for mapped); NULL: the address asked for
 * @to_port: port after the call; 0: the port asked for
 * @confined: device after the call; NULL: as before
 * @limited: instructions of the filter after the call; 0: not asked
 * @error: of a refused call
 */
struct row {
	const char *name;
	const char *config;
	enum bg_call call;
	enum bg_protocol protocol;
	bool mptcp;
	bool v6only;
	const char *device;
	enum bg_form form;
	const char *address;
	uint16_t port;
	const char *local;
	uint16_t local_port;
	const char *source;
	enum bg_effect effect;
	const char *rule;
	enum bg_reason reason;
	const char *to;
	uint16_t to_port;
	const char *confined;
	unsigned limited;
	int error;
};

#define LOCKDOWN "lockdown"

extern const struct row rows[];
extern const size_t row_count;

#endif
