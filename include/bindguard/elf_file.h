/* SPDX-License-Identifier: MIT
 * elf_file.h - what an executable's ELF headers tell of who can guard it. Signal-safe. */
#ifndef BINDGUARD_ELF_FILE_H
#define BINDGUARD_ELF_FILE_H

#include <stdbool.h>

#include "bindguard/head.h"

/** BG_ELF_NAME_MAX - bytes of a library's name that are kept, terminator included. */
#define BG_ELF_NAME_MAX 128

/**
 * struct bg_elf - of one executable.
 * @is_elf: it has the magic bytes; else nothing below counts
 * @our_class: 32 or 64 bits, as we are
 * @our_machine: processor and byte order are ours; where either is not, nothing below counts
 * @damaged: a header points out of the file, or is none: the kernel refuses it
 * @go: built by the Go toolchain
 * @dynamic: it names a dynamic linker; a static-pie program does not
 */
struct bg_elf {
	bool is_elf;
	bool our_class;
	bool our_machine;
	bool damaged;
	bool go;
	bool dynamic;
};

/* They read what is not in @head, which keeps why it could not be read. */
BG_SIGSAFE void bg_elf_read(struct bg_head *head, struct bg_elf *elf);

/** bg_elf_is_cut - is a part that is to be loaded not in the file with @head? Touching it is SIGBUS. */
BG_SIGSAFE bool bg_elf_is_cut(struct bg_head *head);

/** bg_elf_sanitizer - the AddressSanitizer runtime that the program with @head needs as a shared library, or "". */
BG_SIGSAFE void bg_elf_sanitizer(struct bg_head *head, char name[BG_ELF_NAME_MAX]);

#endif
