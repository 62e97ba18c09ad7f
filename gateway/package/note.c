/* SPDX-License-Identifier: EUPL-1.2 */
#include "package/note.h"

#include <stdlib.h>
#include <string.h>

#include "base/str.h"

enum { NONCE_TEXT = 44 };

static const char *const members[] = {"format", "package", "case", "seq", "supersedes",
    "transaction", "nonce", "sender", "recipient", "keys", "contract", "controller", "purpose",
    "legal_basis", "policy", "catalogue", "baseline", "mapping", "registry", "created", "expires",
    "retention", "checkpoint", "report"};

void note_release(struct note *note)
{
	str_free_p(&note->checkpoint);
	jx_release(&note->report);
	*note = (struct note){0};
}

/* ---- forms ---- */

static bool is_word(const char *s)
{
	size_t n = strspn(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._/-");
	return n > 0 && n < NOTE_WORD && !s[n];
}

static bool is_sha256(const char *s)
{
	uint8_t digest[HASH_BYTES];
	return str_unhex(s, digest, sizeof digest) == 0;
}

static bool is_trace(const char *s)
{
	uint8_t id[16];
	return str_unhex(s, id, sizeof id) == 0;
}

static bool is_uuid(const char *s)
{
	return id_is_v4(s);
}

static bool is_duration(const char *s)
{
	struct duration d;
	return duration_parse(s, &d) == 0;
}

/* The name of an organisation: UTF-8 (the parser saw to that) without control characters. */
static bool is_name(const char *s)
{
	for (size_t i = 0; s[i]; i++)
		if ((unsigned char)s[i] < ' ' || s[i] == 127)
			return false;
	return *s != 0;
}

/* True when the nine digits at s pass the 11-test of a BSN. */
static bool is_bsn(const char *s)
{
	int sum = -(s[8] - '0');
	for (int i = 0; i < 8; i++)
		sum += (9 - i) * (s[i] - '0');
	return sum % 11 == 0;
}

/* Nothing but a number, with or without signs between its digits, that may be a BSN. */
static bool bare_number(const char *s)
{
	char digits[10] = "0"; /* a BSN of eight digits begins with a zero */
	size_t n = 1;
	if (!s[strspn(s, "0123456789")])
		return true;
	for (; *s; s++) {
		if (*s >= '0' && *s <= '9' && n < sizeof digits)
			digits[n++] = *s;
		else if (!strchr("._-", *s))
			return false;
	}
	return (n == 9 && is_bsn(digits)) || (n == 10 && is_bsn(digits + 1));
}

bool note_case_ok(const char *s)
{
	if (id_is_v4(s) || id_is_v7(s))
		return true;
	if (!is_word(s) || strchr(s, '/') || bare_number(s) || str_eq(s, ".") || str_eq(s, ".."))
		return false;
	for (const char *p = s; *p;) {
		size_t n = strspn(p, "0123456789");
		for (size_t i = 0; i + 9 <= n; i++)
			if (is_bsn(p + i))
				return false;
		p += n ? n : 1;
	}
	return true;
}

/* ---- writing ---- */

static json_t *party(const struct note_party *p)
{
	json_t *o = json_object();
	jx_set(o, "oin", json_string(p->oin));
	jx_set(o, "name", json_string(p->name));
	return o;
}

static json_t *text_or_null(const char *s)
{
	return *s ? json_string(s) : json_null();
}

static json_t *moment(int64_t ms)
{
	char text[TIME_TEXT];
	time_text(ms, text);
	return json_string(text);
}

static json_t *nonce(const struct note *note)
{
	struct buf b GW_CLEANUP(buf_release) = BUF_INIT(NONCE_TEXT);
	if (str_b64url(&b, note->nonce, sizeof note->nonce) < 0)
		abort();
	return json_string(b.data);
}

static void write_rules(const struct note *note, json_t *o)
{
	json_t *basis = json_object(), *laws = json_array(), *policy = json_object();
	for (size_t i = 0; i < note->n_laws; i++)
		jx_add(laws, json_string(note->laws[i]));
	jx_set(basis, "gdpr", json_string(note->gdpr));
	jx_set(basis, "law", laws);
	jx_set(o, "legal_basis", basis);
	jx_set(policy, "id", json_string(note->policy));
	jx_set(policy, "version", json_integer(note->policy_version));
	jx_set(policy, "sha256", json_string(note->policy_sha256));
	jx_set(o, "policy", policy);
	jx_set(o, "catalogue", json_string(note->catalogue));
	jx_set(o, "baseline", text_or_null(note->baseline));
	jx_set(o, "mapping", text_or_null(note->mapping));
	jx_set(o, "registry", json_string(note->registry));
}

int note_write(const struct note *note, struct buf *out)
{
	json_t *o GW_CLEANUP(jx_release) = json_object();
	json_t *keys = json_array(), *retention = json_object();
	jx_set(o, "format", json_integer(1));
	jx_set(o, "package", json_string(note->package));
	jx_set(o, "case", json_string(note->case_id));
	jx_set(o, "seq", json_integer(note->seq));
	jx_set(o, "supersedes", text_or_null(note->supersedes));
	jx_set(o, "transaction", json_string(note->transaction));
	jx_set(o, "nonce", nonce(note));
	jx_set(o, "sender", party(&note->sender));
	jx_set(o, "recipient", party(&note->recipient));
	for (size_t i = 0; i < note->n_keys; i++)
		jx_add(keys, json_string(note->keys[i]));
	jx_set(o, "keys", keys);
	jx_set(o, "contract", json_string(note->contract));
	jx_set(o, "controller", json_string(note->controller));
	jx_set(o, "purpose", json_string(note->purpose));
	write_rules(note, o);
	jx_set(o, "created", moment(note->created));
	jx_set(o, "expires", moment(note->expires));
	jx_set(retention, "keep", json_string(note->keep));
	jx_set(retention, "after", json_string(note->after));
	jx_set(o, "retention", retention);
	jx_set(o, "checkpoint", json_string(note->checkpoint));
	jx_set(o, "report", json_incref(note->report));
	int r = jx_dump_pretty(o, out);
	return r < 0 ? r : buf_adds(out, "\n");
}

/* ---- reading ---- */

static int wrong(struct errinfo *ei, const char *what)
{
	return err_set(ei, GW_EAUTH, "handover.json: \"%s\" is missing or not of its form", what);
}

/* Exactly these members in this order. */
static bool ordered(const json_t *o, const char *const *names, size_t n)
{
	if (!json_is_object(o) || json_object_size(o) != n)
		return false;
	size_t i = 0;
	for (void *it = json_object_iter((json_t *)(uintptr_t)o); it;
	     it = json_object_iter_next((json_t *)(uintptr_t)o, it))
		if (!str_eq(json_object_iter_key(it), names[i++]))
			return false;
	return true;
}

/* Copy the text member `name` when it has the form; NULL passes where it may be null. */
static bool take(
    const json_t *o, const char *name, char *out, size_t cap, bool (*form)(const char *))
{
	const char *s = jx_str(o, name);
	if (!s || strlen(s) >= cap || !form(s))
		return false;
	memcpy(out, s, strlen(s) + 1);
	return true;
}

static bool take_or_null(
    const json_t *o, const char *name, char *out, size_t cap, bool (*form)(const char *))
{
	*out = 0;
	return json_is_null(json_object_get(o, name)) || take(o, name, out, cap, form);
}

static bool take_time(const json_t *o, const char *name, int64_t *ret)
{
	char again[TIME_TEXT];
	const char *s = jx_str(o, name);
	if (!s || time_parse(s, ret) < 0)
		return false;
	time_text(*ret, again);
	return str_eq(s, again);
}

static bool take_party(const json_t *o, const char *name, struct note_party *p)
{
	static const char *const names[] = {"oin", "name"};
	const json_t *v = json_object_get(o, name);
	return ordered(v, names, GW_LENGTH(names)) &&
	    take(v, "oin", p->oin, sizeof p->oin, str_oin) &&
	    take(v, "name", p->name, sizeof p->name, is_name);
}

static bool take_nonce(const json_t *o, struct note *note)
{
	size_t n = 0;
	const char *s = jx_str(o, "nonce");
	return s && str_unb64url(s, strlen(s), note->nonce, sizeof note->nonce, &n) == 0 &&
	    n == sizeof note->nonce;
}

static bool take_keys(const json_t *o, struct note *note)
{
	const json_t *list = json_object_get(o, "keys");
	size_t n = json_array_size(list);
	if (!json_is_array(list) || n == 0 || n > NOTE_KEYS)
		return false;
	for (size_t i = 0; i < n; i++) {
		const char *s = json_string_value(json_array_get(list, i));
		if (!s || !is_sha256(s))
			return false;
		memcpy(note->keys[i], s, HASH_HEX);
	}
	note->n_keys = n;
	return true;
}

static bool take_basis(const json_t *o, struct note *note)
{
	static const char *const names[] = {"gdpr", "law"};
	const json_t *v = json_object_get(o, "legal_basis"), *list = json_object_get(v, "law");
	size_t n = json_array_size(list);
	if (!ordered(v, names, GW_LENGTH(names)) || !json_is_array(list) || n > NOTE_LAWS ||
	    !take(v, "gdpr", note->gdpr, sizeof note->gdpr, is_word))
		return false;
	for (size_t i = 0; i < n; i++) {
		const char *s = json_string_value(json_array_get(list, i));
		if (!s || !is_word(s))
			return false;
		memcpy(note->laws[i], s, strlen(s) + 1);
	}
	note->n_laws = n;
	return true;
}

static bool take_policy(const json_t *o, struct note *note)
{
	static const char *const names[] = {"id", "version", "sha256"};
	const json_t *v = json_object_get(o, "policy");
	json_int_t version = 0;
	if (!ordered(v, names, GW_LENGTH(names)) ||
	    jx_int(v, "version", 1, INT32_MAX, &version) < 0)
		return false;
	note->policy_version = version;
	return take(v, "id", note->policy, sizeof note->policy, is_word) &&
	    take(v, "sha256", note->policy_sha256, HASH_HEX, is_sha256);
}

static bool take_retention(const json_t *o, struct note *note)
{
	static const char *const names[] = {"keep", "after"};
	const json_t *v = json_object_get(o, "retention");
	return ordered(v, names, GW_LENGTH(names)) &&
	    take(v, "keep", note->keep, sizeof note->keep, is_duration) &&
	    take(v, "after", note->after, sizeof note->after, is_word);
}

static bool take_seq(const json_t *o, struct note *note)
{
	json_int_t seq = 0;
	if (jx_int(o, "seq", 1, INT32_MAX, &seq) < 0)
		return false;
	note->seq = seq;
	return true;
}

static bool take_rest(const json_t *o, struct note *note)
{
	const char *checkpoint = jx_str(o, "checkpoint");
	json_t *report = json_object_get(o, "report");
	if (!checkpoint || strlen(checkpoint) > 4096 || !json_is_object(report))
		return false;
	note->checkpoint = str_dup(checkpoint);
	note->report = json_incref(report);
	return true;
}

static const char *take_all(const json_t *o, struct note *n)
{
	json_int_t format = 0;
	if (!ordered(o, members, GW_LENGTH(members)))
		return "format … report, in this order,";
	if (jx_int(o, "format", 1, 1, &format) < 0)
		return "format";
	if (!take(o, "package", n->package, ID_TEXT, is_uuid))
		return "package";
	if (!take(o, "case", n->case_id, NOTE_WORD, note_case_ok))
		return "case";
	if (!take_seq(o, n))
		return "seq";
	if (!take_or_null(o, "supersedes", n->supersedes, ID_TEXT, is_uuid))
		return "supersedes";
	if (!take(o, "transaction", n->transaction, sizeof n->transaction, is_trace))
		return "transaction";
	if (!take_nonce(o, n))
		return "nonce";
	if (!take_party(o, "sender", &n->sender))
		return "sender";
	if (!take_party(o, "recipient", &n->recipient))
		return "recipient";
	if (!take_keys(o, n))
		return "keys";
	if (!take(o, "contract", n->contract, NOTE_WORD, is_word))
		return "contract";
	if (!take(o, "controller", n->controller, NOTE_OIN, str_oin))
		return "controller";
	if (!take(o, "purpose", n->purpose, NOTE_WORD, is_word))
		return "purpose";
	if (!take_basis(o, n))
		return "legal_basis";
	if (!take_policy(o, n))
		return "policy";
	if (!take(o, "catalogue", n->catalogue, HASH_HEX, is_sha256))
		return "catalogue";
	if (!take_or_null(o, "baseline", n->baseline, HASH_HEX, is_sha256))
		return "baseline";
	if (!take_or_null(o, "mapping", n->mapping, HASH_HEX, is_sha256))
		return "mapping";
	if (!take(o, "registry", n->registry, HASH_HEX, is_sha256))
		return "registry";
	if (!take_time(o, "created", &n->created))
		return "created";
	if (!take_time(o, "expires", &n->expires) || n->expires < n->created)
		return "expires";
	if (!take_retention(o, n))
		return "retention";
	return take_rest(o, n) ? NULL : "checkpoint or report";
}

int note_read(const void *p, size_t n, struct note *ret_note, struct errinfo *ei)
{
	struct note note GW_CLEANUP(note_release) = {0};
	json_t *o GW_CLEANUP(jx_release) = NULL;
	struct errinfo inner = ERRINFO_INIT;
	if (jx_parse("handover.json", p, n, &JX_SMALL, &o, &inner) < 0)
		return err_set(ei, GW_EAUTH, "%s", inner.msg);
	const char *bad = take_all(o, &note);
	if (bad)
		return wrong(ei, bad);
	*ret_note = note;
	note = (struct note){0};
	return 0;
}
