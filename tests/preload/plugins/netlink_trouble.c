/* SPDX-License-Identifier: MIT
 * netlink_trouble.c - preloaded into `bindguard list`: the kernel's socket diagnosis as it seldom is. NETLINK_TROUBLE:
 *     signal       each first answer to a question is preceded by EINTR
 *     interrupted  the first three answers come from a table that changed meanwhile
 *     changing     all answers do
 *     absent=N     there is no diagnosis of IP protocol N
 *     cut          each answer is longer than its buffer
 *     rubbish      each answer is 0xff throughout */
#include <dlfcn.h>
#include <errno.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

static int protocol = -1, asked, answers;

/** is_diagnosis - is @fd a NETLINK_SOCK_DIAG socket, and are we to make trouble? */
static const char *
is_diagnosis(int fd)
{
	int number = -1;
	socklen_t size = sizeof(number);

	if (getsockopt(fd, SOL_SOCKET, SO_PROTOCOL, &number, &size) || number != NETLINK_SOCK_DIAG)
		return NULL;
	return getenv("NETLINK_TROUBLE");
}

/** last - the last message of a good answer: what stands before it has been read when it is found to be bad. */
static struct nlmsghdr *
last(struct nlmsghdr *header, ssize_t size)
{
	int left = (int)size;

	for (struct nlmsghdr *next = header; NLMSG_OK(next, (unsigned)left); next = NLMSG_NEXT(next, left))
		header = next;
	return header;
}

/** spoil - make of a good answer of @size bytes a bad one. Return: its size. */
static ssize_t
spoil(const char *trouble, struct msghdr *message, ssize_t size)
{
	struct nlmsghdr *header = message->msg_iov[0].iov_base;
	int error = -ENOENT;

	answers++;
	if (strcmp(trouble, "changing") == 0 || (strcmp(trouble, "interrupted") == 0 && answers <= 3))
		last(header, size)->nlmsg_flags |= NLM_F_DUMP_INTR;
	if (strcmp(trouble, "cut") == 0)
		message->msg_flags |= MSG_TRUNC;
	if (strcmp(trouble, "rubbish") == 0)
		memset(header, 0xff, (size_t)size);
	if (strncmp(trouble, "absent=", 7) == 0 && atoi(trouble + 7) == protocol) {
		header->nlmsg_len = NLMSG_LENGTH(sizeof(error));
		header->nlmsg_type = NLMSG_DONE;
		memcpy(NLMSG_DATA(header), &error, sizeof(error));
		return (ssize_t)header->nlmsg_len;
	}
	return size;
}

ssize_t
sendto(int fd, const void *buffer, size_t size, int flags, const struct sockaddr *to, socklen_t length)
{
	ssize_t (*real)(int, const void *, size_t, int, const struct sockaddr *, socklen_t) =
		dlsym(RTLD_NEXT, "sendto");

	if (is_diagnosis(fd) && size >= NLMSG_LENGTH(sizeof(struct inet_diag_req_v2))) {
		protocol = ((const struct inet_diag_req_v2 *)NLMSG_DATA(buffer))->sdiag_protocol;
		asked = 1;
	}
	return real(fd, buffer, size, flags, to, length);
}

ssize_t
recvmsg(int fd, struct msghdr *message, int flags)
{
	ssize_t (*real)(int, struct msghdr *, int) = dlsym(RTLD_NEXT, "recvmsg");
	const char *trouble = is_diagnosis(fd);
	ssize_t size;

	if (trouble && asked && strcmp(trouble, "signal") == 0) {
		asked = 0;
		errno = EINTR;
		return -1;
	}
	size = real(fd, message, flags);
	return trouble && size > 0 ? spoil(trouble, message, size) : size;
}
