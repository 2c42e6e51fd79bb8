/* SPDX-License-Identifier: MIT
 * explain_call.c - reads PROTO and ADDRESS:PORT of `bindguard explain`: numbers only. Runs in the launcher only. */
#include <net/if.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bindguard/words.h"
#include "launcher/explain/explain_call.h"
#include "launcher/explain/explanation.h"

/** read_protocol - the word @word, MPTCP counted as TCP. Return: 0 where it is none. */
static enum bg_protocol
read_protocol(const char *word)
{
	static const enum bg_protocol protocols[] = {BG_PROTOCOL_TCP,  BG_PROTOCOL_UDP,	 BG_PROTOCOL_UDPLITE,
						     BG_PROTOCOL_SCTP, BG_PROTOCOL_DCCP, BG_PROTOCOL_RAW};

	if (strcmp(word, "mptcp") == 0)
		return BG_PROTOCOL_TCP;
	for (size_t i = 0; i < sizeof(protocols) / sizeof(protocols[0]); i++)
		if (strcmp(word, bg_protocol_word(protocols[i])) == 0)
			return protocols[i];
	return 0;
}

/** read_port - 0 to 65535 in decimal digits. Return: false where @text is none. */
static bool
read_port(const char *text, uint16_t *port)
{
	unsigned long number = strtoul(text, NULL, 10);

	if (!*text || strlen(text) > 5 || text[strspn(text, "0123456789")] || number > 65535)
		return false;
	*port = (uint16_t)number;
	return true;
}

/** read_scope - the interface behind '%' of an IPv6 address, by name or index. Return: false, and @failure set, for none. */
static bool
read_scope(const char *text, unsigned *index, struct failure *failure)
{
	bool number = *text && !text[strspn(text, "0123456789")];
	unsigned long value = number ? strtoul(text, NULL, 10) : 0; /* ULONG_MAX where it is more */
	int error = 0;

	*index = value <= INT32_MAX ? (unsigned)value : 0; /* the kernel's are of int, netdevice(7) */
	if (!number && availability_of_interface(text, index, &error) == AVAILABLE_UNASKED)
		command_fail(failure, 0, "whether there is an interface \"%.80s\" cannot be asked: %s", text,
			     strerror(error));
	else if (!*index && number)
		command_fail(failure, 0, "index \"%.80s\", expected a number of 1 to %d behind %%", text, INT32_MAX);
	else if (!*index)
		command_fail(failure, 0, "no interface \"%.80s\" here, expected a name or an index behind %%", text);
	return *index != 0;
}

/**
 * explain_scope - @name: of the interface of @addr's scope, its number where there is none now, "" without scope. Return:
 * @name.
 */
const char *
explain_scope(const struct bg_addr *addr, char name[BG_IFNAME_MAX])
{
	name[0] = '\0';
	if (addr->family == BG_IPV6 && addr->scope_id && !if_indextoname(addr->scope_id, name))
		snprintf(name, BG_IFNAME_MAX, "%u", addr->scope_id);
	return name;
}

/** read_ipv6 - what is between the brackets. */
static bool
read_ipv6(char *text, struct bg_request *request, struct failure *failure)
{
	struct bg_addr *addr = &request->asked.addr;
	char *scope = strchr(text, '%');
	unsigned index = 0;

	if (scope)
		*scope = '\0';
	if (!bg_addr_parse(text, addr) || addr->family != BG_IPV6) {
		command_fail(failure, 0, "\"%.80s\" in brackets, expected an IPv6 address such as [::1]", text);
		return false;
	}
	if (scope && !read_scope(scope + 1, &index, failure))
		return false;
	request->form = BG_FORM_IPV6;
	if (bg_addr_is_mapped(addr)) {
		request->form = BG_FORM_MAPPED;
		*addr = bg_addr_unmap(addr);
	}
	addr->scope_id = index;
	return true;
}

/** is_ipv6 - is @text an IPv6 address, with a scope or without? */
static bool
is_ipv6(const char *text)
{
	char plain[2 * BG_ADDR_TEXT_MAX];
	struct bg_addr addr;

	snprintf(plain, sizeof(plain), "%.*s", (int)strcspn(text, "%"), text);
	return bg_addr_parse(plain, &addr) && addr.family == BG_IPV6;
}

/** read_ipv4 - what is in front of the last colon, without brackets; what people write there instead gets an answer. */
static bool
read_ipv4(const char *text, const char *port, struct bg_request *request, struct failure *failure)
{
	struct bg_addr *addr = &request->asked.addr;

	request->form = BG_FORM_IPV4;
	if (bg_addr_parse(text, addr) && addr->family == BG_IPV4)
		return true;
	if (strchr(text, ':') && is_ipv6(text))
		command_fail(failure, 0, "IPv6 without brackets, expected [%.80s]:%.80s", text, port);
	else if (strchr(text, ':')) /* the last colon was the address's own */
		command_fail(failure, 0, "IPv6 without brackets and port, expected [%.80s:%.80s]:PORT", text, port);
	else if (!*text || strcmp(text, "*") == 0 || strcmp(text, "wildcard") == 0)
		command_fail(failure, 0, "\"%.80s\" could be either wildcard, expected 0.0.0.0:%.80s or [::]:%.80s",
			     text, port, port);
	else if (strcmp(text, "localhost") == 0 || strcmp(text, "loopback") == 0)
		command_fail(failure, 0, "\"%.80s\" could be either loopback, expected 127.0.0.1:%.80s or [::1]:%.80s",
			     text, port, port);
	else
		command_fail(failure, 0, "address \"%.80s\", expected numbers such as 127.0.0.1 or [::1]", text);
	return false;
}

/** read_endpoint - `a.b.c.d:PORT` or `[IPv6]:PORT`. */
static bool
read_endpoint(const char *where, struct bg_request *request, struct failure *failure)
{
	char address[2 * BG_ADDR_TEXT_MAX];
	const char *colon = strrchr(where, ':');
	size_t length = colon ? (size_t)(colon - where) : 0;
	bool bracketed = length >= 2 && where[0] == '[' && colon[-1] == ']';

	if (!colon || (where[0] == '[' && !bracketed)) {
		command_fail(failure, 0, "\"%.80s\", expected ADDRESS:PORT such as 0.0.0.0:8000 or [::]:8000", where);
		return false;
	}
	if (length >= sizeof(address)) {
		command_fail(failure, 0, "address of %zu characters, expected an IPv4 or IPv6 address", length);
		return false;
	}
	memcpy(address, where + bracketed, length - 2 * bracketed);
	address[length - 2 * bracketed] = '\0';
	if (bracketed ? !read_ipv6(address, request, failure) : !read_ipv4(address, colon + 1, request, failure))
		return false;
	if (read_port(colon + 1, &request->asked.port))
		return true;
	command_fail(failure, 0, "port \"%.80s\", expected a number of 0 to 65535", colon + 1);
	return false;
}

/**
 * explain_read_call - PROTO and ADDRESS:PORT into @request, whose call and v6only are set already.
 * Return: false, and @failure set, where they are wrong.
 */
bool
explain_read_call(const char *protocol, const char *where, struct bg_request *request, struct failure *failure)
{
	request->protocol = read_protocol(protocol);
	if (!request->protocol) {
		command_fail(failure, 0,
			     "protocol \"%.80s\", expected one of: tcp, mptcp, udp, udplite, sctp, dccp, raw",
			     protocol);
		return false;
	}
	if (!read_endpoint(where, request, failure))
		return false;
	if (request->v6only && request->form != BG_FORM_IPV6) {
		command_fail(failure, 0, "--v6only with \"%.80s\", expected an IPv6 address that is no mapped IPv4",
			     where);
		return false;
	}
	/* A socket of the address's family, which the program has bound to no device, and before connect to nothing. */
	request->domain_fits = true;
	request->local.addr = bg_addr_wildcard((enum bg_family)request->asked.addr.family);
	request->known = BG_FACT_DOMAIN | BG_FACT_PROTOCOL | BG_FACT_V6ONLY | BG_FACT_DEVICE | BG_FACT_LOCAL;
	return true;
}
