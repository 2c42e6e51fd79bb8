/* SPDX-License-Identifier: MIT
 * options_list_test.c - the list of what an exchange of sockets carries over, against the headers and the running
 * kernel. On cmocka. */
#include <ctype.h>
#include <errno.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "unit/options_kinds.h"

#define ADVICE                                                                                                         \
	"write it into shim/guard/options_table.h: OPTION where it is a setting that can be read, else LEFT, and why"

/** is_value - names in the headers that are values of options or parts of them, not options. */
static int
is_value(const char *word)
{
	static const char *const prefixes[] = {
		"IP_PMTUDISC_",
		"IPV6_PMTUDISC_",
		"IPV6_FL_",
		"IPV6_FLOWINFO_FLOWLABEL",
		"IPV6_PRIORITY_",
		"IPV6_FLOWINFO_PRIORITY",
		"IPV6_TLV_",
		"IPV6_PREFER_SRC_",
		"IPV6_RTHDR_",
		"IP_MSFILTER_SIZE",
		"IP_DEFAULT_MULTICAST",
		"IP_MAX_MEMBERSHIPS",
		"MCAST_EXCLUDE",
		"MCAST_INCLUDE",
		"TCP_MSS_",
		"TCP_REPAIR_ON",
		"TCP_REPAIR_OFF",
		"TCP_MD5SIG_",
		"TCP_RECEIVE_ZEROCOPY",
		"TCP_AO_KEYF_",
		"TCP_AO_MAXKEYLEN",
		"UDP_ENCAP_",
		"TCP_ENCAP_",
		"TCP_MAXWIN",
		"TCP_MAX_WINSHIFT",
		"TCP_COOKIE_M",
		"TCP_MSS",
		"TCP_S_DATA_",
	};

	if (strcmp(word, "TCP_MD5SIG_EXT") == 0)
		return 0;
	for (size_t i = 0; i < sizeof(prefixes) / sizeof(prefixes[0]); i++)
		if (strncmp(word, prefixes[i], strlen(prefixes[i])) == 0)
			return 1;
	return 0;
}

/** is_option - does a header's name look like one of an option? */
static int
is_option(const char *word)
{
	static const char *const prefixes[] = {"SO_", "IP_", "IPV6_", "TCP_", "UDP_", "MCAST_"};

	for (size_t i = 0; i < sizeof(prefixes) / sizeof(prefixes[0]); i++)
		if (strncmp(word, prefixes[i], strlen(prefixes[i])) == 0)
			return !is_value(word);
	return 0;
}

/** is_listed - by its name. */
static int
is_listed(const char *word)
{
	for (size_t i = 0; i < options_listed_count; i++)
		if (strcmp(options_listed[i].word, word) == 0)
			return 1;
	return 0;
}

/** check_header - every option of @path is listed. Names that stand for another name are that one's. Return: how many. */
static unsigned
check_header(const char *path)
{
	char line[512], word[64], value[64];
	FILE *file = fopen(path, "re");
	unsigned count = 0;

	if (!file)
		return 0;
	while (fgets(line, sizeof(line), file)) {
		if (sscanf(line, " # define %63[A-Z0-9_] %63s", word, value) != 2 || !isdigit((unsigned char)value[0]))
			continue;
		if (!is_option(word))
			continue;
		count++;
		if (!is_listed(word))
			fail_msg("%s has %s %s, which an exchange of sockets knows nothing of: " ADVICE, path, word,
				 value);
	}
	fclose(file);
	return count;
}

/** options_of_the_headers_are_all_listed - the kernel's and libc's. */
static void
options_of_the_headers_are_all_listed(void **state)
{
	static const char *const paths[] = {
		"/usr/include/asm-generic/socket.h", "/usr/include/linux/in.h",	 "/usr/include/linux/in6.h",
		"/usr/include/linux/tcp.h",	     "/usr/include/linux/udp.h", "/usr/include/netinet/tcp.h",
		"/usr/include/netinet/udp.h",
	};
	unsigned count = 0;

	(void)state;
	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++)
		count += check_header(paths[i]);
	assert_true(count > 150);
}

/** is_known - is option @name of @level listed? UDP and UDP-Lite answer to both levels; ip6tables(8) has four. */
static int
is_known(int level, int name)
{
	if (level == IPPROTO_IPV6 && (name == 64 || name == 65 || name == 68 || name == 69))
		return 1;
	for (size_t i = 0; i < options_listed_count; i++) {
		int same = options_listed[i].level == level;

		if (level == IPPROTO_UDP || level == IPPROTO_UDPLITE)
			same = options_listed[i].level == IPPROTO_UDP || options_listed[i].level == IPPROTO_UDPLITE;
		if (level == IPPROTO_IPV6 && options_listed[i].level == IPPROTO_IP &&
		    options_listed[i].name >= MCAST_JOIN_GROUP && options_listed[i].name <= MCAST_MSFILTER)
			same = 1;
		if (same && options_listed[i].name == name)
			return 1;
	}
	return 0;
}

/** options_of_the_running_kernel_are_all_listed - it may be younger than the headers. */
static void
options_of_the_running_kernel_are_all_listed(void **state)
{
	static const struct {
		int level, most;
	} levels[] = {{SOL_SOCKET, 127}, {IPPROTO_IP, 63},   {IPPROTO_IPV6, 79},
		      {IPPROTO_TCP, 99}, {IPPROTO_UDP, 127}, {IPPROTO_UDPLITE, 127}};

	(void)state;
	for (size_t k = 0; k < OPTIONS_KINDS; k++) {
		int fd = options_open_kind(&options_kinds[k]);

		for (size_t l = 0; fd >= 0 && l < sizeof(levels) / sizeof(levels[0]); l++)
			for (int name = 1; name <= levels[l].most; name++) {
				char value[256] = "";
				socklen_t size = sizeof(value);

				if (getsockopt(fd, levels[l].level, name, value, &size) &&
				    (errno == ENOPROTOOPT || errno == EOPNOTSUPP))
					continue;
				if (!is_known(levels[l].level, name))
					fail_msg("%s has option %d of level %d, which an exchange of sockets knows "
						 "nothing of: " ADVICE,
						 options_kinds[k].word, name, levels[l].level);
			}
		close(fd);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(options_of_the_headers_are_all_listed),
		cmocka_unit_test(options_of_the_running_kernel_are_all_listed),
	};

	return cmocka_run_group_tests_name("options", tests, NULL, NULL);
}
