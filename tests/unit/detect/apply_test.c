/* SPDX-License-Identifier: EUPL-1.2 */
/* Verdicts, masks, and offsets that lie in the original. */
#include "detect/detect.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>
#include <strings.h>

#include <cmocka.h>

#include "base/str.h"

#define M DETECT_MASK_TEXT

static void masks_join(void **state)
{
	(void)state;
	static const struct {
		const char *text, *want;
		size_t masks;
	} rows[] = {
	    {"niets bijzonders", "niets bijzonders", 0},
	    {"", "", 0},
	    {"bel 06-12345678 of mail a.b@voorbeeld.nl.", "bel " M " of mail " M ".", 2},
	    {"0612345678", M, 1},
	    {"caf\u00e9 06\u201112345678 caf\u00e9", "caf\u00e9 " M " caf\u00e9", 1},
	    {"tel\u00a0\uff10\uff1612345678", "tel\u00a0" M, 1},
	    {"e\u0301\u00ad 0612345678\u00ad e\u0301", "e\u0301\u00ad " M " e\u0301", 1},
	    {"NL91 ABNA 0417 1643 00;a@b.nl", M ";" M, 2},
	    {"\ufb01 jan@voorbeeld.nl \ufb01", "\ufb01 " M " \ufb01", 1},
	    {"mail jan punt de punt vries at voorbeeld punt nl", "mail " M, 1},
	    {"a.lange.naam.van.meer.dan.vierenzestig.tekens.die.nog.veel.verder.gaat.dan.dat@voorbeeld.nl",
		M, 1},
	    {"mail jan@voorbeeld.nl.\nDaarna", "mail " M ".\nDaarna", 1},
	};
	for (size_t i = 0; i < GW_LENGTH(rows); i++) {
		struct buf out GW_CLEANUP(buf_release) = BUF_INIT(4096);
		struct detect_result result;
		struct errinfo ei = ERRINFO_INIT;
		assert_int_equal(detect_apply(&DETECT_STRICT, rows[i].text, strlen(rows[i].text),
				     NULL, &out, &result, &ei),
		    0);
		assert_string_equal(out.data ? out.data : "", rows[i].want);
		assert_int_equal(result.masks, rows[i].masks);
	}
}

static void block_and_review_refuse(void **state)
{
	(void)state;
	static const struct {
		const char *text, *begins;
	} rows[] = {
	    {"Traject voor bsn 1234.56.782 naar werk", "bsn found: "},
	    {"heeft een depressie", "health found: "},
	    {"zit in detentie", "criminal found: "},
	    {"lid van een vakbond, depressie, 123456782", "bsn, other_special found: "},
	};
	for (size_t i = 0; i < GW_LENGTH(rows); i++) {
		struct buf out GW_CLEANUP(buf_release) = BUF_INIT(4096);
		struct detect_result result;
		struct errinfo ei = ERRINFO_INIT;
		assert_int_equal(buf_adds(&out, "before"), 0);
		assert_int_equal(detect_apply(&DETECT_STRICT, rows[i].text, strlen(rows[i].text),
				     NULL, &out, &result, &ei),
		    GW_EREFUSED);
		assert_true(str_starts(ei.msg, rows[i].begins));
		assert_null(strstr(ei.msg, "782"));
		assert_string_equal(out.data, "before");
		assert_true(result.verdict[DETECT_BLOCK] + result.verdict[DETECT_REVIEW] > 0);
	}
}

static void profile_decides(void **state)
{
	(void)state;
	struct detect_profile p;
	struct errinfo ei = ERRINFO_INIT;
	const char *text = "bsn 123456782, tel 0612345678";
	detect_profile_init(&p, DETECT_MASK);
	p.verdict[DETECT_PHONE] = DETECT_KEEP;
	struct buf out GW_CLEANUP(buf_release) = BUF_INIT(4096);
	struct detect_result result;
	assert_int_equal(detect_apply(&p, text, strlen(text), NULL, &out, &result, &ei), 0);
	assert_string_equal(out.data, "bsn " M ", tel 0612345678");
	assert_int_equal(result.count[DETECT_BSN], 1);
	assert_int_equal(result.count[DETECT_PHONE], 1);
	assert_int_equal(result.verdict[DETECT_KEEP], 1);
}

/* The masked text, masked again, stays what it is. */
static void masking_is_idempotent(void **state)
{
	(void)state;
	const char *text = "bel 06-12345678, 020-1234567 of a@b.nl; NL91ABNA0417164300 123 456 789";
	struct buf one GW_CLEANUP(buf_release) = BUF_INIT(4096);
	struct buf two GW_CLEANUP(buf_release) = BUF_INIT(4096);
	struct errinfo ei = ERRINFO_INIT;
	assert_int_equal(
	    detect_apply(&DETECT_STRICT, text, strlen(text), NULL, &one, NULL, &ei), 0);
	assert_int_equal(detect_apply(&DETECT_STRICT, one.data, one.len, NULL, &two, NULL, &ei), 0);
	assert_string_equal(one.data, two.data);
}

static void bad_input_is_an_error(void **state)
{
	(void)state;
	struct buf out GW_CLEANUP(buf_release) = BUF_INIT(8);
	struct errinfo ei = ERRINFO_INIT;
	assert_int_equal(
	    detect_apply(&DETECT_STRICT, "a\xc0\xaf", 3, NULL, &out, NULL, &ei), GW_EFORMAT);
	assert_int_equal(
	    detect_apply(&DETECT_STRICT, "\xed\xa0\x80", 3, NULL, &out, NULL, &ei), GW_EFORMAT);
	assert_int_equal(
	    detect_apply(&DETECT_STRICT, "langer dan acht", 15, NULL, &out, NULL, &ei), GW_ELIMIT);
	assert_int_equal(out.len, 0);
}

static void kept_text_refuses_numbers(void **state)
{
	(void)state;
	struct errinfo ei = ERRINFO_INIT;
	unsigned kinds = DETECT_BIT(DETECT_BSN) | DETECT_BIT(DETECT_IBAN);
	assert_int_equal(detect_refuse("Bakkerij Jansen", 15, kinds, NULL, &ei), 0);
	assert_int_equal(detect_refuse("tel 0612345678", 14, kinds, NULL, &ei), 0);
	assert_int_equal(detect_refuse("bsn 123456782", 13, kinds, NULL, &ei), GW_EREFUSED);
	assert_true(str_starts(ei.msg, "bsn found: "));
	assert_int_equal(detect_refuse("\xff", 1, kinds, NULL, &ei), GW_EFORMAT);
}

static void words_of_kinds(void **state)
{
	(void)state;
	enum detect_kind kind;
	for (size_t i = 0; i < DETECT_KINDS; i++) {
		assert_int_equal(
		    detect_kind_parse(detect_kind_name((enum detect_kind)i), &kind), 0);
		assert_int_equal(kind, i);
	}
	assert_int_equal(detect_kind_parse("bsnn", &kind), GW_EFORMAT);
	assert_string_equal(detect_kind_words()[DETECT_WORDS - 1], "capital");
}

/* Read a profile from the text of a map. */
static int parse(const char *text, struct detect_profile *p, struct errinfo *ei)
{
	struct yml *root GW_CLEANUP(yml_free_p) = NULL;
	int r = yml_parse("p.yaml", text, strlen(text), &YML_SMALL, &root, ei);
	return r < 0 ? r : detect_profile_parse(root, p, ei);
}

static void profiles_as_policies_write_them(void **state)
{
	(void)state;
	struct detect_profile p;
	struct errinfo ei = ERRINFO_INIT;
	assert_int_equal(parse("{default: mask, bsn: block, health: review, criminal: block, "
			       "other_special: block, phone: mask, date: keep, place: keep}",
			     &p, &ei),
	    0);
	assert_memory_equal(&p, &DETECT_STRICT, sizeof p);
	static const struct {
		const char *text, *message;
	} rows[] = {
	    {"{default: keep}", "p.yaml:1:11: default may not be keep"},
	    {"{bsn: block}", "p.yaml:1:1: key \"default\" is missing"},
	    {"{default: mask, bnsn: block}",
		"p.yaml:1:17: unknown key \"bnsn\", did you mean \"bsn\"?"},
	};
	for (size_t i = 0; i < GW_LENGTH(rows); i++) {
		assert_int_equal(parse(rows[i].text, &p, &ei), GW_EFORMAT);
		assert_string_equal(ei.msg, rows[i].message);
	}
	assert_int_equal(parse("{default: mask, capital: keep}", &p, &ei), 0);
	assert_int_equal(p.verdict[DETECT_CAPITAL], DETECT_KEEP);
	assert_int_equal(parse("{default: block}", &p, &ei), 0);
	assert_int_equal(p.verdict[DETECT_CAPITAL], DETECT_BLOCK);
	assert_int_equal(parse("{default: mask, person: keep}", &p, &ei), GW_EFORMAT);
	assert_int_equal(parse("{default: mask, bsn: blok}", &p, &ei), GW_EFORMAT);
	assert_int_equal(parse("[mask]", &p, &ei), GW_EFORMAT);
}

/* Settles every finding as `decision` says; counts how often it is asked. */
struct settler {
	int decision;
	size_t asked;
	struct buf prints;
};

static int settle(void *arg, const struct detect_passage *p)
{
	struct settler *s = arg;
	s->asked++;
	assert_int_equal(strncasecmp(p->found, "migraine", p->found_n), 0);
	assert_int_equal(detect_passage_print("plan.goal", p, &s->prints), 0);
	return s->decision;
}

static void a_person_settles_what_is_under_review(void **state)
{
	static const char text[] =
	    "bel 06-12345678, migraine; na MIGRAINE 0612345678 weer migraine";
	static const struct {
		int decision, code;
		const char *want;
	} rows[] = {
	    {DETECT_KEEP, 0, "bel " M ", migraine; na MIGRAINE " M " weer migraine"},
	    {DETECT_MASK, 0, "bel " M ", " M "; na " M " " M " weer " M},
	    {DETECT_REVIEW, GW_EREFUSED, ""},
	    {GW_ELEDGER, GW_ELEDGER, ""},
	};
	(void)state;
	for (size_t i = 0; i < GW_LENGTH(rows); i++) {
		struct settler s = {.decision = rows[i].decision, .prints = BUF_INIT(1 << 16)};
		const struct detect_settle who = {settle, &s};
		struct buf out GW_CLEANUP(buf_release) = BUF_INIT(4096);
		struct detect_result result = {0};
		struct errinfo ei = ERRINFO_INIT;
		assert_int_equal(detect_apply_settled(&DETECT_STRICT, text, strlen(text), NULL,
				     &who, &out, &result, &ei),
		    rows[i].code);
		assert_string_equal(out.data ? out.data : "", rows[i].want);
		if (rows[i].code == 0) {
			assert_int_equal(s.asked, 3); /* in the second look no more */
			assert_int_equal(result.kept + result.hidden, 3);
		}
		buf_release(&s.prints);
	}
}

/* The print of the n-th finding in a text, read under field. */
struct wanted {
	size_t nth;
	const char *field;
	struct buf print;
};

static int print_nth(void *arg, const struct detect_passage *p)
{
	struct wanted *w = arg;
	if (w->nth-- == 0)
		assert_int_equal(detect_passage_print(w->field, p, &w->print), 0);
	return DETECT_KEEP;
}

static char *print_of(const char *text, const char *field, size_t nth)
{
	struct wanted w = {.nth = nth, .field = field, .print = BUF_INIT(1 << 16)};
	const struct detect_settle who = {print_nth, &w};
	struct buf out GW_CLEANUP(buf_release) = BUF_INIT(4096);
	struct errinfo ei = ERRINFO_INIT;
	assert_int_equal(
	    detect_apply_settled(&DETECT_STRICT, text, strlen(text), NULL, &who, &out, NULL, &ei),
	    0);
	assert_non_null(w.print.data);
	char *print = str_dup(w.print.data);
	buf_release(&w.print);
	return print;
}

static void a_finding_is_known_by_its_text_and_place(void **state)
{
	(void)state;
	char *a GW_CLEANUP(str_free_p) = print_of("migraine en migraine", "f", 0);
	char *b GW_CLEANUP(str_free_p) = print_of("migraine en migraine", "f", 1);
	char *c GW_CLEANUP(str_free_p) = print_of("migraine en migraine", "g", 0);
	char *d GW_CLEANUP(str_free_p) = print_of("migraine en migraine.", "f", 0);
	char *e GW_CLEANUP(str_free_p) = print_of("mi\u00adgraine en migraine", "f", 0);
	assert_string_not_equal(a, b);
	assert_string_not_equal(a, c);
	assert_string_not_equal(a, d);
	assert_string_equal(a, e); /* what nobody sees changes nothing */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(masks_join),
	    cmocka_unit_test(block_and_review_refuse),
	    cmocka_unit_test(profile_decides),
	    cmocka_unit_test(masking_is_idempotent),
	    cmocka_unit_test(bad_input_is_an_error),
	    cmocka_unit_test(kept_text_refuses_numbers),
	    cmocka_unit_test(words_of_kinds),
	    cmocka_unit_test(profiles_as_policies_write_them),
	    cmocka_unit_test(a_person_settles_what_is_under_review),
	    cmocka_unit_test(a_finding_is_known_by_its_text_and_place),
	};
	return cmocka_run_group_tests_name("detect/apply", tests, NULL, NULL);
}
