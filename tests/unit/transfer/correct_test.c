/* SPDX-License-Identifier: EUPL-1.2 */
/* Who is to be told what: plans, from a log and a corrected dossier. */
#include "transfer/correct.h"

#include <sys/stat.h>

#include "registry/registry.h"
#include "tests/unit/transfer/history.h"
#include "transfer/correct_row.h"

#define PIN                                                                   \
	"    signing: [{spki: 'sha256:"                                       \
	"0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef', " \
	"from: 2026-01-01, until: 2029-12-31}]\n"

/* A log, a registry that knows two organisations but no key of theirs, and a dossier. */
struct world {
	struct fixture f;
	char *dir;
	struct registry *registry;
	struct transfer_env env;
};

static int referral(void *arg, const char *id, struct transfer_policy *ret, struct errinfo *ei)
{
	size_t n;
	const void *c = catalogue_bytes(catalogue_builtin(), &n);
	(void)arg;
	if (!str_eq(id, "verwijzing-aanbieder"))
		return err_set(ei, GW_ENOENT, "no such policy");
	*ret =
	    (struct transfer_policy){.policy = BUF_INIT(1 << 20), .catalogue = BUF_INIT(1 << 20)};
	assert_int_equal(buf_add(&ret->catalogue, c, n), 0);
	return file_read(REFERRAL, 1 << 20, &ret->policy, ei);
}

static void put(const struct world *w, const char *name, const char *text)
{
	char *path GW_CLEANUP(str_free_p) = file_join(w->dir, name);
	char *json GW_CLEANUP(str_free_p) = str_dup(text);
	struct errinfo ei = ERRINFO_INIT;
	for (char *c = json; *c; c++)
		*c = *c == '\'' ? '"' : *c;
	test_code(file_write(path, json, strlen(json), 0600, FILE_REPLACE, &ei), 0, &ei);
}

static void begin(struct world *w)
{
	struct errinfo ei = ERRINFO_INIT;
	*w = (struct world){.dir = test_mkdir()};
	char *reg GW_CLEANUP(str_free_p) = file_join(w->dir, "registry");
	char *trust GW_CLEANUP(str_free_p) = file_join(reg, "trust/signing");
	char *d GW_CLEANUP(str_free_p) = file_join(w->dir, "new");
	fixture_make(&w->f);
	assert_int_equal(file_mkdirs(trust, 0700, NULL), 0);
	assert_int_equal(file_mkdirs(d, 0700, NULL), 0);
	put(w, "registry/organisations.yaml",
	    "organisations:\n  - oin: '" OWN "'\n    name: Een\n    roles: [municipality]\n" PIN
	    "  - oin: '" PEER "'\n    name: Twee\n    roles: [provider]\n" PIN);
	put(w, "registry/contracts.yaml", "contracts: []\n");
	put(w, "new/dossier.json",
	    "{'catalogue':1,'context':{'programme':'participatiewet','contract':'RI-1'},"
	    "'person':{'client_number':'K-77','family_name':'Jansen'},'contact':{'city':'Breda'}}");
	test_code(registry_read(reg, clock_now(), &w->registry, &ei), 0, &ei);
	w->env = (struct transfer_env){.oin = OWN,
	    .name = "Een",
	    .outbox = w->dir,
	    .registry = w->registry,
	    .ledger = fixture_open(&w->f),
	    .policy = referral};
}

static void end(struct world *w)
{
	ledger_close(w->env.ledger);
	registry_free(w->registry);
	fixture_end(&w->f);
	test_rmdir(&w->dir);
}

static int plan(const struct world *w, const char *const *fields, size_t n, struct correct **ret,
    struct errinfo *ei)
{
	char *d GW_CLEANUP(str_free_p) = file_join(w->dir, "new");
	const struct correct_request q = {.policy = "verwijzing-aanbieder",
	    .dossier = d,
	    .fields = fields,
	    .fields_n = n,
	    .rehearsal = true};
	return correct_plan(&w->env, &q, ret, ei);
}

static const char *const city[] = {"contact.city"};
static const char *const street[] = {"contact.street"};

static struct correct *planned(const struct world *w, const char *const *fields)
{
	struct correct *c = NULL;
	struct errinfo ei = ERRINFO_INIT;
	test_code(plan(w, fields, 1, &c, &ei), 0, &ei);
	return c;
}

static void nobody_known(void **state)
{
	(void)state;
	struct world w;
	struct ledger_subject *s = NULL;
	begin(&w);
	sealed(w.env.ledger, &ELS,
	    &(struct seal){P1, "a", PEER, 1, JAN_CITY, NULL, NULL, LEDGER_OK, false});
	struct correct *c = planned(&w, city);
	assert_false(correct_known(c));
	assert_int_equal(correct_count(c), 0);
	assert_int_equal(correct_subject(c, &s, NULL), GW_ENOENT);
	correct_free(c);
	end(&w);
}

static void they_received_something_else(void **state)
{
	(void)state;
	struct world w;
	struct ledger_subject *s GW_CLEANUP(ledger_subject_free_p) = NULL;
	begin(&w);
	sealed(w.env.ledger, &JAN,
	    &(struct seal){P1, "a", PEER, 1, JAN_CITY, NULL, NULL, LEDGER_OK, false});
	uint64_t before = fixture_size(w.env.ledger);
	struct correct *c = planned(&w, street);
	assert_true(correct_known(c));
	assert_int_equal(correct_count(c), 1);
	assert_int_equal(correct_at(c, 0).result, CORRECT_NOTHING);
	assert_int_equal(correct_at(c, 0).code, 0);
	assert_int_equal(fixture_size(w.env.ledger), before); /* a plan writes nothing */
	assert_int_equal(correct_subject(c, &s, NULL), 0);
	correct_free(c);
	end(&w);
}

/* What stands in the way of a package is the reason of the row and of each field. */
static void whom_no_package_reaches(void **state)
{
	(void)state;
	struct world w;
	begin(&w);
	sealed(w.env.ledger, &JAN,
	    &(struct seal){P1, "a", PEER, 1, JAN_CITY, NULL, NULL, LEDGER_OK, false});
	struct correct *c = planned(&w, city);
	const struct correct_row r = correct_at(c, 0);
	assert_int_equal(r.result, CORRECT_LETTER);
	assert_int_equal(r.code, GW_EREFUSED);
	assert_string_equal(r.name, "Twee");
	assert_string_equal(r.case_id, "a");
	assert_int_equal(json_array_size(r.letter), 1);
	assert_string_equal(jx_str(json_array_get(r.letter, 0), "field"), "contact.city");
	assert_string_equal(jx_str(json_array_get(r.letter, 0), "why"), r.why->msg);
	assert_string_equal(jx_str(json_array_get(r.received, 0), "package"), P1);
	correct_free(c);
	end(&w);
}

static void letter_says(const struct seal *s, const char *text)
{
	struct world w;
	begin(&w);
	sealed(w.env.ledger, &JAN, s);
	struct correct *c = planned(&w, city);
	const struct correct_row r = correct_at(c, 0);
	assert_int_equal(r.result, CORRECT_LETTER);
	const char *why = jx_str(json_array_get(r.letter, 0), "why");
	if (!why || !strstr(why, text))
		fail_msg("'%s' is not in '%s'", text, why ? why : "");
	correct_free(c);
	end(&w);
}

static void what_the_ledger_cannot_tell(void **state)
{
	(void)state;
	letter_says(&(struct seal){P1, "a", PEER, 1, NULL, NULL, NULL, LEDGER_OK, false},
	    "does not say what package '" P1 "' held");
	letter_says(&(struct seal){P1, "a", PEER, 1, JAN_CITY, NULL, NULL, LEDGER_OK, true},
	    "does not say what package");
	letter_says(&(struct seal){P1, "a", PEER, 1, JAN_CITY, NULL, NULL, LEDGER_OUT_NONE, false},
	    "sealing package '" P1 "' was cut off");
}

static void what_makes_no_plan(void **state)
{
	(void)state;
	struct world w;
	struct correct *c = NULL;
	struct errinfo ei = ERRINFO_INIT;
	begin(&w);
	assert_int_equal(plan(&w, NULL, 0, &c, &ei), GW_EUSAGE);
	put(&w, "new/dossier.json",
	    "{'catalogue':1,'context':{'programme':'participatiewet'},'contact':{'city':'Breda'}}");
	assert_int_equal(plan(&w, city, 1, &c, &ei), GW_EREFUSED);
	assert_non_null(strstr(ei.msg, "no identifier"));
	put(&w, "new/dossier.json", "{'catalogue':1,'person':{'client_number':'K-77'}}");
	assert_int_equal(plan(&w, city, 1, &c, &ei), GW_EREFUSED);
	assert_non_null(strstr(ei.msg, "no programme"));
	assert_null(c);
	end(&w);
}

/* The same correction goes to nobody twice, whether its run ended or was cut off. */
static void told_before(
    struct sent *list, size_t n, const char *dir, enum correct_result want, const char *cut_off)
{
	struct transfer_env env = {.outbox = dir};
	struct received received = {.list = list, .n = n};
	struct correct_common c = {.env = &env, .received = &received};
	struct row r = {.recipient = PEER, .mark = "mark", .run = {.out = dir}};
	row_find_told(&r, &c, &list[0]);
	assert_int_equal(r.result, want);
	assert_string_equal(r.cut_off, cut_off);
	assert_int_equal(r.package[0] != '\0', want == CORRECT_TOLD);
	str_free_p(&r.file);
}

static void nobody_is_told_twice(void **state)
{
	(void)state;
	char *dir GW_CLEANUP(test_rmdir) = test_mkdir();
	char *file GW_CLEANUP(str_free_p) = file_join(dir, P2 ".tar.age");
	struct sent list[] = {
	    {.package = P1, .recipient = PEER, .at = 1, .state = SENT_OK, .mark = "other"},
	    {.package = P2, .recipient = PEER, .at = 2, .state = SENT_CUT_OFF, .mark = "mark"},
	};
	told_before(list, 1, dir, CORRECT_READY, "");
	told_before(list, 2, dir, CORRECT_READY, P2); /* it never appeared, or was carried off */
	assert_int_equal(file_write(file, "x", 1, 0600, FILE_NEW, NULL), 0);
	told_before(list, 2, dir, CORRECT_TOLD, "");
	memcpy(list[1].recipient, OWN, NOTE_OIN);
	told_before(list, 2, dir, CORRECT_READY, ""); /* somebody else's */
	memcpy(list[1].recipient, PEER, NOTE_OIN);
	list[1].at = 0; /* the newest word came after it */
	told_before(list, 2, dir, CORRECT_READY, "");
	memcpy(list[0].mark, "mark", 5);
	told_before(list, 1, dir, CORRECT_TOLD, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(nobody_known),
	    cmocka_unit_test(they_received_something_else),
	    cmocka_unit_test(whom_no_package_reaches),
	    cmocka_unit_test(what_the_ledger_cannot_tell),
	    cmocka_unit_test(what_makes_no_plan),
	    cmocka_unit_test(nobody_is_told_twice),
	};
	return cmocka_run_group_tests_name("transfer/correct", tests, NULL, NULL);
}
