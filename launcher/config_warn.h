/* SPDX-License-Identifier: MIT
 * config_warn.h - what is no mistake of a configuration, and yet may not be what was meant; for `check` and `run`. */
#ifndef BINDGUARD_LAUNCHER_CONFIG_WARN_H
#define BINDGUARD_LAUNCHER_CONFIG_WARN_H

#include "bindguard/load.h"

/**
 * struct config_warnings - who is told.
 * @loaded: without mistakes, with the rules of all programs
 * @settings: what it was loaded with
 * @tell: prints one, and knows @context. @variable: of the environment, or NULL: @line of the file, 0: of the whole
 */
struct config_warnings {
	const struct bg_loaded *loaded;
	const struct bg_settings *settings;
	void (*tell)(const struct config_warnings *warnings, const char *variable, unsigned line, const char *text);
	const void *context;
};

bool config_warn_unguarded(const struct config_warnings *warnings);
void config_warn_rules(const struct config_warnings *warnings);
void config_warn_connect(const struct config_warnings *warnings);
const char *config_warn_victims(const struct bg_rule *rule);
void config_warn_log(const struct config_warnings *warnings);

/* config_warn_target.c */
void config_warn_tell(const struct config_warnings *warnings, const char *variable, unsigned line, const char *format,
		      ...) __attribute__((format(printf, 4, 5)));
void config_warn_target(const struct config_warnings *warnings, const char *variable, const struct bg_rule *rule);
void config_warn_filter(const struct config_warnings *warnings, const char *variable, const struct bg_rule *rule);

#endif
