/* SPDX-License-Identifier: MIT
 * explain_ask.c - puts the question of `bindguard explain` to bg_decide(), as guard does in a guarded program, with the
 * facts of this machine. Runs in the launcher only. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "bindguard/decide.h"
#include "bindguard/interface.h"
#include "launcher/explain/explain_ask.h"
#include "launcher/explain/explanation.h"

/** gather - the facts that @answer's verdict needs. @fd: any socket. */
static void
gather(int fd, struct explain_answer *answer)
{
	struct bg_request *request = &answer->request;
	unsigned needs = answer->verdict.needs;

	if (needs & BG_FACT_TARGET_ADDR)
		request->target_unasked = bg_interface_addresses(fd, answer->verdict.interface, &request->target_ipv4,
								 &request->target_ipv6);
	if (needs & BG_FACT_TARGET_DEVICE)
		request->target_unasked =
			bg_interface_of_address(fd, &answer->verdict.change.to.addr, request->target_device);
	request->known |= needs;
}

/** ask - decide, gather, decide again; see bg_attempt_decide() of guard. */
static void
ask(int fd, const struct bg_policy *policy, struct explain_answer *answer)
{
	for (int round = 0; round < BG_DECIDE_ROUNDS; round++) {
		bg_decide(policy, &answer->request, &answer->verdict);
		if (!answer->verdict.needs)
			break;
		gather(fd, answer);
	}
	if (answer->verdict.effect != BG_EFFECT_CHANGE)
		return;
	answer->available = availability_of_change(&answer->verdict.change, &answer->error);
	if (answer->verdict.change.limited && answer->available == AVAILABLE)
		answer->available = availability_of_from(policy, &policy->rules[answer->verdict.rule], answer->missing,
							 &answer->error);
	if (answer->verdict.change.limited && answer->available == AVAILABLE &&
	    answer->request.protocol == BG_PROTOCOL_TCP)
		answer->available = availability_of_filter();
	if (answer->verdict.has_fallback)
		answer->fallback_available = availability_of_change(&answer->verdict.fallback, &answer->fallback_error);
}

/** explain_listens - can a socket of this protocol listen? */
bool
explain_listens(const struct bg_request *request)
{
	return request->protocol & BG_PROTOCOL_LISTENING;
}

/** explain_connect - what a program that was bound so, and then connects to another host, has. Of a fallback it is the same. */
enum explain_connect
explain_connect(const struct explain_answer *bind)
{
	const struct bg_verdict *verdict = &bind->verdict;

	if (verdict->effect != BG_EFFECT_CHANGE || bind->request.call == BG_CALL_OUTGOING)
		return EXPLAIN_CONNECT_NOTHING;
	if (verdict->change.limited)
		return EXPLAIN_CONNECT_UNLIMITS;
	return bg_change_is_to_loopback(&verdict->change) ? EXPLAIN_CONNECT_GIVES_BACK : EXPLAIN_CONNECT_KEEPS;
}

/**
 * asks_again - will listen(2) put the question to the rules again, where bind(2) waits for it, or with another port? What
 * bind(2) has changed is not asked again. See gate() and is_settled() of guard.
 */
static bool
asks_again(const struct explain_answer *bind)
{
	const struct bg_request *request = &bind->request;

	if (request->call == BG_CALL_OUTGOING || !explain_listens(request))
		return false;
	return bind->verdict.effect == BG_EFFECT_WAIT ||
	       (bind->verdict.effect == BG_EFFECT_NONE && request->asked.port == 0 &&
		bg_addr_is_wildcard(&request->asked.addr));
}

/** chosen_ports - the ports that the kernel chooses from, ip(7); its default where that is not to be read. */
static void
chosen_ports(struct bg_port_range *range)
{
	FILE *file = fopen("/proc/sys/net/ipv4/ip_local_port_range", "re");
	unsigned first = 0, last = 0;

	if (!file || fscanf(file, "%u %u", &first, &last) != 2 || !first || first > last || last > UINT16_MAX) {
		first = 32768;
		last = 60999;
	}
	range->first = (uint16_t)first;
	range->last = (uint16_t)last;
	if (file)
		fclose(file);
}

/** next_border - the first port behind @port, and at most @last + 1, from which on some rule can say something else. */
static uint32_t
next_border(const struct bg_policy *policy, uint32_t port, uint32_t last)
{
	uint32_t border = last + 1;

	for (uint32_t r = 0; r < policy->rule_count; r++) {
		const struct bg_port_range *ranges = bg_policy_at(policy, policy->rules[r].ports);

		for (uint32_t i = 0; i < policy->rules[r].ports.count; i++) {
			if (ranges[i].first > port && ranges[i].first < border)
				border = ranges[i].first;
			if (ranges[i].last >= port && ranges[i].last + 1u < border)
				border = ranges[i].last + 1u;
		}
	}
	return border;
}

/** same - are two answers at listen the same but for the port? */
static bool
same(const struct explain_answer *a, const struct explain_answer *b)
{
	return a->verdict.rule == b->verdict.rule && a->verdict.effect == b->verdict.effect &&
	       a->verdict.reason == b->verdict.reason && a->verdict.error == b->verdict.error &&
	       strcmp(a->verdict.change.interface, b->verdict.change.interface) == 0;
}

/** add_answer - keep @answer, or widen the last one where it is the same. Return: false where memory is short. */
static bool
add_answer(struct explanation *explanation, const struct explain_answer *answer)
{
	size_t count = explanation->listen_count;
	struct explain_answer *grown;

	if (count && same(&explanation->listen[count - 1], answer)) {
		explanation->listen[count - 1].last = answer->last;
		return true;
	}
	grown = realloc(explanation->listen, (count + 1) * sizeof(*grown));
	if (!grown)
		return false;
	explanation->listen = grown;
	grown[count] = *answer;
	explanation->listen_count++;
	return true;
}

/** ask_at_listen - the answers for every port that the kernel may choose. Return: false where memory is short. */
static bool
ask_at_listen(int fd, struct explanation *explanation)
{
	const struct bg_policy *policy = explanation->config->loaded.policy;
	uint16_t asked = explanation->bind.request.asked.port;
	struct bg_port_range range = {.first = asked, .last = asked};
	bool zero = asked == 0;

	if (zero)
		chosen_ports(&range);
	for (uint32_t port = range.first; port <= range.last;) {
		uint32_t border = next_border(policy, port, range.last);
		struct explain_answer answer = {.first = (uint16_t)port, .last = (uint16_t)(border - 1)};

		answer.request = explanation->bind.request;
		answer.request.call = BG_CALL_LISTEN;
		answer.request.asked.port = (uint16_t)port;
		answer.request.port_was_zero = zero;
		answer.request.known |= BG_FACT_PORT_ZERO;
		ask(fd, policy, &answer);
		if (!add_answer(explanation, &answer))
			return false;
		port = border;
	}
	return true;
}

/** status_of - the exit status for one answer. */
static int
status_of(const struct explain_answer *answer)
{
	return answer->verdict.effect == BG_EFFECT_CHANGE   ? STATUS_CHANGED
	       : answer->verdict.effect == BG_EFFECT_REFUSE ? STATUS_DENIED
							    : STATUS_GOOD;
}

/**
 * explain_ask - fill in the answers of @explanation, whose bind.request is set.
 * Return: false, and @failure set, where this machine cannot be asked.
 */
bool
explain_ask(struct explanation *explanation, struct failure *failure)
{
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	bool good = true;

	if (fd < 0) {
		command_fail(failure, 0, "socket: %s, expected to be able to ask for this machine's addresses",
			     strerror(errno));
		return false;
	}
	ask(fd, explanation->config->loaded.policy, &explanation->bind);
	if (asks_again(&explanation->bind))
		good = ask_at_listen(fd, explanation);
	close(fd);
	if (!good) {
		command_fail(failure, 0, "out of memory");
		return false;
	}
	explanation->status = status_of(&explanation->bind);
	for (size_t i = 0; i < explanation->listen_count; i++)
		if (status_of(&explanation->listen[i]) > explanation->status)
			explanation->status = status_of(&explanation->listen[i]);
	if (explanation->config->loaded.policy->mode != BG_MODE_ENFORCE)
		explanation->status = STATUS_GOOD;
	return true;
}
