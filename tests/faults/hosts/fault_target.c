/* SPDX-License-Identifier: MIT
 * fault_target.c: prints `PID PPID`, then runs the plan of its words for each line on its standard input, and prints what
 * is seen of it: exposed, leaked, changed, deaf, name, and what each step returned. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "faults/plan.h"

int
main(int argc, char **argv)
{
	struct plan plan;
	struct plan_outcome outcome;
	char line[16];

	if (argc < PLAN_WORDS + 1)
		return 2;
	plan_read(argv + 1, &plan);
	printf("%d %d\n", (int)getpid(), (int)getppid());
	fflush(stdout);
	while (fgets(line, sizeof(line), stdin)) {
		plan_run(&plan, &outcome);
		printf("%d %d %d %d %s", outcome.exposed, outcome.leaked, outcome.changed, outcome.blocked,
		       outcome.name);
		for (size_t i = 0; i < strlen(plan.steps); i++)
			printf(" %d %d", outcome.steps[i].result, outcome.steps[i].error);
		printf("\n");
		fflush(stdout);
	}
	return 7;
}
