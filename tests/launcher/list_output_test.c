/* SPDX-License-Identifier: MIT
 * list_output_test.c - what `bindguard list` prints on a terminal, of hostile names, of bad input and where the kernel
 * does not answer. A plain program on cmocka. */
#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/netlink.h>
#include <linux/seccomp.h>
#include <pty.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "launcher/list_host.h"
#include "net/net.h"

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))
#define OUTPUT_MAX 65536
#define ANY (-1)
#define DEADLINE_S 60
#define USAGE 2

static const struct server anywhere = {SOCK_STREAM, 0, "0.0.0.0", 19501, ANY, NULL, "", ""};
static const struct server interface = {SOCK_STREAM, 0, "0.0.0.0", 19502, ANY, CABLE, "", ""};
static const struct server machine = {SOCK_STREAM, 0, "127.0.0.1", 19503, ANY, NULL, "", ""};

static char output[OUTPUT_MAX];
static int sockets[3];

/** run_on_terminal - `bindguard list` on a terminal of @columns, with @variable=@value set. Return: exit status. */
static int
run_on_terminal(unsigned short columns, const char *variable, const char *value)
{
	struct winsize window = {.ws_row = 50, .ws_col = columns};
	size_t length = 0;
	int status = -1, terminal;
	ssize_t size;
	pid_t child = forkpty(&terminal, NULL, NULL, &window);

	if (child == 0) {
		unsetenv("NO_COLOR");
		unsetenv("COLUMNS");
		setenv("TERM", "xterm", 1);
		setenv(variable, value, 1);
		alarm(DEADLINE_S);
		execl(BG_COMMAND, "bindguard", "list", (char *)NULL);
		_exit(127);
	}
	/* the end is EIO, pty(7) */
	while (length < sizeof(output) - 1 && (size = read(terminal, output + length, sizeof(output) - 1 - length)) > 0)
		length += (size_t)size;
	output[length] = '\0';
	close(terminal);
	waitpid(child, &status, 0);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/** widest - columns of the widest line of the table, escape sequences left out; the summary below it is free. */
static size_t
widest(const char *text)
{
	size_t most = 0, width = 0;

	for (; *text && strncmp(text, "\r\n\r\n", 4) != 0; text++) {
		if (*text == '\033')
			text += strcspn(text, "m");
		else if (*text == '\n' || *text == '\r')
			width = 0;
		else if (++width > most)
			most = width;
	}
	return most;
}

static void
terminal_colours_tell_the_reach(void **state)
{
	(void)state;
	assert_int_equal(run_on_terminal(120, "TERM", "xterm-256color"), 0);
	assert_non_null(strstr(output, "\033[31manywhere"));
	assert_non_null(strstr(output, "33minterface " CABLE));
	assert_non_null(strstr(output, "\033[32mthis machine only"));
}

static void
terminal_without_colours_gets_none(void **state)
{
	static const char *const cases[][2] = {{"NO_COLOR", "1"}, {"TERM", "dumb"}, {"TERM", ""}};

	(void)state;
	for (size_t i = 0; i < LENGTH(cases); i++) {
		assert_int_equal(run_on_terminal(120, cases[i][0], cases[i][1]), 0);
		assert_non_null(strstr(output, "anywhere"));
		assert_null(strchr(output, '\033'));
	}
	assert_int_equal(run_on_terminal(120, "NO_COLOR", ""), 0); /* empty is not set: no-color.org */
	assert_non_null(strchr(output, '\033'));
	assert_int_equal(list_run("", output, sizeof(output)), 0);
	assert_non_null(strstr(output, "anywhere"));
	assert_null(strchr(output, '\033'));
}

/** copy_self - this program at @path: a process is named by its executable. */
static void
copy_self(const char *path)
{
	int from = open(list_self(), O_RDONLY | O_CLOEXEC), to = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0755);
	struct stat facts;
	off_t left;

	assert_true(from >= 0 && to >= 0);
	assert_int_equal(fstat(from, &facts), 0);
	for (left = facts.st_size; left > 0;) {
		ssize_t size = sendfile(to, from, NULL, (size_t)left);

		assert_true(size > 0);
		left -= size;
	}
	close(from);
	close(to);
}

static void
program_any_name_is_shown_safely(void **state)
{
	static const char bad[] = "a\033[31mb\nc\"d\xff\u202e\u00fc";
	char folder[] = "/tmp/bindguard-list-XXXXXX", path[512], name[201], line[1024];
	struct guest hostile, lengthy;

	(void)state;
	assert_non_null(mkdtemp(folder));
	memset(name, 'x', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	snprintf(path, sizeof(path), "%s/%s", folder, bad);
	copy_self(path);
	assert_true(list_start(&hostile, path, NULL, 19504));
	unlink(path); /* a program that was replaced keeps its name */
	snprintf(path, sizeof(path), "%s/%s", folder, name);
	copy_self(path);
	assert_true(list_start(&lengthy, path, NULL, 19505));
	unlink(path);
	rmdir(folder);
	assert_int_equal(list_run("", output, sizeof(output)), 0);
	assert_true(list_line(output, 19504, line, sizeof(line)));
	if (!strstr(line, " a\\x1b[31mb\\x0ac\\x22d\\xff\\xe2\\x80\\xae\\xc3\\xbc "))
		fail_msg("%s", line);
	assert_true(list_line(output, 19505, line, sizeof(line)));
	assert_non_null(strstr(line, name));
	assert_null(strstr(line, "deleted"));
	assert_int_equal(list_run("--json", output, sizeof(output)), 0);
	assert_non_null(strstr(output, "\"a\\\\x1b[31mb\\\\x0ac\\\\x22d\\\\xff\\\\xe2\\\\x80\\\\xae\u00fc\""));
	for (unsigned short columns = 1; columns < 100; columns += 9) /* too narrow for all: but it ends */
		assert_int_equal(run_on_terminal(columns, "LC_ALL", columns % 2 ? "C" : "C.UTF-8"), 0);
	assert_int_equal(run_on_terminal(100, "NO_COLOR", "1"), 0);
	list_stop(&hostile);
	list_stop(&lengthy);
	assert_true(widest(output) <= 100);
	assert_null(strstr(output, name));
	assert_non_null(strstr(output, "xxxx"));
	printf("# figure: a name of 200 bytes is whole in a pipe, the table %zu of 100 columns on a terminal\n",
	       widest(output));
}

static void
usage_bad_is_one_line_and_status_2(void **state)
{
	static const char *const cases[][2] = {
		{"extra", "unexpected word \"extra\""},
		{"-a 8000", "unexpected word \"8000\""},
		{"-- --json", "unexpected word \"--json\""},
		{"''", "unexpected word \"\""},
		{"-", "unexpected word \"-\""},
		{"-x", "unknown option -x"},
		{"-ax", "unknown option -x"},
		{"--jsn", "unknown option --jsn"},
		{"--json=1", "--json takes no argument"},
	};
	char arguments[64];

	(void)state;
	for (size_t i = 0; i < LENGTH(cases); i++) {
		int status;

		snprintf(arguments, sizeof(arguments), "%s 2>/dev/null", cases[i][0]);
		status = list_run(arguments, output, sizeof(output));
		assert_true(WIFEXITED(status) && WEXITSTATUS(status) == USAGE);
		assert_string_equal(output, "");
		snprintf(arguments, sizeof(arguments), "%s 2>&1", cases[i][0]);
		list_run(arguments, output, sizeof(output));
		if (strncmp(output, "bindguard: ", 11) != 0 || !strstr(output, cases[i][1]) ||
		    strchr(output, '\n') != output + strlen(output) - 1)
			fail_msg("%s: %s", cases[i][0], output);
	}
	assert_int_equal(list_run("--help", output, sizeof(output)), 0);
	assert_non_null(strstr(output, "--json"));
	assert_int_equal(WEXITSTATUS(list_run("2>&1 >/dev/full", output, sizeof(output))), USAGE);
	assert_int_equal(WEXITSTATUS(list_run("--json 2>&1 >/dev/full", output, sizeof(output))), USAGE);
	assert_string_equal(output, "bindguard: standard output: No space left on device\n");
}

/** forbid_diagnosis - no NETLINK_SOCK_DIAG socket any more, as in a sandbox: seccomp(2). */
static void
forbid_diagnosis(void)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_socket, 0, 5),
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args[0])),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, AF_NETLINK, 0, 3),
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args[2])),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, NETLINK_SOCK_DIAG, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog program = {.len = LENGTH(code), .filter = code};

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) || prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program))
		_exit(1);
}

static void
netlink_forbidden_is_told(void **state)
{
	int out[2], status;
	size_t length = 0;
	ssize_t size;
	pid_t child;

	(void)state;
	assert_int_equal(pipe2(out, O_CLOEXEC), 0);
	child = fork();
	if (child == 0) {
		dup2(out[1], STDOUT_FILENO);
		dup2(out[1], STDERR_FILENO);
		forbid_diagnosis();
		execl(BG_COMMAND, "bindguard", "list", (char *)NULL);
		_exit(127);
	}
	close(out[1]);
	/* glibc 2.41 writes such a line in several parts. */
	while ((size = read(out[0], output + length, sizeof(output) - 1 - length)) > 0)
		length += (size_t)size;
	output[length] = '\0';
	close(out[0]);
	waitpid(child, &status, 0);
	assert_int_equal(WEXITSTATUS(status), USAGE);
	assert_string_equal(output,
			    "bindguard: the kernel's socket diagnosis does not answer: Operation not permitted, "
			    "expected netlink sockets to be allowed (NETLINK_SOCK_DIAG)\n");
}

/** run_in_trouble - the list, with tests/preload/plugins/netlink_trouble.c in front of the kernel. Return: exit status. */
static int
run_in_trouble(const char *trouble, const char *arguments)
{
	const char *first = getenv("BG_PRELOAD_FIRST");
	char command[2048];
	size_t length;
	FILE *pipe;

	snprintf(command, sizeof(command),
		 "exec env NETLINK_TROUBLE=%s LD_PRELOAD='%s %s/hosts/netlink_trouble.so' '%s' list %s", trouble,
		 first ? first : "", BG_BUILD_DIR, BG_COMMAND, arguments);
	pipe = popen(command, "re");
	assert_non_null(pipe);
	length = fread(output, 1, sizeof(output) - 1, pipe);
	output[length] = '\0';
	return WEXITSTATUS(pclose(pipe));
}

static void
netlink_trouble_that_passes_is_not_seen(void **state)
{
	static const char *const cases[] = {"signal", "interrupted", "absent=132", "absent=33"};
	static char expected[OUTPUT_MAX];

	(void)state;
	assert_int_equal(list_run("", expected, sizeof(expected)), 0);
	for (size_t i = 0; i < LENGTH(cases); i++) {
		assert_int_equal(run_in_trouble(cases[i], "2>&1"), 0);
		assert_string_equal(output, expected);
	}
}

static void
netlink_trouble_that_stays_is_told(void **state)
{
	static const struct {
		const char *trouble;
		const char *said;
	} cases[] = {
		{"changing", "does not answer: its tables keep changing"},
		{"cut", "does not answer: Message too long"},
		{"rubbish", "does not answer: Bad message"},
		{"absent=6", "bindguard: TCP sockets are not listed, expected a kernel with tcp_diag\n"},
		{"absent=17", "bindguard: UDP sockets are not listed, expected a kernel with udp_diag\n"},
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(cases); i++) {
		assert_int_equal(run_in_trouble(cases[i].trouble, "2>&1 >/dev/null"), USAGE);
		if (!strstr(output, cases[i].said) || strchr(output, '\n') != output + strlen(output) - 1)
			fail_msg("%s: %s", cases[i].trouble, output);
	}
	assert_int_equal(run_in_trouble("absent=6", "2>/dev/null"), USAGE);
	assert_string_equal(output, ""); /* not "nothing listens" */
	assert_int_equal(run_in_trouble("absent=17", "2>/dev/null"), USAGE);
	assert_non_null(strstr(output, "19501")); /* what there is is shown */
	assert_int_equal(run_in_trouble("absent=136", ""), 0);
	assert_non_null(strstr(output, "; udplite sockets are not shown: this kernel has no udp_diag\n"));
}

static int
open_three(void **state)
{
	(void)state;
	sockets[0] = list_open(&anywhere);
	sockets[1] = list_open(&interface);
	sockets[2] = list_open(&machine);
	return sockets[0] < 0 || sockets[1] < 0 || sockets[2] < 0;
}

static int
set_up(void **state)
{
	return net_set_up() || open_three(state);
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
		cmocka_unit_test(terminal_colours_tell_the_reach),
		cmocka_unit_test(terminal_without_colours_gets_none),
		cmocka_unit_test(program_any_name_is_shown_safely),
		cmocka_unit_test(usage_bad_is_one_line_and_status_2),
		cmocka_unit_test(netlink_forbidden_is_told),
		cmocka_unit_test(netlink_trouble_that_passes_is_not_seen),
		cmocka_unit_test(netlink_trouble_that_stays_is_told),
	};

	if (argc == 3 && strcmp(argv[1], "--serve") == 0)
		return list_serve(argv[2]);
	if (argc > 1)
		cmocka_set_test_filter(argv[1]);
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
