/* SPDX-License-Identifier: MIT
 * forbid.c RULES CMD...: runs CMD where system calls fail, as in a container with such a profile or on a kernel that lacks
 * them. RULES: CALL:ERRNO, or CALL:ERRNO:ARGUMENT:VALUE for that value of an argument (counted from 0) only; several
 * are separated by a comma. All are numbers. */
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

static struct sock_filter steps[128];
static unsigned short count;

/** emit - one instruction. */
static void
emit(unsigned short code, unsigned k, unsigned char yes, unsigned char no)
{
	steps[count++] = (struct sock_filter){code, yes, no, k};
}

int
main(int argc, char **argv)
{
	struct sock_fprog program = {.filter = steps};
	char *rules = argc > 2 ? argv[1] : NULL, *rule;

	while ((rule = strsep(&rules, ",")) && count < 100) {
		unsigned call, error, index, value;
		int numbers = sscanf(rule, "%u:%u:%u:%u", &call, &error, &index, &value);

		if (numbers != 2 && numbers != 4)
			return 2;
		emit(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr), 0, 0);
		emit(BPF_JMP | BPF_JEQ | BPF_K, call, 0, numbers == 2 ? 1 : 3);
		if (numbers == 4) { /* the low half on little-endian machines */
			emit(BPF_LD | BPF_W | BPF_ABS, (unsigned)offsetof(struct seccomp_data, args) + 8 * index, 0, 0);
			emit(BPF_JMP | BPF_JEQ | BPF_K, value, 0, 1);
		}
		emit(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | error, 0, 0);
	}
	emit(BPF_RET | BPF_K, SECCOMP_RET_ALLOW, 0, 0);
	program.len = count;
	if (argc < 3 || prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) || prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program))
		return 2;
	execvp(argv[2], argv + 2);
	return 127;
}
