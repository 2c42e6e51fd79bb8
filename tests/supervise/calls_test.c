/* SPDX-License-Identifier: MIT
 * calls_test.c - calls under the engine `seccomp`: those that it must not touch are as bare ones, those of other binary
 * interfaces and privileges are guarded, clients go on working. */
#include <errno.h>
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
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "net/net.h"
#include "preload/host.h"
#include "supervise/guarded.h"

#define ECHO_PORT 19300
#define DROP "setpriv --bounding-set=-all --inh-caps=-all "
#define LOOPBACK "error 0 address 127.0.0.1\n"

static pid_t echo = -1;

/** same - @command prints the same bare and guarded. Return: lines. */
static int
same(const char *before, const char *command)
{
	static char bare[262144], guarded[262144];
	char line[2048];
	int lines = 0;

	snprintf(line, sizeof(line), "%s %s", before, command);
	assert_int_equal(run_bare(line, bare, sizeof(bare)), 0);
	assert_int_equal(run_guarded(before, command, guarded, sizeof(guarded)), 0);
	for (const char *at = bare, *other = guarded; *at; lines++) {
		size_t size = strcspn(at, "\n") + 1;

		if (strncmp(at, other, size) != 0)
			fail_msg("bare:    %.*sguarded: %.*s", (int)size, at, (int)strcspn(other, "\n"), other);
		at += size;
		other += size;
	}
	assert_string_equal(bare, guarded);
	return lines;
}

/** call_odd_is_as_bare - bad descriptors, pointers and sizes. */
static void
call_odd_is_as_bare(void **state)
{
	(void)state;
	figure("%d odd calls as bare", same("", HOST("odd_calls")));
}

/**
 * call_strange_is_as_bare - of every kind of descriptor, pointer and size, when a bind was changed: with privileges, without,
 * and where nobody may look into the process, as far as such a call can bind nothing.
 */
static void
call_strange_is_as_bare(void **state)
{
	int lines;

	(void)state;
	lines = same("", HOST("strange_calls"));
	lines += same(DROP, HOST("strange_calls"));
	lines += same("", HOST("strange_calls undumpable"));
	lines += same(DROP, HOST("strange_calls undumpable"));
	figure("%d strange calls as bare", lines);
}

/** family_other_is_untouched - relative paths, abstract names, netlink, packet. */
static void
family_other_is_untouched(void **state)
{
	char output[2048];

	(void)state;
	assert_int_equal(run_guarded("", HOST("families"), output, sizeof(output)), 0);
	assert_non_null(strstr(output, "relative: bind 0 listen 0 connect 0"));
	figure("%d sockets of other families as bare", same("", HOST("families")));
}

/** client_any_keeps_working - bound to a wildcard, then connected to another host: all as without the guard. */
static void
client_any_keeps_working(void **state)
{
	static const char *const clients[] = {
		HOST("client tcp 0.0.0.0 0 " THERE4 " 19300"),
		HOST("client tcp 0.0.0.0 19310 " THERE4 " 19300"),
		HOST("client tcp 0.0.0.0 19311 " THERE4 " 19300 nb"),
		HOST("client tcp :: 0 " THERE6 " 19300"),
		HOST("client tcp :: 19312 " THERE6 " 19300"),
		HOST("client tcp :: 19313 " THERE6 " 19300 nb"),
		HOST("client tcp :: 19314 ::ffff:" THERE4 " 19300"),
		HOST("client udp 0.0.0.0 0 " THERE4 " 19300"),
		HOST("client udp 0.0.0.0 19315 " THERE4 " 19300"),
		HOST("client udp :: 19317 " THERE6 " 19300"),
		HOST("client udp :: 19318 ::ffff:" THERE4 " 19300"),
		HOST("client tcp ::ffff:0.0.0.0 19319 ::ffff:" THERE4 " 19300"),
	};
	const size_t count = sizeof(clients) / sizeof(clients[0]);
	char output[1024];

	(void)state;
	for (size_t i = 0; i < 2 * count; i++) {
		const char *before = i < count ? "" : DROP;

		same(before, clients[i % count]);
		assert_int_equal(run_guarded(before, clients[i % count], output, sizeof(output)), 0);
		if (!strstr(output, "connect 0 answer hello"))
			fail_msg("%s: %s", clients[i % count], output);
	}
	figure("%zu clients, as root and without capabilities", count);
}

/** client_raw_keeps_working - beside a socket that was changed, so that its connect(2) is looked at. */
static void
client_raw_keeps_working(void **state)
{
	char output[256];

	(void)state;
	run_guarded("", HOST("raw_calls raw"), output, sizeof(output));
	if (!strstr(output, LOOPBACK) || !strstr(output, "raw error 0 peer 127.0.0.1\n"))
		fail_msg("%s", output);
}

/** interface_x32_is_guarded - numbers with bit 30 set, whether the kernel has that interface or not. */
static void
interface_x32_is_guarded(void **state)
{
	char output[256];

	(void)state;
#ifndef __x86_64__
	skip();
#endif
	run_guarded("", HOST("raw_calls x32"), output, sizeof(output));
	if (!strstr(output, LOOPBACK))
		fail_msg("%s", output);
}

/** interface_i386_with_unreadable_arguments_is_as_bare - the list of socketcall(2). */
static void
interface_i386_with_unreadable_arguments_is_as_bare(void **state)
{
	char bare[64], output[64];

	(void)state;
#ifndef __x86_64__
	skip();
#endif
	if (run_bare(HOST("int80"), bare, sizeof(bare)))
		skip(); /* a kernel without that interface */
	run_bare(HOST("int80 19409 bad list"), bare, sizeof(bare));
	assert_string_equal(bare, "-14\n");
	run_guarded("", HOST("int80 19409 bad list"), output, sizeof(output));
	assert_string_equal(output, bare);
}

/** ring_any_is_refused - ENOSYS, as from a kernel without io_uring: its binds would pass the filter. */
static void
ring_any_is_refused(void **state)
{
	char output[256], wanted[64];

	(void)state;
	run_guarded("", HOST("raw_calls uring"), output, sizeof(output));
	snprintf(wanted, sizeof(wanted), "io_uring_setup %d\n", ENOSYS);
	assert_string_equal(output, wanted);
}

/** program_setuid_runs_without_privilege_and_guarded - no_new_privs; bare it has the file's user. */
static void
program_setuid_runs_without_privilege_and_guarded(void **state)
{
	char output[1024];

	(void)state;
	if (run_bare("setpriv --reuid=65534 --regid=65534 --clear-groups true", output, sizeof(output)))
		skip(); /* an ordinary user has but one */
	assert_int_equal(
		run_bare("d=$(mktemp -d) && chmod 755 $d && install -m 4755 " HOST(
				 "raw_calls") " $d/p && install -m 755 " BG_SUPERVISE " $d/e && u='setpriv "
					      "--reuid=65534 --regid=65534 --clear-groups' && $u $d/p setuid && "
					      "$u $d/e $d/p setuid; rm -r $d",
			 output, sizeof(output)),
		0);
	assert_string_equal(output, "euid 0 error 0 address 0.0.0.0\neuid 65534 " LOOPBACK);
}

/** port_low_needs_the_targets_privilege - the supervisor's own must not serve a program that has dropped it. */
static void
port_low_needs_the_targets_privilege(void **state)
{
	char output[256];

	(void)state;
	if (geteuid() != 0)
		skip();
	run_guarded("", HOST("raw_calls port 81"), output, sizeof(output));
	assert_string_equal(output, "euid 0 " LOOPBACK);
	run_guarded("", DROP HOST("raw_calls port 81"), output, sizeof(output));
	assert_string_equal(output, "euid 0 error 13 address 0.0.0.0\n");
	if (run_bare("unshare -Ur true", output, sizeof(output))) {
		print_message("skipped: no user namespaces here, as in a chroot\n");
		return;
	}
	run_guarded("", "unshare -Ur " HOST("raw_calls port 81"), output, sizeof(output));
	assert_string_equal(output, "euid 0 error 13 address 0.0.0.0\n");
}

/** port_low_is_what_its_network_says - ip_unprivileged_port_start of the socket's network, the supervisor's own or another. */
static void
port_low_is_what_its_network_says(void **state)
{
	static const struct {
		const char *start, *drop, *port, *output;
	} rows[] = {
		{"4000", DROP, "2000", "euid 0 error 13 address 0.0.0.0\n"},
		{"4000", DROP, "4000", "euid 0 " LOOPBACK},
		{"4000", "", "2000", "euid 0 " LOOPBACK},
		{"20", DROP, "30", "euid 0 " LOOPBACK},
		{"20", DROP, "19", "euid 0 error 13 address 0.0.0.0\n"},
		{"20", "", "19", "euid 0 " LOOPBACK},
	};
	char network[256], command[512], output[256];

	(void)state;
	if (geteuid() != 0)
		skip();
	for (size_t i = 0; i < 2 * sizeof(rows) / sizeof(rows[0]); i++) {
		bool inside = i % 2;

		snprintf(network, sizeof(network),
			 "unshare -n sh -c 'ip link set lo up; echo %s >/proc/sys/net/ipv4/ip_unprivileged_port_start; "
			 "exec \"$@\"' x",
			 rows[i / 2].start);
		snprintf(command, sizeof(command), "%s %s%s port %s", inside ? network : "", rows[i / 2].drop,
			 HOST("raw_calls"), rows[i / 2].port);
		run_guarded(inside ? "" : network, command, output, sizeof(output));
		if (strcmp(output, rows[i / 2].output) != 0)
			fail_msg("%s: %s", command, output);
	}
}

/** process_undumpable_is_refused - where the supervisor may not look nothing is bound, and it is said once. */
static void
process_undumpable_is_refused(void **state)
{
	char output[1024];
	const char *said;

	(void)state;
	run_guarded(DROP, HOST("raw_calls undumpable 2>&1"), output, sizeof(output));
	assert_non_null(strstr(output, "error 13 address 0.0.0.0\n"));
	assert_null(strstr(output, "error 0"));
	said = strstr(output, "cannot be looked into");
	assert_non_null(said);
	assert_null(strstr(said + 1, "cannot be looked into"));
	if (run_bare(HOST("int80"), output, sizeof(output)))
		return; /* a kernel without that interface */
	run_bare(HOST("int80 19409 bind and forbid"), output, sizeof(output));
	assert_string_equal(output, "00000000\n");
	/* What it asks for is in its memory, so nothing is known of it. */
	run_guarded(DROP, HOST("int80 19409 bind and forbid"), output, sizeof(output));
	assert_string_equal(output, "-13\n");
}

/** process_undumpable_dissolves_no_server - a UDP socket that a rule holds, of its own; a sibling's is none of its business. */
static void
process_undumpable_dissolves_no_server(void **state)
{
	char output[256];

	(void)state;
	run_guarded(DROP, "sh -c '" HOST("raw_calls dissolve; ") HOST("raw_calls connect") "'", output, sizeof(output));
	assert_string_equal(output, "connect 13 dissolve 13\nconnect 0 dissolve 0\n");
}

/** namespace_own_uses_its_own_interfaces - a rule's target is looked up in the network of the socket, as root and not. */
static void
namespace_own_uses_its_own_interfaces(void **state)
{
	static const char *const starts[] = {
		"$d/e unshare -n",
		"setpriv --reuid=65534 --regid=65534 --clear-groups --inh-caps=-all $d/e unshare -Urn"};
	/* Not in a chroot, which has no user namespaces. */
	bool other_users =
		run_bare("setpriv --reuid=65534 --regid=65534 --clear-groups unshare -Ur true", (char[8]){0}, 8) == 0;
	char output[1024], command[2048];

	(void)state;
	for (size_t i = 0; i < (other_users ? 2 : 1); i++) {
		snprintf(command, sizeof(command),
			 "export BINDGUARD_TO=inner0; d=$(mktemp -d) && chmod 755 $d && install -m 755 %s $d/p && "
			 "install "
			 "-m 755 %s $d/e && cd $d && %s sh -c 'ip link set lo up && ip link add inner0 type veth peer "
			 "name "
			 "inner1 && ip link set inner0 up && ip addr add 10.98.0.1/24 dev inner0 && exec ./p port "
			 "19405'; "
			 "rm -r $d",
			 HOST("raw_calls"), BG_SUPERVISE, starts[i]);
		run_bare(command, output, sizeof(output));
		if (!strstr(output, "error 0 address 10.98.0.1\n"))
			fail_msg("%s: %s", starts[i], output);
		figure("%s: %s", strrchr(starts[i], 'u'), strtok(output, "\n"));
	}
}

/**
 * memory_that_never_comes_holds_up_its_caller_alone - the address is in memory that userfaultfd(2) fills, later or never:
 * others bind meanwhile; where it is filled the bind is made, and guarded.
 */
static void
memory_that_never_comes_holds_up_its_caller_alone(void **state)
{
	static const char *const rows[][2] = {
		{"answered", "other error 0\nslow error 0 address 127.0.0.1 port 19430\n"},
		{"killed", "other error 0\nother error 0\n"},
		{"many", "other error 0\nsome failed 1\n"}, /* of a hundred that bind one port */
	};
	char command[256], output[256];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		snprintf(command, sizeof(command), "%s %s", HOST("slow_memory"), rows[i][0]);
		if (WEXITSTATUS(run_bare(command, output, sizeof(output))) == 77)
			skip(); /* a user may not hold up the kernel: vm.unprivileged_userfaultfd */
		run_guarded("", command, output, sizeof(output));
		if (strcmp(output, rows[i][1]) != 0)
			fail_msg("%s: %s", rows[i][0], output);
	}
}

/** rule_of_a_program_asks_the_target - executable and command line are those of the process that binds. */
static void
rule_of_a_program_asks_the_target(void **state)
{
	char path[] = "/tmp/bindguard-rules.XXXXXX", output[256];
	FILE *file = fdopen(mkstemp(path), "w");

	(void)state;
	fputs("rule \"p\" { program = {\"raw_c*\"} command = {\"*port 19406*\"} address = {\"wildcard\"} action = deny "
	      "error = "
	      "EPERM }\nrule \"r\" { address = {\"wildcard\"} action = rewrite to = {\"loopback\"} }\n",
	      file);
	fclose(file);
	setenv("BINDGUARD_CONFIG", path, 1);
	run_guarded("", HOST("raw_calls port 19406"), output, sizeof(output));
	assert_non_null(strstr(output, "error 1 address 0.0.0.0\n"));
	run_guarded("", HOST("raw_calls port 19407"), output, sizeof(output));
	assert_non_null(strstr(output, LOOPBACK));
	setenv("BINDGUARD_CONFIG", "", 1);
	unlink(path);
}

/** rules_of_another_user_are_not_used - by root's supervisor: lockdown, and nothing where they would log. */
static void
rules_of_another_user_are_not_used(void **state)
{
	char path[] = "/tmp/bindguard-rules.XXXXXX", spoils[64], output[256];
	FILE *file = fdopen(mkstemp(path), "w");

	(void)state;
	snprintf(spoils, sizeof(spoils), "%s.preload", path);
	fprintf(file, "log { to = \"%s\" }\nrule \"X ./evil.so Y\" { action = rewrite to = {\"127.0.0.9\"} }\n",
		spoils);
	fclose(file);
	if (geteuid() != 0 || chown(path, 1000, 1000)) {
		unlink(path);
		skip();
	}
	setenv("BINDGUARD_CONFIG", path, 1);
	unsetenv("BINDGUARD_LOG");
	run_guarded("", HOST("raw_calls port 19406"), output, sizeof(output));
	setenv("BINDGUARD_CONFIG", "", 1);
	setenv("BINDGUARD_LOG", "none", 1);
	unlink(path);
	assert_int_not_equal(access(spoils, F_OK), 0);
	assert_non_null(strstr(output, LOOPBACK));
}

/**
 * rules_of_many_programs_are_kept_apart - one supervisor, more command lines than it keeps rules for, each twice: every one
 * gets its own rules, the first time, from what is kept, and after that was given up for another.
 */
static void
rules_of_many_programs_are_kept_apart(void **state)
{
	char path[] = "/tmp/bindguard-rules.XXXXXX", output[4096], expected[4096] = "";
	FILE *file = fdopen(mkstemp(path), "w");

	(void)state;
	fputs("rule \"r\" { address = {\"127.0.0.0/8\"} action = allow }\n", file);
	for (unsigned port = 19410; port < 19422; port++)
		fprintf(file,
			"rule \"%u\" { command = {\"*port %u\"} address = {\"wildcard\"} action = rewrite to = "
			"{\"127.0.1.%u\"} }\n",
			port, port, port % 100);
	fclose(file);
	for (unsigned i = 0; i < 48; i++)
		snprintf(expected + strlen(expected), sizeof(expected) - strlen(expected),
			 "euid %d error 0 address 127.0.1.%u\n", (int)geteuid(), (19410 + i / 2 % 12) % 100);
	setenv("BINDGUARD_CONFIG", path, 1);
	run_guarded("",
		    "sh -c 'for round in 1 2; do for port in $(seq 19410 19421); do " HOST(
			    "raw_calls") " port $port; " HOST("raw_calls") " port $port; done; done'",
		    output, sizeof(output));
	setenv("BINDGUARD_CONFIG", "", 1);
	unlink(path);
	assert_string_equal(output, expected);
}

/** event_any_tells_the_target - its process, program and descriptor, and the engine. */
static void
event_any_tells_the_target(void **state)
{
	static const char *const parts[] = {"\"engine\":\"seccomp\"", "\"fd\":3", "\"program\":\"raw_calls\"",
					    "\"call\":\"bind\"", "\"rule\":\"servers\""};
	char output[4096], wanted[64];
	int pid, ppid;

	(void)state;
	log_to("stderr");
	setenv("BINDGUARD_LOG_FORMAT", "json", 1);
	run_guarded("", "sh -c 'echo $$ $PPID; exec " HOST("raw_calls port 19408") " 2>&1' 2>&1", output,
		    sizeof(output));
	log_to("none");
	unsetenv("BINDGUARD_LOG_FORMAT");
	assert_int_equal(sscanf(output, "%d %d", &pid, &ppid), 2);
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		if (!strstr(output, parts[i]))
			fail_msg("%s is not in %s", parts[i], output);
	snprintf(wanted, sizeof(wanted), "\"pid\":%d,\"ppid\":%d,", pid, ppid);
	if (!strstr(output, wanted))
		fail_msg("%s is not in %s", wanted, output);
}

/** client_at_the_users_address_is_kept - whatever is logged, to loopback as well. */
static void
client_at_the_users_address_is_kept(void **state)
{
	static const char *const clients[] = {
		HOST("client_ways tcp4_to_loopback 19430"),
		HOST("client_ways udp4_to_loopback 19431"),
		HOST("client_ways tcp6_to_loopback 19432"),
		HOST("client_ways udp6_to_loopback 19433"),
	};
	static const char *const logs[] = {"none", "/tmp/.bindguard-calls"};
	const size_t count = sizeof(clients) / sizeof(clients[0]);
	char outputs[2][1024];

	(void)state;
	setenv("BINDGUARD_TO", CABLE, 1);
	for (size_t i = 0; i < count; i++) {
		for (int log = 0; log < 2; log++) {
			setenv("BINDGUARD_LOG", logs[log], 1);
			run_guarded("", clients[i], outputs[log], sizeof(outputs[log]));
		}
		if (!strstr(outputs[0], i < 2 ? "at " HERE4 " 1943" : "at :: 1943") ||
		    strcmp(outputs[0], outputs[1]) != 0)
			fail_msg("%s:\nno log: %slog:    %s", clients[i], outputs[0], outputs[1]);
	}
	unlink(logs[1]);
	unsetenv("BINDGUARD_TO");
	log_to("none");
	figure("%zu clients, the same with a log and without", count);
}

/** client_known_is_told_once_and_another_process_too - the supervisor keeps its processes apart. */
static void
client_known_is_told_once_and_another_process_too(void **state)
{
	static const char *const told[] = {" 0.0.0.0:19440 -> 127.0.0.1:19440 (",
					   " 0.0.0.0:19442 -> 127.0.0.1:19442 ("};
	char output[4096];

	(void)state;
	log_to("stderr");
	run_guarded("",
		    "sh -c '" HOST("sink_host") " udp 0.0.0.0 19440 connect " THERE4
						" 9 udp 0.0.0.0 19441; " HOST("sink_host") " udp 0.0.0.0 19442' 2>&1",
		    output, sizeof(output));
	log_to("none");
	for (size_t i = 0; i < sizeof(told) / sizeof(told[0]); i++)
		if (!strstr(output, told[i]))
			fail_msg("%s is not in %s", told[i], output);
	if (strstr(output, "19441") || strstr(output, "undo") || !strstr(output, "bind 0\nconnect 0\nbind 0\nend\n"))
		fail_msg("%s", output);
	figure("2 processes, a line each");
}

/** serve - the second host's echo service, TCP and UDP, both families; never returns. */
static void
serve(int ready)
{
	struct sockaddr_in6 any = {.sin6_family = AF_INET6, .sin6_port = htons(ECHO_PORT)};
	int udp, tcp;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (!net_enter(SIDE_THERE))
		_exit(1);
	udp = socket(AF_INET6, SOCK_DGRAM, 0);
	tcp = socket(AF_INET6, SOCK_STREAM, 0);
	if (bind(udp, (struct sockaddr *)&any, sizeof(any)) || bind(tcp, (struct sockaddr *)&any, sizeof(any)) ||
	    listen(tcp, 16))
		_exit(1);
	if (fork() == 0)
		for (;;) {
			struct sockaddr_storage peer;
			socklen_t size = sizeof(peer);
			char text[64];
			ssize_t got = recvfrom(udp, text, sizeof(text), 0, (struct sockaddr *)&peer, &size);

			if (got > 0)
				sendto(udp, text, (size_t)got, 0, (struct sockaddr *)&peer, size);
		}
	if (write(ready, "r", 1) != 1)
		_exit(1);
	for (;;) {
		int fd = accept(tcp, NULL, NULL);
		char text[64];
		ssize_t got = fd < 0 ? -1 : recv(fd, text, sizeof(text), 0);

		if (got > 0)
			send(fd, text, (size_t)got, MSG_NOSIGNAL);
		close(fd);
	}
}

static int
set_up(void **state)
{
	int ready[2];
	char byte;

	(void)state;
	setenv("BINDGUARD_CONFIG", "", 1);
	log_to("none");
	if (net_set_up() || pipe(ready))
		return -1;
	echo = fork();
	if (echo == 0) {
		setpgid(0, 0);
		serve(ready[1]);
	}
	setpgid(echo, echo);
	return read(ready[0], &byte, 1) == 1 ? 0 : -1;
}

static int
tear_down(void **state)
{
	(void)state;
	kill(-echo, SIGKILL);
	waitpid(echo, NULL, 0);
	net_tear_down();
	return 0;
}

/** socket_made_anew_belongs_to_the_program - not to root, as whom the supervisor makes it. */
static void
socket_made_anew_belongs_to_the_program(void **state)
{
	char output[256];

	(void)state;
	assert_int_equal(run_guarded("", HOST("owner") " 19480 " THERE4, output, sizeof(output)), 0);
	assert_string_equal(output, "owner 65534, then 65534, another\n");
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(call_odd_is_as_bare),
		cmocka_unit_test(call_strange_is_as_bare),
		cmocka_unit_test(family_other_is_untouched),
		cmocka_unit_test(client_any_keeps_working),
		cmocka_unit_test(client_raw_keeps_working),
		cmocka_unit_test(interface_x32_is_guarded),
		cmocka_unit_test(interface_i386_with_unreadable_arguments_is_as_bare),
		cmocka_unit_test(ring_any_is_refused),
		cmocka_unit_test(program_setuid_runs_without_privilege_and_guarded),
		cmocka_unit_test(socket_made_anew_belongs_to_the_program),
		cmocka_unit_test(port_low_needs_the_targets_privilege),
		cmocka_unit_test(port_low_is_what_its_network_says),
		cmocka_unit_test(process_undumpable_is_refused),
		cmocka_unit_test(process_undumpable_dissolves_no_server),
		cmocka_unit_test(namespace_own_uses_its_own_interfaces),
		cmocka_unit_test(memory_that_never_comes_holds_up_its_caller_alone),
		cmocka_unit_test(rule_of_a_program_asks_the_target),
		cmocka_unit_test(rules_of_another_user_are_not_used),
		cmocka_unit_test(rules_of_many_programs_are_kept_apart),
		cmocka_unit_test(event_any_tells_the_target),
		cmocka_unit_test(client_at_the_users_address_is_kept),
		cmocka_unit_test(client_known_is_told_once_and_another_process_too),
	};

	if (argc > 1)
		cmocka_set_test_filter(argv[1]);
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
