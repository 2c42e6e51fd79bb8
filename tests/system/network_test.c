/* SPDX-License-Identifier: MIT
 * network_test.c - name servers and FTP, with a second host to forward to and to transfer from. */
#include "net/addresses.h"
#include "system/rows.h"

/* A query for the address of bg.lan, and that address, 10.1.2.3. */
#define DNS_QUERY "BG\1\0\0\1\0\0\0\0\0\0\2bg\3lan\0\0\1\0\1"
#define DNS_QUERY_TCP "\0\30" DNS_QUERY
#define DNS_ADDRESS "\12\1\2\3"
#define DNSMASQ                                                                                                        \
	"dnsmasq", "-k", "-C", "/dev/null", "-p", "%P", "-R", "-h", "-u", "root", "-g", "root",                        \
		"--pid-file=", "--address=/bg.lan/10.1.2.3"
#define DNSMASQ_THERE                                                                                                  \
	"exec dnsmasq -k -C /dev/null -p 8053 -R -h -u root -g root --pid-file= --address=/bg.lan/10.1.2.3"

static const char unbound_conf[] = "server:\n"
				   "  interface: 0.0.0.0\n"
				   "  interface: ::0\n"
				   "  port: %P\n"
				   "  num-threads: 2\n"
				   "  so-reuseport: yes\n"
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

#define VSFTPD(listen)                                                                                                 \
	listen "=YES\n"                                                                                                \
	       "listen_port=%P\n"                                                                                      \
	       "background=NO\n"                                                                                       \
	       "anonymous_enable=YES\n"                                                                                \
	       "no_anon_password=YES\n"                                                                                \
	       "anon_root=%D/ftp\n"                                                                                    \
	       "secure_chroot_dir=%D/empty\n"                                                                          \
	       "connect_from_port_20=NO\n"
#define VSFTPD_WORDS                                                                                                   \
	"sh", "-c",                                                                                                    \
		"mkdir -m 755 %D/ftp %D/empty && echo hello >%D/ftp/file && chown root %D/conf && "                    \
		"exec vsftpd %D/conf"
#define LFTP(passive)                                                                                                  \
	"HOME=%D lftp -e 'set net:max-retries 1; set net:timeout 5; set ftp:passive-mode " passive                     \
	"; cat file; quit' ftp://127.0.0.1:%P/ | grep -qx hello"

static const struct server servers[] = {
	{.name = "dnsmasq_udp",
	 .root = true,
	 .words = {DNSMASQ},
	 .udp = true,
	 .request = DNS_QUERY,
	 .size = sizeof(DNS_QUERY) - 1,
	 .answer = DNS_ADDRESS,
	 .ipv4 = true,
	 .ipv6 = true,
	 .table = "127.0.0.1:%P %T",
	 .events = {UDP_TO_LOOPBACK4, UDP_TO_LOOPBACK6}},
	{.name = "dnsmasq_tcp",
	 .root = true,
	 .words = {DNSMASQ},
	 .request = DNS_QUERY_TCP,
	 .size = sizeof(DNS_QUERY_TCP) - 1,
	 .answer = DNS_ADDRESS,
	 .ipv4 = true,
	 .ipv6 = true,
	 .table = "127.0.0.1:%P %T",
	 .events = {TO_LOOPBACK4, TO_LOOPBACK6}},
	{.name = "unbound_forwards_to_the_second_host",
	 .root = true,
	 .words = {"unbound", "-c", "%D/conf"},
	 .conf = unbound_conf,
	 .udp = true,
	 .request = DNS_QUERY,
	 .size = sizeof(DNS_QUERY) - 1,
	 .answer = DNS_ADDRESS,
	 .ipv4 = true,
	 .ipv6 = true,
	 .client = "dig @127.0.0.1 -p %P other.bg.lan +short +tries=1 +timeout=5 | grep -qx 10.1.2.3",
	 .peer = DNSMASQ_THERE,
	 .peer_port = 8053,
	 .table = "127.0.0.1:%P %T",
	 .events = {UDP_TO_LOOPBACK4, UDP_TO_LOOPBACK6}},
	{.name = "vsftpd_and_lftp_passive",
	 .program = "vsftpd",
	 .words = {VSFTPD_WORDS},
	 .conf = VSFTPD("listen"),
	 .root = true,
	 .request = "USER anonymous\r\n",
	 .answer = "230",
	 .ipv4 = true,
	 .client = LFTP("yes"),
	 .table = "127.0.0.1:%P",
	 .events = {TO_LOOPBACK4}},
	{.name = "vsftpd_dualstack_and_lftp_active",
	 .program = "vsftpd",
	 .words = {VSFTPD_WORDS},
	 .conf = VSFTPD("listen_ipv6"),
	 .root = true,
	 .request = "USER anonymous\r\n",
	 .answer = "230",
	 .ipv4 = true,
	 .ipv6 = true,
	 .client = LFTP("no"),
	 .table = "*%lo:%P",
	 .events = {TO_DEVICE, "lftp tcp 0.0.0.0:0 -> 0.0.0.0:",
		    "%lo (rewrite, rule \"servers\"; already bound: confined, since its address cannot change)"}},
};

int
main(int argc, char **argv)
{
	const struct table table = {"network", servers, sizeof(servers) / sizeof(servers[0])};

	return rows_run(&table, argc > 1 ? argv[1] : NULL);
}
