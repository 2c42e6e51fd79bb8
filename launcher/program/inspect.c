/* SPDX-License-Identifier: MIT
 * inspect.c - follows CMD through scripts and env(1) to the program that runs in the end, and tells whether a preload
 * reaches it, for `run`, `prove` and `explain`; what a file is, shim/guard/program tells, as it does for the library. Reads
 * files and starts nothing; what changes behind its back is seen by the watch (watch.c). */
#include "launcher/program/inspect.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bindguard/look.h"
#include "bindguard/privilege.h"
#include "bindguard/rule.h"
#include "bindguard/script.h"
#include "launcher/program/env_words.h"
#include "launcher/program/program.h"

/** enum step - what is done with one program of the chain. */
enum step {
	STEP_DONE,   /* it is the last one */
	STEP_FOLLOW, /* the words are those of the next */
};

/**
 * struct chain - programs, one starting the other.
 * @words: the command line of the one looked at
 * @depth: scripts since the last execve(2)
 * @inspection: what was found
 */
struct chain {
	struct env_words words;
	unsigned depth;
	struct inspection *inspection;
};

/**
 * put_interpreter - put an interpreter and its one argument (NULL: none) in the place of words[0], and @path behind them:
 * execve(2), Interpreter scripts. Return: false where there is no room.
 */
static bool
put_interpreter(struct env_words *words, const char *interpreter, const char *argument, const char *path)
{
	const char *items[ENV_WORDS_MAX];
	size_t count = words->count;

	char beside[BG_SCRIPT_LINE_MAX + 2];

	memcpy(items, words->items, count * sizeof(items[0]));
	words->count = 0;
	/* A path, so a name alone is looked for in the current folder, not in PATH. */
	snprintf(beside, sizeof(beside), "./%s", interpreter);
	if (!strchr(interpreter, '/'))
		interpreter = beside;
	if (!env_words_push(words, interpreter, strlen(interpreter)) ||
	    (argument && !env_words_push(words, argument, strlen(argument))) ||
	    !env_words_push(words, path, strlen(path)))
		return false;
	for (size_t i = 1; i < count && words->count < ENV_WORDS_MAX; i++)
		words->items[words->count++] = items[i];
	return true;
}

/** tell - why a preload does not reach inspection->path. The first reason of a chain is the one that is told. */
static enum step
tell(struct inspection *inspection, const char *reason)
{
	if (inspection->unreachable[0])
		return STEP_DONE;
	snprintf(inspection->unreachable, sizeof(inspection->unreachable), "%s", reason);
	if (inspection->levels)
		memcpy(inspection->subject, inspection->path, sizeof(inspection->subject));
	return STEP_DONE;
}

/** cannot_tell - what runs, or whether a preload reaches it; the kernel may execute it all the same. */
static enum step
cannot_tell(struct inspection *inspection, const char *why)
{
	snprintf(inspection->unknown, sizeof(inspection->unknown), "%s", why);
	return STEP_DONE;
}

/** read_script - follow a script: to the interpreter of its `#!` line, or to the shell. */
static enum step
read_script(struct chain *chain, const struct bg_script *script)
{
	struct inspection *inspection = chain->inspection;

	if (script && ++chain->depth > BG_SCRIPT_LEVELS)
		return cannot_tell(inspection, "too many scripts are behind one another");
	inspection->scripts++;
	inspection->shell = inspection->shell || !script;
	if (put_interpreter(&chain->words, script ? script->interpreter : BG_SCRIPT_SHELL,
			    script ? script->argument : NULL, inspection->path))
		return STEP_FOLLOW;
	return cannot_tell(inspection, "its command line is too long");
}

/** read_elf - does a preload reach the ELF file? @reach: as bg_look_elf() has it. Return: whether it does. */
static bool
read_elf(struct bg_head *head, enum bg_reach reach, struct inspection *inspection)
{
	if (reach == BG_REACH_PRELOAD)
		bg_elf_sanitizer(head, inspection->sanitizer);
	else
		tell(inspection, bg_reach_text(reach));
	return reach == BG_REACH_PRELOAD;
}

/** is_login - does su(1) or runuser(1) make the environment of a login, without LD_PRELOAD? */
static bool
is_login(const struct env_words *words)
{
	static const char with_argument[] = "cgGsuwTP";

	for (size_t i = 1; i < words->count; i++) {
		const char *word = words->items[i];
		size_t letters;

		if (strcmp(word, "-") == 0 || strcmp(word, "--login") == 0)
			return true;
		if (strcmp(word, "--") == 0)
			return false;
		if (word[0] != '-' || word[1] == '-')
			continue;
		letters = 1 + strcspn(word + 1, with_argument);
		if (memchr(word, 'l', letters))
			return true;
		if (word[letters] && !word[letters + 1])
			i++; /* its argument */
	}
	return false;
}

/** read_env - env(1): what it starts. */
static enum step
read_env(struct chain *chain)
{
	bool cleared = false;
	enum env_end end = env_words_read(&chain->words, &cleared);

	if (cleared && end != ENV_ALONE)
		tell(chain->inspection, "it starts its command without LD_PRELOAD");
	if (end == ENV_OTHER)
		return cannot_tell(chain->inspection, "the options of env(1) are not followed to its command");
	chain->depth = 0;
	return end == ENV_COMMAND ? STEP_FOLLOW : STEP_DONE;
}

/**
 * read_starter - programs that start another one: the environment does not get through some, and env(1) can be followed.
 * Who has privileges to lose does not get here: read_program().
 * @name: as it was called
 */
static enum step
read_starter(const char *name, struct chain *chain)
{
	static const char *const droppers[] = {"sudo", "doas", "pkexec"};

	for (size_t i = 0; i < sizeof(droppers) / sizeof(droppers[0]); i++)
		if (strcmp(name, droppers[i]) == 0) {
			chain->inspection->escapes = true;
			return tell(chain->inspection,
				    "it starts its command without LD_PRELOAD; put bindguard behind it");
		}
	if ((strcmp(name, "su") == 0 || strcmp(name, "runuser") == 0) && is_login(&chain->words))
		return tell(chain->inspection, "it starts its command without LD_PRELOAD");
	return strcmp(name, "env") == 0 ? read_env(chain) : STEP_DONE;
}

/** privilege - why executing inspection->path gives privileges; BG_REACH_PRELOAD where it does not. */
static enum bg_reach
privilege(const char *path, const struct stat *status)
{
	struct bg_owner owner = {.user = status->st_uid, .group = status->st_gid, .mode = status->st_mode};
	int fd = open(path, O_PATH | O_CLOEXEC);
	enum bg_reach reach = bg_privilege_of(fd, &owner);

	if (fd >= 0)
		close(fd);
	return reach;
}

/** read_binary - what is no script. @head: of the file, NULL: it cannot be read, for the reason @error */
static enum step
read_binary(struct chain *chain, struct bg_head *head, int error, const struct stat *status)
{
	struct inspection *inspection = chain->inspection;
	enum bg_reach gained = privilege(inspection->path, status);
	const char *called = bg_base_name(chain->words.items[0]);
	enum bg_reach reach = head ? bg_look_elf(head) : BG_REACH_UNREADABLE;

	if (reach == BG_REACH_NOTHING) /* the kernel executes no such file, so none gives privileges */
		return !chain->depth && bg_script_is_shell(head)
			       ? read_script(chain, NULL)
			       : cannot_tell(inspection, "it is neither an ELF program nor a script");
	if (gained != BG_REACH_PRELOAD) {
		inspection->privileged = true;
		inspection->unreachable[0] = inspection->subject[0] = '\0'; /* it goes over any other reason */
		return tell(inspection, gained == BG_REACH_OTHER_IDS
						? "bindguard itself runs with other effective than real ids"
						: bg_reach_text(gained));
	}
	if (!head)
		return cannot_tell(inspection, strerror(error));
	return read_elf(head, reach, inspection) ? read_starter(called, chain) : STEP_DONE;
}

/** read_program - one program of the chain: inspection->path, which was called by words->items[0]. */
static enum step
read_program(struct chain *chain)
{
	struct inspection *inspection = chain->inspection;
	struct bg_script script = {0};
	struct bg_head head;
	struct stat status;
	enum step step;
	int fd, error;

	if (stat(inspection->path, &status) || !S_ISREG(status.st_mode))
		return cannot_tell(inspection, "it is no regular file");
	fd = open(inspection->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	error = errno;
	if (fd >= 0)
		bg_head_read(fd, &head);
	if (fd >= 0 && bg_script_read(&head, &script))
		step = read_script(chain, &script); /* the kernel takes no privilege from a script */
	else
		step = read_binary(chain, fd >= 0 ? &head : NULL, error, &status);
	if (fd >= 0)
		close(fd);
	return step;
}

/**
 * program_inspect - look at a command line.
 * @path: the file of argv[0], as program_find() has found it
 * @inspection: written whole
 */
void
program_inspect(const char *path, char **argv, struct inspection *inspection)
{
	struct chain chain = {.words = {.search = getenv("PATH"), .items = {path}}, .inspection = inspection};
	struct env_words *words = &chain.words;

	memset(inspection, 0, sizeof(*inspection));
	snprintf(inspection->path, sizeof(inspection->path), "%s", path);
	while (words->count < ENV_WORDS_MAX && argv[words->count]) {
		words->items[words->count] = argv[words->count];
		words->count++;
	}
	while (read_program(&chain) == STEP_FOLLOW) {
		char next[PATH_MAX];
		int error = program_find(words->items[0], words->search, next);

		if (++inspection->levels > INSPECT_LEVELS) {
			cannot_tell(inspection, "too many scripts are behind one another");
			return;
		}
		if (error) {
			snprintf(inspection->path, sizeof(inspection->path), "%s", words->items[0]);
			cannot_tell(inspection, "what it starts is not there");
			return;
		}
		memcpy(inspection->path, next, sizeof(next));
	}
}
