/* SPDX-License-Identifier: EUPL-1.2 */
#include "home/cosign.h"

#include <stdio.h>
#include <string.h>

#include "base/file.h"
#include "base/str.h"
#include "home/inside.h"
#include "ledger/ledger.h"
#include "store/witness.h"

/* A new key of this home is a registry.change. */
static int make_key(
    struct home *h, const char *path, const char *name, struct witness *ret, struct errinfo *ei)
{
	json_t *detail GW_CLEANUP(jx_release) = json_object();
	struct ledger_receipt intent;
	jx_set(detail, "what", json_string("witness"));
	jx_set(detail, "file", json_string("keys/witness.key"));
	int r = home_intent(h, "registry.change", NULL, detail, &intent, ei);
	if (r < 0)
		return r;
	r = witness_open(path, name, true, ret, ei);
	int end = home_result(h, "registry.change", NULL, &intent, r, r < 0 ? NULL : ei);
	if (r == 0 && end < 0)
		witness_release(ret);
	return r < 0 ? r : end;
}

int home_witness(struct home *h, bool make, struct witness *ret, struct errinfo *ei)
{
	char *path GW_CLEANUP(str_free_p) = home_path(h, "keys/witness.key");
	char *name GW_CLEANUP(str_free_p) = str_printf("oin-%s/witness", h->settings.oin);
	return make && !file_exists(path) ? make_key(h, path, name, ret, ei)
					  : witness_open(path, name, false, ret, ei);
}

/* A record about the peer's log; head may be NULL. */
static struct ledger_record anchor(
    const char *actor, const char *peer, const struct checkpoint *head)
{
	struct ledger_record r = {.act = "anchor.cosign", .peer = peer};
	r.actor.k = "svc";
	r.actor.id = actor;
	r.actor.auth = "mtls";
	if (head) {
		r.peerlog.o = head->origin;
		r.peerlog.n = head->size;
		r.peerlog.root = head->root.b;
	}
	return r;
}

/* What we know of the log, from the store. */
static int last_head(struct store *store, const char *origin, struct witness_head *ret,
    struct buf *note, struct errinfo *ei)
{
	struct store_tx *tx GW_CLEANUP(store_end) = NULL;
	struct store_witness w;
	*ret = (struct witness_head){0};
	int r = store_begin(store, STORE_READ, &tx, ei);
	if (r == 0)
		r = store_witness_get(tx, origin, &w, note, ei);
	if (r == GW_ENOENT)
		return 0;
	if (r == 0) {
		ret->size = w.size;
		memcpy(ret->root.b, w.root, sizeof w.root);
	}
	return r;
}

static int keep_head(struct store *store, const struct witness_request *q,
    const struct checkpoint *head, int64_t now, struct errinfo *ei)
{
	struct store_tx *tx GW_CLEANUP(store_end) = NULL;
	struct store_witness w = {.size = head->size, .at = now};
	memcpy(w.root, head->root.b, sizeof w.root);
	int r = store_begin(store, STORE_WRITE, &tx, ei);
	if (r == 0)
		r = store_witness_put(tx, head->origin, q->old, &w, q->note, q->note_n, ei);
	return r == 0 ? store_commit(&tx, ei) : r;
}

/* A log with two histories: both signed heads are the proof, and are kept. */
static void record_fork(struct home *h, const char *peer, const char *actor,
    const struct witness_request *q, const struct checkpoint *head, const struct buf *had)
{
	struct ledger_record r = anchor(actor, peer, head);
	json_t *detail GW_CLEANUP(jx_release) = json_object();
	r.out = LEDGER_DENY;
	jx_set(detail, "reason", json_string(err_name(GW_EREFUSED)));
	jx_set(detail, "signed_before", json_stringn(had->data ? had->data : "", had->len));
	jx_set(detail, "offered", json_stringn(q->note, q->note_n));
	/* refused it is, whether or not it can be written down */
	(void)!ledger_refuse(h->ledger, &r, detail, NULL);
}

/* The intent, the new head durable, the result. */
static int take_head(struct home *h, struct store *store, const char *peer, const char *actor,
    const struct witness_request *q, const struct checkpoint *head, int64_t now, struct errinfo *ei)
{
	struct ledger_record r = anchor(actor, peer, head);
	struct ledger_receipt intent;
	int e = ledger_intent(h->ledger, &r, NULL, &intent, ei);
	if (e < 0)
		return e;
	e = keep_head(store, q, head, now, ei);
	r.out = e == 0 ? LEDGER_OK : e == GW_ECONFLICT ? LEDGER_DENY : LEDGER_ERROR;
	int end = ledger_result(h->ledger, &intent, &r, NULL, NULL, e < 0 ? NULL : ei);
	return e < 0 ? e : end;
}

/* The key of the peer's log, when the request is about that. */
static int find_log(const struct registry *registry, const char *peer,
    const struct witness_request *q, struct note_key *ret, struct errinfo *ei)
{
	const struct organisation *o = registry_organisation(registry, peer);
	if (!o || !o->ledger || note_vkey_parse(o->ledger, ret, NULL) < 0 ||
	    ret->type != NOTE_ED25519 || !str_eq(ret->name, q->origin))
		return err_set(ei, GW_ENOENT,
		    "the log '%s' is not known here as that of %s: exchange organisation exports",
		    q->origin, peer);
	return 0;
}

int home_cosign(struct home *h, struct store *store, const struct registry *registry,
    const char *peer, const void *body, size_t n, int64_t now, struct buf *out, uint64_t *ret_size,
    struct errinfo *ei)
{
	struct witness w GW_CLEANUP(witness_release) = {.secret = NULL};
	struct witness_request q;
	struct witness_head had = {0};
	struct checkpoint head = {.size = 0};
	struct note_key log;
	struct buf before GW_CLEANUP(buf_release) = BUF_INIT(NOTE_MAX);
	char actor[19];
	char *account GW_CLEANUP(str_free_p) = str_printf("oin:%s", peer);
	int r = witness_parse(body ? body : "", n, &q, ei);
	if (r == 0)
		r = find_log(registry, peer, &q, &log, ei);
	if (r == 0)
		r = home_witness(h, true, &w, ei);
	if (r == 0)
		r = last_head(store, q.origin, &had, &before, ei);
	if (r < 0)
		return r;
	ledger_actor(h->ledger, account, actor);
	*ret_size = had.size;
	r = witness_judge(&q, &log, &had, &head, ei);
	if (r == GW_EREFUSED)
		record_fork(h, peer, actor, &q, &head, &before);
	if (r == 0 &&
	    !(had.size && head.size == had.size)) /* else it was taken, and is signed again */
		r = take_head(h, store, peer, actor, &q, &head, now, ei);
	if (r == GW_ECONFLICT && last_head(store, q.origin, &had, &before, NULL) == 0)
		*ret_size = had.size;
	return r < 0 ? r : witness_sign(&w, q.note, q.note_n, (uint64_t)(now / 1000), out, ei);
}

int home_cosigned(struct home *h, const char *peer, const struct checkpoint *head, const char *note,
    size_t n, bool daemon, struct errinfo *ei)
{
	char *path GW_CLEANUP(str_free_p) = home_path(h, "ledger/checkpoint.cosigned");
	struct ledger_record r = anchor(h->actor, peer, head);
	if (!daemon) {
		r.actor.k = "user";
		r.actor.auth = "cli";
	}
	r.out = LEDGER_OK;
	int e = ledger_append(h->ledger, &r, NULL, NULL, ei);
	return e < 0 ? e : file_write(path, note, n, 0644, FILE_REPLACE, ei);
}

/* The witnesses that the registry knows. */
static size_t known_witnesses(const struct registry *registry, struct note_key keys[HOME_WITNESSES],
    const char *oins[HOME_WITNESSES])
{
	const struct organisations *l = registry_organisations(registry);
	size_t n = 0;
	for (size_t i = 0; i < l->n && n < HOME_WITNESSES; i++)
		if (l->list[i]->witness &&
		    note_vkey_parse(l->list[i]->witness, &keys[n], NULL) == 0 &&
		    keys[n].type == NOTE_COSIGNATURE)
			oins[n++] = l->list[i]->oin;
	return n;
}

int home_cosigned_read(struct home *h, const struct registry *registry, struct buf *note,
    struct checkpoint *ret, struct home_vouch *ret_v, size_t cap, size_t *ret_n, struct errinfo *ei)
{
	char *path GW_CLEANUP(str_free_p) = home_path(h, "ledger/checkpoint.cosigned");
	struct buf vkey GW_CLEANUP(buf_release) = BUF_INIT(1024);
	struct note_key keys[HOME_WITNESSES], log;
	const char *oins[HOME_WITNESSES];
	uint64_t times[HOME_WITNESSES] = {0};
	size_t n = known_witnesses(registry, keys, oins), k = 0;
	int r = file_read(path, NOTE_MAX - 1, note, ei);
	if (r == GW_ENOENT)
		return err_set(ei, r,
		    "no witness has cosigned this ledger yet: handover ledger cosign --gateway NAME");
	if (r == 0)
		r = ledger_vkey(h->ledger, &vkey);
	if (r == 0)
		r = note_vkey_parse(vkey.data, &log, ei);
	if (r == 0)
		r = witness_verify(
		    note->data ? note->data : "", note->len, &log, keys, n, ret, times, ei);
	if (r < 0)
		return err_prefix(ei, r == GW_EFORMAT ? GW_EAUTH : r, "ledger/checkpoint.cosigned");
	for (size_t i = 0; i < n && k < cap; i++)
		if (times[i]) {
			memcpy(ret_v[k].oin, oins[i], OIN_TEXT);
			ret_v[k++].at = (int64_t)times[i] * 1000;
		}
	*ret_n = k;
	return k
	    ? 0
	    : err_set(ei, GW_EAUTH,
		  "ledger/checkpoint.cosigned holds no signature by a witness that the registry "
		  "knows");
}
