/* SPDX-License-Identifier: MIT
 * config.c - loads a configuration as the library does, and tells where it came from and what is wrong with it. Runs in
 * the launcher only. */
#include "launcher/config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bindguard/file.h"
#include "bindguard/line.h"

/** show - @path as it may be printed: others chose it, and it may hold a line's end. */
static void
show(const char *path, char *text, size_t size)
{
	struct bg_line line = {.text = text, .size = size - 1};

	bg_line_escaped(&line, path, size - 1, BG_ESCAPE_TEXT);
	text[line.length] = '\0';
}

/**
 * config_load - what the library would load in a program that starts now.
 * @file: in the place of BINDGUARD_CONFIG; NULL: none was named
 * @placement: options that were put into the environment before; NULL: none
 * Return: to be freed by config_free(); with mistakes or without. NULL, and @failure set, where memory is short.
 */
struct config *
config_load(const char *file, const struct placement *placement, struct failure *failure)
{
	struct config *config = calloc(1, sizeof(*config));

	if (!config) {
		command_fail(failure, 0, "out of memory");
		return NULL;
	}
	bg_settings_read(false, &config->settings);
	config->placement = placement;
	config->named = file != NULL;
	if (file)
		config->settings.config = file;
	bg_load(&config->settings, NULL, &config->loaded);
	if (config->settings.pin)
		show("pin.conf (built-in)", config->name, sizeof(config->name));
	else if (config->loaded.source == BG_SOURCE_BUILTIN)
		show("built-in", config->name, sizeof(config->name));
	else
		show(config->loaded.path[0] ? config->loaded.path : "BINDGUARD_CONFIG", config->name,
		     sizeof(config->name));
	return config;
}

/** config_free - free what config_load() made. */
void
config_free(struct config *config)
{
	if (config)
		bg_loaded_free(&config->loaded);
	free(config);
}

/** explain_file - which file it is and why that one, as a clause. */
static void
explain_file(const struct config *config, char text[CONFIG_TEXT_MAX])
{
	char path[BG_PATH_MAX], user[4 * BG_PATH_MAX] = "a user's file";
	const char *why = "";

	if (bg_file_user_path(&config->settings, path))
		show(path, user, sizeof(user));
	switch (config->loaded.source) {
	case BG_SOURCE_ENVIRONMENT:
		why = config->named ? "named on the command line" : "named by BINDGUARD_CONFIG";
		break;
	case BG_SOURCE_USER: why = "the user's file, as BINDGUARD_CONFIG is not set"; break;
	case BG_SOURCE_SYSTEM:
		snprintf(text, CONFIG_TEXT_MAX,
			 "%s (the machine's file, as BINDGUARD_CONFIG is not set and there is no %s)", config->name,
			 user);
		return;
	case BG_SOURCE_BUILTIN:
		if (!config->settings.config) {
			snprintf(text, CONFIG_TEXT_MAX,
				 "built-in (BINDGUARD_CONFIG is not set, and there is neither %s nor %s)", user,
				 BG_SYSCONFDIR "/bindguard.conf");
			return;
		}
		why = config->named ? "as an empty name on the command line says" : "as BINDGUARD_CONFIG is empty";
		break;
	}
	snprintf(text, CONFIG_TEXT_MAX, "%s (%s)", config->name, why);
}

/** config_explain_source - where the rules come from, and why from there, as a clause. */
void
config_explain_source(const struct config *config, char text[CONFIG_TEXT_MAX])
{
	if (config->settings.pin)
		snprintf(text, CONFIG_TEXT_MAX, "%s, in the place of the file's rules, as %s says", config->name,
			 config->placement && config->placement->pin ? "--pin" : "BINDGUARD_PIN");
	else
		explain_file(config, text);
}

/** config_source_word - the same in one word, for JSON. */
const char *
config_source_word(const struct config *config)
{
	switch (config->loaded.source) {
	case BG_SOURCE_ENVIRONMENT: return config->named ? "argument" : "environment";
	case BG_SOURCE_USER: return "user";
	case BG_SOURCE_SYSTEM: return "system";
	case BG_SOURCE_BUILTIN: break;
	}
	return "built-in";
}

/**
 * config_list_mistakes - those of @loaded, as lines of @failure.
 * Return: STATUS_GOOD, or @status where memory is short.
 */
int
config_list_mistakes(const struct bg_loaded *loaded, const struct bg_mistakes_style *style, int status,
		     struct failure *failure)
{
	size_t size = (loaded->diags.count + 1) * (strlen(style->prefix) + BG_MISTAKE_MAX);

	failure->lines = malloc(size);
	if (!failure->lines)
		return command_fail(failure, status, "out of memory");
	bg_mistakes_format(loaded, style, failure->lines, size);
	return STATUS_GOOD;
}

/** RUN - and what `run` does, whatever the mode: environment_check(). */
#define RUN "; `bindguard run` starts nothing"

/**
 * config_fail - the mistakes of @config end the command: @failure gets them, how many there are, and what they mean for
 * guarded programs meanwhile. That a file cannot be read at all is one line.
 * Return: STATUS_MISTAKES, or STATUS_USAGE where the file could not be read.
 */
int
config_fail(const struct config *config, struct failure *failure)
{
	const struct bg_loaded *loaded = &config->loaded;
	const struct bg_mistakes_style style = {
		.prefix = "",
		.first = loaded->unreadable ? 1 : 0,
		.most = BG_DIAGS_MAX,
		.option = config->placement ? placement_option : NULL,
		.context = config->placement,
	};
	const char *meaning = bg_mistakes_meaning(loaded);
	unsigned mistakes = bg_diags_mistakes(&loaded->diags);
	char first[768];

	if (config_list_mistakes(loaded, &style, STATUS_USAGE, failure) != STATUS_GOOD)
		return STATUS_USAGE;
	if (!loaded->unreadable)
		return command_fail(failure, STATUS_MISTAKES, "%u mistake%s; meanwhile %s" RUN, mistakes,
				    mistakes == 1 ? "" : "s", meaning);
	bg_mistake_format(&loaded->diags.items[0], loaded->path, NULL, first, sizeof(first));
	return command_fail(failure, STATUS_USAGE, "%s; meanwhile %s" RUN, first, meaning);
}
