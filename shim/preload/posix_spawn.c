/* SPDX-License-Identifier: MIT
 * posix_spawn.c - the exported posix_spawn(3) and posix_spawnp(3). libc's own make the child, with its attributes and actions;
 * only the program may be another, the command. They are not async-signal-safe in libc either, so they may look their
 * successors up when called.
 *
 * The file is looked at from here, before the actions are carried out: a relative path that is meant in a folder to which
 * one of them changes is not found, or another file. */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "bindguard/execution.h"
#include "bindguard/kernel.h"
#include "preload/execute.h"
#include "preload/preload.h"

typedef int (*spawn)(pid_t *pid, const char *path, const posix_spawn_file_actions_t *actions,
		     const posix_spawnattr_t *attributes, char *const *argv, char *const *envp);

/** struct child - the arguments of a call. @result: of guarded() */
struct child {
	pid_t *pid;
	const posix_spawn_file_actions_t *actions;
	const posix_spawnattr_t *attributes;
	char *const *argv;
	char *const *envp;
	int result;
};

/** find - the next library's function @name. */
static spawn
find(const char *name)
{
	void *symbol = dlsym(RTLD_NEXT, name);
	spawn function = NULL;

	if (symbol)
		memcpy(&function, &symbol, sizeof(function));
	else
		dlerror();
	return function;
}

/** call - @function, with the file @path. Return: an errno value. */
static int
call(spawn function, const struct child *child, const char *path, char *const *argv)
{
	return function ? function(child->pid, path, child->actions, child->attributes, argv, child->envp) : ENOSYS;
}

/** start - of struct bg_execution. */
static int
start(const struct bg_execution *execution, const char *path, const char *const *argv)
{
	return -call(find("posix_spawn"), execution->context, path, (char *const *)(const void *)argv);
}

/** guarded - ask the guard about @path, the file of @child. Return: an errno value; -1: make the bare call. */
static int
guarded(struct child *child, const char *path)
{
	struct bg_execution execution = {.folder = AT_FDCWD,
					 .path = path,
					 .argv = (const char *const *)child->argv,
					 .envp = (const char *const *)child->envp,
					 .start = start,
					 .context = child};
	int saved_errno = errno, result = 0;
	enum bg_course course = bg_execution_guard(bg_guard_get(), &execution, &result);

	bg_return(0, saved_errno);
	return course == BG_COURSE_BARE ? -1 : -result;
}

BG_EXPORT int
posix_spawn(pid_t *pid, const char *path, const posix_spawn_file_actions_t *actions,
	    const posix_spawnattr_t *attributes, char *const argv[], char *const envp[])
{
	struct child child = {.pid = pid, .actions = actions, .attributes = attributes, .argv = argv, .envp = envp};
	int result = guarded(&child, path);

	return result >= 0 ? result : call(find("posix_spawn"), &child, path, argv);
}

/** visit - is @path the file that posix_spawnp(3) would execute? Ask about it then. Return: an errno value; 0 ends the search. */
static int
visit(const char *path, void *context)
{
	struct child *child = context;
	struct statx status;
	long error = bg_kernel_result(syscall(SYS_statx, AT_FDCWD, path, 0, STATX_TYPE, &status));

	if (!error)
		error = bg_kernel_result(syscall(SYS_faccessat, AT_FDCWD, path, X_OK));
	if (error || !S_ISREG(status.stx_mode))
		return error ? (int)-error : EACCES;
	child->result = guarded(child, path);
	return 0;
}

BG_EXPORT int
posix_spawnp(pid_t *pid, const char *file, const posix_spawn_file_actions_t *actions,
	     const posix_spawnattr_t *attributes, char *const argv[], char *const envp[])
{
	struct child child = {
		.pid = pid, .actions = actions, .attributes = attributes, .argv = argv, .envp = envp, .result = -1};

	execute_search_each(file, visit, &child);
	return child.result >= 0 ? child.result : call(find("posix_spawnp"), &child, file, argv);
}
