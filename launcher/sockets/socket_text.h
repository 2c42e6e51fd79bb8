/* SPDX-License-Identifier: MIT
 * socket_text.h - a socket and its process in words. */
#ifndef BINDGUARD_LAUNCHER_SOCKETS_SOCKET_TEXT_H
#define BINDGUARD_LAUNCHER_SOCKETS_SOCKET_TEXT_H

#include "launcher/sockets/processes.h"

/** SOCKET_TEXT_MAX - bytes of the longest cell: a name of 255 bytes, each escaped as \xNN. */
#define SOCKET_TEXT_MAX 1100

const struct process *socket_process(const struct socket *socket, const struct processes *processes, size_t *count);
bool socket_is_dual_stack(const struct socket *socket);
void socket_copy_escaped(const char *name, char text[SOCKET_TEXT_MAX]);
void socket_format_address(const struct socket *socket, char text[SOCKET_TEXT_MAX]);
void socket_format_reach(const struct socket *socket, char text[SOCKET_TEXT_MAX]);
void socket_format_program(const struct process *process, char text[SOCKET_TEXT_MAX]);
void socket_format_note(const struct socket *socket, const struct processes *processes, char text[SOCKET_TEXT_MAX]);

#endif
