/* SPDX-License-Identifier: MIT
 * followed.c - `bindguard --followed strict|loose FILE [NAME=VALUE...] -- ARGV0 [ARG...]`: the library in another process has
 * found that the preload does not reach FILE, and executes this in its place (shim/guard/execution_start.c). FILE is run
 * under the engine seccomp, with the environment of this process as it is; the settings are the environment's, or where
 * that has lost them those on the command line. Where the engine does not work, FILE is executed bare and an event tells; or
 * it is not, with `strict`. Not for users, and in no help. */
#include "launcher/run/followed.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "bindguard/execution.h"
#include "bindguard/report.h"
#include "bindguard/rule.h"
#include "bindguard/seccomp.h"
#include "bindguard/sink.h"

/**
 * struct followed - the command line.
 * @strict: as above
 * @file: what is executed
 * @settings, @settings_size: the variables, a NUL behind each; allocated, NULL: the environment has them
 * @argv: the program's words
 */
struct followed {
	bool strict;
	const char *file;
	char *settings;
	size_t settings_size;
	char **argv;
};

/** followed - for become(), which gets the words alone. */
static const char *followed_file;

/**
 * become - of struct bg_seccomp_command: what execve(2) would have done without us. Past the library, which is in this process,
 * too, where its environment has LD_PRELOAD: it would follow again, and for ever.
 */
static int
become(char **argv)
{
	syscall(SYS_execve, followed_file, argv, environ);
	return errno;
}

/** keep_settings - the words @from..@to, each with a NUL behind it. Return: false where memory is short. */
static bool
keep_settings(struct followed *followed, char **from, char *const *to)
{
	for (; from < to; from++) {
		size_t length = strlen(*from) + 1;
		char *grown = realloc(followed->settings, followed->settings_size + length);

		if (!grown)
			return false;
		followed->settings = grown;
		memcpy(grown + followed->settings_size, *from, length);
		followed->settings_size += length;
	}
	return true;
}

/** read_words - the command line. Return: a status. */
static int
read_words(int argc, char **argv, struct followed *followed, struct failure *failure)
{
	static char nothing[] = "";
	static char *no_words[] = {nothing, NULL}; /* as Linux 5.18 has it, execve(2) */
	int end = 4;

	while (end < argc && strcmp(argv[end], "--") != 0)
		end++;
	if (end >= argc)
		return command_fail(failure, STATUS_RUN_FAILED,
				    "%s is how the library calls this command, not for users", BG_FOLLOWED);
	followed->strict = strcmp(argv[2], BG_FOLLOWED_STRICT) == 0;
	followed->file = argv[3];
	followed->argv = end + 1 < argc ? argv + end + 1 : no_words;
	return keep_settings(followed, argv + 4, argv + end)
		       ? STATUS_GOOD
		       : command_fail(failure, STATUS_RUN_FAILED, "out of memory");
}

/** load - the configuration that the library in the program would have. */
static void
load(const struct followed *followed, struct bg_loaded *loaded)
{
	struct bg_settings settings;

	if (followed->settings)
		bg_settings_parse(followed->settings, followed->settings_size, &settings);
	else
		bg_settings_read(false, &settings);
	bg_load(&settings, NULL, loaded);
}

/** give_up - no engine guards the program: say so, and execute it, or do not. @why: of the engine. Return: a status. */
static int
give_up(const struct followed *followed, const struct bg_loaded *loaded, const char *why, struct failure *failure)
{
	struct bg_guard guard = {.policy = loaded->policy,
				 .engine = BG_ENGINE_SECCOMP,
				 .complaints = "",
				 .program = bg_base_name(followed->file),
				 .exe = followed->file};
	struct bg_executed executed = {.name = bg_base_name(followed->file), .reach = BG_REACH_NO_ENGINE};
	bool refuses = followed->strict && loaded->policy->mode == BG_MODE_ENFORCE;
	int error;

	bg_sink_identify_stderr(&guard);
	bg_report_executed(&guard, &executed, refuses ? EACCES : 0);
	if (refuses)
		return command_fail(failure, STATUS_NOT_EXECUTABLE, "%s was not started: %s", followed->file, why);
	error = become(followed->argv);
	return command_fail(failure, error == ENOENT ? STATUS_NOT_FOUND : STATUS_NOT_EXECUTABLE, "%s: %s",
			    followed->file, strerror(error));
}

/** followed_run - see above. Return: the program's status, or why it was not started. */
int
followed_run(int argc, char **argv, struct failure *failure)
{
	static struct bg_loaded loaded; /* for as long as the program runs, as what it was loaded from */
	static struct followed followed;
	struct bg_seccomp_command command = {.become = become, .dies_alike = true};
	struct bg_seccomp_error error = {.text = ""};
	int status = read_words(argc, argv, &followed, failure);

	if (status != STATUS_GOOD)
		return status;
	followed_file = followed.file;
	command.argv = followed.argv;
	load(&followed, &loaded);
	status = bg_seccomp_run(&loaded, &command, &error);
	if (status >= 0)
		return status;
	if (error.failure == BG_SECCOMP_FAILED && !error.started)
		return give_up(&followed, &loaded, error.text, failure);
	return command_fail(failure,
			    error.failure == BG_SECCOMP_NOT_FOUND	 ? STATUS_NOT_FOUND
			    : error.failure == BG_SECCOMP_NOT_EXECUTABLE ? STATUS_NOT_EXECUTABLE
									 : STATUS_RUN_FAILED,
			    "%s", error.text);
}
