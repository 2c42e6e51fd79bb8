/* SPDX-License-Identifier: MIT
 * settings.h - the environment variables that count. Cold: read once, at load time. */
#ifndef BINDGUARD_SETTINGS_H
#define BINDGUARD_SETTINGS_H

#include <stdbool.h>
#include <stddef.h>

/**
 * struct bg_settings - the environment variables that count; NULL is unset. All NULL in secure execution.
 */
struct bg_settings {
	const char *config;	     /* BINDGUARD_CONFIG; "" is the built-in default */
	const char *mode;	     /* BINDGUARD_MODE */
	const char *to;		     /* BINDGUARD_TO */
	const char *from;	     /* BINDGUARD_FROM */
	const char *confine;	     /* BINDGUARD_CONFINE */
	const char *pin;	     /* BINDGUARD_PIN */
	const char *log;	     /* BINDGUARD_LOG */
	const char *log_format;	     /* BINDGUARD_LOG_FORMAT */
	const char *log_events;	     /* BINDGUARD_LOG_EVENTS */
	const char *follow;	     /* BINDGUARD_FOLLOW */
	const char *xdg_config_home; /* XDG_CONFIG_HOME */
	const char *home;	     /* HOME */
	bool unreadable;	     /* the environment could not be read: a mistake */
	bool secure;		     /* secure execution (AT_SECURE) */
};

/**
 * bg_settings_read - fill @settings from the process environment; all NULL where @secure. Reads getenv(3) only.
 */
void bg_settings_read(bool secure, struct bg_settings *settings);

/**
 * bg_settings_parse - fill @settings from an environment as /proc/self/environ has it, where getenv(3) has none yet.
 * @block: @size bytes of "NAME=VALUE" with a NUL behind each, and one more; @settings points into it
 */
void bg_settings_parse(const char *block, size_t size, struct bg_settings *settings);

/**
 * bg_settings_write - the variables that are set, NAME=VALUE with a NUL behind each, for bg_settings_parse().
 * @text: NULL only counts
 * @count: of them
 * Return: bytes.
 */
size_t bg_settings_write(const struct bg_settings *settings, char *text, unsigned *count);

/** bg_settings_mode - the mode that BINDGUARD_MODE asks for, in place of any file's; -1: none. */
int bg_settings_mode(const struct bg_settings *settings);

#endif
