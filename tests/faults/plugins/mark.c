/* SPDX-License-Identifier: MIT
 * mark.c: a library whose constructor runs before that of a library preloaded in front of it, and tells the tracer. */
#include <stdlib.h>

#include "../tracer.h"

/** mark - with FAULT_CLEARENV in it, the environment is gone by then, as far as libc knows. */
__attribute__((constructor)) static void
mark(void)
{
	if (getenv("FAULT_CLEARENV"))
		clearenv();
	fault_mark(FAULT_OPEN, 0);
}
