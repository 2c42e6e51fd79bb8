/* SPDX-License-Identifier: MIT
 * load_file_test.c - which file counts, and what one means that cannot be read. On cmocka. */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "bindguard/load.h"
#include "unit/loaded.h"

#define SYSTEM_FILE BG_SYSCONFDIR "/bindguard.conf"
#define PLAIN "rule \"servers\" { address = wildcard action = rewrite to = loopback }\n"

static void
file_is_found_where_the_specification_says(void **state)
{
	struct bg_settings settings = {.config = ""};
	char home[128];
	bool system_file = access(SYSTEM_FILE, F_OK) == 0;

	(void)state;
	loaded_load(&settings, "/bin/x", "x");
	assert_ptr_equal(loaded.policy, bg_policy_default);
	assert_int_equal(loaded_command_asked, 0);
	assert_false(loaded.owned);
	snprintf(home, sizeof(home), "%s", loaded_folder);
	settings = (struct bg_settings){.home = home, .xdg_config_home = "relative"};
	bg_load(&settings, NULL, &loaded);
	assert_int_equal(loaded.source, system_file ? BG_SOURCE_SYSTEM : BG_SOURCE_BUILTIN);
	bg_loaded_free(&loaded);
	assert_int_equal(mkdir(loaded_in_folder(".config"), 0700), 0);
	assert_int_equal(mkdir(loaded_in_folder(".config/bindguard"), 0700), 0);
	loaded_write(".config/bindguard/bindguard.conf", PLAIN, strlen(PLAIN));
	bg_load(&settings, NULL, &loaded);
	assert_int_equal(loaded.source, BG_SOURCE_USER);
	assert_string_equal(loaded.path, loaded_path);
	assert_true(loaded.owned);
	bg_loaded_free(&loaded);
	settings.xdg_config_home = "/nonexistent";
	bg_load(&settings, NULL, &loaded);
	assert_int_not_equal(loaded.source, BG_SOURCE_USER);
	bg_loaded_free(&loaded);
	settings.config = loaded_write("other.conf", PLAIN, strlen(PLAIN));
	bg_load(&settings, NULL, &loaded);
	assert_int_equal(loaded.source, BG_SOURCE_ENVIRONMENT);
	bg_loaded_free(&loaded);
}

/** folder_without_a_file_is_passed_over - it is a file, is not searchable, is relative or too long; a loop of links is there. */
static void
folder_without_a_file_is_passed_over(void **state)
{
	static char longest[BG_PATH_MAX];
	struct bg_settings settings = {.config = NULL};
	bool system_file = access(SYSTEM_FILE, F_OK) == 0;
	char xdg[256];
	const char *const folders[] = {xdg, longest, "relative"};

	(void)state;
	loaded_write("plain", "x", 1);
	snprintf(xdg, sizeof(xdg), "%s", loaded_in_folder("plain"));
	memset(longest, 'x', sizeof(longest) - 1);
	longest[0] = '/';
	for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++) {
		settings.xdg_config_home = folders[i];
		bg_load(&settings, NULL, &loaded);
		assert_int_equal(loaded.source, system_file ? BG_SOURCE_SYSTEM : BG_SOURCE_BUILTIN);
		assert_int_equal(loaded.diags.count, 0);
		bg_loaded_free(&loaded);
	}
	assert_int_equal(mkdir(loaded_in_folder("mine"), 0700), 0);
	assert_int_equal(mkdir(loaded_in_folder("mine/bindguard"), 0700), 0);
	assert_int_equal(symlink("bindguard.conf", loaded_in_folder("mine/bindguard/bindguard.conf")), 0);
	snprintf(xdg, sizeof(xdg), "%s", loaded_in_folder("mine"));
	settings.xdg_config_home = xdg;
	loaded_expect_lockdown(&settings, "ELOOP");
	if (geteuid() == 0) { /* a daemon that has dropped root's privileges still has root's HOME */
		assert_int_equal(seteuid(65534), 0);
		bg_load(&settings, NULL, &loaded);
		assert_int_equal(seteuid(0), 0);
		assert_int_equal(loaded.source, system_file ? BG_SOURCE_SYSTEM : BG_SOURCE_BUILTIN);
		bg_loaded_free(&loaded);
	}
	unlink(loaded_in_folder("plain"));
	unlink(loaded_in_folder("mine/bindguard/bindguard.conf"));
	rmdir(loaded_in_folder("mine/bindguard"));
	rmdir(loaded_in_folder("mine"));
}

static void
file_that_cannot_be_read_means_lockdown(void **state)
{
	char *big = calloc(1, BG_FILE_MAX + 1), *name = calloc(1, 2 * BG_PATH_MAX);
	struct bg_settings settings = {.config = loaded_in_folder("missing")};

	(void)state;
	assert_non_null(big);
	assert_non_null(name);
	loaded_expect_lockdown(&settings, "ENOENT");
	assert_true(loaded.unreadable);
	settings.config = loaded_folder;
	loaded_expect_lockdown(&settings, "directory");
	settings.config = loaded_in_folder("fifo");
	assert_int_equal(mkfifo(loaded_path, 0600), 0);
	loaded_expect_lockdown(&settings, "FIFO");
	settings.config = "/dev/zero";
	loaded_expect_lockdown(&settings, "device");
	memset(big, '\n', BG_FILE_MAX + 1);
	settings.config = loaded_write("big", big, BG_FILE_MAX + 1);
	loaded_expect_lockdown(&settings, "expected at most 1048576");
	assert_true(loaded.unreadable);
	settings.config = "/proc/self/status"; /* regular, and holds more than its size says */
	loaded_expect_lockdown(&settings, "changed while it was read");
	settings.config = loaded_write("binary",
				       "\x7f"
				       "ELF\0\1",
				       6);
	loaded_expect_lockdown(&settings, "expected text");
	assert_false(loaded.unreadable);
	for (size_t i = 0; i + 2 < 2 * BG_PATH_MAX; i += 2)
		memcpy(name + i, "/.", 2);
	settings.config = name;
	loaded_expect_lockdown(&settings, "expected at most 4095");
	settings.config = loaded_write("secret", PLAIN, strlen(PLAIN));
	assert_int_equal(chmod(loaded_path, 0), 0);
	if (geteuid() != 0)
		loaded_expect_lockdown(&settings, "EACCES");
	free(big);
	free(name);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(file_is_found_where_the_specification_says),
		cmocka_unit_test(folder_without_a_file_is_passed_over),
		cmocka_unit_test(file_that_cannot_be_read_means_lockdown),
	};

	return cmocka_run_group_tests(tests, loaded_make_folder, loaded_remove_folder);
}
