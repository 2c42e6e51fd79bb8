/* SPDX-License-Identifier: MIT
 * words.c - the words of the configuration and how a wrong one is told. Cold. */
#include <stdio.h>
#include <string.h>

#include "load/build.h"

const struct word mode_words[] = {
	{"enforce", BG_MODE_ENFORCE}, {"observe", BG_MODE_OBSERVE}, {"off", BG_MODE_OFF}, {NULL, 0}};
const struct word log_to_words[] = {{"stderr", BG_LOG_STDERR},
				    {"syslog", BG_LOG_SYSLOG},
				    {"journal", BG_LOG_JOURNAL},
				    {"none", BG_LOG_NONE},
				    {NULL, 0}};
const struct word log_format_words[] = {{"text", BG_LOG_TEXT}, {"json", BG_LOG_JSON}, {NULL, 0}};
const struct word log_events_words[] = {{"all", BG_LOG_ALL}, {"notable", BG_LOG_NOTABLE}, {NULL, 0}};

/** word_value - what @text stands for, -1 where it is none of @words. */
int
word_value(const struct word *words, const char *text)
{
	for (; words->text; words++)
		if (strcmp(words->text, text) == 0)
			return words->value;
	return -1;
}

/**
 * word_check - like word_value(), but tells a wrong word as a mistake of @key.
 * Return: false where it is wrong; @value is then untouched.
 */
bool
word_check(struct bg_diags *diags, unsigned line, const char *key, const struct word *words, const char *text,
	   int *value)
{
	int found = word_value(words, text);
	char list[160] = "";
	size_t used = 0;

	if (found >= 0) {
		*value = found;
		return true;
	}
	for (; words->text && used < sizeof(list); words++)
		used += (size_t)snprintf(list + used, sizeof(list) - used, "%s%s", used ? ", " : "", words->text);
	bg_diags_add(diags, line, "unknown %s \"%.60s\", expected one of: %s", key, text, list);
	return false;
}

/** has_control - does @text have a character that no configuration file could hold in a string, or no line should show? */
static bool
has_control(const char *text)
{
	while (*text && (unsigned char)*text >= ' ' && *text != 0x7f)
		text++;
	return *text != '\0';
}

/** log_path_check - may events go to the file @path? Return: false and @why where not. */
bool
log_path_check(const char *path, char *why, size_t why_size)
{
	if (path[0] != '/')
		snprintf(why, why_size,
			 "log target \"%.60s\", expected stderr, syslog, journal, none or an absolute path", path);
	else if (strlen(path) >= BG_LOG_PATH_MAX)
		snprintf(why, why_size, "log path has %zu bytes, expected at most %d", strlen(path),
			 BG_LOG_PATH_MAX - 1);
	else if (has_control(path))
		snprintf(why, why_size, "log path has a control character, expected printable text");
	else if (path[strlen(path) - 1] == '/')
		snprintf(why, why_size, "log path \"%.60s\" is a folder, expected a file", path);
	else
		return true;
	return false;
}

/** reserved - names that are no interface's: the kernel keeps two for its settings, and people mean something else by these. */
static const char *
reserved(const char *name)
{
	if (strcmp(name, "localhost") == 0)
		return "is a host's name";
	if (strcmp(name, "any") == 0 || strcmp(name, "wildcard") == 0 || strcmp(name, "loopback") == 0)
		return "is a word for addresses";
	/* net.ipv4.conf.all and .default: sysctl_dev_name_is_allowed(), net/ipv4/devinet.c */
	if (strcmp(name, "all") == 0 || strcmp(name, "default") == 0)
		return "is no interface's name";
	return NULL;
}

/**
 * interface_mistake - why @name cannot be an interface's: what dev_valid_name() of net/core/dev.c refuses, and what looks like
 * something else. Patterns and bare numbers would be names to the kernel; here they are slips.
 * Return: "is ..." or "has ...", NULL where it can be one.
 */
const char *
interface_mistake(const char *name)
{
	if (!*name)
		return "is empty";
	if (name[strspn(name, "0123456789.")] == '\0')
		return "is no interface's name";
	if (strpbrk(name, ":/%"))
		return "has a character that no interface's name has";
	for (const char *at = name; *at; at++)
		if ((unsigned char)*at <= ' ' || *at == 0x7f)
			return "has a blank or control character";
	if (strpbrk(name, "*?[]{}"))
		return "is a pattern";
	if (strlen(name) >= BG_IFNAME_MAX)
		return "has more than 15 bytes";
	return reserved(name);
}
