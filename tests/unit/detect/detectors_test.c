/* SPDX-License-Identifier: EUPL-1.2 */
/* The examples of every detector and stem, each as it stands in its table. */
#include "detect/scan.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/str.h"
#include "detect/stems.h"

/* Sets of kinds found in text, alone and inside a sentence. */
static unsigned kinds_in(const char *text)
{
	struct detect_findings f GW_CLEANUP(detect_findings_release) = DETECT_FINDINGS_INIT;
	struct errinfo ei = ERRINFO_INIT;
	unsigned kinds = 0;
	assert_int_equal(detect_scan(text, strlen(text), NULL, &f, &ei), 0);
	for (size_t i = 0; i < f.n; i++) {
		assert_true(f.list[i].length > 0);
		assert_true(f.list[i].offset + f.list[i].length <= strlen(text));
		assert_true(str_utf8(text + f.list[i].offset, f.list[i].length));
		kinds |= DETECT_BIT(f.list[i].kind);
	}
	return kinds;
}

static unsigned kinds_in_sentence(const char *text)
{
	char *s GW_CLEANUP(str_free_p) = str_printf("Dit is zo: %s, en verder niets.", text);
	return kinds_in(s);
}

static size_t wrong;

static void check(const char *text, unsigned want, unsigned among)
{
	unsigned alone = kinds_in(text) & among, inside = kinds_in_sentence(text) & among;
	if (alone == want && inside == want)
		return;
	print_error("'%s': alone %x, in a sentence %x, expected %x\n", text, alone, inside, want);
	wrong++;
}

/* Every test ends with this, so that all that is wrong is seen at once. */
static void nothing_wrong(void)
{
	size_t n = wrong;
	wrong = 0;
	assert_int_equal(n, 0);
}

static void every_detector_hits(void **state)
{
	(void)state;
	for (size_t i = 0; i < detectors_count; i++)
		for (const char *const *h = detectors[i]->hits; *h; h++)
			check(*h, DETECT_BIT(detectors[i]->kind), DETECT_BIT(detectors[i]->kind));
	nothing_wrong();
}

static void every_detector_misses(void **state)
{
	(void)state;
	for (size_t i = 0; i < detectors_count; i++)
		for (const char *const *m = detectors[i]->misses; *m; m++)
			check(*m, 0, DETECT_BIT(detectors[i]->kind));
	nothing_wrong();
}

static void every_stem_hits(void **state)
{
	(void)state;
	unsigned special = DETECT_BIT(DETECT_HEALTH) | DETECT_BIT(DETECT_CRIMINAL) |
	    DETECT_BIT(DETECT_OTHER_SPECIAL);
	for (size_t i = 0; i < stem_count(); i++) {
		char plain[128];
		size_t n = 0;
		for (const char *c = stem_row(i)->pattern; *c; c++)
			if (*c != '*')
				plain[n++] = *c;
		plain[n] = '\0';
		if (stem_row(i)->kind >= STEM_CUE)
			continue; /* the detectors that it asks have their own examples */
		if (stem_row(i)->kind == STEM_NOT) {
			check(stem_row(i)->hit, 0, special);
			continue;
		}
		check(plain, DETECT_BIT(stem_row(i)->kind), DETECT_BIT(stem_row(i)->kind));
		if (stem_row(i)->hit)
			check(stem_row(i)->hit, DETECT_BIT(stem_row(i)->kind),
			    DETECT_BIT(stem_row(i)->kind));
	}
	nothing_wrong();
}

static void no_stem_in_ordinary_text(void **state)
{
	(void)state;
	unsigned special = DETECT_BIT(DETECT_HEALTH) | DETECT_BIT(DETECT_CRIMINAL) |
	    DETECT_BIT(DETECT_OTHER_SPECIAL);
	for (const char *const *m = stem_misses; *m; m++)
		check(*m, 0, special);
	nothing_wrong();
}

static void stems_in_any_dress(void **state)
{
	(void)state;
	static const char *const texts[] = {"DEPRESSIE", "De\u00adpressie", "depres-\nsie",
	    "depres\u2010\r\n  sief", "postnatale-depressie", "\uff44\uff45pressie",
	    "d\u00e9pressie", "de\u200bpressief", "burn\u2011out", "burn\nout",
	    "geestelijke  gezondheid"};
	for (size_t i = 0; i < GW_LENGTH(texts); i++)
		check(texts[i], DETECT_BIT(DETECT_HEALTH), DETECT_BIT(DETECT_HEALTH));
	nothing_wrong();
}

/* Letters of Greek and Cyrillic that the eye takes for Latin ones hide nothing. */
static void disguises_are_seen_through(void **state)
{
	(void)state;
	check("d\u0435pr\u0435ssi\u0435", DETECT_BIT(DETECT_HEALTH), DETECT_BIT(DETECT_HEALTH));
	check("in d\u0435t\u0435ntie", DETECT_BIT(DETECT_CRIMINAL), DETECT_BIT(DETECT_CRIMINAL));
	check(
	    "NL91\u0410\u0412N\u04100417164300", DETECT_BIT(DETECT_IBAN), DETECT_BIT(DETECT_IBAN));
	check("j\u0430n@v\u043e\u043erb\u0435\u0435ld.nl", DETECT_BIT(DETECT_EMAIL),
	    DETECT_BIT(DETECT_EMAIL));
	check("b\u0455n 12\u041756782\u041e", 0, DETECT_BIT(DETECT_IBAN));
	check("mevrouw \u0412akker", DETECT_BIT(DETECT_NAME), DETECT_BIT(DETECT_NAME));
	check("met \u041e\u043b\u0435\u043d\u0430", DETECT_BIT(DETECT_CAPITAL),
	    DETECT_BIT(DETECT_CAPITAL));
	nothing_wrong();
}

/* A long text is followed at several places at once: the same is found wherever it stands. */
static void long_texts_hide_nothing(void **state)
{
	(void)state;
	static const char filler[] = "De kandidaat volgt een traject naar werk in de regio. ";
	static const char planted[] = "stemt op de pvv, detentie, naam at voorbeeld punt nl. ";
	enum { LINES = 400 };
	for (size_t at = 0; at < LINES; at += 7) {
		struct buf b GW_CLEANUP(buf_release) = BUF_INIT(1 << 20);
		struct detect_findings f GW_CLEANUP(detect_findings_release) = DETECT_FINDINGS_INIT;
		struct errinfo ei = ERRINFO_INIT;
		for (size_t i = 0; i < LINES; i++)
			assert_int_equal(buf_adds(&b, i == at ? planted : filler), 0);
		assert_int_equal(detect_scan(b.data, b.len, NULL, &f, &ei), 0);
		assert_int_equal(f.n, 3);
		for (size_t i = 0; i < f.n; i++)
			assert_true(f.list[i].offset >= at * strlen(filler) &&
			    f.list[i].offset + f.list[i].length <=
				at * strlen(filler) + strlen(planted));
	}
}

/* What cancels a word does so wherever it stands in a long text, which is followed at several
 * places at once. */
static void long_texts_cancel_everywhere(void **state)
{
	(void)state;
	enum { LINES = 400 };
	struct buf b GW_CLEANUP(buf_release) = BUF_INIT(1 << 20);
	struct detect_findings f GW_CLEANUP(detect_findings_release) = DETECT_FINDINGS_INIT;
	struct errinfo ei = ERRINFO_INIT;
	for (size_t i = 0; i < LINES; i++)
		assert_int_equal(buf_adds(&b,
				     i == LINES / 2 ? "Hij krijgt geen VOG.\n"
						    : "Voor deze baan is geen VOG vereist.\n"),
		    0);
	assert_int_equal(detect_scan(b.data, b.len, NULL, &f, &ei), 0);
	assert_int_equal(f.n, 1);
	assert_int_equal(f.list[0].kind, DETECT_CRIMINAL);
}

/* What may be a street or a plan counts, unless it is written as the name of a place. */
static void not_every_path_is_a_street(void **state)
{
	(void)state;
	unsigned special = DETECT_BIT(DETECT_HEALTH) | DETECT_BIT(DETECT_CRIMINAL);
	check("zit in een kankerzorgpad", DETECT_BIT(DETECT_HEALTH), special);
	check("volgt het gevangenispad", DETECT_BIT(DETECT_CRIMINAL), special);
	check("KANKERZORGPAD", DETECT_BIT(DETECT_HEALTH), special);
	check("woont Gevangenispad 12", 0, special);
	check("krijgt geen VOG", DETECT_BIT(DETECT_CRIMINAL), special);
	nothing_wrong();
}

/* What the law enumerates tells of nobody; the same words about somebody do. */
static void the_law_is_nobodys_data(void **state)
{
	(void)state;
	unsigned special = DETECT_BIT(DETECT_HEALTH) | DETECT_BIT(DETECT_CRIMINAL) |
	    DETECT_BIT(DETECT_OTHER_SPECIAL);
	check("Discriminatie wegens godsdienst, levensovertuiging, politieke gezindheid, ras, "
	      "geslacht of op welke grond dan ook",
	    0, special & ~DETECT_BIT(DETECT_HEALTH));
	check("heeft discriminatie op grond van ras ervaren", DETECT_BIT(DETECT_OTHER_SPECIAL),
	    special);
	check("zijn politieke gezindheid is bekend", DETECT_BIT(DETECT_OTHER_SPECIAL), special);
	check("is van etnische afkomst Koerdisch", DETECT_BIT(DETECT_OTHER_SPECIAL), special);
	check("haar religieuze overtuiging", DETECT_BIT(DETECT_OTHER_SPECIAL), special);
	check("heeft een homoseksuele gerichtheid", DETECT_BIT(DETECT_OTHER_SPECIAL), special);
	check("lidmaatschap van een vakbond", DETECT_BIT(DETECT_OTHER_SPECIAL), special);
	check("vervolging van strafbare feiten loopt nog", DETECT_BIT(DETECT_CRIMINAL), special);
	check("kwam voor bij justitie", DETECT_BIT(DETECT_CRIMINAL), special);
	check("heeft een handicap of chronische ziekte", DETECT_BIT(DETECT_HEALTH), special);
	check("de behandelaar van de zaak", 0, special);
	check("de behandelaar van de depressie", DETECT_BIT(DETECT_HEALTH), special);
	check("volgens zijn behandelaar van de polikliniek", DETECT_BIT(DETECT_HEALTH), special);
	nothing_wrong();
}

/* Quotes, bullets, arrows and icons touch what people write; none of them is a letter. */
static void signs_are_no_letters(void **state)
{
	(void)state;
	static const char *const signs[] = {"\u201c", "\u201d", "\u201e", "\u00ab", "\u00bb",
	    "\u2018", "\u2022", "\u2026", "\u2192", "\u2713", "\u260e", "\u20ac", "\u00b0",
	    "\u2122", "\u00a7", "\u2020", "\ue028", "\uf028", "\U0001f4de", "\U0001f194", "\u3164",
	    "\u2800", "\u200b"};
	static const struct {
		const char *text;
		enum detect_kind kind;
	} rows[] = {{"123456782", DETECT_BSN}, {"1234.56.782", DETECT_BSN},
	    {"NL91ABNA0417164300", DETECT_IBAN}, {"06-12345678", DETECT_PHONE},
	    {"0612345678", DETECT_PHONE}, {"jan@voorbeeld.nl", DETECT_EMAIL},
	    {"detentie", DETECT_CRIMINAL}, {"tbs", DETECT_CRIMINAL},
	    {"moskee", DETECT_OTHER_SPECIAL}, {"hiv", DETECT_HEALTH}};
	for (size_t i = 0; i < GW_LENGTH(signs); i++)
		for (size_t k = 0; k < GW_LENGTH(rows); k++) {
			char *s GW_CLEANUP(str_free_p) =
			    str_printf("%s%s%s", signs[i], rows[k].text, signs[i]);
			check(s, DETECT_BIT(rows[k].kind), DETECT_BIT(rows[k].kind));
		}
	check("\u2116123456782", DETECT_BIT(DETECT_BSN), DETECT_BIT(DETECT_BSN));
	check("\u21210612345678", DETECT_BIT(DETECT_PHONE), DETECT_BIT(DETECT_PHONE));
	check("123\u00b7456\u00b7782", DETECT_BIT(DETECT_BSN), DETECT_BIT(DETECT_BSN));
	nothing_wrong();
}

/* The 11-test by its definition, for all numbers of a few stretches of the whole range. */
static void bsn_over_the_range(void **state)
{
	(void)state;
	static const uint32_t stretches[] = {10000000, 99999000, 123456000, 499999500, 999999000};
	for (size_t k = 0; k < GW_LENGTH(stretches); k++)
		for (uint32_t v = stretches[k]; v < stretches[k] + 900; v++) {
			char text[32];
			int sum = 0;
			(void)snprintf(text, sizeof text, "bsn %09u", v);
			for (int i = 0; i < 9; i++)
				sum += (text[4 + i] - '0') * (i == 8 ? -1 : 9 - i);
			unsigned want = sum % 11 == 0 ? DETECT_BIT(DETECT_BSN) : 0;
			assert_int_equal(kinds_in(text) & DETECT_BIT(DETECT_BSN), want);
		}
}

static void certainty_grows_with_context(void **state)
{
	(void)state;
	struct detect_findings f GW_CLEANUP(detect_findings_release) = DETECT_FINDINGS_INIT;
	struct errinfo ei = ERRINFO_INIT;
	const char *with = "zijn BSN is volgens de brief 123456782";
	assert_int_equal(detect_scan(with, strlen(with), NULL, &f, &ei), 0);
	assert_int_equal(f.n, 1);
	assert_int_equal(f.list[0].certainty, DETECT_HIGH);
	detect_findings_release(&f);
	const char *alone = "het nummer 123456782";
	assert_int_equal(detect_scan(alone, strlen(alone), NULL, &f, &ei), 0);
	assert_int_equal(f.n, 1);
	assert_int_equal(f.list[0].certainty, DETECT_MIDDLE);
}

/* The findings of a text, with and without a number of the dossier that is not in it, but begins
 * with a small letter: then every such letter is looked at, not only where something may begin. */
static void same_with_a_known_number(const char *text, size_t n, const struct detect_known *known)
{
	struct detect_findings a GW_CLEANUP(detect_findings_release) = DETECT_FINDINGS_INIT;
	struct detect_findings b GW_CLEANUP(detect_findings_release) = DETECT_FINDINGS_INIT;
	struct errinfo ei = ERRINFO_INIT;
	assert_int_equal(detect_scan(text, n, NULL, &a, &ei), 0);
	assert_int_equal(detect_scan(text, n, known, &b, &ei), 0);
	assert_int_equal(a.n, b.n);
	for (size_t i = 0; i < a.n; i++) {
		assert_int_equal(a.list[i].offset, b.list[i].offset);
		assert_int_equal(a.list[i].length, b.list[i].length);
		assert_int_equal(a.list[i].kind, b.list[i].kind);
		assert_int_equal(a.list[i].certainty, b.list[i].certainty);
	}
}

static void nothing_is_skipped(void **state)
{
	(void)state;
	struct buf all GW_CLEANUP(buf_release) = BUF_INIT(1 << 20);
	struct detect_known *known GW_CLEANUP(detect_known_free_p) = detect_known_new();
	assert_non_null(known);
	assert_int_equal(detect_known_number(known, DETECT_CLIENT_NUMBER, "eq-9999-eq-9999"), 0);
	for (size_t i = 0; i < detectors_count; i++)
		for (const char *const *hit = detectors[i]->hits; *hit; hit++) {
			same_with_a_known_number(*hit, strlen(*hit), known);
			assert_int_equal(buf_adds(&all, *hit), 0);
			assert_int_equal(buf_adds(&all, i % 3 ? " en toen ook " : ".\n\n"), 0);
		}
	for (size_t from = 0; from < 64; from++) /* wherever the sixteens begin */
		if (((unsigned char)all.data[from] & 0xc0) != 0x80)
			same_with_a_known_number(all.data + from, all.len - from, known);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(every_detector_hits),
	    cmocka_unit_test(every_detector_misses),
	    cmocka_unit_test(every_stem_hits),
	    cmocka_unit_test(no_stem_in_ordinary_text),
	    cmocka_unit_test(stems_in_any_dress),
	    cmocka_unit_test(disguises_are_seen_through),
	    cmocka_unit_test(long_texts_hide_nothing),
	    cmocka_unit_test(long_texts_cancel_everywhere),
	    cmocka_unit_test(not_every_path_is_a_street),
	    cmocka_unit_test(the_law_is_nobodys_data),
	    cmocka_unit_test(signs_are_no_letters),
	    cmocka_unit_test(bsn_over_the_range),
	    cmocka_unit_test(certainty_grows_with_context),
	    cmocka_unit_test(nothing_is_skipped),
	};
	return cmocka_run_group_tests_name("detect/detectors", tests, NULL, NULL);
}
