/* SPDX-License-Identifier: EUPL-1.2 */
#include "sign/statement.h"

#include <string.h>

#include "base/date.h"
#include "base/file.h"
#include "base/id.h"
#include "base/str.h"
#include "sign/statement_impl.h"

enum { SKEW_MS = 5 * 60 * 1000 };

static const struct jx_limits limits = {STATEMENT_MAX, 3, 500};

/* The object to be signed: head, then the kind's members in order; checked as a reader would. */
static int make_body(const struct signer *s, const char *kind, const char *for_oin,
    const char *checkpoint, int64_t at, const json_t *members, json_t *body, struct errinfo *ei)
{
	char id[ID_TEXT], moment[TIME_TEXT];
	char *doc GW_CLEANUP(str_free_p) = str_printf("handover/%s/1", kind);
	json_t *own GW_CLEANUP(jx_release) = json_copy((json_t *)(uintptr_t)members);
	const char *given = jx_str(members, "id");
	int r;
	id_v4(id);
	if (given && json_object_del(own, "id") < 0)
		return GW_ENOMEM;
	time_text(at, moment);
	jx_set(body, "doc", json_string(doc));
	jx_set(body, "id", json_string(given ? given : id));
	jx_set(body, "by", json_string(signer_oin(s)));
	if (for_oin)
		jx_set(body, "for", json_string(for_oin));
	jx_set(body, "at", json_string(moment));
	jx_set(body, "log", json_string(checkpoint ? checkpoint : ""));
	if ((r = statement_order(kind, own, body, ei)) < 0)
		return r;
	return statement_check("statement", body, kind, NULL, ei);
}

int statement_sign(const struct signer *s, const char *kind, const char *for_oin,
    const char *checkpoint, int64_t at, json_t *members, struct buf *json, struct buf *p7s,
    struct errinfo *ei)
{
	json_t *body GW_CLEANUP(jx_release) = json_object();
	struct buf text GW_CLEANUP(buf_release) = BUF_INIT(STATEMENT_MAX);
	struct buf signature GW_CLEANUP(buf_release) = BUF_INIT(CADES_MAX);
	int r;
	if (!*signer_oin(s))
		return err_set(ei, GW_EREFUSED,
		    "only an organisation makes statements: this certificate carries no OIN");
	if ((for_oin && !str_oin(for_oin)) ||
	    (checkpoint && !str_utf8(checkpoint, strlen(checkpoint))))
		return err_set(
		    ei, GW_EFORMAT, "statement: \"for\" or \"log\" does not have its form");
	if ((r = make_body(s, kind, for_oin, checkpoint, at, members, body, ei)) < 0)
		return r;
	if ((r = jx_dump(body, &text)) < 0 || (r = buf_add(&text, "\n", 1)) < 0)
		return err_set(ei, r, "statement: longer than %d bytes", STATEMENT_MAX);
	if ((r = cades_sign(s, text.data, text.len, at, &signature, ei)) < 0)
		return r;
	size_t before = json->len;
	if ((r = buf_add(json, text.data, text.len)) < 0)
		return r;
	if ((r = buf_add(p7s, signature.data, signature.len)) < 0) {
		json->len = before;
		if (json->data)
			json->data[before] = '\0';
	}
	return r;
}

/* What the signature says against what the body says. */
static int check_signer(const char *file, const struct statement *st, struct errinfo *ei)
{
	int64_t apart = st->at - st->by.signing_time;
	if (!str_eq(jx_str(st->body, "by"), st->by.oin))
		return err_set(ei, GW_EAUTH,
		    "%s: is signed by another organisation than the one it names as \"by\"", file);
	if (apart > SKEW_MS || apart < -SKEW_MS)
		return err_set(ei, GW_EAUTH, "%s: was signed at another time than it says", file);
	return 0;
}

int statement_verify(const char *file, const void *json, size_t n, const void *p7s, size_t p7s_n,
    const char *kind, const struct trust *trust, int64_t at, int64_t now,
    struct statement *ret_statement, struct errinfo *ei)
{
	struct statement st GW_CLEANUP(statement_release) = {0};
	size_t signers = 0;
	int r;
	if (n > STATEMENT_MAX)
		return err_set(ei, GW_ELIMIT, "%s: longer than %d bytes", file, STATEMENT_MAX);
	r = cades_verify(trust, p7s, p7s_n, json, n, at, now, &st.by, 1, &signers, ei);
	if (r < 0)
		return err_prefix(ei, r, file);
	if ((r = jx_parse(file, json, n, &limits, &st.body, ei)) < 0 ||
	    (r = statement_check(file, st.body, kind, &st.kind, ei)) < 0)
		return r;
	st.id = jx_str(st.body, "id");
	st.for_oin = jx_str(st.body, "for");
	if (time_parse(jx_str(st.body, "at"), &st.at) < 0)
		return GW_EFORMAT; /* statement_check has read it already */
	if ((r = check_signer(file, &st, ei)) < 0)
		return r;
	hash_sha256_hex(json, n, st.sha256);
	*ret_statement = st;
	st.body = NULL;
	return 0;
}

int statement_verify_file(const char *path, const char *kind, const struct trust *trust, int64_t at,
    int64_t now, struct statement *ret_statement, struct errinfo *ei)
{
	struct buf json GW_CLEANUP(buf_release) = BUF_INIT(STATEMENT_MAX);
	struct buf p7s GW_CLEANUP(buf_release) = BUF_INIT(CADES_MAX);
	char *p7s_path GW_CLEANUP(str_free_p) = str_printf("%s.p7s", path);
	int r;
	if ((r = file_read(path, STATEMENT_MAX, &json, ei)) < 0)
		return r;
	r = file_read(p7s_path, CADES_MAX, &p7s, ei);
	if (r == GW_ENOENT || r == GW_ELIMIT)
		return err_set(ei, GW_EAUTH, "%s: %s", p7s_path,
		    r == GW_ENOENT ? "the signature is missing" : "is too long for a signature");
	if (r < 0)
		return r;
	return statement_verify(
	    path, json.data, json.len, p7s.data, p7s.len, kind, trust, at, now, ret_statement, ei);
}

/* True when both have the member and it is the same text. */
static bool same(
    const struct statement *a, const char *in_a, const struct statement *b, const char *in_b)
{
	const char *s = jx_str(a->body, in_a), *t = jx_str(b->body, in_b);
	return s && t && str_eq(s, t);
}

/* open_commit of the slip is SHA-256 over the 32 bytes of the tag manifest's digest. */
static bool opens(const char *tagmanifest, const char *open_commit)
{
	uint8_t digest[HASH_BYTES];
	char commit[HASH_HEX];
	if (!tagmanifest || str_unhex(tagmanifest, digest, sizeof digest) < 0)
		return false;
	hash_sha256_hex(digest, sizeof digest, commit);
	return str_eq(commit, open_commit);
}

int statement_matches_slip(
    const struct statement *receipt, const struct statement *slip, struct errinfo *ei)
{
	const char *why = NULL;
	if (!str_eq(slip->kind, "slip") || !statement_is_receipt(receipt->kind))
		why = "is held against something else than a slip, or is no receipt";
	else if (!same(receipt, "case", slip, "case") || !same(receipt, "package", slip, "package"))
		why = "is about another package";
	else if (!str_eq(jx_str(receipt->body, "slip"), slip->sha256))
		why = "names another slip";
	else if (!same(receipt, "policy", slip, "policy"))
		why = "names another policy";
	else if (!same(receipt, "by", slip, "recipient") || !same(receipt, "for", slip, "sender"))
		why = "is not from the slip's recipient to its sender";
	else if (json_object_get(receipt->body, "ciphertext") &&
	    !same(receipt, "ciphertext", slip, "ciphertext"))
		why = "names another ciphertext";
	else if (json_object_get(receipt->body, "tagmanifest") &&
	    !opens(jx_str(receipt->body, "tagmanifest"), jx_str(slip->body, "open_commit")))
		why = "does not prove that this package was opened";
	return why ? err_set(ei, GW_EAUTH, "receipt: %s", why) : 0;
}

void statement_release(struct statement *st)
{
	jx_release(&st->body);
	*st = (struct statement){0};
}
