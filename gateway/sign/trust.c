/* SPDX-License-Identifier: EUPL-1.2 */
#include "sign/trust.h"

#include <stdlib.h>

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include "base/buf.h"
#include "base/file.h"
#include "base/str.h"
#include "sign/cert.h"

enum {
	MOST_FILES = 100,
	CRL_MAX = 32 * 1024 * 1024,
	DEPTH_MAX = 6,  /* issuers between a leaf and its root */
	AUTH_LEVEL = 2, /* 112 bits: RSA 2048, EC 224, SHA-224 and up */
};

/* What is said when a list of ours is missing, or not in force. */
static const char NO_LIST[] =
    "no revocation list for a member of the chain: fetch it (trust/*.crl)";
static const char OLD_LIST[] = "revocation list is out of date: fetch the new one (trust/*.crl)";
static const char EARLY_LIST[] = "revocation list is from the future: is the clock right";

struct trust {
	X509_STORE *store;
	struct trust_list *lists;
	size_t lists_n;
};

/* What verify_step needs beside OpenSSL's own context. */
struct judgement {
	int64_t at;
	struct errinfo *ei;
	bool said; /* ei holds the reason */
};

static int add_root(struct trust *t, const char *path, X509 *x, struct errinfo *ei)
{
	if (X509_check_ca(x) != 1)
		return err_set(ei, GW_EFORMAT, "%s: is no certificate of an authority", path);
	if (X509_self_signed(x, 1) != 1)
		return err_set(ei, GW_EFORMAT,
		    "%s: is no root: only self-signed certificates may stand here", path);
	return X509_STORE_add_cert(t->store, x) == 1 ? 0 : GW_ENOMEM;
}

static int load_root(struct trust *t, const char *path, const struct buf *b, struct errinfo *ei)
{
	STACK_OF(X509) *certs GW_CLEANUP(cert_stack_free_p) = NULL;
	int r = cert_parse_pem(path, b->data ? b->data : "", b->len, &certs, ei);
	for (int k = 0; r == 0 && k < sk_X509_num(certs); k++)
		r = add_root(t, path, sk_X509_value(certs, k), ei);
	return r;
}

/* One revocation list, PEM or DER, with nothing behind it. */
static X509_CRL *parse_crl(const struct buf *b)
{
	const unsigned char *at = (const unsigned char *)b->data, *end = at + b->len;
	X509_CRL *crl = NULL;
	if (b->len && *at == 0x30) {
		crl = d2i_X509_CRL(NULL, &at, (long)b->len);
		if (crl && at != end) {
			X509_CRL_free(crl);
			crl = NULL;
		}
	} else if (b->len) {
		BIO *bio = BIO_new_mem_buf(b->data, (int)b->len);
		crl = bio ? PEM_read_bio_X509_CRL(bio, NULL, NULL, NULL) : NULL;
		BIO_free(bio);
	}
	ERR_clear_error();
	return crl;
}

static int note_list(struct trust *t, const char *path, const X509_CRL *crl)
{
	struct trust_list l = {.path = NULL};
	if (cert_time(X509_CRL_get0_nextUpdate(crl), &l.until) < 0)
		return GW_EFORMAT;
	struct trust_list *more = reallocarray(t->lists, t->lists_n + 1, sizeof *more);
	if (!more)
		abort();
	l.path = str_dup(path);
	t->lists = more;
	t->lists[t->lists_n++] = l;
	return 0;
}

static int load_crl(struct trust *t, const char *path, const struct buf *b, struct errinfo *ei)
{
	int r = 0;
	X509_CRL *crl = parse_crl(b);
	if (!crl)
		return err_set(ei, GW_EFORMAT, "%s: is no certificate revocation list", path);
	/* OpenSSL takes a list without nextUpdate for one that is fresh for ever. */
	if (!X509_CRL_get0_nextUpdate(crl))
		r = err_set(ei, GW_EFORMAT, "%s: the list does not say when the next is due", path);
	else if (X509_STORE_add_crl(t->store, crl) != 1)
		r = GW_ENOMEM;
	else
		r = note_list(t, path, crl);
	X509_CRL_free(crl);
	return r;
}

/* Every file of a list through `take`. */
static int load_files(struct trust *t, const struct file_list *l, size_t max, trust_reader *read,
    void *arg, int (*take)(struct trust *, const char *, const struct buf *, struct errinfo *),
    struct errinfo *ei)
{
	int r = 0;
	if (l->n > MOST_FILES)
		return err_set(
		    ei, GW_ELIMIT, "%s: and others: more than %d files", l->names[0], MOST_FILES);
	for (size_t i = 0; r == 0 && i < l->n; i++) {
		struct buf b GW_CLEANUP(buf_release) = BUF_INIT(max);
		r = read(arg, l->names[i], max, &b, ei);
		if (r == 0)
			r = take(t, l->names[i], &b, ei);
	}
	return r;
}

int trust_load_files(const struct file_list *roots, const struct file_list *lists,
    trust_reader *read, void *arg, struct trust **ret_trust, struct errinfo *ei)
{
	struct trust *t GW_CLEANUP(trust_free_p) = str_alloc(sizeof *t);
	int r;
	if (!(t->store = X509_STORE_new()))
		return GW_ENOMEM;
	if ((r = load_files(t, roots, CERT_FILE_MAX, read, arg, load_root, ei)) < 0 ||
	    (r = load_files(t, lists, CRL_MAX, read, arg, load_crl, ei)) < 0)
		return r;
	*ret_trust = t;
	t = NULL;
	return 0;
}

static int read_plain(void *arg, const char *path, size_t max, struct buf *out, struct errinfo *ei)
{
	(void)arg;
	return file_read(path, max, out, ei);
}

/* Names in a folder become paths. */
static int list_paths(const char *dir, const char *suffix, struct file_list *l, struct errinfo *ei)
{
	int r = file_list(dir, suffix, l, ei);
	for (size_t i = 0; r == 0 && i < l->n; i++) {
		char *path = file_join(dir, l->names[i]);
		free(l->names[i]);
		l->names[i] = path;
	}
	return r;
}

int trust_load(
    const char *roots_dir, const char *crl_dir, struct trust **ret_trust, struct errinfo *ei)
{
	struct file_list roots GW_CLEANUP(file_list_release) = {0};
	struct file_list lists GW_CLEANUP(file_list_release) = {0};
	int r = list_paths(roots_dir, ".pem", &roots, ei);
	if (r == 0 && roots.n == 0)
		r = err_set(ei, GW_ENOENT, "%s: holds no root certificate (*.pem)", roots_dir);
	if (r == 0)
		r = list_paths(crl_dir, ".crl", &lists, ei);
	return r == 0 ? trust_load_files(&roots, &lists, read_plain, NULL, ret_trust, ei) : r;
}

void trust_free(struct trust *t)
{
	if (!t)
		return;
	X509_STORE_free(t->store);
	for (size_t i = 0; i < t->lists_n; i++)
		free(t->lists[i].path);
	free(t->lists);
	free(t);
}

void trust_free_p(struct trust **t)
{
	trust_free(*t);
	*t = NULL;
}

/* True when a revocation for this reason casts doubt on everything the key ever signed. */
static bool reason_reaches_back(const X509_REVOKED *entry)
{
	int where = -1;
	ASN1_ENUMERATED *e = X509_REVOKED_get_ext_d2i(entry, NID_crl_reason, &where, NULL);
	if (!e)
		return true; /* no reason, or none that can be read */
	long reason = ASN1_ENUMERATED_get(e);
	ASN1_ENUMERATED_free(e);
	return reason != CRL_REASON_AFFILIATION_CHANGED && reason != CRL_REASON_SUPERSEDED &&
	    reason != CRL_REASON_CESSATION_OF_OPERATION && reason != CRL_REASON_CERTIFICATE_HOLD &&
	    reason != CRL_REASON_PRIVILEGE_WITHDRAWN;
}

/* True when the entry takes the certificate away for the moment `at`. */
static bool revoked_at(const X509_REVOKED *entry, int64_t at)
{
	int64_t when, invalid;
	if (reason_reaches_back(entry) ||
	    cert_time(X509_REVOKED_get0_revocationDate(entry), &when) < 0)
		return true;
	int where = -1;
	ASN1_GENERALIZEDTIME *t =
	    X509_REVOKED_get_ext_d2i(entry, NID_invalidity_date, &where, NULL);
	if (t) {
		if (cert_time(t, &invalid) < 0)
			invalid = INT64_MIN;
		ASN1_GENERALIZEDTIME_free(t);
		when = invalid < when ? invalid : when;
	} else if (where != -1) {
		return true; /* there, but not readable */
	}
	return when <= at;
}

static int refuse(struct judgement *j, const char *why)
{
	j->said = true;
	(void)err_set(j->ei, GW_EAUTH, "%s", why);
	return 0;
}

/*
 * Called by OpenSSL for each fault it finds and, with ok set, for each certificate it accepts.
 * OpenSSL asks everything at `now`; the validity of certificates and the force of a revocation are
 * ours to ask at `at`.
 */
static int verify_step(int ok, X509_STORE_CTX *ctx)
{
	struct judgement *j = X509_STORE_CTX_get_app_data(ctx);
	if (ok)
		return 1;
	switch (X509_STORE_CTX_get_error(ctx)) {
	case X509_V_ERR_CERT_HAS_EXPIRED:
	case X509_V_ERR_CERT_NOT_YET_VALID:
		return 1; /* valid_at asks, of every member */
	case X509_V_ERR_CERT_REVOKED: {
		X509_REVOKED *entry = NULL;
		X509_CRL *crl = X509_STORE_CTX_get0_current_crl(ctx);
		X509 *x = X509_STORE_CTX_get_current_cert(ctx);
		if (crl && x && X509_CRL_get0_by_cert(crl, &entry, x) == 1 && entry &&
		    !revoked_at(entry, j->at))
			return 1;
		return refuse(j,
		    X509_STORE_CTX_get_error_depth(ctx)
			? "certificate of the issuing authority was revoked"
			: "certificate was revoked");
	}
	case X509_V_ERR_UNABLE_TO_GET_CRL:
		return refuse(j, NO_LIST);
	case X509_V_ERR_CRL_HAS_EXPIRED:
		return refuse(j, OLD_LIST);
	case X509_V_ERR_CRL_NOT_YET_VALID:
		return refuse(j, EARLY_LIST);
	case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
	case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
	case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
	case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
	case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
		return refuse(j, "certificate does not come from a configured root");
	default:
		return 0;
	}
}

/* The members' validity at `at`, and what each issuer may issue. */
static int judge_members(STACK_OF(X509) *chain, int64_t at, struct errinfo *ei)
{
	int n = sk_X509_num(chain), r;
	for (int i = 0; i < n; i++) {
		struct cert_facts f;
		X509 *x = sk_X509_value(chain, i);
		if (cert_facts(x, &f, ei) < 0)
			return GW_EAUTH;
		if (at < f.not_before)
			return err_set(ei, GW_EAUTH, "certificate%s was not valid yet at that time",
			    i ? " of the issuing authority" : "");
		if (at > f.not_after)
			return err_set(ei, GW_EAUTH, "certificate%s had expired at that time",
			    i ? " of the issuing authority" : "");
		if (i > 0 && i < n - 1 && (r = cert_may_issue(x, ei)) < 0)
			return r;
	}
	return 0;
}

static int verify_chain(X509_STORE_CTX *ctx, struct judgement *j, int64_t now)
{
	X509_VERIFY_PARAM *param = X509_STORE_CTX_get0_param(ctx);
	if (X509_VERIFY_PARAM_set_flags(param,
		X509_V_FLAG_CRL_CHECK | X509_V_FLAG_CRL_CHECK_ALL | X509_V_FLAG_X509_STRICT) != 1)
		return GW_ENOMEM;
	X509_VERIFY_PARAM_set_depth(param, DEPTH_MAX);
	X509_VERIFY_PARAM_set_auth_level(param, AUTH_LEVEL);
	X509_VERIFY_PARAM_set_time(param, (time_t)(now / 1000));
	X509_STORE_CTX_set_app_data(ctx, j);
	X509_STORE_CTX_set_verify_cb(ctx, verify_step);
	if (X509_verify_cert(ctx) == 1)
		return 0;
	int error = X509_STORE_CTX_get_error(ctx);
	ERR_clear_error();
	if (!j->said)
		(void)err_set(j->ei, GW_EAUTH, "certificate chain is not good: %s",
		    X509_verify_cert_error_string(error));
	return error == X509_V_ERR_OUT_OF_MEM ? GW_ENOMEM : GW_EAUTH;
}

int trust_judge(const struct trust *t, X509 *leaf, STACK_OF(X509) *others, int64_t at, int64_t now,
    STACK_OF(X509) **ret_chain, struct errinfo *ei)
{
	int r = cert_may_sign(leaf, ei);
	if (r < 0)
		return r;
	if (!t)
		return err_set(ei, GW_EAUTH,
		    "no root certificate is configured: put one into registry/trust/signing");
	struct judgement j = {.at = at, .ei = ei};
	X509_STORE_CTX *ctx = X509_STORE_CTX_new();
	if (!ctx || X509_STORE_CTX_init(ctx, t->store, leaf, others) != 1) {
		X509_STORE_CTX_free(ctx);
		return GW_ENOMEM;
	}
	STACK_OF(X509) *chain GW_CLEANUP(cert_stack_free_p) = NULL;
	r = verify_chain(ctx, &j, now);
	if (r == 0 && !(chain = X509_STORE_CTX_get1_chain(ctx)))
		r = GW_ENOMEM;
	X509_STORE_CTX_free(ctx);
	if (r < 0 || (r = judge_members(chain, at, ei)) < 0)
		return r;
	if (ret_chain) {
		*ret_chain = chain;
		chain = NULL;
	}
	return 0;
}

const struct trust_list *trust_lists(const struct trust *t, size_t *ret_n)
{
	*ret_n = t ? t->lists_n : 0;
	return t ? t->lists : NULL;
}

bool trust_out_of_date(const struct errinfo *ei)
{
	return str_ends(ei->msg, NO_LIST) || str_ends(ei->msg, OLD_LIST) ||
	    str_ends(ei->msg, EARLY_LIST);
}
