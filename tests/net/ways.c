/* SPDX-License-Identifier: MIT
 * ways.c - the servers that tell by which link they are asked, and by whom. */
#include "net/ways.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define PORT 19400
#define SERVERS 16

/**
 * struct server - a socket.
 * @word: what it calls the link
 * @type, @protocol: of socket(2)
 */
struct server {
	const char *word;
	int fd;
	int type;
};

static struct server servers[SERVERS];
static nfds_t server_count;
static pid_t processes[2] = {-1, -1};
static char config_path[] = "/tmp/bindguard-ways.XXXXXX";

/** add - a server at @address on @device, NULL: any. Return: false where that cannot be. */
static bool
add(const char *word, const char *device, const char *address, int type, int protocol)
{
	struct sockaddr_in6 in6 = {.sin6_family = AF_INET6, .sin6_port = htons(PORT)};
	int fd = socket(AF_INET6, type, protocol), on = 1;

	inet_pton(AF_INET6, address, &in6.sin6_addr);
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (device && setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, device, (socklen_t)strlen(device)))
		return false;
	if (bind(fd, (struct sockaddr *)&in6, sizeof(in6)) || (type == SOCK_STREAM && listen(fd, 64)))
		return false;
	servers[server_count++] = (struct server){.word = word, .fd = fd, .type = type};
	return true;
}

/** add_link - the servers on a link of the second host: their answers come from where they were asked. */
static bool
add_link(const char *word, const char *device)
{
	return add(word, device, "::", SOCK_STREAM, 0) && add(word, device, "::ffff:" THERE4, SOCK_DGRAM, 0) &&
	       add(word, device, THERE6, SOCK_DGRAM, 0) &&
	       add(word, device, "::ffff:" THERE4, SOCK_DGRAM, IPPROTO_UDPLITE);
}

/** add_servers - of @where. */
static bool
add_servers(enum side where)
{
	if (where == SIDE_THERE)
		return add_link("cable", CABLE) && add_link("link2", PLACES_DEVICE);
	return add("here", NULL, "::", SOCK_STREAM, 0) && add("here", NULL, "::ffff:127.0.0.1", SOCK_DGRAM, 0) &&
	       add("here", NULL, "::1", SOCK_DGRAM, 0);
}

/** answer - who asks. */
static void
answer(const struct server *server)
{
	bool stream = server->type == SOCK_STREAM;
	struct sockaddr_in6 peer = {0};
	socklen_t size = sizeof(peer);
	char byte, who[64] = "", text[96];
	int fd = stream ? accept(server->fd, (struct sockaddr *)&peer, &size) : server->fd;

	if (stream && recv(fd, &byte, 1, 0) != 1) {
		close(fd);
		return;
	}
	if (!stream && recvfrom(fd, &byte, 1, MSG_DONTWAIT, (struct sockaddr *)&peer, &size) < 0)
		return;
	inet_ntop(AF_INET6, &peer.sin6_addr, who, sizeof(who));
	snprintf(text, sizeof(text), "%s/%s", server->word, strncmp(who, "::ffff:", 7) == 0 ? who + 7 : who);
	if (stream) {
		send(fd, text, strlen(text), MSG_NOSIGNAL);
		close(fd);
	} else {
		sendto(fd, text, strlen(text), 0, (struct sockaddr *)&peer, size);
	}
}

/** serve - for ever. */
static void
serve(enum side where, int ready)
{
	struct pollfd fds[SERVERS];

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (!net_enter(where) || !add_servers(where) || write(ready, "r", 1) != 1)
		_exit(1);
	for (nfds_t i = 0; i < server_count; i++)
		fds[i] = (struct pollfd){.fd = servers[i].fd, .events = POLLIN};
	for (;;) {
		poll(fds, server_count, -1);
		for (nfds_t i = 0; i < server_count; i++)
			if (fds[i].revents)
				answer(&servers[i]);
	}
}

/** start - the servers of @where. Return: false where they are not there. */
static bool
start(enum side where)
{
	int ready[2];
	char byte;

	if (pipe(ready))
		return false;
	processes[where] = fork();
	if (processes[where] == 0)
		serve(where, ready[1]);
	close(ready[1]);
	return read(ready[0], &byte, 1) == 1 && close(ready[0]) == 0;
}

/** ways_set_up - two links to the second host, by either of which it is reached at its addresses of the cable. Return: 0 or -1. */
int
ways_set_up(void)
{
	int fd = mkstemp(config_path);

	if (fd < 0 || close(fd) || chmod(config_path, 0644) || places_set_up())
		return -1;
	/* IPv6 asks for neighbours on the device that has the address, and takes no route for granted. */
	if (net_run(SIDE_THERE, "ip addr add " THERE6 "/128 dev " PLACES_DEVICE " nodad") ||
	    net_run(SIDE_HERE, "ip -6 route add " THERE6 "/128 dev " PLACES_DEVICE " metric 4096") ||
	    net_run(SIDE_HERE, "ip -6 route add " THERE6 "/128 dev " CABLE " metric 16") ||
	    net_run(SIDE_HERE, "ip addr add " PLACES_HERE6 "/128 dev " CABLE " nodad") ||
	    net_run(SIDE_THERE, "ip -6 route add " PLACES_HERE6 "/128 dev " CABLE " metric 4096") ||
	    net_run(SIDE_THERE, "ip -6 route add " PLACES_HERE6 "/128 dev " PLACES_DEVICE " metric 16"))
		return -1;
	return start(SIDE_HERE) && start(SIDE_THERE) ? 0 : -1;
}

/** ways_tear_down - all that ways_set_up() made. */
void
ways_tear_down(void)
{
	for (int i = 0; i < 2; i++)
		if (processes[i] > 0) {
			kill(processes[i], SIGKILL);
			waitpid(processes[i], NULL, 0);
		}
	net_tear_down();
	unlink(config_path);
}

/** ways_config - the rules of @way as a file. Return: its path. */
const char *
ways_config(const struct way *way)
{
	FILE *file = fopen(config_path, "we");

	if (!file)
		return NULL;
	fputs(way->rules, file);
	fclose(file);
	return config_path;
}
