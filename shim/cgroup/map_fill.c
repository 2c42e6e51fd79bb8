/* SPDX-License-Identifier: MIT
 * map_fill.c - a policy as the programs in the kernel read it: its block as it is, its globs as tokens, and the devices that have
 * its addresses now. Runs in the command. */
#include "cgroup/map_fill.h"

#include <ifaddrs.h>
#include <netinet/in.h>
#include <string.h>

#include "bindguard/cgroup_rule.h"

/** add_globs - of rule number @rule. */
static void
add_globs(const struct bg_policy *policy, uint32_t rule, struct bg_cgroup_policy *value, struct bg_cgroup_glob *globs)
{
	struct bg_span programs = policy->rules[rule].programs;
	const struct bg_span *texts = bg_policy_at(policy, programs);

	if (programs.count)
		value->programs[rule / 64] |= 1ull << (rule % 64);
	for (uint32_t i = 0; i < programs.count && value->glob_count < BG_CGROUP_GLOBS_MAX; i++) {
		struct bg_cgroup_glob *glob = &globs[value->glob_count++];

		glob->rule = rule;
		bg_cgroup_rule_tokens(bg_policy_string(policy, texts[i]), glob->tokens);
	}
}

/** find_device - the device of @all that has @addr. @name: stays as it is where none has */
static void
find_device(const struct ifaddrs *all, const struct bg_addr *addr, char name[BG_IFNAME_MAX])
{
	int family = addr->family == BG_IPV4 ? AF_INET : AF_INET6;

	for (; all; all = all->ifa_next) {
		const struct sockaddr *at = all->ifa_addr;
		struct sockaddr_in6 in6;
		struct sockaddr_in in;

		if (!at || at->sa_family != family)
			continue;
		memcpy(&in, at, sizeof(in));
		if (family == AF_INET6)
			memcpy(&in6, at, sizeof(in6));
		if (family == AF_INET ? memcmp(&in.sin_addr, addr->bytes, sizeof(in.sin_addr)) != 0
				      : memcmp(&in6.sin6_addr, addr->bytes, sizeof(in6.sin6_addr)) != 0)
			continue;
		strncpy(name, all->ifa_name, BG_IFNAME_MAX - 1);
		name[strcspn(name, ":")] = '\0'; /* of an IPv4 address it is the label, `eth0:1` */
		return;
	}
}

/** map_fill - @value and @globs, which are zero, from @policy, which they can hold: bg_cgroup_rule_refused(). */
void
map_fill(const struct bg_policy *policy, struct bg_cgroup_policy *value,
	 struct bg_cgroup_glob globs[BG_CGROUP_GLOBS_MAX])
{
	struct ifaddrs *all = NULL;

	if (getifaddrs(&all))
		all = NULL; /* no device has any address then, and what needs one is refused */
	for (uint32_t i = 0; i < policy->rule_count; i++) {
		const struct bg_rule *rule = &policy->rules[i];

		add_globs(policy, i, value, globs);
		if (rule->target != BG_TARGET_ADDRESS)
			continue;
		if (rule->has_ipv4)
			find_device(all, &rule->ipv4, value->devices[i].ipv4);
		if (rule->has_ipv6)
			find_device(all, &rule->ipv6, value->devices[i].ipv6);
	}
	if (all)
		freeifaddrs(all);
	memcpy(value->block, policy, policy->size);
}
