/* SPDX-License-Identifier: MIT
 * parse.c - has libconfuse read a configuration: what it is told of the keys, and what it calls for each value. Cold. */
#include "load/parse.h"

#include <setjmp.h>
#include <string.h>

#include "load/arena.h"
#include "load/confuse_host.h"
#include "load/reader.h"

void cfg_scan_fp_end(void);
int cfg_yylex_destroy(void);

/** OPTIONS_MAX - rules have the most keys; an unknown one and the end are more. */
#define OPTIONS_MAX (KEYS - KEY_PROGRAM + 2)

/** struct options - what libconfuse is told of the keys of each section. @unused: its own place for values. */
struct options {
	cfg_opt_t section[SECTIONS][OPTIONS_MAX];
	void *unused;
};

static struct reader reader; /* what libconfuse's calls, which have no argument for it, are about */

/** bg_confuse_yylex - libconfuse's parser wants the next token: what its scanner has, and reader.c has seen. */
int
bg_confuse_yylex(cfg_t *cfg)
{
	return reader_next(&reader, cfg);
}

/** hear - libconfuse's parser stops here. What it says of that is not told: it knows less. */
static void
hear(cfg_t *cfg, const char *format, va_list arguments)
{
	(void)format, (void)arguments;
	if (!reader.scan.busy)
		reader_complain(&reader, cfg);
}

/** set_value - libconfuse has a value: on into the policy. Return: 0, as mistakes end nothing. */
static int
set_value(cfg_t *cfg, cfg_opt_t *option, const char *text, void *result)
{
	struct value value = {.key = reader.key,
			      .key_line = reader.key_line,
			      .line = (unsigned)cfg->line,
			      .nth = reader.nth,
			      .text = text};

	(void)option;
	memset(result, 0, sizeof(void *));
	if (!reader.skip)
		build_value(reader.build, &value);
	return 0;
}

/** end_rule - libconfuse is behind a rule. */
static int
end_rule(cfg_t *cfg, cfg_opt_t *option)
{
	(void)cfg, (void)option;
	build_rule_end(reader.build);
	return 0;
}

/** fill_options - the table of @section. Values are not kept: they are set, one by one, as they come. */
static void
fill_options(struct options *options, enum section section)
{
	cfg_opt_t log = CFG_SEC(NULL, options->section[SECTION_LOG], CFGF_NONE);
	cfg_opt_t rule = CFG_SEC(NULL, options->section[SECTION_RULE], CFGF_MULTI | CFGF_TITLE);
	cfg_opt_t list = CFG_PTR_LIST_CB(NULL, NULL, CFGF_NODEFAULT, set_value, NULL);
	cfg_opt_t end = CFG_END(), *option = options->section[section];

	rule.validcb = end_rule;
	list.simple_value.ptr = &options->unused;
	for (enum key key = key_first(section); key < key_first(section + 1); key++) {
		*option = key == KEY_LOG ? log : key == KEY_RULE ? rule : list;
		option++->name = key_name(key);
	}
	*option = list;
	option++->name = UNKNOWN_KEY;
	*option = end;
}

/** run - all that is done with libconfuse. Return: false where it stopped. */
static bool
run(struct options *options)
{
	cfg_t *cfg;

	for (enum section section = SECTION_TOP; section < SECTIONS; section++)
		fill_options(options, section);
	cfg = cfg_init(options->section[SECTION_TOP], CFGF_NONE);
	if (!cfg)
		return false;
	cfg_set_error_function(cfg, hear);
	return cfg_parse_fp(cfg, (FILE *)(void *)&reader.scan) == CFG_SUCCESS;
}

/**
 * parse - read @text into @build.
 * @text: @size bytes and a terminator, no NUL among them
 * Return: false, and told, where it was not read to its end. There may be mistakes in any case.
 *
 * Where memory is short libconfuse may go on without what it could not keep, or complain of something else: then nothing
 * that it says counts.
 */
bool
parse(struct build *build, const char *text, size_t size)
{
	unsigned before = bg_diags_mistakes(build->diags);
	struct options options = {.unused = NULL};
	volatile bool good = false;
	jmp_buf escape;

	reader = (struct reader){.build = build};
	reader.scan = (struct scan){.text = text, .size = size, .diags = build->diags, .line = 1, .token.line = 1};
	bg_confuse_escape = &escape;
	if (setjmp(escape) == 0)
		good = run(&options);
	bg_confuse_escape = NULL;
	cfg_scan_fp_end(); /* the scanner keeps pointers into the arena: back to its beginnings, its own way */
	cfg_yylex_destroy();
	if (arena_was_short()) {
		bg_diags_add(build->diags, 0, "out of memory while parsing");
		return false;
	}
	if (!good && bg_diags_mistakes(build->diags) == before)
		bg_diags_add(build->diags, 0, "cannot be parsed, expected the format of bindguard.conf(5)");
	return good;
}
