/* SPDX-License-Identifier: MIT
 * sockaddr.c - decodes and encodes sockaddr_in and sockaddr_in6. Pure. */
#include "bindguard/sockaddr.h"

#include <netinet/in.h>
#include <string.h>

/** SIN6_LEN_RFC2133 - the kernel also takes a sockaddr_in6 without its scope id (net/ipv6.h). */
#define SIN6_LEN_RFC2133 24

_Static_assert(sizeof(struct sockaddr_storage) == BG_SOCKADDR_MAX, "room for every socket address");

/** decode_in - @from holds a sockaddr_in. */
static void
decode_in(const union bg_sockaddr *from, struct bg_endpoint *endpoint)
{
	struct sockaddr_in in;

	memcpy(&in, from->bytes, sizeof(in));
	endpoint->addr = bg_addr_wildcard(BG_IPV4);
	memcpy(endpoint->addr.bytes, &in.sin_addr, 4);
	endpoint->port = ntohs(in.sin_port);
}

/** decode_in6 - @from holds a sockaddr_in6 of at least SIN6_LEN_RFC2133 bytes; @size says whether a scope id too. */
static void
decode_in6(const union bg_sockaddr *from, size_t size, struct bg_endpoint *endpoint)
{
	struct sockaddr_in6 in6;

	memset(&in6, 0, sizeof(in6));
	memcpy(&in6, from->bytes, size < sizeof(in6) ? SIN6_LEN_RFC2133 : sizeof(in6));
	endpoint->addr = bg_addr_wildcard(BG_IPV6);
	memcpy(endpoint->addr.bytes, &in6.sin6_addr, 16);
	endpoint->addr.scope_id = in6.sin6_scope_id;
	endpoint->port = ntohs(in6.sin6_port);
}

/**
 * bg_sockaddr_decode - read a socket address that bind(2) got or getsockname(2) gave.
 * @size: its length in bytes
 * @endpoint: the address as rules see it (a mapped one becomes IPv4) and the port
 * @form: how it was written
 * Return: false where it is no complete Internet address: the kernel's own answer counts. Written only when true.
 */
bool
bg_sockaddr_decode(const union bg_sockaddr *from, size_t size, struct bg_endpoint *endpoint, enum bg_form *form)
{
	sa_family_t family;

	if (size < sizeof(struct sockaddr_in) || size > BG_SOCKADDR_MAX)
		return false;
	memcpy(&family, from->bytes, sizeof(family));
	if (family == AF_INET || family == AF_UNSPEC) {
		decode_in(from, endpoint);
		*form = family == AF_INET ? BG_FORM_IPV4 : BG_FORM_UNSPEC;
		return true;
	}
	if (family != AF_INET6 || size < SIN6_LEN_RFC2133)
		return false;
	decode_in6(from, size, endpoint);
	*form = BG_FORM_IPV6;
	if (bg_addr_is_mapped(&endpoint->addr)) {
		*form = BG_FORM_MAPPED;
		endpoint->addr = bg_addr_unmap(&endpoint->addr);
	}
	return true;
}

/**
 * bg_sockaddr_encode - write @endpoint as the kernel wants it for a socket of @form.
 * Return: the length to pass on.
 */
unsigned
bg_sockaddr_encode(const struct bg_endpoint *endpoint, enum bg_form form, union bg_sockaddr *to)
{
	struct sockaddr_in in = {.sin_family = AF_INET, .sin_port = htons(endpoint->port)};
	struct sockaddr_in6 in6 = {.sin6_family = AF_INET6, .sin6_port = htons(endpoint->port)};

	memset(to, 0, sizeof(*to));
	if (form == BG_FORM_IPV4 || form == BG_FORM_UNSPEC) {
		in.sin_family = form == BG_FORM_IPV4 ? AF_INET : AF_UNSPEC;
		memcpy(&in.sin_addr, endpoint->addr.bytes, 4);
		memcpy(to->bytes, &in, sizeof(in));
		return sizeof(in);
	}
	if (form == BG_FORM_MAPPED) {
		memset(&in6.sin6_addr.s6_addr[10], 0xff, 2);
		memcpy(&in6.sin6_addr.s6_addr[12], endpoint->addr.bytes, 4);
	} else {
		memcpy(&in6.sin6_addr, endpoint->addr.bytes, 16);
		in6.sin6_scope_id = endpoint->addr.scope_id;
	}
	memcpy(to->bytes, &in6, sizeof(in6));
	return sizeof(in6);
}
