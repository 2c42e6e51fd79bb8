/* SPDX-License-Identifier: MIT
 * processes.c - which processes hold a socket: reads each /proc/PID/fd once, proc(5). Runs in the launcher only. */
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bindguard/rule.h"
#include "launcher/sockets/process_guard.h"
#include "launcher/sockets/processes.h"
#include "launcher/sockets/sockets.h"

/** compare_inodes - of two uint32_t, for qsort(3). */
static int
compare_inodes(const void *left, const void *right)
{
	const uint32_t *a = left, *b = right;

	return (*a > *b) - (*a < *b);
}

/** compare_holders - by inode, then by process. */
static int
compare_holders(const void *left, const void *right)
{
	const struct socket_holder *a = left, *b = right;

	return a->inode != b->inode ? (a->inode > b->inode) - (a->inode < b->inode)
				    : (a->process > b->process) - (a->process < b->process);
}

/** read_program - name the process whose folder in /proc is @folder: as rules do, by its executable's base name. */
static void
read_program(int folder, struct process *process)
{
	static const char deleted[] = " (deleted)";
	char path[4096 + sizeof(deleted)];
	ssize_t size = readlinkat(folder, "exe", path, sizeof(path) - 1);

	if (size < 0)
		return;
	path[size] = '\0';
	if ((size_t)size > strlen(deleted) && strcmp(path + size - strlen(deleted), deleted) == 0)
		path[(size_t)size - strlen(deleted)] = '\0';
	snprintf(process->program, sizeof(process->program), "%.255s", bg_base_name(path));
}

/** read_stat - the parent and the name it gives itself, which may hold any byte. */
static void
read_stat(int folder, struct process *process)
{
	char text[1024], *open_bracket, *close_bracket;
	int fd = openat(folder, "stat", O_RDONLY | O_CLOEXEC);
	ssize_t size = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);

	if (fd >= 0)
		close(fd);
	text[size < 0 ? 0 : size] = '\0';
	open_bracket = strchr(text, '(');
	close_bracket = strrchr(text, ')');
	if (!open_bracket || !close_bracket || close_bracket < open_bracket)
		return;
	if (sscanf(close_bracket + 1, " %*c %d", &process->parent) != 1)
		process->parent = 0;
	*close_bracket = '\0';
	snprintf(process->called, sizeof(process->called), "%.63s", open_bracket + 1);
	if (!process->program[0])
		memcpy(process->program, process->called, sizeof(process->called));
}

/** add_process - a process that holds something. Return: 0 or ENOMEM. */
static int
add_process(struct processes *processes, int folder, int pid)
{
	struct process *items = sockets_grow(processes->items, processes->count, &processes->room, sizeof(*items));
	struct process *process;

	if (!items)
		return ENOMEM;
	processes->items = items;
	process = &items[processes->count++];
	memset(process, 0, sizeof(*process));
	process->pid = pid;
	read_program(folder, process);
	read_stat(folder, process);
	process->guard = process_guard_find(pid, &process->note);
	return 0;
}

/** add_holder - the process added last holds @inode as @fd. Return: 0 or ENOMEM. */
static int
add_holder(struct processes *processes, uint32_t inode, int fd)
{
	struct socket_holder *holders =
		sockets_grow(processes->holders, processes->holder_count, &processes->holder_room, sizeof(*holders));

	if (!holders)
		return ENOMEM;
	processes->holders = holders;
	holders[processes->holder_count].inode = inode;
	holders[processes->holder_count].fd = fd;
	holders[processes->holder_count++].process = (uint32_t)(processes->count - 1);
	return 0;
}

/** socket_inode - the number in a link `socket:[N]`, 0 for any other link. */
static uint32_t
socket_inode(int folder, const char *name)
{
	char target[64];
	ssize_t size = readlinkat(folder, name, target, sizeof(target) - 1);
	unsigned inode;

	if (size < 0)
		return 0;
	target[size] = '\0';
	return sscanf(target, "socket:[%u]", &inode) == 1 ? inode : 0;
}

/** struct inode_list - the inodes looked for, sorted. */
struct inode_list {
	uint32_t *inodes;
	size_t count;
};

/** scan_process - the descriptors of one process. Return: 0 or ENOMEM; a process that is gone holds nothing. */
static int
scan_process(struct processes *processes, const struct inode_list *wanted, int proc, const char *name)
{
	int folder = openat(proc, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int fds = folder < 0 ? -1 : openat(folder, "fd", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *links = fds < 0 ? NULL : fdopendir(fds);
	const struct dirent *entry;
	bool added = false;
	int error = 0;

	if (folder >= 0 && fds < 0 && errno == EACCES)
		processes->hidden++;
	while (links && !error && (entry = readdir(links))) {
		uint32_t inode = socket_inode(fds, entry->d_name);

		if (!inode || !bsearch(&inode, wanted->inodes, wanted->count, sizeof(inode), compare_inodes))
			continue;
		if (!added)
			error = add_process(processes, folder, (int)strtol(name, NULL, 10));
		added = true;
		if (!error)
			error = add_holder(processes, inode, (int)strtol(entry->d_name, NULL, 10));
	}
	if (links)
		closedir(links);
	else if (fds >= 0)
		close(fds);
	if (folder >= 0)
		close(folder);
	return error;
}

/** has_parent - among @count holders of one socket, is there the parent of process @index? */
static bool
has_parent(const struct processes *processes, const struct socket_holder *holders, size_t count, uint32_t index)
{
	for (size_t i = 0; i < count; i++)
		if (processes->items[holders[i].process].pid == processes->items[index].parent)
			return true;
	return false;
}

/** processes_arrange - sort the holders, drop doubles, and put the parent of a socket's processes first. */
void
processes_arrange(struct processes *processes)
{
	struct socket_holder *holders = processes->holders;
	size_t kept = 0, end;

	if (processes->holder_count)
		qsort(holders, processes->holder_count, sizeof(*holders), compare_holders);
	for (size_t i = 0; i < processes->holder_count; i++)
		if (!kept || compare_holders(&holders[kept - 1], &holders[i]) != 0)
			holders[kept++] = holders[i];
	processes->holder_count = kept;
	for (size_t i = 0; i < kept; i = end) {
		size_t first = i;

		for (end = i; end < kept && holders[end].inode == holders[i].inode; end++)
			;
		while (first < end && has_parent(processes, holders + i, end - i, holders[first].process))
			first++;
		if (first < end) {
			struct socket_holder parent = holders[first];

			memmove(&holders[i + 1], &holders[i], (first - i) * sizeof(*holders));
			holders[i] = parent;
		}
	}
}

/**
 * processes_find - who holds @sockets, but for this process, which may have inherited some. Where there is no /proc, nobody
 * is seen. Return: 0 or ENOMEM.
 */
int
processes_find(struct processes *processes, const struct sockets *sockets)
{
	struct inode_list wanted = {.inodes = calloc(sockets->count + 1, sizeof(uint32_t))};
	DIR *proc = opendir("/proc");
	const struct dirent *entry;
	int error = wanted.inodes ? 0 : ENOMEM;

	for (size_t i = 0; !error && i < sockets->count; i++)
		wanted.inodes[wanted.count++] = sockets->items[i].inode;
	if (!error)
		qsort(wanted.inodes, wanted.count, sizeof(uint32_t), compare_inodes);
	while (proc && !error && (entry = readdir(proc)))
		if (isdigit((unsigned char)entry->d_name[0]) && strtol(entry->d_name, NULL, 10) != getpid())
			error = scan_process(processes, &wanted, dirfd(proc), entry->d_name);
	if (proc)
		closedir(proc);
	free(wanted.inodes);
	processes_arrange(processes);
	return error;
}

/** processes_holding - the holders of socket @inode, @count of them, the parent of the others first. NULL: none is seen. */
const struct socket_holder *
processes_holding(const struct processes *processes, uint32_t inode, size_t *count)
{
	size_t low = 0, high = processes->holder_count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (processes->holders[middle].inode < inode)
			low = middle + 1;
		else
			high = middle;
	}
	for (high = low; high < processes->holder_count && processes->holders[high].inode == inode; high++)
		;
	*count = high - low;
	return *count ? &processes->holders[low] : NULL;
}

/** processes_free - give the lists back. */
void
processes_free(struct processes *processes)
{
	free(processes->items);
	free(processes->holders);
	memset(processes, 0, sizeof(*processes));
}
