/* SPDX-License-Identifier: MIT
 * mistake.c - a configuration with one mistake. */
#include "unit/mistake.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "bindguard/load.h"

/** mistake_expect - @text must give no policy and one mistake, in @line and with @part in its words. */
void
mistake_expect(const char *text, size_t size, unsigned line, const char *part)
{
	static struct bg_diags diags;
	const struct bg_diag *diag = &diags.items[0];

	struct bg_policy *policy;

	memset(&diags, 0, sizeof(diags));
	policy = bg_load_text(text, size, &diags);
	if (policy || diags.count != 1 || diag->line != line || !strstr(diag->text, part)) {
		print_error("---\n%.400s\n--- expected %s in line %u, got %s and\n", text, part, line,
			    policy ? "a policy" : "no policy");
		for (unsigned i = 0; i < diags.count; i++)
			print_error("%u: %s\n", diags.items[i].line, diags.items[i].text);
		fail();
	}
}
