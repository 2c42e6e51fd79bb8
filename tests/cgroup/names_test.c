/* SPDX-License-Identifier: MIT
 * names_test.c - `program` globs in the kernel against those of core: random ones, and programs of random names. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "bindguard/glob.h"
#include "bindguard/load.h"
#include "cgroup/cell.h"
#include "launcher/drive.h"

#define NAMES 40
#define GLOBS 12

/** pick - a random text of the bytes of @from, @least to @most of them. */
static void
pick(const char *from, size_t least, size_t most, char *text)
{
	size_t length = least + (size_t)rand() % (most - least + 1);

	for (size_t i = 0; i < length; i++)
		text[i] = from[(size_t)rand() % strlen(from)];
	text[length] = '\0';
}

/** quote - as a value of the configuration. */
static void
quote(const char *glob, char *quoted)
{
	for (; *glob; glob++) {
		if (*glob == '\\')
			*quoted++ = '\\';
		*quoted++ = *glob;
	}
	*quoted = '\0';
}

/** guard_by - a rule with @globs denies 127.0.0.1. */
static void
guard_by(char globs[GLOBS][16])
{
	struct bg_diags diags = {.count = 0};
	struct bg_policy *policy;
	char text[1024] = "rule \"r\" { action = deny program = {", quoted[40];

	for (size_t i = 0; i < GLOBS; i++) {
		quote(globs[i], quoted);
		snprintf(text + strlen(text), sizeof(text) - strlen(text), "%s\"%s\"", i ? ", " : "", quoted);
	}
	strcat(text, "} }");
	policy = bg_load_text(text, strlen(text), &diags);
	if (!policy)
		fail_msg("%s: %s", text, diags.items[0].text);
	cell_guard(policy);
	free(policy);
}

/** is_denied - to the program called @name. */
static bool
is_denied(const char *name)
{
	char path[512];
	int ends[2], error = -1;
	FILE *out;
	pid_t child;

	snprintf(path, sizeof(path), "%s/%s", drive_folder(), name);
	assert_int_equal(pipe(ends), 0);
	child = fork();
	if (child == 0) {
		if (cell_enter() && dup2(ends[1], STDOUT_FILENO) >= 0)
			execl(path, "x", "bind", "tcp", "0", "0", "-", "0", "127.0.0.1", "0", "-", "0", (char *)NULL);
		_exit(127);
	}
	close(ends[1]);
	out = fdopen(ends[0], "r");
	if (!out || fscanf(out, "%d", &error) != 1 || (error != 0 && error != 13))
		fail_msg("%s: %d", name, error);
	fclose(out);
	waitpid(child, NULL, 0);
	return error == 13;
}

/** odd_globs - of the first round: elements that end in odd places. */
static const char *const odd_globs[GLOBS] = {"[]a]", "[!]]b",	"[a-]c", "[-b]", "\\*", "[",
					     "a[",   "[^]-a]b", "\\",	 "[]",	 "[!",	"c[c-a]"};

/** globs_in_the_kernel_are_those_of_core - each program of a list of globs, of which any may match it. */
static void
globs_in_the_kernel_are_those_of_core(void **state)
{
	unsigned yes = 0, all = 0;

	(void)state;
	srand(7);
	for (int round = 0; round < 15; round++) {
		char globs[GLOBS][16], name[32], kept[300] = "conformance_host";

		for (size_t i = 0; i < GLOBS; i++)
			if (round == 0)
				strcpy(globs[i], odd_globs[i]);
			else
				pick("ab*?[]-!\\c", 1, 8, globs[i]);
		guard_by(globs);
		for (int i = 0; i < NAMES; i++) {
			bool expected = false;

			pick("abc-]!", 1, round == 0 ? 2 : 9, name);
			assert_int_equal(
				drive("mv -- './%s' './%s' 2>/dev/null; test -e './%s'", kept, name, name)->status, 0);
			strcpy(kept, name);
			for (size_t g = 0; g < GLOBS; g++)
				expected |= bg_glob_matches(globs[g], name);
			if (is_denied(name) != expected)
				fail_msg("round %d, program \"%s\", globs such as \"%s\": expected %d", round, name,
					 globs[0], expected);
			yes += expected;
			all++;
		}
		assert_int_equal(drive("mv -- './%s' conformance_host", kept)->status, 0);
	}
	figure("%u of %u programs are of a rule", yes, all);
	assert_true(yes > all / 10 && yes < all - all / 10);
}

/** name_long_is_compared_whole - 255 bytes, as long as one can be. */
static void
name_long_is_compared_whole(void **state)
{
	char globs[GLOBS][16], name[256];

	(void)state;
	memset(name, 'x', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	for (size_t i = 0; i < GLOBS; i++)
		strcpy(globs[i], "*xy");
	assert_int_equal(drive("cp conformance_host %s", name)->status, 0);
	guard_by(globs);
	assert_false(is_denied(name));
	strcpy(globs[5], "x*x*x*xx");
	guard_by(globs);
	assert_true(is_denied(name));
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(globs_in_the_kernel_are_those_of_core),
		cmocka_unit_test(name_long_is_compared_whole),
	};
	int failed;

	if (argc > 1)
		cmocka_set_test_filter(argv[1]);
	cell_set_up();
	if (drive_set_up(NULL) || drive("cp %s/hosts/conformance_host . && chmod 755 .", BG_BUILD_DIR)->status)
		return 1;
	failed = cmocka_run_group_tests(tests, NULL, drive_tear_down);
	cell_tear_down();
	return failed;
}
