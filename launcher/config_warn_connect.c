/* SPDX-License-Identifier: MIT
 * config_warn_connect.c - what rules for connect(2) do not see, and whom it hits where they cannot be followed. Runs in the
 * launcher only. */
#include "launcher/config_warn.h"

/** config_warn_connect - that some of what leaves is not looked at, where a rule is for it. Told of the first such rule. */
void
config_warn_connect(const struct config_warnings *warnings)
{
	const struct bg_policy *policy = warnings->loaded->policy;

	for (uint32_t i = 0; i < policy->rule_count; i++) {
		if (!(policy->rules[i].calls & BG_RULE_CONNECT) || policy->rules[i].action == BG_ACTION_ALLOW)
			continue;
		warnings->tell(warnings, warnings->settings->pin ? "BINDGUARD_PIN" : NULL, policy->rules[i].line,
			       "datagrams from sockets that are neither bound nor connected are not seen, nor is TCP "
			       "Fast Open: "
			       "rules for connect do not hold for them");
		return;
	}
}

/** config_warn_victims - who fails without what @rule needs. */
const char *
config_warn_victims(const struct bg_rule *rule)
{
	return rule->calls == BG_RULE_CONNECT ? "clients that are to go out there cannot connect"
					      : "servers that are to go there cannot bind";
}
