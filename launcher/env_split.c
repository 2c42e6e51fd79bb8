/* SPDX-License-Identifier: MIT
 * env_split.c - splits the argument of `env -S` into words, as env(1) does: quotes, escapes, variables, comments. It acts
 * on nothing. Of inspect.c. */
#include <stdlib.h>
#include <string.h>

#include "launcher/inspect.h"

#define SPACES " \t\n\v\f\r"
#define VARIABLE_MAX 128

/**
 * struct splitting - of one argument.
 * @at: the next byte
 * @quote: the quote that is open, or 0
 * @started: a word has begun, perhaps an empty one
 * @word, @length: what it has so far
 */
struct splitting {
	const char *at;
	char quote;
	bool started;
	char word[ENV_TEXT_MAX];
	size_t length;
};

/** put - a byte of the word. Return: false where there is no room. */
static bool
put(struct splitting *splitting, char byte)
{
	splitting->started = true;
	if (splitting->length + 1 >= sizeof(splitting->word))
		return false;
	splitting->word[splitting->length++] = byte;
	return true;
}

/** finish - the word, if one has begun, becomes one of @words. Return: false where there is no room. */
static bool
finish(struct splitting *splitting, struct env_words *words)
{
	bool good = !splitting->started || env_words_push(words, splitting->word, splitting->length);

	splitting->started = false;
	splitting->length = 0;
	return good;
}

/** put_variable - the value of `${NAME}` at splitting->at. Return: false for any other dollar, which env(1) refuses. */
static bool
put_variable(struct splitting *splitting)
{
	const char *name = splitting->at + 2;
	size_t length = splitting->at[1] == '{' ? strcspn(name, "}") : 0;
	char copy[VARIABLE_MAX];
	const char *value;

	if (length == 0 || length >= sizeof(copy) || name[length] != '}')
		return false;
	memcpy(copy, name, length);
	copy[length] = '\0';
	splitting->at = name + length + 1;
	value = getenv(copy);
	for (; value && *value; value++)
		if (!put(splitting, *value))
			return false;
	return true;
}

/** put_escape - the sequence at splitting->at, a backslash. Return: false where env(1) refuses it. */
static bool
put_escape(struct splitting *splitting, struct env_words *words)
{
	static const char letters[] = "fnrtv", meant[] = "\f\n\r\t\v";
	char next = splitting->at[1];
	const char *letter = next ? strchr(letters, next) : NULL;

	if (splitting->quote == '\'' && next != '\\' && next != '\'') {
		splitting->at++;
		return put(splitting, '\\');
	}
	splitting->at += 2;
	if (letter)
		return put(splitting, meant[letter - letters]);
	if (next == '_')
		return splitting->quote ? put(splitting, ' ') : finish(splitting, words);
	return next && strchr("\"#$'\\", next) && put(splitting, next);
}

/** split_next - what is at splitting->at. Return: false where env(1) refuses it, or where there is no room. */
static bool
split_next(struct splitting *splitting, struct env_words *words)
{
	char byte = *splitting->at;

	if (byte == '\\')
		return put_escape(splitting, words);
	if (byte == '$' && splitting->quote != '\'')
		return put_variable(splitting);
	splitting->at++;
	if (!splitting->quote && strchr(SPACES, byte))
		return finish(splitting, words);
	if ((byte == '\'' || byte == '"') && (!splitting->quote || splitting->quote == byte)) {
		splitting->quote = splitting->quote ? '\0' : byte;
		splitting->started = true;
		return true;
	}
	return put(splitting, byte);
}

/**
 * env_split - add the words of @line behind those of @words.
 * Return: false where env(1) refuses the line, or where there is no room.
 */
bool
env_split(struct env_words *words, const char *line)
{
	struct splitting splitting = {.at = line};

	while (*splitting.at) {
		bool plain = !splitting.quote;

		if (plain && !splitting.started && *splitting.at == '#')
			break;
		if (plain && splitting.at[0] == '\\' && splitting.at[1] == 'c')
			break;
		if (!split_next(&splitting, words))
			return false;
	}
	return !splitting.quote && finish(&splitting, words);
}
