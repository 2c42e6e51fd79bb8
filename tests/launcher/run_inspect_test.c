/* SPDX-License-Identifier: MIT
 * run_inspect_test.c - what `bindguard run` sees in a command before it starts: scripts and env(1) followed, programs
 * that no preload reaches, files that are damaged. In process, and by the command. On cmocka. */
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <link.h>
#include <setjmp.h>
#include <spawn.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "launcher/elf_file.h"
#include "launcher/inspect.h"
#include "launcher/program.h"
#include "launcher/supervise/supervise.h"

#include <cmocka.h> /* behind those: its macro fail() is the name of a function of command.h */

#include "launcher/drive.h"

#define OFF "BINDGUARD_MODE=off $BG"
#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))
#define WORD(number) #number
#define TEXT(number) WORD(number)
#define FOREIGN BG_BUILD_DIR "/hosts/forbid " TEXT(SYS_seccomp) ":" TEXT(EBUSY) /* as where another has the listener */
#define PROBES BG_BUILD_DIR "/probes/"
#define DAMAGES 20000
#define WORDS_MAX 16

/** inspect_line - inspect a command line, its words separated by `|`. */
static struct inspection
inspect_line(const char *line)
{
	static char text[1024];
	struct inspection inspection;
	char *argv[WORDS_MAX + 1], path[PATH_MAX];
	size_t count = 0;

	snprintf(text, sizeof(text), "%s", line);
	for (char *word = strtok(text, "|"); word && count < WORDS_MAX; word = strtok(NULL, "|"))
		argv[count++] = word;
	argv[count] = NULL;
	assert_int_equal(program_find(argv[0], getenv("PATH"), path), 0);
	inspect(path, argv, &inspection);
	return inspection;
}

/** supervised - skip where the engine seccomp cannot work: a container may forbid it. */
static void
supervised(void)
{
	char why[256];

	if (!supervise_possible(why, sizeof(why))) {
		print_message("skipped: %s\n", why);
		skip();
	}
}

/** expect_unreachable - no preload reaches the command, for a reason that holds @why; NULL: one does. */
static void
expect_unreachable(const char *line, const char *why)
{
	struct inspection inspection = inspect_line(line);

	if (why ? strstr(inspection.unreachable, why) == NULL : inspection.unreachable[0] != '\0')
		fail_msg("%s is %s: \"%s\", expected \"%s\"", line, inspection.path, inspection.unreachable,
			 why ? why : "");
}

static void
inspect_program_of_each_kind_is_recognised(void **state)
{
	(void)state;
	expect_unreachable(PROBES "probe-dynamic", NULL);
	expect_unreachable(PROBES "probe-musl", NULL);
	expect_unreachable(PROBES "probe-asan", NULL);
	expect_unreachable(PROBES "probe-deaf", NULL);
	expect_unreachable(PROBES "probe-static", "it is a static program");
	expect_unreachable(PROBES "probe-static-pie", "it is a static program");
	expect_unreachable(PROBES "probe-go-note", "it is a Go program");
	expect_unreachable(PROBES "probe-go-section", "it is a Go program");
	assert_string_equal(inspect_line(PROBES "probe-dynamic").sanitizer, "");
	assert_non_null(strstr(inspect_line(PROBES "probe-asan").sanitizer, "libasan.so"));
}

static void
inspect_stripped_go_program_is_recognised(void **state)
{
	(void)state;
	drive_expect(0, "", "for kind in note section; do strip -o go-$kind $PROBES/probe-go-$kind; done");
	assert_int_equal(chdir(drive_folder()), 0);
	expect_unreachable("./go-note", "it is a Go program");
	expect_unreachable("./go-section", "it is a Go program");
}

/** copy_with - copy the dynamic probe to @name, with @byte at @offset. */
static void
copy_with(const char *name, size_t offset, int byte)
{
	drive_expect(0, "",
		     "cp $PROBES/probe-dynamic %s && printf '\\%03o' | dd of=%s bs=1 seek=%zu conv=notrunc 2>/dev/null",
		     name, byte, name, offset);
}

static void
inspect_program_for_another_machine_is_recognised(void **state)
{
	(void)state;
	assert_int_equal(chdir(drive_folder()), 0);
	copy_with("class", EI_CLASS, sizeof(void *) == 8 ? ELFCLASS32 : ELFCLASS64);
	expect_unreachable("./class", sizeof(void *) == 8 ? "it is a 32-bit program" : "it is a 64-bit program");
	copy_with("machine", offsetof(ElfW(Ehdr), e_machine), EM_PPC64);
	expect_unreachable("./machine", "it is a program for another processor");
	copy_with("order", EI_DATA, ELFDATA2MSB);
	expect_unreachable("./order", "it is a program for another processor");
	copy_with("segments", offsetof(ElfW(Ehdr), e_phentsize), 1);
	expect_unreachable("./segments", "its ELF headers are damaged");
}

static void
inspect_scripts_are_followed(void **state)
{
	static const struct {
		const char *text;
		const char *why;
	} scripts[] = {
		{"#!/bin/sh\n", NULL},
		{"#! \t/bin/sh -e \n", NULL},
		{"#!/bin/sh", NULL},
		{"echo no line\n", NULL},
		{"#!\n", NULL},
		{"#!/no/such\n", NULL},
		{"#!" PROBES "probe-static\n", "it is a static program"},
		{"#!" PROBES "probe-static an argument\n", "it is a static program"},
		{"#!" PROBES "probe-static", "it is a static program"},
		{"#!./0\n", NULL},
		{"#!./6\n", "it is a static program"},
		{"#!/usr/bin/env sh\n", NULL},
		{"#!/usr/bin/env " PROBES "probe-static\n", "it is a static program"},
		{"#!/usr/bin/env -S " PROBES "probe-static -x -y\n", "it is a static program"},
		{"#!/usr/bin/env -S A=b " PROBES "probe-static\n", "it is a static program"},
		{"#!/usr/bin/env -vS -u X " PROBES "probe-static\n", "it is a static program"},
		{"#!/usr/bin/env -S -i sh\n", "it starts its command without LD_PRELOAD"},
		{"#!/usr/bin/env -i sh\n", "it starts its command without LD_PRELOAD"},
		{"#!./12\n", "it is a static program"},
		{"#!./19\n", NULL}, /* itself: the kernel's ELOOP */
		{"#!/usr/bin/env -S \"" PROBES "probe-static\" 'a b'\\_c # d\n", "it is a static program"},
		{"#!/usr/bin/env -S ${PROBES}/probe-static\n", "it is a static program"},
		{"#!/usr/bin/env -S -C / A='b c' " PROBES "probe-static\n", "it is a static program"},
		{"#!./12\n", "it is a static program"},
		{"#!./23\n", "it is a static program"},
		{"#!./24\n", "it is a static program"},
		{"#!./25\n", "it is a static program"},
		{"#!./26\n", NULL}, /* the kernel takes five interpreters, with that of ./12 */
	};
	char name[16];

	(void)state;
	assert_int_equal(chdir(drive_folder()), 0);
	for (size_t i = 0; i < LENGTH(scripts); i++) {
		snprintf(name, sizeof(name), "%zu", i);
		assert_true(drive_write(name, scripts[i].text, 0755));
	}
	for (size_t i = 0; i < LENGTH(scripts); i++) {
		snprintf(name, sizeof(name), "./%zu", i);
		expect_unreachable(name, scripts[i].why);
	}
	assert_non_null(strstr(inspect_line("./19").unknown, "too many scripts"));
	assert_non_null(strstr(inspect_line("./27").unknown, "too many scripts"));
	assert_non_null(strstr(inspect_line("./5").unknown, "what it starts is not there"));
	assert_int_equal(inspect_line("./0").levels, 1);
}

static void
inspect_env_is_followed(void **state)
{
	static const struct {
		const char *line;
		const char *why;
	} cases[] = {
		{"env", NULL},
		{"env|sh", NULL},
		{"env|" PROBES "probe-static", "it is a static program"},
		{"env|--|" PROBES "probe-static", "it is a static program"},
		{"env|A=1|B=2|" PROBES "probe-static", "it is a static program"},
		{"env|PATH=" PROBES "|probe-static", "it is a static program"},
		{"env|-v|-u|HOME|-uTERM|--unset=A|--unset|B|" PROBES "probe-static", "it is a static program"},
		{"env|--split-string=A=1 env|" PROBES "probe-static", "it is a static program"},
		{"env|-S|A=1 env -S|" PROBES "probe-static x", "it is a static program"},
		{"env|--ignore-signal=INT|" PROBES "probe-static", "it is a static program"},
		{"env|-i|sh", "it starts its command without LD_PRELOAD"},
		{"env|-|sh", "it starts its command without LD_PRELOAD"},
		{"env|-vi|sh", "it starts its command without LD_PRELOAD"},
		{"env|--ignore-environment|sh", "it starts its command without LD_PRELOAD"},
		{"env|-u|LD_PRELOAD|sh", "it starts its command without LD_PRELOAD"},
		{"env|-uLD_PRELOAD|sh", "it starts its command without LD_PRELOAD"},
		{"env|--unset=LD_PRELOAD|sh", "it starts its command without LD_PRELOAD"},
		{"env|LD_PRELOAD=|sh", "it starts its command without LD_PRELOAD"},
		{"env|LD_PRELOAD=other.so|sh", "it starts its command without LD_PRELOAD"},
		{"env|-i|-C|/|sh", "it starts its command without LD_PRELOAD"},
		{"env|-i|LD_PRELOAD=/usr/lib/libbindguard.so|sh", NULL},
		{"env|-u|LD_PRELOADX|sh", NULL},
		{"env|sh|-i", NULL},
		{"env|env|env|env|env|env|env|" PROBES "probe-static", "it is a static program"},
		{"env|no-such-command", NULL},
		{"env|-C|/|" PROBES "probe-static", "it is a static program"},
		{"env|--chdir=/|" PROBES "probe-static", "it is a static program"},
		{"su|-|nobody", "it starts its command without LD_PRELOAD"},
		{"su|-s|/bin/sh|-lc|id", "it starts its command without LD_PRELOAD"},
		{"su|-c|-l|nobody", NULL},
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(cases); i++)
		expect_unreachable(cases[i].line, cases[i].why);
	/* What is not followed is not known; it is no answer that env(1) itself is what runs. */
	assert_non_null(strstr(inspect_line("env|-C|/|./probe-static").unknown, "options of env(1)"));
	assert_non_null(strstr(inspect_line("env|--no-such|sh").unknown, "options of env(1)"));
	assert_non_null(strstr(inspect_line("env|-S|'open|sh").unknown, "options of env(1)"));
	assert_string_equal(inspect_line("env").unknown, "");
	/* Which program runs does not hang on whether a preload reaches it. */
	assert_string_equal(inspect_line("env|-i|" PROBES "probe-dynamic").path, PROBES "probe-dynamic");
}

static void
inspect_script_line_is_cut_where_the_kernel_cuts_it(void **state)
{
	char text[512], name[300];
	static const struct {
		size_t length;
		const char *end;
		bool runs;
	} cases[] = {{253, "\n", true}, {253, "", true}, {253, " ", true}, {254, "\n", false}, {254, "", false}};

	(void)state;
	assert_int_equal(chdir(drive_folder()), 0);
	/* An interpreter of that many bytes: slashes in front of the path of a static program. */
	for (size_t i = 0; i < LENGTH(cases); i++) {
		size_t slashes = cases[i].length - strlen(PROBES "probe-static");
		char *const argv[] = {name, NULL};
		pid_t child;
		int error;

		memset(name, '/', slashes);
		snprintf(name + slashes, sizeof(name) - slashes, "%s", PROBES "probe-static");
		snprintf(text, sizeof(text), "#!%s%s", name, cases[i].end);
		assert_true(drive_write("long", text, 0755));
		/* What the kernel says is what we say. */
		error = posix_spawn(&child, "./long", NULL, NULL, argv, environ);
		assert_int_equal(error, cases[i].runs ? 0 : ENOEXEC);
		if (!error)
			assert_int_equal(waitpid(child, NULL, 0), child);
		expect_unreachable("./long", cases[i].runs ? "it is a static program" : NULL);
	}
}

static void
inspect_program_for_another_processor_is_no_script(void **state)
{
	static const char *const engines[] = {"auto", "preload", "seccomp"};

	(void)state;
	assert_int_equal(chdir(drive_folder()), 0);
	copy_with("arm", offsetof(ElfW(Ehdr), e_machine), EM_PPC64);
	supervised();
	for (size_t i = 0; i < LENGTH(engines); i++) {
		const struct driven *driven = drive_expect(126, NULL, "$BG -e %s ./arm", engines[i]);

		assert_non_null(strstr(driven->err, "bindguard: ./arm: Exec format error\n"));
		assert_null(strstr(driven->err, "yntax error"));
		driven = drive_expect(126, NULL, "BINDGUARD_MODE=off $BG -e %s ./arm", engines[i]);
		assert_non_null(strstr(driven->err, "bindguard: ./arm: Exec format error\n"));
		/* And what has no header at all is still the shell's. */
		drive_expect(7, NULL, "echo exit 7 >text; chmod 755 text; $BG -e %s ./text", engines[i]);
		assert_non_null(
			strstr(drive("printf 'a\\0b' >bytes; chmod 755 bytes; $BG -e %s ./bytes", engines[i])->err,
			       "bindguard: ./bytes: Exec format error\n"));
	}
}

static void
inspect_damaged_files_are_survived(void **state)
{
	unsigned seed = getenv("BG_SEED") ? (unsigned)atoi(getenv("BG_SEED")) : (unsigned)time(NULL);
	static char original[1 << 20], copy[sizeof(original)];
	int source = open(PROBES "probe-go-note", O_RDONLY | O_CLOEXEC);
	ssize_t size = read(source, original, sizeof(original));
	char path[512];
	unsigned damaged = 0, elf = 0;
	struct elf_facts facts;
	int fd;

	(void)state;
	close(source);
	assert_in_range(size, 4096, sizeof(original) - 1);
	snprintf(path, sizeof(path), "%s/damaged", drive_folder());
	fd = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0700);
	for (unsigned i = 0; i < DAMAGES; i++) {
		size_t length = rand_r(&seed) % 4 ? (size_t)size : (size_t)(rand_r(&seed) % (int)size);

		memcpy(copy, original, (size_t)size);
		/* The headers are hit most: the first 1,024 bytes and the section headers at the end. */
		for (int hits = rand_r(&seed) % 8; hits >= 0; hits--) {
			size_t at = (size_t)rand_r(&seed) % (rand_r(&seed) % 2 ? 1024 : (size_t)size);

			copy[at] = (char)(rand_r(&seed) % 3 ? rand_r(&seed) : rand_r(&seed) % 2 ? 0xff : 0);
		}
		assert_int_equal(pwrite(fd, copy, length, 0), (ssize_t)length);
		assert_int_equal(ftruncate(fd, (off_t)length), 0);
		elf_file_read(fd, &facts);
		elf += facts.is_elf;
		damaged += facts.damaged || facts.cut;
		assert_non_null(memchr(facts.interpreter, '\0', sizeof(facts.interpreter)));
		assert_non_null(memchr(facts.sanitizer, '\0', sizeof(facts.sanitizer)));
	}
	close(fd);
	assert_true(elf > DAMAGES / 2 && damaged > DAMAGES / 10);
	figure("%d damaged programs read, %u of them still ELF, %u seen as damaged", DAMAGES, elf, damaged);
}

static void
inspect_special_files_are_not_opened(void **state)
{
	(void)state;
	/* A FIFO would wait for a writer; a folder and a device are refused before. */
	drive_expect(126, "bindguard: ./fifo: Permission denied\n", "mkfifo -m 777 fifo; $BG ./fifo");
	drive_expect(0, NULL, "printf '#!./fifo\\n' >through; chmod 755 through; $BG ./through; [ $? -ge 126 ]");
}

static void
inspect_unreachable_command_gets_the_other_engine_unless_one_insists(void **state)
{
	const struct driven *driven;

	(void)state;
	supervised();
	drive_expect(
		7, "bindguard: engine: seccomp, as no preload reaches " PROBES "probe-static: it is a static program\n",
		"$BG $PROBES/probe-static exit 7");
	drive_expect(7, "", "$BG -q $PROBES/probe-static exit 7");
	drive_expect(7, "", "$BG -e seccomp $PROBES/probe-static exit 7");
	drive_expect(7,
		     "bindguard: " PROBES
		     "probe-static starts UNGUARDED, as --engine preload says: it is a static program\n",
		     "$BG -q --engine preload $PROBES/probe-static exit 7");
	/* And it is guarded: the very same program, bare and under each choice. */
	assert_string_equal(drive_expect(0, NULL, "$PROBES/probe-static listen")->out, "anywhere\n");
	assert_string_equal(drive_expect(0, NULL, "$BG $PROBES/probe-static listen")->out, "lo\n");
	assert_string_equal(drive_expect(0, NULL, "$BG -e seccomp $PROBES/probe-dynamic listen")->out, "lo\n");
	drive_expect(0, "", "printf '#!%%s\n' $PROBES/probe-static >script; chmod 755 script");
	driven = drive("$BG ./script");
	assert_non_null(
		strstr(driven->err, "no preload reaches ./script, which runs " PROBES "probe-static: it is a static"));
	assert_string_equal(drive_expect(0, NULL, "$BG env -i $PROBES/probe-dynamic listen")->out, "lo\n");
	drive_expect(0, NULL, "$BG -e preload env -i true");
}

static void
inspect_unreachable_command_is_refused_where_no_engine_works(void **state)
{
	const struct driven *driven;

	(void)state;
	supervised();
	/* There can be but one listener a process: where another has it, whoever that is, it is not our supervisor. */
	driven = drive_expect(125, NULL, FOREIGN " $BG $PROBES/probe-static exit 7");
	assert_non_null(strstr(driven->err, "probe-static: it is a static program; not started: "));
	assert_non_null(strstr(driven->err, "(--engine preload starts it UNGUARDED)\n"));
	driven = drive_expect(125, NULL, FOREIGN " $BG -e seccomp $PROBES/probe-static exit 7");
	assert_non_null(strstr(driven->err, "a seccomp listener guards this process already"));
	driven = drive_expect(7, NULL, FOREIGN " $BG -e preload $PROBES/probe-static exit 7");
	assert_non_null(strstr(driven->err, "probe-static starts UNGUARDED"));
}

/** inspect_unreachable_command_inside_bindguard_is_guarded_by_that - by the outer supervisor; said once, and nothing else. */
static void
inspect_unreachable_command_inside_bindguard_is_guarded_by_that(void **state)
{
	static const char *const inner[] = {"", "-e seccomp", "-e preload"};
	char command[256];

	(void)state;
	supervised();
	for (size_t i = 0; i < sizeof(inner) / sizeof(inner[0]); i++) {
		snprintf(command, sizeof(command), "$BG -e seccomp $BG %s $PROBES/probe-static exit 7", inner[i]);
		drive_expect(7,
			     "bindguard: " PROBES
			     "probe-static is guarded by the bindguard around this one, and by its "
			     "rules: no preload reaches it: it is a static program\n",
			     command);
		snprintf(command, sizeof(command), "$BG -e seccomp $BG %s $PROBES/probe-static listen", inner[i]);
		assert_string_equal(drive_expect(0, NULL, command)->out, "lo\n");
		snprintf(command, sizeof(command),
			 "$BG -e seccomp sh -c '$BG %s $PROBES/probe-dynamic listen; exit $?'", inner[i]);
		assert_string_equal(drive_expect(0, NULL, command)->out, "lo\n");
	}
	drive_expect(7, "", "$BG -e seccomp $BG -q $PROBES/probe-static exit 7");
	drive_expect(7, "", "$BG -e seccomp $BG $PROBES/probe-dynamic exit 7");
	drive_expect(7,
		     "bindguard: " PROBES
		     "probe-dynamic is guarded by the bindguard around this one, and by its rules: "
		     "there can be but one supervisor\n",
		     "$BG -e seccomp $BG -e seccomp $PROBES/probe-dynamic exit 7");
}

static void
inspect_mode_off_needs_no_engine_and_says_nothing(void **state)
{
	const struct driven *driven;

	(void)state;
	drive_expect(7, "", OFF " $PROBES/probe-go-note exit 7");
	drive_expect(7, "", OFF " -e preload $PROBES/probe-go-note exit 7");
	assert_string_equal(drive_expect(0, "", OFF " env -i $PROBES/probe-dynamic listen")->out, "anywhere\n");
	/* The engine would show as no_new_privs; it would not start what drops the library to gain privileges. */
	drive_expect(0, "", OFF " env -i grep -q '^NoNewPrivs:.0$' /proc/self/status");
	drive_expect(0, "", "cp $PROBES/probe-dynamic sudo; [ \"$(" OFF " ./sudo listen)\" = anywhere ]");
	driven = drive_expect(7, NULL, OFF " -v $PROBES/probe-go-note exit 7");
	assert_non_null(strstr(driven->err, "; mode is off: nothing is guarded\n"));
	assert_non_null(strstr(driven->err, "/bin/libbindguard.so, which does nothing\n"));
	assert_null(strstr(driven->err, "seccomp"));
	assert_null(strstr(driven->err, "UNGUARDED"));
	/* The file's mode is as good, but for who may not know of it; and an option goes over it. */
	assert_true(drive_write("off.conf", "mode = off\n", 0644));
	driven = drive_expect(7, NULL, "$BG -c off.conf $PROBES/probe-static exit 7");
	assert_non_null(strstr(driven->err, "/off.conf: mode is off: nothing is guarded\n"));
	assert_null(strchr(strchr(driven->err, '\n') + 1, '\n'));
	supervised();
	driven = drive_expect(7, NULL, "$BG -n -c off.conf $PROBES/probe-static exit 7");
	assert_non_null(strstr(driven->err, "engine: seccomp, as no preload reaches "));
}

static void
inspect_musl_program_is_guarded(void **state)
{
	(void)state;
	assert_string_equal(drive_expect(0, NULL, "$BG $PROBES/probe-musl listen")->out, "lo\n");
}

static void
inspect_sanitized_program_is_guarded(void **state)
{
	(void)state;
	/* Bare preloading ends it: the runtime insists on being the first library. */
	drive_expect(1, NULL, "LD_PRELOAD=$PWD/bin/libbindguard.so ASAN_OPTIONS= $PROBES/probe-asan listen");
	assert_string_equal(drive_expect(0, NULL, "ASAN_OPTIONS=detect_leaks=0 $BG $PROBES/probe-asan listen")->out,
			    "lo\n");
	assert_string_equal(
		drive_expect(0, NULL, "ASAN_OPTIONS=detect_leaks=0 $BG $PROBES/probe-asan environment ASAN_OPTIONS")
			->out,
		"ASAN_OPTIONS=detect_leaks=0:verify_asan_link_order=0\n");
}

/** privileged - skip where files with privileges cannot be made. */
static void
privileged(void)
{
	if (geteuid() != 0)
		skip();
}

static void
inspect_privileged_program_is_refused_where_it_takes_effect(void **state)
{
	static const char other[] = "setpriv --reuid 65534 --regid 65534 --clear-groups";
	static const struct {
		const char *name;
		const char *why;
	} kinds[] = {
		{"suid", "it is set-user-ID"}, {"sgid", "it is set-group-ID"}, {"caps", "it has file capabilities"}};
	const struct driven *driven;

	(void)state;
	privileged();
	supervised();
	drive_expect(0, "",
		     "cp $PROBES/probe-dynamic suid; cp suid sgid; cp suid caps; cp suid empty; chmod 4755 suid; "
		     "chown 0:13 sgid; chmod 2755 sgid; setcap cap_net_bind_service+ep caps; setcap = empty");
	for (size_t i = 0; i < LENGTH(kinds); i++) {
		driven = drive_expect(125, NULL, "%s $BG ./%s exit 7", other, kinds[i].name);
		assert_non_null(strstr(driven->err, kinds[i].why));
		assert_non_null(strstr(driven->err, "; not started: the engine seccomp takes its privileges away"));
		/* Behind a script or env(1) it is the same program. */
		driven = drive_expect(125, NULL, "%s $BG env -i ./%s exit 7", other, kinds[i].name);
		assert_non_null(strstr(driven->err, kinds[i].why));
		driven = drive_expect(125, NULL, "printf '#!./%s exit\n' >by; chmod 755 by; %s $BG ./by", kinds[i].name,
				      other);
		assert_non_null(strstr(driven->err, kinds[i].why));
		/* Who insists is told before it starts. */
		driven = drive_expect(7, NULL, "%s $BG -e seccomp ./%s exit 7", other, kinds[i].name);
		assert_non_null(strstr(driven->err, "runs without the privileges that it would gain: "));
		assert_non_null(strstr(driven->err, kinds[i].why));
		driven = drive_expect(7, NULL, "%s $BG -e preload ./%s exit 7", other, kinds[i].name);
		assert_non_null(strstr(driven->err, "starts UNGUARDED"));
	}
	/* No effect: no capability in it, root already, no_new_privs, a mount with nosuid, a script. */
	drive_expect(7, "", "%s $BG ./empty exit 7", other);
	drive_expect(7, "", "$BG ./suid exit 7");
	drive_expect(7, "", "$BG ./caps exit 7");
	drive_expect(7, "", "%s --no-new-privs $BG ./suid exit 7", other);
	drive_expect(7, "", "printf '#!/bin/sh\\nexit 7\\n' >script; chmod 4755 script; %s $BG ./script", other);
	if (drive("unshare -m true")->status == 0) /* not in a plain chroot */
		drive_expect(7, "",
			     "mkdir mount; unshare -m sh -c 'mount -t tmpfs -o nosuid,mode=755 none mount && cp -p "
			     "suid mount "
			     "&& exec %s $BG mount/suid exit 7'",
			     other);
	/* And where it is not refused it is guarded. */
	assert_string_equal(drive_expect(0, NULL, "%s --no-new-privs $BG ./suid listen", other)->out, "lo\n");
}

static void
inspect_program_that_may_not_be_read_starts(void **state)
{
	(void)state;
	privileged();
	drive_expect(0, "", "cp $PROBES/probe-dynamic hidden; chmod 711 hidden; cp hidden suid; chmod 4711 suid");
	drive_expect(7, "", "setpriv --reuid 65534 --regid 65534 --clear-groups $BG ./hidden exit 7");
	/* Whether it is a script, from which the kernel takes no privilege, cannot be told; it is taken for none. */
	drive_expect(125, NULL, "setpriv --reuid 65534 --regid 65534 --clear-groups $BG ./suid exit 7");
}

static void
inspect_sudo_is_refused_by_name(void **state)
{
	(void)state;
	drive_expect(0, "", "cp $PROBES/probe-dynamic sudo");
	drive_expect(125, NULL, "$BG ./sudo exit 7");
	assert_non_null(strstr(drive("$BG ./sudo exit 7")->err, "put bindguard behind it"));
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(inspect_program_of_each_kind_is_recognised),
		cmocka_unit_test(inspect_stripped_go_program_is_recognised),
		cmocka_unit_test(inspect_program_for_another_machine_is_recognised),
		cmocka_unit_test(inspect_scripts_are_followed),
		cmocka_unit_test(inspect_env_is_followed),
		cmocka_unit_test(inspect_script_line_is_cut_where_the_kernel_cuts_it),
		cmocka_unit_test(inspect_program_for_another_processor_is_no_script),
		cmocka_unit_test(inspect_damaged_files_are_survived),
		cmocka_unit_test(inspect_special_files_are_not_opened),
		cmocka_unit_test(inspect_unreachable_command_gets_the_other_engine_unless_one_insists),
		cmocka_unit_test(inspect_unreachable_command_is_refused_where_no_engine_works),
		cmocka_unit_test(inspect_unreachable_command_inside_bindguard_is_guarded_by_that),
		cmocka_unit_test(inspect_mode_off_needs_no_engine_and_says_nothing),
		cmocka_unit_test(inspect_musl_program_is_guarded),
		cmocka_unit_test(inspect_sanitized_program_is_guarded),
		cmocka_unit_test(inspect_privileged_program_is_refused_where_it_takes_effect),
		cmocka_unit_test(inspect_program_that_may_not_be_read_starts),
		cmocka_unit_test(inspect_sudo_is_refused_by_name),
	};

	if (argc > 1)
		cmocka_set_test_filter(argv[1]);
	return cmocka_run_group_tests_name("run inspect", tests, drive_set_up, drive_tear_down);
}
