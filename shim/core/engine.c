/* SPDX-License-Identifier: MIT
 * engine.c - the engines' names. Pure. */
#include "bindguard/engine.h"

const char *
bg_engine_word(enum bg_engine engine)
{
	switch (engine) {
	case BG_ENGINE_NONE: return "no";
	case BG_ENGINE_PRELOAD: return "preload";
	case BG_ENGINE_SECCOMP: return "seccomp";
	case BG_ENGINE_CGROUP: return "cgroup";
	default: return "?";
	}
}
