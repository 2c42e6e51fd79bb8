/* SPDX-License-Identifier: MIT OR GPL-2.0-only
 * bind.bpf.h - engine `cgroup` in bind(2): the address is changed in place, or the socket gets a device. eBPF. */
#ifndef BINDGUARD_CGROUP_BIND_BPF_H
#define BINDGUARD_CGROUP_BIND_BPF_H

#include "cgroup/place.bpf.h"

/** protocol_of - of the kernel's number and type, enum bg_protocol. */
static __always_inline enum bg_protocol
protocol_of(uint32_t number, uint32_t type)
{
	if (type == SOCK_RAW)
		return BG_PROTOCOL_RAW;
	switch (number) {
	case 6: return BG_PROTOCOL_TCP;
	case 262: return BG_PROTOCOL_TCP; /* MPTCP */
	case 256: return BG_PROTOCOL_TCP; /* SMC */
	case 17: return BG_PROTOCOL_UDP;
	case 136: return BG_PROTOCOL_UDPLITE;
	case 132: return BG_PROTOCOL_SCTP;
	case 33: return BG_PROTOCOL_DCCP;
	default: return BG_PROTOCOL_OTHER;
	}
}

/** refuse - bind(2) fails with @error. Return: the program's answer. */
static __always_inline int
refuse(int error)
{
	bpf_set_retval(-error);
	return 0;
}

/** bind_on_device - the address stays as asked. */
static __always_inline int
bind_on_device(struct bpf_sock_addr *c, const struct place *place, const char *device)
{
	char name[BG_IFNAME_MAX];

	memcpy(name, device, sizeof(name));
	if (!name[0] || bpf_setsockopt(c, SOL_SOCKET, SO_BINDTODEVICE, name, sizeof(name)))
		return refuse(EACCES);
	c->user_port = bpf_htons(place->verdict.change.to.port);
	return 1;
}

/** bind_to_address - what the socket is bound to instead. */
static __always_inline int
bind_to_address(struct bpf_sock_addr *c, const struct bg_change *change, bool ipv6)
{
	uint32_t words[4];

	memcpy(words, change->to.addr.bytes, sizeof(words));
	c->user_port = bpf_htons(change->to.port);
	if (!ipv6) {
		c->user_ip4 = words[0];
		return 1;
	}
	if (change->form == BG_FORM_MAPPED) {
		words[3] = words[0];
		words[0] = words[1] = 0;
		words[2] = bpf_htonl(0xffff);
	}
	c->user_ip6[0] = words[0];
	c->user_ip6[1] = words[1];
	c->user_ip6[2] = words[2];
	c->user_ip6[3] = words[3];
	return 1;
}

/** apply - the verdict of @place to bind(2). What it is to be instead is looked at first: of a failure we would not hear. */
static __always_inline int
apply(struct bpf_sock_addr *c, const struct bg_cgroup_policy *policy, const struct place *place, bool ipv6)
{
	const struct bg_verdict *verdict = &place->verdict;
	const struct bg_change *change = &verdict->change;
	const struct sock *sk = kernel_socket(c->sk);

	if (verdict->effect == BG_EFFECT_REFUSE)
		return refuse(verdict->error);
	if (verdict->effect != BG_EFFECT_CHANGE)
		return 1;
	if (change->interface[0])
		return bind_on_device(c, place, change->interface);
	if (verdict->has_fallback && verdict->fallback.interface[0] &&
	    (place->request.form == BG_FORM_UNSPEC || !kernel_has_loopback(sk, change->form == BG_FORM_IPV6)))
		return bind_on_device(c, place, verdict->fallback.interface);
	/* Written with AF_UNSPEC, which cannot be changed here, the kernel takes no address but the wildcard. */
	if (place->request.form == BG_FORM_UNSPEC)
		return bind_on_device(c, place, policy->devices[BG_RULE_INDEX(verdict->rule)].ipv4);
	return bind_to_address(c, change, ipv6);
}

/** at_bind - asked for by a request that has the address. */
static __always_inline int
at_bind(struct bpf_sock_addr *c, struct bg_cgroup_policy *policy, struct place *place, bool ipv6)
{
	struct bg_request *request = &place->request;

	request->call = BG_CALL_BIND;
	request->asked.port = bpf_ntohs(c->user_port);
	request->domain_fits = true;
	request->protocol = protocol_of(c->protocol, c->type);
	request->v6only = ipv6 && kernel_v6only(kernel_socket(c->sk));
	request->device[0] = c->sk->bound_dev_if ? '?' : '\0';
	match_program(policy, place);
	if (decide(policy, place) == BG_EFFECT_WAIT) {
		bool tcp = request->protocol == BG_PROTOCOL_TCP;

		if (tcp && !needs_marks(policy))
			return 1;
		request->call = BG_CALL_LISTEN;
		request->port_was_zero = true;
		decide(policy, place);
		if (tcp) {
			mark_listener(c->sk, place);
			return 1;
		}
	}
	return apply(c, policy, place, ipv6);
}

/** is_ours - has the guard a say in this bind(2)? A socket that is bound already is the kernel's to refuse. */
static __always_inline bool
is_ours(const struct bpf_sock_addr *c, const struct bg_cgroup_policy *policy)
{
	return policy && ((const struct bg_policy *)policy->block)->mode == BG_MODE_ENFORCE && c->sk &&
	       !c->sk->src_port;
}

SEC("cgroup/bind4")
int
bind4(struct bpf_sock_addr *c)
{
	struct bg_cgroup_policy *policy = policy_of();
	uint32_t address = c->user_ip4;
	struct place *place;
	int answer;

	if (!is_ours(c, policy) || (c->user_family != AF_INET && c->user_family != AF_UNSPEC))
		return 1;
	place = place_take();
	if (!place)
		return refuse(EACCES);
	place->request.form = c->user_family == AF_INET ? BG_FORM_IPV4 : BG_FORM_UNSPEC;
	place->request.asked.addr.family = BG_IPV4;
	memcpy(place->request.asked.addr.bytes, &address, sizeof(address));
	answer = at_bind(c, policy, place, false);
	place_give_back(place);
	return answer;
}

SEC("cgroup/bind6")
int
bind6(struct bpf_sock_addr *c)
{
	struct bg_cgroup_policy *policy = policy_of();
	uint32_t words[4] = {c->user_ip6[0], c->user_ip6[1], c->user_ip6[2], c->user_ip6[3]};
	struct place *place;
	int answer;

	if (!is_ours(c, policy) || c->user_family != AF_INET6)
		return 1;
	place = place_take();
	if (!place)
		return refuse(EACCES);
	set_ipv6(&place->request, words);
	answer = at_bind(c, policy, place, true);
	place_give_back(place);
	return answer;
}

#endif
