/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * report: a report policy of language 1, and the tables made under it (docs/FORMATS.md §5).
 *
 * A report policy lets no dossier leave and nothing of one: it only counts. Dossiers are counted
 * one by one into cells whose rows and columns the policy fixes beforehand, by the closed lists of
 * the catalogue or its own; a value in neither is counted as `other`. So no word of a dossier can
 * reach a table. What is small, or adds up from what is shown, is not shown (policy/suppress.h).
 */
#ifndef GW_POLICY_REPORT_H
#define GW_POLICY_REPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/date.h"
#include "base/defs.h"
#include "base/err.h"
#include "base/json.h"
#include "policy/policy.h"

struct dossier;

enum report_period { REPORT_MONTH, REPORT_QUARTER, REPORT_HALF_YEAR, REPORT_YEAR };
enum report_unit { REPORT_CANDIDATES, REPORT_APPOINTMENTS };

/* What is worked out of several fields; the words and bounds stand in docs/FORMATS.md §5. */
enum report_derived { REPORT_LADDER_MOVEMENT, REPORT_DURATION_BAND, REPORT_WI_ON_SCHEDULE };

enum {
	REPORT_DIMENSIONS = 2,
	REPORT_CATEGORIES = 64, /* of one dimension, `other` and `none` included */
	REPORT_TABLES = 16,
	REPORT_CELLS = 4096 /* of all tables together, with their totals */
};

/* A code of a dossier and the category that it counts in. */
struct report_code {
	char *code;
	size_t category;
};

/* What a table is counted by. `none` (nothing recorded, or it cannot be said) is the last category.
 */
struct report_dimension {
	char *name;                /* "trajectory.product", "derived.duration_band" */
	const struct field *field; /* NULL: derived */
	enum report_derived derived;
	char **categories;
	size_t categories_n;
	struct report_code *codes; /* field only */
	size_t codes_n;
	size_t other; /* the category of a code that is not listed; none where the list is closed */
};

struct report_table {
	char *name;
	size_t line;
	enum report_unit count;
	struct report_dimension by[REPORT_DIMENSIONS];
	size_t by_n;
	struct policy_condition only_if; /* programmes and duties; 0: any */
};

struct report_policy {
	/* Identity, dates, approval, purpose, parties, requirements, retention and digests. It has
	 * no rule: as a policy it lets nothing go. Owned. */
	struct policy *head;
	enum report_period period;
	int64_t min_candidates;
	struct report_table *tables;
	size_t tables_n;
	int64_t below;
	bool hide_zero, complementary, hide_totals;
	int64_t round_to, min_denominator;
};

/* True when the text is a document of the kind `report_policy:` (and not `policy:`). */
bool report_is(const void *p, size_t n);

/*
 * report_parse(file, p, n, catalogue, findings, ret, ei): load a `report_policy:` document.
 *
 * As policy_parse, with the same quality of messages; GW_ESUPPORT for a `policy:` document. Free it
 * with report_free.
 */
int report_parse(const char *file, const void *p, size_t n, const struct catalogue *catalogue,
    struct policy_findings *findings, struct report_policy **ret_r, struct errinfo *ei) GW_MUST_USE;
void report_free(struct report_policy *r); /* NULL is fine */
void report_free_p(struct report_policy **r);

struct baseline;

/* Does r keep to the baseline? text[0..n) is what r was parsed from; as baseline_check. */
int report_keeps(const struct report_policy *r, const struct baseline *b, const void *text,
    size_t n, struct policy_findings *findings, struct errinfo *ei) GW_MUST_USE;

/* The compiled report policy as one canonical object. A new reference. */
json_t *report_meaning_json(const struct report_policy *r) GW_MUST_USE;

/* The word for a period or a unit in the grammar ("half_year", "candidates"). */
extern const char *const report_period_words[REPORT_YEAR + 1];
extern const char *const report_unit_words[REPORT_APPOINTMENTS + 1];

/* The categories of a derived dimension without `none`; NULL-ended. */
const char *const *report_derived_words(enum report_derived d);

/* A period as it is named and as it is counted; `until` inclusive. */
enum { REPORT_SPAN_NAME = 12 };
struct report_span {
	char name[REPORT_SPAN_NAME]; /* "2026-07", "2026-Q3", "2026-H2", "2026" */
	enum report_period period;
	struct date from, until;
};

/* Read a period; GW_EUSAGE. */
int report_span_parse(const char *s, struct report_span *ret, struct errinfo *ei) GW_MUST_USE;

/* ---- counting ---- */

struct report_counts;

enum report_taken {
	REPORT_COUNTED,
	REPORT_OUTSIDE, /* nothing of this candidate lies in the period */
};

/*
 * Begin to count; `duties` (enum policy_duty bits) are the recipient's. Policy is borrowed. Free it
 * with report_counts_free. The memory it takes does not grow with what is counted.
 */
struct report_counts *report_counts_new(
    const struct report_policy *r, const struct report_span *span, unsigned duties) GW_MUST_USE;
void report_counts_free(struct report_counts *c);
void report_counts_free_p(struct report_counts **c);

/* Count a dossier as a candidate, and its appointments in the period. Whether the policy may be
 * used for it (programme, contract) and whether it was counted before is the caller's to see to. */
enum report_taken report_count(struct report_counts *c, const struct dossier *d);

uint64_t report_candidates(const struct report_counts *c); /* counted so far */

/* GW_EREFUSED when there are fewer candidates than population.min_candidates. */
int report_enough(const struct report_counts *c, struct errinfo *ei) GW_MUST_USE;

/*
 * The tables as they may be shown, a new array of objects in the order of the policy; a table whose
 * only_if leaves nobody is among them with zeros:
 *
 *   table, count, by: [name+], only_if?: {programme|recipient_duty: [word+]}, rows: [category+],
 *   columns: [category+] (with two dimensions), cells: [n|null] or [[n|null]], row_totals,
 *   column_totals (two dimensions), total, percentages: as cells, suppressed: how many cells
 *
 * null is what is not shown. Numbers are rounded, totals for themselves, so that they need not add
 * up; totals are left out where the policy hides them. Percentages are of the row's total, or of
 * the total in a table with one dimension, worked out of the rounded numbers, and null below
 * percentages.min_denominator.
 */
json_t *report_tables(const struct report_counts *c) GW_MUST_USE;

/* The number of candidates as it may be shown: rounded, or a JSON null when it is too small. */
json_t *report_population(const struct report_counts *c) GW_MUST_USE;

#endif
