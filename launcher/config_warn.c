/* SPDX-License-Identifier: MIT
 * config_warn.c - finds what is no mistake of a configuration, and yet leaves servers open, keeps programs from working, or
 * cannot be done on this machine now. Runs in the launcher only. */
#include "launcher/config_warn.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bindguard/decision.h"
#include "bindguard/event.h"
#include "launcher/availability.h"
#include "launcher/list.h"
#include "load/unreachable.h"
#include "sys/interface.h"
#include "sys/sink.h"

/** warn - tell it, as printf(3) does. */
__attribute__((format(printf, 4, 5))) static void
warn(const struct config_warnings *warnings, const char *variable, unsigned line, const char *format, ...)
{
	char text[BG_LOG_PATH_MAX + 256];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	warnings->tell(warnings, variable, line, text);
}

/** name_of - the name of @rule. */
static const char *
name_of(const struct config_warnings *warnings, const struct bg_rule *rule)
{
	return bg_policy_string(warnings->loaded->policy, rule->name);
}

/**
 * config_warn_unguarded - that no server is kept off the network: by the mode, or since no rule moves or refuses a wildcard.
 * Return: whether that is so.
 */
bool
config_warn_unguarded(const struct config_warnings *warnings)
{
	const struct bg_policy *policy = warnings->loaded->policy;
	const char *variable = warnings->settings->mode ? "BINDGUARD_MODE" : NULL;

	if (policy->mode != BG_MODE_ENFORCE) {
		warn(warnings, variable, 0, "mode is %s",
		     policy->mode == BG_MODE_OFF ? "off: nothing is guarded" : "observe: nothing is changed");
		return true;
	}
	for (uint32_t i = 0; i < policy->rule_count; i++)
		if (policy->rules[i].action != BG_ACTION_ALLOW && !unreachable_no_wildcard(policy, i, false))
			return false;
	warn(warnings, NULL, 0,
	     "no rule rewrites, confines or denies a wildcard address: servers stay open to the network");
	return true;
}

/** warn_missing - that @name is the name of no interface, or cannot be asked. Return: whether it is there. */
static bool
warn_missing(const struct config_warnings *warnings, const char *variable, const struct bg_rule *rule)
{
	const char *name = rule->interface;
	unsigned index;
	int error;
	enum available available = availability_of_interface(name, &index, &error);

	if (available == AVAILABLE)
		return true;
	if (available == AVAILABLE_UNASKED)
		warn(warnings, variable, rule->line, "whether there is an interface \"%s\" cannot be asked: %s", name,
		     bg_errno_name(error));
	else
		warn(warnings, variable, rule->line,
		     "there is no interface \"%s\" here now, expected %sthe name of one: until there is, servers that "
		     "are to go there cannot bind",
		     name, rule->action == BG_ACTION_REWRITE ? "loopback, an address or " : "");
	return false;
}

/** warn_interface - that a rule's interface, or its address, is not there. */
static void
warn_interface(const struct config_warnings *warnings, const char *variable, const struct bg_rule *rule)
{
	struct bg_addr ipv4, ipv6;
	unsigned unasked;
	int fd;

	if (!warn_missing(warnings, variable, rule) || rule->action != BG_ACTION_REWRITE)
		return;
	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return;
	unasked = bg_interface_addresses(fd, rule->interface, &ipv4, &ipv6);
	close(fd);
	if (!unasked && !ipv4.family && !ipv6.family)
		warn(warnings, variable, rule->line,
		     "interface \"%s\" has no address now: until it has, servers that are to go there cannot bind",
		     rule->interface);
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
	warn(warnings, variable, rule->line,
	     "no interface here has the address %s now: until one has, servers that are to go there cannot bind", text);
}

/** warn_target - that what a rule sends servers to is not there now. @variable: it took the place of the rule's own. */
static void
warn_target(const struct config_warnings *warnings, const char *variable, const struct bg_rule *rule)
{
	bool rewrites = rule->action == BG_ACTION_REWRITE;

	if (rule->action == BG_ACTION_CONFINE || (rewrites && rule->target == BG_TARGET_INTERFACE))
		warn_interface(warnings, variable, rule);
	if (rewrites && rule->target == BG_TARGET_ADDRESS && rule->has_ipv4)
		warn_address(warnings, variable, rule, &rule->ipv4);
	if (rewrites && rule->target == BG_TARGET_ADDRESS && rule->has_ipv6)
		warn_address(warnings, variable, rule, &rule->ipv6);
}

/** is_local - does @rule leave a socket nobody but this machine to talk to? */
static bool
is_local(const struct bg_rule *rule)
{
	if (rule->action == BG_ACTION_CONFINE)
		return strcmp(rule->interface, "lo") == 0;
	return rule->action == BG_ACTION_REWRITE &&
	       (rule->target == BG_TARGET_LOOPBACK ||
		(rule->target == BG_TARGET_ADDRESS && (!rule->has_ipv4 || bg_addr_is_loopback(&rule->ipv4)) &&
		 (!rule->has_ipv6 || bg_addr_is_loopback(&rule->ipv6))));
}

/** warn_clients - that a rule is for UDP sockets on port 0, too, which are clients': resolvers, Node's and Python's. */
static void
warn_clients(const struct config_warnings *warnings, uint32_t index)
{
	const struct bg_rule *rule = &warnings->loaded->policy->rules[index];
	bool denies = rule->action == BG_ACTION_DENY;

	if ((!denies && !is_local(rule)) || unreachable_no_wildcard(warnings->loaded->policy, index, true))
		return;
	warn(warnings, NULL, rule->line,
	     "rule \"%s\" also %s UDP clients, which bind a wildcard and port 0: %s, expected a rule before it that "
	     "allows them (\"udp-clients\" of bindguard.conf(5))",
	     name_of(warnings, rule), denies ? "denies" : "moves",
	     denies ? "they cannot start" : "they can send to no other host (EINVAL)");
}

/** name_localnet - an interface whose neighbours reach 127.0.0.0/8, list_reach.c. Return: false where there is none, or nobody tells. */
static bool
name_localnet(char name[BG_IFNAME_MAX])
{
	struct interfaces interfaces = {0};
	const struct interface_address *found = NULL;

	if (interfaces_read(&interfaces) == 0)
		for (size_t i = 0; i < interfaces.count && !found; i++)
			if (!interfaces.items[i].loopback && (interfaces.items[i].localnet || interfaces.all_localnet))
				found = &interfaces.items[i];
	if (found)
		memcpy(name, found->name, BG_IFNAME_MAX);
	interfaces_free(&interfaces);
	return found != NULL;
}

/** rewrites_to_127 - does @rule put servers to a loopback address of IPv4? */
static bool
rewrites_to_127(const struct bg_rule *rule)
{
	if (rule->action != BG_ACTION_REWRITE || rule->families == BG_IPV6)
		return false;
	return rule->target == BG_TARGET_LOOPBACK ||
	       (rule->target == BG_TARGET_ADDRESS && rule->has_ipv4 && bg_addr_is_loopback(&rule->ipv4));
}

/** warn_localnet - that others reach what a rule, the first of such, rewrites to a loopback address of IPv4. */
static void
warn_localnet(const struct config_warnings *warnings)
{
	const struct bg_policy *policy = warnings->loaded->policy;
	const struct bg_rule *rule = NULL;
	char name[BG_IFNAME_MAX];

	for (uint32_t i = 0; i < policy->rule_count && !rule; i++)
		if (rewrites_to_127(&policy->rules[i]))
			rule = &policy->rules[i];
	if (!rule || policy->mode != BG_MODE_ENFORCE || !name_localnet(name))
		return;
	warn(warnings, NULL, rule->line,
	     "neighbours at interface \"%s\" reach servers that go to 127.0.0.1: net.ipv4.conf.%s.route_localnet or "
	     "that of \"all\" is set, expected 0, or action = confine",
	     name, name);
}

/** is_replaced - does BINDGUARD_TO stand in the place of the rule's loopback, for all that can be told? */
static bool
is_replaced(const struct config_warnings *warnings, const struct bg_rule *rule)
{
	return warnings->settings->to && rule->action == BG_ACTION_REWRITE &&
	       (rule->target == BG_TARGET_INTERFACE ? strcmp(rule->interface, warnings->settings->to) == 0
						    : rule->target == BG_TARGET_ADDRESS);
}

/** config_warn_rules - what of the rules cannot be done here now, or hits more than servers. */
void
config_warn_rules(const struct config_warnings *warnings)
{
	const struct bg_policy *policy = warnings->loaded->policy;
	bool told = false;

	for (uint32_t i = 0; i < policy->rule_count; i++) {
		const struct bg_rule *rule = &policy->rules[i];
		bool replaced = is_replaced(warnings, rule);

		if (!replaced || !told)
			warn_target(warnings, replaced ? "BINDGUARD_TO" : NULL, rule);
		told = told || replaced;
		warn_clients(warnings, i);
	}
	warn_localnet(warnings);
}

/** config_warn_log - that events cannot go to the file that they are to go to. Nothing is made or written here. */
void
config_warn_log(const struct config_warnings *warnings)
{
	const struct bg_policy *policy = warnings->loaded->policy;
	const char *path = bg_policy_string(policy, policy->log_path);
	const char *why = NULL;
	int error = policy->log_to == BG_LOG_FILE ? bg_sink_file_ask(path, &why) : 0;

	if (error)
		warn(warnings, warnings->settings->log ? "BINDGUARD_LOG" : NULL, 0,
		     "events cannot be written to %s: %s; they go to standard error", path,
		     why ? why : strerror(-error));
}
