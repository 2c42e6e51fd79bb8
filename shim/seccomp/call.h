/* SPDX-License-Identifier: MIT
 * call.h - answers one trapped call. */
#ifndef BINDGUARD_SECCOMP_CALL_H
#define BINDGUARD_SECCOMP_CALL_H

#include "seccomp/supervisor.h"

bool call_answer(struct supervisor *supervisor, const struct seccomp_notif *asked, struct seccomp_notif_resp *answer);
bool call_answer_again(struct supervisor *supervisor, const struct waiting_call *waiting, bool unreadable,
		       struct seccomp_notif_resp *answer);

#endif
