/* SPDX-License-Identifier: MIT
 * fact_calls.c - calls with addresses as text, for programs that ask the kernel. */
#include "preload/fact_calls.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

/** facts_name - @text is an IPv4 or an IPv6 address. Return: its size. */
socklen_t
facts_name(union facts_name *name, const char *text, unsigned port)
{
	memset(name, 0, sizeof(*name));
	if (strchr(text, ':')) {
		name->in6.sin6_family = AF_INET6;
		name->in6.sin6_port = htons((uint16_t)port);
		assert_int_equal(inet_pton(AF_INET6, text, &name->in6.sin6_addr), 1);
		return sizeof(name->in6);
	}
	name->in.sin_family = AF_INET;
	name->in.sin_port = htons((uint16_t)port);
	assert_int_equal(inet_pton(AF_INET, text, &name->in.sin_addr), 1);
	return sizeof(name->in);
}

/** facts_socket - it must be there. */
int
facts_socket(int family, int type, int protocol)
{
	int fd = socket(family, type | SOCK_CLOEXEC, protocol);

	assert_true(fd >= 0);
	return fd;
}

/** facts_bind - Return: 0 or errno. */
int
facts_bind(int fd, const char *text, unsigned port)
{
	union facts_name name;
	socklen_t size = facts_name(&name, text, port);

	return bind(fd, &name.any, size) ? errno : 0;
}

/** facts_connect - Return: 0 or errno. */
int
facts_connect(int fd, const char *text, unsigned port)
{
	union facts_name name;
	socklen_t size = facts_name(&name, text, port);

	return connect(fd, &name.any, size) ? errno : 0;
}

/** facts_option - set an int. Return: 0 or errno. */
int
facts_option(int fd, int level, int option, int value)
{
	return setsockopt(fd, level, option, &value, sizeof(value)) ? errno : 0;
}

/** facts_name_is - the socket's address is @text. @port: its port. */
bool
facts_name_is(int fd, const char *text, unsigned *port)
{
	union facts_name name, wanted;
	socklen_t size = sizeof(name);

	facts_name(&wanted, text, 0);
	memset(&name, 0, sizeof(name));
	assert_int_equal(getsockname(fd, &name.any, &size), 0);
	*port = ntohs(name.in.sin_port);
	if (name.any.sa_family == AF_INET)
		return name.in.sin_addr.s_addr == wanted.in.sin_addr.s_addr;
	return memcmp(&name.in6.sin6_addr, &wanted.in6.sin6_addr, 16) == 0;
}

/** facts_in_child - run @body in a child. Return: what it returned. */
int
facts_in_child(int (*body)(void))
{
	pid_t child = fork();
	int status = -1;

	if (child == 0)
		_exit(body());
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}
