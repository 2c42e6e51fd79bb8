/* SPDX-License-Identifier: MIT
 * list_test.c - `bindguard list` beside real sockets in a network namespace of the test's own. A plain program on
 * cmocka. */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <net/if.h>
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
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include "launcher/supervise/supervise.h"
#include "launcher/tried.h"

#include <cmocka.h> /* behind that: its macro fail() is the name of a function of command.h */
#include <jansson.h>

#include "launcher/list_host.h"
#include "net/net.h"

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))
#define OUTPUT_MAX 65536
#define NOBODY 65534
#define ANY (-1)

#ifndef IPPROTO_MPTCP
#define IPPROTO_MPTCP 262
#endif

/** servers - of every kind, in the order of the list: exposed ones first, then by protocol and port. */
static const struct server servers[] = {
	{SOCK_STREAM, 0, "0.0.0.0", 19401, ANY, NULL, "tcp 0.0.0.0", "anywhere"},
	{SOCK_STREAM, 0, "::", 19402, 0, NULL, "tcp *", "anywhere"},
	{SOCK_STREAM, 0, "::", 19403, 1, NULL, "tcp [::]", "anywhere"},
	{SOCK_STREAM, 0, "::ffff:0.0.0.0", 19404, 0, NULL, "tcp [::ffff:0.0.0.0]", "anywhere"},
	{SOCK_STREAM, IPPROTO_MPTCP, "0.0.0.0", 19405, ANY, NULL, "tcp 0.0.0.0", "anywhere"},
	{SOCK_STREAM, 0, "10.77.0.1", 19406, ANY, NULL, "tcp 10.77.0.1", "anywhere"},
	{SOCK_DGRAM, 0, "0.0.0.0", 19407, ANY, NULL, "udp 0.0.0.0", "anywhere"},
	{SOCK_DGRAM, 0, "::", 19408, 0, NULL, "udp *", "anywhere"},
	{SOCK_DGRAM, 0, "224.0.0.251", 19409, ANY, NULL, "udp 224.0.0.251", "anywhere"},
	{SOCK_DGRAM, IPPROTO_UDPLITE, "0.0.0.0", 19410, ANY, NULL, "udplite 0.0.0.0", "anywhere"},
	{SOCK_STREAM, IPPROTO_SCTP, "0.0.0.0", 19411, ANY, NULL, "sctp 0.0.0.0", "anywhere"},
	{SOCK_STREAM, 0, HERE4, 19412, ANY, NULL, "tcp " HERE4, "interface " CABLE},
	{SOCK_STREAM, 0, HERE6, 19413, ANY, NULL, "tcp [" HERE6 "]", "interface " CABLE},
	{SOCK_STREAM, 0, "fe80::99", 19414, ANY, NULL, "tcp [fe80::99]%" CABLE, "interface " CABLE},
	{SOCK_STREAM, 0, "0.0.0.0", 19415, ANY, CABLE, "tcp 0.0.0.0%" CABLE, "interface " CABLE},
	{SOCK_DGRAM, 0, BROADCAST4, 19416, ANY, NULL, "udp " BROADCAST4, "interface " CABLE},
	{SOCK_DGRAM, 0, "10.98.0.250", 19425, ANY, NULL, "udp 10.98.0.250", "interface " CABLE},
	{SOCK_STREAM, 0, "127.0.0.1", 19417, ANY, NULL, "tcp 127.0.0.1", "this machine only"},
	{SOCK_STREAM, 0, "::1", 19418, ANY, NULL, "tcp [::1]", "this machine only"},
	{SOCK_STREAM, 0, "::ffff:127.0.0.1", 19419, 0, NULL, "tcp [::ffff:127.0.0.1]", "this machine only"},
	{SOCK_STREAM, 0, "::", 19420, 0, "lo", "tcp *%lo", "this machine only"},
	{SOCK_STREAM, 0, "0.0.0.0", 19421, ANY, "lo", "tcp 0.0.0.0%lo", "this machine only"},
	{SOCK_STREAM, IPPROTO_MPTCP, "::", 19422, 0, "lo", "tcp *%lo", "this machine only"},
	{SOCK_DGRAM, 0, "127.0.0.1", 19423, ANY, NULL, "udp 127.0.0.1", "this machine only"},
	{SOCK_DGRAM, 0, "::", 19424, 1, "lo", "udp [::]%lo", "this machine only"},
};

static int sockets[LENGTH(servers)] = {0};
static char output[OUTPUT_MAX];
static bool real_root;

/** open_all - the sockets of @servers. Return: how many there are: kernels without SCTP or MPTCP are none the less good. */
static unsigned
open_all(void)
{
	unsigned count = 0;

	for (size_t i = 0; i < LENGTH(servers); i++) {
		sockets[i] = list_open(&servers[i]);
		if (sockets[i] < 0 && !(servers[i].protocol && errno == EPROTONOSUPPORT))
			fail_msg("%s port %u: %s", servers[i].name, servers[i].port, strerror(errno));
		count += sockets[i] >= 0;
	}
	return count;
}

/** close_all - the reverse, also behind a test that failed. */
static int
close_all(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(servers); i++) {
		if (sockets[i] > 0)
			close(sockets[i]);
		sockets[i] = 0;
	}
	return 0;
}

/** lines_of - how many lines @text has. */
static unsigned
lines_of(const char *text)
{
	unsigned count = 0;

	for (; *text; text++)
		count += *text == '\n';
	return count;
}

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
	unsigned count = open_all(), listed = 0;
	const char *before = output;

	(void)state;
	assert_int_equal(list_run("", output, sizeof(output)), 0);
	for (size_t i = 0; i < LENGTH(servers); i++) {
		char port[16];
		const char *at;

		if (sockets[i] < 0)
			continue;
		assert_row(&servers[i]);
		snprintf(port, sizeof(port), " %u ", servers[i].port);
		at = strstr(output, port);
		assert_true(at > before); /* exposed ones first */
		before = at;
		listed++;
	}
	assert_int_equal(lines_of(output), count + 3); /* heading, empty line, summary */
	assert_null(strstr(output, " \n"));
	close_all(NULL);
	printf("# figure: %u of %zu kinds there, %u listed, none twice\n", count, LENGTH(servers), listed);
}

/** find_server - that @socket belongs to. */
static const struct server *
find_server(const struct socket *socket)
{
	for (size_t i = 0; i < LENGTH(servers); i++)
		if (servers[i].port == socket->local.port)
			return &servers[i];
	return NULL;
}

static void
list_reach_is_what_a_peer_meets(void **state)
{
	unsigned count = open_all(), in = 0;
	struct sockets all = {0};
	struct trials trials = {0};
	bool fresh;

	(void)state;
	assert_int_equal(sockets_read_reach(&all), 0);
	assert_int_equal(trials_add(&trials, net_network(), &all, &fresh), 0);
	assert_int_equal(trials.count, count);
	for (size_t i = 0; i < trials.count; i++) {
		const struct server *server = find_server(&trials.items[i].socket);
		bool met = tried_verdict(&trials.items[i]) == VERDICT_EXPOSED;

		assert_non_null(server);
		if (met != (strcmp(server->reach, "this machine only") != 0))
			fail_msg("%s: %s, but the peer is %s", server->name, server->reach, met ? "in" : "out");
		in += met;
	}
	sockets_free(&all);
	trials_free(&trials);
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
	open_all();
	read_ss(&theirs);
	read_list(&ours);
	close_all(NULL);
	assert_true(theirs.count >= 20);
	for (size_t i = 0; i < ours.count && i < theirs.count; i++)
		assert_string_equal(ours.items[i], theirs.items[i]);
	assert_int_equal(ours.count, theirs.count);
	printf("# figure: %zu sockets in both, by name and process\n", ours.count);
}

/** preload - the library, behind the sanitizers' where it was built with them. */
static const char *
preload(const char *library)
{
	static char value[1024];
	const char *first = getenv("BG_PRELOAD_FIRST");

	snprintf(value, sizeof(value), "%s %s", first ? first : "", library);
	return value;
}

static void
list_guarded_server_is_told_from_bare(void **state)
{
	struct guest bare, guarded;
	char line[512];

	(void)state;
	assert_true(list_start(&bare, list_self(), NULL, 19430));
	assert_true(list_start(&guarded, list_self(), preload(BG_LIBRARY), 19431));
	assert_int_equal(list_run("", output, sizeof(output)), 0);
	list_stop(&bare);
	list_stop(&guarded);
	assert_true(list_line(output, 19430, line, sizeof(line)));
	assert_non_null(strstr(line, "anywhere"));
	assert_non_null(strstr(line, " no"));
	assert_true(list_line(output, 19431, line, sizeof(line)));
	assert_non_null(strstr(line, "this machine only"));
	assert_non_null(strstr(line, " preload"));
	assert_non_null(strstr(output, "\n2 servers, 1 reachable from anywhere\n"));
}

/** expect_guest - a guest that serves on @port: its row has @guarded and, in the end, @note ("" for none). */
static void
expect_guest(struct guest *guest, unsigned port, const char *reach, const char *guarded, const char *note)
{
	char line[512], end[256], *at;

	assert_int_equal(list_run("", output, sizeof(output)), 0);
	list_stop(guest);
	assert_true(list_line(output, port, line, sizeof(line)));
	assert_non_null(strstr(line, reach));
	snprintf(end, sizeof(end), " %s", guarded);
	at = strstr(line + strlen("tcp "), end);
	if (!at || !(note[0] ? strstr(at, note) != NULL : strcmp(at, end) == 0))
		fail_msg("expected \"%s\", \"%s\" in: %s", guarded, note, line);
}

static void
list_preloaded_server_that_is_not_guarded_is_told(void **state)
{
	static const char note[] = "preloaded, but makes its own system calls";
	static const struct {
		const char *variable;
		const char *text;
		const char *note;
	} modes[] = {{"observe", NULL, "observes only"},
		     {"off", NULL, "mode is off"},
		     {NULL,
		      "mode = observe\nrule a { address = {\"wildcard\"} action = rewrite to = {\"loopback\"} }\n",
		      "observes only"},
		     {NULL, "mode = off\n", "mode is off"},
		     {"enforce",
		      "mode = off\nrule a { address = {\"wildcard\"} action = rewrite to = {\"loopback\"} }\n", ""}};
	char folder[] = "/tmp/bindguard-list-XXXXXX", path[256], library[256], command[1024];
	struct guest guest;

	(void)state;
	assert_non_null(mkdtemp(folder));
	snprintf(path, sizeof(path), "%s/server", folder);
	snprintf(library, sizeof(library), "%s/libbindguard.so", folder);
	/* What makes a program one of Go's, to `run` too. */
	snprintf(command, sizeof(command),
		 "cd %s && cp '%s' . && echo info >info && objcopy --add-section .go.buildinfo=info '%s' server",
		 folder, BG_PLAIN_LIBRARY, list_self());
	assert_int_equal(system(command), 0);
	assert_true(list_start(&guest, path, preload(BG_LIBRARY), 19441));
	expect_guest(&guest, 19441, "this machine only", "no", note);
	for (size_t i = 0; i < LENGTH(modes); i++) {
		FILE *file = fopen(path, "we");
		const char *reach = modes[i].note[0] ? "anywhere" : "this machine only";

		assert_non_null(file);
		fputs(modes[i].text ? modes[i].text : "", file);
		assert_int_equal(fclose(file), 0);
		if (modes[i].variable)
			setenv("BINDGUARD_MODE", modes[i].variable, 1);
		if (modes[i].text)
			setenv(LIST_CONFIG, path, 1);
		assert_true(list_start(&guest, list_self(), preload(BG_LIBRARY), 19442));
		unsetenv("BINDGUARD_MODE");
		unsetenv(LIST_CONFIG);
		expect_guest(&guest, 19442, reach, modes[i].note[0] ? "no" : "preload", modes[i].note);
	}
	/* A configuration of another user counts for nobody else, and so for no guest of root's. */
	if (geteuid() == 0) {
		snprintf(command, sizeof(command), "echo 'mode = observe' >%s && chown 1000 %s", path, path);
		assert_int_equal(system(command), 0);
		setenv(LIST_CONFIG, path, 1);
		assert_true(list_start(&guest, list_self(), preload(BG_LIBRARY), 19444));
		unsetenv(LIST_CONFIG);
		expect_guest(&guest, 19444, "this machine only", "preload", "");
	}
	/* A library whose file is gone, as after an upgrade, still guards. */
	assert_true(list_start(&guest, list_self(), preload(library), 19443));
	assert_int_equal(unlink(library), 0);
	expect_guest(&guest, 19443, "this machine only", "preload", "");
	snprintf(command, sizeof(command), "rm -r %s", folder);
	assert_int_equal(system(command), 0);
}

static void
list_neighbours_of_loopback_are_told(void **state)
{
	const struct server alone = {SOCK_STREAM, 0, "127.0.0.1", 19444, ANY, NULL, "", ""},
			    confined = {SOCK_STREAM, 0, "127.0.0.1", 19445, ANY, "lo", "", ""};
	char line[512];
	int fds[] = {list_open(&alone), list_open(&confined)};

	(void)state;
	assert_true(fds[0] >= 0 && fds[1] >= 0);
	assert_int_equal(net_run(SIDE_HERE, "echo 1 >/proc/sys/net/ipv4/conf/" CABLE "/route_localnet"), 0);
	assert_int_equal(list_run("", output, sizeof(output)), 0);
	assert_int_equal(net_run(SIDE_HERE, "echo 0 >/proc/sys/net/ipv4/conf/" CABLE "/route_localnet"), 0);
	close(fds[0]);
	close(fds[1]);
	assert_true(list_line(output, 19444, line, sizeof(line)));
	assert_non_null(strstr(line, " interface " CABLE " "));
	assert_non_null(strstr(line, "neighbours reach 127.0.0.0/8 (route_localnet)"));
	assert_true(list_line(output, 19445, line, sizeof(line)));
	assert_non_null(strstr(line, " this machine only "));
	assert_null(strstr(line, "route_localnet"));
	assert_non_null(strstr(output, "\n2 servers, 0 reachable from anywhere, 1 through one interface\n"));
}

static void
list_supervised_server_is_told(void **state)
{
	struct guest guarded;
	char line[512], why[256];

	(void)state;
	if (!supervise_possible(why, sizeof(why))) {
		print_message("skipped: %s\n", why);
		skip();
	}
	assert_true(list_start_supervised(&guarded, list_self(), 19434));
	assert_int_equal(list_run("", output, sizeof(output)), 0);
	list_stop(&guarded);
	assert_true(list_line(output, 19434, line, sizeof(line)));
	assert_non_null(strstr(line, "this machine only"));
	assert_non_null(strstr(line, " seccomp"));
	/* One that observes is a supervisor as well, and guards nothing. */
	setenv("BINDGUARD_MODE", "observe", 1);
	assert_true(list_start_supervised(&guarded, list_self(), 19434));
	unsetenv("BINDGUARD_MODE");
	expect_guest(&guarded, 19434, "anywhere", "no", "observes only");
}

static void
list_shared_socket_is_one_row(void **state)
{
	const struct server server = {SOCK_STREAM, 0, "127.0.0.1", 19432, ANY, NULL, "", ""};
	int fd = list_open(&server), doubled = dup(fd);
	pid_t workers[3];
	char line[512], expected[64];

	(void)state;
	for (size_t i = 0; i < LENGTH(workers); i++) {
		workers[i] = fork();
		if (workers[i] == 0) {
			prctl(PR_SET_PDEATHSIG, SIGKILL);
			for (;;)
				pause();
		}
	}
	assert_int_equal(list_run("", output, sizeof(output)), 0);
	for (size_t i = 0; i < LENGTH(workers); i++) {
		kill(workers[i], SIGKILL);
		waitpid(workers[i], NULL, 0);
	}
	close(fd);
	close(doubled);
	assert_int_equal(lines_of(output), 4);
	assert_true(list_line(output, 19432, line, sizeof(line)));
	snprintf(expected, sizeof(expected), " %d list_test", (int)getpid());
	assert_non_null(strstr(line, expected));
	assert_non_null(strstr(line, "4 processes"));
	assert_non_null(strstr(output, "\n1 server, none reachable from another machine\n"));
}

/** shield - hide this process from others that are not privileged, and wait for the end. */
static void
shield(unsigned port)
{
	const struct server server = {SOCK_STREAM, 0, "0.0.0.0", port, ANY, NULL, "", ""};

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	prctl(PR_SET_DUMPABLE, 0);
	if (list_open(&server) < 0)
		_exit(1);
	kill(getpid(), SIGSTOP);
	for (;;)
		pause();
}

/** become_nobody - where this is root's process; a user namespace's root sees no more of others than a user does. */
static void
become_nobody(void)
{
	if (real_root && (setgroups(0, NULL) || setresgid(NOBODY, NOBODY, NOBODY) || setresuid(NOBODY, NOBODY, NOBODY)))
		_exit(1);
	prctl(PR_SET_DUMPABLE, 1);
}

/** run_as_nobody - the list, run by a process that has a socket itself. Return: its wait status. */
static int
run_as_nobody(unsigned port)
{
	const struct server server = {SOCK_STREAM, 0, "127.0.0.1", port, ANY, NULL, "", ""};
	int command = open(BG_COMMAND, O_RDONLY | O_CLOEXEC), out[2], status;
	char *const arguments[] = {(char[]){"bindguard"}, (char[]){"list"}, NULL};
	pid_t child, owner;
	ssize_t size;
	size_t length = 0;

	assert_int_equal(pipe2(out, O_CLOEXEC), 0);
	owner = fork();
	if (owner == 0) {
		become_nobody();
		if (list_open(&server) < 0)
			_exit(1);
		child = fork();
		if (child == 0) {
			dup2(out[1], STDOUT_FILENO);
			fexecve(command, arguments, environ);
			_exit(127);
		}
		waitpid(child, &status, 0);
		_exit(WIFEXITED(status) ? WEXITSTATUS(status) : 99);
	}
	close(out[1]);
	close(command);
	while ((size = read(out[0], output + length, sizeof(output) - 1 - length)) > 0)
		length += (size_t)size;
	output[length] = '\0';
	close(out[0]);
	waitpid(owner, &status, 0);
	return status;
}

static void
list_unprivileged_names_its_own_alone(void **state)
{
	pid_t hidden = fork();
	char line[512];
	int status;

	(void)state;
	if (hidden == 0)
		shield(19433);
	assert_int_equal(waitpid(hidden, &status, WUNTRACED), hidden);
	assert_true(WIFSTOPPED(status));
	status = run_as_nobody(19434);
	kill(hidden, SIGKILL);
	waitpid(hidden, NULL, 0);
	assert_int_equal(status, 0);
	assert_true(list_line(output, 19433, line, sizeof(line)));
	assert_non_null(strstr(line, "anywhere"));
	assert_non_null(strstr(line, " ? ? "));
	assert_true(list_line(output, 19434, line, sizeof(line)));
	assert_non_null(strstr(line, "list_test"));
	assert_non_null(strstr(output, "; 1 of other users (?): root sees their programs\n"));
}

static void
list_all_adds_connected_and_raw(void **state)
{
	const struct server server = {SOCK_DGRAM, 0, "127.0.0.1", 19435, ANY, NULL, "", ""};
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
	const struct server udp = {SOCK_DGRAM, 0, "0.0.0.0", 0, ANY, NULL, "", ""};
	const struct server tcp = {SOCK_STREAM, 0, "0.0.0.0", 0, ANY, NULL, "", ""};
	int fds[2] = {list_open(&udp), list_open(&tcp)};

	(void)state;
	assert_int_equal(list_run("", output, sizeof(output)), 0);
	close(fds[0]);
	close(fds[1]);
	assert_int_equal(lines_of(output), 5);
	assert_non_null(strstr(output, "perhaps a client: ephemeral port\n\n2 servers,")); /* UDP behind TCP */
}

static void
list_reuseport_counts_once(void **state)
{
	const struct server server = {SOCK_STREAM, 0, "127.0.0.1", 19436, ANY, NULL, "", ""};
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
	assert_int_equal(lines_of(output), 6); /* three rows, as the kernel has three sockets */
	assert_non_null(strstr(output, "\n1 server, none"));
}

/** assert_types - every key of @object is there, with a value of its type. */
static void
assert_types(json_t *object)
{
	const char *protocol, *state, *family, *address, *reachable, *program, *called, *guarded;
	int mptcp, dual_stack, localnet, ephemeral, port, uid, pid;
	json_t *ip_protocol, *peer, *processes, *device, *interface;
	json_int_t inode;
	json_error_t error;

	if (json_unpack_ex(object, &error, JSON_STRICT,
			   "{s:s, s:b, s:o, s:s, s:s, s:s, s:i, s:b, s:o, s:o, s:s, s:o, s:b, s:b, s:i, s:I, s:i, s:s, "
			   "s:s, s:s,"
			   "s:n, s:o}",
			   "protocol", &protocol, "mptcp", &mptcp, "ip_protocol", &ip_protocol, "state", &state,
			   "family", &family, "address", &address, "port", &port, "dual_stack", &dual_stack, "device",
			   &device, "peer", &peer, "reachable", &reachable, "interface", &interface, "route_localnet",
			   &localnet, "ephemeral", &ephemeral, "uid", &uid, "inode", &inode, "pid", &pid, "program",
			   &program, "called", &called, "guarded", &guarded, "guard_note", "processes", &processes))
		fail_msg("%s", error.text);
	assert_int_equal(json_array_size(processes), 1);
	assert_int_equal(json_object_size(json_array_get(processes, 0)), 5);
	assert_true(json_is_null(peer) && json_is_null(ip_protocol));
	assert_true(json_is_null(device) || json_is_string(device));
	assert_int_equal(json_is_string(interface), strcmp(reachable, "interface") == 0);
	assert_int_equal(pid, getpid());
	assert_string_equal(guarded, "no");
}

/** assert_confined - the dual-stack server on lo, word by word. */
static void
assert_confined(json_t *object)
{
	char *text;

	json_object_del(object, "inode");
	json_object_del(object, "pid");
	json_object_del(object, "uid");
	json_object_del(object, "processes");
	text = json_dumps(object, JSON_COMPACT);
	assert_string_equal(text, "{\"protocol\":\"tcp\",\"mptcp\":false,\"ip_protocol\":null,\"state\":\"listening\","
				  "\"family\":\"ipv6\",\"address\":\"::\",\"port\":19420,\"dual_stack\":true,"
				  "\"device\":\"lo\",\"peer\":null,\"reachable\":\"machine\",\"interface\":null,"
				  "\"route_localnet\":false,\"ephemeral\":false,\"program\":\"list_test\","
				  "\"called\":\"list_test\",\"guarded\":\"no\",\"guard_note\":null}");
	free(text);
}

static void
list_other_name_is_noted(void **state)
{
	const struct server server = {SOCK_STREAM, 0, "127.0.0.1", 19437, ANY, NULL, "", ""};
	int fd = list_open(&server);
	char line[512];

	(void)state;
	prctl(PR_SET_NAME, "list"); /* a part of the program's name says nothing new */
	assert_int_equal(list_run("", output, sizeof(output)), 0);
	assert_null(strstr(output, "called"));
	prctl(PR_SET_NAME, "a) S 1 \033");
	assert_int_equal(list_run("", output, sizeof(output)), 0);
	prctl(PR_SET_NAME, "list_test");
	close(fd);
	assert_true(list_line(output, 19437, line, sizeof(line)));
	assert_non_null(strstr(line, " list_test no      called a) S 1 \\x1b"));
}

static void
list_json_is_typed_and_whole(void **state)
{
	unsigned count = open_all();
	json_error_t error;
	json_t *array, *item;
	size_t i;
	bool seen = false;

	(void)state;
	assert_int_equal(list_run("--json", output, sizeof(output)), 0);
	close_all(NULL);
	array = json_loads(output, 0, &error);
	if (!json_is_array(array))
		fail_msg("%s\n%s", error.text, output);
	assert_int_equal(json_array_size(array), count);
	json_array_foreach(array, i, item)
	{
		assert_types(item);
		if (json_integer_value(json_object_get(item, "port")) == 19420) {
			assert_confined(item);
			seen = true;
		}
	}
	json_decref(array);
	assert_true(seen);
	printf("# figure: %u objects of 22 keys\n", count);
}

static void
list_empty_machine_says_so(void **state)
{
	(void)state;
	assert_int_equal(list_run("", output, sizeof(output)), 0);
	assert_string_equal(output, "nothing listens on this machine\n");
	assert_int_equal(list_run("--json", output, sizeof(output)), 0);
	assert_string_equal(output, "[]\n");
}

static int
set_up(void **state)
{
	(void)state;
	return net_set_up() || net_run(SIDE_HERE, "ip addr add 10.77.0.1/32 dev lo && "
						  "ip addr add 10.98.0.1/24 broadcast 10.98.0.250 dev " CABLE " && "
						  "ip addr add fe80::99/64 dev " CABLE " nodad");
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
		cmocka_unit_test_teardown(list_every_kind_is_told_with_its_reach, close_all),
		cmocka_unit_test_teardown(list_reach_is_what_a_peer_meets, close_all),
		cmocka_unit_test_teardown(list_sockets_are_those_of_ss, close_all),
		cmocka_unit_test_teardown(list_guarded_server_is_told_from_bare, close_all),
		cmocka_unit_test_teardown(list_preloaded_server_that_is_not_guarded_is_told, close_all),
		cmocka_unit_test_teardown(list_neighbours_of_loopback_are_told, close_all),
		cmocka_unit_test_teardown(list_supervised_server_is_told, close_all),
		cmocka_unit_test_teardown(list_shared_socket_is_one_row, close_all),
		cmocka_unit_test_teardown(list_unprivileged_names_its_own_alone, close_all),
		cmocka_unit_test_teardown(list_all_adds_connected_and_raw, close_all),
		cmocka_unit_test_teardown(list_ephemeral_udp_is_marked, close_all),
		cmocka_unit_test_teardown(list_reuseport_counts_once, close_all),
		cmocka_unit_test_teardown(list_other_name_is_noted, close_all),
		cmocka_unit_test_teardown(list_json_is_typed_and_whole, close_all),
		cmocka_unit_test_teardown(list_empty_machine_says_so, close_all),
	};

	if (argc == 3 && strcmp(argv[1], "--serve") == 0)
		return list_serve(argv[2]);
	real_root = geteuid() == 0;
	if (argc > 1)
		cmocka_set_test_filter(argv[1]);
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
