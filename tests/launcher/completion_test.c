/* SPDX-License-Identifier: MIT
 * completion_test.c - what bash offers behind `bindguard`: subcommands, options, files, words. The words are given as
 * bash gives them, taken apart at = and colons. On cmocka. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "launcher/drive.h"

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

/** expect_replies - the words that bash offers, sorted, each with a blank behind it. @words: as in COMP_WORDS. */
static void
expect_replies(const char *line, const char *words, const char *replies)
{
	const struct drive_result *result =
		drive_expect(0, "",
			     "bash --norc -c '. " BG_SOURCE_DIR "/launcher/completion.bash\n"
			     "COMP_LINE=\"%s\" COMP_WORDS=(%s) COMP_CWORD=$((${#COMP_WORDS[@]} - 1))\n"
			     "_bindguard; printf \"%%s\\n\" \"${COMPREPLY[@]}\"' | LC_ALL=C sort -u | tr '\\n' ' '",
			     line, words);

	if (strcmp(result->out, replies) != 0)
		fail_msg("%s|\noffered:  %s\nexpected: %s", line, result->out, replies);
}

static void
completion_offers_what_may_follow(void **state)
{
	static const struct {
		const char *line;
		const char *words;
		const char *replies;
	} cases[] = {
		{"bindguard ", "bindguard \"\"", "check explain help list prove run "},
		{"bindguard help ", "bindguard help \"\"", "check explain help list prove run "},
		{"bindguard help p", "bindguard help p", "prove "},
		{"bindguard help run ", "bindguard help run \"\"", " "},
		{"bindguard help -", "bindguard help -", "--help -h "},
		{"bindguard --ver", "bindguard --ver", "--verbose --version "},
		{"bindguard --eng", "bindguard --eng", "--engine "},
		{"bindguard run -", "bindguard run -",
		 "--config --confine --engine --format --from --help --log --no-follow --observe --pin --quiet "
		 "--strict --to --verbose -c "
		 "-e -f "
		 "-h -l -n -q -t "
		 "-v "},
		{"bindguard run --e", "bindguard run --e", "--engine "},
		{"bindguard list --", "bindguard list --", "--all --help --json "},
		{"bindguard explain --c", "bindguard explain --c", "--command --config --confine --connect "},
		{"bindguard check --", "bindguard check --", "--help "},
		{"bindguard run -e ", "bindguard run -e \"\"", "auto cgroup preload seccomp "},
		{"bindguard -e p", "bindguard -e p", "preload "},
		{"bindguard run --engine=s", "bindguard run --engine = s", "seccomp "},
		{"bindguard run --engine=", "bindguard run --engine =", "auto cgroup preload seccomp "},
		{"bindguard run -nf j", "bindguard run -nf j", "json "},
		{"bindguard run --format ", "bindguard run --format \"\"", "json text "},
		{"bindguard run -l ", "bindguard run -l \"\"", "journal none stderr syslog "},
		{"bindguard run -t l", "bindguard run -t l", "lo "},
		{"bindguard run --to=127", "bindguard run --to = 127", "127.0.0.1 "},
		{"bindguard run --to=::", "bindguard run --to = ::", "1 "},
		{"bindguard run -t :: -e a", "bindguard run -t :: -e a", "auto "},
		{"bindguard run -c one", "bindguard run -c one", "one.conf one.log "},
		{"bindguard run --config=one.c", "bindguard run --config = one.c", "one.conf "},
		{"bindguard run -l ./one.l", "bindguard run -l ./one.l", "./one.log "},
		{"bindguard check one.c", "bindguard check one.c", "one.conf "},
		{"bindguard check one.conf ", "bindguard check one.conf \"\"", " "},
		{"bindguard explain ", "bindguard explain \"\"", "dccp mptcp raw sctp tcp udp udplite "},
		{"bindguard explain -p x --v6only u", "bindguard explain -p x --v6only u", "udp udplite "},
		{"bindguard explain tcp 127", "bindguard explain tcp 127", "127.0.0.1: "},
		{"bindguard explain tcp [::]", "bindguard explain tcp \"[\" :: \"]\"", "]: "},
		{"bindguard explain tcp 0.0.0.0:80 ", "bindguard explain tcp 0.0.0.0 : 80 \"\"", " "},
		{"bindguard list x", "bindguard list x", " "},
		{"bindguard prove --", "bindguard prove --",
		 "--config --confine --engine --format --from --help --json --log --no-follow --observe --pin --quiet "
		 "--strict --to "
		 "--unguarded "
		 "--verbose --wait "},
		{"bindguard prove --wait 5 -e s", "bindguard prove --wait 5 -e s", "seccomp "},
		{"bindguard prove --unguarded mkfif", "bindguard prove --unguarded mkfif", "mkfifo "},
		{"bindguard prove cat one.c", "bindguard prove cat one.c", "one.conf "},
		{"bindguard mkfif", "bindguard mkfif", "mkfifo "},
		{"bindguard run mkfif", "bindguard run mkfif", "mkfifo "},
		{"bindguard run -v -- mkfif", "bindguard run -v -- mkfif", "mkfifo "},
		/* Behind CMD nothing is ours. */
		{"bindguard run cat --e", "bindguard run cat --e", " "},
		{"bindguard run -n cat one.c", "bindguard run -n cat one.c", "one.conf "},
		{"bindguard cat -e one.l", "bindguard cat -e one.l", "one.log "},
	};

	(void)state;
	assert_true(drive_write("one.conf", "", 0644) && drive_write("one.log", "", 0644));
	for (size_t i = 0; i < LENGTH(cases); i++)
		expect_replies(cases[i].line, cases[i].words, cases[i].replies);
	figure("%zu lines completed", LENGTH(cases));
}

static void
completion_offers_interfaces(void **state)
{
	(void)state;
	drive_expect(0, "",
		     "ls /sys/class/net >expected; . /dev/null; bash --norc -c '. " BG_SOURCE_DIR
		     "/launcher/completion.bash; _bindguard_interfaces' >found; cmp expected found");
}

static void
completion_registers_itself(void **state)
{
	(void)state;
	drive_expect(0, "",
		     "bash --norc -c 'set -eu; . " BG_SOURCE_DIR "/launcher/completion.bash; complete -p bindguard' | "
		     "grep -qx 'complete -F _bindguard bindguard'");
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(completion_offers_what_may_follow),
		cmocka_unit_test(completion_offers_interfaces),
		cmocka_unit_test(completion_registers_itself),
	};

	if (argc > 1)
		cmocka_set_test_filter(argv[1]);
	return cmocka_run_group_tests_name("completion", tests, drive_set_up, drive_tear_down);
}
