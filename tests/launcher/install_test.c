/* SPDX-License-Identifier: MIT
 * install_test.c - `make install` puts everything in place and `make uninstall` leaves nothing behind: in a staging
 * folder, and on the machine itself as seen from a mount namespace whose changes are thrown away. On cmocka. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "launcher/drive.h"

#define MAKE "make -s -C " BG_MAKE_DIR " -f " BG_SOURCE_DIR "/Makefile VARIANT=release "
#define TREE "find stage | LC_ALL=C sort"
#define FILES "find stage -type f | LC_ALL=C sort"

static void
install_puts_everything_in_place_and_uninstall_takes_all_of_it(void **state)
{
	static const char *const files[] = {
		"usr/bin/bindguard",
		"usr/lib/x/libbindguard.so",
		"etc/bindguard.conf",
		"usr/share/man/man1/bindguard.1",
		"usr/share/man/man5/bindguard.conf.5",
		"usr/share/man/man5/bindguard-json.5",
		"usr/share/man/man7/libbindguard.7",
		"usr/share/bash-completion/completions/bindguard",
		"usr/share/doc/libbindguard/examples/deny.conf",
	};

	(void)state;
	drive_expect(0, NULL,
		     "mkdir -p stage/usr/share/man/man1 stage/usr/bin; touch stage/usr/bin/other; " TREE
		     " >before; " MAKE "install PREFIX=/usr LIBDIR=/usr/lib/x DESTDIR=$PWD/stage");
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++)
		drive_expect(0, "", "[ -s stage/%s ]", files[i]);
	drive_expect(0, "",
		     "[ -x stage/usr/bin/bindguard ] && [ $(stat -c %%a stage/usr/lib/x/libbindguard.so) = 644 ]");
	/* It looks where its library will be. */
	assert_string_equal(drive_expect(125, NULL, "stage/usr/bin/bindguard true")->err,
			    "bindguard: /usr/lib/x/libbindguard.so: No such file or directory, expected it beside this "
			    "command or there\n");
	/* A configuration that was changed stays, through a second installation too. */
	drive_expect(0, NULL,
		     "echo '# mine' >>stage/etc/bindguard.conf; " MAKE
		     "install PREFIX=/usr LIBDIR=/usr/lib/x DESTDIR=$PWD/stage");
	drive_expect(0, NULL,
		     MAKE "uninstall PREFIX=/usr LIBDIR=/usr/lib/x DESTDIR=$PWD/stage; "
			  "tail -1 stage/etc/bindguard.conf | grep -q mine && rm -r stage/etc");
	/* The folder for manual pages was empty before, and goes with ours; all else is as it was. */
	drive_expect(0, "", "mkdir -p stage/usr/share/man/man1; " TREE " | cmp - before");
	drive_expect(0, NULL, MAKE "all"); /* with the LIBDIR of this build again */
}

/** What others have in a folder that the user names for ours stays: uninstall, clean. */
static void
folders_of_others_lose_nothing(void **state)
{
	(void)state;
	drive_expect(0, NULL,
		     "mkdir -p stage/usr/share/doc/other stage/usr/share/doc/examples && "
		     "touch stage/usr/share/doc/other/copyright stage/usr/share/doc/examples/other.conf && " FILES
		     " >before; " MAKE "install PREFIX=/usr DOCDIR=/usr/share/doc DESTDIR=$PWD/stage && "
		     "[ -s stage/usr/share/doc/examples/deny.conf ]");
	drive_expect(0, "",
		     MAKE "uninstall PREFIX=/usr DOCDIR=/usr/share/doc DESTDIR=$PWD/stage >out && " FILES
			  " | cmp - before && rm -r stage");
	/* The machine's root is no staging folder. */
	drive_expect(0, "",
		     MAKE "-n uninstall >plain && " MAKE
			  "-n uninstall DESTDIR=/ | cmp - plain && grep -q \"test -z ''\" plain");
	/* A folder that a build was made in, and one that only has the names. */
	drive_expect(0, "",
		     "mkdir -p mine/release/obj mine/asan && touch mine/release/flags mine/release/obj/x.o "
		     "mine/asan/kept mine/kept && " MAKE "clean BUILD=$PWD/mine && "
		     "[ \"$(find mine -type f | LC_ALL=C sort | paste -sd' ')\" = 'mine/asan/kept mine/kept' ] && "
		     "rm -r mine/asan mine/kept && " MAKE "clean BUILD=$PWD/mine && [ ! -e mine ]");
}

/** A folder whose name make would split or read otherwise: said at once, in one line, whatever the target. */
static void
folder_with_a_blank_in_its_name_is_said_at_once(void **state)
{
	static const char *const names[] = {"with a blank", "with#hash", "with:colon", "with%percent"};

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		drive_expect(2, NULL,
			     "mkdir '%s' && cp " BG_SOURCE_DIR "/Makefile '%s' && cd '%s' && MAKEFLAGS= make 2>../said",
			     names[i], names[i], names[i]);
		drive_expect(0, "",
			     "[ $(wc -l <said) = 1 ] && grep -qF 'cannot build in \"'$PWD'/%s\"' said && rm -r '%s'",
			     names[i], names[i]);
	}
}

/** A program that fails, crashes or cannot be started does not keep the others from running: tests/run.sh. */
static void
program_that_fails_keeps_no_other_from_running(void **state)
{
	(void)state;
	assert_true(drive_write("good", "#!/bin/sh\necho 'ok 1 - good'\n", 0755));
	assert_true(drive_write("bad", "#!/bin/sh\necho 'not ok 1 - bad'\nexit 1\n", 0755));
	assert_true(drive_write("dead", "#!/bin/sh\nkill -9 $$\n", 0755));
	for (int jobs = 1; jobs <= 2; jobs++) {
		drive_expect(1, NULL,
			     "unset BG_MUST_RUN; " BG_SOURCE_DIR
			     "/tests/run.sh -j %d ./bad -- ./dead ./good -- ./missing ./good >out",
			     jobs);
		drive_expect(0, "", "[ \"$(tail -n 1 out)\" = '2 passed, 3 failed, 0 skipped' ]");
	}
	/* Of two that end at once the shell may forget the one that a signal ended: often enough for one of 40 pairs. */
	drive_expect(1, NULL,
		     "unset BG_MUST_RUN; " BG_SOURCE_DIR
		     "/tests/run.sh -j 2 $(for i in $(seq 40); do echo ./dead ./good --; done) >out");
	drive_expect(0, "", "[ \"$(tail -n 1 out)\" = '40 passed, 40 failed, 0 skipped' ]");
}

/** Each target that runs tests gives all of them to one tests/run.sh, of which the rest of the target is no condition. */
static void
target_that_runs_tests_runs_all_of_them(void **state)
{
	static const char *const targets[] = {"check",		"check-unit",	 "check-conformance", "check-preload",
					      "check-launcher", "check-seccomp", "check-faults",      "check-system"};

	(void)state;
	for (size_t i = 0; i < sizeof(targets) / sizeof(targets[0]); i++)
		drive_expect(0, "", "[ $(" MAKE "-n %s 2>&1 | grep -c 'tests/run\\.sh ') = 1 ]", targets[i]);
}

static void
install_on_the_machine_makes_the_bare_preload_work(void **state)
{
	const struct drive_result *result;

	(void)state;
	if (geteuid() != 0)
		skip();
	if (drive("unshare -m true")->status) {
		print_message("skipped: mounts cannot be kept apart here: unshare -m fails\n");
		skip();
	}
	assert_true(drive_write(
		"machine.sh",
		"set -e\n"
		"unset BINDGUARD_CONFIG\n"
		/* Another user gets here, not into a build folder in root's home. */
		"mkdir probes; cp $PROBES/probe-dynamic probes; PROBES=$PWD/probes\n"
		"mkdir over; mount -t tmpfs none over\n"
		"for place in etc usr var; do\n"
		"    mkdir -p over/$place over/work/$place\n"
		"    mount -t overlay -o lowerdir=/$place,upperdir=$PWD/over/$place,workdir=$PWD/over/work/$place none "
		"/$place || "
		"exit 77\n"
		"done\n"
		"PATH=/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin\n" MAKE "install >/dev/null\n"
		"folder=$PWD; cd /\n"
		"[ \"$(LD_PRELOAD=libbindguard.so BINDGUARD_LOG=none $PROBES/probe-dynamic listen)\" = lo ]\n"
		"[ \"$(LD_PRELOAD='/usr/local/$LIB/libbindguard.so' $PROBES/probe-dynamic listen 2>/dev/null)\" = "
		"anywhere ]\n"
		"mkdir -p /usr/local/lib/x86_64-linux-gnu; ln -s /usr/local/lib/libbindguard.so "
		"/usr/local/lib/x86_64-linux-gnu\n"
		"[ \"$(LD_PRELOAD='/usr/local/$LIB/libbindguard.so' BINDGUARD_LOG=none $PROBES/probe-dynamic listen)\" "
		"= lo ] ||\n"
		"    [ \"$(uname -m)\" != x86_64 ]\n"
		"rm -r /usr/local/lib/x86_64-linux-gnu\n"
		"[ \"$(bindguard -q $PROBES/probe-dynamic listen)\" = lo ]\n"
		"bindguard -v true 2>&1 | grep -q \"configuration: /etc/bindguard.conf (the machine's)\"\n"
		"bindguard -v true 2>&1 | grep -q 'of /usr/local/lib/libbindguard.so'\n"
		"[ \"$(setpriv --reuid 65534 --regid 65534 --clear-groups bindguard -q $PROBES/probe-dynamic listen)\" "
		"= lo ]\n"
		"cd $folder\n" MAKE "uninstall >/dev/null\n"
		"cd /; if LD_PRELOAD=libbindguard.so /bin/true 2>&1 | grep -q .; then :; else echo 'still known to "
		"ld.so'; "
		"fi; cd $folder\n"
		/* What is different now: the linker's cache, which ldconfig has written again, and folders above; and what
		 * make built, where the source lies below one of these. */
		"find over/etc over/usr over/var ! -type d ! -name ld.so.cache ! -name aux-cache "
		"! -path 'over" BG_MAKE_DIR "/*'\n",
		0644));
	result = drive("unshare -m sh machine.sh 2>&1");
	if (result->status == 77)
		skip();
	assert_string_equal(result->out, "");
	assert_int_equal(result->status, 0);
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(install_puts_everything_in_place_and_uninstall_takes_all_of_it),
		cmocka_unit_test(folders_of_others_lose_nothing),
		cmocka_unit_test(folder_with_a_blank_in_its_name_is_said_at_once),
		cmocka_unit_test(program_that_fails_keeps_no_other_from_running),
		cmocka_unit_test(target_that_runs_tests_runs_all_of_them),
		cmocka_unit_test(install_on_the_machine_makes_the_bare_preload_work),
	};

	if (argc > 1)
		cmocka_set_test_filter(argv[1]);
	return cmocka_run_group_tests_name("install", tests, drive_set_up, drive_tear_down);
}
