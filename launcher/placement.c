/* SPDX-License-Identifier: MIT
 * placement.c - --to, --from, --confine and --pin, as options and as the variables of the environment that the loader reads.
 * Runs in the launcher only. */
#include "launcher/placement.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/** placement_take - is @option one of them? Then it is noted. */
bool
placement_take(struct placement *placement, const struct option_spec *option, const char *value)
{
	if (options_is(option, "to"))
		placement->to = value;
	else if (options_is(option, "from"))
		placement->from = value;
	else if (options_is(option, "confine"))
		placement->confine = value;
	else if (options_is(option, "pin"))
		placement->pin = value;
	else
		return false;
	return true;
}

/** given - the @nth of them that was given, from 0 on; NULL: there are not so many. */
static const char *
given(const struct placement *placement, unsigned nth)
{
	const struct {
		const char *name;
		const char *value;
	} all[] = {{"to", placement->to},
		   {"from", placement->from},
		   {"confine", placement->confine},
		   {"pin", placement->pin}};

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		if (all[i].value && nth-- == 0)
			return all[i].name;
	return NULL;
}

/** placement_given - the name of the one that was given, NULL where none was. */
const char *
placement_given(const struct placement *placement)
{
	return given(placement, 0);
}

/** placement_option - the option that was given in the place of @variable, NULL where none was; of struct bg_mistakes_style. */
const char *
placement_option(const void *context, const char *variable)
{
	const struct placement *placement = context;

	if (placement->to && strcmp(variable, "BINDGUARD_TO") == 0)
		return "--to";
	if (placement->from && strcmp(variable, "BINDGUARD_FROM") == 0)
		return "--from";
	if (placement->pin && strcmp(variable, "BINDGUARD_PIN") == 0)
		return "--pin";
	return placement->confine && strcmp(variable, "BINDGUARD_CONFINE") == 0 ? "--confine" : NULL;
}

/** placement_check - is it one at most? Return: STATUS_GOOD; @status, and @failure set. */
int
placement_check(const struct placement *placement, int status, struct failure *failure)
{
	if (!given(placement, 1))
		return STATUS_GOOD;
	return command_fail(failure, status, "--%s and --%s contradict each other, expected one of them",
			    given(placement, 0), given(placement, 1));
}

/**
 * placement_put - write the option into this process's environment, in the place of all four variables; none leaves the user's
 * alone. Return: as placement_check().
 */
int
placement_put(const struct placement *placement, int status, struct failure *failure)
{
	const struct {
		const char *variable;
		const char *value;
	} all[] = {{"BINDGUARD_TO", placement->to},
		   {"BINDGUARD_FROM", placement->from},
		   {"BINDGUARD_CONFINE", placement->confine},
		   {"BINDGUARD_PIN", placement->pin}};

	for (size_t i = 0; placement_given(placement) && i < sizeof(all) / sizeof(all[0]); i++)
		if (all[i].value ? setenv(all[i].variable, all[i].value, 1) : unsetenv(all[i].variable))
			return command_fail(failure, status, "%s cannot be set: %s", all[i].variable, strerror(errno));
	return STATUS_GOOD;
}
