/* SPDX-License-Identifier: MIT
 * fact_calls.h - calls with addresses as text, for programs that ask the kernel. */
#ifndef BINDGUARD_TESTS_PRELOAD_FACT_CALLS_H
#define BINDGUARD_TESTS_PRELOAD_FACT_CALLS_H

#include <netinet/in.h>
#include <stdbool.h>
#include <sys/socket.h>

/** union facts_name - an Internet socket's address. */
union facts_name {
	struct sockaddr any;
	struct sockaddr_in in;
	struct sockaddr_in6 in6;
};

socklen_t facts_name(union facts_name *name, const char *text, unsigned port);
int facts_socket(int family, int type, int protocol);
int facts_bind(int fd, const char *text, unsigned port);
int facts_connect(int fd, const char *text, unsigned port);
int facts_option(int fd, int level, int option, int value);
bool facts_name_is(int fd, const char *text, unsigned *port);
int facts_in_child(int (*body)(void));

#endif
