/* SPDX-License-Identifier: MIT
 * environment.c - the options of `run` as the shim's environment, and the configuration read from that as the shim will
 * read it in CMD, so that a mistake shows before anything starts. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bindguard/load.h"
#include "launcher/config_warn.h"
#include "launcher/run.h"

/**
 * put - set the environment variable @name.
 * @value: NULL leaves it as it is
 */
static int
put(const char *name, const char *value, struct failure *failure)
{
	if (!value || setenv(name, value, 1) == 0)
		return STATUS_GOOD;
	return fail(failure, STATUS_RUN_FAILED, "%s cannot be set: %s", name, strerror(errno));
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
		return fail(failure, STATUS_RUN_FAILED, "%s is relative to a folder without a path: %s", path,
			    strerror(errno));
	}
	status = put(name, absolute, failure);
	free(absolute);
	free(folder);
	return status;
}

/** is_log_word - is @log one of the words of BINDGUARD_LOG, and not a file? libbindguard(7). */
static bool
is_log_word(const char *log)
{
	static const char *const words[] = {"stderr", "syslog", "journal", "none"};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strcmp(log, words[i]) == 0)
			return true;
	return false;
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
		status = put("BINDGUARD_TO", run->to, failure);
	if (status == STATUS_GOOD)
		status = put("BINDGUARD_MODE", run->observe ? "observe" : NULL, failure);
	if (status == STATUS_GOOD)
		status = log && !is_log_word(log) ? put_path("BINDGUARD_LOG", log, failure)
						  : put("BINDGUARD_LOG", log, failure);
	if (status == STATUS_GOOD)
		status = put("BINDGUARD_LOG_FORMAT", run->format, failure);
	if (status == STATUS_GOOD)
		status = put("BINDGUARD_LOG_EVENTS", run->verbose ? "all" : NULL, failure);
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

/**
 * option_of - the option of @run that set the variable which @text is about, and in @rest what is behind the variable's
 * name; the variable itself where the user had set that. NULL: @text is about the file.
 */
static const char *
option_of(const struct run *run, const char *text, const char **rest)
{
	const struct {
		const char *variable;
		const char *option;
		bool given;
	} variables[] = {
		{"BINDGUARD_CONFIG", "--config", run->config != NULL},
		{"BINDGUARD_TO", "--to", run->to != NULL},
		{"BINDGUARD_LOG_FORMAT", "--format", run->format != NULL},
		{"BINDGUARD_LOG_EVENTS", "--verbose", run->verbose},
		{"BINDGUARD_LOG", "--log", run->log != NULL},
		{"BINDGUARD_MODE", "--observe", run->observe},
	};

	for (size_t i = 0; i < sizeof(variables) / sizeof(variables[0]); i++) {
		size_t length = strlen(variables[i].variable);

		if (strncmp(text, variables[i].variable, length) != 0 || text[length] == '_')
			continue;
		*rest = text + length;
		return variables[i].given ? variables[i].option : variables[i].variable;
	}
	return NULL;
}

/** print_mistake - one line: `file:line: what is wrong`, or about the option or variable. Return: is it of the file? */
static bool
print_mistake(FILE *lines, const struct run *run, const char *path, const struct bg_diag *diag)
{
	static const char unknown[] = "unknown ";
	bool is_unknown = strncmp(diag->text, unknown, sizeof(unknown) - 1) == 0;
	const char *rest, *option = NULL;

	if (diag->line == 0)
		option = option_of(run, diag->text + (is_unknown ? sizeof(unknown) - 1 : 0), &rest);
	if (option)
		fprintf(lines, "bindguard: %s%s%s\n", is_unknown ? unknown : "", option, rest);
	else if (diag->line)
		fprintf(lines, "%s:%u: %s\n", path, diag->line, diag->text);
	else
		fprintf(lines, "%s: %s\n", path, diag->text);
	return !option;
}

/** refuse - all mistakes of @loaded. A file's get one more line: what they mean, and why that file was read. */
static int
refuse(const struct run *run, const struct bg_loaded *loaded, struct failure *failure)
{
	unsigned of_file = 0;
	size_t size;
	FILE *lines;

	if (loaded->unreadable && loaded->path[0] && loaded->diags.count == 1)
		return fail(failure, STATUS_RUN_FAILED, "%.512s: %s (%s)", loaded->path, loaded->diags.items[0].text,
			    source_text(run, loaded->source));
	lines = open_memstream(&failure->lines, &size);
	if (!lines)
		return fail(failure, STATUS_RUN_FAILED, "out of memory");
	for (unsigned i = 0; i < loaded->diags.count; i++)
		of_file += print_mistake(lines, run, loaded->path, &loaded->diags.items[i]);
	fclose(lines);
	of_file += loaded->diags.dropped;
	if (of_file == 0)
		return STATUS_RUN_FAILED;
	return fail(failure, STATUS_RUN_FAILED, "%s was not started: %u mistake%s in %.512s (%s)", run->argv[0],
		    of_file, of_file == 1 ? "" : "s", loaded->path, source_text(run, loaded->source));
}

/** tell - of struct config_warnings: by the option that was given in the variable's place. */
static void
tell(const struct config_warnings *warnings, const char *variable, unsigned line, const char *text)
{
	const struct run *run = warnings->context;
	const char *path = warnings->loaded->path, *rest = NULL;
	const char *option = variable ? option_of(run, variable, &rest) : NULL;

	if (option)
		note("warning: %s: %s", option, text);
	else if (line)
		note("warning: %.512s:%u: %s", path[0] ? path : "built-in", line, text);
	else
		note("warning: %.512s: %s", path[0] ? path : "built-in", text);
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
		return fail(failure, STATUS_RUN_FAILED, "out of memory");
	bg_settings_read(false, &settings);
	bg_load(&settings, NULL, loaded);
	run->off = loaded->policy->mode == BG_MODE_OFF;
	if (bg_diags_mistakes(&loaded->diags) > 0)
		status = refuse(run, loaded, failure);
	else if (run->verbose)
		note("configuration: %s (%s)%s", loaded->path[0] ? loaded->path : "built-in default",
		     source_text(run, loaded->source),
		     run->off				       ? "; mode is off: nothing is guarded"
		     : loaded->policy->mode == BG_MODE_OBSERVE ? "; mode is observe: nothing is changed"
							       : "");
	if (status == STATUS_GOOD && warn)
		environment_warn(run, loaded, &settings);
	bg_loaded_free(loaded);
	free(loaded);
	return status;
}
