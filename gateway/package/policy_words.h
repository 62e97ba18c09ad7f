/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * policy_words: what a policy decides, in the words of the people whom it is about, in Dutch and
 * English. One place for the table on a screen, the page for the register and an explanation.
 */
#ifndef GW_PACKAGE_POLICY_WORDS_H
#define GW_PACKAGE_POLICY_WORDS_H

#include "base/buf.h"
#include "base/defs.h"
#include "dossier/catalogue.h"
#include "package/html.h"
#include "policy/apply.h"
#include "policy/policy.h"
#include "policy/words.h"

/* "bijzonder (AVG 9)": static text. */
const char *policy_words_class(enum field_class cls, enum html_language language);

/* The functions below append to out; what no longer fits is left out. */

/* What happens to a field: "leeftijdsgroep (5), alleen als het programma is Wi2021"; "blijft". */
void policy_words_action(
    const struct policy_decision *d, enum html_language language, struct buf *out);

/* The words whose bits are set, as people say them, with commas. */
void policy_words_list(
    const struct policy_words *words, unsigned bits, enum html_language language, struct buf *out);

/* A condition: "het programma is …; er is toestemming voor …". Nothing when there is none. */
void policy_words_condition(
    const struct policy_condition *c, enum html_language language, struct buf *out);

/* What of the condition is not met in ctx and the dossier (may be NULL). */
void policy_words_unmet(const struct policy *p, const struct policy_condition *c,
    const struct policy_context *ctx, const struct dossier *d, enum html_language language,
    struct buf *out);

/* Why p is not for this context at all, when policy_check_context says so in `ei`. */
void policy_words_refused(const struct policy *p, const struct policy_context *ctx,
    enum html_language language, const struct errinfo *ei, struct buf *out);

/* The reason that the author gave, or "". */
const char *policy_words_because(const struct policy_decision *d);

/* The parts of the head, one a line in a table or on paper. */
enum policy_part {
	PART_VALID,     /* from and until */
	PART_PURPOSE,   /* purpose and legal basis */
	PART_PARTIES,   /* from whom to whom, contract status, programmes */
	PART_CONTRACTS, /* which contracts; empty: any */
	PART_REQUIRES,
	PART_OFFER,
	PART_APPROVED, /* roles and days */
	PART_RETENTION,
	PART_LIMITS,
	PART_CONSENT,
};
enum { POLICY_PARTS = PART_CONSENT + 1 };

/* What the part is called ("doel en grondslag"), and what it says for p. */
const char *policy_words_part_name(enum policy_part part, enum html_language language);
void policy_words_part(
    const struct policy *p, enum policy_part part, enum html_language language, struct buf *out);

/* One entry of attachments: "cv, diploma (pdf; ontdaan van metagegevens; ten hoogste 10 MB)". */
void policy_words_attachment(const struct policy *p, const struct policy_attachment *a,
    enum html_language language, struct buf *out);

/* What scan profile i does: "bsn, criminal (houdt tegen); health (eerst beoordelen)". */
void policy_words_profile(
    const struct policy *p, size_t i, enum html_language language, struct buf *out);

#endif
