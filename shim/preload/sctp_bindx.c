/* SPDX-License-Identifier: MIT
 * sctp_bindx.c - the exported sctp_bindx(3) of libsctp, which binds by a socket option, past the symbol bind. It is not
 * async-signal-safe, so it may look its successor up when called: libsctp can be loaded later than we are. */
#include <dlfcn.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

#include "bindguard/apply.h"
#include "bindguard/caller.h"
#include "bindguard/facts.h"
#include "bindguard/kernel.h"
#include "bindguard/report.h"
#include "preload/preload.h"

#define BINDX_ADD_ADDR 1      /* SCTP_BINDX_ADD_ADDR, RFC 6458 9.1 */
#define SOCKOPT_BINDX_ADD 100 /* SCTP_SOCKOPT_BINDX_ADD, linux/sctp.h */
#define ADDRESSES_MAX 16      /* changed at once; a longer list is refused where one of them is to be changed */

/**
 * struct addresses - a packed list of socket addresses, as the call takes it.
 * @bytes, @size: the list
 * @changed: one of them is not what the program asked for
 */
struct addresses {
	union bg_sockaddr bytes[ADDRESSES_MAX];
	size_t size;
	bool changed;
};

/** real_call - libsctp's function, or what it does where it cannot be found. Return: -errno instead of -1. */
static int
real_call(int fd, const void *addrs, size_t size, int count, int flags)
{
	int (*next)(int, const void *, int, int) = NULL;
	void *symbol = dlsym(RTLD_NEXT, "sctp_bindx");

	if (!symbol) {
		dlerror();
		if (flags != BINDX_ADD_ADDR)
			return -ENOSYS;
		return bg_kernel_setsockopt(fd, IPPROTO_SCTP, SOCKOPT_BINDX_ADD, addrs, (unsigned)size);
	}
	memcpy(&next, &symbol, sizeof(next));
	return (int)bg_kernel_result(next(fd, addrs, count, flags));
}

/** size_at - bytes of the address at @at: 0 where it cannot be read or is none of the Internet. */
static size_t
size_at(const struct bg_guard *guard, const char *at, union bg_sockaddr *copy)
{
	sa_family_t family;
	size_t size;

	if (!bg_caller_read(guard->stack_top, at, sizeof(family), copy))
		return 0;
	memcpy(&family, copy->bytes, sizeof(family));
	size = family == AF_INET ? sizeof(struct sockaddr_in) : family == AF_INET6 ? sizeof(struct sockaddr_in6) : 0;
	return size && bg_caller_read(guard->stack_top, at, size, copy) ? size : 0;
}

/**
 * struct change - what becomes of a list.
 * @list: the addresses to bind
 * @first: the first attempt that changes or refuses something, else the last; it is reported
 * @device: to confine to; "": none
 */
struct change {
	struct addresses list;
	struct bg_attempt first;
	char device[BG_IFNAME_MAX];
};

/** use - take @done, of the attempt's verdict, into the list. */
static size_t
use(struct change *change, const struct bg_attempt *attempt, const struct bg_change *done, union bg_sockaddr *encoded)
{
	if (!change->list.changed)
		change->first = *attempt;
	change->list.changed = true;
	if (done->interface[0])
		memcpy(change->device, done->interface, sizeof(change->device));
	return bg_sockaddr_encode(&done->to, done->form, encoded);
}

/**
 * may_confine - the device can be set: tried, since nothing else tells. The socket keeps it where the call succeeds. What
 * an address before has brought is not set again, which takes a privilege.
 */
static bool
may_confine(const struct change *change, const struct bg_attempt *attempt)
{
	const char *device = attempt->verdict.change.interface;

	return memcmp(change->device, device, sizeof(change->device)) == 0 ||
	       bg_kernel_set_device(attempt->fd, device) == 0;
}

/** decide_one - decide on one address and append what is to be bound. Return: 0, or -errno to refuse the whole call. */
static int
decide_one(struct bg_attempt *attempt, const union bg_sockaddr *copy, size_t size, struct change *change)
{
	struct bg_verdict *verdict = &attempt->verdict;
	union bg_sockaddr encoded = *copy;

	memset(&attempt->request, 0, sizeof(attempt->request));
	attempt->request.call = BG_CALL_SCTP_BINDX;
	if (!bg_sockaddr_decode(copy, size, &attempt->request.asked, &attempt->request.form))
		return -EINVAL;
	bg_report_complaints(attempt->guard, &attempt->request.asked);
	/* The device that an address before this one has brought is ours, not the program's choice. */
	attempt->request.known = change->device[0] ? BG_FACT_DEVICE : 0;
	if (bg_attempt_decide(attempt) && attempt->guard->policy->mode == BG_MODE_ENFORCE) {
		if (verdict->effect == BG_EFFECT_REFUSE) {
			change->first = *attempt;
			return -verdict->error;
		}
		if (verdict->effect == BG_EFFECT_CHANGE && verdict->change.interface[0] &&
		    !may_confine(change, attempt)) {
			change->first = *attempt;
			if (!verdict->has_fallback)
				return -EACCES;
			verdict->reason = verdict->fallback_reason;
			verdict->change = verdict->fallback;
		}
		if (verdict->effect == BG_EFFECT_CHANGE)
			size = use(change, attempt, &verdict->change, &encoded);
	}
	if (!change->list.changed)
		change->first = *attempt;
	memcpy((char *)change->list.bytes + change->list.size, encoded.bytes, size);
	change->list.size += size;
	return 0;
}

/**
 * remember - listen(2) is not to ask again about what was decided here; several addresses are nothing that connect(2) could
 * give back.
 */
static void
remember(const struct change *change, int result)
{
	const struct bg_attempt *first = &change->first;
	struct bg_change done = first->verdict.change;

	if (!change->list.changed) {
		bg_apply_nothing(first, result);
		return;
	}
	memcpy(done.interface, change->device, sizeof(done.interface));
	if (result >= 0)
		bg_apply_remember(first, BG_MARK_AS_ASKED, &done);
}

/** report - one event for the list. */
static void
report(struct change *change, int result)
{
	struct bg_attempt *first = &change->first;

	if (first->verdict.effect == BG_EFFECT_REFUSE && first->guard->policy->mode == BG_MODE_ENFORCE)
		bg_report_changed(first, NULL, result);
	else if (change->list.changed || (result < 0 && first->verdict.effect == BG_EFFECT_CHANGE &&
					  first->guard->policy->mode == BG_MODE_ENFORCE))
		bg_report_changed(first, &first->verdict.change, result);
	else
		bg_report_unchanged(first, result);
}

/** guarded - decide on each address of the list; bind the changed list. Return: as the call, -errno instead of -1. */
static int
guarded(struct bg_attempt *attempt, const char *addrs, int count, int flags)
{
	struct change change = {.list = {.size = 0}};
	union bg_sockaddr copy;
	size_t size = 0;
	int result = 0;

	for (int i = 0; i < count && result == 0; i++) {
		size_t one = size_at(attempt->guard, addrs + size, &copy);

		if (one == 0) {
			if (change.device[0])
				bg_device_take_off(attempt->fd);
			return real_call(attempt->fd, addrs, size, count, flags); /* the bare call has the errno */
		}
		size += one;
		result = decide_one(attempt, &copy, one, &change);
	}
	if (result == 0)
		result = real_call(attempt->fd, change.list.bytes, change.list.size, count, flags);
	if (result < 0 && change.device[0])
		bg_device_take_off(attempt->fd);
	remember(&change, result);
	report(&change, result);
	return result;
}

/** too_long - a list that cannot be checked whole: refused, since one of its addresses may be a wildcard. */
static bool
too_long(int count)
{
	return count > ADDRESSES_MAX;
}

BG_EXPORT int sctp_bindx(int fd, void *addrs, int count, int flags); /* netinet/sctp.h comes with libsctp */

int
sctp_bindx(int fd, void *addrs, int count, int flags)
{
	struct bg_attempt attempt = {.guard = bg_guard_get(), .fd = fd};
	int saved_errno = errno;

	if (attempt.guard->policy->mode == BG_MODE_OFF || flags != BINDX_ADD_ADDR || count <= 0)
		return bg_return(real_call(fd, addrs, 0, count, flags), saved_errno);
	if (too_long(count))
		return bg_return(attempt.guard->policy->mode == BG_MODE_ENFORCE ? -EACCES
										: real_call(fd, addrs, 0, count, flags),
				 saved_errno);
	return bg_return(guarded(&attempt, addrs, count, flags), saved_errno);
}
