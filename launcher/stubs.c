/* SPDX-License-Identifier: MIT
 * stubs.c - goes away piece by piece on this branch, and is never merged. */
#include "launcher/command.h"

__attribute__((weak)) int
command_run(int argc, char **argv, struct failure *failure)
{
	(void)argc, (void)argv;
	return fail(failure, STATUS_RUN_FAILED, "not there yet");
}

__attribute__((weak)) int
command_check(int argc, char **argv, struct failure *failure)
{
	(void)argc, (void)argv;
	return fail(failure, STATUS_USAGE, "not there yet");
}

__attribute__((weak)) int
command_explain(int argc, char **argv, struct failure *failure)
{
	(void)argc, (void)argv;
	return fail(failure, STATUS_USAGE, "not there yet");
}

__attribute__((weak)) int
command_list(int argc, char **argv, struct failure *failure)
{
	(void)argc, (void)argv;
	return fail(failure, STATUS_USAGE, "not there yet");
}
