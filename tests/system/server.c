/* SPDX-License-Identifier: MIT
 * server.c - starts a server with or without the guard, waits for its socket by polling, ends it by its process group. */
#include "system/server.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define START_MS 30000
#define STOP_MS 5000
#define STEP_MS 30

static unsigned next_port = 18000;

/** now_ms - a clock for deadlines. */
static long
now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/** server_expand - @text with %P, %D and %S filled in. */
void
server_expand(const struct run *run, const char *text, char *expanded, size_t size)
{
	size_t used = 0;

	for (; *text && used + 1 < size; text++) {
		if (text[0] == '%' && strchr("PDS", text[1]) && text[1]) {
			text++;
			if (*text == 'P')
				used += (size_t)snprintf(expanded + used, size - used, "%u", run->port);
			else
				used += (size_t)snprintf(expanded + used, size - used, "%s",
							 *text == 'D' ? run->folder : BG_SOURCE_DIR);
		} else {
			expanded[used++] = *text;
		}
	}
	expanded[used < size ? used : size - 1] = '\0';
}

/** server_is_there - is its program installed? */
bool
server_is_there(const struct server *server)
{
	char command[256];

	snprintf(command, sizeof(command), "command -v %s >/dev/null", server->words[0]);
	return system(command) == 0;
}

/** copy_library - the library where any user can read it. */
static void
copy_library(const struct run *run)
{
	char command[512];

	snprintf(command, sizeof(command), "install -m 755 '%s' '%s/libbindguard.so'", BG_LIBRARY, run->folder);
	if (system(command))
		perror("install");
}

/** set_environment - what the shim reads; the built-in default is asked for by an empty BINDGUARD_CONFIG. */
static void
set_environment(const struct run *run, enum guard guard)
{
	char path[128];

	unsetenv("LD_PRELOAD");
	if (guard == GUARD_NONE)
		return;
	setenv("BINDGUARD_CONFIG", "", 1);
	snprintf(path, sizeof(path), "%s/log", run->folder);
	setenv("BINDGUARD_LOG", path, 1);
	if (guard == GUARD_OBSERVE)
		setenv("BINDGUARD_MODE", "observe", 1);
	snprintf(path, sizeof(path), "%s/libbindguard.so", run->folder);
	setenv("LD_PRELOAD", path, 1);
}

/** exec_server - in the child: become the server. */
static void
exec_server(const struct run *run, enum guard guard)
{
	static char words[SERVER_WORDS][512];
	char *argv[SERVER_WORDS + 8] = {NULL};
	char path[128];
	int count = 0, fd;

	setpgid(0, 0);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	snprintf(path, sizeof(path), "%s/out", run->folder);
	fd = open(path, O_WRONLY | O_CREAT | O_APPEND, 0666);
	dup2(fd, 1);
	dup2(fd, 2);
	if (guard == GUARD_UNPRIVILEGED) {
		argv[count++] = strdup("setpriv");
		argv[count++] = strdup("--bounding-set=-all");
		argv[count++] = strdup("--inh-caps=-all");
		if (access("/proc/1/root/.", R_OK) == 0) { /* real root: another user besides */
			argv[count++] = strdup("--reuid=65534");
			argv[count++] = strdup("--regid=65534");
			argv[count++] = strdup("--clear-groups");
		}
	}
	for (int i = 0; run->server->words[i]; i++) {
		server_expand(run, run->server->words[i], words[i], sizeof(words[i]));
		argv[count++] = words[i];
	}
	set_environment(run, guard);
	execvp(argv[0], argv);
	perror(argv[0]);
	_exit(127);
}

/** server_table_has - does the socket table list @local ("ADDRESS:PORT") for the server's protocol? @table: all of it. */
bool
server_table_has(const struct run *run, const char *local, char *table, size_t size)
{
	FILE *ss = popen(run->server->udp ? "ss -H -lnu" : "ss -H -lnt", "re");
	size_t length = ss ? fread(table, 1, size - 1, ss) : 0;
	char needle[160];

	if (ss)
		pclose(ss);
	table[length] = '\0';
	snprintf(needle, sizeof(needle), "%s%s ", local[0] == ':' ? "" : " ", local);
	return strstr(table, needle) != NULL;
}

/** ended - the server's process is no more. */
static bool
ended(struct run *run)
{
	if (run->pid > 0 && waitpid(run->pid, NULL, WNOHANG) == run->pid)
		run->pid = -1;
	return run->pid <= 0;
}

/** wait_until_listening - poll the socket table until the port shows. */
static bool
wait_until_listening(struct run *run)
{
	long deadline = now_ms() + START_MS;
	char port[16], table[65536];

	snprintf(port, sizeof(port), ":%u", run->port);
	while (now_ms() < deadline) {
		if (server_table_has(run, port, table, sizeof(table)))
			return true;
		if (ended(run))
			return false;
		poll(NULL, 0, STEP_MS);
	}
	return false;
}

/** write_conf - the row's configuration file. */
static void
write_conf(const struct run *run)
{
	char path[128], text[4096];
	FILE *file;

	if (!run->server->conf)
		return;
	server_expand(run, run->server->conf, text, sizeof(text));
	snprintf(path, sizeof(path), "%s/conf", run->folder);
	file = fopen(path, "we");
	if (file) {
		fputs(text, file);
		fclose(file);
	}
}

/** server_start - start it on a port of its own and wait until it listens. Return: false where it does not. */
bool
server_start(struct run *run, const struct server *server, enum guard guard)
{
	memset(run, 0, sizeof(*run));
	run->server = server;
	run->port = next_port++;
	snprintf(run->folder, sizeof(run->folder), "/tmp/bindguard-test.XXXXXX");
	if (!mkdtemp(run->folder) || chmod(run->folder, 0777))
		return false;
	write_conf(run);
	copy_library(run);
	run->pid = fork();
	if (run->pid == 0)
		exec_server(run, guard);
	setpgid(run->pid, run->pid);
	return run->pid > 0 && wait_until_listening(run);
}

/** server_stop - end it: its group is asked, then killed; its folder goes. */
void
server_stop(struct run *run)
{
	long deadline = now_ms() + STOP_MS;
	pid_t group = run->pid;
	char command[128];

	if (run->pid > 0) {
		kill(-group, SIGTERM);
		while (!ended(run) && now_ms() < deadline)
			poll(NULL, 0, STEP_MS);
		kill(-group, SIGKILL);
		if (run->pid > 0)
			waitpid(run->pid, NULL, 0);
	}
	snprintf(command, sizeof(command), "rm -rf '%s'", run->folder);
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
