/* SPDX-License-Identifier: MIT
 * head.h - the first bytes of a file that is executed, read once for all that look at them. Signal-safe. */
#ifndef BINDGUARD_HEAD_H
#define BINDGUARD_HEAD_H

#include <stddef.h>
#include <stdint.h>

#include "bindguard/attr.h"

/** BG_HEAD_SIZE - most programs have their headers and notes there, and a `#!` line is shorter. */
#define BG_HEAD_SIZE 1024

/**
 * struct bg_head - of an open file.
 * @fd: the file
 * @error: errno value of the last read that failed, 0: none did; EBADF: it is not open for reading
 * @size: how many of @bytes are the file's; zeros are behind them
 */
struct bg_head {
	int fd;
	int error;
	size_t size;
	char bytes[BG_HEAD_SIZE];
};

BG_SIGSAFE void bg_head_read(int fd, struct bg_head *head);
BG_SIGSAFE size_t bg_head_part(struct bg_head *head, void *bytes, size_t size, uint64_t offset);

#endif
