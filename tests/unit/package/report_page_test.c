/* SPDX-License-Identifier: EUPL-1.2 */
/* A report on paper and in a spreadsheet: the same numbers, nothing that runs, nothing left open.
 */
#include "package/report_page.h"

#include "package/html_check.h"
#include "package/labels.h"
#include "tests/unit/test.h"

static json_t *report_of(const char *rows)
{
	char *text GW_CLEANUP(str_free_p) = str_printf(
	    "{\"title\":\"Kwartaal <b>\",\"period\":{\"name\":\"2026-Q3\",\"from\":\"2026-07-01\","
	    "\"until\":\"2026-09-30\"},\"sender\":{\"oin\":\"1\",\"name\":\"Op & Weg\"},"
	    "\"recipient\":{\"oin\":\"2\",\"name\":\"Voorbeeld\"},\"contract\":\"RI-1\","
	    "\"policy\":{\"id\":\"kwartaal\",\"version\":3},\"purpose\":\"contract_steering\","
	    "\"legal_basis\":{\"gdpr\":\"public_task\",\"law\":[\"pwet-7\"]},"
	    "\"retention\":{\"keep\":\"P7Y\",\"after\":\"period_end\"},\"suppress\":{\"below\":10},"
	    "\"round\":5,\"min_denominator\":100,\"complete\":false,\"candidates\":120,\"tables\":["
	    "{\"table\":\"een\",\"count\":\"candidates\",\"by\":[\"derived.duration_band\"],"
	    "\"rows\":%s,\"cells\":[110,null],\"total\":120,\"percentages\":[92,null]},"
	    "{\"table\":\"twee\",\"count\":\"appointments\",\"by\":[\"wi.leerroute\",\"x.y\"],"
	    "\"only_if\":{\"programme\":[\"wi2021\"]},\"rows\":[\"B1\",\"none\"],"
	    "\"columns\":[\"a\",\"other\"],\"cells\":[[15,null],[0,20]],\"row_totals\":[25,20],"
	    "\"column_totals\":[15,null],\"total\":45,\"percentages\":[[null,null],[null,null]]}]}",
	    rows);
	json_t *o = json_loads(text, 0, NULL);
	assert_non_null(o);
	return o;
}

static void csv_has_a_line_for_each_cell_and_total(void **state)
{
	(void)state;
	json_t *o GW_CLEANUP(jx_release) = report_of("[\"under_3m\",\"none\"]");
	struct buf b GW_CLEANUP(buf_release) = BUF_INIT(1 << 20);
	assert_int_equal(report_csv(o, &b, NULL), 0);
	assert_string_equal(b.data,
	    "table,count,row_dimension,row,column_dimension,column,value,percentage,status\r\n"
	    "\"een\",\"candidates\",\"derived.duration_band\",\"under_3m\",\"\",\"\",110,92,shown\r\n"
	    "\"een\",\"candidates\",\"derived.duration_band\",\"none\",\"\",\"\",,,suppressed\r\n"
	    "\"een\",\"candidates\",\"derived.duration_band\",\"total\",\"\",\"\",120,,shown\r\n"
	    "\"twee\",\"appointments\",\"wi.leerroute\",\"B1\",\"x.y\",\"a\",15,,shown\r\n"
	    "\"twee\",\"appointments\",\"wi.leerroute\",\"B1\",\"x.y\",\"other\",,,suppressed\r\n"
	    "\"twee\",\"appointments\",\"wi.leerroute\",\"B1\",\"x.y\",\"total\",25,,shown\r\n"
	    "\"twee\",\"appointments\",\"wi.leerroute\",\"none\",\"x.y\",\"a\",0,,shown\r\n"
	    "\"twee\",\"appointments\",\"wi.leerroute\",\"none\",\"x.y\",\"other\",20,,shown\r\n"
	    "\"twee\",\"appointments\",\"wi.leerroute\",\"none\",\"x.y\",\"total\",20,,shown\r\n"
	    "\"twee\",\"appointments\",\"wi.leerroute\",\"total\",\"x.y\",\"a\",15,,shown\r\n"
	    "\"twee\",\"appointments\",\"wi.leerroute\",\"total\",\"x.y\",\"other\",,,suppressed\r\n"
	    "\"twee\",\"appointments\",\"wi.leerroute\",\"total\",\"x.y\",\"total\",45,,shown\r\n");
}

static void csv_runs_nothing_in_a_spreadsheet(void **state)
{
	(void)state;
	static const char *const names[][2] = {{"-2+3", "\"'-2+3\""}, {"=1+1", "\"'=1+1\""},
	    {"@SUM(A1)", "\"'@SUM(A1)\""}, {"+1", "\"'+1\""}, {"\\tx", "\"'\tx\""},
	    {"a\\\"b,c", "\"a\"\"b,c\""}, {"3m", "\"3m\""}};
	for (size_t i = 0; i < GW_LENGTH(names); i++) {
		char *rows GW_CLEANUP(str_free_p) = str_printf("[\"%s\",\"none\"]", names[i][0]);
		json_t *o GW_CLEANUP(jx_release) = report_of(rows);
		struct buf b GW_CLEANUP(buf_release) = BUF_INIT(1 << 20);
		assert_int_equal(report_csv(o, &b, NULL), 0);
		if (!strstr(b.data, names[i][1]))
			fail_msg("%s: %s", names[i][0], b.data);
	}
}

static void the_page_says_the_same_in_words(void **state)
{
	(void)state;
	static const char *const dutch[] = {"<html lang=\"nl\">",
	    "<h1>Kwartaal &lt;b&gt; 2026-Q3</h1>", "Op &amp; Weg (OIN 1)",
	    "2026-07-01 – 2026-09-30", "Participatiewet art. 7", "7 jaar na einde van de periode",
	    "kwartaal, versie 3", "korter dan 3 maanden",
	    "<td class=\"n\">110 <small>(92%)</small></td>", "<td class=\"n\">weggelaten</td>",
	    "Aantal afspraken naar Leerroute en x.y; alleen Wet inburgering 2021", "B1-route",
	    "niet vastgelegd", "overig", "<td class=\"n total\">45</td>", "kleiner dan 10",
	    "veelvouden van 5", "minstens 100", "Niet alle dossiers konden worden geteld."};
	json_t *o GW_CLEANUP(jx_release) = report_of("[\"under_3m\",\"none\"]");
	struct buf b GW_CLEANUP(buf_release) = BUF_INIT(1 << 20);
	struct errinfo ei = ERRINFO_INIT;
	assert_int_equal(report_html(o, HTML_DUTCH, &b, &ei), 0);
	for (size_t i = 0; i < GW_LENGTH(dutch); i++)
		if (!strstr(b.data, dutch[i]))
			fail_msg("'%s' is not in %s", dutch[i], b.data);
	/* no script, no reference, only elements of a plain page: as a dossier's page is looked at
	 */
	test_code(html_check(b.data, b.len, &ei), 0, &ei);
	struct buf e GW_CLEANUP(buf_release) = BUF_INIT(1 << 20);
	assert_int_equal(report_html(o, HTML_ENGLISH, &e, &ei), 0);
	assert_non_null(strstr(e.data, "<html lang=\"en\">"));
	assert_non_null(strstr(e.data, "Number of candidates by Duration of the trajectory"));
	assert_null(strstr(e.data, "weggelaten"));
	test_code(html_check(e.data, e.len, &ei), 0, &ei);
}

static void a_full_buffer_is_an_error(void **state)
{
	(void)state;
	json_t *o GW_CLEANUP(jx_release) = report_of("[\"under_3m\",\"none\"]");
	for (size_t n = 1; n < 1500; n += 97) {
		struct buf a GW_CLEANUP(buf_release) = BUF_INIT(n);
		struct buf b GW_CLEANUP(buf_release) = BUF_INIT(n);
		if (n < 900)
			assert_int_equal(report_csv(o, &a, NULL), GW_ELIMIT);
		assert_int_equal(report_html(o, HTML_DUTCH, &b, NULL), GW_ELIMIT);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(csv_has_a_line_for_each_cell_and_total),
	    cmocka_unit_test(csv_runs_nothing_in_a_spreadsheet),
	    cmocka_unit_test(the_page_says_the_same_in_words),
	    cmocka_unit_test(a_full_buffer_is_an_error),
	};
	return cmocka_run_group_tests_name("package/report_page", tests, NULL, NULL);
}
