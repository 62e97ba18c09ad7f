/* SPDX-License-Identifier: EUPL-1.2 */
/* The known names and numbers of a dossier, in the forms in which people write them. */
#include "detect/detect.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/str.h"

/* Only what is known is masked, so that nothing else helps to find it. */
static struct detect_profile all_masked(void)
{
	struct detect_profile p;
	detect_profile_init(&p, DETECT_KEEP);
	p.verdict[DETECT_PERSON] = p.verdict[DETECT_CLIENT_NUMBER] = DETECT_MASK;
	p.verdict[DETECT_V_NUMBER] = p.verdict[DETECT_BSN] = DETECT_MASK;
	return p;
}

/* Fail unless text, masked with this set, reads want. */
static void masks_to(const struct detect_known *known, const char *text, const char *want)
{
	struct detect_profile p = all_masked();
	struct buf out GW_CLEANUP(buf_release) = BUF_INIT(4096);
	struct errinfo ei = ERRINFO_INIT;
	assert_int_equal(detect_apply(&p, text, strlen(text), known, &out, NULL, &ei), 0);
	assert_string_equal(out.data, want);
}

#define M DETECT_MASK_TEXT

static void dutch_name_in_all_forms(void **state)
{
	(void)state;
	struct detect_known *k GW_CLEANUP(detect_known_free_p) = detect_known_new();
	assert_int_equal(detect_known_person(k, "Jan Piet", "van der", "Hoeven"), 0);
	static const char *const forms[] = {"Jan Piet van der Hoeven", "Jan van der Hoeven",
	    "J.P. van der Hoeven", "J. P. van der Hoeven", "JP van der Hoeven", "J. v.d. Hoeven",
	    "v.d. Hoeven", "v/d Hoeven", "vd Hoeven", "vdHoeven", "Vanderhoeven", "van der hoeven",
	    "VAN DER HOEVEN", "Hoeven", "hoeven", "Hoeven, J.P.", "Jan-Piet", "JanPiet", "jan",
	    "Van Der Hoeven", "Hoevens", "Piet", "J\u00e1n", "Ho\u00adeven", "Hoe-\nven",
	    "\uff2aan", "Hoe\u200bven", "van\u00a0der\u00a0Hoeven", "Jan Piet\nvan der Hoeven"};
	for (size_t i = 0; i < GW_LENGTH(forms); i++) {
		char *text GW_CLEANUP(str_free_p) =
		    str_printf("gesproken met %s over werk", forms[i]);
		struct detect_findings f GW_CLEANUP(detect_findings_release) = DETECT_FINDINGS_INIT;
		struct errinfo ei = ERRINFO_INIT;
		assert_int_equal(detect_scan(text, strlen(text), k, &f, &ei), 0);
		size_t persons = 0;
		for (size_t n = 0; n < f.n; n++) {
			if (f.list[n].kind == DETECT_PERSON)
				assert_int_equal(f.list[n].offset, strlen("gesproken met "));
			persons += f.list[n].kind == DETECT_PERSON;
		}
		if (persons != 1)
			fail_msg("'%s': %zu findings of a person", forms[i], persons);
	}
	masks_to(k, "Dhr. J.P. van der Hoeven belt", "Dhr. " M " belt");
	masks_to(k, "van der Meer en de Wit", "van der Meer en de Wit");
	masks_to(k, "januari en pieten", "januari en pieten");
	masks_to(k, "plan A. Daarna B", "plan A. Daarna B");
}

static void names_of_other_origin(void **state)
{
	(void)state;
	struct detect_known *k GW_CLEANUP(detect_known_free_p) = detect_known_new();
	assert_int_equal(
	    detect_known_person(k, "G\u00fcl\u015fen", NULL, "Y\u0131ld\u0131r\u0131m"), 0);
	assert_int_equal(detect_known_person(k, "Mohammed", "", "Al-Hassan"), 0);
	assert_int_equal(detect_known_person(k, "Tsegay", NULL, "Gebremariam"), 0);
	assert_int_equal(detect_known_person(k, "\u0645\u062d\u0645\u062f", NULL, NULL), 0);
	masks_to(k, "gulsen yildirim kwam", M " kwam");
	masks_to(k, "Gu\u0308ls\u0327en YILDIRIM kwam", M " kwam");
	masks_to(k, "Y\u0131ld\u0131r\u0131m\u2019s werk", M "\u2019s werk");
	masks_to(k, "met Mohammed al Hassan gebeld", "met " M " gebeld");
	masks_to(k, "met M. Alhassan gebeld", "met " M " gebeld");
	masks_to(k, "AL-HASSAN, Mohammed", M);
	masks_to(k, "Tsegays fiets", M " fiets");
	masks_to(k, "naam: \u0645\u064f\u062d\u0645\u062f.", "naam: " M ".");
	masks_to(k, "al met al", "al met al");
	masks_to(k, "\u201cG\u00fcl\u015fen\u201d, \u2022Tsegay\u2026",
	    "\u201c" M "\u201d, \u2022" M "\u2026");
}

static void names_that_are_words(void **state)
{
	(void)state;
	struct detect_known *k GW_CLEANUP(detect_known_free_p) = detect_known_new();
	assert_int_equal(detect_known_person(k, "Can", "de", "Bakker"), 0);
	masks_to(k, "zoekt werk als bakker", "zoekt werk als bakker");
	masks_to(k, "gesprek met Bakker", "gesprek met " M);
	masks_to(k, "gesprek met de bakker", "gesprek met " M);
	masks_to(k, "gesprek met C. bakker", "gesprek met " M);
	masks_to(k, "Can bakker", M);
	assert_int_equal(detect_known_person(k, "Dan", NULL, "Haar"), 0);
	masks_to(k, "en dan komt haar zus", "en dan komt haar zus");
	masks_to(k, "met Dan haar gebeld", "met " M " gebeld");
}

static void third_parties_by_text(void **state)
{
	(void)state;
	struct detect_known *k GW_CLEANUP(detect_known_free_p) = detect_known_new();
	assert_int_equal(detect_known_name(k, "Maria Smulders (buurvrouw), tel. bekend"), 0);
	assert_int_equal(detect_known_name(k, "erik willemsen"), 0);
	masks_to(k, "buurvrouw Maria en mevr. M. Smulders", "buurvrouw " M " en mevr. " M);
	masks_to(k, "tel. bekend", "tel. bekend");
	masks_to(k, "Erik Willemsen", M);
	assert_int_equal(detect_known_name(k, "Klantmanager Team Werk en Inkomen, UWV"), 0);
	assert_int_equal(detect_known_name(k, "Mei Ling Ja"), 0);
	masks_to(k, "het team Werk en Inkomen van het UWV", "het team Werk en Inkomen van het UWV");
	masks_to(k, "Zijn inkomen stopt. Team A belt.", "Zijn inkomen stopt. Team A belt.");
	masks_to(k, "Mei was druk. Op 1 mei Ling gebeld", "Mei was druk. Op 1 " M " gebeld");
	masks_to(k, "met Mei Ling en mevr. Ling Ja", "met " M " en mevr. " M);
	assert_int_equal(detect_known_name(k, "\xff"), GW_EFORMAT);
}

static void numbers_in_any_spacing(void **state)
{
	(void)state;
	struct detect_known *k GW_CLEANUP(detect_known_free_p) = detect_known_new();
	assert_int_equal(detect_known_number(k, DETECT_CLIENT_NUMBER, "K-2024/00123"), 0);
	assert_int_equal(detect_known_number(k, DETECT_V_NUMBER, "2791234567"), 0);
	assert_int_equal(detect_known_number(k, DETECT_BSN, "010464554"), 0);
	assert_int_equal(detect_known_number(k, DETECT_CLIENT_NUMBER, "12"), 0);
	masks_to(k, "klant k2024 00123 is", "klant " M " is");
	masks_to(k, "K-2024-001234", "K-2024-001234");
	masks_to(k, "XK-2024-00123", "XK-2024-00123");
	masks_to(k, "v-nummer 279 123 4567.", "v-nummer " M ".");
	masks_to(k, "v-nummer 2791234567", "v-nummer " M);
	masks_to(k, "nummer 1046 4554", "nummer " M);
	masks_to(k, "12 weken", "12 weken");
	/* a known number is not taken for a national number, unless it is one */
	struct detect_findings f GW_CLEANUP(detect_findings_release) = DETECT_FINDINGS_INIT;
	struct errinfo ei = ERRINFO_INIT;
	assert_int_equal(detect_known_number(k, DETECT_CLIENT_NUMBER, "123456782"), 0);
	assert_int_equal(detect_scan("klant 123456782", 15, k, &f, &ei), 0);
	assert_int_equal(f.n, 1);
	assert_int_equal(f.list[0].kind, DETECT_CLIENT_NUMBER);
}

static void numbers_of_a_form(void **state)
{
	(void)state;
	struct detect_known *k GW_CLEANUP(detect_known_free_p) = detect_known_new();
	static const char *const bad[] = {
	    "", "999", "AAAA", "K-1", "99*99", "\u00e999999", "999999999999999999999999999999999"};
	for (size_t i = 0; i < GW_LENGTH(bad); i++)
		assert_int_equal(detect_known_pattern(k, bad[i]), GW_EFORMAT);
	assert_int_equal(detect_known_pattern(k, "K-9999/99"), 0);
	assert_int_equal(detect_known_pattern(k, "999-AA"), 0);
	masks_to(k, "dossier K-2024/07 en k202407.", "dossier " M " en " M ".");
	masks_to(k, "K-2024/071, XK-2024/07, K-20A4/07", "K-2024/071, XK-2024/07, K-20A4/07");
	masks_to(k, "123-bc en 123 BC, 123-b", M " en " M ", 123-b");
	for (int i = 0; i < 6; i++)
		assert_int_equal(detect_known_pattern(k, "9999-AAAA"), 0);
	assert_int_equal(detect_known_pattern(k, "9999-AAAA"), GW_ELIMIT);
}

static void a_known_birth_date_needs_no_word(void **state)
{
	(void)state;
	struct detect_known *k GW_CLEANUP(detect_known_free_p) = detect_known_new();
	struct detect_findings f GW_CLEANUP(detect_findings_release) = DETECT_FINDINGS_INIT;
	struct errinfo ei = ERRINFO_INIT;
	const char *text = "op 9 maart 1984, 09-03-84 of 1984-03-09, niet 10-03-1984";
	size_t births = 0;
	assert_int_equal(detect_known_birth(k, 1984, 0, 9), 0);
	assert_int_equal(detect_known_birth(k, 1984, 3, 9), 0);
	assert_int_equal(detect_scan(text, strlen(text), k, &f, &ei), 0);
	for (size_t i = 0; i < f.n; i++)
		births += f.list[i].kind == DETECT_BIRTH_DATE;
	assert_int_equal(births, 3);
	for (int i = 0; i < 15; i++)
		assert_int_equal(detect_known_birth(k, 1984, 3, 9), 0);
	assert_int_equal(detect_known_birth(k, 1984, 3, 9), GW_ELIMIT);
}

/* Words of 60 to 200 bytes, in letters of one and of two bytes, alone and with a genitive s. */
static void no_word_is_too_long(void **state)
{
	static const char *const letters[] = {"a", "\u0645"};
	(void)state;
	for (size_t l = 0; l < GW_LENGTH(letters); l++)
		for (size_t n = 60 / strlen(letters[l]); n <= 100; n++) {
			struct detect_known *k GW_CLEANUP(detect_known_free_p) = detect_known_new();
			struct buf name GW_CLEANUP(buf_release) = BUF_INIT(1000);
			assert_int_equal(buf_adds(&name, l ? "" : "X"), 0);
			for (size_t i = 0; i < n; i++)
				assert_int_equal(buf_adds(&name, letters[l]), 0);
			assert_int_equal(detect_known_person(k, "Jan", "van der", name.data), 0);
			char *text GW_CLEANUP(str_free_p) =
			    str_printf("de heer %s, en %ss werk", name.data, name.data);
			masks_to(k, text, "de heer " M ", en " M " werk");
		}
}

static void what_does_not_fit_is_said(void **state)
{
	(void)state;
	struct detect_known *k GW_CLEANUP(detect_known_free_p) = detect_known_new();
	char longest[80] = {0};
	char *many GW_CLEANUP(str_free_p) = str_alloc(131);
	for (size_t i = 0; i < 65; i++)
		memcpy(many + 2 * i, "a ", 2);
	assert_int_equal(detect_known_person(k, many, NULL, NULL), GW_ELIMIT);
	memset(longest, '1', 65);
	assert_int_equal(detect_known_number(k, DETECT_CLIENT_NUMBER, longest), GW_ELIMIT);
	for (int i = 0; i < 64; i++)
		assert_int_equal(detect_known_number(k, DETECT_CLIENT_NUMBER, "1234"), 0);
	assert_int_equal(detect_known_number(k, DETECT_CLIENT_NUMBER, "1235"), GW_ELIMIT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(dutch_name_in_all_forms),
	    cmocka_unit_test(names_of_other_origin),
	    cmocka_unit_test(names_that_are_words),
	    cmocka_unit_test(third_parties_by_text),
	    cmocka_unit_test(numbers_in_any_spacing),
	    cmocka_unit_test(numbers_of_a_form),
	    cmocka_unit_test(a_known_birth_date_needs_no_word),
	    cmocka_unit_test(no_word_is_too_long),
	    cmocka_unit_test(what_does_not_fit_is_said),
	};
	return cmocka_run_group_tests_name("detect/known", tests, NULL, NULL);
}
