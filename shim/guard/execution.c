/* SPDX-License-Identifier: MIT
 * execution.c - decides what becomes of a program that is about to be executed. Signal-safe; runs in the call that executes,
 * often in a vforked child, whose memory is its parent's: nothing but the stack is written.
 *
 * Theory of operation. What the preload reaches is executed by the bare call, with no more than a look at its file before.
 * What it does not reach and the engine seccomp does is executed through the command `bindguard`, which runs it under a
 * supervisor (execution_start.c) where the process was started by `bindguard run`. What no engine reaches is executed bare,
 * and an event tells; or it is refused, where the user wants that. A supervisor of ours above this process guards whatever
 * is executed, so nothing is to be done then, nor told. */
#include "bindguard/execution.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "bindguard/daemon_client.h"
#include "bindguard/kernel.h"
#include "bindguard/look.h"
#include "bindguard/preload_list.h"
#include "bindguard/report.h"
#include "bindguard/rule.h"
#include "bindguard/supervision.h"
#include "guard/execution_start.h"

/** PATH_SIZE - PATH_MAX of limits.h. */
#define PATH_SIZE 4096

/** own_pid - of this process, past libc's cache of old times: a vforked child is one of its own. */
static int
own_pid(void)
{
	return (int)syscall(SYS_getpid);
}

/** is_our_root - is the root folder the one that the guard was set up in? Unknown is yes: nothing tells otherwise. */
static bool
is_our_root(const struct bg_follow *follow)
{
	uint64_t root[2];

	return (!follow->root[0] && !follow->root[1]) || !bg_execution_root(root) ||
	       (root[0] == follow->root[0] && root[1] == follow->root[1]);
}

/** is_there - is the library at @entry, of @size bytes, in a root folder that is another now? Its path is on no other's stack. */
__attribute__((noinline)) static bool
is_there(const char *entry, size_t size)
{
	char path[PATH_SIZE];

	if (entry[0] != '/' || size >= sizeof(path))
		return true; /* found by name in the linker's folders, of which nothing is known here */
	memcpy(path, entry, size);
	path[size] = '\0';
	return syscall(SYS_faccessat, AT_FDCWD, path, R_OK) == 0;
}

/** check_environment - does the preload get through to a program that it reaches? */
static enum bg_reach
check_environment(const struct bg_guard *guard, const struct bg_execution *execution)
{
	struct bg_reader reader = {0};
	size_t size = 0;
	const char *entry = bg_preload_list_entry(&reader, execution->envp, &size);

	if (!entry)
		return BG_REACH_CLEARED;
	return is_our_root(&guard->follow) || is_there(entry, size) ? BG_REACH_PRELOAD : BG_REACH_ROOT;
}

/** name_of - the base name of what is executed, which was there; of a descriptor the one by which it is called. */
static const char *
name_of(const struct bg_execution *execution)
{
	struct bg_reader reader = {0};
	const char *called;

	if (*execution->path)
		return bg_base_name(execution->path);
	called = bg_caller_word(&reader, execution->argv, 0);
	for (const char *at = called; at && bg_caller_may_read(&reader, at); at++)
		if (!*at)
			return bg_base_name(called);
	return "";
}

/**
 * is_lost_script - a script that is given by a descriptor which closes when its interpreter is executed: the kernel refuses
 * it, execveat(2).
 */
static bool
is_lost_script(const struct bg_execution *execution, bool script)
{
	long flags;

	if (!script || execution->folder < 0 || *execution->path == '/')
		return false;
	flags = bg_kernel_result(syscall(SYS_fcntl, execution->folder, F_GETFD));
	return flags >= 0 && (flags & FD_CLOEXEC);
}

/** judge_file - who reaches the program at @fd. @script: the reason is its interpreter's */
static enum bg_reach
judge_file(const struct bg_guard *guard, const struct bg_execution *execution, int fd, bool *script)
{
	struct bg_reader reader = {0};
	struct bg_look look;
	enum bg_client client;

	bg_look_at(fd, &look);
	*script = look.script;
	if (look.reach == BG_REACH_NOTHING || is_lost_script(execution, look.script))
		return BG_REACH_NOTHING;
	client = bg_daemon_client_of(&reader, name_of(execution), execution->argv);
	if (client == BG_CLIENT_ASKS)
		return BG_REACH_PRELOAD;
	if (client == BG_CLIENT_STARTS) {
		*script = false; /* it is about the file itself */
		return BG_REACH_CLIENT;
	}
	return look.reach == BG_REACH_PRELOAD ? check_environment(guard, execution) : look.reach;
}

/** judge - who reaches the program. BG_REACH_PRELOAD also where nothing is to be done, or told. */
static enum bg_reach
judge(const struct bg_guard *guard, const struct bg_execution *execution, bool *script)
{
	int fd = bg_look_open(execution->folder, execution->path, execution->flags);
	enum bg_reach reach = fd < 0 ? bg_look_failed(fd) : judge_file(guard, execution, fd, script);

	if (fd >= 0 && reach != BG_REACH_PRELOAD && reach != BG_REACH_NOTHING && !bg_look_may_execute(fd))
		reach = BG_REACH_NOTHING;
	if (fd >= 0)
		bg_kernel_close(fd);
	return reach;
}

/** wants_look - is there anything that could be done about a program, or said? */
static bool
wants_look(const struct bg_guard *guard)
{
	const struct bg_follow *follow = &guard->follow;

	if (follow->mode == BG_FOLLOW_OFF || guard->policy->mode == BG_MODE_OFF)
		return false;
	return follow->mode == BG_FOLLOW_ON || follow->strict || guard->policy->log_to != BG_LOG_NONE;
}

/** give_up - no engine guards the program: refuse it, or tell and let it run. */
static enum bg_course
give_up(const struct bg_guard *guard, const struct bg_execution *execution, enum bg_reach reach, bool script,
	int *result)
{
	bool refuses = guard->follow.strict && guard->policy->mode == BG_MODE_ENFORCE;
	struct bg_executed executed = {.name = name_of(execution), .reach = reach, .script = script};

	bg_report_executed(guard, &executed, refuses ? EACCES : 0);
	*result = refuses ? -EACCES : 0;
	return refuses ? BG_COURSE_REFUSED : BG_COURSE_BARE;
}

/**
 * bg_execution_guard - to be called before a program is executed.
 * @result: what the call returns, -errno for failure; of BG_COURSE_BARE nothing
 * Return: what the caller has to do.
 */
enum bg_course
bg_execution_guard(const struct bg_guard *guard, const struct bg_execution *execution, int *result)
{
	bool script = false;
	enum bg_reach reach;

	if (!wants_look(guard))
		return BG_COURSE_BARE;
	reach = judge(guard, execution, &script);
	if (reach == BG_REACH_NOTHING || reach == BG_REACH_PRELOAD ||
	    bg_supervision_guards(own_pid(), guard->policy->mode == BG_MODE_ENFORCE))
		return BG_COURSE_BARE;
	if (guard->follow.mode == BG_FOLLOW_ON && bg_reach_by_seccomp(reach)) {
		struct bg_executed through = {
			.name = name_of(execution), .reach = reach, .script = script, .through = true};
		enum bg_reach failed = BG_REACH_TRACED;

		if (!bg_supervision_traced(own_pid())) {
			bg_report_executed(guard, &through, 0);
			failed = execution_start(guard, execution, result);
		}
		if (failed == BG_REACH_PRELOAD)
			return BG_COURSE_STARTED;
		reach = failed;
	}
	return give_up(guard, execution, reach, script, result);
}
