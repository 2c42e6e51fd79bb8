/* SPDX-License-Identifier: MIT
 * note.h - tells without failing. */
#ifndef BINDGUARD_LAUNCHER_NOTE_H
#define BINDGUARD_LAUNCHER_NOTE_H

void note_print(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
