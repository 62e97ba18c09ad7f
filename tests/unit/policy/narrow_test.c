/* SPDX-License-Identifier: EUPL-1.2 */
/* Forms of fields as the ledger keeps them, and a policy cut down to what left before. */
#include "policy/narrow.h"

#include "policy/wider.h"
#include "tests/unit/policy/policies.h"

static struct policy_form *form(struct policy_forms *f, const char *path)
{
	const struct field *field = catalogue_find(catalogue_builtin(), path);
	assert_non_null(field);
	return &f->of[field->index];
}

static void add(struct policy_forms *f, const char *text)
{
	json_t *j GW_CLEANUP(jx_release) = NULL;
	char *json GW_CLEANUP(str_free_p) = str_dup(text);
	for (char *c = json; *c; c++)
		*c = *c == '\'' ? '"' : *c;
	assert_int_equal(jx_parse("j", json, strlen(json), &JX_SMALL, &j, NULL), 0);
	assert_int_equal(policy_forms_add(f, j, catalogue_builtin()), 0);
}

static struct policy_forms forms(const char *text)
{
	struct policy_forms f;
	policy_forms_init(&f, catalogue_builtin());
	if (text)
		add(&f, text);
	return f;
}

static const char person[] =
    "{'catalogue':1,'person':{'family_name':'Jansen','given_names':'Jan Piet',"
    "'birth_date':'1984-03-09'},'contact':{'city':'Rijen','postcode':'5121AB'},"
    "'ladder':[{'date':'2026-01-12','step':2},{'date':'2026-02-12','step':3}]}";

static void what_left_is_kept_and_read_back(void **state)
{
	(void)state;
	struct policy *p GW_CLEANUP(policy_free_p) = load_file(REFERRAL);
	struct dossier *d GW_CLEANUP(dossier_free_p) = dossier(person);
	struct policy_context ctx = context(p);
	char *left GW_CLEANUP(str_free_p) = applied(p, &ctx, d);
	json_t *data GW_CLEANUP(jx_release) = NULL;
	struct buf out GW_CLEANUP(buf_release) = BUF_INIT(8192);
	assert_int_equal(jx_parse("left", left, strlen(left), &JX_SMALL, &data, NULL), 0);
	json_t *kept GW_CLEANUP(jx_release) = policy_forms_json(p, data);
	assert_int_equal(jx_dump(kept, &out), 0);
	assert_string_equal(out.data,
	    "[{\"as\":\"keep\",\"fields\":[\"person.family_name\",\"contact.city\"]},"
	    "{\"as\":\"age_band:5\",\"fields\":[\"person.birth_date\"]},"
	    "{\"as\":\"postcode4\",\"fields\":[\"contact.postcode\"]},"
	    "{\"as\":\"keep\",\"newest\":1,\"by\":\"ladder.date\",\"fields\":[\"ladder.date\","
	    "\"ladder.step\"]}]");
	struct policy_forms f GW_CLEANUP(policy_forms_release) = forms(NULL);
	char text[POLICY_DOMAIN + 16];
	assert_int_equal(policy_forms_add(&f, kept, catalogue_builtin()), 0);
	assert_false(form(&f, "person.given_names")->there);
	policy_form_text(form(&f, "person.birth_date"), text);
	assert_string_equal(text, "age_band:5");
	assert_int_equal(form(&f, "ladder.step")->newest, 1);
	assert_string_equal(form(&f, "ladder.step")->by->path, "ladder.date");
}

/* Somebody who received a value twice has what tells most. */
static void the_finest_form_counts(void **state)
{
	(void)state;
	struct policy_forms f GW_CLEANUP(policy_forms_release) =
	    forms("[{'as':'initials','fields':['person.given_names']}]");
	add(&f, "[{'as':'keep','fields':['person.given_names']}]");
	add(&f, "[{'as':'initials','fields':['person.given_names','person.gone']}]");
	assert_int_equal(form(&f, "person.given_names")->as, AS_KEEP);
	add(&f, "[{'as':'keep','fields':['ladder.step']}]");
	add(&f, "[{'as':'keep','newest':1,'by':'ladder.date','fields':['ladder.step']}]");
	assert_null(form(&f, "ladder.step")->by);
}

static void odd_forms_are_refused(void **state)
{
	static const char *const bad[] = {"{}", "[1]", "[{}]", "[{'as':'keep'}]",
	    "[{'as':'blurred','fields':[]}]", "[{'as':'age_band','fields':[]}]",
	    "[{'as':'keep:3','fields':[]}]", "[{'as':'truncate:x','fields':[]}]",
	    "[{'as':'pseudonym:Jan Piet','fields':[]}]", "[{'as':'keep','x':1,'fields':[]}]",
	    "[{'as':'keep','newest':1,'fields':[]}]",
	    "[{'as':'keep','newest':1,'by':'nothing.at_all','fields':[]}]",
	    "[{'as':'keep','since':'P6','by':'ladder.date','fields':[]}]"};
	(void)state;
	struct policy_forms f GW_CLEANUP(policy_forms_release) = forms(NULL);
	for (size_t i = 0; i < GW_LENGTH(bad); i++) {
		json_t *j GW_CLEANUP(jx_release) = NULL;
		char *json GW_CLEANUP(str_free_p) = str_dup(bad[i]);
		for (char *c = json; *c; c++)
			*c = *c == '\'' ? '"' : *c;
		assert_int_equal(jx_parse("j", json, strlen(json), &JX_SMALL, &j, NULL), 0);
		if (policy_forms_add(&f, j, catalogue_builtin()) != GW_EFORMAT)
			fail_msg("taken: %s", bad[i]);
	}
}

/* What leaves of `person` under the policy cut down to these forms. */
static char *narrowed(const struct policy *p, const char *text)
{
	struct policy_forms f GW_CLEANUP(policy_forms_release) = forms(text);
	struct dossier *d GW_CLEANUP(dossier_free_p) = dossier(person);
	struct policy *n = policy_narrow(p, &f);
	struct policy_context ctx = context(n);
	char *left = applied(n, &ctx, d);
	policy_narrow_free(n);
	return left;
}

static void leaves(const struct policy *p, const char *text, const char *want)
{
	char *left GW_CLEANUP(str_free_p) = narrowed(p, text);
	assert_string_equal(left, want);
}

static void only_what_left_before_leaves(void **state)
{
	(void)state;
	struct policy *p GW_CLEANUP(policy_free_p) = load_with(
	    END_CONTRACT, "person.given_names], as: initials", "person.given_names], as: keep");
	leaves(p, "[]", "{\"catalogue\":1}");
	leaves(p, "[{'as':'keep','fields':['person.family_name']}]",
	    "{\"catalogue\":1,\"person\":{\"family_name\":\"Jansen\"}}");
	leaves(p, "[{'as':'initials','fields':['person.given_names']}]",
	    "{\"catalogue\":1,\"person\":{\"given_names\":{\"as\":\"initials\",\"v\":\"J.P.\"}}}");
	leaves(p, "[{'as':'keep','newest':1,'by':'ladder.date','fields':['ladder.step']}]",
	    "{\"catalogue\":1,\"ladder\":[{\"step\":3}]}");
	leaves(p, "[{'as':'keep','fields':['health.diagnosis']}]", "{\"catalogue\":1}");
}

/* The correction's own policy may tell less, never more. */
static void the_narrower_of_both_forms(void **state)
{
	(void)state;
	struct policy *p GW_CLEANUP(policy_free_p) = load_file(REFERRAL);
	leaves(p, "[{'as':'keep','fields':['person.birth_date']}]",
	    "{\"catalogue\":1,\"person\":{\"birth_date\":{\"as\":\"age_band:5\",\"v\":\"40-44\"}}}");
	leaves(p, "[{'as':'age_band:10','fields':['person.birth_date']}]", "{\"catalogue\":1}");
	leaves(p, "[{'as':'keep','newest':3,'by':'ladder.date','fields':['ladder.step']}]",
	    "{\"catalogue\":1,\"ladder\":[{\"step\":3}]}");
	struct policy_forms f GW_CLEANUP(policy_forms_release) =
	    forms("[{'as':'year','fields':['person.birth_date']},"
		  "{'as':'keep','fields':['person.bsn','contact.city']}]");
	const struct catalogue *c = catalogue_builtin();
	const struct field *birth = catalogue_find(c, "person.birth_date"),
			   *bsn = catalogue_find(c, "person.bsn"),
			   *city = catalogue_find(c, "contact.city");
	assert_int_equal(policy_fits(p, birth, &f.of[birth->index]), POLICY_OTHER_FORM);
	assert_int_equal(policy_fits(p, bsn, &f.of[bsn->index]), POLICY_NO_RULE);
	assert_int_equal(policy_fits(p, city, &f.of[city->index]), POLICY_FITS);
}

/* Whatever the forms are, what is cut down is nowhere wider than the policy itself. */
static void it_is_never_wider(void **state)
{
	static const char *const given[] = {"[]",
	    "[{'as':'keep','fields':['person.family_name','contact.city','ladder.step']}]",
	    "[{'as':'truncate:3','fields':['person.family_name','contact.city']}]",
	    "[{'as':'present','fields':['contact.phone','contact.email']}]",
	    "[{'as':'keep','since':'P6M','by':'appointments.date','fields':['appointments.attendance']}]"};
	static const char *const files[] = {END_CONTRACT, REFERRAL, MUNICIPALITY};
	(void)state;
	for (size_t k = 0; k < GW_LENGTH(files); k++) {
		struct policy *p GW_CLEANUP(policy_free_p) = load_file(files[k]);
		for (size_t i = 0; i < GW_LENGTH(given); i++) {
			struct policy_forms f GW_CLEANUP(policy_forms_release) = forms(given[i]);
			struct policy_differences d = {0};
			struct policy *n = policy_narrow(p, &f);
			policy_compare(p, n, &d);
			assert_int_equal(d.wider, 0);
			policy_differences_release(&d);
			policy_narrow_free(n);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(what_left_is_kept_and_read_back),
	    cmocka_unit_test(the_finest_form_counts),
	    cmocka_unit_test(odd_forms_are_refused),
	    cmocka_unit_test(only_what_left_before_leaves),
	    cmocka_unit_test(the_narrower_of_both_forms),
	    cmocka_unit_test(it_is_never_wider),
	};
	return cmocka_run_group_tests_name("policy/narrow", tests, NULL, NULL);
}
