/* SPDX-License-Identifier: MIT
 * compile_policy.c - run at build time: a configuration file to C source, by the very loader of the library. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bindguard/file.h"
#include "bindguard/mistakes.h"

/** print_source - @policy as an array of bytes named after @symbol. */
static void
print_source(const char *symbol, const struct bg_policy *policy)
{
	const unsigned char *bytes = (const unsigned char *)policy;

	printf("/* Made by compile_policy; do not edit. */\n#include \"bindguard/policy.h\"\n\n");
	printf("_Alignas(8) const unsigned char %s_block[%u] = {", symbol, (unsigned)policy->size);
	for (uint32_t i = 0; i < policy->size; i++)
		printf("%s%u,", i % 24 ? "" : "\n\t", bytes[i]);
	printf("\n};\n\nconst struct bg_policy *const %s = (const struct bg_policy *)(const void *)%s_block;\n", symbol,
	       symbol);
}

int
main(int argc, char **argv)
{
	struct bg_diags diags = {.count = 0};
	struct bg_policy *policy = NULL;
	size_t size = 0;
	char mistake[BG_MISTAKE_MAX];
	char *text;

	if (argc != 3) {
		fprintf(stderr, "usage: compile_policy SYMBOL FILE.conf\n");
		return 1;
	}
	text = bg_file_read(argv[2], NULL, &size, &diags);
	if (text)
		policy = bg_load_text(text, size, &diags);
	for (unsigned i = 0; i < diags.count; i++) {
		bg_mistake_format(&diags.items[i], argv[2], NULL, mistake, sizeof(mistake));
		fprintf(stderr, "%s\n", mistake);
	}
	if (!policy || diags.count)
		return 1;
	policy->lockdown = strcmp(argv[1], "bg_policy_lockdown") == 0;
	print_source(argv[1], policy);
	free(policy);
	free(text);
	return 0;
}
