/* SPDX-License-Identifier: MIT
 * surroundings.c STEP...: a program that takes its surroundings away step by step, and then binds.
 *
 * STEP: clearenv; noenviron (environ = NULL); chroot=FOLDER; nobody (drops its privileges); nofile (no descriptor is free);
 * fsize (no file may grow); secure (says whether it runs in secure execution) */
#include <grp.h>
#include <linux/capability.h>
#include <stdlib.h>
#include <sys/auxv.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>

#include "socket.h"

#define PORT 19900
#define NOBODY 65534

static int descriptors_are_used_up;

/** drop - become nobody; a lone user of a user namespace cannot, and gives its capabilities away. */
static void
drop(void)
{
	struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct none[2] = {{0}};

	if (setgroups(0, NULL) == 0 && setresgid(NOBODY, NOBODY, NOBODY) == 0 && setresuid(NOBODY, NOBODY, NOBODY) == 0)
		return;
	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	if (syscall(SYS_capset, &header, none))
		exit(4);
}

/** limit - set the soft limit of @resource. */
static void
limit(int resource, rlim_t soft)
{
	struct rlimit both;

	getrlimit(resource, &both);
	both.rlim_cur = soft < both.rlim_max ? soft : both.rlim_max;
	setrlimit(resource, &both);
}

/** step - take one thing away. */
static int
step(const char *what)
{
	if (strcmp(what, "clearenv") == 0)
		return clearenv();
	if (strcmp(what, "noenviron") == 0)
		environ = NULL;
	else if (strncmp(what, "chroot=", 7) == 0)
		return chroot(what + 7) || chdir("/");
	else if (strcmp(what, "nobody") == 0)
		drop();
	else if (strcmp(what, "nofile") == 0)
		descriptors_are_used_up = 1;
	else if (strcmp(what, "fsize") == 0)
		limit(RLIMIT_FSIZE, 0);
	else if (strcmp(what, "secure") == 0)
		printf("secure %lu, ", getauxval(AT_SECURE));
	else
		return 1;
	return 0;
}

/** serve - one server. With no descriptor free there is none but its socket. Return: whether it is guarded. */
static int
serve(int family, int type, unsigned port, char text[128])
{
	int fd = make_socket(family, type), result;

	if (descriptors_are_used_up)
		limit(RLIMIT_NOFILE, (rlim_t)fd + 1);
	result = bind_wildcard(fd, family, port);
	if (result == 0 && type == SOCK_STREAM)
		result = listen(fd, 8);
	limit(RLIMIT_NOFILE, 1024);
	describe(fd, text);
	result = result == 0 && is_guarded(fd);
	close(fd);
	return result;
}

int
main(int argc, char **argv)
{
	char first[128], other[128];
	int guarded;

	for (int i = 1; i < argc; i++)
		if (step(argv[i])) {
			perror(argv[i]);
			return 3;
		}
	guarded = serve(AF_INET, SOCK_STREAM, PORT, first);
	guarded += serve(AF_INET6, SOCK_STREAM, PORT + 1, other);
	guarded += serve(AF_INET, SOCK_DGRAM, PORT + 2, other);
	guarded += serve(AF_INET6, SOCK_DGRAM, PORT + 3, other);
	printf("guarded %d of 4, first %s\n", guarded, first);
	return 0;
}
