/* SPDX-License-Identifier: MIT
 * inspect.h - what CMD comes down to, and whether a preload reaches that. */
#ifndef BINDGUARD_LAUNCHER_INSPECT_H
#define BINDGUARD_LAUNCHER_INSPECT_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/stat.h>

#include "launcher/elf_file.h"

/** INSPECT_LEVELS - scripts and env(1)s followed, one behind the other. */
#define INSPECT_LEVELS 64

/**
 * struct inspection - of one CMD.
 * @path: the program that runs in the end, as far as it could be followed; its name alone where it is not there
 * @levels: scripts and env(1)s in front of it; @scripts: of these, the scripts
 * @shell: a script without a `#!` line is among them
 * @subject: the program that @unreachable is about, "" for CMD's own file
 * @unreachable: why a preload does not reach it, "it is a static program"; "" where it does
 * @privileged: executing it gives privileges, which the engine seccomp takes away
 * @escapes: neither does that engine reach what it starts: sudo and its like work with privileges only
 * @unknown: why that cannot be told; "" where it can
 * @sanitizer: as in struct elf_facts
 */
struct inspection {
	char path[PATH_MAX];
	unsigned levels;
	unsigned scripts;
	bool shell;
	char subject[PATH_MAX];
	char unreachable[512];
	bool privileged;
	bool escapes;
	char unknown[128];
	char sanitizer[ELF_NAME_MAX];
};

void inspect(const char *path, char **argv, struct inspection *inspection);

/* privilege.c */
const char *privilege_reason(const char *path, const struct stat *status);

/* env_words.c */

/** enum env_end - how a command line of env(1) ends. */
enum env_end {
	ENV_COMMAND, /* with a command, which can be followed */
	ENV_ALONE,   /* without one */
	ENV_OTHER,   /* with an option that changes more than is followed here, or one that env(1) refuses */
};

/** ENV_WORDS_MAX - words of a command line that are looked at. ENV_TEXT_MAX - bytes of the words that `env -S` splits. */
#define ENV_WORDS_MAX 256
#define ENV_TEXT_MAX 4096

/**
 * struct env_words - a command line, the words of which are taken off from the front.
 * @items: @count of them
 * @search: PATH as the command will have it; NULL: unset
 * @text: words that were split from others
 */
struct env_words {
	const char *items[ENV_WORDS_MAX];
	size_t count;
	const char *search;
	char text[ENV_TEXT_MAX];
	size_t text_used;
};

enum env_end env_words_read(struct env_words *words, bool *cleared);
bool env_words_push(struct env_words *words, const char *word, size_t length);

/* env_split.c */
bool env_split(struct env_words *words, const char *line);

#endif
