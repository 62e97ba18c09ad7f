/* SPDX-License-Identifier: EUPL-1.2 */
#include "cases/package.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/date.h"
#include "base/file.h"
#include "base/str.h"
#include "package/note.h"

/* ---- the slip ---- */

/* True when another statement superseded k before the moment `sealed`. */
static bool was_superseded(
    const struct registry *r, const struct key_statement *k, struct date sealed)
{
	const struct key_statement *newer;
	for (size_t at = 0; k->superseded && (newer = registry_key_next(r, k->oin, &at));)
		if (str_eq(newer->supersedes, k->sha256) && newer->named && !newer->revoked &&
		    date_cmp(newer->from, sealed) < 0)
			return true;
	return false;
}

/* The use for which a key is current; -1 when it is not. */
static int current(const struct registry *r, const char *oin, const char *key, struct date today,
    struct date sealed)
{
	const struct key_statement *k;
	for (size_t at = 0; (k = registry_key_next(r, oin, &at));)
		if (str_eq(k->recipient_sha256, key) && k->code == 0 && !k->revoked &&
		    date_cmp(k->from, today) <= 0 && date_cmp(today, k->until) <= 0 &&
		    !was_superseded(r, k, sealed))
			return k->use;
	return -1;
}

static int judge_keys(
    const struct registry *r, const struct statement *slip, struct date today, struct errinfo *ei)
{
	const json_t *keys = json_object_get(slip->body, "keys"), *key;
	const char *recipient = jx_str(slip->body, "recipient");
	int64_t sealed = 0;
	size_t i;
	bool main = false;
	if (time_parse(jx_str(slip->body, "sealed"), &sealed) < 0)
		return err_set(ei, GW_EFORMAT, "slip: \"sealed\" is no moment");
	json_array_foreach (keys, i, key) {
		int use = current(r, recipient, json_string_value(key), today, date_of(sealed));
		if (use < 0)
			return err_set(ei, GW_EREFUSED,
			    "the package is sealed for a key that is not a current one of %.20s: seal "
			    "it again",
			    recipient);
		main |= use == KEY_MAIN;
	}
	return main ? 0
		    : err_set(ei, GW_EREFUSED,
			  "the package is not sealed for the main key of %.20s", recipient);
}

/* What the slip's own members say of each other, beyond its form. */
static int judge_members(const struct statement *st, struct errinfo *ei)
{
	const char *what = NULL;
	int64_t sealed, expires;
	if (!str_eq(jx_str(st->body, "sender"), st->by.oin))
		what = "is not signed by the sender that it names";
	else if (!str_eq(jx_str(st->body, "recipient"), st->for_oin))
		what = "is for another than the recipient that it names";
	else if (str_eq(jx_str(st->body, "sender"), jx_str(st->body, "recipient")))
		what = "has one organisation as sender and recipient";
	if (what)
		return err_set(ei, GW_EAUTH, "slip: %s", what);
	if (time_parse(jx_str(st->body, "sealed"), &sealed) < 0 ||
	    time_parse(jx_str(st->body, "expires"), &expires) < 0 || expires <= sealed ||
	    json_integer_value(json_object_get(st->body, "seq")) < 1)
		return err_set(ei, GW_EFORMAT, "slip: its dates or number make no sense");
	return 0;
}

int package_slip_judge(const struct cases_call *call, const void *slip, size_t n, const void *p7s,
    size_t p7s_n, int64_t received, struct statement *ret, struct errinfo *ei)
{
	struct statement st GW_CLEANUP(statement_release) = {0};
	struct date today = date_of(call->now);
	int r = statement_verify("slip", slip, n, p7s, p7s_n, "slip",
	    registry_trust(call->registry), received, call->now, &st, ei);
	if (r == 0)
		r = judge_members(&st, ei);
	if (r == 0)
		r = registry_signed_by(call->registry, &st.by, st.by.oin, date_of(received), ei);
	if (r == 0)
		r = judge_keys(call->registry, &st, today, ei);
	if (r == 0) {
		*ret = st;
		st = (struct statement){0};
	}
	return r;
}

/* ---- the row ---- */

static void copy(char *out, size_t cap, const json_t *body, const char *name)
{
	const char *s = jx_str(body, name);
	(void)snprintf(out, cap, "%s", s ? s : "");
}

static void row_of(const struct statement *slip, int64_t now, struct store_package *p)
{
	const json_t *b = slip->body;
	*p = (struct store_package){.announced = now};
	copy(p->package, sizeof p->package, b, "package");
	copy(p->supersedes, sizeof p->supersedes, b, "supersedes");
	copy(p->sender, sizeof p->sender, b, "sender");
	copy(p->recipient, sizeof p->recipient, b, "recipient");
	copy(p->case_id, sizeof p->case_id, b, "case");
	copy(p->contract, sizeof p->contract, b, "contract");
	copy(p->sha256, sizeof p->sha256, b, "ciphertext");
	copy(p->policy, sizeof p->policy, b, "policy");
	copy(p->registry, sizeof p->registry, b, "registry");
	(void)snprintf(p->slip, sizeof p->slip, "%s", slip->sha256);
	p->seq = json_integer_value(json_object_get(b, "seq"));
	p->bytes = (uint64_t)json_integer_value(json_object_get(b, "bytes"));
	(void)!time_parse(jx_str(b, "expires"), &p->expires);
}

int package_row(struct cases *c, const char *package, struct store_package *ret, struct buf *slip,
    struct buf *p7s, struct errinfo *ei)
{
	struct store_tx *tx GW_CLEANUP(store_end) = NULL;
	int r = store_begin(c->env.store, STORE_READ, &tx, ei);
	return r < 0 ? r : store_package_get(tx, package, ret, slip, p7s, ei);
}

bool package_is_senders(const struct cases_call *call, const struct store_package *p)
{
	return cases_speaks_for(call->registry, call->caller, p->sender);
}

/* What a party sees of a package. */
static json_t *tell(const struct store_package *p, const struct buf *slip, const struct buf *p7s)
{
	char expires[TIME_TEXT];
	struct buf b64 GW_CLEANUP(buf_release) = BUF_INIT(CADES_MAX * 2);
	json_t *o = json_object();
	jx_set(o, "package", json_string(p->package));
	jx_set(o, "case", json_string(p->case_id));
	jx_set(o, "seq", json_integer(p->seq));
	jx_set(o, "sender", json_string(p->sender));
	jx_set(o, "recipient", json_string(p->recipient));
	jx_set(o, "bytes", json_integer((json_int_t)p->bytes));
	jx_set(o, "sha256", json_string(p->sha256));
	jx_set(o, "state", json_string(*p->reason ? "gone" : store_package_word(p->state)));
	time_text(p->expires, expires);
	jx_set(o, "expires", json_string(expires));
	jx_set(o, "slip", json_stringn(slip->data, slip->len));
	if (str_b64(&b64, p7s->data, p7s->len) == 0)
		jx_set(o, "signature", json_string(b64.data));
	return o;
}

/* ---- the calls ---- */

/* Keep the row unless it is there. GW_ECONFLICT: there with another slip; GW_ELIMIT. */
static int keep(struct cases *c, struct store_package *p, const void *slip, size_t n,
    const void *p7s, size_t p7s_n, bool *ret_new, struct errinfo *ei)
{
	struct store_tx *tx GW_CLEANUP(store_end) = NULL;
	struct store_package old;
	struct store_package_sums sums;
	unsigned most = package_limits(c).announced;
	int r = store_begin(c->env.store, STORE_WRITE, &tx, ei);
	if (r < 0)
		return r;
	r = store_package_get(tx, p->package, &old, NULL, NULL, ei);
	*ret_new = r == GW_ENOENT;
	if (r == 0 && !str_eq(old.slip, p->slip))
		return err_set(ei, GW_ECONFLICT, "the package was announced by another slip");
	if (r == GW_ENOENT)
		r = store_packages_sum(tx, p->sender, &sums, ei);
	else
		return r;
	if (r < 0)
		return r;
	if (sums.announced >= most)
		return err_set(ei, GW_ELIMIT,
		    PACKAGE_LATER "%u packages are announced and have not come", most);
	r = store_package_add(tx, p, slip, n, p7s, p7s_n, ei);
	return r < 0 ? r : store_commit(&tx, ei);
}

/* True when the package is known with this slip: what was taken once is not judged again. */
static bool known(struct cases *c, const struct store_package *p)
{
	struct store_package old;
	return package_row(c, p->package, &old, NULL, NULL, NULL) == 0 && str_eq(old.slip, p->slip);
}

/* As cases_consent, for a package whose case may not be there yet. */
static int judge_consent(
    struct cases *c, const struct store_package *p, const struct buf *slip, struct errinfo *ei)
{
	struct store_tx *tx GW_CLEANUP(store_end) = NULL;
	struct store_case it = {0};
	int r = store_begin(c->env.store, STORE_READ, &tx, ei);
	if (r == 0)
		r = store_case_find(tx, p->sender, p->case_id, &it, ei);
	return r == GW_ENOENT ? 0 : r < 0 ? r : cases_consent(tx, it.row, slip, ei);
}

static int judge(struct cases *c, const struct cases_call *call, const struct store_package *p,
    const struct buf *slip, struct errinfo *ei)
{
	uint64_t most = package_limits(c).package_bytes;
	if (p->expires <= call->now)
		return err_set(ei, GW_EREFUSED, "the term of the package is over: seal it again");
	if (p->bytes == 0 || p->bytes > most)
		return err_set(ei, GW_ELIMIT, "a package may have at most %llu bytes here",
		    (unsigned long long)most);
	int r = judge_consent(c, p, slip, ei);
	return r < 0
	    ? r
	    : cases_terms_hold(c, call, p->sender, p->recipient, p->contract, p->policy, ei);
}

/* *p is filled as soon as the sender's key has proved it. */
static int announce(struct cases *c, const struct cases_call *call, const void *slip, size_t n,
    const void *p7s, size_t p7s_n, struct store_package *p, bool *ret_new, struct errinfo *ei)
{
	struct statement st GW_CLEANUP(statement_release) = {0};
	struct buf text GW_CLEANUP(buf_release) = BUF_INIT(STATEMENT_MAX);
	int r = statement_verify("slip", slip, n, p7s, p7s_n, "slip",
	    registry_trust(call->registry), call->now, call->now, &st, ei);
	if (r == 0)
		r = buf_add(&text, slip, n);
	if (r < 0)
		return r;
	if (!cases_speaks_for(call->registry, call->caller, st.by.oin))
		return err_set(ei, GW_EAUTH,
		    "the slip is another organisation's, and you are not its gateway");
	if (!note_case_ok(jx_str(st.body, "case"))) /* nor is it kept in a record */
		return err_set(ei, GW_EFORMAT, "slip: no case may be called that");
	row_of(&st, call->now, p);
	if (known(c, p))
		return 0;
	statement_release(&st);
	r = package_slip_judge(call, slip, n, p7s, p7s_n, call->now, &st, ei);
	if (r == 0)
		r = judge(c, call, p, &text, ei);
	return r < 0 ? r : keep(c, p, slip, n, p7s, p7s_n, ret_new, ei);
}

int cases_announce(struct cases *c, const struct cases_call *call, const void *slip, size_t n,
    const void *p7s, size_t p7s_n, bool *ret_new, json_t **ret, struct errinfo *ei)
{
	struct store_package p = {0};
	bool is_new = false;
	int r = announce(c, call, slip, n, p7s, p7s_n, &p, &is_new, ei);
	if (r == GW_EREFUSED || r == GW_EAUTH || r == GW_ECONFLICT || r == GW_EFORMAT ||
	    (r == GW_ELIMIT && !cases_later(ei)))
		return package_refused(c, call, r == GW_EAUTH ? NULL : &p, r, ei);
	if (r == 0)
		r = cases_package(c, call, p.package, ret, ei);
	if (r == 0)
		*ret_new = is_new;
	return r;
}

int cases_package(struct cases *c, const struct cases_call *call, const char *package, json_t **ret,
    struct errinfo *ei)
{
	struct store_package p = {0};
	struct buf slip GW_CLEANUP(buf_release) = BUF_INIT(STATEMENT_MAX);
	struct buf p7s GW_CLEANUP(buf_release) = BUF_INIT(CADES_MAX);
	int r = package_row(c, package, &p, &slip, &p7s, ei);
	if (r < 0)
		return r;
	if (!package_is_senders(call, &p) && !str_eq(call->caller, p.recipient))
		return err_set(ei, GW_ENOENT, "no such package");
	*ret = tell(&p, &slip, &p7s);
	return 0;
}

static int served(struct cases *c, const struct store_package *p, const struct buf *slip,
    int64_t now, struct errinfo *ei)
{
	struct store_tx *tx GW_CLEANUP(store_end) = NULL;
	int r = store_begin(c->env.store, STORE_READ, &tx, ei);
	return r < 0 ? r : cases_served(tx, p, slip, now, ei);
}

int cases_content(struct cases *c, const struct cases_call *call, const char *package,
    struct cases_file *ret, struct errinfo *ei)
{
	struct store_package p = {0};
	struct stat st;
	struct buf slip GW_CLEANUP(buf_release) = BUF_INIT(STATEMENT_MAX);
	char *path GW_CLEANUP(str_free_p) = NULL;
	int fd GW_CLEANUP(file_close_p) = -1, r = package_row(c, package, &p, &slip, NULL, ei);
	if (r < 0)
		return r;
	if (!str_eq(call->caller, p.recipient))
		return package_is_senders(call, &p)
		    ? err_set(ei, GW_EREFUSED, "the bytes are for the recipient alone")
		    : err_set(ei, GW_ENOENT, "no such package");
	if (p.state == PACKAGE_GONE || *p.reason)
		return err_set(ei, GW_ECONFLICT, "the package has gone: '%s'", p.reason);
	if (p.state != PACKAGE_DEPOSITED || !p.open)
		return err_set(ei, GW_ECONFLICT, "ask for the package first, by 'fetch_request'");
	r = served(c, &p, &slip, call->now, ei);
	if (r < 0)
		return r;
	path = package_path(c, package);
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0 || fstat(fd, &st) < 0)
		return err_sys(ei, GW_EIO, "cannot open a package file");
	if (!S_ISREG(st.st_mode) || (uint64_t)st.st_size != p.bytes)
		return err_set(ei, GW_EIO, "a package file was changed behind the gateway's back");
	*ret = (struct cases_file){.fd = fd, .bytes = p.bytes};
	(void)snprintf(ret->sha256, sizeof ret->sha256, "%s", p.sha256);
	fd = -1;
	return 0;
}

/* Size and digest of the file of fd are those that the slip says. */
static int same_bytes(const struct store_package *p, int fd, struct errinfo *ei)
{
	struct growing g GW_CLEANUP(growing_release) = {0};
	char sha256[HASH_HEX];
	struct stat st;
	growing_init(&g);
	if (fstat(fd, &st) < 0)
		return err_sys(ei, GW_EIO, "cannot look at a package file");
	int r = (uint64_t)st.st_size == p->bytes ? growing_digest(&g, fd, p->bytes, sha256, ei) : 0;
	if (r < 0)
		return r;
	return (uint64_t)st.st_size == p->bytes && str_eq(sha256, p->sha256)
	    ? 0
	    : err_set(ei, GW_EAUTH, "the bytes are not those of the slip");
}

int cases_deposit_own(
    struct cases *c, const struct cases_call *call, const char *package, int fd, struct errinfo *ei)
{
	struct store_package p = {0};
	const struct package_bytes from = {.fd = fd};
	int r = package_row(c, package, &p, NULL, NULL, ei);
	if (r < 0)
		return r;
	if (!str_eq(p.sender, c->env.oin))
		return err_set(ei, GW_ENOENT, "no such package of our own");
	if (p.state == PACKAGE_DEPOSITED && !*p.reason)
		return 0; /* the same call again */
	if (p.state != PACKAGE_ANNOUNCED || *p.reason)
		return err_set(ei, GW_ECONFLICT, "the package has gone: '%s'", p.reason);
	r = package_room(c, 0, ei);
	if (r == 0)
		r = same_bytes(&p, fd, ei);
	if (r == GW_EAUTH)
		return package_refused(c, call, &p, r, ei);
	if (r == 0 && fdatasync(fd) < 0)
		r = err_sys(ei, GW_EIO, "cannot write a package file");
	return r < 0 ? r : package_deposit(c, call->trace, &p, &from, NULL, call->now, ei);
}
