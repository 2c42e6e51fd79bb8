/* SPDX-License-Identifier: MIT
 * conformance_test.c - the conformance table through `bindguard explain --json`, on a host with the table's interface:
 * same rule, effect, reason, address, device and error. Rows of sockets that a command line cannot tell of are left out:
 * those bound past the guard, bound to a device by the program, with AF_UNSPEC as family, or ping sockets. */
#include <errno.h>
#include <jansson.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "bindguard/errname.h"
#include "bindguard/event.h"
#include "bindguard/explain.h"
#include "bindguard/words.h"
#include "conformance/table.h"
#include "launcher/capture.h"
#include "net/net.h"

#define PROGRAM "-p /usr/lib/conformance_host --command '/usr/lib/conformance_host bind tcp'"
#define ROWS_LEAST 80

/** is_unbound - a listen(2) without bind(2): to the rules, a bind to port 0 of the wildcard. */
static bool
is_unbound(const struct row *row)
{
	return row->call == BG_CALL_LISTEN && !row->address;
}

/** is_expressible - can a command line ask what the row asks? */
static bool
is_expressible(const struct row *row)
{
	bool unlocal = row->call == BG_CALL_OUTGOING && !row->local;

	return (row->call == BG_CALL_BIND || unlocal || is_unbound(row)) && !row->device &&
	       row->form != BG_FORM_UNSPEC && row->protocol != BG_PROTOCOL_OTHER;
}

/** config_of - the row's policy as a file. */
static const char *
config_of(const struct row *row)
{
	const char *path;

	if (!row->config)
		return "";
	if (strcmp(row->config, LOCKDOWN) == 0)
		return "conf/lockdown.conf"; /* where capture_run() runs it */
	path = capture_file("row.conf", row->config, strlen(row->config));
	assert_non_null(path);
	return path;
}

/** ask - what `bindguard explain` says of the row; to be freed. */
static json_t *
ask(const struct row *row, int *status)
{
	const char *address = row->address ? row->address : row->form == BG_FORM_IPV6 ? "::" : "0.0.0.0";
	bool mapped = row->form == BG_FORM_MAPPED, brackets = mapped || row->form == BG_FORM_IPV6;
	char arguments[2048];
	const struct capture *run;
	json_error_t error;
	json_t *value;

	snprintf(arguments, sizeof(arguments), "explain --json -c '%s' " PROGRAM " %s %s %s '%s%s%s%s:%u'",
		 config_of(row), row->call == BG_CALL_OUTGOING ? "--connect" : "", row->v6only ? "--v6only" : "",
		 row->mptcp ? "mptcp" : bg_protocol_word(row->protocol), brackets ? "[" : "", mapped ? "::ffff:" : "",
		 address, brackets ? "]" : "", row->port);
	run = capture_run("", arguments);
	*status = run->status;
	value = json_loads(run->out, 0, &error);
	if (!value)
		fail_msg("%s: %s\n%s", arguments, error.text, run->err);
	return value;
}

/** text_of - the string behind @key; "-" for null. */
static const char *
text_of(const json_t *object, const char *key)
{
	const json_t *value = json_object_get(object, key);

	return json_is_string(value) ? json_string_value(value) : "-";
}

/** expect_text - with both sides in the message. */
static void
expect_text(const struct row *row, const char *what, const char *got, const char *wanted)
{
	if (strcmp(got, wanted) != 0)
		fail_msg("%s: %s %s, expected %s", row->name, what, got, wanted);
}

/** expect_change - address, port and device of a change. */
static void
expect_change(const struct row *row, const json_t *decision)
{
	const json_t *change = json_object_get(decision, "change");
	const char *address = text_of(change, "address");

	if (strncmp(address, "::ffff:", 7) == 0)
		address += 7;
	if (row->to || (row->address && row->call != BG_CALL_OUTGOING))
		expect_text(row, "address", address, row->to ? row->to : row->address);
	expect_text(row, "interface", text_of(change, "interface"), row->confined ? row->confined : "-");
	if (!is_unbound(row) && row->call != BG_CALL_OUTGOING)
		assert_int_equal(json_integer_value(json_object_get(change, "port")),
				 row->to_port ? row->to_port : row->port);
	/* The table's host has the cable and its addresses; wg9 and others it has not. */
	assert_int_equal(json_is_true(json_object_get(change, "available")), row->error == 0);
}

/** expect_status - the exit status and the `exit` key, for what is decided in the end. */
static void
expect_status(const struct row *row, const json_t *value, int status)
{
	static const int statuses[] = {
		[BG_EFFECT_NONE] = 0, [BG_EFFECT_CHANGE] = 3, [BG_EFFECT_REFUSE] = 4, [BG_EFFECT_WAIT] = 3};

	assert_int_equal(status, statuses[row->effect]);
	assert_int_equal(json_integer_value(json_object_get(value, "exit")), status);
}

/** expect_steps - the rule that decides is the last one tried, and no other matched. */
static void
expect_steps(const struct row *row, const json_t *value)
{
	const json_t *steps = json_object_get(value, "rules");
	size_t count = json_array_size(steps);

	for (size_t i = 0; i < count; i++) {
		const json_t *step = json_array_get(steps, i);
		bool last = row->rule && i + 1 == count;

		assert_int_equal(json_is_true(json_object_get(step, "match")), last);
		if (last)
			expect_text(row, "last rule tried", text_of(step, "name"), row->rule);
		else
			assert_true(json_is_string(json_object_get(step, "key")));
	}
	assert_true(count > 0 || !row->rule);
}

/** row_explained_is_as_the_table_says - rule, effect, reason, and what comes of them. */
static void
row_explained_is_as_the_table_says(void **state)
{
	const struct row *row = *state;
	int status;
	json_t *value = ask(row, &status);
	const json_t *decision = json_object_get(value, "decision");

	if (is_unbound(row))
		decision = json_array_get(json_object_get(value, "listen"), 0);
	else
		expect_steps(row, value);
	expect_text(row, "rule", text_of(decision, "rule"), row->rule ? row->rule : "-");
	expect_text(row, "effect", text_of(decision, "effect"), bg_effect_word(row->effect));
	expect_text(row, "reason", text_of(decision, "reason"),
		    bg_reason_text(row->rule ? row->reason : BG_REASON_NO_RULE));
	if (row->effect == BG_EFFECT_CHANGE)
		expect_change(row, decision);
	if (row->effect == BG_EFFECT_REFUSE)
		expect_text(row, "error", text_of(decision, "error"), bg_errno_name(row->error));
	expect_status(row, value, status);
	json_decref(value);
}

static int
set_up(void **state)
{
	return capture_set_up(state) || net_set_up();
}

static int
tear_down(void **state)
{
	net_tear_down();
	return capture_tear_down(state);
}

int
main(void)
{
	struct CMUnitTest *tests = calloc(row_count, sizeof(*tests));
	size_t count = 0;

	for (size_t i = 0; i < row_count && tests; i++) {
		union {
			const struct row *in;
			void *out;
		} row = {.in = &rows[i]};

		if (!is_expressible(&rows[i]))
			continue;
		tests[count++] = (struct CMUnitTest){.name = rows[i].name,
						     .test_func = row_explained_is_as_the_table_says,
						     .initial_state = row.out};
	}
	capture_figure("%zu of %zu rows asked through the command", count, row_count);
	if (count < ROWS_LEAST)
		return 1;
	return _cmocka_run_group_tests("explain", tests, count, set_up, tear_down);
}
