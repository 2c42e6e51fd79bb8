/* SPDX-License-Identifier: MIT
 * path.h - whom a path depends on: the owners of the folders and symbolic links on its way. Signal-safe. */
#ifndef BINDGUARD_PATH_H
#define BINDGUARD_PATH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bindguard/attr.h"

/**
 * struct bg_walk - a path, followed part by part.
 * @text, @size: room for the path and for what its links point to
 * @uid: who is trusted, beside root
 * @folders: folders have to be trusted, too; else symbolic links alone
 * @follow: the last part, too, may be a symbolic link
 * @part: set to the last part, or to the part where the walk ended; in @text
 * @distrusted: set where that part is another user's, or others may write to it
 * @owner, @group, @mode: then its owner, its group and st_mode
 */
struct bg_walk {
	char *text;
	size_t size;
	uint32_t uid;
	bool folders;
	bool follow;
	const char *part;
	bool distrusted;
	uint32_t owner;
	uint32_t group;
	uint32_t mode;
};

BG_SIGSAFE int bg_walk(struct bg_walk *walk, const char *path);
BG_SIGSAFE uint32_t bg_effective_user(void);
BG_SIGSAFE bool bg_mode_is_trusted(uint32_t mode, uint32_t group, bool own_group);
BG_SIGSAFE bool bg_owner_is_trusted(uint32_t owner, uint32_t uid);

#endif
