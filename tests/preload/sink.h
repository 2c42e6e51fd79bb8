/* SPDX-License-Identifier: MIT
 * sink.h - places that events go to, made for one test: a /dev and a /run of its own, sockets, files, terminals. */
#ifndef BINDGUARD_TESTS_PRELOAD_SINK_H
#define BINDGUARD_TESTS_PRELOAD_SINK_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#define SYSLOG_SOCKET "/dev/log"
#define JOURNAL_SOCKET "/run/systemd/journal/socket"

/** SINK_DIR - an empty folder of the test's own, on a tmpfs; gone with the test. */
#define SINK_DIR "/run/bindguard-sink"

/** SINK_IN_TIME - in a host's environment: if it waits it is ended, with a status that is not 0. */
#define SINK_IN_TIME "timeout -k 1 20 env"

int sink_set_up(void **state);
int sink_tear_down(void **state);
int sink_begin(void **state);

int sink_listen(const char *path, int type);
ssize_t sink_receive(int fd, char *message, size_t size);
unsigned sink_drain(int fd);
void sink_close(int fd, const char *path);

size_t sink_read(const char *path, char *text, size_t size);
unsigned sink_count(const char *path, const char *needle);
void sink_write(const char *path, const char *text);
bool sink_mount(const char *path, const char *options);
void sink_pass(int fd);
int sink_terminal(int *master);
const char *sink_deep_copy(const char *program, char *path, size_t size);

void sink_run(const char *environment, const char *arguments, char *output, size_t size);
void sink_expect(const char *environment, const char *arguments, const char *expected);
unsigned sink_check_json(const char *path);

#endif
