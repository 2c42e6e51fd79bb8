/* SPDX-License-Identifier: MIT
 * file.h - which configuration file counts, and its text. Cold. */
#ifndef BINDGUARD_FILE_H
#define BINDGUARD_FILE_H

#include "bindguard/load.h"

/**
 * struct bg_file_trust - whose file a configuration may be.
 * @uid: the user that it is for: it, or root, owns the file, and not everybody may write to it
 * @strict: root's, or in secure execution: nor may a group, and the same holds for each folder on its way
 */
struct bg_file_trust {
	uint32_t uid;
	bool strict;
};

bool bg_file_user_path(const struct bg_settings *settings, char path[BG_PATH_MAX]);
void bg_file_locate(const struct bg_settings *settings, struct bg_loaded *loaded);
char *bg_file_read(const char *path, const struct bg_file_trust *trust, size_t *size, struct bg_diags *diags);

#endif
