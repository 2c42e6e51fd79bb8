/* SPDX-License-Identifier: MIT
 * on_device.c DEVICE CMD...: runs CMD in a cgroup whose program binds every new socket to DEVICE, as `ip vrf exec` does with
 * a VRF, ip-vrf(8). Ends with 77 where there is no cgroup v2, or where it may not be done. */
#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <net/if.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define SKIPPED 77

static char group[512];

/* find - where cgroup v2 is mounted. */
static int
find(char *mount)
{
	FILE *mounts = fopen("/proc/self/mounts", "re");
	char at[256], type[32];
	int found = 0;

	while (mounts && !found && fscanf(mounts, "%*s %255s %31s %*[^\n]", at, type) == 2)
		found = strcmp(type, "cgroup2") == 0;
	if (mounts)
		fclose(mounts);
	if (found)
		strcpy(mount, at);
	return found;
}

/* attach - the program: ctx->bound_dev_if = @index; return 1. */
static int
attach(int cgroup, unsigned index)
{
	const struct bpf_insn code[] = {
		{.code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_2, .imm = (int)index},
		{.code = BPF_STX | BPF_MEM | BPF_W,
		 .dst_reg = BPF_REG_1,
		 .src_reg = BPF_REG_2,
		 .off = offsetof(struct bpf_sock, bound_dev_if)},
		{.code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0, .imm = 1},
		{.code = BPF_JMP | BPF_EXIT},
	};
	union bpf_attr load = {.prog_type = BPF_PROG_TYPE_CGROUP_SOCK,
			       .insn_cnt = sizeof(code) / sizeof(code[0]),
			       .insns = (uintptr_t)code,
			       .license = (uintptr_t) "MIT",
			       .expected_attach_type = BPF_CGROUP_INET_SOCK_CREATE};
	union bpf_attr put = {.attach_type = BPF_CGROUP_INET_SOCK_CREATE};
	int program = (int)syscall(SYS_bpf, BPF_PROG_LOAD, &load, sizeof(load));

	if (program < 0)
		return -1;
	put.target_fd = (uint32_t)cgroup;
	put.attach_bpf_fd = (uint32_t)program;
	return (int)syscall(SYS_bpf, BPF_PROG_ATTACH, &put, sizeof(put));
}

/*
 * remove_later - when the last process of the cgroup has gone, however it ends: by a process of another session, which nobody
 * waits for, and which no signal to the group reaches. It begins when this one has executed CMD: until then it is empty.
 */
static void
remove_later(void)
{
	int ends[2];
	char byte;
	pid_t child;

	if (pipe2(ends, O_CLOEXEC))
		return;
	child = fork();
	if (child == 0) {
		setsid();
		if (fork())
			_exit(0);
		close(ends[1]);
		for (int fd = 0; fd < 3; fd++)
			close(fd);
		while (read(ends[0], &byte, 1) > 0)
			;
		while (rmdir(group) && errno == EBUSY)
			usleep(10000);
		_exit(0);
	}
	close(ends[0]);
	waitpid(child, NULL, 0);
}

int
main(int argc, char **argv)
{
	char mount[256], procs[600], pid[16];
	int cgroup, fd;

	if (argc < 3 || !find(mount))
		return SKIPPED;
	snprintf(group, sizeof(group), "%s/bindguard-test-%d", mount, (int)getpid());
	snprintf(procs, sizeof(procs), "%s/cgroup.procs", group);
	if (mkdir(group, 0755))
		return SKIPPED;
	remove_later();
	cgroup = open(group, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (attach(cgroup, if_nametoindex(argv[1])))
		return SKIPPED;
	snprintf(pid, sizeof(pid), "%d", (int)getpid());
	fd = open(procs, O_WRONLY | O_CLOEXEC);
	if (write(fd, pid, strlen(pid)) < 0)
		return SKIPPED;
	execvp(argv[2], argv + 2);
	return 127;
}
