/* SPDX-License-Identifier: MIT
 * daemons_test.c - what starts others, changes root, drops privileges, closes or reuses descriptors, or goes behind. */
#include "system/rows.h"

/* RPCBPROC_DUMP, version 3: the list of what rpcbind knows, its own entries with their owner. */
#define RPC_DUMP                                                                                                       \
	"bgrd\0\0\0\0\0\0\0\2\0\1\206\240\0\0\0\3\0\0\0\4"                                                             \
	"\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"
#define RPC_DUMP_TCP "\200\0\0\50" RPC_DUMP
/* Its socket is one of the file system, too: below a /run of its own. */
#define RPCBIND "unshare", "-m", "sh", "-c", "mount -t tmpfs none /run && exec rpcbind -f -s"

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

static const char dovecot_conf[] = "protocols = imap\n"
				   "base_dir = %D/run\n"
				   "log_path = /dev/stderr\n"
				   "passdb {\n"
				   "  driver = static\n"
				   "  args = password=hello\n"
				   "}\n"
				   "ssl = no\n"
				   "default_login_user = nobody\n"
				   "default_internal_user = nobody\n"
				   "default_internal_group = nogroup\n"
				   "service imap-login {\n"
				   "  inet_listener imap {\n"
				   "    port = %P\n"
				   "  }\n"
				   "  inet_listener imaps {\n"
				   "    port = 0\n"
				   "  }\n"
				   "}\n";

/* Version 2.4 wants to be told which version a file is for, and has other names for a password. */
#define DOVECOT                                                                                                        \
	"case $(dovecot --version) in 2.[0-3].*) ;; *) "                                                               \
	"{ echo dovecot_config_version = 2.4.0; echo dovecot_storage_version = 2.4.0; "                                \
	"sed 's/^passdb {/passdb static {/; /driver = static/d; s/args = password=/password = /' %D/conf; } "          \
	">%D/conf24 "                                                                                                  \
	"&& mv %D/conf24 %D/conf;; esac && exec dovecot -F -c %D/conf"

/* Multicast DNS takes a plain query by unicast, too. It has changed root when it binds: the log goes to stderr. */
#define AVAHI_QUERY "BG\1\0\0\1\0\0\0\0\0\0\6bghost\5local\0\0\1\0\1"
#define AVAHI                                                                                                          \
	"mount -t tmpfs none /run && mkdir /run/avahi-daemon && chown avahi /run/avahi-daemon && "                     \
	"exec avahi-daemon --no-rlimits -f %D/conf"
static const char avahi_conf[] = "[server]\n"
				 "host-name=bghost\n"
				 "use-ipv6=no\n"
				 "enable-dbus=no\n";

/* A daemon that leaves its group: a process namespace takes it along when it ends. */
#define BEHIND(command) "unshare", "-pf", "--kill-child", "sh", "-c", "trap exit TERM; " command "; sleep 600 & wait"

static const struct server servers[] = {
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
	 .root = true,
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
	{.name = "dovecot_two_sockets",
	 .program = "dovecot",
	 .words = {"sh", "-c", DOVECOT},
	 .conf = dovecot_conf,
	 .root = true,
	 .request = "a CAPABILITY\r\n",
	 .answer = "a OK",
	 .ipv4 = true,
	 .ipv6 = true,
	 .table = "127.0.0.1:%P %T",
	 .events = {TO_LOOPBACK4, TO_LOOPBACK6}},
	{.name = "avahi_in_another_root",
	 .program = "avahi-daemon",
	 .words = {"unshare", "-m", "sh", "-c", AVAHI},
	 .conf = avahi_conf,
	 .root = true,
	 .port = 5353,
	 .udp = true,
	 .request = AVAHI_QUERY,
	 .size = sizeof(AVAHI_QUERY) - 1,
	 .answer = "BG\204", /* the answer bit, authoritative */
	 .ipv4 = true,
	 .table = "127.0.0.1:%P",
	 .log = "out",
	 .events = {UDP_TO_LOOPBACK4}},
	{.name = "privoxy_behind",
	 .program = "privoxy",
	 .words = {BEHIND("privoxy %D/conf")},
	 .conf = "listen-address :%P\nconfdir /etc/privoxy\ntemplatedir /etc/privoxy/templates\n",
	 .request = "GET http://p.p/ HTTP/1.0\r\n\r\n",
	 .answer = "Privoxy",
	 .ipv4 = true,
	 .table = "127.0.0.1:%P",
	 .events = {TO_LOOPBACK4}},
	{.name = "tinyproxy_behind",
	 .program = "tinyproxy",
	 .words = {BEHIND("tinyproxy -c %D/conf")},
	 .conf = "Port %P\nTimeout 10\n",
	 .request = "GET http://tinyproxy.stats/ HTTP/1.0\r\n\r\n",
	 .answer = "tinyproxy",
	 .ipv4 = true,
	 .ipv6 = true,
	 .table = "127.0.0.1:%P %T",
	 .events = {TO_LOOPBACK4, TO_LOOPBACK6}},
	{.name = "nbd_server_behind",
	 .program = "nbd-server",
	 .words = {BEHIND("echo disk >%D/disk; nbd-server -C /dev/null -p %D/pid %P %D/disk")},
	 .request = "",
	 .answer = "NBDMAGICIHAVEOPT",
	 .ipv4 = true,
	 .ipv6 = true,
	 .table = "*%lo:%P",
	 .events = {TO_DEVICE},
	 .table4 = "127.0.0.1:%P",
	 .events4 = {TO_LOOPBACK4}},
	{.name = "memcached_behind",
	 .program = "memcached",
	 .words = {BEHIND("memcached -d -u root -p %P")},
	 .request = "version\r\n",
	 .answer = "VERSION",
	 .ipv4 = true,
	 .ipv6 = true,
	 .table = "127.0.0.1:%P %T",
	 .events = {TO_LOOPBACK4, TO_LOOPBACK6}},
};

int
main(int argc, char **argv)
{
	const struct table table = {"daemons", servers, sizeof(servers) / sizeof(servers[0])};

	return rows_run(&table, argc > 1 ? argv[1] : NULL);
}
