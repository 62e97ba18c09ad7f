/* SPDX-License-Identifier: EUPL-1.2 */
#include "cases/chain.h"

#include <stdlib.h>
#include <string.h>

#include "base/date.h"
#include "base/str.h"
#include "registry/text.h"
#include "sign/statement.h"

/* Clocks of the parties and of the gateway may differ by so much. */
enum { SKEW_MS = 5 * 60 * 1000, SLIPS_MOST = 512 };

struct round {
	struct chain_round r;
	struct case_facts facts;
	bool correction; /* supersedes what was released: that may not wait for an offer */
};

struct chain {
	const struct chain_env *env;
	char sender[OIN_TEXT], recipient[OIN_TEXT], case_id[CHAIN_CASE];
	struct chain_link *links;
	size_t n;
	struct round *rounds;
	size_t rounds_n;
	struct statement *slips;
	size_t slips_n;
};

struct chain *chain_new(const struct chain_env *env, const char *sender, const char *case_id)
{
	struct chain *c = str_alloc(sizeof *c);
	c->env = env;
	text_copy(c->sender, sizeof c->sender, sender);
	text_copy(c->case_id, sizeof c->case_id, case_id);
	return c;
}

void chain_free(struct chain *c)
{
	if (!c)
		return;
	for (size_t i = 0; i < c->slips_n; i++)
		statement_release(&c->slips[i]);
	free(c->slips);
	free(c->links);
	free(c->rounds);
	free(c);
}

void chain_free_p(struct chain **c)
{
	chain_free(*c);
	*c = NULL;
}

size_t chain_count(const struct chain *c)
{
	return c->n;
}

const struct chain_link *chain_at(const struct chain *c, size_t i)
{
	return &c->links[i];
}

const char *chain_head(const struct chain *c)
{
	return c->n ? c->links[c->n - 1].sha256 : "";
}

size_t chain_rounds(const struct chain *c)
{
	return c->rounds_n;
}

struct chain_round chain_round(const struct chain *c, size_t i)
{
	struct chain_round r = c->rounds[i].r;
	if (r.state == CASE_RELEASED && r.expires && c->env->now > r.expires)
		r.state = CASE_EXPIRED;
	return r;
}

const char *chain_sender(const struct chain *c)
{
	return c->sender;
}

const char *chain_recipient(const struct chain *c)
{
	return c->recipient;
}

const char *chain_case(const struct chain *c)
{
	return c->case_id;
}

/* One place more in an array that grows by one at a time: chains are short. */
static void *grow(void *list, size_t n, size_t size)
{
	void *more = reallocarray(list, n + 1, size);
	if (!more)
		abort();
	memset((char *)more + n * size, 0, size);
	return more;
}

/* Verify, or with p7s NULL read, one statement. */
static int take(const struct chain *c, const char *file, const void *json, size_t n,
    const void *p7s, size_t p7s_n, const char *kind, int64_t at, struct statement *ret,
    struct errinfo *ei)
{
	int64_t when = at ? at : c->env->at ? c->env->at : c->env->now;
	*ret = (struct statement){0};
	if (p7s) {
		int r = statement_verify(
		    file, json, n, p7s, p7s_n, kind, c->env->trust, when, c->env->now, ret, ei);
		if (r == 0 && c->env->pinned)
			r = c->env->pinned(c->env->arg, &ret->by, when, ei);
		return r < 0 && ei && !ei->located && !str_starts(ei->msg, file)
		    ? err_prefix(ei, r, file)
		    : r;
	}
	if (n > STATEMENT_MAX)
		return err_set(ei, GW_ELIMIT, "%s: is too large for a statement", file);
	int r = jx_parse(file, json, n, &JX_SMALL, &ret->body, ei);
	if (r == 0)
		r = statement_check(file, ret->body, kind, &ret->kind, ei);
	if (r == 0 && time_parse(jx_str(ret->body, "at"), &ret->at) < 0)
		r = err_set(ei, GW_EFORMAT, "%s: no moment", file);
	if (r < 0)
		return r;
	ret->id = jx_str(ret->body, "id");
	ret->for_oin = jx_str(ret->body, "for");
	text_copy(ret->by.oin, sizeof ret->by.oin, jx_str(ret->body, "by"));
	hash_sha256_hex(json, n, ret->sha256);
	return 0;
}

static const struct statement *find_slip(const struct chain *c, const char *sha256)
{
	for (size_t i = 0; sha256 && i < c->slips_n; i++)
		if (str_eq(c->slips[i].sha256, sha256))
			return &c->slips[i];
	return NULL;
}

bool chain_knows_slip(const struct chain *c, const char *sha256)
{
	return find_slip(c, sha256) != NULL;
}

int chain_slip(struct chain *c, const char *file, const void *json, size_t n, const void *p7s,
    size_t p7s_n, int64_t at, struct errinfo *ei)
{
	struct statement st GW_CLEANUP(statement_release) = {0};
	int r = take(c, file, json, n, p7s, p7s_n, "slip", at, &st, ei);
	if (r < 0)
		return r;
	if (!str_eq(st.by.oin, c->sender) || !str_eq(jx_str(st.body, "case"), c->case_id))
		return err_set(ei, GW_EAUTH, "%s: is the slip of another case", file);
	if (c->recipient[0] && !str_eq(st.for_oin, c->recipient))
		return err_set(ei, GW_EAUTH, "%s: is for another recipient", file);
	if (find_slip(c, st.sha256))
		return 0;
	if (c->slips_n == SLIPS_MOST)
		return err_set(ei, GW_ELIMIT, "more than %d packages in one case", SLIPS_MOST);
	c->slips = grow(c->slips, c->slips_n, sizeof *c->slips);
	c->slips[c->slips_n++] = st;
	st = (struct statement){0};
	return 0;
}

/* ---- which round ---- */

static struct round *round_of(const struct chain *c, const char *package)
{
	for (size_t i = c->rounds_n; package && i > 0; i--)
		if (str_eq(c->rounds[i - 1].r.package, package))
			return &c->rounds[i - 1];
	return NULL;
}

/* The round's state at the moment t: the clock may have ended it. */
static enum case_state state_at(const struct round *r, int64_t t, enum case_act act)
{
	enum case_state next;
	if (r->r.state != CASE_RELEASED || !r->r.expires || t + SKEW_MS <= r->r.expires)
		return r->r.state;
	/* around the end either may be so, by whose clock it was */
	if (t <= r->r.expires + SKEW_MS &&
	    (case_step(CASE_RELEASED, act, BY_SENDER, &r->facts, &next, NULL) == 0 ||
		case_step(CASE_RELEASED, act, BY_RECIPIENT, &r->facts, &next, NULL) == 0))
		return CASE_RELEASED;
	return CASE_EXPIRED;
}

static bool corrects(
    const struct chain *c, enum case_act act, const struct statement *slip, const char *package)
{
	const struct round *last = c->rounds_n ? &c->rounds[c->rounds_n - 1] : NULL;
	return act == ACT_RELEASE && slip && last && last->r.released &&
	    case_corrects(last->r.state) && !str_eq(last->r.package, package) &&
	    str_eq(jx_str(slip->body, "supersedes"), last->r.package);
}

/* The round that the act belongs to, or *fresh for a new one. */
static int choose(const struct chain *c, const char *file, enum case_act act,
    const struct statement *slip, const char *package, int64_t t, struct round *fresh,
    struct round **ret, struct errinfo *ei)
{
	struct round *last = c->rounds_n ? &c->rounds[c->rounds_n - 1] : NULL;
	bool correction = corrects(c, act, slip, package);
	if ((act == ACT_OFFER || act == ACT_RELEASE) &&
	    (!last || correction || case_ended(state_at(last, t, act)))) {
		*fresh = (struct round){.r.state = CASE_CHECKED, .correction = correction};
		*ret = fresh;
		return 0;
	}
	if (!last)
		return err_set(
		    ei, GW_ECONFLICT, "%s: a case begins with 'offer' or a direct 'release'", file);
	*ret = package ? round_of(c, package) : last;
	if (!*ret && !last->r.package[0] && (act == ACT_OFFER || act == ACT_RELEASE))
		*ret = last; /* offered before there was a package */
	return *ret ? 0
		    : err_set(ei, GW_ECONFLICT,
			  "%s: names a package that was not offered in this case", file);
}

/* ---- what it says ---- */

static int check_parties(
    const struct chain *c, const char *file, const struct statement *st, struct errinfo *ei)
{
	bool first = c->n == 0;
	const char *other = str_eq(st->by.oin, c->sender) ? c->recipient : c->sender;
	if (!str_eq(jx_str(st->body, "case"), c->case_id))
		return err_set(ei, GW_EAUTH, "%s: is of another case", file);
	if (first && !str_eq(st->by.oin, c->sender))
		return err_set(ei, GW_EAUTH, "%s: a case begins with its sender", file);
	if (!first && !str_eq(st->by.oin, c->sender) && !str_eq(st->by.oin, c->recipient))
		return err_set(
		    ei, GW_EAUTH, "%s: is of somebody who has no part in the case", file);
	if (!st->for_oin || (!first && !str_eq(st->for_oin, other)) ||
	    str_eq(st->for_oin, st->by.oin))
		return err_set(ei, GW_EAUTH, "%s: is for somebody else", file);
	const char *prev = jx_str(st->body, "prev");
	if (!str_eq(prev ? prev : "", chain_head(c)))
		return err_set(ei, GW_EAUTH,
		    "%s: does not follow the statement before it (\"prev\" is another)", file);
	return 0;
}

/* Its slip must be known from the release on, and it must agree with it. */
static int check_slip(const struct chain *c, const char *file, const struct statement *st,
    const struct statement *slip, bool needed, struct errinfo *ei)
{
	const char *named = jx_str(st->body, "slip"), *package = jx_str(st->body, "package");
	const char *recipient = c->n ? c->recipient : st->for_oin;
	if (!named && !package)
		return 0;
	if (!named || !package)
		return err_set(
		    ei, GW_EAUTH, "%s: names a package without its slip, or the reverse", file);
	if (!slip)
		return needed
		    ? err_set(ei, GW_EAUTH, "%s: the slip of package %s that it names is not there",
			  file, package)
		    : 0;
	if (!str_eq(jx_str(slip->body, "package"), package) ||
	    !str_eq(jx_str(slip->body, "policy"), jx_str(st->body, "policy")) ||
	    !str_eq(slip->for_oin, recipient))
		return err_set(
		    ei, GW_EAUTH, "%s: does not agree with the slip that it names", file);
	if (!statement_is_receipt(st->kind))
		return 0;
	int r = statement_matches_slip(st, slip, ei);
	return r < 0 ? err_prefix(ei, r, file) : 0;
}

/* What is known of the policy, before the act is judged. */
static void learn_terms(const struct chain *c, struct round *r, enum case_act act)
{
	struct chain_terms t = {0};
	if (c->env->terms)
		t = c->env->terms(c->env->arg, r->r.policy);
	r->facts.direct = r->correction || (t.known ? t.direct : true);
	r->facts.delete_never = t.known ? t.delete_never : act == ACT_KEPT;
}

static bool return_term_over(const struct round *r, int64_t t)
{
	return r->r.opened &&
	    date_days(date_of(t)) > date_days(date_of(r->r.opened)) + CHAIN_RETURN_DAYS;
}

/* What the act leaves behind in its round. */
static void apply(struct round *r, enum case_act act, const struct statement *st,
    const struct statement *slip, int64_t t)
{
	const char *package = jx_str(st->body, "package");
	int64_t until = 0;
	if (package) {
		text_copy(r->r.package, sizeof r->r.package, package);
		text_copy(r->r.slip, sizeof r->r.slip, jx_str(st->body, "slip"));
	}
	if (slip && !r->r.expires && time_parse(jx_str(slip->body, "expires"), &until) == 0)
		r->r.expires = until;
	if (act == ACT_EXTEND && time_parse(jx_str(st->body, "expires"), &until) == 0) {
		r->r.expires = until;
		r->r.extended = t;
	}
	r->r.released |= act == ACT_RELEASE;
	r->r.fetched |= act == ACT_FETCHED;
	r->facts.fetched |= act == ACT_FETCHED;
	r->facts.opened |= act == ACT_OPENED;
	if (act == ACT_OPENED && !r->r.opened)
		r->r.opened = t;
}

static void add_link(struct chain *c, const struct statement *st, size_t round)
{
	c->links = grow(c->links, c->n, sizeof *c->links);
	struct chain_link *l = &c->links[c->n++];
	const char *tag = jx_str(st->body, "tagmanifest");
	text_copy(l->sha256, sizeof l->sha256, st->sha256);
	text_copy(l->id, sizeof l->id, st->id);
	text_copy(l->by, sizeof l->by, st->by.oin);
	text_copy(l->tagmanifest, sizeof l->tagmanifest, tag);
	l->kind = case_act_word((enum case_act)case_act_of(st->kind));
	l->at = st->at;
	l->round = (unsigned)round;
}

/* Judge st as the next one; *round is then what its round becomes, at *ret_at in the list. */
static int judge(const struct chain *c, const char *file, const struct statement *st, int64_t t,
    struct round *round, size_t *ret_at, struct errinfo *ei)
{
	struct round fresh = {0}, *where = &fresh;
	int word = case_act_of(st->kind);
	if (word < 0 || word == ACT_PREPARE || word == ACT_CHECK || word == ACT_EXPIRE)
		return err_set(ei, GW_EFORMAT, "%s: %s is no act of a case", file, st->kind);
	enum case_act act = (enum case_act)word;
	const struct statement *slip = find_slip(c, jx_str(st->body, "slip"));
	int r = check_parties(c, file, st, ei);
	if (r == 0)
		r = choose(c, file, act, slip, jx_str(st->body, "package"), t, &fresh, &where, ei);
	if (r < 0)
		return r;
	*round = *where;
	*ret_at = where == &fresh ? c->rounds_n : (size_t)(where - c->rounds);
	text_copy(round->r.policy, sizeof round->r.policy, jx_str(st->body, "policy"));
	learn_terms(c, round, act);
	round->facts.return_term_over = return_term_over(round, t);
	r = case_step(state_at(round, t, act), act,
	    str_eq(st->by.oin, c->sender) ? BY_SENDER : BY_RECIPIENT, &round->facts,
	    &round->r.state, ei);
	if (r < 0)
		return err_prefix(ei, r, file);
	r = check_slip(c, file, st, slip, act == ACT_RELEASE || round->r.released, ei);
	if (r == 0)
		apply(round, act, st, slip, t);
	return r;
}

int chain_add(struct chain *c, const char *file, const void *json, size_t n, const void *p7s,
    size_t p7s_n, int64_t at, struct errinfo *ei)
{
	struct statement st GW_CLEANUP(statement_release) = {0};
	struct round round = {0};
	size_t where = 0;
	if (c->n == CHAIN_MOST)
		return err_set(ei, GW_ELIMIT, "more than %d statements in one case", CHAIN_MOST);
	int r = take(c, file, json, n, p7s, p7s_n, NULL, at, &st, ei);
	if (r == 0)
		r = judge(c, file, &st, at ? at : st.at, &round, &where, ei);
	if (r < 0)
		return r;
	if (where == c->rounds_n)
		c->rounds = grow(c->rounds, c->rounds_n++, sizeof *c->rounds);
	c->rounds[where] = round;
	if (!c->n)
		text_copy(c->recipient, sizeof c->recipient, st.for_oin);
	add_link(c, &st, where + 1);
	return 0;
}
