/* SPDX-License-Identifier: MIT
 * polls.c - takes a descriptor's registrations with epoll(7) along when its socket is exchanged. Signal-safe, but slow:
 * only the clients that guard_connect.c cannot free in place come here.
 *
 * epoll(7) registers the open file behind a descriptor, so an exchange would lose it, and libuv ends the process when
 * its epoll_ctl(2) then fails. The kernel tells the registrations of an instance in /proc/self/fdinfo/N, a line each:
 *
 *     tfd:        4 events:       19 data:                4  pos:0 ino:9e4f1 sdev:9
 *
 * Without /proc, after chroot(2) for example, they are lost. So are those that the limits below do not find.
 */
#include "guard/polls.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "bindguard/kernel.h"

#define LOOKED_AT 1024		  /* descriptors: an event loop's own is among a program's first */
#define CLOSED_IN_A_ROW 64	  /* after so many, no more are expected: the lowest free number is always taken */
#define LINES_BYTES (256u * 1024) /* of one instance's lines */
#define READ_BYTES 1024
#define PATH_BYTES 48
#define NUMBER_BYTES 12

/** struct search - for @fd, the socket with @inode, in one instance at a time. */
struct search {
	int fd;
	uint64_t inode;
	struct bg_polls *found;
};

/** digit - the value of a digit of @base, or -1. */
static int
digit(char c, unsigned base)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	return base == 16 && c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/** number - read @text, which may begin with blanks. Return: false where it is no number. */
static bool
number(const char *text, unsigned base, uint64_t *value)
{
	while (*text == ' ')
		text++;
	if (digit(*text, base) < 0)
		return false;
	for (*value = 0; digit(*text, base) >= 0; text++)
		*value = *value * base + (uint64_t)digit(*text, base);
	return true;
}

/** field - the number behind @name in @line; false where there is no such field. */
static bool
field(const char *line, const char *name, unsigned base, uint64_t *value)
{
	size_t length = strlen(name);

	for (size_t left = strlen(line); left >= length; left--, line++)
		if (memcmp(line, name, length) == 0)
			return number(line + length, base, value);
	return false;
}

/** look_at_line - is it the registration that is looked for? Kernels before 5.9 tell no inode. */
static void
look_at_line(const struct search *search, int epoll, const char *line)
{
	struct bg_polls *found = search->found;
	uint64_t target, events, data, inode;

	if (!field(line, "tfd:", 10, &target) || target != (uint64_t)search->fd ||
	    !field(line, "events:", 16, &events) || !field(line, "data:", 16, &data))
		return;
	if ((field(line, "ino:", 16, &inode) && inode != search->inode) || found->count == BG_POLLS)
		return;
	found->fds[found->count] = epoll;
	found->events[found->count] = (uint32_t)events;
	found->data[found->count++] = data;
}

/** look_at_lines - the whole lines at the start of @text. Return: bytes of them. */
static size_t
look_at_lines(const struct search *search, int epoll, char *text)
{
	size_t done = 0;
	char *end;

	while ((end = strchr(text + done, '\n')) != NULL) {
		*end = '\0';
		look_at_line(search, epoll, text + done);
		done = (size_t)(end - text) + 1;
	}
	return done;
}

/** append - @text at @used of @path, cut where it does not fit. Return: bytes used now. */
static size_t
append(char path[PATH_BYTES], size_t used, const char *text)
{
	while (*text && used < PATH_BYTES - 1)
		path[used++] = *text++;
	path[used] = '\0';
	return used;
}

/** open_info - what the kernel tells of the descriptor @name of this thread, which may have its own, unshare(2). */
static int
open_info(const char *name)
{
	char path[PATH_BYTES];
	size_t used = append(path, 0, "/proc/thread-self/fdinfo/");

	append(path, used, name);
	return (int)bg_kernel_result(syscall(SYS_openat, AT_FDCWD, path, O_RDONLY | O_CLOEXEC));
}

/** look_into - all that the epoll instance @epoll has registered. */
static void
look_into(const struct search *search, int epoll, const char *name)
{
	char text[READ_BYTES + 1];
	size_t held = 0, total = 0, done;
	int info = open_info(name);
	long got = 1;

	if (info < 0)
		return;
	while (got > 0 && total < LINES_BYTES && held < READ_BYTES) {
		got = bg_kernel_result(syscall(SYS_read, info, text + held, READ_BYTES - held));
		held += got > 0 ? (size_t)got : 0;
		total += got > 0 ? (size_t)got : 0;
		text[held] = '\0';
		done = look_at_lines(search, epoll, text);
		held -= done;
		for (size_t i = 0; i < held; i++)
			text[i] = text[done + i];
	}
	bg_kernel_close(info);
}

/**
 * ask_epoll - what the descriptor @number says of a socket that it cannot know, epoll_ctl(2): ENOENT where it is an epoll
 * instance, EBADF where it is closed. Nothing else comes of asking, and it is far cheaper than links of /proc/self/fd.
 */
static long
ask_epoll(int number, int unknown)
{
	struct epoll_event event = {.events = 0};

	return bg_kernel_result(syscall(SYS_epoll_ctl, number, EPOLL_CTL_MOD, unknown, &event));
}

/** write_number - @number in decimal, terminated. */
static void
write_number(char text[NUMBER_BYTES], unsigned number)
{
	unsigned at = NUMBER_BYTES - 1;

	text[at] = '\0';
	do
		text[--at] = (char)('0' + number % 10);
	while ((number /= 10) != 0);
	for (unsigned i = 0; at + i < NUMBER_BYTES; i++) /* no memmove(3): nothing more is imported than needs be */
		text[i] = text[at + i];
}

/**
 * bg_polls_find - where @fd is registered.
 * @unknown: a new socket, registered nowhere
 */
void
bg_polls_find(int fd, int unknown, struct bg_polls *polls)
{
	struct search search = {.fd = fd, .found = polls};
	struct statx status;
	char name[NUMBER_BYTES];
	unsigned closed = 0;

	polls->count = 0;
	if (bg_kernel_result(syscall(SYS_statx, fd, "", AT_EMPTY_PATH, STATX_INO, &status)))
		return;
	search.inode = status.stx_ino;
	for (int number = 0; number < LOOKED_AT && closed < CLOSED_IN_A_ROW; number++) {
		long answer = ask_epoll(number, unknown);

		closed = answer == -EBADF ? closed + 1 : 0;
		if (answer != -ENOENT)
			continue;
		write_number(name, (unsigned)number);
		look_into(&search, number, name);
	}
}

/** bg_polls_remove - take @fd out of them, while it still is the socket that is registered. */
void
bg_polls_remove(int fd, const struct bg_polls *polls)
{
	struct epoll_event event = {.events = 0};

	for (unsigned i = 0; i < polls->count; i++)
		syscall(SYS_epoll_ctl, polls->fds[i], EPOLL_CTL_DEL, fd, &event);
}

/** bg_polls_add - register @fd with them, as it was. */
void
bg_polls_add(int fd, const struct bg_polls *polls)
{
	for (unsigned i = 0; i < polls->count; i++) {
		struct epoll_event event = {.events = polls->events[i], .data.u64 = polls->data[i]};

		syscall(SYS_epoll_ctl, polls->fds[i], EPOLL_CTL_ADD, fd, &event);
	}
}
