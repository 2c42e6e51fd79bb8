/* SPDX-License-Identifier: MIT
 * limit_test.c - what becomes of the filter of a limit, and who reaches a limited server: the rows of limit_rows.c. */
#include <net/if.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "net/places.h"
#include "preload/host.h"
#include "preload/limit_rows.h"

/** server_is_reached_from_these_places - every row, and every place of it. */
static void
server_is_reached_from_these_places(void **state)
{
	(void)state;
	limit_rows_check(LIMIT_PRELOAD);
}

/** step_under - @name of hosts/limit_steps.c with @environment: what it prints. */
static void
step_under(const char *environment, const char *name, const char *expected)
{
	char arguments[64];

	snprintf(arguments, sizeof(arguments), "limit_steps %s", name);
	host_expect(environment, arguments, expected);
}

/** step - under a limit to this machine. */
static void
step(const char *name, const char *expected)
{
	step_under("BINDGUARD_FROM=machine", name, expected);
}

/** bind_that_fails_leaves_no_filter - nor does a second one take the first one's off. */
static void
bind_that_fails_leaves_no_filter(void **state)
{
	(void)state;
	step("bind", "other 0 8, bind EADDRINUSE 0, bind 0 8, bind EINVAL 8, end\n");
}

/** listen_that_fails_leaves_no_filter - and a later one that does not fail has it. */
static void
listen_that_fails_leaves_no_filter(void **state)
{
	(void)state;
	step("listen", "other 0 0, bind 0 0, other 0 8, listen EADDRINUSE 0, listen 0 8, end\n");
}

/** listen_again_keeps_the_filter - which the program cannot change. */
static void
listen_again_keeps_the_filter(void **state)
{
	(void)state;
	step("again", "bind 0 0, listen 0 8, listen 0 8, attach EPERM 8, detach EPERM 8, end\n");
}

/**
 * server_of_sixty_four_addresses_is_limited - of IPv6, where the kernel gives a socket as little memory as before Linux 6.8. The
 * setting is of all namespaces in those: where it cannot be written, it is as small as that, or the test sees less.
 */
static void
server_of_sixty_four_addresses_is_limited(void **state)
{
	char path[128], environment[256];
	FILE *file;

	(void)state;
	snprintf(path, sizeof(path), "%s/many", host_folder());
	file = fopen(path, "we");
	assert_non_null(file);
	fputs("rule r { address = wildcard action = limit from = {", file);
	for (unsigned i = 0; i < 64; i++)
		fprintf(file, i ? ", \"2001:db8:f0%02x:7:8008:9:a00a:b\"" : "\"2001:db8:f0%02x:7:8008:9:a00a:b\"", i);
	fputs("} }\n", file);
	fclose(file);
	net_run(SIDE_HERE, "echo 20480 >/proc/sys/net/core/optmem_max 2>/dev/null");
	snprintf(environment, sizeof(environment), "BINDGUARD_CONFIG=%s", path);
	host_expect(environment, "limit_steps bind",
		    "other 0 592, bind EADDRINUSE 0, bind 0 592, bind EINVAL 592, end\n");
	net_run(SIDE_HERE, "echo 131072 >/proc/sys/net/core/optmem_max 2>/dev/null");
}

/**
 * network_of_the_socket_is_asked - not the one that the mounted sysfs is of. There an interface of the same name is part of a
 * bridge; where it is so here, the limit is refused.
 */
static void
network_of_the_socket_is_asked(void **state)
{
	static const char steps[] = "limit_steps bind";
	char elsewhere[1024];
	int pid = (int)getpid(), here = net_network()->namespaces[SIDE_HERE];

	(void)state;
	snprintf(elsewhere, sizeof(elsewhere),
		 "BINDGUARD_LOG=none BINDGUARD_FROM=%s nsenter --net=/proc/%d/fd/%d unshare -m sh -c 'mount -t sysfs "
		 "sysfs /sys && test -e /sys/class/net/%s/master && exec nsenter --net=/proc/%d/fd/%d env \"$@\"' sh",
		 PLACES_DEVICE, pid, net_network()->namespaces[SIDE_THERE], PLACES_DEVICE, pid, here);
	assert_int_equal(
		net_run(SIDE_THERE, "ip link add bridge2 type bridge && ip link set " PLACES_DEVICE " master bridge2"),
		0);
	host_expect(elsewhere, steps, "other 0 5, bind EADDRINUSE 0, bind 0 5, bind EINVAL 5, end\n");
	assert_int_equal(net_run(SIDE_THERE, "ip link del bridge2"), 0);
	assert_int_equal(
		net_run(SIDE_HERE, "ip link add bridge2 type bridge && ip link set " PLACES_DEVICE " master bridge2"),
		0);
	host_expect("BINDGUARD_LOG=none BINDGUARD_FROM=" PLACES_DEVICE, steps,
		    "other EADDRNOTAVAIL 0, bind EADDRNOTAVAIL 0, bind EADDRNOTAVAIL 0, bind EADDRNOTAVAIL 0, end\n");
	assert_int_equal(net_run(SIDE_HERE, "ip link del bridge2"), 0);
}

/** expect_places - who reaches the UDP server at 19803. */
static void
expect_places(const char *expected)
{
	char got[PLACES_COUNT + 1];

	places_ask(BG_PROTOCOL_UDP, 19803, expected, got);
	assert_string_equal(got, expected);
}

/** interface_made_anew_is_heard_by_its_number - which is another one, unless somebody asks for the same. */
static void
interface_made_anew_is_heard_by_its_number(void **state)
{
	static const char heard[] = "SS-S-SS-A---", silent[] = "SS-S-SS-S---";
	struct ifreq request = {.ifr_name = PLACES_DEVICE};
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	struct process process;

	(void)state;
	assert_int_equal(ioctl(fd, SIOCGIFINDEX, &request), 0);
	close(fd);
	assert_true(host_start(&process, "BINDGUARD_LOG=none BINDGUARD_FROM=" PLACES_DEVICE,
			       "answering bind udp 0.0.0.0 19803"));
	expect_places(heard);
	assert_int_equal(net_run(SIDE_HERE, "ip link del " PLACES_DEVICE), 0);
	assert_int_equal(places_make_link(0), 0);
	expect_places(silent);
	assert_int_equal(net_run(SIDE_HERE, "ip link del " PLACES_DEVICE), 0);
	assert_int_equal(places_make_link((unsigned)request.ifr_ifindex), 0);
	expect_places(heard);
	assert_int_equal(host_stop(&process), 0);
}

/** answer_once - a service of the second host, which says "here" to who asks; for a child. */
static void
answer_once(int fd)
{
	struct sockaddr_storage peer;
	socklen_t size = sizeof(peer);
	char byte;

	if (recvfrom(fd, &byte, 1, 0, (struct sockaddr *)&peer, &size) == 1)
		sendto(fd, "here", 4, 0, (struct sockaddr *)&peer, size);
	_exit(0);
}

/** ask_there - likewise, with a service that answers at the second host. */
static void
ask_there(const char *environment, const char *name, const char *expected)
{
	struct sockaddr_in any = {.sin_family = AF_INET, .sin_port = htons(19790)};
	int fd = network_socket(net_network(), SIDE_THERE, AF_INET, SOCK_DGRAM, 0);
	pid_t child;

	assert_int_equal(bind(fd, (struct sockaddr *)&any, sizeof(any)), 0);
	child = fork();
	if (child == 0)
		answer_once(fd);
	step_under(environment, name, expected);
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
	close(fd);
}

/** server_limited_that_connects_hears_its_peer - and is limited as before when it has none. */
static void
server_limited_that_connects_hears_its_peer(void **state)
{
	(void)state;
	ask_there("BINDGUARD_FROM=machine", "client",
		  "bind 0 8, connect 0 14, here, disconnect 0 8, connect 0 14, end\n");
}

/** limit_port_zero - a rule for that, and none for others, as the file that @name of @environment names. */
static void
limit_port_zero(const char *name, char environment[256])
{
	char path[128];
	FILE *file;

	snprintf(path, sizeof(path), "%s/port-zero", host_folder());
	file = fopen(path, "we");
	assert_non_null(file);
	fputs("rule zero { port = {\"0\"} action = limit from = {\"machine\"} }\n", file);
	fclose(file);
	snprintf(environment, 256, "BINDGUARD_LOG=none %s=%s", name, path);
}

/** server_limited_that_came_by_exec_hears_its_peer - its filter tells what it is, also to a program without a rule for it. */
static void
server_limited_that_came_by_exec_hears_its_peer(void **state)
{
	static const char expected[] = "bind 0 8, connect 0 14, here, disconnect 0 8, connect 0 14, end\n";
	char environment[256];

	(void)state;
	ask_there("BINDGUARD_FROM=machine", "exec", expected);
	limit_port_zero("BINDGUARD_FROM=machine BG_THEN", environment);
	ask_there(environment, "handed", expected);
}

/** server_without_a_port_keeps_its_filter - as another thread may be binding it at the moment when its peer goes. */
static void
server_without_a_port_keeps_its_filter(void **state)
{
	char environment[256];

	(void)state;
	limit_port_zero("BINDGUARD_CONFIG", environment);
	ask_there(environment, "portless", "bind 0 8, connect 0 14, here, disconnect 0 14, connect 0 14, end\n");
}

/** server_bound_to_another_port_is_limited_by_that_one_s_rule - whatever it had before. */
static void
server_bound_to_another_port_is_limited_by_that_one_s_rule(void **state)
{
	(void)state;
	limit_rows_check_rebound(LIMIT_PRELOAD);
}

/** server_that_was_open_is_limited_without_a_peer - bound and connected past the preload. */
static void
server_that_was_open_is_limited_without_a_peer(void **state)
{
	(void)state;
	step("raw", "bind 0 0, connect 0 0, disconnect 0 8, end\n");
}

/** server_that_threads_connect_and_dissolve_is_limited - at no moment it has no filter. */
static void
server_that_threads_connect_and_dissolve_is_limited(void **state)
{
	(void)state;
	host_expect("BINDGUARD_LOG=none BINDGUARD_FROM=machine", "limited connects 20000",
		    "connected open 0, at last 8\n");
	figure("20,000 times connected by one thread while another dissolves it: never without a filter");
}

/** limited - run hosts/limited.c under a limit. @output: what it printed */
static void
limited(const char *environment, const char *arguments, char output[1024])
{
	char command[256];

	snprintf(command, sizeof(command), "BINDGUARD_FROM=machine %s", environment);
	assert_int_equal(host_run(command, arguments, output, 1024), 0);
}

/** filter_of_the_program_outlives_connect - one that it attaches after bind(2) has taken the place of the guard's. */
static void
filter_of_the_program_outlives_connect(void **state)
{
	char output[1024];

	(void)state;
	limited("BINDGUARD_LOG=none", "limited own", output);
	assert_string_equal(output, "3\n");
}

/** socket_that_threads_bind_at_once_is_limited - those that fail must not take the filter from the one that succeeds. */
static void
socket_that_threads_bind_at_once_is_limited(void **state)
{
	char output[1024];

	(void)state;
	limited("BINDGUARD_LOG=none", "limited race 5000", output);
	assert_string_equal(output, "bound 5000 open 0\n");
	figure("5000 sockets that 4 threads bound at once, 0 without a filter");
}

/** socket_that_threads_bind_here_and_there_is_limited - where no limit is, none is taken from a thread whose port has one. */
static void
socket_that_threads_bind_here_and_there_is_limited(void **state)
{
	char environment[256], output[1024];
	int bound, open;

	(void)state;
	limit_port_zero("BINDGUARD_CONFIG", environment);
	assert_int_equal(host_run(environment, "limited mixed 20000", output, sizeof(output)), 0);
	assert_int_equal(sscanf(output, "bound %d open %d", &bound, &open), 2);
	assert_int_equal(open, 0);
	figure("20,000 sockets that a thread binds to a limited port and three to another: %d are, 0 without a filter",
	       bound);
}

/** server_that_listens_again_is_told_of_once - as nginx does, to change the backlog. */
static void
server_that_listens_again_is_told_of_once(void **state)
{
	char output[1024];
	const char *told;

	(void)state;
	limited("BINDGUARD_LOG=stderr", "limited again 2>&1", output);
	told = strstr(output, "from machine (limit, ");
	assert_non_null(told);
	assert_null(strstr(told + 1, "from machine (limit, "));
}

#define WITHOUT " setpriv --bounding-set -net_admin env"

/** user_without_net_admin_is_limited_or_confined - newer kernels let such a one filter no TCP socket: then it is confined to lo. */
static void
user_without_net_admin_is_limited_or_confined(void **state)
{
	static const char servers[] = "answering bind tcp 0.0.0.0 19800 bind udp 0.0.0.0 19801";
	static const char limited_to[] = "AA-A-AS-S---", confined_to[] = "AA-R-RR-R---";
	char output[1024], got[PLACES_COUNT + 1];
	struct process process;
	unsigned filter = 0;
	const char *tcp;

	(void)state;
	assert_int_equal(host_run("A=B" WITHOUT " LD_PRELOAD=", "answering bind,filter tcp 0.0.0.0 19802 </dev/null",
				  output, sizeof(output)),
			 0);
	assert_int_equal(sscanf(output, "0 19802 %u", &filter), 1);
	tcp = filter ? limited_to : confined_to;
	assert_true(host_start(&process, "BINDGUARD_LOG=none BINDGUARD_FROM=machine" WITHOUT, servers));
	places_ask(BG_PROTOCOL_TCP, 19800, tcp, got);
	assert_string_equal(got, tcp);
	places_ask(BG_PROTOCOL_UDP, 19801, limited_to, got);
	assert_string_equal(got, limited_to);
	assert_int_equal(host_stop(&process), 0);
	figure("without CAP_NET_ADMIN: TCP is %s", filter ? "limited" : "confined to lo");
}

static int
set_up(void **state)
{
	(void)state;
	host_folder();
	return places_set_up();
}

static int
tear_down(void **state)
{
	(void)state;
	net_tear_down();
	return 0;
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bind_that_fails_leaves_no_filter),
		cmocka_unit_test(listen_that_fails_leaves_no_filter),
		cmocka_unit_test(listen_again_keeps_the_filter),
		cmocka_unit_test(server_of_sixty_four_addresses_is_limited),
		cmocka_unit_test(network_of_the_socket_is_asked),
		cmocka_unit_test(interface_made_anew_is_heard_by_its_number),
		cmocka_unit_test(server_limited_that_connects_hears_its_peer),
		cmocka_unit_test(server_limited_that_came_by_exec_hears_its_peer),
		cmocka_unit_test(server_without_a_port_keeps_its_filter),
		cmocka_unit_test(server_bound_to_another_port_is_limited_by_that_one_s_rule),
		cmocka_unit_test(server_that_was_open_is_limited_without_a_peer),
		cmocka_unit_test(server_that_threads_connect_and_dissolve_is_limited),
		cmocka_unit_test(filter_of_the_program_outlives_connect),
		cmocka_unit_test(socket_that_threads_bind_at_once_is_limited),
		cmocka_unit_test(socket_that_threads_bind_here_and_there_is_limited),
		cmocka_unit_test(server_that_listens_again_is_told_of_once),
		cmocka_unit_test(user_without_net_admin_is_limited_or_confined),
		cmocka_unit_test(server_is_reached_from_these_places),
	};

	if (argc > 1)
		cmocka_set_test_filter(argv[1]);
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
