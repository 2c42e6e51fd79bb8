/* SPDX-License-Identifier: MIT
 * override.h - lays the environment over a policy. Cold. */
#ifndef BINDGUARD_LOAD_OVERRIDE_H
#define BINDGUARD_LOAD_OVERRIDE_H

#include "bindguard/load.h"

bool override_wanted(const struct bg_settings *settings);
struct bg_policy *override_copy(const struct bg_policy *policy, const struct bg_settings *settings,
				struct bg_diags *diags);
struct bg_policy *override_lockdown(const struct bg_settings *settings, struct bg_diags *diags);

#endif
