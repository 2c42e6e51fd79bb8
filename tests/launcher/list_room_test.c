/* SPDX-License-Identifier: MIT
 * list_room_test.c - what the kernel says of a socket's room and of what it has dropped: in process, on handmade buffers. A plain
 * program on cmocka. */
#include <errno.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <netinet/tcp.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

#include <cmocka.h>
#include <libmnl/libmnl.h>

#include "launcher/sockets/sockets.h"

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))
#define SEQUENCE 77
#define DROPS 7

/**
 * struct room - of a socket.
 * @waiting, @backlog: connections
 * @used, @size: bytes
 * @words: of INET_DIAG_SKMEMINFO
 * @full, @drops: what is read
 */
struct room {
	enum bg_protocol protocol;
	uint32_t waiting, backlog;
	uint32_t used, size;
	size_t words;
	bool full;
	uint32_t drops;
};

/** write_answer - a socket of that room, as the kernel would write it. Return: its size. */
static size_t
write_answer(const struct room *room, char *bytes)
{
	uint32_t memory[SK_MEMINFO_VARS] = {room->used, room->size, [SK_MEMINFO_DROPS] = DROPS};
	struct nlmsghdr *header = mnl_nlmsg_put_header(bytes);
	struct inet_diag_msg *message = mnl_nlmsg_put_extra_header(header, sizeof(*message));

	header->nlmsg_type = SOCK_DIAG_BY_FAMILY;
	header->nlmsg_seq = SEQUENCE;
	message->idiag_family = AF_INET;
	message->idiag_state = room->protocol == BG_PROTOCOL_TCP ? TCP_LISTEN : TCP_CLOSE;
	message->idiag_rqueue = room->waiting;
	message->idiag_wqueue = room->backlog;
	if (room->words)
		mnl_attr_put(header, INET_DIAG_SKMEMINFO, room->words * sizeof(memory[0]), memory);
	return header->nlmsg_len;
}

static void
room_and_drops_are_those_of_the_kernel(void **state)
{
	static const struct room cases[] = {
		{BG_PROTOCOL_TCP, 1, 1, 900, 1000, SK_MEMINFO_VARS, false, DROPS},
		{BG_PROTOCOL_TCP, 2, 1, 0, 1000, SK_MEMINFO_VARS, true, DROPS},
		{BG_PROTOCOL_UDP, 2, 1, 500, 1000, SK_MEMINFO_VARS, false, DROPS},
		{BG_PROTOCOL_UDP, 0, 0, 501, 1000, SK_MEMINFO_VARS, true, DROPS},
		{BG_PROTOCOL_UDP, 0, 0, 501, 1000, SK_MEMINFO_DROPS, true, 0}, /* before Linux 4.7 */
		{BG_PROTOCOL_UDP, 0, 0, 501, 1000, 0, false, 0},
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(cases); i++) {
		_Alignas(8) char bytes[512];
		struct sockets sockets = {0};
		int error = 0;

		assert_int_equal(sockets_parse(&sockets, cases[i].protocol, SEQUENCE, bytes,
					       write_answer(&cases[i], bytes), &error),
				 PARSE_MORE);
		assert_int_equal(sockets.count, 1);
		assert_int_equal(sockets.items[0].full, cases[i].full);
		assert_int_equal(sockets.items[0].drops, cases[i].drops);
		sockets_free(&sockets);
	}
}

static void
room_behind_the_buffer_is_not_read(void **state)
{
	static const struct room room = {BG_PROTOCOL_TCP, 1, 1, 900, 1000, SK_MEMINFO_VARS, false, DROPS};
	_Alignas(8) char bytes[512];
	size_t size = write_answer(&room, bytes);

	(void)state;
	for (unsigned cut = 1; cut < MNL_ALIGNTO; cut++) { /* libmnl lets the attribute reach into padding */
		struct sockets sockets = {0};
		int error = 0;

		((struct nlmsghdr *)bytes)->nlmsg_len = (uint32_t)size - cut;
		assert_int_equal(sockets_parse(&sockets, room.protocol, SEQUENCE, bytes, size - cut, &error),
				 PARSE_FAILED);
		assert_int_equal(error, EBADMSG);
		assert_int_equal(sockets.count, 0);
	}
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(room_and_drops_are_those_of_the_kernel),
		cmocka_unit_test(room_behind_the_buffer_is_not_read),
	};

	if (argc > 1)
		cmocka_set_test_filter(argv[1]);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
