/* SPDX-License-Identifier: MIT
 * list_servers.c - sockets of every kind, to be listed. */
#include "launcher/list_servers.h"

#include <errno.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "launcher/list_host.h"
#include "net/net.h"

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

#ifndef IPPROTO_MPTCP
#define IPPROTO_MPTCP 262
#endif

/** list_servers - of every kind, in the order of the list: exposed ones first, then by protocol and port. */
const struct server list_servers[LIST_SERVERS] = {
	{SOCK_STREAM, 0, "0.0.0.0", 19401, LIST_ANY, NULL, "tcp 0.0.0.0", "anywhere"},
	{SOCK_STREAM, 0, "::", 19402, 0, NULL, "tcp *", "anywhere"},
	{SOCK_STREAM, 0, "::", 19403, 1, NULL, "tcp [::]", "anywhere"},
	{SOCK_STREAM, 0, "::ffff:0.0.0.0", 19404, 0, NULL, "tcp [::ffff:0.0.0.0]", "anywhere"},
	{SOCK_STREAM, IPPROTO_MPTCP, "0.0.0.0", 19405, LIST_ANY, NULL, "tcp 0.0.0.0", "anywhere"},
	{SOCK_STREAM, 0, "10.77.0.1", 19406, LIST_ANY, NULL, "tcp 10.77.0.1", "anywhere"},
	{SOCK_DGRAM, 0, "0.0.0.0", 19407, LIST_ANY, NULL, "udp 0.0.0.0", "anywhere"},
	{SOCK_DGRAM, 0, "::", 19408, 0, NULL, "udp *", "anywhere"},
	{SOCK_DGRAM, 0, "224.0.0.251", 19409, LIST_ANY, NULL, "udp 224.0.0.251", "anywhere"},
	{SOCK_DGRAM, IPPROTO_UDPLITE, "0.0.0.0", 19410, LIST_ANY, NULL, "udplite 0.0.0.0", "anywhere"},
	{SOCK_STREAM, IPPROTO_SCTP, "0.0.0.0", 19411, LIST_ANY, NULL, "sctp 0.0.0.0", "anywhere"},
	{SOCK_STREAM, 0, HERE4, 19412, LIST_ANY, NULL, "tcp " HERE4, "interface " CABLE},
	{SOCK_STREAM, 0, HERE6, 19413, LIST_ANY, NULL, "tcp [" HERE6 "]", "interface " CABLE},
	{SOCK_STREAM, 0, "fe80::99", 19414, LIST_ANY, NULL, "tcp [fe80::99]%" CABLE, "interface " CABLE},
	{SOCK_STREAM, 0, "0.0.0.0", 19415, LIST_ANY, CABLE, "tcp 0.0.0.0%" CABLE, "interface " CABLE},
	{SOCK_DGRAM, 0, BROADCAST4, 19416, LIST_ANY, NULL, "udp " BROADCAST4, "interface " CABLE},
	{SOCK_DGRAM, 0, "10.98.0.250", 19425, LIST_ANY, NULL, "udp 10.98.0.250", "interface " CABLE},
	{SOCK_STREAM, 0, "127.0.0.1", 19417, LIST_ANY, NULL, "tcp 127.0.0.1", "this machine only"},
	{SOCK_STREAM, 0, "::1", 19418, LIST_ANY, NULL, "tcp [::1]", "this machine only"},
	{SOCK_STREAM, 0, "::ffff:127.0.0.1", 19419, 0, NULL, "tcp [::ffff:127.0.0.1]", "this machine only"},
	{SOCK_STREAM, 0, "::", 19420, 0, "lo", "tcp *%lo", "this machine only"},
	{SOCK_STREAM, 0, "0.0.0.0", 19421, LIST_ANY, "lo", "tcp 0.0.0.0%lo", "this machine only"},
	{SOCK_STREAM, IPPROTO_MPTCP, "::", 19422, 0, "lo", "tcp *%lo", "this machine only"},
	{SOCK_DGRAM, 0, "127.0.0.1", 19423, LIST_ANY, NULL, "udp 127.0.0.1", "this machine only"},
	{SOCK_DGRAM, 0, "::", 19424, 1, "lo", "udp [::]%lo", "this machine only"},
};

int list_sockets[LIST_SERVERS];

/**
 * list_open_all - the sockets of @list_servers.
 * Return: how many there are: kernels without SCTP or MPTCP are none the less good.
 */
unsigned
list_open_all(void)
{
	unsigned count = 0;

	for (size_t i = 0; i < LENGTH(list_servers); i++) {
		list_sockets[i] = list_open(&list_servers[i]);
		if (list_sockets[i] < 0 && !(list_servers[i].protocol && errno == EPROTONOSUPPORT))
			fail_msg("%s port %u: %s", list_servers[i].name, list_servers[i].port, strerror(errno));
		count += list_sockets[i] >= 0;
	}
	return count;
}

/** list_close_all - the reverse, also behind a test that failed. */
int
list_close_all(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(list_servers); i++) {
		if (list_sockets[i] > 0)
			close(list_sockets[i]);
		list_sockets[i] = 0;
	}
	return 0;
}

/** list_count_lines - how many lines @text has. */
unsigned
list_count_lines(const char *text)
{
	unsigned count = 0;

	for (; *text; text++)
		count += *text == '\n';
	return count;
}

int
list_set_up(void **state)
{
	(void)state;
	return net_set_up() || net_run(SIDE_HERE, "ip addr add 10.77.0.1/32 dev lo && "
						  "ip addr add 10.98.0.1/24 broadcast 10.98.0.250 dev " CABLE " && "
						  "ip addr add fe80::99/64 dev " CABLE " nodad");
}

int
list_tear_down(void **state)
{
	(void)state;
	net_tear_down();
	return 0;
}
