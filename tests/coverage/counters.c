/* SPDX-License-Identifier: MIT
 * counters.c - keeps gcov's counters in a file that all processes of an image map shared. Linked into whatever `make cov`
 * builds, and into nothing else.
 *
 * libgcov writes its data at exit(3). What is to be measured here often ends otherwise: by _exit, exec or a signal, after a
 * chroot, as another user, without a descriptor to spare. So nothing is written at all: the counters lie on pages of
 * their own (counters.ld), and at load these become pages of a file, with the counts of all who came before. gcc counts
 * with atomic additions (-fprofile-update=atomic), which hold across processes, and calls nothing
 * (-fprofile-info-section). At the end the image is started once more, with BG_COVERAGE_COLLECT set, to write what
 * gcov reads. */
#include <elf.h>
#include <fcntl.h>
#include <link.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define PATH_SIZE 4096
#define NAME_SIZE 41 /* a build ID, SHA-1, as digits */

struct gcov_info;
extern void __gcov_init(struct gcov_info *info);
extern void __gcov_dump(void);

extern struct gcov_info *const __start_gcov_info[], *const __stop_gcov_info[];
extern char coverage_counters_start[], coverage_counters_end[];
extern const ElfW(Ehdr) __ehdr_start __attribute__((visibility("hidden")));

/** image_name - the build ID of the image this file is linked into, as digits; "" where it has none. */
static void
image_name(char name[NAME_SIZE])
{
	static const char digits[] = "0123456789abcdef";
	const char *base = (const char *)&__ehdr_start;
	const ElfW(Phdr) *header = (const void *)(base + __ehdr_start.e_phoff);
	uintptr_t bias = (uintptr_t)base;

	name[0] = '\0';
	for (unsigned i = 0; i < __ehdr_start.e_phnum; i++)
		if (header[i].p_type == PT_LOAD && header[i].p_offset == 0)
			bias -= header[i].p_vaddr;
	for (unsigned i = 0; i < __ehdr_start.e_phnum; i++) {
		const char *at = (const char *)(bias + header[i].p_vaddr), *end = at + header[i].p_memsz;

		while (header[i].p_type == PT_NOTE && at < end) {
			const ElfW(Nhdr) *note = (const void *)at;
			const unsigned char *id = (const unsigned char *)(note + 1) + ((note->n_namesz + 3U) & ~3U);

			if (note->n_type == NT_GNU_BUILD_ID && note->n_descsz * 2 < NAME_SIZE) {
				for (unsigned k = 0; k < note->n_descsz; k++) {
					name[2 * k] = digits[id[k] >> 4];
					name[2 * k + 1] = digits[id[k] & 15];
				}
				name[(size_t)note->n_descsz * 2] = '\0';
			}
			at = (const char *)id + ((note->n_descsz + 3U) & ~3U);
		}
	}
}

/** open_counters - the file of this image, at least @size bytes, or -1: where there is no folder, nothing is counted. */
static int
open_counters(size_t size)
{
	char path[PATH_SIZE] = BG_COVERAGE_DIR "/";
	struct stat status;
	int fd;

	image_name(path + strlen(path));
	fd = (int)syscall(SYS_openat, AT_FDCWD, path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0666);
	if (fd < 0)
		return -1;
	if (fstat(fd, &status) == 0 && (size_t)status.st_size < size) {
		/* Who comes first may be any user, with any umask. */
		(void)fchmod(fd, 0666);
		if (ftruncate(fd, (off_t)size) < 0) {
			syscall(SYS_close, fd);
			return -1;
		}
	}
	return fd;
}

/** collect - write the .gcda files of this image, added to those that are there, and end. */
static _Noreturn void
collect(void)
{
	for (struct gcov_info *const *info = __start_gcov_info; info < __stop_gcov_info; info++)
		__gcov_init(*info);
	__gcov_dump();
	_exit(0);
}

/** count_in_file - before all other constructors of this image; what was counted until then is added. */
__attribute__((constructor(101))) static void
count_in_file(void)
{
	uint64_t *counters = (uint64_t *)(void *)coverage_counters_start;
	size_t size = (size_t)(coverage_counters_end - coverage_counters_start);
	/* libgcov adds what a .gcda file has to the counters, then writes them: to those of this process alone. */
	bool collecting = getenv("BG_COVERAGE_COLLECT") != NULL;
	int fd = size > 0 ? open_counters(size) : -1;
	uint64_t *shared;

	if (fd < 0)
		return;
	shared = mmap(NULL, size, PROT_READ | PROT_WRITE, collecting ? MAP_PRIVATE : MAP_SHARED, fd, 0);
	syscall(SYS_close, fd);
	if (shared == MAP_FAILED)
		return;
	for (size_t i = 0; i < size / sizeof(*counters); i++)
		if (counters[i])
			__atomic_fetch_add(&shared[i], counters[i], __ATOMIC_RELAXED);
	mremap(shared, size, size, MREMAP_MAYMOVE | MREMAP_FIXED, counters);
	if (collecting)
		collect();
}
