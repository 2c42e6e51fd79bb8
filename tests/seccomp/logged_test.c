/* SPDX-License-Identifier: MIT
 * logged_test.c - every other test of this room holds with the log to nowhere, to a file, of all events and of the notable
 * ones. */
#include "net/logged.h"

int
main(int argc, char **argv)
{
	return logged_run("seccomp", argc, argv);
}
