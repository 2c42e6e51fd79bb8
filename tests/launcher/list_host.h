/* SPDX-License-Identifier: MIT
 * list_host.h - runs `bindguard list` and gives it something to list. */
#ifndef BINDGUARD_TESTS_LAUNCHER_LIST_HOST_H
#define BINDGUARD_TESTS_LAUNCHER_LIST_HOST_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/**
 * struct server - a socket to open.
 * @type, @protocol: of socket(2)
 * @address, @port: numeric; the family follows
 * @v6only: 0 or 1; -1: the kernel's default
 * @device: SO_BINDTODEVICE, NULL: none
 * @name: protocol and address as the list has them
 * @reach: as the list has it
 */
struct server {
	int type;
	int protocol;
	const char *address;
	unsigned port;
	int v6only;
	const char *device;
	const char *name;
	const char *reach;
};

/** struct guest - another process that serves: it is ready when started, and ends when stopped. */
struct guest {
	pid_t pid;
	int in;
};

int list_open(const struct server *server);
int list_run(const char *arguments, char *output, size_t size);
bool list_line(const char *output, unsigned port, char *line, size_t size);
/** LIST_CONFIG - variable with the configuration file of guests; unset: the built-in default. */
#define LIST_CONFIG "BG_LIST_CONFIG"

bool list_start(struct guest *guest, const char *program, const char *preload, unsigned port);
bool list_start_supervised(struct guest *guest, const char *program, unsigned port);
void list_stop(struct guest *guest);
int list_serve(const char *port);
const char *list_self(void);

#endif
