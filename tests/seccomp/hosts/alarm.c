/* SPDX-License-Identifier: MIT
 * alarm.c COUNT MICROSECONDS [plain]: binds COUNT times while SIGALRM comes again and again, with SA_RESTART or, `plain`,
 * without. Prints how many binds ended well and bound the socket, in EINTR, and otherwise, and how many signals came. */
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

static int
port_of(int fd)
{
	struct sockaddr_in name = {0};
	socklen_t size = sizeof(name);

	getsockname(fd, (struct sockaddr *)&name, &size);
	return ntohs(name.sin_port);
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
		int result = bind(fd, (struct sockaddr *)&to, sizeof(to));

		if (result == 0 && port_of(fd) == 19502)
			good++;
		else if (result < 0 && errno == EINTR)
			interrupted++;
		else
			other++;
		close(fd);
	}
	printf("good %ld interrupted %ld other %ld signals %ld\n", good, interrupted, other, signals);
	return 0;
}
