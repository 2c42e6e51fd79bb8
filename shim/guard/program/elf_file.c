/* SPDX-License-Identifier: MIT
 * elf_file.c - reads the few ELF headers that tell whether a preload reaches a program: elf(5). The file may hold
 * anything: every offset and size in it is checked by reading, and every read is bounded. Signal-safe, on a small stack:
 * the library looks at each program that its process executes. */
#include "bindguard/elf_file.h"

#include <elf.h>
#include <fcntl.h>
#include <limits.h>
#include <link.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "bindguard/kernel.h"

#define SEGMENTS_MAX 1170 /* program headers that the kernel takes: 64 KiB of them */
#define NOTES_MAX 64	  /* notes that are looked at */
#define NAMES_MAX 65536	  /* bytes of the sections' names that are looked at */
#define NAMES_STEP 3072	  /* of these at a time, and of the table of some 40 sections behind them */
#define DYNAMIC_MAX 2048  /* entries of the dynamic section looked at */
#define GO_BUILD_ID 4	  /* type of the note in .note.go.buildid: cmd/internal/buildid of Go */

typedef ElfW(Ehdr) header;
typedef ElfW(Phdr) segment;
typedef ElfW(Shdr) section;
typedef ElfW(Dyn) dynamic;

/** __ehdr_start - the ELF header of this very executable or library, which ld(1) names so: what "ours" is needs no table. */
extern const header __ehdr_start __attribute__((visibility("hidden")));

/**
 * struct image - a file being read.
 * @header: the ELF header, out of the head
 */
struct image {
	struct bg_head *head;
	header header;
};

/** read_some - at most @size bytes of the file at @offset. Return: how many, 0 where there are none. */
static size_t
read_some(const struct image *image, void *bytes, size_t size, uint64_t offset)
{
	return bg_head_part(image->head, bytes, size, offset);
}

/** read_at - likewise exactly @size bytes. Return: false where the file does not have them. */
static bool
read_at(const struct image *image, void *bytes, size_t size, uint64_t offset)
{
	return read_some(image, bytes, size, offset) == size;
}

/** open_image - of the file with @head. Return: whether it is an ELF file. */
static bool
open_image(struct image *image, struct bg_head *head)
{
	image->head = head;
	memcpy(&image->header, head->bytes, sizeof(image->header));
	return head->size >= SELFMAG && memcmp(head->bytes, ELFMAG, SELFMAG) == 0;
}

/** has_segments - are there program headers, of a size and number that the kernel takes? */
static bool
has_segments(const struct image *image)
{
	return image->header.e_phnum >= 1 && image->header.e_phnum <= SEGMENTS_MAX &&
	       image->header.e_phentsize == sizeof(segment);
}

/** read_segment - program header number @index. */
static bool
read_segment(const struct image *image, unsigned index, segment *one)
{
	return read_at(image, one, sizeof(*one), image->header.e_phoff + index * sizeof(*one));
}

/** has_go_note - is one of the notes in the segment @notes the build id of the Go toolchain? elf(5), Notes. @left: to look at */
static bool
has_go_note(const struct image *image, const segment *notes, unsigned *left)
{
	static const char owner[] = "Go\0";
	uint64_t at = 0;

	for (; *left > 0 && at < notes->p_filesz; --*left) {
		struct {
			ElfW(Nhdr) note;
			char owner[sizeof(owner)];
		} one;

		if (!read_at(image, &one, sizeof(one), notes->p_offset + at))
			return false;
		if (one.note.n_type == GO_BUILD_ID && one.note.n_namesz == sizeof(owner) &&
		    memcmp(one.owner, owner, sizeof(owner)) == 0)
			return true;
		at += sizeof(one.note) + (((uint64_t)one.note.n_namesz + 3) & ~UINT64_C(3)) +
		      (((uint64_t)one.note.n_descsz + 3) & ~UINT64_C(3));
	}
	return false;
}

/** holds - is @name, with the NUL behind it, in the @size bytes at @bytes? */
static bool
holds(const char *bytes, size_t size, const char *name)
{
	size_t length = strlen(name) + 1;

	for (size_t at = 0; at + length <= size; at++)
		if (bytes[at] == name[0] && memcmp(bytes + at, name, length) == 0)
			return true;
	return false;
}

/** is_go_name - do the @size bytes at @names hold the name of a section that only the Go toolchain makes? */
static bool
is_go_name(const char *names, size_t size)
{
	return holds(names, size, ".note.go.buildid") || holds(names, size, ".go.buildinfo");
}

/**
 * has_go_section - is there a section that only the Go toolchain makes? The build id can be left out of a program
 * (-ldflags=-buildid=), its build information cannot; strip(1) keeps both. Their names are enough.
 *
 * Linkers put the names right before the table of sections, in which theirs is the last: one read has both.
 */
static bool
has_go_section(const struct image *image)
{
	const header *elf = &image->header;
	uint64_t behind = elf->e_shoff + (elf->e_shstrndx + UINT64_C(1)) * sizeof(section), from, at = 0, size;
	char part[NAMES_STEP];
	section names;
	size_t got;

	if (elf->e_shentsize != sizeof(section) || elf->e_shstrndx >= elf->e_shnum || behind < elf->e_shoff)
		return false;
	from = behind > sizeof(part) ? behind - sizeof(part) : 0;
	got = read_some(image, part, (size_t)(behind - from), from);
	if (got < behind - from)
		return false;
	memcpy(&names, part + got - sizeof(names), sizeof(names));
	if (names.sh_offset >= from && names.sh_offset <= behind && names.sh_size <= behind - names.sh_offset)
		return is_go_name(part + (names.sh_offset - from), names.sh_size);
	size = names.sh_size < NAMES_MAX ? names.sh_size : NAMES_MAX;
	while (at < size) {
		size_t room = size - at < sizeof(part) ? (size_t)(size - at) : sizeof(part);

		got = read_some(image, part, room, names.sh_offset + at);
		if (is_go_name(part, got))
			return true;
		if (got < room || at + got >= size)
			return false;
		at += got - (sizeof(".note.go.buildid") - 1); /* a name that the end of this part cuts */
	}
	return false;
}

/** names_linker - does the PT_INTERP segment @part hold a path that the kernel takes? load_elf_binary() of Linux. */
static bool
names_linker(const struct image *image, const segment *part)
{
	char last;

	return part->p_filesz >= 2 && part->p_filesz <= PATH_MAX &&
	       read_at(image, &last, 1, part->p_offset + part->p_filesz - 1) && last == '\0';
}

/** read_segments - the facts that stand in segments. Return: false where one cannot be read. */
static bool
read_segments(const struct image *image, struct bg_elf *elf)
{
	unsigned notes = NOTES_MAX;
	segment one;

	for (unsigned i = 0; i < image->header.e_phnum; i++) {
		if (!read_segment(image, i, &one))
			return false;
		if (one.p_type == PT_NOTE && !elf->go)
			elf->go = has_go_note(image, &one, &notes);
		if (one.p_type != PT_INTERP || elf->dynamic)
			continue;
		elf->dynamic = true;
		if (!names_linker(image, &one))
			return false;
	}
	return true;
}

/**
 * bg_elf_read - the facts about the file with @head.
 * @elf: written whole
 */
void
bg_elf_read(struct bg_head *head, struct bg_elf *elf)
{
	struct image image;
	const header *read = &image.header;

	memset(elf, 0, sizeof(*elf));
	elf->is_elf = open_image(&image, head);
	if (!elf->is_elf)
		return;
	elf->damaged = head->size < sizeof(*read);
	elf->our_class = read->e_ident[EI_CLASS] == __ehdr_start.e_ident[EI_CLASS];
	/* e_machine stands at the same place in both classes. */
	elf->our_machine =
		read->e_ident[EI_DATA] == __ehdr_start.e_ident[EI_DATA] && read->e_machine == __ehdr_start.e_machine;
	if (elf->damaged || !elf->our_class || !elf->our_machine)
		return;
	elf->damaged = !has_segments(&image) || !read_segments(&image, elf);
	if (!elf->damaged && !elf->go)
		elf->go = has_go_section(&image);
}

bool
bg_elf_is_cut(struct bg_head *head)
{
	struct image image;
	struct statx status;
	segment load;

	if (!open_image(&image, head) || !has_segments(&image))
		return false;
	if (bg_kernel_result(syscall(SYS_statx, head->fd, "", AT_EMPTY_PATH, STATX_SIZE, &status)))
		return true;
	for (unsigned i = 0; i < image.header.e_phnum; i++)
		if (read_segment(&image, i, &load) && load.p_type == PT_LOAD &&
		    (load.p_offset > status.stx_size || load.p_filesz > status.stx_size - load.p_offset))
			return true;
	return false;
}

/** file_offset - where in the file the virtual address @address is; UINT64_MAX for nowhere. */
static uint64_t
file_offset(const struct image *image, uint64_t address)
{
	segment load;

	for (unsigned i = 0; i < image->header.e_phnum; i++)
		if (read_segment(image, i, &load) && load.p_type == PT_LOAD && address >= load.p_vaddr &&
		    address - load.p_vaddr < load.p_filesz)
			return load.p_offset + (address - load.p_vaddr);
	return UINT64_MAX;
}

/** is_sanitizer - is the library @name an AddressSanitizer runtime, gcc's or clang's? */
static bool
is_sanitizer(const char *name)
{
	static const char gcc[] = "libasan.so", clang[] = "libclang_rt.asan";

	return memcmp(name, gcc, sizeof(gcc) - 1) == 0 || memcmp(name, clang, sizeof(clang) - 1) == 0;
}

void
bg_elf_sanitizer(struct bg_head *head, char name[BG_ELF_NAME_MAX])
{
	struct image image;
	uint64_t strings = UINT64_MAX;
	segment part = {0};
	dynamic one;
	size_t count;

	name[0] = '\0';
	if (!open_image(&image, head) || !has_segments(&image))
		return;
	for (unsigned i = 0; i < image.header.e_phnum && part.p_type != PT_DYNAMIC; i++)
		if (!read_segment(&image, i, &part))
			return;
	if (part.p_type != PT_DYNAMIC)
		return;
	count = part.p_filesz / sizeof(one) < DYNAMIC_MAX ? part.p_filesz / sizeof(one) : DYNAMIC_MAX;
	for (size_t i = 0;
	     i < count && read_at(&image, &one, sizeof(one), part.p_offset + i * sizeof(one)) && one.d_tag != DT_NULL;
	     i++)
		if (one.d_tag == DT_STRTAB)
			strings = file_offset(&image, one.d_un.d_ptr);
	for (size_t i = 0; i < count && strings != UINT64_MAX &&
			   read_at(&image, &one, sizeof(one), part.p_offset + i * sizeof(one)) && one.d_tag != DT_NULL;
	     i++) {
		size_t got;

		if (one.d_tag != DT_NEEDED)
			continue;
		got = read_some(&image, name, BG_ELF_NAME_MAX - 1, strings + one.d_un.d_val);
		memset(name + got, 0, BG_ELF_NAME_MAX - got);
		if (is_sanitizer(name))
			return;
	}
	name[0] = '\0';
}
