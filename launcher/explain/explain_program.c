/* SPDX-License-Identifier: MIT
 * explain_program.c - from a program as people name it to the executable that /proc/PID/exe would show, by which rules
 * know it. What that is, inspect.c finds out, as for `run`. Runs in the launcher only. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bindguard/rule.h"
#include "launcher/explain/explain_program.h"
#include "launcher/explain/explanation.h"
#include "launcher/program/inspect.h"
#include "launcher/program/program.h"

/** note_found - tell how the name given became the executable, where that is not plain to see. */
static void
note_found(const char *given, const struct inspection *inspection, struct explain_program *program)
{
	const char *name = bg_base_name(program->exe);
	const char *what = inspection->shell	 ? "is a script without a #! line: rules see the shell that reads it"
			   : inspection->scripts ? "is a script: rules see its interpreter"
						 : "starts another program: rules see that one";

	if (inspection->unknown[0])
		snprintf(program->note, sizeof(program->note), "\"%.100s\": %s; \"%.100s\" is taken for what runs",
			 given, inspection->unknown, name);
	else if (inspection->levels)
		snprintf(program->note, sizeof(program->note), "\"%.100s\" %s, \"%.100s\", or what that executes",
			 given, what, name);
	else if (strcmp(bg_base_name(given), name) != 0)
		snprintf(program->note, sizeof(program->note), "\"%.100s\" is a link: rules see \"%.100s\"", given,
			 name);
}

/**
 * explain_find_program - the executable that people call @given.
 * Return: false, and @failure set, where @given can be none. A file that is not there is no failure: its name is taken
 * as it is, and program->note says so.
 */
bool
explain_find_program(const char *given, struct explain_program *program, struct failure *failure)
{
	char path[BG_PATH_MAX], real[PATH_MAX], name[BG_PATH_MAX];
	char *argv[] = {name, NULL};
	struct inspection inspection;

	if (!*bg_base_name(given) || strlen(given) >= sizeof(path)) {
		command_fail(failure, 0, "program \"%.80s\", expected the name or path of a program", given);
		return false;
	}
	snprintf(name, sizeof(name), "%s", given);
	if (program_find(given, getenv("PATH"), path) == 0) {
		program_inspect(path, argv, &inspection);
		snprintf(program->exe, sizeof(program->exe), "%s",
			 realpath(inspection.path, real) ? real : inspection.path);
		note_found(given, &inspection, program);
		return true;
	}
	if (strchr(given, '/') && realpath(given, real)) {
		snprintf(program->exe, sizeof(program->exe), "%s", real);
		snprintf(program->note, sizeof(program->note), "it cannot be executed; taken as it is");
		return true;
	}
	snprintf(program->exe, sizeof(program->exe), "%s", given);
	snprintf(program->note, sizeof(program->note),
		 strchr(given, '/') ? "there is no such file here; taken as it is"
				    : "not found in PATH; rules that give a full path are taken not to match");
	return true;
}
