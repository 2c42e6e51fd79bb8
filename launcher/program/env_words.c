/* SPDX-License-Identifier: MIT
 * env_words.c - follows env(1) to its command: `env PATH=/opt/bin node`, `#!/usr/bin/env -S node --x`. It acts on
 * nothing; what it does not know ends the following. Of inspect.c. */
#include <string.h>

#include "launcher/program/env_split.h"
#include "launcher/program/env_words.h"
#include "launcher/program/inspect.h"

/**
 * struct env_reader - of one command line of env(1).
 * @at: the word being read
 * @cleared: LD_PRELOAD was taken out of the environment, and not put back yet
 * @moved: the command is started in another folder
 */
struct env_reader {
	size_t at;
	bool cleared;
	bool moved;
};

/** env_words_push - add a word of @length bytes behind the others. Return: false where there is no room. */
bool
env_words_push(struct env_words *words, const char *word, size_t length)
{
	char *copy = words->text + words->text_used;

	if (words->count == ENV_WORDS_MAX || length >= ENV_TEXT_MAX - words->text_used)
		return false;
	memcpy(copy, word, length);
	copy[length] = '\0';
	words->text_used += length + 1;
	words->items[words->count++] = copy;
	return true;
}

/**
 * split - put the words of @line in the place of the words before @rest, as `env -S` does.
 * Return: false where env(1) refuses the line, and where there is no room.
 */
static bool
split(struct env_words *words, size_t rest, const char *line)
{
	const char *tail[ENV_WORDS_MAX];
	size_t tail_count = words->count - rest;

	memcpy(tail, words->items + rest, tail_count * sizeof(tail[0]));
	words->count = 1;
	if (!env_split(words, line) || tail_count > ENV_WORDS_MAX - words->count)
		return false;
	memcpy(words->items + words->count, tail, tail_count * sizeof(tail[0]));
	words->count += tail_count;
	return true;
}

/** unset - the variable @name is taken out of the environment. */
static void
unset(struct env_words *words, struct env_reader *reader, const char *name)
{
	if (strcmp(name, "LD_PRELOAD") == 0)
		reader->cleared = true;
	else if (strcmp(name, "PATH") == 0)
		words->search = NULL;
}

/** assign - @word is NAME=VALUE. A preload of the user's own with our library in it is as good as ours. */
static void
assign(struct env_words *words, struct env_reader *reader, const char *word)
{
	static const char preload[] = "LD_PRELOAD=", path[] = "PATH=";

	if (strncmp(word, preload, sizeof(preload) - 1) == 0)
		reader->cleared = strstr(word, "libbindguard.so") == NULL;
	else if (strncmp(word, path, sizeof(path) - 1) == 0)
		words->search = word + sizeof(path) - 1;
}

/** skip_argument - of an option: the rest of its own word, or the next word. Return: false where there is none. */
static bool
skip_argument(const struct env_words *words, struct env_reader *reader, const char *rest)
{
	return *rest || ++reader->at < words->count;
}

/** read_long - the word is `--name` or `--name=value`. Return: false where it is not followed. */
static bool
read_long(struct env_words *words, struct env_reader *reader, const char *name)
{
	static const char unset_option[] = "unset", split_option[] = "split-string=", chdir_option[] = "chdir";
	static const char *const harmless[] = {"debug", "default-signal", "ignore-signal", "block-signal",
					       "list-signal-handling"};

	if (strcmp(name, "ignore-environment") == 0) {
		reader->cleared = true;
		return true;
	}
	if (strncmp(name, split_option, sizeof(split_option) - 1) == 0) {
		bool good = split(words, reader->at + 1, name + sizeof(split_option) - 1);

		reader->at = 0;
		return good;
	}
	if (strncmp(name, unset_option, sizeof(unset_option) - 1) == 0) {
		const char *value = name + sizeof(unset_option) - 1;

		if (*value != '=' && (*value || ++reader->at >= words->count))
			return false;
		unset(words, reader, *value == '=' ? value + 1 : words->items[reader->at]);
		return true;
	}
	if (strncmp(name, chdir_option, sizeof(chdir_option) - 1) == 0) {
		reader->moved = true;
		return skip_argument(words, reader, name + sizeof(chdir_option) - 1);
	}
	for (size_t i = 0; i < sizeof(harmless) / sizeof(harmless[0]); i++)
		if (strncmp(name, harmless[i], strlen(harmless[i])) == 0)
			return true;
	return false;
}

/** read_letters - the word is `-` and letters, the last of which may have an argument. Return: as read_long(). */
static bool
read_letters(struct env_words *words, struct env_reader *reader, const char *letters)
{
	for (; *letters; letters++) {
		const char *value = letters + 1;

		switch (*letters) {
		case 'i': reader->cleared = true; continue;
		case 'v': continue;
		case 'C': reader->moved = true; return skip_argument(words, reader, value);
		case 'u':
		case 'S':
			if (!*value && ++reader->at >= words->count)
				return false;
			if (!*value)
				value = words->items[reader->at];
			if (*letters == 'u') {
				unset(words, reader, value);
				return true;
			}
			if (!split(words, reader->at + 1, value))
				return false;
			reader->at = 0;
			return true;
		default: return false;
		}
	}
	return true;
}

/** is_found_elsewhere - is @word a relative path, which a command in another folder does not find from here? */
static bool
is_found_elsewhere(const char *word)
{
	return word[0] != '/' && strchr(word, '/');
}

/**
 * env_words_read - take env(1) itself, its options and its variables off the front of @words.
 * @cleared: LD_PRELOAD does not arrive at what env(1) starts
 * Return: what is left: with ENV_COMMAND the words are the command's, else they are useless.
 */
enum env_end
env_words_read(struct env_words *words, bool *cleared)
{
	struct env_reader reader = {0};
	bool options = true, good = true;

	for (reader.at = 1; reader.at < words->count; reader.at++) {
		const char *word = words->items[reader.at];

		if (options && strcmp(word, "--") == 0) {
			options = false;
		} else if (options && strcmp(word, "-") == 0) {
			reader.cleared = true;
		} else if (options && word[0] == '-') {
			good = word[1] == '-' ? read_long(words, &reader, word + 2)
					      : read_letters(words, &reader, word + 1);
			if (!good)
				break;
		} else if (strchr(word, '=')) {
			options = false;
			assign(words, &reader, word);
		} else {
			break;
		}
	}
	*cleared = reader.cleared;
	if (good && reader.at >= words->count)
		return ENV_ALONE;
	if (!good || (reader.moved && is_found_elsewhere(words->items[reader.at])))
		return ENV_OTHER;
	words->count -= reader.at;
	memmove(words->items, words->items + reader.at, words->count * sizeof(words->items[0]));
	return ENV_COMMAND;
}
