/* SPDX-License-Identifier: MIT
 * run.h - what the parts of `bindguard run` hand to each other: its options and its engine. */
#ifndef BINDGUARD_LAUNCHER_RUN_H
#define BINDGUARD_LAUNCHER_RUN_H

#include <limits.h>
#include <stdbool.h>

#include "launcher/command.h"

/** enum engine - what is to catch CMD's calls. */
enum engine {
	ENGINE_AUTO, /* preload where it reaches CMD, else seccomp */
	ENGINE_PRELOAD,
	ENGINE_SECCOMP,
	ENGINE_OUTER, /* none of ours: the supervisor of another bindguard guards us, and so CMD */
};

/**
 * struct run - a command line of `run`.
 * @engine: as asked for
 * @config, @to, @log, @format: arguments of their options, NULL where the option is absent
 * @observe, @quiet, @verbose: the options
 * @off: the mode in the end, of environment and file too, is off: nothing is to be guarded. By environment_check()
 * @argv: CMD and its arguments
 */
struct run {
	enum engine engine;
	const char *config;
	const char *to;
	const char *log;
	const char *format;
	bool observe;
	bool quiet;
	bool verbose;
	bool off;
	char **argv;
};

/* run.c */
int run_set_option(struct run *run, const struct option_spec *option, const char *value, struct failure *failure);
int run_find(const struct run *run, char path[PATH_MAX], struct failure *failure);
int run_check(const struct run *run, struct failure *failure);

/* environment.c */
int environment_set(const struct run *run, struct failure *failure);
int environment_check(struct run *run, bool warn, struct failure *failure);

/* library.c */
int library_find(char path[PATH_MAX], struct failure *failure);
int library_preload(const char *library, struct failure *failure);
int library_calm_sanitizer(const char *sanitizer, struct failure *failure);

/* watch.c */
int watch_start(const char *library, const char *program);
void watch_cancel(int watch);

#endif
