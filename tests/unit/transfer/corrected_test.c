/* SPDX-License-Identifier: EUPL-1.2 */
/* Which fields a correction is about: those named, or those that differ. */
#include "transfer/corrected.h"

#include "tests/unit/policy/policies.h"

static const char before[] = "{'catalogue':1,'person':{'family_name':'Jansen','given_names':'Jan'},"
			     "'contact':{'city':'Rijen','phone':'0612345678'},"
			     "'ladder':[{'date':'2026-01-12','step':2},{'date':'2026-02-12'}],"
			     "'wi':{'exams':[{'part':'KNM','result':'behaald'}]}}";
static const char after[] = "{'catalogue':1,'person':{'family_name':'Janssen','given_names':'Jan'},"
			    "'contact':{'city':'Rijen'},"
			    "'ladder':[{'date':'2026-01-12','step':3},{'date':'2026-02-12'}],"
			    "'wi':{'exams':[{'part':'KNM','result':'behaald'}]}}";

/* What is found, as "path path", or the message. */
static char *find(const char *const *names, size_t n, const char *old, const char *new, int *code)
{
	struct dossier *a GW_CLEANUP(dossier_free_p) = old ? dossier(old) : NULL;
	struct dossier *b GW_CLEANUP(dossier_free_p) = dossier(new);
	struct field_set set GW_CLEANUP(field_set_release) = {0};
	struct errinfo ei = ERRINFO_INIT;
	struct buf out GW_CLEANUP(buf_release) = BUF_INIT(4096);
	field_set_init(&set, catalogue_builtin());
	*code = corrected_find(names, n, a, b, &set, &ei);
	if (*code < 0)
		return str_dup(ei.msg);
	for (size_t i = 0; i < catalogue_count(set.c); i++)
		if (set.has[i])
			assert_int_equal(buf_addf(&out, "%s ", catalogue_at(set.c, i)->path), 0);
	return str_dup(out.len ? out.data : "");
}

static void gives(const char *const *names, size_t n, const char *old, int want, const char *text)
{
	int code;
	char *found GW_CLEANUP(str_free_p) = find(names, n, old, after, &code);
	assert_int_equal(code, want);
	if (code == 0)
		assert_string_equal(found, text);
	else if (!strstr(found, text))
		fail_msg("'%s' is not in '%s'", text, found);
	assert_null(strstr(found, "Jans")); /* no value in a message */
}

static void what_differs_is_found(void **state)
{
	(void)state;
	gives(NULL, 0, before, 0, "person.family_name contact.phone ladder.step ");
	gives(NULL, 0, after, GW_EREFUSED, "nothing to correct");
	gives(NULL, 0, NULL, GW_EUSAGE, "--field");
}

static void what_is_named_counts(void **state)
{
	static const char *const one[] = {"contact.city"}, *const group[] = {"contact"},
				 *const ladder[] = {"ladder"}, *const wi[] = {"wi"},
				 *const typo[] = {"contact.citty"}, *const part[] = {"conta"},
				 *const two[] = {"contact.phone", "contact.phone"};
	(void)state;
	gives(one, 1, NULL, 0, "contact.city ");
	gives(one, 1, before, GW_EREFUSED, "contact.city has the same value in both dossiers");
	gives(two, 2, NULL, 0, "contact.phone ");
	gives(group, 1, before, 0, "contact.phone ");
	gives(ladder, 1, NULL, 0, "ladder.date ladder.step ladder.target_step ladder.target_date ");
	gives(wi, 1, before, GW_EREFUSED, "wi has the same value");
	gives(typo, 1, NULL, GW_EUSAGE, "did you mean 'contact.city'?");
	gives(part, 1, NULL, GW_EUSAGE, "no field or group 'conta'");
}

/* Which record has the value counts, and not how many records without one follow. */
static void records_are_compared_in_their_order(void **state)
{
	static const struct {
		const char *a, *b;
		bool differs;
	} cases[] = {
	    {"{'ladder':[{'step':2},{'step':3}]}", "{'ladder':[{'step':3},{'step':2}]}", true},
	    {"{'ladder':[{'step':2},{'date':'2026-01-01'}]}",
		"{'ladder':[{'date':'2026-01-01'},{'step':2}]}", true},
	    {"{'ladder':[{'step':2}]}", "{'ladder':[{'step':2},{'date':'2026-01-01'}]}", false},
	    {"{'ladder':{'step':2}}", "{'ladder':[{'step':2}]}", false},
	    {"{'ladder':[]}", "{}", false},
	    {"{'ladder':[{'step':2}]}", "{}", true},
	};
	const struct field *step = catalogue_find(catalogue_builtin(), "ladder.step");
	(void)state;
	for (size_t i = 0; i < GW_LENGTH(cases); i++) {
		char *x GW_CLEANUP(str_free_p) = with(cases[i].a, "{", "{'catalogue':1,");
		char *y GW_CLEANUP(str_free_p) = with(cases[i].b, "{", "{'catalogue':1,");
		for (char *c = x; (c = strstr(c, ",}")); c++)
			*c = ' ';
		for (char *c = y; (c = strstr(c, ",}")); c++)
			*c = ' ';
		struct dossier *a GW_CLEANUP(dossier_free_p) = dossier(x);
		struct dossier *b GW_CLEANUP(dossier_free_p) = dossier(y);
		if (field_differs(a, b, step) != cases[i].differs)
			fail_msg("%s and %s", cases[i].a, cases[i].b);
		assert_int_equal(field_present(a, step), strstr(cases[i].a, "step") != NULL);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(what_differs_is_found),
	    cmocka_unit_test(what_is_named_counts),
	    cmocka_unit_test(records_are_compared_in_their_order),
	};
	return cmocka_run_group_tests_name("transfer/corrected", tests, NULL, NULL);
}
