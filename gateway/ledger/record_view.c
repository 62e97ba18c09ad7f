/* SPDX-License-Identifier: EUPL-1.2 */
#include <stdint.h>
#include <string.h>

#include "base/str.h"
#include "ledger/record.h"
#include "ledger/record_words.h"

/*
 * No record that we write has a control character or a backslash, and without them a string simply
 * ends at the next quote. Eight bytes at a time: this runs over every record at each verification.
 */
static bool is_plain(const char *p, size_t n)
{
	const uint64_t ones = 0x0101010101010101U, high = 0x8080808080808080U;
	uint64_t found = 0, w;
	for (; n >= 8; p += 8, n -= 8) {
		memcpy(&w, p, 8);
		uint64_t slash = w ^ ones * '\\';
		found |= ((w - ones * 0x20) & ~w) | ((slash - ones) & ~slash);
	}
	for (; n; p++, n--)
		if ((unsigned char)*p < 0x20 || *p == '\\')
			return false;
	return !(found & high);
}

/* Move behind the string whose opening quote is at p; NULL when it does not end. */
static const char *skip_string(const char *p, const char *end)
{
	const char *quote = memchr(p + 1, '"', (size_t)(end - p - 1));
	return quote ? quote + 1 : NULL;
}

/* Move behind the value at p: a string, a number, or a bracketed value in balance. */
static const char *skip_value(const char *p, const char *end)
{
	char open[8];
	size_t depth = 0;
	if (p < end && *p == '"')
		return skip_string(p, end);
	if (p < end && *p >= '0' && *p <= '9') {
		while (p < end && *p >= '0' && *p <= '9')
			p++;
		return p;
	}
	if (p >= end || (*p != '{' && *p != '['))
		return NULL;
	do {
		if (p >= end)
			return NULL;
		if (*p == '"') {
			p = skip_string(p, end);
			if (!p)
				return NULL;
			continue;
		}
		if (*p == '{' || *p == '[') {
			if (depth == sizeof open)
				return NULL;
			open[depth++] = *p;
		} else if (*p == '}' || *p == ']') {
			if (open[--depth] != (*p == '}' ? '{' : '['))
				return NULL;
		} else if (*p != ':' && *p != ',' && (*p < '0' || *p > '9')) {
			return NULL;
		}
		p++;
	} while (depth);
	return p;
}

/* One member: its name in name[0..name_n), its value (quotes of a string cut) in *value. */
struct member {
	const char *name;
	size_t name_n;
	struct record_part value;
	bool is_text;
};

/* Read the member at *p (which stands at its opening quote) and move behind it. */
static int next_member(const char **p, const char *end, struct member *ret)
{
	const char *s = *p;
	if (s >= end || *s != '"')
		return GW_EFORMAT;
	const char *after = skip_string(s, end);
	if (!after || after >= end || *after != ':')
		return GW_EFORMAT;
	ret->name = s + 1;
	ret->name_n = (size_t)(after - s) - 2;
	s = after + 1;
	after = skip_value(s, end);
	if (!after)
		return GW_EFORMAT;
	ret->is_text = *s == '"';
	ret->value = ret->is_text ? (struct record_part){s + 1, (size_t)(after - s) - 2}
				  : (struct record_part){s, (size_t)(after - s)};
	*p = after;
	return 0;
}

/* The text member `name` of the object o, absent when there is none. */
static struct record_part inner(struct record_part o, const char *want)
{
	const char *p = o.p + 1, *end = o.p + o.n - 1;
	struct member m;
	size_t n = strlen(want);
	while (o.n > 2 && p < end && next_member(&p, end, &m) == 0) {
		if (m.is_text && m.name_n == n && memcmp(m.name, want, n) == 0)
			return m.value;
		if (p < end && *p++ != ',')
			break;
	}
	return (struct record_part){NULL, 0};
}

/* The place of a name in the order of members, from `from` on; RECORD_MEMBERS when it has none. */
static size_t place(const struct member *m, size_t from)
{
	for (; from < RECORD_MEMBERS; from++)
		if (record_members[from][0] == m->name[0] &&
		    strncmp(record_members[from], m->name, m->name_n) == 0 &&
		    !record_members[from][m->name_n])
			return from;
	return RECORD_MEMBERS;
}

enum place {
	AT_ID = 1,
	AT_T,
	AT_TE,
	AT_ACT,
	AT_PH,
	AT_OUT,
	AT_TR,
	AT_SP,
	AT_PSP,
	AT_PEER = 11,
	AT_SUBJ = 14,
	AT_OBJ = 21,
	AT_RET = 22,
	AT_DET = 24,
};

static void keep(struct record_view *v, size_t at, struct record_part value)
{
	switch (at) {
	case AT_ID:
		v->id = value;
		break;
	case AT_T:
		v->t = value;
		break;
	case AT_TE:
		v->te = value;
		break;
	case AT_ACT:
		v->act = value;
		break;
	case AT_PH:
		v->ph = value;
		break;
	case AT_OUT:
		v->out = value;
		break;
	case AT_TR:
		v->tr = value;
		break;
	case AT_SP:
		v->sp = value;
		break;
	case AT_PSP:
		v->psp = value;
		break;
	case AT_PEER:
		v->peer = value;
		break;
	case AT_SUBJ:
		v->subj_c = inner(value, "c");
		v->subj_ty = inner(value, "ty");
		break;
	case AT_OBJ:
		v->obj_id = inner(value, "id");
		break;
	case AT_RET:
		v->ret = value;
		break;
	case AT_DET:
		v->det = value;
		break;
	default:
		break;
	}
}

static bool wants_object(size_t at)
{
	return at == 13 || at == AT_SUBJ || at == 18 || at == AT_OBJ || at == 23;
}

int record_view(const char *p, size_t n, struct record_view *ret_v, struct errinfo *ei)
{
	static const char head[] = "{\"v\":1,";
	const char *end = p + n;
	struct record_view v = {0};
	struct member m;
	size_t order = 1;
	if (n < sizeof head || n > RECORD_MAX || memcmp(p, head, sizeof head - 1) != 0 ||
	    p[n - 1] != '}' || !is_plain(p, n))
		return err_set(ei, GW_EFORMAT, "the stored bytes are no record of version 1");
	end--;
	p += sizeof head - 1;
	for (;;) {
		if (next_member(&p, end, &m) < 0)
			return err_set(ei, GW_EFORMAT, "the stored record is no JSON of our form");
		size_t at = place(&m, order);
		bool object = *m.value.p == '{' && !m.is_text,
		     list = *m.value.p == '[' && !m.is_text,
		     digits = !m.is_text && !object && !list;
		if (at == RECORD_MEMBERS || object != wants_object(at) || list != (at == 19) ||
		    digits != (at == 20))
			return err_set(ei, GW_EFORMAT,
			    "the stored record has an unknown, repeated or misplaced member");
		keep(&v, at, m.value);
		order = at + 1;
		if (p == end)
			break;
		if (*p++ != ',')
			return err_set(ei, GW_EFORMAT, "the stored record is no JSON of our form");
	}
	if (!v.id.p || !v.t.p || !v.act.p)
		return err_set(ei, GW_EFORMAT, "the stored record lacks id, t or act");
	*ret_v = v;
	return 0;
}

bool record_is(struct record_part part, const char *s)
{
	return part.p && strlen(s) == part.n && memcmp(part.p, s, part.n) == 0;
}

int record_moment(const struct record_view *v, int64_t *ret_ms)
{
	const struct record_part *part = v->te.p ? &v->te : &v->t;
	char text[TIME_TEXT];
	if (!part->p || part->n != sizeof text - 1)
		return GW_EFORMAT;
	memcpy(text, part->p, part->n);
	text[part->n] = '\0';
	return time_parse(text, ret_ms);
}
