/* SPDX-License-Identifier: EUPL-1.2 */
#include "registry/bundle.h"

#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/str.h"
#include "registry/inside.h"
#include "sign/signer.h"

enum { SKEW_MS = 5 * 60 * 1000 };

#define BUNDLE_DOC "handover/organisation/1"

static int add_file(const struct registry *r, json_t *files, const char *folder, const char *file,
    const char *sha256, struct errinfo *ei)
{
	char *name GW_CLEANUP(str_free_p) = file_join(folder, file);
	struct buf b GW_CLEANUP(buf_release) = BUF_INIT(REGISTRY_FILE_MAX);
	int code = registry_file(r, name, REGISTRY_FILE_MAX, &b, ei);
	if (code < 0)
		return code;
	if (b.len && (!str_utf8(b.data, b.len) || memchr(b.data, 0, b.len)))
		return err_set(ei, GW_EFORMAT, "'%s' is not text in UTF-8", name);
	jx_set(files, sha256, json_stringn(b.data ? b.data : "", b.len));
	return 0;
}

/* The bytes that an acceptance is about. */
static int add_accepted(const struct registry *r, json_t *files, const char *statement,
    const json_t *body, struct errinfo *ei)
{
	static const char *const blobs[] = {"catalogue", "baseline", "mapping"};
	char *folder GW_CLEANUP(str_free_p) =
	    str_dupn(statement, (size_t)(file_base(statement) - statement) - 1);
	int code = add_file(r, files, folder, "policy.yaml", jx_str(body, "policy"), ei);
	for (size_t i = 0; code == 0 && i < GW_LENGTH(blobs); i++) {
		const char *sha256 = jx_str(body, blobs[i]);
		char *file GW_CLEANUP(str_free_p) =
		    str_printf("%s-%s.yaml", blobs[i], sha256 ? sha256 : "");
		if (sha256)
			code = add_file(r, files, folder, file, sha256, ei);
	}
	return code;
}

static int add_statement(
    const struct registry *r, json_t *list, const char *name, struct errinfo *ei)
{
	char *p7s_name GW_CLEANUP(str_free_p) = str_printf("%s.p7s", name);
	struct buf json GW_CLEANUP(buf_release) = BUF_INIT(STATEMENT_MAX);
	struct buf p7s GW_CLEANUP(buf_release) = BUF_INIT(CADES_MAX);
	struct buf b64 GW_CLEANUP(buf_release) = BUF_INIT(2 * CADES_MAX);
	int code = registry_file(r, name, STATEMENT_MAX, &json, ei);
	if (code == 0)
		code = registry_file(r, p7s_name, CADES_MAX, &p7s, ei);
	if (code == 0)
		code = str_b64(&b64, p7s.data, p7s.len);
	if (code < 0)
		return code;
	json_t *s = json_object();
	jx_set(s, "json", json_stringn(json.data, json.len));
	jx_set(s, "p7s", json_stringn(b64.data, b64.len));
	jx_add(list, s);
	return 0;
}

static bool lists(const json_t *array, const char *word)
{
	size_t i;
	json_t *v;
	json_array_foreach (array, i, v) {
		if (str_eq(json_string_value(v), word))
			return true;
	}
	return false;
}

/* Whether our own statement goes to that sender. */
static bool meant_for(const struct stored *s, const char *for_oin)
{
	if (takes_back(
		s->kind)) /* whoever holds the acceptance is to know, and it tells nothing else */
		return true;
	return for_oin && (!*for_oin || lists(json_object_get(s->body, "senders"), for_oin));
}

/* All own statements under that folder that count, and all that take something back; files NULL:
 * key statements. */
static int add_folder(const struct registry *r, const char *folder,
    const struct bundle_parts *parts, json_t *list, json_t *files, struct errinfo *ei)
{
	const char *name;
	int code = 0;
	for (size_t at = 0;
	     code == 0 && (name = registry_file_next(r, folder, files != NULL, ".json", &at));) {
		struct stored s GW_CLEANUP(stored_release) = {0};
		code = stored_read(r, name, &s, ei);
		bool counts = s.code == 0 || (s.named && code == 0 && takes_back(s.kind));
		if (code < 0 || !counts ||
		    !str_eq(jx_str(s.body, "by"), parts->organisation->oin) ||
		    (files && !meant_for(&s, parts->for_oin)))
			continue;
		code = add_statement(r, list, name, ei);
		if (code == 0 && str_eq(s.kind, "acceptance"))
			code = add_accepted(r, files, name, s.body, ei);
	}
	return code;
}

static void add_certificate(json_t *content, const char *name, const struct buf *pem)
{
	if (pem && pem->len)
		jx_set(content, name, json_stringn(pem->data, pem->len));
}

static int make_content(const struct registry *r, const struct bundle_parts *parts, int64_t now,
    json_t *content, struct errinfo *ei)
{
	json_t *keys = json_array(), *acceptances = json_array(), *files = json_object();
	char at[TIME_TEXT];
	time_text(now, at);
	jx_set(content, "doc", json_string(BUNDLE_DOC));
	jx_set(content, "by", json_string(parts->organisation->oin));
	jx_set(content, "at", json_string(at));
	if (parts->entry)
		jx_set(content, "organisation", organisation_json(parts->organisation));
	add_certificate(content, "signing_certificate", parts->signing_pem);
	add_certificate(content, "tls_certificate", parts->tls_pem);
	jx_set(content, "keys", keys);
	int code = 0;
	if (parts->entry)
		code = add_folder(r, "keys/", parts, keys, NULL, ei);
	jx_set(content, "acceptances", acceptances);
	jx_set(content, "files", files);
	return code == 0 ? add_folder(r, "acceptances/", parts, acceptances, files, ei) : code;
}

int bundle_make(const struct registry *r, const struct bundle_parts *parts,
    const struct signer *signer, int64_t now, struct buf *out, struct errinfo *ei)
{
	json_t *content GW_CLEANUP(jx_release) = json_object();
	json_t *whole GW_CLEANUP(jx_release) = json_object();
	struct buf text GW_CLEANUP(buf_release) = BUF_INIT(CADES_CONTENT_MAX);
	struct buf der GW_CLEANUP(buf_release) = BUF_INIT(CADES_MAX);
	struct buf b64 GW_CLEANUP(buf_release) = BUF_INIT(2 * CADES_MAX);
	if (!str_eq(signer_oin(signer), parts->organisation->oin))
		return err_set(ei, GW_EAUTH, "the certificate is not one of organisation %s",
		    parts->organisation->oin);
	int code = make_content(r, parts, now, content, ei);
	if (code == 0 && jx_dump(content, &text) < 0)
		code = err_set(ei, GW_ELIMIT, "the bundle would become too large");
	if (code == 0)
		code = cades_sign(signer, text.data, text.len, now, &der, ei);
	if (code == 0)
		code = str_b64(&b64, der.data, der.len);
	if (code < 0)
		return code;
	jx_set(whole, "bundle", json_integer(1));
	jx_set(whole, "content", json_stringn(text.data, text.len));
	jx_set(whole, "signature", json_stringn(b64.data, b64.len));
	if (jx_dump_pretty(whole, out) < 0 || buf_adds(out, "\n") < 0)
		return err_set(ei, GW_ELIMIT, "the bundle would become too large");
	return 0;
}

static const struct jx_limits LIMITS = {.bytes = 64 << 20, .depth = 8, .values = 1000000};

static int unbase64(const char *s, struct buf *out)
{
	size_t n = 0, length = s ? strlen(s) : 0;
	char *p = length && length <= 2 * CADES_MAX ? buf_room(out, length) : NULL;
	if (!p || str_unb64(s, length, p, length, &n) < 0)
		return GW_EFORMAT;
	buf_wrote(out, n);
	return 0;
}

/* Split the outer object and verify the signature over the text of the content. */
static int open_outer(const char *file, const void *p, size_t n, const struct trust *trust,
    int64_t now, struct bundle *b, struct errinfo *ei)
{
	static const char *const words[] = {"bundle", "content", "signature"};
	json_t *whole GW_CLEANUP(jx_release) = NULL;
	struct buf der GW_CLEANUP(buf_release) = BUF_INIT(2 * CADES_MAX + 4);
	json_int_t version;
	size_t signers = 0;
	int r = jx_parse(file, p, n, &LIMITS, &whole, ei);
	if (r == 0)
		r = jx_closed(whole, words, GW_LENGTH(words), file, ei);
	if (r < 0)
		return r;
	const char *text = jx_str(whole, "content");
	if (jx_int(whole, "bundle", 1, 1, &version) < 0 || !text ||
	    unbase64(jx_str(whole, "signature"), &der) < 0)
		return err_set(ei, GW_EFORMAT,
		    "%s: not a file of handover organisation export, version 1", file);
	r = cades_verify(
	    trust, der.data, der.len, text, strlen(text), now, now, &b->by, 1, &signers, ei);
	if (r < 0)
		return err_prefix(ei, r, file);
	return jx_parse(file, text, strlen(text), &LIMITS, &b->content, ei);
}

/* A statement that is signed by the bundle's own key, or by one that the entry pins. */
static int check_signed(const struct bundle *b, const char *file, const char *json,
    const struct buf *p7s, const struct trust *trust, int64_t now, struct statement *ret,
    struct errinfo *ei)
{
	int r = statement_verify(
	    file, json, strlen(json), p7s->data, p7s->len, NULL, trust, now, now, ret, ei);
	if (r < 0)
		return err_prefix(ei, r, "a statement in the bundle");
	if (!str_eq(ret->by.oin, b->by.oin))
		return err_set(
		    ei, GW_EAUTH, "%s: a statement in it is by another organisation", file);
	if (!str_eq(ret->by.spki, b->by.spki) &&
	    !(b->organisation && pins_hold(&b->organisation->signing, ret->by.spki, date_of(now))))
		return err_set(ei, GW_EAUTH,
		    "%s: a statement in it is signed with a key that it does not name", file);
	return 0;
}

/*
 * Organisations take back for good, but the certificate that they once did it with ends: then the
 * signature under the whole bundle vouches for it. False when st is nothing of that sort.
 */
static bool check_taken_back(const struct bundle *b, const char *file, const char *json,
    const struct buf *p7s, struct statement *st)
{
	struct jx_limits limits = JX_SMALL;
	limits.bytes = STATEMENT_MAX;
	statement_release(st);
	hash_sha256_hex(json, strlen(json), st->sha256);
	return jx_parse(file, json, strlen(json), &limits, &st->body, NULL) == 0 &&
	    statement_check(file, st->body, NULL, &st->kind, NULL) == 0 && takes_back(st->kind) &&
	    str_eq(jx_str(st->body, "by"), b->by.oin) &&
	    cades_covers(p7s->data ? p7s->data : "", p7s->len, json, strlen(json));
}

static bool ends_before_it_begins(const json_t *key)
{
	struct date from, until;
	return date_parse(jx_str(key, "from"), &from) < 0 ||
	    date_parse(jx_str(key, "until"), &until) < 0 || date_cmp(from, until) > 0;
}

/* A statement in the bundle, of one of two kinds. */
static int check_statement(const struct bundle *b, const char *file, const json_t *s,
    const char *kind, const char *revoked, const struct trust *trust, int64_t now,
    struct statement *ret, struct errinfo *ei)
{
	static const char *const words[] = {"json", "p7s"};
	struct buf p7s GW_CLEANUP(buf_release) = BUF_INIT(2 * CADES_MAX + 4);
	struct statement st GW_CLEANUP(statement_release) = {0};
	int r = jx_closed(s, words, GW_LENGTH(words), file, ei);
	if (r < 0)
		return r;
	const char *json = jx_str(s, "json");
	if (!json || unbase64(jx_str(s, "p7s"), &p7s) < 0)
		return err_set(ei, GW_EFORMAT, "%s: a statement in it is malformed", file);
	r = check_signed(b, file, json, &p7s, trust, now, &st, ei);
	if (r < 0 && !(r == GW_EAUTH && check_taken_back(b, file, json, &p7s, &st)))
		return r;
	if (!str_eq(st.kind, kind) && !str_eq(st.kind, revoked))
		return err_set(ei, GW_EFORMAT, "%s: a statement of kind %s does not belong there",
		    file, st.kind);
	if (str_eq(st.kind, "key") && ends_before_it_begins(st.body))
		return err_set(
		    ei, GW_EFORMAT, "%s: a key statement in it ends before it begins", file);
	*ret = st;
	st = (struct statement){0};
	return 0;
}

static int check_files(const char *file, const json_t *files, struct errinfo *ei)
{
	const char *sha256;
	json_t *v;
	if (!json_is_object(files))
		return err_set(ei, GW_EFORMAT, "%s: files is no object", file);
	json_object_foreach ((json_t *)(uintptr_t)files, sha256, v) {
		char real[HASH_HEX] = "";
		if (json_is_string(v))
			hash_sha256_hex(json_string_value(v), json_string_length(v), real);
		if (!str_eq(real, sha256))
			return err_set(
			    ei, GW_EAUTH, "%s: a file in it is not what its SHA-256 says", file);
	}
	return 0;
}

static int check_accepted(
    const char *file, const json_t *files, const struct statement *st, struct errinfo *ei)
{
	static const char *const members[] = {"policy", "catalogue", "baseline", "mapping"};
	if (!str_eq(st->kind, "acceptance"))
		return 0;
	for (size_t i = 0; i < GW_LENGTH(members); i++) {
		const char *sha256 = jx_str(st->body, members[i]);
		if (sha256 && !json_object_get(files, sha256))
			return err_set(ei, GW_EFORMAT, "%s: the %s that it accepts is not in it",
			    file, members[i]);
	}
	return 0;
}

static int check_statements(const struct bundle *b, const char *file, const struct trust *trust,
    int64_t now, struct errinfo *ei)
{
	const json_t *keys = json_object_get(b->content, "keys");
	const json_t *acceptances = json_object_get(b->content, "acceptances");
	const json_t *files = json_object_get(b->content, "files");
	size_t i;
	json_t *s;
	int r = json_is_array(keys) && json_is_array(acceptances)
	    ? check_files(file, files, ei)
	    : err_set(ei, GW_EFORMAT, "%s: keys and acceptances are lists", file);
	json_array_foreach (keys, i, s) {
		struct statement st GW_CLEANUP(statement_release) = {0};
		if (r == 0)
			r = check_statement(b, file, s, "key", "key_revoked", trust, now, &st, ei);
	}
	json_array_foreach (acceptances, i, s) {
		struct statement st GW_CLEANUP(statement_release) = {0};
		if (r == 0)
			r = check_statement(
			    b, file, s, "acceptance", "acceptance_revoked", trust, now, &st, ei);
		if (r == 0)
			r = check_accepted(file, files, &st, ei);
	}
	return r;
}

/* When it says that it was made: when it was signed. */
static int check_at(struct bundle *b, const char *file, int64_t now, struct errinfo *ei)
{
	const char *at = jx_str(b->content, "at");
	size_t n = at ? strlen(at) : 0;
	if (!n || at[n - 1] != 'Z' || time_parse(at, &b->at) < 0)
		return err_set(ei, GW_EFORMAT,
		    "%s: \"at\" should be a moment such as 2026-11-22T04:50:11.123Z", file);
	int64_t apart = b->at - b->by.signing_time;
	if (apart > SKEW_MS || apart < -SKEW_MS)
		return err_set(ei, GW_EAUTH, "%s: was signed at another time than it says", file);
	if (b->at > now + SKEW_MS)
		return err_set(ei, GW_EAUTH, "%s: comes from the future", file);
	return 0;
}

static int check_content(
    struct bundle *b, const char *file, const struct trust *trust, int64_t now, struct errinfo *ei)
{
	static const char *const words[] = {"doc", "by", "at", "organisation",
	    "signing_certificate", "tls_certificate", "keys", "acceptances", "files"};
	if (!str_eq(jx_str(b->content, "doc"), BUNDLE_DOC))
		return err_set(
		    ei, GW_EFORMAT, "%s: not a file of handover organisation export", file);
	int r = jx_closed(b->content, words, GW_LENGTH(words), file, ei);
	if (r < 0)
		return r;
	if (!*b->by.oin || !str_eq(jx_str(b->content, "by"), b->by.oin))
		return err_set(ei, GW_EAUTH,
		    "%s: signed with a certificate of %s, but it speaks for another organisation",
		    file, *b->by.oin ? b->by.oin : "no organisation");
	r = check_at(b, file, now, ei);
	if (r < 0)
		return r;
	const json_t *entry = json_object_get(b->content, "organisation");
	if (entry) {
		r = organisation_from_json(entry, &b->organisation, ei);
		if (r < 0)
			return err_prefix(ei, r, file);
		if (!str_eq(b->organisation->oin, b->by.oin) ||
		    !pins_hold(&b->organisation->signing, b->by.spki, date_of(now)))
			return err_set(ei, GW_EAUTH,
			    "%s: the entry in it does not name the key that signed it", file);
	}
	return check_statements(b, file, trust, now, ei);
}

int bundle_read(const char *file, const void *p, size_t n, const struct trust *trust, int64_t now,
    struct bundle *ret, struct errinfo *ei)
{
	struct bundle b = {0};
	int r = trust
	    ? open_outer(file, p, n, trust, now, &b, ei)
	    : err_set(ei, GW_EAUTH, "there is no root certificate in registry/trust/signing");
	if (r == 0)
		r = check_content(&b, file, trust, now, ei);
	if (r < 0)
		bundle_release(&b);
	else
		*ret = b;
	return r;
}

void bundle_release(struct bundle *b)
{
	json_decref(b->content);
	organisation_free(b->organisation);
	*b = (struct bundle){0};
}
