/* SPDX-License-Identifier: MIT
 * inspect.h - what CMD comes down to, and whether a preload reaches that. */
#ifndef BINDGUARD_LAUNCHER_INSPECT_H
#define BINDGUARD_LAUNCHER_INSPECT_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/stat.h>

#include "launcher/elf_file.h"

/** INSPECT_LEVELS - scripts and env(1)s followed, one behind the other; the kernel follows five scripts too. */
#define INSPECT_LEVELS 5

/**
 * struct inspection - of one CMD.
 * @path: the program that runs in the end, as far as it could be followed
 * @levels: scripts and env(1)s in front of it
 * @unreachable: why a preload does not reach it, "it is a static program"; "" where it does
 * @sheds: under the engine seccomp it runs without the privileges that executing it would give
 * @escapes: neither does that engine reach what it starts: sudo and its like work with privileges only
 * @unknown: why that cannot be told; "" where it can
 * @sanitizer: as in struct elf_facts
 */
struct inspection {
	char path[PATH_MAX];
	unsigned levels;
	char unreachable[512];
	bool sheds;
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
	ENV_OTHER,   /* without one, or with an option that changes more than is followed here */
	ENV_CLEARED, /* LD_PRELOAD does not arrive at its command */
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

enum env_end env_words_read(struct env_words *words);
bool env_words_push(struct env_words *words, const char *word, size_t length);

#endif
