/* SPDX-License-Identifier: MIT
 * interface_master.h - is an interface part of another one? Signal-safe. */
#ifndef BINDGUARD_INTERFACE_MASTER_H
#define BINDGUARD_INTERFACE_MASTER_H

#include "bindguard/attr.h"

#include <stdbool.h>

BG_SIGSAFE bool bg_interface_has_master(int fd, const char *name);

#endif
