/* SPDX-License-Identifier: MIT
 * prove_print.c - what `bindguard prove` has found, as a table and one line. Runs in the launcher only. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <libsmartcols/libsmartcols.h>

#include "bindguard/words.h"
#include "launcher/prove/prove.h"
#include "launcher/sockets/socket_text.h"
#include "launcher/sockets/table.h"

/** columns - of the table, in order; a column's place is its number. */
enum { PROTOCOL, ADDRESS, PORT, PROGRAM, HERE, OWN, THERE, VERDICT, COLUMNS };
static const struct table_column columns[COLUMNS] = {
	[PROTOCOL] = {"PROTO", 0},	   [ADDRESS] = {"ADDRESS", 0},
	[PORT] = {"PORT", SCOLS_FL_RIGHT}, [PROGRAM] = {"PROGRAM", SCOLS_FL_TRUNC},
	[HERE] = {"FROM HERE", 0},	   [OWN] = {"AT OWN ADDRESS", 0},
	[THERE] = {"FROM ELSEWHERE", 0},   [VERDICT] = {"VERDICT", 0},
};

/** outcome_word - for the table. */
static const char *
outcome_word(enum outcome outcome)
{
	static const char *const words[] = {"not tried", "reached", "refused", "no answer", "another socket"};

	return words[outcome];
}

/** format_place - what came of the tries at one place: a word, or one for each family where they differ. */
static void
format_place(const struct prove_result *result, enum place place, char cell[SOCKET_TEXT_MAX])
{
	enum outcome ipv4 = result->outcomes[place][PROVE_IPV4], ipv6 = result->outcomes[place][PROVE_IPV6];
	char only[BG_ADDR_TEXT_MAX], word[BG_ADDR_TEXT_MAX + 16];

	snprintf(word, sizeof(word), "%s", outcome_word(ipv4));
	if (place == PLACE_LOOPBACK && prove_result_only_at(result, only))
		snprintf(word, sizeof(word), "at %s only", only);
	if (ipv6 == OUTCOME_NOT_TRIED || strcmp(word, outcome_word(ipv6)) == 0)
		snprintf(cell, SOCKET_TEXT_MAX, "%s", word);
	else if (ipv4 == OUTCOME_NOT_TRIED)
		snprintf(cell, SOCKET_TEXT_MAX, "%s", outcome_word(ipv6));
	else
		snprintf(cell, SOCKET_TEXT_MAX, "%s (IPv4), %s (IPv6)", word, outcome_word(ipv6));
}

/** format_verdict - in words. */
static void
format_verdict(const struct prove_result *result, char cell[SOCKET_TEXT_MAX])
{
	static const char *const words[] = {"EXPOSED", "", "this machine only"};
	struct bg_addr addr = bg_addr_unmap(&result->socket.local.addr);
	bool loopback = bg_addr_is_wildcard(&addr) || bg_addr_is_loopback(&addr);
	const char *lost = loopback ? "LOOPBACK LOST" : "NOT REACHED HERE";
	enum verdict verdict = prove_result_verdict(result);

	snprintf(cell, SOCKET_TEXT_MAX, "%s%s%s%s", words[verdict],
		 verdict == VERDICT_EXPOSED && prove_result_is_lost(result) ? ", " : "",
		 prove_result_is_lost(result) ? lost : "",
		 result->socket.ephemeral ? " (perhaps a client: ephemeral port)" : "");
}

/** fill - the cells of @result. Return: 0, or a negative errno value. */
static int
fill(struct libscols_line *line, const struct prove_result *result)
{
	static const char *const colours[] = {"red", "yellow", "green"};
	char cells[COLUMNS][SOCKET_TEXT_MAX] = {{0}};
	int error = 0;

	snprintf(cells[PROTOCOL], SOCKET_TEXT_MAX, "%s", bg_protocol_word(result->socket.protocol));
	socket_format_address(&result->socket, cells[ADDRESS]);
	snprintf(cells[PORT], SOCKET_TEXT_MAX, "%u", result->socket.local.port);
	memcpy(cells[PROGRAM], result->program, SOCKET_TEXT_MAX);
	format_place(result, PLACE_LOOPBACK, cells[HERE]);
	format_place(result, PLACE_OWN, cells[OWN]);
	format_place(result, PLACE_ELSEWHERE, cells[THERE]);
	format_verdict(result, cells[VERDICT]);
	for (size_t i = 0; i < COLUMNS && !error; i++) {
		table_make_ascii(cells[i]);
		error = scols_line_set_data(line, i, cells[i]);
	}
	return error ? error
		     : scols_cell_set_color(scols_line_get_cell(line, VERDICT), colours[prove_result_verdict(result)]);
}

/** prove_print_table - the table, and an empty line to set it off. Return: 0 or an errno value. */
int
prove_print_table(const struct proof *proof)
{
	struct libscols_table *table = table_new(columns, COLUMNS);
	int error = table ? 0 : -ENOMEM;

	for (size_t i = 0; i < proof->results.count && !error; i++) {
		struct libscols_line *line = scols_table_new_line(table, NULL);

		error = line ? fill(line, &proof->results.items[i]) : -ENOMEM;
	}
	if (!error)
		error = scols_print_table(table);
	scols_unref_table(table);
	if (!error)
		putchar('\n');
	return -error;
}

/** is_loopback_only - does this machine reach none of the sockets at its own addresses? */
static bool
is_loopback_only(const struct proof *proof)
{
	for (size_t i = 0; i < proof->results.count; i++)
		for (size_t family = 0; family < PROVE_FAMILIES; family++)
			if (proof->results.items[i].outcomes[PLACE_OWN][family] == OUTCOME_REACHED)
				return false;
	return true;
}

/** prove_print_summary - one line: how many sockets, and what is wrong with how many. */
void
prove_print_summary(const struct proof *proof)
{
	size_t counts[] = {0, 0, 0}, count = proof->results.count;

	for (size_t i = 0; i < count; i++)
		counts[prove_result_verdict(&proof->results.items[i])]++;
	printf("%zu socket%s%s: ", count, count == 1 ? "" : "s", proof->unguarded ? ", unguarded" : "");
	if (counts[VERDICT_EXPOSED])
		printf("%zu EXPOSED, another machine reaches %s", counts[VERDICT_EXPOSED],
		       counts[VERDICT_EXPOSED] == 1 ? "it" : "them");
	else
		printf("none reached from another machine");
	if (counts[VERDICT_LOST])
		printf("; %zu not reached from here either", counts[VERDICT_LOST]);
	else if (!counts[VERDICT_EXPOSED])
		printf(is_loopback_only(proof) ? ", all from here at loopback" : ", all from here");
	if (!proof->network.ipv6)
		printf("; IPv6 was not tried: this kernel has none, or it is disabled");
	putchar('\n');
}
