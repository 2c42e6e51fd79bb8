/* SPDX-License-Identifier: MIT
 * early.c: a library that binds in its constructor, which runs before that of a library preloaded in front of it, and in
 * its destructor, when the program is at its end. */
#include "../hosts/socket.h"

#define PORT 19610

/** tell - bind, and say what became of it without stdio. */
static void
tell(const char *when)
{
	char first[128];
	int guarded, kept;

	errno = 4711;
	guarded = serve_four(PORT, first);
	kept = errno;
	dprintf(1, "%s %d of 4, first %s, errno %d\n", when, guarded, first, kept);
}

/** constructor - at load. */
__attribute__((constructor)) static void
constructor(void)
{
	tell("constructor");
}

/** destructor - at exit. */
__attribute__((destructor)) static void
destructor(void)
{
	tell("destructor");
}
