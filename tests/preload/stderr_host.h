/* SPDX-License-Identifier: MIT
 * stderr_host.h - a host whose descriptor 2 is looked at, and a syslog for what does not arrive there. */
#ifndef BINDGUARD_TESTS_PRELOAD_STDERR_HOST_H
#define BINDGUARD_TESTS_PRELOAD_STDERR_HOST_H

/** stderr_host_syslog - the socket that syslog(3) would have. */
extern int stderr_host_syslog;

int stderr_host_begin(void **state);
int stderr_host_end(void **state);
unsigned stderr_host_read(int fd);

#endif
