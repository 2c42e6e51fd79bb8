/* SPDX-License-Identifier: MIT
 * file.h - which configuration file counts, and its text. Cold. */
#ifndef BINDGUARD_LOAD_FILE_H
#define BINDGUARD_LOAD_FILE_H

#include "bindguard/load.h"

bool file_user_path(const struct bg_settings *settings, char path[BG_PATH_MAX]);
void file_locate(const struct bg_settings *settings, struct bg_loaded *loaded);
char *file_read(const char *path, size_t *size, struct bg_diags *diags);

#endif
