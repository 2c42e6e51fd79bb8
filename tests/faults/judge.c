/* SPDX-License-Identifier: MIT
 * judge.c - judges runs. What a promise is broken by is kept, and not told at once: the host has to be ended first. */
#include "faults/judge.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include "faults/tracer.h"

static char broken[1024];

/** judge_begin - no promise is broken. */
void
judge_begin(void)
{
	broken[0] = '\0';
}

/** judge_end - the first that was, NULL: none. */
const char *
judge_end(void)
{
	return broken[0] ? broken : NULL;
}

/** judge_read - a line of a host. Return: whether it is one. */
bool
judge_read(const char *line, size_t steps, struct record *r)
{
	int used = 0;

	memset(r, 0, sizeof(*r));
	if (sscanf(line, "%d %d %u %u %ld %d %u %ld %u %d %d %d %d %d %d %127s%n", &r->more, &r->error, &r->at,
		   &r->injected, &r->number, &r->own_fd, &r->family, &r->third, &r->part, &r->status, &r->exposed,
		   &r->leaked, &r->changed, &r->blocked, &r->said, r->name, &used) != 16)
		return false;
	for (size_t i = 0; i < steps; i++) {
		int more = 0;

		if (sscanf(line + used, " %d %d%n", &r->result[i], &r->errors[i], &more) != 2)
			return false;
		used += more;
	}
	return true;
}

/** wrong - keep the first record that breaks a promise; the host has to be ended before the test fails. */
static void
wrong(const struct row *row, const struct record *r, const char *what)
{
	size_t used;

	if (broken[0])
		return;
	snprintf(broken, sizeof(broken), "%s | %s: call %u%s, number %ld, in step %u, %s: %s. %s%s, said %d; returned",
		 row->environment, row->plan, r->at, fault_more_name((enum fault_more)r->more), r->number, r->part,
		 fault_error_name(r->error), what, r->name, r->exposed ? " EXPOSED" : "", r->said);
	used = strlen(broken);
	for (size_t i = 0; i < strlen(row->steps) && used < sizeof(broken); i++)
		used += (size_t)snprintf(broken + used, sizeof(broken) - used, " %d/%d", r->result[i], r->errors[i]);
}

/** is_own_call - is what failed the program's own call, which the guard only passes on? */
static bool
is_own_call(const struct row *row, const struct record *r)
{
	switch (row->steps[r->part] | 0x20) {
	case 'b':
	case 's': return r->own_fd && r->number == SYS_bind;
	case 'l': return r->own_fd && r->number == SYS_listen;
	case 'c': return r->own_fd && r->number == SYS_connect && r->family != AF_UNSPEC;
	case 'd': return r->own_fd && r->number == SYS_connect && r->family == AF_UNSPEC;
	default: return false; /* bindresvport(3) makes several calls, and decides itself */
	}
}

/** may_refuse - may a call end with @error, when one of the guard's own fails? */
static bool
may_refuse(const struct row *row, const struct record *r, int error)
{
	bool may = error == EACCES || error == r->error;

	for (size_t i = 0; i < sizeof(row->refusals) / sizeof(row->refusals[0]); i++)
		may |= row->refusals[i] && error == row->refusals[i];
	return may;
}

/** judge_steps - what each call returned, against @right, the run in which nothing fails. */
static void
judge_steps(const struct row *row, const struct record *right, const struct record *r)
{
	bool same = true;

	for (size_t i = 0; i < strlen(row->steps); i++) {
		bool as_right = r->result[i] == right->result[i] && r->errors[i] == right->errors[i];

		if (r->result[i] >= 0 && r->errors[i] != PLAN_KEPT)
			wrong(row, r, "errno of a success is not as it was");
		if (!r->more && i == r->part && is_own_call(row, r) && (r->result[i] != -1 || r->errors[i] != r->error))
			wrong(row, r, "the program's own error is not what it gets");
		if (!as_right && r->result[i] == -1 && !may_refuse(row, r, r->errors[i]))
			wrong(row, r, "no errno of a refusal");
		if (!as_right && r->result[i] == 0 && right->result[i] == -1 && row->steps[0] != 'R')
			wrong(row, r, "succeeds where it should not");
		same &= as_right;
	}
	if (r->more || !same || strcmp(r->name, right->name) == 0)
		return;
	/* What the rule falls back on guards as well, and serves: judged by `exposed`. A client must be what it was. */
	if (strchr(row->steps, 'C'))
		wrong(row, r, "the client has another name");
}

/** is_refused - does a call end with an error, from the one on of which something failed? */
static bool
is_refused(const struct row *row, const struct record *r)
{
	bool refused = false;

	for (size_t i = r->part; i < strlen(row->steps); i++)
		refused |= r->result[i] != 0;
	return refused;
}

/** judge - @r, where @right is of the run in which nothing fails. */
void
judge(const struct row *row, const struct record *right, const struct record *r)
{
	bool undo = r->number == SYS_setsockopt && r->third == SO_DETACH_FILTER;

	if (!WIFEXITED(r->status) || WEXITSTATUS(r->status))
		wrong(row, r, WIFSIGNALED(r->status) && WTERMSIG(r->status) == SIGALRM ? "hangs" : "crashes");
	if (r->exposed)
		wrong(row, r, "exposed");
	if (r->leaked > 0)
		wrong(row, r, "leaks a descriptor");
	if (r->changed && r->number != SYS_rt_sigprocmask)
		wrong(row, r, "signal mask or flags of the descriptor are changed");
	if (r->blocked && !undo && !is_refused(row, r))
		wrong(row, r, "succeeds, and its socket receives nothing");
	if (right->said > 0 && r->said < 1 && !r->more)
		wrong(row, r, "the event is lost");
	judge_steps(row, right, r);
}
