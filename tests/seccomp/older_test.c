/* SPDX-License-Identifier: MIT
 * older_test.c - the engine `seccomp` where the kernel is older, or forbids what it can do without: servers are guarded all
 * the same; where that cannot be they are refused. hosts/forbid makes the system calls fail. */
#include <errno.h>
#include <fcntl.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "net/net.h"
#include "preload/host.h"
#include "seccomp/guarded.h"

#define LINE_MS 60000
#define LOOPBACK "error 0 address 127.0.0.1\n"
#define NETNS_COOKIE 71 /* SO_NETNS_COOKIE */

/** forbid - the program in front of the engine, where @call fails with @error for this @value of an @argument, -1: always. */
static const char *
forbid(long call, int error, int argument, unsigned long value)
{
	static char before[256];

	if (argument < 0)
		snprintf(before, sizeof(before), "%s %ld:%d", HOST("forbid"), call, error);
	else
		snprintf(before, sizeof(before), "%s %ld:%d:%d:%lu", HOST("forbid"), call, error, argument, value);
	return before;
}

/** write_rules - a configuration in $BINDGUARD_CONFIG. */
static void
write_rules(const char *text)
{
	static char path[] = "/tmp/bindguard-older.XXXXXX";
	static int fd = -1;

	if (fd < 0)
		fd = mkostemp(path, O_CLOEXEC);
	assert_true(fd >= 0 && ftruncate(fd, 0) == 0);
	assert_int_equal(pwrite(fd, text, strlen(text), 0), strlen(text));
	assert_int_equal(fchmod(fd, 0644), 0);
	setenv("BINDGUARD_CONFIG", text[0] ? path : "", 1);
	if (!text[0]) {
		unlink(path);
		close(fd);
		fd = -1;
		strcpy(path + strlen(path) - 6, "XXXXXX");
	}
}

/** kernel_without_it_is_enough - what is younger than Linux 5.9 is not needed. */
static void
kernel_without_it_is_enough(void **state)
{
	static const struct {
		const char *what;
		long call;
		int error, argument;
		unsigned long value;
	} rows[] = {
		{"pidfd of a thread, Linux 6.9", SYS_pidfd_open, EINVAL, 1, O_EXCL},
		{"SO_NETNS_COOKIE, Linux 5.14", SYS_getsockopt, ENOPROTOOPT, 2, NETNS_COOKIE},
		{"sizes of notifications", SYS_seccomp, EINVAL, 0, SECCOMP_GET_NOTIF_SIZES},
		{"waking at once, Linux 6.6", SYS_ioctl, EINVAL, 1, SECCOMP_IOW(4, uint64_t)},
		{"a socket of its own", SYS_socket, EPERM, 1, SOCK_DGRAM | SOCK_CLOEXEC},
		{"SO_COOKIE", SYS_getsockopt, ENOPROTOOPT, 2, 57},
	};
	char output[256];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const char *before = forbid(rows[i].call, rows[i].error, rows[i].argument, rows[i].value);

		run_guarded(before, HOST("raw_calls port 19610"), output, sizeof(output));
		if (!strstr(output, LOOPBACK))
			fail_msg("%s: %s", rows[i].what, output);
		run_guarded(before, HOST("crowd threads 16"), output, sizeof(output));
		if (atoi(output) != 16)
			fail_msg("%s: %s", rows[i].what, output);
	}
	figure("%zu kernels with less: guarded", sizeof(rows) / sizeof(rows[0]));
}

/** thread_with_descriptors_of_its_own_is_guarded_or_refused - before Linux 6.9 only its process's can be seen. */
static void
thread_with_descriptors_of_its_own_is_guarded_or_refused(void **state)
{
	char output[256];

	(void)state;
	run_bare(HOST("raw_calls apart"), output, sizeof(output));
	assert_non_null(strstr(output, " error 0 address 0.0.0.0\n"));
	run_guarded("", HOST("raw_calls apart"), output, sizeof(output));
	if (!strstr(output, LOOPBACK) && !strstr(output, " error 13 "))
		fail_msg("%s", output);
	run_guarded(forbid(SYS_pidfd_open, EINVAL, 1, O_EXCL), HOST("raw_calls apart"), output, sizeof(output));
	if (!strstr(output, " error 13 address 0.0.0.0\n"))
		fail_msg("%s", output);
}

/** socket_that_cannot_be_exchanged_fails_to_connect - the client is told, and is no server afterwards. */
static void
socket_that_cannot_be_exchanged_fails_to_connect(void **state)
{
	static const struct {
		long call;
		int error, argument;
		unsigned long value;
	} rows[] = {
		{SYS_ioctl, EINVAL, 1, SECCOMP_IOCTL_NOTIF_ADDFD}, /* Linux 5.9 */
		{SYS_dup3, EMFILE, -1, 0},
	};
	char output[1024];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		run_guarded(forbid(rows[i].call, rows[i].error, rows[i].argument, rows[i].value),
			    HOST("client tcp 0.0.0.0 19611 " THERE4 " 9"), output, sizeof(output));
		if (!strstr(output, "connect ") || strstr(output, "connect 0"))
			fail_msg("%s", output);
	}
}

/**
 * network_that_cannot_be_entered_is_said - rules that need to know its addresses refuse; loopback needs nothing of it, and
 * the program's own socket knows the IPv4 addresses of its network.
 */
static void
network_that_cannot_be_entered_is_said(void **state)
{
	static const char inside[] = "unshare -n sh -c 'ip link set lo up; " HOST("raw_calls port 19612; ")
		HOST("raw_calls port 19613") "' 2>&1";
	static const char inside6[] = "unshare -n sh -c 'ip link set lo up; " HOST("raw_calls port6 19612; ")
		HOST("raw_calls port6 19613") "' 2>&1";
	const struct {
		long call;
		int argument;
		unsigned long value;
	} rows[] = {{SYS_setns, -1, 0},
		    {SYS_ioctl, 1, 0x894C /* SIOCGSKNS */},
		    {SYS_clone, 0, CLONE_VM | CLONE_VFORK | CLONE_FILES}};
	char output[2048];
	const char *said;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const char *before = forbid(rows[i].call, EPERM, rows[i].argument, rows[i].value);

		run_guarded(before, inside, output, sizeof(output));
		if (!strstr(output, LOOPBACK))
			fail_msg("%s", output);
		setenv("BINDGUARD_TO", "lo", 1);
		run_guarded(before, inside, output, sizeof(output));
		if (!strstr(output, LOOPBACK))
			fail_msg("%s", output);
		run_guarded(before, inside6, output, sizeof(output));
		unsetenv("BINDGUARD_TO");
		if (strstr(output, "error 0"))
			fail_msg("%s", output);
		said = strstr(output,
			      "cannot be entered: rules with an address or an interface as their target refuse");
		assert_non_null(said);
		assert_null(strstr(said + 1, "cannot be entered"));
	}
}

/** port_low_by_a_rule_needs_the_targets_privilege - to_port below 1024, asked for or not. */
static void
port_low_by_a_rule_needs_the_targets_privilege(void **state)
{
	char output[256];

	(void)state;
	if (geteuid() != 0)
		skip();
	write_rules("rule r { address = wildcard port = 19000-19999 action = rewrite to = loopback to_port = 82 }\n");
	run_guarded("", HOST("raw_calls port 19614"), output, sizeof(output));
	assert_string_equal(output, "euid 0 " LOOPBACK);
	run_guarded("", "setpriv --bounding-set=-all --inh-caps=-all " HOST("raw_calls port 19614"), output,
		    sizeof(output));
	assert_string_equal(output, "euid 0 error 13 address 0.0.0.0\n");
	write_rules("");
}

/** privilege_that_cannot_be_laid_down_is_not_lent - where capset(2) is forbidden a low port is refused, not bound for others. */
static void
privilege_that_cannot_be_laid_down_is_not_lent(void **state)
{
	char output[256];

	(void)state;
	if (geteuid() != 0)
		skip();
	run_guarded(forbid(SYS_capget, EPERM, -1, 0), HOST("raw_calls port 83"), output, sizeof(output));
	assert_string_equal(output, "euid 0 error 13 address 0.0.0.0\n");
	run_guarded(forbid(SYS_capget, EPERM, -1, 0), HOST("raw_calls port 19615"), output, sizeof(output));
	assert_string_equal(output, "euid 0 " LOOPBACK);
}

/** mistake_of_the_environment_is_said_as_such - it has no line. */
static void
mistake_of_the_environment_is_said_as_such(void **state)
{
	char output[1024];

	(void)state;
	setenv("BINDGUARD_TO", "rubbish/", 1);
	log_to("stderr");
	run_guarded("", HOST("raw_calls port 19616") " 2>&1", output, sizeof(output));
	log_to("none");
	unsetenv("BINDGUARD_TO");
	assert_non_null(strstr(output, "bindguard: environment: BINDGUARD_TO: "));
	assert_non_null(strstr(output, "]: raw_calls tcp 0.0.0.0:19616 -> 127.0.0.1:19616 (rewrite, rule \""));
	assert_non_null(strstr(output, LOOPBACK));
	write_rules("# a comment\ncolour = red\n");
	run_guarded("", HOST("raw_calls port 19616") " 2>&1", output, sizeof(output));
	write_rules("");
	assert_non_null(strstr(output, ":2: unknown key \"colour\""));
}

/** mode_of_the_environment_holds - as in the preload; off runs the command, or says why not, as a shell would. */
static void
mode_of_the_environment_holds(void **state)
{
	static const struct {
		const char *mode, *command, *output;
		int status;
	} rows[] = {
		{"enforce", HOST("raw_calls port 19617"), LOOPBACK, 0},
		{"observe", HOST("raw_calls port 19617"), "error 0 address 0.0.0.0\n", 0},
		{"off", HOST("raw_calls port 19617"), "error 0 address 0.0.0.0\n", 0},
		{"off", "/nonexistent/program 2>&1", "bindguard: /nonexistent/program: No such file", 127},
		{"off", "/etc/passwd 2>&1", "bindguard: /etc/passwd: Permission denied", 126},
	};
	char output[512];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		int status;

		setenv("BINDGUARD_MODE", rows[i].mode, 1);
		status = run_guarded("", rows[i].command, output, sizeof(output));
		unsetenv("BINDGUARD_MODE");
		if (!WIFEXITED(status) || WEXITSTATUS(status) != rows[i].status || !strstr(output, rows[i].output))
			fail_msg("%s %s: %#x, %s", rows[i].mode, rows[i].command, (unsigned)status, output);
	}
}

/** executable_deleted_keeps_its_name - for the rules and in the event. */
static void
executable_deleted_keeps_its_name(void **state)
{
	char folder[] = "/tmp/bindguard-deleted.XXXXXX", path[64], arguments[512], command[256];
	struct process process;

	(void)state;
	assert_non_null(mkdtemp(folder));
	snprintf(path, sizeof(path), "%s/gone", folder);
	snprintf(command, sizeof(command), "cp %s %s", HOST("steps"), path);
	assert_int_equal(system(command), 0);
	write_rules("log { to = stderr }\nrule r { program = gone address = wildcard action = confine }\n");
	unsetenv("BINDGUARD_LOG");
	snprintf(arguments, sizeof(arguments), "../seccomp_cli %s 2>&1", path);
	assert_true(host_start(&process, NULL, arguments));
	log_to("none");
	unlink(path);
	rmdir(folder);
	assert_int_equal(write(process.in, "\n", 1), 1);
	assert_true(host_read_line(&process, LINE_MS));
	if (!strstr(process.line, "]: gone tcp 0.0.0.0:19501 -> 0.0.0.0:19501%lo (confine, rule \"r\")"))
		fail_msg("%s", process.line);
	host_stop(&process);
	write_rules("");
}

/** streams_closed_are_as_bare - who starts a daemon may have closed them: status and signals are the command's. */
static void
streams_closed_are_as_bare(void **state)
{
	static const char *const closed[] = {"<&-", ">&-", "2>&-", "<&- >&-", "<&- >&- 2>&-"};
	/* $PPID is the supervisor, whose parent stands for the command: a signal to it ends the script. */
	static const char script[] =
		HOST("raw_calls port 19618") " >$0.output\n"
					     "trap 'exit 5' TERM\nkill -TERM $(ps -o ppid= -p $PPID)\n"
					     "while :; do sleep 0.05; done\n";
	char folder[] = "/tmp/bindguard-streams.XXXXXX", command[1024], path[64], output[256];
	FILE *file;

	(void)state;
	assert_non_null(mkdtemp(folder));
	snprintf(path, sizeof(path), "%s/script", folder);
	file = fopen(path, "we");
	assert_non_null(file);
	fputs(script, file);
	fclose(file);
	for (size_t i = 0; i < sizeof(closed) / sizeof(closed[0]); i++) {
		snprintf(command, sizeof(command), "exec timeout -s KILL 20 sh -c 'exec %s sh %s %s'", BG_SECCOMP_CLI,
			 path, closed[i]);
		assert_int_equal(WEXITSTATUS(run_bare(command, output, sizeof(output))), 5);
		snprintf(command, sizeof(command), "%s.output", path);
		read_text(command, output, sizeof(output));
		if (!strstr(output, LOOPBACK))
			fail_msg("%s: %s", closed[i], output);
		unlink(command);
	}
	unlink(path);
	rmdir(folder);
}

static int
set_up(void **state)
{
	(void)state;
	setenv("BINDGUARD_CONFIG", "", 1);
	log_to("none");
	return net_set_up();
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
		cmocka_unit_test(kernel_without_it_is_enough),
		cmocka_unit_test(thread_with_descriptors_of_its_own_is_guarded_or_refused),
		cmocka_unit_test(socket_that_cannot_be_exchanged_fails_to_connect),
		cmocka_unit_test(network_that_cannot_be_entered_is_said),
		cmocka_unit_test(port_low_by_a_rule_needs_the_targets_privilege),
		cmocka_unit_test(privilege_that_cannot_be_laid_down_is_not_lent),
		cmocka_unit_test(mistake_of_the_environment_is_said_as_such),
		cmocka_unit_test(mode_of_the_environment_holds),
		cmocka_unit_test(executable_deleted_keeps_its_name),
		cmocka_unit_test(streams_closed_are_as_bare),
	};

	if (argc > 1)
		cmocka_set_test_filter(argv[1]);
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
