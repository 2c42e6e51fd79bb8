/* SPDX-License-Identifier: MIT
 * conformance_test.c - the conformance table a third time, through the engine `seccomp`: an unrelated program makes the
 * row's call; the kernel says what came of it. A socket that listen(2) shall find bound past the guard is inherited. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "bindguard/words.h"
#include "conformance/row_check.h"
#include "preload/host.h"
#include "seccomp/guarded.h"

#define MPTCP 262 /* IPPROTO_MPTCP */

/** bind_socket - the row's socket, bound as a program that nobody guards would. */
static int
bind_socket(const struct row *row)
{
	struct sockaddr_in in = {.sin_family = AF_INET, .sin_port = htons(row->port)};
	struct sockaddr_in6 in6 = {.sin6_family = AF_INET6, .sin6_port = htons(row->port)};
	int type = row->protocol == BG_PROTOCOL_UDP ? SOCK_DGRAM : SOCK_STREAM, v6only = row->v6only;
	int fd = socket(row_is_ipv6(row) ? AF_INET6 : AF_INET, type, row->mptcp ? MPTCP : 0);
	char text[64];

	assert_true(fd >= 0);
	if (row_is_ipv6(row))
		setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &v6only, sizeof(v6only));
	if (row->device)
		setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, row->device, (socklen_t)strlen(row->device));
	if (!row->address)
		return fd;
	snprintf(text, sizeof(text), "%s%s", row->form == BG_FORM_MAPPED ? "::ffff:" : "", row->address);
	if (row_is_ipv6(row)) {
		inet_pton(AF_INET6, text, &in6.sin6_addr);
		assert_int_equal(bind(fd, (struct sockaddr *)&in6, sizeof(in6)), 0);
	} else {
		inet_pton(AF_INET, text, &in.sin_addr);
		assert_int_equal(bind(fd, (struct sockaddr *)&in, sizeof(in)), 0);
	}
	return fd;
}

/** run - the row's call in a program of its own, under the engine in @mode. @line: what it printed. */
static void
run(const struct row *row, const char *mode, char *line, size_t size)
{
	bool inherited = row->call == BG_CALL_LISTEN;
	int fd = inherited ? bind_socket(row) : -1;
	char arguments[1024];

	if (mode)
		setenv("BINDGUARD_MODE", mode, 1);
	else
		unsetenv("BINDGUARD_MODE");
	setenv("BINDGUARD_CONFIG", row_config(row), 1);
	if (inherited)
		snprintf(arguments, sizeof(arguments), "../seccomp_cli %s/hosts/inherited 3<&%d %d<&-", BG_BUILD_DIR,
			 fd, fd);
	else
		snprintf(arguments, sizeof(arguments),
			 "../seccomp_cli %s/hosts/conformance_host %s %s %d %d %s %d %s %u %s %u", BG_BUILD_DIR,
			 row->call == BG_CALL_OUTGOING ? "connect" : "bind", bg_protocol_word(row->protocol),
			 row->mptcp, row->v6only, row->device ? row->device : "-", (int)row->form,
			 row->address ? row->address : "-", row->port, row->local ? row->local : "-", row->local_port);
	assert_int_equal(host_run(NULL, arguments, line, size), 0);
	line[strcspn(line, "\n")] = '\0';
	if (fd >= 0)
		close(fd);
}

int
main(int argc, char **argv)
{
	log_to("none");
	return rows_check("supervised", run, argc, argv);
}
