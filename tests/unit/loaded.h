/* SPDX-License-Identifier: MIT
 * loaded.h - loads configurations from a folder of the test's own. */
#ifndef BINDGUARD_TESTS_UNIT_LOADED_H
#define BINDGUARD_TESTS_UNIT_LOADED_H

#include <stddef.h>

#include "bindguard/load.h"

/** loaded - what the last load gave: policy and mistakes. */
extern struct bg_loaded loaded;
/** loaded_folder, loaded_path - where files are, and the last name that was asked for. */
extern char loaded_folder[];
extern char loaded_path[256];
/** loaded_command_asked - how often the last load asked for the command line. */
extern unsigned loaded_command_asked;

const char *loaded_in_folder(const char *name);
const char *loaded_write(const char *name, const char *text, size_t size);
void loaded_load(const struct bg_settings *settings, const char *exe, const char *command);
void loaded_expect_lockdown(const struct bg_settings *settings, const char *part);
int loaded_make_folder(void **state);
int loaded_remove_folder(void **state);

#endif
