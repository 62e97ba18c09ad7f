/* SPDX-License-Identifier: EUPL-1.2 */
/* Packages: announced by their slip, seen by their parties, fetched, and deleted. */
#include "tests/unit/cases/parcel.h"

static void announced_once(void **state)
{
	struct fixture *f = *state;
	struct play p = play_new(f, DIRECT_DELETES);
	struct parcel k = parcel_new(&p, 1000);
	json_t *first GW_CLEANUP(jx_release) = NULL, *again GW_CLEANUP(jx_release) = NULL;
	bool is_new = false;
	test_code(announce(f, SENDER, &k, &is_new, &first), 0, &f->ei);
	assert_true(is_new);
	assert_string_equal(jx_str(first, "state"), "announced");
	assert_string_equal(jx_str(first, "slip"), k.slip.data);
	assert_string_equal(jx_str(first, "case"), p.id);
	assert_int_equal(json_integer_value(json_object_get(first, "bytes")), 1000);
	test_code(announce(f, SENDER, &k, &is_new, &again), 0, &f->ei);
	assert_false(is_new);
	assert_true(json_equal(first, again));
	struct parcel other = parcel_of(&p, 1000, "package", json_string(k.package));
	json_t *none = NULL;
	test_code(announce(f, SENDER, &other, &is_new, &none), GW_ECONFLICT, &f->ei);
	assert_int_equal(records(f, "transfer.refuse", "", "deny"), 1);
	parcel_release(&other);
	parcel_release(&k);
}

/* Signature in base64, as it was sent. */
static void seen_by_its_parties_alone(void **state)
{
	struct fixture *f = *state;
	struct play p = play_new(f, DIRECT_DELETES);
	struct parcel k = parcel_new(&p, 10);
	char out[80];
	announced(f, &k);
	package_says(f, SENDER, k.package, "recipient", out);
	assert_string_equal(out, RECIPIENT);
	package_says(f, RECIPIENT, k.package, "sha256", out);
	assert_string_equal(out, p.ciphertext);
	package_says(f, RIVAL, k.package, "sha256", out);
	assert_string_equal(out, "");
	package_says(f, FARGATE, k.package, "sha256", out); /* the gateway of neither */
	assert_string_equal(out, "");
	parcel_release(&k);
}

static int refused(
    struct fixture *f, struct play *p, const char *caller, const char *name, json_t *other)
{
	struct parcel k = parcel_of(p, 100, name, other);
	json_t *j GW_CLEANUP(jx_release) = NULL;
	bool is_new = false;
	int r = announce(f, caller, &k, &is_new, &j);
	struct store_package row;
	if (r < 0)
		assert_int_equal(package_row(f->cases, k.package, &row, NULL, NULL, NULL),
		    GW_ENOENT); /* nothing of it is kept */
	parcel_release(&k);
	return r;
}

static json_t *key_list(const char *a, const char *b)
{
	json_t *l = json_array();
	char hex[HASH_HEX];
	const char *const keys[] = {a, b};
	for (size_t i = 0; i < 2; i++)
		if (keys[i]) {
			hash_sha256_hex(keys[i], strlen(keys[i]), hex);
			jx_add(l, json_string(hex));
		}
	return l;
}

static json_t *moment(int64_t at)
{
	char text[TIME_TEXT];
	time_text(at, text);
	return json_string(text);
}

static void refused_when_a_condition_fails(void **state)
{
	struct fixture *f = *state;
	struct play p = play_new(f, DIRECT_DELETES);
	char unknown[HASH_HEX];
	hash_sha256_hex("?", 1, unknown);
	test_code(refused(f, &p, RECIPIENT, NULL, NULL), GW_EAUTH, &f->ei);
	test_code(refused(f, &p, FARGATE, NULL, NULL), GW_EAUTH, &f->ei);
	test_code(refused(f, &p, SENDER, "policy", json_string(unknown)), GW_EREFUSED, &f->ei);
	test_code(refused(f, &p, SENDER, "contract", json_string("RI-0")), GW_EREFUSED, &f->ei);
	test_code(
	    refused(f, &p, SENDER, "contract", json_string(RIVAL_CONTRACT)), GW_EREFUSED, &f->ei);
	test_code(refused(f, &p, SENDER, "expires", moment(f->now - 1)), GW_EFORMAT, &f->ei);
	test_code(refused(f, &p, SENDER, "bytes", json_integer(0)), GW_ELIMIT, &f->ei);
	test_code(
	    refused(f, &p, SENDER, "bytes", json_integer((json_int_t)17 << 30)), GW_ELIMIT, &f->ei);
	test_code(
	    refused(f, &p, SENDER, "keys", key_list("age1strange", NULL)), GW_EREFUSED, &f->ei);
	test_code(
	    refused(f, &p, SENDER, "keys", key_list(AGE, "age1strange")), GW_EREFUSED, &f->ei);
	/* a name that no case could have here, such as one with a national number in it */
	test_code(refused(f, &p, SENDER, "case", json_string("Z.123456782")), GW_EFORMAT, &f->ei);
	test_code(refused(f, &p, SENDER, "case", json_string("a/b")), GW_EFORMAT, &f->ei);
	assert_int_equal(records(f, "transfer.refuse", "", "deny"), 12);
	test_code(refused(f, &p, SENDER, NULL, NULL), 0, &f->ei);
	fixture_revoke(f, P_RECIPIENT, DIRECT_DELETES);
	fixture_reload(f);
	test_code(refused(f, &p, SENDER, NULL, NULL), GW_EREFUSED, &f->ei);
}

/* What was sealed before consent went in its case does not come either. */
static void refused_when_consent_was_withdrawn(void **state)
{
	struct fixture *f = *state;
	struct play p = play_new(f, DIRECT_DELETES), before;
	json_t *j GW_CLEANUP(jx_release) = NULL;
	bool is_new = false;
	play_to(&p, CASE_RELEASED);
	before = p;
	struct parcel old = parcel_new(&before, 10);
	fixture_time(f, f->now + 1000);
	play(&p, ACT_CONSENT_WITHDRAWN, P_SENDER);
	test_code(announce(f, SENDER, &old, &is_new, &j), GW_EREFUSED, &f->ei);
	assert_non_null(strstr(f->ei.msg, "consent"));
	/* sealed by the same clock after it, it does */
	fixture_time(f, f->now + 1000);
	struct parcel anew = parcel_new(&before, 10);
	announced(f, &anew);
	parcel_release(&old);
	parcel_release(&anew);
}

static void wrong_signatures_are_no_slip(void **state)
{
	struct fixture *f = *state;
	struct play p = play_new(f, DIRECT_DELETES);
	struct parcel k = parcel_new(&p, 10);
	bool is_new = false;
	json_t *j = NULL;
	k.slip.data[k.slip.len - 10] ^= 1;
	test_code(announce(f, SENDER, &k, &is_new, &j), GW_EAUTH, &f->ei);
	parcel_release(&k);
	/* a key that the registry does not pin: the recipient's OIN, by a stranger */
	json_t *m = play_slip(&p, f->now + DAY, NULL);
	jx_set(m, "sender", json_string(RECIPIENT));
	jx_set(m, "recipient", json_string(SENDER));
	fixture_sign(f, P_STRANGER, "slip", SENDER, m, &k.slip, &k.p7s);
	test_code(announce(f, RECIPIENT, &k, &is_new, &j), GW_EAUTH, &f->ei);
	/* another kind of statement is no slip */
	parcel_release(&k);
	json_t *act = play_members(&p, ACT_OFFER);
	fixture_sign(f, P_SENDER, "offer", RECIPIENT, act, &k.slip, &k.p7s);
	test_code(announce(f, SENDER, &k, &is_new, &j), GW_EAUTH, &f->ei);
	parcel_release(&k);
}

/* Keys: superseded before it was sealed; since; out of its dates; recovery keys alone. */
static void keys_are_the_recipients_current_ones(void **state)
{
	struct fixture *f = *state;
	struct play p = play_new(f, DIRECT_DELETES);
	static const char NEW[] = "age1pppppppppppppppppppppppppppppppppppppppppppppppppppqpppppp";
	static const char SPARE[] =
	    "age1zzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzqzzzzzz";
	struct buf json GW_CLEANUP(buf_release), p7s GW_CLEANUP(buf_release);
	size_t at = 0;
	const struct key_statement *old = registry_key_next(f->registry, RECIPIENT, &at);
	struct date today = date_of(f->now), until = {2027, 12, 31};
	fixture_sign(f, P_RECIPIENT, "key", NULL,
	    key_members(SPARE, KEY_RECOVERY, today, until, NULL), &json, &p7s);
	test_code(key_store(f->registry_dir, &json, &p7s, &f->ei), 0, &f->ei);
	buf_release(&json);
	buf_release(&p7s);
	fixture_sign(f, P_RECIPIENT, "key", NULL,
	    key_members(NEW, KEY_MAIN, today, until, old->sha256), &json, &p7s);
	test_code(key_store(f->registry_dir, &json, &p7s, &f->ei), 0, &f->ei);
	fixture_reload(f);
	test_code(refused(f, &p, SENDER, "keys", key_list(NEW, SPARE)), 0, &f->ei);
	test_code(refused(f, &p, SENDER, "keys", key_list(SPARE, NULL)), GW_EREFUSED, &f->ei);
	/* sealed on the day of the change, or before: it may still be the old one */
	test_code(refused(f, &p, SENDER, "keys", key_list(AGE, SPARE)), 0, &f->ei);
	fixture_time(f, f->now + 2 * DAY);
	test_code(refused(f, &p, SENDER, "keys", key_list(AGE, SPARE)), GW_EREFUSED, &f->ei);
	test_code(refused(f, &p, SENDER, "keys", key_list(NEW, SPARE)), 0, &f->ei);
}

/* The sender's own gateway speaks for it, and nobody else's. */
static void a_senders_gateway_announces(void **state)
{
	struct fixture *f = *state;
	struct play p = play_new(f, DIRECT_DELETES);
	char *path GW_CLEANUP(str_free_p) = file_join(f->registry_dir, "organisations.yaml");
	char *text GW_CLEANUP(str_free_p) = slurp(path);
	char *moved GW_CLEANUP(str_free_p) = with(text, "    name: sender\n",
	    "    name: sender\n    gateway: \"https://near.example\"\n"
	    "    gateway_oin: \"00000099000000009000\"\n");
	fixture_put(f->registry_dir, "organisations.yaml", moved);
	fixture_reload(f);
	test_code(refused(f, &p, FARGATE, NULL, NULL), GW_EAUTH, &f->ei);
	test_code(refused(f, &p, "00000099000000009000", NULL, NULL), 0, &f->ei);
}

static int content(struct fixture *f, const char *caller, const char *package, char out[HASH_HEX])
{
	struct cases_call call = fixture_call(f, caller);
	struct cases_file file;
	int r = cases_content(f->cases, &call, package, &file, &f->ei);
	if (r < 0)
		return r;
	struct buf b GW_CLEANUP(buf_release) = BUF_INIT(1 << 20);
	test_code(file_read_fd(file.fd, 1 << 20, &b, &f->ei), 0, &f->ei);
	assert_int_equal(b.len, file.bytes);
	assert_int_equal(write(file.fd, "x", 1), -1); /* to be read only */
	assert_int_equal(close(file.fd), 0);
	hash_sha256_hex(b.data, b.len, out);
	assert_string_equal(out, file.sha256);
	return 0;
}

static void content_for_the_recipient_while_it_may(void **state)
{
	struct fixture *f = *state;
	struct play p = play_new(f, DIRECT_DELETES);
	struct parcel k = parcel_new(&p, 5000);
	char sha256[HASH_HEX];
	brought(f, &k);
	test_code(content(f, RECIPIENT, k.package, sha256), GW_ECONFLICT, &f->ei);
	play(&p, ACT_RELEASE, P_SENDER);
	test_code(content(f, RECIPIENT, k.package, sha256), GW_ECONFLICT, &f->ei);
	play(&p, ACT_FETCH_REQUEST, P_RECIPIENT);
	test_code(content(f, RECIPIENT, k.package, sha256), 0, &f->ei);
	assert_string_equal(sha256, p.ciphertext);
	test_code(content(f, SENDER, k.package, sha256), GW_EREFUSED, &f->ei);
	test_code(content(f, RIVAL, k.package, sha256), GW_ENOENT, &f->ei);
	play(&p, ACT_FETCHED, P_RECIPIENT);
	play(&p, ACT_OPENED, P_RECIPIENT);
	test_code(content(f, RECIPIENT, k.package, sha256), 0, &f->ei);
	play(&p, ACT_TAKEN_OVER, P_RECIPIENT);
	test_code(content(f, RECIPIENT, k.package, sha256), GW_ECONFLICT, &f->ei);
	assert_false(file_there(f, k.package)); /* its file goes with the act */
	package_is(f, k.package, "gone");
	int64_t next;
	test_code(cases_tick(f->cases, f->registry, f->now, &next, &f->ei), 0, &f->ei);
	assert_false(file_there(f, k.package));
	assert_int_equal(records(f, "retention.expire", "intent", ""), 1);
	assert_int_equal(records(f, "retention.expire", "result", "ok"), 1);
	test_code(cases_tick(f->cases, f->registry, f->now, &next, &f->ei), 0, &f->ei);
	assert_int_equal(records(f, "retention.expire", "intent", ""), 1);
	/* the row stays: the package is never taken for a new one */
	bool is_new = true;
	json_t *j GW_CLEANUP(jx_release) = NULL;
	test_code(announce(f, SENDER, &k, &is_new, &j), 0, &f->ei);
	assert_false(is_new);
	parcel_release(&k);
}

/* A fetch that was begun within the term may be finished within five days of its beginning, or
 * until the term ends, whichever is later. */
static void a_fetch_is_finished_in_five_days(void **state)
{
	struct fixture *f = *state;
	struct play p = play_new(f, DIRECT_DELETES), q = play_new(f, DIRECT_DELETES);
	struct parcel early = parcel_new(&p, 500), late = parcel_new(&q, 500);
	int64_t begin = f->now, next;
	char sha256[HASH_HEX];
	brought(f, &early);
	brought(f, &late);
	play(&p, ACT_RELEASE, P_SENDER);
	play(&q, ACT_RELEASE, P_SENDER);
	play(&p, ACT_FETCH_REQUEST, P_RECIPIENT);
	fixture_time(f, begin + 8 * DAY);
	play(&q, ACT_FETCH_REQUEST, P_RECIPIENT);
	test_code(content(f, RECIPIENT, early.package, sha256), 0, &f->ei);
	fixture_time(f, begin + 10 * DAY); /* the last moment of both terms */
	test_code(content(f, RECIPIENT, early.package, sha256), 0, &f->ei);
	fixture_time(f, begin + 10 * DAY + 1);
	test_code(content(f, RECIPIENT, early.package, sha256), GW_EREFUSED, &f->ei);
	test_code(content(f, RECIPIENT, late.package, sha256), 0, &f->ei);
	test_code(cases_tick(f->cases, f->registry, f->now, &next, &f->ei), 0, &f->ei);
	assert_false(file_there(f, early.package));
	assert_true(file_there(f, late.package));
	fixture_time(f, begin + 13 * DAY);
	test_code(content(f, RECIPIENT, late.package, sha256), 0, &f->ei);
	fixture_time(f, begin + 13 * DAY + 1);
	test_code(content(f, RECIPIENT, late.package, sha256), GW_EREFUSED, &f->ei);
	assert_non_null(strstr(f->ei.msg, "term"));
	test_code(cases_tick(f->cases, f->registry, f->now, &next, &f->ei), 0, &f->ei);
	assert_false(file_there(f, late.package));
	package_is(f, late.package, "gone");
	play_is(&q, CASE_FETCHING); /* who has it by then goes on */
	play(&q, ACT_FETCHED, P_RECIPIENT);
	parcel_release(&early);
	parcel_release(&late);
}

static void deposits_what_was_sealed_here(void **state)
{
	struct fixture *f = *state;
	struct play p = play_new(f, DIRECT_DELETES);
	struct parcel k = parcel_new(&p, 5000), wrong = parcel_new(&p, 5000);
	struct cases_call call = fixture_call(f, SENDER);
	/* as if this gateway were the sender's own */
	cases_free(f->cases);
	const struct cases_env env = {.oin = SENDER,
	    .actor = "a:0123456789abcdef",
	    .packages = f->packages,
	    .ledger = f->ledger,
	    .store = f->store};
	test_code(cases_open(&env, f->registry, f->now, &f->cases, &f->ei), 0, &f->ei);
	announced(f, &k);
	announced(f, &wrong);
	int fd = open(f->packages, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	assert_true(fd >= 0);
	test_code(file_write_fd(fd, k.bytes, k.n - 1, &f->ei), 0, &f->ei);
	test_code(cases_deposit_own(f->cases, &call, k.package, fd, &f->ei), GW_EAUTH, &f->ei);
	test_code(file_write_fd(fd, "x", 1, &f->ei), 0, &f->ei);
	test_code(cases_deposit_own(f->cases, &call, k.package, fd, &f->ei), GW_EAUTH, &f->ei);
	package_is(f, k.package, "announced");
	assert_int_equal(pwrite(fd, k.bytes + k.n - 1, 1, (off_t)k.n - 1), 1);
	test_code(cases_deposit_own(f->cases, &call, k.package, fd, &f->ei), 0, &f->ei);
	test_code(cases_deposit_own(f->cases, &call, k.package, fd, &f->ei), 0, &f->ei);
	assert_int_equal(close(fd), 0);
	package_is(f, k.package, "deposited");
	assert_true(file_there(f, k.package));
	assert_int_equal(records(f, "transfer.receive", "result", "ok"), 1);
	assert_int_equal(records(f, "transfer.refuse", "", "deny"), 2);
	parcel_release(&k);
	parcel_release(&wrong);
}

/* ---- what is made good at start ---- */

static void put_file(struct fixture *f, const char *name)
{
	char *path GW_CLEANUP(str_free_p) = file_join(f->packages, name);
	test_code(file_write(path, "x", 1, 0600, FILE_NEW, &f->ei), 0, &f->ei);
}

static bool is_file(struct fixture *f, const char *name)
{
	char *path GW_CLEANUP(str_free_p) = file_join(f->packages, name);
	return file_exists(path);
}

static void files_that_nobody_counts_on_go(void **state)
{
	struct fixture *f = *state;
	static const char *const orphans[] = {"11111111-1111-4111-8111-111111111111.tar.age",
	    "22222222-2222-4222-8222-222222222222.part"};
	static const char *const others[] = {"README", "x.part", "x.tar.age"};
	struct play p = play_new(f, DIRECT_DELETES);
	struct parcel k = parcel_new(&p, 50), half = parcel_new(&p, 50);
	struct cases_upload u, v;
	brought(f, &k);
	announced(f, &half);
	u = created(f, &half);
	test_code(put(f, &half, u.id, 0, 20, UINT64_MAX, &v), 0, &f->ei);
	for (size_t i = 0; i < GW_LENGTH(orphans); i++)
		put_file(f, orphans[i]);
	for (size_t i = 0; i < GW_LENGTH(others); i++)
		put_file(f, others[i]);
	fixture_down(f);
	fixture_up(f);
	for (size_t i = 0; i < GW_LENGTH(orphans); i++)
		assert_false(is_file(f, orphans[i]));
	for (size_t i = 0; i < GW_LENGTH(others); i++)
		assert_true(is_file(f, others[i])); /* not ours */
	assert_int_equal(records(f, "delete.done", "", "ok"), 1);
	package_is(f, k.package, "deposited");
	assert_int_equal(state_of(f, u.id).offset, 20);
	fixture_down(f);
	fixture_up(f);
	assert_int_equal(records(f, "delete.done", "", "ok"), 1);
	parcel_release(&k);
	parcel_release(&half);
}

/* A package that has come and has to go, without its story: its file is a folder when it cannot be
 * deleted. */
static void doomed(struct fixture *f, struct store_tx *tx, int n, bool stays)
{
	struct store_package p = {.seq = 1, .expires = f->now + DAY, .bytes = 1};
	(void)snprintf(p.package, sizeof p.package, "11111111-1111-4111-8111-%012d", n);
	(void)snprintf(p.sender, sizeof p.sender, "%s", SENDER);
	(void)snprintf(p.recipient, sizeof p.recipient, "%s", RECIPIENT);
	(void)snprintf(p.case_id, sizeof p.case_id, "c-%d", n);
	hash_sha256_hex(p.package, sizeof p.package, p.slip);
	memcpy(p.policy, p.slip, sizeof p.policy);
	memcpy(p.registry, p.slip, sizeof p.registry);
	char *path GW_CLEANUP(str_free_p) = str_printf("%s/%s.tar.age", f->packages, p.package);
	test_code(store_package_add(tx, &p, "x", 1, "x", 1, &f->ei), 0, &f->ei);
	test_code(store_package_deposited(tx, p.package, f->now, &f->ei), 0, &f->ei);
	test_code(store_package_doom(tx, p.package, "expired", &f->ei), 0, &f->ei);
	if (stays)
		assert_int_equal(mkdir(path, 0700), 0);
	else
		test_code(file_write(path, "x", 1, 0600, FILE_NEW, &f->ei), 0, &f->ei);
}

static void what_cannot_be_deleted_holds_up_nothing(void **state)
{
	enum { STAY = 65 }; /* more than are looked at together */
	struct fixture *f = *state;
	struct store_tx *tx = NULL;
	char *last GW_CLEANUP(str_free_p) =
	    str_printf("%s/11111111-1111-4111-8111-%012d.tar.age", f->packages, STAY);
	test_code(store_begin(f->store, STORE_WRITE, &tx, &f->ei), 0, &f->ei);
	for (int i = 0; i <= STAY; i++)
		doomed(f, tx, i, i < STAY);
	test_code(store_commit(&tx, &f->ei), 0, &f->ei);
	assert_int_equal(access(last, F_OK), 0);
	test_code(cases_package_sweep(f->cases, f->now, &f->ei), GW_EIO, &f->ei);
	assert_non_null(strstr(f->ei.msg, "cannot delete a package file"));
	assert_int_not_equal(access(last, F_OK), 0);
	assert_int_equal(records(f, "retention.expire", "result", "ok"), 1);
}

static void a_lost_file_is_an_incident(void **state)
{
	struct fixture *f = *state;
	struct play p = play_new(f, DIRECT_DELETES);
	struct parcel k = parcel_new(&p, 50);
	char sha256[HASH_HEX];
	char *path GW_CLEANUP(str_free_p) = str_printf("%s/%s.tar.age", f->packages, k.package);
	brought(f, &k);
	play(&p, ACT_RELEASE, P_SENDER);
	play(&p, ACT_FETCH_REQUEST, P_RECIPIENT);
	assert_int_equal(truncate(path, 49), 0);
	test_code(content(f, RECIPIENT, k.package, sha256), GW_EIO, &f->ei);
	fixture_down(f);
	fixture_up(f);
	assert_int_equal(records(f, "incident.open", "", ""), 1);
	last_event_is(f, RECIPIENT, "incident", "package_lost", p.id);
	/* that is told once, not at each start */
	fixture_down(f);
	fixture_up(f);
	assert_int_equal(records(f, "incident.open", "", ""), 1);
	/* brought back from a backup, all is well again */
	test_code(file_write(path, k.bytes, k.n, 0600, FILE_REPLACE, &f->ei), 0, &f->ei);
	fixture_down(f);
	fixture_up(f);
	assert_int_equal(records(f, "incident.open", "", ""), 1);
	test_code(content(f, RECIPIENT, k.package, sha256), 0, &f->ei);
	/* until it is lost again */
	assert_int_equal(unlink(path), 0);
	fixture_down(f);
	fixture_up(f);
	assert_int_equal(records(f, "incident.open", "", ""), 2);
	parcel_release(&k);
}

static size_t told(struct fixture *f, const char *caller, const char *note)
{
	struct cases_call call = fixture_call(f, caller);
	json_t *j GW_CLEANUP(jx_release) = NULL;
	size_t i, n = 0;
	json_t *e;
	test_code(cases_events(f->cases, &call, 0, 500, &j, &f->ei), 0, &f->ei);
	json_array_foreach (json_object_get(j, "items"), i, e)
		n += str_eq(jx_str(e, "note"), note);
	return n;
}

/* A folder that was lost: one incident, which names some, and everybody hears of his. */
static void each_lost_package_is_told_of(void **state)
{
	enum { LOST = 22 }; /* more than an incident names */
	struct fixture *f = *state;
	struct play plays[LOST];
	for (int i = 0; i < LOST; i++) {
		plays[i] = play_new(f, DIRECT_DELETES);
		struct parcel k = parcel_new(&plays[i], 50);
		char *path GW_CLEANUP(str_free_p) =
		    str_printf("%s/%s.tar.age", f->packages, k.package);
		brought(f, &k);
		play(&plays[i], ACT_RELEASE, P_SENDER);
		assert_int_equal(unlink(path), 0);
		parcel_release(&k);
	}
	fixture_down(f);
	fixture_up(f);
	assert_int_equal(records(f, "incident.open", "", ""), 1);
	assert_int_equal(told(f, RECIPIENT, "package_lost"), LOST);
}

/* Intents that a kill left without result: the row says how they ended. */
static void results_are_told_later(void **state)
{
	struct fixture *f = *state;
	struct play p = play_new(f, DIRECT_DELETES);
	struct parcel k = parcel_new(&p, 50), half = parcel_new(&p, 50);
	const char *const packages[] = {k.package, half.package};
	struct ledger_receipt intent;
	brought(f, &k);
	announced(f, &half);
	for (size_t i = 0; i < 2; i++) {
		struct ledger_record r = cases_record(f->cases, "transfer.receive");
		json_t *detail GW_CLEANUP(jx_release) = json_pack("{s:s}", "package", packages[i]);
		test_code(ledger_intent(f->ledger, &r, detail, &intent, &f->ei), 0, &f->ei);
	}
	fixture_down(f);
	fixture_up(f);
	assert_int_equal(records(f, "transfer.receive", "intent", ""), 3);
	assert_int_equal(records(f, "transfer.receive", "result", "ok"), 2);
	assert_int_equal(records(f, "transfer.receive", "result", "error"), 1);
	parcel_release(&k);
	parcel_release(&half);
}

/* It had to go, and went, between the last look and the row: its bytes do not stay behind. */
static void gone_while_it_is_deposited(void **state)
{
	struct fixture *f = *state;
	struct play p = play_new(f, DIRECT_DELETES);
	struct parcel k = parcel_new(&p, 50);
	struct store_package row;
	announced(f, &k);
	test_code(package_row(f->cases, k.package, &row, NULL, NULL, &f->ei), 0, &f->ei);
	test_code(cases_package_drop(f->cases, k.package, "withdrawn", f->now, &f->ei), 0, &f->ei);
	int fd = open(f->packages, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	test_code(file_write_fd(fd, k.bytes, k.n, &f->ei), 0, &f->ei);
	const struct package_bytes from = {.fd = fd};
	test_code(package_deposit(f->cases, NULL, &row, &from, NULL, f->now, &f->ei), GW_ECONFLICT,
	    &f->ei);
	assert_int_equal(close(fd), 0);
	assert_false(file_there(f, k.package));
	package_is(f, k.package, "gone");
	assert_int_equal(records(f, "transfer.receive", "result", "deny"), 1);
	parcel_release(&k);
}

/* Announced, and never brought: gone when its term is over, without a record of a deletion. */
static void what_never_came_lapses(void **state)
{
	struct fixture *f = *state;
	struct play p = play_new(f, DIRECT_DELETES);
	struct parcel k = parcel_new(&p, 50);
	struct cases_upload u;
	int64_t next;
	announced(f, &k);
	u = created(f, &k);
	fixture_time(f, f->now + 11 * DAY);
	test_code(cases_tick(f->cases, f->registry, f->now, &next, &f->ei), 0, &f->ei);
	package_is(f, k.package, "gone");
	assert_false(part_exists(f, u.id));
	assert_int_equal(records(f, "retention.expire", "intent", ""), 0);
	parcel_release(&k);
}

/* Brought, and never released: nobody will fetch it, so it does not outlive its term. One that was
 * released in time ends by the clock of its round, or is kept for whoever has asked for it. */
static void what_was_never_released_goes_with_its_term(void **state)
{
	struct fixture *f = *state;
	struct play p = play_new(f, DIRECT_DELETES), q = play_new(f, DIRECT_DELETES);
	struct parcel k = parcel_new(&p, 50), held = parcel_new(&q, 50);
	int64_t next;
	brought(f, &k);
	brought(f, &held);
	play(&q, ACT_RELEASE, P_SENDER);
	test_code(cases_tick(f->cases, f->registry, f->now, &next, &f->ei), 0, &f->ei);
	package_is(f, k.package, "deposited");
	fixture_time(f, f->now + 9 * DAY);
	play(&q, ACT_FETCH_REQUEST, P_RECIPIENT);
	fixture_time(f, f->now + 2 * DAY);
	test_code(cases_tick(f->cases, f->registry, f->now, &next, &f->ei), 0, &f->ei);
	package_is(f, k.package, "gone");
	assert_false(file_there(f, k.package));
	assert_int_equal(records(f, "retention.expire", "result", "ok"), 1);
	package_is(f, held.package, "deposited");
	assert_true(file_there(f, held.package));
	parcel_release(&k);
	parcel_release(&held);
}

/* What is announced costs nothing but a row, so that they are counted. */
static void not_more_are_announced_than_come(void **state)
{
	struct fixture *f = *state;
	struct play p = play_new(f, DIRECT_DELETES);
	struct parcel k[3];
	struct cases_upload u, v;
	json_t *j = NULL;
	bool is_new = false;
	reopen(f, (struct cases_limits){.announced = 2});
	for (size_t i = 0; i < GW_LENGTH(k); i++)
		k[i] = parcel_new(&p, 100);
	announced(f, &k[0]);
	announced(f, &k[1]);
	test_code(announce(f, SENDER, &k[2], &is_new, &j), GW_ELIMIT, &f->ei);
	assert_true(cases_later(&f->ei));
	assert_null(j);
	assert_int_equal(records(f, "transfer.refuse", "", "deny"), 0);
	test_code(announce(f, SENDER, &k[1], &is_new, &j), 0, &f->ei); /* it is no further one */
	assert_false(is_new);
	json_decref(j);
	u = created(f, &k[0]);
	test_code(put(f, &k[0], u.id, 0, 100, UINT64_MAX, &v), 0, &f->ei);
	announced(f, &k[2]);
	for (size_t i = 0; i < GW_LENGTH(k); i++)
		parcel_release(&k[i]);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, fixture_setup, fixture_teardown)
	const struct CMUnitTest tests[] = {
	    TEST(announced_once),
	    TEST(seen_by_its_parties_alone),
	    TEST(refused_when_a_condition_fails),
	    TEST(refused_when_consent_was_withdrawn),
	    TEST(wrong_signatures_are_no_slip),
	    TEST(keys_are_the_recipients_current_ones),
	    TEST(a_senders_gateway_announces),
	    TEST(content_for_the_recipient_while_it_may),
	    TEST(a_fetch_is_finished_in_five_days),
	    TEST(deposits_what_was_sealed_here),
	    TEST(files_that_nobody_counts_on_go),
	    TEST(what_cannot_be_deleted_holds_up_nothing),
	    TEST(a_lost_file_is_an_incident),
	    TEST(each_lost_package_is_told_of),
	    TEST(results_are_told_later),
	    TEST(gone_while_it_is_deposited),
	    TEST(what_never_came_lapses),
	    TEST(not_more_are_announced_than_come),
	    TEST(what_was_never_released_goes_with_its_term),
	};
	return cmocka_run_group_tests_name("cases/package", tests, NULL, NULL);
}
