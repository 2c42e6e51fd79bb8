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
#include "bindguard/errname.h"
#include "bindguard/event.h"
#include "bindguard/interface.h"
#include "bindguard/sink.h"
#include "launcher/availability.h"
#include "launcher/sockets/interfaces.h"
#include "launcher/sockets/sockets.h"
#include "launcher/unreachable.h"

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
		config_warn_tell(warnings, variable, 0, "mode is %s",
				 policy->mode == BG_MODE_OFF ? "off: nothing is guarded"
							     : "observe: nothing is changed");
		return true;
	}
	for (uint32_t i = 0; i < policy->rule_count; i++)
		if (policy->rules[i].action != BG_ACTION_ALLOW && !unreachable_no_wildcard(policy, i, false))
			return false;
	config_warn_tell(
		warnings, NULL, 0,
		"no rule rewrites, confines, limits or denies a wildcard address: servers stay open to the network");
	return true;
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
	bool denies = rule->action == BG_ACTION_DENY, limits = rule->action == BG_ACTION_LIMIT;

	if ((!denies && !limits && !is_local(rule)) || unreachable_no_wildcard(warnings->loaded->policy, index, true))
		return;
	config_warn_tell(
		warnings, NULL, rule->line,
		"rule \"%s\" also %s UDP clients, which bind a wildcard and port 0: %s, expected a rule before it that "
		"allows them (\"udp-clients\" of bindguard.conf(5))",
		name_of(warnings, rule),
		denies	 ? "denies"
		: limits ? "limits"
			 : "moves",
		denies	 ? "they cannot start"
		: limits ? "they hear an answer from elsewhere only where they connect first"
			 : "they can send to no other host (EINVAL)");
}

/**
 * name_localnet - an interface whose neighbours reach 127.0.0.0/8, interfaces.c. Return: false where there is none, or nobody
 * tells.
 */
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
	config_warn_tell(
		warnings, NULL, rule->line,
		"neighbours at interface \"%s\" reach servers that go to 127.0.0.1: net.ipv4.conf.%s.route_localnet or "
		"that of \"all\" is set, expected 0, or action = confine",
		name, name);
}

/** is_last_from - of all limits, is @rule one whose places stand last in the policy, as the environment's do? */
static bool
is_last_from(const struct bg_policy *policy, const struct bg_rule *rule)
{
	for (uint32_t i = 0; i < policy->rule_count; i++)
		if (policy->rules[i].from.offset > rule->from.offset)
			return false;
	return true;
}

/** replacing - the variable that stands in the place of the rule's loopback, for all that can be told; NULL: none. */
static const char *
replacing(const struct config_warnings *warnings, const struct bg_rule *rule)
{
	const struct bg_settings *settings = warnings->settings;

	if (settings->from && rule->action == BG_ACTION_LIMIT && is_last_from(warnings->loaded->policy, rule))
		return "BINDGUARD_FROM";
	if (settings->confine && rule->action == BG_ACTION_CONFINE && strcmp(rule->interface, settings->confine) == 0)
		return "BINDGUARD_CONFINE";
	if (settings->pin && rule->action == BG_ACTION_CONFINE)
		return "BINDGUARD_PIN";
	if (settings->to && rule->action == BG_ACTION_REWRITE &&
	    (rule->target == BG_TARGET_INTERFACE ? strcmp(rule->interface, settings->to) == 0
						 : rule->target == BG_TARGET_ADDRESS))
		return "BINDGUARD_TO";
	return NULL;
}

/** config_warn_rules - what of the rules cannot be done here now, or hits more than servers. */
void
config_warn_rules(const struct config_warnings *warnings)
{
	const struct bg_policy *policy = warnings->loaded->policy;
	bool told = false, limited = false;

	for (uint32_t i = 0; i < policy->rule_count; i++) {
		const struct bg_rule *rule = &policy->rules[i];
		const char *variable = replacing(warnings, rule);

		if (!variable || !told)
			config_warn_target(warnings, variable, rule);
		if (!limited)
			config_warn_filter(warnings, variable, rule);
		limited = limited || rule->action == BG_ACTION_LIMIT;
		told = told || variable;
		if (!warnings->settings->pin) /* whose clients are to go the same way */
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
		config_warn_tell(warnings, warnings->settings->log ? "BINDGUARD_LOG" : NULL, 0,
				 "events cannot be written to %s: %s; they go to standard error", path,
				 why ? why : strerror(-error));
}
