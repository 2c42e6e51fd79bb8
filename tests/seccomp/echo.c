/* SPDX-License-Identifier: MIT
 * echo.c - servers on both hosts that echo what the clients under the engine send. */
#include "seccomp/echo.h"

#include <netinet/in.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "net/net.h"
#include "seccomp/guarded.h"

#define ECHO_PORT 19300

static pid_t echo = -1;

/** serve - the second host's echo service, TCP and UDP, both families; never returns. */
static void
serve(int ready)
{
	struct sockaddr_in6 any = {.sin6_family = AF_INET6, .sin6_port = htons(ECHO_PORT)};
	int udp, tcp;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (!net_enter(SIDE_THERE))
		_exit(1);
	udp = socket(AF_INET6, SOCK_DGRAM, 0);
	tcp = socket(AF_INET6, SOCK_STREAM, 0);
	if (bind(udp, (struct sockaddr *)&any, sizeof(any)) || bind(tcp, (struct sockaddr *)&any, sizeof(any)) ||
	    listen(tcp, 16))
		_exit(1);
	if (fork() == 0)
		for (;;) {
			struct sockaddr_storage peer;
			socklen_t size = sizeof(peer);
			char text[64];
			ssize_t got = recvfrom(udp, text, sizeof(text), 0, (struct sockaddr *)&peer, &size);

			if (got > 0)
				sendto(udp, text, (size_t)got, 0, (struct sockaddr *)&peer, size);
		}
	if (write(ready, "r", 1) != 1)
		_exit(1);
	for (;;) {
		int fd = accept(tcp, NULL, NULL);
		char text[64];
		ssize_t got = fd < 0 ? -1 : recv(fd, text, sizeof(text), 0);

		if (got > 0)
			send(fd, text, (size_t)got, MSG_NOSIGNAL);
		close(fd);
	}
}

int
echo_set_up(void **state)
{
	int ready[2];
	char byte;

	(void)state;
	setenv("BINDGUARD_CONFIG", "", 1);
	log_to("none");
	if (net_set_up() || pipe(ready))
		return -1;
	echo = fork();
	if (echo == 0) {
		setpgid(0, 0);
		serve(ready[1]);
	}
	setpgid(echo, echo);
	return read(ready[0], &byte, 1) == 1 ? 0 : -1;
}

int
echo_tear_down(void **state)
{
	(void)state;
	kill(-echo, SIGKILL);
	waitpid(echo, NULL, 0);
	net_tear_down();
	return 0;
}
