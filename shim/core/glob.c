/* SPDX-License-Identifier: MIT
 * glob.c - matches a text against a pattern of `*`, `?`, `[a-z]`, `[!a]` and `\x`, byte by byte. Pure. */
#include "bindguard/glob.h"

#include <stddef.h>

/**
 * class_match - match @c against the bracket expression at @glob, which points behind '['.
 * @end: set behind the closing ']', or NULL where there is none ('[' is then an ordinary character)
 */
static bool
class_match(const char *glob, char c, const char **end)
{
	bool negated = *glob == '!' || *glob == '^';
	bool found = false;
	const char *at = glob + negated;

	*end = NULL;
	for (const char *first = at; *at && (*at != ']' || at == first); at++) {
		unsigned char low = (unsigned char)*at;
		unsigned char high = low;

		if (at[1] == '-' && at[2] && at[2] != ']') {
			high = (unsigned char)at[2];
			at += 2;
		}
		if ((unsigned char)c >= low && (unsigned char)c <= high)
			found = true;
	}
	if (*at != ']')
		return false;
	*end = at + 1;
	return found != negated;
}

/** step - match one pattern element at @glob (not '*') against @c. Return: what is behind it, NULL: no match. */
static const char *
step(const char *glob, char c)
{
	const char *end;

	if (*glob == '?')
		return glob + 1;
	if (*glob == '[') {
		bool matched = class_match(glob + 1, c, &end);

		if (end)
			return matched ? end : NULL;
	}
	if (*glob == '\\' && glob[1])
		glob++;
	return *glob && *glob == c ? glob + 1 : NULL;
}

/**
 * bg_glob_matches - does @glob match the whole of @text? '*' matches '/' too, as in fnmatch(3) without FNM_PATHNAME.
 * Linear memory, at most |glob| * |text| steps: only the last '*' is ever tried again.
 */
bool
bg_glob_matches(const char *glob, const char *text)
{
	const char *star = NULL, *star_text = NULL;

	for (;;) {
		const char *next;

		if (*glob == '*') {
			star = ++glob;
			star_text = text;
			continue;
		}
		if (!*text && !*glob)
			return true;
		next = *text ? step(glob, *text) : NULL;
		if (next) {
			glob = next;
			text++;
		} else if (star && *star_text) {
			text = ++star_text;
			glob = star;
		} else {
			return false;
		}
	}
}
