/* SPDX-License-Identifier: EUPL-1.2 */
/* handover policy diff: per field and per term, does more leave than before? */
#include <stdio.h>

#include "base/str.h"
#include "dossier/catalogue.h"
#include "policy/meaning.h"
#include "policy/wider.h"
#include "tools/cmd_policy.h"

static const char *change_word(enum policy_change c)
{
	return c == POLICY_WIDER ? "wider" : c == POLICY_NARROWER ? "narrower" : "same";
}

static const struct policy_difference *find(const struct policy_differences *d, const char *what)
{
	for (size_t i = 0; i < d->n; i++)
		if (str_eq(d->items[i].what, what))
			return &d->items[i];
	return NULL;
}

/* How many differences are about fields: those come first, the terms behind them. */
static size_t changed_fields(const struct policy *b, const struct policy_differences *d)
{
	size_t n = 0;
	for (size_t i = 0; i < b->decisions_n; i++)
		n += find(d, b->decisions[i].field->path) != NULL;
	return n;
}

static void say_line(const struct policy_difference *x)
{
	(void)printf("%-9s %s: %s -> %s\n", x->change == POLICY_WIDER ? "WIDER" : "narrower",
	    x->what, x->from, x->to);
}

/* What is the same about a field. */
static void say_same(const struct policy *b, const struct policy_decision *d)
{
	struct buf text GW_CLEANUP(buf_release) = BUF_INIT(1 << 16);
	json_t *rule GW_CLEANUP(jx_release) = d->rule ? meaning_rule(b, d->rule) : NULL;
	if (rule && jx_dump(rule, &text) < 0)
		buf_clear(&text);
	(void)printf("%-9s %s: %s\n", "same", d->field->path, text.len ? text.data : "stays");
}

/* What follows from it (policy_covers). */
static void say_consequence(
    const struct policy *a, const struct policy *b, const struct policy_differences *d)
{
	if (d->wider)
		(void)printf(
		    "WIDER: it demands new approval (the signatures of all its roles) and new "
		    "acceptance by each recipient\n");
	else if (!str_eq(a->sha256, b->sha256) && policy_covers(a, b))
		(void)printf("nothing WIDER: the new text is to be signed, what was accepted stays "
			     "accepted\n");
}

static void say_text(const struct policy *b, const struct policy_differences *d, bool all)
{
	size_t fields = changed_fields(b, d);
	for (size_t i = 0; all && i < b->decisions_n; i++) {
		const struct policy_difference *x = find(d, b->decisions[i].field->path);
		if (x)
			say_line(x);
		else
			say_same(b, &b->decisions[i]);
	}
	for (size_t i = 0; i < d->n; i++)
		if (!all || !catalogue_find(b->catalogue, d->items[i].what))
			say_line(&d->items[i]);
	(void)printf("%zu differences: %zu WIDER, %zu narrower; %zu of %zu fields the same\n", d->n,
	    d->wider, d->n - d->wider, b->decisions_n - fields, b->decisions_n);
}

static json_t *side(const struct policy *p)
{
	json_t *one = json_object();
	jx_set(one, "policy", json_string(p->id));
	jx_set(one, "version", json_integer(p->version));
	jx_set(one, "sha256", json_string(p->sha256));
	jx_set(one, "meaning", json_string(p->meaning));
	return one;
}

static json_t *change_json(const char *change, const char *what, const char *from, const char *to)
{
	json_t *one = json_object();
	jx_set(one, "change", json_string(change));
	jx_set(one, "what", json_string(what));
	jx_set(one, "from", json_string(from));
	jx_set(one, "to", json_string(to));
	return one;
}

static int say_json(
    const struct policy *a, const struct policy *b, const struct policy_differences *d, bool all)
{
	json_t *out = json_object(), *list = json_array();
	for (size_t i = 0; i < d->n; i++)
		jx_add(list,
		    change_json(change_word(d->items[i].change), d->items[i].what, d->items[i].from,
			d->items[i].to));
	for (size_t i = 0; all && i < b->decisions_n; i++) {
		const struct policy_decision *same = &b->decisions[i];
		struct buf as GW_CLEANUP(buf_release) = BUF_INIT(300);
		if (find(d, same->field->path))
			continue;
		const char *now =
		    same->rule && policy_as_text(same->rule, &as) == 0 ? as.data : "stays";
		jx_add(list, change_json("same", same->field->path, now, now));
	}
	jx_set(out, "before", side(a));
	jx_set(out, "after", side(b));
	jx_set(out, "wider", json_integer((json_int_t)d->wider));
	jx_set(out, "narrower", json_integer((json_int_t)(d->n - d->wider)));
	jx_set(
	    out, "same_fields", json_integer((json_int_t)(b->decisions_n - changed_fields(b, d))));
	jx_set(out, "needs_approval", json_boolean(!str_eq(a->sha256, b->sha256)));
	jx_set(out, "needs_acceptance", json_boolean(!policy_covers(a, b)));
	jx_set(out, "changes", list);
	return cli_print_json(out);
}

static int run_diff(struct cli *cli)
{
	struct policy_source a GW_CLEANUP(policy_source_release) = {0};
	struct policy_source b GW_CLEANUP(policy_source_release) = {0};
	struct policy_differences d GW_CLEANUP(policy_differences_release) = {0};
	struct errinfo ei = ERRINFO_INIT;
	int e = 0, r = policy_source_read(cli, cli_operand(cli, 0), &a, &ei);
	if (r == 0)
		r = policy_source_read(cli, cli_operand(cli, 1), &b, &ei);
	if (r != 0)
		return cli_fail(cli, r, &ei);
	if (!str_eq(a.policy->id, b.policy->id))
		cli_warn("these are two policies, %s and %s, not two versions of one", a.policy->id,
		    b.policy->id);
	policy_compare(a.policy, b.policy, &d);
	if (cli_json(cli))
		e = say_json(a.policy, b.policy, &d, cli_given(cli, "all"));
	else {
		say_text(b.policy, &d, cli_given(cli, "all"));
		say_consequence(a.policy, b.policy, &d);
	}
	return e ? e : d.wider ? err_exit(GW_EREFUSED) : 0;
}

static const struct cli_option diff_options[] = {
    {"all", 0, NULL, "the fields that are the same, too", false},
    POLICY_CATALOGUE_OPTION,
    {0},
};

const struct cli_command cmd_policy_diff = {
    .name = "diff",
    .operands = "BEFORE AFTER",
    .least = 2,
    .most = 2,
    .summary = "say where a changed policy lets more or less leave",
    .detail = "Per field by drop < present < coarse < keep, then conditions, records, parties, "
	      "requirements, attachments, limits, retention and scan profiles. Ends with 4 when "
	      "anything is WIDER: such a policy has to be approved and accepted afresh.",
    .options = diff_options,
    .run = run_diff,
};
