/* SPDX-License-Identifier: MIT
 * init.c - makes the guard of this process at load time: environment, configuration, executable, descriptor 2. Cold;
 * the one file of this room that reaches load. It prints nothing, ends nothing, and leaves only read-only pages.
 * System calls are made as in self.c. */
#include <linux/kcmp.h>
#include <pthread.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "bindguard/execution.h"
#include "bindguard/kernel.h"
#include "bindguard/mistakes.h"
#include "bindguard/rule.h"
#include "bindguard/sink.h"
#include "preload/preload.h"
#include "preload/real.h"
#include "preload/self.h"

#define COMMAND_MAX (64 * 1024) /* bytes of the command line that `command` globs see */
#define ENVIRONMENT_MAX (256 * 1024)

const struct bg_guard *bg_guard_current;

/** lockdown - the guard of those who ask while the guard is being made. */
static const struct bg_guard lockdown = {
	.engine = BG_ENGINE_PRELOAD,
	.policy = (const struct bg_policy *)(const void *)bg_policy_lockdown_block,
	.real = &bg_real_raw,
	.complaints = "",
	.program = "",
	.exe = "",
};

/**
 * struct process - what the hot calls need, in one mapping; policy and complaints follow where there are any.
 * @guard: guard.real is @real
 */
struct process {
	struct bg_guard guard;
	struct bg_real real;
};

/**
 * struct scratch - what set-up needs and forgets; mapped, since it may run on any stack.
 * @exe, @command: of this process
 * @environment: of this process, where libc does not have it yet
 */
struct scratch {
	struct bg_loaded loaded;
	struct bg_settings settings;
	char exe[BG_PATH_MAX];
	char command[COMMAND_MAX];
	char environment[ENVIRONMENT_MAX];
	char complaints[BG_COMPLAINTS_MAX];
};

/**
 * read_settings - from the environment. Before libc's own constructor has run, and after a clearenv(3) in another
 * library's, there is none in `environ`; the kernel still has what the program was started with.
 */
static void
read_settings(struct scratch *scratch)
{
	bool secure = getauxval(AT_SECURE) != 0;
	size_t size;
	int error;

	if (environ || secure) {
		bg_settings_read(secure, &scratch->settings);
		return;
	}
	error = bg_self_words("/proc/self/environ", scratch->environment, ENVIRONMENT_MAX, &size);
	bg_settings_parse(scratch->environment, size, &scratch->settings);
	scratch->settings.unreadable = error && error != -ENOENT; /* without /proc there is none, as after chroot(2) */
}

/** set_names - of the executable at @exe. */
static void
set_names(struct bg_guard *guard, const char *exe)
{
	guard->exe = exe;
	guard->program = bg_base_name(exe);
}

/**
 * read_follow - BINDGUARD_FOLLOW: `0` for nothing, or the path of the command, behind `strict:` where the user wants what cannot
 * be guarded refused; `strict` alone. Anything else, and secure execution: events only.
 * @size: bytes of the settings that are to be kept for programs without an environment
 */
static void
read_follow(const struct bg_settings *settings, struct bg_follow *follow, size_t *size)
{
	static const char strict[] = "strict";
	const char *word = settings->follow ? settings->follow : "";

	*size = 0;
	follow->mode = word[0] == '0' && !word[1] ? BG_FOLLOW_OFF : BG_FOLLOW_TELL;
	follow->strict = strncmp(word, strict, sizeof(strict) - 1) == 0 &&
			 (word[sizeof(strict) - 1] == ':' || word[sizeof(strict) - 1] == '\0');
	if (follow->strict)
		word += sizeof(strict) - 1 + (word[sizeof(strict) - 1] == ':');
	if (follow->mode == BG_FOLLOW_OFF)
		return;
	bg_execution_root(follow->root);
	if (word[0] != '/')
		return;
	follow->mode = BG_FOLLOW_ON;
	*size = strlen(word) + 1 + bg_settings_write(settings, NULL, &follow->setting_count);
}

/** keep_follow - what read_follow() has counted, copied to @text. */
static void
keep_follow(const struct bg_settings *settings, struct bg_follow *follow, char *text)
{
	const char *path = strchr(settings->follow, '/');
	size_t length = strlen(path) + 1;

	follow->launcher = memcpy(text, path, length);
	follow->settings = text + length;
	bg_settings_write(settings, text + length, &follow->setting_count);
}

/**
 * assemble - guard, real functions, policy and complaints in one mapping that is then made read-only. The built-in
 * default stays where it is, in the library's own read-only pages. Return: NULL where memory is short.
 */
static const struct bg_guard *
assemble(const struct scratch *scratch)
{
	const struct bg_policy *policy = scratch->loaded.policy;
	bool copied = scratch->loaded.owned;
	size_t complaints_size = strlen(scratch->complaints) + 1;
	size_t process_size = (sizeof(struct process) + 15) & ~(size_t)15;
	size_t policy_size = copied ? ((size_t)policy->size + 15) & ~(size_t)15 : 0;
	size_t exe_size = strlen(scratch->exe) + 1;
	struct bg_follow follow = {0};
	size_t follow_size, size;
	char *memory;
	struct process *process;
	struct bg_guard *guard;

	read_follow(&scratch->settings, &follow, &follow_size);
	size = process_size + policy_size + complaints_size + exe_size + follow_size;
	memory = bg_self_map(size);
	process = (struct process *)(void *)memory;
	guard = &process->guard;
	if (!memory)
		return NULL;
	if (copied)
		policy = memcpy(memory + process_size, policy, policy->size);
	guard->policy = policy;
	bg_real_resolve(&process->real);
	guard->real = &process->real;
	guard->engine = BG_ENGINE_PRELOAD;
	guard->stack_top = getauxval(AT_RANDOM);
	bg_sink_identify_stderr(guard);
	guard->complaints = memcpy(memory + process_size + policy_size, scratch->complaints, complaints_size);
	set_names(guard, memcpy(memory + size - follow_size - exe_size, scratch->exe, exe_size));
	guard->follow = follow;
	if (follow_size)
		keep_follow(&scratch->settings, &guard->follow, memory + size - follow_size);
	syscall(SYS_mprotect, memory, size, PROT_READ);
	return guard;
}

/** make_poor_guard - where memory is short: by bg_load_fallback(), in writable pages, which are there. */
static const struct bg_guard *
make_poor_guard(void)
{
	static struct bg_guard guard;
	static struct bg_real real;
	const char *executed = (const char *)getauxval(AT_EXECFN);
	struct bg_settings settings = {0};

	if (environ)
		bg_settings_read(getauxval(AT_SECURE) != 0, &settings);
	guard = lockdown;
	guard.policy = bg_load_fallback(&settings);
	bg_real_resolve(&real);
	guard.real = &real;
	bg_sink_identify_stderr(&guard);
	guard.complaints = "bindguard: no memory for the configuration, it is not used; " BG_LOCKDOWN_MEANS "\n";
	set_names(&guard, executed ? executed : "");
	return &guard;
}

/** read_command - struct bg_names: of this process, into the scratch. */
static const char *
read_command(void *context)
{
	struct scratch *scratch = context;

	return bg_self_command(scratch->command, COMMAND_MAX) ? scratch->command : NULL;
}

/** make_guard - read everything once. Return: NULL where memory is short. */
static const struct bg_guard *
make_guard(void)
{
	struct scratch *scratch = bg_self_map(sizeof(*scratch));
	struct bg_names names = {.command = read_command, .context = scratch};
	const struct bg_guard *guard;

	if (!scratch)
		return NULL;
	read_settings(scratch);
	names.exe = bg_self_exe(scratch->exe, sizeof(scratch->exe)) ? scratch->exe : "";
	bg_load(&scratch->settings, &names, &scratch->loaded);
	if (bg_diags_mistakes(&scratch->loaded.diags))
		bg_mistakes_complain(&scratch->loaded, scratch->complaints);
	guard = assemble(scratch);
	bg_loaded_free(&scratch->loaded);
	syscall(SYS_munmap, scratch, sizeof(*scratch));
	return guard;
}

/** shares_memory - is process @other, which is not this one, a vforked child or parent, and no copy? Unknown: yes. */
static bool
shares_memory(pid_t other)
{
	return syscall(SYS_kcmp, (pid_t)syscall(SYS_getpid), other, KCMP_VM, 0, 0) <= 0 && errno != ESRCH;
}

/**
 * take_turn - may the caller make the guard? The first one may; and a child that fork(2) made of a process in which
 * another thread was just making it, since that thread does not exist here.
 */
static bool
take_turn(void)
{
	static pid_t maker;
	pid_t self = (pid_t)syscall(SYS_getpid), before = 0;

	if (__atomic_compare_exchange_n(&maker, &before, self, false, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE))
		return true;
	return before != self && !shares_memory(before) &&
	       __atomic_compare_exchange_n(&maker, &before, self, false, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE);
}

/**
 * publish - make @guard the guard of this process; connect(2) may go straight to the real one from now on, but where rules are
 * for it.
 */
static void
publish(const struct bg_guard *guard)
{
	__atomic_store_n(&bg_guard_current, guard, __ATOMIC_RELEASE);
	__atomic_store_n(&bg_connect_path,
			 guard->policy->outgoing || guard->policy->limits ? &bg_connect_watched : guard->real,
			 __ATOMIC_SEQ_CST);
	bg_connect_watch();
}

const struct bg_guard *
bg_guard_set_up(void)
{
	const struct bg_guard *guard;
	int saved_errno = errno, cancel_state;

	if (take_turn()) {
		/* open(2) and read(2) are cancellation points: a thread that dies here would leave nobody to go on. */
		pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &cancel_state);
		guard = make_guard();
		publish(guard ? guard : make_poor_guard());
		pthread_setcancelstate(cancel_state, NULL);
	}
	errno = saved_errno;
	guard = __atomic_load_n(&bg_guard_current, __ATOMIC_ACQUIRE);
	return guard ? guard : &lockdown;
}

/** load - our constructor. */
__attribute__((constructor)) static void
load(void)
{
	bg_guard_get();
}
