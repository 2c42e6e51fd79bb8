/* SPDX-License-Identifier: MIT
 * databases_test.c - databases, caches and a message broker. */
#include "system/rows.h"

/* A database of its own, made by the user who runs it: PostgreSQL refuses to run as root. */
#define POSTGRES                                                                                                       \
	"chown nobody %D && cd %D && exec setpriv --reuid=nobody --regid=nogroup --clear-groups sh -c '"               \
	"set -- /usr/lib/postgresql/*/bin; PATH=$1:$PATH; "                                                            \
	"initdb -D %D/data -U bindguard -A trust -E UTF8 --locale=C --no-sync >/dev/null && "                          \
	"echo host all all all trust >>%D/data/pg_hba.conf && "                                                        \
	"exec postgres -D %D/data -p %P -k %D -c fsync=off -c listen_addresses=\"*\"'"
/* Start-up message: protocol 3.0, user and database. */
#define POSTGRES_HELLO "\0\0\0\52\0\3\0\0user\0bindguard\0database\0postgres\0"
#define MQTT_CONNECT "\20\20\0\4MQTT\4\2\0\74\0\4bgrd"

static const struct server servers[] = {
	{.name = "postgresql_two_sockets",
	 .program = "/usr/lib/postgresql/*/bin/postgres",
	 .words = {"sh", "-c", POSTGRES},
	 .root = true,
	 .request = POSTGRES_HELLO,
	 .size = sizeof(POSTGRES_HELLO),
	 .answer = "server_version",
	 .ipv4 = true,
	 .ipv6 = true,
	 .table = "127.0.0.1:%P %T",
	 .events = {TO_LOOPBACK4, TO_LOOPBACK6}},
	{.name = "redis_two_sockets",
	 .words = {"redis-server", "--port", "%P", "--protected-mode", "no", "--save", "", "--dir", "%D"},
	 .request = "PING\r\n",
	 .answer = "+PONG",
	 .ipv4 = true,
	 .ipv6 = true,
	 .table = "127.0.0.1:%P %T",
	 .events = {TO_LOOPBACK4, TO_LOOPBACK6}},
	{.name = "memcached_tcp",
	 .words = {"memcached", "-u", "root", "-p", "%P", "-U", "%P"},
	 .request = "version\r\n",
	 .answer = "VERSION",
	 .ipv4 = true,
	 .ipv6 = true,
	 .table = "127.0.0.1:%P %T",
	 .events = {TO_LOOPBACK4, TO_LOOPBACK6}},
	{.name = "memcached_udp",
	 .words = {"memcached", "-u", "root", "-p", "%P", "-U", "%P"},
	 .udp = true,
	 .request = "\0\1\0\0\0\1\0\0version\r\n",
	 .size = 17,
	 .answer = "VERSION",
	 .ipv4 = true,
	 .ipv6 = true,
	 .table = "127.0.0.1:%P %T",
	 .events = {UDP_TO_LOOPBACK4, UDP_TO_LOOPBACK6}},
	{.name = "mosquitto_two_sockets",
	 .root = true,
	 .words = {"mosquitto", "-c", "%D/conf"},
	 .conf = "listener %P\nallow_anonymous true\n",
	 .request = MQTT_CONNECT,
	 .size = sizeof(MQTT_CONNECT) - 1,
	 .answer = "\40\2", /* CONNACK; accepted: two zeroes follow */
	 .ipv4 = true,
	 .ipv6 = true,
	 .table = "127.0.0.1:%P %T",
	 .events = {TO_LOOPBACK4, TO_LOOPBACK6}},
};

int
main(int argc, char **argv)
{
	const struct table table = {"databases", servers, sizeof(servers) / sizeof(servers[0])};

	return rows_run(&table, argc > 1 ? argv[1] : NULL);
}
