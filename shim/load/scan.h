/* SPDX-License-Identifier: MIT
 * scan.h - a configuration's text, as libconfuse's scanner makes tokens of it. Cold. */
#ifndef BINDGUARD_LOAD_SCAN_H
#define BINDGUARD_LOAD_SCAN_H

#include <confuse.h>
#include <stdbool.h>
#include <stdio.h>

#include "bindguard/diag.h"

/**
 * struct token - what libconfuse's scanner found.
 * @kind: CFGT_STR, a mark such as '{', EOF; 0: no good, and told
 * @start, @end: the text's bytes that it was made of, quotes included
 * @line: 1-based; of EOF that of the last token
 * @value: of CFGT_STR, without quotes and escapes; until the next token
 */
struct token {
	int kind;
	size_t start;
	size_t end;
	unsigned line;
	char *value;
};

/**
 * struct scan - a text being scanned. @line and the token's begin with 1.
 * @text: @size bytes and a terminator, no NUL among them
 * @diags: where mistakes go
 * @given: bytes of it that the scanner has got, the brace behind them counted
 * @piece, @piece_at: where it keeps the last piece, and the offset of that in @text
 * @token, @line: the last one, and the line that it ends in
 * @busy: the scanner is at work: what it complains of is seen, and told, when it is done
 */
struct scan {
	const char *text;
	size_t size;
	struct bg_diags *diags;
	size_t given;
	unsigned line;
	const char *piece;
	size_t piece_at;
	struct token token;
	bool busy;
};

/* @file is the scan: libconfuse does not look into the FILE that it is handed. */
size_t bg_confuse_fread(void *to, size_t size, size_t count, FILE *file);
int scan_next(struct scan *scan, cfg_t *cfg);
int scan_next_unchecked(struct scan *scan, cfg_t *cfg);

#endif
