/* SPDX-License-Identifier: MIT
 * reached.c - the English of why a preload does not reach a program, as `run`, `explain` and the log print it. Pure. */
#include "bindguard/reached.h"

bool
bg_reach_is_privilege(enum bg_reach reach)
{
	return reach >= BG_REACH_SET_USER && reach <= BG_REACH_OTHER_IDS;
}

bool
bg_reach_by_seccomp(enum bg_reach reach)
{
	return reach >= BG_REACH_DAMAGED && reach <= BG_REACH_CLEARED;
}

const char *
bg_reach_text(enum bg_reach reach)
{
	switch (reach) {
	case BG_REACH_PRELOAD:
	case BG_REACH_NOTHING: break;
	case BG_REACH_DAMAGED: return "its ELF headers are damaged";
	case BG_REACH_32_BIT: return "it is a 32-bit program, and the library is a 64-bit one";
	case BG_REACH_64_BIT: return "it is a 64-bit program, and the library is a 32-bit one";
	case BG_REACH_MACHINE: return "it is a program for another processor";
	case BG_REACH_GO: return "it is a Go program, which makes its system calls itself";
	case BG_REACH_STATIC: return "it is a static program";
	case BG_REACH_CLEARED: return "LD_PRELOAD was taken from its environment";
	case BG_REACH_SET_USER: return "it is set-user-ID";
	case BG_REACH_SET_GROUP: return "it is set-group-ID";
	case BG_REACH_CAPABILITIES: return "it has file capabilities";
	case BG_REACH_OTHER_IDS: return "who starts it has other effective than real ids";
	case BG_REACH_UNREADABLE: return "it may not be read, so nobody can tell what it is";
	case BG_REACH_UNSEEN: return "its file could not be looked at";
	case BG_REACH_NAMELESS: return "it has no path by which it could be started";
	case BG_REACH_TRACED: return "a debugger traces the process that executes it";
	case BG_REACH_ROOT: return "the library is not in the root folder that it has";
	case BG_REACH_CLIENT: return "it asks a daemon to start programs, and nothing of this process reaches that";
	case BG_REACH_NO_LAUNCHER:
		return "the command bindguard cannot be executed from here, or others may write to it";
	case BG_REACH_NO_ENGINE: return "the engine seccomp does not work here";
	}
	return "";
}

const char *
bg_reach_advice(enum bg_reach reach)
{
	if (bg_reach_is_privilege(reach))
		return "put bindguard behind it";
	if (bg_reach_by_seccomp(reach))
		return "start it, or what starts it, by bindguard run";
	switch (reach) {
	case BG_REACH_CLIENT: return "guard the daemon, or publish ports on 127.0.0.1 only";
	case BG_REACH_TRACED: return "start the debugger by bindguard run -e seccomp";
	case BG_REACH_ROOT:
	case BG_REACH_NO_LAUNCHER: return "put bindguard there, or start it by bindguard run -e seccomp";
	case BG_REACH_UNREADABLE:
	case BG_REACH_UNSEEN:
	case BG_REACH_NAMELESS: return "start it by bindguard run -e seccomp";
	default: return "see bindguard(1), ENGINES";
	}
}
