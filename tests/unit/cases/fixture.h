/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * fixture: a gateway's cases with a ledger, a store and a registry of their own, and parties that
 * sign: SENDER, a municipality; RECIPIENT and RIVAL, providers served here; FAR, a provider that
 * the gateway FARGATE serves. All of them are good on PKI_NOW, which is now until `now` is moved.
 */
#ifndef TESTS_UNIT_CASES_FIXTURE_H
#define TESTS_UNIT_CASES_FIXTURE_H

#include "base/clock.h"
#include "base/date.h"
#include "cases/inside.h"
#include "ledger/ledger.h"
#include "registry/acceptance.h"
#include "registry/keys.h"
#include "sign/signer.h"
#include "tests/support/pki.h"
#include "tests/unit/policy/policies.h"

#define GATEWAY "00000099000000005000"
#define SENDER "00000099000000001000"
#define RECIPIENT "00000099000000002000"
#define RIVAL "00000099000000003000"
#define FAR "00000099000000004000"
#define FARGATE "00000099000000006000"
#define AGE "age1qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqq"
#define ORIGIN "oin-" GATEWAY "/0b7e9f9e-3f0c-4f1c-9a51-3ab1b6f0c001"
#define CONTRACT "RI-2026-01"
#define RIVAL_CONTRACT "RI-2026-02"
#define FAR_CONTRACT "RI-2026-03"
#define DAY PKI_DAY

enum party { P_SENDER, P_RECIPIENT, P_RIVAL, P_FAR, P_STRANGER, PARTIES };
enum policies { OFFERED_KEEPS, OFFERED_DELETES, DIRECT_DELETES, POLICIES };

static const char *const party_oin[PARTIES] = {SENDER, RECIPIENT, RIVAL, FAR, RECIPIENT};
static const char *const party_name[PARTIES] = {"sender", "recipient", "rival", "far", "stranger"};

struct fixture {
	struct pki pki;
	struct signer *who[PARTIES];
	char *registry_dir, *dir, *packages;
	struct ledger_paths paths;
	struct registry *registry;
	struct ledger *ledger;
	struct store *store;
	struct cases *cases;
	char *policy[POLICIES], sha256[POLICIES][HASH_HEX];
	int64_t now;
	struct errinfo ei;
};

/* One case as its parties see it. */
struct play {
	struct fixture *f;
	char id[ID_TEXT], head[HASH_HEX];
	enum party recipient;
	enum policies policy;
	char package[ID_TEXT], slip[HASH_HEX], ciphertext[HASH_HEX];
	const char *request;
};

static inline void fixture_time(struct fixture *f, int64_t now)
{
	char text[TIME_TEXT];
	f->now = now;
	time_text(now, text);
	test_code(clock_set_test(text, &f->ei), 0, &f->ei);
}

static inline struct cases_call fixture_call(const struct fixture *f, const char *caller)
{
	return (struct cases_call){.registry = f->registry, .caller = caller, .now = f->now};
}

static inline void fixture_put(const char *dir, const char *name, const char *text)
{
	char *path GW_CLEANUP(str_free_p) = file_join(dir, name);
	struct errinfo ei = ERRINFO_INIT;
	test_code(file_write(path, text, strlen(text), 0644, FILE_REPLACE, &ei), 0, &ei);
}

static inline void fixture_copy_in(const char *from, const char *dir, const char *name)
{
	char *text GW_CLEANUP(str_free_p) = slurp(from);
	fixture_put(dir, name, text);
}

/* ---- statements ---- */

/* Sign members (stolen) as a statement; buffers are the caller's. */
static inline void fixture_sign(struct fixture *f, enum party by, const char *kind,
    const char *for_oin, json_t *members, struct buf *json, struct buf *p7s)
{
	*json = (struct buf)BUF_INIT(STATEMENT_MAX);
	*p7s = (struct buf)BUF_INIT(CADES_MAX);
	test_code(statement_sign(f->who[by], kind, for_oin, "checkpoint\n", f->now, members, json,
		      p7s, &f->ei),
	    0, &f->ei);
	json_decref(members);
}

static inline void fixture_accept(
    struct fixture *f, enum party by, const char *contract, enum policies policy)
{
	struct buf json GW_CLEANUP(buf_release), p7s GW_CLEANUP(buf_release);
	struct buf text GW_CLEANUP(buf_release) = BUF_INIT(1 << 20);
	struct buf catalogue GW_CLEANUP(buf_release) = BUF_INIT(1 << 20);
	const char *sender = SENDER;
	char *builtin GW_CLEANUP(str_free_p) = slurp("policies/catalogue.yaml");
	struct policy *p GW_CLEANUP(policy_free_p) = load(f->policy[policy], &f->ei);
	assert_non_null(p);
	assert_int_equal(buf_adds(&text, f->policy[policy]), 0);
	assert_int_equal(buf_adds(&catalogue, builtin), 0);
	const struct acceptance_terms t = {.controller = SENDER,
	    .contract = contract,
	    .policy = p->id,
	    .meaning = p->meaning,
	    .senders = &sender,
	    .senders_n = 1,
	    .version = (int)p->version,
	    .until = {2027, 6, 30},
	    .policy_bytes = &text,
	    .catalogue_bytes = &catalogue};
	fixture_sign(f, by, "acceptance", SENDER, acceptance_members(&t), &json, &p7s);
	test_code(acceptance_store(f->registry_dir, &t, &json, &p7s, &f->ei), 0, &f->ei);
}

/* The recipient takes all its acceptances of that policy back. */
static inline void fixture_revoke(struct fixture *f, enum party by, enum policies policy)
{
	for (size_t i = 0; i < registry_acceptance_count(f->registry); i++) {
		const struct acceptance *a = registry_acceptance_at(f->registry, i);
		if (!str_eq(a->recipient, party_oin[by]) ||
		    !str_eq(a->policy_sha256, f->sha256[policy]))
			continue;
		struct buf json GW_CLEANUP(buf_release), p7s GW_CLEANUP(buf_release);
		json_t *m = json_object();
		jx_set(m, "acceptance", json_string(a->sha256));
		jx_set(m, "reason", json_string("policy_changed"));
		fixture_sign(f, by, "acceptance_revoked", NULL, m, &json, &p7s);
		test_code(acceptance_revoke(f->registry_dir, a->policy_sha256, &json, &p7s, &f->ei),
		    0, &f->ei);
	}
}

static inline void fixture_key(struct fixture *f, enum party by)
{
	struct buf json GW_CLEANUP(buf_release), p7s GW_CLEANUP(buf_release);
	fixture_sign(f, by, "key", NULL,
	    key_members(
		AGE, KEY_MAIN, (struct date){2026, 1, 1}, (struct date){2027, 12, 31}, NULL),
	    &json, &p7s);
	test_code(key_store(f->registry_dir, &json, &p7s, &f->ei), 0, &f->ei);
}

/* ---- the whole ---- */

static inline void fixture_organisations(struct fixture *f)
{
	struct buf b GW_CLEANUP(buf_release) = BUF_INIT(1 << 20);
	assert_int_equal(buf_adds(&b, "organisations:\n"), 0);
	for (enum party i = P_SENDER; i <= P_FAR; i++)
		assert_int_equal(
		    buf_addf(&b,
			"  - oin: \"%s\"\n    name: %s\n    roles: [%s]\n"
			"    signing: [{spki: \"%s\", from: 2026-01-01, until: 2027-12-31}]\n%s",
			party_oin[i], party_name[i], i == P_SENDER ? "municipality" : "provider",
			signer_spki(f->who[i]),
			i == P_FAR ? "    gateway: \"https://far.example\"\n"
				     "    gateway_oin: \"" FARGATE "\"\n"
				   : ""),
		    0);
	fixture_put(f->registry_dir, "organisations.yaml", b.data);
}

static inline void fixture_contracts(struct fixture *f, const char *processor_until)
{
	static const struct {
		const char *id, *provider;
	} all[] = {{CONTRACT, RECIPIENT}, {RIVAL_CONTRACT, RIVAL}, {FAR_CONTRACT, FAR}};
	struct buf b GW_CLEANUP(buf_release) = BUF_INIT(1 << 20);
	assert_int_equal(buf_adds(&b, "contracts:\n"), 0);
	for (size_t i = 0; i < GW_LENGTH(all); i++)
		assert_int_equal(
		    buf_addf(&b,
			"  - id: \"%s\"\n    controller: \"" SENDER "\"\n    provider: \"%s\"\n"
			"    segment: individueel\n    programme: [participatiewet]\n"
			"    from: 2026-01-01\n    until: 2027-12-31\n"
			"    agreements: {processor: {from: 2026-01-01, until: %s}}\n",
			all[i].id, all[i].provider, processor_until),
		    0);
	fixture_put(f->registry_dir, "contracts.yaml", b.data);
}

static inline void fixture_reload(struct fixture *f)
{
	registry_free_p(&f->registry);
	test_code(registry_read(f->registry_dir, f->now, &f->registry, &f->ei), 0, &f->ei);
}

static inline void fixture_registry(struct fixture *f)
{
	char *roots GW_CLEANUP(str_free_p) = file_join(f->registry_dir, "trust/signing");
	char *root GW_CLEANUP(str_free_p) = file_join(f->pki.roots, "root.pem");
	char *lists[] = {file_join(f->pki.crls, "root.crl"), file_join(f->pki.crls, "ca.crl")};
	static const enum party takers[] = {P_RECIPIENT, P_RIVAL, P_FAR};
	static const char *const under[] = {CONTRACT, RIVAL_CONTRACT, FAR_CONTRACT};
	assert_int_equal(file_mkdirs(roots, 0700, NULL), 0);
	fixture_copy_in(root, roots, "root.pem");
	fixture_copy_in(lists[0], f->registry_dir, "trust/root.crl");
	fixture_copy_in(lists[1], f->registry_dir, "trust/ca.crl");
	free(lists[0]);
	free(lists[1]);
	fixture_organisations(f);
	fixture_contracts(f, "2027-12-31");
	for (size_t i = 0; i < GW_LENGTH(takers); i++) {
		fixture_key(f, takers[i]);
		for (enum policies k = OFFERED_KEEPS; k < POLICIES; k++)
			fixture_accept(f, takers[i], under[i], k);
	}
	fixture_reload(f);
}

static inline void fixture_policies(struct fixture *f)
{
	char *text = slurp(REFERRAL);
	f->policy[OFFERED_KEEPS] = text;
	f->policy[OFFERED_DELETES] = with(text, "delete: never", "delete: P6W");
	f->policy[DIRECT_DELETES] =
	    with(f->policy[OFFERED_DELETES], "requires:", "offer: direct\nrequires:");
	for (enum policies k = OFFERED_KEEPS; k < POLICIES; k++)
		hash_sha256_hex(f->policy[k], strlen(f->policy[k]), f->sha256[k]);
}

static inline void fixture_ledger_paths(struct fixture *f)
{
	f->paths = (struct ledger_paths){.db = file_join(f->dir, "ledger.db"),
	    .checkpoint = file_join(f->dir, "checkpoint"),
	    .key = file_join(f->dir, "ledger.key"),
	    .head = file_join(f->dir, "ledger.head"),
	    .subjects_db = file_join(f->dir, "subjects.db"),
	    .subjects_kek = file_join(f->dir, "subjects.kek"),
	    .blind_key = file_join(f->dir, "blind.key")};
}

static inline void fixture_up(struct fixture *f)
{
	char *db GW_CLEANUP(str_free_p) = file_join(f->dir, "store.db");
	test_code(ledger_open(&f->paths, ORIGIN, 0, &f->ledger, &f->ei), 0, &f->ei);
	test_code(store_open(db, &f->store, &f->ei), 0, &f->ei);
	const struct cases_env env = {.oin = GATEWAY,
	    .actor = "a:0123456789abcdef",
	    .packages = f->packages,
	    .ledger = f->ledger,
	    .store = f->store};
	test_code(cases_open(&env, f->registry, f->now, &f->cases, &f->ei), 0, &f->ei);
}

static inline void fixture_down(struct fixture *f)
{
	cases_free(f->cases);
	store_close_p(&f->store);
	ledger_close_p(&f->ledger);
	f->cases = NULL;
}

static inline int fixture_setup(void **state)
{
	struct fixture *f = str_alloc(sizeof *f);
	/* in memory: what a power cut leaves is tested elsewhere */
	if (access("/dev/shm", W_OK) == 0)
		assert_int_equal(setenv("TMPDIR", "/dev/shm", 0), 0);
	fixture_time(f, PKI_NOW);
	f->pki = pki_new();
	for (enum party i = P_SENDER; i < PARTIES; i++) {
		pki_files(&f->pki, party_name[i],
		    &(struct pki_spec){.oin = party_oin[i], .name = party_name[i]});
		test_code(signer_load(pki_path(&f->pki, party_name[i], ".pem"),
			      pki_path(&f->pki, party_name[i], ".key"), &f->who[i], &f->ei),
		    0, &f->ei);
	}
	/* lists that last for all that a test moves the clock */
	int64_t until = PKI_NOW + 400 * PKI_DAY;
	pki_crl(&f->pki, "root", f->pki.root, f->pki.root_key, PKI_NOW - PKI_DAY, until, NULL, 0);
	pki_crl(&f->pki, "ca", f->pki.ca, f->pki.ca_key, PKI_NOW - PKI_DAY, until, NULL, 0);
	f->registry_dir = test_mkdir();
	f->dir = test_mkdir();
	f->packages = file_join(f->dir, "packages");
	fixture_policies(f);
	fixture_registry(f);
	fixture_ledger_paths(f);
	test_code(ledger_create(&f->paths, ORIGIN, &f->ei), 0, &f->ei);
	fixture_up(f);
	*state = f;
	return 0;
}

static inline int fixture_teardown(void **state)
{
	struct fixture *f = *state;
	const char *const paths[] = {f->paths.db, f->paths.checkpoint, f->paths.key, f->paths.head,
	    f->paths.subjects_db, f->paths.subjects_kek, f->paths.blind_key, f->packages};
	fixture_down(f);
	registry_free_p(&f->registry);
	for (enum party i = P_SENDER; i < PARTIES; i++)
		signer_free(f->who[i]);
	for (enum policies k = OFFERED_KEEPS; k < POLICIES; k++)
		free(f->policy[k]);
	for (size_t i = 0; i < GW_LENGTH(paths); i++)
		free((char *)(uintptr_t)paths[i]);
	test_rmdir(&f->registry_dir);
	test_rmdir(&f->dir);
	pki_free(&f->pki);
	free(f);
	return clock_set_test(NULL, NULL);
}

/* ---- playing a case ---- */

static inline struct play play_new(struct fixture *f, enum policies policy)
{
	struct play p = {.f = f, .recipient = P_RECIPIENT, .policy = policy};
	id_v4(p.id);
	return p;
}

static inline void set_hex(json_t *o, const char *name, const char *text)
{
	char hex[HASH_HEX];
	hash_sha256_hex(text, strlen(text), hex);
	jx_set(o, name, json_string(hex));
}

static inline void set_moment(json_t *o, const char *name, int64_t at)
{
	char text[TIME_TEXT];
	time_text(at, text);
	jx_set(o, name, json_string(text));
}

/* The digest whose SHA-256 every slip of these tests has as open_commit. */
static inline void play_tagmanifest(char out[HASH_HEX])
{
	hash_sha256_hex("tagmanifest", 11, out);
}

/* What a slip of the play says. */
static inline json_t *play_slip(const struct play *p, int64_t expires, const char *supersedes)
{
	json_t *m = json_object(), *keys = json_array();
	char hex[HASH_HEX], commit[HASH_HEX];
	uint8_t digest[HASH_BYTES];
	play_tagmanifest(hex);
	assert_int_equal(str_unhex(hex, digest, sizeof digest), 0);
	hash_sha256_hex(digest, sizeof digest, commit);
	hash_sha256_hex(AGE, strlen(AGE), hex);
	jx_add(keys, json_string(hex));
	jx_set(m, "package", json_string(p->package));
	jx_set(m, "case", json_string(p->id));
	jx_set(m, "seq", json_integer(1));
	if (supersedes)
		jx_set(m, "supersedes", json_string(supersedes));
	jx_set(m, "sender", json_string(SENDER));
	jx_set(m, "recipient", json_string(party_oin[p->recipient]));
	jx_set(m, "ciphertext", json_string(p->ciphertext));
	jx_set(m, "bytes", json_integer(36));
	jx_set(m, "keys", keys);
	jx_set(m, "policy", json_string(p->f->sha256[p->policy]));
	set_hex(m, "catalogue", "catalogue");
	set_hex(m, "registry", "registry");
	jx_set(m, "contract",
	    json_string(p->recipient == P_RIVAL ? RIVAL_CONTRACT
		    : p->recipient == P_FAR     ? FAR_CONTRACT
						: CONTRACT));
	set_moment(m, "sealed", p->f->now);
	set_moment(m, "expires", expires);
	jx_set(m, "open_commit", json_string(commit));
	return m;
}

/* Put a package of the play into the store as one that was announced, and with `deposited` as one
 * whose bytes are here. */
static inline void play_package(
    struct play *p, int64_t expires, const char *supersedes, bool deposited)
{
	struct fixture *f = p->f;
	struct store_tx *tx GW_CLEANUP(store_end) = NULL;
	struct buf json GW_CLEANUP(buf_release), p7s GW_CLEANUP(buf_release);
	char *path GW_CLEANUP(str_free_p) = NULL;
	struct store_package k = {.seq = 1, .expires = expires, .bytes = 36, .announced = f->now};
	id_v4(p->package);
	hash_sha256_hex(p->package, 36, p->ciphertext);
	fixture_sign(f, P_SENDER, "slip", party_oin[p->recipient],
	    play_slip(p, expires, supersedes), &json, &p7s);
	hash_sha256_hex(json.data, json.len, p->slip);
	memcpy(k.package, p->package, sizeof k.package);
	if (supersedes)
		memcpy(k.supersedes, supersedes, ID_TEXT);
	memcpy(k.sender, SENDER, sizeof k.sender);
	memcpy(k.recipient, party_oin[p->recipient], sizeof k.recipient);
	(void)snprintf(k.case_id, sizeof k.case_id, "%s", p->id);
	(void)snprintf(k.contract, sizeof k.contract, "%s",
	    p->recipient == P_RIVAL     ? RIVAL_CONTRACT
		: p->recipient == P_FAR ? FAR_CONTRACT
					: CONTRACT);
	memcpy(k.slip, p->slip, HASH_HEX);
	hash_sha256_hex("registry", 8, k.registry);
	memcpy(k.sha256, p->ciphertext, HASH_HEX);
	memcpy(k.policy, f->sha256[p->policy], HASH_HEX);
	test_code(store_begin(f->store, STORE_WRITE, &tx, &f->ei), 0, &f->ei);
	test_code(
	    store_package_add(tx, &k, json.data, json.len, p7s.data, p7s.len, &f->ei), 0, &f->ei);
	if (deposited)
		test_code(store_package_deposited(tx, p->package, f->now, &f->ei), 0, &f->ei);
	test_code(store_commit(&tx, &f->ei), 0, &f->ei);
	if (!deposited)
		return;
	path = str_printf("%s/%s.tar.age", f->packages, p->package);
	test_code(file_write(path, p->package, 36, 0600, FILE_NEW, &f->ei), 0, &f->ei);
}

/* What the act says besides case, package, slip, policy and prev. */
static inline void play_own(const struct play *p, enum case_act act, json_t *m)
{
	char hex[HASH_HEX];
	switch (act) {
	case ACT_OFFER:
		if (p->request)
			jx_set(m, "request", json_string(p->request));
		jx_set(m, "programme", json_string("participatiewet"));
		jx_set(m, "start_month", json_string("2027-01"));
		break;
	case ACT_DECLINE:
		jx_set(m, "reason", json_string("no_capacity"));
		break;
	case ACT_HOLD:
		jx_set(m, "start_month", json_string("2027-02"));
		break;
	case ACT_QUESTION:
		jx_set(m, "about", json_string("product"));
		break;
	case ACT_EXTEND:
		set_moment(m, "expires", p->f->now + 13 * DAY);
		break;
	case ACT_FETCHED:
		jx_set(m, "ciphertext", json_string(p->ciphertext));
		break;
	case ACT_OPENED:
	case ACT_TAKEN_OVER:
		play_tagmanifest(hex);
		jx_set(m, "tagmanifest", json_string(hex));
		break;
	case ACT_CONVERSATION:
		jx_set(m, "state", json_string("planned"));
		break;
	case ACT_RETURN:
		jx_set(m, "reason", json_string("no_show"));
		set_moment(m, "destroyed", p->f->now);
		break;
	case ACT_WITHDRAW_CONFIRM:
	case ACT_DESTROYED:
		set_moment(m, "destroyed", p->f->now);
		break;
	case ACT_KEPT:
		jx_set(m, "until", json_string("2028-01-01"));
		jx_set(m, "ground", json_string("archive"));
		break;
	case ACT_MISDELIVERED:
		set_moment(m, "found", p->f->now);
		break;
	case ACT_CONSENT_WITHDRAWN:
		jx_set(m, "scope", json_string("health"));
		jx_set(m, "withdrawn", json_string("2026-11-22"));
		break;
	default:
		break;
	}
}

/* The members of an act, for a test to change; without a head there is no prev. */
static inline json_t *play_members(const struct play *p, enum case_act act)
{
	json_t *m = json_object();
	jx_set(m, "case", json_string(p->id));
	if (p->package[0]) {
		jx_set(m, "package", json_string(p->package));
		jx_set(m, "slip", json_string(p->slip));
	}
	jx_set(m, "policy", json_string(p->f->sha256[p->policy]));
	if (p->head[0])
		jx_set(m, "prev", json_string(p->head));
	play_own(p, act, m);
	return m;
}

/* Sign members (stolen) and take the act as `caller` brings it; *ret_taken may be NULL. */
static inline int play_send(struct play *p, enum case_act act, enum party by, const char *caller,
    json_t *members, enum cases_taken *ret_taken)
{
	struct buf json GW_CLEANUP(buf_release), p7s GW_CLEANUP(buf_release);
	struct cases_call call = fixture_call(p->f, caller);
	json_t *seen GW_CLEANUP(jx_release) = NULL;
	enum cases_taken taken;
	fixture_sign(p->f, by, case_act_word(act),
	    by == P_SENDER ? party_oin[p->recipient] : SENDER, members, &json, &p7s);
	p->f->ei.msg[0] = '\0';
	int r = cases_act(p->f->cases, &call, SENDER, p->id, json.data, json.len, p7s.data, p7s.len,
	    &taken, &seen, &p->f->ei);
	if (r == 0 && taken == CASES_NEW)
		hash_sha256_hex(json.data, json.len, p->head);
	if (r == 0 && ret_taken)
		*ret_taken = taken;
	return r;
}

static inline int play_try(struct play *p, enum case_act act, enum party by)
{
	return play_send(p, act, by, party_oin[by], play_members(p, act), NULL);
}

static inline void play(struct play *p, enum case_act act, enum party by)
{
	test_code(play_try(p, act, by), 0, &p->f->ei);
}

/* The case as somebody sees it; a new reference. */
static inline json_t *play_show(struct play *p, const char *caller)
{
	struct cases_call call = fixture_call(p->f, caller);
	json_t *j = NULL;
	test_code(cases_show(p->f->cases, &call, SENDER, p->id, &j, &p->f->ei), 0, &p->f->ei);
	return j;
}

static inline void play_is(struct play *p, enum case_state state)
{
	json_t *j GW_CLEANUP(jx_release) = play_show(p, SENDER);
	assert_string_equal(jx_str(j, "state"), case_state_word(state));
}

/* How a case comes into a state, from its first act; 0 ends it. KEPT stands for either end. */
static const struct {
	enum case_state state;
	enum case_act acts[8];
} play_ways[] = {
    {CASE_OFFERED, {ACT_OFFER}},
    {CASE_ON_HOLD, {ACT_OFFER, ACT_HOLD}},
    {CASE_DECLINED, {ACT_OFFER, ACT_DECLINE}},
    {CASE_CANCELLED, {ACT_OFFER, ACT_CANCEL}},
    {CASE_ACCEPTED, {ACT_OFFER, ACT_ACCEPT}},
    {CASE_RELEASED, {ACT_OFFER, ACT_ACCEPT, ACT_RELEASE}},
    {CASE_WITHDRAWN, {ACT_OFFER, ACT_ACCEPT, ACT_RELEASE, ACT_WITHDRAW}},
    {CASE_VOID, {ACT_OFFER, ACT_ACCEPT, ACT_RELEASE, ACT_ENTERED_IN_ERROR}},
    {CASE_FETCHING, {ACT_OFFER, ACT_ACCEPT, ACT_RELEASE, ACT_FETCH_REQUEST}},
    {CASE_FETCHED, {ACT_OFFER, ACT_ACCEPT, ACT_RELEASE, ACT_FETCH_REQUEST, ACT_FETCHED}},
    {CASE_WITHDRAWAL_REQUESTED,
	{ACT_OFFER, ACT_ACCEPT, ACT_RELEASE, ACT_FETCH_REQUEST, ACT_FETCHED, ACT_WITHDRAW_REQUEST}},
    {CASE_OPENED, {ACT_OFFER, ACT_ACCEPT, ACT_RELEASE, ACT_FETCH_REQUEST, ACT_FETCHED, ACT_OPENED}},
    {CASE_RETURNED,
	{ACT_OFFER, ACT_ACCEPT, ACT_RELEASE, ACT_FETCH_REQUEST, ACT_FETCHED, ACT_OPENED,
	    ACT_RETURN}},
    {CASE_MISDELIVERED,
	{ACT_OFFER, ACT_ACCEPT, ACT_RELEASE, ACT_FETCH_REQUEST, ACT_FETCHED, ACT_OPENED,
	    ACT_MISDELIVERED}},
    {CASE_TAKEN_OVER,
	{ACT_OFFER, ACT_ACCEPT, ACT_RELEASE, ACT_FETCH_REQUEST, ACT_FETCHED, ACT_OPENED,
	    ACT_TAKEN_OVER}},
    {CASE_CLOSED,
	{ACT_OFFER, ACT_ACCEPT, ACT_RELEASE, ACT_FETCH_REQUEST, ACT_FETCHED, ACT_OPENED,
	    ACT_TAKEN_OVER, ACT_KEPT}},
};

static inline void play_one(struct play *p, enum case_act act)
{
	const unsigned senders = 1U << ACT_OFFER | 1U << ACT_RELEASE | 1U << ACT_WITHDRAW |
	    1U << ACT_CANCEL | 1U << ACT_ENTERED_IN_ERROR | 1U << ACT_WITHDRAW_REQUEST |
	    1U << ACT_KEPT;
	if (p->policy == DIRECT_DELETES && (act == ACT_OFFER || act == ACT_ACCEPT))
		return;
	if (act == ACT_RELEASE)
		play_package(p, p->f->now + 10 * DAY, NULL, true);
	if (act == ACT_KEPT && p->policy != OFFERED_KEEPS)
		play(p, ACT_DESTROYED, P_SENDER);
	else
		play(p, act, senders & 1U << act ? P_SENDER : p->recipient);
}

/* Bring a case whose last round has ended, or that is none yet, into a state. */
static inline void play_to(struct play *p, enum case_state state)
{
	size_t i = 0;
	while (i < GW_LENGTH(play_ways) && play_ways[i].state != state)
		i++;
	assert_true(i < GW_LENGTH(play_ways));
	for (size_t k = 0; k < GW_LENGTH(play_ways[i].acts) && play_ways[i].acts[k]; k++)
		play_one(p, play_ways[i].acts[k]);
}

#endif
