/* SPDX-License-Identifier: MIT
 * reached.h - which engine reaches a program, and if none, why. Pure. */
#ifndef BINDGUARD_REACHED_H
#define BINDGUARD_REACHED_H

#include <stdbool.h>

#include "bindguard/attr.h"

/** enum bg_reach - of a program that is about to be executed. */
enum bg_reach {
	BG_REACH_PRELOAD, /* the preload guards it */
	BG_REACH_NOTHING, /* it is no program: the kernel refuses it */
	/* The preload does not reach it, the engine seccomp does. */
	BG_REACH_DAMAGED,
	BG_REACH_32_BIT,
	BG_REACH_64_BIT,
	BG_REACH_MACHINE,
	BG_REACH_GO,
	BG_REACH_STATIC,
	BG_REACH_CLEARED, /* LD_PRELOAD is not in its environment */
	/* No engine reaches it. */
	BG_REACH_SET_USER,
	BG_REACH_SET_GROUP,
	BG_REACH_CAPABILITIES,
	BG_REACH_OTHER_IDS, /* who executes it has other effective than real ids */
	BG_REACH_UNREADABLE,
	BG_REACH_UNSEEN,   /* the kernel had no descriptor, memory or answer for the look */
	BG_REACH_NAMELESS, /* given as a descriptor, of a file without a path */
	BG_REACH_TRACED,
	BG_REACH_ROOT, /* another root folder, without the library */
	BG_REACH_CLIENT,
	BG_REACH_NO_LAUNCHER,
	BG_REACH_NO_ENGINE, /* the engine seccomp does not work here */
};

/** bg_reach_is_privilege - executing it gives privileges, which the engine seccomp would take away. */
BG_SIGSAFE bool bg_reach_is_privilege(enum bg_reach reach);

/** bg_reach_by_seccomp - the engine seccomp reaches what the preload does not. */
BG_SIGSAFE bool bg_reach_by_seccomp(enum bg_reach reach);

/** bg_reach_text - why the preload does not reach it: "it is a static program"; "" for what it does. Never NULL. */
BG_SIGSAFE const char *bg_reach_text(enum bg_reach reach);

/** bg_reach_advice - what a user can do about it. Never NULL. */
BG_SIGSAFE const char *bg_reach_advice(enum bg_reach reach);

#endif
