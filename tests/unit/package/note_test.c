/* SPDX-License-Identifier: EUPL-1.2 */
#include "package/note.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/str.h"

#define DIGEST "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

static struct note sample(void)
{
	struct note n = {.package = "2f1c1e9a-6c1b-4c58-9a44-0d2d5e6f7a81",
	    .case_id = "3f1c1e9a-6c1b-4c58-9a44-0d2d5e6f7a82",
	    .seq = 1,
	    .transaction = "00112233445566778899aabbccddeeff",
	    .nonce = {1, 2, 3},
	    .sender = {"00000099000000001000", "Werk & Co <Noord>"},
	    .recipient = {"00000099000000002000", "Gemeente Súdwest"},
	    .keys = {DIGEST},
	    .n_keys = 1,
	    .contract = "RI-2023-07",
	    .controller = "00000099000000002000",
	    .purpose = "continuity_of_support",
	    .gdpr = "public_task",
	    .laws = {"pwet-7"},
	    .n_laws = 1,
	    .policy = "overdracht",
	    .policy_version = 3,
	    .policy_sha256 = DIGEST,
	    .catalogue = DIGEST,
	    .baseline = DIGEST,
	    .registry = DIGEST,
	    .created = 1772000000123,
	    .expires = 1774000000000,
	    .keep = "P2Y",
	    .after = "trajectory_end"};
	n.checkpoint = str_dup("origin\n1\nroot\n\n- sig\n");
	n.report = json_object();
	return n;
}

static void a_note_reads_back(void **state)
{
	(void)state;
	struct note n GW_CLEANUP(note_release) = sample(), back GW_CLEANUP(note_release) = {0};
	struct buf a GW_CLEANUP(buf_release) = BUF_INIT(65536);
	struct buf b GW_CLEANUP(buf_release) = BUF_INIT(65536);
	assert_int_equal(note_write(&n, &a), 0);
	assert_int_equal(note_read(a.data, a.len, &back, NULL), 0);
	assert_int_equal(note_write(&back, &b), 0);
	assert_string_equal(a.data, b.data);
	assert_string_equal(back.sender.name, n.sender.name);
	assert_int_equal(back.created, n.created);
	assert_string_equal(back.mapping, "");
}

/* Read the sample with one member changed (NULL: left out). */
static int with(const char *member, json_t *value)
{
	struct note n GW_CLEANUP(note_release) = sample(), back GW_CLEANUP(note_release) = {0};
	struct buf a GW_CLEANUP(buf_release) = BUF_INIT(65536);
	struct buf b GW_CLEANUP(buf_release) = BUF_INIT(65536);
	json_t *o GW_CLEANUP(jx_release) = NULL;
	assert_int_equal(note_write(&n, &a), 0);
	assert_int_equal(jx_parse("note", a.data, a.len, &JX_SMALL, &o, NULL), 0);
	if (value)
		jx_set(o, member, value);
	else
		assert_int_equal(json_object_del(o, member), 0);
	assert_int_equal(jx_dump(o, &b), 0);
	return note_read(b.data, b.len, &back, NULL);
}

static void every_member_is_needed_and_no_other(void **state)
{
	(void)state;
	static const char *const members[] = {"format", "package", "case", "seq", "supersedes",
	    "transaction", "nonce", "sender", "recipient", "keys", "contract", "controller",
	    "purpose", "legal_basis", "policy", "catalogue", "baseline", "mapping", "registry",
	    "created", "expires", "retention", "checkpoint", "report"};
	for (size_t i = 0; i < sizeof members / sizeof *members; i++) {
		assert_int_equal(with(members[i], NULL), GW_EAUTH);
		assert_int_equal(with(members[i], json_real(0.5)), GW_EAUTH);
	}
	assert_int_equal(with("extra", json_true()), GW_EAUTH);
	assert_int_equal(with("seq", json_integer(1)), 0);
}

static void wrong_forms_are_refused(void **state)
{
	(void)state;
	assert_int_equal(with("format", json_integer(2)), GW_EAUTH);
	assert_int_equal(with("seq", json_integer(0)), GW_EAUTH);
	assert_int_equal(with("package", json_string("../../etc")), GW_EAUTH);
	assert_int_equal(with("controller", json_string("123")), GW_EAUTH);
	assert_int_equal(with("created", json_string("2026-03-01")), GW_EAUTH);
	assert_int_equal(with("created", json_string("2026-03-01T00:00:00+00:00")), GW_EAUTH);
	assert_int_equal(with("expires", json_string("1999-03-01T00:00:00.000Z")), GW_EAUTH);
	assert_int_equal(with("keys", json_array()), GW_EAUTH);
	assert_int_equal(with("keys",
			     json_pack("[s,s,s,s,s,s,s,s,s]", DIGEST, DIGEST, DIGEST, DIGEST,
				 DIGEST, DIGEST, DIGEST, DIGEST, DIGEST)),
	    GW_EAUTH);
	assert_int_equal(
	    with("sender", json_pack("{s:s,s:s}", "name", "x", "oin", "00000099000000001000")),
	    GW_EAUTH); /* order */
	assert_int_equal(with("contract", json_string("a b")), GW_EAUTH);
	assert_int_equal(with("nonce", json_string("AAAA")), GW_EAUTH);
}

static void members_stand_in_their_order(void **state)
{
	(void)state;
	struct note n GW_CLEANUP(note_release) = sample(), back GW_CLEANUP(note_release) = {0};
	struct buf a GW_CLEANUP(buf_release) = BUF_INIT(65536);
	struct buf b GW_CLEANUP(buf_release) = BUF_INIT(65536);
	json_t *o GW_CLEANUP(jx_release) = NULL, *c GW_CLEANUP(jx_release) = NULL;
	assert_int_equal(note_write(&n, &a), 0);
	assert_int_equal(jx_parse("note", a.data, a.len, &JX_SMALL, &o, NULL), 0);
	c = json_incref(json_object_get(o, "case"));
	assert_int_equal(json_object_del(o, "case"), 0);
	jx_set(o, "case", json_incref(c)); /* now the last */
	assert_int_equal(jx_dump(o, &b), 0);
	assert_int_equal(note_read(b.data, b.len, &back, NULL), GW_EAUTH);
}

static void a_case_is_no_bsn(void **state)
{
	(void)state;
	assert_true(note_case_ok("3f1c1e9a-6c1b-4c58-9a44-0d2d5e6f7a82"));
	assert_true(note_case_ok("zaak-2026.17"));
	assert_false(note_case_ok(""));
	assert_false(note_case_ok("a/b"));
	assert_false(note_case_ok("."));
	assert_false(note_case_ok("..")); /* in an address it is another one */
	assert_true(note_case_ok("..."));
	assert_false(note_case_ok("a b"));
	assert_false(note_case_ok("123456782"));
	assert_false(note_case_ok("10464554"));
	assert_false(note_case_ok("123.456.782"));
	assert_false(note_case_ok("1046-4554"));
	assert_false(note_case_ok("17")); /* only digits: it may be somebody's number elsewhere */
	assert_true(note_case_ok("2026-17"));
	assert_true(note_case_ok("123.456.783"));
	assert_true(note_case_ok("2026-1234567890"));
	assert_false(note_case_ok("zaak-123456782"));
	assert_false(note_case_ok("zaak-00123456782"));
	assert_true(note_case_ok("zaak-123456783"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_note_reads_back),
	    cmocka_unit_test(every_member_is_needed_and_no_other),
	    cmocka_unit_test(wrong_forms_are_refused),
	    cmocka_unit_test(members_stand_in_their_order),
	    cmocka_unit_test(a_case_is_no_bsn),
	};
	return cmocka_run_group_tests_name("package/note", tests, NULL, NULL);
}
