/* SPDX-License-Identifier: MIT
 * look.h - a look at the file that is about to be executed, as the kernel will see it. Signal-safe. */
#ifndef BINDGUARD_LOOK_H
#define BINDGUARD_LOOK_H

#include <stdbool.h>

#include "bindguard/head.h"
#include "bindguard/reached.h"

/**
 * struct bg_look - what is executed.
 * @reach: who reaches it
 * @script: it is a script, and @reach is of its interpreter
 */
struct bg_look {
	enum bg_reach reach;
	bool script;
};

BG_SIGSAFE int bg_look_open(int folder, const char *path, int flags);
BG_SIGSAFE enum bg_reach bg_look_failed(int error);
BG_SIGSAFE void bg_look_at(int fd, struct bg_look *look);
BG_SIGSAFE bool bg_look_may_execute(int fd);

/** bg_look_elf - who reaches the program with @head, by its ELF headers alone; BG_REACH_NOTHING for what has none. */
BG_SIGSAFE enum bg_reach bg_look_elf(struct bg_head *head);

#endif
