/* SPDX-License-Identifier: MIT
 * target_process.c - looks into another process: its sockets, its memory, its names. Runs in the supervisor, which is its
 * ancestor (Yama's ptrace_scope=1 asks for that). What is read may be of a process that took a dead one's number:
 * whoever acts on it asks SECCOMP_IOCTL_NOTIF_ID_VALID afterwards. */
#include "seccomp/target_process.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/kcmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#define PIDFD_OF_THREAD O_EXCL /* PIDFD_THREAD, Linux 6.9 */

/** read_file - up to @size - 1 bytes of /proc/@tid/@name, terminated. Return: bytes read; "" and -errno where it cannot be. */
static ssize_t
read_file(pid_t tid, const char *name, char *text, size_t size)
{
	char path[64];
	size_t length = 0;
	ssize_t got = 1;
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/%s", (int)tid, name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		got = -errno;
	while (got > 0 && length < size - 1) {
		got = read(fd, text + length, size - 1 - length);
		length += got > 0 ? (size_t)got : 0;
		got = got < 0 ? -errno : got;
	}
	if (fd >= 0)
		close(fd);
	if (got < 0)
		length = 0;
	text[length] = '\0';
	return got < 0 ? got : (ssize_t)length;
}

/** line_value - the number behind @key in a file of `Key:\tvalue` lines; -1 where there is none. */
static long
line_value(const char *text, const char *key, int base)
{
	const char *at = strstr(text, key);

	return at ? strtol(at + strlen(key), NULL, base) : -1;
}

/** open_handle - a pidfd of a thread; before Linux 6.9 of its process, @leader, which as a rule shares its descriptors. */
static int
open_handle(pid_t tid, pid_t *leader)
{
	char status[2048];
	int pidfd = (int)syscall(SYS_pidfd_open, tid, PIDFD_OF_THREAD);
	long pid;

	*leader = 0;
	if (pidfd >= 0 || errno != EINVAL)
		return pidfd < 0 ? -errno : pidfd;
	read_file(tid, "status", status, sizeof(status));
	pid = line_value(status, "\nTgid:", 10);
	if (pid <= 0)
		return -ESRCH;
	*leader = (pid_t)pid;
	pidfd = (int)syscall(SYS_pidfd_open, *leader, 0);
	return pidfd < 0 ? -errno : pidfd;
}

/** target_handles_set_up - how many may be kept? */
void
target_handles_set_up(struct handles *handles)
{
	struct rlimit limit;

	memset(handles, 0, sizeof(*handles));
	handles->count = TARGET_HANDLES_LEAST;
	if (getrlimit(RLIMIT_NOFILE, &limit))
		return;
	if (limit.rlim_cur >= 4 * TARGET_HANDLES_FEW)
		handles->count = TARGET_HANDLES_FEW;
	if (limit.rlim_cur >= 4 * TARGET_HANDLES)
		handles->count = TARGET_HANDLES;
}

/** place_of - where the handle of @tid is, if it is kept. */
static struct handle *
place_of(struct handles *handles, pid_t tid)
{
	return &handles->items[(unsigned)tid % handles->count];
}

/** target_handle - a pidfd of thread @tid, kept for the next time. Return: -errno where there is none. */
int
target_handle(struct handles *handles, pid_t tid)
{
	struct handle *handle = place_of(handles, tid);
	pid_t leader;
	int pidfd;

	if (handle->tid == tid)
		return handle->pidfd;
	pidfd = open_handle(tid, &leader);
	if (pidfd < 0)
		return pidfd;
	if (handle->tid)
		close(handle->pidfd);
	handle->tid = tid;
	handle->leader = leader;
	handle->pidfd = pidfd;
	return pidfd;
}

/** forget - the handle of @tid is stale. */
static void
forget(struct handles *handles, pid_t tid)
{
	struct handle *handle = place_of(handles, tid);

	if (handle->tid == tid)
		close(handle->pidfd);
	handle->tid = 0;
}

/**
 * is_of_others - are the descriptors that the handle of @tid opens known to be not the thread's own? It may have taken
 * leave of its process, unshare(2) CLONE_FILES. What kcmp(2) does not tell is taken for a no: nearly no thread does.
 */
static bool
is_of_others(struct handles *handles, pid_t tid)
{
	const struct handle *handle = place_of(handles, tid);

	return handle->leader && handle->leader != tid && syscall(SYS_kcmp, tid, handle->leader, KCMP_FILES, 0, 0) > 0;
}

/**
 * target_duplicate - a duplicate (close-on-exec) of descriptor @fd of thread @tid. Return: or -errno.
 * A handle kept from an earlier call is opened anew where its task is gone: another one may have the number now.
 */
int
target_duplicate(struct handles *handles, pid_t tid, int fd)
{
	for (int attempt = 0;; attempt++) {
		int pidfd = target_handle(handles, tid);
		long copy = pidfd < 0 || is_of_others(handles, tid) ? -EACCES : syscall(SYS_pidfd_getfd, pidfd, fd, 0);

		if (pidfd < 0 || copy == -EACCES)
			return pidfd < 0 ? pidfd : -EACCES;
		if (copy >= 0)
			return (int)copy;
		if (errno == EBADF && attempt == 0) {
			/* Also the answer for a process that has ended and waits to be reaped. */
			forget(handles, tid);
			continue;
		}
		if (errno != ESRCH || attempt > 0)
			return -errno;
		forget(handles, tid);
	}
}

/**
 * read_through_file - the same by /proc/@tid/mem, where process_vm_readv(2) is forbidden. It reads what the target itself
 * may not (PROT_NONE), so that such an address is bound and not EFAULT: proc(5).
 */
static ssize_t
read_through_file(pid_t tid, uint64_t from, void *to, size_t size)
{
	char path[64];
	ssize_t got;
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/mem", (int)tid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	got = pread(fd, to, size, (off_t)from);
	if (got < 0)
		got = errno == EIO ? -EFAULT : -errno; /* an address that is not mapped */
	close(fd);
	return got;
}

/**
 * target_read - copy @size bytes at @from in the memory of thread @tid. Return: @size, -EFAULT where it cannot be read
 * whole, another -errno where it may not be looked at.
 */
ssize_t
target_read(pid_t tid, uint64_t from, void *to, size_t size)
{
	struct iovec here = {.iov_base = to, .iov_len = size};
	struct iovec there = {.iov_len = size};
	uintptr_t at = (uintptr_t)from;
	ssize_t got;

	memcpy(&there.iov_base, &at, sizeof(at));
	got = process_vm_readv(tid, &here, 1, &there, 1, 0);
	if (got < 0 && (errno == ENOSYS || errno == EPERM))
		got = read_through_file(tid, from, to, size);
	else if (got < 0)
		got = -errno;
	return got >= 0 && (size_t)got < size ? -EFAULT : got;
}

/** target_identity - process, parent and user of thread @tid. */
void
target_identity(pid_t tid, struct identity *identity)
{
	char status[2048];
	long pid, parent, uid;

	memset(identity, 0, sizeof(*identity));
	read_file(tid, "status", status, sizeof(status));
	pid = line_value(status, "\nTgid:", 10);
	parent = line_value(status, "\nPPid:", 10);
	uid = line_value(status, "\nUid:", 10);
	if (pid <= 0 || parent < 0 || uid < 0)
		return;
	identity->pid = (pid_t)pid;
	identity->parent = (pid_t)parent;
	identity->uid = (uid_t)uid;
}

/** target_exe - the path of the executable. Return: false, and "", where it cannot be had. */
bool
target_exe(pid_t tid, char *exe, size_t size)
{
	static const char deleted[] = " (deleted)";
	const size_t tail = sizeof(deleted) - 1;
	char path[64];
	ssize_t length;

	snprintf(path, sizeof(path), "/proc/%d/exe", (int)tid);
	length = readlink(path, exe, size - 1);
	exe[length > 0 ? length : 0] = '\0';
	if (length > (ssize_t)tail && strcmp(exe + length - tail, deleted) == 0)
		exe[(size_t)length - tail] = '\0';
	return length > 0;
}

/** target_command - the command line with blanks between its words. Return: false, and "", where it cannot be had. */
bool
target_command(pid_t tid, char *command, size_t size)
{
	ssize_t got = read_file(tid, "cmdline", command, size);
	size_t length = got > 0 ? (size_t)got : 0;

	while (length > 0 && command[length - 1] == '\0')
		length--;
	for (size_t i = 0; i < length; i++)
		if (command[i] == '\0')
			command[i] = ' ';
	return got >= 0;
}

/** target_closes_on_exec - does descriptor @fd of thread @tid have FD_CLOEXEC? proc(5), fdinfo. Not known is yes. */
bool
target_closes_on_exec(pid_t tid, int fd)
{
	char name[32], text[512];
	long flags;

	snprintf(name, sizeof(name), "fdinfo/%d", fd);
	read_file(tid, name, text, sizeof(text));
	flags = line_value(text, "flags:", 8);
	return flags < 0 || (flags & O_CLOEXEC);
}

/** target_has_capability - is @capability effective in thread @tid, in its own user namespace? capget(2). */
bool
target_has_capability(pid_t tid, int capability)
{
	struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3, .pid = tid};
	struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3];

	memset(data, 0, sizeof(data));
	return syscall(SYS_capget, &header, data) == 0 &&
	       (data[CAP_TO_INDEX(capability)].effective & CAP_TO_MASK(capability));
}

/** target_shares - is thread @tid in the supervisor's own namespace of this @kind ("user", "net"), as far as is known? */
bool
target_shares(pid_t tid, const char *kind)
{
	char theirs[64], ours[64];
	struct stat a, b;

	snprintf(theirs, sizeof(theirs), "/proc/%d/ns/%s", (int)tid, kind);
	snprintf(ours, sizeof(ours), "/proc/self/ns/%s", kind);
	return stat(theirs, &a) || stat(ours, &b) || (a.st_dev == b.st_dev && a.st_ino == b.st_ino);
}
