/* SPDX-License-Identifier: MIT
 * run.h - what the parts of `bindguard run` hand to each other: its options and its engine. */
#ifndef BINDGUARD_LAUNCHER_RUN_RUN_H
#define BINDGUARD_LAUNCHER_RUN_RUN_H

#include <limits.h>
#include <stdbool.h>

#include "bindguard/engine.h"
#include "launcher/command.h"
#include "launcher/placement.h"
#include "launcher/program/inspect.h"

/**
 * struct run - a command line of `run`.
 * @engine: as asked for; BG_ENGINE_UNKNOWN: auto, the preload where it reaches CMD, else seccomp
 * @placement: --to, --from or --confine
 * @config, @log, @format: arguments of their options, NULL where the option is absent
 * @observe, @quiet, @verbose, @no_follow, @strict: the options
 * @off: the mode in the end, of environment and file too, is off: nothing is to be guarded. By environment_check()
 * @enforces: likewise, is enforce
 * @argv: CMD and its arguments
 */
struct run {
	enum bg_engine engine;
	struct placement placement;
	const char *config;
	const char *log;
	const char *format;
	bool observe;
	bool quiet;
	bool verbose;
	bool no_follow;
	bool strict;
	bool off;
	bool enforces;
	char **argv;
};

/* run.c */
int run_set_option(struct run *run, const struct option_spec *option, const char *value, struct failure *failure);
int run_find(const struct run *run, char path[PATH_MAX], struct failure *failure);
int run_check(const struct run *run, struct failure *failure);

#endif
