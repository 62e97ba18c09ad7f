/* SPDX-License-Identifier: EUPL-1.2 */
/* handover policy show: what a policy does with every field, for a citizen and for the register. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/str.h"
#include "dossier/catalogue.h"
#include "package/labels.h"
#include "package/policy_words.h"
#include "package/register_page.h"
#include "package/words.h"
#include "policy/meaning.h"
#include "policy/profile.h"
#include "tools/cmd_policy.h"

enum { LINE = 4000, PAGE_MAX = 4 << 20, COLUMNS = 5 };

int policy_language(const struct cli *cli, enum html_language *ret)
{
	const char *option = cli_value(cli, "language") ? "language" : "lang";
	const char *s = cli_value(cli, option);
	if (s && !str_eq(s, "nl") && !str_eq(s, "en"))
		return cli_usage(cli, "--%s is nl or en", option);
	if (s)
		*ret = str_eq(s, "en") ? HTML_ENGLISH : HTML_DUTCH;
	return 0;
}

static void print_line(const char *head, const char *name, const struct buf *text)
{
	(void)printf("%s%s%s: %s\n", head, *name ? " " : "", name, text->len ? text->data : "");
}

static void print_part(const struct policy *p, enum policy_part part, enum html_language language)
{
	struct buf text GW_CLEANUP(buf_release) = BUF_INIT(LINE);
	policy_words_part(p, part, language, &text);
	print_line(policy_words_part_name(part, language), "", &text);
}

void policy_print_head(const struct policy *p, enum html_language language)
{
	static const enum policy_part parts[] = {
	    PART_VALID, PART_PURPOSE, PART_PARTIES, PART_CONTRACTS, PART_REQUIRES, PART_APPROVED};
	(void)printf("%s\n%s, %s %" PRId64 " (%s)\nsha256 %s\n", p->title, p->id,
	    words_say(language, "versie", "version"), p->version,
	    label(policy_statuses.list[p->status], language), p->sha256);
	for (size_t i = 0; i < GW_LENGTH(parts); i++)
		print_part(p, parts[i], language);
}

static void print_head(const struct policy *p, enum html_language language)
{
	policy_print_head(p, language);
	print_part(p, PART_OFFER, language);
	print_part(p, PART_RETENTION, language);
	print_part(p, PART_LIMITS, language);
	print_part(p, PART_CONSENT, language);
	for (size_t i = 0; i < p->attachments_n; i++) {
		struct buf text GW_CLEANUP(buf_release) = BUF_INIT(LINE);
		policy_words_attachment(p, &p->attachments[i], language, &text);
		print_line(words_say(language, "bijlagen", "attachments"), "", &text);
	}
	for (size_t i = 0; i < p->profiles_n; i++) {
		struct buf text GW_CLEANUP(buf_release) = BUF_INIT(LINE);
		policy_words_profile(p, i, language, &text);
		print_line(
		    words_say(language, "scanprofiel", "scan profile"), p->profiles[i].name, &text);
	}
	(void)printf("\n");
}

/* A row; the last cell is as long as it is. */
static void print_row(const char *const cells[COLUMNS], const size_t widths[COLUMNS])
{
	for (size_t i = 0; i + 1 < COLUMNS; i++) {
		size_t n = field_chars(cells[i]);
		(void)printf("%s%*s  ", cells[i], (int)(n < widths[i] ? widths[i] - n : 0), "");
	}
	(void)printf("%s\n", cells[COLUMNS - 1]);
}

static void widen(const char *const cells[COLUMNS], size_t widths[COLUMNS])
{
	for (size_t i = 0; i + 1 < COLUMNS; i++) {
		size_t n = field_chars(cells[i]);
		widths[i] = n > widths[i] ? n : widths[i];
	}
}

static void print_table(const struct policy *p, enum html_language language)
{
	static const char *const heads[][COLUMNS] = {
	    {"gegeven", "veld", "klasse", "wat gebeurt er", "waarom"},
	    {"data", "field", "class", "what happens", "why"}};
	size_t widths[COLUMNS] = {0};
	widen(heads[language], widths);
	for (int pass = 0; pass < 2; pass++) { /* to see how wide it is, then to print */
		if (pass)
			print_row(heads[language], widths);
		for (size_t i = 0; i < p->decisions_n; i++) {
			const struct policy_decision *d = &p->decisions[i];
			struct buf what GW_CLEANUP(buf_release) = BUF_INIT(LINE);
			char *name GW_CLEANUP(str_free_p) = str_printf("%s: %s",
			    label(d->field->group, language), label(d->field->path, language));
			policy_words_action(d, language, &what);
			const char *cells[COLUMNS] = {name, d->field->path,
			    policy_words_class(d->field->cls, language), what.len ? what.data : "",
			    policy_words_because(d)};
			if (pass)
				print_row(cells, widths);
			else
				widen(cells, widths);
		}
	}
}

json_t *policy_decision_json(const struct policy *p, const struct policy_decision *d)
{
	json_t *one = json_object();
	jx_set(one, "field", json_string(d->field->path));
	jx_set(one, "class", json_string(field_class_name(d->field->cls)));
	jx_set(one, "type", json_string(field_type_name(d->field->type)));
	jx_set(one, "action", d->rule ? meaning_rule(p, d->rule) : json_string("stays"));
	if (d->rule)
		jx_set(one, "rule", json_string(d->rule->name));
	jx_set(one, "line",
	    json_integer((json_int_t)(d->rule ? d->rule->line
		    : d->withhold             ? d->withhold->line
					      : 0)));
	jx_set(one, "because", json_string(policy_words_because(d)));
	return one;
}

static int show_json(const struct policy *p)
{
	json_t *out = meaning_json(p), *list = json_array();
	jx_set(out, "version", json_integer(p->version));
	jx_set(out, "status", json_string(policy_statuses.list[p->status]));
	jx_set(out, "title", json_string(p->title));
	jx_set(out, "sha256", json_string(p->sha256));
	jx_set(out, "meaning", json_string(p->meaning));
	for (size_t i = 0; i < p->decisions_n; i++)
		jx_add(list, policy_decision_json(p, &p->decisions[i]));
	jx_set(out, "fields", list);
	return cli_print_json(out);
}

static int show_html(const struct cli *cli, const struct policy *p, enum html_language language)
{
	struct buf page GW_CLEANUP(buf_release) = BUF_INIT(PAGE_MAX);
	struct errinfo ei = ERRINFO_INIT;
	int r = register_page(p, language, &page, &ei);
	if (r < 0)
		return cli_fail(cli, r, &ei);
	(void)fwrite(page.data, 1, page.len, stdout); /* output_finish reports a full disk */
	return 0;
}

static int run_show(struct cli *cli)
{
	struct policy_source f GW_CLEANUP(policy_source_release) = {0};
	struct errinfo ei = ERRINFO_INIT;
	enum html_language language = HTML_DUTCH;
	int usage = policy_language(cli, &language);
	if (usage)
		return usage;
	if (cli_json(cli) && cli_given(cli, "html"))
		return cli_usage(cli, "--json and --html do not go together");
	int r = policy_source_any(cli, cli_operand(cli, 0), &f, &ei);
	if (r < 0)
		return cli_fail(cli, r, &ei);
	if (f.report && cli_given(cli, "html"))
		return cli_usage(cli, "there is no --html of a report policy, only of a policy");
	if (f.report)
		return policy_report_show(cli, &f, language);
	if (cli_json(cli))
		return show_json(f.policy);
	if (cli_given(cli, "html"))
		return show_html(cli, f.policy, language);
	print_head(f.policy, language);
	print_table(f.policy, language);
	return 0;
}

static const struct cli_option show_options[] = {
    {"html", 0, NULL, "a page for the register of processing, to keep or to print", false},
    POLICY_LANGUAGE_OPTION("nl"),
    {"lang", 0, "nl|en", "the same", false},
    POLICY_CATALOGUE_OPTION,
    {0},
};

const struct cli_command cmd_policy_show = {
    .name = "show",
    .operands = "POLICY",
    .least = 1,
    .most = 1,
    .summary = "print what happens to every field, for the register of processing",
    .detail =
	"A table for people: of each piece of data its class, what happens to it and why, below "
	"what the policy is for. With --html one page that needs nothing else: `handover policy "
	"show --html POLICY >POLICY.html`.",
    .options = show_options,
    .run = run_show,
};
