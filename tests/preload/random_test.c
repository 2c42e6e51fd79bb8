/* SPDX-License-Identifier: MIT
 * random_test.c - sequences of random calls, bare and under the guard, in a network of their own: what the guard does not
 * change must be the same to the last errno, and what it changes must never be an open server. */
#include <setjmp.h>
#include <stdarg.h>
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
#define ENFORCED (sequences / 10)
#define MEETINGS (sequences / 25)
#define MOVES (sequences / 25) /* a millisecond each: they execute and fork */
#define REPEATS_MAX 5 /* sequences that differ once, but not when repeated: the machine was too slow for them */
#define HISTORY 64    /* lines of a sequence before the one that differs */

#define UNPRIVILEGED "setpriv --bounding-set=-all --inh-caps=-all env"

static unsigned long seed, sequences = SEQUENCES;
static char folder[] = "/tmp/bindguard-random.XXXXXX";

/**
 * struct run - one run of the host, in a network namespace that it has for itself.
 * @environment: as host_command() takes it
 * @profile, @first, @count: arguments of the host
 * @verbose: print every call
 * @path: where its output goes
 */
struct run {
	const char *environment;
	const char *profile;
	unsigned long first;
	unsigned long count;
	bool verbose;
	char path[64];
};

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
start(const struct run *run)
{
	char arguments[256], command[HOST_COMMAND_MAX], quiet[HOST_COMMAND_MAX + 256];
	pid_t child = fork();

	if (child != 0)
		return child;
	snprintf(arguments, sizeof(arguments), "random_calls %lu %lu %lu %s %s", seed, run->first, run->count,
		 run->profile, run->verbose ? "verbose" : "");
	host_command(command, run->environment, arguments);
	snprintf(quiet, sizeof(quiet), "exec >%s 2>/dev/null; %s", run->path, command);
	if (unshare(CLONE_NEWNET) || system(network) != 0)
		_exit(125);
	execl("/bin/sh", "sh", "-c", quiet, (char *)NULL);
	_exit(127);
}

/** run_both - run both hosts side by side; both must end well. */
static void
run_both(struct run *bare, struct run *guarded)
{
	pid_t children[2];
	int status[2] = {-1, -1};

	snprintf(bare->path, sizeof(bare->path), "%s/bare", folder);
	snprintf(guarded->path, sizeof(guarded->path), "%s/guarded", folder);
	children[0] = start(bare);
	children[1] = start(guarded);
	for (int i = 0; i < 2; i++)
		waitpid(children[i], &status[i], 0);
	if (status[0] || status[1])
		fail_msg("seed %lu %s %s: the hosts ended with %d (bare) and %d", seed, guarded->profile,
			 guarded->environment, status[0], status[1]);
}

/** next_line - of the output of a run. Return: false at its end. */
static bool
next_line(FILE *file, char *line, int size)
{
	if (!fgets(line, size, file))
		return false;
	line[strcspn(line, "\n")] = '\0';
	return true;
}

/** open_output - of a run that has ended. */
static FILE *
open_output(const struct run *run)
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
repeat(const struct run *bare, const struct run *guarded, unsigned long number)
{
	struct run once[2] = {*bare, *guarded};
	char line[2][1024], history[HISTORY][1024];
	unsigned lines = 0;
	FILE *files[2];
	bool same = true;

	for (int i = 0; i < 2; i++) {
		once[i].first = number;
		once[i].count = 1;
		once[i].verbose = true;
	}
	run_both(&once[0], &once[1]);
	for (int i = 0; i < 2; i++)
		files[i] = open_output(&once[i]);
	while (same && next_line(files[0], line[0], sizeof(line[0])) && next_line(files[1], line[1], sizeof(line[1]))) {
		same = strcmp(line[0], line[1]) == 0;
		if (same)
			memcpy(history[lines++ % HISTORY], line[0], sizeof(line[0]));
	}
	if (!same) {
		print_message("sequence %lu of seed %lu, profile %s, %s\n", number, seed, guarded->profile,
			      guarded->environment);
		for (unsigned i = lines > HISTORY ? lines - HISTORY : 0; i < lines; i++)
			print_message("         %s\n", history[i % HISTORY]);
		print_message("bare:    %s\nguarded: %s\n", line[0], line[1]);
	}
	for (int i = 0; i < 2; i++)
		fclose(files[i]);
	return !same;
}

/**
 * struct outcome - what a comparison found.
 * @repeated: sequences that differed, but not again
 * @open: servers left open to other machines, bare and guarded
 */
struct outcome {
	unsigned repeated;
	unsigned long open[2];
};

/** compare - run both and compare the hash of each sequence. Fails at the first one that differs. */
static void
compare(struct run *bare, struct run *guarded, struct outcome *outcome)
{
	static unsigned long differing[REPEATS_MAX + 1];
	char line[2][128];
	unsigned long lines = 0;
	unsigned differ = 0;
	FILE *files[2];

	run_both(bare, guarded);
	files[0] = open_output(bare);
	files[1] = open_output(guarded);
	while (next_line(files[0], line[0], sizeof(line[0])) && next_line(files[1], line[1], sizeof(line[1]))) {
		if (lines++ == guarded->count)
			break;
		if (strcmp(line[0], line[1]) != 0 && differ <= REPEATS_MAX)
			differing[differ++] = strtoul(line[0], NULL, 10);
	}
	fclose(files[0]);
	fclose(files[1]);
	for (int i = 0; i < 2; i++)
		if (sscanf(line[i], "open %lu", &outcome->open[i]) != 1)
			fail_msg("seed %lu: the last line is \"%s\"", seed, line[i]);
	for (unsigned i = 0; i < differ; i++, outcome->repeated++)
		if (repeat(bare, guarded, differing[i]) && repeat(bare, guarded, differing[i]) &&
		    repeat(bare, guarded, differing[i]))
			fail_msg("seed %lu: %u or more of %lu sequences differ; BG_SEED=%lu repeats it", seed, differ,
				 guarded->count, seed);
	if (outcome->repeated > REPEATS_MAX)
		fail_msg("seed %lu: more than %u sequences differ now and then", seed, REPEATS_MAX);
}

/** none_is_open - no server of the guarded run is; of the bare one some are, else the question was none. */
static void
none_is_open(const struct run *guarded, const unsigned long open[2])
{
	if (open[1] || !open[0])
		fail_msg("seed %lu, profile %s, %s: %lu servers are open (bare %lu)", seed, guarded->profile,
			 guarded->environment, open[1], open[0]);
}

/** write_rules - a configuration of 20 rules, most of which cannot be decided by the address alone. */
static const char *
write_rules(void)
{
	static char path[64];
	FILE *file;

	snprintf(path, sizeof(path), "%s/rules.conf", folder);
	file = fopen(path, "we");
	assert_non_null(file);
	for (int i = 0; i < 16; i++)
		fprintf(file,
			"rule \"r%d\" { program = {\"random_*\"} protocol = {\"%s\"} port = {\"%d-%d\"} action = %s "
			"}\n",
			i, i % 2 ? "tcp" : "udp", 10000 + i * 1000, 10400 + i * 1000, i % 3 ? "confine" : "deny");
	fputs("rule \"lan\" { address = {\"10.98.0.0/24\"} action = rewrite to = {\"127.0.0.9\", \"::1\"} }\n"
	      "rule \"zero\" { port = {\"0\"} protocol = {\"tcp\"} action = rewrite to = {\"lan0\"} }\n"
	      "rule \"raw\" { protocol = {\"raw\"} action = deny error = EPERM }\n"
	      "rule \"rest\" { address = {\"any\"} action = rewrite to = {\"loopback\"} }\n",
	      file);
	fclose(file);
	return path;
}

/** sequence_observed_is_as_bare - observe and off change nothing, whatever is called, configured and logged. */
static void
sequence_observed_is_as_bare(void **state)
{
	char rules[256], log[256];
	const char *const ways[] = {
		"BINDGUARD_MODE=observe BINDGUARD_LOG=none",
		"BINDGUARD_MODE=off",
		"BINDGUARD_CONFIG=/nowhere BINDGUARD_MODE=observe",
		log,
		rules,
	};
	const unsigned long count = sequences / 5;
	struct outcome outcome = {0};

	(void)state;
	snprintf(log, sizeof(log), "BINDGUARD_MODE=observe BINDGUARD_LOG=%s/log BINDGUARD_LOG_EVENTS=all", folder);
	snprintf(rules, sizeof(rules), "BINDGUARD_MODE=observe BINDGUARD_LOG=none BINDGUARD_CONFIG=%s", write_rules());
	for (size_t i = 0; i < 5; i++) {
		struct run bare = {.profile = "any", .first = i * count, .count = count}, guarded = bare;

		guarded.environment = ways[i];
		compare(&bare, &guarded, &outcome);
		assert_int_equal(outcome.open[0], outcome.open[1]);
		assert_true(outcome.open[0] > 0);
	}
	figure("%lu sequences, 5 ways to observe, 0 differ (%u only once), seed %lu", count * 5, outcome.repeated,
	       seed);
}

/** sequence_without_wildcards_is_as_bare - the default configuration leaves every other address alone. */
static void
sequence_without_wildcards_is_as_bare(void **state)
{
	struct run bare = {.profile = "specific", .count = ENFORCED}, guarded = bare;
	struct outcome outcome = {0};

	(void)state;
	guarded.environment = "BINDGUARD_LOG=none";
	compare(&bare, &guarded, &outcome);
	figure("%lu sequences, 0 differ (%u only once), seed %lu", ENFORCED, outcome.repeated, seed);
}

/** sequence_of_wildcards_apart_is_as_bare - where no two sockets meet, only names and devices change; also for a user. */
static void
sequence_of_wildcards_apart_is_as_bare(void **state)
{
	struct run bare = {.profile = "apart", .count = ENFORCED}, guarded = bare;
	struct outcome outcome = {0};

	(void)state;
	guarded.environment = "BINDGUARD_LOG=none";
	compare(&bare, &guarded, &outcome);
	none_is_open(&guarded, outcome.open);
	bare.first = guarded.first = ENFORCED;
	bare.environment = "BINDGUARD_MODE=off " UNPRIVILEGED;
	guarded.environment = "BINDGUARD_LOG=none " UNPRIVILEGED;
	compare(&bare, &guarded, &outcome);
	none_is_open(&guarded, outcome.open);
	figure("%lu sequences, half of them unprivileged, 0 differ (%u only once), seed %lu", ENFORCED * 2,
	       outcome.repeated, seed);
}

/** count_open - run both, and count the servers that each has left open. */
static void
count_open(struct run *bare, struct run *guarded, struct outcome *outcome)
{
	FILE *files[2];
	char line[128];

	run_both(bare, guarded);
	files[0] = open_output(bare);
	files[1] = open_output(guarded);
	for (int i = 0; i < 2; i++) {
		while (next_line(files[i], line, sizeof(line)))
			sscanf(line, "open %lu", &outcome->open[i]);
		fclose(files[i]);
	}
}

/** sequence_guarded_leaves_no_server_open - neither a listener nor a datagram server on a wildcard, however it went. */
static void
sequence_guarded_leaves_no_server_open(void **state)
{
	struct run bare = {.profile = "any", .count = ENFORCED}, guarded = bare;
	unsigned long open[2] = {0};

	(void)state;
	for (int user = 0; user < 2; user++) {
		struct outcome outcome = {0};

		bare.environment = user ? "BINDGUARD_MODE=off " UNPRIVILEGED : NULL;
		guarded.environment = user ? "BINDGUARD_LOG=none " UNPRIVILEGED : "BINDGUARD_LOG=none";
		count_open(&bare, &guarded, &outcome);
		none_is_open(&guarded, outcome.open);
		open[0] += outcome.open[0];
		open[1] += outcome.open[1];
	}
	figure("%lu sequences, servers left open: bare %lu, guarded %lu, seed %lu", ENFORCED * 2, open[0], open[1],
	       seed);
}

/**
 * sequence_that_moves_observed_is_as_bare - also where sockets outlive exec, go through children, messages and duplicates,
 * and where the process changes its network namespace and its privileges.
 */
static void
sequence_that_moves_observed_is_as_bare(void **state)
{
	struct run bare = {.profile = "any+", .count = MOVES}, guarded = bare;
	struct outcome outcome = {0};

	(void)state;
	guarded.environment = "BINDGUARD_MODE=observe BINDGUARD_LOG=none";
	compare(&bare, &guarded, &outcome);
	assert_int_equal(outcome.open[0], outcome.open[1]);
	assert_true(outcome.open[0] > 0);
	figure("%lu sequences, 0 differ (%u only once), seed %lu", MOVES, outcome.repeated, seed);
}

/** sequence_that_moves_without_wildcards_is_as_bare - the default configuration leaves every other address alone. */
static void
sequence_that_moves_without_wildcards_is_as_bare(void **state)
{
	struct run bare = {.profile = "specific+", .count = MOVES}, guarded = bare;
	struct outcome outcome = {0};

	(void)state;
	guarded.environment = "BINDGUARD_LOG=none";
	compare(&bare, &guarded, &outcome);
	figure("%lu sequences, 0 differ (%u only once), seed %lu", MOVES, outcome.repeated, seed);
}

/** sequence_that_moves_leaves_no_server_open - what one process image has guarded, the next one finds guarded. */
static void
sequence_that_moves_leaves_no_server_open(void **state)
{
	struct run bare = {.profile = "any+", .count = MOVES}, guarded = bare;
	struct outcome outcome = {0};

	(void)state;
	guarded.environment = "BINDGUARD_LOG=none";
	count_open(&bare, &guarded, &outcome);
	none_is_open(&guarded, outcome.open);
	figure("%lu sequences, servers left open: bare %lu, guarded %lu, seed %lu", MOVES, outcome.open[0],
	       outcome.open[1], seed);
}

/** outcome_of - return value and errno of a printed call; false where the line is none. */
static bool
outcome_of(const char *line, int *result, int *error)
{
	const char *at = strstr(line, " = ");

	return at && sscanf(at, " = %d errno %d", result, error) == 2;
}

/** is_conflict - the calls differ as documented: the wildcard's conflict with another address of the port is gone. */
static bool
is_conflict(const char *bare, const char *guarded)
{
	int result[2], error[2];

	return outcome_of(bare, &result[0], &error[0]) && outcome_of(guarded, &result[1], &error[1]) &&
	       (strncmp(bare, "bind", 4) == 0 || strncmp(bare, "listen", 6) == 0) && result[0] == -1 &&
	       error[0] == 98 && result[1] == 0;
}

/** without_name - cut a printed call before the socket's name. */
static void
without_name(char *line)
{
	char *at = strstr(line, " name ");

	if (at)
		*at = '\0';
}

/**
 * sequence_of_wildcards_that_meet_differs_in_conflicts_alone - return and errno are the bare call's until the first
 * EADDRINUSE that only the wildcard had: 127.0.0.1 does not conflict with another address of this machine.
 */
static void
sequence_of_wildcards_that_meet_differs_in_conflicts_alone(void **state)
{
	struct run bare = {.profile = "meet", .count = MEETINGS, .verbose = true}, guarded = bare;
	unsigned long conflicts = 0, calls = 0;
	char line[2][1024];
	bool parted = false;
	FILE *files[2];

	(void)state;
	guarded.environment = "BINDGUARD_LOG=none";
	run_both(&bare, &guarded);
	files[0] = open_output(&bare);
	files[1] = open_output(&guarded);
	while (next_line(files[0], line[0], sizeof(line[0])) && next_line(files[1], line[1], sizeof(line[1]))) {
		while (strcmp(line[0], line[1]) != 0 && strncmp(line[0], "slot", 4) == 0 && strstr(line[0], "open"))
			if (!next_line(files[0], line[0], sizeof(line[0])))
				break;
		without_name(line[0]);
		without_name(line[1]);
		if (strncmp(line[0], "lowest", 6) == 0)
			parted = false;
		if (parted || strchr("0123456789", line[0][0]) || strncmp(line[0], "open", 4) == 0)
			continue;
		calls++;
		if (strcmp(line[0], line[1]) == 0)
			continue;
		if (!is_conflict(line[0], line[1]))
			fail_msg("seed %lu\nbare:    %s\nguarded: %s", seed, line[0], line[1]);
		conflicts++;
		parted = true;
	}
	fclose(files[0]);
	fclose(files[1]);
	figure("%lu sequences, %lu lines compared, %lu conflicts of the wildcard alone, 0 other differences, seed %lu",
	       MEETINGS, calls, conflicts, seed);
}

static int
set_up(void **state)
{
	const char *given = getenv("BG_SEED"), *fewer = getenv("BG_SEQUENCES");
	uint32_t drawn;

	(void)state;
	if (given)
		seed = strtoul(given, NULL, 10);
	else if (getrandom(&drawn, sizeof(drawn), 0) == sizeof(drawn))
		seed = drawn;
	if (fewer)
		sequences = strtoul(fewer, NULL, 10);
	print_message("# seed: BG_SEED=%lu\n", seed);
	return mkdtemp(folder) ? net_set_up() : -1;
}

static int
tear_down(void **state)
{
	char command[128];

	(void)state;
	net_tear_down();
	snprintf(command, sizeof(command), "rm -rf %s", folder);
	return system(command);
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sequence_observed_is_as_bare),
		cmocka_unit_test(sequence_without_wildcards_is_as_bare),
		cmocka_unit_test(sequence_of_wildcards_apart_is_as_bare),
		cmocka_unit_test(sequence_guarded_leaves_no_server_open),
		cmocka_unit_test(sequence_of_wildcards_that_meet_differs_in_conflicts_alone),
		cmocka_unit_test(sequence_that_moves_observed_is_as_bare),
		cmocka_unit_test(sequence_that_moves_without_wildcards_is_as_bare),
		cmocka_unit_test(sequence_that_moves_leaves_no_server_open),
	};

	if (argc > 1)
		cmocka_set_test_filter(argv[1]);
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
