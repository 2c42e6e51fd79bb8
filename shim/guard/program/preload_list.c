/* SPDX-License-Identifier: MIT
 * preload_list.c - looks for the library in the LD_PRELOAD that a program is about to get. Signal-safe; the environment is the
 * caller's and may point anywhere. */
#include "bindguard/preload_list.h"

#include <string.h>

/** is_separator - ends an entry of LD_PRELOAD: ld.so(8). */
static bool
is_separator(char c)
{
	return c == ':' || c == ' ' || c == '\0';
}

/** names_library - is the base name of the @size bytes at @entry that of the library? As `list` has it, it may have a version. */
static bool
names_library(const char *entry, size_t size)
{
	static const char name[] = "libbindguard.so";
	size_t base = size;

	while (base > 0 && entry[base - 1] != '/')
		base--;
	return size - base >= sizeof(name) - 1 && memcmp(entry + base, name, sizeof(name) - 1) == 0;
}

/** find_entry - the library in @list, a value of LD_PRELOAD. Return: NULL where it is not there. */
static const char *
find_entry(struct bg_reader *reader, const char *list, size_t *size)
{
	while (bg_caller_may_read(reader, list)) {
		*size = 0;
		while (bg_caller_may_read(reader, list + *size) && !is_separator(list[*size]))
			(*size)++;
		if (names_library(list, *size))
			return list;
		if (!bg_caller_may_read(reader, list + *size) || list[*size] == '\0')
			return NULL;
		list += *size + 1;
	}
	return NULL;
}

/**
 * bg_preload_list_entry - the entry of LD_PRELOAD in @envp that has the dynamic linker load the library.
 * @size: its bytes
 * Return: NULL where there is none. Of two variables of the name the last counts, as for ld.so(8).
 */
const char *
bg_preload_list_entry(struct bg_reader *reader, const char *const *envp, size_t *size)
{
	const char *found = NULL, *word;

	for (size_t i = 0; (word = bg_caller_word(reader, envp, i)) != NULL; i++) {
		const char *list = bg_caller_behind(reader, word, "LD_PRELOAD=");
		size_t entry_size = 0;

		if (!list)
			continue;
		found = find_entry(reader, list, &entry_size);
		*size = entry_size;
	}
	return found;
}
