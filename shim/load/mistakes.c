/* SPDX-License-Identifier: MIT
 * mistakes.c - renders the mistakes of a configuration, and says what they mean. Cold; allocates and prints nothing. */
#include "bindguard/mistakes.h"

#include <stdio.h>
#include <string.h>

#include "bindguard/line.h"

#define COMPLAINTS_SHOWN 12
#define MORE_MAX 64 /* bytes of a line that is about no single mistake, without what they mean */

void
bg_mistake_format(const struct bg_diag *diag, const char *path, const char *option, char *text, size_t size)
{
	const char *place = option ? "bindguard" : diag->variable ? "environment" : path[0] ? path : "built-in";
	const char *rest = diag->text + diag->name_at + (option ? strlen(diag->variable) : 0);
	size_t others = strlen(":4294967295: ") + strlen(diag->text) + 1;
	struct bg_line line = {.text = text, .size = size};

	bg_line_escaped(&line, place, size > others ? size - others : 0, BG_ESCAPE_TEXT);
	if (diag->line)
		line.length += (size_t)snprintf(text + line.length, size - line.length, ":%u", diag->line);
	snprintf(text + line.length, size - line.length, ": %.*s%s%s", (int)diag->name_at, diag->text,
		 option ? option : "", rest);
}

size_t
bg_mistakes_format(const struct bg_loaded *loaded, const struct bg_mistakes_style *style, char *text, size_t size)
{
	unsigned at = style->first, mistakes = bg_diags_mistakes(&loaded->diags);
	char one[BG_MISTAKE_MAX];
	size_t used = 0;

	text[0] = '\0';
	for (; at < loaded->diags.count && at - style->first < style->most; at++) {
		const struct bg_diag *diag = &loaded->diags.items[at];
		bool asked = diag->variable && style->option;

		bg_mistake_format(diag, loaded->path, asked ? style->option(style->context, diag->variable) : NULL, one,
				  sizeof(one));
		if (used + strlen(style->prefix) + strlen(one) + MORE_MAX > size)
			break;
		used += (size_t)snprintf(text + used, size - used, "%s%s\n", style->prefix, one);
	}
	if (mistakes > at)
		used += (size_t)snprintf(text + used, size - used, "bindguard: and %u more mistake%s, not shown\n",
					 mistakes - at, mistakes - at == 1 ? "" : "s");
	return used;
}

const char *
bg_mistakes_meaning(const struct bg_loaded *loaded)
{
	switch (loaded->policy->mode) {
	case BG_MODE_OFF: return "BINDGUARD_MODE=off, programs are not guarded";
	case BG_MODE_OBSERVE: return "BINDGUARD_MODE=observe, nothing is changed";
	default: return BG_LOCKDOWN_MEANS;
	}
}

void
bg_mistakes_complain(const struct bg_loaded *loaded, char text[BG_COMPLAINTS_MAX])
{
	static const struct bg_mistakes_style style = {.prefix = "bindguard: ", .most = COMPLAINTS_SHOWN};
	const char *meaning = bg_mistakes_meaning(loaded);
	size_t used = bg_mistakes_format(loaded, &style, text, BG_COMPLAINTS_MAX - MORE_MAX - strlen(meaning));

	if (used)
		snprintf(text + used, BG_COMPLAINTS_MAX - used, "bindguard: the configuration is not used; %s\n",
			 meaning);
}
