/* SPDX-License-Identifier: MIT
 * confuse_stream.c - the memory and the one stream that libconfuse gets: memory of the arena, and the text it is given to
 * read. Cold. Not stdio: that is the program's, allocates, and copies the text once more. */
#include <string.h>

#include "load/arena.h"
#include "load/confuse_host.h"
#include "load/survey.h"

/** stream - the text being read; a FILE pointer that libconfuse holds points here and is never looked into. */
static struct {
	const char *text;
	size_t size;
	size_t at;
} stream;

void *
bg_confuse_calloc(size_t count, size_t size)
{
	size_t bytes;

	return __builtin_mul_overflow(count, size, &bytes) ? NULL : arena_alloc(bytes);
}

void *
bg_confuse_reallocarray(void *old, size_t count, size_t size)
{
	size_t bytes;

	return __builtin_mul_overflow(count, size, &bytes) ? NULL : arena_realloc(old, bytes);
}

/** bg_confuse_free - nothing: the arena goes whole. */
void
bg_confuse_free(void *memory)
{
	(void)memory;
}

/**
 * bg_confuse_strdup - a copy of @text; of a key's name, the name itself. libconfuse copies those for each section, and
 * writes to none.
 */
char *
bg_confuse_strdup(const char *text)
{
	union {
		const char *in;
		char *out;
	} same = {.in = text};

	return survey_is_key_name(text) ? same.out : arena_copy(text, strlen(text));
}

/** bg_confuse_strcmp - for names of keys: most differ in their first character, and a call of libc's costs more. */
int
bg_confuse_strcmp(const char *one, const char *other)
{
	while (*one && *one == *other)
		one++, other++;
	return (unsigned char)*one - (unsigned char)*other;
}

char *
bg_confuse_strndup(const char *text, size_t most)
{
	return arena_copy(text, strnlen(text, most));
}

/** bg_confuse_fmemopen - begin to read @text; there is one stream, and libconfuse opens one at a time. */
FILE *
bg_confuse_fmemopen(void *text, size_t size, const char *mode)
{
	(void)mode;
	stream.text = text;
	stream.size = size;
	stream.at = 0;
	return (FILE *)(void *)&stream;
}

int
bg_confuse_fclose(FILE *file)
{
	(void)file;
	stream.size = stream.at = 0;
	return 0;
}

size_t
bg_confuse_fread(void *to, size_t size, size_t count, FILE *file)
{
	size_t wanted = size * count, left = stream.size - stream.at;
	size_t bytes = wanted < left ? wanted : left;

	(void)file;
	if (size == 0)
		return 0;
	memcpy(to, stream.text + stream.at, bytes);
	stream.at += bytes;
	return bytes / size;
}

int
bg_confuse_getc(FILE *file)
{
	(void)file;
	return stream.at < stream.size ? (unsigned char)stream.text[stream.at++] : EOF;
}

int
bg_confuse_ferror(FILE *file)
{
	(void)file;
	return 0;
}

void
bg_confuse_clearerr(FILE *file)
{
	(void)file;
}

int
bg_confuse_fileno(FILE *file)
{
	(void)file;
	return -1;
}

int
bg_confuse_fputc(int c, FILE *file)
{
	(void)file;
	return c;
}

int
bg_confuse_fputs(const char *text, FILE *file)
{
	(void)text, (void)file;
	return 0;
}

size_t
bg_confuse_fwrite(const void *from, size_t size, size_t count, FILE *file)
{
	(void)from, (void)size, (void)file;
	return count;
}
