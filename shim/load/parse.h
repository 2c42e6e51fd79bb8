/* SPDX-License-Identifier: MIT
 * parse.h - libconfuse reads a configuration into a policy under construction. Cold. */
#ifndef BINDGUARD_LOAD_PARSE_H
#define BINDGUARD_LOAD_PARSE_H

#include <stdbool.h>
#include <stddef.h>

struct build;
struct cfg_t;

bool parse(struct build *build, const char *text, size_t size);

/* Between libconfuse's own parser and scanner: --wrap=cfg_yylex of the Makefile. */
int bg_confuse_yylex(struct cfg_t *cfg);

#endif
