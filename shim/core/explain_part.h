/* SPDX-License-Identifier: MIT
 * explain_part.h - the parts of texts that explain.c and explain_action.c share. Pure; for core alone. */
#ifndef BINDGUARD_CORE_EXPLAIN_PART_H
#define BINDGUARD_CORE_EXPLAIN_PART_H

#include "bindguard/explain.h"
#include "bindguard/line.h"

/** EXPLAIN_NAME_MOST - bytes of one glob or name that are shown. */
#define EXPLAIN_NAME_MOST 128

BG_SIGSAFE struct bg_line explain_begin(char text[BG_EXPLAIN_MAX]);
BG_SIGSAFE size_t explain_finish(const struct bg_line *line);
BG_SIGSAFE void explain_comma(struct bg_line *line, uint32_t i);
BG_SIGSAFE void explain_rest(struct bg_line *line, uint32_t count);
BG_SIGSAFE uint32_t explain_shown(uint32_t count);
BG_SIGSAFE void explain_addr(struct bg_line *line, const struct bg_addr *addr, enum bg_form form);

#endif
