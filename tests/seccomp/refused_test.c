/* SPDX-License-Identifier: MIT
 * refused_test.c - where the engine `seccomp` cannot work it says so before the command starts: what is missing, and what
 * to do. Containers and older kernels are simulated by an outer filter that makes one system call fail. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "preload/host.h"
#include "seccomp/filter.h"
#include "seccomp/guarded.h"

/**
 * struct refusal - what is forbidden, and what must be said.
 * @rule: of hosts/forbid
 * @probe: the probe meets it, too, and says so
 */
struct refusal {
	long call;
	int error;
	const char *rule;
	bool probe;
	const char *words[3];
};

#define ALWAYS ""
#define FILTER_BYTES sizeof(((struct filter *)0)->steps)

static char size_of_filter[32];

static const struct refusal refusals[] = {
	{SYS_pidfd_getfd, EPERM, ALWAYS, true, {"pidfd_getfd", "Docker", "--cap-add SYS_PTRACE"}},
	{SYS_pidfd_getfd, ENOSYS, ALWAYS, true, {"pidfd_getfd", "Linux 5.9", "--engine preload"}},
	{SYS_pidfd_getfd, EACCES, ALWAYS, true, {"pidfd_getfd", "Docker", "--cap-add SYS_PTRACE"}},
	{SYS_pidfd_open, EPERM, ALWAYS, true, {"pidfd_open", "Docker", "--cap-add SYS_PTRACE"}},
	{SYS_rt_sigprocmask, EINVAL, ":0:2", false, {"engine seccomp: Invalid argument\n", "", ""}},
	{SYS_sendto, EPERM, ALWAYS, false, {"engine seccomp: the supervisor ended early\n", "", ""}},
	{SYS_pidfd_getfd, EMFILE, ALWAYS, true, {"pidfd_getfd: Too many open files\n", "", ""}},
	{SYS_pidfd_open, ENOSYS, ALWAYS, true, {"pidfd_open", "Linux 5.9", "--engine preload"}},
	{SYS_seccomp, ENOSYS, ALWAYS, true, {"seccomp", "Linux 5.9", "--engine preload"}},
	{SYS_seccomp, EINVAL, ALWAYS, true, {"seccomp", "Linux 5.9", "--engine preload"}},
	{SYS_seccomp, EPERM, ALWAYS, true, {"seccomp(2) is forbidden", "profile", "--engine preload"}},
	{SYS_prctl, EPERM, ":0:38", true, {"prctl(PR_SET_NO_NEW_PRIVS): Operation not permitted\n", "", ""}},
	{SYS_prctl, EINVAL, ":0:36", false, {"engine seccomp: Invalid argument\n", "", ""}},
	{SYS_socketpair, EMFILE, ALWAYS, true, {"engine seccomp: ", "Too many open files\n", ""}},
	{SYS_signalfd4, EMFILE, ALWAYS, false, {"engine seccomp: Too many open files\n", "", ""}},
	{SYS_clone, EAGAIN, ALWAYS, true, {"engine seccomp: ", "Resource temporarily unavailable\n", ""}},
	{SYS_pipe2, EMFILE, ALWAYS, true, {"the filter cannot be made", "Too many open files\n", ""}},
	{SYS_read, EINVAL, size_of_filter, true, {"the filter cannot be made", "Input/output error\n", ""}},
	{SYS_chdir, EACCES, ALWAYS, false, {"the supervisor cannot start: Permission denied\n", "", ""}},
};

/** engine_impossible_is_said_before_the_command_starts - one line, status 125, and the probe says the same. */
static void
engine_impossible_is_said_before_the_command_starts(void **state)
{
	char before[512], output[1024];

	(void)state;
	for (size_t i = 0; i < sizeof(refusals) / sizeof(refusals[0]); i++) {
		const struct refusal *refusal = &refusals[i];

		snprintf(before, sizeof(before), "%s %ld:%d%s", HOST("forbid"), refusal->call, refusal->error,
			 refusal->rule);
		for (int probe = 0; probe < (refusal->probe ? 2 : 1); probe++) {
			int status = run_guarded(before, probe ? "--possible 2>&1" : "echo started 2>&1", output,
						 sizeof(output));

			assert_true(WIFEXITED(status));
			if (WEXITSTATUS(status) != (probe ? 1 : 125) || strstr(output, "started"))
				fail_msg("%s: status %d, %s", before, WEXITSTATUS(status), output);
			for (size_t j = 0; j < 3; j++)
				if (!strstr(output, refusal->words[j]))
					fail_msg("%s: \"%s\" is not in: %s", before, refusal->words[j], output);
			assert_ptr_equal(strchr(output, '\n'), output + strlen(output) - 1);
		}
	}
	figure("%zu ways of being impossible, each told twice", sizeof(refusals) / sizeof(refusals[0]));
}

/** limit_any_is_enough_or_said - of descriptors, processes and memory: the command runs guarded, or not at all. */
static void
limit_any_is_enough_or_said(void **state)
{
	static const struct {
		const char *limit;
		int first, last;
		bool needs_root;
	} limits[] = {{"prlimit --nofile=%d:%d", 3, 24, false},
		      {"setpriv --reuid=54321 --clear-groups prlimit --nproc=%d:%d", 1, 6, true},
		      {"prlimit --data=%d0000:%d0000", 70, 100, false}};
	char limit[256], command[1024], output[1024];
	unsigned enough = 0, said = 0;

	(void)state;
	for (size_t i = 0; i < sizeof(limits) / sizeof(limits[0]); i++)
		for (int most = limits[i].first; most <= limits[i].last && (!limits[i].needs_root || geteuid() == 0);
		     most++) {
			snprintf(limit, sizeof(limit), limits[i].limit, most, most);
			snprintf(command, sizeof(command),
				 "d=$(mktemp -d) && chmod 755 $d && install -m 755 %s %s $d && exec 2>&1; %s "
				 "$d/seccomp_cli $d/raw_calls port 19603; rm -r $d",
				 HOST("raw_calls"), BG_SECCOMP_CLI, limit);
			run_bare(command, output, sizeof(output));
			if (strstr(output, "error 0 address 127.0.0.1\n"))
				enough++;
			else if (strstr(output, "bindguard: ") || strstr(output, "error while loading shared") ||
				 strstr(output, "cannot allocate TLS")) /* by the dynamic linker */
				said++;
			else
				fail_msg("%s: %s", limit, output);
			assert_null(strstr(output, "error 0 address 0.0.0.0"));
		}
	assert_true(enough > 0 && said > 0);
	figure("%u limits: %u enough, %u said", enough + said, enough, said);
}

/** engine_in_engine_is_refused - there can be but one listener, EBUSY. */
static void
engine_in_engine_is_refused(void **state)
{
	char output[1024];
	int status = run_guarded("", BG_SECCOMP_CLI " echo started 2>&1", output, sizeof(output));

	(void)state;
	assert_int_equal(WEXITSTATUS(status), 125);
	assert_non_null(strstr(output, "there can be but one"));
	assert_null(strstr(output, "started"));
}

/** engine_possible_is_said_too - and the probe leaves no filter behind in who asks. */
static void
engine_possible_is_said_too(void **state)
{
	char output[1024];

	(void)state;
	assert_int_equal(run_guarded("", "--possible 2>&1", output, sizeof(output)), 0);
	assert_string_equal(output, "");
}

/** memory_unreadable_by_the_call_is_read_through_proc - where process_vm_readv(2) is forbidden. */
static void
memory_unreadable_by_the_call_is_read_through_proc(void **state)
{
	char before[512], output[256];

	(void)state;
	snprintf(before, sizeof(before), "%s %ld %d 0", HOST("outer"), (long)SYS_process_vm_readv, ENOSYS);
	run_guarded(before, HOST("raw_calls port 19602"), output, sizeof(output));
	assert_non_null(strstr(output, "error 0 address 127.0.0.1"));
	run_guarded(before, HOST("odd_calls | grep ^null"), output, sizeof(output));
	assert_non_null(strstr(output, "null: -1 errno 14"));
}

/** kernel_without_killable_wait_works_without_cookies_too - what cannot be told from another is made anew; NULL stays NULL. */
static void
kernel_without_killable_wait_works_without_cookies_too(void **state)
{
	char before[512], output[1024];

	(void)state;
	snprintf(before, sizeof(before), "%s %ld %d %d", HOST("outer"), (long)SYS_seccomp, EINVAL, 1 << 5);
	run_guarded(before, HOST("odd_calls | grep ^null"), output, sizeof(output));
	assert_non_null(strstr(output, "null: -1 errno 14"));
	snprintf(before, sizeof(before), "%s %ld %d %d %s %ld:%d:2:57", HOST("outer"), (long)SYS_seccomp, EINVAL,
		 1 << 5, HOST("forbid"), (long)SYS_getsockopt, ENOPROTOOPT);
	run_guarded(before, HOST("raw_calls port 19604"), output, sizeof(output));
	assert_non_null(strstr(output, "error 0 address 127.0.0.1"));
}

/** kernel_without_killable_wait_never_binds_twice - before Linux 5.19 a signal takes a call that is under way away. */
static void
kernel_without_killable_wait_never_binds_twice(void **state)
{
	long good, interrupted, other, signals;
	char before[512], output[1024];

	(void)state;
	snprintf(before, sizeof(before), "%s %ld %d %d", HOST("outer"), (long)SYS_seccomp, EINVAL, 1 << 5);
	run_guarded(before, HOST("alarm 5000 300"), output, sizeof(output));
	assert_int_equal(
		sscanf(output, "good %ld interrupted %ld other %ld signals %ld", &good, &interrupted, &other, &signals),
		4);
	figure("without WAIT_KILLABLE_RECV: %s", strtok(output, "\n"));
	assert_int_equal(good, 5000);
}

/** kernel_without_killable_wait_mistakes_no_call_for_another - what only looks the same is made, and answered anew. */
static void
kernel_without_killable_wait_mistakes_no_call_for_another(void **state)
{
	char before[512], bare[1024], output[1024];

	(void)state;
	run_bare(HOST("retry"), bare, sizeof(bare));
	assert_non_null(strstr(bare, "search -98\nsearch 0\nport 19711\n"));
	snprintf(before, sizeof(before), "%s %ld %d %d", HOST("outer"), (long)SYS_seccomp, EINVAL, 1 << 5);
	run_guarded(before, HOST("retry"), output, sizeof(output));
	assert_string_equal(output, bare);
}

static int
set_up(void **state)
{
	(void)state;
	setenv("BINDGUARD_CONFIG", "", 1);
	log_to("none");
	/* The loader reads, too, but not as much. */
	snprintf(size_of_filter, sizeof(size_of_filter), ":2:%zu", FILTER_BYTES);
	return 0;
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(engine_impossible_is_said_before_the_command_starts),
		cmocka_unit_test(limit_any_is_enough_or_said),
		cmocka_unit_test(engine_in_engine_is_refused),
		cmocka_unit_test(engine_possible_is_said_too),
		cmocka_unit_test(memory_unreadable_by_the_call_is_read_through_proc),
		cmocka_unit_test(kernel_without_killable_wait_works_without_cookies_too),
		cmocka_unit_test(kernel_without_killable_wait_never_binds_twice),
		cmocka_unit_test(kernel_without_killable_wait_mistakes_no_call_for_another),
	};

	if (argc > 1)
		cmocka_set_test_filter(argv[1]);
	return cmocka_run_group_tests(tests, set_up, NULL);
}
