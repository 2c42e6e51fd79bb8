/* SPDX-License-Identifier: MIT
 * config.c - loads a configuration as the library does, and tells where it came from and what is wrong with it. Runs in
 * the launcher only. */
#include "launcher/config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/line.h"
#include "load/file.h"

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
 * Return: to be freed by config_free(); with mistakes or without. NULL, and @failure set, where memory is short.
 */
struct config *
config_load(const char *file, struct failure *failure)
{
	struct config *config = calloc(1, sizeof(*config));

	if (!config) {
		fail(failure, 0, "out of memory");
		return NULL;
	}
	bg_settings_read(false, &config->settings);
	config->named = file != NULL;
	if (file)
		config->settings.config = file;
	bg_load(&config->settings, NULL, &config->loaded);
	if (config->loaded.source == BG_SOURCE_BUILTIN)
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

/** config_explain_source - which file it is and why that one, as a clause. */
void
config_explain_source(const struct config *config, char text[CONFIG_TEXT_MAX])
{
	char path[BG_PATH_MAX], user[4 * BG_PATH_MAX] = "a user's file";
	const char *why = "";

	if (file_user_path(&config->settings, path))
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

/** is_environments - is @diag about a variable of the environment? load.h: it then has no line, and names it. */
static bool
is_environments(const struct bg_diag *diag)
{
	return diag->line == 0 && strstr(diag->text, "BINDGUARD_");
}

/** print_mistakes - from @first on, on standard error, as compilers do: `file:line: what is wrong, what was expected`. */
static void
print_mistakes(const struct config *config, unsigned first)
{
	const struct bg_diags *diags = &config->loaded.diags;

	for (unsigned i = first; i < diags->count; i++) {
		const struct bg_diag *diag = &diags->items[i];

		if (is_environments(diag))
			fprintf(stderr, "environment: %s\n", diag->text);
		else if (diag->line)
			fprintf(stderr, "%s:%u: %s\n", config->name, diag->line, diag->text);
		else
			fprintf(stderr, "%s: %s\n", config->name, diag->text);
	}
	if (diags->dropped)
		fprintf(stderr, "%s: and %u more mistakes, not shown\n", config->name, diags->dropped);
}

/** RUN - and what `run` does, whatever the mode: environment_check(). */
#define RUN "; `bindguard run` starts nothing"

/** meanwhile - what guarded programs do until the mistakes are gone; as final_mode() of preload/init.c. */
static const char *
meanwhile(const struct config *config)
{
	const char *mode = config->settings.mode ? config->settings.mode : "";

	if (strcmp(mode, "off") == 0)
		return "BINDGUARD_MODE=off, programs are not guarded";
	if (strcmp(mode, "observe") == 0)
		return "BINDGUARD_MODE=observe, nothing is changed";
	return "guarded programs run in lockdown: wildcard addresses go to loopback, loopback is allowed, others are "
	       "refused (EACCES)";
}

/**
 * config_fail - the mistakes of @config end the command: prints them, and sets @failure to how many there are and what
 * they mean for guarded programs meanwhile. That a file cannot be read at all is one line.
 * Return: STATUS_MISTAKES, or STATUS_USAGE where the file could not be read.
 */
int
config_fail(const struct config *config, struct failure *failure)
{
	const struct bg_diags *diags = &config->loaded.diags;
	unsigned mistakes = bg_diags_mistakes(diags);

	print_mistakes(config, config->loaded.unreadable);
	if (config->loaded.unreadable)
		return fail(failure, STATUS_USAGE, "%.400s: %s; meanwhile %s" RUN, config->name, diags->items[0].text,
			    meanwhile(config));
	return fail(failure, STATUS_MISTAKES, "%u mistake%s; meanwhile %s" RUN, mistakes, mistakes == 1 ? "" : "s",
		    meanwhile(config));
}
