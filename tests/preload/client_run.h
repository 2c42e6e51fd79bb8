/* SPDX-License-Identifier: MIT
 * client_run.h - runs clients bare and guarded beside servers that echo. */
#ifndef BINDGUARD_TESTS_PRELOAD_CLIENT_RUN_H
#define BINDGUARD_TESTS_PRELOAD_CLIENT_RUN_H

/** client_config_path - a file for rules. */
extern char client_config_path[];

void client_expect_same(const char *name, const char *how, const char *bare, const char *guarded);
int client_set_up(void **state);
int client_tear_down(void **state);

#endif
