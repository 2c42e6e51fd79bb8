/* SPDX-License-Identifier: MIT
 * polls_test.c - registrations with epoll(7) go along when a socket is exchanged, as the kernel tells them in its fdinfo:
 * this one's, an older one's, and lines that nobody can make sense of. syscall(2) is this file's. On cmocka. */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cmocka.h>

#include "guard/polls.h"

static const char *told; /* by fdinfo in place of what the kernel has; NULL: the kernel */
static bool unreadable;	 /* fdinfo cannot be opened: no /proc, or no free descriptor */
static bool no_statx;

/** open_told - a file that holds @told. */
static long
open_told(void)
{
	int fd = memfd_create("fdinfo", MFD_CLOEXEC);

	assert_true(fd >= 0);
	assert_int_equal(pwrite(fd, told, strlen(told), 0), strlen(told));
	return fd;
}

/** syscall - libc's, but for fdinfo. */
long
syscall(long number, ...)
{
	long (*next)(long, ...) = NULL;
	void *symbol = dlsym(RTLD_NEXT, "syscall"), *path;
	va_list list;
	long a[6];

	va_start(list, number);
	for (size_t i = 0; i < 6; i++)
		a[i] = va_arg(list, long);
	va_end(list);
	memcpy(&path, &a[1], sizeof(path));
	errno = EACCES;
	if (number == SYS_openat && unreadable)
		return -1;
	if (number == SYS_openat && told && strncmp(path, "/proc/thread-self/fdinfo/", 25) == 0)
		return open_told();
	if (number == SYS_statx && no_statx)
		return -1;
	memcpy(&next, &symbol, sizeof(next));
	return next(number, a[0], a[1], a[2], a[3], a[4], a[5]);
}

/** struct epoll_setup - a socket, a new one that is registered nowhere, and epoll instances. */
struct epoll_setup {
	int fd;
	int created;
	int epolls[BG_POLLS + 2];
	unsigned epoll_count;
};

/** make_setup - @count instances, each with the socket registered. */
static struct epoll_setup
make_setup(unsigned count)
{
	struct epoll_setup setup = {.fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0),
				    .created = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0),
				    .epoll_count = count};

	assert_true(setup.fd >= 0 && setup.created >= 0);
	for (unsigned i = 0; i < count; i++) {
		struct epoll_event event = {.events = EPOLLIN | EPOLLET, .data.u64 = 0xfedcba9876543210 + i};

		setup.epolls[i] = epoll_create1(EPOLL_CLOEXEC);
		assert_true(setup.epolls[i] >= 0);
		assert_int_equal(epoll_ctl(setup.epolls[i], EPOLL_CTL_ADD, setup.fd, &event), 0);
	}
	return setup;
}

static void
end_setup(struct epoll_setup *setup)
{
	for (unsigned i = 0; i < setup->epoll_count; i++)
		close(setup->epolls[i]);
	close(setup->fd);
	close(setup->created);
	told = NULL;
	unreadable = no_statx = false;
}

/** exchange - as replace.c does it. */
static void
exchange(const struct epoll_setup *setup, struct bg_polls *polls)
{
	bg_polls_find(setup->fd, setup->created, polls);
	bg_polls_remove(setup->fd, polls);
	assert_int_equal(dup3(setup->created, setup->fd, O_CLOEXEC), setup->fd);
	bg_polls_add(setup->fd, polls);
}

/** expect_line - what becomes of a line of fdinfo; %d is the socket's number, %lx its inode. */
static void
expect_line(const char *format, bool found, uint32_t events, uint64_t data)
{
	struct epoll_setup setup = make_setup(1);
	struct bg_polls polls;
	struct stat status;
	char text[4096];

	assert_int_equal(fstat(setup.fd, &status), 0);
	snprintf(text, sizeof(text), format, setup.fd, (unsigned long)status.st_ino);
	told = text;
	bg_polls_find(setup.fd, setup.created, &polls);
	if (polls.count != (found ? 1u : 0u))
		fail_msg("%u registrations in: %s", polls.count, text);
	if (found) {
		assert_int_equal(polls.fds[0], setup.epolls[0]);
		assert_int_equal(polls.events[0], events);
		assert_true(polls.data[0] == data);
	}
	end_setup(&setup);
}

/** socket_exchanged_stays_registered - with its events and data: the program's next epoll_ctl(2) finds it. */
static void
socket_exchanged_stays_registered(void **state)
{
	struct epoll_setup setup = make_setup(3);
	struct bg_polls polls;

	(void)state;
	exchange(&setup, &polls);
	assert_int_equal(polls.count, 3);
	for (unsigned i = 0; i < 3; i++) {
		struct epoll_event event = {.events = EPOLLOUT, .data.u64 = i};

		assert_int_equal(polls.events[i] & ~(EPOLLERR | EPOLLHUP), EPOLLIN | EPOLLET);
		assert_true(polls.data[i] == 0xfedcba9876543210 + i);
		assert_int_equal(epoll_ctl(setup.epolls[i], EPOLL_CTL_MOD, setup.fd, &event), 0);
		assert_int_equal(epoll_wait(setup.epolls[i], &event, 1, 0), 1);
	}
	end_setup(&setup);
}

/** instances_more_than_can_be_kept_lose_it - as libbindguard(7) says; the others have it. */
static void
instances_more_than_can_be_kept_lose_it(void **state)
{
	struct epoll_setup setup = make_setup(BG_POLLS + 2);
	struct epoll_event event = {.events = EPOLLOUT};
	unsigned registered = 0;
	struct bg_polls polls;

	(void)state;
	exchange(&setup, &polls);
	for (unsigned i = 0; i < setup.epoll_count; i++)
		registered += epoll_ctl(setup.epolls[i], EPOLL_CTL_MOD, setup.fd, &event) == 0;
	assert_int_equal(polls.count, BG_POLLS);
	assert_int_equal(registered, BG_POLLS);
	end_setup(&setup);
}

/** line_of_any_kernel_is_understood - before Linux 5.9 it had no inode. */
static void
line_of_any_kernel_is_understood(void **state)
{
	(void)state;
	expect_line("pos:\t0\nflags:\t02\ntfd: %d events:       19 data:   fedcba9876543210  pos:0 ino:%lx sdev:9\n",
		    true, 0x19, 0xfedcba9876543210);
	expect_line("tfd: %d events: 8000001d data: 5\n", true, 0x8000001d, 5);
}

static void
line_of_another_or_of_nothing_is_passed_over(void **state)
{
	(void)state;
	expect_line("tfd: 1%d events: 19 data: 5\n", false, 0, 0);
	expect_line("tfd: %d events: 19 data: 5 ino:0\n", false, 0, 0);
	expect_line("tfd: %d events: zz data: 5\n", false, 0, 0);
	expect_line("tfd: %d data: 5\n", false, 0, 0);
	expect_line("tfd: %d events: 19\n", false, 0, 0);
	expect_line("tfd: x%d events: 19 data: 5\n", false, 0, 0);
	expect_line("tfd: %d events: 19 data: 5", false, 0, 0); /* not whole */
	expect_line("", false, 0, 0);
}

/** line_behind_many_others_is_found - across the pieces that are read; one without an end is given up. */
static void
line_behind_many_others_is_found(void **state)
{
	char text[3000], *at;

	(void)state;
	for (unsigned shift = 0; shift < 32; shift++) { /* so that it is cut in each place */
		at = text + sprintf(text, "%.*s\n", (int)shift, "................................");
		for (unsigned i = 0; i < 40; i++)
			at += sprintf(at, "tfd: %u events: 1 data: %03x\n", 2000 + i, i);
		strcpy(at, "tfd: %d events: 19 data: 5\n");
		expect_line(text, true, 0x19, 5);
	}
	memset(text, 'x', 2000);
	strcpy(text + 2000, "\ntfd: %d events: 19 data: 5\n");
	expect_line(text, false, 0, 0);
}

static void
kernel_that_does_not_tell_loses_the_registration(void **state)
{
	struct bg_polls polls;

	(void)state;
	for (int i = 0; i < 2; i++) {
		struct epoll_setup setup = make_setup(1);

		unreadable = i == 0;
		no_statx = i == 1;
		exchange(&setup, &polls);
		assert_int_equal(polls.count, 0);
		end_setup(&setup);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(socket_exchanged_stays_registered),
		cmocka_unit_test(instances_more_than_can_be_kept_lose_it),
		cmocka_unit_test(line_of_any_kernel_is_understood),
		cmocka_unit_test(line_of_another_or_of_nothing_is_passed_over),
		cmocka_unit_test(line_behind_many_others_is_found),
		cmocka_unit_test(kernel_that_does_not_tell_loses_the_registration),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
