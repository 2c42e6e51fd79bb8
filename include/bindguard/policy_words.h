/* SPDX-License-Identifier: MIT
 * policy_words.h - the words that a configuration has for the settings of a policy. Cold. */
#ifndef BINDGUARD_POLICY_WORDS_H
#define BINDGUARD_POLICY_WORDS_H

#include "bindguard/policy.h"

const char *bg_mode_word(enum bg_mode mode);
const char *bg_log_to_word(enum bg_log_to to);
const char *bg_log_format_word(enum bg_log_format format);
const char *bg_log_events_word(enum bg_log_events events);

#endif
