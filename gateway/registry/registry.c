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
		return registry_as_edit(rt, code);
	sums_split(&r->list, &r->files);
	hash_sha256_hex(r->list.data ? r->list.data : "", r->list.len, r->sha256);
	r->is_unsigned = !rt;
	if (rt) /* before anything in the folder is read */
		code = registry_check_list(r, rt, &signed_list, &p7s, ei);
	if (code == 0)
		code = load_trust(r, ei);
	if (code == 0)
		code = registry_check_signature(r, rt, &signed_list, &p7s, ei);
	if (code == 0)
		code = load_yaml(r, ei);
	if (code == 0)
		code = registry_load_keys(r, ei);
	if (code == 0)
		code = registry_check_came(r, rt, &signed_list, ei);
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
	return code == 0 ? registry_load_locked(dir, rt, now, ret, ei) : registry_as_edit(rt, code);
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
