/* SPDX-License-Identifier: MIT
 * environment.c - the options of `run` as the shim's environment, and the configuration read from that as the shim will
 * read it in CMD, so that a mistake shows before anything starts. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "launcher/config.h"
#include "launcher/config_warn.h"
#include "launcher/note.h"
#include "launcher/run/environment.h"
#include "launcher/run/run.h"

/**
 * put - set the environment variable @name.
 * @value: NULL leaves it as it is
 */
static int
put(const char *name, const char *value, struct failure *failure)
{
	if (!value || setenv(name, value, 1) == 0)
		return STATUS_GOOD;
	return command_fail(failure, STATUS_RUN_FAILED, "%s cannot be set: %s", name, strerror(errno));
}

/** put_path - likewise for the path of a file, made absolute: CMD may change its folder before it reads the variable. */
static int
put_path(const char *name, const char *path, struct failure *failure)
{
	char *folder, *absolute = NULL;
	int status;

	if (!path || !path[0] || path[0] == '/')
		return put(name, path, failure);
	folder = getcwd(NULL, 0);
	if (!folder || asprintf(&absolute, "%s%s%s", folder, folder[1] ? "/" : "", path) < 0) {
		free(folder);
		return command_fail(failure, STATUS_RUN_FAILED, "%s is relative to a folder without a path: %s", path,
				    strerror(errno));
	}
	status = put(name, absolute, failure);
	free(absolute);
	free(folder);
	return status;
}

/** is_log - is @log good as it is, a word or the absolute path of a file? libbindguard(7). */
static bool
is_log(const char *log)
{
	const struct bg_settings settings = {.config = "", .log = log};
	struct bg_loaded loaded;
	bool good;

	bg_load(&settings, NULL, &loaded);
	good = bg_diags_mistakes(&loaded.diags) == 0;
	bg_loaded_free(&loaded);
	return good;
}

/**
 * put_follow - how the library is to follow what CMD executes: by this very command. Where its path is not to be had (no
 * /proc), the library only tells. A `0` of the user's own stays, unless --strict is newer.
 */
static int
put_follow(const struct run *run, struct failure *failure)
{
	static const char strict[] = "strict:";
	const char *old = getenv("BINDGUARD_FOLLOW");
	char value[sizeof(strict) + PATH_MAX], *path = value + (run->strict ? sizeof(strict) - 1 : 0);
	ssize_t length;

	if (run->no_follow || (old && strcmp(old, "0") == 0 && !run->strict))
		return put("BINDGUARD_FOLLOW", "0", failure);
	memcpy(value, strict, sizeof(strict));
	length = readlink("/proc/self/exe", path, PATH_MAX - 1);
	path[length > 0 ? length : 0] = '\0';
	return put("BINDGUARD_FOLLOW", value, failure);
}

/**
 * environment_set - write @run's options into this process's environment, which CMD gets. An option that is absent
 * leaves the user's own variable alone, but for the folder that a relative path is meant in.
 */
int
environment_set(const struct run *run, struct failure *failure)
{
	const char *log = run->quiet ? "none" : run->log;
	const char *config = run->config ? run->config : getenv("BINDGUARD_CONFIG");
	int status = put_path("BINDGUARD_CONFIG", config, failure);

	if (status == STATUS_GOOD)
		status = placement_put(&run->placement, STATUS_RUN_FAILED, failure);
	if (status == STATUS_GOOD)
		status = put("BINDGUARD_MODE", run->observe ? "observe" : NULL, failure);
	if (status == STATUS_GOOD)
		status = log && !is_log(log) ? put_path("BINDGUARD_LOG", log, failure)
					     : put("BINDGUARD_LOG", log, failure);
	if (status == STATUS_GOOD)
		status = put("BINDGUARD_LOG_FORMAT", run->format, failure);
	if (status == STATUS_GOOD)
		status = put("BINDGUARD_LOG_EVENTS", run->verbose ? "all" : NULL, failure);
	if (status == STATUS_GOOD)
		status = put_follow(run, failure);
	return status;
}

/** source_text - why the configuration is read from there. */
static const char *
source_text(const struct run *run, enum bg_source source)
{
	switch (source) {
	case BG_SOURCE_BUILTIN: break;
	case BG_SOURCE_ENVIRONMENT: return run->config ? "as --config says" : "as BINDGUARD_CONFIG says";
	case BG_SOURCE_USER: return "the user's";
	case BG_SOURCE_SYSTEM: return "the machine's";
	}
	if (run->config)
		return "as --config says";
	return getenv("BINDGUARD_CONFIG") ? "as BINDGUARD_CONFIG says" : "no file exists";
}

/** option_of - the option of @run that set @variable; the variable itself where the user had set that. NULL: "" is none. */
static const char *
option_of(const void *context, const char *variable)
{
	const struct run *run = context;
	const struct {
		const char *variable;
		const char *option;
		bool given;
	} variables[] = {
		{"BINDGUARD_CONFIG", "--config", run->config != NULL},
		{"BINDGUARD_LOG", "--log", run->log != NULL},
		{"BINDGUARD_LOG_FORMAT", "--format", run->format != NULL},
		{"BINDGUARD_LOG_EVENTS", "--verbose", run->verbose},
		{"BINDGUARD_MODE", "--observe", run->observe},
	};

	if (strcmp(variable, "BINDGUARD_TO") == 0 || strcmp(variable, "BINDGUARD_FROM") == 0 ||
	    strcmp(variable, "BINDGUARD_CONFINE") == 0 || strcmp(variable, "BINDGUARD_PIN") == 0)
		return placement_option(&run->placement, variable) ? placement_option(&run->placement, variable)
								   : variable;
	for (size_t i = 0; i < sizeof(variables) / sizeof(variables[0]); i++)
		if (strcmp(variable, variables[i].variable) == 0)
			return variables[i].given ? variables[i].option : variable;
	return NULL;
}

/** refuse - all mistakes of @loaded. A file's get one more line: what they mean, and why that file was read. */
static int
refuse(const struct run *run, const struct bg_loaded *loaded, struct failure *failure)
{
	const struct bg_mistakes_style style = {
		.prefix = "", .most = BG_DIAGS_MAX, .option = option_of, .context = run};
	const char *why = source_text(run, loaded->source);
	const struct bg_diag *first = loaded->diags.items;
	unsigned of_file = loaded->diags.dropped;
	char text[768];

	if (loaded->unreadable && !first->variable && loaded->diags.count == 1) {
		bg_mistake_format(first, loaded->path, NULL, text, sizeof(text));
		return command_fail(failure, STATUS_RUN_FAILED, "%s (%s)", text, why);
	}
	for (unsigned i = 0; i < loaded->diags.count; i++)
		of_file += !first[i].variable;
	if (config_list_mistakes(loaded, &style, STATUS_RUN_FAILED, failure) != STATUS_GOOD || of_file == 0)
		return STATUS_RUN_FAILED;
	return command_fail(failure, STATUS_RUN_FAILED, "%s was not started: %u mistake%s in %.512s (%s)", run->argv[0],
			    of_file, of_file == 1 ? "" : "s", loaded->path, why);
}

/** tell - of struct config_warnings: by the option that was given in the variable's place. */
static void
tell(const struct config_warnings *warnings, const char *variable, unsigned line, const char *text)
{
	const struct run *run = warnings->context;
	const char *path = warnings->loaded->path;
	const char *option = variable ? option_of(run, variable) : NULL;

	if (option)
		note_print("warning: %s: %s", option, text);
	else if (line)
		note_print("warning: %.512s:%u: %s", path[0] ? path : "built-in", line, text);
	else
		note_print("warning: %.512s: %s", path[0] ? path : "built-in", text);
}

/**
 * environment_warn - what is no mistake of the configuration, and yet does not guard CMD, or cannot be done now. Which mode the
 * user asks for here need not be told. Quiet hides all but that nothing is guarded.
 */
static void
environment_warn(const struct run *run, const struct bg_loaded *loaded, const struct bg_settings *settings)
{
	const struct config_warnings warnings = {.loaded = loaded, .settings = settings, .tell = tell, .context = run};

	if (!settings->mode || loaded->policy->mode == BG_MODE_ENFORCE)
		config_warn_unguarded(&warnings);
	if (run->quiet || run->off)
		return;
	config_warn_rules(&warnings);
	config_warn_connect(&warnings);
	config_warn_log(&warnings);
}

/**
 * environment_check - load the configuration exactly as the shim will in CMD. The shim would go into lockdown over a
 * mistake and start CMD; here the user still can be told.
 * @warn: tell of what is no mistake, too
 */
int
environment_check(struct run *run, bool warn, struct failure *failure)
{
	struct bg_loaded *loaded = malloc(sizeof(*loaded));
	struct bg_settings settings;
	int status = STATUS_GOOD;

	if (!loaded)
		return command_fail(failure, STATUS_RUN_FAILED, "out of memory");
	bg_settings_read(false, &settings);
	bg_load(&settings, NULL, loaded);
	run->off = loaded->policy->mode == BG_MODE_OFF;
	run->enforces = loaded->policy->mode == BG_MODE_ENFORCE;
	if (bg_diags_mistakes(&loaded->diags) > 0)
		status = refuse(run, loaded, failure);
	else if (run->verbose)
		note_print("configuration: %s (%s)%s", loaded->path[0] ? loaded->path : "built-in default",
			   source_text(run, loaded->source),
			   run->off				     ? "; mode is off: nothing is guarded"
			   : loaded->policy->mode == BG_MODE_OBSERVE ? "; mode is observe: nothing is changed"
								     : "");
	if (status == STATUS_GOOD && warn)
		environment_warn(run, loaded, &settings);
	bg_loaded_free(loaded);
	free(loaded);
	return status;
}
