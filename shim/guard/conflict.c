/* SPDX-License-Identifier: MIT
 * conflict.c - would the bind that the program asked for fail, since its address is in use? Signal-safe.
 *
 * Theory of operation. A changed address has fewer conflicts than a wildcard: another program's address of the network, a
 * connection from one, a connection in TIME-WAIT. Programs that look for a free port would be told that this one is, and
 * fail later. So the kernel is asked: a second socket, alike in all that counts there, is bound to what was asked for and
 * closed. Only EADDRINUSE is an answer; all else is left to the real call. A wrong EADDRINUSE would be worse than none:
 * where the two sockets may not be alike, nothing is known.
 *
 * What counts: family, type, protocol, SO_REUSEADDR, SO_REUSEPORT and then the owner, IPV6_V6ONLY, the network namespace;
 * inet_csk_bind_conflict(), udp_lib_lport_inuse(). A stream socket that does not listen opens nothing. A datagram socket
 * without SO_REUSE* that can be bound is alone on its port, and gone before anybody knows. With one of them it would take
 * datagrams from those that share the port: so it is bound to a device that cannot be, which conflicts with all sockets
 * but those that have a device themselves.
 *
 * Proved by tests/preload/conflicts_test.c.
 */
#include "guard/conflict.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "bindguard/facts.h"
#include "bindguard/kernel.h"

/**
 * struct socket_traits - what the second socket must have of the first.
 * @domain: but for a mapped address, for which an IPv4 socket asks: an IPv6 one takes it on a device that is there alone
 */
struct socket_traits {
	int domain;
	int type;
	int protocol;
	int reuse_addr;
	int reuse_port;
	int v6only;
};

/** read_type - MPTCP and SMC bind a TCP socket. What the rules have asked for is not asked again. */
static bool
read_type(const struct bg_attempt *attempt, struct socket_traits *traits)
{
	const struct bg_request *request = &attempt->request;
	bool known = request->known & BG_FACT_PROTOCOL;

	switch (known ? request->protocol : bg_facts_protocol(attempt->fd)) {
	case BG_PROTOCOL_TCP:
		traits->type = SOCK_STREAM;
		traits->protocol = IPPROTO_TCP;
		return true;
	case BG_PROTOCOL_UDP:
		traits->type = SOCK_DGRAM;
		traits->protocol = IPPROTO_UDP;
		return true;
	case BG_PROTOCOL_UDPLITE:
		traits->type = SOCK_DGRAM;
		traits->protocol = IPPROTO_UDPLITE;
		return true;
	case BG_PROTOCOL_SCTP: traits->protocol = IPPROTO_SCTP; break;
	case BG_PROTOCOL_DCCP: traits->protocol = IPPROTO_DCCP; break;
	default: return false; /* has no ports */
	}
	return bg_kernel_getint(attempt->fd, SOL_SOCKET, SO_TYPE, &traits->type) == 0;
}

/** read_traits - what counts of the attempt's socket. Return: false where it cannot be told. */
static bool
read_traits(const struct bg_attempt *attempt, struct socket_traits *traits)
{
	const struct bg_request *request = &attempt->request;
	int fd = attempt->fd;

	traits->domain = request->form == BG_FORM_IPV6 ? AF_INET6 : AF_INET;
	traits->v6only = request->v6only;
	return read_type(attempt, traits) && bg_kernel_getint(fd, SOL_SOCKET, SO_REUSEADDR, &traits->reuse_addr) == 0 &&
	       bg_kernel_getint(fd, SOL_SOCKET, SO_REUSEPORT, &traits->reuse_port) == 0 &&
	       (traits->domain == AF_INET || (request->known & BG_FACT_V6ONLY) ||
		bg_kernel_getint(fd, IPPROTO_IPV6, IPV6_V6ONLY, &traits->v6only) == 0);
}

/**
 * give_owner - sockets share a port by SO_REUSEPORT where their owners are the same: who made them, or fchown(2). That
 * may be another than we are now, and is where the program is another process.
 */
static bool
give_owner(int fd, int probe)
{
	struct statx wanted, present;

	if (syscall(SYS_statx, fd, "", AT_EMPTY_PATH, STATX_UID, &wanted) ||
	    syscall(SYS_statx, probe, "", AT_EMPTY_PATH, STATX_UID, &present))
		return false;
	return wanted.stx_uid == present.stx_uid ||
	       syscall(SYS_fchownat, probe, "", wanted.stx_uid, (gid_t)-1, AT_EMPTY_PATH) == 0;
}

/** set - an option that is on. */
static bool
set(int fd, int level, int name, int value)
{
	return bg_kernel_setsockopt(fd, level, name, &value, sizeof(value)) == 0;
}

/** resemble - @probe becomes like the attempt's socket. Return: false where it cannot. */
static bool
resemble(const struct bg_attempt *attempt, int probe, const struct socket_traits *traits)
{
	bool shares = traits->reuse_addr || traits->reuse_port;

	if (traits->reuse_addr && !set(probe, SOL_SOCKET, SO_REUSEADDR, traits->reuse_addr))
		return false;
	if (traits->reuse_port &&
	    (!set(probe, SOL_SOCKET, SO_REUSEPORT, traits->reuse_port) || !give_owner(attempt->fd, probe)))
		return false;
	/* Set in any case: net.ipv6.bindv6only may have changed since the other socket was made. */
	if (traits->domain == AF_INET6 && !set(probe, IPPROTO_IPV6, IPV6_V6ONLY, traits->v6only))
		return false;
	return traits->type != SOCK_DGRAM || !shares || set(probe, SOL_SOCKET, SO_BINDTOIFINDEX, INT_MAX);
}

/** bind_asked - bind @probe to what the program asked for. Return: as bind(2), -errno for -1. */
static int
bind_asked(const struct bg_attempt *attempt, int probe)
{
	const struct bg_request *request = &attempt->request;
	enum bg_form form = request->form == BG_FORM_IPV6 ? BG_FORM_IPV6 : BG_FORM_IPV4;
	union bg_sockaddr to;
	unsigned size = bg_sockaddr_encode(&request->asked, form, &to);

	return bg_kernel_bind(probe, &to, size);
}

/** takes_form - could the socket @fd be bound to an address of @form? Else bind(2) has another errno. */
static bool
takes_form(int fd, enum bg_form form)
{
	int domain, v6only;

	if (bg_kernel_get_domain(fd, &domain))
		return false;
	if (form == BG_FORM_MAPPED)
		return domain == AF_INET6 && bg_kernel_getint(fd, IPPROTO_IPV6, IPV6_V6ONLY, &v6only) == 0 && !v6only;
	return domain == (form == BG_FORM_IPV6 ? AF_INET6 : AF_INET);
}

/**
 * is_alike - the address is in use for @probe: for the attempt's socket, too? Not where that is of another kind or in
 * another network, or bound already: bind(2) then has another errno, and the conflict may be with itself. One that has a
 * device has fewer conflicts.
 */
static bool
is_alike(const struct bg_attempt *attempt, int probe, const struct socket_traits *traits)
{
	char device[BG_IFNAME_MAX];
	struct bg_endpoint endpoint;
	union bg_sockaddr name;
	enum bg_form form;
	unsigned size;
	int type;

	return takes_form(attempt->fd, attempt->request.form) &&
	       bg_kernel_getint(attempt->fd, SOL_SOCKET, SO_TYPE, &type) == 0 && type == traits->type &&
	       bg_kernel_getsockname(attempt->fd, &name, &size) == 0 && size <= sizeof(name) &&
	       bg_sockaddr_decode(&name, size, &endpoint, &form) && endpoint.port == 0 &&
	       bg_kernel_get_device(attempt->fd, device) == 0 && !device[0] &&
	       bg_kernel_same_network(attempt->fd, probe);
}

/** is_in_use - ask the kernel by a socket of ours. */
static bool
is_in_use(const struct bg_attempt *attempt, const struct socket_traits *traits)
{
	int probe = bg_kernel_socket(traits->domain, traits->type, traits->protocol);
	bool in_use;

	if (probe < 0)
		return false;
	in_use = resemble(attempt, probe, traits) && bind_asked(attempt, probe) == -EADDRINUSE &&
		 is_alike(attempt, probe, traits);
	bg_kernel_close(probe);
	return in_use;
}

/** hides_conflicts - does @change leave conflicts out that the bind as asked has? */
static bool
hides_conflicts(const struct bg_attempt *attempt, const struct bg_change *change)
{
	const struct bg_endpoint *asked = &attempt->request.asked;

	return asked->port != 0 && change->to.port == asked->port &&
	       (change->interface[0] || !bg_addr_equal(&asked->addr, &change->to.addr));
}

/**
 * bg_conflict_at_bind - would the bind as asked be EADDRINUSE, where @change may not be?
 *
 * A @change that confines finds the conflicts with sockets without a device itself. So where SO_REUSE* forbids to look
 * at others, there is nothing to ask.
 */
bool
bg_conflict_at_bind(const struct bg_attempt *attempt, const struct bg_change *change)
{
	struct socket_traits traits;

	if (!hides_conflicts(attempt, change) || !read_traits(attempt, &traits))
		return false;
	if (change->interface[0] && (traits.reuse_addr || traits.reuse_port))
		return false;
	return is_in_use(attempt, &traits);
}
