/* SPDX-License-Identifier: MIT
 * env_split.c - splits the argument of `env -S` into words, as env(1) does: quotes, escapes, variables, comments. It acts
 * on nothing. Of inspect.c. */
#include <stdlib.h>
#include <string.h>

#include "launcher/program/env_split.h"
#include "launcher/program/env_words.h"
#include "launcher/program/inspect.h"

#define SPACES " \t\n\v\f\r"
#define VARIABLE_MAX 128

/**
 * struct splitter - of one argument.
 * @at: the next byte
 * @quote: the quote that is open, or 0
 * @started: a word has begun, perhaps an empty one
 * @word, @length: what it has so far
 */
struct splitter {
	const char *at;
	char quote;
	bool started;
	char word[ENV_TEXT_MAX];
	size_t length;
};

/** put - a byte of the word. Return: false where there is no room. */
static bool
put(struct splitter *splitter, char byte)
{
	splitter->started = true;
	if (splitter->length + 1 >= sizeof(splitter->word))
		return false;
	splitter->word[splitter->length++] = byte;
	return true;
}

/** finish - the word, if one has begun, becomes one of @words. Return: false where there is no room. */
static bool
finish(struct splitter *splitter, struct env_words *words)
{
	bool good = !splitter->started || env_words_push(words, splitter->word, splitter->length);

	splitter->started = false;
	splitter->length = 0;
	return good;
}

/** put_variable - the value of `${NAME}` at splitting->at. Return: false for any other dollar, which env(1) refuses. */
static bool
put_variable(struct splitter *splitter)
{
	const char *name = splitter->at + 2;
	size_t length = splitter->at[1] == '{' ? strcspn(name, "}") : 0;
	char copy[VARIABLE_MAX];
	const char *value;

	if (length == 0 || length >= sizeof(copy) || name[length] != '}')
		return false;
	memcpy(copy, name, length);
	copy[length] = '\0';
	splitter->at = name + length + 1;
	value = getenv(copy);
	for (; value && *value; value++)
		if (!put(splitter, *value))
			return false;
	return true;
}

/** put_escape - the sequence at splitting->at, a backslash. Return: false where env(1) refuses it. */
static bool
put_escape(struct splitter *splitter, struct env_words *words)
{
	static const char letters[] = "fnrtv", meant[] = "\f\n\r\t\v";
	char next = splitter->at[1];
	const char *letter = next ? strchr(letters, next) : NULL;

	if (splitter->quote == '\'' && next != '\\' && next != '\'') {
		splitter->at++;
		return put(splitter, '\\');
	}
	splitter->at += 2;
	if (letter)
		return put(splitter, meant[letter - letters]);
	if (next == '_')
		return splitter->quote ? put(splitter, ' ') : finish(splitter, words);
	return next && strchr("\"#$'\\", next) && put(splitter, next);
}

/** split_next - what is at splitting->at. Return: false where env(1) refuses it, or where there is no room. */
static bool
split_next(struct splitter *splitter, struct env_words *words)
{
	char byte = *splitter->at;

	if (byte == '\\')
		return put_escape(splitter, words);
	if (byte == '$' && splitter->quote != '\'')
		return put_variable(splitter);
	splitter->at++;
	if (!splitter->quote && strchr(SPACES, byte))
		return finish(splitter, words);
	if ((byte == '\'' || byte == '"') && (!splitter->quote || splitter->quote == byte)) {
		splitter->quote = splitter->quote ? '\0' : byte;
		splitter->started = true;
		return true;
	}
	return put(splitter, byte);
}

/**
 * env_split - add the words of @line behind those of @words.
 * Return: false where env(1) refuses the line, or where there is no room.
 */
bool
env_split(struct env_words *words, const char *line)
{
	struct splitter splitter = {.at = line};

	while (*splitter.at) {
		bool plain = !splitter.quote;

		if (plain && !splitter.started && *splitter.at == '#')
			break;
		if (plain && splitter.at[0] == '\\' && splitter.at[1] == 'c')
			break;
		if (!split_next(&splitter, words))
			return false;
	}
	return !splitter.quote && finish(&splitter, words);
}
