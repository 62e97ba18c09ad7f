/* SPDX-License-Identifier: EUPL-1.2 */
/* handover policy dry-run: the sender's report, and nothing else. */
#include <stdio.h>
#include <stdlib.h>

#include "base/file.h"
#include "base/str.h"
#include "dossier/dossier.h"
#include "tools/cmd_policy.h"
#include "tools/policy_parts.h"

/* "name n, name n" of the numbers in an object. */
static void print_counts(const char *head, const json_t *counts)
{
	const char *name;
	json_t *n;
	bool first = true;
	if (!json_object_size(counts))
		return;
	(void)printf("  %s: ", head);
	json_object_foreach ((json_t *)(uintptr_t)counts, name, n) {
		(void)printf(
		    "%s%s %lld", first ? "" : ", ", name, (long long)json_integer_value(n));
		first = false;
	}
	(void)printf("\n");
}

static void print_list(const char *head, const json_t *list, const char *const members[3])
{
	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *one = json_array_get(list, i);
		(void)printf("  %s:", head);
		for (size_t k = 0; k < 3 && members[k]; k++) {
			const json_t *v = json_object_get(one, members[k]);
			if (json_is_integer(v))
				(void)printf(" (%lld)", (long long)json_integer_value(v));
			else if (json_is_string(v))
				(void)printf(" %s", json_string_value(v));
		}
		(void)printf("\n");
	}
}

static void print_report(const json_t *report, bool refused_whole)
{
	static const char *const refused[3] = {"field", "why", NULL};
	static const char *const stays[3] = {"field", "why", "n"};
	static const char *const behind[3] = {"type", "reason", NULL};
	static const char *const notes[3] = {"what", "field", "n"};
	const json_t *released = json_object_get(report, "released"),
		     *files = json_object_get(report, "attachments");
	print_list("refused", json_object_get(report, "refused"), refused);
	if (!refused_whole) { /* of what is refused nothing leaves, whatever was counted so far */
		print_counts("leaves", json_object_get(released, "classes"));
		print_counts("attachments", json_object_get(files, "released"));
	}
	print_counts("withheld", json_object_get(report, "withheld"));
	print_counts("detected", json_object_get(report, "detected"));
	print_list("stays", json_object_get(report, "stays"), stays);
	print_list("left behind", json_object_get(files, "left_behind"), behind);
	print_list("note", json_object_get(report, "notes"), notes);
}

/*
 * The circumstances: those given, and for the rest the dossier's own. The contract is found as seal
 * finds it, so that what is rehearsed is what will be sealed.
 */
static int context_of(const struct policy_given *g, const struct dossier *d,
    struct policy_context *ret_ctx, struct errinfo *ei)
{
	*ret_ctx = g->ctx;
	if (!g->ctx.programme)
		ret_ctx->programme = d->programme;
	if (!g->ctx.contract)
		ret_ctx->contract = d->contract;
	else if (d->contract && !str_eq(g->ctx.contract, d->contract))
		return err_set(
		    ei, GW_EREFUSED, "the dossier names another contract than --context");
	return 0;
}

static int rehearse(const struct policy_source *f, const struct policy_context *ctx,
    const struct dossier *d, struct policy_outcome *o, struct errinfo *ei)
{
	struct policy_keys all = {0};
	struct policy_key *keys GW_CLEANUP(str_free_p) = policy_rehearsal_keys(f->policy, &all);
	return policy_apply(f->policy, ctx, d, &all, o, ei);
}

/* The line of one dossier for programs: its report, as far as there is one. */
static int print_json(const char *path, const char *context, int code, json_t *report)
{
	json_t *line = report ? json_incref(report) : json_object();
	if (context)
		jx_set(line, "context", json_string(context));
	jx_set(line, "dossier", json_string_nocheck(path));
	jx_set(line, "outcome", json_string(err_name(code)));
	return cli_print_json(line);
}

static int dry_run_one(const struct cli *cli, const struct policy_source *f,
    const struct policy_given *g, const struct ladder_map *ladder, const char *path)
{
	struct dossier_limits limits = DOSSIER_LIMITS;
	struct dossier *d GW_CLEANUP(dossier_free_p) = NULL;
	struct policy_outcome o GW_CLEANUP(policy_outcome_release) = {0};
	struct errinfo ei = ERRINFO_INIT;
	limits.ladder = ladder;
	int r = dossier_read(path, f->catalogue, &limits, &d, &ei);
	if (r == 0 && cli_given(cli, "strict"))
		r = dossier_strict(d, &ei);
	char *context GW_CLEANUP(str_free_p) = NULL;
	struct policy_context ctx = {0};
	if (r == 0)
		r = context_of(g, d, &ctx, &ei);
	if (r == 0) {
		context = policy_context_text(&ctx);
		r = rehearse(f, &ctx, d, &o, &ei);
	}
	if (cli_json(cli)) {
		int e = print_json(path, context, r, o.sender_report);
		if (e)
			return e;
	} else if (o.sender_report) {
		char *assumed GW_CLEANUP(str_free_p) = policy_assumed(g, HTML_ENGLISH);
		(void)printf("%s: %s\n", path, r == 0 ? "may leave" : "refused");
		(void)printf("  context: %s\n", context);
		if (assumed)
			(void)printf("  assumed: %s\n", assumed);
		print_report(o.sender_report, r < 0);
	}
	return r < 0 ? cli_fail(cli, r, &ei) : 0;
}

static int run_dry(struct cli *cli)
{
	struct policy_source f GW_CLEANUP(policy_source_release) = {0};
	struct policy_given g GW_CLEANUP(policy_given_release) = {0};
	struct ladder_given ladder GW_CLEANUP(ladder_given_release) = {0};
	struct errinfo ei = ERRINFO_INIT;
	const char *given = cli_value(cli, "policy");
	int first = given ? 0 : 1, worst = 0;
	if (first >= cli_count(cli))
		return cli_usage(cli, "DOSSIER… expected");
	int r = policy_source_read(cli, given ? given : cli_operand(cli, 0), &f, &ei);
	if (r == 0)
		r = policy_keeps(cli, &f, &ei);
	if (r == 0)
		r = ladder_given_find(cli, f.catalogue, &ladder, &ei);
	if (r == 0)
		r = policy_given_read(cli, f.policy, &g, &ei);
	if (r < 0)
		return cli_fail(cli, r, &ei);
	for (int i = first; i < cli_count(cli); i++) {
		int e = dry_run_one(cli, &f, &g, ladder.map, cli_operand(cli, i));
		worst = e > worst ? e : worst;
	}
	return worst;
}

static const struct cli_option dry_options[] = {
    {"policy", 0, "POLICY", "the policy, in the place of the first operand", false},
    {"strict", 0, NULL, "refuse a dossier with fields that the catalogue lacks", false},
    POLICY_CONTEXT_OPTIONS,
    POLICY_BASELINE_OPTION,
    LADDER_MAPPING_OPTION,
    POLICY_CATALOGUE_OPTION,
    {0},
};

const struct cli_command cmd_policy_dry_run = {
    .name = "dry-run",
    .operands = "POLICY DOSSIER…",
    .least = 1,
    .most = -1,
    .summary = "say what would leave of a dossier and what would stay, and why",
    .detail =
	"Counts and reasons, never a value; nothing is written.\n\n" POLICY_CONTEXT_DETAIL
	"programme, contract and consents come from the dossier. The line `context` of the output "
	"has it all.",
    .options = dry_options,
    .run = run_dry,
};
