/* SPDX-License-Identifier: EUPL-1.2 */
#include "home/vouch.h"

#include <inttypes.h>
#include <string.h>

#include "base/str.h"
#include "home/cosign.h"
#include "home/inside.h"
#include "ledger/audit.h"
#include "ledger/witness.h"

void vouching_release(struct vouching *v)
{
	buf_release(&v->note);
	buf_release(&v->whole);
}

int vouch_begin(struct home *h, struct vouching *v, struct errinfo *ei)
{
	struct buf vkey GW_CLEANUP(buf_release) = BUF_INIT(1024);
	buf_clear(&v->note);
	buf_clear(&v->whole);
	int r = ledger_vkey(h->ledger, &vkey);
	if (r == 0)
		r = note_vkey_parse(vkey.data, &v->log, ei);
	if (r == 0)
		r = ledger_checkpoint(h->ledger, &v->note, ei);
	if (r == 0)
		r = checkpoint_open(v->note.data, v->note.len, &v->log, &v->head, ei);
	if (r == 0)
		r = buf_add(&v->whole, v->note.data, v->note.len);
	if (r < 0) /* none is begun */
		buf_clear(&v->note);
	return r;
}

int vouch_request(
    struct home *h, const struct vouching *v, uint64_t old, struct buf *body, struct errinfo *ei)
{
	struct ledger_consistency c = {.old_size = 0};
	int r = old ? ledger_consistency(h->ledger, old, v->head.size, &c, NULL, ei) : 0;
	buf_clear(body);
	return r < 0 ? r : ledger_consistency_text(&c, v->note.data, v->note.len, body);
}

int vouch_key(
    const struct registry *registry, const char *oin, struct note_key *ret, struct errinfo *ei)
{
	const struct organisation *o = registry_organisation(registry, oin);
	if (!o || !o->witness)
		return err_set(ei, GW_ENOENT,
		    "the registry has no witness key of %s: import its organisation export (its "
		    "gateway makes the key with 'ledger show --vkey --witness')",
		    oin);
	int r = note_vkey_parse(o->witness, ret, ei);
	return r == 0 && ret->type != NOTE_COSIGNATURE
	    ? err_set(
		  ei, GW_EFORMAT, "the witness key of %s in the registry is of another kind", oin)
	    : r;
}

/* The size that the witness signed last; our log cannot be behind it. */
static int read_size(
    const struct vouching *v, const struct vouch_answer *a, uint64_t *ret_old, struct errinfo *ei)
{
	char text[24];
	size_t n = a->n && a->body[a->n - 1] == '\n' ? a->n - 1 : a->n;
	uint64_t size = 0;
	if (n && n < sizeof text && !memchr(a->body, '\0', n)) {
		memcpy(text, a->body, n);
		text[n] = '\0';
	} else {
		text[0] = '\0';
	}
	if (!text[0] || str_u64(text, INT64_MAX, &size) < 0)
		return err_set(ei, GW_ENET, "%s did not answer as a witness does", a->oin);
	if (size > v->head.size)
		return err_set(ei, GW_EAUTH,
		    "%s has signed a head of this ledger with %" PRIu64 " records, it has %" PRIu64
		    " now: it was restored from an older backup. Ask there for 'ledger witnessed', "
		    "then: handover ledger restart --seen FILE",
		    a->oin, size, v->head.size);
	*ret_old = size;
	return err_set(
	    ei, GW_ECONFLICT, "%s signed the head of %" PRIu64 " records last", a->oin, size);
}

/* What another status than 200 and 409 stands for. */
static int refused(const struct vouch_answer *a, struct errinfo *ei)
{
	if (a->status == 422)
		return err_set(ei, GW_EAUTH,
		    "%s refuses: this ledger does not continue the head that was signed there, it "
		    "was changed or begun anew behind its back",
		    a->oin);
	if (a->status == 404 || a->status == 403)
		return err_set(ei, GW_EREFUSED,
		    "%s does not know this ledger by its verifier key: have our organisation export "
		    "imported there",
		    a->oin);
	return err_set(
	    ei, a->status == 400 ? GW_EFORMAT : GW_ENET, "%s answers %d", a->oin, a->status);
}

int vouch_take(struct home *h, const struct registry *registry, struct vouching *v,
    const struct vouch_answer *a, uint64_t *ret_old, int64_t *ret_at, struct errinfo *ei)
{
	struct note_key witness;
	uint64_t time = 0;
	size_t before = v->whole.len;
	if (a->status == 409)
		return read_size(v, a, ret_old, ei);
	if (a->status != 200)
		return refused(a, ei);
	int r = vouch_key(registry, a->oin, &witness, ei);
	if (r == 0)
		r = witness_accept(v->note.data, v->note.len, &v->log, &witness, a->body, a->n,
		    &time, &v->whole, ei);
	if (r == 0)
		r = home_cosigned(h, a->oin, &v->head, v->whole.data, v->whole.len, a->daemon, ei);
	if (r < 0)
		v->whole.len = before;
	else
		*ret_at = (int64_t)time * 1000;
	return r;
}

static int look(void *ctx, const struct ledger_line *line, struct errinfo *ei)
{
	static const char ours[] = "\"act\":\"anchor.cosign\"", deny[] = "\"out\":\"deny\"";
	bool *wanted = ctx;
	(void)ei;
	*wanted = *wanted || !memmem(line->bytes, line->n, ours, sizeof ours - 1) ||
	    memmem(line->bytes, line->n, deny, sizeof deny - 1);
	return 0;
}

int vouch_wanted(struct home *h, uint64_t from, bool *ret, struct errinfo *ei)
{
	uint64_t size = 0;
	int r = ledger_size(h->ledger, &size, ei);
	if (r < 0)
		return r;
	*ret = size < from || size - from > VOUCH_LOOK;
	return *ret || size == from ? 0
				    : ledger_records(h->ledger, from, VOUCH_LOOK, look, ret, ei);
}
