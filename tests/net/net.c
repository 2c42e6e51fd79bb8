/* SPDX-License-Identifier: MIT
 * net.c - makes the two namespaces and asks questions in them. As root, or as an ordinary user through a user namespace. */
#include "net/net.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define WAIT_MS 2000

static pid_t holder = -1;
static int namespaces[2] = {-1, -1};
static bool ipv6 = true;

/** write_file - put @text into @path. */
static bool
write_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	bool good = fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text);

	if (fd >= 0)
		close(fd);
	return good;
}

/** leave - move this process into a network namespace of its own; an ordinary user gets a user namespace first. */
static bool
leave(void)
{
	unsigned uid = geteuid(), gid = getegid();
	char map[64];

	if (uid == 0)
		return unshare(CLONE_NEWNET) == 0;
	if (unshare(CLONE_NEWUSER | CLONE_NEWNET))
		return false;
	write_file("/proc/self/setgroups", "deny");
	snprintf(map, sizeof(map), "0 %u 1", uid);
	if (!write_file("/proc/self/uid_map", map))
		return false;
	snprintf(map, sizeof(map), "0 %u 1", gid);
	return write_file("/proc/self/gid_map", map);
}

/** start_holder - a child that holds the second host's namespace open until it is killed. Return: its namespace. */
static int
start_holder(void)
{
	char path[64], ready;
	int pipes[2];

	if (pipe2(pipes, O_CLOEXEC))
		return -1;
	holder = fork();
	if (holder == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (unshare(CLONE_NEWNET) || write(pipes[1], "r", 1) != 1)
			_exit(1);
		for (;;)
			pause();
	}
	close(pipes[1]);
	if (holder < 0 || read(pipes[0], &ready, 1) != 1)
		return -1;
	close(pipes[0]);
	snprintf(path, sizeof(path), "/proc/%d/ns/net", (int)holder);
	return open(path, O_RDONLY | O_CLOEXEC);
}

/** net_enter - move this process to one of the hosts: for children only. */
bool
net_enter(enum host where)
{
	return setns(namespaces[where], CLONE_NEWNET) == 0;
}

/** net_run - run a shell command on one of the hosts. Return: its status, 0 for success. */
int
net_run(enum host where, const char *command)
{
	pid_t child = fork();
	int status = -1;

	if (child == 0) {
		if (!net_enter(where))
			_exit(126);
		execl("/bin/sh", "sh", "-c", command, (char *)NULL);
		_exit(127);
	}
	if (child > 0)
		waitpid(child, &status, 0);
	return status;
}

/** net_set_up - make both hosts and the cable: 10.99.0.1 and fd99::1 here, .2 and ::2 there. Return: 0 or -1. */
int
net_set_up(void)
{
	char command[256];

	if (!leave())
		return -1;
	namespaces[HOST_HERE] = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	namespaces[HOST_PEER] = start_holder();
	if (namespaces[HOST_HERE] < 0 || namespaces[HOST_PEER] < 0)
		return -1;
	snprintf(command, sizeof(command),
		 "ip link set lo up && ip link add cable0 type veth peer name cable1 netns %d && ip link set cable0 up "
		 "&& "
		 "ip addr add 10.99.0.1/24 dev cable0 && ip addr add fd99::1/64 dev cable0 nodad",
		 (int)holder);
	if (net_run(HOST_HERE, command))
		return -1;
	return net_run(HOST_PEER, "ip link set lo up && ip link set cable1 up && "
				  "ip addr add 10.99.0.2/24 dev cable1 && ip addr add fd99::2/64 dev cable1 nodad")
		       ? -1
		       : 0;
}

/** net_drop_ipv6 - from now on this host is one without IPv6, as many containers are. Return: 0 or -1. */
int
net_drop_ipv6(void)
{
	ipv6 = net_run(HOST_HERE, "echo 1 >/proc/sys/net/ipv6/conf/all/disable_ipv6") != 0;
	return ipv6 ? -1 : 0;
}

/** net_has_ipv6 - until then. */
bool
net_has_ipv6(void)
{
	return ipv6;
}

/** net_tear_down - end the holder; the namespaces go with their last process. */
void
net_tear_down(void)
{
	if (holder > 0) {
		kill(holder, SIGKILL);
		waitpid(holder, NULL, 0);
	}
}

/** address_of - the server's address as @from sees it. Return: its size. */
static socklen_t
address_of(enum host from, int family, unsigned port, struct sockaddr_storage *storage)
{
	struct sockaddr_in in = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
	struct sockaddr_in6 in6 = {.sin6_family = AF_INET6, .sin6_port = htons((uint16_t)port)};

	memset(storage, 0, sizeof(*storage));
	if (family == AF_INET) {
		inet_pton(AF_INET, from == HOST_HERE ? "127.0.0.1" : "10.99.0.1", &in.sin_addr);
		memcpy(storage, &in, sizeof(in));
		return sizeof(in);
	}
	inet_pton(AF_INET6, from == HOST_HERE ? "::1" : "fd99::1", &in6.sin6_addr);
	memcpy(storage, &in6, sizeof(in6));
	return sizeof(in6);
}

/** classify - what an errno of connect(2) or recv(2) says. */
static enum probe
classify(int error)
{
	return error == ECONNREFUSED		       ? PROBE_REFUSED
	       : error == ETIMEDOUT || error == EAGAIN ? PROBE_SILENT
						       : PROBE_WRONG;
}

/** finish_connect - wait for a non-blocking connect. Return: 0 or an errno value. */
static int
finish_connect(int fd)
{
	struct pollfd poll_fd = {.fd = fd, .events = POLLOUT};
	int error = 0;
	socklen_t size = sizeof(error);

	if (poll(&poll_fd, 1, WAIT_MS) != 1)
		return ETIMEDOUT;
	getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size);
	return error;
}

/** converse - send the request and look for the answer. */
static enum probe
converse(int fd, const struct question *question)
{
	struct pollfd poll_fd = {.fd = fd, .events = POLLIN};
	char answer[8192];
	size_t length = 0;
	ssize_t got;

	if (question->size && send(fd, question->request, question->size, MSG_NOSIGNAL) != (ssize_t)question->size)
		return classify(errno);
	while (length < sizeof(answer) - 1) {
		if (poll(&poll_fd, 1, WAIT_MS) != 1)
			return PROBE_SILENT;
		got = recv(fd, answer + length, sizeof(answer) - 1 - length, 0);
		if (got <= 0)
			return got == 0 ? PROBE_WRONG : classify(errno);
		length += (size_t)got;
		answer[length] = '\0';
		if (memmem(answer, length, question->answer, strlen(question->answer)))
			return PROBE_ANSWERED;
	}
	return PROBE_WRONG;
}

/** ask - in the right namespace already. */
static enum probe
ask(enum host from, int family, const struct question *question)
{
	struct sockaddr_storage to;
	socklen_t size = address_of(from, family, question->port, &to);
	int type = (question->udp ? SOCK_DGRAM : SOCK_STREAM) | SOCK_NONBLOCK;
	int fd = socket(family, type, question->protocol);
	int error = connect(fd, (struct sockaddr *)&to, size) ? errno : 0;

	if (error == EINPROGRESS)
		error = finish_connect(fd);
	return error ? classify(error) : converse(fd, question);
}

/** net_ask - put @question to the server, from @from, by IPv4 or IPv6; in a child, which may change its namespace. */
enum probe
net_ask(enum host from, int family, const struct question *question)
{
	pid_t child = fork();
	int status = 0;

	if (child == 0) {
		if (!net_enter(from))
			_exit(PROBE_WRONG);
		_exit((int)ask(from, family, question));
	}
	if (child < 0 || waitpid(child, &status, 0) != child || !WIFEXITED(status))
		return PROBE_WRONG;
	return (enum probe)WEXITSTATUS(status);
}

/** net_probe_word - for messages. */
const char *
net_probe_word(enum probe probe)
{
	static const char *const words[] = {"answered", "refused", "silent", "wrong"};

	return words[probe];
}
