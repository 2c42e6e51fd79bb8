/* SPDX-License-Identifier: MIT
 * parse.c - has libconfuse read the surveyed text; the one file that knows libconfuse. Cold. */
#include <confuse.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "load/arena.h"
#include "load/confuse_host.h"
#include "load/survey.h"

void cfg_scan_fp_end(void);
int cfg_yylex_destroy(void);

/** listener - where the error function, which has no argument for it, puts what it is told. */
static struct bg_diags *listener;

/** hear - libconfuse found a mistake in the syntax; it stops there. */
static void
hear(cfg_t *cfg, const char *format, va_list arguments)
{
	char text[BG_DIAG_TEXT_MAX];

	vsnprintf(text, sizeof(text), format, arguments);
	bg_diags_add(listener, cfg && cfg->line > 0 ? (unsigned)cfg->line : 0,
		     "%.150s, expected key = value, log { } or rule \"name\" { }", text);
}

/**
 * struct reader - where statements are found again.
 * @cfg: the whole
 * @rules: the option of it that has all rules
 * @position: of each key that is used, which option of its section it is
 * @section, @kind, @rule: the section that the last statement stood in; statements come in the order of sections
 */
struct reader {
	cfg_t *cfg;
	cfg_opt_t *rules;
	const unsigned char *position;
	cfg_t *section;
	enum section kind;
	unsigned rule;
};

/** option_of - the parsed option that @statement became, NULL where there is none. */
static cfg_opt_t *
option_of(struct reader *reader, const struct statement *statement)
{
	if (!reader->section || reader->kind != statement->section || reader->rule != statement->rule) {
		reader->kind = statement->section;
		reader->rule = statement->rule;
		reader->section = reader->cfg;
		if (statement->section == SECTION_LOG)
			reader->section = cfg_getsec(reader->cfg, survey_key_name(KEY_LOG));
		if (statement->section == SECTION_RULE)
			reader->section = cfg_opt_getnsec(reader->rules, statement->rule);
	}
	return reader->section ? &reader->section->opts[reader->position[statement->key]] : NULL;
}

/** point_values - point at the values of every statement. Return: false, and told, where they are not all there. */
static bool
point_values(cfg_t *cfg, const unsigned char *position, struct survey *survey)
{
	struct reader reader = {.cfg = cfg, .position = position};

	if (survey->rule_count)
		reader.rules = &cfg->opts[position[KEY_RULE]];

	for (size_t i = 0; i < survey->statement_count; i++) {
		const struct statement *statement = &survey->statements[i];
		cfg_opt_t *option = option_of(&reader, statement);
		unsigned count = option ? cfg_opt_size(option) : 0;

		if (count != statement->count) {
			bg_diags_add(listener, statement->line, "%s cannot be parsed, expected quoted values",
				     survey_key_name(statement->key));
			return false;
		}
		for (unsigned v = 0; v < count; v++) {
			const char *value = cfg_opt_getnstr(option, v);

			survey->values[statement->first + v] = value ? value : "";
		}
	}
	return true;
}

/**
 * run - all that is done with libconfuse, behind setjmp(). Where memory is short it may go on without what it could not
 * keep, or complain of something else: then nothing that it says counts.
 * Return: false where there are mistakes.
 */
static bool
run(cfg_t *cfg, const unsigned char *position, struct survey *survey, struct bg_diags *diags)
{
	bool good;

	cfg_set_error_function(cfg, hear);
	good = cfg_parse_buf(cfg, survey->clean) == CFG_SUCCESS && point_values(cfg, position, survey);
	if (arena_was_short()) {
		bg_diags_add(diags, 0, "out of memory while parsing");
		return false;
	}
	if (!good && bg_diags_mistakes(diags) == 0)
		bg_diags_add(diags, 0, "cannot be parsed, expected the format of bindguard.conf(5)");
	return good;
}

/** OPTIONS_MAX - rules have the most keys; one more ends the table. */
#define OPTIONS_MAX (KEYS - KEY_PROGRAM + 1)

/** struct options - what libconfuse is told of the keys of each section, and which option a key became. */
struct options {
	cfg_opt_t section[SECTIONS][OPTIONS_MAX];
	unsigned char position[KEYS];
};

/**
 * fill_options - the table of @section: those keys that the file has in any section of the kind. libconfuse copies the
 * table for each section and goes through it for each key.
 */
static void
fill_options(struct options *options, enum section section, unsigned used)
{
	cfg_opt_t log = CFG_SEC(survey_key_name(KEY_LOG), options->section[SECTION_LOG], CFGF_NONE);
	cfg_opt_t rule = CFG_SEC(survey_key_name(KEY_RULE), options->section[SECTION_RULE], CFGF_MULTI);
	cfg_opt_t end = CFG_END(), *option = options->section[section];

	for (enum key key = survey_first_key(section); key < survey_first_key(section + 1); key++) {
		cfg_opt_t list = CFG_STR_LIST(survey_key_name(key), NULL, CFGF_NODEFAULT);

		if (!(used & (1u << key)))
			continue;
		options->position[key] = (unsigned char)(option - options->section[section]);
		*option++ = key == KEY_LOG ? log : key == KEY_RULE ? rule : list;
	}
	*option = end;
}

/**
 * parse_values - fill in the values of the survey's statements. They live as long as the arena.
 * @diags: mistakes in the syntax are added
 * Return: whether all values are there.
 */
bool
parse_values(struct survey *survey, struct bg_diags *diags)
{
	struct options options = {.position = {0}};
	cfg_t *volatile cfg = NULL;
	volatile bool good = false;
	jmp_buf escape;

	for (enum section section = SECTION_TOP; section < SECTIONS; section++)
		fill_options(&options, section, survey->used);
	bg_confuse_escape = &escape;
	listener = diags;
	if (setjmp(escape) == 0) {
		cfg = cfg_init(options.section[SECTION_TOP], CFGF_NONE);
		if (cfg)
			good = run(cfg, options.position, survey, diags);
		else
			bg_diags_add(diags, 0, "out of memory");
	} else {
		good = false;
		bg_diags_add(diags, 0, "out of memory while parsing");
	}
	bg_confuse_escape = NULL;
	listener = NULL;
	return good;
}

/**
 * parse_end - what was parsed goes with the arena, arena_release() comes next: bring libconfuse's scanner, which keeps
 * pointers into it, back to its beginnings. These two are its own way to do that, though confuse.h does not tell of them.
 */
void
parse_end(void)
{
	cfg_scan_fp_end();
	cfg_yylex_destroy();
}
