/* SPDX-License-Identifier: MIT
 * emulated_call.h - a trapped call that is ready to be made, in the target's place. */
#ifndef BINDGUARD_SECCOMP_EMULATED_CALL_H
#define BINDGUARD_SECCOMP_EMULATED_CALL_H

#include "seccomp/supervisor.h"

/**
 * struct emulated_call - a call ready to be made.
 * @trap: which
 * @packed: its arguments are in the target's memory
 * @backlog: of listen
 * @addr, @size: of the others; @addr NULL: the target's pointer cannot be read, and the kernel shall say so
 */
struct emulated_call {
	struct supervisor *supervisor;
	enum trap trap;
	bool packed;
	int backlog;
	const union bg_sockaddr *addr;
	unsigned size;
};

int emulated_call_make(struct emulated_call *emulated, const struct seccomp_data *asked);

#endif
