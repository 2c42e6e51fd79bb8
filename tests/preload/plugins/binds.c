/* SPDX-License-Identifier: MIT
 * binds.c: a plugin that serves; loaded by a program while it runs. */
#include "../hosts/socket.h"

int plugin_serve(unsigned port);

/** plugin_serve - Return: how many of four servers are guarded. */
int
plugin_serve(unsigned port)
{
	return serve_four(port, NULL);
}
