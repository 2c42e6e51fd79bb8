/* SPDX-License-Identifier: MIT
 * waiting_calls.h - calls whose memory is not there yet wait in a process of their own. */
#ifndef BINDGUARD_SECCOMP_WAITING_CALLS_H
#define BINDGUARD_SECCOMP_WAITING_CALLS_H

#include "seccomp/supervisor.h"

ssize_t waiting_calls_read(struct call *call, uint64_t from, void *to, size_t size);
bool waiting_calls_add(struct supervisor *supervisor, const struct seccomp_notif *asked);
const struct waiting_call *waiting_calls_take(struct supervisor *supervisor, pid_t pid);
bool waiting_calls_check(struct supervisor *supervisor);

#endif
