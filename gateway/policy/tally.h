/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * tally: the sender's report while it grows: counts and reasons, never a value; for this room only.
 */
#ifndef GW_POLICY_TALLY_H
#define GW_POLICY_TALLY_H

#include <stddef.h>

#include "attach/attach.h"
#include "base/json.h"
#include "detect/detect.h"
#include "dossier/dossier.h"
#include "policy/policy.h"

/* Why a value does not leave. */
enum tally_why {
	TALLY_WITHHELD,  /* the policy withholds it */
	TALLY_UNDECIDED, /* nobody decided: it stays */
	TALLY_CONDITION, /* a rule names it, its only_if does not hold */
	TALLY_RECORDS,   /* its record is outside the rule's records */
	TALLY_NO_DATE,   /* its record has no date to judge by */
	TALLY_EMPTY,     /* empty, or too little known for the transform */
	TALLY_TAGGED,    /* it came transformed, otherwise than this policy asks */
	TALLY_REASONS
};

struct tally {
	const struct policy *p;
	size_t (*kept)[TALLY_REASONS]; /* per field of the catalogue */
	size_t *released;              /* per field of the catalogue */
	size_t kinds[DETECT_KINDS], masks;
	size_t settled_keep, settled_mask; /* findings that a person settled */
	json_t *refused;                   /* [{field, why}] */
	bool antivirus, ocr;               /* whether attachments are looked at by these */
	json_t *attached, *left_behind;    /* {type: n}, [{type, reason}] */
};

void tally_init(struct tally *t, const struct policy *p, const struct attach_setup *attach);
void tally_release(struct tally *t);

void tally_stays(struct tally *t, const struct field *f, enum tally_why why);
void tally_leaves(struct tally *t, const struct field *f);
void tally_refuses(struct tally *t, const struct field *f, const char *why);
void tally_left_behind(struct tally *t, const char *type, const char *reason);
void tally_attached(struct tally *t, const char *type);

/* How many different fields leave, and their classes as bits. */
unsigned tally_fields(const struct tally *t, unsigned *ret_classes);

/*
 * The report, a new reference:
 * {policy:{id,version,sha256}, released:{fields,values,classes:{CLASS:n}}, withheld:{CLASS:n},
 *  rules:{RULE:{leaves,condition,records,…}}, stays:[{field,class,why,rule|because,n}],
 *  detected:{KIND:n}, detection:"not_complete", masked:n, reviewed:{keep,mask} (where a person
 * settled something), refused:[{field,why}], attachments:{antivirus: off|clamd,ocr:BOOL,
 * released:{TYPE:n},left_behind:[{type,reason}]}, notes:[{what,field,n}]} `withheld` counts values
 * that do not leave for whatever reason but TALLY_EMPTY and TALLY_TAGGED.
 */
json_t *tally_report(const struct tally *t, const struct dossier *d) GW_MUST_USE;

#endif
