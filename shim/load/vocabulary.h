/* SPDX-License-Identifier: MIT
 * vocabulary.h - the words of the configuration, and what each stands for. Cold. */
#ifndef BINDGUARD_LOAD_VOCABULARY_H
#define BINDGUARD_LOAD_VOCABULARY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bindguard/diag.h"

/** struct word - a word of the configuration and the value it stands for; ends with a NULL text. */
struct word {
	const char *text;
	int value;
};

extern const struct word mode_words[], log_to_words[], log_format_words[], log_events_words[];

int word_value(const struct word *words, const char *text);
int word_check(struct bg_diags *diags, unsigned line, const char *key, const struct word *words, const char *text);
const char *interface_mistake(const char *name);
const char *address_mistake(const char *text);
bool log_to_parse(const char *value, uint8_t *to, char *why, size_t why_size);

#endif
