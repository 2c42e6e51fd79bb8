/* SPDX-License-Identifier: MIT
 * server.h - an unmodified server program: started, waited for, looked at, ended. */
#ifndef BINDGUARD_TESTS_SYSTEM_SERVER_H
#define BINDGUARD_TESTS_SYSTEM_SERVER_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "system/process.h"

#define SERVER_WORDS 16
#define SERVER_EVENTS 3

/**
 * struct server - one row of a table. In texts, %P is the port, %D a folder of this run, %S the source folder, %B the
 * build folder. %L and %T are where a socket for IPv6 alone ends up, in the log and in the socket table: at [::1], or
 * on the device of a host without IPv6; %R is the reason that the log gives for the latter.
 * @name: of the row
 * @program: looked for on PATH, and the row is skipped by name where it is missing; NULL: words[0]
 * @words: the command line
 * @conf, @file: a text, and the file of %D that it becomes; NULL: `conf`
 * @rules: text of the guard's configuration file, NULL: the built-in default
 * @root: it, or what it wants on the second host, becomes another user: it needs the real root, not a namespace's
 * @tells_port: it lets the kernel choose the port and writes it into %D/port
 * @port: its port, where it cannot be told; 0: one of our own
 * @udp, @request, @size, @answer: a question of its protocol; @size 0: strlen
 * @ipv4, @ipv6: the families it serves unguarded
 * @client: a shell command on this host, guarded as the server is, that must succeed; or NULL
 * @peer, @peer_port: a shell command on the second host meanwhile, and the TCP port that tells it is there; or NULL
 * @table: what `bindguard list` shows of the guarded one, address and port, separated by blanks
 * @log: the file of %D where it is logged, NULL: `log`
 * @events: what is logged
 * @table4, @events4: the same on a host without IPv6, where it differs
 * @needs_ipv6: why there is nothing to see on such a host, or NULL
 */
struct server {
	const char *name;
	const char *program;
	const char *words[SERVER_WORDS];
	const char *conf;
	const char *file;
	const char *rules;
	bool root;
	bool tells_port;
	unsigned port;
	bool udp;
	const char *request;
	size_t size;
	const char *answer;
	bool ipv4;
	bool ipv6;
	const char *client;
	const char *peer;
	unsigned peer_port;
	const char *table;
	const char *log;
	const char *events[SERVER_EVENTS];
	const char *table4;
	const char *events4[SERVER_EVENTS];
	const char *needs_ipv6;
};

/**
 * struct run - a server that runs.
 * @server: its row
 * @guard: how it was started
 * @pid: process and group
 * @peer: what runs on the second host for it
 * @port: its port
 * @folder: temporary; holds `out`, `log` and `conf`, and the server may write to it whoever it becomes
 * @rules: temporary; holds `rules`, which are trusted only where nobody else may write to them
 */
struct run {
	const struct server *server;
	enum guard guard;
	pid_t pid;
	pid_t peer;
	unsigned port;
	char folder[64];
	char rules[64];
};

const char *server_missing(const struct server *server);
bool server_prepare(struct run *run, const struct server *server, enum guard guard);
bool server_start(struct run *run, const struct server *server, enum guard guard);
bool server_listens(struct run *run);
struct question server_question(const struct run *run);
bool server_client(struct run *run);
void server_stop(struct run *run);
void server_expand(const struct run *run, const char *text, char *expanded, size_t size);
void server_read(const struct run *run, const char *name, char *text, size_t size);

#endif
