/* SPDX-License-Identifier: MIT
 * network_test.c - name servers, FTP, and daemons that start others, change root, drop privileges or close descriptors. */
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
				   "  forward-addr: 10.99.0.2@8053\n";

/* RPCBPROC_DUMP, version 3: the list of what rpcbind knows, its own entries with their owner. */
#define RPC_DUMP                                                                                                       \
	"bgrd\0\0\0\0\0\0\0\2\0\1\206\240\0\0\0\3\0\0\0\4"                                                             \
	"\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"
#define RPC_DUMP_TCP "\200\0\0\50" RPC_DUMP
/* Its socket is one of the file system, too: below a /run of its own. */
#define RPCBIND "unshare", "-m", "sh", "-c", "mount -t tmpfs none /run && exec rpcbind -f -s"

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

#define SSHD                                                                                                           \
	"mount -t tmpfs none /run && mkdir /run/sshd && ssh-keygen -q -t ed25519 -N '' -f %D/key && "                  \
	"exec /usr/sbin/sshd -D -e -f /dev/null -h %D/key -o Port=%P -o PidFile=none -o StrictModes=no "               \
	"-o AuthorizedKeysFile=%D/key.pub"
#define SSH                                                                                                            \
	"ssh -F /dev/null -i %D/key -p %P -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null root@127.0.0.1 " \
	"echo logged in | grep -qx 'logged in'"

static const char xinetd_conf[] = "service bindguard-echo\n"
				  "{\n"
				  "  type = UNLISTED\n"
				  "  port = %P\n"
				  "  socket_type = stream\n"
				  "  protocol = tcp\n"
				  "  wait = no\n"
				  "  user = root\n"
				  "  server = /bin/cat\n"
				  "}\n";

static const struct server servers[] = {
	{.name = "dnsmasq_udp",
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
	 .words = {DNSMASQ},
	 .request = DNS_QUERY_TCP,
	 .size = sizeof(DNS_QUERY_TCP) - 1,
	 .answer = DNS_ADDRESS,
	 .ipv4 = true,
	 .ipv6 = true,
	 .table = "127.0.0.1:%P %T",
	 .events = {TO_LOOPBACK4, TO_LOOPBACK6}},
	{.name = "unbound_forwards_to_the_second_host",
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
	 .events = {TO_DEVICE, "lftp tcp 0.0.0.0:0 -> "}},
	{.name = "sshd_two_sockets",
	 .program = "/usr/sbin/sshd",
	 .words = {"unshare", "-m", "sh", "-c", SSHD},
	 .root = true,
	 .request = "SSH-2.0-bindguard\r\n",
	 .answer = "SSH-2.0-OpenSSH",
	 .ipv4 = true,
	 .ipv6 = true,
	 .client = SSH,
	 .table = "127.0.0.1:%P %T",
	 .events = {TO_LOOPBACK4, TO_LOOPBACK6}},
	{.name = "rpcbind_tcp",
	 .program = "rpcbind",
	 .words = {RPCBIND},
	 .root = true,
	 .port = 111,
	 .request = RPC_DUMP_TCP,
	 .size = sizeof(RPC_DUMP_TCP) - 1,
	 .answer = "superuser",
	 .ipv4 = true,
	 .ipv6 = true,
	 .table = "127.0.0.1:%P %T",
	 .events = {TO_LOOPBACK4, TO_LOOPBACK6}},
	{.name = "rpcbind_udp",
	 .program = "rpcbind",
	 .words = {RPCBIND},
	 .root = true,
	 .port = 111,
	 .udp = true,
	 .request = RPC_DUMP,
	 .size = sizeof(RPC_DUMP) - 1,
	 .answer = "superuser",
	 .ipv4 = true,
	 .ipv6 = true,
	 .table = "127.0.0.1:%P %T",
	 .events = {UDP_TO_LOOPBACK4, UDP_TO_LOOPBACK6}},
	{.name = "xinetd_dualstack",
	 .words = {"xinetd", "-dontfork", "-f", "%D/conf", "-pidfile", "%D/pid"},
	 .conf = xinetd_conf,
	 .request = "echo this\n",
	 .answer = "echo this",
	 .ipv4 = true,
	 .ipv6 = true,
	 .table = "*%lo:%P",
	 .events = {TO_DEVICE}},
	{.name = "systemd_socket_activate_dualstack",
	 .words = {"systemd-socket-activate", "-l", "%P", "--inetd", "-a", "/bin/cat"},
	 .request = "echo this\n",
	 .answer = "echo this",
	 .ipv4 = true,
	 .ipv6 = true,
	 .table = "*%lo:%P",
	 .events = {TO_DEVICE}},
};

int
main(void)
{
	const struct table table = {"network", servers, sizeof(servers) / sizeof(servers[0])};

	return rows_run(&table);
}
