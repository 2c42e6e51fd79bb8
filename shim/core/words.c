/* SPDX-License-Identifier: MIT
 * words.c - the English of the enums, as logs, `explain` and test failures print it. Pure: switches and no tables of
 * pointers, which would cost a relocation each in every process. */
#include "bindguard/words.h"
#include "bindguard/explain.h"

/** bg_protocol_word - the word of the `protocol` key. Return: "other" for what has none. */
const char *
bg_protocol_word(enum bg_protocol protocol)
{
	switch (protocol) {
	case BG_PROTOCOL_TCP: return "tcp";
	case BG_PROTOCOL_UDP: return "udp";
	case BG_PROTOCOL_UDPLITE: return "udplite";
	case BG_PROTOCOL_SCTP: return "sctp";
	case BG_PROTOCOL_DCCP: return "dccp";
	case BG_PROTOCOL_RAW: return "raw";
	case BG_PROTOCOL_OTHER: break;
	}
	return "other";
}

/** bg_action_word - the word of the `action` key, or "undo". Return: "?" for a value outside the enum. */
const char *
bg_action_word(enum bg_action action)
{
	switch (action) {
	case BG_ACTION_ALLOW: return "allow";
	case BG_ACTION_REWRITE: return "rewrite";
	case BG_ACTION_CONFINE: return "confine";
	case BG_ACTION_LIMIT: return "limit";
	case BG_ACTION_DENY: return "deny";
	case BG_ACTION_UNDO: return "undo";
	}
	return "?";
}

/** bg_call_word - the name of the intercepted call. Return: "?" for a value outside the enum. */
const char *
bg_call_word(enum bg_call call)
{
	switch (call) {
	case BG_CALL_BIND: return "bind";
	case BG_CALL_LISTEN: return "listen";
	case BG_CALL_CONNECT: return "connect";
	case BG_CALL_BINDRESVPORT: return "bindresvport";
	case BG_CALL_SCTP_BINDX: return "sctp_bindx";
	case BG_CALL_OUTGOING: return "connect";
	case BG_CALL_EXEC: return "exec";
	}
	return "?";
}

/** bg_reason_text - why the effect is what it is, as a clause to follow "; ". Return: "?" outside the enum. */
const char *
bg_reason_text(enum bg_reason reason)
{
	switch (reason) {
	case BG_REASON_RULE: return "the rule says so";
	case BG_REASON_NO_RULE: return "no rule matches";
	case BG_REASON_NOT_INTERNET: return "not a call that an Internet socket takes";
	case BG_REASON_OWN_DEVICE: return "the program itself chose a device";
	case BG_REASON_OWN_ADDRESS: return "the program itself chose an address, or a rule did at bind";
	case BG_REASON_ALREADY_THERE: return "already at the target";
	case BG_REASON_PORT_ZERO: return "port 0: listen will tell client from server";
	case BG_REASON_LISTENS: return "a server is limited at listen, a client never";
	case BG_REASON_DUAL_STACK: return "dual-stack: confined, since no address serves both families";
	case BG_REASON_AT_LISTEN: return "already bound: confined, since its address cannot change";
	case BG_REASON_NO_LOOPBACK: return "no loopback address on this host: confined instead";
	case BG_REASON_NO_CONFINE: return "the kernel refuses to confine: IPv4 loopback only";
	case BG_REASON_NO_IPV4: return "dual-stack, and the target is an IPv6 address: IPv4 not served";
	case BG_REASON_NO_IPV6: return "dual-stack, and the target is an IPv4 address: IPv6 not served";
	case BG_REASON_NO_FILTER:
		return "takes no filter of the guard: MPTCP, TCP without CAP_NET_ADMIN, or it has one of its own";
	case BG_REASON_LO_INSTEAD:
		return "takes no filter of the guard (MPTCP, TCP without CAP_NET_ADMIN, or it has one of its own): "
		       "confined "
		       "to lo, the machine's own addresses do not answer";
	case BG_REASON_NO_INTERFACE: return "an interface of from is not here now, or is part of another";
	case BG_REASON_ENVIRONMENT: return "its device is of every socket here (VRF): not taken off";
	case BG_REASON_FAMILY: return "the rule has no target of this family";
	case BG_REASON_NO_ADDRESS: return "the target has no such address or device now";
	case BG_REASON_UNASKED:
		return "interfaces cannot be asked: netlink is forbidden, or the socket is of another network "
		       "namespace";
	case BG_REASON_BLOCKED: return "the kernel may not be asked what the rules need to know";
	}
	return "?";
}

/** bg_match_text - which key of a rule says no, as a clause about the rule. Return: "?" outside the enum. */
const char *
bg_match_text(enum bg_match match)
{
	switch (match) {
	case BG_MATCH_YES: return "matches";
	case BG_MATCH_UNKNOWN: return "cannot tell yet: a fact is missing";
	case BG_MATCH_NO_CALL: return "is for another call";
	case BG_MATCH_NO_PROGRAM: return "is for another program";
	case BG_MATCH_NO_COMMAND: return "is for another command line";
	case BG_MATCH_NO_FAMILY: return "is for the other address family";
	case BG_MATCH_NO_ADDRESS: return "is for another address";
	case BG_MATCH_NOT_ELSEWHERE: return "leaves loopback alone, as it does not name it";
	case BG_MATCH_NO_PORT: return "is for another port";
	case BG_MATCH_NO_PROTOCOL: return "is for another protocol";
	case BG_MATCH_NO_PORTS_USED: return "leaves raw and ping sockets alone, as it does not name them";
	}
	return "?";
}

/** bg_match_key - the key of the rule that says no. Return: NULL where none does. */
const char *
bg_match_key(enum bg_match match)
{
	switch (match) {
	case BG_MATCH_YES:
	case BG_MATCH_UNKNOWN: break;
	case BG_MATCH_NO_CALL: return "call";
	case BG_MATCH_NO_PROGRAM: return "program";
	case BG_MATCH_NO_COMMAND: return "command";
	case BG_MATCH_NO_FAMILY: return "family";
	case BG_MATCH_NO_ADDRESS:
	case BG_MATCH_NOT_ELSEWHERE: return "address";
	case BG_MATCH_NO_PORT: return "port";
	case BG_MATCH_NO_PROTOCOL:
	case BG_MATCH_NO_PORTS_USED: return "protocol";
	}
	return NULL;
}

/** bg_effect_word - what is to be done with the call. Return: "?" for a value outside the enum. */
const char *
bg_effect_word(enum bg_effect effect)
{
	switch (effect) {
	case BG_EFFECT_NONE: return "none";
	case BG_EFFECT_CHANGE: return "change";
	case BG_EFFECT_REFUSE: return "refuse";
	case BG_EFFECT_WAIT: return "wait";
	}
	return "?";
}
