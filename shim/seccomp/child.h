/* SPDX-License-Identifier: MIT
 * child.h - CMD's process between fork and exec, and the messages between the processes of the engine. */
#ifndef BINDGUARD_SECCOMP_CHILD_H
#define BINDGUARD_SECCOMP_CHILD_H

#include "seccomp/supervisor.h"

bool message_send(int fd, enum message_type type, int value, int error);
bool message_receive(int fd, struct message *message);
_Noreturn void child_run(const struct filter *filter, int channel, const struct bg_seccomp_command *command,
			 const sigset_t *mask);
int child_take_listener(pid_t child, int channel, struct message *message);
void child_explain(const struct message *failed, const char *program, char *why, size_t size);

#endif
