/* SPDX-License-Identifier: EUPL-1.2 */
#include "dossier/catalogue.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/file.h"
#include "base/hash.h"
#include "base/str.h"

#define HEAD "catalogue: 1\nfields:\n"

static void built_in_is_the_shipped_file(void **state)
{
	(void)state;
	struct buf b GW_CLEANUP(buf_release) = BUF_INIT(1 << 20);
	char hex[HASH_HEX];
	size_t n;
	assert_int_equal(file_read("policies/catalogue.yaml", 1 << 20, &b, NULL), 0);
	hash_sha256_hex(b.data, b.len, hex);
	assert_string_equal(catalogue_sha256(catalogue_builtin()), hex);
	assert_memory_equal(catalogue_bytes(catalogue_builtin(), &n), b.data, b.len);
	assert_int_equal(n, b.len);
	assert_int_equal(catalogue_version(catalogue_builtin()), 1);
}

static void has_115_fields_of_nine_classes(void **state)
{
	(void)state;
	static const size_t want[FIELD_CLASSES] = {[CLASS_NATIONAL_ID] = 2,
	    [CLASS_IDENTIFIER] = 6,
	    [CLASS_CONTACT] = 6,
	    [CLASS_ORDINARY] = 45,
	    [CLASS_SENSITIVE] = 23,
	    [CLASS_SPECIAL] = 15,
	    [CLASS_CRIMINAL] = 3,
	    [CLASS_FREE_TEXT] = 9,
	    [CLASS_THIRD_PARTY] = 6};
	const struct catalogue *c = catalogue_builtin();
	size_t seen[FIELD_CLASSES] = {0};
	assert_int_equal(catalogue_count(c), 115);
	for (size_t i = 0; i < catalogue_count(c); i++) {
		const struct field *f = catalogue_at(c, i);
		seen[f->cls]++;
		assert_int_equal(f->index, i);
		assert_ptr_equal(catalogue_find(c, f->path), f);
	}
	for (size_t k = 0; k < FIELD_CLASSES; k++)
		assert_int_equal(seen[k], want[k]);
}

static void fields_know_their_group(void **state)
{
	(void)state;
	const struct catalogue *c = catalogue_builtin();
	const struct field *f = catalogue_find(c, "wi.exams.part");
	assert_string_equal(f->group, "wi.exams");
	assert_string_equal(f->leaf, "part");
	assert_true(f->repeats);
	assert_true(catalogue_has_group(c, "wi"));
	assert_true(catalogue_has_group(c, "wi.exams"));
	assert_false(catalogue_has_group(c, "wi.exams.part"));
	assert_false(catalogue_has_group(c, "hobby"));
	assert_true(catalogue_group_repeats(c, "ladder"));
	assert_false(catalogue_group_repeats(c, "person"));
	assert_null(catalogue_find(c, "person.hobby"));
	assert_string_equal(catalogue_suggest(c, "person.bns"), "person.bsn");
}

/* Count the fields below g; each member is found by its name. */
static size_t fields_below(const struct field_group *g)
{
	size_t n = 0;
	for (size_t i = 0; i < g->n; i++) {
		const struct field_member *m = &g->members[i];
		assert_ptr_equal(field_member(g, m->name, m->length), m);
		assert_true(!m->field != !m->group);
		if (m->field)
			assert_string_equal(m->field->group, g->path);
		n += m->field ? 1 : fields_below(m->group);
	}
	return n;
}

static void the_tree_holds_every_field_in_its_group(void **state)
{
	(void)state;
	const struct catalogue *c = catalogue_builtin();
	const struct field_group *whole = catalogue_tree(c);
	assert_string_equal(whole->path, "");
	assert_string_equal(whole->members[0].name, "person");
	assert_int_equal(fields_below(whole), catalogue_count(c));
	const struct field_group *wi = field_member(whole, "wi", 2)->group;
	const struct field_group *exams = field_member(wi, "exams", 5)->group;
	assert_string_equal(exams->path, "wi.exams");
	assert_true(exams->repeats && !wi->repeats);
	assert_true(exams->index < catalogue_groups(c));
	assert_ptr_equal(field_member(exams, "part", 4)->field, catalogue_find(c, "wi.exams.part"));
	assert_null(field_member(exams, "parts", 5));
	assert_null(field_member(whole, "wi.exams", 8));
}

static void closed_lists_are_closed(void **state)
{
	(void)state;
	const struct catalogue *c = catalogue_builtin();
	const struct field *f = catalogue_find(c, "wi.leerroute");
	assert_true(field_code_known(f, "onderwijs"));
	assert_false(field_code_known(f, "B2"));
	assert_true(field_code_known(catalogue_find(c, "trajectory.status"), "anything"));
	assert_int_equal(catalogue_find(c, "ladder.step")->high, 6);
	assert_true(catalogue_has_word(c, LIST_LAWS, "pwet-7"));
	assert_false(catalogue_has_word(c, LIST_LAWS, "pwet-77"));
	assert_true(catalogue_has_word(c, LIST_DUTIES, "bsn_processing"));
	assert_true(catalogue_has_word(c, LIST_CONSENTS, "share_capacity"));
	assert_true(catalogue_has_word(c, LIST_NEVER, "id_copy"));
	assert_false(catalogue_has_word(c, LIST_ATTACHMENTS, "id_copy"));
}

static void a_list_left_out_is_the_built_in_one(void **state)
{
	(void)state;
	struct catalogue *c GW_CLEANUP(catalogue_free_p) = NULL;
	const char *text = HEAD "  - {path: 'ladder.step', type: int, class: ordinary}\n";
	assert_int_equal(catalogue_parse("c.yaml", text, strlen(text), &c, NULL), 0);
	assert_true(catalogue_has_word(c, LIST_LAWS, "pwet-7"));
	assert_true(catalogue_at(c, 0)->repeats);
	assert_int_equal(catalogue_at(c, 0)->high, FIELD_INT_MAX);
}

static void says_where_a_catalogue_is_wrong(void **state)
{
	(void)state;
	static const struct {
		const char *text, *says;
	} cases[] = {
	    {HEAD "  - {path: a.b, type: int, class: ordinary, code: [x]}\n",
		"c.yaml:3:45: unknown key \"code\", did you mean \"codes\"?"},
	    {HEAD "  - {path: a.b, type: number, class: ordinary}\n",
		"c.yaml:3:23: \"number\" is none of: "},
	    {HEAD "  - {path: a.b, type: int, class: ordinairy}\n", "did you mean \"ordinary\"?"},
	    {HEAD "  - {path: a, type: int, class: ordinary}\n",
		"c.yaml:3:12: a path of two or three"},
	    {HEAD "  - {path: A.b, type: int, class: ordinary}\n", "a path of two or three"},
	    {HEAD "  - {path: context.b, type: int, class: ordinary}\n", "\"context\" is reserved"},
	    {HEAD
		"  - {path: a.b, type: int, class: ordinary}\n  - {path: a.b, type: int, class: ordinary}\n",
		"a.b stands in the catalogue twice"},
	    {HEAD
		"  - {path: a.b, type: int, class: ordinary}\n  - {path: a.b.c, type: int, class: ordinary}\n",
		"c.yaml:3:5: a.b is a group of other fields"},
	    {HEAD "  - {path: a.b, type: int, class: ordinary, codes: [x]}\n",
		"codes belongs to type code only"},
	    {HEAD "  - {path: a.b, type: code, class: ordinary, range: [1, 2]}\n",
		"range belongs to type int only"},
	    {HEAD "  - {path: a.b, type: int, class: ordinary, range: [3, 2]}\n",
		"the low end comes first"},
	    {HEAD "  - {path: a.b, type: code, class: ordinary, codes: [x, x]}\n",
		"stands here twice"},
	    {HEAD "  - {path: a.b, type: int, class: ordinary}\nrepeats: [b]\n",
		"c.yaml:4:11: \"b\" is no group of fields"},
	    {HEAD "  - {path: a.b, type: int, class: ordinary}\nnever: [cv, other]\n",
		"\"cv\" stands in both attachments and never"},
	    {HEAD "  []\n", "1 to 2000 fields are expected"},
	    {"catalogue: 0\nfields: []\n", "c.yaml:1:"},
	};
	for (size_t i = 0; i < GW_LENGTH(cases); i++) {
		struct catalogue *c = NULL;
		struct errinfo ei = ERRINFO_INIT;
		const char *t = cases[i].text;
		assert_int_equal(catalogue_parse("c.yaml", t, strlen(t), &c, &ei), GW_EFORMAT);
		if (!strstr(ei.msg, cases[i].says))
			fail_msg("case %zu: %s", i, ei.msg);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(built_in_is_the_shipped_file),
	    cmocka_unit_test(has_115_fields_of_nine_classes),
	    cmocka_unit_test(fields_know_their_group),
	    cmocka_unit_test(the_tree_holds_every_field_in_its_group),
	    cmocka_unit_test(closed_lists_are_closed),
	    cmocka_unit_test(a_list_left_out_is_the_built_in_one),
	    cmocka_unit_test(says_where_a_catalogue_is_wrong),
	};
	return cmocka_run_group_tests_name("dossier/catalogue", tests, NULL, NULL);
}
