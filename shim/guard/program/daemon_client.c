/* SPDX-License-Identifier: MIT
 * daemon_client.c - knows by name the programs that have a daemon start others, and the words by which these do. Signal-safe.
 * What the daemon starts is no child of the process that asks: no guard of that one reaches it. */
#include "bindguard/daemon_client.h"

#include <stddef.h>
#include <string.h>

/**
 * clients - `NAME verb verb `: with one of the verbs among its words the program has something started; with none listed,
 * always. One string, since a table of pointers would cost every process a relocation each.
 */
static const char clients[] = "\ndocker run start restart create compose up exec "
			      "\npodman run start restart create play kube compose up exec system "
			      "\nnerdctl run start restart create compose up exec "
			      "\ndocker-compose up start restart run create exec "
			      "\npodman-compose up start restart run create exec "
			      "\nsystemctl start restart reload-or-restart try-restart isolate --now "
			      "\nmachinectl start shell "
			      "\nlxc start launch restart exec "
			      "\nincus start launch restart exec "
			      "\nvirsh start create reboot "
			      "\nsystemd-run "
			      "\nat "
			      "\nbatch "
			      "\n";

/** find - the verbs of the client @name; NULL where it is none. */
static const char *
find(const char *name)
{
	size_t length = strlen(name);

	for (size_t i = 0; i < length; i++)
		if (name[i] == ' ' || name[i] == '\n')
			return NULL; /* it would be taken for a name and a verb */
	for (const char *at = clients; at[1]; at++)
		if (*at == '\n' && strlen(at) > length + 2 && memcmp(at + 1, name, length) == 0 &&
		    at[1 + length] == ' ')
			return at + 1 + length + 1;
	return NULL;
}

/** is_verb - is @word one of @verbs? */
static bool
is_verb(struct bg_reader *reader, const char *word, const char *verbs)
{
	while (*verbs && *verbs != '\n') {
		size_t at = 0;

		while (bg_caller_may_read(reader, word + at) && word[at] && word[at] == verbs[at])
			at++;
		if (bg_caller_may_read(reader, word + at) && !word[at] && verbs[at] == ' ')
			return true;
		while (*verbs != ' ')
			verbs++;
		verbs++;
	}
	return false;
}

/** bg_daemon_client_of - what the program is that is executed with @argv. @name: base name of its file */
enum bg_client
bg_daemon_client_of(struct bg_reader *reader, const char *name, const char *const *argv)
{
	const char *verbs = *name ? find(name) : NULL, *word;

	if (!verbs)
		return BG_CLIENT_NONE;
	if (*verbs == '\n')
		return BG_CLIENT_STARTS;
	if (!bg_caller_word(reader, argv, 0))
		return BG_CLIENT_ASKS;
	for (size_t i = 1; (word = bg_caller_word(reader, argv, i)) != NULL; i++)
		if (is_verb(reader, word, verbs))
			return BG_CLIENT_STARTS;
	return BG_CLIENT_ASKS;
}
