/* SPDX-License-Identifier: EUPL-1.2 */
/* The act of a report: what it says, its files, and its records. */
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/id.h"
#include "base/str.h"
#include "dossier/catalogue.h"
#include "ledger/audit.h"
#include "package/report_page.h"
#include "transfer/report.h"

enum { TEXT_MAX = 16 << 20 };

/* ---- what it says ---- */

static json_t *day(struct date d)
{
	char text[DATE_TEXT];
	date_text(d, text);
	return json_string(text);
}

static json_t *party(const struct organisation *o)
{
	json_t *out = json_object();
	jx_set(out, "oin", json_string(o->oin));
	jx_set(out, "name", json_string(o->name));
	return out;
}

static json_t *period(const struct report_span *span)
{
	json_t *out = json_object();
	jx_set(out, "name", json_string(span->name));
	jx_set(out, "from", day(span->from));
	jx_set(out, "until", day(span->until));
	return out;
}

static json_t *duration(struct duration d)
{
	char *text GW_CLEANUP(str_free_p) = str_printf("P%d%c", d.n, d.unit);
	return json_string(text);
}

static void say_policy(const struct report_run *run, json_t *out)
{
	const struct policy *p = run->policy->head;
	json_t *policy = json_object(), *basis = json_object(), *laws = json_array();
	jx_set(policy, "id", json_string(p->id));
	jx_set(policy, "version", json_integer(p->version));
	jx_set(policy, "sha256", json_string(p->sha256));
	jx_set(out, "policy", policy);
	jx_set(out, "catalogue", json_string(catalogue_sha256(run->grounds.rules.catalogue)));
	jx_set(out, "purpose", json_string(p->purpose));
	for (size_t i = 0; i < p->laws_n; i++)
		jx_add(laws, json_string(p->laws[i]));
	jx_set(basis, "gdpr", json_string(p->gdpr));
	jx_set(basis, "law", laws);
	jx_set(out, "legal_basis", basis);
}

static void say_rules(const struct report_run *run, json_t *out)
{
	const struct report_policy *r = run->policy;
	json_t *keep = json_object(), *suppress = json_object();
	jx_set(keep, "package", duration(r->head->package_term));
	jx_set(keep, "keep", duration(r->head->recipient_keep));
	jx_set(keep, "after", json_string(r->head->recipient_after));
	jx_set(out, "retention", keep);
	jx_set(suppress, "below", json_integer(r->below));
	jx_set(suppress, "zero", json_string(r->hide_zero ? "hide" : "show"));
	jx_set(suppress, "complementary", json_string(r->complementary ? "required" : "none"));
	jx_set(suppress, "totals", json_string(r->hide_totals ? "hide" : "round"));
	jx_set(out, "suppress", suppress);
	jx_set(out, "round", json_integer(r->round_to));
	jx_set(out, "min_denominator", json_integer(r->min_denominator));
}

static json_t *compose(const struct report_run *run)
{
	char id[ID_TEXT], created[TIME_TEXT];
	json_t *out = json_object();
	id_v4(id);
	time_text(run->now, created);
	jx_set(out, "format", json_integer(1));
	jx_set(out, "report", json_string(id));
	jx_set(out, "title", json_string(run->policy->head->title));
	jx_set(out, "period", period(&run->span));
	jx_set(out, "sender", party(run->grounds.sender));
	jx_set(out, "recipient", party(run->grounds.recipient));
	jx_set(out, "contract", json_string(run->contract->id));
	say_policy(run, out);
	jx_set(out, "created", json_string(created));
	say_rules(run, out);
	jx_set(out, "complete", json_boolean(!run->result->said[REPORT_SAID_FAILED]));
	jx_set(out, "candidates", report_population(run->counts));
	jx_set(out, "tables", report_tables(run->counts));
	return out;
}

/* ---- earlier reports ---- */

/* Is the record the result of a report under our policy, on our contract, over days of ours? */
static bool overlaps(const struct report_run *run, const json_t *record, const json_t *detail)
{
	const json_t *object = json_object_get(record, "obj"),
		     *span = json_object_get(detail, "period");
	const char *from = jx_str(span, "from"), *until = jx_str(span, "until");
	struct date a, b;
	return str_eq(jx_str(record, "act"), "audit.export") &&
	    str_eq(jx_str(record, "out"), "ok") && str_eq(jx_str(object, "k"), "report") &&
	    str_eq(jx_str(json_object_get(record, "pol"), "id"), run->policy->head->id) &&
	    str_eq(jx_str(detail, "contract"), run->contract->id) && from && until &&
	    date_parse(from, &a) == 0 && date_parse(until, &b) == 0 &&
	    date_cmp(a, run->span.until) <= 0 && date_cmp(b, run->span.from) >= 0;
}

struct earlier {
	const struct report_run *run;
	char name[REPORT_SPAN_NAME]; /* of the last one that overlaps */
	size_t n;
};

static int look_at(void *ctx, const struct ledger_line *line, struct errinfo *ei)
{
	static const char act[] = "\"audit.export\"";
	struct earlier *e = ctx;
	json_t *record GW_CLEANUP(jx_release) = NULL;
	json_t *detail GW_CLEANUP(jx_release) = NULL;
	(void)ei;
	if (!line->detail || !memmem(line->bytes, line->n, act, sizeof act - 1) ||
	    jx_parse("record", line->bytes, line->n, &JX_SMALL, &record, NULL) < 0 ||
	    jx_parse("detail", line->detail, line->detail_n, &JX_SMALL, &detail, NULL) < 0 ||
	    !overlaps(e->run, record, detail))
		return 0;
	const char *name = jx_str(json_object_get(detail, "period"), "name");
	if (name && strlen(name) < sizeof e->name)
		memcpy(e->name, name, strlen(name) + 1);
	e->n++;
	return 0;
}

static int warn(struct report_run *run, struct errinfo *ei)
{
	struct earlier e = {.run = run};
	int r = ledger_records(run->env->ledger, 0, INT64_MAX, look_at, &e, ei);
	if (e.n)
		report_warn(run->result,
		    str_printf(
			"an earlier report under this policy covers days of %s (%s): held "
			"against each other, two such reports can show what each leaves out; "
			"give out one of them only",
			run->span.name, e.name));
	if (date_cmp(run->span.until, date_of(run->now)) >= 0)
		report_warn(run->result,
		    str_printf("%s is not over yet: a later report on it would overlap this one",
			run->span.name));
	if (run->result->said[REPORT_SAID_FAILED])
		report_warn(run->result,
		    str_printf(
			"the tables are made without %zu of %zu dossiers, which could not be "
			"counted",
			run->result->said[REPORT_SAID_FAILED], run->request->n));
	return r;
}

/* ---- the files ---- */

static const char *const ends[REPORT_FILES] = {"json", "csv", "html"};

/* <policy>-<period>-<contract>: nothing of a person. */
static char *name_of(const struct report_run *run, size_t i)
{
	char *contract GW_CLEANUP(str_free_p) = str_dup(run->contract->id);
	for (char *c = contract; *c; c++)
		if (*c == '/')
			*c = '_';
	char *name GW_CLEANUP(str_free_p) =
	    str_printf("%s-%s-%s.%s", run->policy->head->id, run->span.name, contract, ends[i]);
	return file_join(run->request->out, name);
}

static int check_free(const struct report_run *run, struct errinfo *ei)
{
	for (size_t i = 0; i < REPORT_FILES; i++) {
		char *path GW_CLEANUP(str_free_p) = name_of(run, i);
		if (file_exists(path))
			return err_set(ei, GW_EEXIST,
			    "%s is there already: a report is never overwritten", path);
	}
	return 0;
}

static void abort_all(struct file_out (*files)[REPORT_FILES])
{
	for (size_t i = 0; i < REPORT_FILES; i++)
		file_out_abort(&(*files)[i]);
}

static int write_files(
    struct report_run *run, const struct buf text[REPORT_FILES], struct errinfo *ei)
{
	struct file_out files[REPORT_FILES] GW_CLEANUP(abort_all);
	char *paths[REPORT_FILES];
	int e = file_mkdirs(run->request->out, 0700, ei);
	for (size_t i = 0; i < REPORT_FILES; i++) {
		files[i] = (struct file_out){.fd = -1};
		paths[i] = name_of(run, i);
	}
	for (size_t i = 0; e == 0 && i < REPORT_FILES; i++) {
		e = file_out_open(&files[i], paths[i], 0600, FILE_NEW, ei);
		if (e == 0)
			e = file_write_fd(files[i].fd, text[i].data, text[i].len, ei);
	}
	if (e == 0)
		e = file_out_commit_all(files, REPORT_FILES, ei);
	for (size_t i = 0; i < REPORT_FILES; i++)
		if (e == 0)
			run->result->files[i] = paths[i];
		else
			free(paths[i]);
	return e;
}

static int write_texts(
    const struct report_run *run, struct buf text[REPORT_FILES], struct errinfo *ei)
{
	enum html_language language = run->request->english ? HTML_ENGLISH : HTML_DUTCH;
	int e = jx_dump_pretty(run->result->report, &text[0]);
	if (e == 0)
		e = buf_adds(&text[0], "\n");
	if (e < 0)
		return err_set(ei, e, "the report is too large");
	e = report_csv(run->result->report, &text[1], ei);
	return e < 0 ? e : report_html(run->result->report, language, &text[2], ei);
}

/* ---- records ---- */

void report_terms(const struct report_run *run, struct ledger_record *r)
{
	const struct policy *p = run->policy ? run->policy->head : NULL;
	if (run->contract) {
		r->peer = run->grounds.recipient->oin;
		r->ctl = run->contract->controller;
	}
	if (!p)
		return;
	r->purp = p->purpose;
	r->proc = run->env->processing ? run->env->processing(run->env->arg, p->purpose) : NULL;
	r->basis = p->gdpr_article;
	r->pol.id = p->id;
	r->pol.v = p->version;
	r->pol.h = p->sha256;
	r->pol.reg = registry_sha256(run->env->registry);
}

static json_t *detail_of(const struct report_run *run, int code, const struct errinfo *why)
{
	const struct act none = {0};
	json_t *out = act_detail(&none, code, why);
	jx_set(out, "report", json_string(jx_str(run->result->report, "report")));
	jx_set(out, "period", period(&run->span));
	jx_set(out, "contract", json_string(run->contract->id));
	jx_set(out, "failed", json_integer((json_int_t)run->result->said[REPORT_SAID_FAILED]));
	return out;
}

static int recorded(struct report_run *run, const struct buf text[REPORT_FILES], struct errinfo *ei)
{
	char object[LEDGER_OBJECT_ID];
	uint8_t digest[HASH_BYTES];
	struct ledger_receipt intent;
	struct errinfo ledger = ERRINFO_INIT;
	struct date kept = policy_expiry(run->policy->head, date_of(run->now));
	struct ledger_record r = act_record(run->env, "audit.export");
	json_t *detail GW_CLEANUP(jx_release) = detail_of(run, 0, NULL);
	report_terms(run, &r);
	ledger_object_id(object);
	r.obj.k = "report";
	r.obj.id = object;
	r.ret = &kept;
	int e = ledger_intent(run->env->ledger, &r, detail, &intent, ei);
	if (e < 0)
		return e;
	int code = write_files(run, text, ei);
	r.out = code < 0 ? act_out(code) : LEDGER_OK;
	if (code == 0) {
		hash_sha256(text[0].data, text[0].len, digest);
		r.obj.digest = digest;
		r.obj.n = REPORT_FILES;
		r.obj.b = (int64_t)(text[0].len + text[1].len + text[2].len);
	}
	json_t *more GW_CLEANUP(jx_release) = detail_of(run, code, ei);
	e = ledger_result(run->env->ledger, &intent, &r, more, NULL, &ledger);
	if (code == 0 && e < 0 && ei)
		*ei = ledger;
	return code < 0 ? code : e;
}

int report_make(struct report_run *run, struct errinfo *ei)
{
	struct buf text[REPORT_FILES] = {
	    BUF_INIT(TEXT_MAX), BUF_INIT(TEXT_MAX), BUF_INIT(TEXT_MAX)};
	int e = check_free(run, ei);
	if (e == 0)
		e = warn(run, ei);
	if (e == 0) {
		run->result->report = compose(run);
		e = write_texts(run, text, ei);
	}
	if (e == 0)
		e = recorded(run, text, ei);
	for (size_t i = 0; i < REPORT_FILES; i++)
		buf_release(&text[i]);
	return e;
}
