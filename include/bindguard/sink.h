/* SPDX-License-Identifier: MIT
 * sink.h - where event lines go: stderr, a file, syslog, the journal; each falls back to the next. Signal-safe. */
#ifndef BINDGUARD_SINK_H
#define BINDGUARD_SINK_H

#include "bindguard/guard.h"

BG_SIGSAFE void bg_sink_event(const struct bg_guard *guard, const struct bg_event *event);
BG_SIGSAFE void bg_sink_complaint(const struct bg_guard *guard, const char *lines, size_t size);
BG_SIGSAFE void bg_sink_identify_stderr(struct bg_guard *guard);

/* The single ways out, none of which ever waits; false, or for a file why: nothing (or not all) was written. */
BG_SIGSAFE bool bg_sink_stderr(const struct bg_guard *guard, const char *line, size_t size);
BG_SIGSAFE const char *bg_sink_file(const char *path, const char *line, size_t size);
BG_SIGSAFE int bg_sink_file_ask(const char *path, const char **why);
BG_SIGSAFE bool bg_sink_syslog(const char *message, size_t size);
BG_SIGSAFE bool bg_sink_journal(const char *entry, size_t size);

/* What the stream sinks share. */
BG_SIGSAFE bool bg_object_identify(int fd, struct bg_object *object);
BG_SIGSAFE bool bg_object_same(const struct bg_object *a, const struct bg_object *b);
BG_SIGSAFE long bg_quiet_write(int fd, const char *line, size_t size, bool never_wait);

#endif
