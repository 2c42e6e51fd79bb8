/* SPDX-License-Identifier: MIT
 * list_parse_test.c - from received bytes to sockets, reach and processes, on handmade buffers and on rubbish. A plain
 * program on cmocka. */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <netinet/tcp.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include <cmocka.h>
#include <libmnl/libmnl.h>

#include "launcher/sockets/socket_text.h"
#include "launcher/sockets/sockets.h"

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))
#define SEQUENCE 77

/** struct answer - a buffer as the kernel would fill it. */
struct answer {
	_Alignas(8) char bytes[8192];
	size_t size;
};

/** add - a message without payload. */
static struct nlmsghdr *
add(struct answer *answer, unsigned type)
{
	struct nlmsghdr *header = mnl_nlmsg_put_header(answer->bytes + answer->size);

	header->nlmsg_type = (uint16_t)type;
	header->nlmsg_flags = NLM_F_MULTI;
	header->nlmsg_seq = SEQUENCE;
	return header;
}

/** close_message - what was put into @header counts from now on. */
static void
close_message(struct answer *answer, const struct nlmsghdr *header)
{
	answer->size += MNL_ALIGN(header->nlmsg_len);
}

/** add_socket - a socket; attributes may follow until close_message(). */
static struct nlmsghdr *
add_socket(struct answer *answer, int family, unsigned state, const char *address, unsigned port, uint32_t inode)
{
	struct nlmsghdr *header = add(answer, SOCK_DIAG_BY_FAMILY);
	struct inet_diag_msg *message = mnl_nlmsg_put_extra_header(header, sizeof(*message));

	message->idiag_family = (uint8_t)family;
	message->idiag_state = (uint8_t)state;
	message->id.idiag_sport = htons((uint16_t)port);
	message->idiag_inode = inode;
	inet_pton(family, address, message->id.idiag_src);
	return header;
}

/** add_end - NLMSG_DONE or NLMSG_ERROR with a value. */
static void
add_end(struct answer *answer, unsigned type, int value)
{
	struct nlmsghdr *header = add(answer, type);

	memcpy(mnl_nlmsg_put_extra_header(header, sizeof(value)), &value, sizeof(value));
	close_message(answer, header);
}

/** parse - @size bytes of @answer, in memory of just that size. */
static enum parse_end
parse(struct sockets *sockets, enum bg_protocol protocol, const struct answer *answer, size_t size, int *error)
{
	char *exact = malloc(size ? size : 1);
	enum parse_end end;

	assert_non_null(exact);
	memcpy(exact, answer->bytes, size);
	*error = 0;
	end = sockets_parse(sockets, protocol, SEQUENCE, exact, size, error);
	free(exact);
	return end;
}

/** add_examples - a socket of every shape. */
static void
add_examples(struct answer *answer)
{
	struct nlmsghdr *header = add_socket(answer, AF_INET, TCP_LISTEN, "127.0.0.1", 8000, 1);
	struct inet_diag_msg *message;
	struct nlattr *nest;

	close_message(answer, header);
	header = add_socket(answer, AF_INET6, TCP_LISTEN, "::", 3000, 2);
	message = mnl_nlmsg_get_payload(header);
	message->id.idiag_if = 1;
	message->idiag_uid = 1000;
	mnl_attr_put_u8(header, INET_DIAG_SHUTDOWN, 1);
	mnl_attr_put_u8(header, INET_DIAG_SKV6ONLY, 0);
	close_message(answer, header);
	header = add_socket(answer, AF_INET6, TCP_LISTEN, "fd99::1", 443, 3);
	mnl_attr_put_u8(header, INET_DIAG_SKV6ONLY, 1);
	nest = mnl_attr_nest_start(header, INET_DIAG_ULP_INFO);
	mnl_attr_put_strz(header, INET_ULP_INFO_NAME, "mptcp");
	mnl_attr_nest_end(header, nest);
	close_message(answer, header);
	close_message(answer, add_socket(answer, AF_INET, TCP_ESTABLISHED, "127.0.0.1", 8001, 4));
}

static void
parse_tcp_gives_every_field(void **state)
{
	struct answer answer = {.size = 0};
	struct sockets sockets = {0};
	const struct socket *items;
	int error;

	(void)state;
	add_examples(&answer);
	assert_int_equal(parse(&sockets, BG_PROTOCOL_TCP, &answer, answer.size, &error), PARSE_MORE);
	assert_int_equal(sockets.count, 3); /* an established connection is no listener */
	items = sockets.items;
	assert_int_equal(items[0].local.port, 8000);
	assert_true(bg_addr_is_loopback(&items[0].local.addr));
	assert_int_equal(items[0].local.addr.family, BG_IPV4);
	assert_int_equal(items[0].v6only, V6ONLY_UNKNOWN);
	assert_false(items[0].mptcp);
	assert_int_equal(items[1].ifindex, 1);
	assert_int_equal(items[1].uid, 1000);
	assert_int_equal(items[1].inode, 2);
	assert_int_equal(items[1].v6only, V6ONLY_OFF);
	assert_true(socket_is_dual_stack(&items[1]));
	assert_int_equal(items[2].v6only, V6ONLY_ON);
	assert_true(items[2].mptcp);
	assert_int_equal(items[2].local.addr.bytes[0], 0xfd);
	sockets_free(&sockets);
}

static void
parse_datagram_state_is_connected_or_not(void **state)
{
	struct answer answer = {.size = 0};
	struct sockets sockets = {0};
	int error;

	(void)state;
	close_message(&answer, add_socket(&answer, AF_INET, TCP_CLOSE, "0.0.0.0", 53, 1));
	close_message(&answer, add_socket(&answer, AF_INET, TCP_ESTABLISHED, "10.0.0.1", 4000, 2));
	add_end(&answer, NLMSG_DONE, 0);
	assert_int_equal(parse(&sockets, BG_PROTOCOL_UDP, &answer, answer.size, &error), PARSE_DONE);
	assert_int_equal(sockets.count, 2);
	assert_int_equal(sockets.items[0].state, STATE_UNCONNECTED);
	assert_int_equal(sockets.items[1].state, STATE_CONNECTED);
	sockets_free(&sockets);
}

static void
parse_raw_port_is_the_ip_protocol(void **state)
{
	struct answer answer = {.size = 0};
	struct sockets sockets = {0};
	char note[SOCKET_TEXT_MAX];
	const struct processes nobody = {0};
	int error;

	(void)state;
	close_message(&answer, add_socket(&answer, AF_INET, TCP_CLOSE, "0.0.0.0", IPPROTO_ICMP, 1));
	assert_int_equal(parse(&sockets, BG_PROTOCOL_RAW, &answer, answer.size, &error), PARSE_MORE);
	assert_int_equal(sockets.items[0].ip_protocol, IPPROTO_ICMP);
	assert_int_equal(sockets.items[0].local.port, 0);
	socket_format_note(&sockets.items[0], &nobody, note);
	assert_string_equal(note, "IP protocol 1");
	sockets_free(&sockets);
}

/** put_name - one address of an SCTP socket, as the kernel writes it. */
static void
put_name(char *where, int family, const char *address, unsigned port)
{
	struct sockaddr_in in = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
	struct sockaddr_in6 in6 = {.sin6_family = AF_INET6, .sin6_port = htons((uint16_t)port)};

	inet_pton(AF_INET, address, &in.sin_addr);
	inet_pton(AF_INET6, address, &in6.sin6_addr);
	if (family == AF_INET)
		memcpy(where, &in, sizeof(in));
	else
		memcpy(where, &in6, sizeof(in6));
}

static void
parse_sctp_each_address_is_listed(void **state)
{
	char names[3 * sizeof(struct sockaddr_storage)] = {0};
	struct answer answer = {.size = 0};
	struct sockets sockets = {0};
	struct nlmsghdr *header;
	int error;

	(void)state;
	put_name(names, AF_INET, "127.0.0.1", 9000);
	put_name(names + sizeof(struct sockaddr_storage), AF_INET6, "fd99::1", 9000); /* the third is of no family */
	header = add_socket(&answer, AF_INET6, TCP_LISTEN, "::", 9000, 5);
	mnl_attr_put(header, INET_DIAG_LOCALS, sizeof(names), names);
	close_message(&answer, header);
	header = add_socket(&answer, AF_INET6, TCP_LISTEN, "::", 9001, 6);
	mnl_attr_put(header, INET_DIAG_LOCALS, 4, names); /* too short for one: the socket's own name counts */
	close_message(&answer, header);
	assert_int_equal(parse(&sockets, BG_PROTOCOL_SCTP, &answer, answer.size, &error), PARSE_MORE);
	assert_int_equal(sockets.count, 3);
	assert_true(bg_addr_is_loopback(&sockets.items[0].local.addr));
	assert_int_equal(sockets.items[1].local.addr.family, BG_IPV6);
	assert_int_equal(sockets.items[1].local.port, 9000);
	assert_int_equal(sockets.items[1].inode, 5);
	assert_true(bg_addr_is_wildcard(&sockets.items[2].local.addr));
	sockets_free(&sockets);
}

static void
parse_end_is_told_from_trouble(void **state)
{
	static const struct {
		unsigned type;
		int value;
		enum parse_end end;
		int error;
	} cases[] = {
		{NLMSG_DONE, 0, PARSE_DONE, 0},
		{NLMSG_DONE, -ENOENT, PARSE_FAILED, ENOENT}, /* no such diagnosis, Linux 4.13 */
		{NLMSG_ERROR, -EPERM, PARSE_FAILED, EPERM},
		{NLMSG_ERROR, 0, PARSE_MORE, 0}, /* an acknowledgement */
		{NLMSG_ERROR, INT32_MIN, PARSE_MORE, 0},
		{NLMSG_NOOP, -1, PARSE_MORE, 0},
		{SOCK_DIAG_BY_FAMILY, 0, PARSE_FAILED, EBADMSG}, /* too short for a socket */
		{0xffff, 0, PARSE_MORE, 0},
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(cases); i++) {
		struct answer answer = {.size = 0};
		struct sockets sockets = {0};
		int error;

		add_end(&answer, cases[i].type, cases[i].value);
		assert_int_equal(parse(&sockets, BG_PROTOCOL_TCP, &answer, answer.size, &error), cases[i].end);
		assert_int_equal(error, cases[i].error);
		assert_int_equal(sockets.count, 0);
	}
}

static void
parse_short_socket_is_refused(void **state)
{
	struct answer answer = {.size = 0};
	struct sockets sockets = {0};
	struct nlmsghdr *header = add_socket(&answer, AF_INET, TCP_LISTEN, "127.0.0.1", 1, 1);
	int error;

	(void)state;
	header->nlmsg_len -= 4;
	close_message(&answer, header);
	assert_int_equal(parse(&sockets, BG_PROTOCOL_TCP, &answer, answer.size, &error), PARSE_FAILED);
	assert_int_equal(error, EBADMSG);
	assert_int_equal(sockets.count, 0);
}

static void
parse_interrupted_dump_is_told(void **state)
{
	struct answer answer = {.size = 0};
	struct sockets sockets = {0};
	struct nlmsghdr *header;
	int error;

	(void)state;
	close_message(&answer, add_socket(&answer, AF_INET, TCP_LISTEN, "127.0.0.1", 1, 1));
	header = add_socket(&answer, AF_INET, TCP_LISTEN, "127.0.0.1", 2, 2);
	header->nlmsg_flags |= NLM_F_DUMP_INTR;
	close_message(&answer, header);
	add_end(&answer, NLMSG_DONE, 0);
	assert_int_equal(parse(&sockets, BG_PROTOCOL_TCP, &answer, answer.size, &error), PARSE_INTERRUPTED);
	sockets_free(&sockets);
}

static void
parse_other_answer_is_passed_over(void **state)
{
	struct answer answer = {.size = 0};
	struct sockets sockets = {0};
	struct nlmsghdr *header = add_socket(&answer, AF_INET, TCP_LISTEN, "127.0.0.1", 1, 1);
	int error;

	(void)state;
	header->nlmsg_seq = SEQUENCE - 1;
	close_message(&answer, header);
	assert_int_equal(parse(&sockets, BG_PROTOCOL_TCP, &answer, answer.size, &error), PARSE_MORE);
	assert_int_equal(sockets.count, 0);
}

static void
parse_cut_buffer_is_refused_at_every_length(void **state)
{
	struct answer answer = {.size = 0};
	unsigned refused = 0;

	(void)state;
	add_examples(&answer);
	for (size_t size = 0; size < answer.size; size++) {
		struct sockets sockets = {0};
		int error;
		enum parse_end end = parse(&sockets, BG_PROTOCOL_TCP, &answer, size, &error);

		assert_true(end == PARSE_MORE || (end == PARSE_FAILED && error == EBADMSG));
		refused += end == PARSE_FAILED;
		sockets_free(&sockets);
	}
	assert_int_equal(refused, answer.size - 4); /* whole are none, one, two and three messages */
}

static void
parse_rubbish_is_survived(void **state)
{
	const unsigned rounds = 200000;
	unsigned ends[4] = {0};

	(void)state;
	srandom(20261124);
	for (unsigned n = 0; n < rounds; n++) {
		static const enum bg_protocol protocols[] = {BG_PROTOCOL_TCP, BG_PROTOCOL_SCTP, BG_PROTOCOL_RAW};
		struct answer answer = {.size = 0};
		struct sockets sockets = {0};
		size_t size;
		int error;

		add_examples(&answer);
		add_end(&answer, NLMSG_DONE, 0);
		for (long changes = random() % 8; changes >= 0; changes--)
			answer.bytes[random() % (long)answer.size] = (char)random();
		size = n % 2 ? answer.size : (size_t)random() % answer.size;
		ends[parse(&sockets, protocols[n % 3], &answer, size, &error)]++;
		sockets_free(&sockets);
	}
	printf("# figure: %u buffers with seed 20261124: %u whole, %u open, %u refused, %u interrupted\n", rounds,
	       ends[PARSE_DONE], ends[PARSE_MORE], ends[PARSE_FAILED], ends[PARSE_INTERRUPTED]);
	assert_true(ends[PARSE_DONE] && ends[PARSE_MORE] && ends[PARSE_FAILED] && ends[PARSE_INTERRUPTED]);
}

static void
mptcp_listener_is_listed_once(void **state)
{
	struct answer answer = {.size = 0}, below = {.size = 0};
	struct sockets sockets = {0}, mptcp = {0};
	int error;

	(void)state;
	close_message(&below, add_socket(&below, AF_INET, TCP_LISTEN, "0.0.0.0", 80, 10));
	close_message(&below, add_socket(&below, AF_INET, TCP_LISTEN, "0.0.0.0", 81, 11));
	close_message(&answer, add_socket(&answer, AF_INET, TCP_LISTEN, "0.0.0.0", 81, 11));
	close_message(&answer, add_socket(&answer, AF_INET, TCP_LISTEN, "0.0.0.0", 82, 12));
	parse(&sockets, BG_PROTOCOL_TCP, &below, below.size, &error);
	parse(&mptcp, BG_PROTOCOL_TCP, &answer, answer.size, &error);
	assert_int_equal(sockets_merge_mptcp(&sockets, &mptcp), 0);
	assert_int_equal(sockets.count, 3);
	assert_false(sockets.items[0].mptcp);
	assert_true(sockets.items[1].mptcp && sockets.items[2].mptcp);
	assert_int_equal(sockets.items[2].local.port, 82);
	sockets_free(&sockets);
	sockets_free(&mptcp);
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(parse_tcp_gives_every_field),
		cmocka_unit_test(parse_datagram_state_is_connected_or_not),
		cmocka_unit_test(parse_raw_port_is_the_ip_protocol),
		cmocka_unit_test(parse_sctp_each_address_is_listed),
		cmocka_unit_test(parse_end_is_told_from_trouble),
		cmocka_unit_test(parse_short_socket_is_refused),
		cmocka_unit_test(parse_interrupted_dump_is_told),
		cmocka_unit_test(parse_other_answer_is_passed_over),
		cmocka_unit_test(parse_cut_buffer_is_refused_at_every_length),
		cmocka_unit_test(parse_rubbish_is_survived),
		cmocka_unit_test(mptcp_listener_is_listed_once),
	};

	if (argc > 1)
		cmocka_set_test_filter(argv[1]);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
