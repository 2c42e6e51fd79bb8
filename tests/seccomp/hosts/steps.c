/* SPDX-License-Identifier: MIT
 * steps.c: prints `PID PPID`, then for each line on its standard input binds the IPv4 wildcard once more and prints errno
 * and address; SIGTERM and SIGUSR1 make it print their names. Ends with 7. */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static void
on_signal(int number)
{
	const char *text = number == SIGTERM ? "SIGTERM\n" : "SIGUSR1\n";

	if (write(1, text, strlen(text)) < 0)
		_exit(1);
}

int
main(void)
{
	struct sigaction action = {.sa_handler = on_signal, .sa_flags = SA_RESTART};
	char line[64];

	sigaction(SIGTERM, &action, NULL);
	sigaction(SIGUSR1, &action, NULL);
	printf("%d %d\n", (int)getpid(), (int)getppid());
	fflush(stdout);
	while (fgets(line, sizeof(line), stdin)) {
		struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(19501)};
		socklen_t size = sizeof(to);
		int fd = socket(AF_INET, SOCK_STREAM, 0);
		int error = bind(fd, (struct sockaddr *)&to, sizeof(to)) ? errno : 0;

		getsockname(fd, (struct sockaddr *)&to, &size);
		printf("error %d %s\n", error, inet_ntoa(to.sin_addr));
		fflush(stdout);
		close(fd);
	}
	return 7;
}
