/* SPDX-License-Identifier: EUPL-1.2 */
/* parcel: a package with bytes and a signed slip, and the steps that bring it. */
#ifndef TESTS_UNIT_CASES_PARCEL_H
#define TESTS_UNIT_CASES_PARCEL_H

#include <fcntl.h>
#include <sys/stat.h>

#include "cases/package.h"
#include "ledger/audit.h"
#include "tests/unit/cases/fixture.h"

struct parcel {
	struct buf slip, p7s;
	char package[ID_TEXT];
	char *bytes;
	size_t n;
	enum party recipient;
};

/* n bytes that differ from place to place; the slip's members may be changed before it is signed.
 */
static inline struct parcel parcel_of(struct play *p, size_t n, const char *name, json_t *other)
{
	struct parcel k = {.n = n, .bytes = str_alloc(n + 1), .recipient = p->recipient};
	for (size_t i = 0; i < n; i++)
		k.bytes[i] = (char)((i * 2654435761U) >> 13);
	id_v4(p->package);
	memcpy(k.package, p->package, sizeof k.package);
	hash_sha256_hex(k.bytes, n, p->ciphertext);
	json_t *m = play_slip(p, p->f->now + 10 * DAY, NULL);
	jx_set(m, "bytes", json_integer((json_int_t)n));
	if (name)
		jx_set(m, name, other);
	fixture_sign(p->f, P_SENDER, "slip", party_oin[p->recipient], m, &k.slip, &k.p7s);
	hash_sha256_hex(k.slip.data, k.slip.len, p->slip);
	return k;
}

static inline struct parcel parcel_new(struct play *p, size_t n)
{
	return parcel_of(p, n, NULL, NULL);
}

static inline void parcel_release(struct parcel *k)
{
	buf_release(&k->slip);
	buf_release(&k->p7s);
	str_free_p(&k->bytes);
}

static inline int announce(
    struct fixture *f, const char *caller, const struct parcel *k, bool *ret_new, json_t **ret)
{
	struct cases_call call = fixture_call(f, caller);
	f->ei.msg[0] = '\0';
	return cases_announce(f->cases, &call, k->slip.data, k->slip.len, k->p7s.data, k->p7s.len,
	    ret_new, ret, &f->ei);
}

static inline void announced(struct fixture *f, const struct parcel *k)
{
	bool is_new = false;
	json_t *j GW_CLEANUP(jx_release) = NULL;
	test_code(announce(f, SENDER, k, &is_new, &j), 0, &f->ei);
	assert_true(is_new);
}

static inline struct cases_upload created(struct fixture *f, const struct parcel *k)
{
	struct cases_call call = fixture_call(f, SENDER);
	struct cases_upload u;
	test_code(cases_upload_create(f->cases, &call, k->package, k->n, &u, &f->ei), 0, &f->ei);
	return u;
}

static inline struct cases_upload state_of(struct fixture *f, const char *id)
{
	struct cases_call call = fixture_call(f, SENDER);
	struct cases_upload u;
	test_code(cases_upload_state(f->cases, &call, id, &u, &f->ei), 0, &f->ei);
	return u;
}

/* Write bytes [from, to) of k by one begin and end. */
static inline int put(struct fixture *f, const struct parcel *k, const char *id, size_t from,
    size_t to, uint64_t keep, struct cases_upload *ret)
{
	struct cases_call call = fixture_call(f, SENDER);
	int fd = -1, r = cases_upload_begin(f->cases, &call, id, from, &fd, ret, &f->ei);
	if (r < 0)
		return r;
	test_code(file_write_fd(fd, k->bytes + from, to - from, &f->ei), 0, &f->ei);
	r = cases_upload_end(f->cases, &call, id, keep, ret, &f->ei);
	assert_int_equal(close(fd), 0);
	return r;
}

/* Announced, brought and deposited. */
static inline void brought(struct fixture *f, const struct parcel *k)
{
	struct cases_upload u, end;
	announced(f, k);
	u = created(f, k);
	test_code(put(f, k, u.id, 0, k->n, UINT64_MAX, &end), 0, &f->ei);
	assert_true(end.done);
}

/* A member of the package as somebody sees it, or "" when they do not see it. */
static inline void package_says(
    struct fixture *f, const char *caller, const char *package, const char *name, char out[80])
{
	struct cases_call call = fixture_call(f, caller);
	json_t *j GW_CLEANUP(jx_release) = NULL;
	int r = cases_package(f->cases, &call, package, &j, &f->ei);
	(void)snprintf(out, 80, "%s", r == 0 ? jx_str(j, name) : "");
}

static inline void package_is(struct fixture *f, const char *package, const char *state)
{
	char out[80];
	package_says(f, SENDER, package, "state", out);
	assert_string_equal(out, state);
}

/* How many records of that act, phase and outcome ("" for none) the ledger has. */
struct tally {
	const char *act, *ph, *out;
	size_t n;
};

static inline int tally_one(void *ctx, const struct ledger_line *line, struct errinfo *ei)
{
	struct tally *t = ctx;
	struct record_view v;
	int r = record_view(line->bytes, line->n, &v, ei);
	if (r < 0)
		return r;
	t->n += record_is(v.act, t->act) && (v.ph.p ? record_is(v.ph, t->ph) : !*t->ph) &&
	    (v.out.p ? record_is(v.out, t->out) : !*t->out);
	return 0;
}

static inline size_t records(struct fixture *f, const char *act, const char *ph, const char *out)
{
	struct tally t = {.act = act, .ph = ph, .out = out};
	test_code(ledger_records(f->ledger, 0, UINT64_MAX, tally_one, &t, &f->ei), 0, &f->ei);
	return t.n;
}

static inline bool part_exists(struct fixture *f, const char *id)
{
	char *path GW_CLEANUP(str_free_p) = str_printf("%s/%s.part", f->packages, id);
	return file_exists(path);
}

static inline bool file_there(struct fixture *f, const char *package)
{
	char *path GW_CLEANUP(str_free_p) = str_printf("%s/%s.tar.age", f->packages, package);
	return file_exists(path);
}

/* The newest event that somebody sees says that. */
static inline void last_event_is(
    struct fixture *f, const char *caller, const char *kind, const char *note, const char *case_id)
{
	struct cases_call call = fixture_call(f, caller);
	json_t *j GW_CLEANUP(jx_release) = NULL;
	test_code(cases_events(f->cases, &call, 0, 100, &j, &f->ei), 0, &f->ei);
	const json_t *all = json_object_get(j, "items");
	const json_t *last = json_array_get(all, json_array_size(all) - 1);
	assert_string_equal(jx_str(last, "kind"), kind);
	assert_string_equal(jx_str(last, "note"), note);
	assert_string_equal(jx_str(last, "case"), case_id);
}

/* Open the cases again under these limits. */
static inline void reopen(struct fixture *f, struct cases_limits limits)
{
	cases_free(f->cases);
	const struct cases_env env = {.oin = GATEWAY,
	    .actor = "a:0123456789abcdef",
	    .packages = f->packages,
	    .ledger = f->ledger,
	    .store = f->store,
	    .limits = limits};
	test_code(cases_open(&env, f->registry, f->now, &f->cases, &f->ei), 0, &f->ei);
}

#endif
