/* SPDX-License-Identifier: MIT
 * conformance_test.c - the conformance table a fourth time, in the kernel: an unrelated program in a guarded cgroup makes the row's
 * call. A socket that listen(2) shall find bound past the guard is bound there before the programs are attached. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "bindguard/cgroup_rule.h"
#include "bindguard/load.h"
#include "bindguard/words.h"
#include "cgroup/cell.h"
#include "conformance/row_check.h"
#include "launcher/drive.h"

/** policy_of - a copy of the row's, in @mode where that is not NULL. */
static struct bg_policy *
policy_of(const struct row *row, const char *mode)
{
	static const char *const words[] = {
		[BG_MODE_ENFORCE] = "enforce", [BG_MODE_OBSERVE] = "observe", [BG_MODE_OFF] = "off"};
	bool lockdown = row->config && strcmp(row->config, LOCKDOWN) == 0;
	struct bg_diags diags = {.count = 0};
	struct bg_policy *policy;

	if (row->config && !lockdown) {
		policy = bg_load_text(row->config, strlen(row->config), &diags);
		assert_non_null(policy);
	} else {
		const struct bg_policy *built_in = lockdown ? bg_policy_lockdown : bg_policy_default;

		policy = malloc(built_in->size);
		assert_non_null(policy);
		memcpy(policy, built_in, built_in->size);
	}
	for (uint8_t i = 0; mode && i < 3; i++)
		if (strcmp(mode, words[i]) == 0)
			policy->mode = i;
	return policy;
}

/** is_refused - does the engine refuse the policy? Then it says for which rule, and why. */
static bool
is_refused(const struct bg_policy *policy)
{
	char why[BG_CGROUP_WHY_MAX];
	bool refused = false;

	for (uint32_t i = 0; i < policy->rule_count; i++) {
		if (!bg_cgroup_rule_refused(policy, i, why))
			continue;
		assert_true(why[0] && policy->rules[i].line > 0);
		refused = true;
	}
	return refused;
}

/** make_call - in a child, in the cgroup: the row's host. */
_Noreturn static void
make_call(const struct row *row, int out)
{
	const char *call = row->call == BG_CALL_LISTEN ? "late" : row->call == BG_CALL_OUTGOING ? "connect" : "bind";
	char number[5][16];

	snprintf(number[0], sizeof(number[0]), "%d", row->mptcp);
	snprintf(number[1], sizeof(number[1]), "%d", row->v6only);
	snprintf(number[2], sizeof(number[2]), "%d", (int)row->form);
	snprintf(number[3], sizeof(number[3]), "%u", row->port);
	snprintf(number[4], sizeof(number[4]), "%u", row->local_port);
	if (!cell_enter() || dup2(out, STDOUT_FILENO) < 0)
		_exit(126);
	execl(BG_BUILD_DIR "/hosts/conformance_host", "conformance_host", call, bg_protocol_word(row->protocol),
	      number[0], number[1], row->device ? row->device : "-", number[2], row->address ? row->address : "-",
	      number[3], row->local ? row->local : "-", number[4], (char *)NULL);
	_exit(127);
}

/** wait_stopped - the host has bound its socket, and stops itself before listen(2). */
static void
wait_stopped(pid_t child)
{
	int status;

	assert_int_equal(waitpid(child, &status, WUNTRACED), child);
	if (!WIFSTOPPED(status))
		fail_msg("the host ended with status %d before listen", status);
}

/* Rows of a policy that the engine refuses by the rule's name: the kernel is not asked. */
static unsigned rows_refused;

/** run - the row's call under the engine in @mode. @line: what the host printed; ROW_REFUSED */
static void
run(const struct row *row, const char *mode, char *line, size_t size)
{
	struct bg_policy *policy = policy_of(row, mode);
	bool late = row->call == BG_CALL_LISTEN;
	size_t length = 0;
	ssize_t got;
	pid_t child;
	int ends[2];

	snprintf(line, size, ROW_REFUSED);
	if (is_refused(policy)) {
		rows_refused++;
		free(policy);
		return;
	}
	assert_int_equal(pipe(ends), 0);
	if (late)
		cell_open();
	else
		cell_guard(policy);
	child = fork();
	if (child == 0)
		make_call(row, ends[1]);
	close(ends[1]);
	if (late) {
		wait_stopped(child);
		cell_guard(policy);
		kill(child, SIGCONT);
	}
	while ((got = read(ends[0], line + length, size - 1 - length)) > 0)
		length += (size_t)got;
	line[length] = '\0';
	line[strcspn(line, "\n")] = '\0';
	close(ends[0]);
	waitpid(child, NULL, 0);
	free(policy);
}

/**
 * otherwise - what the kernel's programs do in another way: an address that is written with AF_UNSPEC cannot be changed, so the
 * socket is confined to its device; an MPTCP socket does not tell the device of the TCP socket in it that listens; listen(2) cannot
 * be refused, so the socket hears nobody (reach_test).
 */
static void
otherwise(struct row *row)
{
	bool listens = row->call == BG_CALL_LISTEN;

	if (row->form == BG_FORM_UNSPEC && row->to && strncmp(row->to, "127.", 4) == 0) {
		row->to = NULL;
		row->confined = "lo";
	}
	if (row->mptcp && (listens || !row->to))
		row->confined = NULL;
	if (listens)
		row->error = 0;
}

int
main(int argc, char **argv)
{
	int failed;

	row_otherwise = otherwise;
	cell_set_up();
	failed = rows_check("in the kernel", run, argc, argv);
	figure("%u rows have a rule that the engine refuses", rows_refused);
	cell_tear_down();
	return failed;
}
