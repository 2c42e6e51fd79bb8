/* SPDX-License-Identifier: MIT
 * reader.h - where libconfuse's parser is in a configuration: reader.c keeps track, and parse.c, which the parser calls,
 * goes by it. Cold. */
#ifndef BINDGUARD_LOAD_READER_H
#define BINDGUARD_LOAD_READER_H

#include "load/build.h"
#include "load/scan.h"

/** enum place - what libconfuse's parser expects as the next token. */
enum place {
	PLACE_KEY,    /* or the end of the section */
	PLACE_NAME,   /* of a rule */
	PLACE_BRACE,  /* that opens a section */
	PLACE_EQUALS, /* behind a key */
	PLACE_VALUE,  /* or the brace that opens a list */
	PLACE_ITEM,   /* of a list, or its end */
	PLACE_COMMA,  /* or the end of the list */
};

/**
 * struct reader - where libconfuse's parser is.
 * @scan: the text
 * @build: what comes of it
 * @place: see there
 * @section, @opened: that the place is in, and the line of the word that opened it
 * @key, @name, @key_line: the last key, KEYS where it is unknown; as it was written, cut to what a message shows; its line
 * @nth: values of it so far
 * @skip: they are not used: it is unknown, or was set before
 * @bare: its value, where that stands without braces
 * @closing: the token is the end of an empty list, and a value in the place of none was handed on before it
 */
struct reader {
	struct scan scan;
	struct build *build;
	enum place place;
	enum section section;
	unsigned opened;
	enum key key;
	char name[61];
	unsigned key_line;
	unsigned nth;
	bool skip;
	struct token bare;
	bool closing;
};

/** UNKNOWN_KEY - libconfuse's name for every key that there is none of; no file can name it. */
#define UNKNOWN_KEY "?"

int reader_next(struct reader *reader, cfg_t *cfg);
void reader_complain(struct reader *reader, cfg_t *cfg);

#endif
