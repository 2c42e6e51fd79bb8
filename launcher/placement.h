/* SPDX-License-Identifier: MIT
 * placement.h - --to, --from, --confine and --pin: where servers go, and with the last clients; one of them at most. */
#ifndef BINDGUARD_LAUNCHER_PLACEMENT_H
#define BINDGUARD_LAUNCHER_PLACEMENT_H

#include "launcher/command.h"

/** struct placement - arguments of the options, NULL where absent. */
struct placement {
	const char *to;
	const char *from;
	const char *confine;
	const char *pin;
};

bool placement_take(struct placement *placement, const struct option_spec *option, const char *value);
const char *placement_given(const struct placement *placement);
const char *placement_option(const void *context, const char *variable);
int placement_check(const struct placement *placement, int status, struct failure *failure);
int placement_put(const struct placement *placement, int status, struct failure *failure);

#endif
