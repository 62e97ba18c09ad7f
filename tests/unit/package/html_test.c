/* SPDX-License-Identifier: EUPL-1.2 */
#include "package/html.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/str.h"
#include "dossier/catalogue.h"
#include "package/html_check.h"
#include "package/labels.h"

static struct note sample(void)
{
	struct note n = {.package = "2f1c1e9a-6c1b-4c58-9a44-0d2d5e6f7a81",
	    .case_id = "zaak-1",
	    .seq = 1,
	    .sender = {"00000099000000001000", "Werk & Co <Noord>"},
	    .recipient = {"00000099000000002000", "Gemeente Voorbeeld"},
	    .contract = "RI-2023-07",
	    .purpose = "continuity_of_support",
	    .gdpr = "public_task",
	    .laws = {"pwet-7"},
	    .n_laws = 1,
	    .policy = "overdracht",
	    .policy_version = 3,
	    .created = 1772000000123,
	    .expires = 1774000000000,
	    .keep = "P2Y",
	    .after = "trajectory_end"};
	n.report = json_pack(
	    "{s:[{s:[s],s:s}]}", "withheld", "classes", "third_party", "because", "AVG 9");
	return n;
}

static void write_page(const char *dossier, enum html_language language, struct buf *out)
{
	struct note n GW_CLEANUP(note_release) = sample();
	if (strstr(dossier, "corrects")) /* a correction always has one */
		memcpy(n.supersedes, "2f1c1e9a-6c1b-4c58-9a44-0d2d5e6f7a99", ID_TEXT);
	json_t *d GW_CLEANUP(jx_release) = NULL;
	assert_int_equal(jx_parse("d", dossier, strlen(dossier), &JX_SMALL, &d, NULL), 0);
	assert_int_equal(html_write(&n, d, catalogue_builtin(), language, out, NULL), 0);
	assert_int_equal(
	    html_check(out->data, out->len, NULL), 0); /* a recipient lets it through */
}

static const char dossier[] =
    "{\"catalogue\":1,"
    "\"person\":{\"family_name\":\"<script>alert('x')</script> & \\\"co\\\"\","
    "\"given_names\":{\"as\":\"initials\",\"v\":\"J.P.\"},\"birth_date\":\"1984-00-00\"},"
    "\"ladder\":[{\"date\":\"2026-01-12\",\"step\":4},{\"date\":\"2026-03-01\",\"target_step\":5}],"
    "\"wi\":{\"leerroute\":\"B1\",\"exams\":[{\"part\":\"KNM\"}]},"
    "\"attachments\":[{\"type\":\"diploma\",\"file\":\"attachments/diploma-1.png\"}]}";

static bool has(const struct buf *b, const char *s)
{
	return strstr(b->data, s) != NULL;
}

static void values_are_text_and_nothing_else(void **state)
{
	(void)state;
	struct buf b GW_CLEANUP(buf_release) = BUF_INIT(1 << 20);
	write_page(dossier, HTML_DUTCH, &b);
	assert_false(has(&b, "<script"));
	assert_true(
	    has(&b, "&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt; &amp; &quot;co&quot;"));
	assert_true(has(&b, "Werk &amp; Co &lt;Noord&gt;"));
	assert_false(has(&b, "http"));
	assert_false(has(&b, "url("));
	assert_false(has(&b, "src="));
}

static void a_correction_says_what_it_corrects(void **state)
{
	static const char notice[] =
	    "{\"catalogue\":1,\"corrects\":[\"person.family_name\",\"contact.phone\"],"
	    "\"person\":{\"family_name\":\"Jansen\"}}";
	static const char with[] =
	    "{\"catalogue\":1,\"corrects\":[\"person.family_name\"],"
	    "\"person\":{\"family_name\":\"Jansen\",\"client_number\":\"K-1\"}}";
	(void)state;
	struct buf b GW_CLEANUP(buf_release) = BUF_INIT(1 << 20);
	struct buf e GW_CLEANUP(buf_release) = BUF_INIT(1 << 20);
	struct buf plain GW_CLEANUP(buf_release) = BUF_INIT(1 << 20);
	write_page(notice, HTML_DUTCH, &b);
	assert_true(has(&b, "<h1>Correctiebericht</h1>"));
	assert_true(has(&b, "uit pakket 2f1c1e9a-6c1b-4c58-9a44-0d2d5e6f7a99"));
	assert_true(has(&b, "<li>Persoon: Achternaam</li>"));
	assert_true(has(&b, ": Telefoon – <strong>vervallen</strong>"));
	assert_true(has(&b, "Jansen"));
	assert_false(has(&b, "over wie dit gaat"));
	write_page(with, HTML_ENGLISH, &e);
	assert_true(has(&e, "<h1>Correction notice</h1>"));
	assert_true(has(&e, "it tells whom this is about"));
	write_page(dossier, HTML_DUTCH, &plain);
	assert_false(has(&plain, "Correctie"));
	assert_false(has(&plain, "Volgt op"));
}

static void a_coach_can_read_it(void **state)
{
	(void)state;
	struct buf b GW_CLEANUP(buf_release) = BUF_INIT(1 << 20);
	write_page(dossier, HTML_DUTCH, &b);
	assert_true(has(&b, "<html lang=\"nl\">"));
	assert_true(has(&b, "<th scope=\"row\">Achternaam</th>"));
	assert_true(has(&b, "J.P. <small>(voorletters)</small>"));
	assert_true(has(&b,
	    "<th scope=\"row\">Geboortedatum</th><td><time>1984</time> (dag en maand onbekend)</td>"));
	assert_true(has(&b, "<td><time>12-01-2026</time></td>"));
	assert_true(has(&b, "<title>Overdrachtsdossier – 2f1c1e9a</title>"));
	assert_true(has(&b, "taak van algemeen belang (Participatiewet art. 7)"));
	assert_true(has(&b, "4 – onbetaald werk"));
	assert_true(has(&b, "<caption>Examens inburgering</caption>"));
	assert_true(has(&b, "2 jaar na einde van het traject"));
	assert_true(has(&b, "href=\"attachments/diploma-1.png\""));
	assert_true(has(&b, "<li>gegevens van derden: AVG 9</li>"));
	assert_true(has(&b, "@media print"));
}

static void english_too(void **state)
{
	(void)state;
	struct buf b GW_CLEANUP(buf_release) = BUF_INIT(1 << 20);
	write_page(dossier, HTML_ENGLISH, &b);
	assert_true(has(&b, "<html lang=\"en\">"));
	assert_true(has(&b, "<th scope=\"row\">Family name</th>"));
	assert_true(has(&b, "4 – unpaid work"));
	assert_true(has(&b, "2026-01-12"));
}

/* The travelling report of a policy with everything that the page has words for. */
static const char report[] =
    "{\"allowed\":[{\"rule\":\"a\",\"fields\":[\"person.family_name\",\"wi.leerroute\"],\"as\":\"keep\","
    "\"because\":\"x\"},"
    "{\"rule\":\"b\",\"fields\":[\"person.bsn\"],\"as\":\"keep\",\"only_if\":{\"recipient_duty\":"
    "[\"bsn_processing\"]},\"because\":\"wettelijke <taak>\"},"
    "{\"rule\":\"c\",\"fields\":[\"wi.term_start\",\"wi.term_end\",\"wi.exams.part\"],\"as\":\"keep\","
    "\"only_if\":{\"programme\":[\"wi2021\"],\"consent\":[\"share_capacity\"]},\"because\":\"y\"},"
    "{\"rule\":\"d\",\"fields\":[\"plan.goal\"],\"as\":\"scanned\",\"because\":\"z\"}],"
    "\"withheld\":[{\"classes\":[\"special\",\"criminal\"],\"because\":\"AVG 9\"},"
    "{\"fields\":[\"person.v_number\"],\"because\":\"w\"},"
    "{\"classes\":[\"identifier\",\"free_text\",\"third_party\"],\"because\":\"v\"}]}";

static void write_with_report(enum html_language language, struct buf *out)
{
	struct note n GW_CLEANUP(note_release) = sample();
	json_t *d GW_CLEANUP(jx_release) = json_object();
	jx_release(&n.report);
	assert_int_equal(jx_parse("r", report, strlen(report), &JX_SMALL, &n.report, NULL), 0);
	assert_int_equal(html_write(&n, d, catalogue_builtin(), language, out, NULL), 0);
	assert_int_equal(
	    html_check(out->data, out->len, NULL), 0); /* a recipient lets it through */
}

static void what_the_policy_does_is_said_as_it_is(void **state)
{
	(void)state;
	struct buf b GW_CLEANUP(buf_release) = BUF_INIT(1 << 20);
	write_with_report(HTML_DUTCH, &b);
	assert_true(
	    has(&b, "<li>bijzondere persoonsgegevens, strafrechtelijke gegevens: AVG 9</li>"));
	assert_true(has(&b, "<li>Persoon (V-nummer): w</li>"));
	/* of these classes some field goes, so that only the rest stays */
	assert_true(has(
	    &b, "<li>overige namen en nummers, overige vrije tekst, gegevens van derden: v</li>"));
	assert_true(has(&b,
	    "<li>Persoon (Burgerservicenummer) – alleen als burgerservicenummers verwerken een "
	    "wettelijke taak van de ontvanger is: wettelijke &lt;taak&gt;</li>"));
	assert_true(has(&b,
	    "<li>Inburgering (Begin inburgeringstermijn, Einde inburgeringstermijn), "
	    "Examens inburgering (Onderdeel) – alleen bij Wet inburgering 2021 – alleen met "
	    "toestemming voor het delen van belastbaarheid: y</li>"));
	assert_false(has(&b, "<p><p>"));
	assert_true(has(&b, "<p>Waar in een tekst […] staat, is iets weggelaten"));
	struct buf e GW_CLEANUP(buf_release) = BUF_INIT(1 << 20);
	write_with_report(HTML_ENGLISH, &e);
	assert_true(
	    has(&e, "<li>other names and numbers, other free text, data of third parties: v"));
	assert_true(has(&e, "only when processing citizen service numbers is a legal duty"));
	assert_true(has(&e, "<p>Where a text has […], something was left out"));
	struct buf none GW_CLEANUP(buf_release) = BUF_INIT(1 << 20);
	write_page("{}", HTML_DUTCH, &none);
	assert_false(has(&none, "[…]")); /* that policy scans nothing */
	assert_false(has(&none, "onder voorwaarde"));
}

static void codes_are_words(void **state)
{
	(void)state;
	static const char text[] =
	    "{\"contact\":{\"interpreter_language\":\"tir\"},"
	    "\"language\":[{\"code\":\"nl\"},{\"code\":\"qaa\"}],"
	    "\"benefit\":{\"type\":\"pwet\"},\"profile\":{\"max_travel\":45},"
	    "\"reports\":[{\"kind\":\"tussen\"}],"
	    "\"appointments\":[{\"attendance\":\"present\"},{\"attendance\":\"no_show\"}]}";
	struct buf b GW_CLEANUP(buf_release) = BUF_INIT(1 << 20);
	struct buf e GW_CLEANUP(buf_release) = BUF_INIT(1 << 20);
	write_page(text, HTML_DUTCH, &b);
	assert_true(has(&b, "<td>Tigrinya</td>"));
	assert_true(has(&b, "<td>Nederlands</td>"));
	assert_true(has(&b, "<td>qaa</td>"));
	assert_true(has(&b, "<td>aanwezig</td>"));
	assert_true(has(&b, "<td>niet verschenen</td>"));
	assert_true(has(&b, "<td>Participatiewet</td>"));
	assert_true(has(&b, "<td>45 minuten</td>"));
	assert_true(has(&b, "<td>tussenrapportage</td>"));
	write_page(text, HTML_ENGLISH, &e);
	assert_true(has(&e, "<td>Participation Act</td>"));
	assert_true(has(&e, "<td>45 minutes</td>"));
	assert_true(has(&e, "<td>Dutch</td>"));
	assert_true(has(&e, "<td>did not appear</td>"));
}

static void what_is_unknown_of_a_date_is_said(void **state)
{
	(void)state;
	static const char text[] =
	    "{\"ladder\":[{\"date\":\"1970-09-00\"},{\"date\":\"0000-00-00\"}]}";
	struct buf b GW_CLEANUP(buf_release) = BUF_INIT(1 << 20);
	struct buf e GW_CLEANUP(buf_release) = BUF_INIT(1 << 20);
	write_page(text, HTML_DUTCH, &b);
	assert_true(has(&b, "<td><time>09-1970</time> (dag onbekend)</td>"));
	assert_true(has(&b, "<td>onbekend</td>"));
	write_page(text, HTML_ENGLISH, &e);
	assert_true(has(&e, "<td><time>1970-09</time> (day unknown)</td>"));
	assert_true(has(&e, "<td>unknown</td>"));
}

/* Paper has no scroll bar: a word breaks only when it is longer than the words of a language. */
static void only_very_long_words_may_break(void **state)
{
	(void)state;
	static const char text[] =
	    "{\"person\":{\"client_number\":\"K-17\",\"family_name\":"
	    "\"arbeidsongeschiktheid xxxxxxxxxxxxxxxxxxxxxxxxxxxxx\u00e9\u00e9y\"},"
	    "\"contact\":{\"email\":\"een.lange.voornaam@voorbeeld.example\"}}";
	struct buf b GW_CLEANUP(buf_release) = BUF_INIT(1 << 20);
	write_page(text, HTML_DUTCH, &b);
	assert_true(
	    has(&b, "<td>arbeidsongeschiktheid xxxxxxxxxxxxxxxxxxxxxxxxxxxxxé<wbr>éy</td>"));
	assert_true(has(&b, "<td>een.lange.voornaam<wbr>@voorbeeld.example</td>"));
	assert_true(has(&b, "<title>Overdrachtsdossier – K-17</title>"));
	assert_false(has(&b, "anywhere"));
}

static void a_term_that_hangs_on_a_start_reads_well(void **state)
{
	(void)state;
	char out[80];
	const struct duration d = {28, 'D'}, y = {1, 'Y'};
	label_term(d, "no_start", HTML_DUTCH, out, sizeof out);
	assert_string_equal(out, "28 dagen, als het traject niet start");
	label_term(y, "receipt", HTML_ENGLISH, out, sizeof out);
	assert_string_equal(out, "1 year after take-over");
	label_law("wi2021-15", HTML_ENGLISH, out, sizeof out);
	assert_string_equal(out, "Civic Integration Act 2021 art. 15");
	label_law("nieuw-1", HTML_DUTCH, out, sizeof out);
	assert_string_equal(out, "nieuw-1");
}

/* Bisection finds what is sorted only. */
static void first_and_last_labels_are_found(void **state)
{
	(void)state;
	static const char *const words[] = {"active", "appointments.attendance=absent",
	    "appointments.attendance=present", "appointments.date", "class.special", "coaches",
	    "wi2021", "wi.term_start", "zrm.score"};
	for (size_t i = 0; i < GW_LENGTH(words); i++)
		assert_ptr_not_equal(label(words[i], HTML_DUTCH), words[i]);
}

static void a_full_buffer_is_said(void **state)
{
	(void)state;
	struct buf b GW_CLEANUP(buf_release) = BUF_INIT(500);
	struct note n GW_CLEANUP(note_release) = sample();
	json_t *d GW_CLEANUP(jx_release) = json_object();
	assert_int_equal(html_write(&n, d, catalogue_builtin(), HTML_DUTCH, &b, NULL), GW_ELIMIT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(values_are_text_and_nothing_else),
	    cmocka_unit_test(a_correction_says_what_it_corrects),
	    cmocka_unit_test(a_coach_can_read_it),
	    cmocka_unit_test(english_too),
	    cmocka_unit_test(what_the_policy_does_is_said_as_it_is),
	    cmocka_unit_test(codes_are_words),
	    cmocka_unit_test(what_is_unknown_of_a_date_is_said),
	    cmocka_unit_test(only_very_long_words_may_break),
	    cmocka_unit_test(a_term_that_hangs_on_a_start_reads_well),
	    cmocka_unit_test(first_and_last_labels_are_found),
	    cmocka_unit_test(a_full_buffer_is_said),
	};
	return cmocka_run_group_tests_name("package/html", tests, NULL, NULL);
}
