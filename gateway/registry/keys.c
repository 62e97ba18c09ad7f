/* SPDX-License-Identifier: EUPL-1.2 */
#include "registry/keys.h"

#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/json.h"
#include "base/str.h"
#include "registry/inside.h"
#include "registry/text.h"

static void add_key(struct registry *r, struct stored *s)
{
	struct key_statement *more = reallocarray(r->keys, r->keys_n + 1, sizeof *more);
	if (!more)
		abort();
	r->keys = more;
	struct key_statement *k = &r->keys[r->keys_n++];
	*k = (struct key_statement){.at = s->at, .named = s->named, .code = s->code, .why = s->why};
	s->why = NULL;
	const char *recipient = jx_str(s->body, "recipient");
	text_copy(k->sha256, sizeof k->sha256, s->sha256);
	text_copy(k->oin, sizeof k->oin, jx_str(s->body, "by"));
	text_copy(k->recipient, sizeof k->recipient, recipient);
	hash_sha256_hex(recipient, strlen(recipient), k->recipient_sha256);
	k->use = str_eq(jx_str(s->body, "use"), "recovery") ? KEY_RECOVERY : KEY_MAIN;
	text_copy(k->supersedes, sizeof k->supersedes, jx_str(s->body, "supersedes"));
	if ((date_parse(jx_str(s->body, "from"), &k->from) < 0 ||
		date_parse(jx_str(s->body, "until"), &k->until) < 0 ||
		date_cmp(k->from, k->until) > 0) &&
	    k->code == 0) {
		k->code = GW_EFORMAT;
		k->why = str_dup("its dates are wrong");
	}
}

static int read_one(struct registry *r, const char *name, struct errinfo *ei)
{
	struct stored s GW_CLEANUP(stored_release) = {0};
	int code = stored_read(r, name, &s, ei);
	if (code < 0)
		return code;
	if (str_eq(s.kind, "key"))
		add_key(r, &s);
	else if (str_eq(s.kind, "key_revoked"))
		add_revocation(r, name, &s);
	else
		return err_set(ei, GW_EFORMAT,
		    "registry/%s: a statement of kind %s does not belong in keys/", name, s.kind);
	return 0;
}

static bool is_revoked(const struct registry *r, const struct key_statement *k)
{
	for (size_t i = 0; i < r->revoked_n; i++) {
		const struct revocation *v = &r->revoked[i];
		if (v->in_force && str_eq(v->by, k->oin) &&
		    (str_eq(v->target, k->sha256) || str_eq(v->recipient, k->recipient)))
			return true;
	}
	return false;
}

/*
 * An owner revokes and supersedes only its own. A revocation is for the key, in all statements.
 * What was superseded stays so when the newer statement no longer counts: time brings no old key
 * back.
 */
static void settle(struct registry *r)
{
	for (size_t i = 0; i < r->keys_n; i++)
		r->keys[i].revoked = is_revoked(r, &r->keys[i]);
	for (size_t i = 0; i < r->keys_n; i++) {
		const struct key_statement *newer = &r->keys[i];
		if (!*newer->supersedes || !newer->named || newer->revoked ||
		    date_cmp(newer->from, date_of(r->now)) > 0)
			continue;
		for (size_t v = 0; v < r->keys_n; v++)
			if (v != i && str_eq(r->keys[v].oin, newer->oin) &&
			    r->keys[v].use == newer->use &&
			    str_eq(r->keys[v].sha256, newer->supersedes))
				r->keys[v].superseded = true;
	}
}

int registry_load_keys(struct registry *r, struct errinfo *ei)
{
	const char *name;
	for (size_t at = 0; (name = registry_file_next(r, "keys/", false, ".json", &at));) {
		int code = read_one(r, name, ei);
		if (code < 0)
			return code;
	}
	settle(r);
	return 0;
}

void registry_release_keys(struct registry *r)
{
	for (size_t i = 0; i < r->keys_n; i++)
		free(r->keys[i].why);
	free(r->keys);
	r->keys = NULL;
	r->keys_n = 0;
}

static bool usable(const struct key_statement *k, struct date day)
{
	return k->code == 0 && !k->revoked && !k->superseded && date_cmp(k->from, day) <= 0 &&
	    date_cmp(day, k->until) <= 0;
}

static bool newer(const struct key_statement *a, const struct key_statement *b)
{
	int c = date_cmp(a->from, b->from);
	return c > 0 || (c == 0 && a->at > b->at);
}

/* Why an organisation has no usable main key: the reason nearest to being usable. */
static int no_key(const struct registry *r, const char *oin, struct date day, struct errinfo *ei)
{
	static const char REMEDY[] = "ask it for a new handover organisation export";
	const struct key_statement *k;
	bool expired = false, early = false, revoked = false;
	for (size_t at = 0; (k = registry_key_next(r, oin, &at));) {
		if (k->use != KEY_MAIN)
			continue;
		if (k->code < 0)
			return err_set(ei, GW_EAUTH,
			    "the key statement of %.20s does not count: %s", oin, k->why);
		revoked |= k->revoked;
		expired |= !k->revoked && date_cmp(k->until, day) < 0;
		early |= !k->revoked && date_cmp(k->from, day) > 0;
	}
	return err_set(ei, GW_EREFUSED, "%s for a main key of %.20s%s: %s",
	    expired || early || revoked ? "no usable key statement" : "no key statement", oin,
	    early         ? " (it begins later)"
		: expired ? " (it has expired)"
		: revoked ? " (it was revoked)"
			  : "",
	    REMEDY);
}

int registry_keys(const struct registry *r, const char *oin, struct date day,
    struct registry_keys *ret, struct errinfo *ei)
{
	struct registry_keys found = {0};
	const struct key_statement *k;
	for (size_t at = 0; (k = registry_key_next(r, oin, &at));) {
		if (!usable(k, day))
			continue;
		if (k->use == KEY_MAIN) {
			if (!found.main || newer(k, found.main))
				found.main = k;
			continue;
		}
		bool there = false;
		for (size_t i = 0; i < found.recovery_n; i++)
			there |= str_eq(found.recovery[i]->recipient, k->recipient);
		if (there)
			continue;
		if (found.recovery_n == GW_LENGTH(found.recovery))
			return err_set(ei, GW_ELIMIT, "%.20s has more than %zu recovery keys", oin,
			    GW_LENGTH(found.recovery));
		found.recovery[found.recovery_n++] = k;
	}
	if (!found.main)
		return no_key(r, oin, day, ei);
	*ret = found;
	return 0;
}

const struct key_statement *registry_key(
    const struct registry *r, const char *oin, const char *recipient_sha256)
{
	const struct key_statement *k;
	for (size_t at = 0; (k = registry_key_next(r, oin, &at));)
		if (str_eq(k->recipient_sha256, recipient_sha256) && k->code == 0 && !k->revoked)
			return k;
	return NULL;
}

const struct key_statement *registry_key_next(const struct registry *r, const char *oin, size_t *at)
{
	while (*at < r->keys_n) {
		const struct key_statement *k = &r->keys[(*at)++];
		if (str_eq(k->oin, oin))
			return k;
	}
	return NULL;
}

json_t *key_members(const char *recipient, enum key_use use, struct date from, struct date until,
    const char *supersedes)
{
	char day[DATE_TEXT];
	json_t *j = json_object();
	jx_set(j, "recipient", json_string(recipient));
	jx_set(j, "use", json_string(use == KEY_MAIN ? "main" : "recovery"));
	date_text(from, day);
	jx_set(j, "from", json_string(day));
	date_text(until, day);
	jx_set(j, "until", json_string(day));
	if (supersedes && *supersedes)
		jx_set(j, "supersedes", json_string(supersedes));
	return j;
}

int key_store(
    const char *registry_dir, const struct buf *json, const struct buf *p7s, struct errinfo *ei)
{
	char *dir GW_CLEANUP(str_free_p) = file_join(registry_dir, "keys");
	return store_statement(dir, json, p7s, ei);
}

int registry_key_text(const struct registry *r, const struct key_statement *k, struct buf *json,
    struct buf *p7s, struct errinfo *ei)
{
	char *name GW_CLEANUP(str_free_p) = str_printf("keys/%s.json", k->sha256);
	char *signature GW_CLEANUP(str_free_p) = str_printf("%s.p7s", name);
	int code = registry_file(r, name, STATEMENT_MAX, json, ei);
	return code < 0 ? code : registry_file(r, signature, CADES_MAX, p7s, ei);
}
