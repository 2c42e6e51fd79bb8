/* SPDX-License-Identifier: MIT
 * random_run.h - runs sequences of random calls, hosts/random_calls.c, bare and guarded, and compares. */
#ifndef BINDGUARD_TESTS_PRELOAD_RANDOM_RUN_H
#define BINDGUARD_TESTS_PRELOAD_RANDOM_RUN_H

#include <stdbool.h>
#include <stdio.h>

/** random_seed, random_sequences, random_folder - what is drawn, how often, and where outputs go. */
extern unsigned long random_seed, random_sequences;
extern char random_folder[];

/**
 * struct random_run - one run of the host, in a network namespace that it has for itself.
 * @environment: as host_command() takes it
 * @profile, @first, @count: arguments of the host
 * @verbose: print every call
 * @path: where its output goes
 */
struct random_run {
	const char *environment;
	const char *profile;
	unsigned long first;
	unsigned long count;
	bool verbose;
	char path[64];
};

void random_run_both(struct random_run *bare, struct random_run *guarded);
bool random_next_line(FILE *file, char *line, int size);
FILE *random_open_output(const struct random_run *run);

/**
 * struct random_outcome - what a comparison found.
 * @repeated: sequences that differed, but not again
 * @open: servers left open to other machines, bare and guarded
 */
struct random_outcome {
	unsigned repeated;
	unsigned long open[2];
};

void random_compare(struct random_run *bare, struct random_run *guarded, struct random_outcome *outcome);
void random_expect_as_open(const struct random_outcome *outcome);
void random_none_is_open(const struct random_run *guarded, const unsigned long open[2]);
void random_count_open(struct random_run *bare, struct random_run *guarded, struct random_outcome *outcome);
int random_set_up(void **state);
int random_tear_down(void **state);

#endif
