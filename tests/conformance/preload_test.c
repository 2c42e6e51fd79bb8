/* SPDX-License-Identifier: MIT
 * preload_test.c - the conformance table with real sockets: an unrelated program under the preloaded library makes the
 * row's call; the kernel says what came of it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "bindguard/words.h"
#include "conformance/row_check.h"

/** run - the row's call in a program of its own, under the library: a row_call. */
static void
run(const struct row *row, const char *mode, char *line, size_t size)
{
	const char *first = getenv("BG_PRELOAD_FIRST"),
		   *other = getenv("BG_LIBRARY"); /* a broken one, tests/breaks.sh */
	char command[2048];
	FILE *host;

	snprintf(command, sizeof(command),
		 "BINDGUARD_CONFIG='%s' %s%s BINDGUARD_LOG=none LD_PRELOAD='%s %s' %s/hosts/conformance_host "
		 "%s %s %d %d %s %d %s %u %s %u 2>/dev/null",
		 row_config(row), mode ? "BINDGUARD_MODE=" : "", mode ? mode : "", first ? first : "",
		 other ? other : BG_LIBRARY, BG_BUILD_DIR,
		 row->call == BG_CALL_LISTEN	 ? "listen"
		 : row->call == BG_CALL_OUTGOING ? "connect"
						 : "bind",
		 bg_protocol_word(row->protocol), row->mptcp, row->v6only, row->device ? row->device : "-",
		 (int)row->form, row->address ? row->address : "-", row->port, row->local ? row->local : "-",
		 row->local_port);
	host = popen(command, "re");
	assert_non_null(host);
	line[0] = '\0';
	assert_non_null(fgets(line, (int)size, host));
	line[strcspn(line, "\n")] = '\0';
	pclose(host);
}

int
main(int argc, char **argv)
{
	return rows_check("preload", run, argc, argv);
}
