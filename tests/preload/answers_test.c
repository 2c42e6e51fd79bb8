/* SPDX-License-Identifier: MIT
 * answers_test.c - at which of the machine's addresses its own programs are answered: the table of libbindguard(7), Who is
 * answered, line by line. */
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
#include "preload/host.h"

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))
#define ALL " 127.0.0.1 127.0.1.1 127.9.9.9 ::1 " HERE4 " " HERE6
#define MDNS                                                                                                           \
	"rule \"mdns\" {\n protocol = {\"udp\"}\n address = {\"wildcard\"}\n port = {\"19700\"}\n action = allow\n}\n" \
	"rule \"servers\" {\n address = {\"wildcard\"}\n action = rewrite\n to = {\"loopback\"}\n}\n"

/** struct row - what is served, and who answers: guarded by the built-in default, and bare. */
struct row {
	const char *arguments;
	const char *guarded;
	const char *bare;
};

static const struct row rows[] = {
	{"answers tcp4" ALL, "127.0.0.1\n", "127.0.0.1 127.0.1.1 127.9.9.9 " HERE4 "\n"},
	{"answers udp4" ALL, "127.0.0.1\n", "127.0.0.1 127.0.1.1 127.9.9.9 " HERE4 "\n"},
	{"answers tcp4-0" ALL, "127.0.0.1 127.0.1.1 127.9.9.9\n", "127.0.0.1 127.0.1.1 127.9.9.9 " HERE4 "\n"},
	{"answers tcp6" ALL, "127.0.0.1 127.0.1.1 127.9.9.9 ::1\n",
	 "127.0.0.1 127.0.1.1 127.9.9.9 ::1 " HERE4 " " HERE6 "\n"},
	{"answers udp6" ALL, "127.0.0.1 127.0.1.1 127.9.9.9 ::1\n",
	 "127.0.0.1 127.0.1.1 127.9.9.9 ::1 " HERE4 " " HERE6 "\n"},
	{"answers tcp6-only" ALL, "::1\n", "::1 " HERE6 "\n"},
	{"answers group4 224.0.0.251 " CABLE, "not heard\n", "heard\n"},
	{"answers broadcast4 " BROADCAST4, "not heard\n", "heard\n"},
};

static void
guarded_server_answers_where_the_manual_says(void **state)
{
	char output[512];

	(void)state;
	if (!net_has_ipv6())
		skip();
	for (size_t i = 0; i < LENGTH(rows); i++) {
		assert_int_equal(host_run(NULL, rows[i].arguments, output, sizeof(output)), 0);
		assert_string_equal(output, rows[i].bare);
		assert_int_equal(host_run("BINDGUARD_LOG=none", rows[i].arguments, output, sizeof(output)), 0);
		if (strcmp(output, rows[i].guarded) != 0)
			fail_msg("%s: expected %s, got %s", rows[i].arguments, rows[i].guarded, output);
	}
	figure("%zu sockets, bare and guarded, asked at 6 addresses of their machine", LENGTH(rows));
}

static void
receiver_that_a_rule_allows_hears(void **state)
{
	char path[] = "/tmp/bindguard-answers-XXXXXX", environment[256], output[512];
	int fd = mkstemp(path);

	(void)state;
	assert_int_equal(write(fd, MDNS, strlen(MDNS)), strlen(MDNS));
	close(fd);
	snprintf(environment, sizeof(environment), "BINDGUARD_LOG=none BINDGUARD_CONFIG=%s", path);
	for (size_t i = LENGTH(rows) - 2; i < LENGTH(rows); i++) {
		host_run(environment, rows[i].arguments, output, sizeof(output));
		assert_string_equal(output, "heard\n");
	}
	unlink(path);
}

static int
set_up(void **state)
{
	(void)state;
	return net_set_up();
}

static int
tear_down(void **state)
{
	(void)state;
	net_tear_down();
	return 0;
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(guarded_server_answers_where_the_manual_says),
		cmocka_unit_test(receiver_that_a_rule_allows_hears),
	};

	if (argc > 1)
		cmocka_set_test_filter(argv[1]);
	return cmocka_run_group_tests_name("answers", tests, set_up, tear_down);
}
