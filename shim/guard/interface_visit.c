/* SPDX-License-Identifier: MIT
 * interface_visit.c - addresses without netlink: IPv4's by SIOCGIFCONF of the program's own socket (netdevice(7)), which
 * acts in that socket's namespace; IPv6's from /proc, which tells of this thread's, and is asked where that is the same.
 * Signal-safe. */
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "bindguard/interface.h"
#include "bindguard/interface_visit.h"
#include "bindguard/kernel.h"

#define LIST_BYTES 8192
#define READ_BYTES 512
#define LINE_BYTES 96 /* address, index, prefix, scope, flags, name: 67 at most, proc(5) */

/** bg_interface_index - of interface @name, in the network namespace of socket @fd. Return: 0 or -errno. */
int
bg_interface_index(int fd, const char *name, unsigned *index)
{
	struct ifreq request;
	size_t length = strlen(name);
	long error;

	memset(&request, 0, sizeof(request));
	memcpy(request.ifr_name, name, length < BG_IFNAME_MAX ? length : BG_IFNAME_MAX - 1);
	error = bg_kernel_result(syscall(SYS_ioctl, fd, SIOCGIFINDEX, &request));
	*index = error ? 0 : (unsigned)request.ifr_ifindex;
	return (int)error;
}

/** visit_entry - one address of SIOCGIFCONF; its name may be a label, "eth0:1". */
static int
visit_entry(int fd, struct bg_visit *visit, const struct ifreq *entry)
{
	struct bg_addr addr = bg_addr_wildcard(BG_IPV4);
	char name[IFNAMSIZ];
	struct sockaddr_in in;
	unsigned index;
	char *colon;
	int error;

	memcpy(&in, &entry->ifr_addr, sizeof(in));
	if (in.sin_family != AF_INET)
		return 0;
	memcpy(addr.bytes, &in.sin_addr, sizeof(in.sin_addr));
	memcpy(name, entry->ifr_name, sizeof(name));
	name[sizeof(name) - 1] = '\0';
	colon = strchr(name, ':');
	if (colon)
		*colon = '\0';
	error = bg_interface_index(fd, name, &index);
	if (error)
		return error == -ENODEV ? 0 : error; /* gone meanwhile */
	visit->each(visit, index, &addr, bg_interface_rank(0, &addr));
	return 0;
}

/**
 * bg_interface_visit_ioctl - run @visit over the IPv4 addresses in the namespace of @fd. Return: 0 or -errno; more than
 * some 200 addresses cannot be told from all, EMSGSIZE.
 */
int
bg_interface_visit_ioctl(int fd, struct bg_visit *visit)
{
	_Alignas(struct ifreq) char room[LIST_BYTES];
	struct ifconf list = {.ifc_len = sizeof(room), .ifc_buf = room};
	int error = (int)bg_kernel_result(syscall(SYS_ioctl, fd, SIOCGIFCONF, &list));
	struct ifreq entry;

	if (!error && (list.ifc_len < 0 || (size_t)list.ifc_len + sizeof(entry) > sizeof(room)))
		error = -EMSGSIZE;
	for (size_t at = 0; !error && at + sizeof(entry) <= (size_t)list.ifc_len; at += sizeof(entry)) {
		memcpy(&entry, room + at, sizeof(entry));
		error = visit_entry(fd, visit, &entry);
	}
	return error;
}

/** read_hex - the hexadecimal number at *@text, of @most digits; *@text is set behind it. Return: how many digits. */
static unsigned
read_hex(const char **text, unsigned most, unsigned *number)
{
	unsigned digits = 0;

	for (*number = 0; digits < most; digits++, ++*text) {
		char c = **text;
		unsigned digit = c >= '0' && c <= '9'	? (unsigned)(c - '0')
				 : c >= 'a' && c <= 'f' ? (unsigned)(c - 'a') + 10
							: 16;

		if (digit == 16)
			break;
		*number = *number << 4 | digit;
	}
	return digits;
}

/**
 * visit_line - "fe800000000000000000000000000001 02 40 20 80 eth0": address, index, bits of the prefix, scope, flags.
 * Return: whether it is one.
 */
static bool
visit_line(struct bg_visit *visit, const char *line)
{
	struct bg_addr addr = bg_addr_wildcard(BG_IPV6);
	unsigned number, fields[4]; /* index, prefix, scope, flags */

	for (size_t i = 0; i < 16; i++) {
		if (read_hex(&line, 2, &number) != 2)
			return false;
		addr.bytes[i] = (uint8_t)number;
	}
	for (size_t i = 0; i < 4; i++)
		if (*line++ != ' ' || read_hex(&line, 8, &fields[i]) == 0)
			return false;
	if (*line != ' ')
		return false;
	visit->each(visit, fields[0], &addr, bg_interface_rank(fields[3], &addr));
	return true;
}

/** visit_file - every line of @fd. Return: 0 or -errno. */
static int
visit_file(int fd, struct bg_visit *visit)
{
	char bytes[READ_BYTES], line[LINE_BYTES];
	size_t length = 0;
	long got;

	while ((got = bg_kernel_result(syscall(SYS_read, fd, bytes, sizeof(bytes)))) > 0)
		for (long i = 0; i < got; i++) {
			if (length == sizeof(line))
				return -EBADMSG;
			line[length++] = bytes[i];
			if (bytes[i] != '\n')
				continue;
			if (!visit_line(visit, line))
				return -EBADMSG;
			length = 0;
		}
	return (int)got;
}

/** is_here - would a socket that this thread makes be in the namespace of @fd? Return: 0, or -errno where not. */
static int
is_here(int fd)
{
	int domain, made, error = bg_kernel_getint(fd, SOL_SOCKET, SO_DOMAIN, &domain);

	if (error)
		return error;
	made = bg_kernel_socket_beside(fd, domain, SOCK_DGRAM, 0);
	if (made >= 0)
		bg_kernel_close(made);
	return made < 0 ? made : 0;
}

/** bg_interface_visit_proc - run @visit over the IPv6 addresses in the namespace of @fd. Return: 0 or -errno. */
int
bg_interface_visit_proc(int fd, struct bg_visit *visit)
{
	long file, error = is_here(fd);

	if (error)
		return (int)error;
	file = bg_kernel_result(syscall(SYS_openat, AT_FDCWD, "/proc/thread-self/net/if_inet6",
					O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)); /* Linux 3.17 */
	if (file < 0)
		return (int)file;
	error = visit_file((int)file, visit);
	bg_kernel_close((int)file);
	return (int)error;
}
