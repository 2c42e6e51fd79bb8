/* SPDX-License-Identifier: MIT
 * config_print.h - a policy as configuration text. */
#ifndef BINDGUARD_LAUNCHER_CHECK_CONFIG_PRINT_H
#define BINDGUARD_LAUNCHER_CHECK_CONFIG_PRINT_H

#include "launcher/config.h"

void config_print(const struct config *config);

#endif
