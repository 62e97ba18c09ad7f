/* SPDX-License-Identifier: EUPL-1.2 */
#include "policy/seen.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/str.h"
#include "dossier/dossier.h"

enum { MARK = 16, FIRST = 1024 };

struct mark {
	uint8_t b[MARK]; /* all zero: free */
};

struct seen {
	uint8_t key[HASH_BYTES];
	struct mark *marks; /* open addressing; cap is a power of two, at most half of it in use */
	size_t n, cap;
};

struct seen *seen_new(void)
{
	struct seen *s = str_alloc(sizeof *s);
	randombytes_buf(s->key, sizeof s->key);
	s->cap = FIRST;
	s->marks = str_alloc(s->cap * sizeof *s->marks);
	return s;
}

void seen_free(struct seen *s)
{
	if (!s)
		return;
	sodium_memzero(s->marks, s->cap * sizeof *s->marks);
	sodium_memzero(s->key, sizeof s->key);
	free(s->marks);
	free(s);
}

void seen_free_p(struct seen **s)
{
	seen_free(*s);
	*s = NULL;
}

static bool is_free(const struct mark *m)
{
	return sodium_is_zero(m->b, MARK);
}

/* The place of a mark, or that where it would go. */
static struct mark *place_of(struct mark *marks, size_t cap, const struct mark *m)
{
	size_t at;
	memcpy(&at, m->b, sizeof at);
	for (at &= cap - 1; !is_free(&marks[at]) && memcmp(marks[at].b, m->b, MARK) != 0;)
		at = (at + 1) & (cap - 1);
	return &marks[at];
}

static void grow(struct seen *s)
{
	size_t cap = s->cap * 2;
	struct mark *marks = str_alloc(cap * sizeof *marks);
	for (size_t i = 0; i < s->cap; i++)
		if (!is_free(&s->marks[i]))
			*place_of(marks, cap, &s->marks[i]) = s->marks[i];
	sodium_memzero(s->marks, s->cap * sizeof *s->marks);
	free(s->marks);
	s->marks = marks;
	s->cap = cap;
}

/* Remember an identifier of a kind; true when it was there. */
static bool add(struct seen *s, const char *kind, const char *id)
{
	uint8_t digest[HASH_BYTES];
	struct mark m;
	hash_hmac(s->key, sizeof s->key, kind, strlen(kind) + 1, id, strlen(id), digest);
	memcpy(m.b, digest, MARK);
	struct mark *place = place_of(s->marks, s->cap, &m);
	if (!is_free(place))
		return true;
	*place = m;
	if (++s->n * 2 > s->cap)
		grow(s);
	return false;
}

enum seen_before seen_add(struct seen *s, const struct dossier *d)
{
	struct dossier_subject ids GW_CLEANUP(dossier_subject_release) = {0};
	bool again = false;
	dossier_subject(d, &ids);
	if (!ids.bsn && !ids.v_number && !ids.client_number)
		return SEEN_NOBODY;
	if (ids.bsn)
		again |= add(s, "bsn", ids.bsn);
	if (ids.v_number)
		again |= add(s, "v_number", ids.v_number);
	if (ids.client_number)
		again |= add(s, "client_number", ids.client_number);
	return again ? SEEN_AGAIN : SEEN_NEW;
}
