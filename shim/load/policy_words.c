/* SPDX-License-Identifier: MIT
 * policy_words.c - the settings of a policy in the words of a configuration, by the tables that it is read with. Cold. */
#include "bindguard/policy_words.h"

#include "load/vocabulary.h"

/** word_of - the word of @words that stands for @value. */
static const char *
word_of(const struct word *words, int value)
{
	while (words->text && words->value != value)
		words++;
	return words->text ? words->text : "?";
}

/** bg_mode_word - the word of the key `mode`. */
const char *
bg_mode_word(enum bg_mode mode)
{
	return word_of(mode_words, mode);
}

/** bg_log_to_word - the word of the key `to` of `log`; "?" for a file, which has none. */
const char *
bg_log_to_word(enum bg_log_to to)
{
	return word_of(log_to_words, to);
}

/** bg_log_format_word - the word of the key `format` of `log`. */
const char *
bg_log_format_word(enum bg_log_format format)
{
	return word_of(log_format_words, format);
}

/** bg_log_events_word - the word of the key `events` of `log`. */
const char *
bg_log_events_word(enum bg_log_events events)
{
	return word_of(log_events_words, events);
}
