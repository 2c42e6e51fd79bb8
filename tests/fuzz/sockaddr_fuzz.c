/* SPDX-License-Identifier: MIT
 * sockaddr_fuzz.c - socket addresses of any bytes and length, decoded and decided on, against the model of
 * socket_model.c.
 *
 * Facts are handed out one set at a time, as shim/guard/facts.c does, and all that is not asked for yet is wrong: whoever
 * looks at a fact that he did not ask for gets another answer than the model.
 */
#include <stdbool.h>
#include <sys/socket.h>

#include "bindguard/decide.h"
#include "bindguard/load.h"
#include "bindguard/sockaddr.h"
#include "fuzz/fuzz.h"
#include "fuzz/socket_model.h"

static const struct bg_policy *policies[POLICIES];

int
LLVMFuzzerInitialize(int *argc, char ***argv)
{
	static struct bg_diags diags;

	(void)argc, (void)argv;
	policies[0] = bg_policy_default;
	policies[1] = bg_policy_lockdown;
	for (size_t i = 2; i < POLICIES; i++) {
		policies[i] = bg_load_text(known_policies[i].text, strlen(known_policies[i].text), &diags);
		if (!policies[i])
			fprintf(stderr, "%s: %s\n", known_policies[i].text, diags.items[0].text);
		must(policies[i]);
	}
	return 0;
}

/** check_same - the address that bg_sockaddr_decode() read is @plain. */
static void
check_same(const struct model_address *plain, const struct bg_endpoint *endpoint, enum bg_form form)
{
	static const uint8_t zeros[16];

	must(endpoint->port == plain->port);
	must((form == BG_FORM_IPV6) == plain->ipv6 && (form == BG_FORM_MAPPED) == plain->mapped);
	must((form == BG_FORM_UNSPEC) == plain->unspec);
	must(endpoint->addr.family == (plain->ipv6 ? BG_IPV6 : BG_IPV4));
	must(endpoint->addr.scope_id == plain->scope);
	if (plain->ipv6) {
		must(memcmp(endpoint->addr.bytes, plain->bytes, 16) == 0);
	} else {
		must(memcmp(endpoint->addr.bytes, plain->bytes + 12, 4) == 0);
		must(memcmp(endpoint->addr.bytes + 4, zeros, 12) == 0);
	}
}

/** check_encoded - written again, it reads the same. */
static void
check_encoded(const struct model_address *plain, const struct bg_endpoint *endpoint, enum bg_form form)
{
	union bg_sockaddr again;
	struct model_address read;
	unsigned size = bg_sockaddr_encode(endpoint, form, &again);

	must(size == (plain->ipv6 || plain->mapped ? 28 : 16));
	must(model_read(again.bytes, size, &read));
	must(memcmp(&read, plain, sizeof(read)) == 0);
}

/** check_change - @change is what @outcome says. */
static void
check_change(const struct bg_change *change, const struct outcome *outcome, const struct model_address *asked)
{
	if (outcome->effect == BOUND) {
		must(change->interface[0] == '\0' && change->limited == outcome->limited);
		check_same(&outcome->to, &change->to, change->form);
	} else {
		struct model_address kept = *asked;

		if (outcome->to.port)
			kept.port = outcome->to.port;
		must(strcmp(change->interface, outcome->device) == 0);
		check_same(&kept, &change->to, change->form);
	}
}

/** check_safe - whatever the change or its fallback: nobody on another machine reaches what went to loopback. */
static void
check_safe(const struct bg_change *change)
{
	must(strcmp(change->interface, "lo") == 0 || bg_addr_is_loopback(&change->to.addr));
	must(change->to.addr.family == BG_IPV4 ? change->interface[0] || change->to.addr.bytes[0] == 127
					       : change->interface[0] || change->to.addr.bytes[15] == 1);
}

/** check_verdict - @verdict is what the model says. */
static void
check_verdict(const struct known_policy *policy, const struct model_socket *model, const struct model_address *asked,
	      const struct bg_verdict *verdict)
{
	static const enum bg_effect effects[] = {BG_EFFECT_NONE, BG_EFFECT_WAIT, BG_EFFECT_REFUSE, BG_EFFECT_CHANGE,
						 BG_EFFECT_CHANGE};
	struct outcome outcome = model_expect(policy, model, asked);

	if (verdict->effect != effects[outcome.effect])
		fprintf(stderr, "effect %d, expected %d\n", verdict->effect, effects[outcome.effect]);
	must(verdict->effect == effects[outcome.effect]);
	if (outcome.effect == REFUSED)
		must(verdict->error == outcome.error);
	if (verdict->effect != BG_EFFECT_CHANGE)
		return;
	check_change(&verdict->change, &outcome, asked);
	if (policy->what != TO_LOOPBACK && policy->what != LOCKDOWN)
		return;
	check_safe(&verdict->change);
	if (verdict->has_fallback)
		check_safe(&verdict->fallback);
}

/** tell - set the facts @facts of @request as they are in @model, or (@lie) as they are not. */
static void
tell(const struct model_socket *model, const struct model_address *asked, unsigned facts, bool lie,
     struct bg_request *request)
{
	if (facts & BG_FACT_DOMAIN)
		request->domain_fits = model_fits(model, asked) != lie;
	if (facts & (BG_FACT_PROTOCOL | BG_FACT_PORTS))
		request->protocol = (enum bg_protocol)(lie ? model->protocol ^ 127u : model->protocol);
	if (facts & BG_FACT_V6ONLY)
		request->v6only = model->v6only != lie;
	if (facts & BG_FACT_DEVICE)
		memcpy(request->device, lie ? "liar" : model->device, lie ? 5 : sizeof(request->device));
	if (facts & BG_FACT_PORT_ZERO)
		request->port_was_zero = model->was_zero != lie;
	if (facts & BG_FACT_TARGET_DEVICE)
		snprintf(request->target_device, BG_IFNAME_MAX, "%s", model->owner != lie ? "eth9" : "");
	if (!(facts & BG_FACT_TARGET_ADDR))
		return;
	memset(&request->target_ipv4, 0, sizeof(request->target_ipv4));
	memset(&request->target_ipv6, 0, sizeof(request->target_ipv6));
	if (model->interface4 != lie) {
		request->target_ipv4.family = BG_IPV4;
		memcpy(request->target_ipv4.bytes, model_eth4.bytes + 12, 4);
	}
	if (model->interface6 != lie) {
		request->target_ipv6.family = BG_IPV6;
		memcpy(request->target_ipv6.bytes, model_eth6.bytes, 16);
	}
}

/** ask - as bg_attempt_decide() of shim/guard/facts.c does; no fact is asked for twice. */
static void
ask(const struct bg_policy *policy, const struct model_socket *model, const struct model_address *asked,
    struct bg_request *request, struct bg_verdict *verdict)
{
	unsigned rounds = 0;

	tell(model, asked, ~0u, true, request);
	for (;;) {
		must(rounds++ < BG_DECIDE_ROUNDS);
		memset(verdict, 0xa5, sizeof(*verdict));
		bg_decide(policy, request, verdict);
		if (!verdict->needs)
			return;
		must((verdict->needs & request->known) == 0);
		if (verdict->needs & BG_FACT_TARGET_ADDR)
			must(strcmp(verdict->interface, "eth9") == 0);
		if (verdict->rule != BG_NO_RULE)
			request->first = verdict->rule;
		tell(model, asked, verdict->needs, false, request);
		request->known |= verdict->needs;
	}
}

/** check_later - what was left to listen(2) is guarded there, on whatever port the kernel chose. */
static void
check_later(const struct known_policy *policy, const struct bg_policy *block, const struct model_socket *before,
	    const struct model_address *asked, const struct bg_request *first)
{
	struct model_socket model = *before;
	struct model_address bound = *asked;
	struct bg_request request = {.call = BG_CALL_LISTEN, .form = first->form, .asked = first->asked};
	struct bg_verdict verdict;

	model.call = BG_CALL_LISTEN;
	model.was_zero = true;
	request.asked.port = 40000;
	bound.port = 40000;
	if (bound.unspec) { /* what getsockname(2) gives */
		bound.unspec = false;
		request.form = BG_FORM_IPV4;
	}
	ask(block, &model, &bound, &request, &verdict);
	must(verdict.effect == BG_EFFECT_CHANGE || verdict.effect == BG_EFFECT_REFUSE || model.device[0] ||
	     !model_fits(&model, &bound));
	check_verdict(policy, &model, &bound, &verdict);
}

/** draw - a world. */
static struct model_socket
draw(struct input *input)
{
	static const enum bg_call calls[] = {BG_CALL_BIND, BG_CALL_LISTEN,	 BG_CALL_BIND,	     BG_CALL_CONNECT,
					     BG_CALL_BIND, BG_CALL_BINDRESVPORT, BG_CALL_SCTP_BINDX, BG_CALL_BIND};
	static const int domains[] = {AF_INET, AF_INET6, AF_INET6, AF_UNIX};
	uint8_t a = input_byte(input), b = input_byte(input);
	struct model_socket model = {
		.call = calls[a & 7], .domain = domains[a >> 3 & 3], .protocol = 1u << (b & 7) % 7};

	model.v6only = a & 0x20;
	model.was_zero = a & 0x40;
	model.interface4 = b & 8;
	model.interface6 = b & 0x10;
	model.owner = b & 0x20;
	if ((b & 0xc0) == 0xc0)
		memcpy(model.device, "own", sizeof("own"));
	return model;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input input = {.bytes = data, .left = size};
	size_t which = input_byte(&input) % POLICIES;
	struct model_socket model = draw(&input);
	struct bg_request request = {.call = model.call};
	union bg_sockaddr addr;
	struct bg_verdict verdict;
	struct model_address asked;
	size_t length;
	bool readable;

	/* Its length is that of the rest, or (128 bytes and more) any that the caller may claim. */
	length = input.left < sizeof(addr) ? input.left : input.bytes[0] + (size_t)sizeof(addr);
	memset(&addr, 0xff, sizeof(addr));
	input_take(&input, addr.bytes, input.left < sizeof(addr) ? input.left : sizeof(addr));
	readable = bg_sockaddr_decode(&addr, length, &request.asked, &request.form);
	must(readable == model_read(addr.bytes, length, &asked));
	if (!readable)
		return 0;
	check_same(&asked, &request.asked, request.form);
	check_encoded(&asked, &request.asked, request.form);
	ask(policies[which], &model, &asked, &request, &verdict);
	check_verdict(&known_policies[which], &model, &asked, &verdict);
	if (verdict.effect == BG_EFFECT_WAIT)
		check_later(&known_policies[which], policies[which], &model, &asked, &request);
	return 0;
}
