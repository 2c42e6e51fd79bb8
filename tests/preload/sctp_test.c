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

#define ANY17_AT(port) ANY4_AT(port) ANY4_AT(port) ANY4_AT(port) ANY4_AT(port) " 0.0.0.0 " port
#define ANY4_AT(port) " 0.0.0.0 " port " 0.0.0.0 " port " 0.0.0.0 " port " 0.0.0.0 " port

static char log_path[] = "/tmp/bindguard-sctp.XXXXXX", config_path[] = "/tmp/bindguard-sctp.XXXXXX";

/**
 * struct row - a call.
 * @how: environment
 * @arguments: of hosts/client_sctp.c, without the stub
 * @output: what it prints
 * @event: in the log; NULL: none
 * @config: keys of the only rule, which is for wildcards; NULL: the built-in default
 * @library: in the stub's place
 */
struct row {
	const char *name;
	const char *how;
	const char *arguments;
	const char *output;
	const char *event;
	const char *config;
	const char *library;
};

static const struct row rows[] = {
	{"bindx_ipv4_wildcard_goes_to_loopback", "", "4 1 19500 0.0.0.0",
	 "bindx flags 1, device none, 127.0.0.1 19500; 0 Success, device none\n",
	 .event = "0.0.0.0:19500 -> 127.0.0.1:19500 (rewrite, rule \"servers\")"},
	{"bindx_list_changes_the_wildcard_alone", "", "6 1 19501 127.0.0.2 :: ::1",
	 "bindx flags 1, device lo, 127.0.0.2 19501 :: 19501 ::1 19501; 0 Success, device lo\n",
	 .event = "[::]:19501 -> [::]:19501%lo (rewrite, rule \"servers\")"},
	{"bindx_dualstack_twice_is_confined_once", "", "6 1 19502 :: ::",
	 "bindx flags 1, device lo, :: 19502 :: 19502; 0 Success, device lo\n", .event = "[::]:19502 -> [::]:19502%lo"},
	{"bindx_dualstack_twice_needs_no_privilege", UNPRIVILEGED, "6 1 19511 :: ::",
	 "bindx flags 1, device lo, :: 19511 :: 19511; 0 Success, device lo\n", .event = "[::]:19511 -> [::]:19511%lo"},
	{"bindx_loopback_is_unchanged", "", "6 1 19503 127.0.0.1 ::1",
	 "bindx flags 1, device none, 127.0.0.1 19503 ::1 19503; 0 Success, device none\n", .event = NULL},
	{"bindx_failed_leaves_no_device", "STUB_ERRNO=98", "6 1 19504 ::",
	 "bindx flags 1, device lo, :: 19504; -1 Address already in use, device none\n", .event = "failed: EADDRINUSE"},
	{"bindx_failed_without_privilege_keeps_the_device", "STUB_ERRNO=98 " UNPRIVILEGED, "6 1 19522 ::",
	 "bindx flags 1, device lo, :: 19522; -1 Address already in use, device lo\n", .event = "failed: EADDRINUSE"},
	{"bindx_removal_is_not_touched", "", "4 2 19505 0.0.0.0",
	 "bindx flags 2, device none, 0.0.0.0 19505; 0 Success, device none\n", .event = NULL},
	{"bindx_too_long_list_is_refused", "", "4 1 19506 " ANY17, "-1 Permission denied, device none\n",
	 .event = NULL},
	{"bindx_observed_is_unchanged", "BINDGUARD_MODE=observe", "4 1 19507 0.0.0.0",
	 "bindx flags 1, device none, 0.0.0.0 19507; 0 Success, device none\n",
	 .event = "0.0.0.0:19507 -> 127.0.0.1:19507 (would rewrite"},
	{"bindx_observed_and_failed_is_told", "BINDGUARD_MODE=observe STUB_ERRNO=98", "4 1 19523 0.0.0.0",
	 "bindx flags 1, device none, 0.0.0.0 19523; -1 Address already in use, device none\n",
	 .event = "0.0.0.0:19523 -> 127.0.0.1:19523 (would rewrite, rule \"servers\") failed: EADDRINUSE"},
	{"bindx_off_is_as_bare", "BINDGUARD_MODE=off",
	 "6 1 19508 ::", "bindx flags 1, device none, :: 19508; 0 Success, device none\n", .event = NULL},
	{"bindx_that_cannot_be_confined_goes_to_loopback", FILTERED,
	 "6 1 19509 ::", "bindx flags 1, device none, ::ffff:127.0.0.1 19509; 0 Success, device none\n",
	 .event = "the kernel refuses to confine: IPv4 loopback only"},
	{"bindx_of_no_address_is_as_bare", "", "4 1 19512", "bindx flags 1, device none,; 0 Success, device none\n",
	 .event = NULL},
	{"bindx_of_null_is_as_bare", "", "4 1 19513 null",
	 "bindx flags 1, device none, null; -1 Bad address, device none\n", .event = NULL},
	{"bindx_of_another_family_is_as_bare", "", "6 1 19514 :: family",
	 "bindx flags 1, device none, :: 19514 none; -1 Invalid argument, device none\n", .event = NULL},
	{"bindx_too_long_list_is_as_bare_where_nothing_is_enforced", "BINDGUARD_MODE=observe", "4 1 19515 " ANY17,
	 "bindx flags 1, device none," ANY17_AT("19515") "; 0 Success, device none\n", .event = NULL},
	{"bindx_denied_is_refused_whole", "", "4 1 19516 127.0.0.1 0.0.0.0",
	 "-1 Operation not permitted, device none\n", "0.0.0.0:19516 denied: EPERM (deny, rule \"r\")",
	 .config = "action = deny error = EPERM"},
	{"bindx_denied_is_only_told_in_observe_mode", "BINDGUARD_MODE=observe", "4 1 19517 0.0.0.0",
	 "bindx flags 1, device none, 0.0.0.0 19517; 0 Success, device none\n",
	 "0.0.0.0:19517 would be denied: EPERM (deny, rule \"r\")", .config = "action = deny error = EPERM"},
	{"bindx_confined_to_a_missing_device_is_refused", "", "4 1 19518 0.0.0.0",
	 "-1 Permission denied, device none\n", "0.0.0.0:19518%wg9 (confine, rule \"r\") failed: EACCES",
	 .config = "action = confine interface = wg9"},
	{"bindx_allowed_is_unchanged", "", "4 1 19519 0.0.0.0",
	 "bindx flags 1, device none, 0.0.0.0 19519; 0 Success, device none\n", NULL, .config = "action = allow"},
	{"bindx_without_libsctp_is_the_kernels_call", "", "4 1 19520 0.0.0.0",
	 "-1 Protocol not available, device none\n", "failed: ENOPROTOOPT", .library = "libc.so.6"},
	{"bindx_without_libsctp_removes_nothing", "", "4 2 19521 0.0.0.0", "-1 Function not implemented, device none\n",
	 NULL, .library = "libc.so.6"},
	{"bindx_in_lockdown_is_refused", "BINDGUARD_TO=rubbish/", "4 1 19510 " HERE4,
	 "-1 Permission denied, device none\n", .event = HERE4 ":19510 denied: EACCES (deny, rule \"lockdown\")"},
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
	file = fopen(config_path, "we");
	assert_non_null(file);
	fprintf(file, "rule r { address = wildcard %s }\n", row->config ? row->config : "action = allow");
	fclose(file);
	snprintf(environment, sizeof(environment), "BINDGUARD_LOG=%s BINDGUARD_CONFIG=%s %s", log_path,
		 row->config ? config_path : "", row->how);
	snprintf(arguments, sizeof(arguments), "client_sctp %s %s", row->library ? row->library : STUB, row->arguments);
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
	int log = mkstemp(log_path), config = mkstemp(config_path);

	(void)state;
	if (log < 0 || close(log) || config < 0 || close(config))
		return -1;
	return net_set_up(); /* where root's privileges are, whoever runs this */
}

static int
tear_down(void **state)
{
	(void)state;
	net_tear_down();
	return unlink(log_path) | unlink(config_path);
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
