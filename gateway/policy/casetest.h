/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * casetest: the tests beside a policy (tests/<id>.test.yaml), run as its author wrote them.
 *
 *   tests_for!: id      as_of!: date      cases!: [CASE+]
 *   CASE    := case!: text  context!: CONTEXT  dossier!: {as in dossier.json}  expect!: EXPECT
 *   CONTEXT := sender!: ROLE  recipient!: ROLE  contract_status!: STATUS  programme!: PROGRAMME
 *              contract: id  recipient_duty: [DUTY]  consent: [SCOPE]  met: [REQUIREMENT]
 *   EXPECT  := present: {FIELD: value}   the field leaves with that value (in some record)
 *              absent: [FIELD]           it leaves in no record
 *              count: {GROUP: n}         so many records of the group leave
 *              blocked: text             nothing leaves, and the reason says that text
 *              report: {withheld: {CLASS: n}}  so many values of each class named stay; {} says
 *                                        that none of any class does
 *              rules: {RULE: taken|unmet|unused}  something leaves by the rule; its only_if kept
 *                                        something back; neither
 *
 * An unknown word, field, group, rule or class is an error of the test file, never a pass; so is a
 * case that expects nothing. A dossier of which nothing leaves is refused by seal; here it may be
 * told by `blocked`, and without `blocked` it is one in which every field is absent. The clock is
 * as_of.
 */
#ifndef GW_POLICY_CASETEST_H
#define GW_POLICY_CASETEST_H

#include <stdbool.h>
#include <stddef.h>

#include "base/defs.h"
#include "base/err.h"
#include "policy/apply.h"
#include "policy/policy.h"

struct dossier;
struct yml;

struct case_result {
	char *name;
	bool passed;
	char *message; /* when it failed: what was expected and what came; else NULL */
};

struct case_results {
	struct case_result *items;
	size_t n, failed;
	size_t *taken, *unmet; /* per rule: cases in which it let something go; in which its only_if
	                          kept something back */
};

/*
 * casetest_run(file, bytes, n, p, ret, ei): run all cases in the n bytes against p.
 *
 * GW_EFORMAT or GW_ELIMIT with file:line:col when the test file is wrong (also when it is for
 * another policy). Cases that fail are no error: see ret->failed. The caller releases *ret.
 */
int casetest_run(const char *file, const void *bytes, size_t n, const struct policy *p,
    struct case_results *ret, struct errinfo *ei) GW_MUST_USE;
void case_results_release(struct case_results *r);

enum { CASE_SCOPES = 32 };

/* One case as it is written: the circumstances and the dossier. Never copied: ctx points into it.
 */
struct case_given {
	const char *name;
	struct policy_context ctx;
	const char *scopes[CASE_SCOPES]; /* ctx.consents */
	struct dossier *dossier;
	struct yml *root; /* the tree that name and ctx borrow from, when it is this one's own */
};

/*
 * casetest_find(file, bytes, n, p, name, ret, ei): the case with that name in the n bytes.
 *
 * GW_ENOENT says which cases there are; GW_EFORMAT or GW_ELIMIT as casetest_run. The caller
 * releases *ret in any case.
 */
int casetest_find(const char *file, const void *bytes, size_t n, const struct policy *p,
    const char *name, struct case_given *ret, struct errinfo *ei) GW_MUST_USE;
void case_given_release(struct case_given *g);

/* Read `context` of a case into *ret_ctx, whose day and rehearsal stay; its consents are left out.
 * GW_EFORMAT with file:line:col. */
int casetest_context(const struct yml *one, const struct policy *p, struct policy_context *ret_ctx,
    struct errinfo *ei) GW_MUST_USE;

#endif
