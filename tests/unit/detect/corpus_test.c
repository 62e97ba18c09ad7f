/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * A generated corpus of municipal prose with known personal data and traps: precision and recall of
 * each detector, printed, and compared with the last table that was accepted
 * (tests/unit/detect/corpus.accepted). ACCEPT=1 writes that table anew.
 */
#include <ctype.h>
#include <stdio.h>

#include "base/file.h"
#include "detect/detect.h"
#include "tests/support/corpus.h"
#include "tests/unit/test.h"

enum { DOCUMENTS = 1500 };

static const struct {
	const char *word;
	unsigned found_by, kind;
	double recall, precision;
} rows[ROWS] = {
    [BSN] = {"bsn", DETECT_BIT(DETECT_BSN), DETECT_BSN, 0.99, 0.98},
    [IBAN] = {"iban", DETECT_BIT(DETECT_IBAN), DETECT_IBAN, 0.99, 0.98},
    [PHONE] = {"phone", DETECT_BIT(DETECT_PHONE), DETECT_PHONE, 0.99, 0.98},
    [EMAIL] = {"email", DETECT_BIT(DETECT_EMAIL), DETECT_EMAIL, 0.99, 0.98},
    [URL] = {"url", DETECT_BIT(DETECT_URL), DETECT_URL, 0.99, 0.98},
    [BIRTH] = {"birth_date", DETECT_BIT(DETECT_BIRTH_DATE), DETECT_BIRTH_DATE, 0.95, 0.95},
    [ADDRESS] = {"postcode+number", DETECT_BIT(DETECT_POSTCODE) | DETECT_BIT(DETECT_PLACE),
	DETECT_POSTCODE, 0.95, 0.95},
    [V_NUMBER] = {"v_number", DETECT_BIT(DETECT_V_NUMBER), DETECT_V_NUMBER, 0.99, 0.98},
    [KVK] = {"kvk", DETECT_BIT(DETECT_KVK), DETECT_KVK, 0.99, 0.98},
    [PLATE] = {"plate", DETECT_BIT(DETECT_PLATE), DETECT_PLATE, 0.95, 0.95},
    [KNOWN] = {"known person", DETECT_BIT(DETECT_PERSON), DETECT_PERSON, 0.99, 0.98},
    [NAME] = {"names overall",
	DETECT_BIT(DETECT_NAME) | DETECT_BIT(DETECT_PERSON) | DETECT_BIT(DETECT_CAPITAL),
	DETECT_NAME, 0.85, 0.95},
    [NAME_SURE] = {"by cue or list", DETECT_BIT(DETECT_NAME) | DETECT_BIT(DETECT_PERSON),
	DETECT_NAME, 0.6, 0.95},
};

struct score {
	size_t there, found, hits, right;
};

/* Is every byte of the mark but blanks and marks under findings of these kinds? */
static bool is_found(
    const struct document *d, const struct mark *m, unsigned kinds, const struct detect_findings *f)
{
	for (size_t i = m->from; i < m->to; i++) {
		unsigned char c = (unsigned char)d->text.data[i];
		bool under = c < 0x80 && !isalnum(c);
		for (size_t k = 0; k < f->n && !under; k++)
			under = (kinds & DETECT_BIT(f->list[k].kind)) && f->list[k].offset <= i &&
			    i < f->list[k].offset + f->list[k].length;
		if (!under)
			return false;
	}
	return true;
}

/* Does the finding lie on a mark that it may find? */
static bool is_right(const struct document *d, const struct detect_finding *f)
{
	for (size_t i = 0; i < d->n; i++) {
		const struct mark *m = &d->marks[i];
		bool overlaps = f->offset < m->to && m->from < f->offset + f->length;
		bool name = (m->row == NAME || m->row == KNOWN) &&
		    (rows[NAME].found_by & DETECT_BIT(f->kind));
		if (overlaps && (name || (rows[m->row].found_by & DETECT_BIT(f->kind))))
			return true;
	}
	return false;
}

static void measure(struct document *d, struct score score[ROWS], bool tell)
{
	struct detect_known *known GW_CLEANUP(detect_known_free_p) = detect_known_new();
	struct detect_findings f GW_CLEANUP(detect_findings_release) = DETECT_FINDINGS_INIT;
	struct errinfo ei = ERRINFO_INIT;
	assert_int_equal(detect_known_person(known, d->given, d->prefix, d->family), 0);
	assert_int_equal(detect_scan(d->text.data, d->text.len, known, &f, &ei), 0);
	for (size_t i = 0; i < d->n; i++) {
		const struct mark *m = &d->marks[i];
		bool found = is_found(d, m, rows[m->row].found_by, &f);
		score[m->row].there++;
		score[m->row].found += found;
		if (m->row == NAME) {
			score[NAME_SURE].there++;
			score[NAME_SURE].found += is_found(d, m, rows[NAME_SURE].found_by, &f);
		}
		if (tell && !found)
			print_message("# missed %s: %.*s\n", rows[m->row].word,
			    (int)(m->to - m->from), d->text.data + m->from);
	}
	for (size_t k = 0; k < f.n; k++)
		for (size_t r = 0; r < ROWS; r++) {
			if (rows[r].kind != f.list[k].kind)
				continue;
			bool right = is_right(d, &f.list[k]);
			score[r].hits++;
			score[r].right += right;
			if (tell && !right)
				print_message("# false %s: %.*s\n", rows[r].word,
				    (int)f.list[k].length, d->text.data + f.list[k].offset);
		}
	buf_release(&d->text);
}

static double ratio(size_t a, size_t b)
{
	return b ? (double)a / (double)b : 1;
}

static void write_table(const struct score score[ROWS], struct buf *out)
{
	for (size_t r = 0; r < ROWS; r++)
		assert_int_equal(buf_addf(out, "%-16s recall %.3f precision %.3f of %zu\n",
				     rows[r].word, ratio(score[r].found, score[r].there),
				     ratio(score[r].right, score[r].hits), score[r].there),
		    0);
}

static void the_corpus_is_found(void **state)
{
	static const char path[] = "tests/unit/detect/corpus.accepted";
	struct score score[ROWS] = {{0}};
	struct buf now GW_CLEANUP(buf_release) = BUF_INIT(8192);
	struct buf before GW_CLEANUP(buf_release) = BUF_INIT(8192);
	struct errinfo ei = ERRINFO_INIT;
	(void)state;
	for (size_t i = 0; i < DOCUMENTS; i++) {
		struct document d;
		make(&d);
		measure(&d, score, getenv("TELL") != NULL);
	}
	write_table(score, &now);
	for (const char *line = now.data; *line; line = strchr(line, '\n') + 1)
		(void)printf("# note: detect %.*s\n", (int)strcspn(line, "\n"), line);
	(void)fflush(stdout);
	if (getenv("ACCEPT"))
		assert_int_equal(file_write(path, now.data, now.len, 0644, FILE_REPLACE, &ei), 0);
	for (size_t r = 0; r < ROWS; r++) {
		assert_true(score[r].there > 50);
		assert_true(ratio(score[r].found, score[r].there) >= rows[r].recall);
		assert_true(ratio(score[r].right, score[r].hits) >= rows[r].precision);
	}
	assert_int_equal(file_read(path, 8192, &before, &ei), 0);
	assert_string_equal(
	    now.data, before.data); /* another table is accepted on purpose: ACCEPT=1 */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(the_corpus_is_found),
	};
	return cmocka_run_group_tests_name("detect/corpus", tests, NULL, NULL);
}
