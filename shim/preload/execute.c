/* SPDX-License-Identifier: MIT
 * execute.c - executes a program as execve(2) and execveat(2) do, guarded. Runs in the program's own call: any thread, signal
 * handlers, vforked children. Of the exported calls. */
#include "preload/execute.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "bindguard/execution.h"
#include "bindguard/kernel.h"
#include "preload/preload.h"

/** start - of struct bg_execution: by the execve(2) that the program would have called without us. */
static int
start(const struct bg_execution *execution, const char *path, const char *const *argv)
{
	char *const *words = (char *const *)(const void *)argv, *const *envp = execution->context;

	return (int)bg_kernel_result(bg_guard_get()->real->execve(path, words, envp));
}

/** guarded - ask the guard. Return: whether the bare call is to be made; else @result is what the call returns. */
static bool
guarded(const struct bg_guard *guard, struct bg_execution *execution, int *result)
{
	int saved_errno = errno;
	bool bare;

	execution->start = start;
	execution->context = (void *)(uintptr_t)execution->envp;
	bare = bg_execution_guard(guard, execution, result) == BG_COURSE_BARE;
	if (bare)
		errno = saved_errno;
	else
		*result = bg_return(*result, saved_errno);
	return !bare;
}

/** execute_path - execve(2). */
int
execute_path(const char *path, char *const *argv, char *const *envp)
{
	const struct bg_guard *guard = bg_guard_get();
	struct bg_execution execution = {
		.folder = AT_FDCWD, .path = path, .argv = (const char *const *)argv, .envp = (const char *const *)envp};
	int result;

	return guarded(guard, &execution, &result) ? result : guard->real->execve(path, argv, envp);
}

/** execute_descriptor - execveat(2). */
int
execute_descriptor(int folder, const char *path, char *const *argv, char *const *envp, int flags)
{
	struct bg_execution execution = {.folder = folder,
					 .path = path,
					 .flags = flags,
					 .argv = (const char *const *)argv,
					 .envp = (const char *const *)envp};
	int result;

	if (guarded(bg_guard_get(), &execution, &result))
		return result;
	return (int)syscall(SYS_execveat, folder, path, argv, envp, flags);
}
