/* SPDX-License-Identifier: MIT
 * event_text.h - the text of an event, without its line, for the other forms that hold it. Pure. */
#ifndef BINDGUARD_CORE_EVENT_TEXT_H
#define BINDGUARD_CORE_EVENT_TEXT_H

#include "bindguard/event.h"
#include "bindguard/line.h"

BG_SIGSAFE void event_append_text(struct bg_line *line, const struct bg_event *event);

#endif
