/* SPDX-License-Identifier: MIT
 * web_test.c - web servers and load balancers. */
#include "system/rows.h"

static const char nginx_conf[] = "daemon off; master_process off; pid %D/pid; error_log stderr;\n"
				 "events { }\n"
				 "http { access_log off; client_body_temp_path %D/body; proxy_temp_path %D/proxy;\n"
				 "  fastcgi_temp_path %D/fcgi; uwsgi_temp_path %D/uwsgi; scgi_temp_path %D/scgi;\n"
				 "  server { listen %P; listen [::]:%P; return 200 hello; } }\n";
static const char nginx_workers_conf[] =
	"daemon off; worker_processes 2; pid %D/pid; error_log stderr;\n"
	"events { }\n"
	"http { access_log off; client_body_temp_path %D/body; proxy_temp_path %D/proxy;\n"
	"  fastcgi_temp_path %D/fcgi; uwsgi_temp_path %D/uwsgi; scgi_temp_path %D/scgi;\n"
	"  server { listen [::]:%P ipv6only=off reuseport; return 200 hello; } }\n";
static const char lighttpd_conf[] = "server.document-root = \"%D\"\n"
				    "server.port = %P\n"
				    "index-file.names = ( \"conf\" )\n"
				    "$SERVER[\"socket\"] == \"[::]:%P\" { }\n";

static const char apache_conf[] = "LoadModule mpm_event_module /usr/lib/apache2/modules/mod_mpm_event.so\n"
				  "LoadModule authz_core_module /usr/lib/apache2/modules/mod_authz_core.so\n"
				  "ServerName localhost\n"
				  "DefaultRuntimeDir %D\n"
				  "PidFile %D/pid\n"
				  "ErrorLog /dev/stderr\n"
				  "DocumentRoot %D\n"
				  "User nobody\n"
				  "Group nogroup\n"
				  "Listen %P\n";

#define HAPROXY(binding)                                                                                               \
	"global\n"                                                                                                     \
	"  maxconn 20\n"                                                                                               \
	"defaults\n"                                                                                                   \
	"  mode http\n"                                                                                                \
	"  timeout client 5s\n"                                                                                        \
	"frontend hello\n"                                                                                             \
	"  bind " binding "\n"                                                                                         \
	"  http-request return status 200 content-type text/plain string hello\n"

static const struct server servers[] = {
	{.name = "nginx_two_sockets",
	 .words = {"nginx", "-p", "%D", "-c", "%D/conf", "-g", "user root;"},
	 .conf = nginx_conf,
	 HTTP,
	 .ipv4 = true,
	 .ipv6 = true,
	 .table = "127.0.0.1:%P %T",
	 .events = {TO_LOOPBACK4, TO_LOOPBACK6}},
	{.name = "nginx_reuseport_workers_dualstack",
	 .words = {"nginx", "-p", "%D", "-c", "%D/conf", "-g", "user root;"},
	 .conf = nginx_workers_conf,
	 HTTP,
	 .ipv4 = true,
	 .ipv6 = true,
	 .table = "*%lo:%P",
	 .events = {TO_DEVICE}},
	{.name = "lighttpd_two_sockets",
	 .words = {"lighttpd", "-D", "-f", "%D/conf"},
	 .conf = lighttpd_conf,
	 HTTP,
	 .ipv4 = true,
	 .ipv6 = true,
	 .table = "127.0.0.1:%P %T",
	 .events = {TO_LOOPBACK4, TO_LOOPBACK6}},
	{.name = "apache_dualstack",
	 .words = {"apache2", "-d", "%D", "-f", "%D/conf", "-DFOREGROUND"},
	 .conf = apache_conf,
	 .root = true,
	 .request = "GET /conf HTTP/1.0\r\n\r\n",
	 .answer = "200 OK",
	 .ipv4 = true,
	 .ipv6 = true,
	 .table = "*%lo:%P",
	 .events = {TO_DEVICE},
	 .table4 = "127.0.0.1:%P",
	 .events4 = {TO_LOOPBACK4}},
	/* It binds :: first and counts on the conflict that 0.0.0.0 then is. */
	{.name = "mini_httpd_expects_a_conflict",
	 .words = {"mini_httpd", "-D", "-p", "%P", "-d", "%D", "-u", "root"},
	 .request = "GET / HTTP/1.0\r\n\r\n",
	 .answer = "200 Ok",
	 .ipv4 = true,
	 .ipv6 = true,
	 .table = "*%lo:%P",
	 .events = {TO_DEVICE, TO_LOOPBACK4 " failed: EADDRINUSE"}},
	{.name = "haproxy_ipv4",
	 .words = {"haproxy", "-db", "-f", "%D/conf"},
	 .conf = HAPROXY("*:%P"),
	 HTTP,
	 .ipv4 = true,
	 .table = "127.0.0.1:%P",
	 .events = {TO_LOOPBACK4}},
	{.name = "haproxy_v4v6",
	 .words = {"haproxy", "-db", "-f", "%D/conf"},
	 .conf = HAPROXY(":::%P v4v6"),
	 HTTP,
	 .ipv4 = true,
	 .ipv6 = true,
	 .table = "*%lo:%P",
	 .events = {TO_DEVICE}},
	{.name = "haproxy_v6only",
	 .words = {"haproxy", "-db", "-f", "%D/conf"},
	 .conf = HAPROXY(":::%P v6only"),
	 HTTP,
	 .ipv6 = true,
	 .table = "%T",
	 .events = {TO_LOOPBACK6},
	 .needs_ipv6 = "it serves no other family"},
};

int
main(int argc, char **argv)
{
	const struct table table = {"web", servers, sizeof(servers) / sizeof(servers[0])};

	return rows_run(&table, argc > 1 ? argv[1] : NULL);
}
