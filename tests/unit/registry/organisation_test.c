/* SPDX-License-Identifier: EUPL-1.2 */
/* Organisations: a strict file, what it pins, and the same facts as YAML and as JSON. */
#include "registry/organisation.h"

#include "tests/unit/test.h"

#define PIN_A "sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define PIN_B "sha256:bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"

static const char good[] = "organisations:\n"
			   "  - oin: \"00000099000000001000\"\n"
			   "    name: \"Gemeente \\\"Voorbeeld\\\"\"\n"
			   "    roles: [municipality, region]\n"
			   "    duties: [bsn_processing]\n"
			   "    signing:\n"
			   "      - {spki: \"" PIN_A "\", from: 2026-01-01, until: 2028-12-31}\n"
			   "    tls:\n"
			   "      - {spki: \"" PIN_B "\", from: 2026-01-01, until: 2028-12-31}\n"
			   "    gateway: \"https://gw.example:8443\"\n"
			   "    gateway_oin: \"00000099000000005000\"\n"
			   "    ledger: \"oin-00000099000000001000/x+1234+abc\"\n"
			   "    officers:\n"
			   "      - {role: fg, spki: \"" PIN_B "\"}\n"
			   "      - {role: contractmanager, spki: \"" PIN_A "\"}\n";

static struct date day(const char *s)
{
	struct date d;
	assert_int_equal(date_parse(s, &d), 0);
	return d;
}

static struct organisations parsed(const char *text)
{
	struct organisations l;
	struct errinfo ei = ERRINFO_INIT;
	test_code(organisations_parse("o.yaml", text, strlen(text), &l, &ei), 0, &ei);
	return l;
}

static void reads_pins_for_their_days(void **state)
{
	struct organisations l = parsed(good);
	const struct organisation *o = organisations_find(&l, "00000099000000001000");
	(void)state;
	assert_non_null(o);
	assert_null(organisations_find(&l, "00000099000000002000"));
	assert_string_equal(o->name, "Gemeente \"Voorbeeld\"");
	assert_int_equal(o->roles, ORG_MUNICIPALITY | ORG_REGION);
	assert_int_equal(o->duties, ORG_BSN_PROCESSING);
	assert_true(pins_hold(&o->signing, PIN_A, day("2026-01-01")));
	assert_true(pins_hold(&o->signing, PIN_A, day("2028-12-31")));
	assert_false(pins_hold(&o->signing, PIN_A, day("2025-12-31")));
	assert_false(pins_hold(&o->signing, PIN_A, day("2029-01-01")));
	assert_false(pins_hold(&o->signing, PIN_B, day("2026-06-01")));
	organisations_release(&l);
}

static void writes_what_it_reads(void **state)
{
	struct organisations l = parsed(good);
	struct buf b GW_CLEANUP(buf_release) = BUF_INIT(4096);
	(void)state;
	assert_int_equal(buf_adds(&b, "organisations:\n"), 0);
	assert_int_equal(organisation_yaml(l.list[0], &b), 0);
	assert_string_equal(b.data, good);
	organisations_release(&l);
}

static void json_says_the_same(void **state)
{
	struct organisations l = parsed(good);
	struct organisation *again GW_CLEANUP(organisation_free_p) = NULL;
	json_t *j GW_CLEANUP(jx_release) = organisation_json(l.list[0]);
	struct buf diff GW_CLEANUP(buf_release) = BUF_INIT(4096);
	struct errinfo ei = ERRINFO_INIT;
	(void)state;
	test_code(organisation_from_json(j, &again, &ei), 0, &ei);
	assert_int_equal(organisation_diff(l.list[0], again, &diff), 0);
	assert_int_equal(diff.len, 0);
	organisations_release(&l);
}

static void json_smuggles_nothing_into_the_yaml(void **state)
{
	static const char *const hostile[] = {
	    "{\"oin\":\"00000099000000001000\",\"name\":\"x\\n    duties: [bsn_processing]\","
	    "\"roles\":[\"provider\"],\"signing\":[]}",
	    "{\"oin\":\"00000099000000001000\",\"name\":\"x\\\\\\\"]\",\"roles\":[\"provider\", "
	    "\"x\"],\"signing\":[]}",
	    "{\"oin\":\"00000099000000001000\",\"name\":\"x\",\"roles\":[\"provider\"],"
	    "\"signing\":[],\"admin\":\"yes\"}",
	    "{\"oin\":\"00000099000000001000\",\"name\":{},\"roles\":[\"provider\"],\"signing\":[]}",
	    "{\"oin\":\"00000099000000001000\",\"name\":\"x\",\"roles\":[\"provider\"],"
	    "\"signing\":[{\"spki\":1}]}",
	    "{\"oin\":\"00000099000000001000\",\"name\":\"x\",\"roles\":[],\"signing\":[]}",
	    "[]",
	};
	(void)state;
	for (size_t i = 0; i < GW_LENGTH(hostile); i++) {
		struct organisation *o GW_CLEANUP(organisation_free_p) = NULL;
		json_t *j GW_CLEANUP(jx_release) = NULL;
		struct errinfo ei = ERRINFO_INIT;
		test_code(
		    jx_parse("j", hostile[i], strlen(hostile[i]), &JX_SMALL, &j, &ei), 0, &ei);
		int r = organisation_from_json(j, &o, &ei);
		if (i == 0) { /* the line break has become a space, and nothing else happened */
			test_code(r, 0, &ei);
			assert_int_equal(o->duties, 0);
			assert_string_equal(o->name, "x     duties: [bsn_processing]");
		} else {
			assert_int_equal(r, GW_EFORMAT);
		}
	}
}

static void a_difference_is_said_in_words(void **state)
{
	struct organisations l = parsed(good);
	struct organisation *o GW_CLEANUP(organisation_free_p) = organisation_copy(l.list[0]);
	struct buf diff GW_CLEANUP(buf_release) = BUF_INIT(4096);
	(void)state;
	o->duties = 0;
	pins_add(&o->signing, PIN_B, day("2026-06-01"), day("2027-06-01"));
	pins_add(&o->signing, PIN_A, day("2026-06-01"), day("2027-06-01")); /* shorter: kept */
	free(o->officers[0].role);
	o->officers[0].role = str_dup("dpo");
	assert_int_equal(organisation_diff(l.list[0], o, &diff), 0);
	assert_string_equal(diff.data,
	    "duties: bsn_processing -> none\n"
	    "new signing key: " PIN_B " until 2027-06-01\n"
	    "no longer officer: fg " PIN_B "\n"
	    "new officer: dpo " PIN_B "\n");
	organisations_release(&l);
}

static const struct {
	const char *text, *said;
} wrong[] = {
    {"organisation: []",
	"o.yaml:1:1: unknown key \"organisation\", did you mean \"organisations\"?"},
    {"organisations:\n  - oin: \"123\"", "o.yaml:2:10: oin: 20 digits in quotes expected"},
    {"organisations:\n  - oin: \"00000099000000001000\"\n    name: x\n    roles: [provder]",
	"o.yaml:4:13: \"provder\" is none of: municipality, region, provider, language_school, uwv; "
	"did you mean \"provider\"?"},
    {"organisations:\n  - oin: \"00000099000000001000\"\n    name: x\n    roles: [uwv]\n    "
     "signing: [{spki: \"sha256:00\", from: 2026-01-01, until: 2026-01-02}]",
	"o.yaml:5:22: spki: \"sha256:\" and 64 lower-case hex digits expected"},
    {"organisations:\n  - oin: \"00000099000000001000\"\n    name: x\n    roles: [uwv]\n    "
     "signing: [{spki: \"" PIN_A "\", from: 2026-01-03, until: 2026-01-02}]",
	"o.yaml:5:15: from lies after until"},
    {"organisations:\n  - {oin: \"00000099000000001000\", name: x, roles: [uwv], signing: []}\n"
     "  - {oin: \"00000099000000001000\", name: y, roles: [uwv], signing: []}",
	"o.yaml:3:5: organisation 00000099000000001000 stands here twice (first on line 2)"},
    {"organisations:\n  - {oin: \"00000099000000001000\", name: x, roles: [uwv], signing: [], "
     "gateway: \"http://x\"}",
	"o.yaml:2:80: gateway: an address https://… expected"},
    {"organisations:\n  - {oin: \"00000099000000001000\", name: x, roles: [uwv], signing: [], "
     "gateway: \"https://x\"}",
	"o.yaml:2:80: gateway: \"gateway_oin\" must say which organisation's gateway this is"},
    {"organisations:\n  - {oin: \"00000099000000001000\", name: x, roles: [uwv], signing: [], "
     "gateway_oin: \"00000099000000005000\"}",
	"o.yaml:2:84: gateway_oin: has no meaning without \"gateway\""},
    {"organisations:\n  - {oin: \"00000099000000001000\", name: x, roles: [uwv], signing: [], "
     "gateway: \"https://x\", gateway_oin: \"5000\"}",
	"o.yaml:2:106: gateway_oin: 20 digits in quotes expected"},
};

static void says_where_a_file_is_wrong(void **state)
{
	(void)state;
	for (size_t i = 0; i < GW_LENGTH(wrong); i++) {
		struct organisations l;
		struct errinfo ei = ERRINFO_INIT;
		test_code(
		    organisations_parse("o.yaml", wrong[i].text, strlen(wrong[i].text), &l, &ei),
		    GW_EFORMAT, &ei);
		assert_string_equal(ei.msg, wrong[i].said);
	}
}

/* Whatever another party calls its ledger, the file can be read back. */
static void odd_texts_are_quoted(void **state)
{
	struct organisation *o GW_CLEANUP(organisation_free_p) = str_alloc(sizeof *o);
	struct organisations l = {0};
	struct buf text GW_CLEANUP(buf_release) = BUF_INIT(65536);
	struct errinfo ei = ERRINFO_INIT;
	(void)state;
	memcpy(o->oin, "00000099000000001000", OIN_TEXT);
	o->name = str_dup("A \"b\" \\c");
	o->roles = ORG_PROVIDER;
	o->gateway = str_dup("https://a\"b\\c");
	o->gateway_oin = str_dup("00000099000000005000");
	o->ledger = str_dup("oin-a\"b\\nc");
	assert_int_equal(buf_adds(&text, "organisations:\n"), 0);
	assert_int_equal(organisation_yaml(o, &text), 0);
	test_code(organisations_parse("o", text.data, text.len, &l, &ei), 0, &ei);
	assert_string_equal(l.list[0]->name, o->name);
	assert_string_equal(l.list[0]->gateway, o->gateway);
	assert_string_equal(l.list[0]->gateway_oin, o->gateway_oin);
	assert_string_equal(l.list[0]->ledger, o->ledger);
	organisations_release(&l);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(odd_texts_are_quoted),
	    cmocka_unit_test(reads_pins_for_their_days),
	    cmocka_unit_test(writes_what_it_reads),
	    cmocka_unit_test(json_says_the_same),
	    cmocka_unit_test(json_smuggles_nothing_into_the_yaml),
	    cmocka_unit_test(a_difference_is_said_in_words),
	    cmocka_unit_test(says_where_a_file_is_wrong),
	};
	return cmocka_run_group_tests_name("registry/organisation", tests, NULL, NULL);
}
