/* SPDX-License-Identifier: MIT
 * supervise.c - starts supervisor and CMD, and stands for CMD meanwhile: its signals, its stops, its status. Runs in the
 * launcher's first process, the front. supervisor.c has the theory of operation. */
#include "launcher/supervise/supervise.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "launcher/program.h"
#include "launcher/supervise/front.h"
#include "launcher/supervise/supervisor.h"
#include "sys/sink.h"

/** close_others - close every descriptor above 2 that is none of the @count (at most 4) in @keep. */
void
front_close_others(const int *keep, size_t count)
{
	unsigned from = 3;

	for (;;) {
		unsigned next = ~0u;

		for (size_t i = 0; i < count; i++)
			if (keep[i] >= (int)from && (unsigned)keep[i] < next)
				next = (unsigned)keep[i];
		if (next > from)
			syscall(SYS_close_range, from, next == ~0u ? next : next - 1, 0);
		if (next == ~0u)
			return;
		from = next + 1;
	}
}

/** front_give_up_streams - descriptors @first..@last become /dev/null: what CMD closes must be closed. */
void
front_give_up_streams(int first, int last)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	for (int fd = first; fd <= last && null >= 0; fd++)
		dup2(null, fd);
	if (null >= 0)
		close(null);
}

/**
 * reserve_streams - who starts us may have closed 0, 1 or 2: nothing of ours may then be there, since we give them up
 * later. CMD finds them closed, as they were.
 */
static void
reserve_streams(void)
{
	int null;

	do
		null = open("/dev/null", O_RDWR | O_CLOEXEC);
	while (null >= 0 && null <= STDERR_FILENO);
	if (null >= 0)
		close(null);
}

/** write_complaints - why the configuration is not used, to be said at the first bind that matters. */
static void
write_complaints(const struct bg_loaded *loaded, char *text, size_t size)
{
	unsigned mistakes = bg_diags_mistakes(&loaded->diags);
	const struct bg_diag *first = loaded->diags.items;
	char line[16] = "";

	if (mistakes == 0)
		return;
	if (first->line)
		snprintf(line, sizeof(line), ":%u", first->line);
	snprintf(text, size,
		 "bindguard: %.1000s%s: %s\nbindguard: the configuration is not used (`bindguard check` has all %u "
		 "mistakes): wildcard addresses go to loopback, others are refused\n",
		 loaded->path[0] ? loaded->path : "environment", line, first->text, mistakes);
}

/**
 * detach - make this process, the front's child, the supervisor: all that it could disturb is let go.
 * Return: whether it can work.
 */
static bool
detach(struct supervisor *supervisor)
{
	static const int ignored[] = {SIGHUP,  SIGINT,	SIGQUIT, SIGTERM, SIGPIPE, SIGTSTP, SIGTTIN,
				      SIGTTOU, SIGUSR1, SIGUSR2, SIGALRM, SIGXFSZ, SIGXCPU};
	sigset_t child, none;

	for (size_t i = 0; i < sizeof(ignored) / sizeof(ignored[0]); i++)
		signal(ignored[i], SIG_IGN);
	signal(SIGCHLD, SIG_DFL);
	setsid();
	if (chdir("/"))
		return false;
	prctl(PR_SET_NAME, supervisor->policy->mode == BG_MODE_ENFORCE ? SUPERVISE_NAME : SUPERVISE_NAME_OBSERVES);
	sigemptyset(&none);
	sigemptyset(&child);
	sigaddset(&child, SIGCHLD);
	sigprocmask(SIG_SETMASK, &child, NULL);
	supervisor->signals = signalfd(-1, &child, SFD_CLOEXEC | SFD_NONBLOCK);
	bg_sink_identify_stderr(&supervisor->guard);
	front_give_up_streams(0, 2);
	return supervisor->signals >= 0;
}

/** leave_limits - CMD's limits are not ours; where one of them stays, it is said before CMD runs. */
static void
leave_limits(struct supervisor *supervisor, const char *program)
{
	unsigned long seconds = limits_raise();

	target_handles_set_up(&supervisor->handles);
	if (seconds)
		dprintf(STDERR_FILENO,
			"bindguard: the limit of %lu seconds of processor time (ulimit -t) cannot be raised here and "
			"holds "
			"for the supervisor too: when that has used them up, bind, listen and connect of %s fail with "
			"ENOSYS\n",
			seconds, program);
}

/** fail_start - tell the front why, and end. */
_Noreturn static void
fail_start(const struct supervisor *supervisor, const struct message *failed)
{
	message_send(supervisor->front, NEWS_FAILED, failed->value, failed->error);
	_exit(1);
}

/** supervise - the child of the front: start CMD, become the supervisor, and be it to the end. */
_Noreturn static void
supervise(struct supervisor *supervisor, const struct filter *filter, char **argv, const sigset_t *mask)
{
	struct message news = {.news = NEWS_FAILED, .value = STEP_RESOURCES};
	int channel[2];

	if (prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) ||
	    socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, channel)) {
		news.error = errno;
		fail_start(supervisor, &news);
	}
	supervisor->cmd = fork();
	if (supervisor->cmd == 0) {
		close(channel[0]);
		child_run(filter, channel[1], argv, mask);
	}
	news.error = errno;
	close(channel[1]);
	if (supervisor->cmd < 0)
		fail_start(supervisor, &news);
	supervisor->listener = child_take_listener(supervisor->cmd, channel[0], &news);
	if (supervisor->listener < 0)
		fail_start(supervisor, &news); /* CMD's process sees the end of the channel, and ends */
	supervisor->restarts = news.error != 0;
	leave_limits(supervisor, argv[0]);
	if (!detach(supervisor)) {
		news = (struct message){.news = NEWS_FAILED, .value = STEP_RESOURCES, .error = errno};
		fail_start(supervisor, &news);
	}
	message_send(channel[0], NEWS_TAKEN, 0, 0);
	if (message_receive(channel[0], &news)) /* the channel ends without a word when exec has worked */
		fail_start(supervisor, &news);
	close(channel[0]);
	front_close_others((const int[]){supervisor->listener, supervisor->signals, supervisor->front}, 3);
	supervisor_tell(supervisor, NEWS_STARTED, (int)supervisor->cmd, 0);
	supervisor_run(supervisor);
	_exit(0);
}

/** map - zeroed memory for what is too large for a stack. */
static void *
map(size_t size)
{
	void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	return memory == MAP_FAILED ? NULL : memory;
}

/** final_policy - BINDGUARD_MODE holds even where the configuration is broken, as in the preload. */
static const struct bg_policy *
final_policy(const struct bg_loaded *loaded)
{
	const char *mode = getenv("BINDGUARD_MODE");
	struct bg_policy *copy;

	if (!mode || (strcmp(mode, "off") != 0 && strcmp(mode, "observe") != 0))
		return loaded->policy;
	copy = map(loaded->policy->size);
	if (!copy)
		return loaded->policy;
	memcpy(copy, loaded->policy, loaded->policy->size);
	copy->mode = mode[1] == 'f' ? BG_MODE_OFF : BG_MODE_OBSERVE;
	return copy;
}

/** run_unguarded - mode off is as if there were no guard, and no cost of one either. */
static int
run_unguarded(char **argv, struct failure *failure)
{
	int error = program_become(argv);

	return fail(failure, error == ENOENT ? STATUS_NOT_FOUND : STATUS_NOT_EXECUTABLE, "%s: %s", argv[0],
		    strerror(error));
}

int
supervise_run(const struct bg_loaded *loaded, char **argv, struct failure *failure)
{
	struct supervisor *supervisor = map(sizeof(*supervisor));
	struct filter *filter = map(sizeof(*filter));
	const struct bg_policy *policy = final_policy(loaded);
	struct front front = {.program = argv[0], .failure = failure};
	int pair[2], error;
	pid_t child;

	if (policy->mode == BG_MODE_OFF)
		return run_unguarded(argv, failure);
	if (!supervisor || !filter)
		return fail(failure, STATUS_RUN_FAILED, "engine seccomp: no memory");
	error = filter_build(filter);
	if (error)
		return fail(failure, STATUS_RUN_FAILED, "engine seccomp: the filter cannot be made: %s",
			    strerror(-error));
	reserve_streams();
	write_complaints(loaded, supervisor->complaints, sizeof(supervisor->complaints));
	supervisor_set_up(supervisor, policy);
	if (!front_set_up(&front) || socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair))
		return fail(failure, STATUS_RUN_FAILED, "engine seccomp: %s", strerror(errno));
	front.supervisor = pair[0];
	supervisor->front = pair[1];
	child = fork();
	if (child < 0)
		return fail(failure, STATUS_RUN_FAILED, "engine seccomp: fork: %s", strerror(errno));
	if (child == 0) {
		close(pair[0]);
		supervise(supervisor, filter, argv, &front.mask);
	}
	close(pair[1]);
	front.child = child;
	return front_run(&front);
}
