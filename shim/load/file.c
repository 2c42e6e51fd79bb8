/* SPDX-License-Identifier: MIT
 * file.c - finds the configuration file and reads it, without ever waiting for what is no regular file. Cold. */
#include "load/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bindguard/event.h"

/**
 * exists - is there a file at @path? A folder that may not be searched (a daemon with root's HOME) holds none for us;
 * a file that is there and cannot be read is a mistake, told by file_read().
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

/** file_user_path - where the user's file is, or would be. Return: false where there is no such place. */
bool
file_user_path(const struct bg_settings *settings, char path[BG_PATH_MAX])
{
	const char *xdg = settings->xdg_config_home;

	return xdg && xdg[0] == '/' ? join(path, xdg, "/bindguard/bindguard.conf")
				    : join(path, settings->home, "/.config/bindguard/bindguard.conf");
}

/**
 * file_locate - set @loaded's source and path; BG_SOURCE_BUILTIN and "" where no file counts. A path that is too long
 * for a file is a mistake, and not cut: what is left might be another file.
 */
void
file_locate(const struct bg_settings *settings, struct bg_loaded *loaded)
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
			bg_diags_add(&loaded->diags, 0, "BINDGUARD_CONFIG has %zu bytes, expected at most %d",
				     strlen(settings->config), BG_PATH_MAX - 1);
		return;
	}
	if (file_user_path(settings, loaded->path) && exists(loaded->path))
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
 * file_read - the text of the file at @path.
 * @size: its length in bytes
 * Return: to be freed; NULL and a mistake in @diags where it cannot be read.
 *
 * What is no regular file is not opened: a FIFO would wait for a writer, a device may act.
 */
char *
file_read(const char *path, size_t *size, struct bg_diags *diags)
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
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (fd < 0)
		return cannot(diags, bg_errno_name(errno));
	if (fstat(fd, &status) || !S_ISREG(status.st_mode)) {
		close(fd);
		return cannot(diags, "it is no regular file");
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
