/* SPDX-License-Identifier: MIT
 * library.c - finds libbindguard.so, sees that it loads, and puts it into LD_PRELOAD. Of `bindguard run`. */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bindguard/elf_file.h"
#include "launcher/run/library.h"
#include "launcher/run/run.h"

#define LIBRARY "libbindguard.so"

/** beside_command - the path of the library in this executable's folder, where the build tree has it; "" for none. */
static void
beside_command(char path[PATH_MAX])
{
	ssize_t length = readlink("/proc/self/exe", path, PATH_MAX - 1);
	char *slash;

	path[length > 0 ? length : 0] = '\0';
	slash = strrchr(path, '/');
	if (slash && (size_t)(slash - path) + sizeof("/" LIBRARY) <= PATH_MAX) {
		memcpy(slash, "/" LIBRARY, sizeof("/" LIBRARY));
		if (access(path, F_OK) == 0)
			return;
	}
	path[0] = '\0';
}

/**
 * try_load - does the dynamic linker take the library? It would go on without a library that it cannot preload, and
 * CMD would run unguarded: ld.so(8). Loaded here it shows before CMD starts, and with the reason.
 */
static int
try_load(const char *path, struct failure *failure)
{
	bool cut = false;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	struct bg_head head;
	const char *why;

	if (fd >= 0) {
		bg_head_read(fd, &head);
		cut = bg_elf_is_cut(&head);
		close(fd);
	}
	if (cut) /* dlopen(3) would map it all the same, and end us */
		return command_fail(failure, STATUS_RUN_FAILED,
				    "the library cannot be loaded: %s: a part of it is missing", path);
	if (dlopen(path, RTLD_NOW | RTLD_LOCAL))
		return STATUS_GOOD;
	why = dlerror();
	return command_fail(failure, STATUS_RUN_FAILED, "the library cannot be loaded: %s", why ? why : path);
}

/**
 * library_find - the library's absolute path, without symbolic links: /proc/PID/maps shows it so.
 * The shim sets itself up where it is loaded, so the environment must be the one that CMD gets.
 */
int
library_find(char path[PATH_MAX], struct failure *failure)
{
	char place[PATH_MAX];

	beside_command(place);
	if (!place[0])
		snprintf(place, sizeof(place), "%s", BG_LIBDIR "/" LIBRARY);
	if (!realpath(place, path))
		return command_fail(failure, STATUS_RUN_FAILED, "%s: %s, expected it beside this command or there",
				    place, strerror(errno));
	if (strpbrk(path, " :$"))
		return command_fail(failure, STATUS_RUN_FAILED,
				    "%s: LD_PRELOAD cannot hold a path with a blank, a colon or a dollar sign, "
				    "expected the library elsewhere",
				    path);
	return try_load(path, failure);
}

/** holds - is @path one of the entries of @list, a value of LD_PRELOAD? They are separated by blanks or colons, ld.so(8). */
static bool
holds(const char *list, const char *path)
{
	while (*list) {
		size_t length = strcspn(list, " :");

		if (length == strlen(path) && strncmp(list, path, length) == 0)
			return true;
		list += length;
		list += strspn(list, " :");
	}
	return false;
}

/** library_preload - put @library in front of what LD_PRELOAD holds, unless it is there already. */
int
library_preload(const char *library, struct failure *failure)
{
	const char *old = getenv("LD_PRELOAD");
	char *value = NULL;
	int failed;

	if (!old)
		old = "";
	if (holds(old, library))
		return STATUS_GOOD;
	failed = asprintf(&value, "%s%s%s", library, *old ? ":" : "", old) < 0 || setenv("LD_PRELOAD", value, 1);
	free(value);
	return failed ? command_fail(failure, STATUS_RUN_FAILED, "LD_PRELOAD cannot be set: %s", strerror(errno))
		      : STATUS_GOOD;
}

/**
 * library_calm_sanitizer - CMD needs the AddressSanitizer runtime @sanitizer, which ends a program where it is not the
 * first library. Nothing that it intercepts is ours, so the order does no harm, and it is told not to look.
 *
 * Not done by putting the runtime in front in LD_PRELOAD: the children of CMD would be loaded with it too, and its leak
 * check would change their exit statuses.
 */
int
library_calm_sanitizer(const char *sanitizer, struct failure *failure)
{
	static const char option[] = "verify_asan_link_order";
	const char *old = getenv("ASAN_OPTIONS");
	char *value = NULL;
	int failed;

	if (!sanitizer[0] || (old && strstr(old, option)))
		return STATUS_GOOD;
	failed = asprintf(&value, "%s%s%s=0", old ? old : "", old && *old ? ":" : "", option) < 0 ||
		 setenv("ASAN_OPTIONS", value, 1);
	free(value);
	return failed ? command_fail(failure, STATUS_RUN_FAILED, "ASAN_OPTIONS cannot be set: %s", strerror(errno))
		      : STATUS_GOOD;
}
