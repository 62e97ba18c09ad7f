/* SPDX-License-Identifier: EUPL-1.2 */
/* Two parties meet by a file and a fingerprint; nothing is taken in that nobody vouched for. */
#include "registry/bundle.h"

#include "tests/unit/registry/fixture.h"

#define POLICY "policy: overdracht\n"

/* What OTHER exports: its entry and key, and its acceptance for OWN. */
static void export_at(
    const struct fixture *f, const struct signer *by, bool entry, int64_t at, struct buf *out)
{
	struct registry *r GW_CLEANUP(registry_free_p) = fixture_read(f->dir);
	struct errinfo ei = ERRINFO_INIT;
	const struct bundle_parts parts = {
	    .organisation = registry_organisation(r, OTHER), .entry = entry, .for_oin = OWN};
	test_code(bundle_make(r, &parts, by, at, out, &ei), 0, &ei);
}

static void export(const struct fixture *f, const struct signer *by, bool entry, struct buf *out)
{
	export_at(f, by, entry, PKI_NOW, out);
}

/* The same bundle with another member (NULL value: without it), signed anew. */
static void resigned(const struct signer *by, const struct buf *text, const char *name,
    json_t *value, struct buf *out)
{
	json_t *whole GW_CLEANUP(jx_release) = json_loadb(text->data, text->len, 0, NULL);
	json_t *content GW_CLEANUP(jx_release) = json_loads(jx_str(whole, "content"), 0, NULL);
	struct buf said GW_CLEANUP(buf_release) = BUF_INIT(1 << 20);
	struct buf der GW_CLEANUP(buf_release) = BUF_INIT(CADES_MAX);
	struct buf b64 GW_CLEANUP(buf_release) = BUF_INIT(2 * CADES_MAX);
	struct errinfo ei = ERRINFO_INIT;
	if (value)
		jx_set(content, name, value);
	else
		assert_int_equal(json_object_del(content, name), 0);
	assert_int_equal(jx_dump(content, &said), 0);
	test_code(cades_sign(by, said.data, said.len, PKI_NOW, &der, &ei), 0, &ei);
	assert_int_equal(str_b64(&b64, der.data, der.len), 0);
	jx_set(whole, "content", json_stringn(said.data, said.len));
	jx_set(whole, "signature", json_stringn(b64.data, b64.len));
	buf_clear(out);
	assert_int_equal(jx_dump(whole, out), 0);
}

/* Read a bundle with the trust of the registry at dir, and apply it there. */
static int import(const char *dir, const struct buf *text, bool vouched, struct errinfo *ei)
{
	struct registry *r GW_CLEANUP(registry_free_p) = fixture_read(dir);
	struct bundle b GW_CLEANUP(bundle_release) = {0};
	int code = bundle_read("b.json", text->data, text->len, registry_trust(r), PKI_NOW, &b, ei);
	return code == 0 ? bundle_apply(dir, r, &b, vouched, ei) : code;
}

static void two_parties_meet(void **state)
{
	struct fixture *f = *state;
	char *mine GW_CLEANUP(test_rmdir) = fixture_registry(f, false);
	struct buf text GW_CLEANUP(buf_release) = BUF_INIT(1 << 20);
	struct errinfo ei = ERRINFO_INIT;
	struct registry_keys keys;
	const struct acceptance *a;
	size_t at = 0;
	fixture_key(f->dir, f->other, AGE_A, KEY_MAIN, "2026-01-01", "2027-06-01", NULL, NULL);
	fixture_acceptance(f->dir, f->other, OWN, "RI-1", POLICY, "2027-06-01", NULL);
	export(f, f->other, true, &text);
	test_code(import(mine, &text, false, &ei), GW_EAUTH, &ei);
	test_code(import(mine, &text, true, &ei), 0, &ei);
	struct registry *r GW_CLEANUP(registry_free_p) = fixture_read(mine);
	const struct date today = date_of(PKI_NOW);
	test_code(registry_keys(r, OTHER, today, &keys, &ei), 0, &ei);
	assert_string_equal(keys.main->recipient, AGE_A);
	assert_non_null(
	    a = registry_acceptance_next(r, OTHER, OWN, "RI-1", "overdracht", today, &at));
	assert_string_equal(a->policy_bytes.data, POLICY);
	assert_string_equal(registry_organisation(r, OTHER)->name, "Twee");
	/* the second time nothing is left to vouch for, and nothing changes */
	struct buf changes GW_CLEANUP(buf_release) = BUF_INIT(65536);
	struct bundle b GW_CLEANUP(bundle_release) = {0};
	test_code(bundle_read("b.json", text.data, text.len, registry_trust(r), PKI_NOW, &b, &ei),
	    0, &ei);
	test_code(bundle_changes(r, &b, &changes, &ei), 0, &ei);
	assert_int_equal(changes.len, 0);
	test_code(bundle_apply(mine, r, &b, false, &ei), 0, &ei);
}

/* OTHER takes its acceptance back, signed by `by`, in the registry at dir. */
static void take_back(
    const char *dir, const struct signer *by, const char *folder, const char *acceptance)
{
	struct buf json GW_CLEANUP(buf_release) = BUF_INIT(STATEMENT_MAX);
	struct buf p7s GW_CLEANUP(buf_release) = BUF_INIT(CADES_MAX);
	struct errinfo ei = ERRINFO_INIT;
	json_t *m GW_CLEANUP(jx_release) =
	    json_pack("{ssss}", "acceptance", acceptance, "reason", "other");
	test_code(statement_sign(
		      by, "acceptance_revoked", NULL, "checkpoint\n", PKI_NOW, m, &json, &p7s, &ei),
	    0, &ei);
	test_code(acceptance_revoke(dir, folder, &json, &p7s, &ei), 0, &ei);
}

static void is_taken_back(const char *dir)
{
	struct registry *r GW_CLEANUP(registry_free_p) = fixture_read(dir);
	assert_int_equal(registry_acceptance_count(r), 1);
	assert_true(registry_acceptance_at(r, 0)->revoked);
}

static void a_revocation_is_never_dropped(void **state)
{
	struct fixture *f = *state;
	char *mine GW_CLEANUP(test_rmdir) = fixture_registry(f, true);
	char *late GW_CLEANUP(test_rmdir) = fixture_registry(f, true);
	struct buf text GW_CLEANUP(buf_release) = BUF_INIT(1 << 20);
	struct buf alone GW_CLEANUP(buf_release) = BUF_INIT(1 << 20);
	struct buf with GW_CLEANUP(buf_release) = BUF_INIT(1 << 20);
	struct errinfo ei = ERRINFO_INIT;
	char policy[HASH_HEX], sha256[HASH_HEX];
	hash_sha256_hex(POLICY, strlen(POLICY), policy);
	fixture_acceptance(f->dir, f->other, OWN, "RI-1", POLICY, "2027-06-01", sha256);
	export(f, f->other, false, &with);
	take_back(f->dir, f->other, policy, sha256);
	export(f, f->other, false, &text);
	test_code(import(mine, &text, false, &ei), 0, &ei); /* both at once */
	is_taken_back(mine);
	char *top GW_CLEANUP(str_free_p) = str_printf("%s/acceptances/%s", f->dir, policy);
	char *path GW_CLEANUP(str_free_p) = str_printf("%s/%s.json", top, sha256);
	assert_int_equal(unlink(path), 0);
	export(f, f->other, false, &alone);
	test_code(import(late, &alone, false, &ei), 0, &ei); /* before what it takes back */
	test_code(import(late, &with, false, &ei), 0, &ei);
	is_taken_back(late);
}

/* What was imported already, in whatever folder it lies, is not written about again. */
static void a_known_revocation_is_nothing_new(void **state)
{
	struct fixture *f = *state;
	char *mine GW_CLEANUP(test_rmdir) = fixture_registry(f, true);
	struct buf text GW_CLEANUP(buf_release) = BUF_INIT(1 << 20);
	struct buf changes GW_CLEANUP(buf_release) = BUF_INIT(65536);
	struct bundle b GW_CLEANUP(bundle_release) = {0};
	struct errinfo ei = ERRINFO_INIT;
	char policy[HASH_HEX], sha256[HASH_HEX];
	hash_sha256_hex(POLICY, strlen(POLICY), policy);
	fixture_acceptance(f->dir, f->other, OWN, "RI-1", POLICY, "2027-06-01", sha256);
	take_back(f->dir, f->other, policy, sha256);
	export(f, f->other, false, &text);
	test_code(import(mine, &text, false, &ei), 0, &ei);
	struct registry *r GW_CLEANUP(registry_free_p) = fixture_read(mine);
	test_code(bundle_read("b.json", text.data, text.len, registry_trust(r), PKI_NOW, &b, &ei),
	    0, &ei);
	test_code(bundle_changes(r, &b, &changes, &ei), 0, &ei);
	assert_string_equal(changes.len ? changes.data : "", "");
}

/* The certificate with which it was taken back has ended, and its key is pinned no longer. */
static void a_revocation_outlives_its_certificate(void **state)
{
	struct fixture *f = *state;
	char *mine GW_CLEANUP(test_rmdir) = fixture_registry(f, true);
	struct buf text GW_CLEANUP(buf_release) = BUF_INIT(1 << 20);
	struct errinfo ei = ERRINFO_INIT;
	char policy[HASH_HEX], sha256[HASH_HEX];
	hash_sha256_hex(POLICY, strlen(POLICY), policy);
	fixture_acceptance(f->dir, f->other, OWN, "RI-1", POLICY, "2027-06-01", sha256);
	take_back(f->dir, f->stranger, policy, sha256); /* its own key, once */
	export(f, f->other, false, &text);
	test_code(import(mine, &text, false, &ei), 0, &ei);
	is_taken_back(mine);
}

static void nobody_takes_back_for_another(void **state)
{
	struct fixture *f = *state;
	char *mine GW_CLEANUP(test_rmdir) = fixture_registry(f, true);
	struct buf text GW_CLEANUP(buf_release) = BUF_INIT(1 << 20);
	struct errinfo ei = ERRINFO_INIT;
	char policy[HASH_HEX], sha256[HASH_HEX];
	hash_sha256_hex(POLICY, strlen(POLICY), policy);
	fixture_acceptance(f->dir, f->other, OWN, "RI-1", POLICY, "2027-06-01", sha256);
	take_back(f->dir, f->own, policy, sha256);
	export(f, f->other, false, &text);
	test_code(import(mine, &text, false, &ei), 0, &ei);
	struct registry *r GW_CLEANUP(registry_free_p) = fixture_read(mine);
	assert_false(registry_acceptance_at(r, 0)->revoked);
}

static void statements_of_a_pinned_key_need_nobody(void **state)
{
	struct fixture *f = *state;
	char *mine GW_CLEANUP(test_rmdir) = fixture_registry(f, true);
	char *alone GW_CLEANUP(test_rmdir) = fixture_registry(f, false);
	struct buf text GW_CLEANUP(buf_release) = BUF_INIT(1 << 20);
	struct errinfo ei = ERRINFO_INIT;
	fixture_acceptance(f->dir, f->other, OWN, "RI-1", POLICY, "2027-06-01", NULL);
	export(f, f->other, false, &text);
	test_code(import(mine, &text, false, &ei), 0, &ei);
	struct registry *r GW_CLEANUP(registry_free_p) = fixture_read(mine);
	assert_int_equal(registry_acceptance_count(r), 1);
	test_code(import(alone, &text, true, &ei), GW_EREFUSED, &ei); /* of somebody unknown */
}

static void a_change_of_the_entry_needs_somebody_even_so(void **state)
{
	struct fixture *f = *state;
	char *mine GW_CLEANUP(test_rmdir) = fixture_registry(f, true);
	struct buf text GW_CLEANUP(buf_release) = BUF_INIT(1 << 20);
	struct errinfo ei = ERRINFO_INIT;
	struct registry *theirs GW_CLEANUP(registry_free_p) = fixture_read(f->dir);
	struct organisation *o GW_CLEANUP(organisation_free_p) =
	    organisation_copy(registry_organisation(theirs, OTHER));
	o->duties = ORG_BSN_PROCESSING;
	test_code(registry_put_organisation(f->dir, o, &ei), 0, &ei);
	export(f, f->other, true, &text);
	test_code(import(mine, &text, false, &ei), GW_EAUTH, &ei);
	assert_non_null(strstr(ei.msg, "changes what the registry says"));
	struct registry *r GW_CLEANUP(registry_free_p) = fixture_read(mine);
	assert_int_equal(registry_organisation(r, OTHER)->duties, 0);
	test_code(import(mine, &text, true, &ei), 0, &ei);
}

static void its_moment_is_that_of_its_signature(void **state)
{
	struct fixture *f = *state;
	char *mine GW_CLEANUP(test_rmdir) = fixture_registry(f, false);
	struct buf text GW_CLEANUP(buf_release) = BUF_INIT(1 << 20);
	struct buf other GW_CLEANUP(buf_release) = BUF_INIT(1 << 20);
	struct errinfo ei = ERRINFO_INIT;
	export(f, f->other, true, &text);
	resigned(f->other, &text, "at", NULL, &other);
	test_code(import(mine, &other, true, &ei), GW_EFORMAT, &ei);
	resigned(f->other, &text, "at", json_string("22 november"), &other);
	test_code(import(mine, &other, true, &ei), GW_EFORMAT, &ei);
	resigned(f->other, &text, "at", json_string("2026-11-22T09:33:20.000+01:00"), &other);
	test_code(import(mine, &other, true, &ei), GW_EFORMAT, &ei);
	resigned(f->other, &text, "at", json_string("2026-11-21T09:33:20.000Z"), &other);
	test_code(import(mine, &other, true, &ei), GW_EAUTH, &ei);
	resigned(f->other, &text, "at", json_string("2099-11-22T09:33:20.000Z"), &other);
	test_code(import(mine, &other, true, &ei), GW_EAUTH, &ei);
	test_code(import(mine, &text, true, &ei), 0, &ei);
}

static void a_key_begins_before_it_ends(void **state)
{
	struct fixture *f = *state;
	char *mine GW_CLEANUP(test_rmdir) = fixture_registry(f, false);
	struct buf text GW_CLEANUP(buf_release) = BUF_INIT(1 << 20);
	struct buf other GW_CLEANUP(buf_release) = BUF_INIT(1 << 20);
	struct buf json GW_CLEANUP(buf_release) = BUF_INIT(STATEMENT_MAX);
	struct buf p7s GW_CLEANUP(buf_release) = BUF_INIT(CADES_MAX);
	struct buf b64 GW_CLEANUP(buf_release) = BUF_INIT(2 * CADES_MAX);
	struct errinfo ei = ERRINFO_INIT;
	json_t *m GW_CLEANUP(jx_release) = key_members(
	    AGE_A, KEY_MAIN, fixture_day("2027-01-01"), fixture_day("2026-01-01"), NULL);
	export(f, f->other, true, &text);
	test_code(
	    statement_sign(f->other, "key", NULL, "checkpoint\n", PKI_NOW, m, &json, &p7s, &ei), 0,
	    &ei);
	assert_int_equal(str_b64(&b64, p7s.data, p7s.len), 0);
	resigned(f->other, &text, "keys",
	    json_pack("[{ss%ss%}]", "json", json.data, json.len, "p7s", b64.data, b64.len), &other);
	test_code(import(mine, &other, true, &ei), GW_EFORMAT, &ei);
	assert_non_null(strstr(ei.msg, "ends before it begins"));
}

static void an_older_entry_does_not_come_back(void **state)
{
	struct fixture *f = *state;
	char *mine GW_CLEANUP(test_rmdir) = fixture_registry(f, true);
	struct buf first GW_CLEANUP(buf_release) = BUF_INIT(1 << 20);
	struct buf second GW_CLEANUP(buf_release) = BUF_INIT(1 << 20);
	struct buf word GW_CLEANUP(buf_release) = BUF_INIT(1 << 20);
	struct errinfo ei = ERRINFO_INIT;
	struct registry *theirs GW_CLEANUP(registry_free_p) = fixture_read(f->dir);
	struct organisation *o GW_CLEANUP(organisation_free_p) =
	    organisation_copy(registry_organisation(theirs, OTHER));
	o->duties = ORG_BSN_PROCESSING;
	test_code(registry_put_organisation(f->dir, o, &ei), 0, &ei);
	export_at(f, f->other, true, PKI_NOW - 60000, &first);
	o->duties = 0;
	o->roles = ORG_REGION;
	test_code(registry_put_organisation(f->dir, o, &ei), 0, &ei);
	export(f, f->other, true, &second);
	test_code(import(mine, &first, true, &ei), 0, &ei);
	test_code(import(mine, &second, true, &ei), 0, &ei);
	test_code(import(mine, &first, true, &ei), GW_EREFUSED, &ei);
	assert_non_null(strstr(ei.msg, "was taken in from " OTHER " already"));
	struct registry *r GW_CLEANUP(registry_free_p) = fixture_read(mine);
	assert_int_equal(registry_organisation(r, OTHER)->duties, 0);
	test_code(import(mine, &second, false, &ei), 0, &ei); /* changes nothing */
	export_at(f, f->other, false, PKI_NOW - 60000, &word);
	test_code(import(mine, &word, false, &ei), 0, &ei); /* statements have their own dates */
}

static void a_pin_keeps_its_first_day(void **state)
{
	struct fixture *f = *state;
	char *mine GW_CLEANUP(test_rmdir) = fixture_registry(f, true);
	struct buf text GW_CLEANUP(buf_release) = BUF_INIT(1 << 20);
	struct errinfo ei = ERRINFO_INIT;
	struct registry *theirs GW_CLEANUP(registry_free_p) = fixture_read(f->dir);
	struct organisation *o GW_CLEANUP(organisation_free_p) =
	    organisation_copy(registry_organisation(theirs, OTHER));
	o->signing.list[0].from = fixture_day("2000-01-01");
	o->signing.list[0].until = fixture_day("2028-01-01");
	o->gateway = str_dup("https://gw.example");
	o->gateway_oin = str_dup(OTHER);
	test_code(registry_put_organisation(f->dir, o, &ei), 0, &ei);
	export(f, f->other, true, &text);
	test_code(import(mine, &text, true, &ei), 0, &ei);
	struct registry *r GW_CLEANUP(registry_free_p) = fixture_read(mine);
	const struct pins *pins = &registry_organisation(r, OTHER)->signing;
	assert_int_equal(pins->n, 1);
	assert_int_equal(date_cmp(pins->list[0].from, fixture_day("2026-01-01")), 0);
	assert_int_equal(date_cmp(pins->list[0].until, fixture_day("2028-01-01")), 0);
}

static void a_pin_is_never_replaced(void **state)
{
	struct fixture *f = *state;
	char *mine GW_CLEANUP(test_rmdir) = fixture_registry(f, true);
	struct buf text GW_CLEANUP(buf_release) = BUF_INIT(1 << 20);
	struct errinfo ei = ERRINFO_INIT;
	struct registry *theirs GW_CLEANUP(registry_free_p) = fixture_read(f->dir);
	struct organisation *o GW_CLEANUP(organisation_free_p) =
	    organisation_copy(registry_organisation(theirs, OTHER));
	free(o->signing.list);
	o->signing = (struct pins){0};
	pins_add(&o->signing, signer_spki(f->stranger), fixture_day("2026-01-01"),
	    fixture_day("2027-01-01"));
	test_code(registry_put_organisation(f->dir, o, &ei), 0, &ei);
	export(f, f->stranger, true, &text);
	test_code(import(mine, &text, false, &ei), GW_EAUTH, &ei);
	test_code(import(mine, &text, true, &ei), 0, &ei);
	struct registry *r GW_CLEANUP(registry_free_p) = fixture_read(mine);
	const struct pins *pins = &registry_organisation(r, OTHER)->signing;
	assert_int_equal(pins->n, 2);
	assert_true(pins_hold(pins, signer_spki(f->other), date_of(PKI_NOW)));
}

static void nobody_exports_for_another(void **state)
{
	struct fixture *f = *state;
	struct registry *r GW_CLEANUP(registry_free_p) = fixture_read(f->dir);
	struct buf text GW_CLEANUP(buf_release) = BUF_INIT(1 << 20);
	struct errinfo ei = ERRINFO_INIT;
	const struct bundle_parts parts = {
	    .organisation = registry_organisation(r, OTHER), .entry = true};
	test_code(bundle_make(r, &parts, f->own, PKI_NOW, &text, &ei), GW_EAUTH, &ei);
	/* signed by the right organisation, but with a key that its entry does not name */
	test_code(bundle_make(r, &parts, f->stranger, PKI_NOW, &text, &ei), 0, &ei);
	test_code(import(f->dir, &text, true, &ei), GW_EAUTH, &ei);
	assert_non_null(strstr(ei.msg, "does not name the key that signed it"));
}

/*
 * Any change of any byte is refused, or (white space, the few bytes of CMS that nothing signs)
 * changes nothing of what is read.
 */
static void a_flipped_bit_never_changes_what_is_said(void **state)
{
	struct fixture *f = *state;
	char *mine GW_CLEANUP(test_rmdir) = fixture_registry(f, false);
	struct registry *r GW_CLEANUP(registry_free_p) = fixture_read(mine);
	struct buf text GW_CLEANUP(buf_release) = BUF_INIT(1 << 20);
	struct bundle good GW_CLEANUP(bundle_release) = {0};
	struct errinfo ei = ERRINFO_INIT;
	size_t refused = 0, tried = 0;
	fixture_key(f->dir, f->other, AGE_A, KEY_MAIN, "2026-01-01", "2027-06-01", NULL, NULL);
	export(f, f->other, true, &text);
	test_code(
	    bundle_read("b.json", text.data, text.len, registry_trust(r), PKI_NOW, &good, &ei), 0,
	    &ei);
	for (size_t i = 0; i < text.len; i += 7, tried++) {
		struct bundle b GW_CLEANUP(bundle_release) = {0};
		text.data[i] = (char)(text.data[i] ^ 1);
		if (bundle_read(
			"b.json", text.data, text.len, registry_trust(r), PKI_NOW, &b, &ei) < 0)
			refused++;
		else
			assert_true(json_equal(b.content, good.content));
		text.data[i] = (char)(text.data[i] ^ 1);
	}
	assert_true(refused > tried - 10);
}

/* A statement is no bundle, nor the other way round: the signature is over another `doc`. */
static void a_signature_over_something_else_is_refused(void **state)
{
	struct fixture *f = *state;
	struct registry *r GW_CLEANUP(registry_free_p) = fixture_read(f->dir);
	struct buf der GW_CLEANUP(buf_release) = BUF_INIT(CADES_MAX);
	struct buf b64 GW_CLEANUP(buf_release) = BUF_INIT(2 * CADES_MAX);
	struct buf text GW_CLEANUP(buf_release) = BUF_INIT(1 << 20);
	struct errinfo ei = ERRINFO_INIT;
	struct bundle b = {0};
	static const char said[] = "{\"doc\":\"handover/key/1\",\"by\":\"" OTHER "\"}";
	test_code(cades_sign(f->other, said, strlen(said), PKI_NOW, &der, &ei), 0, &ei);
	assert_int_equal(str_b64(&b64, der.data, der.len), 0);
	json_t *j GW_CLEANUP(jx_release) = json_object();
	jx_set(j, "bundle", json_integer(1));
	jx_set(j, "content", json_string(said));
	jx_set(j, "signature", json_stringn(b64.data, b64.len));
	assert_int_equal(jx_dump(j, &text), 0);
	test_code(bundle_read("b.json", text.data, text.len, registry_trust(r), PKI_NOW, &b, &ei),
	    GW_EFORMAT, &ei);
	assert_non_null(strstr(ei.msg, "not a file of handover organisation export"));
}

int main(void)
{
#define EACH(test) cmocka_unit_test_setup_teardown(test, fixture_fresh, fixture_done)
	const struct CMUnitTest tests[] = {
	    EACH(two_parties_meet),
	    EACH(a_revocation_is_never_dropped),
	    EACH(a_known_revocation_is_nothing_new),
	    EACH(a_revocation_outlives_its_certificate),
	    EACH(nobody_takes_back_for_another),
	    EACH(statements_of_a_pinned_key_need_nobody),
	    EACH(a_change_of_the_entry_needs_somebody_even_so),
	    EACH(its_moment_is_that_of_its_signature),
	    EACH(a_key_begins_before_it_ends),
	    EACH(an_older_entry_does_not_come_back),
	    EACH(a_pin_keeps_its_first_day),
	    EACH(a_pin_is_never_replaced),
	    EACH(nobody_exports_for_another),
	    EACH(a_flipped_bit_never_changes_what_is_said),
	    EACH(a_signature_over_something_else_is_refused),
	};
	return cmocka_run_group_tests_name("registry/bundle", tests, fixture_begin, fixture_end);
}
