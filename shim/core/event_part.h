/* SPDX-License-Identifier: MIT
 * event_part.h - the parts of an event that its renderers share. Pure; for core alone. */
#ifndef BINDGUARD_CORE_EVENT_PART_H
#define BINDGUARD_CORE_EVENT_PART_H

#include "bindguard/event.h"
#include "bindguard/line.h"

/** Bytes of each name, escaped; with them the longest event stays below its limit (tests/unit/event_*_test.c). */
#define EVENT_NAME_MOST 256
#define EVENT_EXE_MOST 1024
#define EVENT_INTERFACE_MOST 96
/** EVENT_FROM_MOST - places of a limit that are named; "..." stands for the others. */
#define EVENT_FROM_MOST 4u

BG_SIGSAFE void event_append_tag(struct bg_line *line, const struct bg_event *event);
BG_SIGSAFE void event_append_time(struct bg_line *line, const struct bg_event *event);
BG_SIGSAFE void event_append_address(struct bg_line *line, const struct bg_event *event, bool of_result,
				     enum bg_escape escape);
BG_SIGSAFE void event_append_from(struct bg_line *line, const struct bg_event *event);
BG_SIGSAFE const char *event_mode_word(enum bg_mode mode);
BG_SIGSAFE const char *event_family_word(const struct bg_event *event);

#endif
