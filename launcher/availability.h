/* SPDX-License-Identifier: MIT
 * availability.h - can this machine do now what a rule wants? */
#ifndef BINDGUARD_LAUNCHER_AVAILABILITY_H
#define BINDGUARD_LAUNCHER_AVAILABILITY_H

#include "bindguard/decision.h"

/** enum available - why a socket could not be bound so. That the kernel cannot be asked is no answer. */
enum available { AVAILABLE, AVAILABLE_NO_INTERFACE, AVAILABLE_NO_ADDRESS, AVAILABLE_NO_FILTER, AVAILABLE_UNASKED };

enum available availability_of_change(const struct bg_change *change, int *error);
enum available availability_of_from(const struct bg_policy *policy, const struct bg_rule *rule,
				    char missing[BG_IFNAME_MAX], int *error);
enum available availability_of_filter(void);
enum available availability_of_interface(const char *name, unsigned *index, int *error);

#endif
