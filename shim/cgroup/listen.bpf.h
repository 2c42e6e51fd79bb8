/* SPDX-License-Identifier: MIT OR GPL-2.0-only
 * listen.bpf.h - engine `cgroup` where a TCP socket listens already, and where a connection comes in. eBPF. */
#ifndef BINDGUARD_CGROUP_LISTEN_BPF_H
#define BINDGUARD_CGROUP_LISTEN_BPF_H

#include "cgroup/place.bpf.h"

#define NO_DEVICE 0x7fffffff /* a number that no interface gets */

/** confine_listener - the socket to @device. What cannot be had, or is not to be, hears nobody. */
static __always_inline void
confine_listener(struct bpf_sock_ops *c, const char *device, bool denied)
{
	char name[BG_IFNAME_MAX];
	int none = NO_DEVICE;

	memcpy(name, device, sizeof(name));
	if (denied || !name[0] || bpf_setsockopt(c, SOL_SOCKET, SO_BINDTODEVICE, name, sizeof(name)))
		bpf_setsockopt(c, SOL_SOCKET, SO_BINDTOIFINDEX, &none, sizeof(none));
}

/** settle - the verdict of @place. */
static __always_inline void
settle(struct bpf_sock_ops *c, const struct place *place)
{
	const struct bg_verdict *verdict = &place->verdict;

	if (verdict->effect == BG_EFFECT_CHANGE || verdict->effect == BG_EFFECT_REFUSE)
		confine_listener(c, verdict->change.interface, verdict->effect == BG_EFFECT_REFUSE);
}

/** ask - the rules about a TCP socket that listens, by an address that is there. @sk: it, or a connection of its */
static __always_inline void
ask(struct bpf_sock_ops *c, struct bg_cgroup_policy *policy, struct place *place, const struct sock *sk)
{
	struct bg_request *request = &place->request;

	request->call = BG_CALL_LISTEN;
	request->asked.port = (uint16_t)c->local_port;
	request->domain_fits = true;
	request->protocol = BG_PROTOCOL_TCP;
	request->v6only = kernel_v6only(sk);
	decide(policy, place);
}

/** at_listen - a wildcard listener; under lockdown every one, as in the other engines. */
static __always_inline void
at_listen(struct bpf_sock_ops *c, struct bpf_sock *sk, struct bg_cgroup_policy *policy, struct place *place)
{
	uint32_t words[4] = {c->local_ip6[0], c->local_ip6[1], c->local_ip6[2], c->local_ip6[3]};
	struct bg_request *request = &place->request;
	const struct sock *plain = kernel_socket(sk);
	uint32_t address = c->local_ip4;

	if (c->family == AF_INET6) {
		set_ipv6(request, words);
	} else {
		set_wildcard(request, false);
		memcpy(request->asked.addr.bytes, &address, sizeof(address));
	}
	if (!bg_addr_is_wildcard(&request->asked.addr) && !((const struct bg_policy *)policy->block)->lockdown)
		return;
	request->device[0] = sk->bound_dev_if ? '?' : '\0';
	request->port_was_zero = !(kernel_userlocks(plain) & SOCK_BINDPORT_LOCK);
	match_program(policy, place);
	ask(c, policy, place, plain);
	if (needs_marks(policy))
		mark_listener(sk, place);
	settle(c, place);
}

/**
 * at_connection - one that came in by no device, of a listener with a wildcard address: it has been allowed, or the connection was
 * quicker than at_listen(), which then asks what it would ask. Whose the listener is cannot be known here: where rules are for some
 * programs and there is no mark yet, none of these and then all of them count, and one that says no is enough.
 */
static __always_inline void
at_connection(struct bpf_sock_ops *c, struct bpf_sock *sk, struct bg_cgroup_policy *policy, struct place *place)
{
	const struct sock *plain = kernel_socket(sk);
	struct mark *mark;

	if (sk->bound_dev_if || (kernel_userlocks(plain) & SOCK_BINDADDR_LOCK))
		return;
	mark = needs_marks(policy) ? bpf_sk_storage_get(&marks, sk, NULL, 0) : NULL;
	if (mark) {
		if (mark->changed || mark->denied)
			confine_listener(c, mark->device, mark->denied);
		return;
	}
	set_wildcard(&place->request, c->family == AF_INET6);
	place->request.port_was_zero = true;
	memcpy(place->skipped, policy->programs, sizeof(place->skipped));
	ask(c, policy, place, plain);
	settle(c, place);
	if (!policy->glob_count || place->verdict.effect != BG_EFFECT_NONE)
		return;
	memset(place->skipped, 0, sizeof(place->skipped));
	decide(policy, place);
	settle(c, place);
}

SEC("sockops")
int
listener(struct bpf_sock_ops *c)
{
	struct bg_cgroup_policy *policy;
	struct bpf_sock *sk = c->sk;
	struct place *place;

	c->reply = -1; /* as without a program: what else is asked for here is not ours */
	if (c->op != BPF_SOCK_OPS_TCP_LISTEN_CB && c->op != BPF_SOCK_OPS_PASSIVE_ESTABLISHED_CB)
		return 1;
	policy = policy_of();
	if (!policy || !sk || ((const struct bg_policy *)policy->block)->mode != BG_MODE_ENFORCE)
		return 1;
	place = place_take();
	if (!place) {
		confine_listener(c, "", true);
		return 1;
	}
	if (c->op == BPF_SOCK_OPS_TCP_LISTEN_CB)
		at_listen(c, sk, policy, place);
	else
		at_connection(c, sk, policy, place);
	place_give_back(place);
	return 1;
}

#endif
