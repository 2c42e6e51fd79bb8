/* SPDX-License-Identifier: MIT
 * plan.c - runs a plan. Part of the hosts, which know nothing of the guard. */
#include "faults/plan.h"

#include <dirent.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <signal.h>
#include <stdlib.h>

#include "faults/tracer.h"
#include "net/addresses.h"
#include "preload/hosts/socket.h"

#define MPTCP 262 /* IPPROTO_MPTCP, Linux 5.6 */

/** descriptors - how many are open. */
static int
descriptors(void)
{
	DIR *folder = opendir("/proc/self/fd");
	int count = 0;

	while (folder && readdir(folder))
		count++;
	if (folder)
		closedir(folder);
	return count;
}

/** is_in - is @word one of @list? */
static bool
is_in(const char *list, const char *word)
{
	size_t length = strlen(word);

	for (const char *at = strstr(list, word); length && at; at = strstr(at + 1, word))
		if ((at == list || at[-1] == ',') && (at[length] == ',' || at[length] == '\0'))
			return true;
	return false;
}

/** serves - can somebody reach the program by @fd? A listener; a datagram socket with a port, no peer and no filter. */
static bool
serves(int fd, const union name *name, bool blocked)
{
	union name peer;
	socklen_t size = sizeof(peer);
	int type = 0, listens = 0;
	socklen_t int_size = sizeof(int);

	getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &int_size);
	getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &listens, &int_size);
	if (type == SOCK_STREAM)
		return listens;
	if (getpeername(fd, &peer.any, &size) == 0)
		return false;
	if (blocked)
		return false;
	return name->any.sa_family == AF_INET ? name->in.sin_port : name->in6.sin6_port;
}

/** look - what the socket is now; is it where it must not be? */
static void
look(const struct plan *plan, int fd, struct plan_outcome *outcome)
{
	char text[INET6_ADDRSTRLEN] = "?", device[32] = "", *plain = text;
	socklen_t size = sizeof(union name), device_size = sizeof(device) - 1;
	union name name = {.any.sa_family = 0};
	socklen_t filter = 0;
	unsigned port = 0;
	bool loopback, held;

	/* One instruction drops all; more hold the socket to its device. */
	outcome->blocked = getsockopt(fd, SOL_SOCKET, SO_GET_FILTER, NULL, &filter) == 0 && filter == 1;
	held = filter > 1;
	getsockname(fd, &name.any, &size);
	getsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, device, &device_size);
	if (name.any.sa_family == AF_INET)
		inet_ntop(AF_INET, &name.in.sin_addr, text, sizeof(text)), port = ntohs(name.in.sin_port);
	if (name.any.sa_family == AF_INET6)
		inet_ntop(AF_INET6, &name.in6.sin6_addr, text, sizeof(text)), port = ntohs(name.in6.sin6_port);
	if (strncmp(text, "::ffff:", 7) == 0)
		plain = text + 7;
	loopback = strncmp(plain, "127.", 4) == 0 || strcmp(plain, "::1") == 0 || strcmp(device, "lo") == 0;
	outcome->exposed = serves(fd, &name, outcome->blocked || held) && !loopback &&
			   strcmp(plan->allowed, "any") != 0 && !is_in(plan->allowed, plain) &&
			   !is_in(plan->allowed, device);
	snprintf(outcome->name, sizeof(outcome->name), "%s/%u%%%s", text, plan->port ? port : 0, device);
}

/** make_peer - the other host of the test's cable, or this one's own address there. Return: its size. */
static socklen_t
make_peer(union name *name, int family, unsigned port, bool own)
{
	socklen_t size = make_name(name, family, port);

	if (family == AF_INET)
		inet_pton(AF_INET, own ? HERE4 : THERE4, &name->in.sin_addr);
	else
		inet_pton(AF_INET6, own ? HERE6 : THERE6, &name->in6.sin6_addr);
	return size;
}

/** step - one call of the plan; bindresvport(3) is libc's. */
static void
step(const struct plan *plan, int fd, char letter, struct plan_outcome *outcome)
{
	union name name;
	socklen_t size = make_name(&name, plan->family, plan->port);
	int result = -1, error;
	bool guarded = letter < 'a';
	unsigned part = (unsigned)(strchr(plan->steps, letter) - plan->steps);

	letter |= 0x20;
	if (letter == 's' || letter == 'c')
		size = make_peer(&name, plan->family, letter == 's' ? plan->port : 9, letter == 's');
	if (letter == 'd')
		memset(&name, 0, sizeof(name));
	if (guarded)
		fault_mark(FAULT_OPEN, part);
	errno = PLAN_KEPT;
	if (letter == 'b' || letter == 's')
		result = bind(fd, &name.any, size);
	else if (letter == 'l')
		result = listen(fd, 8);
	else if (letter == 'c' || letter == 'd')
		result = connect(fd, &name.any, size);
	else if (letter == 'r')
		result = bindresvport(fd, NULL);
	error = errno;
	if (guarded)
		fault_mark(FAULT_CLOSE, part);
	outcome->steps[part].result = result;
	outcome->steps[part].error = error;
}

/** plan_read - from PLAN_WORDS words, which it points into. */
void
plan_read(char **words, struct plan *plan)
{
	*plan = (struct plan){.family = words[0][0] == '4' ? AF_INET : AF_INET6,
			      .type = words[1][0] == 'u' ? SOCK_DGRAM : SOCK_STREAM,
			      .protocol = words[1][0] == 'm' ? MPTCP : 0,
			      .v6only = atoi(words[2]),
			      .port = (unsigned)atoi(words[3]),
			      .steps = words[4],
			      .allowed = words[5]};
}

/** plan_run - once, on a socket that never waits. A program that goes on after a failure is looked at, too. */
void
plan_run(const struct plan *plan, struct plan_outcome *outcome)
{
	int fd = socket(plan->family, plan->type | SOCK_CLOEXEC | SOCK_NONBLOCK, plan->protocol);
	int count = descriptors(), flags = fcntl(fd, F_GETFL);
	sigset_t before = {0}, after = {0};

	memset(outcome, 0, sizeof(*outcome));
	if (plan->v6only >= 0)
		setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &plan->v6only, sizeof(plan->v6only));
	sigprocmask(SIG_SETMASK, NULL, &before);
	outcome->fd = fd;
	for (const char *letter = plan->steps; *letter; letter++)
		step(plan, fd, *letter, outcome);
	outcome->leaked = descriptors() - count;
	sigprocmask(SIG_SETMASK, NULL, &after);
	outcome->changed = memcmp(&before, &after, sizeof(before)) != 0 || fcntl(fd, F_GETFL) != flags ||
			   fcntl(fd, F_GETFD) != FD_CLOEXEC;
	look(plan, fd, outcome);
	close(fd);
}
