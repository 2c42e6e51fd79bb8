/* SPDX-License-Identifier: MIT
 * env_words.h - follows a command line of env(1). */
#ifndef BINDGUARD_LAUNCHER_PROGRAM_ENV_WORDS_H
#define BINDGUARD_LAUNCHER_PROGRAM_ENV_WORDS_H

#include <stdbool.h>
#include <stddef.h>

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

#endif
