/* SPDX-License-Identifier: MIT
 * load_text.c - configuration text to a policy. Cold. */
#include <stdlib.h>
#include <string.h>

#include "bindguard/load.h"
#include "load/arena.h"
#include "load/build.h"
#include "load/parse.h"

/**
 * check_text - is it text at all? Return: false, and told, where not.
 *
 * A carriage return belongs before a line feed, which alone ends a line: else a comment would go on to the end of the file,
 * and no rule would be left.
 */
static bool
check_text(const char *text, size_t size, struct bg_diags *diags)
{
	unsigned line = 1;

	if (size > BG_FILE_MAX) {
		bg_diags_add(diags, 0, "has %zu bytes, expected at most %d", size, BG_FILE_MAX);
		return false;
	}
	if (size >= 2 &&
	    (memcmp(text, "\xff\xfe", 2) == 0 || memcmp(text, "\xfe\xff", 2) == 0)) { /* its byte order mark */
		bg_diags_add(diags, 1, "is UTF-16, expected ASCII or UTF-8");
		return false;
	}
	for (size_t i = 0; i < size; i++) {
		unsigned char c = (unsigned char)text[i];

		if (c == '\r' && (i + 1 == size || text[i + 1] != '\n')) {
			bg_diags_add(diags, line,
				     "carriage return without a line feed, expected lines that end in a line feed");
			return false;
		}
		if (c == 0x7f || (c < ' ' && c != '\n' && c != '\t' && c != '\r')) {
			bg_diags_add(diags, line, "byte 0x%02x, expected text", c);
			return false;
		}
		line += c == '\n';
	}
	return true;
}

/** skip_mark - tell a byte order mark in front. Return: its size, 0 where there is none. */
static size_t
skip_mark(const char *text, size_t size, struct bg_diags *diags)
{
	static const char mark[] = "\xef\xbb\xbf";

	if (size < strlen(mark) || memcmp(text, mark, strlen(mark)) != 0)
		return 0;
	bg_diags_add(diags, 1, "begins with a byte order mark (U+FEFF), expected UTF-8 without one");
	return strlen(mark);
}

struct bg_policy *
bg_load_text(const char *text, size_t size, struct bg_diags *diags)
{
	unsigned before = bg_diags_mistakes(diags);
	struct bg_policy *policy = NULL;
	size_t mark = skip_mark(text, size, diags);
	struct build build;
	char *copy;

	text += mark;
	size -= mark;
	if (!check_text(text, size, diags))
		return NULL;
	copy = arena_copy(text, size);
	if (!copy || !build_begin(&build, diags))
		bg_diags_add(diags, 0, "out of memory");
	else if (parse(&build, copy, size) && bg_diags_mistakes(diags) == before) {
		policy = build_end(&build);
		if (!policy)
			bg_diags_add(diags, 0, "out of memory");
	}
	arena_release();
	return policy;
}
