/* SPDX-License-Identifier: MIT
 * options_kinds.c - the list of options that an exchange of sockets knows, and every kind of socket that it may meet. */
#include "unit/options_kinds.h"

#include <netinet/in.h>
#include <sys/socket.h>

#include "guard/options_numbers.h"

#ifndef IPPROTO_MPTCP
#define IPPROTO_MPTCP 262
#endif

#define OPTION(level, name, how) {level, name, #name},
#define LEFT(level, name, why) {level, name, #name},
const struct options_listed options_listed[] = {
#include "guard/options_table.h"
};
#undef OPTION
#undef LEFT

const size_t options_listed_count = sizeof(options_listed) / sizeof(options_listed[0]);

const struct options_kind options_kinds[OPTIONS_KINDS] = {
	{"tcp4", AF_INET, SOCK_STREAM, 0},
	{"tcp6", AF_INET6, SOCK_STREAM, 0},
	{"mptcp4", AF_INET, SOCK_STREAM, IPPROTO_MPTCP},
	{"mptcp6", AF_INET6, SOCK_STREAM, IPPROTO_MPTCP},
	{"udp4", AF_INET, SOCK_DGRAM, 0},
	{"udp6", AF_INET6, SOCK_DGRAM, 0},
	{"udplite4", AF_INET, SOCK_DGRAM, IPPROTO_UDPLITE},
	{"udplite6", AF_INET6, SOCK_DGRAM, IPPROTO_UDPLITE},
	{"raw4", AF_INET, SOCK_RAW, IPPROTO_ICMP},
	{"raw6", AF_INET6, SOCK_RAW, IPPROTO_ICMPV6},
};

/** options_open_kind - a socket; -1 where this kernel has none such. */
int
options_open_kind(const struct options_kind *kind)
{
	return socket(kind->family, kind->type, kind->protocol);
}
