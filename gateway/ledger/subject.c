/* SPDX-License-Identifier: EUPL-1.2 */
#include "ledger/subject.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/hash.h"
#include "base/secret.h"
#include "base/str.h"
#include "ledger/internal.h"
#include "ledger/subject_rows.h"

static const char *const types[SUBJECT_TYPES] = {"bsn", "v_number", "client_number"};
static const char VALUE[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._/-";

struct ledger_subject {
	uint8_t row[SUBJECT_ROW];
	enum subject_type type;
	struct {
		uint8_t key[KEY_BYTES];
		char canonical[SUBJECT_CANONICAL];
	} * secret; /* locked memory */
};

const char *subject_type_name(enum subject_type type)
{
	return types[type];
}

int subject_type_parse(const char *s, enum subject_type *ret_type)
{
	for (unsigned i = 0; i < SUBJECT_TYPES; i++)
		if (str_eq(types[i], s)) {
			*ret_type = i;
			return 0;
		}
	return GW_EFORMAT;
}

/* Copy the value without spaces around it. */
static bool trimmed(const char *s, char out[65])
{
	size_t a = strspn(s, " \t\r\n"), n = strlen(s + a);
	while (n && strchr(" \t\r\n", s[a + n - 1]))
		n--;
	if (n == 0 || n > 64)
		return false;
	memcpy(out, s + a, n);
	out[n] = '\0';
	return strspn(out, VALUE) == n;
}

int subject_canonical(const struct subject_id *id, char out[SUBJECT_CANONICAL], struct errinfo *ei)
{
	char v[65];
	const char *sender = "", *pad = "";
	bool good = id->value && trimmed(id->value, v);
	if (good && id->type == SUBJECT_BSN) {
		size_t n = strlen(v);
		good = (n == 8 || n == 9) && strspn(v, "0123456789") == n;
		pad = n == 8 ? "0" : "";
	}
	if (good && id->type == SUBJECT_CLIENT_NUMBER) {
		good = id->sender && str_oin(id->sender);
		sender = id->sender;
	}
	if (!good) {
		sodium_memzero(v, sizeof v);
		return err_set(
		    ei, GW_EFORMAT, "the person's %s has no valid form", types[id->type]);
	}
	(void)snprintf(out, SUBJECT_CANONICAL, "%s:%s:%s%s", types[id->type], sender, pad, v);
	sodium_memzero(v, sizeof v);
	return 0;
}

bool subject_check(const struct subject_id *id)
{
	char canonical[SUBJECT_CANONICAL];
	int r = subject_canonical(id, canonical, NULL);
	sodium_memzero(canonical, sizeof canonical);
	return r == 0;
}

void subject_commit(
    const struct ledger_subject *s, const char *record_id, char out[44], const char **ret_type)
{
	subject_commit_raw(s->secret->key, s->secret->canonical, record_id, strlen(record_id), out);
	*ret_type = types[s->type];
}

const uint8_t *subject_key(const struct ledger_subject *s)
{
	return s->secret->key;
}

const uint8_t *subject_row(const struct ledger_subject *s)
{
	return s->row;
}

void ledger_subject_free(struct ledger_subject *s)
{
	if (!s)
		return;
	secret_free(s->secret);
	free(s);
}

void ledger_subject_free_p(struct ledger_subject **s)
{
	ledger_subject_free(*s);
	*s = NULL;
}

/* Find all rows of the identifiers, make one when there is none, and give each all aliases. */
static int link_rows(struct ledger *l, const char (*canonical)[SUBJECT_CANONICAL], size_t n,
    struct subject_rows *rows, struct errinfo *ei)
{
	int r = subject_rows_find(l, canonical, n, rows, ei);
	if (r == 0 && rows->n == 0)
		r = subject_rows_make(l, rows, ei);
	for (size_t i = 0; r == 0 && i < rows->n; i++)
		for (size_t k = 0; r == 0 && k < n; k++)
			r = subject_rows_alias(l, &rows->row[i], canonical[k], ei);
	return r;
}

/* As link_rows, in a transaction; when all was there, nothing is written. */
static int link_durably(struct ledger *l, const char (*canonical)[SUBJECT_CANONICAL], size_t n,
    struct subject_rows *rows, struct errinfo *ei)
{
	bool complete = false;
	int r = subject_rows_complete(l, canonical, n, rows, &complete, ei);
	if (r < 0 || complete)
		return r;
	if (l->flags & LEDGER_READ)
		return err_set(ei, GW_ELEDGER, "the ledger was opened for reading only");
	r = reserve_check(l->reserve_fd, ei);
	if (r == 0)
		r = sql_run(l->subjects, "BEGIN IMMEDIATE", ei);
	if (r < 0)
		return r;
	r = link_rows(l, canonical, n, rows, ei);
	if (r == 0)
		r = sql_run(l->subjects, "COMMIT", ei);
	if (r < 0 && !sqlite3_get_autocommit(l->subjects))
		(void)!sql_run(l->subjects, "ROLLBACK", NULL);
	return r;
}

/* The rows of the canonical ids, as a caller of this file wants them; *ret_used is the one that
 * records are committed to. With l->subject held. */
typedef int (*find_rows)(struct ledger *l, const char (*canonical)[SUBJECT_CANONICAL], size_t n,
    struct subject_rows *rows, size_t *ret_used, struct errinfo *ei);

static int find_linked(struct ledger *l, const char (*canonical)[SUBJECT_CANONICAL], size_t n,
    struct subject_rows *rows, size_t *ret_used, struct errinfo *ei)
{
	*ret_used = 0;
	return link_durably(l, canonical, n, rows, ei);
}

static int find_known(struct ledger *l, const char (*canonical)[SUBJECT_CANONICAL], size_t n,
    struct subject_rows *rows, size_t *ret_used, struct errinfo *ei)
{
	for (size_t i = 0; i < n; i++) {
		int r = subject_rows_find(l, &canonical[i], 1, rows, ei);
		*ret_used = i;
		if (r < 0 || rows->n)
			return r;
	}
	return err_set(ei, GW_ENOENT, "nobody is known here by that identifier");
}

static int make(struct ledger *l, const struct subject_id *ids, size_t n, find_rows find,
    struct ledger_subject **ret_s, struct errinfo *ei)
{
	char canonical[SUBJECT_IDS][SUBJECT_CANONICAL];
	size_t used = 0;
	int r = n && n <= SUBJECT_IDS
	    ? 0
	    : err_set(ei, GW_EUSAGE, "a person needs 1 to %d identifiers", SUBJECT_IDS);
	for (size_t i = 0; r == 0 && i < n; i++)
		r = subject_canonical(&ids[i], canonical[i], ei);
	struct subject_rows *rows GW_CLEANUP(secret_free_p) = secret_alloc(sizeof *rows);
	struct ledger_subject *s GW_CLEANUP(ledger_subject_free_p) = str_alloc(sizeof *s);
	s->secret = secret_alloc(sizeof *s->secret);
	if (r == 0 && (!rows || !s->secret))
		r = err_set(ei, GW_ENOMEM, "no locked memory left for keys");
	if (r == 0) {
		(void)pthread_mutex_lock(&l->subject);
		r = find(l, (const char(*)[SUBJECT_CANONICAL])canonical, n, rows, &used, ei);
		(void)pthread_mutex_unlock(&l->subject);
	}
	if (r == 0) {
		s->type = ids[used].type;
		memcpy(s->row, rows->row[0].id, SUBJECT_ROW);
		memcpy(s->secret->key, rows->row[0].key, KEY_BYTES);
		memcpy(s->secret->canonical, canonical[used], SUBJECT_CANONICAL);
		*ret_s = s;
		s = NULL;
	}
	sodium_memzero(canonical, sizeof canonical);
	return r;
}

int ledger_subject(struct ledger *l, const struct subject_id *ids, size_t n,
    struct ledger_subject **ret_s, struct errinfo *ei)
{
	return make(l, ids, n, find_linked, ret_s, ei);
}

int ledger_subject_known(struct ledger *l, const struct subject_id *ids, size_t n,
    struct ledger_subject **ret_s, struct errinfo *ei)
{
	return make(l, ids, n, find_known, ret_s, ei);
}
