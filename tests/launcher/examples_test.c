/* SPDX-License-Identifier: MIT
 * examples_test.c - every example of the manual pages runs and shows what the page promises. An example is a line
 * `.Dl $ COMMAND` or, in literal text, `$ COMMAND`; each has a row in the table here. On cmocka.
 *
 * They run in a network namespace with an interface wg0, /var/log a folder of the test's own, and stand-ins for what a
 * reader would have: npm (a dev server), sudo. */
#include <glob.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "bindguard/seccomp.h"
#include "launcher/drive.h"

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))
#define COMMAND_MAX 512

/**
 * struct example - one of them.
 * @command: as on the page
 * @shown: grep(1) pattern of a line that it prints, or writes to a file in its folder; it is ended when that is there.
 *         What explain and check print is compared whole in explain_test.c
 * @input: what is typed into it
 * @before: what runs already, in the background, and listens on port 8000; NULL: nothing
 */
struct example {
	const char *command;
	const char *shown;
	const char *input;
	const char *before;
};

static const struct example examples[] = {
	/* bindguard(1) */
	{"bindguard run python3 -m http.server",
	 "^bindguard.*python3.* tcp 0.0.0.0:8000 -> 127.0.0.1:8000 (rewrite, rule \"servers\")$", "", NULL},
	{"bindguard run -n -l binds.json -f json npm run dev",
	 "^{.*\"program\":\"probe-dynamic\".*\"mode\":\"observe\"", "", NULL},
	{"bindguard run --to wg0 npm run dev", "^bindguard.*probe-dynamic tcp 0.0.0.0:0 -> 0.0.0.0:[0-9]*%wg0 ", "",
	 NULL},
	{"bindguard bash", "^bindguard.*probe-dynamic tcp 0.0.0.0:0 -> 0.0.0.0:[0-9]*%lo ", "npm run dev", NULL},
	{"bindguard -e seccomp bash", "^bindguard.*probe-dynamic tcp 0.0.0.0:0 -> 0.0.0.0:[0-9]*%lo ", "npm run dev",
	 NULL},
	{"bindguard list", "^tcp   0.0.0.0 8000 anywhere  *[0-9][0-9]* python3[.0-9]* no *$", "",
	 "python3 -m http.server 8000"},
	{"bindguard explain -c conf/examples/deny.conf tcp 0.0.0.0:80", "^denied: error EPERM, nothing is bound$", "",
	 NULL},
	{"bindguard explain -c '' tcp '[::]:3000'", "^changed: SO_BINDTODEVICE lo, then bind(\\[::]:3000) ", "", NULL},
	{"bindguard explain -c '' tcp 0.0.0.0:0", "^at listen: changed: SO_BINDTODEVICE lo, then listen ", "", NULL},
	{"sudo -u www-data bindguard run python3 -m http.server",
	 "^bindguard.*python3.* tcp 0.0.0.0:8000 -> 127.0.0.1:8000 (rewrite, rule \"servers\")$", "", NULL},
	{"bindguard prove -- python3 -m http.server 0", "^tcp .* reached *refused *refused *this machine only$", "",
	 NULL},
	{"bindguard prove --unguarded -- python3 -m http.server 0", "^tcp .* reached *reached *reached *EXPOSED$", "",
	 NULL},
	/* bindguard-json(5) */
	{"bindguard list --json | jq -c '.[] | select(.reachable == \"anywhere\") | [.program, .port]'",
	 "^\\[\"python3[.0-9]*\",8000]$", "", "python3 -m http.server 8000"},
	/* libbindguard(7) */
	{"LD_PRELOAD=libbindguard.so python3 -m http.server",
	 "^bindguard.*python3.* tcp 0.0.0.0:8000 -> 127.0.0.1:8000 (rewrite, rule \"servers\")$", "", NULL},
	{"BINDGUARD_MODE=observe LD_PRELOAD=libbindguard.so npm run dev",
	 "^bindguard.*probe-dynamic tcp .*(would rewrite", "", NULL},
	{"BINDGUARD_TO=wg0 LD_PRELOAD=libbindguard.so npm run dev",
	 "^bindguard.*probe-dynamic tcp 0.0.0.0:0 -> 0.0.0.0:[0-9]*%wg0 ", "", NULL},
	/* bindguard.conf(5) */
	{"jq -c 'select(.exposed) | [.program, .result]' /var/log/bindguard.json",
	 "^\\[\"probe-dynamic\",{\"address\":\"10.98", "", NULL},
};

/** find_example - its row, NULL where it has none. */
static const struct example *
find_example(const char *command)
{
	for (size_t i = 0; i < LENGTH(examples); i++)
		if (strcmp(examples[i].command, command) == 0)
			return &examples[i];
	return NULL;
}

/** read_command - the example in @line of a page, into @command. Return: false where there is none. */
static bool
read_command(char *line, char command[COMMAND_MAX])
{
	static const char macro[] = ".Dl $ ", prompt[] = "$ ";
	const char *start = strncmp(line, macro, sizeof(macro) - 1) == 0     ? line + sizeof(macro) - 1
			    : strncmp(line, prompt, sizeof(prompt) - 1) == 0 ? line + sizeof(prompt) - 1
									     : NULL;

	if (!start)
		return false;
	line[strcspn(line, "\n")] = '\0';
	snprintf(command, COMMAND_MAX, "%s", start);
	return true;
}

/** run_example - run it where it belongs, until it shows what it should or ends. */
static void
run_example(const struct example *example)
{
	const struct drive_result *result;
	char why[256];

	if (strstr(example->command, "-e seccomp") && !bg_seccomp_possible(why, sizeof(why))) {
		print_message("skipped: %s: %s\n", example->command, why);
		return;
	}
	assert_true(drive_write("line", example->command, 0644));
	assert_true(drive_write("shown", example->shown, 0644));
	assert_true(drive_write("input", example->input, 0644));
	assert_true(drive_write("before", example->before ? example->before : "", 0644));
	/* A chroot has no user namespaces, user_namespaces(7); root needs none. */
	result = drive("unshare -r true 2>/dev/null && r=r; unshare -${r}n true 2>/dev/null || exit 77; "
		       "unshare -${r}npf --mount-proc --kill-child sh ./stage");
	if (result->status == 77)
		skip();
	if (result->status != 0)
		fail_msg("$ %s\nshows no line %s, but:\n%s%s", example->command, example->shown, result->out,
			 result->err);
}

static void
examples_of_the_manual_pages_run(void **state)
{
	bool used[LENGTH(examples)] = {false};
	char line[COMMAND_MAX], command[COMMAND_MAX];
	unsigned run = 0;
	glob_t pages;

	(void)state;
	assert_int_equal(glob(BG_SOURCE_DIR "/man/*.[1-8]", 0, NULL, &pages), 0);
	for (size_t i = 0; i < pages.gl_pathc; i++) {
		FILE *page = fopen(pages.gl_pathv[i], "re");

		assert_non_null(page);
		while (fgets(line, sizeof(line), page)) {
			const struct example *example;

			if (!read_command(line, command))
				continue;
			example = find_example(command);
			if (!example)
				fail_msg("%s: `%s` has no row in the table of this test", pages.gl_pathv[i], command);
			used[example - examples] = true;
			run_example(example);
			run++;
		}
		fclose(page);
	}
	for (size_t i = 0; i < LENGTH(examples); i++)
		if (!used[i])
			fail_msg("`%s` is on no page", examples[i].command);
	figure("%u examples of %zu manual pages run", run, pages.gl_pathc);
	globfree(&pages);
}

/** Keys are API: those that bindguard-json(5) lists are those that are printed, in that order. */
static void
json_has_the_keys_of_the_manual(void **state)
{
	static const char script[] =
		"import json, re, sys\n"
		"got = json.load(sys.stdin)\n"
		"if sys.argv[1] == 'explain':\n"
		"    inner = lambda key: [key + '.' + name for name in got[key]] if key in ('config', 'decision') else "
		"[key]\n"
		"    got = [name for key in got for name in inner(key)]\n"
		"elif sys.argv[1] == 'list':\n"
		"    got = list(got[0])\n"
		"else:\n"
		"    got = list(got) + list(got['sockets'][0])\n"
		"page = open('" BG_SOURCE_DIR "/man/bindguard-json.5').read()\n"
		"page = page.split('.Ss bindguard ' + sys.argv[1] + '\\n')[1].split('\\n.S')[0]\n"
		"documented = re.findall(r'^\\.It ([a-z0-9_.]+) Ta', page, re.M)\n"
		"print('same' if got == documented else ('printed:', got, 'documented:', documented))\n";
	static const struct example subcommands[] = {
		{"bindguard explain --json tcp '[::]:0' | python3 ../keys.py explain", "^same$", "", NULL},
		{"bindguard list --json | python3 ../keys.py list", "^same$", "", "python3 -m http.server 8000"},
		{"bindguard prove --json python3 -m http.server 0 | python3 ../keys.py prove", "^same$", "", NULL},
	};

	(void)state;
	assert_true(drive_write("keys.py", script, 0644));
	for (size_t i = 0; i < LENGTH(subcommands); i++)
		run_example(&subcommands[i]);
}

/** set_up - the stage and the stand-ins. The stage ends with 77 where the namespaces cannot be had. */
static int
set_up(void **state)
{
	static const char stage[] =
		"ip link set lo up && ip link add wg0 type veth peer name wg1 && ip addr add 10.98.0.1/24 dev wg0 &&\n"
		"    ip link set wg0 up && ip link set wg1 up && mount -t tmpfs none /var/log || exit 77\n"
		"export PATH=$PWD/bin:/usr/bin:$PATH LD_LIBRARY_PATH=$PWD/bin BINDGUARD_CONFIG=\n"
		"rm -rf play && mkdir play && cd play\n"
		/* A server that is left exposed, for those who read its event. */
		"BINDGUARD_LOG_FORMAT=json BINDGUARD_LOG=/var/log/bindguard.json LD_PRELOAD=libbindguard.so "
		"$PROBES/probe-dynamic listen 10.98.0.1 >/dev/null\n"
		"cp -r " BG_SOURCE_DIR "/conf .\n" /* what root runs is to be root's */
		"if [ -s ../before ]; then\n"
		"    sh ../before >/dev/null 2>&1 &\n"
		"    for try in $(seq 1200); do [ -n \"$(ss -Hltn 'sport = :8000')\" ] && break; sleep 0.05; done\n"
		"fi\n"
		"sh -c \"$(cat ../line)\" <../input >out 2>err &\n"
		"for try in $(seq 1200); do\n"
		"    if grep -qsf ../shown *; then kill $! 2>/dev/null; wait $!; exit 0; fi\n"
		"    sleep 0.05\n"
		"done\n"
		"cat out err; kill $!; wait $!; exit 1\n";
	static const char npm[] = "#!/bin/sh\n[ \"$*\" = 'run dev' ] && exec $PROBES/probe-dynamic listen\n";
	static const char sudo[] =
		"#!/bin/sh\n[ \"$1 $2\" = '-u www-data' ] && shift 2 && exec env -u LD_PRELOAD \"$@\"\n";

	if (drive_set_up(state))
		return -1;
	return drive_write("stage", stage, 0644) && drive_write("bin/npm", npm, 0755) &&
			       drive_write("bin/sudo", sudo, 0755)
		       ? 0
		       : -1;
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(examples_of_the_manual_pages_run),
		cmocka_unit_test(json_has_the_keys_of_the_manual),
	};

	if (argc > 1)
		cmocka_set_test_filter(argv[1]);
	return cmocka_run_group_tests_name("examples", tests, set_up, drive_tear_down);
}
