/* SPDX-License-Identifier: MIT
 * program.h - finding and starting a program as execvp(3) does. */
#ifndef BINDGUARD_LAUNCHER_PROGRAM_PROGRAM_H
#define BINDGUARD_LAUNCHER_PROGRAM_PROGRAM_H

#include <limits.h>

#include "launcher/command.h"

int program_find(const char *name, const char *search, char path[PATH_MAX]);
int program_execute(const char *path, char **argv);
int program_become(char **argv);
int program_start(const char *path, char **argv, struct failure *failure);

#endif
