/* SPDX-License-Identifier: MIT
 * daemon.c FOLDER: becomes a daemon as they all do (two forks, a session, no descriptors), waits until FOLDER/go is there
 * (for half a minute), binds the IPv4 wildcard, and writes the address it got into FOLDER/done. FOLDER/pids has its process
 * and its parent. */
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

static void
put(const char *name, const char *text)
{
	FILE *file = fopen(name, "w");

	if (file) {
		fputs(text, file);
		fclose(file);
	}
}

int
main(int argc, char **argv)
{
	struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(19500)};
	socklen_t size = sizeof(to);
	struct stat status;
	char text[64];
	int fd, error;

	if (argc != 2 || chdir(argv[1]))
		return 2;
	if (fork() > 0)
		return 0;
	setsid();
	if (fork() > 0)
		_exit(0);
	for (fd = 0; fd < 64; fd++)
		close(fd);
	open("/dev/null", O_RDWR);
	dup(0);
	dup(0);
	for (error = 0; stat("go", &status) && error < 3000; error++)
		poll(NULL, 0, 10);
	if (error == 3000)
		return 1; /* who started it waits for its end, not for what it does */
	snprintf(text, sizeof(text), "%d %d\n", (int)getpid(), (int)getppid());
	put("pids", text);
	fd = socket(AF_INET, SOCK_STREAM, 0);
	error = bind(fd, (struct sockaddr *)&to, sizeof(to));
	getsockname(fd, (struct sockaddr *)&to, &size);
	snprintf(text, sizeof(text), "bind %d %s\n", error, inet_ntoa(to.sin_addr));
	put("done", text);
	for (error = 0; stat("stop", &status) && error < 3000; error++)
		poll(NULL, 0, 10);
	return 0;
}
