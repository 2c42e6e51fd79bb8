/* SPDX-License-Identifier: MIT
 * facts.c - gathers the facts that decide() asks for, and asks again until there is a verdict. Signal-safe. */
#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

#include "bindguard/decide.h"
#include "bindguard/device.h"
#include "bindguard/facts.h"
#include "bindguard/guard.h"
#include "bindguard/interface.h"
#include "bindguard/kernel.h"
#include "bindguard/marks.h"
#include "bindguard/origin.h"
#include "bindguard/report.h"

#ifndef IPPROTO_MPTCP
#define IPPROTO_MPTCP 262 /* Linux 5.6 */
#endif
#ifndef IPPROTO_L2TP
#define IPPROTO_L2TP 115
#endif
#ifndef IPPROTO_SMC
#define IPPROTO_SMC 256 /* Linux 6.11 */
#endif

/**
 * other_protocol - the number is none that has a word: of a family that wraps TCP, of the Internet's sockets that have no
 * ports, or one that nobody knew when this was written. That is taken for a server's by its type, not for nobody's.
 */
static enum bg_protocol
other_protocol(int fd, int type, int protocol)
{
	int family;

	if (bg_kernel_getint(fd, SOL_SOCKET, SO_DOMAIN, &family))
		return 0;
	if (family == AF_SMC)
		return BG_PROTOCOL_TCP;
	if ((family != AF_INET && family != AF_INET6) || protocol == IPPROTO_ICMP || protocol == IPPROTO_ICMPV6 ||
	    protocol == IPPROTO_L2TP)
		return BG_PROTOCOL_OTHER;
	return type == SOCK_DGRAM ? BG_PROTOCOL_UDP : BG_PROTOCOL_TCP;
}

/**
 * bg_facts_protocol - what kind of Internet socket @fd is. SO_PROTOCOL alone does not tell a raw socket (raw(7)) from
 * a TCP one. Return: 0 where @fd is no socket, or does not tell.
 */
enum bg_protocol
bg_facts_protocol(int fd)
{
	int type, protocol;

	if (bg_kernel_getint(fd, SOL_SOCKET, SO_TYPE, &type))
		return 0;
	if (type == SOCK_RAW)
		return BG_PROTOCOL_RAW;
	if (bg_kernel_getint(fd, SOL_SOCKET, SO_PROTOCOL, &protocol))
		return 0;
	switch (protocol) {
	case IPPROTO_TCP:
	case IPPROTO_SMC:
	case IPPROTO_MPTCP: return BG_PROTOCOL_TCP;
	case IPPROTO_UDP: return BG_PROTOCOL_UDP;
	case IPPROTO_UDPLITE: return BG_PROTOCOL_UDPLITE;
	case IPPROTO_SCTP: return BG_PROTOCOL_SCTP;
	case IPPROTO_DCCP: return BG_PROTOCOL_DCCP;
	default: return other_protocol(fd, type, protocol);
	}
}

/**
 * bg_facts_unavailable - @fd did not tell a fact: because it is no Internet socket (@ipv6: no IPv6 one), or because
 * somebody forbids the question? A seccomp filter may answer with any errno, so the socket is asked for its domain.
 */
enum bg_facts
bg_facts_unavailable(int fd, bool ipv6)
{
	int domain, error = bg_kernel_get_domain(fd, &domain);

	if (error == -EBADF || error == -ENOTSOCK)
		return BG_FACTS_NONE;
	if (error == 0 && domain != AF_INET6 && (ipv6 || domain != AF_INET))
		return BG_FACTS_NONE;
	return BG_FACTS_BLOCKED;
}

/** gather_domain - does the socket's family take an address of the request's form? */
static enum bg_facts
gather_domain(int fd, struct bg_request *request)
{
	int domain;

	if (bg_kernel_get_domain(fd, &domain))
		return bg_facts_unavailable(fd, false);
	/* A datagram socket of IPv6 connects to a sockaddr_in as well, __ip6_datagram_connect(). */
	if (request->call == BG_CALL_OUTGOING && request->form == BG_FORM_IPV4 && domain == AF_INET6 &&
	    bg_device_receives_at_once(fd))
		request->form = BG_FORM_MAPPED;
	request->domain_fits =
		domain == (request->form == BG_FORM_IPV4 || request->form == BG_FORM_UNSPEC ? AF_INET : AF_INET6);
	return BG_FACTS_GATHERED;
}

/** gather_v6only - an IPv6 socket that does not tell is taken for a dual-stack one: to confine it guards either. */
static enum bg_facts
gather_v6only(int fd, struct bg_request *request)
{
	int v6only = 0;

	if (bg_kernel_getint(fd, IPPROTO_IPV6, IPV6_V6ONLY, &v6only) && bg_facts_unavailable(fd, true) == BG_FACTS_NONE)
		return BG_FACTS_NONE;
	request->v6only = v6only != 0;
	return BG_FACTS_GATHERED;
}

/** gather_protocol - needed to the number, or just to know whether there are ports: see match_protocol() of core/rule.c. */
static enum bg_facts
gather_protocol(int fd, unsigned facts, struct bg_request *request)
{
	enum bg_facts unavailable;

	request->protocol = bg_facts_protocol(fd);
	if (request->protocol) {
		request->known |= BG_FACT_PROTOCOL;
		return BG_FACTS_GATHERED;
	}
	unavailable = bg_facts_unavailable(fd, false);
	return unavailable == BG_FACTS_BLOCKED && !(facts & BG_FACT_PROTOCOL) ? BG_FACTS_GATHERED : unavailable;
}

/**
 * gather_device - the device that the program has chosen. A filter that forbids the question (seccomp) must not be a way
 * round: the device is then unknown.
 */
static enum bg_facts
gather_device(struct bg_attempt *attempt)
{
	struct bg_request *request = &attempt->request;
	int error = bg_kernel_get_device(attempt->fd, request->device);

	if (error == -EBADF || error == -ENOTSOCK)
		return BG_FACTS_NONE;
	attempt->origin = request->device[0] ? bg_origin_of(attempt, request->device) : BG_ORIGIN_NONE;
	if (attempt->origin != BG_ORIGIN_PROGRAM)
		memset(request->device, 0, sizeof(request->device));
	return BG_FACTS_GATHERED;
}

/** gather_socket - the facts that a socket option holds. */
static enum bg_facts
gather_socket(struct bg_attempt *attempt, unsigned facts)
{
	struct bg_request *request = &attempt->request;
	enum bg_facts result = BG_FACTS_GATHERED;
	int fd = attempt->fd;

	if (facts & BG_FACT_DOMAIN)
		result = gather_domain(fd, request);
	if (result == BG_FACTS_GATHERED && (facts & (BG_FACT_PROTOCOL | BG_FACT_PORTS)))
		result = gather_protocol(fd, facts, request);
	if (result == BG_FACTS_GATHERED && (facts & BG_FACT_V6ONLY))
		result = gather_v6only(fd, request);
	if (result == BG_FACTS_GATHERED && (facts & BG_FACT_DEVICE))
		result = gather_device(attempt);
	return result;
}

/** gather_port_zero - had bind(2) been asked for port 0 on this socket? What cannot be told is no no: rules hang on it. */
static enum bg_facts
gather_port_zero(int fd, struct bg_request *request)
{
	struct bg_mark mark;
	enum bg_marked marked = bg_marks_find(fd, &mark);

	request->port_was_zero = marked == BG_MARKED && mark.kind != BG_MARK_SCOPE && mark.asked.port == 0;
	return marked == BG_MARKED_UNKNOWN ? bg_facts_unavailable(fd, false) : BG_FACTS_GATHERED;
}

/** bg_facts_departure - was @fd bound to @addr by a rule, at an earlier connect(2)? Then @mark is what was asked for. */
bool
bg_facts_departure(int fd, const struct bg_addr *addr, struct bg_mark *mark)
{
	return bg_marks_get(fd, mark) && mark->kind == BG_MARK_UNDONE && mark->bound.addr.family == addr->family &&
	       memcmp(mark->bound.addr.bytes, addr->bytes, sizeof(addr->bytes)) == 0; /* a mark has no scope */
}

/**
 * gather_local - the socket's own name. What a rule has bound at connect(2) is no choice, nor is what the kernel has: a datagram
 * socket that is connected has an address, and does not tell whose choice that was. Not inline: its frame would stay on the stack
 * while interfaces are asked, which goes deepest (tests/preload/stack_test.c).
 */
__attribute__((noinline)) static enum bg_facts
gather_local(struct bg_attempt *attempt)
{
	struct bg_request *request = &attempt->request;
	union bg_sockaddr name;
	struct bg_peer peer;
	struct bg_mark mark;
	enum bg_form form;
	unsigned size;

	if (bg_kernel_getsockname(attempt->fd, &name, &size))
		return bg_facts_unavailable(attempt->fd, false);
	if (size > sizeof(name) || !bg_sockaddr_decode(&name, size, &request->local, &form))
		return BG_FACTS_NONE;
	request->local_chosen = !bg_addr_is_wildcard(&request->local.addr);
	if (!request->local_chosen)
		return BG_FACTS_GATHERED;
	bg_device_read_peer(attempt->fd, &peer);
	if (peer.size || (bg_facts_departure(attempt->fd, &request->local.addr, &mark)))
		request->local_chosen = false;
	return BG_FACTS_GATHERED;
}

/** bg_facts_gather - fill in @facts (a set of enum bg_fact) of the attempt's request. */
enum bg_facts
bg_facts_gather(struct bg_attempt *attempt, unsigned facts)
{
	struct bg_request *request = &attempt->request;
	enum bg_facts result = gather_socket(attempt, facts);

	if (result != BG_FACTS_GATHERED)
		return result;
	if (facts & BG_FACT_TARGET_ADDR)
		request->target_unasked = bg_interface_addresses(attempt->fd, attempt->verdict.interface,
								 &request->target_ipv4, &request->target_ipv6);
	if (facts & BG_FACT_TARGET_DEVICE)
		request->target_unasked =
			bg_interface_of_address(attempt->fd, &attempt->verdict.change.to.addr, request->target_device);
	if (facts & BG_FACT_PORT_ZERO)
		result = gather_port_zero(attempt->fd, request);
	if (facts & BG_FACT_LOCAL)
		result = gather_local(attempt);
	if (result == BG_FACTS_GATHERED)
		request->known |= facts;
	return result;
}

/** bg_attempt_refuse - nobody can tell what this call would open: it fails, and an event says so. Return: -errno. */
int
bg_attempt_refuse(struct bg_attempt *attempt)
{
	bg_decide_blocked(&attempt->verdict);
	bg_report_changed(attempt, NULL, -attempt->verdict.error);
	return -attempt->verdict.error;
}

/**
 * bg_attempt_decide - gather and decide until the verdict needs nothing more.
 * Return: false where the kernel's own answer counts (no socket, or none of the Internet).
 */
bool
bg_attempt_decide(struct bg_attempt *attempt)
{
	const struct bg_guard *guard = attempt->guard;

	if (guard->target_access)
		guard->target_access->identify(guard, &attempt->request);
	attempt->request.first = 0;
	for (int round = 0; round < BG_DECIDE_ROUNDS; round++) {
		enum bg_facts facts;

		bg_decide(guard->policy, &attempt->request, &attempt->verdict);
		if (!attempt->verdict.needs)
			return true;
		if (attempt->verdict.rule != BG_NO_RULE)
			attempt->request.first = attempt->verdict.rule;
		facts = bg_facts_gather(attempt, attempt->verdict.needs);
		if (facts == BG_FACTS_NONE)
			return false;
		if (facts == BG_FACTS_BLOCKED) {
			bg_decide_blocked(&attempt->verdict);
			return true;
		}
	}
	return false;
}
