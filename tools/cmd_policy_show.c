/* SPDX-License-Identifier: EUPL-1.2 */
/* handover policy show and explain: what a policy does, for the register and for a question. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/str.h"
#include "dossier/catalogue.h"
#include "package/labels.h"
#include "policy/condition.h"
#include "policy/meaning.h"
#include "policy/words.h"
#include "tools/cmd_policy.h"

enum { LINE = 2000 };

struct words {
	const char *field, *cls, *action, *reason, *stays, *undecided, *only_if, *newest, *since;
	const char *version, *valid, *purpose, *parties, *requires, *attachments, *terms;
	const char *programme, *duty, *consent, *package, *recipient, *sender, *never;
	const char *classes[FIELD_CLASSES];
	const char *as[AS_PSEUDONYM + 1];
	enum html_language language; /* of the labels that a dossier's page has, too */
};

static const struct words dutch = {"veld", "klasse", "wat gebeurt er", "waarom", "blijft",
    "blijft (niet besloten)", "alleen als", "nieuwste", "niet ouder dan", "versie", "geldig",
    "doel en grondslag", "van, naar", "vereist", "bijlagen", "bewaren", "het programma is ",
    " een wettelijke taak van de ontvanger is", "er is toestemming voor ", "pakket", "ontvanger",
    "afzender wist", "nooit",
    {"nationaal nummer", "identificerend", "contact", "gewoon", "gevoelig", "bijzonder (AVG 9)",
	"strafrechtelijk (AVG 10)", "vrije tekst", "derden"},
    {"gaat mee", "voorletters", "alleen jaar", "jaar en maand", "postcode, vier cijfers",
	"laatste vier tekens", "alleen of het er is", "gescande tekst", "leeftijdsgroep",
	"eerste tekens", "pseudoniem"},
    HTML_DUTCH};

static const struct words english = {"field", "class", "what happens", "why", "stays",
    "stays (not decided)", "only if", "newest", "not older than", "version", "valid",
    "purpose and basis", "from, to", "requires", "attachments", "retention", "the programme is ",
    " is a legal duty of the recipient", "there is consent for ", "package", "recipient",
    "sender deletes", "never",
    {"national number", "identifying", "contact", "ordinary", "sensitive", "special (GDPR 9)",
	"criminal (GDPR 10)", "free text", "third party"},
    {"leaves as it is", "initials", "year only", "year and month", "postcode, four digits",
	"last four characters", "only whether it is there", "scanned text", "age band",
	"first characters", "pseudonym"},
    HTML_ENGLISH};

/* A message that no longer fits its line is cut. */
static void add(struct buf *b, const char *s)
{
	if (buf_adds(b, s) < 0)
		return;
}

static void add_condition(struct buf *b, const struct policy_condition *c)
{
	struct buf list GW_CLEANUP(buf_release) = BUF_INIT(LINE);
	const char *between = "";
	if (c->programmes && policy_bits_text(&policy_programmes, c->programmes, &list) == 0) {
		add(b, "programme ");
		add(b, list.data);
		between = "; ";
	}
	buf_clear(&list);
	if (c->duties && policy_bits_text(&policy_duties, c->duties, &list) == 0) {
		add(b, between);
		add(b, "recipient_duty ");
		add(b, list.data);
		between = "; ";
	}
	for (size_t i = 0; i < c->consents_n; i++) {
		add(b, between);
		add(b, "consent ");
		add(b, c->consents[i]);
		between = "; ";
	}
}

/* The words whose bits are set, as people say them. */
static void add_labels(
    struct buf *b, const struct words *w, const struct policy_words *words, unsigned bits)
{
	const char *between = "";
	for (size_t i = 0; i < words->n; i++) {
		if (!(bits & 1U << i))
			continue;
		add(b, between);
		add(b, label(words->list[i], w->language));
		between = ", ";
	}
}

/* A condition as people say it. */
static void add_only_if(struct buf *b, const struct words *w, const struct policy_condition *c)
{
	if (c->programmes) {
		add(b, w->programme);
		add_labels(b, w, &policy_programmes, c->programmes);
	}
	if (c->duties) {
		add(b, c->programmes ? "; " : "");
		add_labels(b, w, &policy_duties, c->duties);
		add(b, w->duty);
	}
	for (size_t i = 0; i < c->consents_n; i++) {
		add(b, i ? ", " : c->programmes || c->duties ? "; " : "");
		add(b, i ? "" : w->consent);
		add(b, label(c->consents[i], w->language));
	}
}

static bool conditional(const struct policy_condition *c)
{
	return c->programmes || c->duties || c->consents_n;
}

static void action(const struct policy_decision *d, const struct words *w, struct buf *out)
{
	const struct policy_rule *r = d->rule;
	char number[64];
	if (!r) {
		add(out, d->withhold ? w->stays : w->undecided);
		return;
	}
	add(out, w->as[r->as]);
	if (r->as == AS_AGE_BAND || r->as == AS_TRUNCATE) {
		(void)snprintf(number, sizeof number, " (%lld)", (long long)r->n);
		add(out, number);
	}
	if (r->as == AS_PSEUDONYM) {
		add(out, " ");
		add(out, r->domain);
	}
	if (r->newest) {
		(void)snprintf(number, sizeof number, ", %s %lld", w->newest, (long long)r->newest);
		add(out, number);
	}
	if (r->since.n) {
		label_term(r->since, NULL, w->language, number, sizeof number);
		add(out, ", ");
		add(out, w->since);
		add(out, " ");
		add(out, number);
	}
	if (conditional(&r->only_if)) {
		add(out, ", ");
		add(out, w->only_if);
		add(out, " ");
		add_only_if(out, w, &r->only_if);
	}
}

static void print_cell(const char *s, size_t width)
{
	size_t n = field_chars(s);
	(void)printf("%s%*s  ", s, (int)(n < width ? width - n : 0), "");
}

static void print_row(const char *const cells[4], const size_t widths[4])
{
	for (size_t i = 0; i < 3; i++)
		print_cell(cells[i], widths[i]);
	(void)printf("%s\n", cells[3]);
}

static const char *reason(const struct policy_decision *d)
{
	return d->rule ? d->rule->because : d->withhold ? d->withhold->because : "";
}

static void print_bits(
    const char *head, const struct words *w, const struct policy_words *words, unsigned bits)
{
	struct buf b GW_CLEANUP(buf_release) = BUF_INIT(LINE);
	add_labels(&b, w, words, bits);
	(void)printf("%s%s", head, b.len ? b.data : "-");
}

static void print_terms(const struct policy *p, const struct words *w)
{
	char term[128];
	label_term(p->package_term, NULL, w->language, term, sizeof term);
	(void)printf("%s: %s %s", w->terms, w->package, term);
	label_term(p->recipient_keep, p->recipient_after, w->language, term, sizeof term);
	(void)printf("; %s %s; %s ", w->recipient, term, w->sender);
	if (p->sender_never) {
		(void)printf("%s\n", w->never);
		return;
	}
	label_term(p->sender_delete, p->sender_after, w->language, term, sizeof term);
	(void)printf("%s\n", term);
}

void policy_print_head(const struct policy *p, bool in_english)
{
	const struct words *w = in_english ? &english : &dutch;
	char from[DATE_TEXT], until[DATE_TEXT], law[64];
	date_text(p->from, from);
	date_text(p->until, until);
	(void)printf("%s\n%s, %s %lld (%s), %s %s – %s\n", p->title, p->id, w->version,
	    (long long)p->version, label(policy_statuses.list[p->status], w->language), w->valid,
	    from, until);
	(void)printf("sha256 %s\n", p->sha256);
	(void)printf("%s: %s, %s (", w->purpose, label(p->purpose, w->language),
	    label(p->gdpr, w->language));
	for (size_t i = 0; i < p->laws_n; i++) {
		label_law(p->laws[i], w->language, law, sizeof law);
		(void)printf("%s%s", i ? ", " : "", law);
	}
	(void)printf(")\n%s: ", w->parties);
	print_bits("", w, &policy_roles, p->sender);
	print_bits(" → ", w, &policy_roles, p->recipient);
	print_bits("; ", w, &policy_contracts, p->contract_status);
	print_bits("; ", w, &policy_programmes, p->programmes);
	(void)printf("\n%s: ", w->requires);
	print_bits("", w, &policy_requirements, p->requires);
	(void)printf("\n");
}

static void print_head(const struct policy *p, const struct words *w)
{
	policy_print_head(p, w == &english);
	print_terms(p, w);
	size_t n;
	const struct policy_words types = {catalogue_words(p->catalogue, LIST_ATTACHMENTS, &n), n};
	for (size_t i = 0; i < p->attachments_n; i++) {
		(void)printf("%s: ", w->attachments);
		print_bits("", w, &types, p->attachments[i].types);
		print_bits(" (", w, &policy_formats, p->attachments[i].formats);
		(void)printf("; %s; %lld MB)\n", label(p->attachments[i].clean, w->language),
		    (long long)p->attachments[i].max_mb);
	}
	policy_print_terms(p, w == &english);
	(void)printf("\n");
}

static void print_table(const struct policy *p, const struct words *w)
{
	const char *head[4] = {w->field, w->cls, w->action, w->reason};
	size_t widths[4] = {field_chars(w->field), field_chars(w->cls), field_chars(w->action), 0};
	for (int pass = 0; pass < 2; pass++) {
		if (pass)
			print_row(head, widths);
		for (size_t i = 0; i < p->decisions_n; i++) {
			const struct policy_decision *d = &p->decisions[i];
			struct buf what GW_CLEANUP(buf_release) = BUF_INIT(LINE);
			action(d, w, &what);
			const char *cells[4] = {
			    d->field->path, w->classes[d->field->cls], what.data, reason(d)};
			if (pass)
				print_row(cells, widths);
			for (size_t k = 0; !pass && k < 3; k++)
				widths[k] = field_chars(cells[k]) > widths[k]
				    ? field_chars(cells[k])
				    : widths[k];
		}
	}
}

static json_t *decision_json(const struct policy *p, const struct policy_decision *d)
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
	jx_set(one, "because", json_string(reason(d)));
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
		jx_add(list, decision_json(p, &p->decisions[i]));
	jx_set(out, "fields", list);
	return cli_print_json(out);
}

static int run_show(struct cli *cli)
{
	struct policy_source f GW_CLEANUP(policy_source_release) = {0};
	struct errinfo ei = ERRINFO_INIT;
	const char *lang = cli_value(cli, "lang");
	if (lang && !str_eq(lang, "nl") && !str_eq(lang, "en"))
		return cli_usage(cli, "--lang: nl or en is expected");
	int r = policy_source_any(cli, cli_operand(cli, 0), &f, &ei);
	if (r < 0)
		return cli_fail(cli, r, &ei);
	if (f.report)
		return policy_report_show(cli, &f, str_eq(lang, "en"));
	if (cli_json(cli))
		return show_json(f.policy);
	const struct words *w = str_eq(lang, "en") ? &english : &dutch;
	print_head(f.policy, w);
	print_table(f.policy, w);
	return 0;
}

static const struct cli_option show_options[] = {
    {"lang", 0, "LANG", "nl (the default) or en", false},
    POLICY_CATALOGUE_OPTION,
    {0},
};

const struct cli_command cmd_policy_show = {
    .name = "show",
    .operands = "POLICY",
    .least = 1,
    .most = 1,
    .summary = "print what happens to every field, for the register of processing",
    .options = show_options,
    .run = run_show,
};

/* What becomes of a field here: text for a person, and whether it leaves. */
static bool outcome(const struct policy *p, const struct policy_decision *d,
    const struct policy_context *ctx, struct buf *why)
{
	struct errinfo ei = ERRINFO_INIT;
	if (!d->rule) {
		add(why,
		    d->withhold ? "no rule names this field: it stays"
				: "no rule names this field and nobody decided: it stays");
		return false;
	}
	if (policy_check_context(p, ctx, &ei) < 0) {
		add(why, "stays: ");
		add(why, ei.msg);
		return false;
	}
	if (!condition_holds(p, &d->rule->only_if, ctx, NULL, NULL)) {
		add(why, "stays: ");
		(void)condition_holds(p, &d->rule->only_if, ctx, NULL, why);
		return false;
	}
	add(why, "leaves");
	return true;
}

static void print_explained(const struct policy_source *f, const struct policy_decision *d,
    const char *context, const char *result)
{
	struct buf b GW_CLEANUP(buf_release) = BUF_INIT(LINE);
	const struct policy_rule *r = d->rule;
	(void)printf("field      %s\nclass      %s\ntype       %s\n", d->field->path,
	    field_class_name(d->field->cls), field_type_name(d->field->type));
	if (r) {
		if (policy_as_text(r, &b) < 0)
			buf_clear(&b);
		(void)printf(
		    "rule       %s (%s:%zu)\ntransform  %s\n", r->name, f->path, r->line, b.data);
		buf_clear(&b);
		add_condition(&b, &r->only_if);
		if (b.len)
			(void)printf("only if    %s\n", b.data);
		if (r->newest)
			(void)printf(
			    "records    newest %lld by %s\n", (long long)r->newest, r->by->path);
		else if (r->since.n)
			(void)printf("records    since P%d%c by %s\n", r->since.n, r->since.unit,
			    r->by->path);
	} else if (d->withhold) {
		(void)printf("withheld   %s:%zu\n", f->path, d->withhold->line);
	}
	if (*reason(d))
		(void)printf("because    %s\n", reason(d));
	(void)printf("context    %s\nresult     %s\n", context, result);
}

static int run_explain(struct cli *cli)
{
	struct policy_source f GW_CLEANUP(policy_source_release) = {0};
	struct policy_given g GW_CLEANUP(policy_given_release) = {0};
	struct buf why GW_CLEANUP(buf_release) = BUF_INIT(LINE);
	struct errinfo ei = ERRINFO_INIT;
	/* the two can not be mistaken for each other, so either order will do */
	bool turned = !file_exists(cli_operand(cli, 0)) && file_exists(cli_operand(cli, 1));
	const char *path = cli_operand(cli, !turned);
	int r = policy_source_read(cli, cli_operand(cli, turned), &f, &ei);
	if (r == 0)
		r = policy_given_read(cli, f.policy, &g, &ei);
	if (r < 0)
		return cli_fail(cli, r, &ei);
	const struct policy_decision *d = policy_decide(f.policy, path);
	const char *near = d ? NULL : catalogue_suggest(f.catalogue, path);
	if (!d)
		return near
		    ? cli_usage(cli, "unknown field '%.60s', did you mean '%s'?", path, near)
		    : cli_usage(cli, "unknown field '%.60s'", path);
	if (!g.ctx.programme) /* not said: the first that the policy is for */
		for (size_t i = 0; i < policy_programmes.n && !g.ctx.programme; i++)
			if (f.policy->programmes & 1U << i)
				g.ctx.programme = policy_programmes.list[i];
	if (!g.ctx.contract && f.policy->contracts_n)
		g.ctx.contract = f.policy->contracts[0];
	bool leaves = outcome(f.policy, d, &g.ctx, &why);
	char *context GW_CLEANUP(str_free_p) = policy_context_text(&g.ctx);
	if (!cli_json(cli)) {
		print_explained(&f, d, context, why.data ? why.data : "");
		return 0;
	}
	json_t *out = decision_json(f.policy, d);
	jx_set(out, "context", json_string(context));
	jx_set(out, "leaves", json_boolean(leaves));
	jx_set(out, "result", json_string(why.data ? why.data : ""));
	return cli_print_json(out);
}

static const struct cli_option explain_options[] = {
    POLICY_CONTEXT_OPTIONS,
    POLICY_CATALOGUE_OPTION,
    {0},
};

const struct cli_command cmd_policy_explain = {
    .name = "explain",
    .operands = "POLICY FIELD",
    .least = 2,
    .most = 2,
    .summary = "say what happens to one field, by which rule, and what is not met",
    .detail = POLICY_CONTEXT_DETAIL
    "the first programme and contract of the policy. The line `context` of the output has it all.",
    .options = explain_options,
    .run = run_explain,
};
