/* SPDX-License-Identifier: MIT
 * preload.h - what the intercepted calls share: the guard of this process and the way back to the program. */
#ifndef BINDGUARD_PRELOAD_PRELOAD_H
#define BINDGUARD_PRELOAD_PRELOAD_H

#include <errno.h>

#include "sys/guard.h"

/** bg_real_calls - the real functions: raw system calls until bg_real_resolve() has found the next library's. */
extern struct bg_real bg_real_calls;

/** bg_real_bindresvport - bindresvport(3) of the next library; NULL where there is none (musl). */
extern int (*bg_real_bindresvport)(int fd, void *in);

void bg_real_resolve(void);

/** bg_guard_current - the guard of this process; NULL until it is set up, then never changed. */
extern const struct bg_guard *bg_guard_current;

/**
 * bg_guard_set_up - make the guard, once. Normally run by our constructor; by the first call where another library's
 * constructor binds before ours. Return: never NULL; meanwhile (another thread, a signal handler) a guard in lockdown.
 */
const struct bg_guard *bg_guard_set_up(void);

/** bg_guard_get - the guard of this process, never NULL. */
BG_SIGSAFE static inline const struct bg_guard *
bg_guard_get(void)
{
	const struct bg_guard *guard = __atomic_load_n(&bg_guard_current, __ATOMIC_ACQUIRE);

	return guard ? guard : bg_guard_set_up();
}

/** bg_return - what the program gets: -1 and errno for a negative @result, else @result with errno as it was. */
BG_SIGSAFE static inline int
bg_return(int result, int saved_errno)
{
	errno = result < 0 ? -result : saved_errno;
	return result < 0 ? -1 : result;
}

#endif
