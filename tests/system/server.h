/* SPDX-License-Identifier: MIT
 * server.h - an unmodified server program: started, waited for, looked at, ended. */
#ifndef BINDGUARD_TESTS_SYSTEM_SERVER_H
#define BINDGUARD_TESTS_SYSTEM_SERVER_H

#include <stdbool.h>
#include <sys/types.h>

#define SERVER_WORDS 16

/**
 * struct server - one row of the table. In texts, %P is the port, %D a folder of this run, %S the source folder.
 * @name: of the row
 * @words: the command line; words[0] is looked for on PATH, and the row is skipped by name where it is missing
 * @conf: text of the file %D/conf, or NULL
 * @udp, @request, @size, @answer: a question of its protocol; @size 0: strlen
 * @ipv4, @ipv6: the families it serves unguarded
 * @table: what `ss` shows of the guarded one, separated by blanks
 * @events: what is logged, up to three lines
 */
struct server {
	const char *name;
	const char *words[SERVER_WORDS];
	const char *conf;
	bool udp;
	const char *request;
	size_t size;
	const char *answer;
	bool ipv4;
	bool ipv6;
	const char *table;
	const char *events[3];
};

/** enum guard - how it is started. */
enum guard { GUARD_NONE, GUARD_PRELOAD, GUARD_OBSERVE, GUARD_UNPRIVILEGED };

/**
 * struct run - a server that runs.
 * @server: its row
 * @pid: process and group
 * @port: its port
 * @folder: temporary; holds `out`, `log` and `conf`
 */
struct run {
	const struct server *server;
	pid_t pid;
	unsigned port;
	char folder[64];
};

bool server_is_there(const struct server *server);
bool server_start(struct run *run, const struct server *server, enum guard guard);
void server_stop(struct run *run);
void server_expand(const struct run *run, const char *text, char *expanded, size_t size);
bool server_table_has(const struct run *run, const char *local, char *table, size_t size);
void server_read(const struct run *run, const char *name, char *text, size_t size);

#endif
