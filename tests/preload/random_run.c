/* SPDX-License-Identifier: MIT
 * random_run.c - runs sequences of random calls, hosts/random_calls.c, bare and guarded, and compares. */
#include "preload/random_run.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/wait.h>
#include <unistd.h>

#include <sched.h>

#include <cmocka.h>

#include "net/net.h"
#include "preload/host.h"

#define SEQUENCES 100000 /* BG_SEQUENCES of the environment: another number, for slow machines (tests/valgrind.sh) */
#define REPEATS_MAX 5	 /* sequences that differ once, but not when repeated: the machine was too slow for them */
#define HISTORY 64	 /* lines of a sequence before the one that differs */

unsigned long random_seed, random_sequences = SEQUENCES;

char random_folder[] = "/tmp/bindguard-random.XXXXXX";

/** network - lo and a cable between two interfaces of the same host; no socket is left in TIME_WAIT. */
static const char network[] =
	"ip link set lo up && ip link add lan0 address 02:00:00:00:00:01 type veth "
	"peer name lan1 address 02:00:00:00:00:02 && "
	"ip link set lan0 addrgenmode none up && ip link set lan1 addrgenmode none up && ip addr add 10.98.0.1/24 dev "
	"lan0 && "
	"ip addr add fd98::1/64 dev lan0 nodad && ip addr add fe80::98/64 dev lan0 nodad && "
	"echo 0 0 >/proc/sys/net/ipv4/ping_group_range && echo 0 >/proc/sys/net/ipv4/tcp_max_tw_buckets";

/** start - run the host in a child. */
static pid_t
start(const struct random_run *run)
{
	char arguments[256], command[HOST_COMMAND_MAX], quiet[HOST_COMMAND_MAX + 256];
	pid_t child = fork();

	if (child != 0)
		return child;
	snprintf(arguments, sizeof(arguments), "random_calls %lu %lu %lu %s %s", random_seed, run->first, run->count,
		 run->profile, run->verbose ? "verbose" : "");
	host_command(command, run->environment, arguments);
	snprintf(quiet, sizeof(quiet), "exec >%s 2>/dev/null; %s", run->path, command);
	if (unshare(CLONE_NEWNET) || system(network) != 0)
		_exit(125);
	execl("/bin/sh", "sh", "-c", quiet, (char *)NULL);
	_exit(127);
}

/** random_run_both - run both hosts side by side; both must end well. */
void
random_run_both(struct random_run *bare, struct random_run *guarded)
{
	pid_t children[2];
	int status[2] = {-1, -1};

	snprintf(bare->path, sizeof(bare->path), "%s/bare", random_folder);
	snprintf(guarded->path, sizeof(guarded->path), "%s/guarded", random_folder);
	children[0] = start(bare);
	children[1] = start(guarded);
	for (int i = 0; i < 2; i++)
		waitpid(children[i], &status[i], 0);
	if (status[0] || status[1])
		fail_msg("seed %lu %s %s: the hosts ended with %d (bare) and %d", random_seed, guarded->profile,
			 guarded->environment, status[0], status[1]);
}

/** random_next_line - of the output of a run. Return: false at its end. */
bool
random_next_line(FILE *file, char *line, int size)
{
	if (!fgets(line, size, file))
		return false;
	line[strcspn(line, "\n")] = '\0';
	return true;
}

/** random_open_output - of a run that has ended. */
FILE *
random_open_output(const struct random_run *run)
{
	FILE *file = fopen(run->path, "re");

	assert_non_null(file);
	return file;
}

/**
 * repeat - run a sequence again on both sides, every call printed, and tell where they part. Return: false where they do
 * not part this time.
 */
static bool
repeat(const struct random_run *bare, const struct random_run *guarded, unsigned long number)
{
	struct random_run once[2] = {*bare, *guarded};
	char line[2][1024], history[HISTORY][1024];
	unsigned lines = 0;
	FILE *files[2];
	bool same = true;

	for (int i = 0; i < 2; i++) {
		once[i].first = number;
		once[i].count = 1;
		once[i].verbose = true;
	}
	random_run_both(&once[0], &once[1]);
	for (int i = 0; i < 2; i++)
		files[i] = random_open_output(&once[i]);
	while (same && random_next_line(files[0], line[0], sizeof(line[0])) &&
	       random_next_line(files[1], line[1], sizeof(line[1]))) {
		same = strcmp(line[0], line[1]) == 0;
		if (same)
			memcpy(history[lines++ % HISTORY], line[0], sizeof(line[0]));
	}
	if (!same) {
		print_message("sequence %lu of seed %lu, profile %s, %s\n", number, random_seed, guarded->profile,
			      guarded->environment);
		for (unsigned i = lines > HISTORY ? lines - HISTORY : 0; i < lines; i++)
			print_message("         %s\n", history[i % HISTORY]);
		print_message("bare:    %s\nguarded: %s\n", line[0], line[1]);
	}
	for (int i = 0; i < 2; i++)
		fclose(files[i]);
	return !same;
}

/** random_compare - run both and compare the hash of each sequence. Fails at the first one that differs. */
void
random_compare(struct random_run *bare, struct random_run *guarded, struct random_outcome *outcome)
{
	static unsigned long differing[REPEATS_MAX + 1];
	char line[2][128];
	unsigned long lines = 0;
	unsigned differ = 0;
	FILE *files[2];

	random_run_both(bare, guarded);
	files[0] = random_open_output(bare);
	files[1] = random_open_output(guarded);
	while (random_next_line(files[0], line[0], sizeof(line[0])) &&
	       random_next_line(files[1], line[1], sizeof(line[1]))) {
		if (lines++ == guarded->count)
			break;
		if (strcmp(line[0], line[1]) != 0 && differ <= REPEATS_MAX)
			differing[differ++] = strtoul(line[0], NULL, 10);
	}
	fclose(files[0]);
	fclose(files[1]);
	for (int i = 0; i < 2; i++)
		if (sscanf(line[i], "open %lu", &outcome->open[i]) != 1)
			fail_msg("seed %lu: the last line is \"%s\"", random_seed, line[i]);
	for (unsigned i = 0; i < differ; i++, outcome->repeated++)
		if (repeat(bare, guarded, differing[i]) && repeat(bare, guarded, differing[i]) &&
		    repeat(bare, guarded, differing[i]))
			fail_msg("seed %lu: %u or more of %lu sequences differ; BG_SEED=%lu repeats it", random_seed,
				 differ, guarded->count, random_seed);
	if (outcome->repeated > REPEATS_MAX)
		fail_msg("seed %lu: more than %u sequences differ now and then", random_seed, REPEATS_MAX);
}

/** random_expect_as_open - as many servers were left open, unless a sequence differed once and repeat() found it the same. */
void
random_expect_as_open(const struct random_outcome *outcome)
{
	assert_true(outcome->open[0] > 0);
	if (!outcome->repeated)
		assert_int_equal(outcome->open[0], outcome->open[1]);
}

/** random_none_is_open - no server of the guarded run is; of the bare one some are, else the question was none. */
void
random_none_is_open(const struct random_run *guarded, const unsigned long open[2])
{
	if (open[1] || !open[0])
		fail_msg("seed %lu, profile %s, %s: %lu servers are open (bare %lu)", random_seed, guarded->profile,
			 guarded->environment, open[1], open[0]);
}

/** random_count_open - run both, and count the servers that each has left open. */
void
random_count_open(struct random_run *bare, struct random_run *guarded, struct random_outcome *outcome)
{
	FILE *files[2];
	char line[128];

	random_run_both(bare, guarded);
	files[0] = random_open_output(bare);
	files[1] = random_open_output(guarded);
	for (int i = 0; i < 2; i++) {
		while (random_next_line(files[i], line, sizeof(line)))
			sscanf(line, "open %lu", &outcome->open[i]);
		fclose(files[i]);
	}
}

int
random_set_up(void **state)
{
	const char *given = getenv("BG_SEED"), *fewer = getenv("BG_SEQUENCES");
	uint32_t drawn;

	(void)state;
	if (given)
		random_seed = strtoul(given, NULL, 10);
	else if (getrandom(&drawn, sizeof(drawn), 0) == sizeof(drawn))
		random_seed = drawn;
	if (fewer)
		random_sequences = strtoul(fewer, NULL, 10);
	print_message("# seed: BG_SEED=%lu\n", random_seed);
	return mkdtemp(random_folder) ? net_set_up() : -1;
}

int
random_tear_down(void **state)
{
	char command[128];

	(void)state;
	net_tear_down();
	snprintf(command, sizeof(command), "rm -rf %s", random_folder);
	return system(command);
}
