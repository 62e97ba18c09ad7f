/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Counting one dossier: which of its records count in the period, and in which cell.
 *
 * Of a group that stands as a list one record counts, the newest by the first date of the group
 * (the first record where it has none). What is unknown of a beginning counts as early, what is
 * unknown of an end as late.
 */
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "dossier/catalogue.h"
#include "dossier/dossier.h"
#include "policy/report_inside.h"
#include "policy/words.h"

enum { RECORDS_MAX = 20000, PART_MAX = 64 };

static const struct date unknown = {0, 0, 0};

/* What the tables ask about one candidate. */
struct candidate {
	const struct report_counts *counts;
	const struct dossier *d;
	const json_t *trajectory; /* the one that counts, or NULL */
	unsigned programme;       /* its bit */
};

size_t report_rows(const struct report_table *t)
{
	return t->by[0].categories_n;
}

size_t report_columns(const struct report_table *t)
{
	return t->by_n == 2 ? t->by[1].categories_n : 1;
}

static void begin_table(struct report_counts *c, size_t i)
{
	const struct report_table *t = &c->policy->tables[i];
	size_t rows = report_rows(t), columns = report_columns(t);
	c->cells[i] = str_alloc(rows * columns * sizeof *c->cells[i]);
	if (t->count == REPORT_APPOINTMENTS)
		c->people[i] = str_alloc((rows + 1) * (columns + 1) * sizeof *c->people[i]);
}

struct report_counts *report_counts_new(
    const struct report_policy *r, const struct report_span *span, unsigned duties)
{
	struct report_counts *c = str_alloc(sizeof *c);
	*c = (struct report_counts){.policy = r, .span = *span, .duties = duties};
	c->cells = str_alloc((r->tables_n + 1) * sizeof *c->cells);
	c->people = str_alloc((r->tables_n + 1) * sizeof *c->people);
	for (size_t i = 0; i < r->tables_n; i++)
		begin_table(c, i);
	return c;
}

void report_counts_free(struct report_counts *c)
{
	if (!c)
		return;
	for (size_t i = 0; i < c->policy->tables_n; i++) {
		free(c->cells[i]);
		free(c->people[i]);
	}
	free(c->cells);
	free(c->people);
	free(c);
}

void report_counts_free_p(struct report_counts **c)
{
	report_counts_free(*c);
	*c = NULL;
}

uint64_t report_candidates(const struct report_counts *c)
{
	return c->candidates;
}

/* ---- records ---- */

/* What stands at a group's path: an object, a list of them, or NULL. */
static const json_t *group_at(const json_t *data, const char *group)
{
	char part[PART_MAX];
	for (const char *s = group; data && *s;) {
		size_t n = strcspn(s, ".");
		if (n >= sizeof part)
			return NULL;
		memcpy(part, s, n);
		part[n] = 0;
		if (json_is_array(data))
			data = json_array_get(data, 0);
		data = json_object_get(data, part);
		s += n + (s[n] == '.');
	}
	return data;
}

static size_t record_count(const json_t *group)
{
	return json_is_array(group) ? json_array_size(group) : json_is_object(group);
}

static const json_t *record_at(const json_t *group, size_t i)
{
	return json_is_array(group) ? json_array_get(group, i) : group;
}

/* A date of a record; what is unknown of it stays zero. */
static struct date date_in(const json_t *record, const char *leaf)
{
	struct date d;
	const char *s = leaf ? jx_str(record, leaf) : NULL;
	return s && date_parse_partial(s, &d) == 0 ? d : unknown;
}

static bool complete(struct date d)
{
	return d.year && d.month && d.day;
}

/* The latest day that an end can be. */
static struct date latest(struct date d)
{
	return (struct date){d.year ? d.year : 9999, d.month ? d.month : 12, d.day ? d.day : 31};
}

/* The name of the first date in a group, by which its records are in order; NULL: it has none. */
static const char *date_leaf(const struct catalogue *c, const char *group)
{
	for (size_t i = 0; i < catalogue_count(c); i++) {
		const struct field *f = catalogue_at(c, i);
		if (f->type == FIELD_DATE && str_eq(f->group, group))
			return f->leaf;
	}
	return NULL;
}

/* The trajectory that overlaps the period and began last; NULL when none does. */
static const json_t *find_trajectory(const struct candidate *k)
{
	const json_t *group = group_at(k->d->data, "trajectory"), *best = NULL;
	const struct report_span *span = &k->counts->span;
	struct date newest = unknown;
	for (size_t i = 0; i < record_count(group) && i < RECORDS_MAX; i++) {
		const json_t *one = record_at(group, i);
		struct date start = date_in(one, "start"), end = latest(date_in(one, "end"));
		if (date_cmp(start, span->until) > 0 || date_cmp(end, span->from) < 0 ||
		    date_cmp(start, newest) < 0)
			continue;
		newest = start;
		best = one;
	}
	return best;
}

/* The record of a group that repeats which counts for a candidate. */
static const json_t *newest_record(const struct candidate *k, const struct field *f)
{
	const json_t *group = group_at(k->d->data, f->group), *best = NULL;
	const char *leaf = date_leaf(k->counts->policy->head->catalogue, f->group);
	struct date newest = unknown;
	if (str_eq(f->group, "trajectory"))
		return k->trajectory;
	for (size_t i = 0; i < record_count(group) && i < RECORDS_MAX; i++) {
		struct date d = date_in(record_at(group, i), leaf);
		if (!leaf)
			return record_at(group, 0);
		if (date_cmp(d, k->counts->span.until) > 0 || date_cmp(d, newest) < 0)
			continue;
		newest = d;
		best = record_at(group, i);
	}
	return best;
}

/* ---- categories ---- */

static size_t none_of(const struct report_dimension *d)
{
	return d->categories_n - 1;
}

static size_t category_of_code(const struct report_dimension *d, const char *code)
{
	for (size_t i = 0; i < d->codes_n; i++)
		if (str_eq(d->codes[i].code, code))
			return d->codes[i].category;
	return d->other;
}

static size_t category_of_value(const struct report_dimension *d, const json_t *v)
{
	if (json_is_integer(v)) {
		char *text GW_CLEANUP(str_free_p) =
		    str_printf("%lld", (long long)json_integer_value(v));
		return category_of_code(d, text);
	}
	const char *s = json_string_value(v);
	return s && *s ? category_of_code(d, s) : none_of(d);
}

/* A trajectory that ends after the period has no reason of its end yet. */
static bool not_ended(const struct candidate *k, const struct field *f)
{
	struct date end = date_in(k->trajectory, "end");
	return str_eq(f->path, "trajectory.end_reason") && json_object_get(k->trajectory, "end") &&
	    date_cmp(latest(end), k->counts->span.until) > 0;
}

static size_t field_category(
    const struct candidate *k, const struct report_dimension *d, const json_t *unit)
{
	const struct field *f = d->field;
	const json_t *record = unit && str_eq(f->group, "appointments") ? unit
	    : f->repeats                                                ? newest_record(k, f)
			 : group_at(k->d->data, f->group);
	return not_ended(k, f) ? none_of(d)
			       : category_of_value(d, json_object_get(record, f->leaf));
}

/* A measurement of the ladder. */
struct step {
	struct date date;
	json_int_t value;
	size_t at;
};

static bool step_at(const json_t *group, size_t i, struct date until, struct step *ret)
{
	const json_t *one = record_at(group, i), *step = json_object_get(one, "step");
	*ret = (struct step){date_in(one, "date"), json_integer_value(step), i};
	return json_is_integer(step) && complete(ret->date) && date_cmp(ret->date, until) <= 0;
}

/*
 * From the last measurement on or before the day the trajectory began (else the first after it) to
 * the last one of the period or before.
 */
static size_t ladder_movement(const struct candidate *k, size_t none)
{
	enum { UP, SAME, DOWN };
	const json_t *group = group_at(k->d->data, "ladder");
	struct date start = date_in(k->trajectory, "start");
	struct step base = {0}, last = {0}, s;
	bool any = false;
	for (size_t i = 0; i < record_count(group) && i < RECORDS_MAX; i++) {
		if (!step_at(group, i, k->counts->span.until, &s))
			continue;
		bool before = date_cmp(s.date, start) <= 0;
		bool base_before = any && date_cmp(base.date, start) <= 0;
		if (!any ||
		    (before ? !base_before || date_cmp(s.date, base.date) >= 0
			    : !base_before && date_cmp(s.date, base.date) < 0))
			base = s;
		if (!any || date_cmp(s.date, last.date) >= 0)
			last = s;
		any = true;
	}
	if (!any || last.at == base.at)
		return none;
	return last.value > base.value ? UP : last.value < base.value ? DOWN : SAME;
}

/* The day up to which something of a trajectory is counted: its end, else that of the period. */
static bool counted_until(const struct candidate *k, struct date *ret)
{
	struct date end = date_in(k->trajectory, "end");
	bool given = json_object_get(k->trajectory, "end") != NULL;
	*ret = given && date_cmp(latest(end), k->counts->span.until) <= 0 ? end
									  : k->counts->span.until;
	return complete(*ret) && (!given || complete(end) || date_cmp(end, *ret) > 0);
}

static size_t duration_band(const struct candidate *k, size_t none)
{
	static const int months[] = {3, 6, 12, 24};
	struct date start = date_in(k->trajectory, "start"), until;
	size_t i = 0;
	if (!complete(start) || !counted_until(k, &until) || date_cmp(until, start) < 0)
		return none;
	while (i < GW_LENGTH(months) &&
	    date_cmp(until, date_add(start, (struct duration){months[i], 'M'}, 1)) >= 0)
		i++;
	return i;
}

static size_t wi_on_schedule(const struct candidate *k, size_t none)
{
	enum { ON_SCHEDULE, TERM_PASSED };
	struct date term = date_in(group_at(k->d->data, "wi"), "term_end"), until;
	if (!complete(term) || !counted_until(k, &until))
		return none;
	return date_cmp(until, term) <= 0 ? ON_SCHEDULE : TERM_PASSED;
}

static size_t category(
    const struct candidate *k, const struct report_dimension *d, const json_t *unit)
{
	if (d->field)
		return field_category(k, d, unit);
	switch (d->derived) {
	case REPORT_LADDER_MOVEMENT:
		return ladder_movement(k, none_of(d));
	case REPORT_DURATION_BAND:
		return duration_band(k, none_of(d));
	case REPORT_WI_ON_SCHEDULE:
		return wi_on_schedule(k, none_of(d));
	}
	return none_of(d);
}

/* ---- cells ---- */

struct place {
	size_t row, column;
};

/* Count a candidate (unit NULL) or an appointment; where that was. */
static struct place count_unit(
    struct report_counts *c, const struct candidate *k, size_t table, const json_t *unit)
{
	const struct report_table *t = &c->policy->tables[table];
	struct place at = {category(k, &t->by[0], unit), 0};
	if (t->by_n == 2)
		at.column = category(k, &t->by[1], unit);
	c->cells[table][at.row * report_columns(t) + at.column]++;
	return at;
}

static void count_appointments(struct report_counts *c, const struct candidate *k, size_t table)
{
	const struct report_table *t = &c->policy->tables[table];
	const json_t *group = group_at(k->d->data, "appointments");
	size_t rows = report_rows(t), columns = report_columns(t), n = (rows + 1) * (columns + 1);
	bool *met GW_CLEANUP(str_free_p) = str_alloc(n * sizeof *met);
	for (size_t i = 0; i < record_count(group) && i < RECORDS_MAX; i++) {
		const json_t *one = record_at(group, i);
		struct date d = date_in(one, "date");
		if (!complete(d) || date_cmp(d, c->span.from) < 0 || date_cmp(d, c->span.until) > 0)
			continue;
		struct place at = count_unit(c, k, table, one);
		met[at.row * (columns + 1) + at.column] = true;
		met[at.row * (columns + 1) + columns] = true;
		met[rows * (columns + 1) + at.column] = true;
		met[n - 1] = true;
	}
	for (size_t i = 0; i < n; i++)
		c->people[table][i] += met[i];
}

static bool condition_met(
    const struct report_counts *c, const struct candidate *k, const struct policy_condition *if_)
{
	return (!if_->programmes || (if_->programmes & k->programme)) &&
	    !(if_->duties & ~c->duties);
}

enum report_taken report_count(struct report_counts *c, const struct dossier *d)
{
	struct candidate k = {
	    .counts = c, .d = d, .programme = policy_bit(&policy_programmes, d->programme)};
	k.trajectory = find_trajectory(&k);
	if (!k.trajectory && record_count(group_at(d->data, "trajectory")))
		return REPORT_OUTSIDE;
	c->candidates++;
	for (size_t i = 0; i < c->policy->tables_n; i++) {
		const struct report_table *t = &c->policy->tables[i];
		if (!condition_met(c, &k, &t->only_if))
			continue;
		if (t->count == REPORT_CANDIDATES)
			(void)count_unit(c, &k, i, NULL);
		else
			count_appointments(c, &k, i);
	}
	return REPORT_COUNTED;
}
