/* SPDX-License-Identifier: MIT
 * missing_test.c - what the guard reads at the start is not there: /proc, the executable's file, memory, a configuration
 * without mistakes. The program runs all the same, and is guarded. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cmocka.h>

#include "net/net.h"
#include "preload/host.h"
#include "preload/sink.h"

#define SERVER "sandbox none b 4 tcp 0.0.0.0 19560 stack 2>&1"
#define GUARDED "ended 0 b 0 idle 127.0.0.1:19560 guarded\n"
#define EVENT "]: sandbox tcp 0.0.0.0:19560 -> 127.0.0.1:19560 (rewrite, rule \"servers\")\n"
/* /proc alone is kept apart: / may be no mount point, in a chroot. */
#define UNSHARED "unshare -m --propagation unchanged sh "
#define HIDDEN "mount --make-rprivate /proc && mount -t tmpfs none /proc && "
#define NO_PROC UNSHARED "-c '" HIDDEN "exec \"$@\"' sh env"

static char rules[] = "/tmp/bindguard-missing.XXXXXX";

/** proc_missing_the_program_is_known_by_its_start - execve(2)'s path, getauxval(3) AT_EXECFN. */
static void
proc_missing_the_program_is_known_by_its_start(void **state)
{
	char environment[1024], link[64];

	(void)state;
	if (getenv("BG_PRELOAD_FIRST"))
		skip(); /* a sanitizer's runtime reads /proc */
	sink_write(rules, "rule here { program = sandbox address = wildcard action = confine }\n");
	host_expect(NO_PROC, SERVER, EVENT);
	host_expect(NO_PROC, SERVER, GUARDED);
	snprintf(environment, sizeof(environment), "BINDGUARD_CONFIG=%s %s", rules, NO_PROC);
	host_expect(environment, SERVER, "0.0.0.0:19560%lo (confine, rule \"here\")\n");
	snprintf(link, sizeof(link), "/hosts/forbid %d:%d env", SYS_readlinkat, EACCES);
	snprintf(environment, sizeof(environment), BG_BUILD_DIR "%s", link);
	host_expect(environment, SERVER, EVENT);
	figure("without /proc, and without its link to the executable: guarded, by the program's rules");
}

/** executable_deleted_keeps_its_name - the kernel appends " (deleted)", proc(5). */
static void
executable_deleted_keeps_its_name(void **state)
{
	char command[HOST_COMMAND_MAX], output[4096] = "";
	FILE *pipe;

	(void)state;
	snprintf(command, sizeof(command),
		 "d=$(mktemp -d) && cp %s $d/gone && cd $d && exec env BINDGUARD_CONFIG= BINDGUARD_LOG_FORMAT=json "
		 "LD_PRELOAD='%s' python3 -c 'import os, sys\nprogram = os.open(\"gone\", os.O_RDONLY)\n"
		 "os.unlink(\"gone\")\nos.rmdir(os.getcwd())\n"
		 "os.execve(program, [\"gone\", \"none\", \"b\", \"4\", \"tcp\", \"0.0.0.0\", \"19560\", \"stack\"], "
		 "os.environ)' 2>&1",
		 host_path("sandbox"), host_preload());
	pipe = popen(command, "re");
	assert_non_null(pipe);
	output[fread(output, 1, sizeof(output) - 1, pipe)] = '\0';
	assert_int_equal(pclose(pipe), 0);
	if (!strstr(output, "\"program\":\"gone\",") || !strstr(output, "/gone\",\"engine\"") ||
	    !strstr(output, GUARDED))
		fail_msg("%s", output);
}

/** memory_short_never_exposes - at whatever size of the address space set-up fails, if the program starts it is guarded. */
static void
memory_short_never_exposes(void **state)
{
	char environment[128], output[4096];
	unsigned started = 0, runs = 0;

	(void)state;
	if (getenv("BG_PRELOAD_FIRST"))
		skip(); /* a sanitizer's shadow takes terabytes */
	sink_write(rules, "rule here { address = wildcard action = confine }\n");
	for (unsigned kib = 2000; kib <= 6000; kib += 32, runs++) {
		snprintf(environment, sizeof(environment), "BINDGUARD_LOG=none BINDGUARD_CONFIG=%s prlimit --as=%u env",
			 runs % 2 ? rules : "", kib * 1024);
		host_run(environment, "sandbox none b 4 tcp 0.0.0.0 19560 stack", output, sizeof(output));
		if (strstr(output, "exposed"))
			fail_msg("%u KiB: %s", kib, output);
		started += strstr(output, " guarded\n") != NULL;
	}
	assert_true(started > 0 && started < runs);
	figure("%u sizes of the address space: %u programs started, all guarded", runs, started);
}

/** mistakes_many_are_told_and_counted - a dozen lines, and how many there are more. */
static void
mistakes_many_are_told_and_counted(void **state)
{
	char environment[256], output[8192], text[1024] = "";
	const char *line;
	unsigned lines = 0;

	(void)state;
	for (unsigned i = 0; i < 20; i++)
		strcat(text, "colour = red\n");
	sink_write(rules, text);
	snprintf(environment, sizeof(environment), "BINDGUARD_CONFIG=%s", rules);
	assert_int_equal(host_run(environment, SERVER, output, sizeof(output)), 0);
	for (line = output; (line = strstr(line, "unknown key \"colour\"")); line++)
		lines++;
	assert_int_equal(lines, 12);
	assert_non_null(strstr(output, "bindguard: and 8 more mistakes, not shown\n"
				       "bindguard: the configuration is not used; guarded programs run in lockdown: "
				       "wildcard addresses go to loopback, loopback is allowed, others are refused "
				       "(EACCES)\n"));
	assert_non_null(strstr(output, GUARDED));
}

/** mode_of_the_environment_is_over_the_files - both ways. */
static void
mode_of_the_environment_is_over_the_files(void **state)
{
	char environment[256];

	(void)state;
	sink_write(rules, "mode = off\nrule servers { address = wildcard action = rewrite to = loopback }\n");
	snprintf(environment, sizeof(environment), "BINDGUARD_CONFIG=%s", rules);
	host_expect(environment, SERVER, "0.0.0.0:19560 closed\n");
	snprintf(environment, sizeof(environment), "BINDGUARD_CONFIG=%s BINDGUARD_MODE=enforce", rules);
	host_expect(environment, SERVER, GUARDED);
	snprintf(environment, sizeof(environment), "BINDGUARD_CONFIG=%s BINDGUARD_MODE=observe", rules);
	host_expect(environment, SERVER, "(would rewrite, rule \"servers\")");
	/* It holds where the file is broken, too. */
	sink_write(rules, "mode = on\n");
	snprintf(environment, sizeof(environment), "BINDGUARD_CONFIG=%s BINDGUARD_MODE=enforce", rules);
	host_expect(environment, SERVER, GUARDED);
	snprintf(environment, sizeof(environment), "BINDGUARD_CONFIG=%s BINDGUARD_MODE=observe", rules);
	host_expect(environment, SERVER, "BINDGUARD_MODE=observe, nothing is changed");
	snprintf(environment, sizeof(environment), "BINDGUARD_CONFIG=%s BINDGUARD_MODE=off", rules);
	host_expect(environment, SERVER, "ended 0 b 0 idle 0.0.0.0:19560 closed\n");
}

/** look_that_is_forbidden_is_no_way_round - at the caller's memory, by whatever answer; observe mode lets all pass. */
static void
look_that_is_forbidden_is_no_way_round(void **state)
{
	char arguments[128];

	(void)state;
	for (int error = 0; error <= ENOSYS; error += ENOSYS) {
		snprintf(arguments, sizeof(arguments),
			 "sandbox errno:%d:rt_sigprocmask:0:-1 b 4 udp 0.0.0.0 19572 heap", error);
		host_expect("BINDGUARD_LOG=none", arguments, "ended 0 b 13 idle 0.0.0.0:0 closed\n");
		host_expect("BINDGUARD_LOG=none BINDGUARD_MODE=observe", arguments,
			    "ended 0 b 0 idle 0.0.0.0:19572 exposed\n");
	}
}

/** terminal_without_proc_still_gets_the_line - it cannot be opened anew, so it is written to as it is. */
static void
terminal_without_proc_still_gets_the_line(void **state)
{
	char command[HOST_COMMAND_MAX], output[4096] = "";
	FILE *pipe;

	(void)state;
	if (getenv("BG_PRELOAD_FIRST"))
		skip(); /* a sanitizer's runtime reads /proc */
	snprintf(command, sizeof(command),
		 HIDDEN "exec env BINDGUARD_CONFIG= LD_PRELOAD='%s' %s none b 4 tcp 0.0.0.0 "
			"19560 stack\n",
		 host_preload(), host_path("sandbox"));
	sink_write(rules, command);
	snprintf(command, sizeof(command), "script -qec '" UNSHARED "%s' /dev/null </dev/null", rules);
	pipe = popen(command, "re");
	assert_non_null(pipe);
	output[fread(output, 1, sizeof(output) - 1, pipe)] = '\0';
	pclose(pipe);
	if (!strstr(output, "]: sandbox tcp 0.0.0.0:19560 -> 127.0.0.1:19560 (rewrite, rule \"servers\")"))
		fail_msg("%s\n%s", command, output);
}

static int
set_up(void **state)
{
	int fd = mkstemp(rules);

	(void)state;
	if (fd < 0 || close(fd))
		return -1;
	return net_set_up();
}

static int
tear_down(void **state)
{
	(void)state;
	net_tear_down();
	return unlink(rules);
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(proc_missing_the_program_is_known_by_its_start),
		cmocka_unit_test(executable_deleted_keeps_its_name),
		cmocka_unit_test(memory_short_never_exposes),
		cmocka_unit_test(mistakes_many_are_told_and_counted),
		cmocka_unit_test(mode_of_the_environment_is_over_the_files),
		cmocka_unit_test(look_that_is_forbidden_is_no_way_round),
		cmocka_unit_test(terminal_without_proc_still_gets_the_line),
	};

	if (argc > 1)
		cmocka_set_test_filter(argv[1]);
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
