/* SPDX-License-Identifier: MIT
 * config.h - the configuration that guarded programs would get, for `check` and `explain`: which file, why that one, and
 * what is wrong with it. */
#ifndef BINDGUARD_LAUNCHER_CONFIG_H
#define BINDGUARD_LAUNCHER_CONFIG_H

#include "bindguard/mistakes.h"
#include "launcher/command.h"
#include "launcher/placement.h"

/** CONFIG_TEXT_MAX - bytes of a text about a configuration: two paths, each with every byte escaped, and words. */
#define CONFIG_TEXT_MAX (8 * BG_PATH_MAX + 256)

/**
 * struct config - a configuration, loaded.
 * @placement: the options that were given in the place of variables; NULL: none are taken
 * @named: the file was named on the command line
 * @settings: the environment, with that name in the place of BINDGUARD_CONFIG
 * @loaded: what the library itself would load in a program that starts now; the rules of all programs are kept
 * @name: its path as it may be shown, "built-in" where there is no file
 */
struct config {
	const struct placement *placement;
	bool named;
	struct bg_settings settings;
	struct bg_loaded loaded;
	char name[4 * BG_PATH_MAX];
};

struct config *config_load(const char *file, const struct placement *placement, struct failure *failure);
void config_free(struct config *config);
void config_explain_source(const struct config *config, char text[CONFIG_TEXT_MAX]);
const char *config_source_word(const struct config *config);
int config_list_mistakes(const struct bg_loaded *loaded, const struct bg_mistakes_style *style, int status,
			 struct failure *failure);
int config_fail(const struct config *config, struct failure *failure);

#endif
