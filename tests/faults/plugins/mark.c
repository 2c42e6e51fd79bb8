/* SPDX-License-Identifier: MIT
 * mark.c: a library whose constructor runs before that of a library preloaded in front of it, and tells the tracer. */
#include "../tracer.h"

__attribute__((constructor)) static void
mark(void)
{
	fault_mark(FAULT_OPEN, 0);
}
