/* SPDX-License-Identifier: MIT
 * disconnect.c - connect(2) to AF_UNSPEC under the guard: a datagram socket whose association is dissolved is a server
 * again, open to all, since the kernel takes its device off with its peer (device.c). Signal-safe.
 *
 * Theory of operation. Afterwards the kernel's own state tells what the socket is: it keeps a port that was asked for
 * and forgets one that it chose (a client's), and likewise the address. So no mark is needed: a wildcard with a port is
 * decided on as at bind(2). A mark tells what had been asked for where a rule had changed that. The socket is deaf until
 * it is confined; where it cannot be, it is connected again and the call fails.
 */
#include <errno.h>
#include <string.h>

#include "sys/guard.h"
#include "sys/kernel.h"
#include "sys/marks.h"

#define DATAGRAM (BG_PROTOCOL_UDP | BG_PROTOCOL_UDPLITE)

/** is_server - the dissolved socket's @name, and what was asked for of it: into the request. Return: it can be reached. */
static bool
is_server(struct bg_attempt *attempt, bool marked, const struct bg_mark *mark)
{
	struct bg_request *request = &attempt->request;
	union bg_sockaddr name;
	unsigned size;

	if (bg_kernel_getsockname(attempt->fd, &name, &size) || size > sizeof(name) ||
	    !bg_sockaddr_decode(&name, size, &request->asked, &request->form) || request->asked.port == 0)
		return false;
	if (marked && mark->kind == BG_MARK_ADDRESS) /* bound to the changed address still */
		return false;
	if (!marked || mark->kind == BG_MARK_PORT_ZERO)
		return bg_addr_is_wildcard(&request->asked.addr);
	request->asked = mark->asked;
	request->form = mark->form;
	return true;
}

/** confine_again - as the rules say. Return: 0, or -errno where they cannot be followed. */
static int
confine_again(struct bg_attempt *attempt, bool undone)
{
	const struct bg_verdict *verdict = &attempt->verdict;
	const struct bg_change *change = &verdict->change;

	attempt->request.known &= BG_FACT_PROTOCOL;
	if (!bg_attempt_decide(attempt))
		return 0;
	if (verdict->effect == BG_EFFECT_REFUSE)
		return -verdict->error;
	if (verdict->effect != BG_EFFECT_CHANGE || !change->interface[0])
		return 0;
	if (bg_kernel_set_device(attempt->fd, change->interface))
		return -EACCES;
	if (undone)
		bg_report_changed(attempt, change, 0);
	return 0;
}

/** note_confined - the socket has the device again, and what was asked for can be given back again. */
static void
note_confined(const struct bg_attempt *attempt, const struct bg_mark *before)
{
	struct bg_mark mark = *before;

	mark.kind = BG_MARK_DEVICE;
	if (bg_kernel_get_device(attempt->fd, mark.device) == 0 && mark.device[0])
		bg_marks_put(attempt->fd, &mark);
}

/** dissolve - disconnect a datagram socket. Return: as connect(2), -errno for -1; EACCES where it cannot be confined. */
static int
dissolve(struct bg_attempt *attempt, const struct bg_peer *unspecified)
{
	bool deafened = bg_device_deafen(attempt->fd);
	struct bg_mark mark = {.cookie = 0};
	bool marked = bg_marks_get(attempt->fd, &mark);
	struct bg_peer before;
	int result, error = 0;

	bg_device_read_peer(attempt->fd, &before);
	result = bg_kernel_connect(attempt->fd, &unspecified->name, unspecified->size);
	if (result >= 0 && is_server(attempt, marked, &mark))
		error = confine_again(attempt, marked && mark.kind == BG_MARK_UNDONE);
	if (error) {
		bg_device_restore_peer(attempt->fd, &before);
		bg_report_changed(attempt,
				  attempt->verdict.effect == BG_EFFECT_CHANGE ? &attempt->verdict.change : NULL, error);
		/* Without a peer to go back to it stays deaf. */
		bg_device_undeafen(attempt->fd, deafened && before.size);
		return error;
	}
	if (result >= 0 && marked && mark.kind == BG_MARK_UNDONE)
		note_confined(attempt, &mark);
	bg_device_undeafen(attempt->fd, deafened);
	return result;
}

/**
 * bg_guard_disconnect - connect(2) to AF_UNSPEC.
 * @unspecified: the address, as the caller gave it
 * Return: what the bare call would, -errno instead of -1.
 */
int
bg_guard_disconnect(struct bg_attempt *attempt, const struct bg_peer *unspecified)
{
	if (bg_device_receives_at_once(attempt->fd) &&
	    bg_facts_gather(attempt, BG_FACT_PROTOCOL) == BG_FACTS_GATHERED && (attempt->request.protocol & DATAGRAM))
		return dissolve(attempt, unspecified);
	return (int)bg_kernel_result(
		attempt->guard->real->connect(attempt->fd, unspecified->name.bytes, unspecified->size));
}
