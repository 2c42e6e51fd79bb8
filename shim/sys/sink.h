/* SPDX-License-Identifier: MIT
 * sink.h - where event lines go: stderr, a file, syslog, the journal; each falls back to the next. Signal-safe. */
#ifndef BINDGUARD_SYS_SINK_H
#define BINDGUARD_SYS_SINK_H

#include "sys/guard.h"

BG_SIGSAFE void bg_sink_event(const struct bg_guard *guard, const struct bg_event *event);
BG_SIGSAFE void bg_sink_complaint(const struct bg_guard *guard, const char *lines, size_t size);
BG_SIGSAFE void bg_sink_identify_stderr(struct bg_guard *guard);

/* The single ways out; false: nothing (or not all) was written. */
BG_SIGSAFE bool bg_sink_stderr(const struct bg_guard *guard, const char *line, size_t size);
BG_SIGSAFE bool bg_sink_file(const char *path, const char *line, size_t size);
BG_SIGSAFE bool bg_sink_syslog(const char *line, size_t size);
BG_SIGSAFE bool bg_sink_journal(const char *text, size_t text_size, const char *json, size_t json_size);

#endif
