/* SPDX-License-Identifier: MIT
 * client_sctp.c STUB FAMILY FLAGS PORT ADDRESS...: calls sctp_bindx(3) of the library STUB with these addresses, on a TCP
 * socket, since the stub does not mind. ADDRESS: `null`, the first, for a list that is none; what else is no address has
 * no family. Prints what the stub did, the call's result, and the device afterwards. */
#include <arpa/inet.h>
#include <dlfcn.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

int
main(int argc, char **argv)
{
	int (*bindx)(int, void *, int, int);
	int family = argc > 2 && argv[2][0] == '6' ? AF_INET6 : AF_INET, fd, result;
	char list[32 * sizeof(struct sockaddr_in6)] = {0}, device[17] = "";
	socklen_t size = 16;
	size_t used = 0;
	void *symbol;

	if (argc < 5 || argc > 5 + 32 || !dlopen(argv[1], RTLD_NOW | RTLD_GLOBAL))
		return 2;
	symbol = dlsym(RTLD_DEFAULT, "sctp_bindx");
	if (!symbol)
		return 2;
	memcpy(&bindx, &symbol, sizeof(symbol));
	for (int i = 5; i < argc; i++) {
		struct sockaddr_in in = {.sin_family = AF_INET, .sin_port = htons((uint16_t)atoi(argv[4]))};
		struct sockaddr_in6 in6 = {.sin6_family = AF_INET6, .sin6_port = in.sin_port};

		if (inet_pton(AF_INET, argv[i], &in.sin_addr) == 1) {
			memcpy(list + used, &in, sizeof(in));
			used += sizeof(in);
		} else if (inet_pton(AF_INET6, argv[i], &in6.sin6_addr) == 1) {
			memcpy(list + used, &in6, sizeof(in6));
			used += sizeof(in6);
		}
	}
	fd = socket(family, SOCK_STREAM, 0);
	errno = 0;
	result = bindx(fd, argc > 5 && strcmp(argv[5], "null") == 0 ? NULL : list, argc - 5, atoi(argv[3]));
	printf("%d %s", result, strerror(errno));
	getsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, device, &size);
	printf(", device %s\n", device[0] ? device : "none");
	return 0;
}
