/* SPDX-License-Identifier: MIT
 * floor_bench.c CMD...: the least that a seccomp listener can do for each bind(2): receive, copy the address, let the call
 * go on. What is above that is the guard's own cost. No error handling: a yardstick, not a tool. */
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

static int
filter(void)
{
	struct sock_filter steps[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_bind, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_USER_NOTIF),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog program = {.len = 4, .filter = steps};

	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	return (int)syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_NEW_LISTENER, &program);
}

int
main(int argc, char **argv)
{
	struct seccomp_notif asked;
	struct seccomp_notif_resp answer;
	unsigned char address[128];
	int to_parent[2], number, listener, pidfd;
	struct pollfd ready = {.events = POLLIN};
	pid_t child;

	if (argc < 2 || pipe(to_parent))
		return 2;
	child = fork();
	if (child == 0) {
		number = filter();
		if (write(to_parent[1], &number, sizeof(number)) != (ssize_t)sizeof(number))
			_exit(1);
		usleep(20000); /* until the parent has it */
		close(number);
		execvp(argv[1], argv + 1);
		_exit(127);
	}
	if (read(to_parent[0], &number, sizeof(number)) != (ssize_t)sizeof(number))
		return 2;
	pidfd = (int)syscall(SYS_pidfd_open, child, 0);
	listener = (int)syscall(SYS_pidfd_getfd, pidfd, number, 0);
	ready.fd = listener;
	if (getenv("SYNC")) /* SECCOMP_IOCTL_NOTIF_SET_FLAGS, Linux 6.6 */
		ioctl(listener, SECCOMP_IOW(4, __u64), 1ul);
	while (poll(&ready, 1, -1) == 1 && (ready.revents & POLLIN)) {
		struct iovec here = {address, sizeof(address)}, there = {NULL, 0};

		memset(&asked, 0, sizeof(asked));
		if (ioctl(listener, SECCOMP_IOCTL_NOTIF_RECV, &asked))
			continue;
		there.iov_base = (void *)(uintptr_t)asked.data.args[1];
		there.iov_len = here.iov_len = asked.data.args[2];
		process_vm_readv((pid_t)asked.pid, &here, 1, &there, 1, 0);
		memset(&answer, 0, sizeof(answer));
		answer.id = asked.id;
		answer.flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE;
		ioctl(listener, SECCOMP_IOCTL_NOTIF_SEND, &answer);
	}
	waitpid(child, NULL, 0);
	return 0;
}
