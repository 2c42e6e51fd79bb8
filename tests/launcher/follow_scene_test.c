/* SPDX-License-Identifier: MIT
 * follow_scene_test.c - `bindguard run -- npm run dev` typed on a terminal: its script starts servers that no preload reaches, a
 * second host looks for them, and Ctrl-C ends them. On two hosts of the test's own. On cmocka. */
#include <arpa/inet.h>
#include <dirent.h>
#include <poll.h>
#include <pty.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "launcher/drive.h"
#include "net/net.h"

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))
#define HOSTS BG_BUILD_DIR "/hosts/"
#define ESBUILD BG_BUILD_DIR "/npm/node_modules/.bin/esbuild"
#define STEP_MS 20
#define STEPS 3000
#define HTTP "GET / HTTP/1.0\r\n\r\n"
#define PORT 19301
#define CTRL_C "\003"

/**
 * struct server - what the script starts.
 * @program: a command that tells by its status whether it can be started here, NULL: it can
 * @command: is executed, with its port
 * @ipv6: it serves both families
 * @request, @answer: of its protocol
 * @port: it listens on that; 0: it is not part of the scene
 */
struct server {
	const char *name;
	const char *program;
	const char *command;
	bool ipv6;
	const char *request;
	const char *answer;
	unsigned port;
};

static struct server servers[] = {
	{"go", NULL, HOSTS "go_server serve :%u", true, "", "hello", 0},
	{"go, ipv4", NULL, HOSTS "go_server serve 0.0.0.0:%u", false, "", "hello", 0},
	{"musl, static", NULL, HOSTS "static_musl %u", true, "", "hello", 0},
	{"32 bits", HOSTS "int80", HOSTS "int80 %u", false, "", "hello", 0},
	{"static", NULL, "busybox httpd -f -p 0.0.0.0:%u", false, HTTP, "HTTP/1", 0},
	{"node", NULL, "node server.js %u", true, HTTP, "hello", 0},
	{"esbuild", ESBUILD " --version", ESBUILD " --serve=0.0.0.0:%u --servedir=.", false, HTTP, "HTTP/1", 0},
};

static pid_t command;
static int terminal;

/** drain - what the terminal shows, so that nobody waits for us to read it. */
static void
drain(int milliseconds)
{
	struct pollfd ready = {.fd = terminal, .events = POLLIN};
	char text[4096];

	if (poll(&ready, 1, milliseconds) == 1 && read(terminal, text, sizeof(text)) <= 0)
		poll(NULL, 0, milliseconds);
}

/** type - start @line, words, on a terminal of its own. */
static void
type(const char *line)
{
	command = forkpty(&terminal, NULL, NULL, NULL);
	if (command == 0) {
		if (chdir(drive_folder()) == 0)
			execl("/bin/sh", "sh", "-c", line, (char *)NULL);
		_exit(127);
	}
	assert_true(command > 0);
}

/** has_ended - has it? Its status is taken then. */
static bool
has_ended(void)
{
	if (command > 0 && waitpid(command, NULL, WNOHANG) == command)
		command = 0;
	return command == 0;
}

/** ask - @server, by @family. */
static enum probe
ask(const struct server *server, enum side from, int family)
{
	const struct question question = {.protocol = BG_PROTOCOL_TCP,
					  .port = server->port,
					  .request = server->request,
					  .size = strlen(server->request),
					  .answer = server->answer};

	return net_ask(from, family, &question);
}

/** expect_all - each server of the scene says @expected to whom asks @from; from here, as soon as it listens. */
static void
expect_all(enum side from, enum probe expected)
{
	for (size_t i = 0; i < LENGTH(servers); i++)
		for (int family = AF_INET; servers[i].port; family = AF_INET6) {
			enum probe probe = ask(&servers[i], from, family);

			for (int step = 0; probe != expected && from == SIDE_HERE && step < STEPS && !has_ended();
			     step++) {
				drain(STEP_MS);
				probe = ask(&servers[i], from, family);
			}
			if (probe != expected)
				fail_msg("%s, IPv%d, asked from %s: %s, expected %s", servers[i].name,
					 family == AF_INET ? 4 : 6, from == SIDE_HERE ? "here" : "the second host",
					 net_probe_word(probe), net_probe_word(expected));
			if (family == AF_INET6 || !servers[i].ipv6)
				break;
		}
}

/** count_open - in a child: ports of this host that the second host can connect to, at one address. */
static int
count_open(int family)
{
	struct sockaddr_in to4 = {.sin_family = AF_INET};
	struct sockaddr_in6 to6 = {.sin6_family = AF_INET6};
	int open = 0;

	inet_pton(AF_INET, HERE4, &to4.sin_addr);
	inet_pton(AF_INET6, HERE6, &to6.sin6_addr);
	for (unsigned port = 1; port < 65536; port++) {
		int fd = socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0);

		to4.sin_port = to6.sin6_port = htons((uint16_t)port);
		open += fd < 0 || connect(fd, family == AF_INET ? (void *)&to4 : (void *)&to6,
					  family == AF_INET ? sizeof(to4) : sizeof(to6)) == 0;
		close(fd);
	}
	return open;
}

/** expect_shut - the second host is refused on every port. */
static void
expect_shut(void)
{
	int status = -1;
	pid_t child = fork();

	if (child == 0)
		_exit(net_enter(SIDE_THERE) ? (count_open(AF_INET) + count_open(AF_INET6)) & 0x7f : 126);
	waitpid(child, &status, 0);
	assert_int_equal(status, 0);
}

/** count_others - processes on this host beside this one. */
static int
count_others(void)
{
	char path[300], own[64] = "", other[64];
	DIR *folder = opendir("/proc");
	struct dirent *entry;
	int count = 0;

	readlink("/proc/self/ns/net", own, sizeof(own) - 1);
	while ((entry = readdir(folder)) != NULL) {
		snprintf(path, sizeof(path), "/proc/%s/ns/net", entry->d_name);
		memset(other, 0, sizeof(other));
		if (atoi(entry->d_name) > 0 && atoi(entry->d_name) != getpid() &&
		    readlink(path, other, sizeof(other) - 1) > 0)
			count += strcmp(own, other) == 0;
	}
	closedir(folder);
	return count;
}

/** end_all - Ctrl-C ends what was started, and nothing stays behind. */
static void
end_all(void)
{
	assert_int_equal(write(terminal, CTRL_C, 1), 1);
	for (int step = 0; (!has_ended() || count_others()) && step < STEPS; step++)
		drain(STEP_MS);
	assert_true(has_ended());
	assert_int_equal(count_others(), 0);
	close(terminal);
}

/**
 * write_scripts - `dev`, which starts each server, each with @before before it, and of those that may not be here @extra. On new
 * ports, since those of the scene before may be taken for a minute: TIME_WAIT.
 */
static void
write_scripts(const char *before, const char *extra)
{
	static unsigned port = PORT;
	char text[4096] = "", *end = text;

	for (size_t i = 0; i < LENGTH(servers); i++) {
		bool starts = !servers[i].program || strcmp(servers[i].name, extra) == 0;

		servers[i].port = starts ? port++ : 0;
		if (!starts)
			continue;
		end += sprintf(end, " '%s", before);
		end += sprintf(end, servers[i].command, servers[i].port);
		end += sprintf(end, "'");
	}
	drive_expect(0, "", "cat >package.json <<'end'\n{\"scripts\": {\"dev\": \"node start.js%s\"}}\nend", text);
}

/** play - the guarded scene. */
static void
play(const char *before, const char *extra)
{
	drive_needs_seccomp();
	write_scripts(before, extra);
	type("exec $BG run -q -- npm run dev");
	expect_all(SIDE_HERE, PROBE_ANSWERED);
	expect_all(SIDE_THERE, PROBE_REFUSED);
	expect_shut();
	end_all();
}

/** play_with - likewise, with @extra; skipped where that is not here. */
static void
play_with(const char *extra)
{
	for (size_t i = 0; i < LENGTH(servers); i++)
		if (strcmp(servers[i].name, extra) == 0 && drive("%s </dev/null", servers[i].program)->status)
			skip();
	play("", extra);
}

static void
scene_without_the_guard_is_open_to_the_second_host(void **state)
{
	(void)state;
	write_scripts("", "");
	type("npm run dev");
	expect_all(SIDE_HERE, PROBE_ANSWERED);
	expect_all(SIDE_THERE, PROBE_ANSWERED);
	end_all();
}

static void
scene_is_refused_to_the_second_host_and_ends_by_ctrl_c(void **state)
{
	(void)state;
	play("", "");
}

static void
scene_without_an_environment_is_the_same(void **state)
{
	(void)state;
	play("env -i PATH=$PATH ", "");
}

static void
scene_with_esbuild_is_the_same(void **state)
{
	(void)state;
	play_with("esbuild");
}

static void
scene_with_32_bits_is_the_same(void **state)
{
	(void)state;
	play_with("32 bits");
}

/** A Go program takes a socket that is meant for the process that stands for it. */
static void
scene_with_a_socket_that_is_passed_is_the_same(void **state)
{
	struct server server = {.request = HTTP, .answer = "HTTP/1", .port = PORT + 100};
	char line[256];

	(void)state;
	drive_needs_seccomp();
	if (drive("command -v systemd-socket-activate prometheus-node-exporter")->status)
		skip();
	drive_expect_out("0\n0\n", "$BG run -q sh -c 'LISTEN_PID=$$ WATCHDOG_PID=$$ exec busybox sh -c \"echo "
				   "\\$((\\$LISTEN_PID - \\$\\$)); echo \\$((\\$WATCHDOG_PID - \\$\\$))\"'");
	drive_expect_out("1\n", "LISTEN_PID=1 $BG run -q sh -c 'exec busybox sh -c \"echo \\$LISTEN_PID\"'");
	snprintf(line, sizeof(line),
		 "exec $BG run -q -- systemd-socket-activate -l 0.0.0.0:%u prometheus-node-exporter "
		 "--web.systemd-socket",
		 server.port);
	type(line);
	for (int step = 0; ask(&server, SIDE_HERE, AF_INET) != PROBE_ANSWERED && step < STEPS && !has_ended(); step++)
		drain(STEP_MS);
	assert_int_equal(ask(&server, SIDE_HERE, AF_INET), PROBE_ANSWERED);
	assert_int_equal(ask(&server, SIDE_THERE, AF_INET), PROBE_REFUSED);
	end_all();
}

/** end_rest - of a test that failed. */
static int
end_rest(void **state)
{
	(void)state;
	if (command > 0 && !has_ended()) {
		close(terminal);
		kill(-command, SIGKILL);
		waitpid(command, NULL, 0);
	}
	command = 0;
	return 0;
}

static int
set_up(void **state)
{
	if (net_set_up() || drive_set_up(state))
		return -1;
	if (drive("command -v npm node busybox")->status) {
		fprintf(stderr, "skipped: npm, node or busybox is not here\n");
		_exit(77);
	}
	setenv("npm_config_update_notifier", "false", 1);
	drive_expect(
		0, "",
		"echo 'require(\"http\").createServer((q, a) => a.end(\"hello\")).listen(process.argv[2])' >server.js; "
		"echo 'for (const command of process.argv.slice(2)) require(\"child_process\").spawn(\"sh\", [\"-c\", "
		"\"exec \" + command], {stdio: \"inherit\"})' >start.js");
	return 0;
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(scene_without_the_guard_is_open_to_the_second_host, end_rest),
		cmocka_unit_test_teardown(scene_is_refused_to_the_second_host_and_ends_by_ctrl_c, end_rest),
		cmocka_unit_test_teardown(scene_without_an_environment_is_the_same, end_rest),
		cmocka_unit_test_teardown(scene_with_esbuild_is_the_same, end_rest),
		cmocka_unit_test_teardown(scene_with_32_bits_is_the_same, end_rest),
		cmocka_unit_test_teardown(scene_with_a_socket_that_is_passed_is_the_same, end_rest),
	};

	if (argc > 1)
		cmocka_set_test_filter(argv[1]);
	return cmocka_run_group_tests_name("follow scene", tests, set_up, drive_tear_down);
}
