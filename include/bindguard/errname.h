/* SPDX-License-Identifier: MIT
 * errname.h - errno values and their names. Pure. */
#ifndef BINDGUARD_ERRNAME_H
#define BINDGUARD_ERRNAME_H

#include "bindguard/attr.h"

/** bg_errno_name - "EACCES" for EACCES; "E?" for a value without a name. Never NULL. errno(3). */
BG_SIGSAFE const char *bg_errno_name(int error);

/** bg_errno_value - EACCES for "EACCES"; 0 where the name is unknown. */
BG_SIGSAFE int bg_errno_value(const char *name);

#endif
