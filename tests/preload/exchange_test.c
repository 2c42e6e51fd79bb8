/* SPDX-License-Identifier: MIT
 * exchange_test.c - the exchange of a client's socket at connect(2) is all or nothing: what cannot go with it makes
 * connect(2) fail with the errno of that, the socket is as it was, and an event says so. And the address of an interface
 * is one of the socket's own network, or not asked for at all. */
#include <errno.h>
#include <linux/sockios.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "net/net.h"
#include "preload/host.h"

#define NO_BPF 3

/**
 * struct row - a client of hosts/exchange.c, in a network of two machines.
 * @name: of the test; without its ending the way
 * @port: it binds
 * @line: what it prints
 * @error: in the event; NULL: the exchange succeeds
 */
static const struct row {
	const char *name;
	unsigned port;
	const char *line;
	const char *error;
} rows[] = {
	{"mark_is_all_or_nothing", 21900,
	 "connect Operation not permitted, at 127.0.0.1:21900, mark 7, priority 0, transparent 0, filter 0\n", "EPERM"},
	{"priority_is_all_or_nothing", 21901,
	 "connect Operation not permitted, at 127.0.0.1:21901, mark 0, priority 7, transparent 0, filter 0\n", "EPERM"},
	{"transparent_is_all_or_nothing", 21902,
	 "connect Operation not permitted, at 127.0.0.1:21902, mark 0, priority 0, transparent 1, filter 0\n", "EPERM"},
	{"repair_is_all_or_nothing", 21903,
	 "connect Operation not supported, at 127.0.0.1:21903, mark 0, priority 0, transparent 0, filter 0\n",
	 "EOPNOTSUPP"},
	{"ebpf_is_all_or_nothing", 21904,
	 "connect Permission denied, at 127.0.0.1:21904, mark 0, priority 0, transparent 0, filter 0\n", "EACCES"},
	{"filter_is_all_or_nothing", 21905,
	 "connect 0, at " HERE4 ":21905, mark 0, priority 0, transparent 0, filter 2\n", NULL},
	/* Below 1024, net.ipv4.ip_unprivileged_port_start: bound as root, and nobody may not bind it again. */
	{"reserved_is_all_or_nothing", 900,
	 "connect Permission denied, at 127.0.0.1:900, mark 0, priority 0, transparent 0, filter 0\n", "EACCES"},
	{"network_is_all_or_nothing", 21906,
	 "connect Invalid cross-device link, at 127.0.0.1:21906, mark 0, priority 0, transparent 0, filter 0\n",
	 "EXDEV"},
};

#define ROWS (sizeof(rows) / sizeof(rows[0]))
#define ENDING "_is_all_or_nothing"

/** exchange_is_all_or_nothing - a row. */
static void
exchange_is_all_or_nothing(void **state)
{
	const struct row *row = *state;
	char arguments[128], output[2048], way[32], event[128];
	int status;

	snprintf(way, sizeof(way), "%.*s", (int)(strlen(row->name) - strlen(ENDING)), row->name);
	snprintf(arguments, sizeof(arguments), "exchange %s %u %s 2>&1", way, row->port, THERE4);
	status = host_run("BINDGUARD_LOG=stderr", arguments, output, sizeof(output));
	if (WIFEXITED(status) && WEXITSTATUS(status) == NO_BPF) {
		print_message("%s", output);
		skip();
	}
	if (status != 0 || !strstr(output, row->line))
		fail_msg("status %x: %s\nexpected: %s", status, output, row->line);
	if (!row->error && strstr(output, "(undo")) /* as asked: not notable */
		fail_msg("an event: %s", output);
	snprintf(event, sizeof(event), ":%u (undo: connects to another host, rule \"servers\") failed: %s\n", row->port,
		 row->error ? row->error : "");
	if (row->error && !strstr(output, event))
		fail_msg("no event \"%s\": %s", event, output);
	figure("%.*s", (int)strcspn(row->line, "\n"), row->line);
}

/**
 * struct interface_case - a bind that a rule moves to the interface at the cable, where not all can be asked.
 * @forbidden: the family of the sockets that cannot be made (systemd.exec(5), RestrictAddressFamilies); -1: none
 * @no_ioctl: nor can SIOCGIFCONF be asked
 */
static const struct interface_case {
	const char *way;
	int forbidden;
	bool no_ioctl;
	const char *line;
	bool unasked;
} interface_cases[] = {
	{"bind4", -1, false, "bind 0, at " HERE4 ":21910\n", false},
	{"bind4", AF_NETLINK, false, "bind 0, at " HERE4 ":21910\n", false},
	{"bind6", AF_NETLINK, false, "bind 0, at [" HERE6 "]:21910\n", false},
	{"bind4", AF_NETLINK, true, "bind Permission denied, at 0.0.0.0:0\n", true},
	{"bind6", AF_NETLINK, true, "bind 0, at [" HERE6 "]:21910\n", false},
	{"foreign4", -1, false, "bind 0, at " HERE4 ":21910\n", false},
	{"foreign4", -1, true, "bind Permission denied, at 0.0.0.0:0\n", true},
	{"foreign6", -1, false, "bind Permission denied, at [::]:0\n", true},
};

/** interface_is_asked_in_the_network_of_the_socket - or the bind is refused, and the event says why. */
static void
interface_is_asked_in_the_network_of_the_socket(void **state)
{
	const size_t count = sizeof(interface_cases) / sizeof(interface_cases[0]);

	(void)state;
	for (size_t i = 0; i < count; i++) {
		char arguments[256], output[2048], forbid[128] = "";
		int length = 0;

		if (interface_cases[i].forbidden >= 0)
			length = snprintf(forbid, sizeof(forbid), "%d:%d:0:%d", SYS_socket, EAFNOSUPPORT,
					  interface_cases[i].forbidden);
		if (interface_cases[i].no_ioctl)
			snprintf(forbid + length, sizeof(forbid) - (size_t)length, "%s%d:%d:1:%d", length ? "," : "",
				 SYS_ioctl, EPERM, SIOCGIFCONF);
		if (forbid[0])
			snprintf(arguments, sizeof(arguments), "forbid %s %s %s 21910 0 2>&1", forbid,
				 host_path("exchange"), interface_cases[i].way);
		else
			snprintf(arguments, sizeof(arguments), "exchange %s 21910 0 2>&1", interface_cases[i].way);
		if (host_run("BINDGUARD_TO=" CABLE " BINDGUARD_LOG=stderr", arguments, output, sizeof(output)) ||
		    !strstr(output, interface_cases[i].line) ||
		    !strstr(output, "interfaces cannot be asked: ") != !interface_cases[i].unasked)
			fail_msg("%s: %s\nexpected: %s", arguments, output, interface_cases[i].line);
	}
	figure("%zu binds to an interface: at its address in the socket's network, or refused with the reason", count);
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
	struct CMUnitTest tests[ROWS + 1];

	for (size_t i = 0; i < ROWS; i++) {
		union {
			const struct row *in;
			void *out;
		} row = {.in = &rows[i]};

		tests[i] = (struct CMUnitTest){
			.name = rows[i].name, .test_func = exchange_is_all_or_nothing, .initial_state = row.out};
	}
	tests[ROWS] = (struct CMUnitTest)cmocka_unit_test(interface_is_asked_in_the_network_of_the_socket);
	if (argc > 1)
		cmocka_set_test_filter(argv[1]);
	return _cmocka_run_group_tests("exchange", tests, ROWS + 1, set_up, tear_down);
}
