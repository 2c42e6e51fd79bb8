/* SPDX-License-Identifier: MIT
 * followed.h - the command as the library calls it, for a program that the preload does not reach. */
#ifndef BINDGUARD_LAUNCHER_RUN_FOLLOWED_H
#define BINDGUARD_LAUNCHER_RUN_FOLLOWED_H

#include "launcher/command.h"

int followed_run(int argc, char **argv, struct failure *failure);

#endif
