/* SPDX-License-Identifier: MIT
 * prove.c - `bindguard prove`: runs CMD on one of two machines that are there for it alone, tries from both what it listens
 * on, ends it, and tells. Runs in the launcher only. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "launcher/prove/prove.h"
#include "launcher/prove/prove_hint.h"
#include "launcher/prove/prove_outgoing.h"
#include "launcher/run/environment.h"

/** check - the configuration, as `run` will read it: a mistake shows before anything is made. */
static int
check(struct proof *proof, struct failure *failure)
{
	int status = STATUS_GOOD;

	if (proof->unguarded)
		return status;
	status = environment_set(&proof->run, failure);
	return status == STATUS_GOOD ? environment_check(&proof->run, false, failure) : status;
}

/** print - what was found. Return: exit status. */
static int
print(const struct proof *proof, struct failure *failure)
{
	bool exposed = proof->outgoing.leaked > 0, lost = false, sockets = proof->results.count > 0;
	int error = proof->json ? prove_print_json(proof) : sockets ? prove_print_table(proof) : 0;

	if (error)
		return command_fail(failure, STATUS_RUN_FAILED, "what was found cannot be printed: %s",
				    strerror(error));
	if (!proof->json && sockets) {
		prove_print_summary(proof);
		prove_hint_print(proof);
	}
	if (!proof->json)
		prove_outgoing_print(proof);
	if (fflush(stdout) || ferror(stdout)) /* which main tells */
		return STATUS_RUN_FAILED;
	for (size_t i = 0; i < proof->results.count; i++) {
		exposed = exposed || prove_result_verdict(&proof->results.items[i]) == VERDICT_EXPOSED;
		lost = lost || prove_result_verdict(&proof->results.items[i]) == VERDICT_LOST;
	}
	return exposed ? STATUS_EXPOSED : lost ? STATUS_LOST : STATUS_GOOD;
}

/** end_by_signal - end as the signal would have ended us, had CMD not been to be ended first. */
static void
end_by_signal(const struct proof *proof)
{
	sigprocmask(SIG_SETMASK, &proof->mask, NULL);
	signal(proof->signal, SIG_DFL);
	raise(proof->signal);
}

/** prove - from the namespaces to the table. Return: exit status. */
static int
prove(struct proof *proof, struct failure *failure)
{
	int status = prove_net_make(&proof->network, failure);

	if (status == STATUS_GOOD)
		status = prove_outgoing_begin(proof, failure);
	if (status == STATUS_GOOD && !proof->outgoing.interface)
		network_link_groups(&proof->network); /* else by the way that is proved to be the wrong one */
	if (status == STATUS_GOOD)
		status = prove_start(proof, failure);
	if (status != STATUS_GOOD)
		return status;
	status = prove_await(proof, failure);
	prove_outgoing_read(proof, false);
	if (status == STATUS_GOOD && !proof->signal && !proof->empty)
		status = prove_try(proof, failure);
	prove_stop(proof);
	prove_outgoing_read(proof, true);
	if (proof->signal)
		end_by_signal(proof);
	return status == STATUS_GOOD ? print(proof, failure) : status;
}

/** command_prove - `bindguard prove`. */
int
command_prove(int argc, char **argv, struct failure *failure)
{
	static struct proof proof; /* for as long as this process runs */
	struct options options;
	bool help = false;
	int status = prove_read(argc, argv, &proof, &help, failure);

	if (help) {
		options_begin(&options, argc, argv);
		options_print_help(options.command);
		return STATUS_GOOD;
	}
	if (status == STATUS_GOOD)
		status = check(&proof, failure);
	if (status != STATUS_GOOD)
		return status;
	proof.limits = prove_hint_is_possible();
	prove_fork();
	return prove(&proof, failure);
}
