/* SPDX-License-Identifier: MIT
 * prove_listen.c - waits until CMD listens, by the kernel's socket tables, and then has each socket tried. Runs in the
 * launcher only, on CMD's machine, where all sockets are CMD's. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "launcher/note.h"
#include "launcher/prove/prove.h"
#include "launcher/prove/prove_outgoing.h"
#include "launcher/prove/prove_probe.h"
#include "launcher/sockets/processes.h"
#include "launcher/sockets/reach.h"
#include "launcher/sockets/socket_text.h"

#define STEP_MS 50
#define SETTLE_MS 500 /* a server opens its further sockets within that */
#define TELL_MS 3000  /* from one line of progress to the next */
#define ROUNDS 4      /* of looking for sockets that came while others were tried */

/** struct socket_counts - @servers: but for UDP sockets that may be clients; @all; @mark: tells sets apart */
struct socket_counts {
	size_t servers;
	size_t all;
	uint64_t mark;
};

/** dump - CMD's sockets now, and where they are bound. */
static int
dump(struct sockets *sockets, struct failure *failure)
{
	int error = reach_read(sockets);

	return error ? command_fail(failure, STATUS_RUN_FAILED, "the kernel's socket diagnosis does not answer: %s",
				    strerror(error))
		     : STATUS_GOOD;
}

/** look - count them. */
static int
look(struct socket_counts *count, struct failure *failure)
{
	struct sockets sockets = {0};
	int status = dump(&sockets, failure);

	memset(count, 0, sizeof(*count));
	count->all = sockets.count;
	for (size_t i = 0; i < sockets.count; i++) {
		if (sockets.items[i].ephemeral)
			continue;
		count->servers++;
		count->mark += sockets.items[i].inode * UINT64_C(0x9e3779b97f4a7c15); /* in any order */
	}
	sockets_free(&sockets);
	return status;
}

/** ended - CMD and all that it started are gone. @listened: it had listened before */
static int
ended(const struct proof *proof, bool listened, struct failure *failure)
{
	const char *name = proof->run.argv[0];
	const char *when = listened ? "it could be tried" : "it listened";

	if (WIFSIGNALED(proof->status))
		return command_fail(failure, STATUS_RUN_FAILED, "%.200s was ended by signal %d (%s) before %s", name,
				    WTERMSIG(proof->status), strsignal(WTERMSIG(proof->status)), when);
	return command_fail(failure, STATUS_RUN_FAILED, "%.200s ended with status %d before %s", name,
			    WEXITSTATUS(proof->status), when);
}

/** tell - one line of progress each few seconds. Whole lines, since CMD's own come in between. */
static void
tell(const struct proof *proof, long waited_ms, long *told_ms)
{
	if (!proof->progress || (*told_ms >= 0 && waited_ms < *told_ms + TELL_MS))
		return;
	if (*told_ms < 0)
		note_print("waiting until %.200s listens, %ld s at most", proof->run.argv[0], proof->wait_ms / 1000);
	else
		note_print("waiting: %ld s of %ld", waited_ms / 1000, proof->wait_ms / 1000);
	*told_ms = waited_ms;
}

/**
 * prove_await - wait until CMD listens and opens no further sockets. A UDP socket that may be a client's counts only when
 * the time is over.
 * Return: STATUS_GOOD, also where a signal came (proof->signal); STATUS_RUN_FAILED with @failure set.
 */
int
prove_await(struct proof *proof, struct failure *failure)
{
	long start = prove_clock_ms(), settled = start, told = -1, now;
	struct socket_counts count, last = {0};
	bool listened = false;
	int status;

	for (;;) {
		prove_pause(proof, STEP_MS);
		if (proof->signal)
			return STATUS_GOOD;
		status = look(&count, failure);
		if (status != STATUS_GOOD)
			return status;
		prove_outgoing_read(proof, false);
		if (proof->empty)
			return prove_outgoing_may_do_alone(proof) ? STATUS_GOOD : ended(proof, listened, failure);
		now = prove_clock_ms();
		if (count.mark != last.mark)
			settled = now;
		last = count;
		listened = listened || count.all;
		if (count.servers && now - settled >= SETTLE_MS)
			return STATUS_GOOD;
		if (now - start >= proof->wait_ms)
			break;
		tell(proof, now - start, &told);
	}
	if (count.all || prove_outgoing_may_do_alone(proof))
		return STATUS_GOOD;
	return command_fail(failure, STATUS_RUN_FAILED,
			    "%.200s did not listen within %ld s, expected it to; --wait has more time",
			    proof->run.argv[0], proof->wait_ms / 1000);
}

/** name_programs - who holds the sockets that were tried last, for the table. */
static void
name_programs(struct prove_results *results, const struct processes *processes)
{
	for (size_t i = 0; i < results->count; i++) {
		struct prove_result *result = &results->items[i];
		size_t count;

		if (!result->program[0])
			socket_format_program(socket_process(&result->socket, processes, &count), result->program);
	}
}

/** try_new - try each socket that has not been tried yet. @fresh: whether there was one */
static int
try_new(struct proof *proof, bool *fresh, struct failure *failure)
{
	struct sockets sockets = {0};
	struct processes processes = {0};
	int status = dump(&sockets, failure), error = 0;

	*fresh = false;
	if (status == STATUS_GOOD && processes_find(&processes, &sockets)) /* while they are there */
		status = command_fail(failure, STATUS_RUN_FAILED, "out of memory");
	if (status == STATUS_GOOD)
		error = prove_results_add(&proof->results, &proof->network, &sockets, fresh);
	if (error)
		status = command_fail(failure, STATUS_RUN_FAILED, "the sockets cannot be tried: %s", strerror(error));
	name_programs(&proof->results, &processes);
	sockets_free(&sockets);
	processes_free(&processes);
	return status;
}

/**
 * prove_try - try all sockets of CMD, those too that come meanwhile.
 * Return: STATUS_GOOD, also where a signal came (proof->signal); STATUS_RUN_FAILED with @failure set.
 */
int
prove_try(struct proof *proof, struct failure *failure)
{
	int status = STATUS_GOOD;
	bool fresh = true;

	if (proof->progress)
		note_print("trying what listens, from here and from another machine");
	for (int round = 0; round < ROUNDS && fresh && status == STATUS_GOOD; round++) {
		status = try_new(proof, &fresh, failure);
		prove_pause(proof, 0);
		if (proof->signal)
			return STATUS_GOOD;
	}
	if (status == STATUS_GOOD && !proof->results.count && !prove_outgoing_may_do_alone(proof))
		return command_fail(failure, STATUS_RUN_FAILED,
				    "%.200s closed what it listened on before it could be tried", proof->run.argv[0]);
	return status;
}
