/* SPDX-License-Identifier: MIT
 * limit_rows.c - who reaches a server that is limited, confined, rewritten or bare: from every place, for each protocol; by
 * either engine. */
#include "preload/limit_rows.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "net/places.h"
#include "preload/host.h"

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))
#define RULE(action) "rule r { address = wildcard action = " action " }\n"

/**
 * struct reach - servers, and who reaches them.
 * @how: of hosts/answering.c
 * @expected: places_head(); by server, in order
 */
struct reach {
	const char *how;
	const char *rule;
	const char *expected[6];
};

/** environment - of what is preloaded. */
static const char environment[] = "BINDGUARD_LOG=none BINDGUARD_CONFIG=$BG_FOLDER/rules";

/** struct server - the servers that each row starts. */
static const struct server {
	enum bg_protocol protocol;
	const char *word;
	const char *address;
} servers[] = {
	{BG_PROTOCOL_TCP, "tcp", "0.0.0.0"}, {BG_PROTOCOL_TCP, "tcp", "::"}, {BG_PROTOCOL_TCP, "mptcp", "::"},
	{BG_PROTOCOL_UDP, "udp", "0.0.0.0"}, {BG_PROTOCOL_UDP, "udp", "::"}, {BG_PROTOCOL_UDPLITE, "udplite", "::"},
};

/*
 * What a place cannot hear is '-': a server of IPv4 by IPv6, and multicast without a group. Order: 127.0.0.1 127.0.1.1 ::1,
 * own4 own6 own4 of link 2, link 1 v4 v6, link 2 v4 v6, multicast from here and there. rewrite: TCP is refused elsewhere,
 * UDP by a rewritten address too, and is silent where it is confined. limit: silent elsewhere.
 */
static const struct reach reaches[] = {
	{"bind",
	 NULL,
	 {"AA-A-AA-A---", "AAAAAAAAAA--", "AAAAAAAAAA--", "AA-A-AA-A---", "AAAAAAAAAA--", "AAAAAAAAAA--"}},
	{"bind",
	 RULE("rewrite to = loopback"),
	 {"AR-R-RR-R---", "AAARRRRRRR--", "AAARRRRRRR--", "AR-R-RR-R---", "AAARRRRRRR--", "AAARRRRRRR--"}},
	{"bind",
	 RULE("confine"),
	 {"AA-R-RR-R---", "AAARRRRRRR--", "AAARRRRRRR--", "AA-R-RR-R---", "AAARRRRRRR--", "AAARRRRRRR--"}},
	{"bind",
	 RULE("limit"),
	 {"AA-A-AS-S---", "AAAAAASSSS--", "AAARRRRRRR--", "AA-A-AS-S---", "AAAAAASSSS--", "AAAAAASSSS--"}},
	{"unbound",
	 RULE("limit"),
	 {"AA-A-AS-S---", "AAAAAASSSS--", "AAARRRRRRR--", "------------", "------------", "------------"}},
	{"bind,exec",
	 RULE("limit"),
	 {"AA-A-AS-S---", "AAAAAASSSS--", "AAARRRRRRR--", "AA-A-AS-S---", "AAAAAASSSS--", "AAAAAASSSS--"}},
	{"bind,filter",
	 RULE("limit"),
	 {"AA-R-RR-R---", "AAARRRRRRR--", "AAARRRRRRR--", "AA-R-RR-R---", "AAARRRRRRR--", "AAARRRRRRR--"}},
	{"bind",
	 RULE("limit from = {machine, " PLACES_DEVICE "}"),
	 {"AA-A-AS-A---", "AAAAAASSAA--", "------------", "AA-A-AS-A---", "AAAAAASSAA--", "AAAAAASSAA--"}},
	{"bind",
	 RULE("limit from = {" PLACES_DEVICE "}"),
	 {"SS-S-SS-A---", "SSSSSSSSAA--", "------------", "SS-S-SS-A---", "SSSSSSSSAA--", "SSSSSSSSAA--"}},
	{"bind",
	 RULE("limit from = {\"" NET4 "\", \"" PLACES_NET6 "\"}"),
	 {"SS-A-SA-S---", "SSSASSASSA--", "------------", "SS-A-SA-S---", "SSSASSASSA--", "SSSASSASSA--"}},
	{"bind",
	 RULE("limit from = {\"127.0.0.0/8\", \"::1\"}"),
	 {"AA-S-SS-S---", "AAASSSSSSS--", "AAARRRRRRR--", "AA-S-SS-S---", "AAASSSSSSS--", "AAASSSSSSS--"}},
	{"bind",
	 RULE("limit from = {\"0.0.0.0/0\"}"),
	 {"AA-A-AA-A---", "AASASAASAS--", "------------", "AA-A-AA-A---", "AASASAASAS--", "AASASAASAS--"}},
	{"bind",
	 RULE("limit from = \"2001:db8:1::77\""),
	 {"------------", "SSSSSSSSSS--", "------------", "------------", "SSSSSSSSSS--", "------------"}},
	{"bind",
	 RULE("limit from = {\"0.0.0.0/1\", \"128.0.0.0/1\"}"),
	 {"AA-A-AA-A---", "AASASAASAS--", "------------", "AA-A-AA-A---", "AASASAASAS--", "AASASAASAS--"}},
	{"bind,group",
	 NULL,
	 {"------------", "------------", "------------", "AA-A-AA-A-AA", "------------", "------------"}},
	{"bind,group",
	 RULE("rewrite to = loopback"),
	 {"------------", "------------", "------------", "AR-R-RR-R-SS", "------------", "------------"}},
	{"bind,group",
	 RULE("confine"),
	 {"------------", "------------", "------------", "AA-R-RR-R-SS", "------------", "------------"}},
	{"bind,group",
	 RULE("limit"),
	 {"------------", "------------", "------------", "AA-A-AS-S-AS", "------------", "------------"}},
	/* The kernel leaves a dual-stack socket that was connected by IPv6 its device's address of IPv6: as bare. */
	{"bind,client",
	 NULL,
	 {"------------", "------------", "------------", "AA-A-AA-A---", "AARARAAAAR--", "AARARAAAAR--"}},
	{"bind,client",
	 RULE("limit"),
	 {"------------", "------------", "------------", "AA-A-AS-S---", "AARARASSSR--", "AARARASSSR--"}},
};

/** is_asked - has @reach a letter for server @i? */
static bool
is_asked(const struct reach *reach, size_t i)
{
	return strpbrk(reach->expected[i], "ARS") != NULL;
}

/** expect_lock - what listens and is limited has a filter that nobody changes; no other socket has a locked one. */
static void
expect_lock(const struct reach *reach, const struct server *server, int locked)
{
	bool limited = reach->rule && strstr(reach->rule, "limit") && !strstr(reach->how, "filter");

	if (locked != (limited && strcmp(server->word, "tcp") == 0))
		fail_msg("%s %s %s: filter locked: %d", reach->how, server->word, reach->rule, locked);
}

/** start - the servers of @reach that are asked. @ports: of each, 0: none */
static void
start(const struct reach *reach, enum limit_engine how, struct process *process, unsigned ports[LENGTH(servers)])
{
	bool supervised = reach->rule && how == LIMIT_SECCOMP;
	char arguments[1024], *at = process->line;

	snprintf(arguments, sizeof(arguments), "%s%s", supervised ? "../seccomp_cli " BG_BUILD_DIR "/hosts/" : "",
		 "answering");
	for (size_t i = 0; i < LENGTH(servers); i++)
		if (is_asked(reach, i))
			snprintf(arguments + strlen(arguments), sizeof(arguments) - strlen(arguments), " %s %s %s %u",
				 reach->how, servers[i].word, servers[i].address, 19700 + (unsigned)i);
	if (!host_start(process, reach->rule && !supervised ? environment : NULL, arguments))
		fail_msg("%s did not start", arguments);
	memset(ports, 0, LENGTH(servers) * sizeof(*ports));
	for (size_t i = 0; i < LENGTH(servers); i++) {
		int error = -1, skip = 0, locked = 0;

		if (!is_asked(reach, i))
			continue;
		if (sscanf(at, "%d %u %*u %d, %n", &error, &ports[i], &locked, &skip) < 3 || error || !skip)
			fail_msg("%s: %s", reach->rule, process->line);
		expect_lock(reach, &servers[i], locked);
		at += skip;
	}
}

/** write_rules - as the file that the servers' environment names. */
static void
write_rules(const char *rule)
{
	char path[128];
	FILE *file;

	snprintf(path, sizeof(path), "%s/rules", host_folder());
	setenv("BINDGUARD_CONFIG", path, 1);
	file = fopen(path, "we");
	assert_non_null(file);
	fputs(rule ? rule : "", file);
	fclose(file);
}

/** limit_rows_check - the table above, by the engine of @how. */
void
limit_rows_check(enum limit_engine how)
{
	unsigned wrong = 0;

	/* For the supervisor, which is not started by the shell that the preload is given to. */
	setenv("BINDGUARD_LOG", "none", 1);
	print_message("# places: %s\n", places_head());
	for (size_t i = 0; i < LENGTH(reaches); i++) {
		const struct reach *reach = &reaches[i];
		unsigned ports[LENGTH(servers)];
		struct process process;

		write_rules(reach->rule);
		start(reach, how, &process, ports);
		for (size_t s = 0; s < LENGTH(servers); s++) {
			char got[PLACES_COUNT + 1];

			if (!ports[s])
				continue;
			places_ask(servers[s].protocol, ports[s], reach->expected[s], got);
			if (strcmp(got, reach->expected[s]) != 0 && ++wrong)
				print_error("%s %s %s, %s: got %s, expected %s\n", reach->how, servers[s].word,
					    servers[s].address, reach->rule ? reach->rule : "bare", got,
					    reach->expected[s]);
		}
		assert_int_equal(host_stop(&process), 0);
	}
	assert_int_equal(wrong, 0);
	figure("%zu rows of up to %zu servers: each place as the table says", LENGTH(reaches), LENGTH(servers));
}

/**
 * limit_rows_check_rebound - a datagram socket that is limited and loses its port with its peer is bound to another port: the
 * filter is that of the rule for it, or goes where that is none of a limit.
 */
void
limit_rows_check_rebound(enum limit_engine how)
{
	static const char zero[] = "rule zero { port = {\"0\"} action = limit from = {\"machine\"} }\n",
			  before[] = "bind 0 8, connect 0 14, disconnect 0 14, ";
	static const struct {
		const char *rule;
		const char *expected;
	} cases[] = {
		{"", "bind 0 0, connect 0 0, disconnect 0 0, end\n"},
		{"rule r { action = limit from = {\"" PLACES_DEVICE "\"} }\n",
		 "bind 0 5, connect 0 11, disconnect 0 5, end\n"},
		/* A confined one has the filter that holds it to its device; it goes where the device goes. */
		{"rule r { action = confine interface = " PLACES_DEVICE " }\n",
		 "bind 0 4, connect 0 4, disconnect 0 4, end\n"},
	};

	setenv("BINDGUARD_LOG", "none", 1);
	for (size_t i = 0; i < LENGTH(cases); i++) {
		char rules[512], expected[256];

		snprintf(rules, sizeof(rules), "%s%s", zero, cases[i].rule);
		write_rules(rules);
		snprintf(expected, sizeof(expected), "%s%s", before, cases[i].expected);
		host_expect(how == LIMIT_SECCOMP ? NULL : environment,
			    how == LIMIT_SECCOMP ? "../seccomp_cli " BG_BUILD_DIR "/hosts/limit_steps rebound"
						 : "limit_steps rebound",
			    expected);
	}
}
