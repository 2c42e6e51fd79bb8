/* SPDX-License-Identifier: MIT
 * explain_text.c - prints an explanation for people, a line each: the configuration, the call, every rule that was tried,
 * and what the kernel is asked for. Runs in the launcher only. */
#include <stdio.h>
#include <string.h>

#include "bindguard/errname.h"
#include "bindguard/event.h"
#include "bindguard/line.h"
#include "bindguard/rule.h"
#include "bindguard/words.h"
#include "launcher/explain/explain_ask.h"
#include "launcher/explain/explain_call.h"
#include "launcher/explain/explain_engine.h"
#include "launcher/explain/explain_text.h"
#include "launcher/explain/explanation.h"

/** print_reason - in parentheses, where it does not go without saying, and the end of the line. */
static void
print_reason(enum bg_reason reason)
{
	if (reason != BG_REASON_RULE && reason != BG_REASON_NO_RULE)
		printf(" (%s)", bg_reason_text(reason));
	putchar('\n');
}

/** format_change - with the name of the address's scope. */
static void
format_change(const struct bg_change *change, enum bg_call call, char text[BG_EXPLAIN_MAX])
{
	char scope[BG_IFNAME_MAX];

	bg_change_format(change, call, explain_scope(&change->to.addr, scope), text);
}

/** format_asked - the call that @request asks about. */
static void
format_asked(const struct bg_request *request, char text[BG_EXPLAIN_MAX])
{
	struct bg_change asked = {.to = request->asked, .form = request->form};
	char scope[BG_IFNAME_MAX];

	if (request->call == BG_CALL_OUTGOING)
		bg_connect_format(&asked, explain_scope(&asked.to.addr, scope), text);
	else
		format_change(&asked, request->call, text);
}

/** print_name - a name that others chose, escaped. */
static void
print_name(const char *name)
{
	char text[4 * BG_PATH_MAX];
	struct bg_line line = {.text = text, .size = sizeof(text)};

	bg_line_escaped(&line, name, sizeof(text), BG_ESCAPE_TEXT);
	fwrite(text, 1, line.length, stdout);
}

/** print_rule_name - `rule "NAME" (FILE:LINE): `. */
static void
print_rule_name(const struct explanation *explanation, uint32_t index)
{
	const struct bg_policy *policy = explanation->config->loaded.policy;
	const struct bg_rule *rule = &policy->rules[index];

	fputs("rule \"", stdout);
	print_name(bg_policy_string(policy, rule->name));
	printf("\" (%s:%u): ", explanation->config->name, rule->line);
}

/** print_question - where the rules come from, and what was asked. */
static void
print_question(const struct explanation *explanation)
{
	const struct bg_request *request = &explanation->bind.request;
	const struct explain_program *program = &explanation->program;
	char source[CONFIG_TEXT_MAX], text[BG_EXPLAIN_MAX];

	config_explain_source(explanation->config, source);
	printf("configuration: %s\n", source);
	format_asked(request, text);
	printf("call: %s %s", explanation->protocol, text);
	if (request->call != BG_CALL_OUTGOING && request->form == BG_FORM_IPV6 &&
	    bg_addr_is_wildcard(&request->asked.addr))
		fputs(request->v6only ? ", IPv6 only" : ", dual-stack", stdout);
	if (program->exe[0]) {
		fputs("\nprogram: ", stdout);
		print_name(program->exe);
	}
	if (program->note[0]) {
		/* Ours, but for the names in it. */
		printf(" (%s)", program->note);
	}
	putchar('\n');
}

/** print_steps - each rule until the one that decides. */
static void
print_steps(const struct explanation *explanation)
{
	const struct bg_policy *policy = explanation->config->loaded.policy;
	const struct explain_answer *bind = &explanation->bind;
	char text[BG_EXPLAIN_MAX];

	for (uint32_t i = 0; i < policy->rule_count && i <= bind->verdict.rule; i++) {
		unsigned needs = 0;
		enum bg_match match = bg_rule_match(policy, &policy->rules[i], &bind->request, &needs);

		print_rule_name(explanation, i);
		if (match == BG_MATCH_YES)
			bg_rule_format(policy, &policy->rules[i], text);
		else
			bg_match_format(policy, &policy->rules[i], &bind->request, match, text);
		printf("%s: %s\n", match == BG_MATCH_YES ? "matches" : "does not match", text);
	}
	if (bind->verdict.rule == BG_NO_RULE)
		puts("no rule matches: allow");
}

/** print_missing - that this machine lacks what @change needs, or cannot be asked for it. */
static void
print_missing(const struct bg_change *change, const char *missing, enum available available, int error)
{
	char text[BG_ADDR_TEXT_MAX + BG_IFNAME_MAX], scope[BG_IFNAME_MAX];
	struct bg_addr addr = change->to.addr;

	explain_scope(&addr, scope);
	addr.scope_id = 0;
	bg_addr_format(&addr, text);
	if (*scope)
		snprintf(text + strlen(text), sizeof(text) - strlen(text), "%%%s", scope);
	switch (available) {
	case AVAILABLE: break;
	case AVAILABLE_NO_INTERFACE:
		fputs(", but there is no interface ", stdout);
		print_name(change->limited ? missing : change->interface);
		fputs(change->limited ? " here now, or it is part of another (EADDRNOTAVAIL)" : " here now", stdout);
		break;
	case AVAILABLE_NO_ADDRESS:
		if (!change->interface[0]) {
			printf(", but no interface here has %s now", text);
			break;
		}
		fputs(", but the interface ", stdout);
		print_name(change->interface);
		printf(" does not have %s now (EADDRNOTAVAIL)", text);
		break;
	case AVAILABLE_NO_FILTER:
		fputs(", but this user may filter no TCP socket here (EPERM: CAP_NET_ADMIN)", stdout);
		break;
	case AVAILABLE_UNASKED: printf(", which cannot be tried here: %s", bg_errno_name(error)); break;
	}
}

/** print_otherwise - if the kernel cannot do @change: the fallback, or EACCES where that was the last. See guard. */
static void
print_otherwise(const struct bg_change *change, const struct explain_answer *answer, bool last)
{
	const struct bg_change *other = last ? NULL : &answer->verdict.fallback;
	enum bg_call call = answer->request.call;

	char text[BG_EXPLAIN_MAX];

	fputs(change->limited ? "  if the socket takes no filter (MPTCP, TCP without CAP_NET_ADMIN, or it has one): "
	      : change->interface[0] ? "  if the kernel refuses to confine: "
				     : "  if there is no such address (EADDRNOTAVAIL): ",
	      stdout);
	if (!other) {
		puts("error EACCES");
		return;
	}
	format_change(other, call, text);
	fputs(text, stdout);
	print_missing(other, "", answer->fallback_available, answer->fallback_error);
	putchar('\n');
}

/** print_change - what the kernel is asked for, what if it cannot, and what then. See apply_change() of guard. */
static void
print_change(const struct explain_answer *answer)
{
	const struct bg_verdict *verdict = &answer->verdict;
	const struct bg_change *last = verdict->has_fallback ? &verdict->fallback : &verdict->change;
	enum bg_call call = answer->request.call;
	char text[BG_EXPLAIN_MAX];

	format_change(&verdict->change, call, text);
	printf("changed: %s", text);
	print_missing(&verdict->change, answer->missing, answer->available, answer->error);
	print_reason(verdict->reason);
	if (verdict->has_fallback)
		print_otherwise(&verdict->change, answer, false);
	if (last->interface[0] || last->limited)
		print_otherwise(last, answer, true);
}

/** print_verdict - the line that counts. */
static void
print_verdict(const struct explain_answer *answer)
{
	const struct bg_verdict *verdict = &answer->verdict;
	static const char *const refused[] = {
		[BG_CALL_LISTEN] = "the socket does not listen", [BG_CALL_OUTGOING] = "nothing is sent"};
	const char *what = refused[answer->request.call];
	char text[BG_EXPLAIN_MAX];

	format_asked(&answer->request, text);
	switch (verdict->effect) {
	case BG_EFFECT_CHANGE: print_change(answer); break;
	case BG_EFFECT_REFUSE:
		printf("denied: error %s, %s", bg_errno_name(verdict->error), what ? what : "nothing is bound");
		print_reason(verdict->reason);
		break;
	case BG_EFFECT_WAIT:
	case BG_EFFECT_NONE:
		printf("unchanged: %s", text);
		print_reason(verdict->reason);
		break;
	}
}

/** print_listen_prefix - when, and for which of the ports that the kernel may choose. */
static void
print_listen_prefix(const struct explanation *explanation, const struct explain_answer *answer)
{
	fputs("at listen", stdout);
	if (explanation->listen_count > 1)
		printf(", port %u-%u", answer->first, answer->last);
	fputs(": ", stdout);
}

/** print_listen - the rules are asked again at listen, about the port that the kernel chose. */
static void
print_listen(const struct explanation *explanation)
{
	const struct bg_policy *policy = explanation->config->loaded.policy;
	char text[BG_EXPLAIN_MAX];

	for (size_t i = 0; i < explanation->listen_count; i++) {
		const struct explain_answer *answer = &explanation->listen[i];

		print_listen_prefix(explanation, answer);
		if (answer->verdict.rule == BG_NO_RULE) {
			puts("no rule matches: allow");
		} else {
			print_rule_name(explanation, answer->verdict.rule);
			bg_rule_format(policy, &policy->rules[answer->verdict.rule], text);
			printf("matches: %s\n", text);
		}
		print_listen_prefix(explanation, answer);
		print_verdict(answer);
	}
}

/** print_later - what becomes of a change at listen and at connect; the manuals say when that cannot be. */
static void
print_later(const struct explanation *explanation)
{
	const struct explain_answer *bind = &explanation->bind;
	enum explain_connect connect = explain_engine_connect(explanation);
	struct bg_change asked = {.to = bind->request.asked, .form = bind->request.form};
	char text[BG_EXPLAIN_MAX];

	if (connect == EXPLAIN_CONNECT_NOTHING)
		return;
	if (explain_listens(&bind->request))
		puts("at listen: not asked again, bind has decided");
	if (connect == EXPLAIN_CONNECT_UNLIMITS) {
		puts("at connect: no longer limited, the kernel lets the peer alone through");
		return;
	}
	if (connect == EXPLAIN_CONNECT_KEEPS) {
		puts("at connect: kept, whatever the other end");
		return;
	}
	format_change(&asked, BG_CALL_BIND, text);
	printf("at connect to another host: given back, %s\n", text);
}

/** explain_print_text - @explanation on standard output. */
void
explain_print_text(const struct explanation *explanation)
{
	print_question(explanation);
	print_steps(explanation);
	if (explanation->listen_count)
		fputs("at bind: ", stdout);
	print_verdict(&explanation->bind);
	print_later(explanation);
	print_listen(explanation);
	explain_engine_print(explanation);
	if (explanation->config->loaded.policy->mode == BG_MODE_OBSERVE)
		puts("mode = observe: nothing of this is done, only logged");
	if (explanation->config->loaded.policy->mode == BG_MODE_OFF)
		puts("mode = off: nothing of this is done");
}
