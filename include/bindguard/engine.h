/* SPDX-License-Identifier: MIT
 * engine.h - what can catch a program's calls. The one list of engines, for events, `run` and `list`. */
#ifndef BINDGUARD_ENGINE_H
#define BINDGUARD_ENGINE_H

#include "bindguard/attr.h"

/** enum bg_engine - of a call, a program, or a choice. */
enum bg_engine {
	BG_ENGINE_UNKNOWN, /* not ours to see; as a choice: the one that reaches the program */
	BG_ENGINE_NONE,
	BG_ENGINE_PRELOAD,
	BG_ENGINE_SECCOMP,
	BG_ENGINE_CGROUP,
};

/** bg_engine_word - "preload", "seccomp" or "cgroup"; "?", "no" of what is no engine. */
BG_SIGSAFE const char *bg_engine_word(enum bg_engine engine);

#endif
