/* SPDX-License-Identifier: MIT
 * actions_test.c - sockets that become servers by calls other than bind(2) and listen(2) of a new one, under each action
 * that a rule can say: bindresvport(3), a dissolved association, a listen(2) that changes the address. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "net/net.h"
#include "preload/host.h"
#include "preload/sink.h"

static char rules[] = "/tmp/bindguard-actions.XXXXXX";

/** port_reserved_is_bound_as_the_rules_say - bindresvport(3), with an address and without. */
static void
port_reserved_is_bound_as_the_rules_say(void **state)
{
	static const struct {
		const char *rule, *how, *output;
	} rows[] = {
		{"action = deny error = EPERM", "", "-1 Operation not permitted, 0.0.0.0\n"},
		{"action = rewrite to = 127.0.0.9", "", "0 Success, 127.0.0.9\n"},
		{"action = confine", "", "0 Success, 0.0.0.0%lo\n"},
		{"action = allow", "", "0 Success, 0.0.0.0\n"},
		{"action = deny", "BINDGUARD_MODE=observe", "0 Success, 0.0.0.0\n"},
		{"action = rewrite to = 127.0.0.9", "BINDGUARD_MODE=observe", "0 Success, 0.0.0.0\n"},
		{"action = deny", "BINDGUARD_MODE=off", "0 Success, 0.0.0.0\n"},
	};
	char text[256], environment[256], output[256];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		snprintf(text, sizeof(text), "rule r { address = wildcard %s }\n", rows[i].rule);
		sink_write(rules, text);
		snprintf(environment, sizeof(environment), "BINDGUARD_CONFIG=%s %s", rules, rows[i].how);
		if (strncmp(rows[i].output, "0 ", 2) ==
		    0) { /* what is bound cannot be bound again, and stays where it is */
			host_run(environment, "reserved twice", output, sizeof(output));
			if (strncmp(output, "-1 Invalid argument, ", 21) != 0 ||
			    strcmp(output + 21, strchr(rows[i].output, ',') + 2) != 0)
				fail_msg("%s %s, twice: %s", rows[i].rule, rows[i].how, output);
		}
		for (int named = 0; named < 2; named++) {
			host_run(environment, named ? "reserved named" : "reserved null", output, sizeof(output));
			if (strcmp(output, rows[i].output) != 0)
				fail_msg("%s %s: %s", rows[i].rule, rows[i].how, output);
		}
	}
	figure("%zu bindresvport calls as the rules say", 2 * sizeof(rows) / sizeof(rows[0]));
}

/** association_dissolved_is_decided_on_afresh - a server again: confined, refused and connected as before, or let be. */
static void
association_dissolved_is_decided_on_afresh(void **state)
{
	static const struct {
		const char *rule, *how, *output;
	} rows[] = {
		{"action = rewrite to = loopback", "4 19570 raw", "0 Success, free, 0.0.0.0:19570%lo\n"},
		{"action = rewrite to = loopback", "6 19570 raw", "0 Success, free, [::]:19570%lo\n"},
		{"action = rewrite to = " HERE4, "4 19570 raw", "0 Success, free, 0.0.0.0:19570%" CABLE "\n"},
		{"action = rewrite to = 127.0.0.9", "4 19570 raw", "0 Success, free, 0.0.0.0:19570%lo\n"},
		{"action = deny error = EPERM", "4 19570 raw",
		 "-1 Operation not permitted, connected, 127.0.0.1:19570\n"},
		{"action = deny error = EPERM", "6 19570 raw", "-1 Operation not permitted, connected, [::1]:19570\n"},
		{"action = confine interface = wg9", "4 19570 raw",
		 "-1 Permission denied, connected, 127.0.0.1:19570\n"},
		{"action = allow", "4 19570 raw", "0 Success, free, 0.0.0.0:19570\n"},
		{"port = 0 action = allow", "4 19570 bound", "0 Success, free, 0.0.0.0:0\n"},
		{"action = rewrite to = 127.0.0.9", "4 19570 bound", "0 Success, free, 127.0.0.9:0\n"},
	};
	char text[256], environment[256], arguments[64], output[256];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		snprintf(text, sizeof(text),
			 "rule marked { port = 19571 action = rewrite to = loopback }\nrule r { address = wildcard %s "
			 "}\n",
			 rows[i].rule);
		sink_write(rules, text);
		snprintf(environment, sizeof(environment), "BINDGUARD_LOG=none BINDGUARD_CONFIG=%s", rules);
		snprintf(arguments, sizeof(arguments), "dissolve %s", rows[i].how);
		host_run(environment, arguments, output, sizeof(output));
		if (strcmp(output, rows[i].output) != 0)
			fail_msg("%s, %s: %s", rows[i].rule, rows[i].how, output);
	}
	figure("%zu datagram sockets that are servers again: as the rules say", sizeof(rows) / sizeof(rows[0]));
}

/** socket_that_listens_elsewhere_is_decided_on_again - MPTCP after a failed connect(2): confined, refused and idle, or let be. */
static void
socket_that_listens_elsewhere_is_decided_on_again(void **state)
{
	static const char *const rows[][2] = {
		{"action = rewrite to = loopback", "0 Success, listens, 0.0.0.0%lo\n"},
		{"action = deny error = EPERM", "-1 Operation not permitted, idle, 0.0.0.0\n"},
		{"action = confine interface = wg9", "-1 Permission denied, idle, 0.0.0.0\n"},
		{"action = allow", "0 Success, listens, 0.0.0.0\n"},
	};
	char text[256], environment[256], output[256];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		int status;

		snprintf(text, sizeof(text), "rule r { address = wildcard %s }\n", rows[i][0]);
		sink_write(rules, text);
		snprintf(environment, sizeof(environment), "BINDGUARD_LOG=none BINDGUARD_CONFIG=%s", rules);
		status = host_run(environment, "relisten", output, sizeof(output));
		if (WIFEXITED(status) && WEXITSTATUS(status) == 77)
			skip(); /* a kernel without MPTCP */
		if (strcmp(output, rows[i][1]) != 0)
			fail_msg("%s: %s", rows[i][0], output);
	}
}

/** socket_that_port_zero_allows_is_told_at_listen - rules that name port 0 mean the same socket at every call. */
static void
socket_that_port_zero_allows_is_told_at_listen(void **state)
{
	char environment[256];

	(void)state;
	sink_write(rules, "rule zero { protocol = tcp port = 0 action = allow }\n"
			  "rule r { address = wildcard action = rewrite to = loopback }\n");
	snprintf(environment, sizeof(environment), "BINDGUARD_CONFIG=%s", rules);
	host_expect(environment, "sandbox none bl 4 tcp 0.0.0.0 0 stack 2>&1",
		    " left exposed (allow, rule \"zero\")\n");
	host_expect(environment, "sandbox none l 4 tcp 0.0.0.0 0 stack 2>&1", " left exposed (allow, rule \"zero\")\n");
	host_expect(environment, "sandbox none bl 4 tcp 0.0.0.0 19573 stack 2>&1",
		    " -> 127.0.0.1:19573 (rewrite, rule \"r\")\n");
}

#define WILDCARD "address = wildcard "
#define AND_NO_OTHER " }\nrule else { action = deny }\n"

/** socket_that_bind_has_moved_is_not_asked_about_again - by listen(2), which would find another rule. */
static void
socket_that_bind_has_moved_is_not_asked_about_again(void **state)
{
	static const struct {
		const char *rule, *steps, *output;
	} rows[] = {
		{WILDCARD "port = 19574 action = rewrite to = loopback to_port = 19575", "tcp :: 19574 listen",
		 "bind 0\nlisten 0\nend\n"},
		{WILDCARD "port = 19574 action = rewrite to = loopback to_port = 19575",
		 "tcp 0.0.0.0 19574 listen listen", "bind 0\nlisten 0\nlisten 0\nend\n"},
		{WILDCARD "port = 19574 action = rewrite to = 127.0.0.9 to_port = 19575",
		 "tcp ::ffff:0.0.0.0 19574 listen", "bind 0\nlisten 0\nend\n"},
		{WILDCARD "port = 19574 action = rewrite to = " HERE4, "tcp 0.0.0.0 19574 listen",
		 "bind 0\nlisten 0\nend\n"},
		{"address = " HERE4 " action = rewrite to = loopback", "tcp " HERE4 " 19574 listen",
		 "bind 0\nlisten 0\nend\n"},
		/* What bind has not moved is, and what has not stayed there. */
		{WILDCARD "port = 19574 action = rewrite to = loopback to_port = 19575", "tcp :: 19574 loose listen",
		 "bind 0\nloose 0\nlisten 13\nend\n"},
		{WILDCARD "port = 0 protocol = udp action = allow", "fresh listen", "listen 13\nend\n"},
	};
	char text[256], environment[256], arguments[128];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		snprintf(text, sizeof(text), "rule moved { %s" AND_NO_OTHER, rows[i].rule);
		sink_write(rules, text);
		snprintf(environment, sizeof(environment), "BINDGUARD_LOG=none BINDGUARD_CONFIG=%s", rules);
		snprintf(arguments, sizeof(arguments), "sink_host %s", rows[i].steps);
		host_expect(environment, arguments, rows[i].output);
	}
	figure("%zu sockets that listen where bind has put them", sizeof(rows) / sizeof(rows[0]));
}

static int
set_up(void **state)
{
	int fd = mkstemp(rules);

	(void)state;
	if (fd < 0 || close(fd))
		return -1;
	return net_set_up();
}

static int
tear_down(void **state)
{
	(void)state;
	net_tear_down();
	return unlink(rules);
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(port_reserved_is_bound_as_the_rules_say),
		cmocka_unit_test(association_dissolved_is_decided_on_afresh),
		cmocka_unit_test(socket_that_listens_elsewhere_is_decided_on_again),
		cmocka_unit_test(socket_that_port_zero_allows_is_told_at_listen),
		cmocka_unit_test(socket_that_bind_has_moved_is_not_asked_about_again),
	};

	if (argc > 1)
		cmocka_set_test_filter(argv[1]);
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
