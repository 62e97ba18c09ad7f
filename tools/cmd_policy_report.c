/* SPDX-License-Identifier: EUPL-1.2 */
/* handover policy show, test and coverage of a report policy. */
#include <stdio.h>

#include "base/file.h"
#include "base/str.h"
#include "package/labels.h"
#include "policy/reportcase.h"
#include "policy/words.h"
#include "tools/cmd_policy.h"

/* ---- show ---- */

struct words {
	enum html_language language;
	const char *made, *of_few, *tables, *count, *by, *for_only, *hidden, *others, *no_others,
	    *totals, *no_totals, *rounded, *percentages, *kept, *no_dossier;
};

static const struct words dutch = {HTML_DUTCH, "Gemaakt per",
    "alleen als er in die periode minstens %lld kandidaten zijn", "Tabellen", "geteld worden",
    "naar", "alleen",
    "Aantallen van 1 tot en met %lld worden niet getoond, ook niet als zij een totaal zijn; een "
    "aantal afspraken ook niet als zij van zo weinig mensen zijn.",
    "Zo nodig worden meer aantallen weggelaten, zodat geen weggelaten aantal uit de andere is te "
    "berekenen.",
    "Wat is weggelaten, kan uit de totalen te berekenen zijn.",
    "Totalen worden apart afgerond, en tellen daarom niet altijd op.", "Er zijn geen totalen.",
    "Aantallen worden afgerond op veelvouden van %lld.",
    "Percentages alleen van een totaal van minstens %lld.", "Bewaard door de ontvanger",
    "Er gaat geen dossier mee, en niets dat iemand in een dossier schreef: alleen deze tabellen."};

static const struct words english = {HTML_ENGLISH, "Made per",
    "only when there are at least %lld candidates in that period", "Tables", "counted are", "by",
    "only",
    "Counts from 1 to %lld are not shown, nor such totals; nor a count of appointments of so few "
    "people.",
    "Where needed more counts are left out, so that none left out can be worked out from the "
    "others.",
    "What is left out may be worked out from the totals.",
    "Totals are rounded for themselves, so they need not add up.", "There are no totals.",
    "Counts are rounded to multiples of %lld.", "Percentages only of a total of at least %lld.",
    "Kept by the recipient",
    "No dossier leaves, and nothing that anybody wrote in one: these tables alone."};

static const char *say(const struct words *w, const char *in_dutch, const char *in_english)
{
	return w->language == HTML_DUTCH ? in_dutch : in_english;
}

/* The codes that count as a category, where it is not one code of that name. */
static void print_codes(const struct report_dimension *d, size_t category)
{
	const char *between = " (";
	for (size_t i = 0; i < d->codes_n; i++) {
		if (d->codes[i].category != category ||
		    str_eq(d->codes[i].code, d->categories[category]))
			continue;
		(void)printf("%s%s", between, d->codes[i].code);
		between = ", ";
	}
	(void)printf("%s", between[0] == ',' ? ")" : "");
}

static void print_categories(const struct words *w, const struct report_dimension *d)
{
	(void)printf("    %s (%s): ", label(d->name, w->language), d->name);
	for (size_t i = 0; i < d->categories_n; i++) {
		char text[160];
		label_category(d->name, d->categories[i], w->language, text, sizeof text);
		(void)printf("%s%s", i ? ", " : "", text);
		print_codes(d, i);
	}
	(void)printf("\n");
}

static void print_bits(const struct words *w, const struct policy_words *words, unsigned bits)
{
	const char *between = "";
	for (size_t i = 0; i < words->n; i++)
		if (bits & 1U << i) {
			(void)printf("%s%s", between, label(words->list[i], w->language));
			between = ", ";
		}
}

static void print_table(const struct words *w, const struct report_table *t)
{
	char key[64];
	(void)snprintf(key, sizeof key, "count.%s", report_unit_words[t->count]);
	const char *unit = label(key, w->language);
	(void)printf("  %s: %s %s %s ", t->name, w->count, unit, w->by);
	for (size_t i = 0; i < t->by_n; i++)
		(void)printf("%s%s", i ? " × " : "", label(t->by[i].name, w->language));
	if (t->only_if.programmes) {
		(void)printf("; %s ", w->for_only);
		print_bits(w, &policy_programmes, t->only_if.programmes);
	}
	if (t->only_if.duties) {
		(void)printf("; %s ",
		    say(w, "alleen als de ontvanger deze taak heeft:",
			"only if the recipient has this duty:"));
		print_bits(w, &policy_duties, t->only_if.duties);
	}
	(void)printf("\n");
	for (size_t i = 0; i < t->by_n; i++)
		print_categories(w, &t->by[i]);
}

/* A sentence with one number in it, which the words above have as %lld. */
static void print_number(const char *text, long long n, const char *end)
{
	const char *at = text;
	for (; *at && !(at[0] == '%' && at[1] == 'l'); at++)
		(void)putchar(*at);
	(void)printf("%lld%s%s", n, *at ? at + 4 : "", end);
}

static void print_report(const struct report_policy *r, const struct words *w)
{
	char term[128], key[64];
	(void)snprintf(key, sizeof key, "period.%s", report_period_words[r->period]);
	policy_print_head(r->head, w->language);
	label_term(
	    r->head->recipient_keep, r->head->recipient_after, w->language, term, sizeof term);
	(void)printf("%s: %s\n\n%s\n%s %s, ", w->kept, term, w->no_dossier, w->made,
	    label(key, w->language));
	print_number(w->of_few, r->min_candidates, ".\n\n");
	(void)printf("%s:\n", w->tables);
	for (size_t i = 0; i < r->tables_n; i++)
		print_table(w, &r->tables[i]);
	(void)printf("\n");
	print_number(w->hidden, r->below - 1, "\n");
	(void)printf("%s\n%s\n%s\n",
	    r->hide_zero ? say(w, "Nullen worden ook weggelaten.", "Zeros are left out as well.")
			 : say(w, "Nullen worden getoond.", "Zeros are shown."),
	    r->complementary ? w->others : w->no_others, r->hide_totals ? w->no_totals : w->totals);
	print_number(w->rounded, r->round_to, "\n");
	if (!r->hide_totals)
		print_number(w->percentages, r->min_denominator, "\n");
}

static int show_json(const struct report_policy *r)
{
	json_t *out = report_meaning_json(r);
	jx_set(out, "version", json_integer(r->head->version));
	jx_set(out, "status", json_string(policy_statuses.list[r->head->status]));
	jx_set(out, "title", json_string(r->head->title));
	jx_set(out, "sha256", json_string(r->head->sha256));
	jx_set(out, "meaning", json_string(r->head->meaning));
	return cli_print_json(out);
}

int policy_report_show(
    const struct cli *cli, const struct policy_source *f, enum html_language language)
{
	if (cli_json(cli))
		return show_json(f->report);
	print_report(f->report, language == HTML_ENGLISH ? &english : &dutch);
	return 0;
}

/* ---- test and coverage ---- */

static int run_cases(const struct cli *cli, const struct policy_source *f,
    struct report_results *ret, struct errinfo *ei)
{
	struct buf text GW_CLEANUP(buf_release) = BUF_INIT(POLICY_TEXT_MAX);
	char *path GW_CLEANUP(str_free_p) = NULL;
	int r = policy_tests_path(cli, f, &path, ei);
	if (r == 0)
		r = file_read(path, POLICY_TEXT_MAX, &text, ei);
	return r < 0
	    ? r
	    : reportcase_run(path, text.data ? text.data : "", text.len, f->report, ret, ei);
}

int policy_report_test(const struct cli *cli, const struct policy_source *f)
{
	struct report_results results GW_CLEANUP(report_results_release) = {0};
	struct errinfo ei = ERRINFO_INIT;
	int r = run_cases(cli, f, &results, &ei);
	return r < 0 ? cli_fail(cli, r, &ei) : policy_say_cases(cli, f->head->id, &results.cases);
}

int policy_report_coverage(const struct cli *cli, const struct policy_source *f, uint64_t least)
{
	struct report_results results GW_CLEANUP(report_results_release) = {0};
	struct errinfo ei = ERRINFO_INIT;
	struct policy_figure tests = {0};
	int r = run_cases(cli, f, &results, &ei);
	if (r < 0 || !results.reached)
		return cli_fail(cli, r, &ei);
	for (size_t i = 0; i < f->report->tables_n; i++) {
		const struct report_table *t = &f->report->tables[i];
		const struct report_reached *x = &results.reached[i];
		policy_say_cover(cli, &tests, t->name, "taken", x->taken);
		policy_say_cover(cli, &tests, t->name, "a count shown", x->shown);
		policy_say_cover(cli, &tests, t->name, "a count suppressed", x->hidden);
		if (t->only_if.programmes || t->only_if.duties) {
			policy_say_cover(cli, &tests, t->name, "condition false", x->unmet);
		}
	}
	return policy_say_tried(cli, &tests, least);
}
