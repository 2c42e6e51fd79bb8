/* SPDX-License-Identifier: MIT
 * elf_file.c - reads the few ELF headers that tell whether a preload reaches a program: elf(5). The file may hold
 * anything: every offset and size in it is checked by reading, and every read is bounded. */
#include "launcher/elf_file.h"

#include <elf.h>
#include <link.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define SEGMENTS_MAX 256  /* program headers looked at; the kernel takes 64 KiB of them */
#define SECTIONS_MAX 4096 /* section headers looked at */
#define DYNAMIC_MAX 2048  /* entries of the dynamic section looked at */
#define NOTE_MAX 4096	  /* bytes of one note segment looked at */
#define GO_BUILD_ID 4	  /* type of the note in .note.go.buildid: cmd/internal/buildid of Go */

typedef ElfW(Ehdr) header;
typedef ElfW(Phdr) segment;
typedef ElfW(Shdr) section;
typedef ElfW(Dyn) dynamic;

/** __ehdr_start - the ELF header of this very executable, which ld(1) names so: what "ours" is needs no table. */
extern const header __ehdr_start __attribute__((visibility("hidden")));

/**
 * struct image - a file being read.
 * @segments: @segment_count of them
 */
struct image {
	int fd;
	header header;
	segment segments[SEGMENTS_MAX];
	size_t segment_count;
};

/** read_at - exactly @size bytes of the file at @offset. Return: false where the file does not have them. */
static bool
read_at(const struct image *image, void *bytes, size_t size, uint64_t offset)
{
	if (offset > INT64_MAX - size)
		return false;
	return pread(image->fd, bytes, size, (off_t)offset) == (ssize_t)size;
}

/**
 * read_string - the string in the file at @offset.
 * Return: false where it does not end within @size bytes; @text is then "".
 */
static bool
read_string(const struct image *image, char *text, size_t size, uint64_t offset)
{
	ssize_t got = offset > INT64_MAX - size ? -1 : pread(image->fd, text, size, (off_t)offset);

	if (got > 0 && memchr(text, '\0', (size_t)got))
		return true;
	text[0] = '\0';
	return false;
}

/** read_segments - the program headers. Return: false where they are not what the ELF header says. */
static bool
read_segments(struct image *image)
{
	image->segment_count = image->header.e_phnum;
	if (image->segment_count > SEGMENTS_MAX || image->header.e_phentsize != sizeof(segment))
		return false;
	return read_at(image, image->segments, image->segment_count * sizeof(segment), image->header.e_phoff);
}

/** find_segment - the first program header of @type, NULL where there is none. */
static const segment *
find_segment(const struct image *image, unsigned type)
{
	for (size_t i = 0; i < image->segment_count; i++)
		if (image->segments[i].p_type == type)
			return &image->segments[i];
	return NULL;
}

/** is_cut - does the file end before what is to be loaded from it does? */
static bool
is_cut(const struct image *image)
{
	struct stat status;

	if (fstat(image->fd, &status))
		return true;
	for (size_t i = 0; i < image->segment_count; i++) {
		const segment *load = &image->segments[i];

		if (load->p_type == PT_LOAD && (load->p_offset > (uint64_t)status.st_size ||
						load->p_filesz > (uint64_t)status.st_size - load->p_offset))
			return true;
	}
	return false;
}

/** is_go_note - is the note in @bytes at @at the build id of the Go toolchain? elf(5), Notes. */
static bool
is_go_note(const char *bytes, size_t size, size_t at)
{
	static const char owner[] = "Go\0";
	ElfW(Nhdr) note;

	if (size - at < sizeof(note) + sizeof(owner))
		return false;
	memcpy(&note, bytes + at, sizeof(note));
	return note.n_type == GO_BUILD_ID && note.n_namesz == sizeof(owner) &&
	       memcmp(bytes + at + sizeof(note), owner, sizeof(owner)) == 0;
}

/** has_go_note - does a note segment hold the build id of the Go toolchain? Notes start at multiples of four bytes. */
static bool
has_go_note(const struct image *image)
{
	char bytes[NOTE_MAX];

	for (size_t i = 0; i < image->segment_count; i++) {
		const segment *notes = &image->segments[i];
		size_t size = notes->p_filesz < sizeof(bytes) ? notes->p_filesz : sizeof(bytes);

		if (notes->p_type != PT_NOTE || !read_at(image, bytes, size, notes->p_offset))
			continue;
		for (size_t at = 0; at < size; at += 4)
			if (is_go_note(bytes, size, at))
				return true;
	}
	return false;
}

/**
 * has_go_section - is there a section that only the Go toolchain makes? The build id can be left out of a program
 * (-ldflags=-buildid=), its build information cannot; strip(1) keeps both.
 */
static bool
has_go_section(const struct image *image)
{
	const header *elf = &image->header;
	section names, one;
	char name[32];

	if (elf->e_shentsize != sizeof(section) || elf->e_shnum > SECTIONS_MAX || elf->e_shstrndx >= elf->e_shnum ||
	    !read_at(image, &names, sizeof(names), elf->e_shoff + elf->e_shstrndx * sizeof(section)))
		return false;
	for (size_t i = 0; i < elf->e_shnum; i++) {
		if (!read_at(image, &one, sizeof(one), elf->e_shoff + i * sizeof(section)) ||
		    one.sh_name >= names.sh_size)
			return false;
		if (read_string(image, name, sizeof(name), names.sh_offset + one.sh_name) &&
		    (strcmp(name, ".note.go.buildid") == 0 || strcmp(name, ".go.buildinfo") == 0))
			return true;
	}
	return false;
}

/** file_offset - where in the file the virtual address @address is; UINT64_MAX for nowhere. */
static uint64_t
file_offset(const struct image *image, uint64_t address)
{
	for (size_t i = 0; i < image->segment_count; i++) {
		const segment *load = &image->segments[i];

		if (load->p_type == PT_LOAD && address >= load->p_vaddr && address - load->p_vaddr < load->p_filesz)
			return load->p_offset + (address - load->p_vaddr);
	}
	return UINT64_MAX;
}

/** is_sanitizer - is the library @name an AddressSanitizer runtime, gcc's or clang's? */
static bool
is_sanitizer(const char *name)
{
	static const char gcc[] = "libasan.so", clang[] = "libclang_rt.asan";

	return strncmp(name, gcc, sizeof(gcc) - 1) == 0 || strncmp(name, clang, sizeof(clang) - 1) == 0;
}

/** read_needed - look for a sanitizer among the libraries that the program needs. */
static void
read_needed(const struct image *image, struct elf_facts *facts)
{
	const segment *part = find_segment(image, PT_DYNAMIC);
	dynamic entries[DYNAMIC_MAX];
	size_t count = part ? part->p_filesz / sizeof(dynamic) : 0;
	uint64_t strings = UINT64_MAX;

	if (count > DYNAMIC_MAX)
		count = DYNAMIC_MAX;
	if (count == 0 || !read_at(image, entries, count * sizeof(dynamic), part->p_offset))
		return;
	for (size_t i = 0; i < count && entries[i].d_tag != DT_NULL; i++)
		if (entries[i].d_tag == DT_STRTAB)
			strings = file_offset(image, entries[i].d_un.d_ptr);
	for (size_t i = 0; i < count && entries[i].d_tag != DT_NULL && strings != UINT64_MAX; i++) {
		if (entries[i].d_tag != DT_NEEDED)
			continue;
		if (read_string(image, facts->sanitizer, sizeof(facts->sanitizer), strings + entries[i].d_un.d_val) &&
		    is_sanitizer(facts->sanitizer))
			return;
		facts->sanitizer[0] = '\0';
	}
}

/**
 * elf_file_read - the facts about the open file @fd.
 * @facts: written whole
 */
void
elf_file_read(int fd, struct elf_facts *facts)
{
	struct image image = {.fd = fd};
	const segment *interpreter;

	memset(facts, 0, sizeof(*facts));
	if (!read_at(&image, image.header.e_ident, SELFMAG, 0) || memcmp(image.header.e_ident, ELFMAG, SELFMAG) != 0)
		return;
	facts->is_elf = true;
	if (!read_at(&image, image.header.e_ident, EI_NIDENT, 0)) {
		facts->damaged = true;
		return;
	}
	facts->our_class = image.header.e_ident[EI_CLASS] == __ehdr_start.e_ident[EI_CLASS];
	if (!read_at(&image, &image.header, sizeof(image.header), 0)) {
		facts->damaged = true;
		return;
	}
	/* e_machine stands at the same place in both classes. */
	facts->our_machine = image.header.e_ident[EI_DATA] == __ehdr_start.e_ident[EI_DATA] &&
			     image.header.e_machine == __ehdr_start.e_machine;
	if (!facts->our_class || !facts->our_machine)
		return;
	facts->damaged = !read_segments(&image);
	if (facts->damaged)
		return;
	facts->cut = is_cut(&image);
	facts->go = has_go_note(&image) || has_go_section(&image);
	interpreter = find_segment(&image, PT_INTERP);
	if (interpreter && !read_string(&image, facts->interpreter, sizeof(facts->interpreter), interpreter->p_offset))
		facts->damaged = true;
	read_needed(&image, facts);
}
