/* SPDX-License-Identifier: MIT
 * cell.h - a cgroup of the test's own, whose processes the engine guards by whatever policy comes next. */
#ifndef BINDGUARD_TESTS_CGROUP_CELL_H
#define BINDGUARD_TESTS_CGROUP_CELL_H

#include <stdbool.h>
#include <stddef.h>

#include "bindguard/cgroup.h"

void cell_set_up(void);
void cell_tear_down(void);
void cell_guard(const struct bg_policy *policy);
void cell_open(void);
bool cell_enter(void);

#endif
