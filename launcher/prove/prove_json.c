/* SPDX-License-Identifier: MIT
 * prove_json.c - what `bindguard prove` has found, as JSON on standard output. The keys are documented in bindguard-json(5)
 * and
 * are API. Runs in the launcher only. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <jansson.h>

#include "bindguard/words.h"
#include "launcher/prove/prove.h"
#include "launcher/prove/prove_hint.h"
#include "launcher/prove/prove_outgoing.h"
#include "launcher/sockets/socket_text.h"

/** outcome_value - null: not tried. */
static json_t *
outcome_value(enum outcome outcome)
{
	static const char *const words[] = {NULL, "reached", "refused", "silent", "other"};

	return words[outcome] ? json_string(words[outcome]) : json_null();
}

/** place_value - what came of the tries at one place. */
static json_t *
place_value(const struct prove_result *result, enum place place)
{
	return json_pack("{s:o, s:o}", "ipv4", outcome_value(result->outcomes[place][PROVE_IPV4]), "ipv6",
			 outcome_value(result->outcomes[place][PROVE_IPV6]));
}

/** loopback_value - at each of the loopback addresses. */
static json_t *
loopback_value(const struct prove_result *result)
{
	json_t *object = json_object();

	for (enum prove_loopback i = 0; i < LOOPBACKS; i++)
		json_object_set_new(object, prove_loopback_text(i), outcome_value(result->loopback[i]));
	return object;
}

/** text_value - escaped already; "" is null. */
static json_t *
text_value(const char *text)
{
	return text[0] ? json_string(text) : json_null();
}

/** hint_value - the option that would do more for this machine; null: none. */
static json_t *
hint_value(const struct proof *proof, const struct prove_result *result)
{
	return prove_hint_find(proof, result) == HINT_NONE ? json_null() : json_string("--from machine");
}

/** result_value - a socket. NULL: memory is out. */
static json_t *
result_value(const struct proof *proof, const struct prove_result *result)
{
	static const char *const verdicts[] = {"exposed", "lost", "good"};
	const struct socket *socket = &result->socket;
	char address[BG_ADDR_TEXT_MAX], device[SOCKET_TEXT_MAX];

	bg_addr_format(&socket->local.addr, address);
	socket_copy_escaped(socket->device, device);
	return json_pack("{s:s, s:s, s:s, s:i, s:b, s:o, s:o, s:b, s:o, s:o, s:o, s:o, s:o, s:s, s:o}", "protocol",
			 bg_protocol_word(socket->protocol), "family",
			 socket->local.addr.family == BG_IPV4 ? "ipv4" : "ipv6", "address", address, "port",
			 socket->local.port, "dual_stack", socket_is_dual_stack(socket), "device", text_value(device),
			 "program", text_value(strcmp(result->program, "?") == 0 ? "" : result->program), "ephemeral",
			 socket->ephemeral, "here", place_value(result, PLACE_LOOPBACK), "loopback",
			 loopback_value(result), "own", place_value(result, PLACE_OWN), "there",
			 place_value(result, PLACE_ELSEWHERE), "multicast", place_value(result, PLACE_GROUP), "verdict",
			 verdicts[prove_result_verdict(result)], "hint", hint_value(proof, result));
}

/** leak_value - packets to one place that left by another link. */
static json_t *
leak_value(const struct leak *leak)
{
	char address[BG_ADDR_TEXT_MAX];

	bg_addr_format(&leak->to.addr, address);
	return json_pack("{s:s, s:s, s:i, s:i}", "protocol", prove_outgoing_word(leak), "address", address, "port",
			 leak->to.port, "packets", (int)leak->packets);
}

/** outgoing_value - null: CMD was not pinned. NULL: memory is out. */
static json_t *
outgoing_value(const struct outgoing *outgoing)
{
	json_t *leaks;

	if (!outgoing->interface)
		return json_null();
	leaks = json_array();
	for (size_t i = 0; i < outgoing->count; i++)
		if (json_array_append_new(leaks, leak_value(&outgoing->leaks[i])))
			return NULL;
	return json_pack("{s:s, s:i, s:i, s:o}", "interface", outgoing->interface, "packets", (int)outgoing->packets,
			 "leaked", (int)outgoing->leaked, "leaks", leaks);
}

/** prove_print_json - one object. Return: 0 or an errno value. */
int
prove_print_json(const struct proof *proof)
{
	size_t counts[] = {0, 0, 0};
	json_t *sockets = json_array(), *object;
	int bad = 0;

	for (size_t i = 0; i < proof->results.count; i++) {
		counts[prove_result_verdict(&proof->results.items[i])]++;
		bad |= json_array_append_new(sockets, result_value(proof, &proof->results.items[i]));
	}
	object = json_pack("{s:b, s:b, s:i, s:i, s:o, s:o}", "guarded", !proof->unguarded, "ipv6", proof->network.ipv6,
			   "exposed", (int)counts[VERDICT_EXPOSED], "lost", (int)counts[VERDICT_LOST], "outgoing",
			   outgoing_value(&proof->outgoing), "sockets", sockets);
	if (!bad)
		bad = json_dumpf(object, stdout, JSON_INDENT(2));
	json_decref(object);
	if (!bad)
		putchar('\n');
	return bad && !ferror(stdout) ? ENOMEM : 0; /* a full disk is main's to tell */
}
