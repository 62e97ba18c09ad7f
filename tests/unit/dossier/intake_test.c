/* SPDX-License-Identifier: EUPL-1.2 */
/* dossier.json and dossier.yaml as values: types, closed lists, unknown fields, reserved members.
 */
#include "dossier/intake.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/str.h"

static struct dossier *json(const char *text)
{
	struct dossier *d = NULL;
	struct errinfo ei = ERRINFO_INIT;
	if (dossier_parse_json("d.json", text, strlen(text), catalogue_builtin(), NULL, &d, &ei) <
	    0)
		fail_msg("%s", ei.msg);
	return d;
}

/* The text is refused with that code and a message that holds `says`. */
static void refused(enum intake_kind kind, const char *text, int code, const char *says)
{
	struct dossier *d = NULL;
	struct errinfo ei = ERRINFO_INIT;
	int r =
	    intake_parse(kind, "d", text, strlen(text), catalogue_builtin(), NULL, &d, NULL, &ei);
	if (r != code || !strstr(ei.msg, says))
		fail_msg("%s: %d %s", text, r, ei.msg);
	assert_null(d);
}

static void assert_data(const struct dossier *d, const char *want)
{
	struct buf b GW_CLEANUP(buf_release) = BUF_INIT(1 << 20);
	assert_int_equal(jx_dump(d->data, &b), 0);
	assert_string_equal(b.data, want);
}

static void the_documented_example_is_read(void **state)
{
	(void)state;
	struct dossier *d GW_CLEANUP(dossier_free_p) = json(
	    "{\"catalogue\":1,\"context\":{\"programme\":\"participatiewet\",\"contract\":\"RI-2023-07\"},"
	    "\"person\":{\"bsn\":\"123456782\",\"family_name\":\"Jansen\",\"birth_date\":\"1984-03-09\"},"
	    "\"ladder\":[{\"date\":\"2026-01-12\",\"step\":2,\"target_step\":4}],"
	    "\"consents\":[{\"scope\":\"share_capacity\",\"form\":\"TF-2026-1\",\"given\":\"2026-02-01\"}],"
	    "\"attachments\":[{\"type\":\"cv\",\"file\":\"attachments/cv.PDF\"}]}");
	assert_data(d,
	    "{\"person\":{\"bsn\":\"123456782\",\"family_name\":\"Jansen\",\"birth_date\":\"1984-03-09\"},"
	    "\"ladder\":[{\"date\":\"2026-01-12\",\"step\":2,\"target_step\":4}]}");
	assert_string_equal(d->programme, "participatiewet");
	assert_string_equal(d->contract, "RI-2023-07");
	assert_int_equal(d->n_consents, 1);
	assert_string_equal(d->consents[0].scope, "share_capacity");
	assert_string_equal(d->consents[0].form, "TF-2026-1");
	assert_int_equal(d->consents[0].given.month, 2);
	assert_int_equal(d->consents[0].withdrawn.year, 0);
	assert_int_equal(d->n_files, 1);
	assert_string_equal(d->files[0].type, "cv");
	assert_string_equal(d->files[0].ext, "pdf");
	assert_false(d->files[0].loaded);
	assert_int_equal(d->n_notes, 0);
}

static void transformed_values_stay_as_they_came(void **state)
{
	(void)state;
	const char *text = "{\"person\":{\"birth_date\":{\"as\":\"age_band:5\",\"v\":\"35-39\"},"
			   "\"bsn\":{\"as\":\"present\",\"v\":true}}}";
	struct dossier *d GW_CLEANUP(dossier_free_p) = json(text);
	assert_data(d, text);
	refused(INTAKE_JSON, "{\"person\":{\"bsn\":{\"as\":\"x\"}}}", GW_EFORMAT, "person.bsn");
	refused(
	    INTAKE_JSON, "{\"person\":{\"bsn\":{\"as\":\"x\",\"v\":1}}}", GW_EFORMAT, "person.bsn");
	refused(INTAKE_JSON, "{\"person\":{\"bsn\":{\"as\":\"x\",\"v\":\"y\",\"w\":1}}}",
	    GW_EFORMAT, "person.bsn");
}

static void yaml_gives_the_same_value(void **state)
{
	(void)state;
	const char *yaml = "catalogue: 1\ncontext: {programme: wi2021}\n"
			   "person: {bsn: '10464554', family_name: Jansen, given_names: }\n"
			   "ladder:\n  - {date: 2026-01-12, step: 2}\n"
			   "contact: {house_number: 12, phone: 06-12345678}\n";
	struct dossier *d GW_CLEANUP(dossier_free_p) = NULL;
	assert_int_equal(
	    dossier_parse_yaml("d.yaml", yaml, strlen(yaml), catalogue_builtin(), NULL, &d, NULL),
	    0);
	assert_data(d,
	    "{\"person\":{\"bsn\":\"010464554\",\"family_name\":\"Jansen\"},"
	    "\"ladder\":[{\"date\":\"2026-01-12\",\"step\":2}],"
	    "\"contact\":{\"house_number\":\"12\",\"phone\":\"06-12345678\"}}");
	assert_string_equal(d->programme, "wi2021");
}

static void shape_is_kept(void **state)
{
	(void)state;
	const char *text = "{\"ladder\":{\"step\":3},\"wi\":{\"exams\":[{\"part\":\"KNM\"},{}]},"
			   "\"agreements\":[],\"person\":{}}";
	struct dossier *d GW_CLEANUP(dossier_free_p) = json(text);
	assert_data(d, text);
}

static void numbers_and_nulls(void **state)
{
	(void)state;
	struct dossier *d GW_CLEANUP(dossier_free_p) =
	    json("{\"contact\":{\"house_number\":12,\"phone\":null},\"wi\":null,"
		 "\"benefit\":{\"amount\":1034.1},\"person\":{\"client_number\":\"0012\"}}");
	assert_data(d,
	    "{\"contact\":{\"house_number\":\"12\"},\"benefit\":{\"amount\":\"1034.10\"},"
	    "\"person\":{\"client_number\":\"0012\"}}");
}

static void wrong_types_name_the_field_and_never_the_value(void **state)
{
	(void)state;
	static const struct {
		const char *text, *says;
	} cases[] = {
	    {"{\"person\":{\"bsn\":\"123456789\"}}", "d: person.bsn: a citizen service number"},
	    {"{\"person\":{\"bsn\":123456782}}", "person.bsn: "},
	    {"{\"person\":{\"birth_date\":\"geheim\"}}", "person.birth_date: a date as YYYY-MM-DD"},
	    {"{\"person\":{\"birth_date\":19840309}}", "person.birth_date: "},
	    {"{\"person\":{\"family_name\":true}}", "person.family_name: a name"},
	    {"{\"person\":{\"family_name\":[\"geheim\"]}}", "person.family_name: "},
	    {"{\"person\":[{\"family_name\":\"x\"}]}", "person: this group may not be a list"},
	    {"{\"person\":\"geheim\"}", "person: fields are expected here"},
	    {"{\"ladder\":[{\"step\":2},{\"step\":\"2\"}]}", "ladder[1].step: a whole number"},
	    {"{\"ladder\":[{\"step\":2.5}]}", "ladder[0].step: a whole number"},
	    {"{\"ladder\":[3]}", "ladder[0]: fields are expected here"},
	    {"{\"wi\":{\"exams\":[{\"part\":\"ge heim\"}]}}", "wi.exams[0].part: a code"},
	    {"{\"benefit\":{\"amount\":1.005}}", "benefit.amount: an amount"},
	    {"{\"benefit\":{\"amount\":-1}}", "benefit.amount: an amount"},
	    {"{\"contact\":{\"email\":\"geheim\"}}", "contact.email: a mail address"},
	    {"{\"context\":{\"programme\":\"geheim\"}}",
		"context.programme: the catalogue has no such programme; it has participatiewet, wi2021, "
		"ioaw, nug"},
	    {"{\"context\":3}", "context: "},
	    {"{\"catalogue\":2}",
		"catalogue: this dossier is made for another version of the catalogue than ours, 1"},
	    {"{\"consents\":[{\"scope\":\"share_capacity\"}]}", "consents[0].given: is missing"},
	    {"{\"consents\":[{\"given\":\"2026-01-01\"}]}", "consents[0].scope: is missing"},
	    {"{\"consents\":[{\"scope\":\"share_capacity\",\"given\":\"2026-00-00\"}]}",
		"consents[0].given: a whole date"},
	    {"{\"consents\":[{\"scope\":\"share_capacity\",\"given\":\"2026-01-01\",\"withdrawn\":true}]}",
		"consents[0].withdrawn: "},
	    {"{\"attachments\":[{\"type\":\"cv\"}]}", "attachments[0].file: is missing"},
	    {"{\"attachments\":[{\"type\":\"cv\",\"file\":\"../geheim\"}]}",
		"attachments[0].file: a path inside"},
	    {"{\"attachments\":[{\"type\":\"cv\",\"file\":\"/geheim\"}]}", "a path inside"},
	    {"{\"attachments\":[{\"type\":\"cv\",\"file\":\"a\"},{\"type\":\"cv\",\"file\":\"a\"}]}",
		"attachments[1].file: this file is named twice"},
	    {"[]", "a dossier is an object"},
	    {"{\"person\":{\"bsn\":\"123456782\",\"bsn\":\"123456782\"}}", "d:1:"},
	    {"{\"person\":{\"family_name\":\"\xff\"}}", "text is not UTF-8"},
	    {"{\"person\":{\"family_name\":\"a\\u0000b\"}}", "NUL"},
	    {"{\"person\":{}} x", "d:1:"},
	    {"", "d:"},
	};
	for (size_t i = 0; i < GW_LENGTH(cases); i++) {
		struct dossier *d = NULL;
		struct errinfo ei = ERRINFO_INIT;
		const char *t = cases[i].text;
		int r = dossier_parse_json("d", t, strlen(t), catalogue_builtin(), NULL, &d, &ei);
		if (r != GW_EFORMAT || !strstr(ei.msg, cases[i].says) || strstr(ei.msg, "geheim"))
			fail_msg("%s: %d %s", t, r, ei.msg);
	}
}

static void yaml_errors_have_a_place(void **state)
{
	(void)state;
	refused(INTAKE_YAML, "person:\n  family_name: x\n  birth_date: gisteren\n", GW_EFORMAT,
	    "d:3:15: person.birth_date: a date");
	refused(INTAKE_YAML, "ladder:\n  - {step: 2}\n  - {step: twee}\n", GW_EFORMAT,
	    "d:3:12: ladder[1].step: a whole number");
	refused(INTAKE_YAML, "consents:\n  - {scope: share_capacity}\n", GW_EFORMAT,
	    "d:2:5: consents[0].given: is missing");
	refused(
	    INTAKE_YAML, "person: &a {family_name: x}\n", GW_EFORMAT, "anchors are not allowed");
	refused(INTAKE_YAML, "a: [[[[[[[[[[1]]]]]]]]]]\n", GW_ELIMIT, "nested too deep");
}

static void codes_outside_their_list_are_dropped_and_flagged(void **state)
{
	(void)state;
	struct dossier *d GW_CLEANUP(dossier_free_p) = json(
	    "{\"wi\":{\"leerroute\":\"B2\",\"pip_date\":\"2026-01-01\"},"
	    "\"ladder\":[{\"step\":7},{\"step\":0},{\"step\":6}],"
	    "\"consents\":[{\"scope\":\"share_everything\",\"given\":\"2026-02-01\"}],"
	    "\"attachments\":[{\"type\":\"paspoort\",\"file\":\"p.jpg\"},{\"type\":\"id_copy\",\"file\":\"q.jpg\"}]}");
	assert_data(d, "{\"wi\":{\"pip_date\":\"2026-01-01\"},\"ladder\":[{},{},{\"step\":6}]}");
	assert_int_equal(dossier_left_out(d, DOSSIER_CODE), 3);
	assert_int_equal(dossier_left_out(d, DOSSIER_CONSENT), 1);
	assert_int_equal(dossier_left_out(d, DOSSIER_ATTACHMENT), 1);
	assert_int_equal(d->n_consents, 0);
	assert_string_equal(d->files[0].type, "other");
	assert_string_equal(d->files[1].type, "id_copy");
	assert_int_equal(dossier_strict(d, NULL), 0);
}

static void empty_values_are_absent_and_flagged(void **state)
{
	(void)state;
	struct dossier *d GW_CLEANUP(dossier_free_p) = json(
	    "{\"person\":{\"bsn\":\"\",\"v_number\":\" \",\"client_number\":\"\",\"birth_date\":\"  \","
	    "\"family_name\":\"\"},\"contact\":{\"postcode\":\"\",\"phone\":\"\\t\",\"email\":\"\"},"
	    "\"ladder\":[{\"step\":\"\",\"date\":\"\"},{\"step\":2,\"date\":\"\"}],"
	    "\"language\":{\"code\":\"\"},\"benefit\":{\"amount\":\" \"},\"plan\":{\"goal\":\" \"},"
	    "\"consents\":null,\"attachments\":null,\"context\":null}");
	/* names and texts have room for it: the policy drops it */
	assert_data(d,
	    "{\"person\":{\"family_name\":\"\"},\"contact\":{},\"ladder\":[{},{\"step\":2}],"
	    "\"language\":{},\"benefit\":{},\"plan\":{\"goal\":\" \"}}");
	assert_int_equal(dossier_left_out(d, DOSSIER_EMPTY), 12);
	assert_string_equal(d->notes[0].path, "person.bsn");
	assert_string_equal(dossier_note_name(DOSSIER_EMPTY), "empty");
	assert_int_equal(dossier_strict(d, NULL), 0);
	const char *yaml = "context:\nconsents: \nattachments: ~\nperson: {bsn: '', birth_date: }\n"
			   "ladder: [{step: ' '}]\n";
	struct dossier *y = NULL;
	struct errinfo ei = ERRINFO_INIT;
	/* ~ is a word in this YAML, not null */
	assert_int_equal(
	    dossier_parse_yaml("d.yaml", yaml, strlen(yaml), catalogue_builtin(), NULL, &y, &ei),
	    GW_EFORMAT);
	yaml = "context:\nconsents: \nattachments:\nperson: {bsn: '', birth_date: }\n"
	       "ladder: [{step: ' '}]\n";
	assert_int_equal(
	    dossier_parse_yaml("d.yaml", yaml, strlen(yaml), catalogue_builtin(), NULL, &y, NULL),
	    0);
	assert_int_equal(dossier_left_out(y, DOSSIER_EMPTY), 2);
	dossier_free(y);
	/* what is not empty but wrong stays wrong */
	refused(
	    INTAKE_JSON, "{\"person\":{\"birth_date\":\"-\"}}", GW_EFORMAT, "person.birth_date");
	refused(INTAKE_JSON, "{\"consents\":\"\"}", GW_EFORMAT, "consents");
}

static void unknown_fields_are_counted_named_and_never_kept(void **state)
{
	(void)state;
	struct errinfo ei = ERRINFO_INIT;
	struct dossier *d GW_CLEANUP(dossier_free_p) =
	    json("{\"hobby\":{\"a\":1},\"person\":{\"shoe_size\":44,\"J. Jansen 123456782\":1},"
		 "\"ladder\":[{\"colour\":1},{\"colour\":{\"x\":[]}}],\"wi\":{\"exams\":{\"x\":1}},"
		 "\"context\":{\"coach\":\"x\"},\"consents\":[]}");
	/* a path is no name: it is not let in, and told */
	struct dossier *paths GW_CLEANUP(dossier_free_p) =
	    json("{\"person.bsn\":\"x\",\"wi.exams\":[],\"wi\":{\"exams.part\":\"KNM\"}}");
	assert_data(paths, "{\"wi\":{}}");
	assert_int_equal(dossier_left_out(paths, DOSSIER_UNKNOWN), 3);
	assert_data(d, "{\"person\":{},\"ladder\":[{},{}],\"wi\":{\"exams\":{}}}");
	static const struct {
		const char *path;
		size_t count;
	} want[] = {{"hobby", 1}, {"person.shoe_size", 1}, {"person.J._Jansen__-1105", 1},
	    {"ladder.colour", 2}, {"wi.exams.x", 1}, {"context.coach", 1}};
	assert_int_equal(d->n_notes, GW_LENGTH(want));
	for (size_t i = 0; i < d->n_notes; i++) {
		assert_string_equal(d->notes[i].path, want[i].path);
		assert_int_equal(d->notes[i].count, want[i].count);
	}
	assert_int_equal(dossier_left_out(d, DOSSIER_UNKNOWN), 7);
	assert_int_equal(dossier_strict(d, &ei), GW_EFORMAT);
	assert_non_null(strstr(ei.msg, "the catalogue has no field hobby"));
}

static void odd_names_are_told_apart_and_safe(void **state)
{
	(void)state;
	struct dossier *d GW_CLEANUP(dossier_free_p) = json(
	    "{\"Naam kind\":1,\"Naam/kind\":1,\"Naam kind \":1,\"\":1,\"naam.kind\":1,\"2e naam\":1,"
	    "\"\\u001b[31m\":1,\"\u202e\u0627\":1,\"tel0612345678\":1,\"kind 12345678 9\":1,"
	    "\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab\":1,"
	    "\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaac\":1}");
	static const char plain[] =
	    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";
	assert_int_equal(d->n_notes, 12);
	for (size_t i = 0; i < d->n_notes; i++) {
		const char *path = d->notes[i].path;
		assert_int_equal(d->notes[i].count, 1);
		if (strlen(path) > 40 || path[strspn(path, plain)] || strstr(path, "12345678"))
			fail_msg("%s", path);
	}
	assert_true(str_starts(d->notes[0].path, "Naam_kind-"));
	assert_true(str_starts(d->notes[4].path, "naam.kind-"));
	assert_true(str_starts(d->notes[9].path, "kind___9-"));
}

static void many_unknown_names_cost_little(void **state)
{
	(void)state;
	struct buf b GW_CLEANUP(buf_release) = BUF_INIT(1 << 20);
	assert_int_equal(buf_adds(&b, "{"), 0);
	for (int i = 0; i < 20000; i++)
		assert_int_equal(buf_addf(&b, "%s\"x%d\":1", i ? "," : "", i), 0);
	assert_int_equal(buf_adds(&b, "}"), 0);
	struct dossier *d GW_CLEANUP(dossier_free_p) = json(b.data);
	assert_true(d->n_notes <= 200);
	assert_int_equal(dossier_left_out(d, DOSSIER_UNKNOWN), 20000);
}

static void limits_hold(void **state)
{
	(void)state;
	struct dossier_limits small = DOSSIER_LIMITS;
	struct dossier *d = NULL;
	const char *text = "{\"person\":{\"family_name\":\"x\"}}";
	small.json_bytes = strlen(text) - 1;
	assert_int_equal(
	    dossier_parse_json("d", text, strlen(text), catalogue_builtin(), &small, &d, NULL),
	    GW_ELIMIT);
	struct buf b GW_CLEANUP(buf_release) = BUF_INIT(2 << 20);
	for (int i = 0; i < 200000; i++)
		assert_int_equal(buf_adds(&b, i ? ",1" : "{\"a\":[1"), 0);
	refused(INTAKE_JSON, b.data, GW_ELIMIT, "more than 100000 values");
	refused(INTAKE_JSON, "{\"a\":[[[[[[[[1]]]]]]]]}", GW_ELIMIT, "nested deeper");
	buf_clear(&b);
	for (int i = 0; i < 201; i++)
		assert_int_equal(buf_addf(&b, "%s{\"type\":\"cv\",\"file\":\"f%d\"}",
				     i ? "," : "{\"attachments\":[", i),
		    0);
	assert_int_equal(buf_adds(&b, "]}"), 0);
	refused(INTAKE_JSON, b.data, GW_ELIMIT, "too many attachments");
}

static void member_names_are_safe(void **state)
{
	(void)state;
	static const char *const good[] = {"a", "a/b.pdf", "..a", "a..", "...", "a b/\xc3\xa9"};
	static const char *const bad[] = {"", "/", "/a", "a/", "a//b", ".", "..", "a/..", "../a",
	    "a/./b", "./a", "a\\b", "C:a", "a\nb", "\xff", "a\x7f"};
	for (size_t i = 0; i < GW_LENGTH(good); i++)
		assert_true(intake_name_ok(good[i]));
	for (size_t i = 0; i < GW_LENGTH(bad); i++)
		assert_false(intake_name_ok(bad[i]));
}

static int collect(json_t *record, const char *leaf, json_t *value, void *arg)
{
	assert_ptr_equal(json_object_get(record, leaf), value);
	return buf_addf(arg, "%lld ", (long long)json_integer_value(value));
}

static void values_are_found(void **state)
{
	(void)state;
	struct dossier_subject s;
	struct buf b GW_CLEANUP(buf_release) = BUF_INIT(100);
	struct dossier *d GW_CLEANUP(dossier_free_p) = json(
	    "{\"person\":{\"bsn\":\"10464554\",\"v_number\":\"123.456.7890\"},"
	    "\"ladder\":[{\"step\":1},{},{\"step\":3}],\"wi\":{\"hours_language\":5,\"exams\":[{\"part\":\"a\"}]}}");
	dossier_subject(d, &s);
	assert_string_equal(s.bsn, "010464554");
	assert_string_equal(s.v_number, "1234567890");
	assert_null(s.client_number);
	dossier_subject_release(&s);
	assert_string_equal(json_string_value(dossier_get(d, "person.bsn")), "010464554");
	assert_string_equal(json_string_value(dossier_get(d, "wi.exams.part")), "a");
	assert_null(dossier_get(d, "person.family_name"));
	const struct catalogue *c = catalogue_builtin();
	assert_int_equal(dossier_each(d->data, catalogue_find(c, "ladder.step"), collect, &b), 0);
	assert_int_equal(
	    dossier_each(d->data, catalogue_find(c, "wi.hours_language"), collect, &b), 0);
	assert_int_equal(dossier_each(d->data, catalogue_find(c, "wi.exams.part"), collect, &b), 0);
	assert_int_equal(dossier_each(d->data, catalogue_find(c, "zrm.score"), collect, &b), 0);
	assert_string_equal(b.data, "1 3 5 0 ");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(the_documented_example_is_read),
	    cmocka_unit_test(transformed_values_stay_as_they_came),
	    cmocka_unit_test(yaml_gives_the_same_value),
	    cmocka_unit_test(shape_is_kept),
	    cmocka_unit_test(numbers_and_nulls),
	    cmocka_unit_test(wrong_types_name_the_field_and_never_the_value),
	    cmocka_unit_test(yaml_errors_have_a_place),
	    cmocka_unit_test(codes_outside_their_list_are_dropped_and_flagged),
	    cmocka_unit_test(empty_values_are_absent_and_flagged),
	    cmocka_unit_test(unknown_fields_are_counted_named_and_never_kept),
	    cmocka_unit_test(odd_names_are_told_apart_and_safe),
	    cmocka_unit_test(many_unknown_names_cost_little),
	    cmocka_unit_test(limits_hold),
	    cmocka_unit_test(member_names_are_safe),
	    cmocka_unit_test(values_are_found),
	};
	return cmocka_run_group_tests_name("dossier/intake", tests, NULL, NULL);
}
