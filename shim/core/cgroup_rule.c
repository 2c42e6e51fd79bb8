/* SPDX-License-Identifier: MIT
 * cgroup_rule.c - which rules the engine `cgroup` cannot hold, and the globs of those that it can. Pure. */
#include "bindguard/cgroup_rule.h"

#include <string.h>

#include "bindguard/glob.h"
#include "bindguard/line.h"

/** names_path - is a `program` glob of the rule about a full path? */
static bool
names_path(const struct bg_policy *policy, const struct bg_rule *rule)
{
	const struct bg_span *globs = bg_policy_at(policy, rule->programs);

	for (uint32_t i = 0; i < rule->programs.count; i++)
		if (strchr(bg_policy_string(policy, globs[i]), '/'))
			return true;
	return false;
}

/** is_too_long - has a `program` glob of the rule more tokens than there is room for? */
static bool
is_too_long(const struct bg_policy *policy, const struct bg_rule *rule)
{
	const struct bg_span *globs = bg_policy_at(policy, rule->programs);

	for (uint32_t i = 0; i < rule->programs.count; i++)
		if (bg_cgroup_rule_tokens(bg_policy_string(policy, globs[i]), NULL) > BG_CGROUP_TOKENS_MAX)
			return true;
	return false;
}

/** globs_until - `program` globs of the rules up to @index, that included. */
static uint32_t
globs_until(const struct bg_policy *policy, uint32_t index)
{
	uint32_t count = 0;

	for (uint32_t i = 0; i <= index; i++)
		count += policy->rules[i].programs.count;
	return count;
}

/** of_meaning - what the rule asks for that the kernel's programs cannot do; NULL: nothing. */
static const char *
of_meaning(const struct bg_policy *policy, const struct bg_rule *rule)
{
	bool allows = rule->action == BG_ACTION_ALLOW;

	if (rule->commands.count)
		return "`command` cannot be read in the kernel: name the `program`";
	if (names_path(policy, rule))
		return "a `program` with a / is a path, which the kernel does not tell: name the file without its "
		       "folder";
	if (rule->action == BG_ACTION_LIMIT)
		return "`limit` needs a filter that the program itself attaches";
	if ((rule->calls & BG_RULE_CONNECT) && !allows)
		return "`call = {\"connect\"}` is not looked at by it";
	if (rule->action == BG_ACTION_REWRITE && rule->target == BG_TARGET_INTERFACE)
		return "`to` an interface needs the address that it has when a program binds: give the address, or "
		       "`confine` to "
		       "the interface";
	if ((rule->protocols & (BG_PROTOCOL_RAW | BG_PROTOCOL_SCTP)) && !allows)
		return "raw and SCTP sockets bind without asking it";
	return NULL;
}

/** of_size - what of the rule finds no room; NULL: nothing. */
static const char *
of_size(const struct bg_policy *policy, uint32_t index)
{
	const struct bg_rule *rule = &policy->rules[index];

	if (index >= BG_KERNEL_RULES_MAX)
		return "it holds 256 rules, and this is one more";
	if (policy->size > BG_KERNEL_POLICY_MAX)
		return "it holds configurations that take 64 KiB, and this is of a larger one";
	if (rule->ports.count > BG_KERNEL_VALUES_MAX)
		return "it holds 8 values of `port`: make two rules of it";
	if (rule->prefixes.count > BG_KERNEL_VALUES_MAX)
		return "it holds 8 addresses of `address`: make two rules of it";
	if (is_too_long(policy, rule))
		return "it holds 63 characters of a `program`: end it earlier, with a *";
	if (globs_until(policy, index) > BG_CGROUP_GLOBS_MAX)
		return "it holds 128 values of `program` in all rules together, and these are more";
	return NULL;
}

bool
bg_cgroup_rule_refused(const struct bg_policy *policy, uint32_t index, char why[BG_CGROUP_WHY_MAX])
{
	struct bg_line line = {.text = why, .size = BG_CGROUP_WHY_MAX - 1};
	const char *reason = of_size(policy, index);

	if (!reason)
		reason = of_meaning(policy, &policy->rules[index]);
	bg_line_text(&line, reason ? reason : "");
	why[line.length] = '\0';
	return reason != NULL;
}

/** element_end - what is behind the element at @glob, which is no star; as step() and class_match() of glob.c have it. */
static const char *
element_end(const char *glob)
{
	const char *at = glob + 1, *first;

	if (*glob == '\\' && glob[1])
		return glob + 2;
	if (*glob != '[')
		return glob + 1;
	if (*at == '!' || *at == '^')
		at++;
	for (first = at; *at && (*at != ']' || at == first); at++)
		if (at[1] == '-' && at[2] && at[2] != ']')
			at += 2;
	return *at == ']' ? at + 1 : glob + 1;
}

/** fill_set - the bytes that the element from @glob to @end matches: the glob that it is alone is asked for each. */
static void
fill_set(struct bg_token *token, const char *glob, const char *end)
{
	char element[BG_GLOB_MAX + 2] = "";
	size_t size = (size_t)(end - glob);

	token->kind = BG_TOKEN_SET;
	if (*glob == '[' && size == 1)
		memcpy(element, "\\[", sizeof("\\["));
	else
		memcpy(element, glob, size < BG_GLOB_MAX ? size : BG_GLOB_MAX);
	for (unsigned c = 1; c < 256; c++) {
		const char text[2] = {(char)c, '\0'};

		if (bg_glob_matches(element, text))
			token->set[c >> 3] |= (uint8_t)(1u << (c & 7));
	}
}

uint32_t
bg_cgroup_rule_tokens(const char *glob, struct bg_token tokens[BG_CGROUP_TOKENS_MAX])
{
	uint32_t count = 0;

	while (*glob) {
		const char *end = *glob == '*' ? glob + 1 : element_end(glob);
		struct bg_token token = {.kind = BG_TOKEN_STAR};

		if (*glob != '*' && tokens)
			fill_set(&token, glob, end);
		if (tokens && count < BG_CGROUP_TOKENS_MAX)
			tokens[count] = token;
		count++;
		glob = end;
	}
	if (tokens && count < BG_CGROUP_TOKENS_MAX)
		tokens[count] = (struct bg_token){.kind = BG_TOKEN_END};
	return count + 1;
}
