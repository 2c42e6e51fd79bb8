/* SPDX-License-Identifier: MIT
 * explain.h - what `bindguard explain` was asked, and the answers of core, for the files that read the one and print the
 * other. */
#ifndef BINDGUARD_LAUNCHER_EXPLAIN_H
#define BINDGUARD_LAUNCHER_EXPLAIN_H

#include "bindguard/explain.h"
#include "launcher/availability.h"
#include "launcher/config.h"

/**
 * struct explain_program - the program that binds, as rules see it.
 * @exe: what /proc/PID/exe would show; the name alone where no such file was found; "": not given
 * @note: how that came from what was given, or ""
 */
struct explain_program {
	char exe[BG_PATH_MAX];
	char note[512];
};

/**
 * struct explain_answer - one question put to bg_decide().
 * @first, @last: at listen, the ports for which this is the answer
 * @request, @verdict: the question and the answer
 * @available, @error: can verdict.change be done now, and the kernel's answer
 * @fallback_available, @fallback_error: likewise of verdict.fallback
 */
struct explain_answer {
	uint16_t first;
	uint16_t last;
	struct bg_request request;
	struct bg_verdict verdict;
	enum available available;
	int error;
	enum available fallback_available;
	int fallback_error;
};

/**
 * struct explanation - all that is printed.
 * @config: without mistakes
 * @protocol: the word that was given; mptcp is tcp to the rules
 * @bind: the answer at bind
 * @listen: the answers at listen, by the port that the kernel chooses; for port 0 of a protocol that listens
 * @listen_count: elements of @listen; 0 where listen is not asked
 * @status: exit status
 */
struct explanation {
	const struct config *config;
	const char *protocol;
	struct explain_program program;
	struct explain_answer bind;
	struct explain_answer *listen;
	size_t listen_count;
	int status;
};

/**
 * enum explain_connect - what connect(2) to another host does to the socket. See must_undo() of sys.
 */
enum explain_connect {
	EXPLAIN_CONNECT_NOTHING, /* bind has changed nothing */
	EXPLAIN_CONNECT_GIVES_BACK,
	EXPLAIN_CONNECT_KEEPS,
};

bool explain_listens(const struct bg_request *request);
enum explain_connect explain_connect(const struct bg_verdict *bind);
bool explain_read_call(const char *protocol, const char *where, struct bg_request *request, struct failure *failure);
const char *explain_scope(const struct bg_addr *addr, char name[BG_IFNAME_MAX]);
bool explain_find_program(const char *given, struct explain_program *program, struct failure *failure);
bool explain_ask(struct explanation *explanation, struct failure *failure);
void explain_print_text(const struct explanation *explanation);
bool explain_print_json(const struct explanation *explanation, struct failure *failure);

#endif
