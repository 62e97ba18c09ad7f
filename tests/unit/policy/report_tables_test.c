/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The tables of a report: rounding, percentages, totals; and on many random populations that
 * nothing left out can be worked out of all tables together.
 */
#include <time.h>

#include "base/json.h"
#include "policy/report_sheets.h"
#include "tests/unit/policy/policies.h"

static uint64_t state_of_chance;

static unsigned chance(unsigned n) /* 0 … n - 1 */
{
	state_of_chance ^= state_of_chance << 13;
	state_of_chance ^= state_of_chance >> 7;
	state_of_chance ^= state_of_chance << 17;
	return (unsigned)(state_of_chance >> 33) % n;
}

static const char head[] =
    "report_policy: proef\nlanguage: 1\nversion: 1\nstatus: active\ntitle: Proef\n"
    "valid: {from: 2026-01-01, until: 2030-12-31}\napproved: [{role: fg, date: 2026-01-01}]\n"
    "catalogue: 1\npurpose: contract_steering\nlegal_basis: {gdpr: public_task, law: [pwet-7]}\n"
    "applies_to: {sender: [provider], recipient: [municipality], contract_status: [contracted],\n"
    "             programme: [participatiewet, wi2021]}\n"
    "population: {period: quarter, min_candidates: 30}\n"
    "retention: {package: P28D, recipient: {keep: P7Y, after: period_end}}\n";

static struct report_policy *policy_with(const char *rest)
{
	char *text GW_CLEANUP(str_free_p) = str_printf("%s%s", head, rest);
	struct report_policy *r = NULL;
	struct errinfo ei = ERRINFO_INIT;
	test_code(
	    report_parse("r.yaml", text, strlen(text), catalogue_builtin(), NULL, &r, &ei), 0, &ei);
	return r;
}

static struct report_counts *counts_of(const struct report_policy *r)
{
	struct report_span span;
	assert_int_equal(report_span_parse("2026-Q3", &span, NULL), 0);
	return report_counts_new(r, &span, 0);
}

static void fill(struct report_counts *c, size_t table, const uint64_t *cells, size_t n)
{
	memcpy(c->cells[table], cells, n * sizeof *cells);
	for (size_t i = 0; i < n; i++)
		c->candidates += cells[i];
}

static void is_json(json_t *got, const char *want)
{
	struct buf b GW_CLEANUP(buf_release) = BUF_INIT(1 << 20);
	assert_int_equal(jx_dump(got, &b), 0);
	assert_string_equal(b.data, want);
}

/* ---- what a table says ---- */

#define ONE "tables: [{table: route, count: candidates, by: [wi.leerroute]}]\n"
#define TWO \
	"tables: [{table: route, count: candidates, by: [wi.leerroute, derived.wi_on_schedule]}]\n"
#define USUAL                                                                         \
	"suppress: {below: 10, zero: show, complementary: required, totals: round}\n" \
	"round: {to: 5}\npercentages: {min_denominator: 100}\n"

static void numbers_are_rounded_and_totals_for_themselves(void **state)
{
	(void)state;
	struct report_policy *r GW_CLEANUP(report_free_p) = policy_with(ONE USUAL);
	struct report_counts *c GW_CLEANUP(report_counts_free_p) = counts_of(r);
	fill(c, 0, (const uint64_t[]){12, 13, 72, 0}, 4);
	json_t *out GW_CLEANUP(jx_release) = report_tables(c);
	is_json(out,
	    "[{\"table\":\"route\",\"count\":\"candidates\",\"by\":[\"wi.leerroute\"],\"rows\":"
	    "[\"B1\",\"onderwijs\",\"Z\",\"none\"],\"cells\":[10,15,70,0],\"total\":95,"
	    "\"percentages\":[null,null,null,null],\"suppressed\":0}]");
}

static void percentages_come_from_a_large_total_only(void **state)
{
	(void)state;
	struct report_policy *r GW_CLEANUP(report_free_p) = policy_with(ONE USUAL);
	struct report_counts *c GW_CLEANUP(report_counts_free_p) = counts_of(r);
	fill(c, 0, (const uint64_t[]){33, 34, 33, 0}, 4);
	json_t *out GW_CLEANUP(jx_release) = report_tables(c);
	is_json(json_object_get(json_array_get(out, 0), "percentages"), "[35,35,35,0]");
	c->cells[0][0]--; /* 99 */
	json_t *less GW_CLEANUP(jx_release) = report_tables(c);
	is_json(json_object_get(json_array_get(less, 0), "percentages"), "[null,null,null,null]");
}

static void what_is_small_is_null_with_what_protects_it(void **state)
{
	(void)state;
	struct report_policy *r GW_CLEANUP(report_free_p) = policy_with(TWO USUAL);
	struct report_counts *c GW_CLEANUP(report_counts_free_p) = counts_of(r);
	fill(c, 0, (const uint64_t[]){30, 20, 0, 40, 3, 0, 0, 0, 0, 0, 0, 0}, 12);
	json_t *out GW_CLEANUP(jx_release) = report_tables(c);
	const json_t *t = json_array_get(out, 0);
	is_json(json_object_get(t, "cells"), "[[null,null,0],[null,null,0],[0,0,0],[0,0,0]]");
	is_json(json_object_get(t, "row_totals"), "[50,45,0,0]");
	is_json(json_object_get(t, "column_totals"), "[70,25,0]");
	is_json(json_object_get(t, "suppressed"), "4");
}

static void hidden_totals_are_not_there(void **state)
{
	(void)state;
	struct report_policy *r GW_CLEANUP(report_free_p) = policy_with(
	    TWO "suppress: {below: 10, zero: show, complementary: required, totals: hide}\n"
		"round: {to: 5}\npercentages: {min_denominator: 1}\n");
	struct report_counts *c GW_CLEANUP(report_counts_free_p) = counts_of(r);
	fill(c, 0, (const uint64_t[]){30, 20, 0, 40, 3, 0, 0, 0, 0, 0, 0, 0}, 12);
	json_t *out GW_CLEANUP(jx_release) = report_tables(c);
	const json_t *t = json_array_get(out, 0);
	/* the number of candidates is told: one gap would be what it leaves */
	is_json(json_object_get(t, "cells"), "[[30,null,0],[40,null,0],[0,0,0],[0,0,0]]");
	assert_null(json_object_get(t, "total"));
	assert_null(json_object_get(t, "row_totals"));
	is_json(json_array_get(json_object_get(t, "percentages"), 0), "[null,null,null]");
}

static void rounding_never_shows_less_than_the_threshold(void **state)
{
	(void)state;
	struct report_policy *r GW_CLEANUP(report_free_p) = policy_with(
	    ONE "suppress: {below: 10, zero: show, complementary: required, totals: round}\n"
		"round: {to: 7}\npercentages: {min_denominator: 100}\n");
	struct report_counts *c GW_CLEANUP(report_counts_free_p) = counts_of(r);
	fill(c, 0, (const uint64_t[]){10, 24, 25, 0}, 4);
	json_t *out GW_CLEANUP(jx_release) = report_tables(c);
	is_json(json_object_get(json_array_get(out, 0), "cells"), "[14,21,28,0]");
}

/* ---- all tables together ---- */

enum { DIMENSIONS = 4, MOST_UNKNOWNS = 400, MOST_EQUATIONS = 400 };

static const char together[] =
    "codes: {trajectory.product: [a, b, c]}\n"
    "tables:\n"
    "  - {table: t1, count: candidates, by: [trajectory.product, derived.ladder_movement]}\n"
    "  - {table: t2, count: candidates, by: [trajectory.product, wi.leerroute]}\n"
    "  - {table: t3, count: candidates, by: [derived.ladder_movement, wi.leerroute]}\n"
    "  - {table: t4, count: candidates, by: [derived.wi_on_schedule]}\n"
    "  - {table: t5, count: candidates, by: [derived.wi_on_schedule, trajectory.product]}\n";

static const uint64_t prime = 2147483647;

/* A system written without any unknown for a total: sums of cells, known or equal to each other. */
struct system {
	uint32_t m[MOST_EQUATIONS][MOST_UNKNOWNS];
	size_t equations, unknowns;
	size_t unknown[REPORT_TABLES][64];
};

static uint64_t power(uint64_t a, uint64_t n)
{
	uint64_t result = 1;
	for (; n; n >>= 1, a = a * a % prime)
		if (n & 1)
			result = result * a % prime;
	return result;
}

/* Take the rows of the system out of v; 0 is left when v follows from them. */
static bool follows(const struct system *y, const uint32_t *v)
{
	uint32_t rest[MOST_UNKNOWNS];
	memcpy(rest, v, sizeof rest);
	for (size_t e = 0; e < y->equations; e++) {
		size_t k = 0;
		while (k < y->unknowns && !y->m[e][k])
			k++;
		uint64_t factor = k < y->unknowns ? rest[k] : 0;
		for (size_t i = 0; factor && i < y->unknowns; i++)
			rest[i] = (uint32_t)((rest[i] + (prime - factor) * y->m[e][i]) % prime);
	}
	for (size_t i = 0; i < y->unknowns; i++)
		if (rest[i])
			return false;
	return true;
}

/* Keep a new equation in echelon form: reduced by the others, and they by it. */
static void keep(struct system *y, const uint32_t *v)
{
	uint32_t *row = y->m[y->equations];
	size_t k = 0;
	memcpy(row, v, sizeof y->m[0]);
	for (size_t e = 0; e < y->equations; e++) {
		size_t p = 0;
		while (!y->m[e][p])
			p++;
		uint64_t factor = row[p];
		for (size_t i = 0; factor && i < y->unknowns; i++)
			row[i] = (uint32_t)((row[i] + (prime - factor) * y->m[e][i]) % prime);
	}
	while (k < y->unknowns && !row[k])
		k++;
	if (k == y->unknowns)
		return;
	uint64_t scale = power(row[k], prime - 2);
	for (size_t i = 0; i < y->unknowns; i++)
		row[i] = (uint32_t)(row[i] * scale % prime);
	for (size_t e = 0; e < y->equations; e++) {
		uint64_t factor = y->m[e][k];
		for (size_t i = 0; factor && i < y->unknowns; i++)
			y->m[e][i] = (uint32_t)((y->m[e][i] + (prime - factor) * row[i]) % prime);
	}
	y->equations++;
	assert_true(y->equations < MOST_EQUATIONS);
}

/* The sum of the cells of a category of a dimension, as a row. */
static void sum_of(const struct system *y, const struct sheet *x, size_t sheet, size_t dimension,
    size_t category, uint32_t sign, uint32_t *v)
{
	for (size_t r = 0; r < x->rows; r++)
		for (size_t c = 0; c < x->cols; c++) {
			size_t u = y->unknown[sheet][sheet_cell(x, r, c)];
			if (u != SIZE_MAX && (dimension ? c : r) == category)
				v[u] = (uint32_t)((v[u] + sign) % prime);
		}
}

static void write_system(struct system *y, const struct sheets *s)
{
	memset(y, 0, sizeof *y);
	for (size_t k = 0; k < s->n; k++)
		for (size_t r = 0; r < s->items[k].rows; r++)
			for (size_t c = 0; c < s->items[k].cols; c++) {
				size_t i = sheet_cell(&s->items[k], r, c);
				y->unknown[k][i] =
				    s->items[k].t.state[i] ? y->unknowns++ : SIZE_MAX;
			}
	assert_true(y->unknowns <= MOST_UNKNOWNS);
	for (size_t k = 0; k < s->n; k++) {
		const struct sheet *x = &s->items[k];
		uint32_t all[MOST_UNKNOWNS] = {0};
		for (size_t i = 0; i < x->rows; i++)
			sum_of(y, x, k, 0, i, 1, all);
		keep(y, all); /* the number of candidates is known */
		for (size_t d = 0; d < x->table->by_n; d++)
			for (size_t i = 0; i < x->table->by[d].categories_n; i++) {
				const char *name = x->table->by[d].name;
				size_t margin = sheet_margin(x, name, i);
				uint32_t v[MOST_UNKNOWNS] = {0};
				sum_of(y, x, k, d, i, 1, v);
				if (!x->t.state[margin])
					keep(y, v);
				for (size_t o = 0; o < k; o++)
					for (size_t e = 0; e < s->items[o].table->by_n; e++) {
						uint32_t w[MOST_UNKNOWNS];
						if (!str_eq(s->items[o].table->by[e].name, name))
							continue;
						memcpy(w, v, sizeof w);
						sum_of(y, &s->items[o], o, e, i,
						    (uint32_t)prime - 1, w);
						if (x->t.state[margin])
							keep(y, w);
					}
			}
	}
}

/* How many cells and totals that are left out follow from the system. */
static size_t leaks(const struct sheets *s)
{
	static struct system y;
	size_t n = 0;
	write_system(&y, s);
	for (size_t i = 0; i < y.unknowns; i++) {
		uint32_t v[MOST_UNKNOWNS] = {0};
		v[i] = 1;
		n += follows(&y, v);
	}
	for (size_t k = 0; k < s->n; k++)
		for (size_t d = 0; d < s->items[k].table->by_n; d++)
			for (size_t i = 0; i < s->items[k].table->by[d].categories_n; i++) {
				const struct sheet *x = &s->items[k];
				uint32_t v[MOST_UNKNOWNS] = {0};
				if (!x->t.state[sheet_margin(x, x->table->by[d].name, i)])
					continue;
				sum_of(&y, x, k, d, i, 1, v);
				n += follows(&y, v);
			}
	return n;
}

/* A population with favourites, counted into all tables. */
static void random_people(struct report_counts *c)
{
	const char *const names[DIMENSIONS] = {"trajectory.product", "derived.ladder_movement",
	    "wi.leerroute", "derived.wi_on_schedule"};
	unsigned people = 30 + chance(300), skew = 1 + chance(4);
	for (unsigned i = 0; i < people; i++) {
		unsigned category[DIMENSIONS];
		for (size_t d = 0; d < DIMENSIONS; d++) {
			category[d] = chance(60);
			for (unsigned k = 0; k < skew; k++)
				category[d] = chance(category[d] + 1);
		}
		for (size_t t = 0; t < c->policy->tables_n; t++) {
			size_t cell = 0;
			for (size_t k = 0; k < c->policy->tables[t].by_n; k++) {
				const struct report_dimension *dim = &c->policy->tables[t].by[k];
				size_t d = 0;
				while (!str_eq(names[d], dim->name))
					d++;
				cell = cell * dim->categories_n + category[d] % dim->categories_n;
			}
			c->cells[t][cell]++;
		}
		c->candidates++;
	}
}

static void nothing_follows_from_all_tables_together(void **state)
{
	(void)state;
	enum { ROUNDS = 5000 };
	size_t alone = 0, hidden = 0;
	char *rest GW_CLEANUP(str_free_p) = str_printf("%s%s", together, USUAL);
	struct report_policy *r GW_CLEANUP(report_free_p) = policy_with(rest);
	for (unsigned i = 0; i < ROUNDS; i++) {
		struct report_counts *c GW_CLEANUP(report_counts_free_p) = counts_of(r);
		struct sheets s;
		random_people(c);
		sheets_make(&s, c);
		assert_int_equal(leaks(&s), 0);
		for (size_t k = 0; k < s.n; k++)
			for (size_t n = 0; n < s.items[k].t.rows * s.items[k].t.cols; n++)
				hidden += s.items[k].t.state[n] != SUPPRESS_SHOWN;
		/* each table mended for itself is not enough: this test can fail */
		for (size_t k = 0; k < s.n; k++) {
			const struct suppress_rule rule = {10, false};
			memset(s.items[k].t.state, 0, s.items[k].t.rows * s.items[k].t.cols);
			suppress_primary(&s.items[k].t, &rule);
			(void)suppress_complementary(&s.items[k].t);
		}
		alone += leaks(&s) != 0;
		sheets_release(&s);
	}
	printf(
	    "# note: %d populations in five tables: %zu would leak with each table for itself, none "
	    "together; %zu counts left out\n",
	    ROUNDS, alone, hidden);
	assert_true(alone > 0);
}

int main(void)
{
	const char *seed = getenv("TEST_SEED");
	uint64_t n = (uint64_t)time(NULL);
	if (seed && str_u64(seed, UINT64_MAX / 2, &n) < 0)
		return 1;
	state_of_chance = n * 2654435761U + 99;
	printf("# note: TEST_SEED=%llu\n", (unsigned long long)n);
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(numbers_are_rounded_and_totals_for_themselves),
	    cmocka_unit_test(percentages_come_from_a_large_total_only),
	    cmocka_unit_test(what_is_small_is_null_with_what_protects_it),
	    cmocka_unit_test(hidden_totals_are_not_there),
	    cmocka_unit_test(rounding_never_shows_less_than_the_threshold),
	    cmocka_unit_test(nothing_follows_from_all_tables_together),
	};
	return cmocka_run_group_tests_name("policy/report_tables", tests, NULL, NULL);
}
