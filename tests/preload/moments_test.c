/* SPDX-License-Identifier: MIT
 * moments_test.c - binds at moments when a library's constructor has not run yet or its destructor has, from plugins, in
 * malloc(3), between other preloads; and what set-up leaves behind in a program that does none of that. */
#include <linux/kcmp.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cmocka.h>

#include "net/conf.h"
#include "net/net.h"
#include "preload/host.h"

#define TO "BINDGUARD_LOG=none BINDGUARD_TO=127.0.0.9,::1 "
#define RULES "BINDGUARD_LOG=none BINDGUARD_CONFIG=$BG_CONF/conf/bindguard.conf "
#define PLUGIN(name) BG_BUILD_DIR "/hosts/" name ".so"

/**
 * run - a host with other preloads.
 * @before, @after: in front of and behind the guard in LD_PRELOAD
 */
static void
run(const char *environment, const char *before, const char *after, const char *host, char *output, size_t size)
{
	const char *first = getenv("BG_PRELOAD_FIRST");
	char command[HOST_COMMAND_MAX];
	FILE *pipe;
	size_t length;
	int status;

	snprintf(command, sizeof(command),
		 "exec 2>/dev/null; exec env BINDGUARD_CONFIG= %s LD_PRELOAD='%s %s %s %s' %s/hosts/%s", environment,
		 first ? first : "", before, host_library(), after, BG_BUILD_DIR, host);
	pipe = popen(command, "re");
	assert_non_null(pipe);
	length = fread(output, 1, size - 1, pipe);
	output[length] = '\0';
	status = pclose(pipe);
	if (status)
		fail_msg("%s %s: status %d, %s", environment, host, status, output);
}

/** constructor_before_ours_is_guarded - by the configuration; and a destructor after the program's end. */
static void
constructor_before_ours_is_guarded(void **state)
{
	char output[1024];

	(void)state;
	run(TO, "", PLUGIN("early"), "idle", output, sizeof(output));
	assert_string_equal(output, "constructor 4 of 4, first 127.0.0.9:19610, errno 4711\n"
				    "destructor 4 of 4, first 127.0.0.9:19610, errno 4711\n");
	run(RULES, "", PLUGIN("early"), "idle", output, sizeof(output));
	assert_string_equal(output, "constructor 4 of 4, first 127.0.0.1:19610, errno 4711\n"
				    "destructor 4 of 4, first 127.0.0.1:19610, errno 4711\n");
	run(TO, PLUGIN("early"), "", "idle", output, sizeof(output));
	assert_string_equal(output, "constructor 4 of 4, first 127.0.0.9:19610, errno 4711\n"
				    "destructor 4 of 4, first 127.0.0.9:19610, errno 4711\n");
	figure("24 binds in constructors and destructors: 24 guarded, errno kept");
}

/** bind_before_every_constructor_is_guarded - libc's own has not run either. */
static void
bind_before_every_constructor_is_guarded(void **state)
{
	char output[1024];

	(void)state;
	if (getenv("BG_PRELOAD_FIRST"))
		skip(); /* a sanitizer's runtime is not there yet either */
	run(TO, "", "", "preinit", output, sizeof(output));
	assert_string_equal(
		output, "before all refused, 4 of 4, first 127.0.0.9:19600, in main 4 of 4, first 127.0.0.9:19600\n");
	run(RULES, "", "", "preinit", output, sizeof(output));
	assert_string_equal(
		output, "before all refused, 4 of 4, first 127.0.0.1:19600, in main 4 of 4, first 127.0.0.1:19600\n");
	figure("16 binds before and after libc's own constructor: 16 guarded");
}

/** preload_of_another_is_called_in_order - in front of the guard it sees what is asked for, behind it what is done. */
static void
preload_of_another_is_called_in_order(void **state)
{
	static const char before[] = "main\nconnect 127.0.0.1, 16 bytes\nbind 0.0.0.0, 16 bytes\nlisten\n"
				     "connect 127.0.0.1, 16 bytes\nserver 127.0.0.1:19620\nbind ::, 24 bytes\n";
	static const char after[] = "main\nconnect 127.0.0.1, 16 bytes\nbind 127.0.0.1, 16 bytes\nlisten\n"
				    "connect 127.0.0.1, 16 bytes\nserver 127.0.0.1:19620\nbind ::1, 24 bytes\n";
	char output[1024];

	(void)state;
	run("BINDGUARD_LOG=none", PLUGIN("wrap"), "", "wrapped", output, sizeof(output));
	assert_string_equal(output, before);
	run("BINDGUARD_LOG=none", "", PLUGIN("wrap"), "wrapped", output, sizeof(output));
	assert_string_equal(output, after);
	run("BINDGUARD_LOG=none LD_BIND_NOW=1", "", PLUGIN("wrap"), "wrapped", output, sizeof(output));
	assert_string_equal(output, after);
	figure("3 orders of preloads: 15 calls seen once each, in order");
}

/** plugin_loaded_later_is_guarded - whatever the flags of dlopen(3), and with LD_BIND_NOW. */
static void
plugin_loaded_later_is_guarded(void **state)
{
	char output[1024];

	(void)state;
	run("BINDGUARD_LOG=none", "", "", "opens " PLUGIN("binds"), output, sizeof(output));
	assert_string_equal(output, "plugin 4 of 4\nplugin 4 of 4\n");
	run("BINDGUARD_LOG=none LD_BIND_NOW=1", "", "", "opens " PLUGIN("binds"), output, sizeof(output));
	assert_string_equal(output, "plugin 4 of 4\nplugin 4 of 4\n");
	figure("16 binds in plugins: 16 guarded");
}

/** malloc_that_binds_is_guarded - also where set-up itself allocates: no recursion without end, no deadlock. */
static void
malloc_that_binds_is_guarded(void **state)
{
	int done = 0, guarded = 0;
	char output[1024];

	(void)state;
	if (getenv("BG_PRELOAD_FIRST"))
		skip(); /* the sanitizers stand in front of malloc(3) themselves */
	run(RULES "timeout 120 env", "", PLUGIN("malloc_binds"), "idle", output, sizeof(output));
	assert_int_equal(sscanf(output, "binds in malloc: %d, guarded %d", &done, &guarded), 2);
	if (done < 1 || guarded != done)
		fail_msg("%s", output);
	/* Without a configuration file set-up allocates nothing, nor does the program. */
	run("", "", PLUGIN("malloc_binds"), "idle", output, sizeof(output));
	assert_string_equal(output, "binds in malloc: 0, guarded 0\n");
	figure("%d binds in malloc while the guard is set up: %d guarded; 0 calls of malloc without a file", done,
	       guarded);
}

/**
 * setup_interrupted_leaves_nobody_unguarded - while one thread sets up, others are in lockdown (127.0.0.1 and not the
 * configured 127.0.0.9), a forked child sets up anew, and a thread that is cancelled finishes first.
 */
static void
setup_interrupted_leaves_nobody_unguarded(void **state)
{
	char output[1024];

	(void)state;
	if (getenv("BG_PRELOAD_FIRST"))
		skip(); /* the sanitizers stand in front of malloc(3) themselves */
	if (syscall(SYS_kcmp, getpid(), getpid(), KCMP_VM, 0, 0) < 0)
		skip(); /* the forked child cannot know that it is no vforked one */
	run(RULES "BINDGUARD_TO=127.0.0.9 timeout 120 env", "", PLUGIN("halted"), "idle", output, sizeof(output));
	assert_string_equal(output, "thread 127.0.0.1:19650\nvforked 127.0.0.1:19650\nforked 127.0.0.9:19650\n"
				    "first 127.0.0.9:19650\nafter 127.0.0.9:19650\n");
	figure("5 binds around a halted set-up: 5 guarded, 3 of them as configured, 2 in lockdown");
}

/** cut - the last line of @output, which holds the memory of its own and the mappings that are read-only; taken off. */
static long
cut(char *output, int *sealed)
{
	char *last = strstr(output, "memory ");
	long memory;

	assert_non_null(last);
	assert_int_equal(sscanf(last, "memory %ld sealed %d", &memory, sealed), 2);
	*last = '\0';
	return memory;
}

/** forget_heap - take out what malloc(3) has in use: what was freed again may be kept in its caches. */
static void
forget_heap(char *output)
{
	char *number = strstr(output, "allocated ");

	assert_non_null(number);
	for (number += strlen("allocated "); *number >= '0' && *number <= '9'; number++)
		*number = '#';
	memmove(strstr(output, "allocated ") + strlen("allocated "), number, strlen(number) + 1);
}

/** setup_leaves_the_program_untouched - compared with a preload that does nothing. */
static void
setup_leaves_the_program_untouched(void **state)
{
	char bare[1024], guarded[1024];
	long empty, used, with_file;
	int sealed_bare, sealed, sealed_file;

	(void)state;
	if (getenv("BG_PRELOAD_FIRST"))
		skip(); /* a sanitizer's runtime touches much itself */
	assert_int_equal(host_run(NULL, "untouched", bare, sizeof(bare)), 0);
	empty = cut(bare, &sealed_bare);
	run("", "", "", "untouched", guarded, sizeof(guarded));
	used = cut(guarded, &sealed);
	assert_string_equal(guarded, bare);
	run("BINDGUARD_LOG=none BINDGUARD_CONFIG=$BG_CONF/command.conf ", "", "", "untouched", guarded,
	    sizeof(guarded));
	with_file = cut(guarded, &sealed_file);
	forget_heap(bare);
	forget_heap(guarded);
	assert_string_equal(guarded, bare);
	/* What set-up made lies in one mapping, which is read-only. */
	assert_int_equal(sealed, sealed_bare + 1);
	assert_int_equal(sealed_file, sealed_bare + 1);
	figure("same as bare: errno, dlerror, umask, locale, heap, stdio, signals, descriptors; "
	       "dirty memory %+ld kB, with a file %+ld kB",
	       used - empty, with_file - empty);
}

static int
set_up(void **state)
{
	(void)state;
	conf_folder();
	return net_set_up();
}

static int
tear_down(void **state)
{
	(void)state;
	net_tear_down();
	return 0;
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(constructor_before_ours_is_guarded),
		cmocka_unit_test(bind_before_every_constructor_is_guarded),
		cmocka_unit_test(preload_of_another_is_called_in_order),
		cmocka_unit_test(plugin_loaded_later_is_guarded),
		cmocka_unit_test(malloc_that_binds_is_guarded),
		cmocka_unit_test(setup_interrupted_leaves_nobody_unguarded),
		cmocka_unit_test(setup_leaves_the_program_untouched),
	};

	if (argc > 1)
		cmocka_set_test_filter(argv[1]);
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
