/* SPDX-License-Identifier: MIT
 * target_test.c - what a rewrite to an interface makes of the addresses that the interface has. On cmocka. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "bindguard/decide.h"
#include "bindguard/decision.h"
#include "bindguard/load.h"

static const char rule[] = "rule r { address = wildcard action = rewrite to = wg0 }";
static struct bg_policy *policy;
static struct bg_request request;
static struct bg_verdict verdict;

/** ask - about [::]:80, on an interface that has @ipv4 and @ipv6, either NULL; of the socket's facts only @known are. */
static void
ask(const char *ipv4, const char *ipv6, bool v6only, unsigned known)
{
	request = (struct bg_request){.form = BG_FORM_IPV6,
				      .known = known | BG_FACT_PROTOCOL | BG_FACT_DEVICE | BG_FACT_TARGET_ADDR,
				      .v6only = v6only,
				      .domain_fits = true,
				      .asked = {.addr = bg_addr_wildcard(BG_IPV6), .port = 80}};
	if (ipv4)
		assert_true(bg_addr_parse(ipv4, &request.target_ipv4));
	if (ipv6)
		assert_true(bg_addr_parse(ipv6, &request.target_ipv6));
	bg_decide(policy, &request, &verdict);
}

/** dual_stack_socket_is_confined - where the kernel refuses that, one family is left, and the reason says which is not. */
static void
dual_stack_socket_is_confined(void **state)
{
	static const struct {
		const char *ipv4, *ipv6;
		enum bg_form form;
		enum bg_reason reason;
	} rows[] = {
		{"192.0.2.1", "2001:db8::1", BG_FORM_IPV6, BG_REASON_NO_IPV4},
		{NULL, "fe80::1", BG_FORM_IPV6, BG_REASON_NO_IPV4},
		{"192.0.2.1", NULL, BG_FORM_MAPPED, BG_REASON_NO_IPV6},
	};

	(void)state;
	ask("192.0.2.1", "2001:db8::1", false, 0);
	assert_int_equal(verdict.needs, BG_FACT_V6ONLY);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		ask(rows[i].ipv4, rows[i].ipv6, false, BG_FACT_V6ONLY);
		assert_int_equal(verdict.needs, 0);
		assert_int_equal(verdict.effect, BG_EFFECT_CHANGE);
		assert_int_equal(verdict.reason, BG_REASON_DUAL_STACK);
		assert_string_equal(verdict.change.interface, "wg0");
		assert_true(bg_addr_is_wildcard(&verdict.change.to.addr));
		assert_true(verdict.has_fallback);
		assert_int_equal(verdict.fallback_reason, rows[i].reason);
		assert_int_equal(verdict.fallback.form, rows[i].form);
		assert_true(bg_addr_equal(&verdict.fallback.to.addr,
					  rows[i].ipv6 ? &request.target_ipv6 : &request.target_ipv4));
	}
}

/** socket_of_ipv6_only_takes_the_ipv6_address - which is of its one family. */
static void
socket_of_ipv6_only_takes_the_ipv6_address(void **state)
{
	(void)state;
	ask("192.0.2.1", "2001:db8::1", true, BG_FACT_V6ONLY);
	assert_int_equal(verdict.needs, 0);
	assert_int_equal(verdict.effect, BG_EFFECT_CHANGE);
	assert_int_equal(verdict.reason, BG_REASON_RULE);
	assert_false(verdict.has_fallback);
	assert_true(bg_addr_equal(&verdict.change.to.addr, &request.target_ipv6));
}

/** socket_of_ipv6_only_is_refused_an_ipv4_address - bind(2) would fail with EINVAL, ipv6(7). */
static void
socket_of_ipv6_only_is_refused_an_ipv4_address(void **state)
{
	(void)state;
	ask("192.0.2.1", NULL, true, BG_FACT_V6ONLY | BG_FACT_DOMAIN);
	assert_int_equal(verdict.effect, BG_EFFECT_REFUSE);
	assert_int_equal(verdict.error, EADDRNOTAVAIL);
	assert_int_equal(verdict.reason, BG_REASON_NO_ADDRESS);
}

/** expect_unasked - ask() again, and of @families nothing could be asked: nobody knows the right address. */
static void
expect_unasked(enum bg_form form, unsigned families, bool refused)
{
	request.form = form;
	request.target_unasked = families;
	bg_decide(policy, &request, &verdict);
	assert_int_equal(verdict.needs, 0);
	assert_int_equal(verdict.effect, refused ? BG_EFFECT_REFUSE : BG_EFFECT_CHANGE);
	assert_int_equal(verdict.reason, refused				   ? BG_REASON_UNASKED
					 : form == BG_FORM_IPV6 && !request.v6only ? BG_REASON_DUAL_STACK
										   : BG_REASON_RULE);
	if (refused)
		assert_int_equal(verdict.error, EACCES);
}

/** address_that_cannot_be_asked_is_refused_as_such - and matters only to a socket that would take it. */
static void
address_that_cannot_be_asked_is_refused_as_such(void **state)
{
	(void)state;
	ask("192.0.2.1", NULL, true, BG_FACT_V6ONLY | BG_FACT_DOMAIN);
	expect_unasked(BG_FORM_IPV6, BG_IPV6, true);
	ask("192.0.2.1", NULL, false, BG_FACT_V6ONLY | BG_FACT_DOMAIN);
	expect_unasked(BG_FORM_IPV6, BG_IPV6, false);
	expect_unasked(BG_FORM_IPV4, BG_IPV6, false);
	ask(NULL, "2001:db8::1", false, BG_FACT_V6ONLY | BG_FACT_DOMAIN);
	expect_unasked(BG_FORM_IPV6, BG_IPV4, false);
	expect_unasked(BG_FORM_IPV4, BG_IPV4, true);
	ask(NULL, NULL, false, BG_FACT_V6ONLY | BG_FACT_DOMAIN);
	expect_unasked(BG_FORM_IPV6, BG_IPV4, true);
	expect_unasked(BG_FORM_IPV6, BG_IPV4 | BG_IPV6, true);
	request.target_unasked = BG_IPV6;
	request.form = BG_FORM_IPV4;
	bg_decide(policy, &request, &verdict);
	assert_int_equal(verdict.reason, BG_REASON_NO_ADDRESS);
	assert_int_equal(verdict.error, EADDRNOTAVAIL);
}

/** device_that_cannot_be_asked_is_refused_as_such - at listen(2), of the device that has an address. */
static void
device_that_cannot_be_asked_is_refused_as_such(void **state)
{
	static const char to_address[] = "rule r { address = wildcard action = rewrite to = \"192.0.2.1\" }";
	struct bg_diags diags = {.count = 0};
	struct bg_policy *own = bg_load_text(to_address, strlen(to_address), &diags);

	(void)state;
	assert_non_null(own);
	for (unsigned unasked = 0; unasked < 2; unasked++) {
		request = (struct bg_request){.call = BG_CALL_LISTEN,
					      .form = BG_FORM_IPV4,
					      .known = BG_FACT_PROTOCOL | BG_FACT_DEVICE | BG_FACT_TARGET_DEVICE |
						       BG_FACT_DOMAIN,
					      .domain_fits = true,
					      .target_unasked = unasked ? BG_IPV4 : 0,
					      .asked = {.addr = bg_addr_wildcard(BG_IPV4), .port = 80}};
		bg_decide(own, &request, &verdict);
		assert_int_equal(verdict.effect, BG_EFFECT_REFUSE);
		assert_int_equal(verdict.error, EACCES);
		assert_int_equal(verdict.reason, unasked ? BG_REASON_UNASKED : BG_REASON_NO_ADDRESS);
	}
	free(own);
}

static int
set_up(void **state)
{
	struct bg_diags diags = {.count = 0};

	(void)state;
	policy = bg_load_text(rule, strlen(rule), &diags);
	return policy ? 0 : -1;
}

static int
tear_down(void **state)
{
	(void)state;
	free(policy);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(dual_stack_socket_is_confined),
		cmocka_unit_test(socket_of_ipv6_only_takes_the_ipv6_address),
		cmocka_unit_test(address_that_cannot_be_asked_is_refused_as_such),
		cmocka_unit_test(device_that_cannot_be_asked_is_refused_as_such),
		cmocka_unit_test(socket_of_ipv6_only_is_refused_an_ipv4_address),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
