/* SPDX-License-Identifier: MIT
 * list_test.c - `bindguard list` beside real sockets of every kind, in a network namespace of the test's own: which
 * are listed, with what reach and of which process. */
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "launcher/list_host.h"
#include "launcher/list_servers.h"
#include "launcher/prove/prove_results.h"
#include "launcher/sockets/reach.h"
#include "net/net.h"

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))
#define OUTPUT_MAX 65536

#ifndef IPPROTO_MPTCP
#define IPPROTO_MPTCP 262
#endif

static char output[OUTPUT_MAX];

/** assert_row - the row of @server says what it should, and of which process it is. */
static void
assert_row(const struct server *server)
{
	char line[512], protocol[32], address[128], expected[192];

	if (!list_line(output, server->port, line, sizeof(line))) {
		fputs(output, stderr);
		fail_msg("port %u is not listed", server->port);
	}
	assert_int_equal(sscanf(line, "%31s %127s", protocol, address), 2);
	snprintf(expected, sizeof(expected), "%s %s", protocol, address);
	assert_string_equal(expected, server->name);
	snprintf(expected, sizeof(expected), " %u %s ", server->port, server->reach);
	if (!strstr(line, expected))
		fail_msg("expected \"%s\" in: %s", expected, line);
	snprintf(expected, sizeof(expected), " %d list_test no", (int)getpid());
	if (!strstr(line, expected))
		fail_msg("expected \"%s\" in: %s", expected, line);
	assert_int_equal(!!strstr(line, "MPTCP"), server->protocol == IPPROTO_MPTCP);
	assert_int_equal(!!strstr(line, "IPv6 and IPv4"), !!strchr(server->name, '*'));
}

static void
list_every_kind_is_told_with_its_reach(void **state)
{
	unsigned count = list_open_all(), listed = 0;
	const char *before = output;

	(void)state;
	assert_int_equal(list_run("", output, sizeof(output)), 0);
	for (size_t i = 0; i < LENGTH(list_servers); i++) {
		char port[64]; /* and what stands behind it: a process ID may be the same number */
		const char *at;

		if (list_sockets[i] < 0)
			continue;
		assert_row(&list_servers[i]);
		snprintf(port, sizeof(port), " %u %s ", list_servers[i].port, list_servers[i].reach);
		at = strstr(output, port);
		assert_true(at > before); /* exposed ones first */
		before = at;
		listed++;
	}
	assert_int_equal(list_count_lines(output), count + 3); /* heading, empty line, summary */
	assert_null(strstr(output, " \n"));
	list_close_all(NULL);
	printf("# figure: %u of %zu kinds there, %u listed, none twice\n", count, LENGTH(list_servers), listed);
}

/** find_server - that @socket belongs to. */
static const struct server *
find_server(const struct socket *socket)
{
	for (size_t i = 0; i < LENGTH(list_servers); i++)
		if (list_servers[i].port == socket->local.port)
			return &list_servers[i];
	return NULL;
}

static void
list_reach_is_what_a_peer_meets(void **state)
{
	unsigned count = list_open_all(), in = 0;
	struct sockets all = {0};
	struct prove_results results = {0};
	bool fresh;

	(void)state;
	assert_int_equal(reach_read(&all), 0);
	assert_int_equal(prove_results_add(&results, net_network(), &all, &fresh), 0);
	assert_int_equal(results.count, count);
	for (size_t i = 0; i < results.count; i++) {
		const struct server *server = find_server(&results.items[i].socket);
		bool met = prove_result_verdict(&results.items[i]) == VERDICT_EXPOSED;

		assert_non_null(server);
		if (met != (strcmp(server->reach, "this machine only") != 0))
			fail_msg("%s: %s, but the peer is %s", server->name, server->reach, met ? "in" : "out");
		in += met;
	}
	sockets_free(&all);
	prove_results_free(&results);
	printf("# figure: of %u servers the peer reaches the %u that are said to be exposed\n", count, in);
}

/** compare_lines - for qsort(3). */
static int
compare_lines(const void *left, const void *right)
{
	return strcmp(left, right);
}

/** struct names - "PROTOCOL ADDRESS:PORT PID" of many sockets, sorted. */
struct names {
	char items[64][160];
	size_t count;
};

/** read_ss - what ss(8) says of TCP and UDP. */
static void
read_ss(struct names *names)
{
	FILE *pipe = popen("exec ss -Hltunp", "re");
	char line[1024], protocol[16], name[128];

	assert_non_null(pipe);
	names->count = 0;
	while (fgets(line, sizeof(line), pipe) && names->count < LENGTH(names->items)) {
		const char *pid = strstr(line, "pid=");

		assert_int_equal(sscanf(line, "%15s %*s %*s %*s %127s", protocol, name), 2);
		snprintf(names->items[names->count++], sizeof(names->items[0]), "%s %s %ld", protocol, name,
			 pid ? strtol(pid + 4, NULL, 10) : 0);
	}
	pclose(pipe);
	qsort(names->items, names->count, sizeof(names->items[0]), compare_lines);
}

/** read_list - what the list says of TCP and UDP. */
static void
read_list(struct names *names)
{
	char *line, *rest = output;

	assert_int_equal(list_run("", output, sizeof(output)), 0);
	names->count = 0;
	while ((line = strsep(&rest, "\n"))) {
		char protocol[16], name[128];
		const char *pid = strstr(line, " list_test");
		unsigned port;

		if (sscanf(line, "%15s %127s %u", protocol, name, &port) != 3 ||
		    (strcmp(protocol, "tcp") != 0 && strcmp(protocol, "udp") != 0))
			continue;
		while (pid && pid > line && pid[-1] != ' ')
			pid--;
		snprintf(names->items[names->count++], sizeof(names->items[0]), "%s %s:%u %ld", protocol, name, port,
			 pid ? strtol(pid, NULL, 10) : 0);
	}
	qsort(names->items, names->count, sizeof(names->items[0]), compare_lines);
}

static void
list_sockets_are_those_of_ss(void **state)
{
	static struct names ours, theirs;

	(void)state;
	list_open_all();
	read_ss(&theirs);
	read_list(&ours);
	list_close_all(NULL);
	assert_true(theirs.count >= 20);
	for (size_t i = 0; i < ours.count && i < theirs.count; i++)
		assert_string_equal(ours.items[i], theirs.items[i]);
	assert_int_equal(ours.count, theirs.count);
	printf("# figure: %zu sockets in both, by name and process\n", ours.count);
}

static void
list_all_adds_connected_and_raw(void **state)
{
	const struct server server = {SOCK_DGRAM, 0, "127.0.0.1", 19435, LIST_ANY, NULL, "", ""};
	struct sockaddr_in peer = {.sin_family = AF_INET, .sin_port = htons(53), .sin_addr = {htonl(INADDR_LOOPBACK)}};
	int udp = list_open(&server), raw = socket(AF_INET, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_ICMP);
	bool shown, lacking;
	char line[512];

	(void)state;
	assert_true(raw >= 0);
	assert_int_equal(connect(udp, (struct sockaddr *)&peer, sizeof(peer)), 0);
	assert_int_equal(list_run("", output, sizeof(output)), 0);
	assert_string_equal(output, "nothing listens on this machine\n");
	assert_int_equal(list_run("-a", output, sizeof(output)), 0);
	close(udp);
	close(raw);
	assert_true(list_line(output, 19435, line, sizeof(line)));
	assert_non_null(strstr(line, "connected to 127.0.0.1:53"));
	shown = strstr(output, "\nraw ") && strstr(output, "IP protocol 1\n");
	lacking = strstr(output, "raw sockets are not shown: this kernel has no raw_diag");
	assert_int_not_equal(shown, lacking);
	assert_non_null(strstr(output, shown ? "; 2 other sockets" : "; 1 other socket;"));
	printf("# figure: raw sockets %s\n", shown ? "shown" : "have no diagnosis in this kernel");
}

static void
list_ephemeral_udp_is_marked(void **state)
{
	const struct server udp = {SOCK_DGRAM, 0, "0.0.0.0", 0, LIST_ANY, NULL, "", ""};
	const struct server tcp = {SOCK_STREAM, 0, "0.0.0.0", 0, LIST_ANY, NULL, "", ""};
	int fds[2] = {list_open(&udp), list_open(&tcp)};

	(void)state;
	assert_int_equal(list_run("", output, sizeof(output)), 0);
	close(fds[0]);
	close(fds[1]);
	assert_int_equal(list_count_lines(output), 5);
	assert_non_null(strstr(output, "perhaps a client: ephemeral port\n\n2 servers,")); /* UDP behind TCP */
}

static void
list_reuseport_counts_once(void **state)
{
	const struct server server = {SOCK_STREAM, 0, "127.0.0.1", 19436, LIST_ANY, NULL, "", ""};
	struct sockaddr_in name = {
		.sin_family = AF_INET, .sin_port = htons(19436), .sin_addr = {htonl(INADDR_LOOPBACK)}};
	int fds[3], one = 1;

	(void)server, (void)state;
	for (size_t i = 0; i < LENGTH(fds); i++) {
		fds[i] = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
		assert_int_equal(setsockopt(fds[i], SOL_SOCKET, SO_REUSEPORT, &one, sizeof(one)), 0);
		assert_int_equal(bind(fds[i], (struct sockaddr *)&name, sizeof(name)), 0);
		assert_int_equal(listen(fds[i], 1), 0);
	}
	assert_int_equal(list_run("", output, sizeof(output)), 0);
	for (size_t i = 0; i < LENGTH(fds); i++)
		close(fds[i]);
	assert_int_equal(list_count_lines(output), 6); /* three rows, as the kernel has three sockets */
	assert_non_null(strstr(output, "\n1 server, none"));
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(list_every_kind_is_told_with_its_reach, list_close_all),
		cmocka_unit_test_teardown(list_reach_is_what_a_peer_meets, list_close_all),
		cmocka_unit_test_teardown(list_sockets_are_those_of_ss, list_close_all),
		cmocka_unit_test_teardown(list_all_adds_connected_and_raw, list_close_all),
		cmocka_unit_test_teardown(list_ephemeral_udp_is_marked, list_close_all),
		cmocka_unit_test_teardown(list_reuseport_counts_once, list_close_all),
	};

	if (argc == 3 && strcmp(argv[1], "--serve") == 0)
		return list_serve(argv[2]);
	if (argc > 1)
		cmocka_set_test_filter(argv[1]);
	return cmocka_run_group_tests(tests, list_set_up, list_tear_down);
}
