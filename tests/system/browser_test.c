/* SPDX-License-Identifier: MIT
 * browser_test.c - a browser and two development servers of npm, whose servers and clients are one program each. */
#include "system/rows.h"

#define GET(path) .request = "GET " path " HTTP/1.0\r\nHost: localhost\r\n\r\n"
#define NPM "%B/npm/node_modules/"
#define CHROMIUM                                                                                                       \
	"HOME=%D chromium --headless --no-sandbox --disable-gpu --user-data-dir=%D/profile --window-size=400,300 "     \
	"--screenshot=%D/shot.png --dump-dom http://localhost:%P/ >%D/page && "                                        \
	"grep -q '<title>hello from localhost:%P</title>' %D/page && "                                                 \
	"file %D/shot.png | grep -q 'PNG image data, 400 x 300'"

static const char page[] = "<!doctype html><title>hello</title>\n"
			   "<body style=\"background: teal\"><h1>hello</h1>\n"
			   "<script>document.title += ' from ' + location.host</script>\n";

static const struct server servers[] = {
	{.name = "chromium_loads_from_a_guarded_server",
	 .program = "chromium",
	 .words = {"/usr/bin/python3", "-m", "http.server", "--directory", "%D", "%P"},
	 .file = "index.html",
	 .conf = page,
	 GET("/"),
	 .answer = "hello",
	 .ipv4 = true,
	 .client = CHROMIUM,
	 .table = "127.0.0.1:%P",
	 .events = {TO_LOOPBACK4}},
	{.name = "vite_host_is_dualstack",
	 .program = NPM ".bin/vite",
	 .words = {"node", NPM "vite/bin/vite.js", "%D", "--host", "--port", "%P", "--strictPort"},
	 .file = "index.html",
	 .conf = page,
	 GET("/"),
	 .answer = "/@vite/client",
	 .ipv4 = true,
	 .ipv6 = true,
	 .table = "*%lo:%P",
	 .events = {TO_DEVICE}},
	{.name = "webpack_dev_server_dualstack",
	 .program = NPM ".bin/webpack-dev-server",
	 /* Debian's npm brings a webpack-cli that knows no server; a local one is preferred to this one's own. */
	 .words = {"env", "WEBPACK_CLI_SKIP_IMPORT_LOCAL=1", "node", NPM "webpack/bin/webpack.js", "serve", "--mode",
		   "development", "--no-open", "--port", "%P", "--entry", "%D/entry.js", "--static", "%D"},
	 .file = "entry.js",
	 .conf = "console.log('hello from the entry');\n",
	 GET("/main.js"),
	 .answer = "hello from the entry",
	 .ipv4 = true,
	 .ipv6 = true,
	 .table = "*%lo:%P",
	 .events = {TO_DEVICE}},
};

int
main(int argc, char **argv)
{
	const struct table table = {"browser", servers, sizeof(servers) / sizeof(servers[0])};

	return rows_run(&table, argc > 1 ? argv[1] : NULL);
}
