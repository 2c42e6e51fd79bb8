/* SPDX-License-Identifier: MIT
 * check.c - `bindguard check`: every mistake of a configuration, or its rules as understood. Runs in the launcher only. */
#include <stdio.h>

#include "launcher/check/config_print.h"
#include "launcher/config.h"
#include "launcher/config_warn.h"
#include "launcher/unreachable.h"

/** tell - of struct config_warnings: a line as compilers write one. */
static void
tell(const struct config_warnings *warnings, const char *variable, unsigned line, const char *text)
{
	const struct config *config = warnings->context;

	if (variable)
		fprintf(stderr, "environment: warning: %s: %s\n", variable, text);
	else if (line)
		fprintf(stderr, "%s:%u: warning: %s\n", config->name, line, text);
	else
		fprintf(stderr, "%s: warning: %s\n", config->name, text);
}

/** warn_unreachable - on standard error: the rules that can never match. They are no mistakes. */
static void
warn_unreachable(const struct config *config)
{
	const struct bg_policy *policy = config->loaded.policy;

	for (uint32_t i = 0; i < policy->rule_count; i++) {
		uint32_t other = unreachable_behind(policy, i);
		const struct bg_rule *rule = &policy->rules[i];

		if (other == BG_NO_RULE)
			continue;
		fprintf(stderr, "%s:%u: warning: rule \"%s\" can never match: ", config->name, rule->line,
			bg_policy_string(policy, rule->name));
		if (other == i)
			fputs("none of its addresses is of its family\n", stderr);
		else
			fprintf(stderr, "rule \"%s\" in line %u matches all that it does\n",
				bg_policy_string(policy, policy->rules[other].name), policy->rules[other].line);
	}
}

/** warn - on standard error, what is no mistake and may yet not be what was meant. */
static void
warn(const struct config *config)
{
	const struct config_warnings warnings = {
		.loaded = &config->loaded, .settings = &config->settings, .tell = tell, .context = config};

	warn_unreachable(config);
	config_warn_unguarded(&warnings);
	if (config->loaded.policy->mode == BG_MODE_OFF)
		return;
	config_warn_rules(&warnings);
	config_warn_connect(&warnings);
	config_warn_log(&warnings);
}

/** check - load, tell, print. @file: NULL where none is named. */
static int
check(const char *file, struct failure *failure)
{
	struct config *config = config_load(file, NULL, failure);
	int status = STATUS_GOOD;

	if (!config)
		return STATUS_USAGE;
	if (bg_diags_mistakes(&config->loaded.diags)) {
		status = config_fail(config, failure);
	} else {
		warn(config);
		config_print(config);
	}
	config_free(config);
	return status;
}

/** command_check - see bindguard(1). */
int
command_check(int argc, char **argv, struct failure *failure)
{
	const struct option_spec *option;
	struct options options;

	options_begin(&options, argc, argv);
	while ((option = options_next(&options, failure)) != NULL) {
		if (options_is(option, "help")) {
			options_print_help(options.command);
			return STATUS_GOOD;
		}
	}
	if (failure->text[0])
		return STATUS_USAGE;
	if (argc - options.at > 1)
		return command_fail(failure, STATUS_USAGE, "unexpected \"%.200s\", expected one FILE at most",
				    argv[options.at + 1]);
	return check(options.at < argc ? argv[options.at] : NULL, failure);
}
