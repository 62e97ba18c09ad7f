/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * narrow: in which form a field left, and a policy cut down to fields and forms that left before.
 *
 * A correction tells a recipient no more than it received: the fields that it received, each in the
 * form that it received or, where the correction's own policy asks for less, in that.
 */
#ifndef GW_POLICY_NARROW_H
#define GW_POLICY_NARROW_H

#include <stdbool.h>
#include <stddef.h>

#include "base/date.h"
#include "base/defs.h"
#include "base/err.h"
#include "base/json.h"
#include "policy/policy.h"

struct catalogue;

enum { POLICY_DOMAIN = 65 };

/* What a rule does to the values of one field, without the conditions under which it does. */
struct policy_form {
	bool there; /* the field left */
	enum policy_as as;
	int64_t n;                  /* AS_AGE_BAND, AS_TRUNCATE */
	char domain[POLICY_DOMAIN]; /* AS_PSEUDONYM, else "" */
	int64_t newest;             /* records, as in policy_rule */
	struct duration since;
	const struct field *by;
};

/* One form for each field of the catalogue, by its index. */
struct policy_forms {
	struct policy_form *of;
	size_t n;
};

void policy_forms_init(struct policy_forms *f, const struct catalogue *c);
void policy_forms_release(struct policy_forms *f);

/*
 * The forms of the fields that have a value in data, which p made of a dossier, as they are kept in
 * the ledger: [{"as":"keep","newest":1,"by":"ladder.date","fields":["ladder.step"]}], in catalogue
 * order. A new reference.
 */
json_t *policy_forms_json(const struct policy *p, json_t *data) GW_MUST_USE;

/*
 * policy_forms_add(f, json, c): add what one package held to what its recipient has.
 *
 * Of two forms the one that tells most counts: a kept value before a coarse one, all records before
 * some, else the later. A field that the catalogue has no more is passed over. GW_EFORMAT when json
 * is not what policy_forms_json gives.
 */
int policy_forms_add(struct policy_forms *f, const json_t *json, const struct catalogue *c)
    GW_MUST_USE;

/* "keep", "age_band:5", as in dossier.json. */
void policy_form_text(const struct policy_form *f, char out[POLICY_DOMAIN + 16]);

/* Can p tell a field in (at most) that form? */
enum policy_fit {
	POLICY_FITS,
	POLICY_NO_RULE,    /* it lets the field not go */
	POLICY_OTHER_FORM, /* its form does not tell less, or cannot be compared */
};
enum policy_fit policy_fits(
    const struct policy *p, const struct field *field, const struct policy_form *form);

/*
 * policy_narrow(p, f): p without attachments, whose rules let only those fields go that are in f
 * and fit, in the narrower of both forms. Conditions, guards and terms are p's.
 *
 * p and f are borrowed and must live longer. Free with policy_narrow_free.
 */
struct policy *policy_narrow(const struct policy *p, const struct policy_forms *f) GW_MUST_USE;
void policy_narrow_free(struct policy *p);

#endif
