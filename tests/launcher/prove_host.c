/* SPDX-License-Identifier: MIT
 * prove_host.c - runs `bindguard prove` as each user, with servers and what must be said of them. */
#include "launcher/prove_host.h"

#include <regex.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <unistd.h>

#include <cmocka.h>

#include "launcher/drive.h"

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))
#define NOBODY "setpriv --reuid=65534 --regid=65534 --clear-groups "

/** serve - a server: `serve PROTOCOL ADDRESS PORT[,OPTION...]...`, each a socket. */
static const char serve[] =
	"#!/usr/bin/python3\n"
	"import ctypes, select, signal, socket, struct, sys, time\n"
	"kept, ending = [], []\n"
	"words = sys.argv[1:]\n"
	"if words[0] == 'status':\n" /* what it was started with */
	"    print(open('/proc/self/status').read(), flush=True)\n"
	"    words = words[1:] or sys.exit()\n"
	"if words[0] == 'filter':\n" /* may this user's TCP sockets have one? */
	"    code = ctypes.create_string_buffer(struct.pack('HBBI', 6, 0, 0, 0xffffffff))\n"
	"    program = struct.pack('HP', 1, ctypes.addressof(code))\n"
	"    sys.exit(socket.socket().setsockopt(socket.SOL_SOCKET, 26, program))\n"
	"for kind, address, rest in zip(words[::3], words[1::3], words[2::3]):\n"
	"    port, *options = rest.split(',')\n"
	"    family = socket.AF_INET6 if ':' in address else socket.AF_INET\n"
	"    s = socket.socket(family, socket.SOCK_DGRAM if kind == 'udp' else socket.SOCK_STREAM,"
	" 262 if kind == 'mptcp' else 0)\n"
	"    for option in options:\n"
	"        if option == 'only': s.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)\n"
	"        elif option == 'shared': s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)\n"
	"        elif option == 'again': s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)\n"
	"        elif option == 'small': s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1)\n"
	"        elif option == 'end': sys.exit()\n"
	"        elif option == 'later': time.sleep(1.2)\n"
	"        elif option == 'soon': time.sleep(0.2)\n"
	"        elif option == 'joins' and ':' in address:\n"
	"            group = socket.inet_pton(family, 'ff05::1234') + struct.pack('I', 0)\n"
	"            s.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_JOIN_GROUP, group)\n"
	"        elif option == 'joins':\n" /* and names no device */
	"            group = socket.inet_aton('239.1.2.3') + bytes(4)\n"
	"            s.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, group)\n"
	"        elif option in ('deaf', 'once', 'peers', 'opens', 'busy'): pass\n"
	"        else: s.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, option.encode())\n"
	"    scope = socket.if_nametoindex('eth0') if address.startswith('fe80') else 0\n"
	"    s.bind((address, int(port), 0, scope) if ':' in address else (address, int(port)))\n"
	"    if kind != 'udp': s.listen(0 if {'deaf', 'once', 'busy'} & set(options) else 8)\n"
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

/** prove_users - prefixes of the command: as this test's own user, and as nobody where that can be had. */
const char *prove_users[2] = {"", NULL};

const char *prove_nobody;

/** prove_possible - skip by name where there are no network namespaces for the user with that prefix. */
void
prove_possible(const char *user)
{
	if (drive("%sunshare -n true || %sunshare -Urn true", user, user)->status == 0)
		return;
	print_message("skipped: %s may have no network namespace here\n", user[0] ? "an ordinary user" : "this user");
	skip();
}

/** prove_expect_line - @text has a line that matches @pattern. */
void
prove_expect_line(const char *text, const char *pattern, const char *what)
{
	regex_t regex;
	int missing;

	assert_int_equal(regcomp(&regex, pattern, REG_EXTENDED | REG_NEWLINE | REG_NOSUB), 0);
	missing = regexec(&regex, text, 0, NULL, 0);
	regfree(&regex);
	if (missing)
		fail_msg("%s\nhas no line %s, but:\n%s", what, pattern, text);
}

/** prove_expect - as each of the users. */
void
prove_expect(const struct prove_case *cases, size_t count)
{
	size_t runs = 0;

	for (size_t user = 0; user < LENGTH(prove_users) && prove_users[user]; user++) {
		prove_possible(prove_users[user]);
		for (size_t i = 0; i < count; i++, runs++) {
			const struct drive_result *result = drive_expect(cases[i].status, NULL, "%s$BG prove %s",
									 prove_users[user], cases[i].command);

			for (size_t line = 0; line < LENGTH(cases[i].lines) && cases[i].lines[line]; line++)
				prove_expect_line(result->out, cases[i].lines[line], cases[i].command);
			prove_expect_line(result->out, cases[i].summary, cases[i].command);
		}
	}
	figure("%zu commands proved", runs);
}

/** prove_set_up - the programs, where any user finds them. */
int
prove_set_up(void **state)
{
	if (drive_set_up(state))
		return -1;
	if (geteuid() == 0 && drive(NOBODY "true")->status == 0)
		prove_users[1] = prove_nobody = NOBODY;
	return drive_write("serve", serve, 0755) && drive_write("keys", keys, 0755) &&
			       drive("cp " BG_BUILD_DIR "/hosts/go_server .")->status == 0
		       ? 0
		       : -1;
}
