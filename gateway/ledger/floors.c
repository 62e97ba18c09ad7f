/* SPDX-License-Identifier: EUPL-1.2 */
/* floors: numbers that only rise and that a shred leaves: seq per sender and case, version per
 * policy. */
#include <inttypes.h>
#include <string.h>

#include "base/hash.h"
#include "base/str.h"
#include "ledger/internal.h"

static int do_sql(struct ledger *l, enum sql which, struct errinfo *ei)
{
	sqlite3_stmt *s = ledger_sql(l, which, ei);
	return s ? sql_do(s, ei) : GW_ELEDGER;
}

/* What a case's number is kept under, HMAC(blind.key, "case" || sender || case): the sender chose
 * the name of the case and may have put that of a person into it. A sender is 20 digits. */
static void case_key(
    const struct ledger *l, const char *sender, const char *case_id, char out[HASH_HEX])
{
	char *both GW_CLEANUP(str_free_p) = str_printf("%s%s", sender, case_id);
	uint8_t mac[HASH_BYTES];
	hash_hmac(l->blind, KEY_BYTES, "case", 4, both, strlen(both), mac);
	str_hex(mac, sizeof mac, out);
}

/* The number kept under a key; 0 when there is none. */
static int read_floor(
    struct ledger *l, enum sql which, const char *key, int64_t *ret_v, struct errinfo *ei)
{
	sqlite3_stmt *s = ledger_sql(l, which, ei);
	if (!s)
		return GW_ELEDGER;
	sql_text(s, 1, key);
	int r = sql_step(s, ei);
	if (r >= 0)
		*ret_v = r ? sqlite3_column_int64(s, 0) : 0;
	(void)sqlite3_reset(s);
	return r < 0 ? r : 0;
}

/* The package kept under a case's key; "" when there is none. */
static int read_package(
    struct ledger *l, const char *key, char ret_package[ID_TEXT], struct errinfo *ei)
{
	size_t n = 0;
	sqlite3_stmt *s = ledger_sql(l, SQL_SEQ_PACKAGE, ei);
	if (!s)
		return GW_ELEDGER;
	sql_text(s, 1, key);
	int r = sql_step(s, ei);
	const void *p = r > 0 ? sql_col(s, 0, &n) : NULL;
	ret_package[0] = '\0';
	if (p && n == ID_TEXT - 1) {
		memcpy(ret_package, p, n);
		ret_package[n] = '\0';
	}
	(void)sqlite3_reset(s);
	return r < 0 ? r : 0;
}

/* package: for SQL_SET_SEQ, or NULL. */
static int write_floor(struct ledger *l, enum sql which, const char *key, int64_t v,
    const char *package, struct errinfo *ei)
{
	sqlite3_stmt *s = ledger_sql(l, which, ei);
	if (!s)
		return GW_ELEDGER;
	sql_text(s, 1, key);
	sql_int(s, 2, v);
	if (package)
		sql_text(s, 3, package);
	return sql_do(s, ei);
}

/* Raise a number in one transaction: to `want`, or by one when want is 0. GW_EREFUSED leaves it. */
static int raise_floor(struct ledger *l, enum sql get, enum sql set, const char *key, int64_t want,
    const char *package, int64_t *ret_v, struct errinfo *ei)
{
	int64_t have = 0;
	if (l->flags & LEDGER_READ)
		return err_set(ei, GW_ELEDGER, "the ledger was opened for reading only");
	(void)pthread_mutex_lock(&l->write);
	int r = reserve_check(l->reserve_fd, ei);
	if (r == 0)
		r = do_sql(l, SQL_BEGIN, ei);
	if (r == 0)
		r = read_floor(l, get, key, &have, ei);
	int64_t next = want ? want : have + 1;
	if (r == 0 && next < have)
		r = GW_EREFUSED;
	if (r == 0 && (next > have || package))
		r = write_floor(l, set, key, next, package, ei);
	if (r == 0)
		r = do_sql(l, SQL_COMMIT, ei);
	if (r < 0 && !sqlite3_get_autocommit(l->db))
		(void)do_sql(l, SQL_ROLLBACK, NULL);
	(void)pthread_mutex_unlock(&l->write);
	*ret_v = r == 0 ? next : have;
	return r;
}

static int lower_seq(int64_t seq, int64_t have, struct errinfo *ei)
{
	return err_set(ei, GW_EREFUSED,
	    "sequence number %" PRId64 " is lower than %" PRId64
	    ", which this case already reached",
	    seq, have);
}

static int older(int64_t version, int64_t have, struct errinfo *ei)
{
	return err_set(ei, GW_EREFUSED,
	    "policy version %" PRId64 " is older than %" PRId64 ", which was loaded here before",
	    version, have);
}

int ledger_seq_check(struct ledger *l, const char *sender, const char *case_id, int64_t seq,
    const char *package, struct errinfo *ei)
{
	int64_t have = 0;
	char key[HASH_HEX], held[ID_TEXT] = "";
	case_key(l, sender, case_id, key);
	(void)pthread_mutex_lock(&l->write);
	int r = read_floor(l, SQL_SEQ, key, &have, ei);
	if (r == 0)
		r = read_package(l, key, held, ei);
	(void)pthread_mutex_unlock(&l->write);
	if (r < 0)
		return r;
	if (seq < have)
		return lower_seq(seq, have, ei);
	if (seq == have && package && *held && !str_eq(held, package))
		return err_set(ei, GW_EREFUSED,
		    "this case already has another package with sequence number %" PRId64, seq);
	return 0;
}

int ledger_seq_set(struct ledger *l, const char *sender, const char *case_id, int64_t seq,
    const char *package, struct errinfo *ei)
{
	int64_t have = 0;
	if (seq < 1)
		return err_set(ei, GW_EUSAGE, "a sequence number is at least 1");
	char key[HASH_HEX];
	case_key(l, sender, case_id, key);
	int r = raise_floor(l, SQL_SEQ, SQL_SET_SEQ, key, seq, package, &have, ei);
	return r == GW_EREFUSED ? lower_seq(seq, have, ei) : r;
}

int ledger_seq_next(
    struct ledger *l, const char *sender, const char *case_id, int64_t *ret_seq, struct errinfo *ei)
{
	int64_t v = 0;
	char key[HASH_HEX];
	case_key(l, sender, case_id, key);
	int r = raise_floor(l, SQL_SEQ, SQL_SET_SEQ, key, 0, NULL, &v, ei);
	if (r == 0)
		*ret_seq = v;
	return r;
}

int ledger_seq_package(struct ledger *l, const char *sender, const char *case_id,
    char ret_package[ID_TEXT], struct errinfo *ei)
{
	char key[HASH_HEX];
	case_key(l, sender, case_id, key);
	(void)pthread_mutex_lock(&l->write);
	int r = read_package(l, key, ret_package, ei);
	(void)pthread_mutex_unlock(&l->write);
	return r;
}

/* The highest version ever loaded, and GW_EREFUSED when this one is older. */
static int compare_version(
    struct ledger *l, const char *policy_id, int64_t version, int64_t *ret_have, struct errinfo *ei)
{
	if (version < 1)
		return err_set(ei, GW_EUSAGE, "a policy version is at least 1");
	(void)pthread_mutex_lock(&l->write);
	int r = read_floor(l, SQL_FLOOR, policy_id, ret_have, ei);
	(void)pthread_mutex_unlock(&l->write);
	return r < 0 ? r : version < *ret_have ? older(version, *ret_have, ei) : 0;
}

int ledger_policy_check(
    struct ledger *l, const char *policy_id, int64_t version, struct errinfo *ei)
{
	int64_t have = 0;
	return compare_version(l, policy_id, version, &have, ei);
}

int ledger_policy_floor(struct ledger *l, const char *policy_id, int64_t version,
    const struct ledger_record *record, struct errinfo *ei)
{
	int64_t have = 0;
	int r = compare_version(l, policy_id, version, &have, ei);
	if (r < 0 || version == have) /* most loads find the version that is there */
		return r;
	struct ledger_record own = *record;
	own.act = "policy.load";
	own.out = LEDGER_OK;
	r = ledger_append(l, &own, NULL, NULL, ei);
	if (r == 0)
		r = raise_floor(l, SQL_FLOOR, SQL_SET_FLOOR, policy_id, version, NULL, &have, ei);
	return r == GW_EREFUSED ? older(version, have, ei) : r;
}
