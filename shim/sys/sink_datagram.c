/* SPDX-License-Identifier: MIT
 * sink_datagram.c - lines to syslog and to the journal by one datagram each. Signal-safe; libc's syslog(3) is not, and
 * its state is the program's. */
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <unistd.h>

#include "sys/kernel.h"
#include "sys/sink.h"

#define SYSLOG_SOCKET "/dev/log"		     /* syslog(3) */
#define JOURNAL_SOCKET "/run/systemd/journal/socket" /* systemd's native journal protocol */
#define SYSLOG_PRIORITY "<29>"			     /* facility daemon, severity notice; RFC 3164 4.1.1 */
#define JOURNAL_FIELDS "PRIORITY=5\nSYSLOG_FACILITY=3\nSYSLOG_IDENTIFIER=bindguard\nMESSAGE="

/** send_parts - one datagram of @count parts to the socket at @path. It never waits. */
static bool
send_parts(const char *path, struct iovec *parts, size_t count)
{
	struct sockaddr_un to = {.sun_family = AF_UNIX};
	struct msghdr message = {.msg_name = &to, .msg_namelen = sizeof(to), .msg_iov = parts, .msg_iovlen = count};
	int fd = bg_kernel_socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0);
	long sent;

	if (fd < 0)
		return false;
	memcpy(to.sun_path, path, strlen(path) + 1);
	sent = bg_kernel_result(syscall(SYS_sendmsg, fd, &message, MSG_NOSIGNAL));
	bg_kernel_close(fd);
	return sent > 0;
}

/** part - @text as one part; sendmsg(2) only reads it, whatever iovec's type says. */
static struct iovec
part(const char *text, size_t size)
{
	union {
		const char *in;
		void *out;
	} pointer = {.in = text};
	struct iovec iovec = {.iov_base = pointer.out, .iov_len = size};

	return iovec;
}

/** bg_sink_syslog - @line (one or more, each ending in a newline) as one message. */
bool
bg_sink_syslog(const char *line, size_t size)
{
	struct iovec parts[2] = {part(SYSLOG_PRIORITY, strlen(SYSLOG_PRIORITY)),
				 part(line, size > 0 && line[size - 1] == '\n' ? size - 1 : size)};

	return send_parts(SYSLOG_SOCKET, parts, 2);
}

/** bg_sink_journal - @text as the entry's message and @json as its field BINDGUARD_EVENT; both end in a newline. */
bool
bg_sink_journal(const char *text, size_t text_size, const char *json, size_t json_size)
{
	struct iovec parts[4] = {part(JOURNAL_FIELDS, strlen(JOURNAL_FIELDS)), part(text, text_size),
				 part("BINDGUARD_EVENT=", strlen("BINDGUARD_EVENT=")), part(json, json_size)};

	return send_parts(JOURNAL_SOCKET, parts, 4);
}
