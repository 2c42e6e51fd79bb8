/* SPDX-License-Identifier: MIT
 * watch_map.h - what a process's memory map shows of the library. */
#ifndef BINDGUARD_LAUNCHER_WATCH_MAP_H
#define BINDGUARD_LAUNCHER_WATCH_MAP_H

#include <sys/types.h>

/** enum sight - what a memory map shows. */
enum sight {
	SIGHT_NOTHING, /* yet */
	SIGHT_LIBRARY, /* ours is there */
	SIGHT_LIBC,    /* CMD's own libraries are there, and ours is not */
	SIGHT_DENIED,  /* it cannot be read */
};

enum sight watch_map_parse(char *map, unsigned long linker, const char *library);
enum sight watch_map_read(pid_t pid, const char *library);

#endif
