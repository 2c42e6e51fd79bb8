/* SPDX-License-Identifier: MIT
 * run_engine.h - which engine guards CMD. */
#ifndef BINDGUARD_LAUNCHER_RUN_RUN_ENGINE_H
#define BINDGUARD_LAUNCHER_RUN_RUN_ENGINE_H

#include "launcher/program/inspect.h"
#include "launcher/run/run.h"

/** RUN_DESCRIPTION_MAX - bytes of CMD in words. */
#define RUN_DESCRIPTION_MAX 640

void run_describe(const struct run *run, const struct inspection *inspection, char text[RUN_DESCRIPTION_MAX]);
int run_read_engine(const char *word, enum bg_engine *engine, struct failure *failure);
int run_choose_engine(const struct run *run, const struct inspection *inspection, enum bg_engine *engine,
		      struct failure *failure);

#endif
