/* SPDX-License-Identifier: MIT
 * examples_test.c - every file of conf/ and conf/examples/ loads without a mistake or a warning. On cmocka. */
#include <glob.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "bindguard/load.h"
#include "net/conf.h"

#define EXAMPLES_LEAST 5

/** expect_clean - the file at @path gives a policy with rules, and nothing is told about it. */
static void
expect_clean(const char *path)
{
	static struct bg_loaded loaded;
	struct bg_settings settings = {.config = path};

	bg_load(&settings, NULL, &loaded);
	for (unsigned i = 0; i < loaded.diags.count; i++)
		print_error("%s:%u: %s\n", path, loaded.diags.items[i].line, loaded.diags.items[i].text);
	assert_int_equal(loaded.diags.count, 0);
	assert_false(loaded.policy->lockdown);
	assert_true(loaded.policy->rule_count > 0);
	assert_string_equal(loaded.path, path);
	bg_loaded_free(&loaded);
}

/** expect_all_clean - the same for all @files, a pattern, of which there must be @least. */
static void
expect_all_clean(const char *files, size_t least)
{
	char pattern[256];
	glob_t found;

	snprintf(pattern, sizeof(pattern), "%s/%s", conf_folder(), files);
	assert_int_equal(glob(pattern, 0, NULL, &found), 0);
	assert_true(found.gl_pathc >= least);
	for (size_t i = 0; i < found.gl_pathc; i++)
		expect_clean(found.gl_pathv[i]);
	globfree(&found);
}

static void
examples_load_without_a_word(void **state)
{
	(void)state;
	expect_all_clean("conf/examples/*.conf", EXAMPLES_LEAST);
}

static void
compiled_in_configurations_load_without_a_word(void **state)
{
	(void)state;
	expect_all_clean("conf/*.conf", 2);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(examples_load_without_a_word),
		cmocka_unit_test(compiled_in_configurations_load_without_a_word),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
