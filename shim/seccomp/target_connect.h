/* SPDX-License-Identifier: MIT
 * target_connect.h - connect(2) of the target, and the scope of its address: what the kernel sets is not of its choosing. */
#ifndef BINDGUARD_SECCOMP_TARGET_CONNECT_H
#define BINDGUARD_SECCOMP_TARGET_CONNECT_H

#include "seccomp/supervisor.h"

bool target_connect_has_scope(struct supervisor *supervisor, uint64_t at, unsigned size);
int target_connect_proceed(struct supervisor *supervisor, const union bg_sockaddr *addr, unsigned size);
int target_connect(struct supervisor *supervisor, const union bg_sockaddr *addr, unsigned size);

#endif
