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

#include "net/addresses.h"
#include "net/capture.h"
#include "net/places.h"
#include "system/links_rows.h"
#include "system/process.h"

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))
#define COMMAND_MAX 4096
#define PATIENCE_MS 15000

static const char *const engines[] = {"preload", "seccomp"};
static char folder[] = "/tmp/bindguard-links.XXXXXX";
static pid_t web;

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
	static char text[512];
	char path[128];
	FILE *file;

	snprintf(path, sizeof(path), "%s/out", folder);
	file = fopen(path, "re");
	text[file ? fread(text, 1, sizeof(text) - 1, file) : 0] = '\0';
	if (file)
		fclose(file);
	return text;
}

/** write_text - as a file of the folder of this run. */
static void
write_text(const char *name, const char *text)
{
	char path[128];
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	file = fopen(path, "we");
	assert_non_null(file);
	fputs(text, file);
	fclose(file);
}

/** run_bare - the client, until its last connection is gone. Return: how many packets it has sent by the first link. */
static unsigned
run_bare(const struct link_client *client)
{
	char command[COMMAND_MAX / 2], line[COMMAND_MAX];

	capture_count();
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
	snprintf(command, sizeof(command), client->bare, folder, folder);
#pragma GCC diagnostic pop
	snprintf(line, sizeof(line),
		 "(%s) >%s/out 2>&1; while ss -Htan exclude listening exclude time-wait exclude closed | grep -q .; do "
		 "sleep 0.05; done",
		 command, folder);
	net_run(SIDE_HERE, line);
	return capture_count();
}

/** client_pinned_sends_nothing_by_another_link - and reaches whom the second link leads to; bare it does send by the first. */
static void
client_pinned_sends_nothing_by_another_link(void **state)
{
	const struct link_client *client = *state;
	char command[COMMAND_MAX / 2], line[COMMAND_MAX];
	pid_t there = 0;
	unsigned bare;

	if (missing(client->program))
		skip();
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
	if (client->there) {
		snprintf(command, sizeof(command), client->there, folder);
		there = start(SIDE_THERE, command);
	}
	bare = run_bare(client);
	assert_true(bare > 0);
	snprintf(command, sizeof(command), client->pinned, folder, folder, folder, folder);
#pragma GCC diagnostic pop
	for (size_t i = 0; i < LENGTH(engines); i++) {
		guarded(engines[i], "--pin " PLACES_DEVICE, command, line);
		if (net_run(SIDE_HERE, line) != 0)
			fail_msg("%s: %s failed: %s", engines[i], command, output());
		assert_int_equal(capture_count(), 0);
	}
	if (client->there)
		process_stop(&there);
	print_message("# figure: %s: %u packets by the first link bare, 0 pinned, by both engines\n", client->name,
		      bare);
}

/** is_right - does @server answer whom it is to answer, and nobody else? @got: what its places say. */
static bool
is_right(const struct link_server *server, char got[PLACES_COUNT + 1])
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
	const struct link_server *server = *state;
	char path[128], options[256] = "--from machine", line[COMMAND_MAX], got[PLACES_COUNT + 1];
	char command[COMMAND_MAX / 2];
	bool python = strncmp(server->server, "import", 6) == 0, script = strncmp(server->server, "#!", 2) == 0;

	if (missing(server->program))
		skip();
	write_text(python || script ? "server" : "rules", server->rules ? server->rules : server->server);
	snprintf(path, sizeof(path), "%s/%s", folder, python || script ? "server" : "rules");
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
	write_text("hosts", "127.0.0.1 localhost\n" THERE6 " two.test\n" PLACES_THERE4 " two.test\n");
	snprintf(command, sizeof(command),
		 "umask 022; chmod 755 %s; mkdir %s/web && echo hello >%s/web/f && "
		 "echo \"<script>document.write(\\\"hello from \\\" + location.hostname)</script>\" >%s/web/page.html "
		 "&& "
		 "(dnsmasq -k -C /dev/null -p 8054 -R "
		 "-h "
		 "-u root -g root --pid-file= --address=/bg.lan/10.1.2.3 & exec /usr/bin/python3 -m http.server "
		 "--directory %s/web --bind :: 8080) >/dev/null 2>&1",
		 folder, folder, folder, folder, folder);
	web = start(SIDE_THERE, command);
	net_run(SIDE_HERE, "ip -6 route add " LINK_PROBE " dev " CABLE " metric 1; ip -6 route add " LINK_PROBE
			   " dev " PLACES_DEVICE " metric 2");
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
	size_t count = link_client_count + link_server_count;
	struct CMUnitTest *tests = calloc(count, sizeof(*tests));
	int failed;

	for (size_t i = 0; tests && i < count; i++) {
		bool is_client = i < link_client_count;
		union {
			const void *in;
			void *out;
		} row = {.in = is_client ? (const void *)&link_clients[i] : &link_servers[i - link_client_count]};

		tests[i] = (struct CMUnitTest){.name = is_client ? link_clients[i].name
								 : link_servers[i - link_client_count].name,
					       .test_func = is_client ? client_pinned_sends_nothing_by_another_link
								      : server_limited_serves_this_machine_alone,
					       .initial_state = row.out};
	}
	if (argc > 1)
		cmocka_set_test_filter(argv[1]);
	failed = tests ? _cmocka_run_group_tests("links", tests, count, set_up, tear_down) : 1;
	free(tests);
	return failed;
}
