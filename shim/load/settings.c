/* SPDX-License-Identifier: MIT
 * settings.c - the environment variables that count. Cold: read once, at load time. */
#include <stdlib.h>
#include <string.h>

#include "bindguard/load.h"

void
bg_settings_read(bool secure, struct bg_settings *settings)
{
	memset(settings, 0, sizeof(*settings));
	if (secure) /* ld.so(8), secure-execution mode: whoever set the environment may be hostile */
		return;
	settings->config = getenv("BINDGUARD_CONFIG");
	settings->mode = getenv("BINDGUARD_MODE");
	settings->to = getenv("BINDGUARD_TO");
	settings->log = getenv("BINDGUARD_LOG");
	settings->log_format = getenv("BINDGUARD_LOG_FORMAT");
	settings->log_events = getenv("BINDGUARD_LOG_EVENTS");
	settings->xdg_config_home = getenv("XDG_CONFIG_HOME");
	settings->home = getenv("HOME");
}
