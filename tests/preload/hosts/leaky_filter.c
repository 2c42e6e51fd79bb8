/* SPDX-License-Identifier: MIT
 * leaky_filter.c CMD...: runs CMD where setsockopt(SO_BINDTODEVICE) is EPERM, as without privilege before Linux 5.7. */
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#define LOAD(field) BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, field))
#define EQUAL(value, otherwise) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, value, 0, otherwise)

int
main(int argc, char **argv)
{
	struct sock_filter code[] = {
		LOAD(nr),
		EQUAL(SYS_setsockopt, 5),
		LOAD(args[1]), /* the low half on little-endian machines */
		EQUAL(SOL_SOCKET, 3),
		LOAD(args[2]),
		EQUAL(SO_BINDTODEVICE, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog program = {.len = sizeof(code) / sizeof(code[0]), .filter = code};

	if (argc < 2 || prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) || prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program))
		return 1;
	execvp(argv[1], argv + 1);
	return 127;
}
