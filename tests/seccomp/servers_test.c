/* SPDX-License-Identifier: MIT
 * servers_test.c - servers that no preload reaches, unmodified: each is run bare and under the engine `seccomp`, and asked
 * from this host by both families and from a second one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include <cmocka.h>

#include "net/net.h"
#include "preload/host.h"
#include "system/server.h"
#include "system/sockets.h"

#define GET "GET / HTTP/1.0\r\n\r\n"
#define HOSTS BG_BUILD_DIR "/hosts/"

/* clang-format off */
static const struct server servers[] = {
	{.name = "go_dualstack", .words = {HOSTS "go_server", "serve", ":%P"}, .answer = "hello",
	 .ipv4 = true, .ipv6 = true},
	{.name = "go_ipv4", .words = {HOSTS "go_server", "serve", "0.0.0.0:%P"}, .answer = "hello", .ipv4 = true},
	{.name = "caddy", .words = {"env", "HOME=%D", "XDG_DATA_HOME=%D", "XDG_CONFIG_HOME=%D", "caddy", "run", "--adapter",
	 "caddyfile", "--config", "%D/conf"},
	 .conf = "{\n\tadmin off\n}\n:%P {\n\trespond \"hello\"\n}\n", .request = GET, .answer = "hello",
	 .ipv4 = true, .ipv6 = true},
	{.name = "hugo", .words = {"sh", "-c", "mv %D/conf %D/config.yaml; exec hugo server --bind 0.0.0.0 -p %P -s %D "
	 "--disableLiveReload --cacheDir %D/cache"},
	 .conf = "baseURL: /\ntitle: t\n", .request = GET, .answer = "HTTP/1.0", .ipv4 = true,
	 .ipv6 = true},
	{.name = "node_exporter", .words = {"prometheus-node-exporter", "--web.listen-address=:%P"}, .request = GET,
	 .answer = "Node Exporter", .ipv4 = true, .ipv6 = true},
	{.name = "busybox_static", .words = {"busybox", "httpd", "-f", "-p", "%P", "-h", "%D"}, .request = GET,
	 .answer = "HTTP/1", .ipv4 = true, .ipv6 = true},
	{.name = "musl_static", .words = {HOSTS "static_musl", "%P"}, .answer = "hello", .ipv4 = true, .ipv6 = true},
	{.name = "i386_socketcall", .words = {HOSTS "int80", "%P"}, .answer = "hello", .ipv4 = true},
	{.name = "i386_direct", .words = {HOSTS "int80", "%P", "d"}, .answer = "hello", .ipv4 = true},
	{.name = "python_in_empty_environment", .words = {"env", "-i", "/usr/bin/python3", "-m", "http.server", "%P"},
	 .request = GET, .answer = "Directory listing", .ipv4 = true},
};
/* clang-format on */
#define SERVERS (sizeof(servers) / sizeof(servers[0]))

/** guarded - @bare's row with the engine in front. */
static struct server
guarded(const struct server *bare)
{
	struct server server = *bare;
	int at = 0;

	server.words[at++] = "env";
	server.words[at++] = "BINDGUARD_LOG=%D/log";
	server.words[at++] = BG_SECCOMP_CLI;
	for (int i = 0; bare->words[i] && at < SERVER_WORDS - 1; i++)
		server.words[at++] = bare->words[i];
	server.words[at] = NULL;
	return server;
}

/** expect - all four sides, by its own protocol and by the tries of `bindguard prove`; @open: the second host is let in. */
static void
expect(const struct run *run, bool open)
{
	const int families[] = {AF_INET, AF_INET6};
	const struct exposure exposure = {false, run->port, {run->server->ipv4, run->server->ipv6}, open};
	const struct question question = server_question(run);
	char what[256];

	for (size_t i = 0; i < 2; i++) {
		bool served = i == 0 ? run->server->ipv4 : run->server->ipv6;
		enum probe here = net_ask(SIDE_HERE, families[i], &question);
		enum probe peer = net_ask(SIDE_THERE, families[i], &question);

		if (here != (served ? PROBE_ANSWERED : PROBE_REFUSED))
			fail_msg("%s: from here by IPv%d: %s", run->server->name, i ? 6 : 4, net_probe_word(here));
		if (served && open ? peer != PROBE_ANSWERED : peer == PROBE_ANSWERED)
			fail_msg("%s: from the second host by IPv%d: %s", run->server->name, i ? 6 : 4,
				 net_probe_word(peer));
	}
	if (!sockets_prove(&exposure, what, sizeof(what)))
		fail_msg("%s: %s", run->server->name, what);
}

/** is_there - can the machine run it at all? Not every x86-64 kernel runs 32-bit programs, not every Debian has caddy. */
static bool
is_there(const struct server *bare)
{
	const char *program = strcmp(bare->name, "caddy") == 0 ? "caddy" : bare->words[0];
	char command[512];

	if (strcmp(bare->name, "hugo") == 0)
		program = "hugo";
	if (strncmp(bare->name, "i386", 4) == 0)
		snprintf(command, sizeof(command), "%s >/dev/null 2>&1; [ $? -lt 126 ]", program);
	else
		snprintf(command, sizeof(command), "command -v %s >/dev/null", program);
	return system(command) == 0;
}

/** server_bare_and_guarded_keeps_loopback_and_loses_the_peer - and says in the log what was done. */
static void
server_bare_and_guarded_keeps_loopback_and_loses_the_peer(void **state)
{
	const struct server *bare = *state;
	struct server server = guarded(bare);
	char log[4096], out[2048];
	struct run run;

	if (!is_there(bare))
		skip();
	if (server_start(&run, bare, GUARD_NONE))
		expect(&run, true);
	else
		fail_msg("%s: does not start bare", bare->name);
	server_stop(&run);
	setenv("BINDGUARD_CONFIG", "", 1);
	if (!server_start(&run, &server, GUARD_NONE)) {
		server_read(&run, "out", out, sizeof(out));
		server_stop(&run);
		fail_msg("%s: does not start guarded: %s", bare->name, out);
	}
	expect(&run, false);
	server_read(&run, "log", log, sizeof(log));
	server_stop(&run);
	if (!strstr(log, "(rewrite, rule \"servers\")"))
		fail_msg("%s: log: %s", bare->name, log);
	log[strcspn(log, "\n")] = '\0';
	figure("%s: %s", bare->name, log);
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
	struct CMUnitTest tests[SERVERS];
	size_t count = 0;

	for (size_t i = 0; i < SERVERS; i++) {
		union {
			const struct server *in;
			void *out;
		} row = {.in = &servers[i]};

		/* No package can be missing here: a kernel without 32-bit programs has nothing to guard. */
		if (strncmp(servers[i].name, "i386", 4) == 0 && !is_there(&servers[i])) {
			printf("# %s: left out, this kernel runs no 32-bit programs\n", servers[i].name);
			continue;
		}
		tests[count++] =
			(struct CMUnitTest){.name = servers[i].name,
					    .test_func = server_bare_and_guarded_keeps_loopback_and_loses_the_peer,
					    .initial_state = row.out};
	}
	if (argc > 1)
		cmocka_set_test_filter(argv[1]);
	return _cmocka_run_group_tests("servers", tests, count, set_up, tear_down);
}
