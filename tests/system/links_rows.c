/* SPDX-License-Identifier: MIT
 * links_rows.c - the rows of links_test.c. */
#include "system/links_rows.h"

#include "net/addresses.h"
#include "net/places.h"

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))
#define SCRIPTS BG_SOURCE_DIR "/tests/system/servers/"
#define BY_LINK_2 "http://" PLACES_THERE4 ":8080/f"
#define BY_LINK_1 "http://" THERE4 ":8080/f"

/* A name with an address of either link: whoever is pinned falls to the one that it reaches. */
#define NODE                                                                                                           \
	"require(\\`http\\`).get({host: \\`two.test\\`, port: 8080, path: \\`/f\\`, autoSelectFamily: true, "          \
	"autoSelectFamilyAttemptTimeout: 300, lookup: (name, options, done) => done(null, "                            \
	"[{address: \\`" THERE4 "\\`, family: 4}, {address: \\`" PLACES_THERE6 "\\`, family: 6}])}, "                  \
	"answer => answer.pipe(process.stdout)).on(\\`error\\`, () => process.exit(1))"
#define ARIA_DHT                                                                                                       \
	"aria2c -q -d %s --no-conf --enable-dht=true --dht-file-path=%s/dht --dht-listen-port=16881 "                  \
	"--listen-port=16882 --dht-entry-point=" THERE4 ":6881 --bt-enable-lpd=false --stop=2 "                        \
	"\"magnet:?xt=urn:btih:0123456789012345678901234567890123456789\""

/* The name has an address of IPv6 at the first link, and of IPv4 at the second one. The browser tries that of IPv6 first where it
 * has found a way to the Internet of IPv6. */
#define CHROMIUM                                                                                                       \
	"export HOME=$(mktemp -d -p %s); unshare -m sh -c \"mount --bind %s/hosts /etc/hosts && exec chromium "        \
	"--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "         \
	"--disable-component-update --disable-sync --user-data-dir=$HOME/profile --dump-dom "                          \
	"http://two.test:8080/page.html\" | grep -q \"hello from two.test\""
/* Tracker and peer are there by either link. */
#define SWARM "exec /usr/bin/python3 " SCRIPTS "swarm.py %s " THERE4 " " PLACES_THERE4
#define PEER                                                                                                           \
	"cd %s && rm -rf got && until [ -e swarm.torrent ]; do sleep 0.05; done; "                                     \
	"aria2c -q --no-conf -d got --enable-dht=false --bt-enable-lpd=false --listen-port=16881 --seed-time=0 "       \
	"swarm.torrent && cmp got/data seed/data"

const struct link_client link_clients[] = {
	{.name = "curl_pinned",
	 .program = "curl",
	 .bare = "curl -sf --max-time 5 " BY_LINK_1,
	 .pinned = "curl -sf --max-time 1 " BY_LINK_1 "; curl -sf --max-time 5 " BY_LINK_2 " | grep -qx hello"},
	{.name = "wget_pinned",
	 .program = "wget",
	 .bare = "wget -q -t 1 -T 5 -O - " BY_LINK_1,
	 .pinned = "wget -q -t 1 -T 1 -O - " BY_LINK_1 "; wget -q -t 1 -T 5 -O - " BY_LINK_2 " | grep -qx hello"},
	{.name = "node_pinned_selects_the_family",
	 .program = "node",
	 .bare = "node -e \"" NODE "\"",
	 .pinned = "node -e \"" NODE "\" | grep -qx hello"},
	{.name = "aria2_pinned",
	 .program = "aria2c",
	 .bare = ARIA_DHT,
	 .pinned = "aria2c -q -d %s -o g --allow-overwrite=true " BY_LINK_2 " && grep -qx hello %s/g; got=$?; " ARIA_DHT
		   "; exit $got"},
	{.name = "aria2_pinned_in_a_swarm", .program = "aria2c", .bare = PEER, .pinned = PEER, .there = SWARM},
	{.name = "chromium_pinned_takes_the_other_family", .program = "chromium", .bare = CHROMIUM, .pinned = CHROMIUM},
};
const size_t link_client_count = LENGTH(link_clients);

/* A broker of Kafka's kind, or a head of Ray's: it binds the wildcard, and is told to peers, itself among them, by the address
 * of the LAN. It serves nobody before it has reached itself there. */
#define ADVERTISED                                                                                                     \
	"import socket, threading\n"                                                                                   \
	"s = socket.socket(); s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)\n"                               \
	"s.bind((\"0.0.0.0\", 19871)); s.listen(9)\n"                                                                  \
	"c = socket.create_connection((\"" HERE4 "\", 19871), 5); s.accept()[0].sendall(b\"me\")\n"                    \
	"assert c.recv(9) == b\"me\"\n"                                                                                \
	"l = socket.socket(); l.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)\n"                               \
	"l.bind((\"0.0.0.0\", 19872)); l.listen(9)\n"                                                                  \
	"while True: l.accept()[0].sendall(b\"here\")\n"
/* A responder of multicast DNS' kind. */
#define RESPONDER                                                                                                      \
	"import socket\n"                                                                                              \
	"s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)\n"                                                       \
	"s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1); s.bind((\"0.0.0.0\", 19873))\n"                      \
	"s.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, socket.inet_aton(\"" PLACES_GROUP4                  \
	"\") + socket.inet_aton(\"" HERE4 "\"))\n"                                                                     \
	"while True: s.sendto(b\"here\", s.recvfrom(99)[1])\n"
/* The responder itself. It wants a folder of its own in /run, and answers when it has asked whether the name is free. */
#define AVAHI                                                                                                          \
	"#!/bin/sh\nmount -t tmpfs none /run && mkdir /run/avahi-daemon || exit 1\n"                                   \
	"printf \"[server]\\nhost-name=bghost\\nenable-dbus=no\\n[publish]\\npublish-workstation=no\\n\" >$1/avahi\n"  \
	"exec avahi-daemon -f $1/avahi --no-drop-root --no-rlimits --no-chroot\n"
#define MDNS(from) "/usr/bin/python3 " SCRIPTS "mdns.py bghost " from " 2>/dev/null"
#define RESOLVER_RULES                                                                                                 \
	"rule queries { protocol = {\"udp\"} port = {\"8055\"} action = allow }\n"                                     \
	"rule servers { address = {\"wildcard\"} action = limit from = {\"machine\"} }\n"
/* Two nodes of one machine, by its name, which Debian has at 127.0.1.1; and epmd, which each asks for the other. */
#define ERLANG                                                                                                         \
	"#!/bin/sh\nhostname bghost && echo 127.0.1.1 bghost >$1/hosts && mount --bind $1/hosts /etc/hosts || exit "   \
	"1\n"                                                                                                          \
	"export HOME=$1 ERL_CRASH_DUMP=/dev/null; rm -f $1/.erlang.cookie $1/pong\n"                                   \
	"echo cookie >$1/.erlang.cookie; chmod 400 $1/.erlang.cookie\n"                                                \
	"epmd & until epmd -names >&2; do sleep 0.1; done\n"                                                           \
	"erl -noinput -sname server -eval \"timer:sleep(60000).\" & until epmd -names | grep server; do sleep 0.1; "   \
	"done\n"                                                                                                       \
	"until erl -noinput -sname asker -eval \"io:format(\\\"~p~n\\\", [net_adm:ping(server@bghost)]), halt().\" | " \
	"grep -qx pong; do sleep 0.1; done\n"                                                                          \
	"touch $1/pong; wait\n"
#define DIG(at) "dig @" at " -p 8053 bg.lan +short +tries=1 +time=1 | grep -qx 10.1.2.3"

const struct link_server link_servers[] = {
	{.name = "advertised_address_is_reached",
	 .program = "/usr/bin/python3",
	 .server = ADVERTISED,
	 .protocol = BG_PROTOCOL_TCP,
	 .port = 19872,
	 .expected = "AA-A-AS-S---"},
	{.name = "multicast_responder_is_found",
	 .program = "/usr/bin/python3",
	 .server = RESPONDER,
	 .protocol = BG_PROTOCOL_UDP,
	 .port = 19873,
	 .expected = "AA-A-AS-S-AS"},
	{.name = "avahi_is_found",
	 .program = "avahi-daemon",
	 .server = AVAHI,
	 .here = MDNS(HERE4) " && " MDNS(PLACES_HERE4),
	 .there = MDNS(THERE4) " || " MDNS(PLACES_THERE4)},
	{.name = "resolver_resolves_upstream",
	 .program = "dnsmasq",
	 .rules = RESOLVER_RULES,
	 .server = "dnsmasq -k -C /dev/null -p 8053 -R -h -u root -g root --pid-file= --query-port=8055 "
		   "--server=" THERE4 "#8054",
	 .here = DIG("127.0.0.1") " && " DIG(HERE4) " && " DIG(PLACES_HERE4),
	 .there = DIG(HERE4) " || " DIG(PLACES_HERE4)},
	{.name = "erlang_nodes_find_each_other",
	 .program = "erl",
	 .server = ERLANG,
	 .here = "test -e %s/pong && nc.openbsd -z -w 1 127.0.1.1 4369 && nc.openbsd -z -w 1 " HERE4 " 4369",
	 .there = "nc.openbsd -z -w 1 " HERE4 " 4369"},
};
const size_t link_server_count = LENGTH(link_servers);
