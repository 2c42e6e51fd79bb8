/* SPDX-License-Identifier: MIT
 * list_host.c - opens sockets of every kind, in this process and in others, and runs the built command beside them. */
#include "launcher/list_host.h"
#include "net/addresses.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <net/if.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define DEADLINE_MS 60000

/** list_open - bind and, where that is possible, listen. Return: a descriptor, -1 with errno set. */
int
list_open(const struct server *server)
{
	struct sockaddr_in in = {.sin_family = AF_INET, .sin_port = htons((uint16_t)server->port)};
	struct sockaddr_in6 in6 = {.sin6_family = AF_INET6, .sin6_port = htons((uint16_t)server->port)};
	bool ipv6 = inet_pton(AF_INET, server->address, &in.sin_addr) != 1;
	int fd = socket(ipv6 ? AF_INET6 : AF_INET, server->type | SOCK_CLOEXEC, server->protocol);
	int bad = fd < 0;

	if (bad)
		return -1;
	if (ipv6)
		bad |= inet_pton(AF_INET6, server->address, &in6.sin6_addr) != 1;
	if (IN6_IS_ADDR_LINKLOCAL(&in6.sin6_addr))
		in6.sin6_scope_id = if_nametoindex(CABLE);
	if (server->v6only >= 0)
		bad |= setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &server->v6only, sizeof(server->v6only));
	if (server->device)
		bad |= setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, server->device, (socklen_t)strlen(server->device));
	bad |= ipv6 ? bind(fd, (struct sockaddr *)&in6, sizeof(in6)) : bind(fd, (struct sockaddr *)&in, sizeof(in));
	if (!bad && server->type == SOCK_STREAM)
		bad = listen(fd, 8);
	if (!bad)
		return fd;
	close(fd);
	return -1;
}

/** list_run - `bindguard list` with shell words behind it. @output: its standard output. Return: wait status. */
int
list_run(const char *arguments, char *output, size_t size)
{
	char command[1024];
	size_t length;
	FILE *pipe;

	snprintf(command, sizeof(command), "ulimit -t 20; exec '%s' list %s", BG_COMMAND, arguments);
	pipe = popen(command, "re");
	output[0] = '\0';
	if (!pipe)
		return -1;
	length = fread(output, 1, size - 1, pipe);
	output[length] = '\0';
	return pclose(pipe);
}

/** list_line - the line of the table with @port in its third column. Return: false where there is none. */
bool
list_line(const char *output, unsigned port, char *line, size_t size)
{
	const char *next;

	for (const char *at = output; *at; at = next) {
		size_t length = strcspn(at, "\n");
		unsigned found = 0;

		next = at + length + (at[length] == '\n');
		snprintf(line, size, "%.*s", (int)length, at);
		if (sscanf(line, "%*s %*s %u", &found) == 1 && found == port)
			return true;
	}
	line[0] = '\0';
	return false;
}

/** list_self - this program, for list_start(). */
const char *
list_self(void)
{
	static char path[4096];
	ssize_t size = readlink("/proc/self/exe", path, sizeof(path) - 1);

	path[size < 0 ? 0 : size] = '\0';
	return path;
}

/** list_serve - be a guest: serve the IPv4 wildcard on @port until standard input ends. Return: exit status. */
int
list_serve(const char *port)
{
	const struct server server = {SOCK_STREAM, 0, "0.0.0.0", (unsigned)strtoul(port, NULL, 10), -1, NULL, "", ""};
	char byte;

	if (list_open(&server) < 0 || write(STDOUT_FILENO, "r", 1) != 1)
		return 1;
	while (read(STDIN_FILENO, &byte, 1) > 0)
		;
	return 0;
}

/** start - fork a guest that becomes @command, and wait until it serves. @preload: as in list_start() */
static bool
start(struct guest *guest, const char **command, const char *preload)
{
	struct pollfd ready;
	int in[2], out[2];
	char byte;
	bool good;

	if (pipe2(in, O_CLOEXEC) || pipe2(out, O_CLOEXEC))
		return false;
	guest->pid = fork();
	if (guest->pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		dup2(in[0], STDIN_FILENO);
		dup2(out[1], STDOUT_FILENO);
		if (preload)
			setenv("LD_PRELOAD", preload, 1);
		setenv("BINDGUARD_CONFIG", getenv(LIST_CONFIG) ? getenv(LIST_CONFIG) : "", 1);
		setenv("BINDGUARD_LOG", "none", 1);
		execv(command[0], (char **)(void *)command);
		_exit(127);
	}
	close(in[0]);
	close(out[1]);
	guest->in = in[1];
	ready.fd = out[0];
	ready.events = POLLIN;
	good = guest->pid > 0 && poll(&ready, 1, DEADLINE_MS) == 1 && read(out[0], &byte, 1) == 1;
	close(out[0]);
	return good;
}

/**
 * list_start - run a guest.
 * @program: a copy of this very program
 * @preload: LD_PRELOAD, NULL: none
 * Return: whether it serves.
 */
bool
list_start(struct guest *guest, const char *program, const char *preload, unsigned port)
{
	char number[16];

	snprintf(number, sizeof(number), "%u", port);
	return start(guest, (const char *[]){program, "--serve", number, NULL}, preload);
}

/** list_start_supervised - likewise under the engine seccomp. */
bool
list_start_supervised(struct guest *guest, const char *program, unsigned port)
{
	char number[16];

	snprintf(number, sizeof(number), "%u", port);
	return start(guest, (const char *[]){BG_COMMAND, "-e", "seccomp", program, "--serve", number, NULL}, NULL);
}

/** list_stop - end a guest: by its input, so that a supervised one is gone before its front is, and has no socket left. */
void
list_stop(struct guest *guest)
{
	struct pollfd ended = {.fd = (int)syscall(SYS_pidfd_open, guest->pid, 0), .events = POLLIN};

	close(guest->in);
	poll(&ended, 1, DEADLINE_MS);
	close(ended.fd);
	kill(guest->pid, SIGKILL);
	waitpid(guest->pid, NULL, 0);
}
