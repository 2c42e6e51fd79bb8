/* SPDX-License-Identifier: MIT
 * config_warn_target.c - finds what a rule sends servers to, or limits them to, that is not there or not possible on this
 * machine now. Runs in the launcher only. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "bindguard/errname.h"
#include "bindguard/interface.h"
#include "launcher/availability.h"
#include "launcher/config_warn.h"

/** config_warn_tell - tell it, as printf(3) does. */
void
config_warn_tell(const struct config_warnings *warnings, const char *variable, unsigned line, const char *format, ...)
{
	char text[BG_LOG_PATH_MAX + 256];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	warnings->tell(warnings, variable, line, text);
}

/** warn_missing - that @name is the name of no interface, or cannot be asked. Return: whether it is there. */
static bool
warn_missing(const struct config_warnings *warnings, const char *variable, const struct bg_rule *rule, const char *name)
{
	static const char *const others[] = {
		[BG_ACTION_REWRITE] = "loopback, an address or ", [BG_ACTION_LIMIT] = "machine, an address or "};
	const char *other = rule->action <= BG_ACTION_LIMIT ? others[rule->action] : NULL;
	unsigned index;
	int error;
	enum available available = availability_of_interface(name, &index, &error);

	if (available == AVAILABLE)
		return true;
	if (available == AVAILABLE_UNASKED)
		config_warn_tell(warnings, variable, rule->line,
				 "whether there is an interface \"%s\" cannot be asked: %s", name,
				 bg_errno_name(error));
	else
		config_warn_tell(warnings, variable, rule->line,
				 "there is no interface \"%s\" here now, expected %sthe name of one: until there is, "
				 "%s",
				 name, other ? other : "", config_warn_victims(rule));
	return false;
}

/** warn_from - that an interface of a limit is not there, or is part of another one. */
static void
warn_from(const struct config_warnings *warnings, const char *variable, const struct bg_rule *rule)
{
	char missing[BG_IFNAME_MAX];
	int error;

	if (availability_of_from(warnings->loaded->policy, rule, missing, &error) != AVAILABLE &&
	    warn_missing(warnings, variable, rule, missing))
		config_warn_tell(
			warnings, variable, rule->line,
			"interface \"%s\" is part of another (VRF, bridge or bond), expected the name of that: servers "
			"cannot "
			"be limited to it",
			missing);
}

/** warn_interface - that a rule's interface, or its address, is not there. */
static void
warn_interface(const struct config_warnings *warnings, const char *variable, const struct bg_rule *rule)
{
	struct bg_addr ipv4, ipv6;
	unsigned unasked;
	int fd;

	if (!warn_missing(warnings, variable, rule, rule->interface) || rule->action != BG_ACTION_REWRITE)
		return;
	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return;
	unasked = bg_interface_addresses(fd, rule->interface, &ipv4, &ipv6);
	close(fd);
	if (!unasked && !ipv4.family && !ipv6.family)
		config_warn_tell(warnings, variable, rule->line,
				 "interface \"%s\" has no address now: until it has, %s", rule->interface,
				 config_warn_victims(rule));
}

/** warn_address - that a rule's target is no address of this machine. */
static void
warn_address(const struct config_warnings *warnings, const char *variable, const struct bg_rule *rule,
	     const struct bg_addr *addr)
{
	struct bg_change change = {.to.addr = *addr, .form = addr->family == BG_IPV4 ? BG_FORM_IPV4 : BG_FORM_IPV6};
	char text[BG_ADDR_TEXT_MAX];
	int error;

	if (availability_of_change(&change, &error) != AVAILABLE_NO_ADDRESS)
		return;
	bg_addr_format(addr, text);
	config_warn_tell(warnings, variable, rule->line, "no interface here has the address %s now: until one has, %s",
			 text, config_warn_victims(rule));
}

/** config_warn_filter - that @rule is to limit TCP sockets, and the kernel lets nobody here filter them. */
void
config_warn_filter(const struct config_warnings *warnings, const char *variable, const struct bg_rule *rule)
{
	if (rule->action == BG_ACTION_LIMIT && (!rule->protocols || (rule->protocols & BG_PROTOCOL_TCP)) &&
	    availability_of_filter() == AVAILABLE_NO_FILTER)
		config_warn_tell(warnings, variable, rule->line,
				 "this user may filter no TCP socket here (CAP_NET_ADMIN): servers that are limited to "
				 "this machine are confined to lo instead, and do not answer at its own addresses; "
				 "others cannot listen");
}

/** config_warn_target - that what a rule sends servers to is not there now. @variable: it took the place of the rule's own. */
void
config_warn_target(const struct config_warnings *warnings, const char *variable, const struct bg_rule *rule)
{
	bool rewrites = rule->action == BG_ACTION_REWRITE;

	if (rule->action == BG_ACTION_LIMIT)
		warn_from(warnings, variable, rule);
	if (rule->action == BG_ACTION_CONFINE || (rewrites && rule->target == BG_TARGET_INTERFACE))
		warn_interface(warnings, variable, rule);
	if (rewrites && rule->target == BG_TARGET_ADDRESS && rule->has_ipv4)
		warn_address(warnings, variable, rule, &rule->ipv4);
	if (rewrites && rule->target == BG_TARGET_ADDRESS && rule->has_ipv6)
		warn_address(warnings, variable, rule, &rule->ipv6);
}
