/* SPDX-License-Identifier: MIT
 * processes.h - who holds which socket. */
#ifndef BINDGUARD_LAUNCHER_SOCKETS_PROCESSES_H
#define BINDGUARD_LAUNCHER_SOCKETS_PROCESSES_H

#include "launcher/sockets/process_guard.h"
#include "launcher/sockets/sockets.h"

/**
 * struct process - a process that holds a socket of the list.
 * @program: base name of its executable, as rules see it; raw bytes
 * @note: what there is to say of @guard
 * @called: what it calls itself, proc_pid_comm(5), for executables of many names such as busybox; raw bytes
 */
struct process {
	int pid;
	int parent;
	enum bg_engine guard;
	enum guard_note note;
	char program[256];
	char called[64];
};

/** struct socket_holder - process @process (an index) holds the socket @inode, as its descriptor @fd. */
struct socket_holder {
	uint32_t inode;
	uint32_t process;
	int fd;
};

/**
 * struct processes - who holds what.
 * @items, @count, @room: the processes, by pid
 * @holders, @holder_count, @holder_room: by inode, each pair once; of one inode the parent of the others first
 * @hidden: processes whose descriptors we may not see
 */
struct processes {
	struct process *items;
	size_t count;
	size_t room;
	struct socket_holder *holders;
	size_t holder_count;
	size_t holder_room;
	size_t hidden;
};

int processes_find(struct processes *processes, const struct sockets *sockets);
void processes_arrange(struct processes *processes);
void processes_free(struct processes *processes);
const struct socket_holder *processes_holding(const struct processes *processes, uint32_t inode, size_t *count);

#endif
