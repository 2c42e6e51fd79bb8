/* SPDX-License-Identifier: MIT
 * capture.h - a packet socket on the first link, at the second host: what a program that is pinned to the other must not send. */
#ifndef BINDGUARD_TESTS_NET_CAPTURE_H
#define BINDGUARD_TESTS_NET_CAPTURE_H

int capture_open(void);
unsigned capture_count(void);
void capture_close(void);

#endif
