/* SPDX-License-Identifier: MIT
 * pin_run.h - a program that is pinned to one of two links, by either engine. */
#ifndef BINDGUARD_TESTS_PRELOAD_PIN_RUN_H
#define BINDGUARD_TESTS_PRELOAD_PIN_RUN_H

/** enum pin_engine - what guards the program. */
enum pin_engine { PIN_PRELOAD, PIN_SECCOMP };

int pin_set_up(enum pin_engine engine);
void pin_check_sends(void);
void pin_check_lost_device(void);
int pin_tear_down(void);

#endif
