/* SPDX-License-Identifier: MIT
 * terminal.h - which signals of the terminal a process must pass on to the command it stands for. */
#ifndef BINDGUARD_TERMINAL_H
#define BINDGUARD_TERMINAL_H

#include <stdbool.h>

bool bg_terminal_told_us_alone(int signal_number, int code);

#endif
