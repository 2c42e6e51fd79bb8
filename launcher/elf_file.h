/* SPDX-License-Identifier: MIT
 * elf_file.h - what an executable's ELF headers tell of who can guard it. */
#ifndef BINDGUARD_LAUNCHER_ELF_FILE_H
#define BINDGUARD_LAUNCHER_ELF_FILE_H

#include <limits.h>
#include <stdbool.h>

/** ELF_NAME_MAX - bytes of a library's name that are kept, terminator included. */
#define ELF_NAME_MAX 128

/**
 * struct elf_facts - of one executable.
 * @is_elf: it has the magic bytes; else nothing below counts
 * @our_class: 32 or 64 bits, as we are
 * @our_machine: processor and byte order are ours; where either is not, nothing below counts
 * @damaged: a header points out of the file, or is none
 * @cut: a part that is to be loaded is not in the file: touching it is SIGBUS
 * @go: built by the Go toolchain
 * @interpreter: its dynamic linker, "" for a static program, static-pie included
 * @sanitizer: the AddressSanitizer runtime that it needs as a shared library, or ""
 */
struct elf_facts {
	bool is_elf;
	bool our_class;
	bool our_machine;
	bool damaged;
	bool cut;
	bool go;
	char interpreter[PATH_MAX];
	char sanitizer[ELF_NAME_MAX];
};

void elf_file_read(int fd, struct elf_facts *facts);

#endif
