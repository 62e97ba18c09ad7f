/* SPDX-License-Identifier: EUPL-1.2 */
/* handover policy check: everything that is to be said about a policy, with its place. */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/str.h"
#include "home/home.h"
#include "policy/notes.h"
#include "tools/cmd_policy.h"
#include "tools/policy_parts.h"

static const char *severity_word(enum policy_severity s, const char *word)
{
	return s == POLICY_NOTE ? "note" : s == POLICY_WARNING ? "warning" : word ? word : "error";
}

/* {"file","line","col","severity","message"} of "file:line:col: message"; what has no place has no
 * line and col. */
static json_t *finding_json(const char *file, const struct policy_finding *x, const char *word)
{
	json_t *one = json_object();
	const char *at = x->text;
	size_t n = strlen(file);
	jx_set(one, "file", json_string_nocheck(file));
	if (strncmp(at, file, n) == 0 && at[n] == ':') {
		static const char *const names[] = {"line", "col"};
		at += n + 1;
		for (size_t i = 0; i < GW_LENGTH(names) && *at >= '0' && *at <= '9'; i++) {
			json_int_t number = 0;
			for (; *at >= '0' && *at <= '9'; at++)
				number = number * 10 + (*at - '0');
			jx_set(one, names[i], json_integer(number));
			at += *at == ':';
		}
		at += *at == ' ';
	}
	jx_set(one, "severity", json_string(severity_word(x->severity, word)));
	jx_set(one, "message", json_string(at));
	return one;
}

int policy_say_findings(
    const struct cli *cli, const char *path, const struct policy_findings *f, const char *word)
{
	for (size_t i = 0; i < f->n; i++) {
		const struct policy_finding *x = &f->items[i];
		if (cli_json(cli)) {
			int r = cli_print_json(finding_json(path, x, word));
			if (r)
				return r;
		} else {
			(void)fprintf(stderr, "%s%s\n", x->text,
			    x->severity == POLICY_NOTE          ? " (note)"
				: x->severity == POLICY_WARNING ? " (warning)"
								: "");
		}
	}
	return 0;
}

int policy_say_error(const struct cli *cli, const char *path, int code, const struct errinfo *ei)
{
	char *text GW_CLEANUP(str_free_p) = str_dup(ei->msg);
	struct policy_finding one = {POLICY_ERROR, text};
	const struct policy_findings f = {.items = &one, .n = 1};
	int e = policy_say_findings(cli, path, &f, NULL);
	return e ? e : err_exit(code);
}

/* Against the baseline that applies: each failure is a finding, and ends with 4. */
static int check_baseline(const struct cli *cli, const struct policy_source *f)
{
	struct policy_baseline b GW_CLEANUP(policy_baseline_release) = {0};
	struct policy_findings findings GW_CLEANUP(policy_findings_release) = {0};
	struct errinfo ei = ERRINFO_INIT;
	int r = policy_baseline_find(cli, f, &b, &ei);
	if (r < 0)
		return cli_fail(cli, r, &ei);
	r = policy_baseline_keeps(&b, f, &findings, &ei);
	int e = policy_say_findings(cli, f->path, &findings, "violation");
	if (r < 0 || e)
		return r < 0 ? err_exit(r) : e;
	if (!cli_json(cli) && b.baseline)
		(void)printf("%s: keeps to baseline %s version %lld (%s)\n", f->path,
		    baseline_id(b.baseline), (long long)baseline_version(b.baseline), b.path);
	return 0;
}

/* What only a day and the contracts of a home tell. */
static void add_notes(const struct cli *cli, struct policy_source *f)
{
	struct home *h GW_CLEANUP(home_free_p) = policy_home(cli, f->path);
	const struct contracts *known = h ? registry_contracts(home_registry(h)) : NULL;
	policy_notes(f->head, f->text.data, f->text.len, date_of(clock_now()),
	    known && known->n ? known : NULL, &f->findings);
}

static int check_one(const struct cli *cli, const char *operand)
{
	struct policy_source f GW_CLEANUP(policy_source_release) = {0};
	struct errinfo ei = ERRINFO_INIT;
	int r = policy_source_any(cli, operand, &f, &ei), e = 0;
	if (r < 0 && policy_part_check(cli, &f, &e))
		return e;
	if (r < 0 && !f.findings.n)
		return cli_fail(cli, r, &ei);
	if (r == 0)
		add_notes(cli, &f);
	e = policy_say_findings(cli, f.path, &f.findings, NULL);
	if (r < 0 || e)
		return r < 0 ? err_exit(r) : e;
	if (f.findings.gaps)
		return err_exit(GW_EFORMAT);
	e = check_baseline(cli, &f);
	if (e)
		return e;
	if (!cli_json(cli))
		(void)printf("%s: %s %s version %lld: good\n", f.path,
		    f.report ? "report policy" : "policy", f.head->id, (long long)f.head->version);
	return 0;
}

static int run_check(struct cli *cli)
{
	int worst = 0;
	for (int i = 0; i < cli_count(cli); i++) {
		int r = check_one(cli, cli_operand(cli, i));
		worst = r > worst ? r : worst;
	}
	return worst;
}

static const struct cli_option check_options[] = {
    POLICY_BASELINE_OPTION, POLICY_CATALOGUE_OPTION, {0}};

const struct cli_command cmd_policy_check = {
    .name = "check",
    .operands = "POLICY…",
    .least = 1,
    .most = -1,
    .summary = "say everything that is wrong with a policy",
    .detail =
	"All findings are printed, each with file, line and column and with a proposal. Ends "
	"with 3 when there is an error or a field that nobody decided about, with 4 when the "
	"policy does not keep to the organisation's baseline; warnings and notes alone end "
	"with 0. A baseline and a ladder map are checked as what they are. Where the policy lies in a home, or --home names one, its "
	"contracts are looked at too: a policy should not outlive them.",
    .options = check_options,
    .run = run_check,
};
