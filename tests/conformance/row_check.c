/* SPDX-License-Identifier: MIT
 * row_check.c - the conformance table with real sockets: what an unrelated program prints of a row's call under an engine,
 * against what the table says. */
#include "conformance/row_check.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "net/net.h"

static char config_path[] = "/tmp/bindguard-conformance.XXXXXX";

/** call - that of the engine. */
static row_call *call;

void (*row_otherwise)(struct row *row);

/** row_config - the row's policy as a file; lockdown is what a broken file brings about. */
const char *
row_config(const struct row *row)
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

/** row_is_ipv6 - is the socket of that family? */
bool
row_is_ipv6(const struct row *row)
{
	return row->form == BG_FORM_IPV6 || row->form == BG_FORM_MAPPED;
}

/** expected_line - what the host must print, with the port left out where the kernel chooses. */
static void
expected_line(const struct row *row, char *line, size_t size)
{
	bool refused = row->error != 0, bound_before = row->call == BG_CALL_LISTEN && row->address;
	const char *any = row_is_ipv6(row) ? "::" : "0.0.0.0";
	bool outgoing = row->call == BG_CALL_OUTGOING;
	const char *address = outgoing && row->source ? row->source
			      : row->to		      ? row->to
			      : row->address	      ? row->address
						      : any;
	const char *device = row->confined && !refused ? row->confined : row->device ? row->device : "-";
	unsigned port = outgoing ? row->local_port : row->to_port ? row->to_port : row->port;
	bool mapped = row_is_ipv6(row) && !strchr(address, ':');

	if (refused && !bound_before) {
		address = any;
		port = row->protocol == BG_PROTOCOL_RAW && row->port ? RAW_NUMBER : 0;
		mapped = false;
	}
	snprintf(line, size, "%d %s%s %u %s %u", row->error, mapped ? "::ffff:" : "", address, port, device,
		 refused ? 0 : row->limited);
}

/** kernel_chooses - the socket's port. */
static bool
kernel_chooses(const struct row *row)
{
	return row->call == BG_CALL_OUTGOING ? row->local_port == 0 : row->port == 0;
}

/** blank_filter - of a line to 0: a device is held by one, too. */
static void
blank_filter(char *line)
{
	strcpy(strrchr(line, ' '), " 0");
}

/** blank_port - port of a line to 0 where the kernel chose it. */
static void
blank_port(char *line)
{
	int error;
	char address[64], device[32];
	unsigned port, filter;

	if (sscanf(line, "%d %63s %u %31s %u", &error, address, &port, device, &filter) == 5)
		sprintf(line, "%d %s 0 %s %u", error, address, device, filter);
}

/** row_is_as_the_table_says - the call's errno, and the socket's name and device after it. */
static void
row_is_as_the_table_says(void **state)
{
	const struct row *row = *state;
	struct row expected = *row;
	char got[256], wanted[256];

	call(row, NULL, got, sizeof(got));
	if (strcmp(got, ROW_REFUSED) == 0)
		return;
	if (row_otherwise)
		row_otherwise(&expected);
	expected_line(&expected, wanted, sizeof(wanted));
	if (kernel_chooses(row))
		blank_port(got);
	if (!row->limited)
		blank_filter(got);
	if (strcmp(got, wanted) != 0)
		fail_msg("%s: got \"%s\", expected \"%s\" (errno address port device filter)", row->name, got, wanted);
}

/** row_observed_is_as_bare - observe mode changes nothing: the same line as without the guard. */
static void
row_observed_is_as_bare(void **state)
{
	const struct row *row = *state;
	char observed[256], bare[256];

	call(row, "observe", observed, sizeof(observed));
	call(row, "off", bare, sizeof(bare));
	if (strcmp(bare, ROW_REFUSED) == 0)
		return;
	if (kernel_chooses(row)) {
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

/** rows_check - each row by @made, named @group: as the table says, and as bare in observe mode. Return: main's. */
int
rows_check(const char *group, row_call *made, int argc, char **argv)
{
	struct CMUnitTest *tests = calloc(2 * row_count, sizeof(*tests));
	int failed;

	call = made;
	for (size_t i = 0; i < 2 * row_count; i++) {
		union {
			const struct row *in;
			void *out;
		} row = {.in = &rows[i / 2]};

		tests[i].name = rows[i / 2].name;
		tests[i].initial_state = row.out;
		tests[i].test_func = i % 2 ? row_observed_is_as_bare : row_is_as_the_table_says;
	}
	if (argc > 1)
		cmocka_set_test_filter(argv[1]);
	failed = _cmocka_run_group_tests(group, tests, 2 * row_count, set_up, tear_down);
	free(tests);
	return failed;
}
