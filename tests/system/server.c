/* SPDX-License-Identifier: MIT
 * server.c - starts a row's server with or without the guard, waits for its socket by polling, runs its client, ends it. */
#include "system/server.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "system/sockets.h"

#define START_MS 60000
#define CLIENT_MS 60000
#define STEP_MS 20

static unsigned next_port = 18000;

/** value_of - what stands for %@letter, NULL where it is no such letter. */
static const char *
value_of(const struct run *run, char letter, char *value, size_t size)
{
	bool ipv6 = net_has_ipv6();

	switch (letter) {
	case 'P': snprintf(value, size, "%u", run->port); return value;
	case 'D': return run->folder;
	case 'S': return BG_SOURCE_DIR;
	case 'B': return BG_BUILD_DIR;
	case 'L': snprintf(value, size, ipv6 ? "[::1]:%u" : "[::]:%u%%lo", run->port); return value;
	case 'T': snprintf(value, size, ipv6 ? "[::1]:%u" : "[::]%%lo:%u", run->port); return value;
	case 'R': return ipv6 ? "" : "; no loopback address on this host: confined instead";
	default: return NULL;
	}
}

/** server_expand - @text with %P and its like filled in. */
void
server_expand(const struct run *run, const char *text, char *expanded, size_t size)
{
	char value[32];
	size_t used = 0;

	while (*text && used + 1 < size) {
		const char *filled = text[0] == '%' ? value_of(run, text[1], value, sizeof(value)) : NULL;

		if (filled) {
			used += (size_t)snprintf(expanded + used, size - used, "%s", filled);
			text += 2;
		} else {
			expanded[used++] = *text++;
		}
	}
	expanded[used < size ? used : size - 1] = '\0';
}

/** server_missing - what this machine lacks for it. Return: NULL where nothing is missing. */
const char *
server_missing(const struct server *server)
{
	static char what[512];
	const struct run run = {.server = server};
	char program[256], command[512];

	if (server->root && !process_has_users())
		return "it needs root";
	if (server->words[0] && strcmp(server->words[0], "unshare") == 0 && strcmp(server->words[1], "-m") == 0 &&
	    system("unshare -m true 2>/dev/null"))
		return "mounts cannot be kept apart here: unshare -m fails";
	server_expand(&run, server->program ? server->program : server->words[0], program, sizeof(program));
	snprintf(command, sizeof(command), "command -v %s >/dev/null", program);
	snprintf(what, sizeof(what), "%s is not installed", program);
	return system(command) == 0 ? NULL : what;
}

/** copy_library - the library, or the one that BG_LIBRARY names, where any user can read it. Return: done? */
static bool
copy_library(const struct run *run)
{
	const char *other = getenv("BG_LIBRARY");
	char command[512];

	snprintf(command, sizeof(command), "install -m 755 '%s' '%s/libbindguard.so'", other ? other : BG_LIBRARY,
		 run->folder);
	return system(command) == 0;
}

/** launch - start the words, on @where, as the run is guarded; what runs on the second host never is. */
static pid_t
launch(const struct run *run, enum side where, char *const words[])
{
	char rules[128];
	struct launch how = {.where = where,
			     .guard = where == SIDE_HERE ? run->guard : GUARD_NONE,
			     .folder = run->folder,
			     .rules = run->server->rules ? rules : NULL};

	snprintf(rules, sizeof(rules), "%s/rules", run->rules);
	return process_start(&how, words);
}

/** launch_shell - the same with a shell command. */
static pid_t
launch_shell(const struct run *run, enum side where, const char *command)
{
	static char shell[] = "sh", option[] = "-c", expanded[4096];
	char *const words[] = {shell, option, expanded, NULL};

	server_expand(run, command, expanded, sizeof(expanded));
	return launch(run, where, words);
}

/** find_port - the port that the server wrote, where it does. Return: is it known? */
static bool
find_port(struct run *run)
{
	char text[16];

	if (!run->server->tells_port || run->port)
		return true;
	server_read(run, "port", text, sizeof(text));
	if (strchr(text, '\n'))
		run->port = (unsigned)strtoul(text, NULL, 10);
	return run->port != 0;
}

/**
 * server_listens - poll the sockets until one has the port. That of a server that listens may be gone for a moment: some
 * open a new one for each client.
 */
bool
server_listens(struct run *run)
{
	long deadline = process_now_ms() + START_MS;

	while (process_now_ms() < deadline) {
		if (find_port(run) && sockets_has_port(SIDE_HERE, run->server->udp, run->port))
			return true;
		if (process_ended(&run->pid))
			return false;
		poll(NULL, 0, STEP_MS);
	}
	return false;
}

/** write_file - a text of the row, filled in, becomes a file of @folder. */
static bool
write_file(const struct run *run, const char *folder, const char *name, const char *text)
{
	char path[128], expanded[4096];
	FILE *file;

	server_expand(run, text, expanded, sizeof(expanded));
	snprintf(path, sizeof(path), "%s/%s", folder, name);
	file = fopen(path, "we");
	return file && fputs(expanded, file) >= 0 && fclose(file) == 0;
}

/** start_peer - what the row wants on the second host. Return: does it listen? */
static bool
start_peer(struct run *run)
{
	long deadline = process_now_ms() + START_MS;

	run->peer = launch_shell(run, SIDE_THERE, run->server->peer);
	while (!sockets_has_port(SIDE_THERE, false, run->server->peer_port)) {
		if (process_ended(&run->peer) || process_now_ms() > deadline)
			return false;
		poll(NULL, 0, STEP_MS);
	}
	return true;
}

/** server_prepare - all but the server itself: port, folder, files, the second host's part. Return: done? */
bool
server_prepare(struct run *run, const struct server *server, enum guard guard)
{
	memset(run, 0, sizeof(*run));
	run->server = server;
	run->guard = guard;
	run->port = server->port ? server->port : server->tells_port ? 0 : next_port++;
	snprintf(run->folder, sizeof(run->folder), "/tmp/bindguard-test.XXXXXX");
	if (!mkdtemp(run->folder) || chmod(run->folder, 0777) || !copy_library(run))
		return false;
	if (server->conf && !write_file(run, run->folder, server->file ? server->file : "conf", server->conf))
		return false;
	snprintf(run->rules, sizeof(run->rules), "/tmp/bindguard-rules.XXXXXX");
	if (!mkdtemp(run->rules) || chmod(run->rules, 0755))
		return false;
	if (server->rules && !write_file(run, run->rules, "rules", server->rules))
		return false;
	return !server->peer || start_peer(run);
}

/** server_start - start it on a port of its own and wait until it listens. Return: false where it does not. */
bool
server_start(struct run *run, const struct server *server, enum guard guard)
{
	static char expanded[SERVER_WORDS][1024];
	char *words[SERVER_WORDS + 1] = {NULL};

	if (!server_prepare(run, server, guard))
		return false;
	for (int i = 0; i < SERVER_WORDS && server->words[i]; i++) {
		server_expand(run, server->words[i], expanded[i], sizeof(expanded[i]));
		words[i] = expanded[i];
	}
	run->pid = launch(run, SIDE_HERE, words);
	return run->pid > 0 && server_listens(run);
}

/** server_question - of its protocol. */
struct question
server_question(const struct run *run)
{
	const struct server *server = run->server;
	size_t length = server->request ? strlen(server->request) : 0;
	struct question question = {.protocol = server->udp ? BG_PROTOCOL_UDP : BG_PROTOCOL_TCP,
				    .port = run->port,
				    .request = server->request,
				    .size = server->size ? server->size : length,
				    .answer = server->answer};

	return question;
}

/** server_client - run the row's client; it says by a file that it succeeded. Return: did it? */
bool
server_client(struct run *run)
{
	long deadline = process_now_ms() + CLIENT_MS;
	char command[3072], done[8];
	pid_t client;

	snprintf(command, sizeof(command), "(%s) </dev/null && echo yes >%%D/done", run->server->client);
	client = launch_shell(run, SIDE_HERE, command);
	while (!process_ended(&client) && process_now_ms() < deadline)
		poll(NULL, 0, STEP_MS);
	process_stop(&client);
	server_read(run, "done", done, sizeof(done));
	return strcmp(done, "yes\n") == 0;
}

/** server_stop - end it and what belongs to it; its folders go. */
void
server_stop(struct run *run)
{
	char command[256];

	process_stop(&run->pid);
	process_stop(&run->peer);
	snprintf(command, sizeof(command), "rm -rf '%s' '%s'", run->folder, run->rules);
	if (run->folder[0] && system(command))
		perror("rm");
}

/** server_read - the text of a file of the run's folder, "" where there is none. */
void
server_read(const struct run *run, const char *name, char *text, size_t size)
{
	char path[128];
	FILE *file;
	size_t length = 0;

	snprintf(path, sizeof(path), "%s/%s", run->folder, name);
	file = fopen(path, "re");
	if (file) {
		length = fread(text, 1, size - 1, file);
		fclose(file);
	}
	text[length] = '\0';
}
