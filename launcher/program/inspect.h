/* SPDX-License-Identifier: MIT
 * inspect.h - what CMD comes down to, and whether a preload reaches that. */
#ifndef BINDGUARD_LAUNCHER_PROGRAM_INSPECT_H
#define BINDGUARD_LAUNCHER_PROGRAM_INSPECT_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/stat.h>

#include "bindguard/elf_file.h"
#include "launcher/program/env_words.h"

/** INSPECT_LEVELS - scripts and env(1)s followed, one behind the other. */
#define INSPECT_LEVELS 64

/**
 * struct inspection - of one CMD.
 * @path: the program that runs in the end, as far as it could be followed; its name alone where it is not there
 * @levels: scripts and env(1)s in front of it; @scripts: of these, the scripts
 * @shell: a script without a `#!` line is among them
 * @subject: the program that @unreachable is about, "" for CMD's own file
 * @unreachable: why a preload does not reach it, "it is a static program"; "" where it does
 * @privileged: executing it gives privileges, which the engine seccomp takes away
 * @escapes: neither does that engine reach what it starts: sudo and its like work with privileges only
 * @unknown: why that cannot be told; "" where it can
 * @sanitizer: the AddressSanitizer runtime that it needs as a shared library, or ""
 */
struct inspection {
	char path[PATH_MAX];
	unsigned levels;
	unsigned scripts;
	bool shell;
	char subject[PATH_MAX];
	char unreachable[512];
	bool privileged;
	bool escapes;
	char unknown[128];
	char sanitizer[BG_ELF_NAME_MAX];
};

void program_inspect(const char *path, char **argv, struct inspection *inspection);

#endif
