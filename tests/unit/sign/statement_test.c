/* SPDX-License-Identifier: EUPL-1.2 */
/* Statements: closed tables for every kind, and a signature that fits what it says. */
#include "sign/statement.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/date.h"
#include "base/str.h"
#include "tests/support/pki.h"

#define RECIPIENT "00000099000000002000"
#define UUID "2bb0de1c-a494-4ec0-ae11-b7a88a73a109"
#define DIGEST "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define AGE "age1qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqq"
#define MOMENT "2026-11-22T04:50:11.123Z"

static struct pki pki;
static struct trust *trust;
static struct signer *sender, *recipient, *person;

/* One good set of members for each kind; what the table calls optional stands behind the bar. */
static const struct {
	const char *kind, *members, *optional;
} good[] = {
    {"key",
	"{\"recipient\":\"" AGE
	"\",\"use\":\"main\",\"from\":\"2026-01-01\",\"until\":\"2027-01-01\"}",
	"{\"supersedes\":\"" DIGEST "\"}"},
    {"key_revoked",
	"{\"statement\":\"" DIGEST "\",\"recipient\":\"" AGE
	"\",\"from\":\"2026-01-01\",\"reason\":\"superseded\"}",
	"{}"},
    {"acceptance",
	"{\"controller\":\"" PKI_OIN "\",\"senders\":[\"" PKI_OIN "\"],\"contract\":\"RI-2023-07\","
	"\"policy_id\":\"overdracht-einde-contract\",\"policy_version\":3,\"policy\":\"" DIGEST
	"\",\"meaning\":\"" DIGEST "\",\"catalogue\":\"" DIGEST "\",\"until\":\"2027-01-01\"}",
	"{\"baseline\":\"" DIGEST "\",\"mapping\":\"" DIGEST "\"}"},
    {"acceptance_revoked", "{\"acceptance\":\"" DIGEST "\",\"reason\":\"other\"}", "{}"},
    {"slip",
	"{\"package\":\"" UUID "\",\"case\":\"" UUID "\",\"seq\":1,\"sender\":\"" PKI_OIN
	"\",\"recipient\":\"" RECIPIENT "\",\"ciphertext\":\"" DIGEST
	"\",\"bytes\":524288,\"keys\":[\"" DIGEST "\"],\"policy\":\"" DIGEST
	"\",\"catalogue\":\"" DIGEST "\",\"registry\":\"" DIGEST
	"\",\"contract\":\"RI-2023-07\",\"sealed\":\"" MOMENT "\",\"expires\":\"" MOMENT
	"\",\"open_commit\":\"" DIGEST "\"}",
	"{}"},
    {"offer", "{\"programme\":\"wi2021\",\"start_month\":\"2026-12\"}",
	"{\"request\":\"" UUID "\",\"product\":\"b1\",\"region\":\"5121\"}"},
    {"accept", "{}", "{}"},
    {"decline", "{\"reason\":\"no_capacity\"}", "{}"},
    {"hold", "{\"start_month\":\"2027-01\"}", "{}"},
    {"question", "{\"about\":\"region\"}", "{}"},
    {"release", "{}", "{}"},
    {"withdraw", "{}", "{\"reason\":\"candidate\"}"},
    {"cancel", "{}", "{}"},
    {"extend", "{\"expires\":\"" MOMENT "\"}", "{}"},
    {"fetch_request", "{}", "{}"},
    {"fetched", "{\"ciphertext\":\"" DIGEST "\"}", "{}"},
    {"opened", "{\"tagmanifest\":\"" DIGEST "\"}", "{}"},
    {"conversation", "{\"state\":\"held\"}", "{\"day\":\"2026-12-01\"}"},
    {"taken_over", "{\"tagmanifest\":\"" DIGEST "\"}", "{}"},
    {"return", "{\"reason\":\"no_show\",\"destroyed\":\"" MOMENT "\"}",
	"{\"proposal\":\"z-route\"}"},
    {"withdraw_request", "{}", "{\"reason\":\"consent\"}"},
    {"withdraw_confirm", "{\"destroyed\":\"" MOMENT "\"}", "{}"},
    {"destroyed", "{\"destroyed\":\"" MOMENT "\"}", "{}"},
    {"kept", "{\"until\":\"2031-12-31\",\"ground\":\"archiefwet\"}", "{}"},
    {"misdelivered", "{\"found\":\"" MOMENT "\"}", "{}"},
    {"entered_in_error", "{}", "{}"},
    {"consent_withdrawn", "{\"scope\":\"share_capacity\",\"withdrawn\":\"2026-11-01\"}", "{}"},
};

static const char act_members[] =
    "{\"case\":\"" UUID "\",\"package\":\"" UUID "\",\"slip\":\"" DIGEST "\",\"policy\":\"" DIGEST
    "\",\"prev\":\"" DIGEST "\"}";

static int setup(void **state)
{
	(void)state;
	pki = pki_new();
	struct errinfo ei = ERRINFO_INIT;
	pki_files(&pki, "s", &(struct pki_spec){0});
	pki_files(&pki, "r", &(struct pki_spec){.oin = RECIPIENT});
	pki_files(&pki, "p", &(struct pki_spec){.oin = ""});
	PKI_MUST(signer_load(
		     pki_path(&pki, "s", ".pem"), pki_path(&pki, "s", ".key"), &sender, &ei) == 0);
	PKI_MUST(signer_load(pki_path(&pki, "r", ".pem"), pki_path(&pki, "r", ".key"), &recipient,
		     &ei) == 0);
	PKI_MUST(signer_load(
		     pki_path(&pki, "p", ".pem"), pki_path(&pki, "p", ".key"), &person, &ei) == 0);
	return trust_load(pki.roots, pki.crls, &trust, &ei);
}

static int teardown(void **state)
{
	(void)state;
	signer_free(sender);
	signer_free(recipient);
	signer_free(person);
	trust_free(trust);
	pki_free(&pki);
	return 0;
}

static json_t *members_of(size_t i, bool all)
{
	json_t *m = json_loads(good[i].members, 0, NULL), *more;
	assert_non_null(m);
	if (all) {
		more = json_loads(good[i].optional, 0, NULL);
		assert_non_null(more);
		assert_int_equal(json_object_update(m, more), 0);
		json_decref(more);
	}
	if (i >= 5) {
		more = json_loads(act_members, 0, NULL);
		assert_int_equal(json_object_update(m, more), 0);
		json_decref(more);
	}
	return m;
}

struct made {
	struct buf json, p7s;
};

#define MADE_INIT                                            \
	{                                                    \
		BUF_INIT(STATEMENT_MAX), BUF_INIT(CADES_MAX) \
	}

static void made_release(struct made *m)
{
	buf_release(&m->json);
	buf_release(&m->p7s);
}

static int make(const struct signer *s, const char *kind, const char *to, json_t *members,
    struct made *m, struct errinfo *ei)
{
	return statement_sign(
	    s, kind, to, "a checkpoint\n", PKI_NOW, members, &m->json, &m->p7s, ei);
}

static int read_back(
    const struct made *m, const char *kind, struct statement *st, struct errinfo *ei)
{
	return statement_verify("x.json", m->json.data, m->json.len, m->p7s.data, m->p7s.len, kind,
	    trust, PKI_NOW, PKI_NOW, st, ei);
}

static void every_kind_goes_round(void **state)
{
	(void)state;
	for (size_t i = 0; i < GW_LENGTH(good) * 2; i++) {
		json_t *m GW_CLEANUP(jx_release) = members_of(i / 2, i % 2);
		struct made made GW_CLEANUP(made_release) = MADE_INIT;
		struct statement st GW_CLEANUP(statement_release) = {0};
		struct errinfo ei = ERRINFO_INIT;
		int r = make(sender, good[i / 2].kind, RECIPIENT, m, &made, &ei);
		if (r == 0)
			r = read_back(&made, good[i / 2].kind, &st, &ei);
		if (r < 0)
			print_error("%s: %s\n", good[i / 2].kind, ei.msg);
		assert_int_equal(r, 0);
		assert_string_equal(st.kind, good[i / 2].kind);
		assert_string_equal(st.by.oin, PKI_OIN);
		assert_string_equal(st.for_oin, RECIPIENT);
		assert_int_equal(st.at, PKI_NOW);
		assert_true(str_starts(made.json.data, "{\"doc\":\"handover/"));
		assert_true(str_ends(made.json.data, "}\n"));
	}
}

static void who_is_addressed_may_be_open_for_some(void **state)
{
	(void)state;
	struct errinfo ei = ERRINFO_INIT;
	for (size_t i = 0; i < GW_LENGTH(good); i++) {
		json_t *m GW_CLEANUP(jx_release) = members_of(i, false);
		struct made made GW_CLEANUP(made_release) = MADE_INIT;
		int r = make(sender, good[i].kind, NULL, m, &made, &ei);
		assert_int_equal(r, i < 4 ? 0 : GW_EFORMAT);
	}
}

/* Take away, add and spoil each member in turn: all refused, when signing and when reading. */
static void tables_are_closed(void **state)
{
	(void)state;
	struct errinfo ei = ERRINFO_INIT;
	for (size_t i = 0; i < GW_LENGTH(good); i++) {
		json_t *m GW_CLEANUP(jx_release) = members_of(i, false);
		struct made made GW_CLEANUP(made_release) = MADE_INIT;
		struct statement st GW_CLEANUP(statement_release) = {0};
		const char *name;
		json_t *value;
		assert_int_equal(make(sender, good[i].kind, RECIPIENT, m, &made, &ei), 0);
		assert_int_equal(read_back(&made, NULL, &st, &ei), 0);
		json_object_foreach (st.body, name, value) {
			json_t *copy GW_CLEANUP(jx_release) = json_copy(st.body);
			bool loose = (i >= 5 &&
					 (str_eq(name, "package") || str_eq(name, "slip") ||
					     str_eq(name, "prev"))) ||
			    (i < 4 && str_eq(name, "for"));
			(void)json_object_set_new(copy, name, json_real(0.5));
			assert_int_equal(statement_check("x", copy, NULL, NULL, &ei), GW_EFORMAT);
			(void)json_object_del(copy, name);
			if (!loose)
				assert_int_equal(
				    statement_check("x", copy, NULL, NULL, &ei), GW_EFORMAT);
			/* put back, it stands last: out of order unless it was last before */
			(void)json_object_set(copy, name, value);
			int r = statement_check("x", copy, NULL, NULL, &ei);
			bool last =
			    !json_object_iter_next(st.body, json_object_iter_at(st.body, name));
			assert_int_equal(r, last ? 0 : GW_EFORMAT);
		}
		(void)json_object_set_new(st.body, "extra", json_string("x"));
		assert_int_equal(statement_check("x", st.body, NULL, NULL, &ei), GW_EFORMAT);
		assert_non_null(strstr(ei.msg, "extra"));
	}
}

static void forms_are_checked(void **state)
{
	(void)state;
	static const struct {
		size_t kind;
		const char *name, *value;
	} bad[] = {
	    {0, "recipient", "\"age1short\""},
	    {0, "recipient", "\"" AGE "q\""},
	    {0, "use", "\"mai\""},
	    {0, "use", "\"main|recovery\""},
	    {0, "use", "\"\""},
	    {0, "from", "\"2026-02-30\""},
	    {0, "until", "\"2026-13-01\""},
	    {2, "senders", "[]"},
	    {2, "senders", "[\"123\"]"},
	    {2, "senders", "\"" PKI_OIN "\""},
	    {2, "policy_version", "-1"},
	    {2, "policy_version", "\"3\""},
	    {2, "contract", "\"two words\""},
	    {2, "policy", "\"AAAAaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\""},
	    {4, "package", "\"not-a-uuid\""},
	    {4, "sealed", "\"2026-11-22\""},
	    {4, "sealed", "\"2026-11-22T05:50:11.123+01:00\""},
	    {4, "bytes", "9007199254740993"},
	    {4, "sender", "\"" RECIPIENT "\""},
	    {4, "recipient", "\"" PKI_OIN "\""},
	    {8, "start_month", "\"2027-00\""},
	    {8, "start_month", "\"2027-1\""},
	};
	struct errinfo ei = ERRINFO_INIT;
	for (size_t i = 0; i < GW_LENGTH(bad); i++) {
		json_t *m GW_CLEANUP(jx_release) = members_of(bad[i].kind, false);
		struct made made GW_CLEANUP(made_release) = MADE_INIT;
		json_t *v = json_loads(bad[i].value, JSON_DECODE_ANY, NULL);
		assert_non_null(v);
		(void)json_object_set_new(m, bad[i].name, v);
		assert_int_equal(
		    make(sender, good[bad[i].kind].kind, RECIPIENT, m, &made, &ei), GW_EFORMAT);
		assert_int_equal(made.json.len + made.p7s.len, 0);
	}
}

static void kinds_are_not_confused(void **state)
{
	(void)state;
	struct errinfo ei = ERRINFO_INIT;
	json_t *m GW_CLEANUP(jx_release) = members_of(0, false);
	struct made made GW_CLEANUP(made_release) = MADE_INIT;
	struct statement st = {0};
	assert_int_equal(make(sender, "key", NULL, m, &made, &ei), 0);
	assert_int_equal(read_back(&made, "slip", &st, &ei), GW_EAUTH);
	assert_int_equal(make(sender, "letter", NULL, m, &made, &ei), GW_EFORMAT);
	assert_int_equal(make(sender, "key/1", NULL, m, &made, &ei), GW_EFORMAT);
	/* the same members under a name that nobody knows, signed well */
	static const char letter[] = "{\"doc\":\"handover/letter/1\"}",
			  two[] = "{\"doc\":\"handover/key/2\"}";
	const char *const odd[] = {letter, two, "[]", "{}", "not json", "{\"doc\":1}"};
	for (size_t i = 0; i < GW_LENGTH(odd); i++) {
		struct buf p7s GW_CLEANUP(buf_release) = BUF_INIT(CADES_MAX);
		assert_int_equal(cades_sign(sender, odd[i], strlen(odd[i]), PKI_NOW, &p7s, &ei), 0);
		assert_int_equal(statement_verify("x.json", odd[i], strlen(odd[i]), p7s.data,
				     p7s.len, NULL, trust, PKI_NOW, PKI_NOW, &st, &ei),
		    GW_EFORMAT);
	}
}

static void body_and_signature_must_agree(void **state)
{
	(void)state;
	struct errinfo ei = ERRINFO_INIT;
	json_t *m GW_CLEANUP(jx_release) = members_of(0, false);
	struct made made GW_CLEANUP(made_release) = MADE_INIT;
	struct buf p7s GW_CLEANUP(buf_release) = BUF_INIT(CADES_MAX);
	struct buf late GW_CLEANUP(buf_release) = BUF_INIT(CADES_MAX);
	struct statement st = {0};
	assert_int_equal(make(sender, "key", NULL, m, &made, &ei), 0);
	/* somebody else signs what names the sender as "by" */
	assert_int_equal(
	    cades_sign(recipient, made.json.data, made.json.len, PKI_NOW, &p7s, &ei), 0);
	assert_int_equal(statement_verify("x.json", made.json.data, made.json.len, p7s.data,
			     p7s.len, NULL, trust, PKI_NOW, PKI_NOW, &st, &ei),
	    GW_EAUTH);
	assert_non_null(strstr(ei.msg, "another organisation"));
	/* the right one, an hour later than the body says */
	assert_int_equal(
	    cades_sign(sender, made.json.data, made.json.len, PKI_NOW + 3600000, &late, &ei), 0);
	assert_int_equal(statement_verify("x.json", made.json.data, made.json.len, late.data,
			     late.len, NULL, trust, PKI_NOW + 3600000, PKI_NOW + 3600000, &st, &ei),
	    GW_EAUTH);
	assert_non_null(strstr(ei.msg, "another time"));
	/* a changed byte, and a body for another's signature */
	made.json.data[made.json.len - 1] = ' ';
	assert_int_equal(read_back(&made, NULL, &st, &ei), GW_EAUTH);
	/* a person is no organisation */
	struct made none GW_CLEANUP(made_release) = MADE_INIT;
	assert_int_equal(make(person, "key", NULL, m, &none, &ei), GW_EREFUSED);
	assert_null(st.body);
}

/* An id that was told of before; what has no form of one is none. */
static void an_id_may_be_given(void **state)
{
	static const struct {
		const char *id;
		int code;
	} cases[] = {{UUID, 0}, {"1", GW_EFORMAT}, {"", GW_EFORMAT}};
	(void)state;
	for (size_t i = 0; i < GW_LENGTH(cases); i++) {
		struct made made GW_CLEANUP(made_release) = MADE_INIT;
		struct errinfo ei = ERRINFO_INIT;
		json_t *m GW_CLEANUP(jx_release) = members_of(6, false), *body = NULL;
		jx_set(m, "id", json_string(cases[i].id));
		assert_int_equal(
		    make(sender, good[6].kind, RECIPIENT, m, &made, &ei), cases[i].code);
		if (cases[i].code)
			continue;
		assert_int_equal(
		    jx_parse("x", made.json.data, made.json.len, &JX_SMALL, &body, NULL), 0);
		assert_string_equal(jx_str(body, "id"), cases[i].id);
		assert_string_equal(jx_str(m, "id"), cases[i].id); /* borrowed */
		json_decref(body);
	}
}

static void from_files(void **state)
{
	(void)state;
	struct errinfo ei = ERRINFO_INIT;
	json_t *m GW_CLEANUP(jx_release) = members_of(0, false);
	struct made made GW_CLEANUP(made_release) = MADE_INIT;
	struct statement st GW_CLEANUP(statement_release) = {0};
	const char *json = pki_path(&pki, "k", ".json"), *p7s = pki_path(&pki, "k", ".json.p7s");
	assert_int_equal(make(sender, "key", NULL, m, &made, &ei), 0);
	assert_int_equal(
	    statement_verify_file(json, NULL, trust, PKI_NOW, PKI_NOW, &st, &ei), GW_ENOENT);
	PKI_MUST(file_write(json, made.json.data, made.json.len, 0644, FILE_NEW, &ei) == 0);
	assert_int_equal(
	    statement_verify_file(json, NULL, trust, PKI_NOW, PKI_NOW, &st, &ei), GW_EAUTH);
	assert_non_null(strstr(ei.msg, "missing"));
	PKI_MUST(file_write(p7s, made.p7s.data, made.p7s.len, 0644, FILE_NEW, &ei) == 0);
	assert_int_equal(statement_verify_file(json, NULL, trust, PKI_NOW, PKI_NOW, &st, &ei), 0);
	char hex[HASH_HEX];
	hash_sha256_hex(made.json.data, made.json.len, hex);
	assert_string_equal(st.sha256, hex);
}

static void a_receipt_belongs_to_its_slip(void **state)
{
	(void)state;
	struct errinfo ei = ERRINFO_INIT;
	json_t *m GW_CLEANUP(jx_release) = members_of(4, false);
	struct made made GW_CLEANUP(made_release) = MADE_INIT;
	struct statement slip GW_CLEANUP(statement_release) = {0};
	uint8_t digest[HASH_BYTES];
	char commit[HASH_HEX];
	assert_int_equal(str_unhex(DIGEST, digest, sizeof digest), 0);
	hash_sha256_hex(digest, sizeof digest, commit);
	(void)json_object_set_new(m, "open_commit", json_string(commit));
	assert_int_equal(make(sender, "slip", RECIPIENT, m, &made, &ei), 0);
	assert_int_equal(read_back(&made, "slip", &slip, &ei), 0);
	static const struct {
		const char *name, *value;
	} wrong[] = {{NULL, NULL}, {"slip", DIGEST},
	    {"case", "2bb0de1c-a494-4ec0-ae11-b7a88a73a100"},
	    {"tagmanifest", "baaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"},
	    {"policy", "baaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"}};
	for (size_t i = 0; i <= GW_LENGTH(wrong); i++) {
		json_t *act GW_CLEANUP(jx_release) = members_of(16, false);
		struct made receipt GW_CLEANUP(made_release) = MADE_INIT;
		struct statement st GW_CLEANUP(statement_release) = {0};
		bool stranger = i == GW_LENGTH(wrong);
		(void)json_object_set_new(act, "slip", json_string(slip.sha256));
		if (!stranger && wrong[i].name)
			(void)json_object_set_new(act, wrong[i].name, json_string(wrong[i].value));
		assert_int_equal(
		    make(stranger ? sender : recipient, "opened", PKI_OIN, act, &receipt, &ei), 0);
		assert_int_equal(read_back(&receipt, "opened", &st, &ei), 0);
		assert_int_equal(statement_matches_slip(&st, &slip, &ei), i == 0 ? 0 : GW_EAUTH);
	}
	assert_int_equal(statement_matches_slip(&slip, &slip, &ei), GW_EAUTH);
	assert_true(statement_is_receipt("taken_over"));
	assert_false(statement_is_receipt("slip"));
	assert_false(statement_is_receipt("no such kind"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(every_kind_goes_round),
	    cmocka_unit_test(who_is_addressed_may_be_open_for_some),
	    cmocka_unit_test(tables_are_closed),
	    cmocka_unit_test(forms_are_checked),
	    cmocka_unit_test(kinds_are_not_confused),
	    cmocka_unit_test(body_and_signature_must_agree),
	    cmocka_unit_test(an_id_may_be_given),
	    cmocka_unit_test(from_files),
	    cmocka_unit_test(a_receipt_belongs_to_its_slip),
	};
	return cmocka_run_group_tests_name("sign/statement", tests, setup, teardown);
}
