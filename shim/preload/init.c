/* SPDX-License-Identifier: MIT
 * init.c - makes the guard of this process at load time: environment, configuration, executable, descriptor 2. Cold;
 * the one file of this room that reaches load. It prints nothing, ends nothing, and leaves only read-only pages.
 * System calls are made as in self.c. */
#include <linux/kcmp.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "bindguard/load.h"
#include "preload/preload.h"
#include "sys/kernel.h"
#include "sys/sink.h"

#define COMMAND_MAX (64 * 1024) /* bytes of the command line that `command` globs see */
#define ENVIRONMENT_MAX (256 * 1024)
#define COMPLAINTS_MAX 4096 /* PIPE_BUF: said with one write */
#define COMPLAINTS_SHOWN 12

const struct bg_guard *bg_guard_current;

/** lockdown - the guard of those who ask while the guard is being made. */
static const struct bg_guard lockdown = {
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
	char complaints[COMPLAINTS_MAX];
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

/** asks_for_nothing - BINDGUARD_MODE says that nothing be changed. */
static bool
asks_for_nothing(const struct bg_settings *settings)
{
	return settings->mode && (strcmp(settings->mode, "off") == 0 || strcmp(settings->mode, "observe") == 0);
}

/**
 * final_mode - BINDGUARD_MODE holds even where the configuration is broken: who asks for `off` or `observe` has asked
 * that nothing be changed.
 */
static uint8_t
final_mode(const struct scratch *scratch)
{
	if (asks_for_nothing(&scratch->settings))
		return scratch->settings.mode[1] == 'f' ? BG_MODE_OFF : BG_MODE_OBSERVE;
	return scratch->loaded.policy->mode;
}

/** write_complaints - the mistakes as lines, and what they mean in @mode; "" where there are none. */
static void
write_complaints(const struct bg_loaded *loaded, uint8_t mode, char text[COMPLAINTS_MAX])
{
	const struct bg_diags *diags = &loaded->diags;
	const char *file = loaded->path[0] ? loaded->path : "environment";
	unsigned mistakes = bg_diags_mistakes(diags), shown = 0;
	int used = 0;

	if (mistakes == 0)
		return;
	for (unsigned i = 0; i < diags->count && shown < COMPLAINTS_SHOWN; i++) {
		const struct bg_diag *diag = &diags->items[i];

		if (diag->line)
			used += snprintf(text + used, COMPLAINTS_MAX - (size_t)used, "bindguard: %.160s:%u: %.120s\n",
					 file, diag->line, diag->text);
		else
			used += snprintf(text + used, COMPLAINTS_MAX - (size_t)used, "bindguard: %.160s: %.120s\n",
					 file, diag->text);
		shown++;
	}
	if (mistakes > shown)
		used += snprintf(text + used, COMPLAINTS_MAX - (size_t)used, "bindguard: and %u more\n",
				 mistakes - shown);
	snprintf(text + used, COMPLAINTS_MAX - (size_t)used, "bindguard: the configuration is not used: %s\n",
		 mode == BG_MODE_OBSERVE ? "BINDGUARD_MODE=observe, nothing is changed"
					 : "wildcard addresses go to loopback, others are refused");
}

/** set_names - of the executable at @exe. */
static void
set_names(struct bg_guard *guard, const char *exe)
{
	const char *slash = strrchr(exe, '/');

	guard->exe = exe;
	guard->program = slash ? slash + 1 : exe;
}

/**
 * assemble - guard, real functions, policy and complaints in one mapping that is then made read-only. The built-in
 * default stays where it is, in the library's own read-only pages. Return: NULL where memory is short.
 */
static const struct bg_guard *
assemble(const struct scratch *scratch)
{
	const struct bg_policy *policy = scratch->loaded.policy;
	bool copied = scratch->loaded.owned || final_mode(scratch) != policy->mode;
	size_t complaints_size = strlen(scratch->complaints) + 1;
	size_t process_size = (sizeof(struct process) + 15) & ~(size_t)15;
	size_t policy_size = copied ? ((size_t)policy->size + 15) & ~(size_t)15 : 0;
	size_t exe_size = strlen(scratch->exe) + 1;
	size_t size = process_size + policy_size + complaints_size + exe_size;
	char *memory = bg_self_map(size);
	struct process *process = (struct process *)(void *)memory;
	struct bg_guard *guard = &process->guard;

	if (!memory)
		return NULL;
	if (copied) {
		struct bg_policy *copy = (struct bg_policy *)(void *)(memory + process_size);

		memcpy(copy, policy, policy->size);
		copy->mode = final_mode(scratch);
		policy = copy;
	}
	guard->policy = policy;
	bg_real_resolve(&process->real);
	guard->real = &process->real;
	guard->engine = BG_ENGINE_PRELOAD;
	guard->stack_top = getauxval(AT_RANDOM);
	bg_sink_identify_stderr(guard);
	guard->complaints = memcpy(memory + process_size + policy_size, scratch->complaints, complaints_size);
	set_names(guard, memcpy(memory + size - exe_size, scratch->exe, exe_size));
	syscall(SYS_mprotect, memory, size, PROT_READ);
	return guard;
}

/**
 * make_poor_guard - where memory is short: lockdown, which is said at the first bind that matters; nothing at all for who
 * asks that nothing be changed. In writable pages, which are there.
 */
static const struct bg_guard *
make_poor_guard(void)
{
	static const struct bg_policy off = {.size = sizeof(off), .mode = BG_MODE_OFF};
	static struct bg_guard guard;
	static struct bg_real real;
	const char *executed = (const char *)getauxval(AT_EXECFN);
	struct bg_settings settings = {0};

	if (environ)
		bg_settings_read(getauxval(AT_SECURE) != 0, &settings);
	guard = lockdown;
	if (asks_for_nothing(&settings))
		guard.policy = &off;
	bg_real_resolve(&real);
	guard.real = &real;
	guard.engine = BG_ENGINE_PRELOAD;
	bg_sink_identify_stderr(&guard);
	guard.complaints =
		"bindguard: no memory for the configuration, it is not used: wildcard addresses go to loopback, "
		"others are refused\n";
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
	write_complaints(&scratch->loaded, final_mode(scratch), scratch->complaints);
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

/** publish - make @guard the guard of this process; connect(2) may go straight to the real one from now on. */
static void
publish(const struct bg_guard *guard)
{
	__atomic_store_n(&bg_guard_current, guard, __ATOMIC_RELEASE);
	__atomic_store_n(&bg_connect_path, guard->real, __ATOMIC_SEQ_CST);
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
