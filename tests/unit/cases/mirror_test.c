/* SPDX-License-Identifier: EUPL-1.2 */
/* Cases that live at another gateway: its chain followed here, and held against what was seen. */
#include "tests/unit/cases/parcel.h"

/* What the other gateway has: a chain of signed acts. */
struct far {
	struct play p;
	json_t *items;
};

static void far_begin(struct far *x, struct fixture *f, enum policies policy)
{
	*x = (struct far){.p = play_new(f, policy), .items = json_array()};
	x->p.recipient = P_FAR;
}

static void far_end(struct far *x)
{
	jx_release(&x->items);
}

static json_t *item(struct far *x, enum case_act act, enum party by, json_t *members)
{
	struct buf json GW_CLEANUP(buf_release), p7s GW_CLEANUP(buf_release);
	struct buf b64 GW_CLEANUP(buf_release) = BUF_INIT(CADES_MAX * 2);
	json_t *o = json_object();
	fixture_sign(
	    x->p.f, by, case_act_word(act), by == P_SENDER ? FAR : SENDER, members, &json, &p7s);
	assert_int_equal(str_b64(&b64, p7s.data, p7s.len), 0);
	hash_sha256_hex(json.data, json.len, x->p.head);
	jx_set(o, "kind", json_string(case_act_word(act)));
	jx_set(o, "sha256", json_string(x->p.head));
	set_moment(o, "received", x->p.f->now);
	jx_set(o, "statement", json_stringn(json.data, json.len));
	jx_set(o, "signature", json_string(b64.data));
	return o;
}

/* The act is taken there. */
static void taken(struct far *x, enum case_act act, enum party by)
{
	jx_add(x->items, item(x, act, by, play_members(&x->p, act)));
}

static int mirror(struct far *x)
{
	struct fixture *f = x->p.f;
	struct cases_call call = fixture_call(f, GATEWAY);
	f->ei.msg[0] = '\0';
	return cases_mirror(f->cases, &call, FARGATE, SENDER, x->p.id, x->items, &f->ei);
}

static void mirrored(struct far *x, enum case_state state)
{
	test_code(mirror(x), 0, &x->p.f->ei);
	play_is(&x->p, state);
}

static size_t events(struct far *x, const char *kind)
{
	struct cases_call call = fixture_call(x->p.f, SENDER);
	json_t *j GW_CLEANUP(jx_release) = NULL;
	test_code(cases_events(x->p.f->cases, &call, 0, 500, &j, &x->p.f->ei), 0, &x->p.f->ei);
	size_t n = 0, i;
	json_t *e;
	json_array_foreach (json_object_get(j, "items"), i, e)
		n += str_eq(jx_str(e, "kind"), kind);
	return n;
}

static void follows_the_chain(void **state)
{
	struct fixture *f = *state;
	struct far x;
	far_begin(&x, f, OFFERED_KEEPS);
	taken(&x, ACT_OFFER, P_SENDER);
	mirrored(&x, CASE_OFFERED);
	taken(&x, ACT_HOLD, P_FAR);
	mirrored(&x, CASE_ON_HOLD);
	taken(&x, ACT_OFFER, P_SENDER);
	taken(&x, ACT_ACCEPT, P_FAR);
	mirrored(&x, CASE_ACCEPTED);
	mirrored(&x, CASE_ACCEPTED); /* told again: nothing new */
	assert_int_equal(records(f, "case.offer", "result", "ok"), 2);
	assert_int_equal(records(f, "case.accept", "result", "ok"), 1);
	assert_int_equal(events(&x, "accept"), 1);
	json_t *seen GW_CLEANUP(jx_release) = play_show(&x.p, SENDER);
	assert_string_equal(jx_str(seen, "head"), x.p.head);
	assert_string_equal(jx_str(seen, "gateway"), "https://far.example");
	assert_int_equal(records(f, "incident.open", "", ""), 0);
	far_end(&x);
}

/* All the way, with a package that lay here first; its file goes when the case is taken over. */
static void to_the_end(void **state)
{
	struct fixture *f = *state;
	struct far x;
	far_begin(&x, f, DIRECT_DELETES);
	struct parcel k = parcel_new(&x.p, 3000);
	int64_t next;
	brought(f, &k);
	taken(&x, ACT_RELEASE, P_SENDER);
	taken(&x, ACT_FETCH_REQUEST, P_FAR);
	taken(&x, ACT_FETCHED, P_FAR);
	taken(&x, ACT_OPENED, P_FAR);
	mirrored(&x, CASE_OPENED);
	test_code(cases_tick(f->cases, f->registry, f->now, &next, &f->ei), 0, &f->ei);
	assert_true(file_there(f, k.package));
	taken(&x, ACT_TAKEN_OVER, P_FAR);
	mirrored(&x, CASE_TAKEN_OVER);
	test_code(cases_tick(f->cases, f->registry, f->now, &next, &f->ei), 0, &f->ei);
	assert_false(file_there(f, k.package));
	taken(&x, ACT_DESTROYED, P_SENDER);
	mirrored(&x, CASE_CLOSED);
	parcel_release(&k);
	far_end(&x);
}

/* Both clocks end the term; the fetch that was taken there in its last moment counts. */
static void what_was_taken_there_counts(void **state)
{
	struct fixture *f = *state;
	struct far x;
	far_begin(&x, f, DIRECT_DELETES);
	struct parcel k = parcel_new(&x.p, 3000);
	int64_t next;
	brought(f, &k);
	taken(&x, ACT_RELEASE, P_SENDER);
	mirrored(&x, CASE_RELEASED);
	fixture_time(f, f->now + 9 * DAY);
	taken(&x, ACT_FETCH_REQUEST, P_FAR);
	fixture_time(f, f->now + 2 * DAY);
	test_code(cases_tick(f->cases, f->registry, f->now, &next, &f->ei), 0, &f->ei);
	play_is(&x.p, CASE_EXPIRED);
	mirrored(&x, CASE_FETCHING);
	parcel_release(&k);
	far_end(&x);
}

static void refused_as_an_incident(struct far *x)
{
	struct fixture *f = x->p.f;
	size_t before = records(f, "incident.open", "", ""), told = events(x, "incident");
	json_t *a GW_CLEANUP(jx_release) = play_show(&x->p, SENDER);
	test_code(mirror(x), GW_EAUTH, &f->ei);
	json_t *b GW_CLEANUP(jx_release) = play_show(&x->p, SENDER);
	assert_string_equal(jx_str(a, "head"), jx_str(b, "head"));
	assert_string_equal(jx_str(a, "state"), jx_str(b, "state"));
	assert_int_equal(records(f, "incident.open", "", ""), before + 1);
	assert_int_equal(events(x, "incident"), told + 1);
}

static void another_past_is_an_incident(void **state)
{
	struct fixture *f = *state;
	struct far x;
	far_begin(&x, f, OFFERED_KEEPS);
	taken(&x, ACT_OFFER, P_SENDER);
	taken(&x, ACT_HOLD, P_FAR);
	mirrored(&x, CASE_ON_HOLD);
	json_t *all = x.items;
	/* shorter */
	x.items = json_array();
	jx_add(x.items, json_incref(json_array_get(all, 0)));
	refused_as_an_incident(&x);
	/* another at the same place, well signed */
	memcpy(x.p.head, jx_str(json_array_get(all, 0), "sha256"), HASH_HEX);
	taken(&x, ACT_ACCEPT, P_FAR);
	refused_as_an_incident(&x);
	jx_release(&x.items);
	x.items = all;
	mirrored(&x, CASE_ON_HOLD);
	far_end(&x);
}

static void what_is_new_has_to_be_proved(void **state)
{
	struct fixture *f = *state;
	struct far x;
	far_begin(&x, f, OFFERED_KEEPS);
	taken(&x, ACT_OFFER, P_SENDER);
	mirrored(&x, CASE_OFFERED);
	char head[HASH_HEX];
	memcpy(head, x.p.head, sizeof head);
	/* by a key that nobody pinned; by another party; with another's signature; not following;
	 * with digests that are not those of the slip */
	/* another key in a certificate with the recipient's number */
	struct signer *impostor = NULL, *real = f->who[P_FAR];
	pki_files(&f->pki, "impostor", &(struct pki_spec){.oin = FAR, .name = "impostor"});
	test_code(signer_load(pki_path(&f->pki, "impostor", ".pem"),
		      pki_path(&f->pki, "impostor", ".key"), &impostor, &f->ei),
	    0, &f->ei);
	for (int i = 0; i < 4; i++) {
		f->who[P_FAR] = i == 0 ? impostor : real;
		memcpy(x.p.head, head, sizeof head);
		json_t *m = play_members(&x.p, ACT_ACCEPT);
		if (i == 3)
			jx_set(m, "prev", json_string(x.p.f->sha256[0]));
		json_t *o = item(&x, ACT_ACCEPT, i == 1 ? P_RIVAL : P_FAR, m);
		if (i == 2)
			jx_set(o, "signature",
			    json_incref(json_object_get(json_array_get(x.items, 0), "signature")));
		jx_add(x.items, o);
		refused_as_an_incident(&x);
		(void)json_array_remove(x.items, 1);
	}
	signer_free(impostor);
	memcpy(x.p.head, head, sizeof head);
	taken(&x, ACT_ACCEPT, P_FAR);
	mirrored(&x, CASE_ACCEPTED);
	far_end(&x);
}

/* ---- whether the moment that is told can be ---- */

/* The key of FAR signs until that day. */
static void key_ends(struct fixture *f, int64_t at)
{
	char day[DATE_TEXT];
	char *path GW_CLEANUP(str_free_p) = file_join(f->registry_dir, "organisations.yaml");
	char *text GW_CLEANUP(str_free_p) = slurp(path);
	char *was GW_CLEANUP(str_free_p) =
	    str_printf("\"%s\", from: 2026-01-01, until: 2027-12-31", signer_spki(f->who[P_FAR]));
	date_text(date_of(at), day);
	char *is GW_CLEANUP(str_free_p) =
	    str_printf("\"%s\", from: 2026-01-01, until: %s", signer_spki(f->who[P_FAR]), day);
	char *shorter GW_CLEANUP(str_free_p) = with(text, was, is);
	fixture_put(f->registry_dir, "organisations.yaml", shorter);
	fixture_reload(f);
}

/* When the last act was received, as the sender's own gateway shows it. */
static void last_received(struct far *x, int64_t at)
{
	struct cases_call call = fixture_call(x->p.f, SENDER);
	json_t *j GW_CLEANUP(jx_release) = NULL;
	char text[TIME_TEXT];
	test_code(cases_statements(x->p.f->cases, &call, SENDER, x->p.id, false, &j, &x->p.f->ei),
	    0, &x->p.f->ei);
	const json_t *items = json_object_get(j, "items");
	time_text(at, text);
	assert_string_equal(
	    jx_str(json_array_get(items, json_array_size(items) - 1), "received"), text);
}

/* An act that FAR signed and the other gateway says to have received at `at`. */
static void taken_at(struct far *x, enum case_act act, enum party by, int64_t at)
{
	int64_t now = x->p.f->now;
	fixture_time(x->p.f, at);
	taken(x, act, by);
	fixture_time(x->p.f, now);
}

static void an_outage_of_days_does_no_harm(void **state)
{
	struct fixture *f = *state;
	struct far x;
	int64_t begin = f->now;
	far_begin(&x, f, OFFERED_KEEPS);
	taken(&x, ACT_OFFER, P_SENDER);
	mirrored(&x, CASE_OFFERED);
	key_ends(f, begin + 5 * DAY);
	fixture_time(f, begin + 12 * DAY);
	taken_at(&x, ACT_QUESTION, P_FAR, begin + 1 * DAY);
	taken_at(&x, ACT_ACCEPT, P_FAR, begin + 3 * DAY);
	mirrored(&x, CASE_ACCEPTED); /* it was good when it was received */
	last_received(&x, begin + 3 * DAY);
	assert_int_equal(records(f, "incident.open", "", ""), 0);
	far_end(&x);
}

static void nobody_dates_back_with_a_key_that_ended(void **state)
{
	struct fixture *f = *state;
	struct far x;
	int64_t begin = f->now;
	far_begin(&x, f, OFFERED_KEEPS);
	taken(&x, ACT_OFFER, P_SENDER);
	mirrored(&x, CASE_OFFERED);
	key_ends(f, begin + 5 * DAY);
	fixture_time(f, begin + 40 * DAY);
	taken_at(&x, ACT_ACCEPT, P_FAR, begin + 1 * DAY);
	refused_as_an_incident(&x);
	far_end(&x);
}

static void nothing_was_received_before_what_it_follows(void **state)
{
	struct fixture *f = *state;
	struct far x;
	int64_t begin = f->now;
	far_begin(&x, f, OFFERED_KEEPS);
	taken(&x, ACT_OFFER, P_SENDER);
	mirrored(&x, CASE_OFFERED);
	key_ends(f, begin + 2 * DAY);
	fixture_time(f, begin + 8 * DAY);
	taken_at(&x, ACT_HOLD, P_FAR, begin + 1 * DAY);
	taken_at(&x, ACT_OFFER, P_SENDER, begin + 5 * DAY);
	mirrored(&x, CASE_OFFERED);
	last_received(&x, begin + 5 * DAY);
	/* in a call of its own, and together with what it follows */
	taken_at(&x, ACT_ACCEPT, P_FAR, begin + 1 * DAY);
	refused_as_an_incident(&x);
	far_end(&x);
	far_begin(&x, f, OFFERED_KEEPS);
	taken_at(&x, ACT_OFFER, P_SENDER, begin + 5 * DAY);
	taken_at(&x, ACT_ACCEPT, P_FAR, begin + 1 * DAY);
	test_code(mirror(&x), GW_EAUTH, &f->ei);
	play_is(&x.p, CASE_OFFERED);
	far_end(&x);
}

static void nothing_was_received_later_than_now(void **state)
{
	struct fixture *f = *state;
	struct far x;
	far_begin(&x, f, OFFERED_KEEPS);
	taken(&x, ACT_OFFER, P_SENDER);
	set_moment(json_array_get(x.items, 0), "received", f->now + 30 * DAY);
	mirrored(&x, CASE_OFFERED);
	last_received(&x, f->now);
	far_end(&x);
}

/* Terms run on the other gateway's time: a return of the last moment counts when we hear of it. */
static void a_return_in_time_counts_however_late_it_is_told(void **state)
{
	struct fixture *f = *state;
	struct far x;
	int64_t begin = f->now;
	far_begin(&x, f, DIRECT_DELETES);
	struct parcel k = parcel_new(&x.p, 3000);
	brought(f, &k);
	taken(&x, ACT_RELEASE, P_SENDER);
	taken(&x, ACT_FETCH_REQUEST, P_FAR);
	taken(&x, ACT_FETCHED, P_FAR);
	taken(&x, ACT_OPENED, P_FAR);
	mirrored(&x, CASE_OPENED);
	fixture_time(f, begin + 45 * DAY);
	taken_at(&x, ACT_RETURN, P_FAR, begin + 41 * DAY);
	mirrored(&x, CASE_RETURNED);
	parcel_release(&k);
	far_end(&x);
}

/* ---- our own revocation lists ---- */

/* The registry has this list of the authority: fresh until then, with FAR's certificate revoked. */
static void list_is(struct fixture *f, int64_t until, bool revoked)
{
	FILE *pem = fopen(pki_path(&f->pki, "far", ".pem"), "re");
	X509 *cert = pem ? PEM_read_X509(pem, NULL, NULL, NULL) : NULL;
	PKI_MUST(cert && fclose(pem) == 0);
	const struct pki_revoked far = {cert, PKI_NOW - DAY, 0, CRL_REASON_KEY_COMPROMISE};
	pki_crl(&f->pki, "ca", f->pki.ca, f->pki.ca_key, PKI_NOW - DAY, until, &far, revoked);
	X509_free(cert);
	fixture_copy_in(pki_path(&f->pki, "crls/ca", ".crl"), f->registry_dir, "trust/ca.crl");
	fixture_reload(f);
}

static void an_old_list_of_ours_is_no_incident(void **state)
{
	struct fixture *f = *state;
	struct far x;
	far_begin(&x, f, OFFERED_KEEPS);
	taken(&x, ACT_OFFER, P_SENDER);
	mirrored(&x, CASE_OFFERED);
	list_is(f, f->now + DAY, false);
	fixture_time(f, f->now + 2 * DAY);
	taken(&x, ACT_ACCEPT, P_FAR);
	for (int i = 0; i < 2; i++) {
		test_code(mirror(&x), GW_EIO, &f->ei);
		assert_true(trust_out_of_date(&f->ei));
		play_is(&x.p, CASE_OFFERED);
	}
	assert_int_equal(records(f, "incident.open", "", ""), 0);
	assert_int_equal(events(&x, "incident"), 0);
	list_is(f, f->now + DAY, false);
	mirrored(&x, CASE_ACCEPTED);
	far_end(&x);
}

static void what_the_fresh_list_revokes_is_one(void **state)
{
	struct fixture *f = *state;
	struct far x;
	far_begin(&x, f, OFFERED_KEEPS);
	taken(&x, ACT_OFFER, P_SENDER);
	mirrored(&x, CASE_OFFERED);
	list_is(f, f->now + DAY, true);
	fixture_time(f, f->now + 2 * DAY);
	taken(&x, ACT_ACCEPT, P_FAR);
	test_code(mirror(&x), GW_EIO, &f->ei);
	list_is(f, f->now + DAY, true);
	refused_as_an_incident(&x);
	far_end(&x);
}

/* ---- one winner among several that were asked ---- */

/* A case of that request, accepted, with its package here. */
static void accepted_there(struct far *x, struct fixture *f, const char *request, struct parcel *k)
{
	far_begin(x, f, OFFERED_KEEPS);
	x->p.request = request;
	taken(x, ACT_OFFER, P_SENDER);
	taken(x, ACT_ACCEPT, P_FAR);
	mirrored(x, CASE_ACCEPTED);
	*k = parcel_new(&x->p, 3000);
	brought(f, k);
}

static void a_release_that_waits_has_won(void **state)
{
	struct fixture *f = *state;
	struct far a, b;
	struct parcel k, l;
	struct play here = play_new(f, OFFERED_KEEPS);
	char request[ID_TEXT];
	enum cases_taken taken = CASES_NEW;
	struct cases_call call = fixture_call(f, GATEWAY);
	struct cases_job j;
	int64_t next;
	id_v4(request);
	here.request = request;
	play_to(&here, CASE_ACCEPTED);
	play_package(&here, f->now + 10 * DAY, NULL, true);
	accepted_there(&a, f, request, &k);
	accepted_there(&b, f, request, &l);
	test_code(
	    play_send(&a.p, ACT_RELEASE, P_SENDER, SENDER, play_members(&a.p, ACT_RELEASE), &taken),
	    0, &f->ei);
	assert_int_equal(taken, CASES_QUEUED);
	play_is(&a.p, CASE_ACCEPTED); /* as yet */
	assert_int_equal(play_try(&here, ACT_RELEASE, P_SENDER), GW_ECONFLICT);
	assert_int_equal(play_try(&b.p, ACT_RELEASE, P_SENDER), GW_ECONFLICT);
	assert_false(cases_stale(&f->ei));
	/* it was refused there: another may have the candidate */
	for (int i = 0; i < 2; i++) {
		test_code(cases_job_next(f->cases, &call, &j, &next, &f->ei), 0, &f->ei);
		test_code(cases_job_done(f->cases, &call, j.id, i ? GW_EREFUSED : 0, NULL, &f->ei),
		    0, &f->ei);
		cases_job_release(&j);
	}
	play(&here, ACT_RELEASE, P_SENDER);
	assert_int_equal(play_try(&b.p, ACT_RELEASE, P_SENDER), GW_ECONFLICT);
	parcel_release(&k);
	parcel_release(&l);
	far_end(&a);
	far_end(&b);
}

/* Only the recipient's gateway tells, and only of senders that are served here. */
static void others_have_nothing_to_tell(void **state)
{
	struct fixture *f = *state;
	struct far x;
	struct cases_call call = fixture_call(f, GATEWAY);
	far_begin(&x, f, OFFERED_KEEPS);
	taken(&x, ACT_OFFER, P_SENDER);
	test_code(cases_mirror(f->cases, &call, RIVAL, SENDER, x.p.id, x.items, &f->ei),
	    GW_EREFUSED, &f->ei);
	json_t *none GW_CLEANUP(jx_release) = json_array();
	test_code(cases_mirror(f->cases, &call, FARGATE, SENDER, x.p.id, none, &f->ei), GW_EFORMAT,
	    &f->ei);
	assert_int_equal(records(f, "incident.open", "", ""), 0);
	/* a case of our own recipient lives here, whatever another says */
	struct play own = play_new(f, OFFERED_KEEPS);
	play(&own, ACT_OFFER, P_SENDER);
	test_code(cases_mirror(f->cases, &call, FARGATE, SENDER, own.id, x.items, &f->ei),
	    GW_EREFUSED, &f->ei);
	far_end(&x);
}

static void remembers_whom_to_ask(void **state)
{
	struct fixture *f = *state;
	struct far x;
	struct cases_peer peers[2];
	assert_int_equal(cases_peers(f->cases, f->registry, f->now, peers, 2), 0);
	far_begin(&x, f, OFFERED_KEEPS);
	taken(&x, ACT_OFFER, P_SENDER);
	mirrored(&x, CASE_OFFERED);
	assert_int_equal(cases_peers(f->cases, f->registry, f->now, peers, 2), 1);
	assert_string_equal(peers[0].oin, FARGATE);
	assert_string_equal(peers[0].gateway, "https://far.example");
	assert_int_equal(peers[0].after, 0);
	test_code(cases_mirrored(f->cases, FARGATE, 17, &f->ei), 0, &f->ei);
	fixture_down(f);
	fixture_up(f);
	assert_int_equal(cases_peers(f->cases, f->registry, f->now, peers, 2), 1);
	assert_int_equal(peers[0].after, 17);
	assert_int_equal(cases_peers(f->cases, f->registry, f->now, peers, 0), 1);
	taken(&x, ACT_DECLINE, P_FAR);
	assert_false(peers[0].ended);
	mirrored(&x, CASE_DECLINED);
	/* it may still have to tell what went astray */
	fixture_time(f, f->now + 41 * DAY);
	assert_int_equal(cases_peers(f->cases, f->registry, f->now, peers, 2), 1);
	assert_true(peers[0].ended);
	assert_int_equal(peers[0].after, 17);
	play_package(&x.p, f->now + DAY, NULL, false);
	taken(&x, ACT_MISDELIVERED, P_FAR);
	mirrored(&x, CASE_MISDELIVERED);
	fixture_time(f, f->now + 43 * DAY);
	assert_int_equal(cases_peers(f->cases, f->registry, f->now, peers, 2), 0);
	/* one open case is enough to be asked as often as others */
	far_end(&x);
	far_begin(&x, f, OFFERED_KEEPS);
	taken(&x, ACT_OFFER, P_SENDER);
	mirrored(&x, CASE_OFFERED);
	assert_int_equal(cases_peers(f->cases, f->registry, f->now, peers, 2), 1);
	assert_false(peers[0].ended);
	far_end(&x);
}

/* A long chain comes in parts: what was handed over before is then named by its digest alone. */
static void what_was_told_is_named_by_its_digest(void **state)
{
	struct far x;
	far_begin(&x, *state, OFFERED_KEEPS);
	taken(&x, ACT_OFFER, P_SENDER);
	mirrored(&x, CASE_OFFERED);
	json_t *whole GW_CLEANUP(jx_release) = json_incref(x.items);
	json_decref(x.items);
	x.items = json_pack("[{s:s}]", "sha256", x.p.head);
	taken(&x, ACT_ACCEPT, P_FAR);
	mirrored(&x, CASE_ACCEPTED);
	/* another past is found out by it, too */
	jx_set(json_array_get(x.items, 0), "sha256", json_string(x.p.head));
	taken(&x, ACT_WITHDRAW, P_SENDER);
	assert_int_equal(mirror(&x), GW_EAUTH);
	play_is(&x.p, CASE_ACCEPTED);
	far_end(&x);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, fixture_setup, fixture_teardown)
	const struct CMUnitTest tests[] = {
	    TEST(follows_the_chain),
	    TEST(to_the_end),
	    TEST(what_was_taken_there_counts),
	    TEST(another_past_is_an_incident),
	    TEST(what_is_new_has_to_be_proved),
	    TEST(an_outage_of_days_does_no_harm),
	    TEST(nobody_dates_back_with_a_key_that_ended),
	    TEST(nothing_was_received_before_what_it_follows),
	    TEST(nothing_was_received_later_than_now),
	    TEST(a_return_in_time_counts_however_late_it_is_told),
	    TEST(an_old_list_of_ours_is_no_incident),
	    TEST(what_the_fresh_list_revokes_is_one),
	    TEST(a_release_that_waits_has_won),
	    TEST(others_have_nothing_to_tell),
	    TEST(remembers_whom_to_ask),
	    TEST(what_was_told_is_named_by_its_digest),
	};
	return cmocka_run_group_tests_name("cases/mirror", tests, NULL, NULL);
}
