/* SPDX-License-Identifier: MIT
 * hierarchy.c - finds the cgroup of this process in the file system, makes one below it, enters it and removes it; cgroups(7).
 * Runs in the command. */
#include "cgroup/hierarchy.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/magic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#define FOLDER (O_RDONLY | O_DIRECTORY | O_CLOEXEC)
#define TRIES 8

/** fail - why not: @what: @error, an errno value. */
static bool
fail(char why[BG_CGROUP_ERROR_MAX], const char *what, int error)
{
	snprintf(why, BG_CGROUP_ERROR_MAX, "%s: %s; use --engine seccomp", what, strerror(error));
	return false;
}

/** read_own - the path of this process's cgroup v2 in the hierarchy, the line `0::PATH` of proc(5). Return: is there one? */
static bool
read_own(char own[PATH_MAX])
{
	FILE *file = fopen("/proc/self/cgroup", "re");
	char line[PATH_MAX];
	bool found = false;

	while (file && !found && fgets(line, sizeof(line), file)) {
		found = strncmp(line, "0::/", 4) == 0;
		line[strcspn(line, "\n")] = '\0';
	}
	if (file)
		fclose(file);
	snprintf(own, PATH_MAX, "%s", found ? line + 3 : "");
	return found;
}

/**
 * find_mount - where a cgroup2 file system is that has @own in it, from mountinfo; proc(5). Blanks of the path are not decoded.
 * What another file system hides is none. @path: set to the folder of @own. Return: is there one?
 */
static bool
find_mount(const char *own, char path[PATH_MAX])
{
	FILE *file = fopen("/proc/self/mountinfo", "re");
	char line[2 * PATH_MAX], root[PATH_MAX], at[PATH_MAX];
	bool found = false;

	while (file && !found && fgets(line, sizeof(line), file)) {
		struct statfs system;
		size_t size;

		if (!strstr(line, " - cgroup2 ") || sscanf(line, "%*s %*s %*s %4095s %4095s", root, at) != 2)
			continue;
		size = strcmp(root, "/") == 0 ? 0 : strlen(root);
		found = strncmp(own, root, size) == 0 && (own[size] == '/' || own[size] == '\0') &&
			(size_t)snprintf(path, PATH_MAX, "%s%s", at, own + size) < PATH_MAX &&
			statfs(path, &system) == 0 && system.f_type == CGROUP2_SUPER_MAGIC;
	}
	if (file)
		fclose(file);
	return found;
}

/** hierarchy_is_populated - is a process in the cgroup, or below it? @events: its open cgroup.events */
bool
hierarchy_is_populated(int events)
{
	char text[256];
	ssize_t size = pread(events, text, sizeof(text) - 1, 0);

	text[size > 0 ? size : 0] = '\0';
	return strstr(text, "populated 1") != NULL;
}

/** is_ours - is @name all of one that try_make() gives? */
static bool
is_ours(const char *name)
{
	unsigned pid, number;
	char more;

	return sscanf(name, BG_CGROUP_NAME "%c", &pid, &number, &more) == 2;
}

/** is_left - is nobody in the cgroup @folder, and does nobody see to its end? Then it is locked by us. */
static bool
is_left(int folder)
{
	int events = openat(folder, "cgroup.events", O_RDONLY | O_CLOEXEC);
	bool populated = events < 0 || hierarchy_is_populated(events);

	if (events >= 0)
		close(events);
	return !populated && flock(folder, LOCK_EX | LOCK_NB) == 0;
}

/** remove_below - the cgroups in @folder, which programs in it may have made. */
static void
remove_below(int folder, int depth)
{
	int copy = openat(folder, ".", FOLDER);
	DIR *entries = copy < 0 ? NULL : fdopendir(copy);
	const struct dirent *entry;

	while (entries && (entry = readdir(entries))) {
		int below;

		if (entry->d_type != DT_DIR || entry->d_name[0] == '.')
			continue;
		below = depth > 0 ? openat(folder, entry->d_name, FOLDER) : -1;
		if (below >= 0) {
			remove_below(below, depth - 1);
			close(below);
		}
		unlinkat(folder, entry->d_name, AT_REMOVEDIR);
	}
	if (entries)
		closedir(entries);
	else if (copy >= 0)
		close(copy);
}

/** sweep - remove the cgroups of ours whose keeper was killed, as far as nobody is in them any more. */
static void
sweep(int parent)
{
	int copy = openat(parent, ".", FOLDER);
	DIR *entries = copy < 0 ? NULL : fdopendir(copy);
	const struct dirent *entry;

	while (entries && (entry = readdir(entries))) {
		struct hierarchy left = {.parent = parent, .folder = -1};

		if (!is_ours(entry->d_name) ||
		    snprintf(left.name, sizeof(left.name), "%s", entry->d_name) >= (int)sizeof(left.name))
			continue;
		left.folder = openat(parent, left.name, FOLDER);
		if (left.folder < 0)
			continue;
		if (is_left(left.folder))
			hierarchy_remove(&left);
		close(left.folder);
	}
	if (entries)
		closedir(entries);
	else if (copy >= 0)
		close(copy);
}

/** hierarchy_find - the folder of this process's cgroup. */
bool
hierarchy_find(struct hierarchy *hierarchy, char why[BG_CGROUP_ERROR_MAX])
{
	char own[PATH_MAX], path[PATH_MAX];

	if (!read_own(own)) {
		snprintf(why, BG_CGROUP_ERROR_MAX, "this kernel has no cgroup v2: use --engine seccomp");
		return false;
	}
	if (!find_mount(own, path)) {
		snprintf(why, BG_CGROUP_ERROR_MAX,
			 "no cgroup v2 is mounted here: mount -t cgroup2 none /sys/fs/cgroup, or use --engine seccomp");
		return false;
	}
	hierarchy->parent = open(path, FOLDER);
	if (hierarchy->parent >= 0)
		return true;
	snprintf(why, BG_CGROUP_ERROR_MAX, "%.256s: %s; use --engine seccomp", path, strerror(errno));
	return false;
}

/**
 * try_make - once. Return: 0, an errno value; ENOENT: another guard took it for one that was left. Only root may open it until
 * it is locked: whoever opens it may lock it, and nobody is waited for.
 */
static int
try_make(struct hierarchy *hierarchy)
{
	struct stat opened, named;

	if (mkdirat(hierarchy->parent, hierarchy->name, 0700))
		return errno;
	hierarchy->folder = openat(hierarchy->parent, hierarchy->name, FOLDER);
	if (hierarchy->folder < 0)
		return errno;
	if (flock(hierarchy->folder, LOCK_SH | LOCK_NB) == 0 && fstat(hierarchy->folder, &opened) == 0 &&
	    fstatat(hierarchy->parent, hierarchy->name, &named, 0) == 0 && opened.st_ino == named.st_ino &&
	    fchmod(hierarchy->folder, 0755) == 0)
		return 0;
	close(hierarchy->folder);
	hierarchy->folder = -1;
	return ENOENT;
}

/** hierarchy_make - the new cgroup, in which nobody is. */
bool
hierarchy_make(struct hierarchy *hierarchy, char why[BG_CGROUP_ERROR_MAX])
{
	unsigned number = 0;
	int error = EEXIST;

	sweep(hierarchy->parent);
	for (unsigned i = 0; i < TRIES && (error == EEXIST || error == ENOENT); i++) {
		/* Every process has the number 1 in a PID namespace of its own. */
		if (getrandom(&number, sizeof(number), GRND_NONBLOCK) < 0)
			number = i;
		snprintf(hierarchy->name, sizeof(hierarchy->name), BG_CGROUP_NAME, (unsigned)getpid(), number);
		error = try_make(hierarchy);
	}
	return error ? fail(why, "a cgroup cannot be made", error) : true;
}

/** hierarchy_enter - this process is in it then. */
bool
hierarchy_enter(const struct hierarchy *hierarchy, char why[BG_CGROUP_ERROR_MAX])
{
	int fd = openat(hierarchy->folder, "cgroup.procs", O_WRONLY | O_CLOEXEC);
	bool good = fd >= 0 && write(fd, "0", 1) == 1;
	int error = errno;

	if (fd >= 0)
		close(fd);
	return good ? true : fail(why, "the cgroup cannot be entered", error);
}

/** hierarchy_remove - it and those in it. Return: is it gone? Not where a process is in one of them. */
bool
hierarchy_remove(const struct hierarchy *hierarchy)
{
	remove_below(hierarchy->folder, TRIES);
	return unlinkat(hierarchy->parent, hierarchy->name, AT_REMOVEDIR) == 0 || errno == ENOENT;
}

/** hierarchy_close - what is open of it. */
void
hierarchy_close(struct hierarchy *hierarchy)
{
	if (hierarchy->folder >= 0)
		close(hierarchy->folder);
	if (hierarchy->parent >= 0)
		close(hierarchy->parent);
	hierarchy->folder = hierarchy->parent = -1;
}
