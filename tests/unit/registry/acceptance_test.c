/* SPDX-License-Identifier: EUPL-1.2 */
/* A policy is accepted by its exact bytes, for a sender and a contract, until a day. */
#include "registry/acceptance.h"

#include "tests/unit/registry/fixture.h"

#define POLICY "policy: overdracht\nversion: 3\n"

static const struct date today = {2026, 11, 22};

static char policy_sha[HASH_HEX], catalogue_sha[HASH_HEX], baseline_sha[HASH_HEX];

static struct acceptance_query query(void)
{
	hash_sha256_hex(POLICY, strlen(POLICY), policy_sha);
	hash_sha256_hex("catalogue: 1\n", 13, catalogue_sha);
	hash_sha256_hex("baseline: 1\n", 12, baseline_sha);
	return (struct acceptance_query){.recipient = OTHER,
	    .sender = OWN,
	    .contract = "RI-2023-07",
	    .policy_sha256 = policy_sha,
	    .catalogue_sha256 = catalogue_sha,
	    .baseline_sha256 = baseline_sha,
	    .mapping_sha256 = ""};
}

static void asks(
    const struct fixture *f, struct acceptance_query q, struct date day, int code, const char *said)
{
	struct registry *r GW_CLEANUP(registry_free_p) = fixture_read(f->dir);
	const struct acceptance *a = NULL;
	struct errinfo ei = ERRINFO_INIT;
	test_code(registry_acceptance(r, &q, day, &a, &ei), code, &ei);
	if (code == 0)
		assert_string_equal(a->policy_bytes.data, POLICY);
	else if (!strstr(ei.msg, said))
		fail_msg("\"%s\" does not say \"%s\"", ei.msg, said);
}

static void exactly_what_was_accepted_is_accepted(void **state)
{
	struct fixture *f = *state;
	struct acceptance_query q = query(), other;
	asks(f, q, today, GW_EREFUSED, "not accepted by " OTHER " (");
	fixture_acceptance(f->dir, f->other, OWN, "RI-2023-07", POLICY, "2026-11-22", NULL);
	asks(f, q, today, 0, NULL);
	other = q;
	other.sender = OTHER;
	asks(f, other, today, GW_EREFUSED, "from this sender");
	other = q;
	other.contract = "RI-2024-01";
	asks(f, other, today, GW_EREFUSED, "for this contract");
	other = q;
	other.controller = OTHER;
	asks(f, other, today, GW_EREFUSED, "for the controller of this contract");
	other.controller = OWN;
	asks(f, other, today, 0, NULL);
	other = q;
	other.catalogue_sha256 = policy_sha;
	asks(f, other, today, GW_EREFUSED, "with the sender's catalogue of fields");
	other = q;
	other.baseline_sha256 = policy_sha;
	asks(f, other, today, GW_EREFUSED, "under the sender's baseline");
	other.baseline_sha256 = "";
	asks(f, other, today, GW_EREFUSED, "under the sender's baseline");
	other = q;
	other.mapping_sha256 = policy_sha;
	asks(f, other, today, GW_EREFUSED, "with the sender's ladder map");
	other = q;
	other.policy_sha256 = catalogue_sha;
	asks(f, other, today, GW_EREFUSED, "not accepted by");
	other = q;
	other.recipient = OWN;
	asks(f, other, today, GW_EREFUSED, "not accepted by " OWN);
	asks(f, q, fixture_day("2026-11-23"), GW_EREFUSED, "has expired");
}

/* docs/decisions/004: none is none, and never the digest of an empty file. */
static void none_matches_only_none(void **state)
{
	struct fixture *f = *state;
	struct acceptance_query q = query(), none = q;
	char empty[HASH_HEX];
	struct buf text GW_CLEANUP(buf_release) = BUF_INIT(64);
	const struct acceptance_terms t = {.controller = OWN,
	    .contract = "RI-2023-07",
	    .policy = "overdracht",
	    .meaning = policy_sha,
	    .version = 1,
	    .policy_bytes = &text,
	    .catalogue_bytes = &text,
	    .baseline_bytes = &text,
	    .mapping_bytes = NULL,
	    .until = today};
	json_t *m GW_CLEANUP(jx_release) = acceptance_members(&t);
	assert_null(json_object_get(m, "baseline"));
	assert_null(json_object_get(m, "mapping"));
	fixture_acceptance_under(
	    f->dir, f->other, OWN, "RI-2023-07", POLICY, NULL, "2026-12-31", NULL);
	none.baseline_sha256 = "";
	asks(f, none, today, 0, NULL);
	asks(f, q, today, GW_EREFUSED, "under the sender's baseline");
	hash_sha256_hex("", 0, empty);
	none.baseline_sha256 = empty;
	asks(f, none, today, GW_EREFUSED, "under the sender's baseline");
}

static void it_is_looked_up_by_policy_whatever_the_bytes(void **state)
{
	struct fixture *f = *state;
	size_t at = 0;
	fixture_acceptance(f->dir, f->other, OWN, "RI-2023-07", POLICY, "2026-12-31", NULL);
	fixture_acceptance(f->dir, f->other, OWN, "RI-2023-07", "policy: b\n", "2026-12-31", NULL);
	fixture_acceptance(f->dir, f->other, OWN, "RI-2023-07", "policy: c\n", "2026-11-21", NULL);
	fixture_acceptance(f->dir, f->other, OWN, "RI-2024-01", "policy: d\n", "2026-12-31", NULL);
	struct registry *r GW_CLEANUP(registry_free_p) = fixture_read(f->dir);
	assert_non_null(
	    registry_acceptance_next(r, OTHER, OWN, "RI-2023-07", "overdracht", today, &at));
	assert_non_null(
	    registry_acceptance_next(r, OTHER, OWN, "RI-2023-07", "overdracht", today, &at));
	assert_null(
	    registry_acceptance_next(r, OTHER, OWN, "RI-2023-07", "overdracht", today, &at));
	assert_int_equal(registry_acceptance_count(r), 4);
}

static void it_can_be_taken_back(void **state)
{
	struct fixture *f = *state;
	struct acceptance_query q = query();
	struct buf json GW_CLEANUP(buf_release) = BUF_INIT(STATEMENT_MAX);
	struct buf p7s GW_CLEANUP(buf_release) = BUF_INIT(CADES_MAX);
	struct errinfo ei = ERRINFO_INIT;
	char sha256[HASH_HEX];
	fixture_acceptance(f->dir, f->other, OWN, "RI-2023-07", POLICY, "2027-06-01", sha256);
	json_t *m GW_CLEANUP(jx_release) =
	    json_pack("{ssss}", "acceptance", sha256, "reason", "other");
	test_code(statement_sign(f->own, "acceptance_revoked", NULL, "checkpoint\n", PKI_NOW, m,
		      &json, &p7s, &ei),
	    0, &ei);
	test_code(acceptance_revoke(f->dir, q.policy_sha256, &json, &p7s, &ei), 0, &ei);
	asks(f, q, today, 0, NULL); /* it is not ours to take back */
	buf_clear(&json);
	buf_clear(&p7s);
	test_code(statement_sign(f->other, "acceptance_revoked", NULL, "checkpoint\n", PKI_NOW, m,
		      &json, &p7s, &ei),
	    0, &ei);
	test_code(acceptance_revoke(f->dir, q.policy_sha256, &json, &p7s, &ei), 0, &ei);
	asks(f, q, today, GW_EREFUSED, "was revoked");
}

static void a_strangers_acceptance_does_not_count(void **state)
{
	struct fixture *f = *state;
	fixture_acceptance(f->dir, f->stranger, OWN, "RI-2023-07", POLICY, "2027-06-01", NULL);
	asks(f, query(), today, GW_EAUTH, "does not pin");
}

static void changed_bytes_spoil_it(void **state)
{
	struct fixture *f = *state;
	struct acceptance_query q = query();
	fixture_acceptance(f->dir, f->other, OWN, "RI-2023-07", POLICY, "2027-06-01", NULL);
	char *folder GW_CLEANUP(str_free_p) =
	    str_printf("%s/acceptances/%s", f->dir, q.policy_sha256);
	fixture_put(folder, "policy.yaml", "policy: overdracht\nversion: 4\n");
	asks(f, q, today, GW_EAUTH, "it was changed");
	fixture_put(folder, "policy.yaml", POLICY);
	asks(f, q, today, 0, NULL);
	char *baseline GW_CLEANUP(str_free_p) =
	    str_printf("%s/baseline-%s.yaml", folder, baseline_sha);
	assert_int_equal(unlink(baseline), 0);
	asks(f, q, today, GW_EAUTH, "there is no");
}

int main(void)
{
#define EACH(test) cmocka_unit_test_setup_teardown(test, fixture_fresh, fixture_done)
	const struct CMUnitTest tests[] = {
	    EACH(exactly_what_was_accepted_is_accepted),
	    EACH(none_matches_only_none),
	    EACH(it_is_looked_up_by_policy_whatever_the_bytes),
	    EACH(it_can_be_taken_back),
	    EACH(a_strangers_acceptance_does_not_count),
	    EACH(changed_bytes_spoil_it),
	};
	return cmocka_run_group_tests_name(
	    "registry/acceptance", tests, fixture_begin, fixture_end);
}
