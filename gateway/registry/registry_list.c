/* SPDX-License-Identifier: EUPL-1.2 */
/* registry_list: whether the folder is what an officer signed, or that and a key of our own. */
#include <string.h>

#include "base/file.h"
#include "base/str.h"
#include "registry/inside.h"

/* ---- what differs ---- */

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

static int is_edit(const char *path, size_t n, const char *what, struct errinfo *ei)
{
	return err_set(ei, GW_EAUTH,
	    "the registry was edited since it was signed: '%.*s' is %s: let an officer look with "
	    "handover registry check, then registry sign",
	    (int)(n > 200 ? 200 : n), path, what);
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
		return is_edit(line + 2, n - 2, what, ei);
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

int registry_as_edit(const struct registry_trust *rt, int code)
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

int registry_check_came(const struct registry *r, const struct registry_trust *rt,
    const struct buf *signed_list, struct errinfo *ei)
{
	struct sums before GW_CLEANUP(sums_release) = {0};
	if (!rt || r->is_unsigned || signed_list->len == r->list.len)
		return 0;
	sums_split(signed_list, &before);
	for (size_t i = 0; i < r->files.n; i++) {
		const char *path = r->files.list[i].path;
		if (str_ends(path, ".json") && !sums_find(&before, path) &&
		    !is_stated(r, rt->oin, path))
			return is_edit(path, strlen(path), "new", ei);
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

int registry_check_list(struct registry *r, const struct registry_trust *rt, struct buf *ret_list,
    struct buf *ret_p7s, struct errinfo *ei)
{
	const struct buf *now = &r->list;
	char *list GW_CLEANUP(str_free_p) = file_join(r->dir, "SHA256SUMS");
	char *p7s GW_CLEANUP(str_free_p) = file_join(r->dir, "SHA256SUMS.p7s");
	if (!file_exists(list) && !file_exists(p7s))
		return no_signature(r, rt, "SHA256SUMS", ei);
	if (!file_exists(list))
		return err_set(ei, GW_EAUTH, "SHA256SUMS of the registry was taken away");
	int code = file_read(list, SUMS_MAX, ret_list, ei);
	if (code < 0)
		return registry_as_edit(rt, code);
	bool same = ret_list->len == now->len &&
	    (!now->len || memcmp(ret_list->data, now->data, now->len) == 0);
	if (!same && !(rt->oin && may_have_come(ret_list, now)))
		return edited(ret_list, now, ei);
	if (!file_exists(p7s))
		return no_signature(r, rt, "SHA256SUMS.p7s", ei);
	return registry_as_edit(rt, file_read(p7s, CADES_MAX, ret_p7s, ei));
}

int registry_check_signature(const struct registry *r, const struct registry_trust *rt,
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
