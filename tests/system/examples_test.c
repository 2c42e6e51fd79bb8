/* SPDX-License-Identifier: MIT
 * examples_test.c - what each file of conf/examples opens, and what it keeps shut, with the programs that it is for: seen
 * from this machine and from the second one, first unguarded. A file without a row here fails a test. On cmocka. */
#include <glob.h>
#include <poll.h>
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

#include "net/net.h"
#include "system/example.h"

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))
#define EXAMPLES BG_SOURCE_DIR "/conf/examples/"
#define DEFAULT "../bindguard.conf"

/* A second cable, between the devices wg0 of both hosts. */
#define VPN4 "198.18.0.1"
#define VPN6 "2001:db8:1::1"

static const char nginx_conf[] = "daemon off; master_process off; pid %D/pid; error_log stderr;\n"
				 "events { }\n"
				 "http { access_log off; client_body_temp_path %D/body; proxy_temp_path %D/proxy;\n"
				 "  fastcgi_temp_path %D/fcgi; uwsgi_temp_path %D/uwsgi; scgi_temp_path %D/scgi;\n"
				 "  server { listen %P; listen [::]:%P; return 200 hello; } }\n";
#define NGINX                                                                                                          \
	.words = {"nginx", "-p", "%D", "-c", "%D/conf", "-g", "user root;"}, .conf = nginx_conf, HTTP, .ipv4 = true,   \
	.ipv6 = true
#define PYTHON .words = {"/usr/bin/python3", "-m", "http.server", "--directory", "%D", "%P"}, HTTP, .ipv4 = true
#define PYTHON_SHUT PYTHON, .table = "127.0.0.1:%P", .events = {TO_LOOPBACK4}
#define GET(address) "curl -gsf -m 2 http://" address ":%P/ >/dev/null"
#define VPN .expect = example_expect_vpn, .there = GET(VPN4) " && " GET("[" VPN6 "]")
#define VITE BG_BUILD_DIR "/npm/node_modules/"
#define VITE_SERVER                                                                                                    \
	.program = VITE ".bin/vite",                                                                                   \
	.words = {"node", VITE "vite/bin/vite.js", "%D", "--host", "--port", "%P", "--strictPort"},                    \
	.file = "index.html", .conf = "<title>hello</title>\n", .ipv4 = true, .ipv6 = true,                            \
	.request = "GET / HTTP/1.1\r\nHost: localhost\r\nAccept: text/html\r\nConnection: close\r\n\r\n",              \
	.answer = "/@vite/client"

/* A query for the address of bg.lan, and that address, 10.1.2.3. A resolver here asks the second host for it. */
#define DNS_QUERY "BG\1\0\0\1\0\0\0\0\0\0\2bg\3lan\0\0\1\0\1"
#define DNSMASQ(port)                                                                                                  \
	"dnsmasq", "-k", "-C", "/dev/null", "-p", port, "-R", "-h", "-u", "root", "-g", "root", "--pid-file="
#define RESOLVER RESOLVER_SERVED, .table = "127.0.0.1:%P %T", .events = {UDP_TO_LOOPBACK4, UDP_TO_LOOPBACK6}
#define RESOLVER_SERVED                                                                                                \
	.root = true, .port = 53, .udp = true, .request = DNS_QUERY, .size = sizeof(DNS_QUERY) - 1,                    \
	.answer = "\12\1\2\3", .ipv4 = true, .ipv6 = true,                                                             \
	.client = "dig @127.0.0.1 other.bg.lan +short +tries=1 +timeout=5 | grep -qx 10.1.2.3",                        \
	.peer = "exec dnsmasq -k -C /dev/null -p 8053 -R -h -u root -g root --pid-file= --address=/bg.lan/10.1.2.3",   \
	.peer_port = 8053
#define DNSMASQ_FORWARDS DNSMASQ("53"), "--server=" THERE4 "#8053"
/* Its queries leave from where the kernel might have chosen: what a trial there reaches is no server. */
#define DNSMASQ_QUERY_PORT DNSMASQ_FORWARDS, "--query-port=40053"
static const char unbound_conf[] = "server:\n"
				   "  interface: 0.0.0.0\n"
				   "  interface: ::0\n"
				   "  udp-connect: no\n"
				   "  outgoing-port-avoid: 0-32999\n"
				   "  outgoing-port-avoid: 60000-65535\n"
				   "  do-daemonize: no\n"
				   "  username: \"\"\n"
				   "  chroot: \"\"\n"
				   "  directory: \"%D\"\n"
				   "  pidfile: \"\"\n"
				   "  use-syslog: no\n"
				   "  module-config: iterator\n"
				   "  access-control: 0.0.0.0/0 allow\n"
				   "  access-control: ::0/0 allow\n"
				   "remote-control:\n"
				   "  control-enable: no\n"
				   "forward-zone:\n"
				   "  name: .\n"
				   "  forward-addr: " THERE4 "@8053\n";

/* A client that sends from a fixed port, under the name of the program that the rule is for. */
#define SENDER(name)                                                                                                   \
	.words = {"sh", "-c",                                                                                          \
		  "cd %D && cp /usr/bin/python3 " name " && exec ./" name                                              \
		  " %S/tests/system/servers/sender.py %P " THERE4},                                                    \
	.root = true, .udp = true, .request = "question", .answer = "heard question", .ipv4 = true,                    \
	.client = "[ -e %D/answered ]",                                                                                \
	.peer = "socat UDP-RECVFROM:%P,fork EXEC:cat & exec socat TCP-LISTEN:8054,fork EXEC:cat", .peer_port = 8054
#define SENDER_OPEN(rule) .events = {"udp 0.0.0.0:%P left exposed (allow, rule \"" rule "\")"}
/* mDNS: the name that it is asked for at this host's address. */
#define AVAHI_QUERY "BG\1\0\0\1\0\0\0\0\0\0\6bghost\5local\0\0\1\0\1"
#define AVAHI                                                                                                          \
	"mount -t tmpfs none /run && mkdir /run/avahi-daemon && chown avahi /run/avahi-daemon && "                     \
	"exec avahi-daemon --no-rlimits -f %D/conf"

static const struct example_row examples[] = {
	{DEFAULT, example_expect_shut,
	 .server = {.name = "default_dnsmasq_needs_no_rule", .words = {DNSMASQ_FORWARDS}, RESOLVER}},
	{"fixed-port-udp.conf", example_expect_shut,
	 .server = {.name = "fixed_port_udp_dnsmasq_answers_this_machine", .words = {DNSMASQ_QUERY_PORT}, RESOLVER}},
	{"fixed-port-udp.conf", example_expect_shut,
	 .server = {.name = "fixed_port_udp_unbound_answers_this_machine",
		    .words = {"unbound", "-c", "%D/conf"},
		    .conf = unbound_conf,
		    RESOLVER}},
	{"fixed-port-udp.conf", example_expect_open,
	 .server = {.name = "fixed_port_udp_openvpn_sends",
		    .port = 1194,
		    SENDER("openvpn"),
		    SENDER_OPEN("openvpn-client")}},
	{"fixed-port-udp.conf", example_expect_open,
	 .server = {.name = "fixed_port_udp_avahi_is_found",
		    .program = "avahi-daemon",
		    .words = {"unshare", "-m", "sh", "-c", AVAHI},
		    .conf = "[server]\nhost-name=bghost\nuse-ipv6=no\nenable-dbus=no\n",
		    .root = true,
		    .port = 5353,
		    .udp = true,
		    .request = AVAHI_QUERY,
		    .size = sizeof(AVAHI_QUERY) - 1,
		    .answer = "BG\204",
		    .ipv4 = true,
		    .log = "out",
		    .events = {"udp 0.0.0.0:%P left exposed (allow, rule \"discovery\")"}}},
	{"fixed-port-udp.conf", example_expect_shut,
	 .server = {.name = "fixed_port_udp_servers_are_shut", PYTHON_SHUT}},
	{"udp-on-fixed-ports.conf", example_expect_open,
	 .server =
		 {.name = "udp_on_fixed_ports_openvpn_sends", .port = 1194, SENDER("openvpn"), SENDER_OPEN("openvpn")}},
	{"udp-on-fixed-ports.conf", example_expect_open,
	 .server = {.name = "udp_on_fixed_ports_chronyd_sends", .port = 123, SENDER("chronyd"), SENDER_OPEN("ntp")}},
	{"udp-on-fixed-ports.conf", example_expect_open,
	 .server = {.name = "udp_on_fixed_ports_dhclient_sends", .port = 68, SENDER("dhclient"), SENDER_OPEN("dhcp")}},
	{"udp-on-fixed-ports.conf", example_expect_shut,
	 .server = {.name = "udp_on_fixed_ports_dnsmasq_answers_this_machine", .words = {DNSMASQ_FORWARDS}, RESOLVER}},
	{"udp-on-fixed-ports.conf", example_expect_shut,
	 .server = {.name = "udp_on_fixed_ports_servers_are_shut", PYTHON_SHUT}},
	{"one-port-open.conf", example_expect_open, .server = {.name = "one_port_open_8080_is", .port = 8080, PYTHON}},
	{"one-port-open.conf", example_expect_shut, .server = {.name = "one_port_open_others_are_shut", PYTHON_SHUT}},
	{"one-interface.conf", VPN,
	 .server = {.name = "one_interface_nginx_at_the_vpn",
		    NGINX,
		    .events = {"tcp 0.0.0.0:%P -> " VPN4 ":%P (rewrite, rule \"vpn\")"}}},
	{"one-interface.conf", example_expect_shut_alone, .there = GET(HERE4) " || " GET(VPN4), .alone = true,
	 .server = {.name = "one_interface_loopback_stays",
		    .words = {"/usr/bin/python3", "-m", "http.server", "--directory", "%D", "--bind", "127.0.0.1",
			      "%P"},
		    .client = GET("127.0.0.1")}},
	{"pin-to-vpn.conf", VPN,
	 .server = {.name = "pin_to_vpn_nginx_is",
		    NGINX,
		    .events = {"tcp 0.0.0.0:%P -> " VPN4 ":%P (rewrite, rule \"nginx-on-vpn\")"}}},
	{"pin-to-vpn.conf", example_expect_shut, .server = {.name = "pin_to_vpn_others_are_shut", PYTHON_SHUT}},
	{"machine-and-vpn.conf", example_expect_limited, .there = GET(VPN4) " && " GET("[" VPN6 "]"),
	 .here = GET(HERE4) " && " GET("[" HERE6 "]") " && " GET("127.0.1.1"),
	 .server = {.name = "machine_and_vpn_nginx_answers",
		    NGINX,
		    .events = {"tcp 0.0.0.0:%P -> 0.0.0.0:%P from machine,wg0 (limit, rule \"servers\")"}}},
	{"machine-and-vpn.conf", example_expect_limited,
	 .server = {.name = "machine_and_vpn_dnsmasq_resolves_upstream",
		    .words = {DNSMASQ_QUERY_PORT},
		    RESOLVER_SERVED,
		    .events = {"udp 0.0.0.0:%P -> 0.0.0.0:%P from machine,wg0 (limit, rule \"servers\")"}}},
	{"machine-and-vpn.conf", example_expect_limited,
	 .server = {.name = "machine_and_vpn_unbound_resolves_upstream",
		    .words = {"unbound", "-c", "%D/conf"},
		    .conf = unbound_conf,
		    RESOLVER_SERVED,
		    .events = {"udp 0.0.0.0:%P -> 0.0.0.0:%P from machine,wg0 (limit, rule \"servers\")"}}},
	{"lan-port.conf", example_expect_open, .server = {.name = "lan_port_vite_is_open", .port = 5173, VITE_SERVER}},
	{"lan-port.conf", example_expect_shut,
	 .server = {.name = "lan_port_vite_elsewhere_is_shut", VITE_SERVER, .table = "*%lo:%P", .events = {TO_DEVICE}}},
	{"lan-port.conf", example_expect_shut,
	 .server = {.name = "lan_port_others_are_shut", .port = 5173, PYTHON_SHUT}},
	{"lan-port.conf", example_expect_shut_alone, .there = GET(HERE4), .alone = true,
	 .server = {.name = "lan_port_a_lan_address_is_shut",
		    .words = {"/usr/bin/python3", "-m", "http.server", "--directory", "%D", "--bind", HERE4, "%P"},
		    .client = GET("127.0.0.1"),
		    .events = {"tcp " HERE4 ":%P -> 127.0.0.1:%P (rewrite, rule \"no-other-address\")"}}},
	{"deny.conf", example_expect_denied, .there = GET(HERE4), .closed = true,
	 .server = {.name = "deny_wildcard_is_denied",
		    PYTHON,
		    .events = {"tcp 0.0.0.0:%P denied: EADDRNOTAVAIL (deny, rule \"rest\")"}}},
	{"deny.conf", example_expect_denied, .there = GET(HERE4), .closed = true,
	 .server = {.name = "deny_low_port_is_denied",
		    .port = 80,
		    PYTHON,
		    .events = {"tcp 0.0.0.0:%P denied: EPERM (deny, rule \"low-ports\")"}}},
	{"deny.conf", example_expect_shut_alone, .there = GET(HERE4), .alone = true,
	 .server = {.name = "deny_loopback_serves",
		    .words = {"/usr/bin/python3", "-m", "http.server", "--directory", "%D", "--bind", "127.0.0.1",
			      "%P"},
		    .client = GET("127.0.0.1")}},
	{"audit.conf", example_expect_audited,
	 .there = "jq -c 'select(.exposed) | [.program, .requested]' %D/log | "
		  "grep -x '\\[\"python3[.0-9]*\",{\"address\":\"0.0.0.0\",\"port\":%P}]' >/dev/null",
	 .server = {.name = "audit_changes_nothing", PYTHON, .events = {"\"rule\":\"servers\",\"mode\":\"observe\""}}},
};

/** as_shown - a row: the example's text becomes the rules of a copy of its server, which runs unguarded, then guarded. */
static void
as_shown(void **state)
{
	const struct example_row *row = *state;
	struct server server = row->server;
	char path[512], rules[4096];
	size_t length;
	struct run run;
	FILE *file;

	snprintf(path, sizeof(path), EXAMPLES "%s", row->example);
	file = fopen(path, "re");
	assert_non_null(file);
	length = fread(rules, 1, sizeof(rules) - 1, file);
	fclose(file);
	assert_in_range(length, 1, sizeof(rules) - 2);
	rules[length] = '\0';
	server.rules = rules;
	rows_start(&run, &server, GUARD_NONE);
	if (!row->alone)
		rows_expect_open(&run);
	server_stop(&run);
	if (row->closed)
		rows_expect(&run, !server_start(&run, &server, GUARD_PRELOAD), "it listens");
	else
		rows_start(&run, &server, GUARD_PRELOAD);
	row->expect(&run, row);
	server_stop(&run);
}

/** every_example_has_a_row - so that no advice is unproved. */
static void
every_example_has_a_row(void **state)
{
	glob_t found;

	(void)state;
	assert_int_equal(glob(EXAMPLES "*", 0, NULL, &found), 0);
	for (size_t i = 0; i < found.gl_pathc; i++) {
		const char *name = strrchr(found.gl_pathv[i], '/') + 1;
		bool shown = false;

		for (size_t row = 0; row < LENGTH(examples); row++)
			shown = shown || strcmp(examples[row].example, name) == 0;
		if (!shown)
			fail_msg("conf/examples/%s: no row of tests/system/examples_test.c shows what it does", name);
	}
	globfree(&found);
}

/** set_up - both hosts, and the cable between their wg0. */
static int
set_up(void **state)
{
	char command[512];

	(void)state;
	if (net_set_up())
		return -1;
	snprintf(command, sizeof(command),
		 "ip link add wg0 type veth peer name wg1 && ip link set wg1 netns /proc/%d/fd/%d && "
		 "ip addr add " VPN4 "/24 dev wg0 && ip addr add " VPN6 "/64 dev wg0 nodad && ip link set wg0 up",
		 getpid(), net_network()->namespaces[SIDE_THERE]);
	if (net_run(SIDE_HERE, command))
		return -1;
	return net_run(SIDE_THERE, "ip addr add 198.18.0.2/24 dev wg1 && ip addr add 2001:db8:1::2/64 dev wg1 nodad && "
				   "ip link set wg1 up");
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
	struct CMUnitTest tests[LENGTH(examples) + 1] = {cmocka_unit_test(every_example_has_a_row)};
	char path[4096];

	for (size_t i = 0; i < LENGTH(examples); i++) {
		union {
			const struct example_row *in;
			void *out;
		} row = {.in = &examples[i]};

		tests[i + 1] = (struct CMUnitTest){
			.name = row.in->server.name, .test_func = as_shown, .initial_state = row.out};
	}
	snprintf(path, sizeof(path), "%s:/usr/sbin:/sbin", getenv("PATH"));
	setenv("PATH", path, 1);
	if (argc > 1)
		cmocka_set_test_filter(argv[1]);
	return cmocka_run_group_tests_name("examples", tests, set_up, tear_down);
}
