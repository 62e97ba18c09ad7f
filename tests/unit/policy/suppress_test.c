/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Suppression: examples to read, and on thousands of random tables that no cell left out can be
 * worked out, by linear algebra that knows nothing of graphs.
 */
#include "policy/suppress.h"

#include <time.h>

#include "tests/unit/test.h"

enum { ROUNDS = 6000, MOST = 8, CELLS = MOST * MOST };

static uint64_t state_of_chance;

static unsigned chance(unsigned n) /* 0 … n - 1 */
{
	state_of_chance ^= state_of_chance << 13;
	state_of_chance ^= state_of_chance >> 7;
	state_of_chance ^= state_of_chance << 17;
	return (unsigned)(state_of_chance >> 33) % n;
}

/* A table with its totals. */
struct sheet {
	size_t rows, cols;
	uint64_t counts[CELLS];
	uint8_t state[CELLS];
};

static struct suppress_table table_of(struct sheet *s)
{
	return (struct suppress_table){s->rows, s->cols, s->counts, s->state};
}

static void add_up(struct sheet *s)
{
	size_t rows = s->rows, cols = s->cols;
	for (size_t r = 0; r < rows; r++) {
		uint64_t *total = &s->counts[r * cols + cols - 1];
		*total = 0;
		for (size_t c = 0; c + 1 < cols; c++)
			*total += s->counts[r * cols + c];
	}
	for (size_t c = 0; rows > 1 && c < cols; c++) {
		uint64_t *total = &s->counts[(rows - 1) * cols + c];
		*total = 0;
		for (size_t r = 0; r + 1 < rows; r++)
			*total += s->counts[r * cols + c];
	}
}

static struct sheet example(size_t rows, size_t cols, const uint64_t *inner)
{
	struct sheet s = {.rows = rows + (rows > 1), .cols = cols + 1};
	for (size_t r = 0; r < rows; r++)
		for (size_t c = 0; c < cols; c++)
			s.counts[r * s.cols + c] = inner[r * cols + c];
	add_up(&s);
	return s;
}

/* ---- worked out with fractions: Gauss and Jordan over a large prime ---- */

static const uint64_t prime = 2147483647;

static uint64_t inverse(uint64_t a)
{
	uint64_t result = 1, n = prime - 2;
	for (; n; n >>= 1, a = a * a % prime)
		if (n & 1)
			result = result * a % prime;
	return result;
}

/* Which unknowns the equations determine. */
static void solve(uint64_t (*m)[CELLS], size_t equations, size_t unknowns, bool determined[CELLS])
{
	size_t rank = 0;
	for (size_t k = 0; k < unknowns && rank < equations; k++) {
		size_t pivot = rank;
		while (pivot < equations && !m[pivot][k])
			pivot++;
		if (pivot == equations)
			continue;
		for (size_t i = 0; i < unknowns; i++) {
			uint64_t t = m[pivot][i];
			m[pivot][i] = m[rank][i];
			m[rank][i] = t;
		}
		uint64_t scale = inverse(m[rank][k]);
		for (size_t i = 0; i < unknowns; i++)
			m[rank][i] = m[rank][i] * scale % prime;
		for (size_t r = 0; r < equations; r++) {
			uint64_t factor = r == rank ? 0 : m[r][k];
			for (size_t i = 0; factor && i < unknowns; i++)
				m[r][i] = (m[r][i] + (prime - factor) * m[rank][i]) % prime;
		}
		rank++;
	}
	memset(determined, 0, CELLS * sizeof *determined);
	for (size_t r = 0; r < rank; r++) {
		size_t n = 0, which = 0;
		for (size_t i = 0; i < unknowns; i++)
			if (m[r][i]) {
				n++;
				which = i;
			}
		if (n == 1)
			determined[which] = true;
	}
}

static size_t brute(const struct sheet *s, bool derivable[CELLS])
{
	uint64_t m[2 * MOST][CELLS] = {{0}};
	size_t cell_of[CELLS], unknowns = 0, found = 0;
	bool determined[CELLS];
	for (size_t i = 0; i < s->rows * s->cols; i++) {
		size_t r = i / s->cols, c = i % s->cols;
		if (!s->state[i])
			continue;
		m[r][unknowns] = c + 1 == s->cols ? prime - 1 : 1;
		if (s->rows > 1)
			m[s->rows + c][unknowns] = r + 1 == s->rows ? prime - 1 : 1;
		cell_of[unknowns++] = i;
	}
	solve(m, s->rows > 1 ? s->rows + s->cols : 1, unknowns, determined);
	memset(derivable, 0, CELLS * sizeof *derivable);
	for (size_t i = 0; i < unknowns; i++) {
		derivable[cell_of[i]] = determined[i];
		found += determined[i];
	}
	return found;
}

/* ---- examples ---- */

static const struct suppress_rule ten = {.below = 10};

static void a_lone_gap_gets_company(void **state)
{
	(void)state;
	struct sheet s = example(3, 3, (const uint64_t[]){12, 40, 31, 3, 25, 18, 22, 16, 50});
	struct suppress_table t = table_of(&s);
	bool derivable[CELLS];
	suppress_primary(&t, &ten);
	assert_int_equal(suppress_derivable(&t, derivable), 1);
	assert_true(derivable[4]);
	assert_int_equal(suppress_complementary(&t), 3);
	/* the cheapest way round 3: by 12, 40 and 25, or by 12, 31 and 18, or 22, 16 and 25, … */
	const uint8_t want[] = {2, 0, 2, 0, 1, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0};
	assert_memory_equal(s.state, want, sizeof want);
	assert_int_equal(suppress_derivable(&t, derivable), 0);
}

static void totals_below_the_threshold_are_counts_too(void **state)
{
	(void)state;
	struct sheet s = example(2, 2, (const uint64_t[]){4, 0, 30, 40});
	struct suppress_table t = table_of(&s);
	bool derivable[CELLS];
	suppress_primary(&t, &ten);
	assert_int_equal(s.state[2], SUPPRESS_PRIMARY); /* 4 + 0 */
	(void)suppress_complementary(&t);
	assert_int_equal(suppress_derivable(&t, derivable), 0);
	assert_int_equal(s.state[8], SUPPRESS_SHOWN);
}

static void one_row_is_one_equation(void **state)
{
	(void)state;
	struct sheet s = example(1, 4, (const uint64_t[]){40, 3, 0, 25});
	struct suppress_table t = table_of(&s);
	suppress_primary(&t, &ten);
	assert_int_equal(suppress_complementary(&t), 1);
	const uint8_t want[] = {0, 1, 0, 2, 0}; /* the smallest that is not zero */
	assert_memory_equal(s.state, want, sizeof want);
}

static void zeros_are_hidden_where_the_policy_says_so(void **state)
{
	(void)state;
	const struct suppress_rule rule = {.below = 10, .hide_zero = true};
	struct sheet s = example(1, 3, (const uint64_t[]){0, 30, 0});
	struct suppress_table t = table_of(&s);
	suppress_primary(&t, &rule);
	assert_int_equal(suppress_complementary(&t), 0);
	const uint8_t want[] = {1, 0, 1, 0};
	assert_memory_equal(s.state, want, sizeof want);
}

static void nothing_small_nothing_hidden(void **state)
{
	(void)state;
	struct sheet s = example(2, 2, (const uint64_t[]){10, 20, 30, 0});
	struct suppress_table t = table_of(&s);
	suppress_primary(&t, &ten);
	assert_int_equal(suppress_complementary(&t), 0);
	for (size_t i = 0; i < 9; i++)
		assert_int_equal(s.state[i], SUPPRESS_SHOWN);
}

/* ---- for every table ---- */

static struct sheet random_sheet(void)
{
	struct sheet s = {
	    .rows = chance(4) ? 3 + chance(MOST - 2) : 1, .cols = 3 + chance(MOST - 2)};
	unsigned most = 1 + chance(40);
	for (size_t r = 0; r < (s.rows > 1 ? s.rows - 1 : 1); r++)
		for (size_t c = 0; c + 1 < s.cols; c++)
			s.counts[r * s.cols + c] = chance(3) ? chance(most) : 10 + chance(90);
	add_up(&s);
	return s;
}

static void no_cell_can_be_worked_out(void **state)
{
	(void)state;
	size_t lone = 0, added = 0, hidden = 0;
	for (unsigned i = 0; i < ROUNDS; i++) {
		struct sheet s = random_sheet();
		struct suppress_table t = table_of(&s);
		const struct suppress_rule rule = {5 + chance(10), chance(3) == 0};
		bool mine[CELLS], theirs[CELLS];
		size_t n = s.rows * s.cols;
		suppress_primary(&t, &rule);
		/* the bridges are what linear algebra finds, before anything is mended … */
		lone += brute(&s, theirs);
		(void)suppress_derivable(&t, mine);
		assert_memory_equal(mine, theirs, n * sizeof *mine);
		added += suppress_complementary(&t);
		/* … and there is none after */
		assert_int_equal(brute(&s, theirs), 0);
		for (size_t k = 0; k < n; k++) {
			hidden += s.state[k] != SUPPRESS_SHOWN;
			if (s.state[k] == SUPPRESS_SHOWN && s.counts[k])
				assert_true(s.counts[k] >= rule.below);
		}
		if (s.state[n - 1] != SUPPRESS_PRIMARY)
			assert_int_equal(s.state[n - 1], SUPPRESS_SHOWN);
		assert_int_equal(suppress_complementary(&t), 0);
	}
	assert_true(lone > 0 && added > 0);
	printf(
	    "# note: %d tables: %zu cells could be worked out, %zu more were hidden, %zu in all\n",
	    ROUNDS, lone, added, hidden);
}

/* The measurement that this way of suppressing was chosen by: 4 x 4, 90 candidates, below 10. */
static void the_measurement(void **state)
{
	(void)state;
	enum { TABLES = 5000, SIDE = 5 };
	size_t primary = 0, lone = 0, added = 0, after = 0;
	clock_t begun = clock();
	for (unsigned i = 0; i < TABLES; i++) {
		struct sheet s = {.rows = SIDE, .cols = SIDE};
		unsigned weight_row[4], weight_col[4], rows = 0, cols = 0;
		for (size_t k = 0; k < 4; k++) {
			weight_row[k] = 1 + chance(7);
			rows += weight_row[k] *= weight_row[k];
			weight_col[k] = 1 + chance(7);
			cols += weight_col[k] *= weight_col[k];
		}
		for (unsigned k = 0; k < 90; k++) {
			size_t r = 0, c = 0;
			for (unsigned x = chance(rows); x >= weight_row[r]; r++)
				x -= weight_row[r];
			for (unsigned x = chance(cols); x >= weight_col[c]; c++)
				x -= weight_col[c];
			s.counts[r * SIDE + c]++;
		}
		add_up(&s);
		struct suppress_table t = table_of(&s);
		bool derivable[CELLS];
		suppress_primary(&t, &ten);
		for (size_t k = 0; k < CELLS; k++)
			primary += s.state[k] != 0 && k % SIDE < 4 && k < 4 * SIDE;
		lone += suppress_derivable(&t, derivable);
		added += suppress_complementary(&t);
		after += suppress_derivable(&t, derivable);
	}
	printf(
	    "# note: %d tables of 4 x 4, 90 candidates, below 10: %.1f of 16 cells small, %.1f %% of "
	    "them could be worked out, %.2f cells more hidden, then %zu; %.1f us each\n",
	    TABLES, (double)primary / TABLES, 100.0 * (double)lone / (double)primary,
	    (double)added / TABLES, after,
	    (double)(clock() - begun) * 1e6 / CLOCKS_PER_SEC / TABLES);
	assert_int_equal(after, 0);
	assert_true(lone > primary / 20);
}

static void large_tables_take_no_stack(void **state)
{
	(void)state;
	enum { SIDE = 300 };
	uint64_t *counts = str_alloc(SIDE * SIDE * sizeof *counts);
	uint8_t *states = str_alloc(SIDE * SIDE);
	bool *derivable = str_alloc(SIDE * SIDE * sizeof *derivable);
	for (size_t i = 0; i < SIDE * SIDE; i++)
		counts[i] = 50;
	for (size_t i = 0; i + 1 < SIDE; i++) /* one long path of edges */
		states[i * SIDE + i] = states[i * SIDE + i + 1] = SUPPRESS_PRIMARY;
	struct suppress_table t = {SIDE, SIDE, counts, states};
	assert_int_equal(suppress_derivable(&t, derivable), 2 * (SIDE - 1));
	(void)suppress_complementary(&t);
	assert_int_equal(suppress_derivable(&t, derivable), 0);
	free(counts);
	free(states);
	free(derivable);
}

int main(void)
{
	const char *seed = getenv("TEST_SEED");
	uint64_t n = (uint64_t)time(NULL);
	if (seed && str_u64(seed, UINT64_MAX / 2, &n) < 0)
		return 1;
	state_of_chance = n * 2654435761U + 12345;
	printf("# note: TEST_SEED=%llu\n", (unsigned long long)n);
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_lone_gap_gets_company),
	    cmocka_unit_test(totals_below_the_threshold_are_counts_too),
	    cmocka_unit_test(one_row_is_one_equation),
	    cmocka_unit_test(zeros_are_hidden_where_the_policy_says_so),
	    cmocka_unit_test(nothing_small_nothing_hidden),
	    cmocka_unit_test(no_cell_can_be_worked_out),
	    cmocka_unit_test(the_measurement),
	    cmocka_unit_test(large_tables_take_no_stack),
	};
	return cmocka_run_group_tests_name("policy/suppress", tests, NULL, NULL);
}
