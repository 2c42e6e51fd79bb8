/* SPDX-License-Identifier: MIT
 * prove_json.c - what `bindguard prove` has found, as JSON on standard output. The keys are documented in bindguard(1) and
 * are API. Runs in the launcher only. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <jansson.h>

#include "launcher/prove.h"

/** reached_value - null: not tried. */
static json_t *
reached_value(enum reached reached)
{
	static const char *const words[] = {NULL, "reached", "refused", "silent", "other"};

	return words[reached] ? json_string(words[reached]) : json_null();
}

/** place_value - what came of the tries at one place. */
static json_t *
place_value(const struct tried *tried, enum place place)
{
	return json_pack("{s:o, s:o}", "ipv4", reached_value(tried->reached[place][TRIED_IPV4]), "ipv6",
			 reached_value(tried->reached[place][TRIED_IPV6]));
}

/** loopback_value - at each of the loopback addresses. */
static json_t *
loopback_value(const struct tried *tried)
{
	json_t *object = json_object();

	for (enum tried_loopback i = 0; i < TRIED_LOOPBACKS; i++)
		json_object_set_new(object, tried_loopback_text(i), reached_value(tried->loopback[i]));
	return object;
}

/** text_value - escaped already; "" is null. */
static json_t *
text_value(const char *text)
{
	return text[0] ? json_string(text) : json_null();
}

/** tried_value - a socket. NULL: memory is out. */
static json_t *
tried_value(const struct tried *tried)
{
	static const char *const verdicts[] = {"exposed", "lost", "good"};
	const struct socket *socket = &tried->socket;
	char address[BG_ADDR_TEXT_MAX], device[SOCKET_TEXT_MAX];

	bg_addr_format(&socket->local.addr, address);
	list_copy_escaped(socket->device, device);
	return json_pack("{s:s, s:s, s:s, s:i, s:b, s:o, s:o, s:b, s:o, s:o, s:o, s:o, s:s}", "protocol",
			 bg_protocol_word(socket->protocol), "family",
			 socket->local.addr.family == BG_IPV4 ? "ipv4" : "ipv6", "address", address, "port",
			 socket->local.port, "dual_stack", socket_is_dual_stack(socket), "device", text_value(device),
			 "program", text_value(strcmp(tried->program, "?") == 0 ? "" : tried->program), "ephemeral",
			 socket->ephemeral, "here", place_value(tried, PLACE_LOOPBACK), "loopback",
			 loopback_value(tried), "own", place_value(tried, PLACE_OWN), "there",
			 place_value(tried, PLACE_ELSEWHERE), "verdict", verdicts[tried_verdict(tried)]);
}

/** prove_print_json - one object. Return: 0 or an errno value. */
int
prove_print_json(const struct proof *proof)
{
	size_t counts[] = {0, 0, 0};
	json_t *sockets = json_array(), *object;
	int bad = 0;

	for (size_t i = 0; i < proof->trials.count; i++) {
		counts[tried_verdict(&proof->trials.items[i])]++;
		bad |= json_array_append_new(sockets, tried_value(&proof->trials.items[i]));
	}
	object = json_pack("{s:b, s:b, s:i, s:i, s:o}", "guarded", !proof->unguarded, "ipv6", proof->network.ipv6,
			   "exposed", (int)counts[VERDICT_EXPOSED], "lost", (int)counts[VERDICT_LOST], "sockets",
			   sockets);
	if (!bad)
		bad = json_dumpf(object, stdout, JSON_INDENT(2));
	json_decref(object);
	if (!bad)
		putchar('\n');
	return bad && !ferror(stdout) ? ENOMEM : 0; /* a full disk is main's to tell */
}
