/* SPDX-License-Identifier: MIT
 * watch_map.h - what a process's memory map shows of the library. */
#ifndef BINDGUARD_LAUNCHER_RUN_WATCH_MAP_H
#define BINDGUARD_LAUNCHER_RUN_WATCH_MAP_H

#include <sys/types.h>

/** enum map_content - what a memory map shows. */
enum map_content {
	MAP_NEITHER,	/* yet */
	MAP_LIBRARY,	/* ours is there */
	MAP_LIBC,	/* CMD's own libraries are there, and ours is not */
	MAP_UNREADABLE, /* it cannot be read */
};

enum map_content watch_map_parse(char *map, unsigned long linker, const char *library);
enum map_content watch_map_read(pid_t pid, const char *library);

#endif
