/* SPDX-License-Identifier: MIT
 * fault_start.c: a server on the ports and addresses that the rules of tests/faults/start.h speak of; prints what it got. */
#include "faults/tracer.h"
#include "net/addresses.h"
#include "preload/hosts/socket.h"

unsigned fault_injected(void) __attribute__((weak));

/** serve - bind and listen; print `errno` or the address. */
static void
serve(const char *address, unsigned port)
{
	union name name;
	socklen_t size = make_name(&name, AF_INET, port);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	char text[128];

	inet_pton(AF_INET, address, &name.in.sin_addr);
	if (bind(fd, &name.any, size) || listen(fd, 1))
		printf(" %d", errno);
	else
		printf(" %s", describe(fd, text));
	close(fd);
}

int
main(void)
{
	fault_mark(FAULT_END, 0);
	if (fault_injected)
		printf("%u", fault_injected());
	else
		printf("-");
	serve("0.0.0.0", 4100);
	serve("0.0.0.0", 4101);
	serve("0.0.0.0", 4102);
	serve("0.0.0.0", 4103);
	serve(HERE4, 4104);
	printf("\n");
	return 7;
}
