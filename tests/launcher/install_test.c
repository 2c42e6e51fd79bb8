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

/* With the variables of the make that runs us, without its job server. */
#define MAKE                                                                                                           \
	"MAKEFLAGS=$(echo \"$MAKEFLAGS\" | sed 's/ -j[0-9]*//; s/ *--jobserver-[a-z]*=[^ ]*//g') make -s "             \
	"-C " BG_MAKE_DIR " -f " BG_SOURCE_DIR "/Makefile VARIANT=release "
#define TREE "find stage | LC_ALL=C sort"

static void
install_puts_everything_in_place_and_uninstall_takes_all_of_it(void **state)
{
	static const char *const files[] = {
		"usr/bin/bindguard",
		"usr/lib/x/libbindguard.so",
		"etc/bindguard.conf",
		"usr/share/man/man1/bindguard.1",
		"usr/share/man/man5/bindguard.conf.5",
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

static void
install_on_the_machine_makes_the_bare_preload_work(void **state)
{
	const struct driven *driven;

	(void)state;
	if (geteuid() != 0)
		skip();
	assert_true(drive_write(
		"machine.sh",
		"set -e\n"
		"unset BINDGUARD_CONFIG\n"
		"mkdir over; mount -t tmpfs none over\n"
		"for place in etc usr var; do\n"
		"    mkdir -p over/$place over/work/$place\n"
		"    mount -t overlay -o lowerdir=/$place,upperdir=$PWD/over/$place,workdir=$PWD/over/work/$place none "
		"/$place || "
		"exit 77\n"
		"done\n"
		"before=$(find over/etc over/usr over/var)\n"
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
		/* What is different now: the linker's cache, which ldconfig has written again, and folders above. */
		"find over/etc over/usr over/var ! -type d ! -name ld.so.cache ! -name aux-cache\n",
		0644));
	driven = drive("unshare -m sh machine.sh 2>&1");
	if (driven->status == 77)
		skip();
	assert_string_equal(driven->out, "");
	assert_int_equal(driven->status, 0);
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(install_puts_everything_in_place_and_uninstall_takes_all_of_it),
		cmocka_unit_test(install_on_the_machine_makes_the_bare_preload_work),
	};

	if (argc > 1)
		cmocka_set_test_filter(argv[1]);
	return cmocka_run_group_tests_name("install", tests, drive_set_up, drive_tear_down);
}
