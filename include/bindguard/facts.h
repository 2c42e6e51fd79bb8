/* SPDX-License-Identifier: MIT
 * facts.h - gathers what decide() asks for, until there is a verdict. Signal-safe. */
#ifndef BINDGUARD_FACTS_H
#define BINDGUARD_FACTS_H

#include "bindguard/guard.h"

/** enum bg_facts - how gathering went. */
enum bg_facts {
	BG_FACTS_GATHERED,
	BG_FACTS_NONE,	  /* @fd is no socket that has them: the bare call has the right errno */
	BG_FACTS_BLOCKED, /* something forbids to ask (seccomp): bg_decide_blocked() */
};

BG_SIGSAFE bool bg_attempt_decide(struct bg_attempt *attempt);
BG_SIGSAFE int bg_attempt_refuse(struct bg_attempt *attempt);
BG_SIGSAFE enum bg_facts bg_facts_gather(struct bg_attempt *attempt, unsigned facts);
BG_SIGSAFE enum bg_facts bg_facts_unavailable(int fd, bool ipv6);
BG_SIGSAFE enum bg_protocol bg_facts_protocol(int fd);
BG_SIGSAFE bool bg_facts_departure(int fd, const struct bg_addr *addr, struct bg_mark *mark);

#endif
