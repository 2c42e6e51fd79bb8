/* SPDX-License-Identifier: MIT
 * namespace.c - runs a call in the network namespace of the target's socket. Runs in the supervisor.
 *
 * Binding, listening and SO_BINDTODEVICE happen in the namespace of the socket, wherever the caller is. But a rule whose
 * target is an address or an interface asks for addresses, and a client's socket may have to be exchanged for a new one:
 * both take a socket made in that namespace. To enter it takes CAP_SYS_ADMIN there, which the creator of the user
 * namespace that owns it has once inside (user_namespaces(7)), and only a process of one thread with a root folder of
 * its own can go. So a child goes, that shares our memory and descriptors and lives for one call.
 */
#include <errno.h>
#include <linux/sockios.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bindguard/kernel.h"
#include "seccomp/low_ports.h"
#include "seccomp/namespace.h"
#include "seccomp/supervisor.h"

#ifndef SO_NETNS_COOKIE
#define SO_NETNS_COOKIE 71 /* Linux 5.14 */
#endif
#ifndef SIOCGSKNS
#define SIOCGSKNS 0x894C /* Linux 4.10: a descriptor of the socket's network namespace */
#endif

#define STACK_SIZE (256 * 1024)

static _Alignas(64) unsigned char stack[STACK_SIZE];

/**
 * struct network_call - what the child is told, and what it tells.
 * @network: where to go
 * @entered: it came there
 * @result: of @act
 */
struct network_call {
	struct supervisor *supervisor;
	int (*act)(void *context);
	void *context;
	uint64_t network;
	bool entered;
	int result;
};

/** network_of - the number of the network namespace of socket @fd; 0 where the kernel does not tell (before 5.14). */
static uint64_t
network_of(int fd)
{
	uint64_t cookie = 0;
	unsigned size = sizeof(cookie);

	return bg_kernel_getsockopt(fd, SOL_SOCKET, SO_NETNS_COOKIE, &cookie, &size) ? 0 : cookie;
}

/** network_here - the number of the network namespace that this process is in. */
uint64_t
network_here(void)
{
	int fd = bg_kernel_socket(AF_INET, SOCK_DGRAM, 0);
	uint64_t network = fd < 0 ? 0 : network_of(fd);

	if (fd >= 0)
		bg_kernel_close(fd);
	return network;
}

/** enter_network - in the child: go there, and make the call. */
static int
enter_network(void *context)
{
	struct network_call *network_call = context;
	struct supervisor *supervisor = network_call->supervisor;
	struct call *call = &supervisor->call;
	int pidfd = target_handle(&supervisor->handles, call->tid), network;

	if (pidfd >= 0 && !target_shares(call->tid, "user"))
		setns(pidfd, CLONE_NEWUSER);
	network = ioctl(call->copy, SIOCGSKNS);
	if (network >= 0) {
		setns(network, CLONE_NEWNET);
		close(network);
	}
	if (network_here() == network_call->network) {
		network_call->entered = true;
		call->ports = low_ports_open();
		network_call->result = network_call->act(network_call->context);
		if (call->ports >= 0)
			close(call->ports);
		call->ports = -1;
	}
	_exit(0);
}

/**
 * network_run - call @act(@context) where new sockets are in the network of call.copy. Where that cannot be entered, no
 * socket is made at all: what needs one fails, and nothing is done to this network in place of that one.
 * Return: what @act returns.
 */
int
network_run(struct supervisor *supervisor, int (*act)(void *context), void *context)
{
	struct network_call network_call = {
		.supervisor = supervisor, .act = act, .context = context, .network = network_of(supervisor->call.copy)};
	pid_t child;

	if (network_call.network == supervisor->network) {
		supervisor->call.ports = network_call.network ? supervisor->ports : -1;
		return act(context);
	}
	child = clone(enter_network, stack + sizeof(stack), CLONE_VM | CLONE_VFORK | CLONE_FILES, &network_call);
	while (child > 0 && waitpid(child, NULL, __WALL) < 0 && errno == EINTR)
		;
	if (network_call.entered)
		return network_call.result;
	if (!supervisor->said_foreign) {
		supervisor->said_foreign = true;
		supervisor_tell(supervisor, MESSAGE_FOREIGN_NETWORK, (int)supervisor->call.tid, 0);
	}
	bg_kernel_no_sockets = true;
	network_call.result = act(context);
	bg_kernel_no_sockets = false;
	return network_call.result;
}
