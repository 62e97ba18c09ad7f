/* SPDX-License-Identifier: EUPL-1.2 */
/* handover policy explain: what becomes of one field, by which rule, and what is not met. */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/file.h"
#include "base/str.h"
#include "dossier/catalogue.h"
#include "dossier/dossier.h"
#include "package/labels.h"
#include "package/policy_words.h"
#include "package/words.h"
#include "policy/casetest.h"
#include "policy/condition.h"
#include "policy/words.h"
#include "tools/cmd_policy.h"

enum { LINE = 4000 };

/* The question: a field, in circumstances. */
struct question {
	const struct policy_source *f;
	const struct policy_decision *d;
	const struct policy_context *ctx;
	const struct dossier *dossier; /* of a case, or NULL */
	enum html_language language;
};

/* What becomes of the field: a sentence, and whether it leaves. */
static bool outcome(const struct question *q, struct buf *why)
{
	enum html_language language = q->language;
	const struct policy *p = q->f->policy;
	struct errinfo ei = ERRINFO_INIT;
	if (!q->d->rule) {
		words_add(why, "%s",
		    q->d->withhold ? words_say(language, "geen regel noemt dit veld: het blijft",
					 "no rule names this field: it stays")
				   : words_say(language,
					 "geen regel noemt dit veld en niemand besloot: het blijft",
					 "no rule names this field and nobody decided: it stays"));
		return false;
	}
	bool applies = policy_check_context(p, q->ctx, &ei) == 0;
	if (applies && condition_holds(p, &q->d->rule->only_if, q->ctx, q->dossier, NULL)) {
		words_add(why, "%s", words_say(language, "gaat mee", "leaves"));
		return true;
	}
	words_add(why, "%s", words_say(language, "blijft: ", "stays: "));
	struct buf text GW_CLEANUP(buf_release) = BUF_INIT(LINE);
	if (!applies && language == HTML_DUTCH)
		policy_words_refused(p, q->ctx, language, &ei, &text);
	else if (!applies)
		words_add(&text, "%s", ei.msg);
	else if (language == HTML_DUTCH)
		policy_words_unmet(p, &q->d->rule->only_if, q->ctx, q->dossier, language, &text);
	else
		(void)condition_holds(p, &q->d->rule->only_if, q->ctx, q->dossier, &text);
	words_add(why, "%s", text.len ? text.data : "");
	return false;
}

static void print_line(const struct question *q, const char *dutch, const char *english,
    const char *fmt, ...) GW_PRINTF(4, 5);
static void print_line(
    const struct question *q, const char *dutch, const char *english, const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	(void)printf("%-10s ", words_say(q->language, dutch, english));
	(void)vprintf(fmt, ap);
	(void)printf("\n");
	va_end(ap);
}

static void print_rule(const struct question *q)
{
	struct buf b GW_CLEANUP(buf_release) = BUF_INIT(LINE);
	const struct policy_rule *r = q->d->rule;
	print_line(q, "regel", "rule", "%s (%s:%zu)", r->name, q->f->path, r->line);
	int e = policy_as_text(r, &b);
	print_line(q, "bewerking", "transform", "%s", e == 0 ? b.data : "");
	buf_clear(&b);
	policy_words_condition(&r->only_if, q->language, &b);
	if (b.len)
		print_line(q, "alleen als", "only if", "%s", b.data);
	if (r->newest)
		print_line(q, "records", "records", "%s %" PRId64 " %s %s",
		    words_say(q->language, "de nieuwste", "newest"), r->newest,
		    words_say(q->language, "naar", "by"), r->by->path);
	else if (r->since.n)
		print_line(q, "records", "records", "%s P%d%c %s %s",
		    words_say(q->language, "sinds", "since"), r->since.n, r->since.unit,
		    words_say(q->language, "naar", "by"), r->by->path);
}

static void print_explained(
    const struct question *q, const char *context, const char *assumed, const char *result)
{
	const struct field *field = q->d->field;
	print_line(q, "veld", "field", "%s (%s: %s)", field->path, label(field->group, q->language),
	    label(field->path, q->language));
	print_line(q, "klasse", "class", "%s (%s)", field_class_name(field->cls),
	    policy_words_class(field->cls, q->language));
	print_line(q, "type", "type", "%s", field_type_name(field->type));
	if (q->d->rule)
		print_rule(q);
	else if (q->d->withhold)
		print_line(q, "besloten", "withheld", "%s:%zu", q->f->path, q->d->withhold->line);
	if (*policy_words_because(q->d))
		print_line(q, "waarom", "because", "%s", policy_words_because(q->d));
	print_line(q, "context", "context", "%s", context);
	if (assumed)
		print_line(q, "aangenomen", "assumed", "%s", assumed);
	print_line(q, "uitkomst", "result", "%s", result);
}

/* The circumstances of a case of the tests. */
static int read_case(const struct cli *cli, const struct policy_source *f, struct case_given *ret,
    struct errinfo *ei)
{
	struct buf text GW_CLEANUP(buf_release) = BUF_INIT(POLICY_TEXT_MAX);
	char *path GW_CLEANUP(str_free_p) = NULL;
	int r = policy_tests_path(cli, f, &path, ei);
	if (r == 0)
		r = file_read(path, POLICY_TEXT_MAX, &text, ei);
	return r < 0 ? r
		     : casetest_find(path, text.data ? text.data : "", text.len, f->policy,
			   cli_value(cli, "case"), ret, ei);
}

/* What is not said: the first programme and contract that the policy is for. */
static void complete(const struct policy *p, struct policy_context *ctx)
{
	for (size_t i = 0; i < policy_programmes.n && !ctx->programme; i++)
		if (p->programmes & 1U << i)
			ctx->programme = policy_programmes.list[i];
	if (!ctx->contract && p->contracts_n)
		ctx->contract = p->contracts[0];
}

static int answer(const struct cli *cli, struct question *q, const char *assumed)
{
	struct buf why GW_CLEANUP(buf_release) = BUF_INIT(LINE);
	char *context GW_CLEANUP(str_free_p) = policy_context_text(q->ctx);
	bool leaves = outcome(q, &why);
	if (!cli_json(cli)) {
		print_explained(q, context, assumed, why.data ? why.data : "");
		return 0;
	}
	json_t *out = policy_decision_json(q->f->policy, q->d);
	jx_set(out, "context", json_string(context));
	if (assumed)
		jx_set(out, "assumed", json_string(assumed));
	jx_set(out, "leaves", json_boolean(leaves));
	jx_set(out, "result", json_string(why.data ? why.data : ""));
	return cli_print_json(out);
}

static int unknown_field(const struct cli *cli, const struct policy_source *f, const char *path)
{
	const char *near = catalogue_suggest(f->catalogue, path);
	if (near)
		return cli_usage(cli, "unknown field '%.60s', did you mean '%s'?", path, near);
	return cli_usage(cli, "unknown field '%.60s': `handover policy show` lists all", path);
}

static int run_explain(struct cli *cli)
{
	struct policy_source f GW_CLEANUP(policy_source_release) = {0};
	struct policy_given g GW_CLEANUP(policy_given_release) = {0};
	struct case_given c GW_CLEANUP(case_given_release) = {0};
	struct errinfo ei = ERRINFO_INIT;
	struct question q = {.f = &f, .language = HTML_ENGLISH};
	bool by_case = cli_given(cli, "case");
	/* the two can not be mistaken for each other, so either order will do */
	bool turned = !file_exists(cli_operand(cli, 0)) &&
	    (file_exists(cli_operand(cli, 1)) || strchr(cli_operand(cli, 0), '.'));
	int usage = policy_language(cli, &q.language);
	if (usage)
		return usage;
	if (by_case &&
	    (cli_given(cli, "context") || cli_given(cli, "to") || cli_given(cli, "as-of")))
		return cli_usage(
		    cli, "--case has its own circumstances: leave out --context, --to, --as-of");
	int r = policy_source_read(cli, cli_operand(cli, turned), &f, &ei);
	if (r == 0)
		r = by_case ? read_case(cli, &f, &c, &ei)
			    : policy_given_read(cli, f.policy, &g, &ei);
	if (r < 0)
		return cli_fail(cli, r, &ei);
	q.d = policy_decide(f.policy, cli_operand(cli, !turned));
	if (!q.d)
		return unknown_field(cli, &f, cli_operand(cli, !turned));
	complete(f.policy, &g.ctx);
	q.ctx = by_case ? &c.ctx : &g.ctx;
	q.dossier = c.dossier;
	char *assumed GW_CLEANUP(str_free_p) = by_case ? NULL : policy_assumed(&g, q.language);
	return answer(cli, &q, assumed);
}

static const struct cli_option explain_options[] = {
    {"case", 0, "NAME", "in the circumstances of that case of the tests", false},
    {"tests", 0, "FILE", "the tests (else tests/<id>.test.yaml beside the policy)", false},
    POLICY_CONTEXT_OPTIONS,
    POLICY_LANGUAGE_OPTION("en"),
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
    "the first programme and contract of the policy. The line `context` of the output has it all. "
    "With --case it is what that case of the tests says, the consents in its dossier too.",
    .options = explain_options,
    .run = run_explain,
};
