/* SPDX-License-Identifier: MIT
 * execution_start.c - executes a program through `bindguard --followed`, which runs it under the engine seccomp. Signal-safe.
 *
 * The command gets what the program would have got: environment, descriptors, folder, masks, limits. Its words are
 *
 *     bindguard --followed strict|loose FILE [NAME=VALUE...] -- ARGV0 [ARG...]
 *
 * with the settings of this process where the program's environment has lost them. The list of words is on the stack, as
 * execl(3) and execvp(3) have theirs: in a vforked child, memory that is mapped for it stays behind in the parent. Only a
 * long list of a thread that may have a small stack is mapped. */
#include "guard/execution_start.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "bindguard/caller.h"
#include "bindguard/kernel.h"
#include "bindguard/line.h"
#include "bindguard/look.h"
#include "bindguard/path.h"
#include "bindguard/preload_list.h"

/** STACK_WORDS - a list of so many words may lie on any stack. MAIN_STACK - the main thread has more left than that. */
#define STACK_WORDS 256
#define MAIN_STACK (1024 * 1024)
/** OUR_WORDS - at most, without the settings: the command, --followed, strict, FILE, --, the NULL at the end. */
#define OUR_WORDS 6
/** PATH_SIZE - PATH_MAX of limits.h. */
#define PATH_SIZE 4096

/** bg_execution_root - the folder `/` of this process. Return: false where that cannot be told. */
bool
bg_execution_root(uint64_t root[2])
{
	struct statx status;

	if (bg_kernel_result(syscall(SYS_statx, AT_FDCWD, "/", 0, STATX_INO, &status)))
		return false;
	root[0] = (uint64_t)status.stx_dev_major << 32 | status.stx_dev_minor;
	root[1] = status.stx_ino;
	return true;
}

/**
 * is_trusted - may this process execute the command at @path? As for root's configuration: nobody but root may be able to
 * put another file in its place. Whom another user starts depends on that user's environment anyway, library included. Its path is
 * on no other's stack.
 */
__attribute__((noinline)) static bool
is_trusted(const char *path)
{
	struct bg_walk walk = {.folders = true, .follow = true};
	char text[PATH_SIZE];
	struct statx status;
	int folder, error;

	if (bg_effective_user() != 0)
		return true;
	walk.text = text;
	walk.size = sizeof(text);
	folder = bg_walk(&walk, path);
	if (folder < 0)
		return false;
	error = (int)bg_kernel_result(syscall(SYS_statx, folder, walk.part, AT_SYMLINK_NOFOLLOW,
					      STATX_TYPE | STATX_MODE | STATX_UID | STATX_GID, &status));
	bg_kernel_close(folder);
	return !error && S_ISREG(status.stx_mode) && bg_owner_is_trusted(status.stx_uid, 0) &&
	       bg_mode_is_trusted(status.stx_mode, status.stx_gid, false);
}

/** same_file - are @fd and what is at @path the same file? */
static bool
same_file(int fd, const char *path)
{
	struct statx one, other;

	return bg_kernel_result(syscall(SYS_statx, fd, "", AT_EMPTY_PATH, STATX_INO, &one)) == 0 &&
	       bg_kernel_result(syscall(SYS_statx, AT_FDCWD, path, 0, STATX_INO, &other)) == 0 &&
	       one.stx_ino == other.stx_ino && one.stx_dev_major == other.stx_dev_major &&
	       one.stx_dev_minor == other.stx_dev_minor;
}

/** put_own - `/dev/fd/N`, by which the kernel calls a file that is executed by descriptor @fd. */
static void
put_own(struct bg_line *line, int fd)
{
	bg_line_text(line, "/dev/fd/");
	bg_line_number(line, fd);
}

/** is_reachable - the command, too, has the descriptor that the call names: it does not close when that is executed. */
static bool
is_reachable(const struct bg_execution *execution)
{
	long flags = execution->folder < 0 ? -1 : syscall(SYS_fcntl, execution->folder, F_GETFD);

	return flags >= 0 && !(flags & FD_CLOEXEC) && !(execution->flags & AT_SYMLINK_NOFOLLOW);
}

/**
 * find_path - a path of the file that the call names by a descriptor: as the kernel has it, which the program sees; else where
 * the file is. Return: false where it has none.
 */
static bool
find_path(const struct bg_execution *execution, char path[PATH_SIZE])
{
	struct bg_line line = {.text = path, .size = PATH_SIZE - 1};
	int fd = bg_look_open(execution->folder, execution->path, execution->flags);
	long length;
	bool same;

	if (fd < 0)
		return false;
	memset(path, 0, 32);
	if (is_reachable(execution) && strlen(execution->path) < PATH_SIZE - 32) {
		put_own(&line, execution->folder);
		bg_line_text(&line, *execution->path ? "/" : "");
		bg_line_text(&line, execution->path);
		path[line.length] = '\0';
	} else {
		char link[32] = "";
		struct bg_line own = {.text = link, .size = sizeof(link) - 1};

		put_own(&own, fd);
		length = syscall(SYS_readlinkat, AT_FDCWD, link, path, PATH_SIZE - 1);
		path[length > 0 ? length : 0] = '\0';
	}
	same = same_file(fd, path);
	bg_kernel_close(fd);
	return same;
}

/** count_words - of the caller's list. */
static size_t
count_words(struct bg_reader *reader, const char *const *words)
{
	size_t count = 0;

	while (bg_caller_word(reader, words, count))
		count++;
	return count;
}

/** list - put the words of the command's line into @words. @settings: with those of this process */
static void
list(const struct bg_guard *guard, const struct bg_execution *execution, const char *path, bool settings,
     const char **words)
{
	const struct bg_follow *follow = &guard->follow;
	const char *setting = follow->settings;
	struct bg_reader reader = {0};
	const char *word;

	*words++ = "bindguard";
	*words++ = BG_FOLLOWED;
	*words++ = follow->strict ? BG_FOLLOWED_STRICT : BG_FOLLOWED_LOOSE;
	*words++ = path;
	for (unsigned i = 0; settings && i < follow->setting_count; i++) {
		*words++ = setting;
		setting += strlen(setting) + 1;
	}
	*words++ = "--";
	for (size_t i = 0; (word = bg_caller_word(&reader, execution->argv, i)) != NULL; i++)
		*words++ = word;
	*words = NULL;
}

/** is_main_stack - do we run near the bottom of the main thread's stack, which grows? */
static bool
is_main_stack(const struct bg_guard *guard)
{
	uintptr_t frame = (uintptr_t)__builtin_frame_address(0);

	return frame < guard->stack_top && guard->stack_top - frame < MAIN_STACK;
}

/** start - with the file at @path. Return: as execution_start(). */
static enum bg_reach
start(const struct bg_guard *guard, const struct bg_execution *execution, const char *path, int *result)
{
	struct bg_reader reader = {0};
	size_t size = 0;
	bool settings = bg_preload_list_entry(&reader, execution->envp, &size) == NULL;
	size_t count = count_words(&reader, execution->argv) + OUR_WORDS + (settings ? guard->follow.setting_count : 0);
	const char **words;
	void *map = NULL;
	bool mapped;

	mapped = count > STACK_WORDS && !is_main_stack(guard);
	if (mapped && bg_kernel_map(count * sizeof(*words), &map))
		return BG_REACH_NO_LAUNCHER;
	words = mapped ? map : __builtin_alloca(count * sizeof(*words));
	list(guard, execution, path, settings, words);
	*result = execution->start(execution, guard->follow.launcher, words);
	if (mapped)
		bg_kernel_unmap(map, count * sizeof(*words));
	return *result < 0 ? BG_REACH_NO_LAUNCHER : BG_REACH_PRELOAD;
}

/**
 * execution_start - execute the program through the command.
 * @result: of execution->start()
 * Return: BG_REACH_PRELOAD where it was started, or why it was not.
 */
enum bg_reach
execution_start(const struct bg_guard *guard, const struct bg_execution *execution, int *result)
{
	char path[PATH_SIZE];

	if (!is_trusted(guard->follow.launcher))
		return BG_REACH_NO_LAUNCHER;
	if ((execution->folder == AT_FDCWD || *execution->path == '/') && !execution->flags)
		return start(guard, execution, execution->path, result);
	return find_path(execution, path) ? start(guard, execution, path, result) : BG_REACH_NAMELESS;
}
