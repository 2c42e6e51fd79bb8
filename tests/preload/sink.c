/* SPDX-License-Identifier: MIT
 * sink.c - makes and reads the places that events go to. They live in a mount namespace of the test's own, so that its
 * /dev/log and its journal socket are nobody else's; as root, or as an ordinary user through a user namespace. */
#include "preload/sink.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "net/net.h"
#include "preload/host.h"

#define PASSED_FD 9
#define TERMINALS 4

static struct {
	int master;
	int slave;
} terminals[TERMINALS];
static int next_terminal;

/** open_terminals - while /dev is still the machine's: a private one has no pts. */
static bool
open_terminals(void)
{
	for (int i = 0; i < TERMINALS; i++) {
		terminals[i].master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
		if (terminals[i].master < 0 || grantpt(terminals[i].master) || unlockpt(terminals[i].master))
			return false;
		terminals[i].slave = open(ptsname(terminals[i].master), O_RDWR | O_NOCTTY | O_CLOEXEC);
		if (terminals[i].slave < 0)
			return false;
	}
	return true;
}

/** borrow_device - the machine's /dev/@name in the new /dev, which is at /run for now. */
static bool
borrow_device(const char *name)
{
	char from[64], to[64];
	int fd;

	snprintf(from, sizeof(from), "/dev/%s", name);
	snprintf(to, sizeof(to), "/run/%s", name);
	fd = open(to, O_WRONLY | O_CREAT | O_CLOEXEC, 0666);
	if (fd < 0)
		return false;
	close(fd);
	return mount(from, to, NULL, MS_BIND, NULL) == 0;
}

/** mounts_can_be_private - as they cannot in a plain chroot, whose / is no mount point; tests/rooted.sh. */
static bool
mounts_can_be_private(void)
{
	pid_t child = fork();
	int status = 0;

	if (child == 0)
		_exit(unshare(CLONE_NEWNS) == 0 && mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) &&
		      errno == EINVAL);
	return waitpid(child, &status, 0) != child || status == 0;
}

/** make_private - a /dev with what every program needs and nothing that listens, and an empty /run. */
static bool
make_private(void)
{
	static const char *const devices[] = {"null", "zero", "full", "random", "urandom", "tty"};

	if (unshare(CLONE_NEWNS) || mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) ||
	    mount("tmpfs", "/run", "tmpfs", 0, "mode=755"))
		return false;
	for (size_t i = 0; i < sizeof(devices) / sizeof(devices[0]); i++)
		if (!borrow_device(devices[i]))
			return false;
	if (symlink("/proc/self/fd", "/run/fd") || mount("/run", "/dev", NULL, MS_BIND | MS_REC, NULL) ||
	    mount("tmpfs", "/run", "tmpfs", 0, "mode=755"))
		return false;
	return mkdir("/run/systemd", 0755) == 0 && mkdir("/run/systemd/journal", 0755) == 0;
}

/** sink_set_up - of a group: namespaces with lo up, a second host, and the private places. */
int
sink_set_up(void **state)
{
	(void)state;
	if (!mounts_can_be_private()) {
		print_message(
			"skipped: / is no mount point here, so that mounts cannot be kept apart: a plain chroot\n");
		fflush(NULL);
		_exit(77);
	}
	if (!open_terminals() || net_set_up() || !make_private()) {
		perror("sink_set_up");
		return -1;
	}
	sink_pass(-1);
	return 0;
}

/** sink_tear_down - of a group; the mounts go with the namespace. */
int
sink_tear_down(void **state)
{
	(void)state;
	net_tear_down();
	return 0;
}

/** sink_begin - of each test: an empty SINK_DIR. Mounts of the last test are taken off. */
int
sink_begin(void **state)
{
	(void)state;
	while (umount2(SINK_DIR, MNT_DETACH) == 0)
		;
	if (mkdir(SINK_DIR, 01777) == 0)
		chmod(SINK_DIR, 01777);
	return sink_mount(SINK_DIR, "mode=1777") ? 0 : -1;
}

/** sink_mount - a tmpfs at @path, for example with "size=8k". */
bool
sink_mount(const char *path, const char *options)
{
	return mount("tmpfs", path, "tmpfs", 0, options) == 0;
}

/** sink_listen - a socket at @path, of SOCK_DGRAM or SOCK_STREAM, that says who sends. */
int
sink_listen(const char *path, int type)
{
	struct sockaddr_un name = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, type | SOCK_CLOEXEC, 0), on = 1;

	snprintf(name.sun_path, sizeof(name.sun_path), "%s", path);
	unlink(path);
	assert_int_equal(bind(fd, (struct sockaddr *)&name, sizeof(name)), 0);
	assert_int_equal(chmod(path, 0666), 0);
	if (type == SOCK_STREAM)
		assert_int_equal(listen(fd, 5), 0);
	else
		assert_int_equal(setsockopt(fd, SOL_SOCKET, SO_PASSCRED, &on, sizeof(on)), 0);
	return fd;
}

/** sink_close - the end of the socket and of its name. */
void
sink_close(int fd, const char *path)
{
	close(fd);
	unlink(path);
}

/**
 * sink_receive - the next message that is there, terminated; where it has "[PID]: ", that must be the sender's.
 * Return: its size, -1 where there is none.
 */
ssize_t
sink_receive(int fd, char *message, size_t size)
{
	union {
		struct cmsghdr header;
		char bytes[CMSG_SPACE(sizeof(struct ucred))];
	} control;
	struct iovec part = {.iov_base = message, .iov_len = size - 1};
	struct msghdr header = {
		.msg_iov = &part, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof(control)};
	ssize_t got = recvmsg(fd, &header, MSG_DONTWAIT);
	struct cmsghdr *found = got < 0 ? NULL : CMSG_FIRSTHDR(&header);
	char *bracket;

	message[got < 0 ? 0 : got] = '\0';
	bracket = strstr(message, "bindguard[");
	if (found && bracket) {
		struct ucred sender;

		memcpy(&sender, CMSG_DATA(found), sizeof(sender));
		assert_int_equal(atoi(bracket + strlen("bindguard[")), sender.pid);
	}
	return got;
}

/** sink_drain - how many messages are there; they are taken. */
unsigned
sink_drain(int fd)
{
	char message[8192];
	unsigned count = 0;

	while (sink_receive(fd, message, sizeof(message)) >= 0)
		count++;
	return count;
}

/** sink_read - the file at @path, terminated; "" where there is none. Return: its size. */
size_t
sink_read(const char *path, char *text, size_t size)
{
	FILE *file = fopen(path, "re");
	size_t length = file ? fread(text, 1, size - 1, file) : 0;

	text[length] = '\0';
	if (file)
		fclose(file);
	return length;
}

/** sink_count - lines of the file at @path that have @needle in them and are whole. */
unsigned
sink_count(const char *path, const char *needle)
{
	FILE *file = fopen(path, "re");
	char line[8192];
	unsigned count = 0;

	while (file && fgets(line, sizeof(line), file))
		count += strstr(line, needle) && strchr(line, '\n');
	if (file)
		fclose(file);
	return count;
}

/** sink_write - a file with @text. */
void
sink_write(const char *path, const char *text)
{
	FILE *file = fopen(path, "we");

	assert_non_null(file);
	fputs(text, file);
	fclose(file);
}

/** sink_pass - make @fd descriptor 9 of the hosts: `2>&9` in a command. -1: take it off again; the number stays ours. */
void
sink_pass(int fd)
{
	int null = open("/dev/null", O_WRONLY | O_CLOEXEC);

	assert_int_equal(dup2(fd < 0 ? null : fd, PASSED_FD), PASSED_FD);
	close(null);
}

/**
 * sink_deep_copy - a copy of @program whose path fills @size bytes, as far as that goes without a name of 255 bytes.
 * Return: @path.
 */
const char *
sink_deep_copy(const char *program, char *path, size_t size)
{
	char command[PATH_MAX * 2];
	size_t length = (size_t)snprintf(path, size, "%s", SINK_DIR);

	while (length + 102 + 10 < size) {
		length += (size_t)snprintf(path + length, size - length, "/%0100d", 0);
		assert_int_equal(mkdir(path, 0755), 0);
	}
	snprintf(path + length, size - length, "/deep_host");
	snprintf(command, sizeof(command), "cp %s %s", program, path);
	assert_int_equal(system(command), 0);
	return path;
}

/** sink_terminal - a terminal that no other test uses. Return: the program's side. */
int
sink_terminal(int *master)
{
	assert_in_range(next_terminal, 0, TERMINALS - 1);
	*master = terminals[next_terminal].master;
	return terminals[next_terminal++].slave;
}

/** sink_run - a host that must end well. */
void
sink_run(const char *environment, const char *arguments, char *output, size_t size)
{
	int status = host_run(environment, arguments, output, size);

	if (status != 0)
		fail_msg("%s %s: status %d, output \"%s\"", environment, arguments, status, output);
}

/** sink_expect - a host that must end well and print @expected. */
void
sink_expect(const char *environment, const char *arguments, const char *expected)
{
	char output[4096];

	sink_run(environment, arguments, output, sizeof(output));
	assert_string_equal(output, expected);
}

/** sink_check_json - each line of the file is an object with the keys of an event, as python3 reads it. Return: lines. */
unsigned
sink_check_json(const char *path)
{
	char command[1024];
	unsigned count = 0;
	FILE *pipe;

	snprintf(command, sizeof(command),
		 "python3 -c 'import json, sys\n"
		 "lines = open(sys.argv[1], \"rb\").read().split(b\"\\n\")\n"
		 "assert lines.pop() == b\"\"\n"
		 "for line in lines: assert json.loads(line)[\"engine\"] == \"preload\"\n"
		 "print(len(lines))' %s",
		 path);
	pipe = popen(command, "re");
	assert_non_null(pipe);
	if (fscanf(pipe, "%u", &count) != 1)
		count = 0;
	assert_int_equal(pclose(pipe), 0);
	return count;
}
