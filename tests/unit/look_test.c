/* SPDX-License-Identifier: MIT
 * look_test.c - what the library sees of a program that is about to be executed: its file, its environment, and whether it asks
 * a daemon. In process. On cmocka. */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "bindguard/daemon_client.h"
#include "bindguard/look.h"
#include "bindguard/preload_list.h"
#include "bindguard/supervision.h"

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

static char folder[] = "/tmp/bg-look-XXXXXX";

/** look_at - the file @name of the folder, written with @text where that is given. */
static struct bg_look
look_at(const char *name, const char *text, mode_t mode)
{
	struct bg_look look = {.reach = BG_REACH_NO_ENGINE};
	int fd;

	if (text) {
		fd = open(name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0700);
		assert_true(write(fd, text, strlen(text)) == (ssize_t)strlen(text));
		close(fd);
		assert_int_equal(chmod(name, mode), 0);
	}
	fd = bg_look_open(AT_FDCWD, name, 0);
	assert_true(fd >= 0);
	bg_look_at(fd, &look);
	close(fd);
	return look;
}

/** put_elf - write to @name the headers of a program that names a dynamic linker, and of one that does not. */
static void
put_elf(const char *name, bool dynamic)
{
	char bytes[4096] = "";
	int self = open("/proc/self/exe", O_RDONLY | O_CLOEXEC), fd;
	/* All of our own program but PT_INTERP, which becomes PT_NULL. */
	ssize_t got = read(self, bytes, sizeof(bytes));

	assert_true(got == (ssize_t)sizeof(bytes));
	close(self);
	if (!dynamic)
		for (unsigned i = 0; i < *(uint16_t *)(void *)(bytes + 56); i++)
			if (*(uint32_t *)(void *)(bytes + 64 + (size_t)i * 56) == 3)
				memset(bytes + 64 + (size_t)i * 56, 0, 4);
	memset(bytes + 60, 0, 4); /* no section headers */
	fd = open(name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0755);
	assert_true(write(fd, bytes, sizeof(bytes)) == (ssize_t)sizeof(bytes));
	close(fd);
}

static void
look_follows_scripts_to_their_program(void **state)
{
	(void)state;
	put_elf("dynamic", true);
	put_elf("static", false);
	assert_int_equal(look_at("dynamic", NULL, 0).reach, BG_REACH_PRELOAD);
	assert_false(look_at("dynamic", NULL, 0).script);
	assert_int_equal(look_at("static", NULL, 0).reach, BG_REACH_STATIC);
	assert_int_equal(look_at("one", "#! ./static -x\n", 0755).reach, BG_REACH_STATIC);
	assert_true(look_at("one", NULL, 0).script);
	assert_int_equal(look_at("two", "#!./one", 0755).reach, BG_REACH_STATIC);
	assert_int_equal(look_at("three", "#!./dynamic\n", 0755).reach, BG_REACH_PRELOAD);
	/* What the kernel refuses has an errno of its own. */
	assert_int_equal(look_at("none", "#!./no-such\n", 0755).reach, BG_REACH_NOTHING);
	assert_int_equal(look_at("self", "#!./self\n", 0755).reach, BG_REACH_NOTHING);
	assert_int_equal(look_at("text", "echo\n", 0755).reach, BG_REACH_NOTHING);
	assert_int_equal(look_at("empty", "", 0755).reach, BG_REACH_NOTHING);
	assert_int_equal(look_at(".", NULL, 0).reach, BG_REACH_NOTHING);
	assert_int_equal(bg_look_open(AT_FDCWD, "no-such", 0), -ENOENT);
	assert_int_equal(bg_look_open(AT_FDCWD, NULL, 0), -EFAULT);
	assert_int_equal(bg_look_open(AT_FDCWD, (const char *)8, AT_EMPTY_PATH), -EFAULT);
	assert_int_equal(symlink("static", "link"), 0);
	assert_int_equal(look_at("link", NULL, 0).reach, BG_REACH_STATIC);
	assert_int_equal(bg_look_open(AT_FDCWD, "link", AT_SYMLINK_NOFOLLOW), -ELOOP);
}

static void
look_takes_a_descriptor_however_it_was_opened(void **state)
{
	static const int flags[] = {O_RDONLY, O_WRONLY, O_PATH};

	(void)state;
	put_elf("static", false);
	for (size_t i = 0; i < LENGTH(flags); i++) {
		int given = open("static", flags[i] | O_CLOEXEC), fd;
		struct bg_look look;

		fd = bg_look_open(given, "", AT_EMPTY_PATH);
		assert_true(fd >= 0 && fd != given);
		bg_look_at(fd, &look);
		assert_int_equal(look.reach, BG_REACH_STATIC);
		close(fd);
		close(given);
	}
	assert_int_equal(bg_look_open(-1, "", AT_EMPTY_PATH), -EBADF);
}

static void
look_sees_privileges_and_what_may_not_be_read(void **state)
{
	(void)state;
	if (getuid() != 0)
		skip();
	put_elf("given", false);
	assert_int_equal(chown("given", 12345, 12345), 0);
	assert_int_equal(chmod("given", 04755), 0);
	assert_int_equal(look_at("given", NULL, 0).reach, BG_REACH_SET_USER);
	assert_int_equal(chmod("given", 02755), 0);
	assert_int_equal(look_at("given", NULL, 0).reach, BG_REACH_SET_GROUP);
	assert_int_equal(chmod("given", 02745), 0); /* without the group's x it means locking */
	assert_int_equal(look_at("given", NULL, 0).reach, BG_REACH_STATIC);
	/* A script's bits have no effect. */
	assert_int_equal(look_at("script", "#!./given\n", 04755).reach, BG_REACH_STATIC);
	assert_int_equal(chmod("given", 0711), 0);
	assert_int_equal(chmod(".", 0755), 0);
	assert_int_equal(seteuid(12346), 0);
	assert_int_equal(look_at("given", NULL, 0).reach, BG_REACH_OTHER_IDS);
	assert_int_equal(seteuid(0), 0);
	assert_int_equal(setresuid(12346, 12346, 0), 0);
	assert_int_equal(look_at("given", NULL, 0).reach, BG_REACH_UNREADABLE);
	assert_int_equal(setresuid(0, 0, 0), 0);
}

/** entry_of - the library's entry in an environment, or "". */
static const char *
entry_of(const char *const *envp)
{
	static char text[64];
	struct bg_reader reader = {0};
	size_t size = 0;
	const char *entry = bg_preload_list_entry(&reader, envp, &size);

	snprintf(text, sizeof(text), "%.*s", entry ? (int)size : 0, entry ? entry : "");
	return text;
}

static void
preload_is_found_in_the_environment(void **state)
{
	static const struct {
		const char *environment[4];
		const char *entry;
	} cases[] = {
		{{"A=b", "LD_PRELOAD=/x/libbindguard.so"}, "/x/libbindguard.so"},
		{{"LD_PRELOAD=libbindguard.so.1"}, "libbindguard.so.1"},
		{{"LD_PRELOAD=/a.so:/x/libbindguard.so:/b.so"}, "/x/libbindguard.so"},
		{{"LD_PRELOAD=/a.so /x/libbindguard.so"}, "/x/libbindguard.so"},
		{{"LD_PRELOAD="}, ""},
		{{"LD_PRELOAD"}, ""},
		{{"LD_PRELOAD=/a.so"}, ""},
		{{"LD_PRELOADX=/x/libbindguard.so"}, ""},
		{{"LD_PRELOAD=/libbindguard.so/a.so"}, ""},
		{{"LD_PRELOAD=/notlibbindguard.so"}, ""},
		{{"LD_PRELOAD=/x/libbindguard.so", "LD_PRELOAD=/a.so"}, ""},
		{{NULL}, ""},
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(cases); i++)
		assert_string_equal(entry_of(cases[i].environment), cases[i].entry);
	assert_string_equal(entry_of(NULL), "");
}

static void
preload_is_looked_for_without_a_fault(void **state)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	char *map = mmap(NULL, 2 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	const char **last = (const char **)(void *)(map + page) - 1;
	const char *environment[2] = {map + page - 4, NULL};

	(void)state;
	assert_ptr_not_equal(map, MAP_FAILED);
	assert_int_equal(munmap(map + page, page), 0);
	*last = "LD_PRELOAD=/x/libbindguard.so"; /* the NULL behind it is gone */
	assert_string_equal(entry_of(last), "/x/libbindguard.so");
	memcpy(map + page - 4, "LD_P", 4); /* a string that the page cuts */
	assert_string_equal(entry_of(environment), "");
	assert_string_equal(entry_of((const char *const *)-4096), "");
	environment[0] = (const char *)16;
	assert_string_equal(entry_of(environment), "");
	munmap(map, page);
}

static void
client_of_a_daemon_is_known_by_its_words(void **state)
{
	static const struct {
		const char *name;
		const char *argv[4];
		enum bg_client client;
	} cases[] = {
		{"docker", {"docker", "run", "x"}, BG_CLIENT_STARTS},
		{"docker", {"docker", "-H", "unix:", "run"}, BG_CLIENT_STARTS},
		{"docker", {"docker", "ps"}, BG_CLIENT_ASKS},
		{"docker", {"docker", "runs"}, BG_CLIENT_ASKS},
		{"docker", {"docker", "ru"}, BG_CLIENT_ASKS},
		{"docker", {"run"}, BG_CLIENT_ASKS},
		{"docker", {NULL}, BG_CLIENT_ASKS},
		{"systemctl", {"x", "--user", "start"}, BG_CLIENT_STARTS},
		{"systemctl", {"x", "status", "start-x"}, BG_CLIENT_ASKS},
		{"systemd-run", {"x"}, BG_CLIENT_STARTS},
		{"at", {"x", "now"}, BG_CLIENT_STARTS},
		{"batch", {NULL}, BG_CLIENT_STARTS},
		{"a", {"a"}, BG_CLIENT_NONE},
		{"dock", {"dock", "run"}, BG_CLIENT_NONE},
		{"dockerd", {"dockerd", "run"}, BG_CLIENT_NONE},
		{"run", {"x", "run"}, BG_CLIENT_NONE},
		{"docker run", {"x", "run"}, BG_CLIENT_NONE},
		{"", {"x"}, BG_CLIENT_NONE},
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(cases); i++) {
		struct bg_reader reader = {0};

		if (bg_daemon_client_of(&reader, cases[i].name, cases[i].argv) != cases[i].client)
			fail_msg("case %zu, %s", i, cases[i].name);
	}
}

static void
supervision_of_ourselves_is_told(void **state)
{
	char text[64];
	FILE *file = popen("grep TracerPid: /proc/$PPID/status", "re");

	(void)state;
	assert_non_null(fgets(text, sizeof(text), file));
	pclose(file);
	assert_true(bg_supervision_traced(getpid()) == (atoi(text + strlen("TracerPid:")) != 0));
	assert_int_equal(bg_supervision_of(0x7ffffff), BG_SUPERVISED_UNKNOWN);
	assert_false(bg_supervision_traced(0x7ffffff));
}

static int
set_up(void **state)
{
	(void)state;
	return mkdtemp(folder) && chdir(folder) == 0 ? 0 : -1;
}

static int
tear_down(void **state)
{
	char command[64];

	(void)state;
	snprintf(command, sizeof(command), "rm -rf %s", folder);
	return chdir("/") || system(command);
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(look_follows_scripts_to_their_program),
		cmocka_unit_test(look_takes_a_descriptor_however_it_was_opened),
		cmocka_unit_test(look_sees_privileges_and_what_may_not_be_read),
		cmocka_unit_test(preload_is_found_in_the_environment),
		cmocka_unit_test(preload_is_looked_for_without_a_fault),
		cmocka_unit_test(client_of_a_daemon_is_known_by_its_words),
		cmocka_unit_test(supervision_of_ourselves_is_told),
	};

	if (argc > 1)
		cmocka_set_test_filter(argv[1]);
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
