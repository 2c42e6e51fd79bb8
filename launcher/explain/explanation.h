/* SPDX-License-Identifier: MIT
 * explanation.h - what `bindguard explain` was asked, and the answers of core, for the files that read the one and print the
 * other. */
#ifndef BINDGUARD_LAUNCHER_EXPLAIN_EXPLANATION_H
#define BINDGUARD_LAUNCHER_EXPLAIN_EXPLANATION_H

#include "bindguard/engine.h"
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
 * @missing: the interface of a limit that is not there
 * @fallback_available, @fallback_error: likewise of verdict.fallback
 */
struct explain_answer {
	uint16_t first;
	uint16_t last;
	struct bg_request request;
	struct bg_verdict verdict;
	enum available available;
	int error;
	char missing[BG_IFNAME_MAX];
	enum available fallback_available;
	int fallback_error;
};

/**
 * struct explanation - all that is printed.
 * @config: without mistakes
 * @engine: whose rules these are to be; BG_ENGINE_UNKNOWN: any's
 * @protocol: the word that was given; mptcp is tcp to the rules
 * @bind: the answer at bind
 * @listen: the answers at listen, by the port that the kernel chooses; for port 0 of a protocol that listens
 * @listen_count: elements of @listen; 0 where listen is not asked
 * @status: exit status
 */
struct explanation {
	const struct config *config;
	enum bg_engine engine;
	const char *protocol;
	struct explain_program program;
	struct explain_answer bind;
	struct explain_answer *listen;
	size_t listen_count;
	int status;
};

/**
 * enum explain_connect - what connect(2) to another host does to the socket. See must_undo() of guard.
 */
enum explain_connect {
	EXPLAIN_CONNECT_NOTHING, /* bind has changed nothing */
	EXPLAIN_CONNECT_GIVES_BACK,
	EXPLAIN_CONNECT_KEEPS,
	EXPLAIN_CONNECT_UNLIMITS, /* of a datagram socket: the kernel lets its peer alone through */
};

#endif
