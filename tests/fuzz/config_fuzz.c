/* SPDX-License-Identifier: MIT
 * config_fuzz.c - arbitrary bytes as a configuration: a policy or a mistake, never both, never neither; and what
 * `check` prints of a policy loads again, says the same, and prints the same. */
#include <stdbool.h>

#include "bindguard/load.h"
#include "fuzz/fuzz.h"
#include "launcher/check/config_print.h"
#include "launcher/unreachable.h"

/** PRINTOUT_MAX - printing fills in defaults and escapes: a rule of a few bytes becomes some lines. */
#define PRINTOUT_MAX (1024 * 1024)

/** struct printout - what config_print() wrote. */
struct printout {
	size_t size;
	char text[PRINTOUT_MAX];
};

static struct printout first, second, *printing;

/** write_printout - for fopencookie(3): standard output goes to @printing. */
static ssize_t
write_printout(void *cookie, const char *text, size_t size)
{
	(void)cookie;
	must(size <= PRINTOUT_MAX - printing->size);
	memcpy(printing->text + printing->size, text, size);
	printing->size += size;
	return (ssize_t)size;
}

int
LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc, (void)argv;
	/* glibc's printf(3) and puts(3) look at the variable. */
	stdout = fopencookie(NULL, "w", (cookie_io_functions_t){.write = write_printout});
	must(stdout);
	return 0;
}

/** check_mistakes - the messages of @diags: in the order of lines, printable, none of a line that is not there. */
static void
check_mistakes(const struct bg_diags *diags, const uint8_t *text, size_t size)
{
	unsigned lines = 1, last = 0;

	for (size_t i = 0; i < size; i++)
		lines += text[i] == '\n';
	must(diags->count <= BG_DIAGS_MAX);
	must(diags->dropped == 0 || diags->count == BG_DIAGS_MAX);
	for (unsigned i = 0; i < diags->count; i++) {
		const struct bg_diag *diag = &diags->items[i];
		size_t length = strnlen(diag->text, BG_DIAG_TEXT_MAX);

		must(diag->line <= lines && diag->line >= last && !diag->variable);
		last = diag->line;
		must(length > 0 && length < BG_DIAG_TEXT_MAX);
		for (size_t c = 0; c < length; c++)
			must((unsigned char)diag->text[c] >= ' ' && diag->text[c] != 0x7f);
	}
}

/** check_span - @span lies inside the policy. */
static void
check_span(const struct bg_policy *policy, struct bg_span span, size_t size, size_t end)
{
	must(span.offset <= policy->size);
	must(span.count * size + end <= policy->size - span.offset);
}

/** check_string - @span is a terminated string of at most @most bytes without control characters that end a line. */
static void
check_string(const struct bg_policy *policy, struct bg_span span, size_t most)
{
	const char *text = bg_policy_string(policy, span);

	check_span(policy, span, 1, 1);
	must(span.count <= most && strlen(text) == span.count && !strchr(text, '\n'));
}

/** check_globs - @span is an array of strings. */
static void
check_globs(const struct bg_policy *policy, struct bg_span span)
{
	const struct bg_span *globs = bg_policy_at(policy, span);

	check_span(policy, span, sizeof(*globs), 0);
	for (uint32_t i = 0; i < span.count; i++)
		check_string(policy, globs[i], BG_GLOB_MAX);
}

/** check_from - a place of a limit. */
static void
check_from(const struct bg_from *from)
{
	const struct bg_prefix *prefix = &from->prefix;

	must(from->kind <= BG_FROM_PREFIX);
	must(memchr(from->interface, '\0', sizeof(from->interface)));
	must((from->kind == BG_FROM_INTERFACE) == (from->interface[0] != '\0'));
	if (from->kind == BG_FROM_PREFIX)
		must(prefix->bits <= (prefix->addr.family == BG_IPV4 ? 32 : 128));
}

/** check_rule - @rule is what bindguard.conf(5) lets a rule be. */
static void
check_rule(const struct bg_policy *policy, const struct bg_rule *rule)
{
	const struct bg_prefix *prefixes = bg_policy_at(policy, rule->prefixes);
	const struct bg_port_range *ranges = bg_policy_at(policy, rule->ports);
	const struct bg_from *from = bg_policy_at(policy, rule->from);

	check_string(policy, rule->name, BG_NAME_MAX);
	must(rule->name.count > 0);
	check_globs(policy, rule->programs);
	check_globs(policy, rule->commands);
	check_span(policy, rule->prefixes, sizeof(*prefixes), 0);
	check_span(policy, rule->ports, sizeof(*ranges), 0);
	for (uint32_t i = 0; i < rule->prefixes.count; i++)
		must(prefixes[i].addr.family == BG_IPV4
			     ? prefixes[i].bits <= 32
			     : prefixes[i].addr.family == BG_IPV6 && prefixes[i].bits <= 128);
	for (uint32_t i = 0; i < rule->ports.count; i++)
		must(ranges[i].first <= ranges[i].last);
	check_span(policy, rule->from, sizeof(*from), 0);
	must(rule->action == BG_ACTION_LIMIT ? rule->from.count > 0 && rule->from.count <= BG_FROM_MAX
					     : rule->from.count == 0);
	for (uint32_t i = 0; i < rule->from.count; i++)
		check_from(&from[i]);
	must(rule->protocols < 64 && rule->families < 4 && rule->classes < 8);
	must(rule->calls > 0 && rule->calls < 4);
	if (rule->calls & BG_RULE_CONNECT)
		must(rule->action != BG_ACTION_LIMIT && !rule->to_port &&
		     !(rule->action == BG_ACTION_REWRITE && rule->target == BG_TARGET_LOOPBACK));
	must(rule->action <= BG_ACTION_DENY && rule->target <= BG_TARGET_INTERFACE);
	must(rule->action == BG_ACTION_DENY ? rule->error > 0 : rule->error == 0);
	must(memchr(rule->interface, '\0', sizeof(rule->interface)));
	if (rule->action == BG_ACTION_CONFINE)
		must(rule->interface[0]);
	if (rule->action == BG_ACTION_REWRITE && rule->target == BG_TARGET_ADDRESS)
		must(rule->has_ipv4 || rule->has_ipv6);
}

/** check_policy - every part of @policy lies inside it and has a value that it may have. */
static void
check_policy(const struct bg_policy *policy)
{
	must(policy->rule_count <= BG_RULES_MAX && policy->mode <= BG_MODE_OFF && !policy->lockdown);
	must(policy->size >= sizeof(*policy) + policy->rule_count * sizeof(policy->rules[0]));
	must(policy->log_to <= BG_LOG_FILE && policy->log_format <= BG_LOG_JSON && policy->log_events <= BG_LOG_ALL);
	if (policy->log_to == BG_LOG_FILE)
		check_string(policy, policy->log_path, BG_LOG_PATH_MAX);
	for (uint32_t i = 0; i < policy->rule_count; i++) {
		uint32_t behind = unreachable_behind(policy, i);

		check_rule(policy, &policy->rules[i]);
		must(behind == BG_NO_RULE || behind <= i);
	}
}

/** load - @text as a policy, to be freed; NULL where it has mistakes, which are checked. */
static struct bg_policy *
load(const uint8_t *text, size_t size)
{
	static struct bg_diags diags;
	struct bg_policy *policy;

	diags.count = diags.dropped = 0;
	policy = bg_load_text((const char *)text, size, &diags);
	must((policy != NULL) == (bg_diags_mistakes(&diags) == 0));
	check_mistakes(&diags, text, size);
	if (policy)
		check_policy(policy);
	return policy;
}

/** print - @policy as `check` prints it, into @to. The lines of the file it came from are forgotten: they move. */
static void
print(struct bg_policy *policy, struct printout *to)
{
	static struct config config = {.settings = {.config = ""}};

	for (uint32_t i = 0; i < policy->rule_count; i++)
		policy->rules[i].line = 0;
	config.loaded.policy = policy;
	printing = to;
	to->size = 0;
	config_print(&config);
	must(fflush(stdout) == 0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bg_policy *policy = load(data, size), *again;

	if (!policy)
		return 0;
	print(policy, &first);
	again = load((const uint8_t *)first.text, first.size);
	if (!again)
		fprintf(stderr, "%.*s", (int)first.size, first.text);
	must(again);
	print(again, &second);
	must(first.size == second.size && memcmp(first.text, second.text, first.size) == 0);
	must(policy->port_zero == again->port_zero && policy->outgoing == again->outgoing &&
	     policy->rule_count == again->rule_count);
	for (uint32_t i = 0; i < policy->rule_count; i++)
		must(policy->rules[i].action == again->rules[i].action &&
		     policy->rules[i].prefixes.count == again->rules[i].prefixes.count &&
		     policy->rules[i].ports.count == again->rules[i].ports.count);
	free(again);
	free(policy);
	return 0;
}
