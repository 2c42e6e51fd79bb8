/* SPDX-License-Identifier: MIT
 * sctp_test.c - sctp_bindx(3) under the guard, with a stub in libsctp's place: what it is called with, and what the
 * program gets. The kernel need not have SCTP. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "net/net.h"
#include "preload/host.h"

#define STUB BG_BUILD_DIR "/hosts/sctp_stub.so"
#define UNPRIVILEGED "setpriv --bounding-set=-all --inh-caps=-all env"
#define FILTERED BG_BUILD_DIR "/hosts/leaky_filter env"
#define ANY17                                                                                                          \
	"0.0.0.0 0.0.0.0 0.0.0.0 0.0.0.0 0.0.0.0 0.0.0.0 0.0.0.0 0.0.0.0 0.0.0.0 0.0.0.0 0.0.0.0 0.0.0.0 "             \
	"0.0.0.0 0.0.0.0 0.0.0.0 0.0.0.0 0.0.0.0"

static char log_path[] = "/tmp/bindguard-sctp.XXXXXX";

/**
 * struct row - a call.
 * @how: environment
 * @arguments: of hosts/client_sctp.c, without the stub
 * @output: what it prints
 * @event: in the log; NULL: none
 */
struct row {
	const char *name;
	const char *how;
	const char *arguments;
	const char *output;
	const char *event;
};

static const struct row rows[] = {
	{"bindx_ipv4_wildcard_goes_to_loopback", "", "4 1 19500 0.0.0.0",
	 "bindx flags 1, device none, 127.0.0.1 19500; 0 Success, device none\n",
	 "0.0.0.0:19500 -> 127.0.0.1:19500 (rewrite, rule \"servers\")"},
	{"bindx_list_changes_the_wildcard_alone", "", "6 1 19501 127.0.0.2 :: ::1",
	 "bindx flags 1, device lo, 127.0.0.2 19501 :: 19501 ::1 19501; 0 Success, device lo\n",
	 "[::]:19501 -> [::]:19501%lo (rewrite, rule \"servers\")"},
	{"bindx_dualstack_twice_is_confined_once", "", "6 1 19502 :: ::",
	 "bindx flags 1, device lo, :: 19502 :: 19502; 0 Success, device lo\n", "[::]:19502 -> [::]:19502%lo"},
	{"bindx_dualstack_twice_needs_no_privilege", UNPRIVILEGED, "6 1 19511 :: ::",
	 "bindx flags 1, device lo, :: 19511 :: 19511; 0 Success, device lo\n", "[::]:19511 -> [::]:19511%lo"},
	{"bindx_loopback_is_unchanged", "", "6 1 19503 127.0.0.1 ::1",
	 "bindx flags 1, device none, 127.0.0.1 19503 ::1 19503; 0 Success, device none\n", NULL},
	{"bindx_failed_leaves_no_device", "STUB_ERRNO=98", "6 1 19504 ::",
	 "bindx flags 1, device lo, :: 19504; -1 Address already in use, device none\n", "failed: EADDRINUSE"},
	{"bindx_removal_is_not_touched", "", "4 2 19505 0.0.0.0",
	 "bindx flags 2, device none, 0.0.0.0 19505; 0 Success, device none\n", NULL},
	{"bindx_too_long_list_is_refused", "", "4 1 19506 " ANY17, "-1 Permission denied, device none\n", NULL},
	{"bindx_observed_is_unchanged", "BINDGUARD_MODE=observe", "4 1 19507 0.0.0.0",
	 "bindx flags 1, device none, 0.0.0.0 19507; 0 Success, device none\n",
	 "0.0.0.0:19507 -> 127.0.0.1:19507 (would rewrite"},
	{"bindx_off_is_as_bare", "BINDGUARD_MODE=off",
	 "6 1 19508 ::", "bindx flags 1, device none, :: 19508; 0 Success, device none\n", NULL},
	{"bindx_that_cannot_be_confined_goes_to_loopback", FILTERED,
	 "6 1 19509 ::", "bindx flags 1, device none, ::ffff:127.0.0.1 19509; 0 Success, device none\n",
	 "the kernel refuses to confine: IPv4 loopback only"},
	{"bindx_in_lockdown_is_refused", "BINDGUARD_TO=rubbish/", "4 1 19510 " HERE4,
	 "-1 Permission denied, device none\n", HERE4 ":19510 denied: EACCES (deny, rule \"lockdown\")"},
};

#define ROWS (sizeof(rows) / sizeof(rows[0]))

/** call_is_as_the_row_says - the stub's words, the result, the log. */
static void
call_is_as_the_row_says(void **state)
{
	const struct row *row = *state;
	char environment[512], arguments[1024], output[2048], log[2048] = "";
	FILE *file;

	assert_int_equal(truncate(log_path, 0), 0);
	snprintf(environment, sizeof(environment), "BINDGUARD_LOG=%s %s", log_path, row->how);
	snprintf(arguments, sizeof(arguments), "client_sctp " STUB " %s", row->arguments);
	assert_int_equal(host_run(environment, arguments, output, sizeof(output)), 0);
	assert_string_equal(output, row->output);
	file = fopen(log_path, "re");
	assert_non_null(file);
	log[fread(log, 1, sizeof(log) - 1, file)] = '\0';
	fclose(file);
	if (row->event ? !strstr(log, row->event) : log[0])
		fail_msg("%s: the log is \"%s\", expected \"%s\"", row->name, log, row->event ? row->event : "");
	output[strcspn(output, "\n")] = '\0';
	figure("%s", output);
}

static int
set_up(void **state)
{
	int fd = mkstemp(log_path);

	(void)state;
	if (fd < 0 || close(fd))
		return -1;
	return net_set_up(); /* where root's privileges are, whoever runs this */
}

static int
tear_down(void **state)
{
	(void)state;
	net_tear_down();
	return unlink(log_path);
}

int
main(int argc, char **argv)
{
	struct CMUnitTest tests[ROWS];

	for (size_t i = 0; i < ROWS; i++) {
		union {
			const struct row *in;
			void *out;
		} row = {.in = &rows[i]};

		tests[i] = (struct CMUnitTest){
			.name = rows[i].name, .test_func = call_is_as_the_row_says, .initial_state = row.out};
	}
	if (argc > 1)
		cmocka_set_test_filter(argv[1]);
	return _cmocka_run_group_tests("sctp", tests, ROWS, set_up, tear_down);
}
