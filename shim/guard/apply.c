/* SPDX-License-Identifier: MIT
 * apply.c - does what a verdict says to a socket that is being bound: address, device, fallback; remembers what connect(2)
 * may have to give back, and reports. Signal-safe. */
#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include "bindguard/apply.h"
#include "bindguard/facts.h"
#include "bindguard/guard.h"
#include "bindguard/kernel.h"
#include "bindguard/marks.h"
#include "bindguard/origin.h"
#include "bindguard/report.h"
#include "guard/conflict.h"
#include "guard/limit.h"
#include "guard/replace.h"

/** NOBODY - bg_replace() without a peer. */
static const struct bg_peer nobody;

/**
 * bg_real_bind - the real bind(2) of @change's address. A sockaddr_in6 without its scope id stays one: not every socket
 * takes it (ping sockets do not), and the errno is the caller's. Return: as the call, -errno instead of -1.
 */
int
bg_real_bind(const struct bg_attempt *attempt, const struct bg_change *change)
{
	union bg_sockaddr to;
	unsigned size = bg_sockaddr_encode(&change->to, change->form, &to);
	struct bg_scope scope;
	int result;

	if (attempt->size < size && change->to.addr.scope_id == 0)
		size = attempt->size;
	bg_scope_before(attempt->fd, &change->to, &scope);
	result = (int)bg_kernel_result(attempt->guard->real->bind(attempt->fd, to.bytes, size));
	bg_scope_after(attempt->fd, &scope);
	return result;
}

/**
 * refuses_family - did the socket refuse the changed address because it is of another family? The bare call then fails,
 * too, and knows how: the errno depends on the length that the caller gave.
 */
static bool
refuses_family(struct bg_attempt *attempt, int result)
{
	if ((result != -EINVAL && result != -EAFNOSUPPORT) || !attempt->caller)
		return false;
	return bg_facts_gather(attempt, BG_FACT_DOMAIN) != BG_FACTS_GATHERED || !attempt->request.domain_fits;
}

/**
 * bg_apply_remember - note what was asked for, so that connect(2) can give it back, and where the socket is instead, so that
 * listen(2) does not ask again. The kernel names AF_UNSPEC as AF_INET.
 * @done: NULL: the socket is as asked
 */
void
bg_apply_remember(const struct bg_attempt *attempt, enum bg_mark_kind kind, const struct bg_change *done)
{
	const struct bg_request *request = &attempt->request;
	const struct bg_policy *policy = attempt->guard->policy;
	const struct bg_verdict *verdict = &attempt->verdict;
	struct bg_mark mark = {.cookie = attempt->cookie,
			       .kind = kind,
			       .asked = request->asked,
			       .form = request->form,
			       .told = kind != BG_MARK_PORT_ZERO,
			       .action = (uint8_t)verdict->action,
			       .rule = verdict->rule == BG_NO_RULE ? 0 : policy->rules[verdict->rule].name.offset,
			       .dual_stack = (request->known & BG_FACT_V6ONLY) && !request->v6only};
	struct bg_mark before;

	if (mark.form == BG_FORM_UNSPEC)
		mark.form = BG_FORM_IPV4;
	if (done) {
		mark.bound = done->to;
		memcpy(mark.device, done->interface, sizeof(mark.device));
	}
	if (!done && bg_marks_get(attempt->fd, &before) && before.scoped) {
		mark.scoped = true;
		memcpy(mark.device, before.device, sizeof(mark.device));
	}
	if (mark.cookie)
		bg_marks_store(&mark);
	else
		bg_marks_put(attempt->fd, &mark);
}

/**
 * is_bound - the socket has a port, so bind(2) will fail with EINVAL, and must not have cost it anything: to take a device
 * off again without privilege would cost it its connection. A raw socket always has a number for a port.
 */
static bool
is_bound(int fd)
{
	struct bg_endpoint endpoint;
	union bg_sockaddr name;
	enum bg_form form;
	unsigned size;
	int type;

	return bg_kernel_getsockname(fd, &name, &size) == 0 && size <= sizeof(name) &&
	       bg_sockaddr_decode(&name, size, &endpoint, &form) && endpoint.port != 0 &&
	       bg_kernel_getint(fd, SOL_SOCKET, SO_TYPE, &type) == 0 && type != SOCK_RAW;
}

/**
 * confine_and_bind - a socket that receives as soon as it is bound, so it gets its device before. A bind that fails
 * leaves no device behind, and a socket that was bound and connected already as it was.
 */
static int
confine_and_bind(const struct bg_attempt *attempt, const struct bg_change *change, bool *refused)
{
	struct bg_peer peer;
	int result;

	if (is_bound(attempt->fd))
		return attempt->bind(attempt, change);
	if (bg_conflict_at_bind(attempt, change))
		return -EADDRINUSE;
	result = bg_kernel_set_device(attempt->fd, change->interface);
	*refused = result != 0;
	if (result)
		return result;
	result = attempt->bind(attempt, change);
	if (result >= 0)
		bg_device_hold(attempt->fd, change->interface);
	if (result < 0) {
		bg_device_read_peer(attempt->fd, &peer);
		bg_device_take_off(attempt->fd);
		bg_device_restore_peer(attempt->fd, &peer);
	}
	return result;
}

/**
 * bind_and_confine - a socket that has to listen first: a bind that fails then has no other trace than the bare one, and
 * the same conflicts. Where it cannot be confined it is exchanged for one that is not bound: the call fails, or the
 * fallback binds it.
 */
static int
bind_and_confine(const struct bg_attempt *attempt, const struct bg_change *change, bool *refused)
{
	int result = attempt->bind(attempt, change), error;

	if (result < 0)
		return result;
	error = bg_kernel_set_device(attempt->fd, change->interface);
	*refused = error != 0;
	if (error)
		bg_replace(attempt, NULL, BG_FORM_IPV4, false, &nobody);
	return error ? error : result;
}

/**
 * limit_and_bind - a socket that receives as soon as it is bound: filtered before. A bind that fails leaves no filter behind; but
 * where another thread has bound the socket meanwhile the filter is that one's, too.
 */
static int
limit_and_bind(struct bg_attempt *attempt, const struct bg_change *change, bool *refused)
{
	int attached, result;

	if (is_bound(attempt->fd))
		return attempt->bind(attempt, change);
	attached = bg_limit_attach(attempt, false);
	*refused = attached < 0;
	if (*refused)
		return attached;
	result = attempt->bind(attempt, change);
	if (result < 0 && attached == 0 && !is_bound(attempt->fd))
		bg_limit_detach(attempt->fd);
	return result;
}

/** receives_at_once - bg_device_receives_at_once(), without a question where the protocol is known. */
static bool
receives_at_once(const struct bg_attempt *attempt)
{
	const struct bg_request *request = &attempt->request;

	if (request->known & BG_FACT_PROTOCOL)
		return !(request->protocol & BG_PROTOCOL_LISTENING);
	return bg_device_receives_at_once(attempt->fd);
}

/**
 * try_change - bind, and confine or limit where @change says so.
 * @refused: set to whether it was that which failed, and not the bind
 * Return: of the bind, or of what failed.
 */
static int
try_change(struct bg_attempt *attempt, const struct bg_change *change, bool *refused)
{
	*refused = false;
	if (change->limited)
		return limit_and_bind(attempt, change, refused);
	if (change->interface[0] && attempt->origin == BG_ORIGIN_ENVIRONMENT) {
		int error = bg_origin_confine(attempt, change->interface);

		*refused = error != 0;
		return error ? error : attempt->bind(attempt, change);
	}
	if (!change->interface[0])
		return bg_conflict_at_bind(attempt, change) ? -EADDRINUSE : attempt->bind(attempt, change);
	return receives_at_once(attempt) ? confine_and_bind(attempt, change, refused)
					 : bind_and_confine(attempt, change, refused);
}

/** kind_of - how @done is remembered. */
static enum bg_mark_kind
kind_of(const struct bg_change *done)
{
	if (done->limited)
		return BG_MARK_LIMITED;
	return done->interface[0] ? BG_MARK_DEVICE : BG_MARK_ADDRESS;
}

/**
 * bg_apply_change - do what the verdict says, or its fallback where the host cannot. Return: as bind(2), -errno for -1.
 * A guard that can be applied in no way refuses the call: EACCES, never an open socket.
 */
int
bg_apply_change(struct bg_attempt *attempt)
{
	const struct bg_verdict *verdict = &attempt->verdict;
	const struct bg_change *done = &verdict->change;
	bool refused;
	int result;

	if (attempt->origin == BG_ORIGIN_SCOPE && !is_bound(attempt->fd))
		bg_origin_remove_device(attempt);
	result = try_change(attempt, done, &refused);
	if (verdict->has_fallback && (refused || (!done->interface[0] && !done->limited && result == -EADDRNOTAVAIL))) {
		done = &verdict->fallback;
		attempt->verdict.reason =
			attempt->origin == BG_ORIGIN_ENVIRONMENT ? BG_REASON_ENVIRONMENT : verdict->fallback_reason;
		result = try_change(attempt, done, &refused);
	}
	if (!refused && refuses_family(attempt, result))
		return (int)bg_kernel_result(
			attempt->guard->real->bind(attempt->fd, attempt->caller->bytes, attempt->size));
	if (refused && !done->limited)
		result = -EACCES;
	if (result >= 0 && !done->limited && bg_limit_release(attempt, done->to.port) && done->interface[0])
		bg_device_hold(attempt->fd, done->interface);
	if (result >= 0)
		bg_apply_remember(attempt, kind_of(done), done);
	bg_report_changed(attempt, done, result);
	return result;
}

/** is_to_be_remembered - rules that speak of port 0 will have to know at listen(2) who had asked for it. */
static bool
is_to_be_remembered(const struct bg_attempt *attempt)
{
	return attempt->guard->policy->port_zero && attempt->request.asked.port == 0;
}

/**
 * bg_apply_prepare - before the bare call: can its socket be remembered, if it must be? Afterwards it would be too late.
 * Return: false where not; the call is to be refused. What is no socket, or a kernel without SO_COOKIE (Linux 4.12), is
 * no reason.
 */
bool
bg_apply_prepare(struct bg_attempt *attempt)
{
	int error;

	if (attempt->guard->policy->mode != BG_MODE_ENFORCE || !is_to_be_remembered(attempt))
		return true;
	error = bg_kernel_cookie(attempt->fd, &attempt->cookie);
	return error == 0 || error == -EBADF || error == -ENOTSOCK || error == -ENOPROTOOPT;
}

/** would_change - observe mode lets pass what its event says would be changed. */
static bool
would_change(const struct bg_attempt *attempt)
{
	enum bg_effect effect = attempt->verdict.effect;

	return attempt->guard->policy->mode == BG_MODE_OBSERVE &&
	       (effect == BG_EFFECT_CHANGE || effect == BG_EFFECT_REFUSE);
}

/** bg_apply_nothing - the bare call was made and returned @result. */
void
bg_apply_nothing(const struct bg_attempt *attempt, int result)
{
	if (result < 0)
		return;
	if (would_change(attempt))
		bg_apply_remember(attempt, BG_MARK_AS_ASKED, NULL);
	else if (is_to_be_remembered(attempt))
		bg_apply_remember(attempt, BG_MARK_PORT_ZERO, NULL);
}
