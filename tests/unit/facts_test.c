/* SPDX-License-Identifier: MIT
 * facts_test.c - what kind of socket a descriptor is, by what the kernel says of it: kinds that this machine's kernel may
 * not have, and answers that are none. syscall(2) is this file's. On cmocka. */
#include <dlfcn.h>
#include <errno.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cmocka.h>

#include "bindguard/facts.h"
#include "bindguard/guard.h"
#include "guard/limit.h"

#ifndef IPPROTO_MPTCP
#define IPPROTO_MPTCP 262
#endif
#ifndef IPPROTO_SMC
#define IPPROTO_SMC 256
#endif
#ifndef IPPROTO_L2TP
#define IPPROTO_L2TP 115
#endif
#define SMCPROTO_SMC 0 /* net/smc/smc.h */
#define SMCPROTO_SMC6 1

/** kernel - what ours says of descriptor 3; a negative number is an errno. */
static struct {
	int type;
	int protocol;
	int domain;
	int v6only;
	unsigned attached; /* how often a filter was */
} kernel;

/** syscall - libc's for all but getsockopt(2) of an int, and filters, of which there is none before. */
long
syscall(long number, ...)
{
	va_list list;
	long (*next)(long, ...) = NULL;
	long a[6];
	void *value, *symbol;
	int answer = -ENOPROTOOPT;

	va_start(list, number);
	for (size_t i = 0; i < 6; i++)
		a[i] = va_arg(list, long);
	va_end(list);
	if (number == SYS_setsockopt && a[1] == SOL_SOCKET && a[2] == SO_ATTACH_FILTER) {
		kernel.attached++;
		return 0;
	}
	if (number == SYS_getsockopt && a[1] == SOL_SOCKET && a[2] == SO_GET_FILTER)
		return 0;
	if (number != SYS_getsockopt) {
		symbol = dlsym(RTLD_NEXT, "syscall");
		memcpy(&next, &symbol, sizeof(next));
		return next(number, a[0], a[1], a[2], a[3], a[4], a[5]);
	}
	if (a[1] == SOL_SOCKET)
		answer = a[2] == SO_TYPE       ? kernel.type
			 : a[2] == SO_PROTOCOL ? kernel.protocol
			 : a[2] == SO_DOMAIN   ? kernel.domain
					       : answer;
	if (a[1] == IPPROTO_IPV6 && a[2] == IPV6_V6ONLY)
		answer = kernel.v6only;
	if (answer < 0) {
		errno = -answer;
		return -1;
	}
	memcpy(&value, &a[3], sizeof(value));
	memcpy(value, &answer, sizeof(answer));
	return 0;
}

static void
protocol_any_is_known_by_type_and_number(void **state)
{
	static const struct {
		int type, protocol;
		enum bg_protocol expected;
	} rows[] = {
		{SOCK_STREAM, IPPROTO_TCP, BG_PROTOCOL_TCP},
		{SOCK_STREAM, IPPROTO_MPTCP, BG_PROTOCOL_TCP},
		{SOCK_DGRAM, IPPROTO_UDP, BG_PROTOCOL_UDP},
		{SOCK_DGRAM, IPPROTO_UDPLITE, BG_PROTOCOL_UDPLITE},
		{SOCK_SEQPACKET, IPPROTO_SCTP, BG_PROTOCOL_SCTP},
		{SOCK_STREAM, IPPROTO_SCTP, BG_PROTOCOL_SCTP},
		{SOCK_DCCP, IPPROTO_DCCP, BG_PROTOCOL_DCCP},
		{SOCK_STREAM, IPPROTO_SMC, BG_PROTOCOL_TCP},
		{SOCK_DGRAM, IPPROTO_L2TP, BG_PROTOCOL_OTHER},
		{SOCK_RAW, IPPROTO_TCP, BG_PROTOCOL_RAW},
		{SOCK_RAW, -EPERM, BG_PROTOCOL_RAW},
		{SOCK_DGRAM, IPPROTO_ICMP, BG_PROTOCOL_OTHER},
		{SOCK_DGRAM, IPPROTO_ICMPV6, BG_PROTOCOL_OTHER},
		/* numbers of protocols to come */
		{SOCK_STREAM, 261, BG_PROTOCOL_TCP},
		{SOCK_SEQPACKET, 261, BG_PROTOCOL_TCP},
		{SOCK_DGRAM, 261, BG_PROTOCOL_UDP},
		{-ENOTSOCK, 0, (enum bg_protocol)0},
		{SOCK_STREAM, -EPERM, (enum bg_protocol)0},
	};

	(void)state;
	kernel.domain = AF_INET;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		kernel.type = rows[i].type;
		kernel.protocol = rows[i].protocol;
		assert_int_equal(bg_facts_protocol(3), rows[i].expected);
	}
}

/** socket_of_smc_is_a_tcp_one_of_the_family_of_its_protocol - AF_SMC, whose addresses are those of the Internet. */
static void
socket_of_smc_is_a_tcp_one_of_the_family_of_its_protocol(void **state)
{
	static const struct {
		int protocol;
		enum bg_form form;
		bool fits;
	} rows[] = {
		{SMCPROTO_SMC, BG_FORM_IPV4, true},
		{SMCPROTO_SMC, BG_FORM_IPV6, false},
		{SMCPROTO_SMC6, BG_FORM_IPV6, true},
		{SMCPROTO_SMC6, BG_FORM_IPV4, false},
	};

	(void)state;
	kernel.type = SOCK_STREAM;
	kernel.domain = AF_SMC;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct bg_attempt attempt = {.fd = 3, .request.form = rows[i].form};

		kernel.protocol = rows[i].protocol;
		assert_int_equal(bg_facts_gather(&attempt, BG_FACT_DOMAIN | BG_FACT_PORTS), BG_FACTS_GATHERED);
		assert_int_equal(attempt.request.protocol, BG_PROTOCOL_TCP);
		assert_int_equal(attempt.request.domain_fits, rows[i].fits);
	}
	assert_int_equal(bg_facts_unavailable(3, true), BG_FACTS_BLOCKED);
}

/** filter_is_attached_only_where_the_kernel_asks_it - an SMC socket takes one, too, and its TCP socket inside does not get it. */
static void
filter_is_attached_only_where_the_kernel_asks_it(void **state)
{
	static const struct {
		int domain, protocol;
		enum bg_protocol kind;
		int expected;
	} rows[] = {
		{AF_INET, IPPROTO_TCP, BG_PROTOCOL_TCP, 0},	   {AF_INET, IPPROTO_UDP, BG_PROTOCOL_UDP, 0},
		{AF_INET, IPPROTO_SMC, BG_PROTOCOL_TCP, -EACCES},  {AF_SMC, SMCPROTO_SMC, BG_PROTOCOL_TCP, -EACCES},
		{AF_SMC, SMCPROTO_SMC6, BG_PROTOCOL_TCP, -EACCES}, {AF_INET6, IPPROTO_MPTCP, BG_PROTOCOL_TCP, -EACCES},
		{AF_INET6, -EPERM, BG_PROTOCOL_TCP, -EACCES},
	};
	const struct bg_guard guard = {.policy = bg_policy_default};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct bg_attempt attempt = {
			.guard = &guard, .fd = 3, .request.protocol = rows[i].kind, .verdict.rule = 0};

		kernel.domain = rows[i].domain;
		kernel.protocol = rows[i].protocol;
		kernel.attached = 0;
		assert_int_equal(bg_limit_attach(&attempt, false), rows[i].expected);
		assert_int_equal(kernel.attached, rows[i].expected == 0);
	}
}

/** socket_that_does_not_tell_its_protocol_has_ports - unless it is none of the Internet. */
static void
socket_that_does_not_tell_its_protocol_has_ports(void **state)
{
	struct bg_attempt attempt = {.fd = 3};

	(void)state;
	kernel.type = -EPERM;
	kernel.domain = AF_INET;
	assert_int_equal(bg_facts_gather(&attempt, BG_FACT_PORTS), BG_FACTS_GATHERED);
	assert_int_equal(attempt.request.protocol, 0);
	assert_int_equal(attempt.request.known, BG_FACT_PORTS);
	assert_int_equal(bg_facts_gather(&attempt, BG_FACT_PROTOCOL), BG_FACTS_BLOCKED);
	kernel.domain = AF_UNIX;
	assert_int_equal(bg_facts_gather(&attempt, BG_FACT_PORTS), BG_FACTS_NONE);
}

/** answer_refused_is_none_only_of_what_is_no_internet_socket - else somebody forbids the question, and that is no way round. */
static void
answer_refused_is_none_only_of_what_is_no_internet_socket(void **state)
{
	static const struct {
		int domain;
		bool ipv6;
		enum bg_facts expected;
	} rows[] = {
		{-EBADF, false, BG_FACTS_NONE},	    {-ENOTSOCK, true, BG_FACTS_NONE},
		{-EPERM, false, BG_FACTS_BLOCKED},  {AF_UNIX, false, BG_FACTS_NONE},
		{AF_UNIX, true, BG_FACTS_NONE},	    {AF_INET, false, BG_FACTS_BLOCKED},
		{AF_INET, true, BG_FACTS_NONE},	    {AF_INET6, false, BG_FACTS_BLOCKED},
		{AF_INET6, true, BG_FACTS_BLOCKED},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		kernel.domain = rows[i].domain;
		assert_int_equal(bg_facts_unavailable(3, rows[i].ipv6), rows[i].expected);
	}
}

/** socket_that_does_not_tell_v6only_counts_as_dual_stack - to confine it guards either kind. */
static void
socket_that_does_not_tell_v6only_counts_as_dual_stack(void **state)
{
	struct bg_attempt attempt = {.fd = 3};

	(void)state;
	kernel.domain = AF_INET6;
	kernel.v6only = 1;
	assert_int_equal(bg_facts_gather(&attempt, BG_FACT_V6ONLY), BG_FACTS_GATHERED);
	assert_true(attempt.request.v6only);
	kernel.v6only = -EPERM;
	assert_int_equal(bg_facts_gather(&attempt, BG_FACT_V6ONLY), BG_FACTS_GATHERED);
	assert_false(attempt.request.v6only);
	kernel.domain = AF_INET;
	assert_int_equal(bg_facts_gather(&attempt, BG_FACT_V6ONLY), BG_FACTS_NONE);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(protocol_any_is_known_by_type_and_number),
		cmocka_unit_test(socket_of_smc_is_a_tcp_one_of_the_family_of_its_protocol),
		cmocka_unit_test(filter_is_attached_only_where_the_kernel_asks_it),
		cmocka_unit_test(socket_that_does_not_tell_its_protocol_has_ports),
		cmocka_unit_test(answer_refused_is_none_only_of_what_is_no_internet_socket),
		cmocka_unit_test(socket_that_does_not_tell_v6only_counts_as_dual_stack),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
