/* SPDX-License-Identifier: MIT
 * trust_test.c - configurations that another user may write to, for root and for others: they are not used, and that is
 * said. Where a log may be is in sink_file_test.c. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "preload/host.h"
#include "preload/sink.h"

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))
#define STDERR_FILE SINK_DIR "/stderr"
#define SPOILS SINK_DIR "/spoils/ld.so.preload"
#define RULES "home/.config/bindguard/bindguard.conf"
#define BOB "setpriv --reuid 1000 --regid 1000 --clear-groups"
#define HOME "HOME=" SINK_DIR "/home"
#define NAMED "BINDGUARD_CONFIG=" SINK_DIR "/" RULES

/** The file of the attack: root would load ./evil.so next; and one that has nothing guarded. */
static const char *const attacks[] = {
	"log { to = \"" SPOILS "\" }\n"
	"rule \"X ./evil.so Y\" { address = {\"wildcard\"} action = rewrite to = {\"127.0.0.9\", \"::1\"} }\n",
	"mode = off\nlog { to = \"" SPOILS "\" }\n",
};

/**
 * struct row - a configuration.
 * @prepare: shell commands, in SINK_DIR; it is root's, and nobody else may write to it, before
 * @user: what runs a command as another user; "" for root
 * @settings: the environment that names it
 * @why: part of what is said about it; NULL: it is used
 */
struct row {
	const char *name;
	const char *prepare;
	const char *user;
	const char *settings;
	const char *why;
};

static const struct row rows[] = {
	{"root's", "true", "", HOME, NULL},
	{"root's, named", "true", "", NAMED, NULL},
	{"root's, named by a relative path", "true", "", "BINDGUARD_CONFIG=" RULES, NULL},
	{"root's, below a sticky folder", "chmod 1777 home", "", HOME, NULL},
	{"root's, by root's absolute link", "mv home real && ln -s $PWD/real home", "", HOME, NULL},
	{"root's, by root's links", "mv home real && ln -s real home && mv " RULES " to && ln -s ../../../to " RULES,
	 "", HOME, NULL},
	{"a user's home", "chown -R 1000 home", "", HOME, "not trusted: folder home: owned by uid 1000, expected"},
	{"a user's XDG_CONFIG_HOME", "chown -R 1000 home/.config", "", "XDG_CONFIG_HOME=" SINK_DIR "/home/.config",
	 "not trusted: folder .config: owned by uid 1000"},
	{"a user's, named", "chown -R 1000 home", "", NAMED, "not trusted: folder home: owned by uid 1000"},
	{"a user's, named by a relative path", "chown -R 1000 home", "", "BINDGUARD_CONFIG=" RULES,
	 "not trusted: folder home: owned by uid 1000"},
	{"a user's current folder", "mkdir x && cp " RULES " x && chown 1000 x", "",
	 "-C " SINK_DIR "/x BINDGUARD_CONFIG=bindguard.conf", "not trusted: folder .: owned by uid 1000"},
	{"a user's file", "chown 1000 " RULES, "", HOME, "not trusted: owned by uid 1000"},
	{"a user's file in a sticky folder", "chmod 1777 home/.config/bindguard && chown 1000 " RULES, "", HOME,
	 "not trusted: owned by uid 1000"},
	{"a file that all may write to", "chmod 646 " RULES, "", HOME,
	 "not trusted: mode 0646 lets others write to it"},
	{"a file that a group may write to", "chgrp 1000 " RULES " && chmod 664 " RULES, "", HOME,
	 "not trusted: mode 0664"},
	{"a file that root's group may write to", "chmod 664 " RULES, "", HOME, NULL},
	{"a folder that all may write to", "chmod 777 home", "", HOME, "not trusted: folder home: mode 0777"},
	{"a folder that root's group may write to", "chmod 775 home/.config", "", HOME, NULL},
	{"a folder that all may write to, but cannot",
	 "chmod 777 home && mount --bind home home && mount -o remount,bind,ro home", "", HOME, NULL},
	{"a file that all may write to, but by another mount",
	 "chmod 666 " RULES " && mount --bind home home && mount -o remount,bind,ro home", "", HOME,
	 "not trusted: mode 0666"},
	{"a folder that a group may write to", "chgrp 1000 home/.config && chmod 775 home/.config", "", HOME,
	 "not trusted: folder .config: mode 0775"},
	{"a user's link to a root's file", "mv home real && ln -s real home && chown -h 1000 home", "", HOME,
	 "not trusted: link home: owned by uid 1000"},
	{"root's link to a user's folder", "mv home real && ln -s real home && chown 1000 real", "", HOME,
	 "not trusted: folder real: owned by uid 1000"},
	{"root's link to a user's file", "mv " RULES " to && ln -s ../../../to " RULES " && chown 1000 to", "", HOME,
	 "not trusted: owned by uid 1000"},
	{"links in a circle", "mv home/.config real && ln -s .config home/.config", "", HOME, "cannot be read: ELOOP"},
	{"the user's own", "chown -R 1000 home", BOB, HOME, NULL},
	{"the user's own, which a group may write to", "chown -R 1000 home && chmod 664 " RULES, BOB, HOME, NULL},
	{"the user's own, in another's folder", "chown 1000 " RULES " && chown 1001 home", BOB, HOME, NULL},
	{"root's for a user", "true", BOB, HOME, NULL},
	{"the user's own, which all may write to", "chown -R 1000 home && chmod 666 " RULES, BOB, HOME,
	 "not trusted: mode 0666"},
	{"another user's home", "chown -R 1001 home", BOB, HOME, "not trusted: owned by uid 1001"},
	{"another user's, named", "chown -R 1001 home", BOB, NAMED, "not trusted: owned by uid 1001"},
	{"the user's own, as root of a namespace", "chown -R 1000 home", BOB " unshare -r", HOME, NULL},
	{"root's, as root of a namespace", "true", BOB " unshare -r", HOME, NULL},
};

/** possible - may @user run a command? In a container, and in a user namespace, not all can be had. */
static bool
possible(const char *user)
{
	char command[256];

	snprintf(command, sizeof(command), "%s true 2>/dev/null", user);
	return !*user || system(command) == 0;
}

/** run - a host that binds twice, with the library and itself where every user gets. */
static void
run(const struct row *row)
{
	const char *first = getenv("BG_PRELOAD_FIRST");
	char command[4096];

	snprintf(command, sizeof(command),
		 "cd " SINK_DIR " && exec %s env -u BINDGUARD_CONFIG -u XDG_CONFIG_HOME %s 'LD_PRELOAD=%s " SINK_DIR
		 "/library.so' " SINK_DIR "/sink_host udp 0.0.0.0 19400 udp 0.0.0.0 19401 >" SINK_DIR
		 "/stdout 2>" STDERR_FILE,
		 row->user, row->settings, first ? first : "");
	if (system(command) != 0)
		fail_msg("%s: the host failed", row->name);
}

/** furnish - an empty SINK_DIR with a configuration in it, all of it root's, and what runs. */
static void
furnish(void **state, const char *text, const char *prepare)
{
	char command[2048];

	assert_int_equal(sink_begin(state), 0);
	snprintf(command, sizeof(command),
		 "umask 022 && cd " SINK_DIR " && chmod 755 . && cp '%s' library.so && cp '%s' sink_host && "
		 "chmod 755 library.so sink_host && mkdir -p home/.config/bindguard && mkdir -m 1777 spoils && "
		 "cat >" RULES " <<'END' && %s\n%sEND\n",
		 host_library(), host_path("sink_host"), prepare, text);
	if (system(command) != 0)
		fail_msg("%s", command);
}

static void
configuration_that_others_may_write_is_not_used(void **state)
{
	unsigned used = 0, refused = 0;

	for (size_t i = 0; i < LENGTH(rows); i++) {
		const struct row *row = &rows[i];

		if (!possible(row->user)) {
			print_message("# skipped: %s\n", row->name);
			continue;
		}
		for (size_t attack = 0; attack < (row->why ? LENGTH(attacks) : 1); attack++) {
			bool good;

			furnish(state, attacks[attack], row->prepare);
			run(row);
			if (row->why)
				good = sink_count(STDERR_FILE, row->why) == 1 &&
				       sink_count(STDERR_FILE, " -> 127.0.0.1:") == 2 && access(SPOILS, F_OK) != 0;
			else
				good = sink_count(STDERR_FILE, "") == 0 && sink_count(SPOILS, " -> 127.0.0.9:") == 2;
			if (!good && system("cat " STDERR_FILE " " SPOILS))
				print_message("nothing was said\n");
			if (!good)
				fail_msg("%s", row->name);
			*(row->why ? &refused : &used) += 1;
		}
	}
	figure("%u configurations used, %u not", used, refused);
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(configuration_that_others_may_write_is_not_used, sink_begin),
	};

	if (argc > 1)
		cmocka_set_test_filter(argv[1]);
	if (!possible(BOB)) {
		print_message("skipped: no other user can be had\n");
		return 77;
	}
	return cmocka_run_group_tests(tests, sink_set_up, sink_tear_down);
}
