/* SPDX-License-Identifier: MIT
 * vocabulary.c - the words of the configuration and how a wrong one is told. Cold. */
#include "load/vocabulary.h"

#include <stdio.h>
#include <string.h>

#include "bindguard/addr.h"
#include "bindguard/policy.h"

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
 * word_check - like word_value(), but a wrong word is told as a mistake of @key. @line: 0: that is a variable of the
 * environment
 */
int
word_check(struct bg_diags *diags, unsigned line, const char *key, const struct word *words, const char *text)
{
	int value = word_value(words, text);
	struct bg_diag *diag;
	char list[160] = "";
	size_t used = 0;

	for (; value < 0 && words->text && used < sizeof(list); words++)
		used += (size_t)snprintf(list + used, sizeof(list) - used, "%s%s", used ? ", " : "", words->text);
	if (value < 0) {
		diag = bg_diags_add(diags, line, "unknown %s \"%.60s\", expected one of: %s", key, text, list);
		if (line == 0)
			bg_diag_blame(diag, key, strlen("unknown "));
	}
	return value;
}

/** has_control - does @text have a character that no configuration file could hold in a string, or no line should show? */
static bool
has_control(const char *text)
{
	while (*text && (unsigned char)*text >= ' ' && *text != 0x7f)
		text++;
	return *text != '\0';
}

/** log_to_parse - where events go: a word, or the path of a file. Return: false and @why where it is neither. */
bool
log_to_parse(const char *value, uint8_t *to, char *why, size_t why_size)
{
	int word = value[0] == '/' ? BG_LOG_FILE : word_value(log_to_words, value);

	if (word < 0)
		snprintf(why, why_size,
			 "log target \"%.60s\", expected stderr, syslog, journal, none or an absolute path", value);
	else if (strlen(value) >= BG_LOG_PATH_MAX)
		snprintf(why, why_size, "log path has %zu bytes, expected at most %d", strlen(value),
			 BG_LOG_PATH_MAX - 1);
	else if (has_control(value))
		snprintf(why, why_size, "log path has a control character, expected printable text");
	else if (value[strlen(value) - 1] == '/')
		snprintf(why, why_size, "log path \"%.60s\" is a folder, expected a file", value);
	else
		why = NULL;
	if (!why)
		*to = (uint8_t)word;
	return !why;
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

/** head_of - the address that @text begins with, up to @end. Return: its family, 0 where it is none. */
static unsigned
head_of(const char *text, const char *end)
{
	char head[BG_ADDR_TEXT_MAX];
	struct bg_addr addr;
	size_t length = (size_t)(end - text);

	if (length >= sizeof(head))
		return 0;
	memcpy(head, text, length);
	head[length] = '\0';
	return bg_addr_parse(head, &addr) ? addr.family : 0;
}

/**
 * address_mistake - why @text, which is neither an address nor a block of addresses, is none, though somebody meant one.
 * Return: "has ..., expected ...", NULL where it does not look like one.
 */
const char *
address_mistake(const char *text)
{
	const char *slash = strchr(text, '/'), *end = slash ? slash : text + strlen(text);
	size_t digits = strspn(text, "0123456789.");

	if (text[strcspn(text, "\t\n\r ")] && strpbrk(text, ".:/"))
		return "has a blank, expected an address without one";
	if (slash == text)
		return "has no address in front of the slash, expected a block such as 10.0.0.0/8";
	switch (slash ? head_of(text, slash) : 0) {
	case BG_IPV4: return "has a wrong prefix length, expected a number of 0 to 32 behind the slash";
	case BG_IPV6: return "has a wrong prefix length, expected a number of 0 to 128 behind the slash";
	}
	if (text + digits == end && (slash || strchr(text, '.')))
		return "is no IPv4 address, expected four numbers of 0 to 255, such as 10.0.0.0";
	if (text[digits] == ':' && head_of(text, text + digits))
		return "has a port, expected the address alone";
	if (strchr(text, '%') && head_of(text, strchr(text, '%')))
		return "has a scope, expected the address alone";
	if (text[0] == '[')
		return "has brackets, expected the address alone";
	if (strchr(text, ':') && text + strspn(text, "0123456789abcdefABCDEF:.") == end)
		return "is no IPv6 address, expected one such as 2001:db8::1";
	return NULL;
}
