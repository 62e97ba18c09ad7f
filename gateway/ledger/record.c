/* SPDX-License-Identifier: EUPL-1.2 */
#include "ledger/record.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/str.h"
#include "ledger/record_words.h"

static const char LOWER[] = "abcdefghijklmnopqrstuvwxyz_";
static const char WORD[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";
static const char URI[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
			  "-._~:/?#[]@!$&'()*+,;=%";
static const char HEX[] = "0123456789abcdef";

/* The record on its way: the first failure sticks, so that the member calls read as a list. */
struct writer {
	struct buf *out;
	struct errinfo *ei;
	int r;
};

static void bad(struct writer *w, const char *member)
{
	if (w->r == 0)
		w->r = err_set(w->ei, GW_EFORMAT, "ledger record: '%s' has no valid form", member);
}

static void put(struct writer *w, const char *s)
{
	if (w->r == 0 && buf_adds(w->out, s) < 0)
		w->r = err_set(w->ei, GW_ELIMIT, "ledger record: more than %d bytes", RECORD_MAX);
}

/* A comma, unless an object or list has just begun, and the member's name. */
static void name(struct writer *w, const char *member)
{
	const struct buf *b = w->out;
	const char *dot = strrchr(member, '.');
	if (b->len && !strchr("{[", b->data[b->len - 1]))
		put(w, ",");
	put(w, "\"");
	put(w, dot ? dot + 1 : member);
	put(w, "\":");
}

/* A string of `least` to `most` characters, all from `allowed`; absent when NULL. */
static void text(struct writer *w, const char *member, const char *s, const char *allowed,
    size_t least, size_t most)
{
	if (!s || w->r < 0)
		return;
	size_t n = strnlen(s, most + 1);
	if (n < least || n > most || strspn(s, allowed) != n) {
		bad(w, member);
		return;
	}
	name(w, member);
	put(w, "\"");
	put(w, s);
	put(w, "\"");
}

static void choice(
    struct writer *w, const char *member, const char *s, const char *const *words, size_t n)
{
	if (!s)
		return;
	for (size_t i = 0; i < n; i++)
		if (str_eq(words[i], s)) {
			text(w, member, s, WORD, 1, 64);
			return;
		}
	bad(w, member);
}

static void number(struct writer *w, const char *member, int64_t v)
{
	char b[24];
	if (v < 0) {
		bad(w, member);
		return;
	}
	name(w, member);
	(void)snprintf(b, sizeof b, "%" PRId64, v);
	put(w, b);
}

static void moment(struct writer *w, const char *member, int64_t ms)
{
	char t[TIME_TEXT];
	time_text(ms, t);
	text(w, member, t, WORD_TIME, 24, 24);
}

static void oin(struct writer *w, const char *member, const char *s)
{
	if (s && !str_oin(s))
		bad(w, member);
	else
		text(w, member, s, HEX, 20, 20);
}

/* An identifier with its two-character kind before it: "a:" or "o:". */
static void tagged(struct writer *w, const char *member, const char *s, char tag,
    const char *allowed, size_t least, size_t most)
{
	if (!s || w->r < 0)
		return;
	size_t n = strnlen(s, most + 3);
	if (n < least + 2 || n > most + 2 || s[0] != tag || s[1] != ':' ||
	    strspn(s + 2, allowed) != n - 2) {
		bad(w, member);
		return;
	}
	name(w, member);
	put(w, "\"");
	put(w, s);
	put(w, "\"");
}

static void base64url(struct writer *w, const char *member, const uint8_t *p, size_t n)
{
	name(w, member);
	put(w, "\"");
	if (w->r == 0 && str_b64url(w->out, p, n) < 0)
		w->r = err_set(w->ei, GW_ELIMIT, "ledger record: more than %d bytes", RECORD_MAX);
	put(w, "\"");
}

static void actor(struct writer *w, const struct ledger_record *r)
{
	static const char *const kinds[] = {"user", "svc"}, *const ways[] = {"cli", "oidc", "mtls"};
	if (!r->actor.k && !r->actor.id)
		return;
	name(w, "actor");
	put(w, "{");
	choice(w, "actor.k", r->actor.k, kinds, GW_LENGTH(kinds));
	tagged(w, "actor.id", r->actor.id, 'a', HEX, 16, 16);
	text(w, "actor.role", r->actor.role, LOWER, 1, 64);
	choice(w, "actor.auth", r->actor.auth, ways, GW_LENGTH(ways));
	put(w, "}");
}

static void policy(struct writer *w, const struct ledger_record *r)
{
	if (!r->pol.id && !r->pol.v && !r->pol.h && !r->pol.reg)
		return;
	name(w, "pol");
	put(w, "{");
	text(w, "pol.id", r->pol.id, WORD, 1, 64);
	if (r->pol.v)
		number(w, "pol.v", r->pol.v);
	text(w, "pol.h", r->pol.h, HEX, 64, 64);
	text(w, "pol.reg", r->pol.reg, HEX, 64, 64);
	put(w, "}");
}

static void classes(struct writer *w, const struct ledger_record *r)
{
	if (!r->cat)
		return;
	name(w, "cat");
	put(w, "[");
	for (size_t i = 0; i < r->cat_n; i++) {
		bool known = false;
		for (size_t k = 0; k < GW_LENGTH(record_classes); k++)
			known |= str_eq(record_classes[k], r->cat[i]);
		if (!known)
			bad(w, "cat");
		put(w, i ? ",\"" : "\"");
		put(w, r->cat[i]);
		put(w, "\"");
	}
	put(w, "]");
}

static void object(struct writer *w, const struct ledger_record *r, const struct record_made *made)
{
	if (!r->obj.k && !r->obj.id && !r->obj.n && !r->obj.b && !*made->object)
		return;
	name(w, "obj");
	put(w, "{");
	text(w, "obj.k", r->obj.k, LOWER, 1, 32);
	tagged(w, "obj.id", r->obj.id, 'o', WORD, 1, 64);
	if (r->obj.n)
		number(w, "obj.n", r->obj.n);
	if (r->obj.b)
		number(w, "obj.b", r->obj.b);
	text(w, "obj.h", *made->object ? made->object : NULL, WORD, 43, 43);
	put(w, "}");
}

static void peerlog(struct writer *w, const struct ledger_record *r)
{
	if (!r->peerlog.o)
		return;
	name(w, "peerlog");
	put(w, "{");
	text(w, "peerlog.o", r->peerlog.o, URI, 1, 199);
	number(w, "peerlog.n", r->peerlog.n > INT64_MAX ? -1 : (int64_t)r->peerlog.n);
	if (r->peerlog.root)
		base64url(w, "peerlog.r", r->peerlog.root, 32);
	put(w, "}");
}

static void subject(struct writer *w, const struct record_made *made)
{
	if (!*made->subject)
		return;
	name(w, "subj");
	put(w, "{");
	text(w, "subj.c", made->subject, WORD, 43, 43);
	text(w, "subj.ty", made->subject_type, LOWER, 1, 32);
	put(w, "}");
}

int record_write(const struct ledger_record *r, const char *own_oin, const struct record_made *made,
    struct buf *out, struct errinfo *ei)
{
	size_t at = out->len, max = out->max;
	struct writer w = {out, ei, 0};
	char day[DATE_TEXT];
	if (!r->act || !record_act_known(r->act))
		bad(&w, "act");
	if (at + RECORD_MAX < out->max)
		out->max = at + RECORD_MAX;
	put(&w, "{\"v\":1");
	text(&w, "id", made->id, WORD, ID_TEXT - 1, ID_TEXT - 1);
	moment(&w, "t", r->t);
	if (r->te)
		moment(&w, "te", r->te);
	text(&w, "act", r->act, WORD, 1, 64);
	text(&w, "ph", record_phases[r->ph], WORD, 1, 8);
	text(&w, "out", record_outs[r->out], WORD, 1, 8);
	text(&w, "tr", r->tr, HEX, 32, 32);
	text(&w, "sp", r->sp, HEX, 16, 16);
	text(&w, "psp", r->psp, HEX, 16, 16);
	oin(&w, "org", r->org ? r->org : own_oin);
	oin(&w, "peer", r->peer);
	oin(&w, "ctl", r->ctl);
	actor(&w, r);
	subject(&w, made);
	text(&w, "proc", r->proc, URI, 1, 512);
	text(&w, "purp", r->purp, WORD, 1, 64);
	text(&w, "basis", r->basis, WORD, 1, 64);
	policy(&w, r);
	classes(&w, r);
	if (r->has_fld)
		number(&w, "fld", r->fld);
	object(&w, r, made);
	if (r->ret) {
		date_text(*r->ret, day);
		text(&w, "ret", day, WORD, 10, 10);
	}
	peerlog(&w, r);
	text(&w, "det", *made->detail ? made->detail : NULL, WORD, 43, 43);
	base64url(&w, "salt", made->salt, sizeof made->salt);
	put(&w, "}");
	out->max = max;
	if (w.r < 0)
		out->len = at;
	return w.r;
}
