/* SPDX-License-Identifier: MIT
 * words.h - words for the enums of a decision, as logs, `explain` and test failures print them. Pure; never NULL but for
 * bg_match_key(). */
#ifndef BINDGUARD_WORDS_H
#define BINDGUARD_WORDS_H

#include "bindguard/decision.h"

BG_SIGSAFE const char *bg_protocol_word(enum bg_protocol protocol);
BG_SIGSAFE const char *bg_action_word(enum bg_action action);
BG_SIGSAFE const char *bg_call_word(enum bg_call call);
BG_SIGSAFE const char *bg_reason_text(enum bg_reason reason);
BG_SIGSAFE const char *bg_match_text(enum bg_match match);

/** bg_match_key - the key of the rule that says no: "port"; NULL where none does. */
BG_SIGSAFE const char *bg_match_key(enum bg_match match);

/** bg_effect_word - "none", "change", "refuse" or "wait". Never NULL. */
BG_SIGSAFE const char *bg_effect_word(enum bg_effect effect);

#endif
