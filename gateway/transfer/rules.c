/* SPDX-License-Identifier: EUPL-1.2 */
#include "transfer/rules.h"

#include <stdio.h>
#include <string.h>

#include "base/file.h"
#include "base/str.h"
#include "dossier/catalogue.h"
#include "dossier/ladder.h"
#include "package/note.h"
#include "policy/baseline.h"

void transfer_policy_release(struct transfer_policy *p)
{
	str_free_p(&p->file);
	buf_release(&p->policy);
	buf_release(&p->p7s);
	buf_release(&p->catalogue);
	buf_release(&p->baseline);
	buf_release(&p->mapping);
}

void rules_release(struct rules *r)
{
	policy_free(r->policy);
	ladder_free(r->ladder);
	catalogue_free(r->catalogue);
	transfer_policy_release(&r->files);
	*r = (struct rules){0};
}

/* The digest of a file, "" for one that is not there. */
static void digest(const struct buf *b, char out[HASH_HEX])
{
	out[0] = 0;
	if (b->len)
		hash_sha256_hex(b->data, b->len, out);
}

/* A new string: the file `name` beside the policy, for messages. */
static char *beside(const struct policy *p, const char *name)
{
	return str_printf("%.*s%s", (int)(file_base(p->file) - p->file), p->file, name);
}

static int keeps_to(const struct rules *r, const char *file, const struct buf *baseline,
    const struct report_policy *report, const struct buf *text, struct errinfo *ei)
{
	struct baseline *b GW_CLEANUP(baseline_free_p) = NULL;
	int e = baseline_parse(file, baseline->data, baseline->len, r->catalogue, NULL, &b, ei);
	if (e < 0)
		return e;
	return report ? report_keeps(report, b, text->data, text->len, NULL, ei)
		      : baseline_check(b, r->policy, NULL, text->data, text->len, NULL, ei);
}

/* Hold the policy, or the report policy when there is one, against the baseline beside it. */
static int keeps_to_beside(const struct rules *r, const struct transfer_policy *f,
    const struct report_policy *report, struct errinfo *ei)
{
	if (!f->baseline.len)
		return 0;
	char *file GW_CLEANUP(str_free_p) =
	    beside(report ? report->head : r->policy, "baseline.yaml");
	return keeps_to(r, file, &f->baseline, report, &f->policy, ei);
}

/* All but the policy itself. */
static int prepare(struct rules *r, const struct transfer_policy *f, struct errinfo *ei)
{
	digest(&f->baseline, r->baseline);
	digest(&f->mapping, r->mapping);
	int e = catalogue_parse(
	    "catalogue.yaml", f->catalogue.data, f->catalogue.len, &r->catalogue, ei);
	if (e == 0 && f->mapping.len)
		e = ladder_parse("ladder-map.yaml", f->mapping.data, f->mapping.len, r->catalogue,
		    &r->ladder, ei);
	return e;
}

static int compile(struct rules *r, const struct transfer_policy *f, struct errinfo *ei)
{
	int e = prepare(r, f, ei);
	if (e == 0)
		e = policy_parse(f->file ? f->file : "policy.yaml", f->policy.data, f->policy.len,
		    r->catalogue, NULL, &r->policy, ei);
	return e < 0 ? e : keeps_to_beside(r, f, NULL, ei);
}

int rules_load(struct rules *r, const struct transfer_env *env, const char *id, struct errinfo *ei)
{
	*r = (struct rules){0};
	int e = env->policy(env->arg, id, &r->files, ei);
	return e < 0 ? e : compile(r, &r->files, ei);
}

int rules_load_report(struct rules *r, const struct transfer_env *env, const char *id,
    struct report_policy **ret_report, struct errinfo *ei)
{
	const struct transfer_policy *f = &r->files;
	*r = (struct rules){0};
	int e = env->policy(env->arg, id, &r->files, ei);
	if (e == 0)
		e = prepare(r, f, ei);
	if (e == 0)
		e = report_parse(f->file ? f->file : "policy.yaml", f->policy.data, f->policy.len,
		    r->catalogue, NULL, ret_report, ei);
	return e < 0 ? e : keeps_to_beside(r, f, *ret_report, ei);
}

int rules_accepted(struct rules *r, const struct acceptance *a, struct errinfo *ei)
{
	const struct transfer_policy borrowed = {.policy = a->policy_bytes,
	    .catalogue = a->catalogue_bytes,
	    .baseline = a->baseline_bytes,
	    .mapping = a->mapping_bytes};
	*r = (struct rules){.files = {.policy = BUF_INIT(POLICY_PART_MAX)}};
	int e = compile(r, &borrowed, ei);
	if (e == 0)
		e = buf_add(&r->files.policy, borrowed.policy.data, borrowed.policy.len);
	return e;
}

int rules_under(struct rules *r, const struct transfer_env *env, const char *id,
    const struct acceptance *a, struct errinfo *ei)
{
	*r = (struct rules){0};
	int e = env->policy(env->arg, id, &r->files, ei);
	if (e < 0)
		return e;
	struct transfer_policy mixed = r->files;
	mixed.baseline = a->baseline_bytes;
	mixed.mapping = a->mapping_bytes;
	return compile(r, &mixed, ei);
}

int rules_own_baseline(const struct rules *r, const struct transfer_env *env, struct errinfo *ei)
{
	struct buf own GW_CLEANUP(buf_release) = BUF_INIT(POLICY_PART_MAX);
	char sha256[HASH_HEX];
	int e = env->baseline ? env->baseline(env->arg, &own, ei) : 0;
	if (e < 0 || !own.len)
		return e;
	digest(&own, sha256);
	return str_eq(sha256, r->baseline)
	    ? 0
	    : keeps_to(r, "policies/baseline.yaml", &own, NULL, &r->files.policy, ei);
}

static void copy(char *out, size_t cap, const char *s)
{
	(void)snprintf(out, cap, "%s", s ? s : "");
}

void rules_note(const struct rules *r, struct note *n)
{
	static const char units[] = "DWMY";
	const struct policy *p = r->policy;
	copy(n->purpose, sizeof n->purpose, p->purpose);
	copy(n->gdpr, sizeof n->gdpr, p->gdpr);
	for (size_t i = 0; i < p->laws_n && i < NOTE_LAWS; i++)
		copy(n->laws[n->n_laws++], NOTE_WORD, p->laws[i]);
	copy(n->policy, sizeof n->policy, p->id);
	n->policy_version = p->version;
	copy(n->policy_sha256, HASH_HEX, p->sha256);
	copy(n->catalogue, HASH_HEX, catalogue_sha256(r->catalogue));
	copy(n->baseline, HASH_HEX, r->baseline);
	copy(n->mapping, HASH_HEX, r->mapping);
	if (strchr(units, p->recipient_keep.unit))
		(void)snprintf(
		    n->keep, sizeof n->keep, "P%d%c", p->recipient_keep.n, p->recipient_keep.unit);
	copy(n->after, sizeof n->after, p->recipient_after);
}
