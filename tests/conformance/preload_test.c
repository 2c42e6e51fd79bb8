/* SPDX-License-Identifier: MIT
 * preload_test.c - the conformance table with real sockets: an unrelated program under the preloaded library makes the
 * row's call; the kernel says what came of it. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "bindguard/event.h"
#include "conformance/table.h"
#include "net/net.h"

static char config_path[] = "/tmp/bindguard-conformance.XXXXXX";

/** write_config - the row's policy as a file; lockdown is what a broken file brings about. */
static const char *
write_config(const struct row *row)
{
	const char *text = row->config && strcmp(row->config, LOCKDOWN) == 0 ? "broken {" : row->config;
	FILE *file;

	if (!text)
		return "";
	file = fopen(config_path, "we");
	assert_non_null(file);
	fputs(text, file);
	fclose(file);
	return config_path;
}

/** run - the row's call in a program of its own, under the library in @mode. @line: what it printed. */
static void
run(const struct row *row, const char *mode, char *line, int size)
{
	const char *first = getenv("BG_PRELOAD_FIRST"),
		   *other = getenv("BG_LIBRARY"); /* a broken one, tests/breaks.sh */
	char command[2048];
	FILE *host;

	snprintf(
		command, sizeof(command),
		"BINDGUARD_CONFIG='%s' BINDGUARD_MODE=%s BINDGUARD_LOG=%s LD_PRELOAD='%s %s' %s/hosts/conformance_host "
		"%s %s %d %d %s %d %s %u 2>/dev/null",
		write_config(row), mode, "none", first ? first : "", other ? other : BG_LIBRARY, BG_BUILD_DIR,
		row->call == BG_CALL_LISTEN ? "listen" : "bind", bg_protocol_word(row->protocol), row->mptcp,
		row->v6only, row->device ? row->device : "-", (int)row->form, row->address ? row->address : "-",
		row->port);
	if (!mode[0]) { /* BINDGUARD_MODE= would be rubbish, and BINDGUARD_LOG would repair nothing in lockdown */
		char *at = strstr(command, "BINDGUARD_MODE= ");

		memset(at, ' ', strlen("BINDGUARD_MODE= "));
	}
	host = popen(command, "re");
	assert_non_null(host);
	line[0] = '\0';
	assert_non_null(fgets(line, size, host));
	pclose(host);
}

/** expected_line - what the host must print, with the port left out where the kernel chooses. */
static void
expected_line(const struct row *row, char *line, size_t size)
{
	bool refused = row->error != 0, bound_before = row->call == BG_CALL_LISTEN && row->address;
	const char *any = row->form == BG_FORM_IPV6 || row->form == BG_FORM_MAPPED ? "::" : "0.0.0.0";
	const char *address = row->to ? row->to : row->address ? row->address : any;
	const char *device = row->confined && !refused ? row->confined : row->device ? row->device : "-";
	unsigned port = row->to_port ? row->to_port : row->port;
	bool mapped = (row->form == BG_FORM_MAPPED || row->form == BG_FORM_IPV6) && !strchr(address, ':');

	if (refused && !bound_before) {
		address = any;
		port = row->protocol == BG_PROTOCOL_RAW && row->port ? RAW_NUMBER : 0;
		mapped = false;
	}
	snprintf(line, size, "%d %s%s %u %s", row->error, mapped ? "::ffff:" : "", address, port, device);
}

/** blank_port - port of a line to 0 where the kernel chose it. */
static void
blank_port(char *line)
{
	int error;
	char address[64], device[32];
	unsigned port;

	if (sscanf(line, "%d %63s %u %31s", &error, address, &port, device) == 4)
		sprintf(line, "%d %s 0 %s", error, address, device);
}

/** row_preloaded_is_as_the_table_says - the call's errno, and the socket's name and device after it. */
static void
row_preloaded_is_as_the_table_says(void **state)
{
	const struct row *row = *state;
	char got[256], wanted[256];

	run(row, "", got, sizeof(got));
	got[strcspn(got, "\n")] = '\0';
	expected_line(row, wanted, sizeof(wanted));
	if (row->port == 0)
		blank_port(got);
	if (strcmp(got, wanted) != 0)
		fail_msg("%s: got \"%s\", expected \"%s\" (errno address port device)", row->name, got, wanted);
}

/** row_observed_is_as_bare - observe mode changes nothing: the same line as without the guard. */
static void
row_observed_is_as_bare(void **state)
{
	const struct row *row = *state;
	char observed[256], bare[256];

	run(row, "observe", observed, sizeof(observed));
	run(row, "off", bare, sizeof(bare));
	if (row->port == 0) {
		blank_port(observed);
		blank_port(bare);
	}
	assert_string_equal(observed, bare);
}

static int
set_up(void **state)
{
	int fd = mkstemp(config_path);

	(void)state;
	if (fd < 0)
		return -1;
	close(fd);
	return net_set_up();
}

static int
tear_down(void **state)
{
	(void)state;
	unlink(config_path);
	net_tear_down();
	return 0;
}

int
main(int argc, char **argv)
{
	struct CMUnitTest *tests = calloc(2 * row_count, sizeof(*tests));

	for (size_t i = 0; i < 2 * row_count; i++) {
		union {
			const struct row *in;
			void *out;
		} row = {.in = &rows[i / 2]};

		tests[i].name = rows[i / 2].name;
		tests[i].initial_state = row.out;
		tests[i].test_func = i % 2 ? row_observed_is_as_bare : row_preloaded_is_as_the_table_says;
	}
	if (argc > 1)
		cmocka_set_test_filter(argv[1]);
	return _cmocka_run_group_tests("preload", tests, 2 * row_count, set_up, tear_down);
}
