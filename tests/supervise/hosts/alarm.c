/* SPDX-License-Identifier: MIT
 * alarm.c COUNT MICROSECONDS [plain]: binds COUNT times while SIGALRM comes again and again, with SA_RESTART or, `plain`,
 * without. Prints how many binds ended well, in EINTR, and in another error, and how many signals came. */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

static volatile long signals;

static void
on_alarm(int number)
{
	(void)number;
	signals++;
}

int
main(int argc, char **argv)
{
	struct sigaction action = {.sa_handler = on_alarm, .sa_flags = argc > 3 ? 0 : SA_RESTART};
	struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(19502)};
	struct itimerval timer = {.it_interval.tv_usec = argc > 2 ? atoi(argv[2]) : 150};
	long good = 0, interrupted = 0, other = 0;

	sigaction(SIGALRM, &action, NULL);
	timer.it_value = timer.it_interval;
	setitimer(ITIMER_REAL, &timer, NULL);
	for (long i = 0; i < (argc > 1 ? atol(argv[1]) : 1); i++) {
		int fd = socket(AF_INET, SOCK_STREAM, 0);

		if (bind(fd, (struct sockaddr *)&to, sizeof(to)) == 0)
			good++;
		else if (errno == EINTR)
			interrupted++;
		else
			other++;
		close(fd);
	}
	printf("good %ld interrupted %ld other %ld signals %ld\n", good, interrupted, other, signals);
	return 0;
}
