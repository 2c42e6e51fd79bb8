/* SPDX-License-Identifier: MIT
 * packet_filter_code.h - the instructions that a limit's filter is made of, for who writes it and who reads it back. */
#ifndef BINDGUARD_CORE_PACKET_FILTER_CODE_H
#define BINDGUARD_CORE_PACKET_FILTER_CODE_H

#include <linux/filter.h>

#define OURS 0x62677264u /* "bgrd" */
#define LO_INDEX 1u /* of lo in every network namespace: loopback_net_init() of drivers/net/loopback.c, Linux 3.9 */
#define TYPE_LOOPBACK 5u /* PACKET_LOOPBACK of linux/if_packet.h */
#define WHOLE UINT32_MAX /* bytes of a packet that are let through */
#define IPV4_SOURCE 12u	 /* RFC 791 3.1 */
#define IPV6_SOURCE 8u	 /* RFC 8200 3 */
#define WORD_BITS 32u
#define IPV6_WORDS 4u

#define LOAD_WORD (BPF_LD | BPF_W | BPF_ABS)
#define LOAD_BYTE (BPF_LD | BPF_B | BPF_ABS)
#define KEEP_WORD BPF_ST /* of the packet, in the filter's own memory */
#define LOAD_KEPT (BPF_LD | BPF_MEM)
#define AND (BPF_ALU | BPF_AND | BPF_K)
#define IF_EQUAL (BPF_JMP | BPF_JEQ | BPF_K)
#define RETURN (BPF_RET | BPF_K)

#endif
