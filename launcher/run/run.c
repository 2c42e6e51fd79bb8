/* SPDX-License-Identifier: MIT
 * run.c - `bindguard run`: says what cannot be guarded before it starts, and becomes CMD: there is then no
 * process between the caller and CMD, so its pid, its terminal, its signals and its exit status are those of a bare
 * start. Under the engine seccomp it stays and stands for CMD (bindguard/seccomp.h); the engine cgroup: run_cgroup.c. */
#include "launcher/run/run.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bindguard/seccomp.h"
#include "bindguard/supervision.h"
#include "launcher/note.h"
#include "launcher/program/inspect.h"
#include "launcher/program/program.h"
#include "launcher/run/environment.h"
#include "launcher/run/library.h"
#include "launcher/run/run_cgroup.h"
#include "launcher/run/run_engine.h"
#include "launcher/run/watch.h"

/** run_set_option - take one option. */
int
run_set_option(struct run *run, const struct option_spec *option, const char *value, struct failure *failure)
{
	if (options_is(option, "engine"))
		return run_read_engine(value, &run->engine, failure);
	if (options_is(option, "config"))
		run->config = value;
	else if (placement_take(&run->placement, option, value))
		return STATUS_GOOD;
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
	else if (options_is(option, "no-follow"))
		run->no_follow = true;
	else if (options_is(option, "strict"))
		run->strict = true;
	return STATUS_GOOD;
}

/** run_check - do the options agree with each other, and is there a CMD? */
int
run_check(const struct run *run, struct failure *failure)
{
	if (run->quiet && (run->verbose || run->log))
		return command_fail(failure, STATUS_RUN_FAILED,
				    "--quiet and --%s contradict each other, expected one of them",
				    run->verbose ? "verbose" : "log");
	if (run->no_follow && run->strict)
		return command_fail(failure, STATUS_RUN_FAILED,
				    "--no-follow and --strict contradict each other, expected one of them");
	if (placement_check(&run->placement, STATUS_RUN_FAILED, failure) != STATUS_GOOD)
		return STATUS_RUN_FAILED;
	if (!run->argv[0])
		return command_fail(failure, STATUS_RUN_FAILED,
				    "no command given, expected CMD; `bindguard --help` has more");
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
		return command_fail(failure, STATUS_NOT_FOUND, "%s: command not found; %s of PATH may not be searched",
				    run->argv[0], path);
	if (error == ENOENT || error == ENOTDIR)
		return command_fail(failure, STATUS_NOT_FOUND, "%s: command not found", run->argv[0]);
	return command_fail(failure, STATUS_NOT_EXECUTABLE, "%s: %s", path, strerror(error));
}

/** tell_outer - no engine of ours guards CMD, but one does, by rules that were not given here. */
static void
tell_outer(const struct run *run, const struct inspection *inspection)
{
	char program[RUN_DESCRIPTION_MAX];

	run_describe(run, inspection, program);
	if (inspection->unreachable[0])
		note_print(
			"%s is guarded by the bindguard around this one, and by its rules: no preload reaches it: %s",
			program, inspection->unreachable);
	else
		note_print("%s is guarded by the bindguard around this one, and by its rules: there can be but one "
			   "supervisor",
			   program);
}

/** tell_preloaded - what is done with CMD. What runs unguarded is told in any case, unless the user wants just that. */
static void
tell_preloaded(const struct run *run, const struct inspection *inspection, const char *library)
{
	char program[RUN_DESCRIPTION_MAX];

	run_describe(run, inspection, program);
	if (run->verbose)
		note_print("engine: preload, of %s%s", library, run->off ? ", which does nothing" : "");
	if (inspection->unreachable[0] && !run->off && bg_supervision_guards(getpid(), run->enforces))
		tell_outer(run, inspection);
	else if (inspection->unreachable[0] && !run->off)
		note_print("%s starts UNGUARDED, as --engine preload says: %s", program, inspection->unreachable);
	else if (run->verbose && inspection->unknown[0] && !run->off)
		note_print("program: %s; it cannot be told whether a preload reaches it: %s", program,
			   inspection->unknown);
	else if (run->verbose)
		note_print("program: %s", inspection->path);
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
	if (!inspection->unreachable[0] && !run->off && !bg_supervision_guards(getpid(), run->enforces)) {
		watch = watch_start(library, run->argv[0]);
		if (watch < 0 && run->verbose)
			note_print("whether the library is loaded will not be watched: this is an init process or a "
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
	char program[RUN_DESCRIPTION_MAX];

	run_describe(run, inspection, program);
	if (run->engine == BG_ENGINE_UNKNOWN && !run->quiet)
		note_print("engine: seccomp, as no preload reaches %s: %s", program, inspection->unreachable);
	else if (run->verbose)
		note_print("engine: seccomp");
	if (inspection->privileged && !run->quiet && !run->off)
		note_print("%s runs without the privileges that it would gain: %s", program, inspection->unreachable);
	if (run->verbose)
		note_print("program: %s", inspection->path);
}

/** start_supervised - run CMD under the engine seccomp, to its end. Return: its status. */
static int
start_supervised(const struct run *run, const struct inspection *inspection, struct failure *failure)
{
	static struct bg_loaded loaded; /* for as long as CMD runs */
	static const int statuses[] = {[BG_SECCOMP_FAILED] = STATUS_RUN_FAILED,
				       [BG_SECCOMP_NOT_FOUND] = STATUS_NOT_FOUND,
				       [BG_SECCOMP_NOT_EXECUTABLE] = STATUS_NOT_EXECUTABLE};
	const struct bg_seccomp_command command = {.argv = run->argv, .become = program_become};
	struct bg_seccomp_error error = {.text = ""};
	struct bg_settings settings;
	int status;

	bg_settings_read(false, &settings);
	bg_load(&settings, NULL, &loaded);
	tell_supervised(run, inspection);
	status = bg_seccomp_run(&loaded, &command, &error);
	return status < 0 ? command_fail(failure, statuses[error.failure], "%s", error.text) : status;
}

/** command_run - the subcommand `run`. With the preload it returns only where CMD was not started. */
int
command_run(int argc, char **argv, struct failure *failure)
{
	struct run run = {0};
	struct inspection inspection;
	enum bg_engine engine;
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
	program_inspect(path, run.argv, &inspection);
	status = run_choose_engine(&run, &inspection, &engine, failure);
	if (status != STATUS_GOOD)
		return status;
	if (engine == BG_ENGINE_CGROUP)
		return run_cgroup_start(&run, path, failure);
	if (engine == BG_ENGINE_SECCOMP)
		return start_supervised(&run, &inspection, failure);
	if (engine == BG_ENGINE_NONE) {
		if (!run.quiet)
			tell_outer(&run, &inspection);
		return program_start(path, run.argv, failure);
	}
	return start_preloaded(&run, path, &inspection, failure);
}
