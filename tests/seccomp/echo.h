/* SPDX-License-Identifier: MIT
 * echo.h - servers on both hosts that echo what the clients under the engine send. */
#ifndef BINDGUARD_TESTS_SECCOMP_ECHO_H
#define BINDGUARD_TESTS_SECCOMP_ECHO_H

int echo_set_up(void **state);
int echo_tear_down(void **state);

#endif
