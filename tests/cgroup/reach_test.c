/* SPDX-License-Identifier: MIT
 * reach_test.c - sockets of a guarded cgroup, asked from this host and from a second one. */
#include <netinet/in.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "bindguard/load.h"
#include "cgroup/cell.h"
#include "launcher/drive.h"
#include "net/net.h"

#define FIXED 19480
#define HOSTS BG_BUILD_DIR "/hosts/"
#define MPTCP 262 /* IPPROTO_MPTCP */

/**
 * struct reach - a server.
 * @rules: NULL: the built-in ones
 * @unbound: it listens without bind(2); @port: 0, or FIXED
 * @ipv4, @ipv6: what it serves, unguarded to both hosts
 * @deaf, @open: guarded it answers nobody; both hosts
 * @late: it listens before it is guarded
 * @words: a program that is the server; %P is its port
 */
struct reach {
	const char *name;
	const char *rules;
	int family;
	int type;
	int protocol;
	int v6only;
	bool unbound;
	unsigned port;
	bool ipv4;
	bool ipv6;
	bool deaf;
	bool open;
	bool late;
	const char *words[8];
};

static const char deny[] = "rule \"none\" { address = {\"wildcard\"} port = {\"1-65535\"} action = deny }";
static const char named[] = "rule \"these\" { program = {\"reach_*\"} action = rewrite to = {\"loopback\"} }";
static const char others[] =
	"rule \"these\" { program = {\"reach_*\"} action = allow } rule \"others\" { address = {\"wildcard\"} "
	"action = rewrite to = {\"loopback\"} }";
static const char zero[] = "rule \"zero\" { port = {\"0\"} action = confine interface = \"lo\" }";

/* clang-format off */
static const struct reach rows[] = {
	{.name = "tcp4", .family = AF_INET, .type = SOCK_STREAM, .port = FIXED, .ipv4 = true},
	{.name = "tcp6_alone", .family = AF_INET6, .type = SOCK_STREAM, .v6only = 1, .port = FIXED, .ipv6 = true},
	{.name = "tcp_dual_stack", .family = AF_INET6, .type = SOCK_STREAM, .port = FIXED, .ipv4 = true, .ipv6 = true},
	{.name = "mptcp4", .family = AF_INET, .type = SOCK_STREAM, .protocol = MPTCP, .port = FIXED, .ipv4 = true},
	{.name = "mptcp_dual_stack", .family = AF_INET6, .type = SOCK_STREAM, .protocol = MPTCP, .port = FIXED, .ipv4 = true,
	 .ipv6 = true},
	{.name = "udp4", .family = AF_INET, .type = SOCK_DGRAM, .port = FIXED, .ipv4 = true},
	{.name = "udp6_alone", .family = AF_INET6, .type = SOCK_DGRAM, .v6only = 1, .port = FIXED, .ipv6 = true},
	{.name = "udp_dual_stack", .family = AF_INET6, .type = SOCK_DGRAM, .port = FIXED, .ipv4 = true, .ipv6 = true},
	{.name = "tcp4_port_zero", .family = AF_INET, .type = SOCK_STREAM, .ipv4 = true},
	{.name = "tcp_dual_stack_port_zero", .family = AF_INET6, .type = SOCK_STREAM, .ipv4 = true, .ipv6 = true},
	{.name = "mptcp_dual_stack_port_zero", .family = AF_INET6, .type = SOCK_STREAM, .protocol = MPTCP, .ipv4 = true,
	 .ipv6 = true},
	{.name = "tcp4_without_bind", .family = AF_INET, .type = SOCK_STREAM, .unbound = true, .ipv4 = true},
	{.name = "tcp_dual_stack_without_bind", .family = AF_INET6, .type = SOCK_STREAM, .unbound = true, .ipv4 = true,
	 .ipv6 = true},
	{.name = "mptcp_dual_stack_without_bind", .family = AF_INET6, .type = SOCK_STREAM, .protocol = MPTCP, .unbound = true,
	 .ipv4 = true, .ipv6 = true},
	{.name = "tcp4_denied_without_bind", .rules = deny, .family = AF_INET, .type = SOCK_STREAM, .unbound = true, .ipv4 = true,
	 .deaf = true},
	{.name = "tcp_dual_stack_denied_port_zero", .rules = deny, .family = AF_INET6, .type = SOCK_STREAM, .ipv4 = true,
	 .ipv6 = true, .deaf = true},
	{.name = "tcp_dual_stack_of_a_named_program", .rules = named, .family = AF_INET6, .type = SOCK_STREAM, .port = FIXED,
	 .ipv4 = true, .ipv6 = true},
	{.name = "tcp_dual_stack_of_a_named_program_without_bind", .rules = named, .family = AF_INET6, .type = SOCK_STREAM,
	 .unbound = true, .ipv4 = true, .ipv6 = true},
	{.name = "tcp4_port_zero_by_a_rule_for_it", .rules = zero, .family = AF_INET, .type = SOCK_STREAM, .ipv4 = true},
	{.name = "tcp4_without_bind_by_a_rule_for_port_zero", .rules = zero, .family = AF_INET, .type = SOCK_STREAM,
	 .unbound = true, .ipv4 = true},
	{.name = "tcp_dual_stack_fixed_despite_a_rule_for_port_zero", .rules = zero, .family = AF_INET6, .type = SOCK_STREAM,
	 .port = FIXED, .ipv4 = true, .ipv6 = true, .open = true},
	{.name = "tcp_dual_stack_of_a_program_that_is_allowed", .rules = others, .family = AF_INET6, .type = SOCK_STREAM,
	 .port = FIXED, .ipv4 = true, .ipv6 = true, .open = true},
	{.name = "tcp4_without_bind_of_a_program_that_is_allowed", .rules = others, .family = AF_INET, .type = SOCK_STREAM,
	 .unbound = true, .ipv4 = true, .open = true},
	{.name = "tcp4_that_listens_already", .family = AF_INET, .type = SOCK_STREAM, .port = FIXED, .ipv4 = true, .late = true},
	{.name = "tcp_dual_stack_that_listens_already", .family = AF_INET6, .type = SOCK_STREAM, .port = FIXED, .ipv4 = true,
	 .ipv6 = true, .late = true},
	{.name = "tcp_dual_stack_that_listens_already_by_a_rule_for_a_program", .rules = named, .family = AF_INET6,
	 .type = SOCK_STREAM, .unbound = true, .ipv4 = true, .ipv6 = true, .late = true},
	{.name = "go", .type = SOCK_STREAM, .port = FIXED, .words = {HOSTS "go_server", "serve", ":%P"}, .ipv4 = true,
	 .ipv6 = true},
	{.name = "static", .type = SOCK_STREAM, .port = FIXED, .words = {HOSTS "static_musl", "%P"}, .ipv4 = true,
	 .ipv6 = true},
	{.name = "without_an_environment", .type = SOCK_STREAM, .port = FIXED,
	 .words = {"/usr/bin/env", "-i", HOSTS "static_musl", "%P"}, .ipv4 = true, .ipv6 = true},
	{.name = "set_user_id", .type = SOCK_STREAM, .port = FIXED,
	 .words = {"/usr/bin/setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "./set_user_id", "%P"},
	 .ipv4 = true, .ipv6 = true},
	{.name = "i386_socketcall", .type = SOCK_STREAM, .port = FIXED, .words = {HOSTS "int80", "%P"}, .ipv4 = true},
	{.name = "i386_direct", .type = SOCK_STREAM, .port = FIXED, .words = {HOSTS "int80", "%P", "d"}, .ipv4 = true},
};
/* clang-format on */
#define ROWS (sizeof(rows) / sizeof(rows[0]))

/** open_server - the row's socket, ready to answer. Return: it, -1. @port: its port */
static int
open_server(const struct reach *row, unsigned *port)
{
	struct sockaddr_in6 any = {.sin6_family = (sa_family_t)row->family, .sin6_port = htons((uint16_t)row->port)};
	socklen_t size = row->family == AF_INET ? sizeof(struct sockaddr_in) : sizeof(any);
	int fd = socket(row->family, row->type, row->protocol), on = 1;

	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (row->family == AF_INET6 && setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &row->v6only, sizeof(row->v6only)))
		return -1;
	if (!row->unbound && bind(fd, (struct sockaddr *)&any, size))
		return -1;
	if (row->type == SOCK_STREAM && listen(fd, 5))
		return -1;
	if (getsockname(fd, (struct sockaddr *)&any, &size))
		return -1;
	*port = ntohs(any.sin6_port); /* at the same place in both families */
	return fd;
}

/** next_port - of a program that is the server: never one that the last connections of another still hold. */
static unsigned
next_port(void)
{
	static unsigned port = FIXED;

	return ++port;
}

/** become - the row's program, on @port. */
_Noreturn static void
become(const struct reach *row, unsigned port, int out)
{
	static char expanded[8][256];
	char *words[9] = {NULL};

	for (size_t i = 0; i < 8 && row->words[i]; i++) {
		const char *mark = strstr(row->words[i], "%P");

		words[i] = expanded[i];
		if (mark)
			snprintf(expanded[i], sizeof(expanded[i]), "%.*s%u", (int)(mark - row->words[i]), row->words[i],
				 port);
		else
			snprintf(expanded[i], sizeof(expanded[i]), "%s", row->words[i]);
	}
	if (cell_enter() && chdir(drive_folder()) == 0 && write(out, &port, sizeof(port)) == (ssize_t)sizeof(port))
		execv(words[0], words);
	_exit(127);
}

/** serve - in a child, in the cgroup: says its port, and answers to the end. */
_Noreturn static void
serve(const struct reach *row, unsigned port, int out)
{
	int fd;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (row->words[0])
		become(row, port, out);
	fd = cell_enter() ? open_server(row, &port) : -1;
	if (fd < 0 || write(out, &port, sizeof(port)) != (ssize_t)sizeof(port))
		_exit(1);
	for (;;) {
		struct sockaddr_storage peer;
		socklen_t size = sizeof(peer);
		char text[16];
		int one = row->type == SOCK_STREAM ? accept(fd, NULL, NULL) : -1;

		if (one >= 0) {
			send(one, "hello", 5, MSG_NOSIGNAL);
			close(one);
		} else if (recvfrom(fd, text, sizeof(text), 0, (struct sockaddr *)&peer, &size) >= 0) {
			sendto(fd, "hello", 5, 0, (struct sockaddr *)&peer, size);
		}
	}
}

/** expect - what it answers: to this host where @here, to the second one where @there. */
static void
expect(const struct reach *row, unsigned port, bool here, bool there)
{
	const struct question question = {.protocol = row->type == SOCK_STREAM ? BG_PROTOCOL_TCP : BG_PROTOCOL_UDP,
					  .port = port,
					  .request = "x",
					  .size = row->type == SOCK_STREAM ? 0 : 1,
					  .answer = "hello"};

	/* A program of its own takes a while until it listens. */
	for (int i = 0; i < 200 && row->words[0] && here && net_ask(SIDE_HERE, AF_INET, &question) != PROBE_ANSWERED;
	     i++)
		usleep(20000);
	for (int side = SIDE_HERE; side <= SIDE_THERE; side++) {
		for (int i = 0; i < 2; i++) {
			bool served = i == 0 ? row->ipv4 : row->ipv6, open = side == SIDE_HERE ? here : there;
			enum probe probe = net_ask((enum side)side, i == 0 ? AF_INET : AF_INET6, &question);

			if ((probe == PROBE_ANSWERED) != (served && open))
				fail_msg("%s, port %u: from %s by IPv%d: %s", row->name, port,
					 side == SIDE_HERE ? "here" : "the second host", i ? 6 : 4,
					 net_probe_word(probe));
		}
	}
}

/** try - a server of the row, in the cgroup; @policy: that guards it, NULL: nobody does */
static void
try(const struct reach *row, const struct bg_policy *policy, bool here, bool there)
{
	unsigned port = 0, next = next_port();
	int ends[2];
	pid_t child;

	if (policy && !row->late)
		cell_guard(policy);
	else
		cell_open();
	assert_int_equal(pipe(ends), 0);
	child = fork();
	if (child == 0)
		serve(row, row->words[0] ? next : row->port, ends[1]);
	close(ends[1]);
	if (read(ends[0], &port, sizeof(port)) != (ssize_t)sizeof(port))
		fail_msg("%s: no server", row->name);
	close(ends[0]);
	if (policy && row->late)
		cell_guard(policy);
	expect(row, port, here, there);
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
}

/** server_guarded_answers_this_host_alone - and unguarded both. */
static void
server_guarded_answers_this_host_alone(void **state)
{
	const struct reach *row = *state;
	struct bg_diags diags = {.count = 0};
	struct bg_policy *policy = row->rules ? bg_load_text(row->rules, strlen(row->rules), &diags) : NULL;

	assert_true(policy || !row->rules);
	try(row, NULL, true, true);
	try(row, policy ? policy : bg_policy_default, !row->deaf, row->open);
	free(policy);
}

/** loopback_that_is_missing_is_no_obstacle - a host without IPv6: `::` binds there, ::1 does not. The last test: it stays so. */
static void
loopback_that_is_missing_is_no_obstacle(void **state)
{
	static const struct reach row = {.family = AF_INET6, .type = SOCK_STREAM, .v6only = 1, .port = FIXED};
	char device[16] = "";
	socklen_t size = sizeof(device);
	unsigned port;
	pid_t child;
	int status;

	(void)state;
	assert_int_equal(net_drop_ipv6(), 0);
	cell_guard(bg_policy_default);
	child = fork();
	if (child == 0) {
		int fd = cell_enter() ? open_server(&row, &port) : -1;

		_exit(fd < 0 || getsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, device, &size) ||
		      strcmp(device, "lo") != 0);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
}

/** set_up - the second host, and a program that has set-user-ID. */
static int
set_up(void **state)
{
	if (drive_set_up(state) || drive("install -m 4755 %sstatic_musl set_user_id && chmod 755 .", HOSTS)->status)
		return -1;
	return net_set_up();
}

/** is_i386_possible - not every x86-64 kernel runs 32-bit programs. */
static bool
is_i386_possible(void)
{
	return system(HOSTS "int80 >/dev/null 2>&1; [ $? -lt 126 ]") == 0;
}

static int
tear_down(void **state)
{
	net_tear_down();
	return drive_tear_down(state);
}

int
main(int argc, char **argv)
{
	struct CMUnitTest tests[ROWS + 1];
	size_t count = 0;
	int failed;

	for (size_t i = 0; i < ROWS; i++) {
		union {
			const struct reach *in;
			void *out;
		} row = {.in = &rows[i]};

		/* A kernel without 32-bit programs has nothing to guard. */
		if (strncmp(rows[i].name, "i386", 4) == 0 && !is_i386_possible()) {
			printf("# %s: left out, this kernel runs no 32-bit programs\n", rows[i].name);
			continue;
		}
		tests[count++] = (struct CMUnitTest){.name = rows[i].name,
						     .test_func = server_guarded_answers_this_host_alone,
						     .initial_state = row.out};
	}
	tests[count++] = (struct CMUnitTest)cmocka_unit_test(loopback_that_is_missing_is_no_obstacle);
	if (argc > 1)
		cmocka_set_test_filter(argv[1]);
	cell_set_up();
	failed = _cmocka_run_group_tests("reach", tests, count, set_up, tear_down);
	cell_tear_down();
	return failed;
}
