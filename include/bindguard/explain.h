/* SPDX-License-Identifier: MIT
 * explain.h - decisions in words: why a rule matches or not, what it says, what the kernel is asked for. Pure; logs have
 * shorter words of their own (event.h). */
#ifndef BINDGUARD_EXPLAIN_H
#define BINDGUARD_EXPLAIN_H

#include "bindguard/decision.h"

/** BG_EXPLAIN_MAX - bytes of one text, terminator included. Long lists are cut, and the text says by how much. */
#define BG_EXPLAIN_MAX 2048

/**
 * bg_match_format - why @rule matches @request, or which of its keys does not, with the values of both:
 * `is for another port: 8080, 9000-9099, not 80`.
 * @match: from bg_rule_match(). Where it is a program or command line that does not match, and the request's is "", the
 *         text says that it is not known
 * Return: bytes written, without the terminator; never more than BG_EXPLAIN_MAX - 1.
 */
BG_SIGSAFE size_t bg_match_format(const struct bg_policy *policy, const struct bg_rule *rule,
				  const struct bg_request *request, enum bg_match match, char text[BG_EXPLAIN_MAX]);

/** bg_rule_format - what @rule does where it matches: `rewrite to loopback`. Return: as bg_match_format(). */
BG_SIGSAFE size_t bg_rule_format(const struct bg_policy *policy, const struct bg_rule *rule, char text[BG_EXPLAIN_MAX]);

/**
 * bg_change_format - what the kernel is asked for: `bind(127.0.0.1:80)`, `SO_BINDTODEVICE lo, then bind([::]:80)`.
 * @call: BG_CALL_LISTEN: the socket is bound already
 * @scope: name or number of the interface of the address's scope, or "". Return: as bg_match_format().
 */
BG_SIGSAFE size_t bg_change_format(const struct bg_change *change, enum bg_call call, const char *scope,
				   char text[BG_EXPLAIN_MAX]);

/** bg_connect_format - the call that was asked about: `connect(192.0.2.1:443)`. @to: its address alone counts. Return: as above. */
BG_SIGSAFE size_t bg_connect_format(const struct bg_change *to, const char *scope, char text[BG_EXPLAIN_MAX]);

#endif
