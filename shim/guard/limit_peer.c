/* SPDX-License-Identifier: MIT
 * limit_peer.c - lets a limited datagram socket hear the one that it connects to. Signal-safe.
 *
 * Theory of operation. A socket that is connected gets from the kernel what its peer sends, and nothing else. But connect(2) to
 * AF_UNSPEC of another thread makes a server of it again, at any moment: so the filter stays, and lets the peer through, too.
 * That is so before connect(2), and nothing that the peer says is lost; until the association is dissolved and the limit is
 * put in the place of this filter. The filter itself tells that it is a limit's, also after execve(2), which no mark outlives.
 */
#include "guard/limit_peer.h"

#include <linux/filter.h>
#include <sys/socket.h>

#include "bindguard/kernel.h"
#include "bindguard/packet_filter.h"
#include "guard/limit.h"

#define SMALL 96u /* instructions that a signal's stack has room for */

/**
 * exchange_head - the filter of @fd, of @length instructions, gets another head.
 * @code: room for them and BG_PACKET_FILTER_HEAD
 */
static enum limit_peer
exchange_head(int fd, struct sock_filter *code, unsigned length, const struct bg_addr *peer)
{
	struct sock_filter *body = code + BG_PACKET_FILTER_HEAD, head[BG_PACKET_FILTER_HEAD];
	struct sock_fprog program = {.filter = code};
	unsigned size;

	if (bg_kernel_getsockopt(fd, SOL_SOCKET, SO_GET_FILTER, body, &length) || !length)
		return LIMIT_PEER_NONE;
	bg_packet_filter_admit(NULL, head);
	if (body->code != head->code || body->k != head->k)
		return LIMIT_PEER_NONE;
	size = bg_packet_filter_head(body, length);
	if (size > length)
		return LIMIT_PEER_NONE;
	body += size;
	length -= size;
	size = bg_packet_filter_admit(peer, head);
	program.filter = body - size;
	program.len = (unsigned short)(size + length);
	for (unsigned i = 0; i < size; i++)
		program.filter[i] = head[i];
	return bg_kernel_setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof(program)) ? LIMIT_PEER_DEAF
												 : LIMIT_PEER_ADMITTED;
}

/** admit - @peer, NULL: nobody, in the place of whoever was admitted before. */
static enum limit_peer
admit(int fd, const struct bg_addr *peer)
{
	struct sock_filter few[BG_PACKET_FILTER_HEAD + SMALL];
	enum limit_peer admitted;
	unsigned length = 0;
	size_t size;
	void *memory;

	if (bg_kernel_getsockopt(fd, SOL_SOCKET, SO_GET_FILTER, NULL, &length) || !length)
		return LIMIT_PEER_NONE;
	if (length <= SMALL)
		return exchange_head(fd, few, length, peer);
	size = (BG_PACKET_FILTER_HEAD + length) * sizeof(struct sock_filter);
	if (bg_kernel_map(size, &memory))
		return bg_limit_is_on(fd) ? LIMIT_PEER_DEAF : LIMIT_PEER_NONE;
	admitted = exchange_head(fd, memory, length, peer);
	bg_kernel_unmap(memory, size);
	return admitted;
}

/** limit_peer_admit - before @fd connects to @peer. */
enum limit_peer
limit_peer_admit(int fd, const struct bg_peer *peer)
{
	struct bg_endpoint to;
	enum bg_form form;

	if (!bg_sockaddr_decode(&peer->name, peer->size, &to, &form))
		return LIMIT_PEER_NONE;
	if (bg_addr_is_wildcard(&to.addr)) /* as a destination it means loopback, ip(7) */
		to.addr = bg_addr_loopback((enum bg_family)to.addr.family);
	return admit(fd, &to.addr);
}

/** limit_peer_forget - the association of @fd is dissolved, and no bind(2) of another thread succeeds: nobody is admitted now. */
void
limit_peer_forget(int fd)
{
	if (bg_limit_is_on(fd))
		admit(fd, NULL);
}

/**
 * limit_peer_settle - after that. One that is deaf to its peer has no filter from now on; one that is not @connected hears whom it
 * is connected to still, if anybody.
 */
void
limit_peer_settle(int fd, enum limit_peer admitted, bool connected)
{
	struct bg_peer before;

	if (admitted == LIMIT_PEER_DEAF && connected)
		bg_limit_give_up(fd);
	if (admitted != LIMIT_PEER_ADMITTED || connected)
		return;
	bg_device_read_peer(fd, &before);
	if (!before.size || limit_peer_admit(fd, &before) == LIMIT_PEER_NONE)
		admit(fd, NULL);
}
