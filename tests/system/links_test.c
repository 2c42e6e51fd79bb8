/* SPDX-License-Identifier: MIT
 * links_test.c - unmodified programs by `bindguard run`, in either engine, on a machine with two links: pinned to the second
 * one, they send nothing by the first; limited to this machine, they serve it at all its addresses, and nobody else. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "net/capture.h"
#include "net/places.h"
#include "system/process.h"

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))
#define COMMAND_MAX 4096
#define PATIENCE_MS 15000
#define BY_LINK_2 "http://" PLACES_THERE4 ":8080/f"
#define BY_LINK_1 "http://" THERE4 ":8080/f"

static const char *const engines[] = {"preload", "seccomp"};
static char folder[] = "/tmp/bindguard-links.XXXXXX";
static pid_t web;

/**
 * struct client - one that is pinned.
 * @program: without it the row is skipped
 * @bare: a shell command that sends by the first link
 * @pinned: one that succeeds where the second link is the only way. Whether an address of the first link is reached by it is up
 * to the second host. %s: the folder of this run
 */
struct client {
	const char *name;
	const char *program;
	const char *bare;
	const char *pinned;
};

/* A name with an address of either link: whoever is pinned falls to the one that it reaches. */
#define NODE                                                                                                           \
	"require(\\`http\\`).get({host: \\`two.test\\`, port: 8080, path: \\`/f\\`, autoSelectFamily: true, "          \
	"autoSelectFamilyAttemptTimeout: 300, lookup: (name, options, done) => done(null, "                            \
	"[{address: \\`" THERE4 "\\`, family: 4}, {address: \\`" PLACES_THERE6 "\\`, family: 6}])}, "                  \
	"answer => answer.pipe(process.stdout)).on(\\`error\\`, () => process.exit(1))"
#define ARIA_DHT                                                                                                       \
	"aria2c -q -d %s --no-conf --enable-dht=true --dht-file-path=%s/dht --dht-listen-port=16881 "                  \
	"--listen-port=16882 --dht-entry-point=" THERE4 ":6881 --bt-enable-lpd=false --stop=2 "                        \
	"\"magnet:?xt=urn:btih:0123456789012345678901234567890123456789\""

static const struct client clients[] = {
	{"curl_pinned", "curl", "curl -sf --max-time 5 " BY_LINK_1,
	 "curl -sf --max-time 1 " BY_LINK_1 "; curl -sf --max-time 5 " BY_LINK_2 " | grep -qx hello"},
	{"wget_pinned", "wget", "wget -q -t 1 -T 5 -O - " BY_LINK_1,
	 "wget -q -t 1 -T 1 -O - " BY_LINK_1 "; wget -q -t 1 -T 5 -O - " BY_LINK_2 " | grep -qx hello"},
	{"node_pinned_selects_the_family", "node", "node -e \"" NODE "\"", "node -e \"" NODE "\" | grep -qx hello"},
	{"aria2_pinned", "aria2c", ARIA_DHT,
	 "aria2c -q -d %s -o g --allow-overwrite=true " BY_LINK_2 " && grep -qx hello %s/g; got=$?; " ARIA_DHT
	 "; exit $got"},
};

/**
 * struct limited - a server that is limited to this machine.
 * @rules: a configuration file; NULL: --from machine
 * @server: a shell command; python if it begins with `import`, a script of a machine with a name of its own if with `#!`
 * @port: where it is asked
 * @here, @there: shell commands that succeed, and fail; %s: the folder of this run
 */
struct limited {
	const char *name;
	const char *program;
	const char *rules;
	const char *server;
	enum bg_protocol protocol;
	unsigned port;
	const char *expected;
	const char *here;
	const char *there;
};

/* A broker of Kafka's kind, or a head of Ray's: it binds the wildcard, and is told to peers, itself among them, by the address
 * of the LAN. It serves nobody before it has reached itself there. */
#define ADVERTISED                                                                                                     \
	"import socket, threading\n"                                                                                   \
	"s = socket.socket(); s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)\n"                               \
	"s.bind((\"0.0.0.0\", 19871)); s.listen(9)\n"                                                                  \
	"c = socket.create_connection((\"" HERE4 "\", 19871), 5); s.accept()[0].sendall(b\"me\")\n"                    \
	"assert c.recv(9) == b\"me\"\n"                                                                                \
	"l = socket.socket(); l.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)\n"                               \
	"l.bind((\"0.0.0.0\", 19872)); l.listen(9)\n"                                                                  \
	"while True: l.accept()[0].sendall(b\"here\")\n"
/* A responder of multicast DNS' kind. */
#define RESPONDER                                                                                                      \
	"import socket\n"                                                                                              \
	"s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)\n"                                                       \
	"s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1); s.bind((\"0.0.0.0\", 19873))\n"                      \
	"s.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, socket.inet_aton(\"" PLACES_GROUP4                  \
	"\") + socket.inet_aton(\"" HERE4 "\"))\n"                                                                     \
	"while True: s.sendto(b\"here\", s.recvfrom(99)[1])\n"
#define RESOLVER_RULES                                                                                                 \
	"rule queries { protocol = {\"udp\"} port = {\"8055\"} action = allow }\n"                                     \
	"rule servers { address = {\"wildcard\"} action = limit from = {\"machine\"} }\n"
/* Two nodes of one machine, by its name, which Debian has at 127.0.1.1; and epmd, which each asks for the other. */
#define ERLANG                                                                                                         \
	"#!/bin/sh\nhostname bghost && echo 127.0.1.1 bghost >$1/hosts && mount --bind $1/hosts /etc/hosts || exit "   \
	"1\n"                                                                                                          \
	"export HOME=$1 ERL_CRASH_DUMP=/dev/null; rm -f $1/.erlang.cookie $1/pong\n"                                   \
	"echo cookie >$1/.erlang.cookie; chmod 400 $1/.erlang.cookie\n"                                                \
	"epmd & until epmd -names >&2; do sleep 0.1; done\n"                                                           \
	"erl -noinput -sname server -eval \"timer:sleep(60000).\" & until epmd -names | grep server; do sleep 0.1; "   \
	"done\n"                                                                                                       \
	"until erl -noinput -sname asker -eval \"io:format(\\\"~p~n\\\", [net_adm:ping(server@bghost)]), halt().\" | " \
	"grep -qx pong; do sleep 0.1; done\n"                                                                          \
	"touch $1/pong; wait\n"
#define DIG(at) "dig @" at " -p 8053 bg.lan +short +tries=1 +time=1 | grep -qx 10.1.2.3"

static const struct limited servers[] = {
	{.name = "advertised_address_is_reached",
	 .program = "/usr/bin/python3",
	 .server = ADVERTISED,
	 .protocol = BG_PROTOCOL_TCP,
	 .port = 19872,
	 .expected = "AA-A-AS-S---"},
	{.name = "multicast_responder_is_found",
	 .program = "/usr/bin/python3",
	 .server = RESPONDER,
	 .protocol = BG_PROTOCOL_UDP,
	 .port = 19873,
	 .expected = "AA-A-AS-S-AS"},
	{.name = "resolver_resolves_upstream",
	 .program = "dnsmasq",
	 .rules = RESOLVER_RULES,
	 .server = "dnsmasq -k -C /dev/null -p 8053 -R -h -u root -g root --pid-file= --query-port=8055 "
		   "--server=" THERE4 "#8054",
	 .here = DIG("127.0.0.1") " && " DIG(HERE4) " && " DIG(PLACES_HERE4),
	 .there = DIG(HERE4) " || " DIG(PLACES_HERE4)},
	{.name = "erlang_nodes_find_each_other",
	 .program = "erl",
	 .server = ERLANG,
	 .here = "test -e %s/pong && nc.openbsd -z -w 1 127.0.1.1 4369 && nc.openbsd -z -w 1 " HERE4 " 4369",
	 .there = "nc.openbsd -z -w 1 " HERE4 " 4369"},
};

/** missing - is @program not there? */
static bool
missing(const char *program)
{
	char command[256];

	snprintf(command, sizeof(command), "command -v %s >/dev/null", program);
	if (system(command) == 0)
		return false;
	print_message("skipped: %s is not installed\n", program);
	return true;
}

/** start - a shell command on @side, in a process group of its own. */
static pid_t
start(enum side side, const char *command)
{
	pid_t child = fork();

	if (child != 0)
		return child;
	setpgid(0, 0);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (!net_enter(side))
		_exit(126);
	execl("/bin/sh", "sh", "-c", command, (char *)NULL);
	_exit(127);
}

/** guarded - @command under @engine, as @options say, into @line. */
static void
guarded(const char *engine, const char *options, const char *command, char line[COMMAND_MAX])
{
	snprintf(line, COMMAND_MAX,
		 "unset BINDGUARD_CONFIG; exec " BG_COMMAND " run -q -e %s %s -- sh -c '%s' >%s/out 2>&1", engine,
		 options, command, folder);
}

/** output - what the guarded program has said; until the next call. */
static const char *
output(void)
{
	static char text[1024];
	char path[128];
	FILE *file;

	snprintf(path, sizeof(path), "%s/out", folder);
	file = fopen(path, "re");
	text[file ? fread(text, 1, sizeof(text) - 1, file) : 0] = '\0';
	if (file)
		fclose(file);
	return text;
}

/** client_pinned_sends_nothing_by_another_link - and reaches whom the second link leads to; bare it does send by the first. */
static void
client_pinned_sends_nothing_by_another_link(void **state)
{
	const struct client *client = *state;
	char command[COMMAND_MAX / 2], line[COMMAND_MAX];
	unsigned bare;

	if (missing(client->program))
		skip();
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
	capture_count();
	snprintf(command, sizeof(command), client->bare, folder, folder);
	snprintf(line, sizeof(line), "(%s) >%s/out 2>&1", command, folder);
	net_run(SIDE_HERE, line);
	bare = capture_count();
	assert_true(bare > 0);
	snprintf(command, sizeof(command), client->pinned, folder, folder, folder, folder);
#pragma GCC diagnostic pop
	for (size_t i = 0; i < LENGTH(engines); i++) {
		guarded(engines[i], "--pin " PLACES_DEVICE, command, line);
		if (net_run(SIDE_HERE, line) != 0)
			fail_msg("%s: %s failed: %s", engines[i], command, output());
		assert_int_equal(capture_count(), 0);
	}
	print_message("# figure: %s: %u packets by the first link bare, 0 pinned, by both engines\n", client->name,
		      bare);
}

/** is_right - does @server answer whom it is to answer, and nobody else? @got: what its places say. */
static bool
is_right(const struct limited *server, char got[PLACES_COUNT + 1])
{
	char command[COMMAND_MAX];

	got[0] = '\0';
	if (!server->expected) {
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
		snprintf(command, sizeof(command), server->here, folder);
#pragma GCC diagnostic pop
		return net_run(SIDE_HERE, command) == 0;
	}
	places_ask(server->protocol, server->port, server->expected, got);
	return strcmp(got, server->expected) == 0;
}

/** server_limited_serves_this_machine_alone - at every address of it. */
static void
server_limited_serves_this_machine_alone(void **state)
{
	const struct limited *server = *state;
	char path[128], options[256] = "--from machine", line[COMMAND_MAX], got[PLACES_COUNT + 1];
	char command[COMMAND_MAX / 2];
	bool python = strncmp(server->server, "import", 6) == 0, script = strncmp(server->server, "#!", 2) == 0;
	FILE *file;

	if (missing(server->program))
		skip();
	snprintf(path, sizeof(path), "%s/%s", folder, python || script ? "server" : "rules");
	file = fopen(path, "we");
	assert_non_null(file);
	fputs(server->rules ? server->rules : server->server, file);
	fclose(file);
	if (server->rules)
		snprintf(options, sizeof(options), "-c %s", path);
	if (python)
		snprintf(command, sizeof(command), "exec %s %s", server->program, path);
	else if (script)
		snprintf(command, sizeof(command), "exec unshare -um sh %s %s", path, folder);
	else
		snprintf(command, sizeof(command), "exec %s", server->server);
	for (size_t i = 0; i < LENGTH(engines); i++) {
		long deadline = process_now_ms() + PATIENCE_MS;
		bool right = false;
		pid_t pid;

		guarded(engines[i], options, command, line);
		pid = start(SIDE_HERE, line);
		while (!right && process_now_ms() < deadline && !process_ended(&pid))
			right = is_right(server, got);
		if (right && server->there)
			right = net_run(SIDE_THERE, server->there) != 0;
		process_stop(&pid);
		if (!right)
			fail_msg("%s: got \"%s\", expected \"%s\": %s", engines[i], got,
				 server->expected ? server->expected : server->here, output());
	}
}

static int
set_up(void **state)
{
	char command[COMMAND_MAX];

	(void)state;
	if (!mkdtemp(folder) || places_set_up())
		return -1;
	snprintf(command, sizeof(command),
		 "umask 022; chmod 755 %s; mkdir %s/web && echo hello >%s/web/f && (dnsmasq -k -C /dev/null -p 8054 -R "
		 "-h "
		 "-u root -g root --pid-file= --address=/bg.lan/10.1.2.3 & exec /usr/bin/python3 -m http.server "
		 "--directory %s/web --bind :: 8080) >/dev/null 2>&1",
		 folder, folder, folder, folder);
	web = start(SIDE_THERE, command);
	return net_run(SIDE_THERE,
		       "i=0; until ss -Hltn | grep -q :8080; do i=$((i+1)); [ $i -lt 200 ] || exit 1; sleep 0.05; "
		       "done") ||
			       capture_open()
		       ? -1
		       : 0;
}

static int
tear_down(void **state)
{
	char command[128];

	(void)state;
	process_stop(&web);
	capture_close();
	net_tear_down();
	snprintf(command, sizeof(command), "rm -r %s", folder);
	return system(command);
}

int
main(int argc, char **argv)
{
	struct CMUnitTest tests[LENGTH(clients) + LENGTH(servers)];

	for (size_t i = 0; i < LENGTH(tests); i++) {
		bool is_client = i < LENGTH(clients);
		union {
			const void *in;
			void *out;
		} row = {.in = is_client ? (const void *)&clients[i] : &servers[i - LENGTH(clients)]};

		tests[i] = (struct CMUnitTest){.name = is_client ? clients[i].name : servers[i - LENGTH(clients)].name,
					       .test_func = is_client ? client_pinned_sends_nothing_by_another_link
								      : server_limited_serves_this_machine_alone,
					       .initial_state = row.out};
	}
	if (argc > 1)
		cmocka_set_test_filter(argv[1]);
	return _cmocka_run_group_tests("links", tests, LENGTH(tests), set_up, tear_down);
}
