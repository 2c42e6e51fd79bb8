/* SPDX-License-Identifier: MIT
 * sandbox.c FILTER STEPS FAMILY TYPE ADDRESS PORT PLACE: a program that puts itself under a seccomp filter and then binds,
 * listens or connects. Its parent, which is not filtered and shares the socket, says what became of it.
 *
 * FILTER: none, kill:CALL,CALL... (any other call ends the process) or errno:NUMBER:CALL (that call fails;
 * errno:NUMBER:CALL:ARGUMENT:VALUE only where that argument, counted from 0, has this value); several, each for a child
 * and a socket of its own, are separated by a slash
 * STEPS: B, L and D before the filter, b, l, c, s and e behind it (D binds it to the cable; c connects to the second host, port 9,
 * s by its link-local address; e executes true(1), with a word that the kernel then cannot read)
 * FAMILY 4, 6 (dual-stack) or 6only; TYPE tcp or udp; PLACE of the address: stack or heap */
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <net/if.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "net/addresses.h"

#include "socket.h"

#if defined(__x86_64__)
#define ARCHITECTURE AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define ARCHITECTURE AUDIT_ARCH_AARCH64
#else
#define ARCHITECTURE 0
#endif

static const struct {
	const char *name;
	unsigned number;
} calls[] = {
#define CALL(name)                                                                                                     \
	{                                                                                                              \
#name, __NR_##name                                                                                     \
	}
	CALL(bind),	      CALL(listen),	     CALL(connect),
	CALL(getsockopt),     CALL(setsockopt),	     CALL(getsockname),
	CALL(socket),	      CALL(close),	     CALL(dup3),
	CALL(fcntl),	      CALL(ioctl),	     CALL(sendto),
	CALL(recvfrom),	      CALL(sendmsg),	     CALL(getpid),
	CALL(getppid),	      CALL(getuid),	     CALL(fchownat),
	CALL(statx),	      CALL(ppoll),	     CALL(write),
	CALL(rt_sigprocmask), CALL(openat),	     CALL(clock_gettime),
	CALL(rt_sigpending),  CALL(rt_sigtimedwait), CALL(exit_group),
	CALL(epoll_ctl),      CALL(getpeername),     CALL(read),
	CALL(lseek),	      CALL(pwritev2),	     CALL(shutdown),
	CALL(mmap),	      CALL(munmap),	     CALL(geteuid),
	CALL(readlinkat),     CALL(execve),	     CALL(pread64),
	CALL(getresuid),      CALL(getresgid),	     CALL(fgetxattr),
};

/** number_of - the system call's number; the program ends where it is unknown. */
static unsigned
number_of(const char *name)
{
	for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++)
		if (strcmp(calls[i].name, name) == 0)
			return calls[i].number;
	printf("unknown call %s\n", name);
	exit(2);
}

static struct sock_filter code[128];
static unsigned short length;

/** emit - one instruction of the filter. */
static void
emit(unsigned short op, unsigned k, unsigned char jt, unsigned char jf)
{
	code[length++] = (struct sock_filter){op, jt, jf, k};
}

/** match - @verdict for the call @number. */
static void
match(unsigned number, unsigned verdict)
{
	emit(BPF_JMP | BPF_JEQ | BPF_K, number, 0, 1);
	emit(BPF_RET | BPF_K, verdict, 0, 0);
}

/** match_argument - @verdict for the call @number where its argument @index is @value. */
static void
match_argument(unsigned number, unsigned index, unsigned value, unsigned verdict)
{
	emit(BPF_JMP | BPF_JEQ | BPF_K, number, 0, 3);
	emit(BPF_LD | BPF_W | BPF_ABS, (unsigned)offsetof(struct seccomp_data, args) + index * 8, 0, 0);
	emit(BPF_JMP | BPF_JEQ | BPF_K, value, 0, 1);
	emit(BPF_RET | BPF_K, verdict, 0, 0);
}

/** assemble - the filter that @text describes. */
static void
assemble(char *text)
{
	int kill = strncmp(text, "kill:", 5) == 0;
	char *name, *rest = text;

	emit(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, arch), 0, 0);
	emit(BPF_JMP | BPF_JEQ | BPF_K, ARCHITECTURE, 1, 0);
	emit(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS, 0, 0);
	emit(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr), 0, 0);
	strsep(&rest, ":");
	if (kill) {
		while ((name = strsep(&rest, ",")) && *name)
			match(number_of(name), SECCOMP_RET_ALLOW);
		match(__NR_exit_group, SECCOMP_RET_ALLOW);
		match(__NR_clock_gettime, SECCOMP_RET_ALLOW); /* where the vDSO cannot answer */
		emit(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS, 0, 0);
	} else {
		unsigned verdict = SECCOMP_RET_ERRNO | (unsigned)atoi(strsep(&rest, ":")), index;

		name = strsep(&rest, ":");
		if (rest) {
			index = (unsigned)atoi(strsep(&rest, ":"));
			match_argument(number_of(name), index, (unsigned)atoi(rest), verdict);
		} else {
			match(number_of(name), verdict);
		}
		emit(BPF_RET | BPF_K, SECCOMP_RET_ALLOW, 0, 0);
	}
}

/** struct plan - what is done, and with what. */
struct plan {
	int fd;
	int type;
	const union name *name;
	socklen_t size;
	unsigned cable;
	char *results;
};

/** step - one call. Its errno, 0 for success, goes into results[] where it can be seen from the parent. */
static void
step(const struct plan *plan, char what)
{
	struct sockaddr_in peer = {.sin_family = AF_INET, .sin_port = htons(9)};
	struct sockaddr_in6 link = {.sin6_family = AF_INET6, .sin6_port = htons(9), .sin6_scope_id = plan->cable};
	int result = 0;

	inet_pton(AF_INET, THERE4, &peer.sin_addr);
	inet_pton(AF_INET6, "fe80::2", &link.sin6_addr);
	if (what == 'D')
		result = setsockopt(plan->fd, SOL_SOCKET, SO_BINDTODEVICE, CABLE, sizeof(CABLE));
	else if (what == 'e')
		result = execve("/bin/true", (char *[]){(char *)16, NULL}, environ);
	else if (what == 's')
		result = connect(plan->fd, (struct sockaddr *)&link, sizeof(link));
	else if (what == 'B' || what == 'b')
		result = bind(plan->fd, &plan->name->any, plan->size);
	else if (what == 'L' || what == 'l')
		result = plan->type == SOCK_STREAM ? listen(plan->fd, 8) : 0;
	else
		result = connect(plan->fd, (struct sockaddr *)&peer, sizeof(peer));
	plan->results[(unsigned char)what] = (char)(result ? errno : 0);
}

/** run - do @steps on a new socket, under the filter that @filter describes, and tell what came of it. */
static void
run(struct plan *plan, char *filter, const char *steps, int family, int v6only)
{
	struct sock_fprog program = {.filter = code};
	int status = 0, listening = 0;
	socklen_t room = sizeof(listening);
	char text[128];
	pid_t child;

	length = 0;
	memset(plan->results, 0, 256);
	plan->fd = make_socket(family, plan->type);
	if (v6only)
		setsockopt(plan->fd, IPPROTO_IPV6, IPV6_V6ONLY, &v6only, sizeof(v6only));
	if (strcmp(filter, "none") != 0)
		assemble(filter);
	program.len = length;
	child = fork();
	if (child == 0) {
		const char *what = steps;

		for (; strchr("BLD", *what) && *what; what++)
			step(plan, *what);
		prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
		if (length && prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program))
			_exit(3);
		for (; *what; what++)
			step(plan, *what);
		_exit(0);
	}
	waitpid(child, &status, 0);
	if (WIFSIGNALED(status))
		printf("killed %d", WTERMSIG(status));
	else
		printf("ended %d", WEXITSTATUS(status));
	for (const char *what = steps; *what; what++)
		printf(" %c %d", *what, plan->results[(unsigned char)*what]);
	getsockopt(plan->fd, SOL_SOCKET, SO_ACCEPTCONN, &listening, &room);
	printf(" %s %s", listening ? "listening" : "idle", describe(plan->fd, text));
	/* A TCP socket that does not listen is nothing that others reach; nor is a UDP one without a port. */
	if (is_guarded(plan->fd))
		printf(" guarded\n");
	else if (plan->type == SOCK_STREAM)
		printf(listening ? " exposed\n" : " closed\n");
	else
		printf(strstr(text, "]:0") || strstr(text, "0.0.0.0:0") ? " closed\n" : " exposed\n");
	fflush(stdout);
	close(plan->fd);
}

int
main(int argc, char **argv)
{
	char *results = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0), *filter;
	union name on_stack, *name = &on_stack;
	struct plan plan = {.results = results};
	int family;

	if (argc != 8)
		return 2;
	if (ARCHITECTURE == 0)
		return 77;
	if (strcmp(argv[7], "heap") == 0)
		name = malloc(sizeof(*name));
	plan.cable = if_nametoindex(CABLE);
	family = argv[3][0] == '4' ? AF_INET : AF_INET6;
	plan.type = strcmp(argv[4], "tcp") == 0 ? SOCK_STREAM : SOCK_DGRAM;
	plan.name = name;
	plan.size = make_name(name, family, (unsigned)atoi(argv[6]));
	inet_pton(family, argv[5], family == AF_INET ? (void *)&name->in.sin_addr : (void *)&name->in6.sin6_addr);
	while ((filter = strsep(&argv[1], "/")))
		run(&plan, filter, argv[2], family, strcmp(argv[3], "6only") == 0);
	return 0;
}
