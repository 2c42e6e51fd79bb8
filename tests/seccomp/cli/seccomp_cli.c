/* SPDX-License-Identifier: MIT
 * seccomp_cli.c CMD...: runs CMD under the engine `seccomp`, configured by the environment; `--possible` only asks
 * whether it can be. The engine without the subcommand `run` around it. */
#include <stdio.h>
#include <string.h>

#include "bindguard/seccomp.h"
#include "launcher/program/program.h"

int
main(int argc, char **argv)
{
	static struct bg_loaded loaded;
	struct bg_settings settings;
	const struct bg_seccomp_command command = {.argv = argv + 1, .become = program_become};
	struct bg_seccomp_error error = {.text = ""};
	int status;

	if (argc < 2)
		return 2;
	if (strcmp(argv[1], "--possible") == 0) {
		status = bg_seccomp_possible(error.text, sizeof(error.text)) ? 0 : 1;
	} else {
		bg_settings_read(false, &settings);
		bg_load(&settings, NULL, &loaded);
		status = bg_seccomp_run(&loaded, &command, &error);
		if (status < 0)
			status = error.failure == BG_SECCOMP_FAILED	 ? 125
				 : error.failure == BG_SECCOMP_NOT_FOUND ? 127
									 : 126;
	}
	if (error.text[0])
		fprintf(stderr, "bindguard: %s\n", error.text);
	return status;
}
