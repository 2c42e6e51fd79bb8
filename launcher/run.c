/* SPDX-License-Identifier: MIT
 * run.c - `bindguard run`: chooses the engine, says what cannot be guarded before it starts, and becomes CMD: there is then no
 * process between the caller and CMD, so its pid, its terminal, its signals and its exit status are those of a bare
 * start. Under the engine seccomp it stays and stands for CMD (supervise/supervise.h). */
#include "launcher/run.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "launcher/inspect.h"
#include "launcher/program.h"
#include "launcher/supervise/supervise.h"

#define DESCRIPTION_MAX 640

/** read_engine - the argument of --engine. */
static int
read_engine(const char *word, enum engine *engine, struct failure *failure)
{
	static const char *const words[] = {
		[ENGINE_AUTO] = "auto", [ENGINE_PRELOAD] = "preload", [ENGINE_SECCOMP] = "seccomp"};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (strcmp(words[i], word) != 0)
			continue;
		*engine = (enum engine)i;
		return STATUS_GOOD;
	}
	return fail(failure, STATUS_RUN_FAILED, "unknown engine \"%.60s\", expected auto, preload or seccomp", word);
}

/** run_set_option - take one option. */
int
run_set_option(struct run *run, const struct option_spec *option, const char *value, struct failure *failure)
{
	if (options_is(option, "engine"))
		return read_engine(value, &run->engine, failure);
	if (options_is(option, "config"))
		run->config = value;
	else if (options_is(option, "to"))
		run->to = value;
	else if (options_is(option, "log"))
		run->log = value;
	else if (options_is(option, "format"))
		run->format = value;
	else if (options_is(option, "observe"))
		run->observe = true;
	else if (options_is(option, "quiet"))
		run->quiet = true;
	else if (options_is(option, "verbose"))
		run->verbose = true;
	return STATUS_GOOD;
}

/** run_check - do the options agree with each other, and is there a CMD? */
int
run_check(const struct run *run, struct failure *failure)
{
	if (run->quiet && (run->verbose || run->log))
		return fail(failure, STATUS_RUN_FAILED, "--quiet and --%s contradict each other, expected one of them",
			    run->verbose ? "verbose" : "log");
	if (!run->argv[0])
		return fail(failure, STATUS_RUN_FAILED, "no command given, expected CMD; `bindguard --help` has more");
	return STATUS_GOOD;
}

/**
 * read_options - the command line into @run.
 * @help: --help was asked for
 */
static int
read_options(int argc, char **argv, struct run *run, bool *help, struct failure *failure)
{
	const struct option_spec *option;
	struct options options;
	int status = STATUS_GOOD;

	options_begin(&options, argc, argv);
	while (status == STATUS_GOOD && (option = options_next(&options, failure))) {
		*help = options_is(option, "help");
		if (*help)
			return STATUS_GOOD;
		status = run_set_option(run, option, options.value, failure);
	}
	run->argv = argv + options.at;
	if (failure->text[0])
		return STATUS_RUN_FAILED;
	return run_check(run, failure);
}

/** run_find - the file that CMD is. */
int
run_find(const struct run *run, char path[PATH_MAX], struct failure *failure)
{
	int error = program_find(run->argv[0], getenv("PATH"), path);

	if (error == 0)
		return STATUS_GOOD;
	if (error == ENOENT && path[0] && !strchr(run->argv[0], '/'))
		return fail(failure, STATUS_NOT_FOUND, "%s: command not found; %s of PATH may not be searched",
			    run->argv[0], path);
	if (error == ENOENT || error == ENOTDIR)
		return fail(failure, STATUS_NOT_FOUND, "%s: command not found", run->argv[0]);
	return fail(failure, STATUS_NOT_EXECUTABLE, "%s: %s", path, strerror(error));
}

/** describe - CMD in words: `./serve` or `./serve, which runs /usr/bin/node`; of these, the one that is to be told about. */
static void
describe(const struct run *run, const struct inspection *inspection, char text[DESCRIPTION_MAX])
{
	const char *program = inspection->unreachable[0] ? inspection->subject
			      : inspection->levels	 ? inspection->path
							 : "";

	snprintf(text, DESCRIPTION_MAX, "%.200s%s%.300s", run->argv[0], program[0] ? ", which runs " : "", program);
}

/**
 * refuse - CMD would not run as it does without us, and no choice of ours is better than another: neither engine guards
 * what gains privileges and lets it have them.
 */
static int
refuse(const struct run *run, const struct inspection *inspection, const char *why, struct failure *failure)
{
	char program[DESCRIPTION_MAX];

	describe(run, inspection, program);
	return fail(failure, STATUS_RUN_FAILED, "no preload reaches %s: %s; not started: %s%s", program,
		    inspection->unreachable, why,
		    inspection->privileged
			    ? " (put bindguard behind it; or --engine seccomp starts it guarded and without its "
			      "privileges, --engine preload UNGUARDED)"
			    : " (--engine preload starts it UNGUARDED)");
}

/**
 * choose_engine - what is to guard CMD, from what was asked for and what CMD is. With mode off nothing is, so nothing
 * needs the engine seccomp and what that costs. There can be but one supervisor: where an outer one guards, it guards CMD.
 * @engine: ENGINE_PRELOAD, ENGINE_SECCOMP or ENGINE_OUTER
 */
static int
choose_engine(const struct run *run, const struct inspection *inspection, enum engine *engine, struct failure *failure)
{
	char why[256];

	*engine = run->engine;
	if (run->engine == ENGINE_AUTO)
		*engine = inspection->unreachable[0] && !run->off ? ENGINE_SECCOMP : ENGINE_PRELOAD;
	if (*engine == ENGINE_PRELOAD)
		return STATUS_GOOD;
	if (!inspection->escapes && supervise_guards(getpid()))
		*engine = ENGINE_OUTER;
	if (*engine == ENGINE_OUTER || run->engine == ENGINE_SECCOMP)
		return STATUS_GOOD;
	if (inspection->privileged)
		return refuse(run, inspection, "the engine seccomp takes its privileges away", failure);
	if (inspection->escapes)
		return refuse(run, inspection, "the engine seccomp does not let it gain its privileges", failure);
	if (supervise_possible(why, sizeof(why)))
		return STATUS_GOOD;
	return refuse(run, inspection, why, failure);
}

/** tell_outer - no engine of ours guards CMD, but one does, by rules that were not given here. */
static void
tell_outer(const struct run *run, const struct inspection *inspection)
{
	char program[DESCRIPTION_MAX];

	describe(run, inspection, program);
	if (inspection->unreachable[0])
		note("%s is guarded by the bindguard around this one, and by its rules: no preload reaches it: %s",
		     program, inspection->unreachable);
	else
		note("%s is guarded by the bindguard around this one, and by its rules: there can be but one "
		     "supervisor",
		     program);
}

/** tell_preloaded - what is done with CMD. What runs unguarded is told in any case, unless the user wants just that. */
static void
tell_preloaded(const struct run *run, const struct inspection *inspection, const char *library)
{
	char program[DESCRIPTION_MAX];

	describe(run, inspection, program);
	if (run->verbose)
		note("engine: preload, of %s%s", library, run->off ? ", which does nothing" : "");
	if (inspection->unreachable[0] && !run->off && supervise_guards(getpid()))
		tell_outer(run, inspection);
	else if (inspection->unreachable[0] && !run->off)
		note("%s starts UNGUARDED, as --engine preload says: %s", program, inspection->unreachable);
	else if (run->verbose && inspection->unknown[0] && !run->off)
		note("program: %s; it cannot be told whether a preload reaches it: %s", program, inspection->unknown);
	else if (run->verbose)
		note("program: %s", inspection->path);
}

/** start_preloaded - become CMD with the library in it. Returns only where that fails. */
static int
start_preloaded(const struct run *run, const char *path, const struct inspection *inspection, struct failure *failure)
{
	char library[PATH_MAX];
	int status = library_find(library, failure);
	int watch = -1;

	if (status == STATUS_GOOD)
		status = library_preload(library, failure);
	if (status == STATUS_GOOD)
		status = library_calm_sanitizer(inspection->sanitizer, failure);
	if (status != STATUS_GOOD)
		return status;
	tell_preloaded(run, inspection, library);
	if (!inspection->unreachable[0] && !run->off && !supervise_guards(getpid())) {
		watch = watch_start(library, run->argv[0]);
		if (watch < 0 && run->verbose)
			note("whether the library is loaded will not be watched: this is an init process or a "
			     "subreaper, or the kernel is older than 5.9");
	}
	status = program_start(path, run->argv, failure);
	watch_cancel(watch);
	return status;
}

/**
 * tell_supervised - likewise under the engine seccomp. That auto has chosen it is told, and that CMD loses privileges,
 * unless all is to be quiet.
 */
static void
tell_supervised(const struct run *run, const struct inspection *inspection)
{
	char program[DESCRIPTION_MAX];

	describe(run, inspection, program);
	if (run->engine == ENGINE_AUTO && !run->quiet)
		note("engine: seccomp, as no preload reaches %s: %s", program, inspection->unreachable);
	else if (run->verbose)
		note("engine: seccomp");
	if (inspection->privileged && !run->quiet && !run->off)
		note("%s runs without the privileges that it would gain: %s", program, inspection->unreachable);
	if (run->verbose)
		note("program: %s", inspection->path);
}

/** start_supervised - run CMD under the engine seccomp, to its end. Return: its status. */
static int
start_supervised(const struct run *run, const struct inspection *inspection, struct failure *failure)
{
	static struct bg_loaded loaded; /* for as long as CMD runs */
	struct bg_settings settings;

	bg_settings_read(false, &settings);
	bg_load(&settings, NULL, &loaded);
	tell_supervised(run, inspection);
	return supervise_run(&loaded, run->argv, failure);
}

/** command_run - the subcommand `run`. With the preload it returns only where CMD was not started. */
int
command_run(int argc, char **argv, struct failure *failure)
{
	struct run run = {0};
	struct inspection inspection;
	enum engine engine;
	char path[PATH_MAX];
	bool help = false;
	int status = read_options(argc, argv, &run, &help, failure);

	if (help) {
		options_print_help(&commands[0]);
		return STATUS_GOOD;
	}
	if (status == STATUS_GOOD)
		status = environment_set(&run, failure);
	if (status == STATUS_GOOD)
		status = environment_check(&run, true, failure);
	if (status == STATUS_GOOD)
		status = run_find(&run, path, failure);
	if (status != STATUS_GOOD)
		return status;
	inspect(path, run.argv, &inspection);
	status = choose_engine(&run, &inspection, &engine, failure);
	if (status != STATUS_GOOD)
		return status;
	if (engine == ENGINE_SECCOMP)
		return start_supervised(&run, &inspection, failure);
	if (engine == ENGINE_OUTER) {
		if (!run.quiet)
			tell_outer(&run, &inspection);
		return program_start(path, run.argv, failure);
	}
	return start_preloaded(&run, path, &inspection, failure);
}
