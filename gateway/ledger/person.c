/* SPDX-License-Identifier: EUPL-1.2 */
#include "ledger/person.h"

#include <sodium.h>
#include <string.h>

#include "base/hash.h"
#include "base/secret.h"
#include "base/str.h"

enum { IDS = 64 };

struct person {
	struct subject_rows rows;
	size_t n;
	struct {
		uint8_t key[KEY_BYTES];
		enum subject_type type;
		char canonical[SUBJECT_CANONICAL];
	} ids[IDS];
};

const struct subject_rows *person_rows(const struct person *p)
{
	return &p->rows;
}

void person_free(struct person *p)
{
	secret_free(p);
}

void person_free_p(struct person **p)
{
	person_free(*p);
	*p = NULL;
}

static int add_id(void *ctx, const struct subject_row *row, const char *canonical)
{
	struct person *p = ctx;
	char type[SUBJECT_CANONICAL] = {0};
	size_t n = strcspn(canonical, ":");
	if (p->n == IDS)
		return GW_ELIMIT;
	memcpy(type, canonical, n);
	if (subject_type_parse(type, &p->ids[p->n].type) < 0)
		return GW_EAUTH;
	memcpy(p->ids[p->n].key, row->key, KEY_BYTES);
	memcpy(p->ids[p->n].canonical, canonical, strlen(canonical) + 1);
	p->n++;
	return 0;
}

static int find_locked(struct ledger *l, const char (*canonical)[SUBJECT_CANONICAL], size_t n,
    struct person *p, struct errinfo *ei)
{
	int r = subject_rows_find(l, canonical, n, &p->rows, ei);
	if (r == 0 && p->rows.n == 0)
		r = err_set(ei, GW_ENOENT, "nobody is known here by that identifier");
	for (size_t i = 0; r == 0 && i < p->rows.n; i++)
		r = subject_rows_each(l, &p->rows.row[i], add_id, p, ei);
	return r;
}

int person_find(struct ledger *l, const struct subject_id *ids, size_t n, struct person **ret_p,
    struct errinfo *ei)
{
	char canonical[SUBJECT_IDS][SUBJECT_CANONICAL];
	struct person *p GW_CLEANUP(person_free_p) = secret_alloc(sizeof *p);
	int r = p ? 0 : err_set(ei, GW_ENOMEM, "no locked memory left for keys");
	if (r == 0 && (!n || n > SUBJECT_IDS))
		r = err_set(ei, GW_EUSAGE, "a person needs 1 to %d identifiers", SUBJECT_IDS);
	for (size_t i = 0; r == 0 && i < n; i++)
		r = subject_canonical(&ids[i], canonical[i], ei);
	if (r == 0) {
		(void)pthread_mutex_lock(&l->subject);
		r = find_locked(l, (const char(*)[SUBJECT_CANONICAL])canonical, n, p, ei);
		(void)pthread_mutex_unlock(&l->subject);
	}
	sodium_memzero(canonical, sizeof canonical);
	if (r < 0)
		return r;
	*ret_p = p;
	p = NULL;
	return 0;
}

bool person_is_in(const struct person *p, const struct record_view *v, char reveal[RECORD_B64_32])
{
	static const char what[] = "subj";
	char c[RECORD_B64_32];
	if (!v->subj_c.p || v->subj_c.n != RECORD_B64_32 - 1)
		return false;
	for (size_t i = 0; i < p->n; i++) {
		if (!record_is(v->subj_ty, subject_type_name(p->ids[i].type)))
			continue;
		subject_commit_raw(p->ids[i].key, p->ids[i].canonical, v->id.p, v->id.n, c);
		if (!secret_equal(c, v->subj_c.p, RECORD_B64_32 - 1))
			continue;
		if (reveal) {
			uint8_t event[HASH_BYTES];
			hash_hmac(p->ids[i].key, KEY_BYTES, what, sizeof what - 1, v->id.p, v->id.n,
			    event);
			(void)sodium_bin2base64(reveal, RECORD_B64_32, event, sizeof event,
			    sodium_base64_VARIANT_URLSAFE_NO_PADDING);
		}
		return true;
	}
	return false;
}

struct walk {
	const struct person *p;
	person_each fn;
	void *ctx;
	char *reveal;
};

static int look(void *ctx, const struct ledger_line *line, struct errinfo *ei)
{
	const struct walk *w = ctx;
	struct record_view v;
	int r = record_view(line->bytes, line->n, &v, ei);
	if (r < 0)
		return GW_EAUTH;
	return person_is_in(w->p, &v, w->reveal) ? w->fn(w->ctx, line, &v, ei) : 0;
}

int person_walk(struct ledger *l, const struct person *p, uint64_t from, person_each fn, void *ctx,
    char *reveal, struct errinfo *ei)
{
	struct walk w = {p, fn, ctx, reveal};
	unsigned epochs = 0;
	int r = reader_epochs(l, &epochs, ei);
	for (unsigned k = from ? epochs : 0; r == 0 && k <= epochs; k++) {
		unsigned epoch = k < epochs ? k + 1 : 0;
		struct reader reader GW_CLEANUP(reader_close) = READER_INIT;
		r = reader_open(l, epoch, &reader, ei);
		if (r == 0)
			r = reader_walk(&reader, epoch ? 0 : from, UINT64_MAX, look, &w, ei);
	}
	return r;
}

struct plain {
	ledger_each fn;
	void *ctx;
};

static int pass_on(
    void *ctx, const struct ledger_line *line, const struct record_view *v, struct errinfo *ei)
{
	const struct plain *p = ctx;
	(void)v;
	return p->fn(p->ctx, line, ei);
}

int ledger_report(struct ledger *l, const struct subject_id *ids, size_t n, ledger_each fn,
    void *ctx, char *reveal, struct errinfo *ei)
{
	struct person *p GW_CLEANUP(person_free_p) = NULL;
	struct plain plain = {fn, ctx};
	int r = person_find(l, ids, n, &p, ei);
	return r < 0 ? r : person_walk(l, p, 0, pass_on, &plain, reveal, ei);
}
