/* SPDX-License-Identifier: MIT
 * logged.h - runs the test programs of a room again, with other logs: what is logged must change nothing. */
#ifndef BINDGUARD_TESTS_NET_LOGGED_H
#define BINDGUARD_TESTS_NET_LOGGED_H

int logged_run(const char *room, int argc, char **argv);

#endif
