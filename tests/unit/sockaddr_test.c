/* SPDX-License-Identifier: MIT
 * sockaddr_test.c - socket addresses of every length and family that a program may hand over. On cmocka. */
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>

#include <cmocka.h>

#include "bindguard/sockaddr.h"

/** name_of - 0.0.0.0 or ::, port 80, of @family. */
static union bg_sockaddr
name_of(int family)
{
	struct sockaddr_in6 in6 = {.sin6_family = (sa_family_t)family, .sin6_port = htons(80)};
	union bg_sockaddr name;

	memset(&name, 0, sizeof(name));
	memcpy(name.bytes, &in6, sizeof(in6));
	return name;
}

/** address_of_any_length_is_read_where_the_kernel_would - ip(7): 16 bytes; net/ipv6.h: 24, the scope left out. */
static void
address_of_any_length_is_read_where_the_kernel_would(void **state)
{
	static const struct {
		int family;
		size_t least;
		enum bg_form form;
	} rows[] = {{AF_INET, 16, BG_FORM_IPV4}, {AF_UNSPEC, 16, BG_FORM_UNSPEC}, {AF_INET6, 24, BG_FORM_IPV6}};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		for (size_t size = 0; size <= BG_SOCKADDR_MAX + 8; size++) {
			union bg_sockaddr name = name_of(rows[i].family);
			struct bg_endpoint endpoint = {.port = 4711};
			enum bg_form form = BG_FORM_MAPPED;
			bool read = bg_sockaddr_decode(&name, size, &endpoint, &form);

			assert_int_equal(read, size >= rows[i].least && size <= BG_SOCKADDR_MAX);
			assert_int_equal(endpoint.port, read ? 80 : 4711);
			assert_int_equal(form, read ? rows[i].form : BG_FORM_MAPPED);
		}
}

static void
address_of_another_family_is_not_read(void **state)
{
	(void)state;
	for (int family = 0; family < 64; family++) {
		union bg_sockaddr name = name_of(family);
		struct bg_endpoint endpoint;
		enum bg_form form;

		assert_int_equal(bg_sockaddr_decode(&name, sizeof(name), &endpoint, &form),
				 family == AF_INET || family == AF_INET6 || family == AF_UNSPEC);
	}
}

/** address_written_is_read_as_it_was - in each form, and as long as the kernel wants it. */
static void
address_written_is_read_as_it_was(void **state)
{
	static const struct {
		enum bg_form form;
		const char *text;
		uint32_t scope_id;
		unsigned size;
		int family;
	} rows[] = {
		{BG_FORM_IPV4, "192.0.2.1", 0, 16, AF_INET},	{BG_FORM_UNSPEC, "0.0.0.0", 0, 16, AF_UNSPEC},
		{BG_FORM_MAPPED, "127.0.0.1", 0, 28, AF_INET6}, {BG_FORM_IPV6, "2001:db8::1", 0, 28, AF_INET6},
		{BG_FORM_IPV6, "fe80::1", 7, 28, AF_INET6},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct bg_endpoint endpoint = {.port = 8080}, again;
		union bg_sockaddr name;
		sa_family_t family;
		enum bg_form form;

		assert_true(bg_addr_parse(rows[i].text, &endpoint.addr));
		endpoint.addr.scope_id = rows[i].scope_id;
		assert_int_equal(bg_sockaddr_encode(&endpoint, rows[i].form, &name), rows[i].size);
		memcpy(&family, name.bytes, sizeof(family));
		assert_int_equal(family, rows[i].family);
		assert_true(bg_sockaddr_decode(&name, rows[i].size, &again, &form));
		assert_int_equal(form, rows[i].form);
		assert_int_equal(again.port, 8080);
		assert_true(bg_addr_equal(&again.addr, &endpoint.addr));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(address_of_any_length_is_read_where_the_kernel_would),
		cmocka_unit_test(address_of_another_family_is_not_read),
		cmocka_unit_test(address_written_is_read_as_it_was),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
