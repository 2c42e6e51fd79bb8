/* SPDX-License-Identifier: MIT
 * preload.h - what the intercepted calls share: the guard of this process and the way back to the program. */
#ifndef BINDGUARD_PRELOAD_PRELOAD_H
#define BINDGUARD_PRELOAD_PRELOAD_H

#include <errno.h>

#include "bindguard/guard.h"
#include "bindguard/marks.h"
#include "preload/init.h"

/** bg_guard_current - the guard of this process, in read-only pages; NULL until it is set up, then never changed. */
extern const struct bg_guard *bg_guard_current;

/** bg_guard_get - the guard of this process, never NULL. */
BG_SIGSAFE static inline const struct bg_guard *
bg_guard_get(void)
{
	const struct bg_guard *guard = __atomic_load_n(&bg_guard_current, __ATOMIC_ACQUIRE);

	return guard ? guard : bg_guard_set_up();
}

/**
 * bg_connect_path - where connect(2) goes: the real functions as long as no socket is marked and no rule is for it, else
 * @bg_connect_watched. Only the pointer changes; what it points to is read-only.
 */
extern const struct bg_real *bg_connect_path;
extern const struct bg_real bg_connect_watched;

/**
 * bg_connect_watch - a socket may have been marked: from now on connect(2) looks at each. The store is a full barrier
 * even where it changes nothing: init.c stores the other value, then looks for marks.
 */
BG_SIGSAFE static inline void
bg_connect_watch(void)
{
	if (__atomic_load_n(&bg_marks_used, __ATOMIC_SEQ_CST))
		__atomic_store_n(&bg_connect_path, &bg_connect_watched, __ATOMIC_SEQ_CST);
}

/**
 * bg_return - the way back to the program from each guarded call. What it gets: -1 and errno for a negative @result,
 * else @result with errno as it was.
 */
BG_SIGSAFE static inline int
bg_return(int result, int saved_errno)
{
	bg_connect_watch();
	errno = result < 0 ? -result : saved_errno;
	return result < 0 ? -1 : result;
}

#endif
