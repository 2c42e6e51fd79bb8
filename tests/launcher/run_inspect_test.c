/* SPDX-License-Identifier: MIT
 * run_inspect_test.c - what `bindguard run` sees in a command before it starts: scripts and env(1) followed, programs
 * that no preload reaches, files that are damaged. In process, and by the command. On cmocka. */
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
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "bindguard/elf_file.h"
#include "launcher/drive.h"
#include "launcher/program/inspect.h"
#include "launcher/program/program.h"

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))
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
	program_inspect(path, argv, &inspection);
	return inspection;
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
	drive_needs_seccomp();
	for (size_t i = 0; i < LENGTH(engines); i++) {
		const struct drive_result *result = drive_expect(126, NULL, "$BG -e %s ./arm", engines[i]);

		assert_non_null(strstr(result->err, "bindguard: ./arm: Exec format error\n"));
		assert_null(strstr(result->err, "yntax error"));
		result = drive_expect(126, NULL, "BINDGUARD_MODE=off $BG -e %s ./arm", engines[i]);
		assert_non_null(strstr(result->err, "bindguard: ./arm: Exec format error\n"));
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
	unsigned damaged = 0, still = 0;
	struct bg_head head;
	struct bg_elf elf;
	char sanitizer[BG_ELF_NAME_MAX];
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
		bg_head_read(fd, &head);
		bg_elf_read(&head, &elf);
		bg_elf_sanitizer(&head, sanitizer);
		still += elf.is_elf;
		damaged += elf.damaged || bg_elf_is_cut(&head);
		assert_non_null(memchr(sanitizer, '\0', sizeof(sanitizer)));
	}
	close(fd);
	assert_true(still > DAMAGES / 2 && damaged > DAMAGES / 10);
	figure("%d damaged programs read, %u of them still ELF, %u seen as damaged", DAMAGES, still, damaged);
}

static void
inspect_special_files_are_not_opened(void **state)
{
	(void)state;
	/* A FIFO would wait for a writer; a folder and a device are refused before. */
	drive_expect(126, "bindguard: ./fifo: Permission denied\n", "mkfifo -m 777 fifo; $BG ./fifo");
	drive_expect(0, NULL, "printf '#!./fifo\\n' >through; chmod 755 through; $BG ./through; [ $? -ge 126 ]");
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
	};

	if (argc > 1)
		cmocka_set_test_filter(argv[1]);
	return cmocka_run_group_tests_name("run inspect", tests, drive_set_up, drive_tear_down);
}
