/* SPDX-License-Identifier: MIT
 * own_confuse.c - a program with functions of its own under libconfuse's names, as exported symbols. Prints what it
 * finds of itself after the guard has read a configuration and bound a socket. */
#include <arpa/inet.h>
#include <dlfcn.h>
#include <locale.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static int called;

void *cfg_init(void *options, int flags);
int cfg_parse(void *cfg, const char *file);
int cfg_parse_buf(void *cfg, const char *text);
int cfg_free(void *cfg);
int cfg_yylex(void *cfg);

void *
cfg_init(void *options, int flags)
{
	(void)flags;
	called++;
	return options;
}

int
cfg_parse(void *cfg, const char *file)
{
	(void)cfg, (void)file;
	called++;
	return 4711;
}

int
cfg_parse_buf(void *cfg, const char *text)
{
	(void)cfg, (void)text;
	called++;
	return 4711;
}

int
cfg_free(void *cfg)
{
	(void)cfg;
	called++;
	return 0;
}

int
cfg_yylex(void *cfg)
{
	(void)cfg;
	called++;
	return 0;
}

int
main(void)
{
	struct sockaddr_in in = {.sin_family = AF_INET, .sin_port = htons(19200)};
	socklen_t size = sizeof(in);
	char text[64];
	int fd, next, by_guard = called, found;

	const char *pending = dlerror();

	fd = socket(AF_INET, SOCK_STREAM, 0);
	found = bind(fd, (struct sockaddr *)&in, sizeof(in));
	getsockname(fd, (struct sockaddr *)&in, &size);
	inet_ntop(AF_INET, &in.sin_addr, text, sizeof(text));
	next = dup(0);
	printf("bind %d %s, by guard %d, own %d, locale %s, dlerror %s, first free fd %d\n", found, text, by_guard,
	       cfg_parse(NULL, NULL), setlocale(LC_ALL, NULL), pending ? pending : "none", next);
	return 0;
}
