/* SPDX-License-Identifier: MIT
 * process_guard.h - which engine guards a process. */
#ifndef BINDGUARD_LAUNCHER_SOCKETS_PROCESS_GUARD_H
#define BINDGUARD_LAUNCHER_SOCKETS_PROCESS_GUARD_H

#include "bindguard/engine.h"

/** enum guard_note - why a process is not guarded though it looks like it. */
enum guard_note {
	GUARD_NOTE_NONE,
	GUARD_NOTE_OWN_CALLS, /* the library is in it, and it makes its own system calls */
	GUARD_NOTE_OBSERVES,  /* mode observe: nothing is changed */
	GUARD_NOTE_OFF,	      /* mode off */
};

enum bg_engine process_guard_find(int pid, enum guard_note *note);
const char *process_guard_note_text(enum guard_note note);

#endif
