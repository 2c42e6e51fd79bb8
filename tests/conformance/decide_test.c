/* SPDX-License-Identifier: MIT
 * decide_test.c - the conformance table in process: load's policy and core's decision, without a socket. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "bindguard/decide.h"
#include "bindguard/load.h"
#include "bindguard/words.h"
#include "conformance/table.h"
#include "net/addresses.h"

#define ALL_FACTS 511u

/** policy_of - the row's policy; to be freed where @owned says so. */
static const struct bg_policy *
policy_of(const struct row *row, struct bg_policy **owned)
{
	struct bg_diags diags = {.count = 0};

	*owned = NULL;
	if (!row->config)
		return bg_policy_default;
	if (strcmp(row->config, LOCKDOWN) == 0)
		return bg_policy_lockdown;
	*owned = bg_load_text(row->config, strlen(row->config), &diags);
	if (!*owned)
		fail_msg("%s: %u: %s", row->name, diags.items[0].line, diags.items[0].text);
	return *owned;
}

/** request_of - everything that there is to know of the row's call. */
static struct bg_request
request_of(const struct row *row)
{
	struct bg_request request = {.call = row->call, .form = row->form};
	enum bg_family family = row->form == BG_FORM_IPV6 ? BG_IPV6 : BG_IPV4;

	request.asked.addr = bg_addr_wildcard(family);
	if (row->address)
		assert_true(bg_addr_parse(row->address, &request.asked.addr));
	request.asked.port = row->port;
	request.domain_fits = true;
	request.protocol = row->protocol;
	request.v6only = row->v6only;
	request.port_was_zero = row->call == BG_CALL_LISTEN && !row->address;
	request.local.addr = bg_addr_wildcard(family);
	if (row->local)
		assert_true(bg_addr_parse(row->local, &request.local.addr));
	request.local.port = row->local_port;
	request.local_chosen = !bg_addr_is_wildcard(&request.local.addr);
	if (row->device)
		strcpy(request.device, row->device);
	request.exe = "/usr/lib/conformance_host";
	request.command = "/usr/lib/conformance_host bind tcp";
	return request;
}

/** add_targets - what guard would tell of the interface or the device of the target: that at the cable. */
static void
add_targets(struct bg_request *request, const struct bg_verdict *verdict, unsigned facts)
{
	struct bg_addr ipv4, ipv6;

	assert_true(bg_addr_parse(HERE4, &ipv4) && bg_addr_parse(HERE6, &ipv6));
	if ((facts & BG_FACT_TARGET_ADDR) && strcmp(verdict->interface, CABLE) == 0) {
		request->target_ipv4 = ipv4;
		request->target_ipv6 = ipv6;
	}
	if ((facts & BG_FACT_TARGET_DEVICE) &&
	    (bg_addr_equal(&verdict->change.to.addr, &ipv4) || bg_addr_equal(&verdict->change.to.addr, &ipv6)))
		strcpy(request->target_device, CABLE);
}

/** decide - step by step: only what is asked for is told, as the engines do. */
static void
decide(const struct row *row, const struct bg_policy *policy, unsigned known, struct bg_verdict *verdict)
{
	struct bg_request request = request_of(row);

	request.known = known;
	for (int round = 0; round < BG_DECIDE_ROUNDS; round++) {
		bg_decide(policy, &request, verdict);
		if (!verdict->needs)
			return;
		assert_int_equal(verdict->needs & request.known, 0);
		add_targets(&request, verdict, verdict->needs);
		request.known |= verdict->needs;
	}
	fail_msg("%s: undecided after %d rounds", row->name, BG_DECIDE_ROUNDS);
}

/** expect_change - the address and device of a change. */
static void
expect_change(const struct row *row, const struct bg_verdict *verdict)
{
	char got[BG_ADDR_TEXT_MAX];
	const char *wanted = row->to ? row->to : row->address;

	if (row->call == BG_CALL_OUTGOING) {
		struct bg_addr nothing = bg_addr_wildcard((enum bg_family)verdict->change.to.addr.family);

		wanted = row->to;
		if (!wanted && !bg_addr_equal(&verdict->change.to.addr, &nothing))
			fail_msg("%s: changed to an address", row->name);
	}
	bg_addr_format(&verdict->change.to.addr, got);
	if (wanted && strcmp(got, wanted) != 0)
		fail_msg("%s: changed to %s, expected %s", row->name, got, wanted);
	if (row->call == BG_CALL_OUTGOING)
		assert_int_equal(verdict->change.to.port, 0);
	else
		assert_int_equal(verdict->change.to.port, row->to_port ? row->to_port : row->port);
	assert_string_equal(verdict->change.interface, row->confined ? row->confined : "");
	assert_int_equal(verdict->change.limited, row->limited != 0);
}

/** expect_verdict - with both sides in words. */
static void
expect_verdict(const struct row *row, const struct bg_policy *policy, const struct bg_verdict *verdict)
{
	const char *rule =
		verdict->rule == BG_NO_RULE ? "(none)" : bg_policy_string(policy, policy->rules[verdict->rule].name);

	if (strcmp(rule, row->rule ? row->rule : "(none)") != 0)
		fail_msg("%s: rule %s decided, expected %s", row->name, rule, row->rule ? row->rule : "(none)");
	if (verdict->effect != row->effect || verdict->reason != (row->rule ? row->reason : BG_REASON_NO_RULE))
		fail_msg("%s: effect %d because \"%s\", expected %d because \"%s\"", row->name, (int)verdict->effect,
			 bg_reason_text(verdict->reason), (int)row->effect, bg_reason_text(row->reason));
	if (verdict->effect == BG_EFFECT_CHANGE)
		expect_change(row, verdict);
	if (verdict->effect == BG_EFFECT_REFUSE)
		assert_int_equal(verdict->error, row->error);
}

/** row_decided_is_as_the_table_says - facts asked for one by one, and all but the targets known at once. */
static void
row_decided_is_as_the_table_says(void **state)
{
	const struct row *row = *state;
	struct bg_policy *owned;
	const struct bg_policy *policy = policy_of(row, &owned);
	struct bg_verdict verdict;

	decide(row, policy, 0, &verdict);
	expect_verdict(row, policy, &verdict);
	decide(row, policy, ALL_FACTS & ~(unsigned)(BG_FACT_TARGET_ADDR | BG_FACT_TARGET_DEVICE), &verdict);
	expect_verdict(row, policy, &verdict);
	free(owned);
}

/** rows_names_are_unique - so that a failure names one row. */
static void
rows_names_are_unique(void **state)
{
	(void)state;
	for (size_t i = 0; i < row_count; i++)
		for (size_t j = 0; j < i; j++)
			assert_string_not_equal(rows[i].name, rows[j].name);
}

int
main(void)
{
	struct CMUnitTest *tests = calloc(row_count + 1, sizeof(*tests));

	for (size_t i = 0; i < row_count; i++) {
		union {
			const struct row *in;
			void *out;
		} row = {.in = &rows[i]};

		tests[i] = (struct CMUnitTest){
			.name = rows[i].name, .test_func = row_decided_is_as_the_table_says, .initial_state = row.out};
	}
	tests[row_count] = (struct CMUnitTest)cmocka_unit_test(rows_names_are_unique);
	return _cmocka_run_group_tests("decide", tests, row_count + 1, NULL, NULL);
}
