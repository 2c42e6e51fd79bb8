/* SPDX-License-Identifier: MIT
 * inspect.c - follows CMD through scripts and env(1) to the program that runs in the end, and tells whether a preload
 * reaches it. Reads files and starts nothing; what changes behind its back is seen by the watch (watch.c). */
#include "launcher/inspect.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "launcher/program.h"

#define LINE_MAX_BYTES 256 /* of a `#!` line: BINPRM_BUF_SIZE of linux/binfmts.h */

/** enum step - what is done with one program of the chain. */
enum step {
	STEP_DONE,   /* it is the last one */
	STEP_FOLLOW, /* the words are those of the next */
};

/** base_name - what is behind the last slash. */
static const char *
base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

/**
 * read_script - if the file starts with `#!`, put the interpreter and its one argument in the place of words[0], and
 * @path behind them: execve(2), Interpreter scripts.
 * Return: false where it is no script, or one that the kernel refuses.
 */
static bool
read_script(int fd, const char *path, struct env_words *words)
{
	char line[LINE_MAX_BYTES + 1];
	ssize_t length = pread(fd, line, LINE_MAX_BYTES, 0);
	const char *items[ENV_WORDS_MAX];
	size_t count = words->count, name, rest;

	if (length < 2 || line[0] != '#' || line[1] != '!')
		return false;
	line[length] = '\0';
	line[strcspn(line, "\n")] = '\0';
	for (length = (ssize_t)strlen(line); line[length - 1] == ' ' || line[length - 1] == '\t'; length--)
		line[length - 1] = '\0';
	memcpy(items, words->items, count * sizeof(items[0]));
	words->count = 0;
	name = 2 + strspn(line + 2, " \t");
	rest = name + strcspn(line + name, " \t");
	if (rest == name || !env_words_push(words, line + name, rest - name))
		return false;
	rest += strspn(line + rest, " \t");
	if (line[rest] && !env_words_push(words, line + rest, strlen(line + rest)))
		return false;
	if (!env_words_push(words, path, strlen(path)))
		return false;
	for (size_t i = 1; i < count && words->count < ENV_WORDS_MAX; i++)
		words->items[words->count++] = items[i];
	return true;
}

/** tell - why a preload does not reach inspection->path. */
static enum step
tell(struct inspection *inspection, const char *reason)
{
	snprintf(inspection->unreachable, sizeof(inspection->unreachable), "%s", reason);
	return STEP_DONE;
}

/** read_elf - does a preload reach the ELF file? Return: whether it does. */
static bool
read_elf(const struct elf_facts *elf, struct inspection *inspection)
{
	const char *reason = NULL;

	if (elf->damaged)
		reason = "its ELF headers are damaged";
	else if (!elf->our_class)
		reason = sizeof(void *) == 8 ? "it is a 32-bit program, and the library is a 64-bit one"
					     : "it is a 64-bit program, and the library is a 32-bit one";
	else if (!elf->our_machine)
		reason = "it is a program for another processor";
	else if (elf->go)
		reason = "it is a Go program, which makes its system calls itself";
	else if (!elf->interpreter[0])
		reason = "it is a static program";
	if (reason)
		tell(inspection, reason);
	else
		memcpy(inspection->sanitizer, elf->sanitizer, sizeof(elf->sanitizer));
	return reason == NULL;
}

/**
 * read_starter - programs that start another one: the environment does not get through some, and env(1) can be followed.
 * @name: as it was called
 */
static enum step
read_starter(const char *name, struct env_words *words, struct inspection *inspection)
{
	static const char *const droppers[] = {"sudo", "doas", "pkexec"};

	for (size_t i = 0; i < sizeof(droppers) / sizeof(droppers[0]); i++)
		if (strcmp(name, droppers[i]) == 0) {
			inspection->escapes = true;
			return tell(inspection, "it starts its command without LD_PRELOAD; put bindguard behind it");
		}
	if (strcmp(name, "env") != 0)
		return STEP_DONE;
	switch (env_words_read(words)) {
	case ENV_COMMAND: return STEP_FOLLOW;
	case ENV_CLEARED: return tell(inspection, "it starts its command without LD_PRELOAD");
	case ENV_OTHER: break;
	}
	return STEP_DONE;
}

/** cannot_tell - the file cannot be read; the kernel may execute it all the same. */
static enum step
cannot_tell(struct inspection *inspection, const char *why)
{
	snprintf(inspection->unknown, sizeof(inspection->unknown), "%s", why);
	return STEP_DONE;
}

/** read_program - one program of the chain: inspection->path, which was called by words->items[0]. */
static enum step
read_program(struct env_words *words, struct inspection *inspection)
{
	const char *called = base_name(words->items[0]), *reason;
	struct stat status;
	struct elf_facts elf;
	int fd;

	if (stat(inspection->path, &status) || !S_ISREG(status.st_mode))
		return cannot_tell(inspection, "it is no regular file");
	fd = open(inspection->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (fd >= 0 && read_script(fd, inspection->path, words)) {
		close(fd);
		return STEP_FOLLOW; /* the kernel takes no privilege from a script */
	}
	reason = privilege_reason(inspection->path, &status);
	inspection->sheds = reason != NULL;
	if (fd < 0)
		return reason ? tell(inspection, reason) : cannot_tell(inspection, strerror(errno));
	elf_file_read(fd, &elf);
	close(fd);
	if (!elf.is_elf)
		return cannot_tell(inspection, "it is neither an ELF program nor a script with a #! line");
	if (reason)
		return tell(inspection, reason);
	return read_elf(&elf, inspection) ? read_starter(called, words, inspection) : STEP_DONE;
}

/**
 * inspect - look at a command line.
 * @path: the file of argv[0], as program_find() has found it
 * @inspection: written whole
 */
void
inspect(const char *path, char **argv, struct inspection *inspection)
{
	struct env_words words = {.search = getenv("PATH"), .items = {path}};

	memset(inspection, 0, sizeof(*inspection));
	snprintf(inspection->path, sizeof(inspection->path), "%s", path);
	while (words.count < ENV_WORDS_MAX && argv[words.count]) {
		words.items[words.count] = argv[words.count];
		words.count++;
	}
	while (read_program(&words, inspection) == STEP_FOLLOW) {
		char next[PATH_MAX];

		if (++inspection->levels > INSPECT_LEVELS) {
			cannot_tell(inspection, "too many scripts are behind one another");
			return;
		}
		/* The interpreter of a script is a path, of which a relative one is not looked for in PATH. */
		if (program_find(words.items[0], words.search, next) != 0) {
			cannot_tell(inspection, "what it starts is not there");
			return;
		}
		memcpy(inspection->path, next, sizeof(next));
	}
}
