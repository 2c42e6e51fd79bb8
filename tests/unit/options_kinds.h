/* SPDX-License-Identifier: MIT
 * options_kinds.h - the list of options that an exchange of sockets knows, and every kind of socket that it may meet. */
#ifndef BINDGUARD_TESTS_UNIT_OPTIONS_KINDS_H
#define BINDGUARD_TESTS_UNIT_OPTIONS_KINDS_H

#include <stddef.h>

/** struct options_listed - one line of shim/guard/options_table.h. */
struct options_listed {
	int level;
	int name;
	const char *word;
};

extern const struct options_listed options_listed[];
extern const size_t options_listed_count;

/** struct options_kind - a kind of socket that an exchange may meet. */
struct options_kind {
	const char *word;
	int family, type, protocol;
};

#define OPTIONS_KINDS 10
extern const struct options_kind options_kinds[OPTIONS_KINDS];

int options_open_kind(const struct options_kind *kind);

#endif
