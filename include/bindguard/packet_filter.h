/* SPDX-License-Identifier: MIT
 * packet_filter.h - the socket filter of a limit, as classic BPF (SO_ATTACH_FILTER, socket(7)). Pure. */
#ifndef BINDGUARD_PACKET_FILTER_H
#define BINDGUARD_PACKET_FILTER_H

#include <linux/filter.h>

#include "bindguard/policy.h"

/** BG_PACKET_FILTER_MAX - instructions of the longest one: BG_FROM_MAX blocks of IPv6 addresses, and what stands around them. */
#define BG_PACKET_FILTER_MAX (BG_FROM_MAX * 10 + 32)

/**
 * bg_packet_filter_write - the filter that lets through what comes from one of @from, and drops all else.
 * @from, @count: at most BG_FROM_MAX
 * @indexes: the number of the device of each BG_FROM_INTERFACE; those of others are not read
 * @code: room for @room instructions
 * Return: how many it takes, also where there is not room for all.
 */
BG_SIGSAFE unsigned bg_packet_filter_write(const struct bg_from *from, uint32_t count, const uint32_t *indexes,
					   struct sock_filter *code, unsigned room);

/**
 * bg_packet_filter_read - is @code, of @length instructions, just what bg_packet_filter_write() writes for some places?
 * @from, @indexes: room for BG_FROM_MAX; the names of interfaces are left empty
 * @count: set to how many
 * Return: whether it is; where not, the others hold anything.
 */
BG_SIGSAFE bool bg_packet_filter_read(const struct sock_filter *code, unsigned length, struct bg_from from[BG_FROM_MAX],
				      uint32_t indexes[BG_FROM_MAX], uint32_t *count);

/** BG_PACKET_FILTER_HEAD - instructions of the longest head. */
#define BG_PACKET_FILTER_HEAD 13

/**
 * bg_packet_filter_admit - the head of a limit's filter that lets through what comes from @peer, too; NULL: the one that every
 * filter of bg_packet_filter_write() has. Return: its length.
 */
BG_SIGSAFE unsigned bg_packet_filter_admit(const struct bg_addr *peer, struct sock_filter head[BG_PACKET_FILTER_HEAD]);

/** bg_packet_filter_head - how long the head of the filter of a limit is, which @code of @length instructions is. */
BG_SIGSAFE unsigned bg_packet_filter_head(const struct sock_filter *code, unsigned length);

#endif
