/* SPDX-License-Identifier: MIT
 * net.c - has the launcher make its two machines for this test, and asks questions in them. As root, or as an ordinary user
 * who is root in a user namespace. */
#include "net/net.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define WAIT_MS 2000

static struct network network = {.namespaces = {-1, -1}};

/**
 * net_set_up - make both hosts; this process is on the first. Where nobody may, as in a container without privileges, the
 * program is skipped: tests/run.sh. Return: 0 or -1.
 */
int
net_set_up(void)
{
	int error = network_make(&network, NAMESPACE_USER_ROOT);

	if (!error && !network.ipv6)
		error = EAFNOSUPPORT;
	if (error)
		fprintf(stderr, "net: no hosts: %s\n", strerror(error));
	if (error == EPERM) {
		fprintf(stderr, "skipped: network namespaces may not be made here\n");
		_exit(77);
	}
	return error ? -1 : 0;
}

/** net_network - both of them, for the launcher's functions. */
const struct network *
net_network(void)
{
	return &network;
}

/** net_tear_down - they go with the last process on them. */
void
net_tear_down(void)
{
	network_close(&network);
}

/** net_enter - move this process to one of the hosts: for children only. */
bool
net_enter(enum side where)
{
	return network_enter(&network, where) == 0;
}

/** net_run - run a shell command on one of the hosts. Return: its status, 0 for success. */
int
net_run(enum side where, const char *command)
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

/** net_drop_ipv6 - from now on this host is one without IPv6, as many containers are. Return: 0 or -1. */
int
net_drop_ipv6(void)
{
	network.ipv6 = net_run(SIDE_HERE, "echo 1 >/proc/sys/net/ipv6/conf/all/disable_ipv6") != 0;
	return network.ipv6 ? -1 : 0;
}

/** net_has_ipv6 - until then. */
bool
net_has_ipv6(void)
{
	return network.ipv6;
}

/** classify - what an errno of connect(2) or recv(2) says. */
static enum probe
classify(int error)
{
	return error == ECONNREFUSED		       ? PROBE_REFUSED
	       : error == ETIMEDOUT || error == EAGAIN ? PROBE_SILENT
						       : PROBE_WRONG;
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

/** net_ask - put @question to the server, from @from, by IPv4 or IPv6: at a loopback address, or at the host's own. */
enum probe
net_ask(enum side from, int family, const struct question *question)
{
	enum bg_family by = family == AF_INET ? BG_IPV4 : BG_IPV6;
	struct bg_endpoint to = {from == SIDE_HERE ? bg_addr_loopback(by) : network_address(SIDE_HERE, by),
				 (uint16_t)question->port};
	int fd, error = network_connect(&network, from, question->protocol, &to, &fd);
	enum probe probe = error ? classify(error) : converse(fd, question);

	if (fd >= 0)
		close(fd);
	return probe;
}

/** net_probe_word - for messages. */
const char *
net_probe_word(enum probe probe)
{
	static const char *const words[] = {"answered", "refused", "silent", "wrong"};

	return words[probe];
}
