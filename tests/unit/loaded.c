/* SPDX-License-Identifier: MIT
 * loaded.c - loads configurations from a folder of the test's own. */
#include "unit/loaded.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "bindguard/load.h"

struct bg_loaded loaded;
char loaded_folder[] = "/tmp/bindguard-load-XXXXXX";
char loaded_path[256];
unsigned loaded_command_asked;

/** loaded_in_folder - a path in the test's folder; the last one made. */
const char *
loaded_in_folder(const char *name)
{
	snprintf(loaded_path, sizeof(loaded_path), "%s/%s", loaded_folder, name);
	return loaded_path;
}

/** loaded_write - a file in the test's folder. Return: its path. */
const char *
loaded_write(const char *name, const char *text, size_t size)
{
	FILE *file = fopen(loaded_in_folder(name), "w");

	assert_non_null(file);
	assert_int_equal(fwrite(text, 1, size, file), size);
	fclose(file);
	return loaded_path;
}

/** give_command - struct bg_names: @context itself. */
static const char *
give_command(void *context)
{
	loaded_command_asked++;
	return context;
}

/** loaded_load - bg_load() for a program with these names; NULL: the command line cannot be read. */
void
loaded_load(const struct bg_settings *settings, const char *exe, const char *command)
{
	char text[64];
	struct bg_names names = {.exe = exe, .command = give_command, .context = NULL};

	if (command) {
		snprintf(text, sizeof(text), "%s", command);
		names.context = text;
	}
	loaded_command_asked = 0;
	bg_load(settings, &names, &loaded);
}

/** loaded_expect_lockdown - @settings lead to lockdown; the first message has @part. */
void
loaded_expect_lockdown(const struct bg_settings *settings, const char *part)
{
	bg_load(settings, NULL, &loaded);
	assert_ptr_equal(loaded.policy, bg_policy_lockdown);
	assert_false(loaded.owned);
	assert_true(loaded.diags.count > 0);
	if (!strstr(loaded.diags.items[0].text, part))
		fail_msg("expected \"%s\", got \"%s\"", part, loaded.diags.items[0].text);
	bg_loaded_free(&loaded);
}

/** make_folder, remove_folder - the files of this program live and go with it. */
int
loaded_make_folder(void **state)
{
	(void)state;
	return mkdtemp(loaded_folder) ? 0 : -1;
}

int
loaded_remove_folder(void **state)
{
	static const char *const names[] = {".config/bindguard/bindguard.conf",
					    ".config/bindguard",
					    ".config",
					    "other.conf",
					    "fifo",
					    "big",
					    "binary",
					    "secret",
					    "allow.conf",
					    "broken.conf",
					    "programs.conf"};

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		remove(loaded_in_folder(names[i]));
	return rmdir(loaded_folder);
}
