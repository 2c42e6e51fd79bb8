/* SPDX-License-Identifier: MIT
 * filter.c - makes the filter with libseccomp, loads it past libseccomp, and decodes what it traps. Runs in the launcher
 * and in CMD's process before exec; decoding runs in the supervisor.
 *
 * libseccomp writes the program, but does not load it: Debian 12's cannot set SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV
 * (Linux 5.19), without which a signal interrupts a call that the supervisor is already making. Go sends its threads
 * SIGURG all the time: such a bind would be made twice, and fail the second time.
 */
#include "seccomp/filter.h"

#include <errno.h>
#include <fcntl.h>
#include <seccomp.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#ifndef SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV
#define SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV (1UL << 5)
#endif

/** struct interface - one of the binary interfaces of a machine, and its numbers of the trapped calls; negative: none. */
struct interface {
	uint32_t token;
	uint32_t audit;
	size_t word;
	int bind, connect, listen, socketcall;
};

#define INTERFACES 3

static struct interface interfaces[INTERFACES];
static size_t interface_count;

/** has_only_socketcall - for libseccomp: the calls' own numbers came later there, Linux 4.3. */
static bool
has_only_socketcall(uint32_t token)
{
	static const uint32_t tokens[] = {SCMP_ARCH_S390, SCMP_ARCH_S390X, SCMP_ARCH_X86};

	for (size_t i = 0; i < sizeof(tokens) / sizeof(tokens[0]); i++)
		if (token == tokens[i])
			return true;
	return false;
}

/**
 * number_of - the number of @name. Where socketcall(2) is the older way, libseccomp knows no other number of these three
 * (it filters both): on i386 and s390 they are @direct.
 */
static int
number_of(uint32_t token, const char *name, int direct)
{
	int number = seccomp_syscall_resolve_name_arch(token, name);

	return number < 0 && has_only_socketcall(token) ? direct : number;
}

/** add_interface - learn the numbers of @token, and have @context filter them. Return: 0 or -errno. */
static int
add_interface(scmp_filter_ctx context, uint32_t token, size_t word)
{
	struct interface *interface = &interfaces[interface_count];
	int error = seccomp_arch_add(context, token);

	if (error && error != -EEXIST) /* the native one is there already */
		return error;
	interface->token = token;
	/* x32 is x86-64 with a bit set in the number, for the kernel's filters, seccomp(2). */
	interface->audit = token == SCMP_ARCH_X32 ? SCMP_ARCH_X86_64 : token;
	interface->word = word;
	interface->bind = number_of(token, "bind", 361);
	interface->connect = number_of(token, "connect", 362);
	interface->listen = number_of(token, "listen", 363);
	interface->socketcall = seccomp_syscall_resolve_name_arch(token, "socketcall");
	interface_count++;
	return 0;
}

/** older - the interfaces of older programs that a machine's kernels run as well. */
static const struct {
	uint32_t native;
	uint32_t token;
} older[] = {
	{SCMP_ARCH_X86_64, SCMP_ARCH_X86},
	{SCMP_ARCH_X86_64, SCMP_ARCH_X32},
	{SCMP_ARCH_AARCH64, SCMP_ARCH_ARM},
	{SCMP_ARCH_S390X, SCMP_ARCH_S390},
};

/** add_interfaces - the machine's own interface and the older ones. */
static int
add_interfaces(scmp_filter_ctx context)
{
	uint32_t native = seccomp_arch_native();
	int error = add_interface(context, native, sizeof(long));

	for (size_t i = 0; i < sizeof(older) / sizeof(older[0]) && error == 0; i++)
		if (older[i].native == native)
			error = add_interface(context, older[i].token, 4);
	return error;
}

/** add_rules - what is trapped and what is refused. libseccomp adds socketcall(2) where an interface has it. */
static int
add_rules(scmp_filter_ctx context)
{
	int error = seccomp_rule_add(context, SCMP_ACT_NOTIFY, SCMP_SYS(bind), 0);

	if (error == 0)
		error = seccomp_rule_add(context, SCMP_ACT_NOTIFY, SCMP_SYS(listen), 0);
	if (error == 0)
		error = seccomp_rule_add(context, SCMP_ACT_NOTIFY, SCMP_SYS(connect), 0);
	/* Its binds (Linux 6.11) are made by the kernel itself and pass every filter. Programs have to live without it. */
	if (error == 0)
		error = seccomp_rule_add(context, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(io_uring_setup), 0);
	return error;
}

/**
 * export - the program of @context, by way of a pipe: libseccomp 2.5 exports to descriptors alone, and a file, even one in
 * memory, may be forbidden to grow (RLIMIT_FSIZE).
 */
static int export(scmp_filter_ctx context, struct filter *filter)
{
	int ends[2], error, room;
	ssize_t size = -1;

	if (pipe2(ends, O_CLOEXEC | O_NONBLOCK))
		return -errno;
	room = fcntl(ends[0], F_GETPIPE_SZ);
	error = seccomp_export_bpf(context, ends[1]);
	if (error == 0)
		size = read(ends[0], filter->steps, sizeof(filter->steps));
	close(ends[0]);
	close(ends[1]);
	if (error)
		return error;
	if (size <= 0 || size >= room || (size_t)size % sizeof(filter->steps[0]))
		return -EIO; /* what fills the pipe may be cut */
	filter->count = (unsigned short)((size_t)size / sizeof(filter->steps[0]));
	return 0;
}

/** filter_build - the filter of this machine. Return: 0 or -errno. */
int
filter_build(struct filter *filter)
{
	scmp_filter_ctx context;
	int error;

	interface_count = 0;
	/* Whether the kernel can do it is asked when the filter is loaded; libseccomp's own probe has no good message. */
	seccomp_api_set(5);
	context = seccomp_init(SCMP_ACT_ALLOW);
	if (!context)
		return -ENOMEM;
	error = seccomp_attr_set(context, SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_ALLOW);
	if (error == 0)
		error = add_interfaces(context);
	if (error == 0)
		error = add_rules(context);
	if (error == 0)
		error = export(context, filter);
	seccomp_release(context);
	return error;
}

/**
 * filter_load - filter this process from now on; no_new_privs must be set.
 * @restarts: the kernel lacks WAIT_KILLABLE_RECV, so that a call can come a second time; call.c recognises it
 * Return: the listener, or -errno.
 */
int
filter_load(const struct filter *filter, bool *restarts)
{
	union {
		const struct sock_filter *in;
		struct sock_filter *out;
	} steps = {.in = filter->steps};
	struct sock_fprog program = {.len = filter->count, .filter = steps.out};
	unsigned long flags = SECCOMP_FILTER_FLAG_NEW_LISTENER;
	long fd =
		syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flags | SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV, &program);

	*restarts = fd < 0 && errno == EINVAL;
	if (*restarts)
		fd = syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flags, &program);
	return fd < 0 ? -errno : (int)fd;
}

/** filter_decode - which call is it, and what are its arguments? A call that is none of ours is TRAP_NONE. */
void
filter_decode(const struct seccomp_data *data, struct trapped *trapped)
{
	memset(trapped, 0, sizeof(*trapped));
	for (size_t i = 0; i < interface_count; i++) {
		const struct interface *interface = &interfaces[i];

		/* libseccomp's number of a call that an interface lacks is a negative one of its own. */
		if (interface->audit != data->arch || data->nr < 0)
			continue;
		if (data->nr == interface->bind)
			trapped->trap = TRAP_BIND;
		else if (data->nr == interface->connect)
			trapped->trap = TRAP_CONNECT;
		else if (data->nr == interface->listen)
			trapped->trap = TRAP_LISTEN;
		else if (data->nr == interface->socketcall && data->args[0] >= TRAP_BIND &&
			 data->args[0] <= TRAP_LISTEN)
			trapped->trap = (enum trap)data->args[0];
		else
			continue;
		trapped->packed = data->nr == interface->socketcall;
		trapped->word = interface->word;
		trapped->at = data->args[1];
		if (!trapped->packed)
			memcpy(trapped->arguments, data->args, sizeof(trapped->arguments));
		return;
	}
}

/** filter_unpack - the arguments of a packed call, from the three words at trapped->at. */
void
filter_unpack(struct trapped *trapped, const unsigned char *words)
{
	for (size_t i = 0; i < 3; i++) {
		uint32_t narrow;

		if (trapped->word == sizeof(narrow)) {
			memcpy(&narrow, words + i * sizeof(narrow), sizeof(narrow));
			trapped->arguments[i] = narrow;
		} else {
			memcpy(&trapped->arguments[i], words + i * sizeof(uint64_t), sizeof(uint64_t));
		}
	}
}
