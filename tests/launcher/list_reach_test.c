/* SPDX-License-Identifier: MIT
 * list_reach_test.c - who reaches a socket, and which of its processes is named: in process, on handmade tables. A plain
 * program on cmocka. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "launcher/sockets/reach.h"
#include "launcher/sockets/socket_text.h"
#include "launcher/sockets/sockets.h"

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

/** add_interface - an interface with an address and perhaps a broadcast address, "": without. */
static void
add_interface(struct interfaces *interfaces, const char *name, uint32_t ifindex, const char *address,
	      const char *broadcast)
{
	struct interface_address *item;

	interfaces->items = sockets_grow(interfaces->items, interfaces->count, &interfaces->room, sizeof(*item));
	assert_non_null(interfaces->items);
	item = &interfaces->items[interfaces->count++];
	memset(item, 0, sizeof(*item));
	snprintf(item->name, sizeof(item->name), "%s", name);
	item->ifindex = ifindex;
	item->loopback = strcmp(name, "lo") == 0;
	if (address[0])
		assert_true(bg_addr_parse(address, &item->addr));
	if (broadcast[0])
		assert_true(bg_addr_parse(broadcast, &item->broadcast));
}

static void
reach_every_address_has_a_word(void **state)
{
	static const struct {
		const char *address;
		uint32_t ifindex;
		const char *shown;
		const char *reach;
	} cases[] = {
		{"0.0.0.0", 0, "0.0.0.0", "anywhere"},
		{"::", 0, "[::]", "anywhere"},
		{"::ffff:0.0.0.0", 0, "[::ffff:0.0.0.0]", "anywhere"},
		{"127.0.0.1", 0, "127.0.0.1", "this machine only"},
		{"127.9.9.9", 0, "127.9.9.9", "this machine only"},
		{"::1", 0, "[::1]", "this machine only"},
		{"::ffff:127.0.0.1", 0, "[::ffff:127.0.0.1]", "this machine only"},
		{"0.0.0.0", 1, "0.0.0.0%lo", "this machine only"},
		{"10.0.0.5", 1, "10.0.0.5%lo", "this machine only"},
		{"0.0.0.0", 2, "0.0.0.0%eth0", "interface eth0"},
		{"127.0.0.1", 2, "127.0.0.1%eth0", "this machine only"}, /* no martian is let in: route_localnet */
		{"10.0.0.5", 0, "10.0.0.5", "interface eth0"},
		{"::ffff:10.0.0.5", 0, "[::ffff:10.0.0.5]", "interface eth0"},
		{"10.0.0.255", 0, "10.0.0.255", "interface eth0"}, /* broadcast */
		{"fd00::5", 0, "[fd00::5]", "interface wg0"},
		{"fe80::5", 3, "[fe80::5]%wg0", "interface wg0"},
		{"10.77.0.1", 0, "10.77.0.1", "anywhere"},     /* on lo, to be reached by any way */
		{"192.0.2.1", 0, "192.0.2.1", "anywhere"},     /* on no interface */
		{"224.0.0.251", 0, "224.0.0.251", "anywhere"}, /* joined on any */
		{"255.255.255.255", 0, "255.255.255.255", "anywhere"},
		{"0.0.0.0", 9, "0.0.0.0%if9", "interface if9"}, /* the interface is gone */
		{"0.0.0.0", 4, "0.0.0.0%tun\\x1b", "interface tun\\x1b"},
	};
	struct interfaces interfaces = {0};

	(void)state;
	add_interface(&interfaces, "lo", 1, "", "");
	add_interface(&interfaces, "eth0", 2, "", "");
	add_interface(&interfaces, "lo", 1, "127.0.0.1", "");
	add_interface(&interfaces, "lo", 1, "10.77.0.1", "");
	add_interface(&interfaces, "eth0", 2, "10.0.0.5", "10.0.0.255");
	add_interface(&interfaces, "wg0", 3, "fd00::5", "");
	add_interface(&interfaces, "tun\033", 4, "", "");
	for (size_t i = 0; i < LENGTH(cases); i++) {
		struct socket socket = {.protocol = BG_PROTOCOL_UDP, .ifindex = cases[i].ifindex};
		char text[SOCKET_TEXT_MAX];

		assert_true(bg_addr_parse(cases[i].address, &socket.local.addr));
		reach_find(&socket, &interfaces);
		socket_format_reach(&socket, text);
		assert_string_equal(text, cases[i].reach);
		socket_format_address(&socket, text);
		assert_string_equal(text, cases[i].shown);
	}
	printf("# figure: %zu addresses, each with its word\n", LENGTH(cases));
	interfaces_free(&interfaces);
}

static void
reach_of_loopback_is_its_neighbours_where_an_interface_lets_them(void **state)
{
	static const struct {
		const char *address;
		uint32_t ifindex;
		const char *one; /* where eth0 has route_localnet */
		const char *all; /* where `all` has it */
	} cases[] = {
		{"127.0.0.1", 0, "interface eth0", "anywhere"},
		{"::ffff:127.0.0.1", 0, "interface eth0", "anywhere"},
		{"127.9.9.9", 2, "interface eth0", "interface eth0"},
		{"127.0.0.1", 3, "this machine only", "interface wg0"},
		{"127.0.0.1", 1, "this machine only", "this machine only"},
		{"0.0.0.0", 1, "this machine only", "this machine only"},
		{"::1", 0, "this machine only", "this machine only"},
		{"0.0.0.0", 0, "anywhere", "anywhere"},
	};
	struct interfaces interfaces = {0};

	(void)state;
	add_interface(&interfaces, "lo", 1, "127.0.0.1", "");
	add_interface(&interfaces, "eth0", 2, "10.0.0.5", "");
	add_interface(&interfaces, "eth0", 2, "10.0.0.6", "");
	add_interface(&interfaces, "wg0", 3, "", "");
	interfaces.items[1].localnet = interfaces.items[2].localnet = true;
	for (int all = 0; all < 2; all++)
		for (size_t i = 0; i < LENGTH(cases); i++) {
			struct socket socket = {.protocol = BG_PROTOCOL_TCP, .ifindex = cases[i].ifindex};
			const char *wanted = all ? cases[i].all : cases[i].one;
			char text[SOCKET_TEXT_MAX];

			interfaces.all_localnet = all;
			assert_true(bg_addr_parse(cases[i].address, &socket.local.addr));
			reach_find(&socket, &interfaces);
			socket_format_reach(&socket, text);
			assert_string_equal(text, wanted);
			assert_int_equal(socket.localnet,
					 cases[i].address[0] != '0' && !!strcmp(wanted, "this machine only"));
		}
	interfaces_free(&interfaces);
}

static void
processes_parent_comes_first_and_once(void **state)
{
	struct process items[] = {{.pid = 20, .parent = 90}, {.pid = 30, .parent = 1}, {.pid = 90, .parent = 1}};
	struct socket_holder holders[] = {{7, 2, 3}, {7, 0, 3}, {5, 1, 4}, {7, 0, 5}, {9, 0, 6}, {9, 1, 6}};
	struct processes processes = {
		.items = items, .count = LENGTH(items), .holders = holders, .holder_count = LENGTH(holders)};
	const struct socket socket = {.inode = 7}, pair = {.inode = 9}, none = {.inode = 6};
	size_t count;

	(void)state;
	processes_arrange(&processes);
	assert_int_equal(processes.holder_count, 5);
	assert_int_equal(socket_process(&socket, &processes, &count)->pid, 90); /* although its child has a lower pid */
	assert_int_equal(count, 2);
	assert_int_equal(socket_process(&pair, &processes, &count)->pid, 20); /* no parent among them: the lowest */
	assert_null(socket_process(&none, &processes, &count));
	assert_int_equal(count, 0);
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reach_every_address_has_a_word),
		cmocka_unit_test(reach_of_loopback_is_its_neighbours_where_an_interface_lets_them),
		cmocka_unit_test(processes_parent_comes_first_and_once),
	};

	if (argc > 1)
		cmocka_set_test_filter(argv[1]);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
