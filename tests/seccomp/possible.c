/* SPDX-License-Identifier: MIT
 * possible.c - where the engine cannot work, as in a container with Docker's default profile, each program of this room is
 * skipped whole, and says why. Where nothing may be skipped that is a test that fails. */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/** ask_first - before main(): 77 is how tests/run.sh is told of a skip. */
__attribute__((constructor)) static void
ask_first(void)
{
	const char *must_run = getenv("BG_MUST_RUN");
	bool must = must_run && strcmp(must_run, "1") == 0;

	if (system(BG_SECCOMP_CLI " --possible") == 0)
		return;
	puts(must ? "1..1\nnot ok 1 - engine_is_possible" : "skipped: the engine seccomp is not possible here");
	fflush(stdout);
	_exit(must ? 1 : 77);
}
