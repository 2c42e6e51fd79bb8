/* SPDX-License-Identifier: MIT
 * prove_test.c - `bindguard prove` with servers of every kind, as root and as an ordinary user: what it says of each,
 * how it fails, and that nothing of it is left. On cmocka. */
#include <regex.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "launcher/supervise/supervise.h"

#include <cmocka.h> /* behind that: its macro fail() is the name of a function of command.h */
#include <jansson.h>

#include "launcher/drive.h"

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))
#define NOBODY "setpriv --reuid=65534 --regid=65534 --clear-groups "
#define V4 "127\\.0\\.0\\.1(%lo)?" /* what a rewritten server is bound to */
#define HERE " +reached +refused +refused +this machine only$"
#define HERE4 " +(at 127\\.0\\.0\\.1 only|reached) +refused +refused +this machine only$"
#define AT4 " +at 127\\.0\\.0\\.1 only +refused +refused +this machine only$"
#define OWN " +refused +reached +reached +EXPOSED$"
#define BOTH " +reached +reached +reached +EXPOSED$"
#define PYTHON " +python3[.0-9]*"

/** serve - a server: `serve PROTOCOL ADDRESS PORT[,OPTION...]...`, each a socket. */
static const char serve[] =
	"#!/usr/bin/python3\n"
	"import select, signal, socket, sys, time\n"
	"kept, ending = [], []\n"
	"words = sys.argv[1:]\n"
	"if words[0] == 'status':\n" /* what it was started with */
	"    print(open('/proc/self/status').read(), flush=True)\n"
	"    words = words[1:] or sys.exit()\n"
	"for kind, address, rest in zip(words[::3], words[1::3], words[2::3]):\n"
	"    port, *options = rest.split(',')\n"
	"    family = socket.AF_INET6 if ':' in address else socket.AF_INET\n"
	"    s = socket.socket(family, socket.SOCK_DGRAM if kind == 'udp' else socket.SOCK_STREAM)\n"
	"    for option in options:\n"
	"        if option == 'only': s.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)\n"
	"        elif option == 'shared': s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)\n"
	"        elif option == 'again': s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)\n"
	"        elif option == 'later': time.sleep(1.2)\n"
	"        elif option == 'soon': time.sleep(0.2)\n"
	"        elif option in ('deaf', 'once', 'peers', 'opens', 'busy'): pass\n"
	"        else: s.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, option.encode())\n"
	"    scope = socket.if_nametoindex('eth0') if address.startswith('fe80') else 0\n"
	"    s.bind((address, int(port), 0, scope) if ':' in address else (address, int(port)))\n"
	"    if kind == 'tcp': s.listen(0 if {'deaf', 'once', 'busy'} & set(options) else 8)\n"
	"    for full in range(3 * ('deaf' in options)):\n" /* its queue is full: it hears no further SYN */
	"        kept.append(socket.socket())\n"
	"        kept[-1].setblocking(False)\n"
	"        kept[-1].connect_ex(('127.0.0.1', int(port)))\n"
	"    kept.append(s)\n"
	"    if 'peers' in options: signal.signal(signal.SIGTERM, lambda *_: ending.append(True))\n"
	"    while 'peers' in options:\n" /* who came before it was told to end is named, too */
	"        if select.select([s], [], [], 0 if ending else 0.1)[0]: print('peer', s.accept()[1][0], flush=True)\n"
	"        elif ending: sys.exit()\n"
	"    if 'once' in options:\n" /* it lets one connection in, closes its socket, and serves that */
	"        select.select([s], [], [])\n"
	"        time.sleep(0.2)\n"
	"        kept.append(s.accept())\n"
	"        s.close()\n"
	"while ',busy' in sys.argv[-1]:\n" /* its one worker takes its time with each connection */
	"    taken = kept[-1].accept()[0]\n"
	"    time.sleep(2.6)\n"
	"    taken.close()\n"
	"if ',opens' in sys.argv[3]:\n" /* with the first connection come more workers of the last port */
	"    kept[0].accept()\n"
	"    for worker in range(6):\n"
	"        s = socket.socket(family, socket.SOCK_DGRAM)\n"
	"        s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)\n"
	"        s.bind(('::', int(port)))\n"
	"        kept.append(s)\n"
	"time.sleep(1000)\n";

/** keys - runs a command on a terminal of its own; types Ctrl-C, or with HANG hangs up, when the screen shows PATTERN. */
static const char keys[] =
	"#!/usr/bin/python3\n"
	"import os, pty, signal, sys\n"
	"pid, fd = pty.fork()\n"
	"if pid == 0:\n"
	"    signal.signal(signal.SIGHUP, signal.SIG_DFL)\n"
	"    signal.signal(signal.SIGINT, signal.SIG_DFL)\n" /* a shell in the background has it ignored */
	"    os.execvp(sys.argv[2], sys.argv[2:])\n"
	"screen, typed = b'', False\n"
	"while True:\n"
	"    try: got = os.read(fd, 4096)\n"
	"    except OSError: break\n"
	"    screen += got\n"
	"    if not typed and sys.argv[1].encode() in screen:\n"
	"        typed = True\n"
	"        if 'HANG' in os.environ: sys.exit(0)\n"
	"        os.write(fd, b'\\x03')\n"
	"status = os.waitpid(pid, 0)[1]\n"
	"sys.stdout.buffer.write(screen)\n"
	"sys.exit(128 + os.WTERMSIG(status) if os.WIFSIGNALED(status) else os.WEXITSTATUS(status))\n";

/** users - prefixes of the command: as this test's own user, and as nobody where that can be had. */
static const char *users[] = {"", NULL};
static const char *nobody;

/** possible - skip by name where there are no network namespaces for the user with that prefix. */
static void
possible(const char *user)
{
	if (drive("%sunshare -n true || %sunshare -Urn true", user, user)->status == 0)
		return;
	print_message("skipped: %s may have no network namespace here\n", user[0] ? "an ordinary user" : "this user");
	skip();
}

/** expect_line - @text has a line that matches @pattern. */
static void
expect_line(const char *text, const char *pattern, const char *what)
{
	regex_t regex;
	int missing;

	assert_int_equal(regcomp(&regex, pattern, REG_EXTENDED | REG_NEWLINE | REG_NOSUB), 0);
	missing = regexec(&regex, text, 0, NULL, 0);
	regfree(&regex);
	if (missing)
		fail_msg("%s\nhas no line %s, but:\n%s", what, pattern, text);
}

/**
 * struct proved - a command and what must be said of it.
 * @command: behind `bindguard prove`
 * @lines: of the table, as patterns
 * @summary: the whole last line
 */
struct proved {
	const char *command;
	int status;
	const char *lines[5];
	const char *summary;
};

/** expect_proved - as each of the users. */
static void
expect_proved(const struct proved *cases, size_t count)
{
	size_t runs = 0;

	for (size_t user = 0; user < LENGTH(users) && users[user]; user++) {
		possible(users[user]);
		for (size_t i = 0; i < count; i++, runs++) {
			const struct driven *driven =
				drive_expect(cases[i].status, NULL, "%s$BG prove %s", users[user], cases[i].command);

			for (size_t line = 0; line < LENGTH(cases[i].lines) && cases[i].lines[line]; line++)
				expect_line(driven->out, cases[i].lines[line], cases[i].command);
			expect_line(driven->out, cases[i].summary, cases[i].command);
		}
	}
	figure("%zu commands proved", runs);
}

static void
server_guarded_is_reached_from_here_alone(void **state)
{
	static const struct proved cases[] = {
		{"-- python3 -m http.server 0",
		 0,
		 {"^tcp +0\\.0\\.0\\.0%lo +[0-9]+" PYTHON HERE},
		 "^1 socket: none reached from another machine, all from here at loopback$"},
		{"python3 -m http.server 8000", 0, {"^tcp +" V4 " +8000" PYTHON AT4}, "^1 socket: none "},
		{"node -e \"require('http').createServer().listen(3000)\"",
		 0,
		 {"^tcp +\\*%lo +3000 node" HERE},
		 "^1 socket: none reached from another machine, all from here at loopback$"},
		{"./serve udp 0.0.0.0 5353 udp :: 5354",
		 0,
		 {"^udp +" V4 " +5353" PYTHON AT4, "^udp +\\*%lo +5354" PYTHON HERE},
		 "^2 sockets: none "},
		{"./serve tcp ::1 8080 tcp 127.0.0.5 8081",
		 0,
		 {"^tcp +\\[::1\\] +8080" PYTHON HERE,
		  "^tcp +127\\.0\\.0\\.5 +8081" PYTHON
		  " +at 127\\.0\\.0\\.5 only +refused +refused +this machine only$"},
		 "^2 sockets: none "},
		{"./serve tcp :: 8082,only", 0, {"^tcp +\\[::1\\] +8082" PYTHON HERE}, "^1 socket: none "},
	};

	(void)state;
	expect_proved(cases, LENGTH(cases));
}

static void
server_unguarded_is_exposed(void **state)
{
	static const struct proved cases[] = {
		{"--unguarded -- python3 -m http.server 0",
		 1,
		 {"^tcp +0\\.0\\.0\\.0 +[0-9]+" PYTHON BOTH},
		 "^1 socket, unguarded: 1 EXPOSED, another machine reaches it$"},
		{"--unguarded -- node -e \"require('http').createServer().listen(3000)\"",
		 1,
		 {"^tcp +\\* +3000 node" BOTH},
		 "^1 socket, unguarded: 1 EXPOSED, another machine reaches it$"},
		{"--unguarded ./serve udp 0.0.0.0 5353 udp :: 5354,only udp :: 5355",
		 1,
		 {"^udp +0\\.0\\.0\\.0 +5353" PYTHON BOTH, "^udp +\\[::\\] +5354" PYTHON BOTH,
		  "^udp +\\* +5355" PYTHON BOTH},
		 "^3 sockets, unguarded: 3 EXPOSED, another machine reaches them$"},
		/* The library in the caller's own environment does not count. */
		{"--unguarded env LD_PRELOAD=$PWD/bin/libbindguard.so ./serve tcp 0.0.0.0 8000",
		 1,
		 {"^tcp +0\\.0\\.0\\.0 +8000" PYTHON BOTH},
		 "^1 socket, unguarded: 1 EXPOSED"},
		{"-n ./serve tcp 0.0.0.0 8000", 1, {"^tcp +0\\.0\\.0\\.0 +8000" PYTHON BOTH}, "^1 socket: 1 EXPOSED"},
	};

	(void)state;
	expect_proved(cases, LENGTH(cases));
}

static void
server_at_an_address_or_a_device_is_tried_there(void **state)
{
	static const struct proved cases[] = {
		{"./serve tcp 198.51.100.1 8000 tcp 2001:db8::1 8001 tcp fe80::1 8002",
		 1,
		 {"^tcp +198\\.51\\.100\\.1 +8000" PYTHON OWN, "^tcp +\\[2001:db8::1\\] +8001" PYTHON OWN,
		  "^tcp +\\[fe80::1\\]%eth0 +8002" PYTHON OWN},
		 "^3 sockets: 3 EXPOSED, another machine reaches them$"},
		{"./serve udp 198.51.100.1 8000 udp 2001:db8::1 8001 udp fe80::1 8002 udp 224.0.0.251 8003",
		 1,
		 {"^udp +198\\.51\\.100\\.1 +8000" PYTHON OWN, "^udp +\\[2001:db8::1\\] +8001" PYTHON OWN,
		  "^udp +\\[fe80::1\\]%eth0 +8002" PYTHON OWN, "^udp +224\\.0\\.0\\.251 +8003" PYTHON OWN},
		 "^4 sockets: 4 EXPOSED"},
		{"./serve tcp 0.0.0.0 8000,eth0",
		 1,
		 {"^tcp +0\\.0\\.0\\.0%eth0 +8000" PYTHON " +refused +reached +reached +EXPOSED, LOOPBACK LOST$"},
		 "^1 socket: 1 EXPOSED, another machine reaches it$"},
		/* Two sockets of one port: each is told by its own packets. */
		{"--unguarded ./serve tcp 0.0.0.0 8000,lo tcp 0.0.0.0 8000,eth0",
		 1,
		 {"^tcp +0\\.0\\.0\\.0%lo +8000" PYTHON " +reached +another socket +another socket +this machine only$",
		  "^tcp +0\\.0\\.0\\.0%eth0 +8000" PYTHON " +another socket +reached +reached +EXPOSED$"},
		 "^2 sockets, unguarded: 1 EXPOSED, another machine reaches it$"},
		{"--unguarded ./serve udp 0.0.0.0 8000,again udp 127.0.0.1 8000,again",
		 1,
		 {"^udp +0\\.0\\.0\\.0 +8000" PYTHON " +another socket +reached +reached +EXPOSED$",
		  "^udp +127\\.0\\.0\\.1 +8000" PYTHON
		  " +at 127\\.0\\.0\\.1 only +another socket +another socket +this machine only$"},
		 "^2 sockets, unguarded: 1 EXPOSED"},
		{"--to eth0 ./serve tcp 0.0.0.0 8000",
		 1,
		 {"^tcp +198\\.51\\.100\\.1 +8000" PYTHON OWN},
		 "^1 socket: 1 EXPOSED"},
	};

	(void)state;
	expect_proved(cases, LENGTH(cases));
}

static void
server_that_answers_nobody_is_lost(void **state)
{
	static const struct proved cases[] = {
		{"./serve tcp 0.0.0.0 8000,deaf",
		 3,
		 {"^tcp +" V4 " +8000" PYTHON " +no answer +refused +refused +LOOPBACK LOST$"},
		 "^1 socket: none reached from another machine; 1 not reached from here either$"},
		{"./serve tcp 127.0.0.1 8000,deaf tcp 127.0.0.1 8001",
		 3,
		 {"^tcp +" V4 " +8000" PYTHON " +no answer", "^tcp +" V4 " +8001" PYTHON AT4},
		 "^2 sockets: none reached from another machine; 1 not reached from here either$"},
		/* Exposed is the worse. */
		{"./serve tcp 127.0.0.1 8000,deaf tcp 198.51.100.1 8001",
		 1,
		 {"^tcp +198\\.51\\.100\\.1 +8001" PYTHON OWN},
		 "^2 sockets: 1 EXPOSED, another machine reaches it; 1 not reached from here either$"},
	};

	/* Root alone can do that. */
	static const struct proved half = {
		"sh -c 'ip addr del ::1/128 dev lo; exec ./serve tcp :: 8000'",
		3,
		{"^tcp +\\*%lo +8000" PYTHON
		 " +reached \\(IPv4\\), no answer \\(IPv6\\) +refused +refused +LOOPBACK LOST$"},
		"^1 socket: none reached from another machine; 1 not reached from here either$"};

	(void)state;
	expect_proved(cases, LENGTH(cases));
	users[1] = NULL;
	if (geteuid() == 0)
		expect_proved(&half, 1);
	users[1] = nobody;
}

static void
server_of_unusual_habits_is_judged_right(void **state)
{
	static const struct proved cases[] = {
		/* It takes one connection, and ends. */
		{"--unguarded nc -l 9000",
		 1,
		 {"^tcp +0\\.0\\.0\\.0 +9000 nc[.a-z]*" BOTH},
		 "^1 socket, unguarded: 1 EX"},
		{"nc -l 9000", 0, {"^tcp +" V4 " +9000 nc[.a-z]*" HERE4}, "^1 socket: none"},
		{"--unguarded ./serve tcp 0.0.0.0 9000,once",
		 1,
		 {"^tcp +0\\.0\\.0\\.0 +9000" PYTHON BOTH},
		 "^1 socket, unguarded: 1 EXPOSED"},
		/* It ends, and leaves a daemon. */
		{"sh -c 'setsid ./serve tcp 0.0.0.0 9000 & exit 0'", 0, {"^tcp +" V4 " +9000" PYTHON AT4}, "^1 "},
		/* It takes its time, and listens more than once. */
		{"./serve tcp 0.0.0.0 9000,later tcp 0.0.0.0 9001,soon udp 0.0.0.0 9002,soon",
		 0,
		 {"^tcp +" V4 " +9000" PYTHON AT4, "^tcp +" V4 " +9001" PYTHON AT4, "^udp +" V4 " +9002" PYTHON AT4},
		 "^3 sockets: none"},
		/* Workers share a port. */
		{"--unguarded ./serve tcp :: 9000,shared tcp :: 9000,shared tcp :: 9000,shared",
		 1,
		 {"^tcp +\\* +9000" PYTHON BOTH},
		 "^3 sockets, unguarded: 3 EXPOSED, another machine reaches them$"},
		{"./serve tcp :: 9000,shared tcp :: 9000,shared tcp :: 9000,shared",
		 0,
		 {"^tcp +\\*%lo +9000" PYTHON HERE},
		 "^3 sockets: none"},
		/* A UDP client is no server to wait for, but it is reached. */
		{"--wait 3 ./serve udp 0.0.0.0 0",
		 1,
		 {"^udp +0\\.0\\.0\\.0 +[0-9]+" PYTHON " +reached +reached +reached +EXPOSED \\(perhaps a client"},
		 "^1 socket: 1 EXPOSED"},
		{"--wait 9 ./serve udp 0.0.0.0 0 tcp 0.0.0.0 9000,later",
		 1,
		 {"^udp +0\\.0\\.0\\.0 +[0-9]+" PYTHON " +reached +reached +reached +EXPOSED \\(perhaps a "
		  "client",
		  "^tcp +" V4 " +9000" PYTHON AT4},
		 "^2 sockets: 1 EXPOSED"},
	};

	(void)state;
	expect_proved(cases, LENGTH(cases));
}

static void
server_with_workers_that_are_busy_or_late_is_judged_right(void **state)
{
	static const struct proved cases[] = {
		/* While its worker is busy with one try, and another waits, the kernel drops what comes. */
		{"./serve tcp :: 9000,busy", 0, {"^tcp +\\*%lo +9000" PYTHON HERE}, "^1 socket: none .* all from here"},
	};
	const struct driven *driven;

	(void)state;
	expect_proved(cases, LENGTH(cases));
	/* Workers that begin to listen while others are tried are no strangers at their port. */
	possible("");
	driven = drive_expect(0, NULL, "$BG prove ./serve tcp :: 9000,opens udp :: 9001 udp :: 9002,shared");
	expect_line(driven->out, "^9 sockets: none reached from another machine, all from here at loopback$",
		    "workers");
	if (strstr(driven->out, "another socket"))
		fail_msg("a worker is taken for a stranger");
}

static void
server_at_an_address_of_no_common_network_is_exposed(void **state)
{
	static const struct proved far = {
		"sh -c 'ip addr add 203.0.113.9/32 dev lo; exec ./serve tcp 203.0.113.9 8000 udp 203.0.113.9 8000'",
		1,
		{"^tcp +203\\.0\\.113\\.9 +8000" PYTHON OWN, "^udp +203\\.0\\.113\\.9 +8000" PYTHON OWN},
		"^2 sockets: 2 EXPOSED"};

	(void)state;
	if (geteuid() != 0)
		skip(); /* CMD gives its machine an address */
	users[1] = NULL;
	expect_proved(&far, 1);
	users[1] = nobody;
}

static void
server_is_tried_at_each_of_its_machines_addresses(void **state)
{
	static const struct proved cases[] = {
		/* One address is rewritten, all of loopback where the socket is confined; the LAN's in neither case. */
		{"./serve tcp 0.0.0.0 8000 udp 0.0.0.0 8001 tcp :: 8002 udp :: 8003",
		 0,
		 {"^tcp +" V4 " +8000" PYTHON AT4, "^udp +" V4 " +8001" PYTHON AT4, "^tcp +\\*%lo +8002" PYTHON HERE,
		  "^udp +\\*%lo +8003" PYTHON HERE},
		 "^4 sockets: none reached from another machine, all from here at loopback$"},
		{"--unguarded ./serve tcp 127.0.1.1 8000 udp 127.0.1.1 8001",
		 0,
		 {"^tcp +127\\.0\\.1\\.1 +8000" PYTHON
		  " +at 127\\.0\\.1\\.1 only +refused +refused +this machine only$",
		  "^udp +127\\.0\\.1\\.1 +8001" PYTHON
		  " +at 127\\.0\\.1\\.1 only +refused +refused +this machine only$"},
		 "^2 sockets, unguarded: none"},
		{"--unguarded ./serve tcp 0.0.0.0 8000,lo",
		 0,
		 {"^tcp +0\\.0\\.0\\.0%lo +8000" PYTHON HERE},
		 "^1 socket"},
	};

	(void)state;
	expect_proved(cases, LENGTH(cases));
}

static void
tries_come_from_two_machines(void **state)
{
	const struct driven *driven;

	(void)state;
	possible("");
	driven = drive("$BG prove --unguarded ./serve tcp :: 8000,peers");
	expect_line(driven->out, "^peer ::ffff:198\\.51\\.100\\.2$", "by IPv4");
	expect_line(driven->out, "^peer 2001:db8::2$", "by IPv6");
	expect_line(driven->out, "^peer ::ffff:127\\.0\\.0\\.1$", "from here by IPv4");
	expect_line(driven->out, "^peer ::1$", "from here by IPv6");
}

static void
command_runs_as_whom_and_how_it_would(void **state)
{
	/* A shell has signals of its own, and so has Python: others. */
	static const char *const pairs[][2] = {
		{"sh -c 'cat /proc/self/status'", "sh -c 'cat /proc/self/status; exec ./serve tcp 127.0.0.1 8000'"},
		{"./serve status", "./serve status tcp 127.0.0.1 8000"},
	};

	(void)state;
	for (size_t user = 0; user < LENGTH(users) && users[user]; user++) {
		possible(users[user]);
		for (size_t i = 0; i < LENGTH(pairs); i++)
			drive_expect(0, "",
				     "lines() { grep -E '^(Uid|Gid|Cap[IPEA]|Sig[BIC]|NoNewPrivs)' >$1; }\n"
				     "%s$BG -q %s | lines bare; %s$BG prove -q %s | lines proved\n"
				     "[ $(wc -l <bare) -gt 8 ] && diff bare proved >&2",
				     users[user], pairs[i][0], users[user], pairs[i][1]);
	}
}

static void
server_in_go_is_guarded_by_the_other_engine(void **state)
{
	static const struct proved cases[] = {
		{"./go_server serve [::]:9000", 0, {"^tcp +\\*%lo +9000 go_server" HERE}, "^1 socket: none"},
		{"--unguarded ./go_server serve [::]:9000", 1, {"^tcp +\\* +9000 go_server" BOTH}, "^1 socket, un"},
		{"-e seccomp -- ./serve tcp 0.0.0.0 9000", 0, {"^tcp +" V4 " +9000" PYTHON AT4}, "^1 socket"},
	};
	char why[256];

	(void)state;
	if (!supervise_possible(why, sizeof(why))) {
		print_message("skipped: %s\n", why);
		skip();
	}
	expect_proved(cases, LENGTH(cases));
	expect_line(drive("$BG prove ./go_server serve :9000")->err,
		    "^bindguard: engine: seccomp, as no preload reaches", "the engine auto");
	expect_line(drive("$BG prove -v -e seccomp ./serve tcp 0.0.0.0 9000")->err, "^bindguard: engine: seccomp$",
		    "the engine seccomp");
}

static void
command_that_does_not_listen_is_told(void **state)
{
	static const struct {
		const char *command;
		const char *err;
	} cases[] = {
		{"sh -c 'exit 3'", "bindguard: sh ended with status 3 before it listened\n"},
		{"--unguarded true", "bindguard: true ended with status 0 before it listened\n"},
		{"sh -c 'kill -9 $$'", "bindguard: sh was ended by signal 9 (Killed) before it listened\n"},
		{"./serve tcp 203.0.113.9 80 2>/dev/null", ""},
		{"--wait 1 sleep 1000",
		 "bindguard: sleep did not listen within 1 s, expected it to; --wait has more time\n"},
		/* What may be a client's is not tried before the time is over: it ends when it was seen, however long that takes. */
		{"--wait 60 sh -c './serve udp 0.0.0.0 0 & looks() { awk \"/^voluntary/ { print \\$2 }\" "
		 "/proc/$PPID/status; }; "
		 "until grep -qw 07 /proc/net/udp; do sleep 0.02; done; begin=$(looks); "
		 "until [ $(looks) -gt $((begin + 20)) ]; do sleep 0.02; done; kill $!; exit 5'",
		 "bindguard: sh ended with status 5 before it could be tried\n"},
		{"./no-such-command", "bindguard: ./no-such-command: command not found\n"
				      "bindguard: ./no-such-command ended with status 127 before it listened\n"},
		{"--unguarded ./no-such-command",
		 "bindguard: ./no-such-command: command not found\n"
		 "bindguard: ./no-such-command ended with status 127 before it listened\n"},
		{"--unguarded /dev/null", "bindguard: /dev/null: Permission denied\n"
					  "bindguard: /dev/null ended with status 126 before it listened\n"},
		{"-e preload -c deny.conf ./serve tcp 0.0.0.0 8000 2>/dev/null", ""},
	};

	(void)state;
	possible("");
	assert_true(drive_write("deny.conf", "rule \"a\" {\n action = deny\n}\n", 0644));
	for (size_t i = 0; i < LENGTH(cases); i++)
		assert_string_equal(drive_expect(125, cases[i].err, "$BG prove %s", cases[i].command)->out, "");
}

static void
usage_wrong_command_lines_say_what_was_expected(void **state)
{
	static const struct {
		const char *arguments;
		const char *err;
	} cases[] = {
		{"", "no command given, expected CMD; `bindguard --help` has more"},
		{"--json --", "no command given, expected CMD; `bindguard --help` has more"},
		{"--frob true", "unknown option --frob, expected one of `bindguard prove --help`"},
		{"--wait", "--wait lacks its argument, expected SECONDS"},
		{"--wait 0 true", "--wait \"0\", expected seconds from 1 to 86400"},
		{"--wait 86401 true", "--wait \"86401\", expected seconds from 1 to 86400"},
		{"--wait 1x true", "--wait \"1x\", expected seconds from 1 to 86400"},
		{"--wait= true", "--wait \"\", expected seconds from 1 to 86400"},
		{"--wait 99999999999999999999 true",
		 "--wait \"99999999999999999999\", expected seconds from 1 to 86400"},
		{"--unguarded=yes true", "--unguarded takes no argument"},
		{"-e docker true", "unknown engine \"docker\", expected auto, preload or seccomp"},
		{"-q -v true", "--quiet and --verbose contradict each other, expected one of them"},
		{"--unguarded -c x true", "--unguarded and --config contradict each other, expected one of them"},
		{"--unguarded -t lo true", "--unguarded and --to contradict each other, expected one of them"},
		{"--unguarded -n true", "--unguarded and --observe contradict each other, expected one of them"},
		{"--unguarded -e seccomp true", "--unguarded and --engine contradict each other, expected one of them"},
		{"-f xml true", "unknown --format \"xml\", expected one of: text, json"},
		{"-c missing.conf true", NULL},
	};
	char err[512];

	(void)state;
	for (size_t i = 0; i < LENGTH(cases); i++) {
		const struct driven *driven;

		if (cases[i].err)
			snprintf(err, sizeof(err), "bindguard: %s\n", cases[i].err);
		driven = drive_expect(125, cases[i].err ? err : NULL, "$BG prove %s", cases[i].arguments);
		assert_string_equal(driven->out, "");
		assert_ptr_equal(strchr(driven->err, '\n'), driven->err + strlen(driven->err) - 1); /* one line */
	}
	drive_expect(0, "", "$BG prove --help | grep -q -- '--wait SECONDS'");
	drive_expect(0, "", "$BG prove --unguarded -h nothing | grep -q -- '--engine ENGINE'");
	/* Letters in one word are as many options. */
	drive_expect(125, NULL, "$BG prove -nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnq true");
}

static void
json_is_alone_on_standard_output(void **state)
{
	const struct driven *driven;
	const char *verdict, *here4, *here6, *there4, *only;
	json_t *object;
	int exposed, lost, guarded, ipv6, port, dual;

	(void)state;
	possible("");
	driven = drive_expect(
		1, NULL,
		"$BG prove --json --unguarded -- sh -c 'echo noise; exec ./serve tcp :: 8000 udp 127.0.0.1 9'");
	assert_non_null(strstr(driven->err, "noise\n"));
	object = json_loads(driven->out, 0, NULL);
	if (!object)
		fail_msg("this is no JSON:\n%s", driven->out);
	assert_int_equal(json_unpack(object,
				     "{s:b, s:b, s:i, s:i, s:[{s:i, s:b, s:s, s:n, s:{s:s, s:s}, s:{s:s, s:s}},"
				     " {s:s, s:{s:s, s:n}, s:{s:s, s:n}}]}",
				     "guarded", &guarded, "ipv6", &ipv6, "exposed", &exposed, "lost", &lost, "sockets",
				     "port", &port, "dual_stack", &dual, "verdict", &verdict, "device", "here", "ipv4",
				     &here4, "ipv6", &here6, "there", "ipv4", &there4, "ipv6", &here6, "verdict",
				     &verdict, "here", "ipv4", &here4, "ipv6", "there", "ipv4", &there4, "ipv6"),
			 0);
	assert_true(!guarded && ipv6 && exposed == 1 && lost == 0 && port == 8000 && dual);
	assert_string_equal(verdict, "good"); /* the last one read is the second socket's */
	assert_string_equal(here4, "reached");
	assert_string_equal(here6, "reached");
	assert_string_equal(there4, "refused");
	/* Each place, and each loopback address, is told. */
	assert_int_equal(json_unpack(object, "{s:[{s:{s:s, s:s}}, {s:{s:s, s:n}, s:{s:s, s:s, s:n}}]}", "sockets",
				     "own", "ipv4", &here4, "ipv6", &here6, "own", "ipv4", &there4, "ipv6", "loopback",
				     "127.0.0.1", &verdict, "127.0.1.1", &only, "::1"),
			 0);
	assert_string_equal(here4, "reached");
	assert_string_equal(here6, "reached");
	assert_string_equal(there4, "refused");
	assert_string_equal(verdict, "reached");
	assert_string_equal(only, "refused");
	json_decref(object);
	drive_expect(125, NULL, "$BG prove --json ./serve tcp 127.0.0.1 80 >/dev/full");
}

/** expect_nothing_left - as the user with that prefix. */
static void
expect_nothing_left(const char *user)
{
	static const char begin[] = "rm -rf open; mkdir -m 777 open; cd open; left() { "
				    "readlink /proc/[0-9]*/ns/net 2>/dev/null | grep -xF \"$(cat network)\"; }\n";

	/* Its end: CMD's network is not ours, and has none of ours. */
	drive_expect(
		0, "",
		"%sls /sys/class/net >before; %s$BG prove -q sh ../stubborn >/dev/null || exit\n"
		"ls /sys/class/net | cmp before - && [ \"$(cat network)\" != \"$(readlink /proc/self/ns/net)\" ] && "
		"! left",
		begin, user);
	/* A signal: all ends before we do. */
	drive_expect(143, NULL,
		     "%s%s$BG prove -q --wait 60 sh -c 'readlink /proc/self/ns/net >network; sleep 7003; :' &\n"
		     "until [ -s network ]; do sleep 0.05; done; kill $!; wait $!; status=$?; ! left && exit $status",
		     begin, user);
	/* Killed, it cannot clean up itself. */
	drive_expect(0, NULL,
		     "%s%s$BG prove -q --wait 60 sh -c 'readlink /proc/self/ns/net >network; (setsid sleep 7004 &); "
		     "sleep 7005; :' &\n"
		     "until [ -s network ]; do sleep 0.05; done; kill -9 $!; wait $!\n"
		     "for try in $(seq 1200); do left || exit 0; sleep 0.05; done; exit 1",
		     begin, user);
}

static void
everything_ends_with_it(void **state)
{
	(void)state;
	/* CMD leaves a daemon and a stopped process, and none of them hears SIGTERM. */
	assert_true(drive_write("stubborn",
				"readlink /proc/self/ns/net >network; trap '' TERM INT HUP\n"
				"setsid sh -c 'sleep 7001 & sleep 7002' &\n"
				"sh -c 'kill -STOP $$' &\n"
				"exec ../serve tcp 127.0.0.1 8000\n",
				0644));
	for (size_t user = 0; user < LENGTH(users) && users[user]; user++) {
		possible(users[user]);
		expect_nothing_left(users[user]);
	}
}

static void
terminal_shows_progress_and_colours_and_takes_an_interrupt(void **state)
{
	const struct driven *driven;

	(void)state;
	possible("");
	driven = drive_expect(0, NULL, "TERM=xterm ./keys nothing-that-shows $BG prove ./serve tcp 0.0.0.0 8000");
	expect_line(driven->out, "^bindguard: waiting until ./serve listens, 10 s at most", "progress");
	assert_non_null(strstr(driven->out, "\x1b[32mthis machine only"));
	/* Standard input neither ends nor is the terminal. */
	driven = drive_expect(0, NULL,
			      "./keys nothing $BG prove sh -c './serve tcp :: 8000 & if [ ! -t 0 ]; then cat; fi; "
			      "kill $!; exit 9'");
	assert_null(strstr(driven->out, "ended"));
	/* Ctrl-C: status and all. */
	driven = drive_expect(130, NULL,
			      "./keys ready $BG prove --wait 60 sh -c 'readlink /proc/self/ns/net >network; echo "
			      "ready; sleep 7006; :'");
	drive_expect(0, "", "! readlink /proc/[0-9]*/ns/net 2>/dev/null | grep -xF \"$(cat network)\"");
	/* The window is closed; bindguard is all that ran in it. */
	drive_expect(
		0, NULL,
		"HANG=1 ./keys ready $BG prove --wait 60 sh -c 'readlink /proc/self/ns/net >network; echo ready; "
		"sleep 7007; :'\n"
		"for try in $(seq 1200); do readlink /proc/[0-9]*/ns/net 2>/dev/null | grep -xF \"$(cat network)\" || "
		"exit 0; sleep 0.05; done; exit 1");
	/* Quiet is quiet. */
	driven = drive_expect(0, NULL, "./keys nothing $BG prove -q ./serve tcp 0.0.0.0 8000");
	assert_null(strstr(driven->out, "bindguard"));
}

static void
namespaces_forbidden_says_what_to_do(void **state)
{
	(void)state;
	possible("");
	if (drive("unshare -Urn true")->status) {
		print_message("skipped: user namespaces cannot be made here\n");
		skip();
	}
	drive_expect(
		125,
		"bindguard: a network of its own cannot be made for CMD: No space left on device; run it as root, or "
		"raise the sysctls user.max_user_namespaces and user.max_net_namespaces\n",
		"unshare -Ur sh -c 'echo 0 >/proc/sys/user/max_net_namespaces; exec $BG prove ./serve tcp :: 80'");
	drive_expect(125, NULL,
		     "unshare -Ur setpriv --bounding-set=-all --inh-caps=-all sh -c 'true; exec $BG prove --unguarded "
		     "true'");
}

/** set_up - the programs, where any user finds them. */
static int
set_up(void **state)
{
	if (drive_set_up(state))
		return -1;
	if (geteuid() == 0 && drive(NOBODY "true")->status == 0)
		users[1] = nobody = NOBODY;
	return drive_write("serve", serve, 0755) && drive_write("keys", keys, 0755) &&
			       drive("cp " BG_BUILD_DIR "/hosts/go_server .")->status == 0
		       ? 0
		       : -1;
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(server_guarded_is_reached_from_here_alone),
		cmocka_unit_test(server_unguarded_is_exposed),
		cmocka_unit_test(server_at_an_address_or_a_device_is_tried_there),
		cmocka_unit_test(server_that_answers_nobody_is_lost),
		cmocka_unit_test(server_of_unusual_habits_is_judged_right),
		cmocka_unit_test(server_with_workers_that_are_busy_or_late_is_judged_right),
		cmocka_unit_test(server_at_an_address_of_no_common_network_is_exposed),
		cmocka_unit_test(server_is_tried_at_each_of_its_machines_addresses),
		cmocka_unit_test(tries_come_from_two_machines),
		cmocka_unit_test(command_runs_as_whom_and_how_it_would),
		cmocka_unit_test(server_in_go_is_guarded_by_the_other_engine),
		cmocka_unit_test(command_that_does_not_listen_is_told),
		cmocka_unit_test(usage_wrong_command_lines_say_what_was_expected),
		cmocka_unit_test(json_is_alone_on_standard_output),
		cmocka_unit_test(everything_ends_with_it),
		cmocka_unit_test(terminal_shows_progress_and_colours_and_takes_an_interrupt),
		cmocka_unit_test(namespaces_forbidden_says_what_to_do),
	};

	if (argc > 1)
		cmocka_set_test_filter(argv[1]);
	return cmocka_run_group_tests_name("prove", tests, set_up, drive_tear_down);
}
