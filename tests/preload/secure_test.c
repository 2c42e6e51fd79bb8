/* SPDX-License-Identifier: MIT
 * secure_test.c - a setuid program under the guard (AT_SECURE), started by nobody with a hostile environment: only the
 * machine's own configuration file counts. In a mount namespace with an /etc of its own. */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "net/net.h"
#include "preload/host.h"

#define NOBODY 65534
#define HOST BG_SYSCONFDIR "/host"
#define LIBRARY BG_SYSCONFDIR "/libbindguard.so"
#define EVIL_LOG BG_SYSCONFDIR "/evil.log"
#define RULES BG_SYSCONFDIR "/bindguard.conf"
#define PRELOAD BG_SYSCONFDIR "/ld.so.preload"
#define EVIL_RULES BG_SYSCONFDIR "/evil.conf"

/** write_text - a file that holds @text. */
static bool
write_text(const char *path, const char *text)
{
	FILE *file = fopen(path, "we");

	if (!file)
		return false;
	fputs(text, file);
	return fclose(file) == 0 && chmod(path, 0644) == 0;
}

/** copy - a file, with @mode. */
static bool
copy(const char *from, const char *to, mode_t mode)
{
	int in = open(from, O_RDONLY | O_CLOEXEC), out = open(to, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	char bytes[65536];
	ssize_t got;
	bool good = in >= 0 && out >= 0;

	while (good && (got = read(in, bytes, sizeof(bytes))) > 0)
		good = write(out, bytes, (size_t)got) == got;
	close(in);
	close(out);
	return good && chmod(to, mode) == 0;
}

/**
 * trusted_place - a library in the folder of libc that LD_PRELOAD may name, in secure execution, for its base name: one
 * that is there already, since a mount needs something to cover.
 */
static const char *
trusted_place(void)
{
	static char path[4096];
	Dl_info libc;

	if (!dladdr(dlsym(RTLD_DEFAULT, "malloc_trim"), &libc))
		return NULL;
	snprintf(path, sizeof(path), "%s", libc.dli_fname);
	snprintf(strrchr(path, '/'), 32, "/libmemusage.so");
	return access(path, F_OK) == 0 ? path : NULL;
}

/** is_root_of_the_machine - users other than root can be had: not so for a lone user of a user namespace. */
static bool
is_root_of_the_machine(void)
{
	FILE *map = fopen("/proc/self/uid_map", "re");
	unsigned long first, outside, count = 0;
	bool read = map && fscanf(map, "%lu %lu %lu", &first, &outside, &count) == 3;

	if (map)
		fclose(map);
	return geteuid() == 0 && read && count > NOBODY;
}

/** furnish - the private /etc, with a setuid copy of the host, and the guard in a trusted place. */
static bool
furnish(const char *place)
{
	if (unshare(CLONE_NEWNS) || mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) ||
	    mount("none", BG_SYSCONFDIR, "tmpfs", 0, "mode=755"))
		return false;
	return write_text(EVIL_RULES, "mode = off\n") && copy(host_path("surroundings"), HOST, 04755) &&
	       copy(host_library(), LIBRARY, 04755) && mount(LIBRARY, place, NULL, MS_BIND, NULL) == 0;
}

/** execute - as nobody; never returns. */
static void
execute(const char *preload)
{
	static char self[] = HOST, step[] = "secure", mode[] = "BINDGUARD_MODE=off",
		    config[] = "BINDGUARD_CONFIG=" EVIL_RULES, log[] = "BINDGUARD_LOG=" EVIL_LOG,
		    to[] = "BINDGUARD_TO=" HERE4, xdg[] = "XDG_CONFIG_HOME=" BG_SYSCONFDIR "/evil";
	char line[128];
	char *arguments[] = {self, step, NULL}, *environment[] = {mode, config, log, to, xdg, line, NULL};

	snprintf(line, sizeof(line), "LD_PRELOAD=%s", preload);
	if (setgroups(0, NULL) || setresgid(NOBODY, NOBODY, NOBODY) || setresuid(NOBODY, NOBODY, NOBODY))
		_exit(3);
	execve(HOST, arguments, environment);
	_exit(4);
}

/** expect - in the namespace: the setuid host's output, and that no evil log was written. */
static void
expect(const char *preload, const char *expected)
{
	char output[1024] = "";
	int ends[2], status = -1;
	ssize_t got, length = 0;
	pid_t child;

	if (pipe2(ends, O_CLOEXEC))
		_exit(5);
	child = fork();
	if (child == 0) {
		dup2(ends[1], 1);
		dup2(open("/dev/null", O_WRONLY), 2);
		execute(preload);
	}
	close(ends[1]);
	while ((got = read(ends[0], output + length, sizeof(output) - 1 - (size_t)length)) > 0)
		length += got;
	close(ends[0]);
	waitpid(child, &status, 0);
	if (status || strcmp(output, expected) != 0 || access(EVIL_LOG, F_OK) == 0) {
		fprintf(stderr, "LD_PRELOAD=%s: status %d, %s", preload, status, output);
		_exit(6);
	}
}

/** secure_program_hears_only_the_machine_s_configuration - whatever the user's environment says. */
static void
secure_program_hears_only_the_machine_s_configuration(void **state)
{
	const char *place = trusted_place();
	int status = -1;
	pid_t child;

	(void)state;
	if (!is_root_of_the_machine() || !place)
		skip();
	if (getenv("BG_PRELOAD_FIRST"))
		skip(); /* a sanitizer's runtime cannot be preloaded into a setuid program */
	child = fork();
	if (child == 0) {
		if (!furnish(place))
			_exit(77);
		expect("libmemusage.so", "secure 1, guarded 4 of 4, first 127.0.0.1:19900\n");
		if (!write_text(RULES, "log {\n to = none\n}\nrule \"machine\" {\n action = rewrite\n"
				       " to = {\"127.0.0.11\", \"::1\"}\n}\n"))
			_exit(7);
		expect("libmemusage.so", "secure 1, guarded 4 of 4, first 127.0.0.11:19900\n");
		/* A file that others may change counts neither for root nor for whom it is run as. */
		if (chown(RULES, 0, 1) || chmod(RULES, 0664))
			_exit(7);
		expect("libmemusage.so", "secure 1, guarded 4 of 4, first 127.0.0.1:19900\n");
		if (chown(HOST, 1, 1) || chmod(HOST, 04755))
			_exit(7);
		expect("libmemusage.so", "secure 1, guarded 4 of 4, first 127.0.0.1:19900\n");
		if (chmod(RULES, 0644))
			_exit(7);
		expect("libmemusage.so", "secure 1, guarded 4 of 4, first 127.0.0.11:19900\n");
		if (chown(HOST, 0, 0) || chmod(HOST, 04755) || !write_text(PRELOAD, LIBRARY "\n"))
			_exit(8);
		expect("", "secure 1, guarded 4 of 4, first 127.0.0.11:19900\n");
		_exit(0);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	if (WIFEXITED(status) && WEXITSTATUS(status) == 77)
		skip(); /* a container that may not mount */
	assert_int_equal(status, 0);
	figure("6 setuid programs with a hostile environment: 24 binds guarded as " BG_SYSCONFDIR " says, 0 bytes in "
	       "its log");
}

static int
set_up(void **state)
{
	(void)state;
	return net_set_up();
}

static int
tear_down(void **state)
{
	(void)state;
	net_tear_down();
	return 0;
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(secure_program_hears_only_the_machine_s_configuration),
	};

	if (argc > 1)
		cmocka_set_test_filter(argv[1]);
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
