/* SPDX-License-Identifier: EUPL-1.2 */
#include "ledger/chain.h"

#include <sodium.h>
#include <string.h>

#include "base/json.h"
#include "base/str.h"

void chain_id(const struct merkle_hash *root, char out[CHAIN_ID])
{
	out[0] = 'o';
	out[1] = ':';
	(void)sodium_bin2base64(out + 2, CHAIN_ID - 2, root->b, sizeof root->b,
	    sodium_base64_VARIANT_URLSAFE_NO_PADDING);
}

static int wrong(struct errinfo *ei)
{
	return err_set(ei, GW_EAUTH,
	    "the logs before this one are not those that its first record names: the list of "
	    "earlier logs was changed");
}

static int take(void *ctx, const struct ledger_line *line, struct errinfo *ei)
{
	return jx_parse("ledger record", line->bytes, line->n, &JX_SMALL, ctx, ei) < 0 ? GW_EAUTH
										       : 0;
}

/* An earlier log stands in the list under its own number and origin. */
static int check_listed(struct reader *r, struct errinfo *ei)
{
	sqlite3_stmt *s GW_CLEANUP(sql_done) = NULL;
	int e = sql_prepare(r->db, "SELECT origin FROM earlier WHERE epoch = ?1", &s, ei);
	if (e < 0)
		return e;
	sql_int(s, 1, r->epoch);
	e = sql_step(s, ei);
	const char *origin = e == 1 ? (const char *)sqlite3_column_text(s, 0) : NULL;
	return e < 0 ? e : origin && str_eq(origin, r->cp.origin) ? 0 : wrong(ei);
}

int chain_check(struct ledger *l, struct reader *r, unsigned before, struct errinfo *ei)
{
	struct reader earlier GW_CLEANUP(reader_close) = READER_INIT;
	json_t *first GW_CLEANUP(jx_release) = NULL;
	char id[CHAIN_ID];
	json_int_t n = 0;
	int e = r->epoch ? check_listed(r, ei) : 0;
	if (e == 0)
		e = reader_walk(r, 0, 1, take, &first, ei);
	if (e < 0 || !first) /* a log without a record was only just begun */
		return e;
	const json_t *obj = json_object_get(first, "obj");
	const char *named = jx_str(obj, "id"),
		   *origin = jx_str(json_object_get(first, "peerlog"), "o");
	if (!before || !named)
		return before || named ? wrong(ei) : 0;
	e = reader_open(l, before, &earlier, ei);
	if (e < 0)
		return e;
	chain_id(&earlier.cp.root, id);
	(void)!jx_int(obj, "n", 0, INT64_MAX, &n);
	return str_eq(named, id) && (uint64_t)n == earlier.cp.size && origin &&
		str_eq(origin, earlier.cp.origin)
	    ? 0
	    : wrong(ei);
}
