/* SPDX-License-Identifier: MIT
 * supervise_cli.c CMD...: runs CMD under the engine `seccomp`, configured by the environment; `--possible` only asks
 * whether it can be. The engine without the subcommand `run` around it. */
#include <stdio.h>
#include <string.h>

#include "launcher/supervise/supervise.h"

int
main(int argc, char **argv)
{
	static struct bg_loaded loaded;
	struct bg_settings settings;
	struct failure failure = {.text = ""};
	int status;

	if (argc < 2)
		return 2;
	if (strcmp(argv[1], "--possible") == 0) {
		status = supervise_possible(failure.text, sizeof(failure.text)) ? 0 : 1;
	} else {
		bg_settings_read(false, &settings);
		bg_load(&settings, NULL, &loaded);
		status = supervise_run(&loaded, argv + 1, &failure);
	}
	if (failure.text[0])
		fprintf(stderr, "bindguard: %s\n", failure.text);
	return status;
}
