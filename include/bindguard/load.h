/* SPDX-License-Identifier: MIT
 * load.h - files and environment to a policy. Cold: allocates, reads files, uses libconfuse; prints nothing, ends
 * nothing. Called at load time by preload/init.c, by the launcher, and at build time for the defaults. */
#ifndef BINDGUARD_LOAD_H
#define BINDGUARD_LOAD_H

#include "bindguard/diag.h"
#include "bindguard/policy.h"
#include "bindguard/settings.h"

/** BG_PATH_MAX - PATH_MAX of limits.h: bytes of a path, terminator included. */
#define BG_PATH_MAX 4096

/** enum bg_source - where the policy came from, and why there. */
enum bg_source {
	BG_SOURCE_BUILTIN,     /* no file exists, or BINDGUARD_CONFIG is empty */
	BG_SOURCE_ENVIRONMENT, /* the file that BINDGUARD_CONFIG names */
	BG_SOURCE_USER,	       /* $XDG_CONFIG_HOME/bindguard/bindguard.conf */
	BG_SOURCE_SYSTEM,      /* SYSCONFDIR/bindguard.conf */
};

/**
 * struct bg_loaded - what bg_load() made.
 * @policy: never NULL, its mode the one in force. Where there are mistakes it is bg_policy_lockdown, or a copy with the
 *          environment's mode and log. Not to be written to
 * @owned: @policy was allocated, bg_loaded_free() frees it
 * @source: where it came from
 * @path: file read or tried; "" for the built-in default
 * @unreadable: the file could not be read at all (missing, a directory, a FIFO, too large …), or is not trusted: `check` exits 2
 * @diags: mistakes
 */
struct bg_loaded {
	const struct bg_policy *policy;
	bool owned;
	enum bg_source source;
	bool unreadable;
	char path[BG_PATH_MAX];
	struct bg_diags diags;
};

/**
 * struct bg_names - what rules know a program by.
 * @exe: the path of its executable, "": could not be read
 * @command: returns its command line, NULL: cannot be read. Called at most once, and only where a rule asks for it: most
 *           processes need not read it
 * @context: for @command
 */
struct bg_names {
	const char *exe;
	const char *(*command)(void *context);
	void *context;
};

/**
 * bg_load - find, read, check and compile the configuration, and lay the environment over it.
 * @settings: as from bg_settings_read()
 * @names: this program's: rules that cannot match them are dropped; one that could not be read is a mistake where a rule
 *         asks for it. NULL: keep all
 * @loaded: written whole
 *
 * Without a file and without settings it allocates and parses nothing: @loaded->policy is bg_policy_default.
 * Never fails: whatever is wrong is in @loaded->diags and the policy is lockdown; of the environment only
 * BINDGUARD_MODE, _LOG, _LOG_FORMAT and _LOG_EVENTS are laid over that, each where it is valid.
 */
void bg_load(const struct bg_settings *settings, const struct bg_names *names, struct bg_loaded *loaded);

/**
 * bg_load_fallback - the policy of a configuration that cannot be used, where there is no memory for one: lockdown; nothing
 * at all for who asks that nothing be changed.
 */
const struct bg_policy *bg_load_fallback(const struct bg_settings *settings);

/**
 * bg_load_text - check and compile configuration text; the inner part of bg_load(), for the build and for tests.
 * @text: @size bytes, need not be terminated, may hold anything
 * @diags: mistakes are added
 * Return: a policy to free(3), or NULL where there are mistakes.
 */
struct bg_policy *bg_load_text(const char *text, size_t size, struct bg_diags *diags);

void bg_loaded_free(struct bg_loaded *loaded);

#endif
