/* SPDX-License-Identifier: MIT
 * int80.c PORT [d]: a 32-bit program without a libc: binds 0.0.0.0:PORT and listens, by socketcall(2) or, with an argument,
 * by the system calls of their own (Linux 4.3); `PORT bad list` only hands over a list of arguments that cannot be
 * read; `PORT bind and forbid` only binds, by socketcall(2), where nobody may look into it. Without arguments it ends at once.
 * Writes the address it got as eight hexadecimal digits, or `-ERRNO`; then answers connections with "hello" until it is killed. */
typedef unsigned int word;

static int
call(int number, word a, word b, word c)
{
	int result;

	__asm__ volatile("int $0x80" : "=a"(result) : "a"(number), "b"(a), "c"(b), "d"(c) : "memory");
	return result;
}

enum { EXIT = 1, WRITE = 4, CLOSE = 6, SOCKETCALL = 102, PRCTL = 172, SOCKET = 359, BIND = 361, LISTEN = 363 };

static int
net(int operation, word a, word b, word c)
{
	word arguments[3] = {a, b, c};

	return call(SOCKETCALL, (word)operation, (word)arguments, 0);
}

static void
say(int error, word address)
{
	char text[10] = "00000000\n";
	int i;

	for (i = 7; i >= 0; i--, address >>= 4)
		text[i] = "0123456789abcdef"[address & 15];
	if (error) {
		text[0] = '-';
		text[1] = '0' + -error / 10 % 10;
		text[2] = '0' + -error % 10;
		text[3] = '\n';
	}
	call(WRITE, 1, (word)text, error ? 4 : 9);
}

static unsigned short
port_of(const char *text)
{
	word port = 0;

	while (*text >= '0' && *text <= '9')
		port = port * 10 + (word)(*text++ - '0');
	return (unsigned short)(port << 8 | port >> 8);
}

__attribute__((used)) void
run(const word *stack)
{
	struct {
		unsigned short family, port;
		word address, zero[2];
	} to = {2, 0, 0, {0, 0}};
	word size = sizeof(to);
	int direct = stack[0] > 2;
	int fd, error;

	if (stack[0] < 2)
		call(EXIT, 0, 0, 0); /* only asked whether it can run */
	to.port = port_of((const char *)stack[2]);
	fd = direct ? call(SOCKET, 2, 1, 0) : net(1, 2, 1, 0);
	if (stack[0] > 4) {
		call(PRCTL, 4, 0, 0); /* PR_SET_DUMPABLE */
		say(net(2, fd, (word)&to, sizeof(to)), 0);
		call(EXIT, 0, 0, 0);
	}
	if (stack[0] > 3) {
		say(call(SOCKETCALL, 2, 16, 0), 0);
		call(EXIT, 0, 0, 0);
	}
	error = direct ? call(BIND, fd, (word)&to, sizeof(to)) : net(2, fd, (word)&to, sizeof(to));

	if (error == 0)
		error = direct ? call(LISTEN, fd, 5, 0) : net(4, fd, 5, 0);
	net(6, fd, (word)&to, (word)&size); /* getsockname */
	say(error, __builtin_bswap32(to.address));
	while (error == 0) {
		int client = net(5, fd, 0, 0); /* accept */

		call(WRITE, client, (word) "hello\n", 6);
		call(CLOSE, client, 0, 0);
	}
	call(EXIT, 1, 0, 0);
}

__asm__(".globl _start\n_start: mov %esp, %eax\n push %eax\n call run\n");
