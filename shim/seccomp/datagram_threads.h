/* SPDX-License-Identifier: MIT
 * datagram_threads.h - which threads have datagram sockets that rules hold. */
#ifndef BINDGUARD_SECCOMP_DATAGRAM_THREADS_H
#define BINDGUARD_SECCOMP_DATAGRAM_THREADS_H

#include "seccomp/supervisor.h"

void datagram_threads_add(struct supervisor *supervisor);
bool datagram_threads_may_have(const struct supervisor *supervisor, pid_t tid);

#endif
