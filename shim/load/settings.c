/* SPDX-License-Identifier: MIT
 * settings.c - the environment variables that count. Cold: read once, at load time. */
#include "bindguard/settings.h"

#include <stdlib.h>
#include <string.h>

#include "load/vocabulary.h"

/** struct variable - a variable and the member of struct bg_settings that points to its value. */
struct variable {
	const char *name;
	size_t member;
};

static const struct variable variables[] = {
	{"BINDGUARD_CONFIG", offsetof(struct bg_settings, config)},
	{"BINDGUARD_MODE", offsetof(struct bg_settings, mode)},
	{"BINDGUARD_TO", offsetof(struct bg_settings, to)},
	{"BINDGUARD_FROM", offsetof(struct bg_settings, from)},
	{"BINDGUARD_CONFINE", offsetof(struct bg_settings, confine)},
	{"BINDGUARD_PIN", offsetof(struct bg_settings, pin)},
	{"BINDGUARD_LOG", offsetof(struct bg_settings, log)},
	{"BINDGUARD_LOG_FORMAT", offsetof(struct bg_settings, log_format)},
	{"BINDGUARD_LOG_EVENTS", offsetof(struct bg_settings, log_events)},
	{"BINDGUARD_FOLLOW", offsetof(struct bg_settings, follow)},
	{"XDG_CONFIG_HOME", offsetof(struct bg_settings, xdg_config_home)},
	{"HOME", offsetof(struct bg_settings, home)},
};

#define VARIABLES (sizeof(variables) / sizeof(variables[0]))

/** set - let the variable's member of @settings point to @value. */
static void
set(struct bg_settings *settings, const struct variable *variable, const char *value)
{
	memcpy((char *)settings + variable->member, &value, sizeof(value));
}

void
bg_settings_read(bool secure, struct bg_settings *settings)
{
	memset(settings, 0, sizeof(*settings));
	settings->secure = secure;
	if (secure) /* ld.so(8), secure-execution mode: whoever set the environment may be hostile */
		return;
	for (size_t i = 0; i < VARIABLES; i++)
		set(settings, &variables[i], getenv(variables[i].name));
}

/** lookup - the value of @name in @block; NULL where it is not there. Of two the first counts, as for getenv(3). */
static const char *
lookup(const char *block, size_t size, const char *name)
{
	size_t length = strlen(name);

	for (size_t at = 0; at < size; at += strlen(block + at) + 1)
		if (strncmp(block + at, name, length) == 0 && block[at + length] == '=')
			return block + at + length + 1;
	return NULL;
}

void
bg_settings_parse(const char *block, size_t size, struct bg_settings *settings)
{
	memset(settings, 0, sizeof(*settings));
	for (size_t i = 0; i < VARIABLES; i++)
		set(settings, &variables[i], lookup(block, size, variables[i].name));
}

size_t
bg_settings_write(const struct bg_settings *settings, char *text, unsigned *count)
{
	size_t used = 0;

	*count = 0;
	for (size_t i = 0; i < VARIABLES; i++) {
		size_t name = strlen(variables[i].name);
		const char *value;

		memcpy(&value, (const char *)settings + variables[i].member, sizeof(value));
		if (!value)
			continue;
		if (text) {
			memcpy(text + used, variables[i].name, name);
			text[used + name] = '=';
			memcpy(text + used + name + 1, value, strlen(value) + 1);
		}
		used += name + 1 + strlen(value) + 1;
		++*count;
	}
	return used;
}

int
bg_settings_mode(const struct bg_settings *settings)
{
	return settings->mode ? word_value(mode_words, settings->mode) : -1;
}
