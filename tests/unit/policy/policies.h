/* SPDX-License-Identifier: EUPL-1.2 */
/* policies: the shipped policies, changed policies and small dossiers for the tests of this room.
 */
#ifndef TESTS_UNIT_POLICY_POLICIES_H
#define TESTS_UNIT_POLICY_POLICIES_H

#include "base/buf.h"
#include "base/file.h"
#include "dossier/catalogue.h"
#include "dossier/dossier.h"
#include "policy/apply.h"
#include "policy/policy.h"
#include "tests/unit/test.h"

#define END_CONTRACT "policies/overdracht-einde-contract.yaml"
#define REFERRAL "policies/verwijzing-aanbieder.yaml"
#define MUNICIPALITY "policies/overdracht-aan-gemeente.yaml"

/* The text of a file of the project; the caller frees it. */
static inline char *slurp(const char *path)
{
	struct buf b GW_CLEANUP(buf_release) = BUF_INIT(1 << 20);
	struct errinfo ei = ERRINFO_INIT;
	test_code(file_read(path, b.max, &b, &ei), 0, &ei);
	return str_dupn(b.data, b.len);
}

/* text with the first `from` replaced by `to`; `from` must be there. The caller frees it. */
static inline char *with(const char *text, const char *from, const char *to)
{
	const char *at = strstr(text, from);
	if (!at) {
		fail_msg("'%s' is not in the text", from);
		abort();
	}
	return str_printf("%.*s%s%s", (int)(at - text), text, to, at + strlen(from));
}

/* Load text; the findings are not looked at. NULL and a message in ei when it has errors. */
static inline struct policy *load(const char *text, struct errinfo *ei)
{
	struct policy *p = NULL;
	int r = policy_parse("beleid.yaml", text, strlen(text), catalogue_builtin(), NULL, &p, ei);
	return r < 0 ? NULL : p;
}

static inline struct policy *load_file(const char *path)
{
	struct errinfo ei = ERRINFO_INIT;
	char *text GW_CLEANUP(str_free_p) = slurp(path);
	struct policy *p = load(text, &ei);
	if (!p) {
		fail_msg("%s", ei.msg);
		abort(); /* fail_msg does not return; the compiler does not know */
	}
	return p;
}

/* A shipped policy with one change. */
static inline struct policy *load_with(const char *path, const char *from, const char *to)
{
	struct errinfo ei = ERRINFO_INIT;
	char *text GW_CLEANUP(str_free_p) = slurp(path);
	char *changed GW_CLEANUP(str_free_p) = with(text, from, to);
	struct policy *p = load(changed, &ei);
	if (!p) {
		fail_msg("%s", ei.msg);
		abort(); /* fail_msg does not return; the compiler does not know */
	}
	return p;
}

/* A dossier from JSON with apostrophes in the place of quotes. */
static inline struct dossier *dossier(const char *json)
{
	struct dossier *d = NULL;
	struct errinfo ei = ERRINFO_INIT;
	char *text GW_CLEANUP(str_free_p) = str_dup(json);
	for (char *c = text; *c; c++)
		*c = *c == '\'' ? '"' : *c;
	test_code(dossier_parse_json(
		      "dossier.json", text, strlen(text), catalogue_builtin(), NULL, &d, &ei),
	    0, &ei);
	return d;
}

/* A context that fits p: its first parties, all it requires, 1 March 2026. */
static inline struct policy_context context(const struct policy *p)
{
	return (struct policy_context){
	    .sender = p->sender & (~p->sender + 1),
	    .recipient = p->recipient & (~p->recipient + 1),
	    .contract_status = POLICY_CONTRACTED,
	    .met = p->requires,
	    .programme = "participatiewet",
	    .today = {2026, 3, 1},
	};
}

/*
 * What leaves, as compact JSON; the caller frees it. Fails when p refuses, unless it does so
 * because nothing at all leaves.
 */
static inline char *applied(
    const struct policy *p, const struct policy_context *ctx, const struct dossier *d)
{
	struct policy_outcome o GW_CLEANUP(policy_outcome_release) = {0};
	struct buf out GW_CLEANUP(buf_release) = BUF_INIT(1 << 20);
	struct policy_keys all = {0};
	struct policy_key *keys GW_CLEANUP(str_free_p) = policy_rehearsal_keys(p, &all);
	struct errinfo ei = ERRINFO_INIT;
	int r = policy_apply(p, ctx, d, &all, &o, &ei);
	if (r == GW_EREFUSED && o.nothing)
		return str_dup("{\"catalogue\":1}");
	test_code(r, 0, &ei);
	assert_int_equal(jx_dump(o.data, &out), 0);
	return str_dupn(out.data, out.len);
}

#endif
