/* SPDX-License-Identifier: MIT
 * process_mode.c - does the library in another process act, or observe? As far as its environment and its configuration file
 * tell, which it has read when it started. Runs in the launcher only. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bindguard/file.h"
#include "launcher/sockets/process_mode.h"
#include "launcher/sockets/sockets.h"

#define ENVIRONMENT_MAX (256 * 1024)

/** read_environment - the variables with which process @pid was started, proc(5). Return: bytes, 0: not to be had. */
static size_t
read_environment(int pid, char *block)
{
	char path[64];
	size_t size = 0;
	ssize_t got = 1;
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/environ", pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	while (fd >= 0 && got > 0 && size < ENVIRONMENT_MAX) {
		got = read(fd, block + size, ENVIRONMENT_MAX - size);
		size += got > 0 ? (size_t)got : 0;
	}
	if (fd >= 0)
		close(fd);
	block[size] = '\0';
	return size;
}

/** shares_root - does process @pid see the files that we see, as far as its root folder tells? */
static bool
shares_root(int pid)
{
	char path[64], target[8];
	ssize_t size;

	snprintf(path, sizeof(path), "/proc/%d/root", pid);
	size = readlink(path, target, sizeof(target));
	return size == 1 && target[0] == '/';
}

/** read_user - whose file process @pid trusts: its folder in /proc has its effective user, proc(5). */
static bool
read_user(int pid, struct bg_file_trust *trust)
{
	struct stat status;
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d", pid);
	if (stat(path, &status))
		return false;
	trust->uid = status.st_uid;
	trust->strict = trust->uid == 0;
	return true;
}

/** read_mode - the mode of the file that a process with these variables reads. Return: false where there is none to be had. */
static bool
read_mode(int pid, struct bg_settings *settings, enum bg_mode *mode)
{
	static struct bg_loaded loaded;
	struct bg_file_trust trust;
	static char config[BG_PATH_MAX];
	struct bg_policy *policy;
	size_t size;
	char *text;

	if (!shares_root(pid) || !read_user(pid, &trust))
		return false;
	if (settings->config && settings->config[0] && settings->config[0] != '/') {
		snprintf(config, sizeof(config), "/proc/%d/cwd/%.4000s", pid, settings->config);
		settings->config = config;
	}
	memset(&loaded, 0, sizeof(loaded));
	bg_file_locate(settings, &loaded);
	text = loaded.source != BG_SOURCE_BUILTIN && loaded.path[0]
		       ? bg_file_read(loaded.path, &trust, &size, &loaded.diags)
		       : NULL;
	policy = text ? bg_load_text(text, size, &loaded.diags) : NULL;
	free(text);
	settings->config = NULL; /* perhaps @config, which ends here */
	if (policy)		 /* else its own is the built-in one, or lockdown: both act */
		*mode = policy->mode;
	free(policy);
	return policy != NULL;
}

/**
 * process_mode_find - the mode of the guard in process @pid.
 * Return: false where it cannot be told: it is then taken for enforce, the built-in one.
 */
bool
process_mode_find(int pid, enum bg_mode *mode)
{
	char *block = malloc(ENVIRONMENT_MAX + 1);
	struct bg_settings settings;
	size_t size = block ? read_environment(pid, block) : 0;
	int named;

	*mode = BG_MODE_ENFORCE;
	bg_settings_parse(block, size, &settings);
	named = bg_settings_mode(&settings);
	if (named >= 0)
		*mode = (enum bg_mode)named;
	else if (size && !settings.mode && !read_mode(pid, &settings, mode)) /* a wrong word is lockdown, which acts */
		size = 0;
	free(block);
	return size != 0;
}
