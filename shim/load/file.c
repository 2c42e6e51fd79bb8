/* SPDX-License-Identifier: MIT
 * file.c - finds the configuration file and reads it, without ever waiting for what is no regular file. Cold. */
#include "bindguard/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bindguard/errname.h"
#include "bindguard/event.h"
#include "bindguard/path.h"

/**
 * exists - is there a file at @path? A folder that may not be searched (a daemon with root's HOME) holds none for us;
 * a file that is there and cannot be read is a mistake, told by bg_file_read().
 */
static bool
exists(const char *path)
{
	struct stat status;

	return stat(path, &status) == 0 || (errno != ENOENT && errno != ENOTDIR && errno != EACCES);
}

/** join - @path becomes DIRECTORY/REST. Return: false where it is too long, or relative (XDG Base Directory). */
static bool
join(char path[BG_PATH_MAX], const char *directory, const char *rest)
{
	size_t length = directory ? strlen(directory) : 0, more = strlen(rest);

	if (length == 0 || directory[0] != '/' || length + more >= BG_PATH_MAX)
		return false;
	memcpy(path, directory, length);
	memcpy(path + length, rest, more);
	path[length + more] = '\0';
	return true;
}

/** bg_file_user_path - where the user's file is, or would be. Return: false where there is no such place. */
bool
bg_file_user_path(const struct bg_settings *settings, char path[BG_PATH_MAX])
{
	const char *xdg = settings->xdg_config_home;

	return xdg && xdg[0] == '/' ? join(path, xdg, "/bindguard/bindguard.conf")
				    : join(path, settings->home, "/.config/bindguard/bindguard.conf");
}

/**
 * bg_file_locate - set @loaded's source and path; BG_SOURCE_BUILTIN and "" where no file counts. A path that is too long
 * for a file is a mistake, and not cut: what is left might be another file.
 */
void
bg_file_locate(const struct bg_settings *settings, struct bg_loaded *loaded)
{
	loaded->source = BG_SOURCE_BUILTIN;
	loaded->path[0] = '\0';
	if (settings->config) {
		if (!settings->config[0])
			return;
		loaded->source = BG_SOURCE_ENVIRONMENT;
		if (strlen(settings->config) < sizeof(loaded->path))
			memcpy(loaded->path, settings->config, strlen(settings->config) + 1);
		else
			bg_diag_blame(bg_diags_add(&loaded->diags, 0,
						   "BINDGUARD_CONFIG has %zu bytes, expected at most %d",
						   strlen(settings->config), BG_PATH_MAX - 1),
				      "BINDGUARD_CONFIG", 0);
		return;
	}
	if (bg_file_user_path(settings, loaded->path) && exists(loaded->path))
		loaded->source = BG_SOURCE_USER;
	else if (join(loaded->path, BG_SYSCONFDIR, "/bindguard.conf") && exists(loaded->path))
		loaded->source = BG_SOURCE_SYSTEM;
	else
		loaded->path[0] = '\0';
}

/** cannot - tell why the file cannot be read. Return: NULL, for the caller to return. */
static char *
cannot(struct bg_diags *diags, const char *what)
{
	bg_diags_add(diags, 0, "cannot be read: %s, expected a regular file", what);
	return NULL;
}

/**
 * read_all - what @fd holds, which should be @expected bytes; one more is read to see that it is not.
 * Return: to be freed, NULL for an error (errno).
 */
static char *
read_all(int fd, size_t expected, size_t *size)
{
	char *text = malloc(expected + 2);
	ssize_t got = 1;

	*size = 0;
	while (text && got > 0 && *size <= expected) {
		got = read(fd, text + *size, expected + 1 - *size);
		if (got < 0 && errno == EINTR)
			got = 1;
		else if (got > 0)
			*size += (size_t)got;
	}
	if (text && got < 0) {
		free(text);
		return NULL;
	}
	if (text)
		text[*size] = '\0';
	return text;
}

/**
 * distrust - tell what is wrong with @what, the file or a part of its path.
 * @owned: its owner is the one who is wrong, and not its mode
 */
static void
distrust(const struct bg_file_trust *trust, const char *what, bool owned, unsigned number, struct bg_diags *diags)
{
	char wrong[64];

	snprintf(wrong, sizeof(wrong), owned ? "owned by uid %u" : "mode %04o lets others write to it", number);
	if (owned)
		bg_diags_add(diags, 0, "not trusted: %.100s%s, expected %s", what, wrong,
			     trust->strict ? "root's: copy it, or run as its owner" : "yours or root's: copy it");
	else
		bg_diags_add(diags, 0, "not trusted: %.100s%s, expected %s", what, wrong,
			     trust->strict ? "that only root can: chmod go-w" : "that only you or root can: chmod o-w");
}

/** is_trusted - may the configuration for @trust be the open file of this @status? Else it is told. */
static bool
is_trusted(const struct bg_file_trust *trust, const struct stat *status, struct bg_diags *diags)
{
	if (!bg_owner_is_trusted(status->st_uid, trust->uid))
		distrust(trust, "", true, status->st_uid, diags);
	else if (!bg_mode_is_trusted(status->st_mode, status->st_gid, !trust->strict))
		distrust(trust, "", false, status->st_mode & 07777, diags);
	else
		return true;
	return false;
}

/**
 * open_strict - open the file at @path, but not by a folder or link that others may turn to another file: that file's text
 * would stand in the messages about it. Return: -1 and errno, which is 0 where that has been told.
 */
static int
open_strict(const char *path, const struct bg_file_trust *trust, int flags, struct bg_diags *diags)
{
	char text[2 * BG_PATH_MAX], what[BG_DIAG_TEXT_MAX];
	struct bg_walk walk = {.text = text, .size = sizeof(text), .uid = trust->uid, .folders = true, .follow = true};
	int folder = bg_walk(&walk, path), fd;
	bool owned;

	if (folder >= 0) {
		fd = openat(folder, walk.part, flags | O_NOFOLLOW);
		close(folder);
		return fd;
	}
	errno = -folder;
	if (!walk.distrusted)
		return -1;
	owned = !bg_owner_is_trusted(walk.owner, trust->uid);
	snprintf(what, sizeof(what), "%s %.60s: ", S_ISLNK(walk.mode) ? "link" : "folder", walk.part);
	distrust(trust, what, owned, owned ? walk.owner : walk.mode & 07777, diags);
	errno = 0;
	return -1;
}

/** open_file - open the file at @path for reading. Return: -1 where it cannot be opened, which is told. */
static int
open_file(const char *path, const struct bg_file_trust *trust, struct bg_diags *diags)
{
	int flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY;
	int fd = trust && trust->strict ? open_strict(path, trust, flags, diags) : openat(AT_FDCWD, path, flags);

	if (fd < 0 && errno)
		cannot(diags, bg_errno_name(errno));
	return fd;
}

/**
 * bg_file_read - the text of the file at @path.
 * @trust: whose it has to be; NULL: whoever's
 * @size: its length in bytes
 * Return: to be freed; NULL and a mistake in @diags where it cannot be read.
 *
 * What is no regular file is not opened: a FIFO would wait for a writer, a device may act.
 */
char *
bg_file_read(const char *path, const struct bg_file_trust *trust, size_t *size, struct bg_diags *diags)
{
	struct stat status;
	char *text;
	int fd;

	if (stat(path, &status))
		return cannot(diags, bg_errno_name(errno));
	if (S_ISDIR(status.st_mode))
		return cannot(diags, "it is a directory");
	if (!S_ISREG(status.st_mode))
		return cannot(diags, "it is a device, a socket or a FIFO");
	fd = open_file(path, trust, diags);
	if (fd < 0)
		return NULL;
	if (fstat(fd, &status) || !S_ISREG(status.st_mode)) {
		close(fd);
		return cannot(diags, "it is no regular file");
	}
	if (trust && !is_trusted(trust, &status, diags)) {
		close(fd);
		return NULL;
	}
	if (status.st_size > BG_FILE_MAX) {
		close(fd);
		bg_diags_add(diags, 0, "has %lld bytes, expected at most %d", (long long)status.st_size, BG_FILE_MAX);
		return NULL;
	}
	text = read_all(fd, (size_t)status.st_size, size);
	close(fd);
	if (text && *size != (size_t)status.st_size) {
		free(text);
		return cannot(diags, "it changed while it was read");
	}
	return text ? text : cannot(diags, bg_errno_name(errno));
}
