/* SPDX-License-Identifier: EUPL-1.2 */
/* stored: one signed statement as it lies in the registry, and whether it counts. */
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/json.h"
#include "base/str.h"
#include "registry/inside.h"
#include "registry/text.h"

void set_aside(int *code, char **why, int reason, const char *text)
{
	if (*code < 0)
		return;
	*code = reason;
	*why = str_dup(text);
}

/* What the statement says, whoever wrote it. */
static int read_form(const char *path, const struct buf *json, struct stored *s, struct errinfo *ei)
{
	struct jx_limits limits = JX_SMALL;
	limits.bytes = STATEMENT_MAX;
	int r = jx_parse(path, json->data ? json->data : "", json->len, &limits, &s->body, ei);
	if (r == 0)
		r = statement_check(path, s->body, NULL, &s->kind, ei);
	if (r == 0 && time_parse(jx_str(s->body, "at"), &s->at) < 0)
		r = err_set(ei, GW_EFORMAT, "%s: at is no moment", path);
	return r;
}

/* Whether its signer may have said it. */
static int judge(const struct registry *r, const char *name, const char *path,
    const struct buf *json, struct stored *s, struct errinfo *ei)
{
	char *p7s_name GW_CLEANUP(str_free_p) = str_printf("%s.p7s", name);
	struct buf p7s GW_CLEANUP(buf_release) = BUF_INIT(CADES_MAX);
	struct statement st GW_CLEANUP(statement_release) = {0};
	int code = registry_file(r, p7s_name, CADES_MAX, &p7s, ei);
	if (code == GW_ENOENT)
		return err_set(ei, GW_EAUTH, "its signature is missing");
	if (code < 0)
		return code;
	if (!r->trust)
		return err_set(ei, GW_EAUTH, "%s", r->no_trust);
	code = statement_verify(path, json->data, json->len, p7s.data, p7s.len, s->kind, r->trust,
	    r->now, r->now, &st, ei);
	if (code < 0)
		return code;
	return registry_signed_by(r, &st.by, jx_str(st.body, "by"), date_of(r->now), ei);
}

/* Whoever tells it names the file already. */
static const char *without_path(const char *msg, const char *path)
{
	size_t n = strlen(path);
	return str_starts(msg, path) && strncmp(msg + n, ": ", 2) == 0 ? msg + n + 2 : msg;
}

int stored_read(
    const struct registry *r, const char *name, struct stored *ret_s, struct errinfo *ei)
{
	char *path GW_CLEANUP(str_free_p) = file_join(r->dir, name);
	struct buf json GW_CLEANUP(buf_release) = BUF_INIT(STATEMENT_MAX);
	struct stored s = {0};
	struct errinfo why = ERRINFO_INIT;
	int code = registry_file(r, name, STATEMENT_MAX, &json, ei);
	if (code == 0)
		code = read_form(path, &json, &s, ei);
	if (code < 0) {
		stored_release(&s);
		return code;
	}
	hash_sha256_hex(json.data, json.len, s.sha256);
	s.named = strncmp(file_base(path), s.sha256, HASH_HEX - 1) == 0;
	if (!s.named)
		set_aside(&s.code, &s.why, GW_EAUTH, "its name is not its SHA-256");
	code = judge(r, name, path, &json, &s, &why);
	if (code < 0)
		set_aside(&s.code, &s.why, code == GW_EFORMAT ? GW_EFORMAT : GW_EAUTH,
		    without_path(why.msg, path));
	*ret_s = s;
	return 0;
}

void stored_release(struct stored *s)
{
	json_decref(s->body);
	free(s->why);
	*s = (struct stored){0};
}

bool takes_back(const char *kind)
{
	return str_eq(kind, "key_revoked") || str_eq(kind, "acceptance_revoked");
}

/* A key goes from the day that is named; at once when it is compromised. An acceptance at once. */
static bool in_force(const struct stored *s, struct date today)
{
	struct date from;
	return str_eq(s->kind, "acceptance_revoked") ||
	    str_eq(jx_str(s->body, "reason"), "compromised") ||
	    date_parse(jx_str(s->body, "from"), &from) < 0 || date_cmp(from, today) <= 0;
}

void add_revocation(struct registry *r, const char *name, const struct stored *s)
{
	char *text GW_CLEANUP(str_free_p) = str_printf(
	    "%s: %s%s", name, s->named ? "counts, though " : "", s->code < 0 ? s->why : "");
	if (s->code < 0)
		findings_add(&r->strange, s->named ? 0 : s->code, text);
	if (!s->named)
		return;
	struct revocation *more = reallocarray(r->revoked, r->revoked_n + 1, sizeof *more);
	if (!more)
		abort();
	r->revoked = more;
	struct revocation *v = &more[r->revoked_n++];
	*v = (struct revocation){.in_force = in_force(s, date_of(r->now))};
	text_copy(v->sha256, sizeof v->sha256, s->sha256);
	text_copy(v->by, sizeof v->by, jx_str(s->body, "by"));
	text_copy(v->target, sizeof v->target,
	    jx_str(s->body, str_eq(s->kind, "key_revoked") ? "statement" : "acceptance"));
	text_copy(v->recipient, sizeof v->recipient, jx_str(s->body, "recipient"));
}

int store_put(const char *dir, const char *name, const struct buf *b, struct errinfo *ei)
{
	char *path GW_CLEANUP(str_free_p) = file_join(dir, name);
	struct buf there GW_CLEANUP(buf_release) = BUF_INIT(REGISTRY_FILE_MAX);
	int r = file_read(path, REGISTRY_FILE_MAX, &there, NULL);
	bool same = r == 0 && there.len == b->len;
	if (same && (!there.data || !b->data || memcmp(there.data, b->data, b->len) == 0))
		return 0;
	return file_write(path, b->data ? b->data : "", b->len, 0644, FILE_REPLACE, ei);
}

int store_statement(
    const char *dir, const struct buf *json, const struct buf *p7s, struct errinfo *ei)
{
	char hex[HASH_HEX];
	hash_sha256_hex(json->data ? json->data : "", json->len, hex);
	char *name GW_CLEANUP(str_free_p) = str_printf("%s.json", hex);
	char *signature GW_CLEANUP(str_free_p) = str_printf("%s.json.p7s", hex);
	int r = file_mkdirs(dir, 0700, ei);
	if (r == 0)
		r = store_put(dir, signature, p7s, ei);
	return r == 0 ? store_put(dir, name, json, ei) : r;
}
