/* SPDX-License-Identifier: MIT
 * conf.c - copies the configurations of the source folder to a folder of this user's own. */
#include "net/conf.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/types.h>
#include <unistd.h>

static char folder[] = "/tmp/bindguard-conf.XXXXXX";
static pid_t maker;

/** remove_folder - at exit of the program that made it, and not of its children. */
static void
remove_folder(void)
{
	char command[sizeof(folder) + 16];

	snprintf(command, sizeof(command), "rm -rf %s", folder);
	if (getpid() == maker && system(command))
		perror(folder);
}

/**
 * conf_folder - a folder with copies: conf, and the *.conf of tests/preload. All users may read it, its owner alone may
 * write to it. Made at the first call, and named by BG_CONF of the environment, for the commands of tests.
 */
const char *
conf_folder(void)
{
	char command[4096];

	if (maker)
		return folder;
	if (!mkdtemp(folder)) {
		perror(folder);
		abort();
	}
	maker = getpid();
	atexit(remove_folder);
	snprintf(command, sizeof(command),
		 "cp -r '" BG_SOURCE_DIR "/conf' '" BG_SOURCE_DIR "/tests/preload/confine.conf' '" BG_SOURCE_DIR
		 "/tests/preload/command.conf' %s && chmod -R u=rwX,go=rX %s",
		 folder, folder);
	if (system(command) || setenv("BG_CONF", folder, 1))
		abort();
	return folder;
}
