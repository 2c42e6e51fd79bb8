/* SPDX-License-Identifier: MIT
 * list_guard_test.c - `bindguard list` tells which servers are guarded, by which engine, and what makes one that is
 * not. */
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

#include "bindguard/seccomp.h"
#include "launcher/list_host.h"
#include "launcher/list_servers.h"
#include "net/net.h"

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))
#define OUTPUT_MAX 65536

static char output[OUTPUT_MAX];

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
	const struct server alone = {SOCK_STREAM, 0, "127.0.0.1", 19444, LIST_ANY, NULL, "", ""},
			    confined = {SOCK_STREAM, 0, "127.0.0.1", 19445, LIST_ANY, "lo", "", ""};
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
	if (!bg_seccomp_possible(why, sizeof(why))) {
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

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(list_guarded_server_is_told_from_bare, list_close_all),
		cmocka_unit_test_teardown(list_preloaded_server_that_is_not_guarded_is_told, list_close_all),
		cmocka_unit_test_teardown(list_neighbours_of_loopback_are_told, list_close_all),
		cmocka_unit_test_teardown(list_supervised_server_is_told, list_close_all),
	};

	if (argc == 3 && strcmp(argv[1], "--serve") == 0)
		return list_serve(argv[2]);
	if (argc > 1)
		cmocka_set_test_filter(argv[1]);
	return cmocka_run_group_tests(tests, list_set_up, list_tear_down);
}
