/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * statement_form: the closed tables of statement.h as data, and a body held against them. What a
 * member holds is never quoted in a message, only its name.
 */
#include <string.h>

#include "base/date.h"
#include "base/id.h"
#include "base/str.h"
#include "sign/statement.h"
#include "sign/statement_impl.h"

enum {
	MEMBERS_MAX = 24,
	WORD_MAX = 64,
	LOG_MAX = 4096,
	OINS_MAX = 64,
	DIGESTS_MAX = 32,
	AGE_RECIPIENT = 62, /* characters of an X25519 recipient */
};

enum type { UUID, OIN, OINS, DIGEST, DIGESTS, DAY, MONTH, TIME, COUNT, WORD, AGE1, LOG, CHOICE };

struct member {
	const char *name;
	enum type type;
	bool optional;
	const char *choices; /* CHOICE: words between bars, as in the header */
};

struct kind {
	const char *name;
	bool for_optional, act, early, first; /* early: package? slip?; first: prev? */
	bool receipt;
	struct member own[17]; /* ends with a NULL name */
};

/* clang-format off */
static const struct kind kinds[] = {
	{"key", .for_optional = true, .own = {{"recipient", AGE1, false, NULL},
		{"use", CHOICE, false, "main|recovery"}, {"from", DAY, false, NULL},
		{"until", DAY, false, NULL}, {"supersedes", DIGEST, true, NULL}}},
	{"key_revoked", .for_optional = true, .own = {{"statement", DIGEST, false, NULL},
		{"recipient", AGE1, false, NULL}, {"from", DAY, false, NULL},
		{"reason", CHOICE, false, "compromised|superseded|ceased|unspecified"}}},
	{"acceptance", .for_optional = true, .own = {{"controller", OIN, false, NULL},
		{"senders", OINS, false, NULL}, {"contract", WORD, false, NULL},
		{"policy_id", WORD, false, NULL}, {"policy_version", COUNT, false, NULL},
		{"policy", DIGEST, false, NULL}, {"meaning", DIGEST, false, NULL},
		{"catalogue", DIGEST, false, NULL}, {"baseline", DIGEST, true, NULL},
		{"mapping", DIGEST, true, NULL}, {"until", DAY, false, NULL}}},
	{"acceptance_revoked", .for_optional = true, .own = {{"acceptance", DIGEST, false, NULL},
		{"reason", CHOICE, false, "policy_changed|contract_ended|agreement_ended|other"}}},
	{"slip", .own = {{"package", UUID, false, NULL}, {"case", WORD, false, NULL},
		{"seq", COUNT, false, NULL}, {"supersedes", UUID, true, NULL},
		{"sender", OIN, false, NULL}, {"recipient", OIN, false, NULL},
		{"ciphertext", DIGEST, false, NULL}, {"bytes", COUNT, false, NULL}, {"keys", DIGESTS, false, NULL},
		{"policy", DIGEST, false, NULL}, {"catalogue", DIGEST, false, NULL},
		{"registry", DIGEST, false, NULL}, {"contract", WORD, false, NULL},
		{"sealed", TIME, false, NULL}, {"expires", TIME, false, NULL},
		{"open_commit", DIGEST, false, NULL}}},
	{"offer", .act = true, .early = true, .first = true, .own = {{"request", UUID, true, NULL},
		{"programme", WORD, false, NULL}, {"product", WORD, true, NULL},
		{"region", WORD, true, NULL}, {"start_month", MONTH, false, NULL}}},
	{"accept", .act = true, .early = true, .receipt = true, .own = {{0}}},
	{"decline", .act = true, .early = true, .receipt = true, .own = {
		{"reason", CHOICE, false, "no_capacity|not_target_group|not_in_segment|other"}}},
	{"hold", .act = true, .early = true, .receipt = true, .own = {
		{"start_month", MONTH, false, NULL}}},
	{"question", .act = true, .early = true, .receipt = true, .own = {
		{"about", CHOICE, false, "programme|product|region|start_month|other"}}},
	{"release", .act = true, .first = true, .own = {{0}}},
	{"withdraw", .act = true, .early = true, .own = {
		{"reason", CHOICE, true, "candidate|consent|content|other"}}},
	{"cancel", .act = true, .early = true, .own = {{0}}},
	{"extend", .act = true, .own = {{"expires", TIME, false, NULL}}},
	{"fetch_request", .act = true, .receipt = true, .own = {{0}}},
	{"fetched", .act = true, .receipt = true, .own = {{"ciphertext", DIGEST, false, NULL}}},
	{"opened", .act = true, .receipt = true, .own = {{"tagmanifest", DIGEST, false, NULL}}},
	{"conversation", .act = true, .own = {{"state", CHOICE, false, "planned|held|no_show"},
		{"day", DAY, true, NULL}}},
	{"taken_over", .act = true, .receipt = true, .own = {{"tagmanifest", DIGEST, false, NULL}}},
	{"return", .act = true, .receipt = true, .own = {{"reason", CHOICE, false,
		"no_show|not_target_group|not_in_segment|no_capacity|other"},
		{"proposal", WORD, true, NULL}, {"destroyed", TIME, false, NULL}}},
	{"withdraw_request", .act = true, .own = {
		{"reason", CHOICE, true, "candidate|consent|content|other"}}},
	{"withdraw_confirm", .act = true, .receipt = true, .own = {{"destroyed", TIME, false, NULL}}},
	{"destroyed", .act = true, .own = {{"destroyed", TIME, false, NULL}}},
	{"kept", .act = true, .own = {{"until", DAY, false, NULL}, {"ground", WORD, false, NULL}}},
	{"misdelivered", .act = true, .own = {{"found", TIME, false, NULL}}},
	{"entered_in_error", .act = true, .early = true, .own = {{0}}},
	{"consent_withdrawn", .act = true, .own = {{"scope", WORD, false, NULL},
		{"withdrawn", DAY, false, NULL}}},
};
/* clang-format on */

static const struct kind *find_kind(const char *name)
{
	for (size_t i = 0; i < GW_LENGTH(kinds); i++)
		if (str_eq(kinds[i].name, name))
			return &kinds[i];
	return NULL;
}

/* The whole table of a kind in order: the head, what every act has, its own. Returns the count. */
static size_t table(const struct kind *k, struct member out[MEMBERS_MAX])
{
	const struct member head[] = {{"doc", WORD, false, NULL}, {"id", UUID, false, NULL},
	    {"by", OIN, false, NULL}, {"for", OIN, k->for_optional, NULL},
	    {"at", TIME, false, NULL}, {"log", LOG, false, NULL}};
	const struct member act[] = {{"case", WORD, false, NULL}, {"package", UUID, k->early, NULL},
	    {"slip", DIGEST, k->early, NULL}, {"policy", DIGEST, false, NULL},
	    {"prev", DIGEST, k->first, NULL}};
	size_t n = 0;
	for (size_t i = 0; i < GW_LENGTH(head); i++)
		out[n++] = head[i];
	for (size_t i = 0; k->act && i < GW_LENGTH(act); i++)
		out[n++] = act[i];
	for (size_t i = 0; i < GW_LENGTH(k->own) && k->own[i].name; i++)
		out[n++] = k->own[i];
	return n;
}

static bool is_sha256(const char *s)
{
	uint8_t digest[HASH_BYTES];
	return str_unhex(s, digest, sizeof digest) == 0;
}

static bool is_word(const char *s)
{
	size_t n = strspn(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._/-");
	return n >= 1 && n <= WORD_MAX && s[n] == '\0';
}

static bool is_month(const char *s)
{
	char day[DATE_TEXT] = "";
	struct date d;
	if (strlen(s) != 7)
		return false;
	memcpy(day, s, 7);
	memcpy(day + 7, "-01", 4);
	return date_parse(day, &d) == 0;
}

/* Exactly the form that time_text writes, so that one moment has one text. */
static bool is_time(const char *s)
{
	int64_t ms;
	char again[TIME_TEXT];
	if (time_parse(s, &ms) < 0)
		return false;
	time_text(ms, again);
	return str_eq(s, again);
}

static bool is_recipient(const char *s)
{
	return strlen(s) == AGE_RECIPIENT && str_starts(s, "age1") &&
	    strspn(s + 4, "qpzry9x8gf2tvdw0s3jn54khce6mua7l") == AGE_RECIPIENT - 4;
}

static bool is_choice(const char *s, const char *choices)
{
	size_t n = strcspn(s, "|");
	if (s[n])
		return false;
	for (const char *at = choices; at; at = strchr(at, '|') ? strchr(at, '|') + 1 : NULL)
		if (n && strncmp(at, s, n) == 0 && (at[n] == '|' || at[n] == '\0'))
			return true;
	return false;
}

static bool is_list(const json_t *v, size_t most, bool (*good)(const char *))
{
	size_t n = json_array_size(v);
	if (!json_is_array(v) || n < 1 || n > most)
		return false;
	for (size_t i = 0; i < n; i++) {
		const char *s = json_string_value(json_array_get(v, i));
		if (!s || !good(s))
			return false;
	}
	return true;
}

static bool fits(const struct member *m, const json_t *v)
{
	const char *s = json_string_value(v);
	struct date d;
	switch (m->type) {
	case OINS:
		return is_list(v, OINS_MAX, str_oin);
	case DIGESTS:
		return is_list(v, DIGESTS_MAX, is_sha256);
	case COUNT:
		return json_is_integer(v) && json_integer_value(v) >= 0 &&
		    json_integer_value(v) <= (json_int_t)1 << 53;
	default:
		break;
	}
	if (!s)
		return false;
	switch (m->type) {
	case UUID:
		return id_is_v4(s) || id_is_v7(s);
	case OIN:
		return str_oin(s);
	case DIGEST:
		return is_sha256(s);
	case DAY:
		return date_parse(s, &d) == 0;
	case MONTH:
		return is_month(s);
	case TIME:
		return is_time(s);
	case WORD:
		return is_word(s);
	case AGE1:
		return is_recipient(s);
	case LOG:
		return *s && strlen(s) <= LOG_MAX;
	case CHOICE:
		return is_choice(s, m->choices);
	default:
		return false;
	}
}

/* Hold every member of body against t, in order; and no member beyond. */
static int check_members(
    const char *file, const json_t *body, const struct member *t, size_t n, struct errinfo *ei)
{
	const char *names[MEMBERS_MAX];
	for (size_t i = 0; i < n; i++)
		names[i] = t[i].name;
	int r = jx_closed(body, names, n, file, ei);
	if (r < 0)
		return r;
	/* jansson's iterators take no const object, but these do not change it */
	json_t *object = (json_t *)(uintptr_t)body;
	void *it = json_object_iter(object);
	for (size_t i = 0; i < n; i++) {
		const json_t *v = json_object_get(body, t[i].name);
		if (!v && t[i].optional)
			continue;
		if (!v)
			return err_set(
			    ei, GW_EFORMAT, "%s: member \"%s\" is missing", file, t[i].name);
		if (!it || !str_eq(json_object_iter_key(it), t[i].name))
			return err_set(
			    ei, GW_EFORMAT, "%s: member \"%s\" is out of order", file, t[i].name);
		if (!fits(&t[i], v))
			return err_set(ei, GW_EFORMAT, "%s: member \"%s\" does not have its form",
			    file, t[i].name);
		it = json_object_iter_next(object, it);
	}
	return 0;
}

/* The kind that doc names: handover/<kind>/1. */
static int read_doc(
    const char *file, const json_t *body, const struct kind **ret_kind, struct errinfo *ei)
{
	const char *doc = jx_str(body, "doc");
	if (!doc || !str_starts(doc, "handover/"))
		return err_set(ei, GW_EFORMAT, "%s: is no statement (no \"doc\" of ours)", file);
	const char *name = doc + strlen("handover/"), *end = strchr(name, '/');
	char *word GW_CLEANUP(str_free_p) = end ? str_dupn(name, (size_t)(end - name)) : NULL;
	*ret_kind = word ? find_kind(word) : NULL;
	if (!*ret_kind || !str_eq(end, "/1"))
		return err_set(
		    ei, GW_EFORMAT, "%s: unknown kind of statement, or unknown version", file);
	return 0;
}

int statement_check(const char *file, const json_t *body, const char *kind, const char **ret_kind,
    struct errinfo *ei)
{
	struct member t[MEMBERS_MAX];
	const struct kind *k = NULL;
	int r;
	if ((r = read_doc(file, body, &k, ei)) < 0)
		return r;
	if (kind && !str_eq(k->name, kind))
		return err_set(
		    ei, GW_EAUTH, "%s: is a statement of kind %s, not %s", file, k->name, kind);
	if ((r = check_members(file, body, t, table(k, t), ei)) < 0)
		return r;
	if (str_eq(k->name, "slip") &&
	    (!str_eq(jx_str(body, "sender"), jx_str(body, "by")) ||
		!str_eq(jx_str(body, "recipient"), jx_str(body, "for"))))
		return err_set(
		    ei, GW_EFORMAT, "%s: sender and recipient of a slip are its by and for", file);
	if (ret_kind)
		*ret_kind = k->name;
	return 0;
}

bool statement_is_receipt(const char *kind)
{
	const struct kind *k = find_kind(kind);
	return k && k->receipt;
}

int statement_order(const char *kind, const json_t *members, json_t *body, struct errinfo *ei)
{
	struct member t[MEMBERS_MAX];
	const struct kind *k = find_kind(kind);
	if (!k)
		return err_set(ei, GW_EFORMAT, "statement: unknown kind");
	size_t n = table(k, t), taken = 0;
	for (size_t i = 0; i < n; i++) {
		json_t *v = json_object_get(members, t[i].name);
		if (!v)
			continue;
		if (json_object_get(body, t[i].name))
			return err_set(ei, GW_EFORMAT,
			    "statement: member \"%s\" is not the caller's to give", t[i].name);
		jx_set(body, t[i].name, json_incref(v));
		taken++;
	}
	if (taken != json_object_size(members))
		return err_set(
		    ei, GW_EFORMAT, "statement: a member that kind %s does not have", kind);
	return 0;
}
