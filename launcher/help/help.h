/* SPDX-License-Identifier: MIT
 * help.h - what there is to be called, and what a misspelt word was meant to be. */
#ifndef BINDGUARD_LAUNCHER_HELP_HELP_H
#define BINDGUARD_LAUNCHER_HELP_HELP_H

#include "launcher/command.h"

void help_print(void);
const struct command *help_nearest(const char *word);

#endif
