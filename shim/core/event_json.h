/* SPDX-License-Identifier: MIT
 * event_json.h - an event as JSON, without its line, for the other forms that hold it. Pure. */
#ifndef BINDGUARD_CORE_EVENT_JSON_H
#define BINDGUARD_CORE_EVENT_JSON_H

#include "bindguard/event.h"
#include "bindguard/line.h"

BG_SIGSAFE void event_append_json(struct bg_line *line, const struct bg_event *event);

#endif
