/* SPDX-License-Identifier: MIT
 * addr_test.c - addresses and blocks: what they are, how they are read and written. On cmocka. */
#include <arpa/inet.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "bindguard/addr.h"

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

static void
address_is_of_the_class_that_rules_name(void **state)
{
	static const struct {
		const char *text;
		bool wildcard, loopback, link_local, mapped;
	} rows[] = {
		{"0.0.0.0", true, false, false, false},
		{"::", true, false, false, false},
		{"::ffff:0.0.0.0", true, false, false, true},
		{"0.0.0.1", false, false, false, false},
		{"127.0.0.1", false, true, false, false},
		{"127.255.255.254", false, true, false, false},
		{"128.0.0.1", false, false, false, false},
		{"::1", false, true, false, false},
		{"::2", false, false, false, false},
		{"::ffff:127.0.0.53", false, true, false, true},
		{"::ffff:192.0.2.1", false, false, false, true},
		{"::fffe:127.0.0.1", false, false, false, false},
		{"169.254.0.1", false, false, true, false},
		{"169.253.0.1", false, false, false, false},
		{"168.254.0.1", false, false, false, false},
		{"fe80::1", false, false, true, false},
		{"febf::1", false, false, true, false},
		{"fec0::1", false, false, false, false},
		{"fd80::1", false, false, false, false},
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		struct bg_addr addr;

		assert_true(bg_addr_parse(rows[i].text, &addr));
		if (bg_addr_is_wildcard(&addr) != rows[i].wildcard || bg_addr_is_loopback(&addr) != rows[i].loopback ||
		    bg_addr_is_link_local(&addr) != rows[i].link_local || bg_addr_is_mapped(&addr) != rows[i].mapped)
			fail_msg("%s is taken for something else", rows[i].text);
	}
}

/** address_written_is_canonical - as inet_ntop(3) has it, which the kernel's own tools print, RFC 5952. */
static void
address_written_is_canonical(void **state)
{
	static const char *const texts[] = {
		"0.0.0.0",
		"255.255.255.255",
		"10.0.20.3",
		"::",
		"::1",
		"1::",
		"2001:db8::1",
		"2001:db8:0:1::1",
		"2001:db8::1:0:0:1",
		"2001:0:0:1::1",
		"1:2:3:4:5:6:7:8",
		"1:0:3:0:5:0:7:0",
		"0:2:3:4:5:6:7:0",
		"10:200:3000:4:f:fe:dcb:a987",
		"fe80::a00:27ff:fe4e:66a1",
		"::ffff:192.0.2.1",
		"1:2:3:4:5:6::",
		"::3:4:5:6:7:8",
		"0:0:1::",
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(texts); i++) {
		char text[BG_ADDR_TEXT_MAX], expected[INET6_ADDRSTRLEN];
		struct bg_addr addr;

		assert_true(bg_addr_parse(texts[i], &addr));
		assert_non_null(
			inet_ntop(addr.family == BG_IPV4 ? AF_INET : AF_INET6, addr.bytes, expected, sizeof(expected)));
		assert_int_equal(bg_addr_format(&addr, text), strlen(expected));
		assert_string_equal(text, expected);
	}
}

static void
address_with_a_scope_shows_it(void **state)
{
	char text[BG_ADDR_TEXT_MAX];
	struct bg_addr addr, other;

	(void)state;
	assert_true(bg_addr_parse("fe80::1", &addr));
	other = addr;
	addr.scope_id = 4294967295u;
	bg_addr_format(&addr, text);
	assert_string_equal(text, "fe80::1%4294967295");
	assert_false(bg_addr_equal(&addr, &other));
}

static void
block_read_is_an_address_and_its_length(void **state)
{
	static const struct {
		const char *text, *first;
		unsigned bits;
		bool host_bits_set;
	} rows[] = {
		{"10.0.0.0/8", "10.0.0.0", 8, false},
		{"0.0.0.0/0", "0.0.0.0", 0, false},
		{"192.0.2.1", "192.0.2.1", 32, false},
		{"192.0.2.0/31", "192.0.2.0", 31, false},
		{"192.0.2.1/31", "192.0.2.1", 31, true},
		{"10.0.0.1/8", "10.0.0.1", 8, true},
		{"2001:db8::/32", "2001:db8::", 32, false},
		{"2001:db8::1", "2001:db8::1", 128, false},
		{"::/0", "::", 0, false},
		{"::1/127", "::1", 127, true},
		{"::ffff:10.0.0.0/104", "10.0.0.0", 8, false},
		{"::ffff:0.0.0.0/96", "0.0.0.0", 0, false},
		{"::ffff:10.1.0.0/104", "10.1.0.0", 8, true},
		{"::ffff:0.0.0.0/95", "::ffff:0.0.0.0", 95, true},
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		struct bg_prefix prefix;
		struct bg_addr first;
		bool host_bits_set;

		assert_true(bg_addr_parse(rows[i].first, &first));
		if (!bg_prefix_parse(rows[i].text, &prefix, &host_bits_set) || prefix.bits != rows[i].bits ||
		    !bg_addr_equal(&prefix.addr, &first) || host_bits_set != rows[i].host_bits_set)
			fail_msg("%s is read as something else", rows[i].text);
	}
}

static void
block_that_is_none_is_not_read(void **state)
{
	static const char *const texts[] = {
		"",
		"/",
		"/8",
		"10.0.0.0/",
		"10.0.0.0/33",
		"10.0.0.0/08",
		"10.0.0.0/00",
		"10.0.0.0/0x8",
		"10.0.0.0/ 8",
		"10.0.0.0/-1",
		"10.0.0.0/8/8",
		"10.0.0.0/8:",
		"10.0.0.0/1000",
		"::/129",
		"::/0128",
		"10.0.0/8",
		"example",
		"2001:0db8:0000:0000:0000:0000:0000:0000:0000:0000:0000:0000:0000:0001/128",
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(texts); i++) {
		struct bg_prefix prefix;
		bool host_bits_set;

		if (bg_prefix_parse(texts[i], &prefix, &host_bits_set))
			fail_msg("\"%s\" is read as a block", texts[i]);
	}
}

static void
block_holds_its_addresses_and_no_others(void **state)
{
	static const struct {
		const char *block, *address;
		bool holds;
	} rows[] = {
		{"10.0.0.0/8", "10.255.255.255", true},
		{"10.0.0.0/8", "11.0.0.0", false},
		{"192.0.2.128/25", "192.0.2.128", true},
		{"192.0.2.128/25", "192.0.2.127", false},
		{"192.0.2.1", "192.0.2.1", true},
		{"192.0.2.1", "192.0.2.2", false},
		{"0.0.0.0/0", "203.0.113.9", true},
		{"0.0.0.0/0", "::1", false},
		{"10.0.0.0/8", "::ffff:10.1.2.3", true},
		{"::/0", "10.1.2.3", false},
		{"2001:db8::/33", "2001:db8:7fff::1", true},
		{"2001:db8::/33", "2001:db8:8000::1", false},
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		struct bg_prefix prefix;
		struct bg_addr addr;
		bool host_bits_set;

		assert_true(bg_prefix_parse(rows[i].block, &prefix, &host_bits_set));
		assert_true(bg_addr_parse(rows[i].address, &addr));
		if (bg_prefix_contains(&prefix, &addr) != rows[i].holds)
			fail_msg("%s: %s", rows[i].block, rows[i].address);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(address_is_of_the_class_that_rules_name),
		cmocka_unit_test(address_written_is_canonical),
		cmocka_unit_test(address_with_a_scope_shows_it),
		cmocka_unit_test(block_read_is_an_address_and_its_length),
		cmocka_unit_test(block_that_is_none_is_not_read),
		cmocka_unit_test(block_holds_its_addresses_and_no_others),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
