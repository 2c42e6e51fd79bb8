/* SPDX-License-Identifier: MIT
 * sockets.c - reads the table of listening sockets of a host and looks for addresses in it. */
#include "system/sockets.h"

#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/** sockets_read - all of it, a line a socket. */
void
sockets_read(enum host where, bool udp, char *table, size_t size)
{
	size_t length = 0;
	ssize_t got;
	int pipes[2];
	pid_t child;

	table[0] = '\0';
	if (pipe(pipes))
		return;
	child = fork();
	if (child == 0) {
		dup2(pipes[1], 1);
		close(pipes[0]);
		close(pipes[1]);
		if (net_enter(where))
			execlp("ss", "ss", "-H", udp ? "-lnu" : "-lnt", (char *)NULL);
		_exit(127);
	}
	close(pipes[1]);
	while (length < size - 1 && (got = read(pipes[0], table + length, size - 1 - length)) > 0)
		length += (size_t)got;
	close(pipes[0]);
	table[length] = '\0';
	if (child > 0)
		waitpid(child, NULL, 0);
}

/** sockets_has_port - does anything listen on @port? */
bool
sockets_has_port(enum host where, bool udp, unsigned port)
{
	char table[SOCKETS_SIZE], needle[16];

	sockets_read(where, udp, table, sizeof(table));
	snprintf(needle, sizeof(needle), ":%u ", port);
	return strstr(table, needle) != NULL;
}

/** sockets_has - does this host list @local, "ADDRESS:PORT"? */
bool
sockets_has(bool udp, const char *local)
{
	char table[SOCKETS_SIZE], needle[160];

	sockets_read(HOST_HERE, udp, table, sizeof(table));
	snprintf(needle, sizeof(needle), " %s ", local);
	return strstr(table, needle) != NULL;
}

/** is_exposed - would a socket at @local answer another machine? */
static bool
is_exposed(const char *local)
{
	static const char *const loopbacks[] = {"127.", "[::1]:", "[::ffff:127."};

	for (size_t i = 0; i < sizeof(loopbacks) / sizeof(loopbacks[0]); i++)
		if (strncmp(local, loopbacks[i], strlen(loopbacks[i])) == 0)
			return false;
	return strstr(local, "%lo:") == NULL;
}

/**
 * sockets_exposed - find a socket of this host that other machines reach: of TCP any, of UDP one on @port, as those on
 * other ports are clients'.
 * @local: its address
 * Return: is there one?
 */
bool
sockets_exposed(bool udp, unsigned port, char *local, size_t size)
{
	char table[SOCKETS_SIZE], found[160], suffix[16];
	char *rest = table, *line;

	snprintf(suffix, sizeof(suffix), ":%u", port);
	sockets_read(HOST_HERE, udp, table, sizeof(table));
	while ((line = strsep(&rest, "\n")) != NULL) {
		const char *colon;

		if (sscanf(line, "%*s %*s %*s %159s", found) != 1 || !is_exposed(found))
			continue;
		colon = strrchr(found, ':');
		if (udp && (!colon || strcmp(colon, suffix) != 0))
			continue;
		snprintf(local, size, "%s", found);
		return true;
	}
	return false;
}
