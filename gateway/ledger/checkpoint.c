/* SPDX-License-Identifier: EUPL-1.2 */
#include "ledger/checkpoint.h"

#include <inttypes.h>
#include <string.h>

#include "base/str.h"

static const char PROOF[] = "c2sp.org/tlog-proof@v1";
enum { LINE_MAX_N = 64 << 10 };

/* Take the line at *p, without its newline, and move behind it; false when there is none. */
static bool take_line(const char **p, const char *end, const char **ret_s, size_t *ret_n)
{
	const char *nl = *p < end ? memchr(*p, '\n', (size_t)(end - *p)) : NULL;
	if (!nl)
		return false;
	*ret_s = *p;
	*ret_n = (size_t)(nl - *p);
	*p = nl + 1;
	return true;
}

static int read_size(const char *s, size_t n, uint64_t *ret_v)
{
	char text[24];
	if (n >= sizeof text || memchr(s, '\0', n))
		return GW_EFORMAT;
	memcpy(text, s, n);
	text[n] = '\0';
	return str_u64(text, INT64_MAX, ret_v);
}

static int read_hash(const char *s, size_t n, struct merkle_hash *ret_h)
{
	struct merkle_hash h = {0};
	size_t k = 0;
	if (n > 64 || str_unb64(s, n, h.b, sizeof h.b, &k) < 0 || k != sizeof h.b)
		return GW_EFORMAT;
	*ret_h = h;
	return 0;
}

int checkpoint_text(const struct checkpoint *c, struct buf *out)
{
	int r = buf_addf(out, "%s\n%" PRIu64 "\n", c->origin, c->size);
	if (r == 0)
		r = str_b64(out, c->root.b, MERKLE_HASH);
	return r < 0 ? r : buf_adds(out, "\n");
}

int checkpoint_parse(const char *text, size_t n, struct checkpoint *ret_c, struct errinfo *ei)
{
	const char *p = text, *end = text + n, *s[3];
	size_t k[3];
	struct checkpoint c = {0};
	for (int i = 0; i < 3; i++)
		if (!take_line(&p, end, &s[i], &k[i]))
			return err_set(
			    ei, GW_EFORMAT, "not a checkpoint: three lines are expected");
	if (k[0] == 0 || k[0] >= sizeof c.origin || memchr(s[0], '\0', k[0]))
		return err_set(
		    ei, GW_EFORMAT, "not a checkpoint: the origin is missing or too long");
	memcpy(c.origin, s[0], k[0]);
	if (read_size(s[1], k[1], &c.size) < 0)
		return err_set(ei, GW_EFORMAT, "not a checkpoint: the size is no decimal number");
	if (read_hash(s[2], k[2], &c.root) < 0)
		return err_set(ei, GW_EFORMAT, "not a checkpoint: the root is no hash in base64");
	while (p < end)
		if (!take_line(&p, end, &s[0], &k[0]) || k[0] == 0)
			return err_set(
			    ei, GW_EFORMAT, "not a checkpoint: an extension line is empty");
	*ret_c = c;
	return 0;
}

int checkpoint_open(const char *note, size_t n, const struct note_key *key,
    struct checkpoint *ret_c, struct errinfo *ei)
{
	struct checkpoint c;
	size_t text_n = 0;
	int r = note_verify(note, n, key, 1, &text_n, NULL, NULL, ei);
	if (r == 0)
		r = checkpoint_parse(note, text_n, &c, ei);
	if (r < 0)
		return r;
	if (!str_eq(c.origin, key->name))
		return err_set(ei, GW_EAUTH, "the checkpoint is of another log");
	*ret_c = c;
	return 0;
}

int checkpoint_proof_write(uint64_t index, const struct merkle_hash *hashes, size_t n,
    const char *note, size_t note_n, struct buf *out)
{
	int r = buf_addf(out, "%s\nindex %" PRIu64 "\n", PROOF, index);
	for (size_t i = 0; r == 0 && i < n; i++) {
		r = str_b64(out, hashes[i].b, MERKLE_HASH);
		if (r == 0)
			r = buf_adds(out, "\n");
	}
	if (r == 0)
		r = buf_adds(out, "\n");
	return r < 0 ? r : buf_add(out, note, note_n);
}

int checkpoint_proof_parse(
    const char *p, size_t n, struct checkpoint_proof *ret_p, struct errinfo *ei)
{
	const char *end = p + n, *s = NULL;
	size_t k = 0;
	struct checkpoint_proof pr = {0};
	if (n > 2 * LINE_MAX_N || !take_line(&p, end, &s, &k) || k != strlen(PROOF) ||
	    memcmp(s, PROOF, k) != 0 || !take_line(&p, end, &s, &k))
		return err_set(ei, GW_EFORMAT, "not a proof of the form %s", PROOF);
	if (k >= 6 && memcmp(s, "extra ", 6) == 0) {
		static _Thread_local uint8_t extra[LINE_MAX_N];
		size_t extra_n;
		if (str_unb64(s + 6, k - 6, extra, sizeof extra, &extra_n) < 0 ||
		    !take_line(&p, end, &s, &k))
			return err_set(ei, GW_EFORMAT, "the proof's extra line is not base64");
	}
	if (k < 7 || memcmp(s, "index ", 6) != 0 || read_size(s + 6, k - 6, &pr.index) < 0)
		return err_set(ei, GW_EFORMAT, "the proof has no index");
	while (take_line(&p, end, &s, &k) && k) {
		if (pr.n == GW_LENGTH(pr.hashes) || read_hash(s, k, &pr.hashes[pr.n]) < 0)
			return err_set(ei, GW_EFORMAT, "the proof has a line that is no hash");
		pr.n++;
	}
	if (k || p >= end)
		return err_set(ei, GW_EFORMAT, "the proof ends before its checkpoint");
	pr.note = p;
	pr.note_n = (size_t)(end - p);
	*ret_p = pr;
	return 0;
}

int checkpoint_proof_check(const char *p, size_t n, const void *entry, size_t entry_n,
    const struct note_key *key, struct checkpoint *ret_c, struct errinfo *ei)
{
	struct checkpoint_proof pr;
	struct checkpoint c;
	struct merkle_hash leaf = merkle_leaf(entry, entry_n);
	int r = checkpoint_proof_parse(p, n, &pr, ei);
	if (r == 0)
		r = checkpoint_open(pr.note, pr.note_n, key, &c, ei);
	if (r != 0)
		return r;
	r = merkle_check_inclusion(pr.index, c.size, &leaf, &c.root, pr.hashes, pr.n);
	if (r < 0)
		return err_set(ei, r, "the proof does not show this record under the checkpoint");
	*ret_c = c;
	return 0;
}
