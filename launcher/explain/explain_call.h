/* SPDX-License-Identifier: MIT
 * explain_call.h - the call that is asked about, from the command line. */
#ifndef BINDGUARD_LAUNCHER_EXPLAIN_EXPLAIN_CALL_H
#define BINDGUARD_LAUNCHER_EXPLAIN_EXPLAIN_CALL_H

#include "launcher/explain/explanation.h"

bool explain_read_call(const char *protocol, const char *where, struct bg_request *request, struct failure *failure);
const char *explain_scope(const struct bg_addr *addr, char name[BG_IFNAME_MAX]);

#endif
