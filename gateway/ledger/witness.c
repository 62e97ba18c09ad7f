/* SPDX-License-Identifier: EUPL-1.2 */
#include "ledger/witness.h"

#include <inttypes.h>
#include <sodium.h>
#include <string.h>

#include "base/file.h"
#include "base/secret.h"
#include "base/str.h"
#include "ledger/internal.h"

/* ---- the key ---- */

int witness_open(
    const char *path, const char *name, bool make, struct witness *ret, struct errinfo *ei)
{
	uint8_t pub[crypto_sign_PUBLICKEYBYTES];
	uint8_t *seed GW_CLEANUP(secret_free_p) = NULL;
	struct witness w = {.secret = NULL};
	int r = secret_init(ei);
	if (r < 0)
		return r;
	if (make && !file_exists(path)) {
		r = keys_write(path, ei);
		if (r < 0 && r != GW_EEXIST) /* another process may have been first */
			return r;
	}
	seed = secret_alloc(KEY_BYTES);
	w.secret = secret_alloc(crypto_sign_SECRETKEYBYTES);
	r = seed && w.secret ? keys_read(path, seed, ei)
			     : err_set(ei, GW_ENOMEM, "no locked memory left for keys");
	if (r == 0) {
		(void)crypto_sign_seed_keypair(pub, w.secret, seed);
		r = note_key_make(name, NOTE_COSIGNATURE, pub, &w.key, ei);
	}
	if (r < 0)
		witness_release(&w);
	else
		*ret = w;
	return r;
}

void witness_release(struct witness *w)
{
	secret_free(w->secret);
	w->secret = NULL;
}

int witness_sign(const struct witness *w, const char *note, size_t n, uint64_t time,
    struct buf *out, struct errinfo *ei)
{
	return note_cosign(&w->key, w->secret, note, n, time, out, ei);
}

/* ---- judging a request ---- */

static int no_request(struct errinfo *ei)
{
	return err_set(ei, GW_EFORMAT,
	    "not a request for a cosignature: \"old <size>\", hashes, an empty line and a signed "
	    "checkpoint are expected");
}

/* Take the line at *p, without its newline. */
static bool take_line(const char **p, const char *end, const char **ret_s, size_t *ret_n)
{
	const char *nl = memchr(*p, '\n', (size_t)(end - *p));
	if (!nl)
		return false;
	*ret_s = *p;
	*ret_n = (size_t)(nl - *p);
	*p = nl + 1;
	return true;
}

static int read_old(const char *s, size_t n, uint64_t *ret)
{
	char text[24];
	if (n < 5 || n - 4 >= sizeof text || memcmp(s, "old ", 4) != 0 || memchr(s, '\0', n))
		return GW_EFORMAT;
	memcpy(text, s + 4, n - 4);
	text[n - 4] = '\0';
	return str_u64(text, INT64_MAX, ret);
}

static int read_hashes(
    const char **p, const char *end, struct witness_request *q, struct errinfo *ei)
{
	const char *s;
	size_t n, k;
	for (;;) {
		if (!take_line(p, end, &s, &n))
			return no_request(ei);
		if (n == 0)
			return 0;
		if (q->n == WITNESS_HASHES || n != 44 ||
		    str_unb64(s, n, q->hashes[q->n].b, MERKLE_HASH, &k) < 0 || k != MERKLE_HASH)
			return no_request(ei);
		q->n++;
	}
}

int witness_parse(const char *body, size_t n, struct witness_request *ret, struct errinfo *ei)
{
	struct witness_request q = {0};
	const char *p = body, *end = body + n, *s;
	size_t k;
	if (n > WITNESS_REQUEST || n == 0 || !take_line(&p, end, &s, &k) ||
	    read_old(s, k, &q.old) < 0)
		return no_request(ei);
	int r = read_hashes(&p, end, &q, ei);
	if (r < 0)
		return r;
	q.note = p;
	q.note_n = (size_t)(end - p);
	if (q.note_n > NOTE_MAX || !take_line(&p, end, &s, &k) || k == 0 || k >= sizeof q.origin ||
	    memchr(s, '\0', k))
		return no_request(ei);
	memcpy(q.origin, s, k);
	*ret = q;
	return 0;
}

int witness_judge(const struct witness_request *q, const struct note_key *log,
    const struct witness_head *had, struct checkpoint *ret, struct errinfo *ei)
{
	const struct merkle none = {0};
	struct checkpoint c;
	struct merkle_hash before = had->size ? had->root : merkle_root(&none);
	int r = checkpoint_open(q->note, q->note_n, log, &c, ei);
	if (r < 0)
		return r == GW_EUSAGE ? GW_EAUTH : r;
	if (q->old > c.size)
		return err_set(ei, GW_EFORMAT,
		    "the checkpoint has %" PRIu64 " records, fewer than the old size %" PRIu64,
		    c.size, q->old);
	*ret = c;
	if (q->old != had->size)
		return err_set(ei, GW_ECONFLICT,
		    "the last head of this log that was signed here has %" PRIu64 " records",
		    had->size);
	if (merkle_check_consistency(had->size, c.size, &before, &c.root, q->hashes, q->n) < 0)
		return err_set(ei, GW_EREFUSED,
		    "the checkpoint does not continue the head of %" PRIu64
		    " records that was signed here",
		    had->size);
	return 0;
}

/* ---- our own log before witnesses ---- */

int witness_accept(const char *note, size_t n, const struct note_key *log,
    const struct note_key *witness, const char *lines, size_t lines_n, uint64_t *ret_time,
    struct buf *out, struct errinfo *ei)
{
	const struct note_key keys[2] = {*log, *witness};
	const char *p = lines, *end = lines + lines_n, *s;
	uint64_t newest = 0;
	size_t k, text_n;
	while (lines_n <= NOTE_MAX && p < end && take_line(&p, end, &s, &k)) {
		/* our note with this line alone behind it */
		struct buf one GW_CLEANUP(buf_release) = BUF_INIT(2 * NOTE_MAX);
		struct note_seen seen[NOTE_SIGNATURES];
		size_t seen_n = 0;
		if (buf_add(&one, note, n) < 0 || buf_add(&one, s, k + 1) < 0)
			break;
		if (note_verify(one.data, one.len, keys, 2, &text_n, seen, &seen_n, NULL) < 0 ||
		    seen_n < 2 || seen[seen_n - 1].key != &keys[1])
			continue;
		if (seen[seen_n - 1].time > newest)
			newest = seen[seen_n - 1].time;
		if (buf_add(out, s, k + 1) < 0)
			return err_set(ei, GW_ELIMIT, "the witness answered too much");
	}
	if (!newest)
		return err_set(ei, GW_EAUTH,
		    "what the witness answered is no cosignature by its key %s", witness->name);
	*ret_time = newest;
	return 0;
}

int witness_verify(const char *note, size_t n, const struct note_key *log,
    const struct note_key *keys, size_t k, struct checkpoint *ret, uint64_t *ret_times,
    struct errinfo *ei)
{
	struct note_key all[NOTE_SIGNATURES];
	struct note_seen seen[NOTE_SIGNATURES];
	struct checkpoint c;
	size_t seen_n = 0, text_n = 0;
	if (k >= NOTE_SIGNATURES)
		return err_set(ei, GW_EUSAGE, "too many witnesses");
	all[0] = *log;
	for (size_t i = 0; i < k; i++)
		all[i + 1] = keys[i];
	int r = note_verify(note, n, all, k + 1, &text_n, seen, &seen_n, ei);
	if (r == 0)
		r = checkpoint_open(note, n, log, &c, ei);
	if (r < 0)
		return r;
	memset(ret_times, 0, k * sizeof *ret_times);
	for (size_t i = 0; i < seen_n; i++) {
		size_t of = (size_t)(seen[i].key - all);
		if (of > 0 && seen[i].time > ret_times[of - 1])
			ret_times[of - 1] = seen[i].time;
	}
	*ret = c;
	return 0;
}
