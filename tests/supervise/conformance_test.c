/* SPDX-License-Identifier: MIT
 * conformance_test.c - the conformance table a third time, through the engine `seccomp`: an unrelated program makes the
 * row's call; the kernel says what came of it. A socket that listen(2) shall find bound past the guard is inherited. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <setjmp.h>
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

#include "conformance/table.h"
#include "net/net.h"
#include "preload/host.h"
#include "supervise/guarded.h"

#define MPTCP 262 /* IPPROTO_MPTCP */

static char config_path[] = "/tmp/bindguard-conformance.XXXXXX";

/** write_config - the row's policy as a file; lockdown is what a broken file brings about. */
static const char *
write_config(const struct row *row)
{
	const char *text = row->config && strcmp(row->config, LOCKDOWN) == 0 ? "broken {" : row->config;
	FILE *file;

	if (!text)
		return "";
	file = fopen(config_path, "we");
	assert_non_null(file);
	fputs(text, file);
	fclose(file);
	return config_path;
}

/** is_six - does the row speak of an IPv6 socket? */
static bool
is_six(const struct row *row)
{
	return row->form == BG_FORM_IPV6 || row->form == BG_FORM_MAPPED;
}

/** bind_socket - the row's socket, bound as a program that nobody guards would. */
static int
bind_socket(const struct row *row)
{
	struct sockaddr_in in = {.sin_family = AF_INET, .sin_port = htons(row->port)};
	struct sockaddr_in6 in6 = {.sin6_family = AF_INET6, .sin6_port = htons(row->port)};
	int type = row->protocol == BG_PROTOCOL_UDP ? SOCK_DGRAM : SOCK_STREAM, v6only = row->v6only;
	int fd = socket(is_six(row) ? AF_INET6 : AF_INET, type, row->mptcp ? MPTCP : 0);
	char text[64];

	assert_true(fd >= 0);
	if (is_six(row))
		setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &v6only, sizeof(v6only));
	if (row->device)
		setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, row->device, (socklen_t)strlen(row->device));
	if (!row->address)
		return fd;
	snprintf(text, sizeof(text), "%s%s", row->form == BG_FORM_MAPPED ? "::ffff:" : "", row->address);
	if (is_six(row)) {
		inet_pton(AF_INET6, text, &in6.sin6_addr);
		assert_int_equal(bind(fd, (struct sockaddr *)&in6, sizeof(in6)), 0);
	} else {
		inet_pton(AF_INET, text, &in.sin_addr);
		assert_int_equal(bind(fd, (struct sockaddr *)&in, sizeof(in)), 0);
	}
	return fd;
}

/** run - the row's call in a program of its own, under the engine in @mode. @line: what it printed. */
static void
run(const struct row *row, const char *mode, char *line, size_t size)
{
	bool inherited = row->call == BG_CALL_LISTEN;
	int fd = inherited ? bind_socket(row) : -1;
	char arguments[1024];

	if (mode)
		setenv("BINDGUARD_MODE", mode, 1);
	else
		unsetenv("BINDGUARD_MODE");
	setenv("BINDGUARD_CONFIG", write_config(row), 1);
	if (inherited)
		snprintf(arguments, sizeof(arguments), "../supervise_cli %s/hosts/inherited 3<&%d %d<&-", BG_BUILD_DIR,
			 fd, fd);
	else
		snprintf(arguments, sizeof(arguments),
			 "../supervise_cli %s/hosts/conformance_host bind %s %d %d %s %d %s %u", BG_BUILD_DIR,
			 bg_protocol_word(row->protocol), row->mptcp, row->v6only, row->device ? row->device : "-",
			 (int)row->form, row->address ? row->address : "-", row->port);
	assert_int_equal(host_run(NULL, arguments, line, size), 0);
	line[strcspn(line, "\n")] = '\0';
	if (fd >= 0)
		close(fd);
}

/** expected_line - what the host must print, with the port left out where the kernel chooses. */
static void
expected_line(const struct row *row, char *line, size_t size)
{
	bool refused = row->error != 0, bound_before = row->call == BG_CALL_LISTEN && row->address;
	const char *any = is_six(row) ? "::" : "0.0.0.0";
	const char *address = row->to ? row->to : row->address ? row->address : any;
	const char *device = row->confined && !refused ? row->confined : row->device ? row->device : "-";
	unsigned port = row->to_port ? row->to_port : row->port;
	bool mapped = is_six(row) && !strchr(address, ':');

	if (refused && !bound_before) {
		address = any;
		port = row->protocol == BG_PROTOCOL_RAW && row->port ? RAW_NUMBER : 0;
		mapped = false;
	}
	snprintf(line, size, "%d %s%s %u %s", row->error, mapped ? "::ffff:" : "", address, port, device);
}

/** blank_port - port of a line to 0 where the kernel chose it. */
static void
blank_port(char *line)
{
	int error;
	char address[64], device[32];
	unsigned port;

	if (sscanf(line, "%d %63s %u %31s", &error, address, &port, device) == 4)
		sprintf(line, "%d %s 0 %s", error, address, device);
}

/** row_supervised_is_as_the_table_says - the call's errno, and the socket's name and device after it. */
static void
row_supervised_is_as_the_table_says(void **state)
{
	const struct row *row = *state;
	char got[256], wanted[256];

	run(row, NULL, got, sizeof(got));
	expected_line(row, wanted, sizeof(wanted));
	if (row->port == 0)
		blank_port(got);
	if (strcmp(got, wanted) != 0)
		fail_msg("%s: got \"%s\", expected \"%s\" (errno address port device)", row->name, got, wanted);
}

/** row_observed_is_as_bare - observe mode changes nothing: the same line as without the guard. */
static void
row_observed_is_as_bare(void **state)
{
	const struct row *row = *state;
	char observed[256], bare[256];

	run(row, "observe", observed, sizeof(observed));
	run(row, "off", bare, sizeof(bare));
	if (row->port == 0) {
		blank_port(observed);
		blank_port(bare);
	}
	assert_string_equal(observed, bare);
}

static int
set_up(void **state)
{
	int fd = mkstemp(config_path);

	(void)state;
	if (fd < 0)
		return -1;
	close(fd);
	log_to("none");
	return net_set_up();
}

static int
tear_down(void **state)
{
	(void)state;
	unlink(config_path);
	net_tear_down();
	return 0;
}

int
main(int argc, char **argv)
{
	struct CMUnitTest *tests = calloc(2 * row_count, sizeof(*tests));

	for (size_t i = 0; i < 2 * row_count; i++) {
		union {
			const struct row *in;
			void *out;
		} row = {.in = &rows[i / 2]};

		tests[i].name = rows[i / 2].name;
		tests[i].initial_state = row.out;
		tests[i].test_func = i % 2 ? row_observed_is_as_bare : row_supervised_is_as_the_table_says;
	}
	if (argc > 1)
		cmocka_set_test_filter(argv[1]);
	return _cmocka_run_group_tests("supervised", tests, 2 * row_count, set_up, tear_down);
}
