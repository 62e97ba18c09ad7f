/* SPDX-License-Identifier: EUPL-1.2 */
/* bundle_apply: what a bundle brings goes into the registry. */
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/str.h"
#include "registry/bundle.h"
#include "registry/edit.h"
#include "registry/inside.h"
#include "registry/text.h"

/* Those that are there, then the new ones: a pin keeps the day from which it holds. */
static void keep_pins(struct pins *p, const struct pins *there)
{
	struct pins all = {0};
	for (size_t i = 0; i < there->n; i++)
		pins_add(&all, there->list[i].spki, there->list[i].from, there->list[i].until);
	for (size_t i = 0; i < p->n; i++)
		pins_add(&all, p->list[i].spki, p->list[i].from, p->list[i].until);
	free(p->list);
	*p = all;
}

/* The entry as it would be: the bundle's, with every pin that we have already. */
static struct organisation *merged(const struct registry *r, const struct bundle *b)
{
	const struct organisation *there = registry_organisation(r, b->organisation->oin);
	struct organisation *o = organisation_copy(b->organisation);
	if (there) {
		keep_pins(&o->signing, &there->signing);
		keep_pins(&o->tls, &there->tls);
	}
	return o;
}

static bool have_statement(const struct registry *r, const char *sha256)
{
	for (size_t i = 0; i < r->keys_n; i++)
		if (str_eq(r->keys[i].sha256, sha256))
			return true;
	for (size_t i = 0; i < r->acceptances_n; i++)
		if (str_eq(r->acceptances[i].sha256, sha256))
			return true;
	for (size_t i = 0; i < r->revoked_n; i++)
		if (str_eq(r->revoked[i].sha256, sha256))
			return true;
	return false;
}

/* The body of a statement in the bundle, and the SHA-256 that it is called by. */
static int read_body(
    const json_t *s, char ret_sha256[HASH_HEX], json_t **ret_body, struct errinfo *ei)
{
	const char *text = jx_str(s, "json");
	hash_sha256_hex(text, strlen(text), ret_sha256);
	return jx_parse("statement", text, strlen(text), &JX_SMALL, ret_body, ei);
}

/* One line about a statement that is new to us. */
static int say_statement(
    const struct registry *r, const json_t *s, struct buf *out, struct errinfo *ei)
{
	json_t *body GW_CLEANUP(jx_release) = NULL;
	char sha256[HASH_HEX];
	int code = read_body(s, sha256, &body, ei);
	if (code < 0)
		return code;
	if (have_statement(r, sha256))
		return 0;
	const char *doc = jx_str(body, "doc");
	if (str_eq(doc, "handover/key/1"))
		return buf_addf(out, "age key: %s (%s) until %s\n", jx_str(body, "recipient"),
		    jx_str(body, "use"), jx_str(body, "until"));
	if (str_eq(doc, "handover/key_revoked/1"))
		return buf_addf(out, "age key revoked: %s\n", jx_str(body, "recipient"));
	if (str_eq(doc, "handover/acceptance/1"))
		return buf_addf(out, "accepts policy %s version %lld for contract %s until %s\n",
		    jx_str(body, "policy_id"),
		    (long long)json_integer_value(json_object_get(body, "policy_version")),
		    jx_str(body, "contract"), jx_str(body, "until"));
	return buf_addf(out, "takes back acceptance %s\n", jx_str(body, "acceptance"));
}

int bundle_changes(
    const struct registry *r, const struct bundle *b, struct buf *out, struct errinfo *ei)
{
	static const char *const lists[] = {"keys", "acceptances"};
	int code = 0;
	if (b->organisation) {
		struct organisation *o GW_CLEANUP(organisation_free_p) = merged(r, b);
		const struct organisation nobody = {.name = NULL};
		const struct organisation *there = registry_organisation(r, o->oin);
		code = organisation_diff(there ? there : &nobody, o, out);
	}
	for (size_t k = 0; k < GW_LENGTH(lists); k++) {
		size_t i;
		json_t *s;
		json_array_foreach (json_object_get(b->content, lists[k]), i, s) {
			if (code == 0)
				code = say_statement(r, s, out, ei);
		}
	}
	return code;
}

static int put_file(
    const char *dir, const char *name, const json_t *files, const char *sha256, struct errinfo *ei)
{
	const json_t *v = json_object_get(files, sha256);
	struct buf b GW_CLEANUP(buf_release) = BUF_INIT(REGISTRY_FILE_MAX);
	if (buf_add(&b, json_string_value(v), json_string_length(v)) < 0)
		return err_set(ei, GW_ELIMIT, "a file in the bundle is too large");
	return store_put(dir, name, &b, ei);
}

static int put_accepted(
    const char *dir, const json_t *files, const json_t *body, struct errinfo *ei)
{
	static const char *const blobs[] = {"catalogue", "baseline", "mapping"};
	int r = put_file(dir, "policy.yaml", files, jx_str(body, "policy"), ei);
	for (size_t i = 0; r == 0 && i < GW_LENGTH(blobs); i++) {
		const char *sha256 = jx_str(body, blobs[i]);
		char *name GW_CLEANUP(str_free_p) =
		    str_printf("%s-%s.yaml", blobs[i], sha256 ? sha256 : "");
		if (sha256)
			r = put_file(dir, name, files, sha256, ei);
	}
	return r;
}

/*
 * The folder of the acceptance that a revocation names: it is in the registry, or came in the same
 * bundle; else "unknown", where it waits for it.
 */
static int revoked_folder(const struct registry *r, const struct bundle *b, const json_t *body,
    char out[HASH_HEX], struct errinfo *ei)
{
	const char *target = jx_str(body, "acceptance");
	size_t i;
	json_t *s;
	text_copy(out, HASH_HEX, "unknown");
	for (size_t k = 0; k < r->acceptances_n; k++)
		if (str_eq(r->acceptances[k].sha256, target))
			text_copy(out, HASH_HEX, r->acceptances[k].policy_sha256);
	json_array_foreach (json_object_get(b->content, "acceptances"), i, s) {
		json_t *other GW_CLEANUP(jx_release) = NULL;
		char sha256[HASH_HEX];
		int code = read_body(s, sha256, &other, ei);
		if (code < 0)
			return code;
		if (str_eq(sha256, target) && jx_str(other, "policy"))
			text_copy(out, HASH_HEX, jx_str(other, "policy"));
	}
	return 0;
}

static int put_statement(const char *dir, const json_t *s, struct errinfo *ei)
{
	struct buf json GW_CLEANUP(buf_release) = BUF_INIT(STATEMENT_MAX);
	struct buf p7s GW_CLEANUP(buf_release) = BUF_INIT(CADES_MAX);
	const char *b64 = jx_str(s, "p7s");
	size_t n = 0;
	int r = buf_adds(&json, jx_str(s, "json"));
	void *room = r == 0 ? buf_room(&p7s, CADES_MAX) : NULL;
	if (!room || str_unb64(b64, strlen(b64), room, CADES_MAX, &n) < 0)
		return err_set(ei, GW_ELIMIT, "a statement in the bundle is too large");
	buf_wrote(&p7s, n);
	return store_statement(dir, &json, &p7s, ei);
}

static int apply_acceptance(const char *dir, const struct registry *r, const struct bundle *b,
    const json_t *s, bool acceptances, struct errinfo *ei)
{
	json_t *body GW_CLEANUP(jx_release) = NULL;
	char sha256[HASH_HEX], place[HASH_HEX];
	int code = read_body(s, sha256, &body, ei);
	if (code < 0)
		return code;
	bool accepts = str_eq(jx_str(body, "doc"), "handover/acceptance/1");
	if (accepts != acceptances || (!accepts && have_statement(r, sha256)))
		return 0;
	if (accepts)
		text_copy(place, sizeof place, jx_str(body, "policy"));
	else
		code = revoked_folder(r, b, body, place, ei);
	char *folder GW_CLEANUP(str_free_p) = str_printf("%s/acceptances/%s", dir, place);
	if (code == 0)
		code = file_mkdirs(folder, 0700, ei);
	if (code == 0 && accepts)
		code = put_accepted(folder, json_object_get(b->content, "files"), body, ei);
	return code == 0 ? put_statement(folder, s, ei) : code;
}

/* Acceptances first, so that what takes one back finds it. */
static int apply_acceptances(
    const char *dir, const struct registry *r, const struct bundle *b, struct errinfo *ei)
{
	const json_t *list = json_object_get(b->content, "acceptances");
	size_t n = json_array_size(list);
	int code = 0;
	for (size_t i = 0; code == 0 && i < n; i++)
		code = apply_acceptance(dir, r, b, json_array_get(list, i), true, ei);
	for (size_t i = 0; code == 0 && i < n; i++)
		code = apply_acceptance(dir, r, b, json_array_get(list, i), false, ei);
	return code;
}

/* The moment of the newest entry that was taken in from that organisation; INT64_MIN for none. */
static int last_seen(const struct registry *r, const char *oin, int64_t *ret_at, struct errinfo *ei)
{
	struct buf b GW_CLEANUP(buf_release) = BUF_INIT(64);
	char *name GW_CLEANUP(str_free_p) = str_printf("seen/%s.txt", oin);
	int code = registry_file(r, name, 64, &b, ei);
	*ret_at = INT64_MIN;
	if (code == GW_ENOENT)
		return 0;
	if (code < 0)
		return code;
	if (b.len)
		b.data[strcspn(b.data, "\n")] = '\0';
	return b.len && time_parse(b.data, ret_at) == 0
	    ? 0
	    : err_set(ei, GW_EFORMAT, "registry/%s: should hold a moment", name);
}

/* An entry from before the newest one would bring old duties, officers and addresses back. */
static int check_age(const struct registry *r, const struct bundle *b, struct errinfo *ei)
{
	char made[TIME_TEXT], seen[TIME_TEXT];
	int64_t last;
	int code = last_seen(r, b->by.oin, &last, ei);
	if (code < 0 || b->at >= last)
		return code;
	time_text(b->at, made);
	time_text(last, seen);
	return err_set(ei, GW_EREFUSED,
	    "this file is of %s, but one of %s was taken in from %s already: ask for a new one",
	    made, seen, b->by.oin);
}

static int remember(
    const char *dir, const struct registry *r, const struct bundle *b, struct errinfo *ei)
{
	char *seen GW_CLEANUP(str_free_p) = file_join(dir, "seen");
	char *name GW_CLEANUP(str_free_p) = str_printf("%s.txt", b->by.oin);
	struct buf line GW_CLEANUP(buf_release) = BUF_INIT(64);
	char made[TIME_TEXT];
	int64_t last;
	time_text(b->at, made);
	int code = last_seen(r, b->by.oin, &last, ei);
	if (code < 0 || b->at <= last)
		return code;
	if (buf_addf(&line, "%s\n", made) < 0)
		return GW_ELIMIT;
	code = file_mkdirs(seen, 0700, ei);
	return code == 0 ? store_put(seen, name, &line, ei) : code;
}

/* Whether the signer may bring this without a person: a pinned key, and no change of the entry. */
static int may_apply(const struct registry *r, const struct bundle *b,
    const struct organisation *entry, bool vouched, bool *ret_changes, struct errinfo *ei)
{
	const struct organisation *there = registry_organisation(r, b->by.oin);
	struct buf diff GW_CLEANUP(buf_release) = BUF_INIT(1 << 20);
	if (!there && !entry)
		return err_set(ei, GW_EREFUSED,
		    "organisation %s is not in the registry: import its own export first",
		    b->by.oin);
	if (!vouched && !(there && pins_hold(&there->signing, b->by.spki, date_of(r->now))))
		return err_set(ei, GW_EAUTH,
		    "the key %s is not pinned for %s: compare it with them and give --fingerprint",
		    b->by.spki, b->by.oin);
	if (there && entry && organisation_diff(there, entry, &diff) < 0)
		return err_set(ei, GW_ELIMIT, "the entry in the bundle is too large");
	*ret_changes = entry && (!there || diff.len);
	if (*ret_changes && !vouched)
		return err_set(ei, GW_EAUTH,
		    "this changes what the registry says of %s: compare the key with them and give "
		    "--fingerprint",
		    b->by.oin);
	return *ret_changes ? check_age(r, b, ei) : 0;
}

int bundle_apply(const char *dir, const struct registry *r, const struct bundle *b, bool vouched,
    struct errinfo *ei)
{
	struct organisation *entry GW_CLEANUP(organisation_free_p) =
	    b->organisation ? merged(r, b) : NULL;
	char *keys GW_CLEANUP(str_free_p) = file_join(dir, "keys");
	bool changes = false;
	size_t i;
	json_t *s;
	int code = may_apply(r, b, entry, vouched, &changes, ei);
	json_array_foreach (json_object_get(b->content, "keys"), i, s) {
		if (code == 0)
			code = put_statement(keys, s, ei);
	}
	if (code == 0)
		code = apply_acceptances(dir, r, b, ei);
	if (code == 0 && entry)
		code = remember(dir, r, b, ei);
	return code == 0 && changes ? registry_put_organisation(dir, entry, ei) : code;
}
