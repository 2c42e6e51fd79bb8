/* SPDX-License-Identifier: MIT
 * clients_test.c - clients that bind before they connect: guarded, they reach the second host as they do unguarded. */
#include "net/addresses.h"
#include "system/rows.h"

#define WEB_THERE                                                                                                      \
	"mkdir %D/web && echo hello >%D/web/index.html && "                                                            \
	"exec /usr/bin/python3 -m http.server --directory %D/web --bind :: 8080"
#define NAMES_THERE "exec dnsmasq -k -C /dev/null -p 8053 -R -h -u root -g root --pid-file= --address=/bg.lan/10.1.2.3"
/* UDP first, TCP tells that both are there. */
#define ECHO_THERE                                                                                                     \
	"socat UDP6-RECVFROM:8007,ipv6only=0,fork PIPE & "                                                             \
	"until ss -Hlnu | grep -q :8007; do :; done; exec socat TCP6-LISTEN:8007,fork PIPE"
#define FTP_THERE "mkdir -m 755 %D/ftp %D/empty && echo hello >%D/ftp/file && chown root %D/conf && exec vsftpd %D/conf"
#define LFTP(passive)                                                                                                  \
	"HOME=%D lftp -e 'set net:max-retries 1; set net:timeout 5; set ftp:passive-mode " passive                     \
	"; cat file; quit' ftp://" THERE4 ":8021/ | grep -qx hello"
#define HELLO " | grep -qx hello"
#define NODE_UDP                                                                                                       \
	"const s = require(\"dgram\").createSocket(\"udp4\");"                                                         \
	"s.on(\"message\", m => { console.log(`${m}`); s.close() });"                                                  \
	"s.bind(%P, () => s.connect(8007, \"" THERE4 "\", () => s.send(\"hello\")))"
#define NODE_TCP                                                                                                       \
	"require(\"http\").get({host: \"" THERE4 "\", port: 8080, localPort: %P, localAddress: \"0.0.0.0\"},"          \
	"r => r.pipe(process.stdout))"
#define PYTHON                                                                                                         \
	"import http.client; c = http.client.HTTPConnection(\"" THERE4 "\", 8080, source_address=(\"\", %P));"         \
	"c.request(\"GET\", \"/\"); print(c.getresponse().read().decode())"
#define RUBY "s = TCPSocket.new(\"" THERE4 "\", 8007, \"0.0.0.0\", %P); s.puts \"hello\"; puts s.gets"

static const char vsftpd_conf[] = "listen=YES\n"
				  "listen_port=8021\n"
				  "background=NO\n"
				  "anonymous_enable=YES\n"
				  "no_anon_password=YES\n"
				  "anon_root=%D/ftp\n"
				  "secure_chroot_dir=%D/empty\n"
				  "connect_from_port_20=NO\n";

static const struct server clients[] = {
	{.name = "curl_local_port",
	 .program = "curl",
	 .client = "curl -s --max-time 9 --local-port %P http://" THERE4 ":8080/" HELLO,
	 .peer = WEB_THERE,
	 .peer_port = 8080,
	 .events = {TO_LOOPBACK4}},
	{.name = "curl_local_port_ipv6",
	 .program = "curl",
	 .client = "curl -gs --max-time 9 --local-port %P 'http://[" THERE6 "]:8080/'" HELLO,
	 .peer = WEB_THERE,
	 .peer_port = 8080,
	 .needs_ipv6 = "it connects by IPv6",
	 .events = {TO_DEVICE}},
	{.name = "netcat_source_port",
	 .program = "nc.openbsd",
	 .client = "echo hello | nc.openbsd -N -p %P " THERE4 " 8007" HELLO,
	 .peer = ECHO_THERE,
	 .peer_port = 8007,
	 .events = {TO_LOOPBACK4}},
	{.name = "netcat_source_port_ipv6",
	 .program = "nc.openbsd",
	 .client = "echo hello | nc.openbsd -N -p %P " THERE6 " 8007" HELLO,
	 .peer = ECHO_THERE,
	 .peer_port = 8007,
	 .needs_ipv6 = "it connects by IPv6",
	 .events = {TO_DEVICE}},
	{.name = "netcat_source_port_udp",
	 .program = "nc.openbsd",
	 .client = "echo hello | nc.openbsd -u -W 1 -p %P " THERE4 " 8007" HELLO,
	 .peer = ECHO_THERE,
	 .peer_port = 8007,
	 .events = {UDP_TO_LOOPBACK4}},
	{.name = "socat_sourceport",
	 .program = "socat",
	 .client = "echo hello | socat - TCP4:" THERE4 ":8007,sourceport=%P" HELLO,
	 .peer = ECHO_THERE,
	 .peer_port = 8007,
	 .events = {TO_LOOPBACK4}},
	{.name = "socat_sourceport_udp",
	 .program = "socat",
	 .client = "echo hello | socat -T 1 -t 1 - UDP4:" THERE4 ":8007,sourceport=%P" HELLO,
	 .peer = ECHO_THERE,
	 .peer_port = 8007,
	 .events = {UDP_TO_LOOPBACK4}},
	{.name = "dig_fixed_port",
	 .root = true,
	 .program = "dig",
	 .client = "dig -b '0.0.0.0#%P' @" THERE4 " -p 8053 bg.lan +short +tries=1 | grep -qx 10.1.2.3",
	 .peer = NAMES_THERE,
	 .peer_port = 8053,
	 .events = {UDP_TO_LOOPBACK4}},
	{.name = "dig_fixed_port_ipv6",
	 .root = true,
	 .program = "dig",
	 .client = "dig -b '::#%P' @" THERE6 " -p 8053 bg.lan +short +tries=1 | grep -qx 10.1.2.3",
	 .peer = NAMES_THERE,
	 .peer_port = 8053,
	 .needs_ipv6 = "it connects by IPv6",
	 .events = {UDP_TO_LOOPBACK6}},
	{.name = "python_source_address",
	 .program = "/usr/bin/python3",
	 .client = "/usr/bin/python3 -c '" PYTHON "'" HELLO,
	 .peer = WEB_THERE,
	 .peer_port = 8080,
	 .events = {TO_LOOPBACK4}},
	{.name = "ruby_local_port",
	 .program = "ruby",
	 .client = "ruby -rsocket -e '" RUBY "'" HELLO,
	 .peer = ECHO_THERE,
	 .peer_port = 8007,
	 .events = {TO_LOOPBACK4}},
	{.name = "node_http_local_port",
	 .program = "node",
	 .client = "node -e '" NODE_TCP "'" HELLO,
	 .peer = WEB_THERE,
	 .peer_port = 8080,
	 .events = {TO_LOOPBACK4}},
	{.name = "node_dgram_connected",
	 .program = "node",
	 .client = "node -e '" NODE_UDP "'" HELLO,
	 .peer = ECHO_THERE,
	 .peer_port = 8007,
	 .events = {UDP_TO_LOOPBACK4}},
	{.name = "lftp_passive",
	 .program = "lftp",
	 .client = LFTP("yes"),
	 .peer = FTP_THERE,
	 .peer_port = 8021,
	 .conf = vsftpd_conf,
	 .root = true},
	{.name = "lftp_active_listens_on_the_address_of_its_connection",
	 .program = "lftp",
	 .client = LFTP("no"),
	 .peer = FTP_THERE,
	 .peer_port = 8021,
	 .conf = vsftpd_conf,
	 .root = true,
	 .events = {"lftp tcp " HERE4 ":", " left exposed (no rule matches)"}},
	/* The known limit of datagrams that are sent unconnected from a fixed port, and its rule. */
	{.name = "socat_sendto_needs_a_rule",
	 .program = "socat",
	 .client = "echo hello | socat -T 1 -t 1 - UDP4-SENDTO:" THERE4 ":8007,sourceport=%P" HELLO,
	 .peer = ECHO_THERE,
	 .peer_port = 8007,
	 .rules = "rule \"senders\" {\n  program = {\"socat*\"}\n  protocol = {\"udp\"}\n  action = allow\n}\n",
	 .events = {" udp 0.0.0.0:%P left exposed (allow, rule \"senders\")"}},
};

int
main(int argc, char **argv)
{
	const struct table table = {"clients", clients, sizeof(clients) / sizeof(clients[0])};

	return rows_run_clients(&table, argc > 1 ? argv[1] : NULL);
}
