/* SPDX-License-Identifier: MIT
 * target_test.c - what the supervisor sees of another process, and of one that is gone or may not be looked at: never
 * another's. In process; pidfd_open(2) and process_vm_readv(2) are this file's. */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "seccomp/guarded.h"
#include "seccomp/target_process.h"

static struct handles handles;
static bool no_threads;	  /* pidfd_open(2) before Linux 6.9 */
static int reading_fails; /* process_vm_readv(2) with this errno; 0: it works */
static pid_t child = -1;  /* waits, with @shared at the same address, and ends with us */
static char shared[64] = "what both have";

/** syscall - libc's, but for the flag PIDFD_THREAD. */
long
syscall(long number, ...)
{
	long (*next)(long, ...) = NULL;
	void *symbol = dlsym(RTLD_NEXT, "syscall");
	va_list list;
	long a[6];

	va_start(list, number);
	for (size_t i = 0; i < 6; i++)
		a[i] = va_arg(list, long);
	va_end(list);
	memcpy(&next, &symbol, sizeof(next));
	if (number == SYS_pidfd_open && no_threads && (unsigned)a[1] == O_EXCL) {
		errno = EINVAL;
		return -1;
	}
	return next(number, a[0], a[1], a[2], a[3], a[4], a[5]);
}

ssize_t
process_vm_readv(pid_t pid, const struct iovec *here, unsigned long here_count, const struct iovec *there,
		 unsigned long there_count, unsigned long flags)
{
	if (reading_fails) {
		errno = reading_fails;
		return -1;
	}
	return syscall(SYS_process_vm_readv, (long)pid, here, here_count, there, there_count, flags);
}

/** gone - the number of a process that has ended and was reaped. */
static pid_t
gone(void)
{
	pid_t pid = fork();

	if (pid == 0)
		_exit(0);
	waitpid(pid, NULL, 0);
	return pid;
}

static void
process_gone_has_nothing(void **state)
{
	pid_t pid = gone();
	struct identity identity;
	char text[64];

	(void)state;
	for (int old = 0; old < 2; old++) {
		no_threads = old;
		assert_int_equal(target_handle(&handles, pid), -ESRCH);
		assert_int_equal(target_duplicate(&handles, pid, 0), -ESRCH);
	}
	no_threads = false;
	assert_int_equal(target_read(pid, (uintptr_t)shared, text, 8), -ESRCH);
	reading_fails = EPERM;
	assert_int_equal(target_read(pid, (uintptr_t)shared, text, 8), -ENOENT);
	reading_fails = 0;
	memset(&identity, 1, sizeof(identity));
	target_identity(pid, &identity);
	assert_int_equal(identity.pid, 0);
	assert_int_equal(identity.parent, 0);
	assert_int_equal(identity.uid, 0);
	assert_false(target_exe(pid, text, sizeof(text)));
	assert_string_equal(text, "");
	assert_false(target_command(pid, text, sizeof(text)));
	assert_string_equal(text, "");
	assert_true(target_closes_on_exec(pid, 0)); /* not known: nobody else is to get it */
	assert_false(target_has_capability(pid, CAP_NET_BIND_SERVICE));
	assert_true(target_shares(pid, "net")); /* as far as is known */
}

static void
process_alive_is_seen_as_it_is(void **state)
{
	char text[4096], own[4096];
	struct identity identity;
	ssize_t length;

	(void)state;
	target_identity(child, &identity);
	assert_int_equal(identity.pid, child);
	assert_int_equal(identity.parent, getpid());
	assert_int_equal(identity.uid, getuid());
	length = readlink("/proc/self/exe", own, sizeof(own) - 1);
	assert_true(length > 0);
	own[length] = '\0';
	target_exe(child, text, sizeof(text));
	assert_string_equal(text, own);
	target_command(child, text, sizeof(text));
	assert_non_null(strstr(text, "target_test"));
	assert_true(target_shares(child, "net"));
}

/** process_name_too_long_is_cut - and terminated. */
static void
process_name_too_long_is_cut(void **state)
{
	char text[8], whole[4096];

	(void)state;
	target_command(child, whole, sizeof(whole));
	memset(text, 'x', sizeof(text));
	target_command(child, text, sizeof(text));
	assert_int_equal(strlen(text), sizeof(text) - 1);
	assert_memory_equal(text, whole, sizeof(text) - 1);
}

static void
descriptor_duplicated_is_the_same_file(void **state)
{
	int pipe_of[2], copy;
	char byte = 'a';
	pid_t pid;

	(void)state;
	for (int old = 0; old < 2; old++) {
		no_threads = old;
		assert_int_equal(pipe2(pipe_of, old ? O_CLOEXEC : 0), 0);
		pid = fork();
		if (pid == 0) {
			pause();
			_exit(0);
		}
		copy = target_duplicate(&handles, pid, pipe_of[1]);
		assert_true(copy > pipe_of[1]);
		assert_int_equal(fcntl(copy, F_GETFD), FD_CLOEXEC);
		assert_int_equal(write(copy, "b", 1), 1);
		assert_int_equal(read(pipe_of[0], &byte, 1), 1);
		assert_int_equal(byte, 'b');
		assert_int_equal(target_closes_on_exec(pid, pipe_of[1]), old);
		close(copy);
		assert_int_equal(target_duplicate(&handles, pid, 999), -EBADF);
		kill(pid, SIGKILL);
		waitpid(pid, NULL, 0);
		/* The handle that was kept is of nobody any more. */
		assert_true(target_duplicate(&handles, pid, pipe_of[1]) < 0);
		close(pipe_of[0]);
		close(pipe_of[1]);
	}
	no_threads = false;
}

/** kept - descriptors that handles hold after every one of @count processes was looked at; they end. */
static int
kept(int count)
{
	pid_t pids[256];
	int before = process_descriptors(getpid()), after;

	for (int i = 0; i < count; i++) {
		pids[i] = fork();
		if (pids[i] == 0) {
			prctl(PR_SET_PDEATHSIG, SIGKILL);
			pause();
			_exit(0);
		}
		assert_true(target_handle(&handles, pids[i]) >= 0);
	}
	after = process_descriptors(getpid());
	for (int i = 0; i < count; i++) {
		kill(pids[i], SIGKILL);
		waitpid(pids[i], NULL, 0);
	}
	return after - before;
}

/** handles_kept_leave_descriptors - as many as 64 processes need, but few where there are few. */
static void
handles_kept_leave_descriptors(void **state)
{
	struct rlimit limit, few, least;

	(void)state;
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &limit), 0);
	few = (struct rlimit){.rlim_cur = 64, .rlim_max = limit.rlim_max};
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &few), 0);
	target_handles_set_up(&handles);
	assert_in_range(kept(200), 1, TARGET_HANDLES_FEW);
	least = (struct rlimit){.rlim_cur = 22, .rlim_max = limit.rlim_max};
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &least), 0);
	target_handles_set_up(&handles);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &limit), 0);
	assert_in_range(kept(200), 1, TARGET_HANDLES_LEAST);
	target_handles_set_up(&handles);
	assert_in_range(kept(200), 64, TARGET_HANDLES);
}

/** memory_read_is_whole_or_nothing - by the call, and by the file where the call is forbidden. */
static void
memory_read_is_whole_or_nothing(void **state)
{
	static const int failures[] = {0, ENOSYS, EPERM};
	char text[sizeof(shared)];

	(void)state;
	for (size_t i = 0; i < sizeof(failures) / sizeof(failures[0]); i++) {
		reading_fails = failures[i];
		memset(text, 0, sizeof(text));
		assert_int_equal(target_read(child, (uintptr_t)shared, text, sizeof(text)), sizeof(text));
		assert_string_equal(text, shared);
		assert_int_equal(target_read(child, 16, text, sizeof(text)), -EFAULT);
	}
	reading_fails = EIO; /* another errno is the answer */
	assert_int_equal(target_read(child, (uintptr_t)shared, text, sizeof(text)), -EIO);
	reading_fails = 0;
}

static int
set_up(void **state)
{
	(void)state;
	target_handles_set_up(&handles);
	child = fork();
	if (child == 0) {
		pause();
		_exit(0);
	}
	return child < 0;
}

static int
tear_down(void **state)
{
	(void)state;
	kill(child, SIGKILL);
	return waitpid(child, NULL, 0) != child;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(process_gone_has_nothing),
		cmocka_unit_test(process_alive_is_seen_as_it_is),
		cmocka_unit_test(process_name_too_long_is_cut),
		cmocka_unit_test(descriptor_duplicated_is_the_same_file),
		cmocka_unit_test(memory_read_is_whole_or_nothing),
		cmocka_unit_test(handles_kept_leave_descriptors),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
