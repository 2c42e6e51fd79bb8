/* SPDX-License-Identifier: MIT
 * list.h - what the files of `bindguard list` share: sockets as the kernel reports them, who holds them, and who
 * reaches them. */
#ifndef BINDGUARD_LAUNCHER_LIST_H
#define BINDGUARD_LAUNCHER_LIST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bindguard/decision.h"

/** enum state - what a socket does, as far as this command tells sockets apart. */
enum state {
	STATE_LISTENING,   /* takes connections */
	STATE_UNCONNECTED, /* takes datagrams or packets from anybody */
	STATE_CONNECTED,   /* takes datagrams from its peer alone */
};

/** enum v6only - IPV6_V6ONLY, ipv6(7). */
enum v6only {
	V6ONLY_UNKNOWN, /* the kernel does not say: IPv4, connected, or Linux before 4.3 */
	V6ONLY_OFF,
	V6ONLY_ON,
};

/** enum reach - from where a socket is reached, widest first: the order of the table. */
enum reach {
	REACH_ANYWHERE,
	REACH_INTERFACE, /* through @interface */
	REACH_MACHINE,	 /* from this machine only */
};

/** enum guard - which engine guards a process. */
enum guard {
	GUARD_UNKNOWN, /* not ours to see */
	GUARD_NO,
	GUARD_PRELOAD,
	GUARD_SECCOMP,
};

/** enum guard_note - why a process is not guarded though it looks like it. */
enum guard_note {
	GUARD_NOTE_NONE,
	GUARD_NOTE_OWN_CALLS, /* the library is in it, and it makes its own system calls */
	GUARD_NOTE_OBSERVES,  /* mode observe: nothing is changed */
	GUARD_NOTE_OFF,	      /* mode off */
};

/**
 * struct socket - a socket.
 * @protocol: without IPv4 and IPv6: that is @local.addr.family
 * @mptcp: a TCP socket that speaks MPTCP
 * @ip_protocol: of a raw socket, raw(7)
 * @state, @v6only: see there
 * @local, @peer: names; @peer only of STATE_CONNECTED
 * @ifindex: device it is bound to, 0: none
 * @uid, @inode: owner, and the number in /proc/PID/fd
 * @device: name of @ifindex, or ""
 * @reach, @interface: set by reach_find(); @interface is "" but for REACH_INTERFACE
 * @localnet: at a loopback address that an interface lets its neighbours reach: route_localnet
 * @ephemeral: UDP, on a wildcard and a port that the kernel may have chosen: perhaps a client
 */
struct socket {
	enum bg_protocol protocol;
	bool mptcp;
	uint8_t ip_protocol;
	enum state state;
	enum v6only v6only;
	struct bg_endpoint local;
	struct bg_endpoint peer;
	uint32_t ifindex;
	uint32_t uid;
	uint32_t inode;
	char device[BG_IFNAME_MAX];
	enum reach reach;
	char interface[BG_IFNAME_MAX];
	bool localnet;
	bool ephemeral;
};

/**
 * struct sockets - a growing list of them.
 * @items, @count, @room: used and allocated elements
 * @missing: set of enum bg_protocol that the kernel speaks and its diagnosis does not show
 */
struct sockets {
	struct socket *items;
	size_t count;
	size_t room;
	unsigned missing;
};

/**
 * struct process - a process that holds a socket of the list.
 * @program: base name of its executable, as rules see it; raw bytes
 * @note: what there is to say of @guard
 * @called: what it calls itself, proc_pid_comm(5), for executables of many names such as busybox; raw bytes
 */
struct process {
	int pid;
	int parent;
	enum guard guard;
	enum guard_note note;
	char program[256];
	char called[64];
};

/** struct hold - process @process (an index) holds the socket @inode. */
struct hold {
	uint32_t inode;
	uint32_t process;
};

/**
 * struct processes - who holds what.
 * @items, @count, @room: the processes, by pid
 * @holds, @hold_count, @hold_room: by inode, each pair once; of one inode the parent of the others first
 * @hidden: processes whose descriptors we may not see
 */
struct processes {
	struct process *items;
	size_t count;
	size_t room;
	struct hold *holds;
	size_t hold_count;
	size_t hold_room;
	size_t hidden;
};

/**
 * struct interface_address - an address of an interface, or (@addr.family 0) the interface alone.
 * @broadcast: IPv4's, family 0: none
 * @localnet: it lets neighbours reach 127.0.0.0/8: net.ipv4.conf.NAME.route_localnet or that of `all`
 */
struct interface_address {
	char name[BG_IFNAME_MAX];
	uint32_t ifindex;
	bool loopback;
	struct bg_addr addr;
	struct bg_addr broadcast;
	bool localnet;
};

/** struct interfaces - all of this machine. @all_localnet: each of them has it */
struct interfaces {
	struct interface_address *items;
	size_t count;
	size_t room;
	bool all_localnet;
};

/** enum parse_end - what a received buffer ended with. */
enum parse_end {
	PARSE_MORE,	   /* the dump goes on */
	PARSE_DONE,	   /* it is whole */
	PARSE_INTERRUPTED, /* the table changed meanwhile: ask again */
	PARSE_FAILED,	   /* *error says why */
};

void *list_grow(void *items, size_t count, size_t *room, size_t size);
enum parse_end sockets_parse(struct sockets *sockets, enum bg_protocol protocol, uint32_t sequence, const void *buffer,
			     size_t size, int *error);
int sockets_merge_mptcp(struct sockets *sockets, struct sockets *mptcp);
int sockets_dump(struct sockets *sockets, bool all);
void sockets_mark_ephemeral(struct sockets *sockets);
void sockets_free(struct sockets *sockets);

int interfaces_read(struct interfaces *interfaces);
void interfaces_free(struct interfaces *interfaces);
void reach_find(struct socket *socket, const struct interfaces *interfaces);

int processes_find(struct processes *processes, const struct sockets *sockets);
void processes_arrange(struct processes *processes);
void processes_free(struct processes *processes);
const struct hold *processes_of(const struct processes *processes, uint32_t inode, size_t *count);
enum guard guard_find(int pid, enum guard_note *note);

/* list_mode.c */
bool mode_find(int pid, enum bg_mode *mode);

/** SOCKET_TEXT_MAX - bytes of the longest cell: a name of 255 bytes, each escaped as \xNN. */
#define SOCKET_TEXT_MAX 1100

const struct process *socket_process(const struct socket *socket, const struct processes *processes, size_t *count);
bool socket_is_dual_stack(const struct socket *socket);
void list_copy_escaped(const char *name, char text[SOCKET_TEXT_MAX]);
void socket_format_address(const struct socket *socket, char text[SOCKET_TEXT_MAX]);
void socket_format_reach(const struct socket *socket, char text[SOCKET_TEXT_MAX]);
void socket_format_program(const struct process *process, char text[SOCKET_TEXT_MAX]);
void socket_format_note(const struct socket *socket, const struct processes *processes, char text[SOCKET_TEXT_MAX]);
const char *guard_word(enum guard guard);
const char *guard_note_text(enum guard_note note);

/**
 * struct table_column - a column of a table.
 * @flags: of libsmartcols(3)
 */
struct table_column {
	const char *name;
	int flags;
};

struct libscols_table;
struct libscols_table *table_new(const struct table_column *columns, size_t count);
void table_make_ascii(char cell[SOCKET_TEXT_MAX]);

int list_print_table(const struct sockets *sockets, const struct processes *processes);
int list_print_json(const struct sockets *sockets, const struct processes *processes);
void list_print_summary(const struct sockets *sockets, const struct processes *processes);

#endif
