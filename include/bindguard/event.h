/* SPDX-License-Identifier: MIT
 * event.h - one thing the guard did or saw, as data; rendered by core/event_text.c, event_json.c, event_syslog.c and
 * event_journal.c. */
#ifndef BINDGUARD_EVENT_H
#define BINDGUARD_EVENT_H

#include "bindguard/decision.h"
#include "bindguard/engine.h"
#include "bindguard/reached.h"

/** BG_LINE_MAX - bytes of a rendered event, newline included. Below PIPE_BUF, so one write(2) is atomic on a pipe. */
#define BG_LINE_MAX 3072

/** BG_ENTRY_MAX - bytes of an event rendered for the journal, which has each name twice: in a field and in the text. */
#define BG_ENTRY_MAX 3584

/**
 * struct bg_executed - a program that is executed and that no engine guards.
 * @name: base name of its file, raw bytes
 * @reach: why not
 * @script: it is a script, and that is about its interpreter
 * @through: it is guarded by the engine seccomp; @reach says why not by the preload
 */
struct bg_executed {
	const char *name;
	enum bg_reach reach;
	bool script;
	bool through;
};

/**
 * struct bg_event - what one line of the log tells.
 * @time_s, @time_us: UTC since the epoch
 * @program, @exe: base name and absolute path of the executable, raw bytes: rendering escapes them
 * @engine: what caught the call
 * @fd: descriptor number in the program
 * @requested: the address asked for, in the form @requested_form
 * @result: the socket's name after the call, in the form @result_form; port is the real one after port 0. With @error
 *          set, or in observe mode, the address that was or would be tried
 * @interface: device of the result, or ""; without a result, of BG_REASON_NO_ADDRESS the interface that was the target
 * @from, @from_count: the places that the result is limited to; NULL: it is not
 * @requested_scope, @result_scope: names of the interfaces of these addresses' scopes, or "": the number is shown
 * @has_result: false where nothing was or would be bound (deny)
 * @action: of the rule, or BG_ACTION_UNDO
 * @changed: the result differs from what the bare call would have given
 * @rule: name, or NULL: no rule matched
 * @error: errno value that the program got (or would get, in observe mode), 0 for success
 * @exposed: reachable from another machine after the call
 * @reason: why, beyond the rule
 * @executed: of BG_CALL_EXEC, which has nothing of a socket; else NULL
 */
struct bg_event {
	int64_t time_s;
	uint32_t time_us;
	int32_t pid;
	int32_t ppid;
	uint32_t uid;
	const char *program;
	const char *exe;
	enum bg_engine engine;
	enum bg_call call;
	int fd;
	enum bg_protocol protocol;
	struct bg_endpoint requested;
	enum bg_form requested_form;
	char requested_scope[BG_IFNAME_MAX];
	struct bg_endpoint result;
	enum bg_form result_form;
	char result_scope[BG_IFNAME_MAX];
	char interface[BG_IFNAME_MAX];
	const struct bg_from *from;
	uint32_t from_count;
	bool has_result;
	enum bg_action action;
	bool changed;
	const char *rule;
	enum bg_mode mode;
	int error;
	bool exposed;
	enum bg_reason reason;
	const struct bg_executed *executed;
};

/**
 * bg_event_format_text, bg_event_format_json - render @event as one line ending in '\n', not terminated by NUL.
 * Control characters, invalid UTF-8 and (in text) quotes of names are escaped, so no line can be forged; names too
 * long for the line are cut and end in "...". Pure.
 * Return: bytes written, 1..BG_LINE_MAX.
 */
BG_SIGSAFE size_t bg_event_format_text(const struct bg_event *event, char line[BG_LINE_MAX]);
BG_SIGSAFE size_t bg_event_format_json(const struct bg_event *event, char line[BG_LINE_MAX]);

/** enum bg_severity - the values of syslog(3), and of the journal's PRIORITY. */
enum bg_severity {
	BG_SEVERITY_ERROR = 3,	 /* the configuration is broken */
	BG_SEVERITY_WARNING = 4, /* other machines reach the socket */
	BG_SEVERITY_NOTICE = 5,	 /* changed, denied, failed */
	BG_SEVERITY_INFO = 6,	 /* let pass: with events = all only */
};
BG_SIGSAFE enum bg_severity bg_event_severity(const struct bg_event *event);

/**
 * bg_event_format_syslog, bg_event_format_journal - render @event as the payload of one datagram to that socket. Same
 * escapes and cuts as above; no newline at the end of a syslog message, one behind each field of a journal's entry.
 * Return: bytes written.
 */
BG_SIGSAFE size_t bg_event_format_syslog(const struct bg_event *event, enum bg_log_format format,
					 char message[BG_LINE_MAX]);
BG_SIGSAFE size_t bg_event_format_journal(const struct bg_event *event, char entry[BG_ENTRY_MAX]);

/** bg_complaint_format_syslog - likewise one line about a broken configuration, of severity error. */
BG_SIGSAFE size_t bg_complaint_format_syslog(const char *line, size_t size, char message[BG_LINE_MAX]);

#endif
