/* SPDX-License-Identifier: EUPL-1.2 */
#include "dossier/ladder.h"

#include "base/buf.h"
#include "dossier/dossier.h"
#include "tests/unit/test.h"

#define EXAMPLE "policies/examples/ladder-map-voorbeeld.yaml"
#define HEAD                                                             \
	"ladder_map: eigen\nlanguage: 1\nversion: 2\ntitle: t\nsender: " \
	"[\"00000099000000001000\"]\nmaps:\n"
#define MAP                                                                                        \
	HEAD                                                                                       \
	    "  - {fields: [ladder.step], values: [{from: [A, \"1\"], step: 2}, {from: B c, step: " \
	    "6}]}\n  - {fields: [ladder.target_step], values: [{from: A, step: 5}]}\n"

static const struct field *field(const char *path)
{
	return catalogue_find(catalogue_builtin(), path);
}

static struct ladder_map *map_of(const char *text)
{
	struct ladder_map *m = NULL;
	struct errinfo ei = ERRINFO_INIT;
	test_code(ladder_parse("l.yaml", text, strlen(text), catalogue_builtin(), &m, &ei), 0, &ei);
	return m;
}

static void each_field_has_its_own_table(void **state)
{
	struct ladder_map *m GW_CLEANUP(ladder_free_p) = map_of(MAP);
	const struct field *step = field("ladder.step"), *target = field("ladder.target_step");
	(void)state;
	assert_string_equal(ladder_id(m), "eigen");
	assert_int_equal(ladder_version(m), 2);
	assert_true(ladder_has(m, step));
	assert_true(ladder_has(m, target));
	assert_false(ladder_has(m, field("satisfaction.score")));
	assert_false(ladder_has(NULL, step));
	assert_int_equal(ladder_step(m, step, "A"), 2);
	assert_int_equal(ladder_step(m, step, "1"), 2);
	assert_int_equal(ladder_step(m, step, " B c\n"), 6);
	assert_int_equal(ladder_step(m, target, "A"), 5);
	assert_int_equal(ladder_step(m, target, "1"), 0);
	assert_int_equal(ladder_step(m, step, "a"), 0);
	assert_int_equal(ladder_step(m, step, "A A"), 0);
	assert_int_equal(ladder_step(m, step, ""), 0);
}

static void it_is_for_the_senders_it_names(void **state)
{
	struct ladder_map *m GW_CLEANUP(ladder_free_p) = map_of(MAP);
	struct errinfo ei = ERRINFO_INIT;
	(void)state;
	test_code(ladder_for(m, "00000099000000001000", &ei), 0, &ei);
	test_code(ladder_for(m, "00000099000000002000", &ei), GW_EREFUSED, &ei);
	assert_string_equal(ei.msg,
	    "l.yaml: ladder map 'eigen' is not for the dossiers of 00000099000000002000: its `sender` "
	    "names others");
}

static void the_example_is_good(void **state)
{
	struct buf b GW_CLEANUP(buf_release) = BUF_INIT(1 << 16);
	struct errinfo ei = ERRINFO_INIT;
	(void)state;
	test_code(file_read(EXAMPLE, b.max, &b, &ei), 0, &ei);
	struct ladder_map *m GW_CLEANUP(ladder_free_p) = map_of(b.data);
	assert_int_equal(ladder_step(m, field("ladder.step"), "W1+"), 5);
}

static void errors_say_where_and_what(void **state)
{
	static const char *const cases[][2] = {
	    {"policy: x\n", "l.yaml:1:1: this is no ladder map: it has no key \"ladder_map\""},
	    {"ladder_map: Eigen\n", "l.yaml:1:13: ladder_map: lower-case letters"},
	    {"ladder_map: e\nlanguage: 2\n", "l.yaml:2:11: "},
	    {"ladder_map: e\nlanguage: 1\nversion: 1\ntitle: t\nsender: [123]\n",
		"l.yaml:5:10: sender: OINs of 20 digits in quotes are expected"},
	    {"ladder_map: e\nlanguage: 1\nversion: 1\ntitle: t\nsender: []\n",
		"sender: 1 to 200 OINs are expected"},
	    {"ladder_map: e\nlanguage: 1\nversion: 1\ntitle: t\nsendr: []\n",
		"unknown key \"sendr\", did you mean \"sender\"?"},
	    {HEAD "  - {fields: [ladder.stp], values: []}\n",
		"l.yaml:7:15: unknown field \"ladder.stp\", did you mean \"ladder.step\"?"},
	    {HEAD "  - {fields: [person.bsn], values: []}\n",
		"\"person.bsn\" is no step of the ladder"},
	    {HEAD "  - {fields: [ladder.date], values: []}\n",
		"\"ladder.date\" is no step of the ladder"},
	    {HEAD "  - {fields: [ladder.step], values: []}\n", "values: at least one is expected"},
	    {HEAD "  - {fields: [ladder.step, ladder.step], values: []}\n",
		"ladder.step stands here twice"},
	    {HEAD "  - {fields: [ladder.step], values: [{from: A, step: 7}]}\n",
		"l.yaml:7:54: step: "},
	    {HEAD "  - {fields: [ladder.step], values: [{from: A, step: 1}, {from: A, step: 2}]}\n",
		"l.yaml:7:65: \"A\" stands here twice"},
	    {HEAD "  - {fields: [ladder.step], values: [{from: [], step: 1}]}\n",
		"from: at least one is expected"},
	    {HEAD "  - {fields: [ladder.step], values: [{from: ' A', step: 1}]}\n",
		"without spaces around it"},
	    {HEAD "  - {fields: [ladder.step], values: [{step: 1}]}\n", "key \"from\" is missing"},
	    {HEAD "  - {fields: [ladder.step], values: [{from: A, step: 1}]}\n",
		"no entry says what the values of ladder.target_step are"},
	    {HEAD "  - {fields: [ladder.step], values: [{from: A, step: 1}]}\n"
		  "  - {fields: [ladder.step], values: [{from: B, step: 1}]}\n",
		"ladder.step is already decided above"},
	};
	(void)state;
	for (size_t i = 0; i < GW_LENGTH(cases); i++) {
		struct ladder_map *m = NULL;
		struct errinfo ei = ERRINFO_INIT;
		const char *text = cases[i][0];
		test_code(ladder_parse("l.yaml", text, strlen(text), catalogue_builtin(), &m, &ei),
		    GW_EFORMAT, &ei);
		if (!strstr(ei.msg, cases[i][1]))
			fail_msg("'%s' instead of '%s'", ei.msg, cases[i][1]);
	}
}

/* ---- on the way in ---- */

static struct dossier *taken(const char *json, const struct ladder_map *m)
{
	struct dossier_limits l = DOSSIER_LIMITS;
	struct dossier *d = NULL;
	struct errinfo ei = ERRINFO_INIT;
	l.ladder = m;
	test_code(
	    dossier_parse_json("d.json", json, strlen(json), catalogue_builtin(), &l, &d, &ei), 0,
	    &ei);
	return d;
}

static void steps_are_mapped_and_what_the_map_lacks_is_dropped_and_noted(void **state)
{
	static const char json[] =
	    "{\"ladder\":[{\"date\":\"2026-01-12\",\"step\":\"A\",\"target_step\":\"A\"},"
	    "{\"step\":1,\"target_step\":\"B c\"},{\"step\":\"Kanarie\",\"target_step\":null},"
	    "{\"step\":6,\"target_step\":\"\"}]}";
	struct ladder_map *m GW_CLEANUP(ladder_free_p) = map_of(MAP);
	struct dossier *d GW_CLEANUP(dossier_free_p) = taken(json, m);
	struct buf out GW_CLEANUP(buf_release) = BUF_INIT(4096);
	(void)state;
	assert_int_equal(jx_dump(d->data, &out), 0);
	assert_string_equal(out.data,
	    "{\"ladder\":[{\"date\":\"2026-01-12\",\"step\":2,\"target_step\":5},{\"step\":2},{},{}]}");
	assert_int_equal(dossier_left_out(d, DOSSIER_LADDER), 3);
	assert_int_equal(dossier_left_out(d, DOSSIER_EMPTY), 1);
	assert_string_equal(dossier_note_name(DOSSIER_LADDER), "unmapped_step");
	assert_string_equal(d->notes[0].path, "ladder.target_step");
	assert_string_equal(d->notes[1].path, "ladder.step");
	for (size_t i = 0; i < d->n_notes; i++)
		assert_null(strstr(d->notes[i].path, "Kanarie"));
}

static void a_step_is_a_word_or_a_number(void **state)
{
	static const char json[] = "{\"ladder\":{\"step\":[\"Kanarie\"]}}";
	struct ladder_map *m GW_CLEANUP(ladder_free_p) = map_of(MAP);
	struct dossier_limits l = DOSSIER_LIMITS;
	struct dossier *d = NULL;
	struct errinfo ei = ERRINFO_INIT;
	(void)state;
	l.ladder = m;
	test_code(
	    dossier_parse_json("d.json", json, sizeof json - 1, catalogue_builtin(), &l, &d, &ei),
	    GW_EFORMAT, &ei);
	assert_string_equal(
	    ei.msg, "d.json: ladder.step: a step of the sender's own ladder is expected");
}

/* A value that a policy made before is no longer one of anybody's own. */
static void what_was_transformed_before_is_left_alone(void **state)
{
	static const char json[] = "{\"ladder\":{\"step\":{\"as\":\"present\",\"v\":true}}}";
	struct ladder_map *m GW_CLEANUP(ladder_free_p) = map_of(MAP);
	struct dossier *d GW_CLEANUP(dossier_free_p) = taken(json, m);
	(void)state;
	assert_true(json_is_object(dossier_get(d, "ladder.step")));
	assert_int_equal(d->n_notes, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(each_field_has_its_own_table),
	    cmocka_unit_test(it_is_for_the_senders_it_names),
	    cmocka_unit_test(the_example_is_good),
	    cmocka_unit_test(errors_say_where_and_what),
	    cmocka_unit_test(steps_are_mapped_and_what_the_map_lacks_is_dropped_and_noted),
	    cmocka_unit_test(a_step_is_a_word_or_a_number),
	    cmocka_unit_test(what_was_transformed_before_is_left_alone),
	};
	return cmocka_run_group_tests_name("dossier/ladder", tests, NULL, NULL);
}
