/* SPDX-License-Identifier: MIT
 * watch_map.c - reads a process's memory map: is the library there, or will it not come? Runs in the watch beside CMD. */
#include "launcher/run/watch_map.h"

#include <elf.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bindguard/rule.h"

#define MAPS_MAX (1024 * 1024) /* bytes of a memory map that are read: some 10,000 mappings */
#define AUXV_MAX 4096	       /* bytes of an auxiliary vector that are read: some 20 entries of 16 */

/**
 * read_proc - the file @name of CMD's folder in /proc, terminated.
 * @room: bytes read at most
 * @length: bytes read
 * Return: to be freed, NULL where it cannot be read.
 */
static char *
read_proc(pid_t pid, const char *name, size_t room, size_t *length)
{
	char path[64], *text = malloc(room + 1);
	ssize_t got = 1;
	int fd;

	*length = 0;
	snprintf(path, sizeof(path), "/proc/%d/%s", (int)pid, name);
	fd = text ? open(path, O_RDONLY | O_CLOEXEC) : -1;
	while (fd >= 0 && *length < room && (got = read(fd, text + *length, room - *length)) > 0)
		*length += (size_t)got;
	if (fd >= 0)
		close(fd);
	if (fd < 0 || got < 0) {
		free(text);
		return NULL;
	}
	text[*length] = '\0';
	return text;
}

/** linker_address - where the kernel has put CMD's dynamic linker, 0 for nowhere (yet). getauxval(3), AT_BASE. */
static unsigned long
linker_address(pid_t pid)
{
	size_t length;
	char *text = read_proc(pid, "auxv", AUXV_MAX, &length);
	unsigned long entry[2] = {AT_NULL, 0}, address = 0;

	for (size_t at = 0; text && at + sizeof(entry) <= length; at += sizeof(entry)) {
		memcpy(entry, text + at, sizeof(entry));
		if (entry[0] == AT_BASE)
			address = entry[1];
	}
	free(text);
	return address;
}

/** is_libc - is the file CMD's libc, as a library that its dynamic linker has mapped? */
static bool
is_libc(const char *name)
{
	return strncmp(name, "libc.so", 7) == 0 || strncmp(name, "libc-", 5) == 0;
}

/**
 * watch_map_parse - what the memory map @map shows. It is cut into its lines.
 * @linker: address of the dynamic linker; with musl that is libc itself, and there from the start
 */
enum map_content
watch_map_parse(char *map, unsigned long linker, const char *library)
{
	const char *linker_name = "";
	bool libc = false;

	for (char *line = map, *next; line && *line; line = next) {
		const char *name;

		next = strchr(line, '\n');
		if (next)
			*next++ = '\0';
		name = bg_base_name(line);
		if (strncmp(name, library, strlen(library)) == 0) /* maybe " (deleted)" is behind it */
			return MAP_LIBRARY;
		if (strtoul(line, NULL, 16) == linker)
			linker_name = name;
		libc = libc || (is_libc(name) && strcmp(name, linker_name) != 0);
	}
	return libc && linker ? MAP_LIBC : MAP_NEITHER;
}

/** watch_map_read - what the map of the process @pid shows now. @library: name of the library's file. */
enum map_content
watch_map_read(pid_t pid, const char *library)
{
	size_t length;
	unsigned long linker = linker_address(pid);
	char *map = read_proc(pid, "maps", MAPS_MAX, &length);
	enum map_content content = map ? watch_map_parse(map, linker, library) : MAP_UNREADABLE;

	free(map);
	return content;
}
