/* SPDX-License-Identifier: MIT
 * untouched.c: a program that looks at itself when it starts, before it has done anything. */
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <locale.h>
#include <malloc.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

/** dirty_kb - memory that this process has of its own, Private_Dirty of smaps_rollup in proc(5); without stdio. */
static long
dirty_kb(void)
{
	int fd = open("/proc/self/smaps_rollup", O_RDONLY);
	char text[4096], *at;
	ssize_t got = read(fd, text, sizeof(text) - 1);

	close(fd);
	text[got > 0 ? got : 0] = '\0';
	at = strstr(text, "Private_Dirty:");
	return at ? strtol(at + strlen("Private_Dirty:"), NULL, 10) : 0;
}

/** sealed - anonymous mappings without a name that can only be read, proc(5). */
static int
sealed(void)
{
	FILE *maps = fopen("/proc/self/maps", "re");
	char line[512];
	int count = 0;

	while (maps && fgets(line, sizeof(line), maps))
		count += strstr(line, " r--p 00000000 00:00 0") && !strchr(line, '[');
	if (maps)
		fclose(maps);
	return count;
}

int
main(void)
{
	int first_errno = errno;
	struct mallinfo2 before = mallinfo2();
	const char *pending = dlerror();
	long memory = dirty_kb();
	int out = stdout->_flags, err = stderr->_flags, in = stdin->_flags, changed = 0, buffers;
	mode_t mask = umask(0);
	sigset_t blocked;
	struct sigaction action;
	struct dirent *entry;
	unsigned descriptors = 0;
	DIR *folder;

	buffers = stdout->_IO_buf_base || stderr->_IO_buf_base || stdin->_IO_buf_base;
	sigprocmask(SIG_SETMASK, NULL, &blocked);
	for (int i = 1; i < NSIG; i++)
		changed += sigaction(i, NULL, &action) == 0 && action.sa_handler != SIG_DFL;
	folder = opendir("/proc/self/fd");
	while ((entry = readdir(folder)))
		descriptors += entry->d_name[0] != '.';
	closedir(folder);
	folder = opendir("/proc/self/task");
	while ((entry = readdir(folder)))
		changed += entry->d_name[0] != '.' ? 100 : 0;
	closedir(folder);
	printf("errno %d, dlerror %s, umask %o, locale %s, allocated %zu, stdio %x %x %x buffers %d\n", first_errno,
	       pending ? pending : "none", mask, setlocale(LC_ALL, NULL), before.uordblks, in, out, err, buffers);
	printf("blocked %d, signals and threads %d, descriptors %u, first free %d, priority %d, working folder %d\n",
	       sigismember(&blocked, SIGPIPE) + sigismember(&blocked, SIGXFSZ) + sigismember(&blocked, SIGTTOU),
	       changed, descriptors, dup(0), getpriority(PRIO_PROCESS, 0), access(".", F_OK));
	printf("memory %ld sealed %d\n", memory, sealed());
	return 0;
}
