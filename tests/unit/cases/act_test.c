/* SPDX-License-Identifier: EUPL-1.2 */
/* Acts through the one door: real statements by real keys, in every state, by either party. */
#include <pthread.h>

#include "ledger/audit.h"
#include "tests/unit/cases/fixture.h"

/* ---- every state, act and party ---- */

struct stage {
	enum case_state state;
	enum policies policy;
	bool fetched, opened;
};

/* The round of `from` in which that act would be: a new one after the end. */
static int expected(const struct stage *s, enum case_act act, enum case_by by, enum case_state *to)
{
	const struct case_facts facts = {.direct = s->policy == DIRECT_DELETES,
	    .fetched = s->fetched,
	    .opened = s->opened,
	    .delete_never = s->policy == OFFERED_KEEPS};
	bool begins = act == ACT_OFFER || act == ACT_RELEASE;
	return case_step(
	    begins && case_ended(s->state) ? CASE_CHECKED : s->state, act, by, &facts, to, NULL);
}

/* A release after the end needs a package of its own. */
static void renew(struct play *p, enum case_act act, const struct stage *s)
{
	if (act == ACT_RELEASE && (case_ended(s->state) || !p->package[0]))
		play_package(p, p->f->now + 10 * DAY, NULL, true);
	else if (!p->package[0] && act >= ACT_EXTEND && act != ACT_ENTERED_IN_ERROR)
		play_package(p, p->f->now + 10 * DAY, NULL, true);
}

static unsigned walk(struct fixture *f, const struct stage *s)
{
	struct play p = play_new(f, s->policy);
	unsigned legal = 0;
	bool fresh = false;
	for (enum case_act act = ACT_OFFER; act <= ACT_CONSENT_WITHDRAWN; act++)
		for (enum party by = P_SENDER; by <= P_RECIPIENT; by++) {
			enum case_state to;
			if (!fresh) {
				p = play_new(f, s->policy);
				play_to(&p, s->state);
				fresh = true;
			}
			int e = expected(s, act, by == P_SENDER ? BY_SENDER : BY_RECIPIENT, &to);
			const struct play before = p;
			renew(&p, act, s);
			int r = play_try(&p, act, by);
			if (r != e)
				fail_msg("%s: %s by %s: %s instead of %s: %s",
				    case_state_word(s->state), case_act_word(act), party_name[by],
				    err_name(r), err_name(e), f->ei.msg);
			if (r == 0) {
				play_is(&p, to);
				legal++;
				fresh = false;
			} else {
				play_is(&p, s->state);
				assert_false(cases_stale(&f->ei));
				p = before;
			}
		}
	return legal;
}

static void every_act_in_every_state_by_either_party(void **state)
{
	static const struct stage stages[] = {
	    {CASE_OFFERED, OFFERED_KEEPS, false, false},
	    {CASE_ON_HOLD, OFFERED_KEEPS, false, false},
	    {CASE_ACCEPTED, OFFERED_KEEPS, false, false},
	    {CASE_RELEASED, OFFERED_KEEPS, false, false},
	    {CASE_RELEASED, DIRECT_DELETES, false, false},
	    {CASE_FETCHING, OFFERED_KEEPS, false, false},
	    {CASE_FETCHED, OFFERED_KEEPS, true, false},
	    {CASE_OPENED, OFFERED_KEEPS, true, true},
	    {CASE_TAKEN_OVER, OFFERED_KEEPS, true, true},
	    {CASE_TAKEN_OVER, OFFERED_DELETES, true, true},
	    {CASE_WITHDRAWAL_REQUESTED, OFFERED_KEEPS, true, false},
	    {CASE_DECLINED, OFFERED_KEEPS, false, false},
	    {CASE_WITHDRAWN, OFFERED_KEEPS, false, false},
	    {CASE_WITHDRAWN, DIRECT_DELETES, false, false},
	    {CASE_CANCELLED, OFFERED_KEEPS, false, false},
	    {CASE_RETURNED, OFFERED_KEEPS, true, true},
	    {CASE_CLOSED, OFFERED_DELETES, true, true},
	    {CASE_MISDELIVERED, OFFERED_KEEPS, true, true},
	    {CASE_VOID, OFFERED_KEEPS, false, false},
	};
	unsigned legal = 0;
	for (size_t i = 0; i < GW_LENGTH(stages); i++)
		legal += walk(*state, &stages[i]);
	print_message("# %u legal of %zu\n", legal, GW_LENGTH(stages) * 2 * 23);
	assert_true(legal > 70);
}

/* ---- one chain ---- */

static void the_same_statement_again_is_the_first_result(void **state)
{
	struct play p = play_new(*state, OFFERED_KEEPS);
	struct fixture *f = p.f;
	struct cases_call call = fixture_call(f, SENDER);
	struct buf json GW_CLEANUP(buf_release), p7s GW_CLEANUP(buf_release);
	enum cases_taken taken;
	uint64_t before, after;
	fixture_sign(f, P_SENDER, "offer", RECIPIENT, play_members(&p, ACT_OFFER), &json, &p7s);
	for (int i = 0; i < 3; i++) {
		json_t *seen GW_CLEANUP(jx_release) = NULL;
		test_code(ledger_size(f->ledger, &before, &f->ei), 0, &f->ei);
		test_code(cases_act(f->cases, &call, SENDER, p.id, json.data, json.len, p7s.data,
			      p7s.len, &taken, &seen, &f->ei),
		    0, &f->ei);
		test_code(ledger_size(f->ledger, &after, &f->ei), 0, &f->ei);
		assert_int_equal(taken, i == 0 ? CASES_NEW : CASES_AGAIN);
		assert_int_equal(after - before, i == 0 ? 2 : 0);
		assert_int_equal(json_integer_value(json_object_get(seen, "statements")), 1);
		if (i == 1) { /* and still when the case has gone on */
			hash_sha256_hex(json.data, json.len, p.head);
			play(&p, ACT_ACCEPT, P_RECIPIENT);
			json_t *now GW_CLEANUP(jx_release) = play_show(&p, SENDER);
			assert_int_equal(json_integer_value(json_object_get(now, "statements")), 2);
			break;
		}
	}
	json_t *seen GW_CLEANUP(jx_release) = NULL;
	test_code(cases_act(f->cases, &call, SENDER, p.id, json.data, json.len, p7s.data, p7s.len,
		      &taken, &seen, &f->ei),
	    0, &f->ei);
	assert_int_equal(taken, CASES_AGAIN);
}

static void what_does_not_follow_the_last_statement_is_stale(void **state)
{
	struct play p = play_new(*state, OFFERED_KEEPS);
	char first[HASH_HEX];
	play(&p, ACT_OFFER, P_SENDER);
	memcpy(first, p.head, sizeof first);
	play(&p, ACT_QUESTION, P_RECIPIENT);
	memcpy(p.head, first, sizeof first);
	assert_int_equal(play_try(&p, ACT_ACCEPT, P_RECIPIENT), GW_ECONFLICT);
	assert_true(cases_stale(&p.f->ei));
	p.head[0] = '\0';
	assert_int_equal(play_try(&p, ACT_OFFER, P_SENDER), GW_ECONFLICT);
	assert_true(cases_stale(&p.f->ei));
	struct play other = play_new(*state, OFFERED_KEEPS); /* a chain that never was */
	memcpy(other.head, first, sizeof first);
	assert_int_equal(play_try(&other, ACT_OFFER, P_SENDER), GW_ECONFLICT);
	assert_true(cases_stale(&p.f->ei));
}

struct runner {
	struct play p;
	enum case_act act;
	enum party by;
	pthread_barrier_t *line;
	int r;
	bool stale;
};

static void *runs(void *arg)
{
	struct runner *w = arg;
	struct fixture own = *w->p.f; /* an errinfo of its own */
	w->p.f = &own;
	(void)pthread_barrier_wait(w->line);
	w->r = play_try(&w->p, w->act, w->by);
	w->stale = cases_stale(&own.ei);
	return NULL;
}

static void of_two_at_once_one_wins(void **state)
{
	unsigned won[2] = {0};
	for (int i = 0; i < 12; i++) {
		struct play p = play_new(*state, OFFERED_KEEPS);
		pthread_barrier_t line;
		pthread_t t[2];
		play_to(&p, CASE_RELEASED);
		struct runner w[2] = {{.p = p, .act = ACT_WITHDRAW, .by = P_SENDER, .line = &line},
		    {.p = p, .act = ACT_FETCH_REQUEST, .by = P_RECIPIENT, .line = &line}};
		assert_int_equal(pthread_barrier_init(&line, NULL, 2), 0);
		for (int k = 0; k < 2; k++)
			assert_int_equal(pthread_create(&t[k], NULL, runs, &w[k]), 0);
		for (int k = 0; k < 2; k++)
			assert_int_equal(pthread_join(t[k], NULL), 0);
		(void)pthread_barrier_destroy(&line);
		int winner = w[0].r == 0 ? 0 : 1;
		assert_int_equal(w[winner].r, 0);
		assert_int_equal(w[1 - winner].r, GW_ECONFLICT);
		assert_true(w[1 - winner].stale);
		play_is(&p, winner == 0 ? CASE_WITHDRAWN : CASE_FETCHING);
		won[winner]++;
	}
	print_message("# the sender won %u times, the recipient %u\n", won[0], won[1]);
}

/* ---- who ---- */

static void strangers_find_nothing(void **state)
{
	struct play p = play_new(*state, OFFERED_KEEPS);
	struct fixture *f = p.f;
	struct cases_call call = fixture_call(f, RIVAL);
	json_t *j = NULL;
	play(&p, ACT_OFFER, P_SENDER);
	assert_int_equal(cases_show(f->cases, &call, SENDER, p.id, &j, &f->ei), GW_ENOENT);
	assert_int_equal(
	    cases_statements(f->cases, &call, SENDER, p.id, false, &j, &f->ei), GW_ENOENT);
	const struct cases_page page = {.limit = 500};
	test_code(cases_list(f->cases, &call, NULL, NULL, &page, &j, &f->ei), 0, &f->ei);
	assert_int_equal(json_array_size(json_object_get(j, "items")), 0);
	jx_release(&j);
	test_code(cases_events(f->cases, &call, 0, 500, &j, &f->ei), 0, &f->ei);
	assert_int_equal(json_array_size(json_object_get(j, "items")), 0);
	jx_release(&j);
	/* a rival who knows the head cannot act either, nor tell that there is a case */
	assert_int_equal(
	    play_send(&p, ACT_ACCEPT, P_RIVAL, RIVAL, play_members(&p, ACT_ACCEPT), NULL),
	    GW_ENOENT);
	struct play none = play_new(f, OFFERED_KEEPS);
	memcpy(none.head, p.head, sizeof p.head);
	assert_int_equal(
	    play_send(&none, ACT_ACCEPT, P_RIVAL, RIVAL, play_members(&none, ACT_ACCEPT), NULL),
	    GW_ENOENT);
	/* nor by acts that begin a case */
	static const enum case_act begins[] = {ACT_OFFER, ACT_RELEASE};
	for (size_t i = 0; i < GW_LENGTH(begins); i++) {
		char told[sizeof f->ei.msg];
		struct play there = p, not_there = play_new(f, OFFERED_KEEPS);
		there.head[0] = '\0';
		play_package(&there, f->now + 10 * DAY, NULL, true);
		play_package(&not_there, f->now + 10 * DAY, NULL, true);
		int r = play_send(
		    &there, begins[i], P_RIVAL, RIVAL, play_members(&there, begins[i]), NULL);
		memcpy(told, f->ei.msg, sizeof told);
		assert_int_equal(play_send(&not_there, begins[i], P_RIVAL, RIVAL,
				     play_members(&not_there, begins[i]), NULL),
		    r);
		assert_string_equal(f->ei.msg, told);
	}
	play_is(&p, CASE_OFFERED);
}

/* ---- packages of other cases ---- */

/* Who has a case of his own and knows the id of another's package can name it in an act. */
static void a_package_of_another_case_is_not_touched(void **state)
{
	static const enum case_act ends[] = {
	    ACT_DECLINE, ACT_WITHDRAW, ACT_CANCEL, ACT_ENTERED_IN_ERROR, ACT_MISDELIVERED};
	struct fixture *f = *state;
	struct cases_call call = fixture_call(f, RECIPIENT);
	struct play victim = play_new(f, OFFERED_KEEPS);
	victim.recipient = P_RIVAL;
	play_to(&victim, CASE_RELEASED);
	for (size_t i = 0; i < GW_LENGTH(ends); i++) {
		struct play p = play_new(f, OFFERED_KEEPS);
		json_t *j GW_CLEANUP(jx_release) = NULL;
		play(&p, ACT_OFFER, P_SENDER);
		memcpy(p.package, victim.package, sizeof p.package);
		memcpy(p.slip, victim.slip, sizeof p.slip);
		play(&p, ACT_QUESTION, P_RECIPIENT);
		test_code(
		    cases_statements(f->cases, &call, SENDER, p.id, true, &j, &f->ei), 0, &f->ei);
		assert_null(json_object_get(j, "slip")); /* it is not his to read */
		play(&p, ends[i],
		    ends[i] == ACT_DECLINE || ends[i] == ACT_MISDELIVERED ? P_RECIPIENT : P_SENDER);
	}
	play(&victim, ACT_FETCH_REQUEST, P_RIVAL);
	call = fixture_call(f, RIVAL);
	struct cases_file file = {.fd = -1};
	test_code(cases_content(f->cases, &call, victim.package, &file, &f->ei), 0, &f->ei);
	file_close_p(&file.fd);
}

static void only_the_signer_or_its_gateway_brings_an_act(void **state)
{
	struct play p = play_new(*state, OFFERED_KEEPS);
	assert_int_equal(
	    play_send(&p, ACT_OFFER, P_SENDER, RIVAL, play_members(&p, ACT_OFFER), NULL), GW_EAUTH);
	assert_int_equal(
	    play_send(&p, ACT_OFFER, P_SENDER, FARGATE, play_members(&p, ACT_OFFER), NULL),
	    GW_EAUTH);
	play(&p, ACT_OFFER, P_SENDER);
	/* a key that is not pinned, though its certificate carries the name */
	assert_int_equal(
	    play_send(&p, ACT_ACCEPT, P_STRANGER, RECIPIENT, play_members(&p, ACT_ACCEPT), NULL),
	    GW_EAUTH);
	play(&p, ACT_ACCEPT, P_RECIPIENT);
}

static void a_bad_signature_or_address_is_refused(void **state)
{
	struct play p = play_new(*state, OFFERED_KEEPS);
	struct fixture *f = p.f;
	struct cases_call call = fixture_call(f, SENDER);
	struct buf json GW_CLEANUP(buf_release), p7s GW_CLEANUP(buf_release);
	enum cases_taken taken;
	json_t *seen = NULL;
	fixture_sign(f, P_SENDER, "offer", RECIPIENT, play_members(&p, ACT_OFFER), &json, &p7s);
	assert_int_equal(cases_act(f->cases, &call, SENDER, "another", json.data, json.len,
			     p7s.data, p7s.len, &taken, &seen, &f->ei),
	    GW_EFORMAT);
	assert_int_equal(cases_act(f->cases, &call, RECIPIENT, p.id, json.data, json.len, p7s.data,
			     p7s.len, &taken, &seen, &f->ei),
	    GW_ENOENT /* the signer is the recipient there, and there is no such case */);
	json.data[json.len - 3] ^= 1;
	assert_int_equal(cases_act(f->cases, &call, SENDER, p.id, json.data, json.len, p7s.data,
			     p7s.len, &taken, &seen, &f->ei),
	    GW_EAUTH);
	assert_null(seen);
	struct play bsn = play_new(f, OFFERED_KEEPS);
	(void)snprintf(bsn.id, sizeof bsn.id, "Z.123456782"); /* passes the 11-test */
	assert_int_equal(play_try(&bsn, ACT_OFFER, P_SENDER), GW_EFORMAT);
}

/* ---- what the acts themselves must be ---- */

static int with_text(
    struct play *p, enum case_act act, enum party by, const char *name, const char *value)
{
	json_t *m = play_members(p, act);
	jx_set(m, name, json_string(value));
	return play_send(p, act, by, party_oin[by], m, NULL);
}

static void digests_are_those_of_the_slip(void **state)
{
	struct play p = play_new(*state, OFFERED_KEEPS);
	char other[HASH_HEX];
	hash_sha256_hex("other", 5, other);
	play_to(&p, CASE_RELEASED);
	assert_int_equal(with_text(&p, ACT_FETCH_REQUEST, P_RECIPIENT, "slip", other), GW_EREFUSED);
	assert_int_equal(
	    with_text(&p, ACT_FETCH_REQUEST, P_RECIPIENT, "policy", p.f->sha256[DIRECT_DELETES]),
	    GW_EREFUSED);
	play(&p, ACT_FETCH_REQUEST, P_RECIPIENT);
	assert_int_equal(with_text(&p, ACT_FETCHED, P_RECIPIENT, "ciphertext", other), GW_EAUTH);
	play(&p, ACT_FETCHED, P_RECIPIENT);
	assert_int_equal(with_text(&p, ACT_OPENED, P_RECIPIENT, "tagmanifest", other), GW_EAUTH);
	play(&p, ACT_OPENED, P_RECIPIENT);
	assert_int_equal(
	    with_text(&p, ACT_TAKEN_OVER, P_RECIPIENT, "tagmanifest", other), GW_EAUTH);
	play(&p, ACT_TAKEN_OVER, P_RECIPIENT);
}

static int with_time(struct play *p, enum case_act act, enum party by, const char *name, int64_t at)
{
	char text[TIME_TEXT];
	time_text(at, text);
	return with_text(p, act, by, name, text);
}

static void what_has_happened_does_not_lie_ahead(void **state)
{
	struct play p = play_new(*state, OFFERED_DELETES);
	play_to(&p, CASE_TAKEN_OVER);
	assert_int_equal(
	    with_time(&p, ACT_DESTROYED, P_SENDER, "destroyed", p.f->now + DAY), GW_EREFUSED);
	assert_int_equal(
	    with_time(&p, ACT_MISDELIVERED, P_SENDER, "found", p.f->now + DAY), GW_EREFUSED);
	play(&p, ACT_DESTROYED, P_SENDER);
}

static void an_extension_is_later_and_within_the_policy(void **state)
{
	struct play p = play_new(*state, OFFERED_KEEPS);
	play_to(&p, CASE_RELEASED);
	assert_int_equal(
	    with_time(&p, ACT_EXTEND, P_SENDER, "expires", p.f->now + 9 * DAY), GW_EREFUSED);
	assert_int_equal(
	    with_time(&p, ACT_EXTEND, P_SENDER, "expires", p.f->now + 16 * DAY), GW_EREFUSED);
	play(&p, ACT_EXTEND, P_SENDER);
	json_t *j GW_CLEANUP(jx_release) = play_show(&p, RECIPIENT);
	char text[TIME_TEXT];
	time_text(p.f->now + 13 * DAY, text);
	assert_string_equal(
	    jx_str(json_array_get(json_object_get(j, "rounds"), 0), "expires"), text);
}

/* ---- several rounds, several recipients ---- */

static void a_case_goes_on_in_rounds(void **state)
{
	struct play p = play_new(*state, OFFERED_DELETES);
	char first[ID_TEXT];
	play_to(&p, CASE_RETURNED);
	memcpy(first, p.package, sizeof first);
	p.package[0] = '\0';
	play_to(&p, CASE_OPENED); /* offered again, in the same chain */
	json_t *j GW_CLEANUP(jx_release) = play_show(&p, SENDER);
	const json_t *rounds = json_object_get(j, "rounds");
	assert_int_equal(json_array_size(rounds), 2);
	assert_string_equal(jx_str(json_array_get(rounds, 0), "state"), "opened");
	assert_string_equal(jx_str(json_array_get(rounds, 1), "state"), "returned");
	assert_string_equal(jx_str(json_array_get(rounds, 1), "package"), first);
	assert_int_equal(json_integer_value(json_object_get(j, "statements")), 13);
	/* an act that names the first package is about the first round */
	memcpy(p.package, first, sizeof first);
	assert_int_equal(play_try(&p, ACT_TAKEN_OVER, P_RECIPIENT), GW_ECONFLICT);
}

/* Either party could else make a chain that nobody can read any more. */
static void a_chain_has_an_end(void **state)
{
	struct play p = play_new(*state, OFFERED_KEEPS);
	p.f->cases->env.limits.statements = 5;
	play(&p, ACT_OFFER, P_SENDER);
	for (int i = 0; i < 3; i++)
		play(&p, ACT_QUESTION, P_RECIPIENT);
	play(&p, ACT_HOLD, P_RECIPIENT);
	assert_int_equal(play_try(&p, ACT_OFFER, P_SENDER), GW_ELIMIT);
	play(&p, ACT_WITHDRAW, P_SENDER); /* what ends it goes on */
	assert_int_equal(play_try(&p, ACT_OFFER, P_SENDER), GW_ELIMIT);
	struct play q = play_new(*state, OFFERED_KEEPS);
	play_to(&q, CASE_OPENED);
	assert_int_equal(play_try(&q, ACT_CONVERSATION, P_SENDER), GW_ELIMIT);
	play(&q, ACT_TAKEN_OVER, P_RECIPIENT);
	play(&q, ACT_KEPT, P_SENDER);
	/* a few that are long are as bad as many */
	p.f->cases->env.limits = (struct cases_limits){.chain_bytes = 10000};
	struct play o = play_new(*state, OFFERED_KEEPS);
	play(&o, ACT_OFFER, P_SENDER);
	int r = 0;
	for (int i = 0; i < 6 && r == 0; i++)
		r = play_try(&o, ACT_QUESTION, P_RECIPIENT);
	assert_int_equal(r, GW_ELIMIT);
	play(&o, ACT_DECLINE, P_RECIPIENT);
}

/* Even what goes on beyond the limit is short: with all that may follow it the chain stays one that
 * can be read. */
static void the_last_acts_are_short(void **state)
{
	struct fixture *f = *state;
	struct play p = play_new(f, OFFERED_KEEPS);
	struct buf json = BUF_INIT(STATEMENT_MAX), p7s = BUF_INIT(CADES_MAX);
	struct cases_call call = fixture_call(f, RECIPIENT);
	char log[4000];
	json_t *seen = NULL, *m;
	enum cases_taken taken;
	play(&p, ACT_OFFER, P_SENDER);
	memset(log, 'x', sizeof log - 1);
	log[sizeof log - 1] = '\0';
	m = play_members(&p, ACT_DECLINE);
	test_code(statement_sign(
		      f->who[P_RECIPIENT], "decline", SENDER, log, f->now, m, &json, &p7s, &f->ei),
	    0, &f->ei);
	json_decref(m);
	f->cases->env.limits.statements = 1;
	f->cases->env.limits.last_bytes = 8000;
	assert_int_equal(cases_act(f->cases, &call, SENDER, p.id, json.data, json.len, p7s.data,
			     p7s.len, &taken, &seen, &f->ei),
	    GW_ELIMIT);
	f->cases->env.limits.statements = 0; /* one may be long, but not all */
	test_code(cases_act(f->cases, &call, SENDER, p.id, json.data, json.len, p7s.data, p7s.len,
		      &taken, &seen, &f->ei),
	    0, &f->ei);
	jx_release(&seen);
	buf_release(&json);
	buf_release(&p7s);
}

/* A further package for the case, which corrects the last. */
static int corrected(struct play *p)
{
	struct play next = *p;
	char last[ID_TEXT];
	memcpy(last, p->package, sizeof last);
	play_package(&next, p->f->now + 10 * DAY, last, true);
	int r = play_try(&next, ACT_RELEASE, P_SENDER);
	if (r == 0)
		*p = next;
	return r;
}

static void eight_packages_are_under_way_at_once(void **state)
{
	struct play p = play_new(*state, DIRECT_DELETES);
	play_to(&p, CASE_RELEASED);
	struct play first = p;
	for (int i = 1; i < 8; i++)
		test_code(corrected(&p), 0, &p.f->ei);
	assert_int_equal(corrected(&p), GW_ELIMIT);
	assert_non_null(strstr(p.f->ei.msg, "under way"));
	memcpy(first.head, p.head, sizeof first.head);
	play(&first, ACT_WITHDRAW, P_SENDER); /* an older one is ended, and there is room */
	memcpy(p.head, first.head, sizeof p.head);
	test_code(corrected(&p), 0, &p.f->ei);
	assert_int_equal(corrected(&p), GW_ELIMIT);
	/* what was taken over is no longer under way */
	play(&p, ACT_FETCH_REQUEST, P_RECIPIENT);
	play(&p, ACT_FETCHED, P_RECIPIENT);
	play(&p, ACT_OPENED, P_RECIPIENT);
	play(&p, ACT_TAKEN_OVER, P_RECIPIENT);
	test_code(corrected(&p), 0, &p.f->ei);
}

static void a_case_has_fifty_rounds(void **state)
{
	struct play p = play_new(*state, DIRECT_DELETES);
	for (int i = 0; i < 50; i++)
		play_to(&p, CASE_WITHDRAWN);
	play_package(&p, p.f->now + 10 * DAY, NULL, true);
	assert_int_equal(play_try(&p, ACT_RELEASE, P_SENDER), GW_ELIMIT);
	assert_non_null(strstr(p.f->ei.msg, "another case"));
}

static void a_correction_needs_no_offer(void **state)
{
	struct play p = play_new(*state, OFFERED_KEEPS);
	char first[ID_TEXT], other[ID_TEXT];
	play_to(&p, CASE_TAKEN_OVER);
	memcpy(first, p.package, sizeof first);
	id_v4(other);
	play_package(&p, p.f->now + 10 * DAY, other, true);
	assert_int_equal(play_try(&p, ACT_RELEASE, P_SENDER), GW_ECONFLICT);
	play_package(&p, p.f->now + 10 * DAY, first, true);
	play(&p, ACT_RELEASE, P_SENDER);
	play_is(&p, CASE_RELEASED);
	play(&p, ACT_FETCH_REQUEST, P_RECIPIENT);
	play(&p, ACT_FETCHED, P_RECIPIENT);
	play(&p, ACT_OPENED, P_RECIPIENT);
	json_t *j GW_CLEANUP(jx_release) = play_show(&p, SENDER);
	const json_t *rounds = json_object_get(j, "rounds");
	assert_string_equal(jx_str(json_array_get(rounds, 0), "state"), "opened");
	assert_string_equal(jx_str(json_array_get(rounds, 1), "state"), "taken_over");
}

static void of_a_request_one_wins(void **state)
{
	struct play a = play_new(*state, OFFERED_KEEPS), b = play_new(*state, OFFERED_KEEPS);
	char request[ID_TEXT];
	id_v4(request);
	b.recipient = P_RIVAL;
	a.request = b.request = request;
	play_to(&a, CASE_ACCEPTED);
	play_to(&b, CASE_ACCEPTED);
	play_package(&a, a.f->now + 10 * DAY, NULL, true);
	play_package(&b, b.f->now + 10 * DAY, NULL, true);
	play(&b, ACT_RELEASE, P_SENDER);
	assert_int_equal(play_try(&a, ACT_RELEASE, P_SENDER), GW_ECONFLICT);
	assert_false(cases_stale(&a.f->ei));
	/* what corrects a winner has won, too, whatever becomes of what it corrects */
	char first[ID_TEXT], slip[HASH_HEX];
	memcpy(first, b.package, sizeof first);
	memcpy(slip, b.slip, sizeof slip);
	play_package(&b, b.f->now + 10 * DAY, first, true);
	play(&b, ACT_RELEASE, P_SENDER);
	struct play old = b;
	memcpy(old.package, first, sizeof first);
	memcpy(old.slip, slip, sizeof slip);
	play(&old, ACT_WITHDRAW, P_SENDER);
	memcpy(b.head, old.head, sizeof b.head);
	assert_int_equal(play_try(&a, ACT_RELEASE, P_SENDER), GW_ECONFLICT);
	play(&b, ACT_WITHDRAW, P_SENDER); /* now the other may have it */
	play(&a, ACT_RELEASE, P_SENDER);
}

static void a_case_keeps_its_recipient(void **state)
{
	struct play p = play_new(*state, OFFERED_KEEPS);
	play_to(&p, CASE_DECLINED);
	p.recipient = P_RIVAL;
	assert_int_equal(play_try(&p, ACT_OFFER, P_SENDER), GW_ECONFLICT);
}

/* ---- conditions ---- */

static void nothing_moves_without_an_acceptance(void **state)
{
	struct fixture *f = *state;
	struct play p = play_new(f, OFFERED_KEEPS), q = play_new(f, OFFERED_KEEPS),
		    n = play_new(f, OFFERED_KEEPS), d = play_new(f, DIRECT_DELETES);
	play_to(&p, CASE_ACCEPTED);
	play_package(&p, f->now + 10 * DAY, NULL, true);
	play_to(&q, CASE_RELEASED);
	play_package(&d, f->now + 10 * DAY, NULL, true);
	fixture_revoke(f, P_RECIPIENT, OFFERED_KEEPS);
	fixture_revoke(f, P_RECIPIENT, DIRECT_DELETES);
	fixture_reload(f);
	assert_int_equal(play_try(&p, ACT_RELEASE, P_SENDER), GW_EREFUSED);
	assert_int_equal(play_try(&q, ACT_FETCH_REQUEST, P_RECIPIENT), GW_EREFUSED);
	assert_int_equal(play_try(&n, ACT_OFFER, P_SENDER), GW_EREFUSED);
	assert_int_equal(play_try(&d, ACT_RELEASE, P_SENDER), GW_EREFUSED);
	play_is(&p, CASE_ACCEPTED);
	play_is(&q, CASE_RELEASED);
	play(&q, ACT_WITHDRAW, P_SENDER); /* what ends harm always works */
	play(&p, ACT_CANCEL, P_SENDER);
}

static void nothing_moves_without_its_agreement(void **state)
{
	struct fixture *f = *state;
	struct play p = play_new(f, OFFERED_KEEPS), q = play_new(f, OFFERED_KEEPS),
		    wrong = play_new(f, OFFERED_KEEPS);
	play_to(&p, CASE_RELEASED);
	assert_int_equal(
	    with_text(&wrong, ACT_OFFER, P_SENDER, "programme", "wi2021"), GW_EREFUSED);
	fixture_contracts(f, "2026-11-01");
	fixture_reload(f);
	assert_int_equal(play_try(&p, ACT_FETCH_REQUEST, P_RECIPIENT), GW_EREFUSED);
	assert_non_null(strstr(f->ei.msg, "processor_agreement"));
	assert_int_equal(play_try(&q, ACT_OFFER, P_SENDER), GW_EREFUSED);
}

static void nothing_is_released_that_is_not_here(void **state)
{
	struct fixture *f = *state;
	struct play p = play_new(f, DIRECT_DELETES);
	id_v4(p.package);
	memcpy(p.slip, f->sha256[0], HASH_HEX);
	assert_int_equal(play_try(&p, ACT_RELEASE, P_SENDER), GW_EREFUSED);
	play_package(&p, f->now + 10 * DAY, NULL, false);
	assert_int_equal(play_try(&p, ACT_RELEASE, P_SENDER), GW_EREFUSED);
	play_package(&p, f->now, NULL, true); /* its term is over */
	assert_int_equal(play_try(&p, ACT_RELEASE, P_SENDER), GW_EREFUSED);
	p.policy = OFFERED_DELETES; /* sealed under another policy than the act names */
	play_package(&p, f->now + 10 * DAY, NULL, true);
	p.policy = DIRECT_DELETES;
	assert_int_equal(play_try(&p, ACT_RELEASE, P_SENDER), GW_EREFUSED);
	play_package(&p, f->now + 10 * DAY, NULL, true);
	play(&p, ACT_RELEASE, P_SENDER);
}

/* ---- consent ---- */

static void later(struct fixture *f)
{
	fixture_time(f, f->now + 1000);
}

static void consent_withdrawn(struct play *p)
{
	later(p->f);
	play(p, ACT_CONSENT_WITHDRAWN, P_SENDER);
	later(p->f);
}

static void refused_for_consent(struct play *p, enum case_act act, enum party by)
{
	assert_int_equal(play_try(p, act, by), GW_EREFUSED);
	assert_non_null(strstr(p->f->ei.msg, "consent"));
}

/* Not yet fetched: it is withdrawn, and sealed again. */
static void what_was_sealed_before_consent_went_is_not_fetched(void **state)
{
	struct fixture *f = *state;
	struct play p = play_new(f, OFFERED_KEEPS);
	play_to(&p, CASE_RELEASED);
	consent_withdrawn(&p);
	refused_for_consent(&p, ACT_FETCH_REQUEST, P_RECIPIENT);
	play_is(&p, CASE_RELEASED);
	play(&p, ACT_WITHDRAW, P_SENDER);
	/* nor may the old one be released in another round */
	char package[ID_TEXT], slip[HASH_HEX];
	memcpy(package, p.package, sizeof package);
	memcpy(slip, p.slip, sizeof slip);
	play(&p, ACT_OFFER, P_SENDER);
	play(&p, ACT_ACCEPT, P_RECIPIENT);
	refused_for_consent(&p, ACT_RELEASE, P_SENDER);
	play_package(&p, f->now + 10 * DAY, NULL, true);
	play(&p, ACT_RELEASE, P_SENDER);
	play(&p, ACT_FETCH_REQUEST, P_RECIPIENT);
}

static void a_correction_takes_the_place_of_what_it_may_not_fetch(void **state)
{
	struct fixture *f = *state;
	struct play p = play_new(f, DIRECT_DELETES);
	char first[ID_TEXT];
	play_to(&p, CASE_RELEASED);
	struct play old = p;
	memcpy(first, p.package, sizeof first);
	consent_withdrawn(&p);
	play_package(&p, f->now + 10 * DAY, first, true);
	play(&p, ACT_RELEASE, P_SENDER);
	memcpy(old.head, p.head, sizeof old.head);
	refused_for_consent(&old, ACT_FETCH_REQUEST, P_RECIPIENT);
	play(&p, ACT_FETCH_REQUEST, P_RECIPIENT);
}

static void bytes_stop_when_consent_goes(void **state)
{
	struct fixture *f = *state;
	struct cases_call call = fixture_call(f, RECIPIENT);
	struct cases_file file = {.fd = -1};
	struct play p = play_new(f, OFFERED_KEEPS);
	play_to(&p, CASE_FETCHING);
	test_code(cases_content(f->cases, &call, p.package, &file, &f->ei), 0, &f->ei);
	file_close_p(&file.fd);
	consent_withdrawn(&p);
	call = fixture_call(f, RECIPIENT);
	assert_int_equal(cases_content(f->cases, &call, p.package, &file, &f->ei), GW_EREFUSED);
	assert_int_equal(file.fd, -1);
	play(&p, ACT_WITHDRAW_REQUEST, P_SENDER); /* and the way out is open */
	play(&p, ACT_WITHDRAW_CONFIRM, P_RECIPIENT);
}

/* ---- elsewhere ---- */

static void acts_for_another_gateway_wait_for_delivery(void **state)
{
	struct fixture *f = *state;
	struct play p = play_new(f, OFFERED_KEEPS);
	enum cases_taken taken = CASES_NEW;
	p.recipient = P_FAR;
	test_code(play_send(&p, ACT_OFFER, P_SENDER, SENDER, play_members(&p, ACT_OFFER), &taken),
	    0, &f->ei);
	assert_int_equal(taken, CASES_QUEUED);
	json_t *j GW_CLEANUP(jx_release) = play_show(&p, SENDER);
	const json_t *waits = json_array_get(json_object_get(j, "pending"), 0);
	assert_string_equal(jx_str(waits, "kind"), "offer");
	assert_string_equal(jx_str(j, "gateway"), "https://far.example");
	assert_int_equal(json_integer_value(json_object_get(j, "statements")), 0);
	/* its recipient acts where the case lives */
	hash_sha256_hex("any", 3, p.head);
	assert_int_equal(
	    play_send(&p, ACT_ACCEPT, P_FAR, FAR, play_members(&p, ACT_ACCEPT), NULL), GW_EREFUSED);
	/* a further act goes behind it, signed over it; none does that is not legal then */
	(void)snprintf(p.head, sizeof p.head, "%s", jx_str(j, "head"));
	assert_string_equal(p.head, jx_str(waits, "statement"));
	assert_int_equal(play_try(&p, ACT_OFFER, P_SENDER), GW_ECONFLICT);
	test_code(
	    play_send(&p, ACT_WITHDRAW, P_SENDER, SENDER, play_members(&p, ACT_WITHDRAW), &taken),
	    0, &f->ei);
	assert_int_equal(taken, CASES_QUEUED);
	json_t *later GW_CLEANUP(jx_release) = play_show(&p, SENDER);
	assert_int_equal(json_array_size(json_object_get(later, "pending")), 2);
	assert_int_equal(json_integer_value(json_object_get(later, "statements")), 0);
	assert_string_equal(
	    json_string_value(json_array_get(json_object_get(later, "legal"), 0)), "misdelivered");
}

int main(void)
{
#define T(test) cmocka_unit_test_setup_teardown(test, fixture_setup, fixture_teardown)
	const struct CMUnitTest tests[] = {
	    T(every_act_in_every_state_by_either_party),
	    T(the_same_statement_again_is_the_first_result),
	    T(what_does_not_follow_the_last_statement_is_stale),
	    T(of_two_at_once_one_wins),
	    T(strangers_find_nothing),
	    T(a_package_of_another_case_is_not_touched),
	    T(only_the_signer_or_its_gateway_brings_an_act),
	    T(a_bad_signature_or_address_is_refused),
	    T(digests_are_those_of_the_slip),
	    T(what_has_happened_does_not_lie_ahead),
	    T(an_extension_is_later_and_within_the_policy),
	    T(a_case_goes_on_in_rounds),
	    T(a_chain_has_an_end),
	    T(the_last_acts_are_short),
	    T(eight_packages_are_under_way_at_once),
	    T(a_case_has_fifty_rounds),
	    T(a_correction_needs_no_offer),
	    T(of_a_request_one_wins),
	    T(a_case_keeps_its_recipient),
	    T(nothing_moves_without_an_acceptance),
	    T(nothing_moves_without_its_agreement),
	    T(nothing_is_released_that_is_not_here),
	    T(what_was_sealed_before_consent_went_is_not_fetched),
	    T(a_correction_takes_the_place_of_what_it_may_not_fetch),
	    T(bytes_stop_when_consent_goes),
	    T(acts_for_another_gateway_wait_for_delivery),
	};
	return cmocka_run_group_tests_name("cases/act", tests, NULL, NULL);
}
