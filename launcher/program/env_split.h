/* SPDX-License-Identifier: MIT
 * env_split.h - splits a string as `env -S` does. */
#ifndef BINDGUARD_LAUNCHER_PROGRAM_ENV_SPLIT_H
#define BINDGUARD_LAUNCHER_PROGRAM_ENV_SPLIT_H

#include "launcher/program/env_words.h"

bool env_split(struct env_words *words, const char *line);

#endif
