/* SPDX-License-Identifier: MIT
 * outgoing.h - what a rule makes of a connect(2). Pure. */
#ifndef BINDGUARD_CORE_OUTGOING_H
#define BINDGUARD_CORE_OUTGOING_H

#include "core/question.h"

BG_SIGSAFE void outgoing_change(struct question *q);

#endif
