/* SPDX-License-Identifier: EUPL-1.2 */
#include "registry/registry.h"

#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/str.h"
#include "registry/edit.h"
#include "registry/inside.h"
#include "registry/sums.h"

int officer_signed(
    const struct registry_trust *rt, const struct cades_signer *by, size_t n, struct errinfo *ei)
{
	if (!rt || !rt->officers_n)
		return err_set(ei, GW_EAUTH,
		    "registry_officers in gateway.yaml names nobody, so nobody may sign the registry: "
		    "the first officer is named by `handover registry sign --pin`");
	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < rt->officers_n; k++)
			if (str_eq(by[i].spki, rt->officers[k]))
				return 0;
	return err_set(ei, GW_EAUTH,
	    "the registry is signed by %s, who is not among registry_officers in gateway.yaml",
	    n ? by[0].spki : "nobody");
}

/* "keys/<SHA-256>.json" or its ".p7s". */
static bool is_key_file(const char *path)
{
	const char *name = str_starts(path, "keys/") ? path + strlen("keys/") : "";
	return strspn(name, "0123456789abcdef") == HASH_HEX - 1 &&
	    (str_eq(name + HASH_HEX - 1, ".json") || str_eq(name + HASH_HEX - 1, ".json.p7s"));
}

/* The first of the lines of sums_diff that is not a new key statement, which may be in order; else
 * the first. */
static const char *first_edit(const char *diff)
{
	for (const char *p = diff; *p; p += strcspn(p, "\n") + 1) {
		char *path GW_CLEANUP(str_free_p) = str_dupn(p + 2, strcspn(p + 2, "\n"));
		if (*p != '+' || !is_key_file(path))
			return p;
	}
	return diff;
}

/* Say which file is the first that differs. */
static int edited(const struct buf *before, const struct buf *now, struct errinfo *ei)
{
	struct buf d GW_CLEANUP(buf_release) = BUF_INIT(2 * SUMS_MAX);
	int r = sums_diff(before, now, &d);
	if (r < 0)
		return r;
	const char *line = d.len ? first_edit(d.data) : "";
	size_t n = strcspn(line, "\n");
	const char *what = !n ? "" : *line == '+' ? "new" : *line == '-' ? "gone" : "changed";
	if (n > 2)
		return err_set(ei, GW_EAUTH,
		    "the registry was edited since it was signed: '%.*s' is %s: let an officer look "
		    "with handover registry check, then registry sign",
		    (int)(n - 2 > 200 ? 200 : n - 2), line + 2, what);
	return err_set(ei, GW_EAUTH, "SHA256SUMS of the registry was edited since it was signed");
}

static int no_signature(
    struct registry *r, const struct registry_trust *rt, const char *what, struct errinfo *ei)
{
	if (!rt->test)
		return err_set(ei, GW_EAUTH,
		    "the registry is not signed (%s is missing): an officer signs it with handover "
		    "registry sign",
		    what);
	r->is_unsigned = true;
	return 0;
}

/* What no list could hold is an edit like any other where a signature is asked for. */
static int as_edit(const struct registry_trust *rt, int code)
{
	return rt && (code == GW_EFORMAT || code == GW_ELIMIT || code == GW_ENOENT) ? GW_EAUTH
										    : code;
}

/* ---- what came since, and needs no officer ---- */

/* A key statement of ours that counts by itself: our pinned signing key signed it. */
static bool is_stated(const struct registry *r, const char *oin, const char *path)
{
	const char *name = path + strlen("keys/");
	for (size_t i = 0; i < r->keys_n; i++) {
		const struct key_statement *k = &r->keys[i];
		if (strncmp(name, k->sha256, HASH_HEX - 1) == 0)
			return k->code == 0 && k->named && k->use == KEY_MAIN &&
			    str_eq(k->oin, oin);
	}
	return false;
}

/* True when all lines of `before` stand in `now`, and what stands there besides has such a name. */
static bool only_key_files_came(const struct sums *before, const struct sums *now)
{
	size_t same = 0;
	for (size_t i = 0; i < now->n; i++) {
		const struct sums_line *line = sums_find(before, now->list[i].path);
		if (line && str_eq(line->sha256, now->list[i].sha256))
			same++;
		else if (line || !is_key_file(now->list[i].path))
			return false;
	}
	return same == before->n;
}

/* Once statements were read: whether what came since are such, of which a signature that has no
 * statement yet is none. */
static int check_came(const struct registry *r, const struct registry_trust *rt,
    const struct buf *signed_list, struct errinfo *ei)
{
	struct sums before GW_CLEANUP(sums_release) = {0};
	if (r->is_unsigned || signed_list->len == r->list.len)
		return 0;
	sums_split(signed_list, &before);
	for (size_t i = 0; i < r->files.n; i++) {
		const char *path = r->files.list[i].path;
		if (str_ends(path, ".json") && !sums_find(&before, path) &&
		    !is_stated(r, rt->oin, path))
			return edited(signed_list, &r->list, ei);
	}
	return 0;
}

/* ---- the signature ---- */

static bool may_have_come(const struct buf *before, const struct buf *now)
{
	struct sums b GW_CLEANUP(sums_release) = {0}, n GW_CLEANUP(sums_release) = {0};
	struct buf again GW_CLEANUP(buf_release) = BUF_INIT(SUMS_MAX);
	if (before->len >= now->len)
		return false;
	sums_split(before, &b);
	sums_split(now, &n);
	for (size_t i = 0; i < b.n; i++) /* in the form that we write, and no other */
		if (buf_addf(&again, "%s  %s\n", b.list[i].sha256, b.list[i].path) < 0)
			return false;
	return again.len == before->len &&
	    (!again.len || memcmp(again.data, before->data, again.len) == 0) &&
	    only_key_files_came(&b, &n);
}

/* Whether the folder is what was listed in *ret_list; *ret_p7s is empty when nobody signed, which
 * may pass. */
static int check_list(struct registry *r, const char *dir, const struct registry_trust *rt,
    const struct buf *now, struct buf *ret_list, struct buf *ret_p7s, struct errinfo *ei)
{
	char *list GW_CLEANUP(str_free_p) = file_join(dir, "SHA256SUMS");
	char *p7s GW_CLEANUP(str_free_p) = file_join(dir, "SHA256SUMS.p7s");
	if (!file_exists(list) && !file_exists(p7s))
		return no_signature(r, rt, "SHA256SUMS", ei);
	if (!file_exists(list))
		return err_set(ei, GW_EAUTH, "SHA256SUMS of the registry was taken away");
	int code = file_read(list, SUMS_MAX, ret_list, ei);
	if (code < 0)
		return as_edit(rt, code);
	bool same = ret_list->len == now->len &&
	    (!now->len || memcmp(ret_list->data, now->data, now->len) == 0);
	if (!same && !(rt->oin && may_have_come(ret_list, now)))
		return edited(ret_list, now, ei);
	if (!file_exists(p7s))
		return no_signature(r, rt, "SHA256SUMS.p7s", ei);
	return as_edit(rt, file_read(p7s, CADES_MAX, ret_p7s, ei));
}

static int check_signature(const struct registry *r, const struct registry_trust *rt,
    const struct buf *list, const struct buf *p7s, struct errinfo *ei)
{
	struct cades_signer by[CADES_SIGNERS];
	size_t n = 0;
	if (r->is_unsigned)
		return 0;
	int code = cades_verify(r->trust, p7s->data ? p7s->data : "", p7s->len,
	    list->data ? list->data : "", list->len, r->now, r->now, by, GW_LENGTH(by), &n, ei);
	if (code < 0)
		return err_prefix(ei, code, "SHA256SUMS.p7s of the registry");
	return officer_signed(rt, by, n, ei);
}

int registry_file(
    const struct registry *r, const char *name, size_t max, struct buf *out, struct errinfo *ei)
{
	const struct sums_line *line = sums_find(&r->files, name);
	char *path GW_CLEANUP(str_free_p) = file_join(r->dir, name);
	char real[HASH_HEX];
	size_t before = out->len;
	if (!line)
		return err_set(ei, GW_ENOENT, "there is no '%s'", path);
	int code = file_read(path, max, out, ei);
	if (code == GW_ELIMIT || code == GW_ENOMEM)
		return code;
	if (code == 0)
		hash_sha256_hex(out->len ? out->data + before : "", out->len - before, real);
	if (code < 0 || !str_eq(real, line->sha256))
		return err_set(ei, GW_EAUTH, "'%s' was changed while the registry was read", path);
	return 0;
}

const char *registry_file_next(
    const struct registry *r, const char *under, bool below, const char *suffix, size_t *at)
{
	while (*at < r->files.n) {
		const char *path = r->files.list[(*at)++].path;
		if (str_starts(path, under) && str_ends(path, suffix) &&
		    (below || !strchr(path + strlen(under), '/')))
			return path;
	}
	return NULL;
}

/* For trust_load_files, whose names are paths. */
static int read_for_trust(
    void *arg, const char *path, size_t max, struct buf *out, struct errinfo *ei)
{
	const struct registry *r = arg;
	return registry_file(r, path + strlen(r->dir) + 1, max, out, ei);
}

static void add_paths(
    const struct registry *r, const char *under, const char *suffix, struct file_list *l)
{
	const char *name;
	l->names = str_alloc((r->files.n + 1) * sizeof *l->names);
	for (size_t at = 0; (name = registry_file_next(r, under, false, suffix, &at));)
		l->names[l->n++] = file_join(r->dir, name);
}

/* Without any root the registry can still be read, but nothing in it will verify. */
static int load_trust(struct registry *r, struct errinfo *ei)
{
	struct file_list roots GW_CLEANUP(file_list_release) = {0};
	struct file_list lists GW_CLEANUP(file_list_release) = {0};
	add_paths(r, "trust/signing/", ".pem", &roots);
	add_paths(r, "trust/", ".crl", &lists);
	if (!roots.n) {
		r->no_trust = str_dup(
		    "there is no root certificate in registry/trust/signing: put those that you "
		    "trust there, else no signature can be verified");
		return 0;
	}
	return trust_load_files(&roots, &lists, read_for_trust, r, &r->trust, ei);
}

static int load_yaml(struct registry *r, struct errinfo *ei)
{
	struct buf text GW_CLEANUP(buf_release) = BUF_INIT(REGISTRY_FILE_MAX);
	char *path GW_CLEANUP(str_free_p) = file_join(r->dir, "organisations.yaml");
	char *contracts GW_CLEANUP(str_free_p) = file_join(r->dir, "contracts.yaml");
	int code = registry_file(r, "organisations.yaml", REGISTRY_FILE_MAX, &text, ei);
	if (code == 0)
		code = organisations_parse(path, text.data, text.len, &r->organisations, ei);
	if (code < 0 || !sums_find(&r->files, "contracts.yaml"))
		return code;
	buf_clear(&text);
	code = registry_file(r, "contracts.yaml", REGISTRY_FILE_MAX, &text, ei);
	return code == 0 ? contracts_parse(contracts, text.data, text.len, &r->contracts, ei)
			 : code;
}

static int load(struct registry *r, const struct registry_trust *rt, struct errinfo *ei)
{
	struct buf p7s GW_CLEANUP(buf_release) = BUF_INIT(CADES_MAX);
	struct buf signed_list GW_CLEANUP(buf_release) = BUF_INIT(SUMS_MAX);
	r->list = (struct buf)BUF_INIT(SUMS_MAX);
	int code = sums_make(r->dir, &r->list, ei);
	if (code < 0)
		return as_edit(rt, code);
	sums_split(&r->list, &r->files);
	hash_sha256_hex(r->list.data ? r->list.data : "", r->list.len, r->sha256);
	r->is_unsigned = !rt;
	if (rt) /* before anything in the folder is read */
		code = check_list(r, r->dir, rt, &r->list, &signed_list, &p7s, ei);
	if (code == 0)
		code = load_trust(r, ei);
	if (code == 0)
		code = check_signature(r, rt, &signed_list, &p7s, ei);
	if (code == 0)
		code = load_yaml(r, ei);
	if (code == 0)
		code = registry_load_keys(r, ei);
	if (code == 0)
		code = check_came(r, rt, &signed_list, ei);
	return code == 0 ? registry_load_acceptances(r, ei) : code;
}

int registry_load_locked(const char *dir, const struct registry_trust *rt, int64_t now,
    struct registry **ret, struct errinfo *ei)
{
	struct registry *r = str_alloc(sizeof *r);
	r->now = now;
	r->dir = str_dup(dir);
	int code = load(r, rt, ei);
	if (code < 0)
		registry_free(r);
	else
		*ret = r;
	return code;
}

int registry_load(const char *dir, const struct registry_trust *rt, int64_t now,
    struct registry **ret, struct errinfo *ei)
{
	int lock GW_CLEANUP(file_close_p) = -1;
	int code = registry_lock(dir, false, &lock, ei);
	return code == 0 ? registry_load_locked(dir, rt, now, ret, ei) : as_edit(rt, code);
}

int registry_read(const char *dir, int64_t now, struct registry **ret, struct errinfo *ei)
{
	return registry_load(dir, NULL, now, ret, ei);
}

void registry_free(struct registry *r)
{
	if (!r)
		return;
	trust_free(r->trust);
	free(r->no_trust);
	free(r->dir);
	buf_release(&r->list);
	sums_release(&r->files);
	organisations_release(&r->organisations);
	contracts_release(&r->contracts);
	registry_release_keys(r);
	registry_release_acceptances(r);
	free(r->revoked);
	registry_findings_release(&r->strange);
	free(r);
}

void registry_free_p(struct registry **r)
{
	registry_free(*r);
	*r = NULL;
}

const char *registry_sha256(const struct registry *r)
{
	return r->sha256;
}

bool registry_is_unsigned(const struct registry *r)
{
	return r->is_unsigned;
}

const struct trust *registry_trust(const struct registry *r)
{
	return r->trust;
}

const struct organisations *registry_organisations(const struct registry *r)
{
	return &r->organisations;
}

const struct contracts *registry_contracts(const struct registry *r)
{
	return &r->contracts;
}

const struct organisation *registry_organisation(const struct registry *r, const char *oin)
{
	return organisations_find(&r->organisations, oin);
}

int registry_known(const struct registry *r, const char *oin, const struct organisation **ret_o,
    struct errinfo *ei)
{
	const struct organisation *o = registry_organisation(r, oin);
	if (!o)
		return err_set(ei, GW_EREFUSED,
		    "organisation %.20s is not in the registry: exchange bundles with handover "
		    "organisation export and import",
		    oin);
	*ret_o = o;
	return 0;
}

const struct contract *registry_contract(const struct registry *r, const char *id)
{
	return contracts_find(&r->contracts, id);
}

enum contract_status contract_status(const struct registry *r, const struct contract *named,
    const char *provider_oin, unsigned programme, struct date today,
    const struct contract **ret_best)
{
	return contracts_status(&r->contracts, named, provider_oin, programme, today, ret_best);
}

int registry_signed_by(const struct registry *r, const struct cades_signer *by, const char *oin,
    struct date day, struct errinfo *ei)
{
	const struct organisation *o = registry_organisation(r, oin);
	if (!o)
		return err_set(ei, GW_EAUTH,
		    "signed by organisation %.20s, which is not in the registry", oin);
	if (!str_eq(by->oin, oin))
		return err_set(ei, GW_EAUTH,
		    "signed with a certificate of %s where %.20s is expected",
		    *by->oin ? by->oin : "no organisation", oin);
	if (!pins_hold(&o->signing, by->spki, day))
		return err_set(ei, GW_EAUTH,
		    "signed with the key %s, which the registry does not pin for %.20s on this day",
		    by->spki, oin);
	return 0;
}

size_t registry_officer_pins(
    const struct registry *r, const char *oin, const char *role, const char **ret, size_t cap)
{
	const struct organisation *o = registry_organisation(r, oin);
	size_t n = 0;
	for (size_t i = 0; o && i < o->officers_n; i++)
		if (str_eq(o->officers[i].role, role)) {
			if (n < cap)
				ret[n] = o->officers[i].spki;
			n++;
		}
	return n;
}

void findings_add(struct registry_findings *f, int code, const char *text)
{
	struct registry_finding *more = reallocarray(f->list, f->n + 1, sizeof *more);
	if (!more)
		abort();
	f->list = more;
	f->list[f->n++] = (struct registry_finding){.code = code, .text = str_dup(text)};
}

void registry_findings_release(struct registry_findings *f)
{
	for (size_t i = 0; i < f->n; i++)
		free(f->list[i].text);
	free(f->list);
	*f = (struct registry_findings){0};
}
