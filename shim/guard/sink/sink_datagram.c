/* SPDX-License-Identifier: MIT
 * sink_datagram.c - events to syslog and to the journal by one datagram each. Signal-safe; libc's syslog(3) is not, and
 * its state is the program's. */
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>

#include "bindguard/kernel.h"
#include "bindguard/sink.h"

#define SYSLOG_SOCKET "/dev/log"		     /* syslog(3) */
#define JOURNAL_SOCKET "/run/systemd/journal/socket" /* systemd's native journal protocol */

/** send_to - @bytes as one datagram to the socket at @path. A full queue is an error (EAGAIN), not a wait. */
static bool
send_to(const char *path, const char *bytes, size_t size)
{
	struct sockaddr_un to = {.sun_family = AF_UNIX};
	int fd = bg_kernel_socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0);
	long sent;

	if (fd < 0)
		return false;
	memcpy(to.sun_path, path, strlen(path) + 1);
	sent = bg_kernel_result(syscall(SYS_sendto, fd, bytes, size, MSG_NOSIGNAL, &to, sizeof(to)));
	bg_kernel_close(fd);
	return sent == (long)size;
}

/** bg_sink_syslog - @message, priority and tag included. */
bool
bg_sink_syslog(const char *message, size_t size)
{
	return send_to(SYSLOG_SOCKET, message, size);
}

/** bg_sink_journal - @entry, as bg_event_format_journal() makes it. */
bool
bg_sink_journal(const char *entry, size_t size)
{
	return send_to(JOURNAL_SOCKET, entry, size);
}
