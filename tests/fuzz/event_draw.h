/* SPDX-License-Identifier: MIT
 * event_draw.h - an event of the fuzzer's bytes. */
#ifndef BINDGUARD_TESTS_FUZZ_EVENT_DRAW_H
#define BINDGUARD_TESTS_FUZZ_EVENT_DRAW_H

#include "bindguard/event.h"
#include "fuzz/fuzz.h"

void event_draw(struct input *input, struct bg_event *event);
void event_draw_free(struct bg_event *event);

#endif
