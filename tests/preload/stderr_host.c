/* SPDX-License-Identifier: MIT
 * stderr_host.c - a host whose descriptor 2 is looked at, and a syslog for what does not arrive there. */
#include "preload/stderr_host.h"

#include <fcntl.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "preload/sink.h"

#define SERVER ": sink_host udp 0.0.0.0:19400 -> 127.0.0.1:19400 (rewrite, rule \"servers\")"

int stderr_host_syslog = -1;

/** stderr_host_begin - an empty folder, and a syslog for what does not arrive on stderr. */
int
stderr_host_begin(void **state)
{
	stderr_host_syslog = sink_listen(SYSLOG_SOCKET, SOCK_DGRAM);
	return sink_begin(state);
}

int
stderr_host_end(void **state)
{
	(void)state;
	sink_close(stderr_host_syslog, SYSLOG_SOCKET);
	return 0;
}

/** stderr_host_read - what is there to read at @fd, into SINK_DIR/read. Return: its events. */
unsigned
stderr_host_read(int fd)
{
	int out = open(SINK_DIR "/read", O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	struct pollfd ready = {.fd = fd, .events = POLLIN};
	char text[4096];

	while (poll(&ready, 1, 0) == 1 && (ready.revents & POLLIN)) {
		ssize_t got = read(fd, text, sizeof(text));

		if (got <= 0)
			break;
		assert_int_equal(write(out, text, (size_t)got), got);
	}
	close(out);
	return sink_count(SINK_DIR "/read", SERVER);
}
