/* SPDX-License-Identifier: EUPL-1.2 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "detect/detect.h"
#include "transfer/act.h"

static void is_day(struct date d, const char *day)
{
	char text[DATE_TEXT];
	date_text(d, text);
	assert_string_equal(text, day);
}

/* docs/FORMATS.md §4, `ret`. */
static void kept_at_least_until(void **state)
{
	(void)state;
	const struct date today = {2026, 11, 25};
	struct note note = {.expires = date_end((struct date){2026, 12, 23})};
	struct policy policy = {
	    .recipient_keep = {.n = 2, .unit = 'Y'}, .sender_delete = {.n = 30, .unit = 'D'}};
	is_day(act_kept(&note, &policy, false, today), "2028-11-25");
	is_day(act_kept(&note, &policy, true, today), "2026-12-25");
	policy.sender_delete.n = 7; /* the package itself lies there longer */
	is_day(act_kept(&note, &policy, true, today), "2026-12-23");
	policy.sender_delete.n = 90;
	policy.sender_never = true;
	is_day(act_kept(&note, &policy, true, today), "2026-12-23");
}

static void details_name_no_file(void **state)
{
	(void)state;
	static const char *const files[] = {"d/Jan Piet.slip.json: bad", "Jan.slip.json.p7s: gone",
	    "the slip beside the package: Jan.slip.json: line 1"};
	struct act a = {.path = "Jan.tar.age"};
	struct errinfo why = ERRINFO_INIT;
	for (size_t i = 0; i < GW_LENGTH(files); i++) {
		(void)err_set(&why, GW_EAUTH, "%s", files[i]);
		json_t *detail GW_CLEANUP(jx_release) = act_detail(&a, GW_EAUTH, &why);
		assert_null(json_object_get(detail, "why"));
		assert_string_equal(jx_str(detail, "reason"), "not-authentic");
	}
	(void)err_set(&why, GW_EAUTH, "the package is for another organisation");
	json_t *detail GW_CLEANUP(jx_release) = act_detail(&a, GW_EAUTH, &why);
	assert_string_equal(jx_str(detail, "why"), why.msg);
}

/* The page has them, and is looked through for numbers before anything leaves. */
static void a_new_id_never_looks_like_a_number(void **state)
{
	(void)state;
	for (int i = 0; i < 5000; i++) {
		struct detect_findings found GW_CLEANUP(detect_findings_release) =
		    DETECT_FINDINGS_INIT;
		char id[ID_TEXT], text[64];
		act_id(id);
		assert_true(id_is_v4(id));
		int n = snprintf(text, sizeof text, "Pakket\n\n%s\n", id);
		assert_int_equal(detect_scan(text, (size_t)n, NULL, &found, NULL), 0);
		for (size_t k = 0; k < found.n; k++)
			assert_false(
			    found.list[k].kind == DETECT_BSN || found.list[k].kind == DETECT_IBAN);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(kept_at_least_until),
	    cmocka_unit_test(details_name_no_file),
	    cmocka_unit_test(a_new_id_never_looks_like_a_number),
	};
	return cmocka_run_group_tests_name("transfer/act", tests, NULL, NULL);
}
