/* SPDX-License-Identifier: EUPL-1.2 */
/* proofs: inclusion, consistency and tiles, out of stored hashes. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/file.h"
#include "base/str.h"
#include "ledger/reader.h"

enum { ROW = 256, BUNDLE_MAX = ROW * (RECORD_MAX + 2) };

int ledger_prove(
    struct ledger *l, unsigned epoch, uint64_t index, struct buf *out, struct errinfo *ei)
{
	struct reader r GW_CLEANUP(reader_close) = READER_INIT;
	struct merkle_hash p[MERKLE_DEPTH + 1];
	size_t n = 0;
	int e = reader_open(l, epoch, &r, ei);
	if (e == 0)
		e = merkle_inclusion(index, r.cp.size, reader_hashes, &r, p, &n, ei);
	return e < 0 ? e : checkpoint_proof_write(index, p, n, r.note, strlen(r.note), out);
}

int ledger_consistency(struct ledger *l, uint64_t old_size, uint64_t new_size,
    struct ledger_consistency *ret, struct buf *note, struct errinfo *ei)
{
	struct reader r GW_CLEANUP(reader_close) = READER_INIT;
	struct ledger_consistency c = {.old_size = old_size};
	int e = reader_open(l, 0, &r, ei);
	if (e < 0)
		return e;
	c.new_size = new_size ? new_size : r.cp.size;
	if (c.new_size > r.cp.size)
		return err_set(ei, GW_EUSAGE, "the log has only %" PRIu64 " records", r.cp.size);
	e = merkle_consistency(old_size, c.new_size, reader_hashes, &r, c.hashes, &c.n, ei);
	if (e == 0)
		e = merkle_root_at(old_size, reader_hashes, &r, &c.old_root, ei);
	if (e == 0)
		e = merkle_root_at(c.new_size, reader_hashes, &r, &c.new_root, ei);
	if (e == 0 && !new_size && note)
		e = buf_add(note, r.note, strlen(r.note));
	if (e == 0)
		*ret = c;
	return e;
}

int ledger_consistency_text(
    const struct ledger_consistency *c, const char *note, size_t note_n, struct buf *out)
{
	int e = buf_addf(out, "old %" PRIu64 "\n", c->old_size);
	for (size_t i = 0; e == 0 && i < c->n; i++) {
		e = str_b64(out, c->hashes[i].b, MERKLE_HASH);
		if (e == 0)
			e = buf_adds(out, "\n");
	}
	if (e == 0)
		e = buf_adds(out, "\n");
	return e < 0 || !note_n ? e : buf_add(out, note, note_n);
}

void ledger_tile_index(uint64_t n, char out[32])
{
	char part[8][8];
	size_t k = 0, at = 0;
	do {
		(void)snprintf(
		    part[k], sizeof part[k], "%s%03u", k ? "x" : "", (unsigned)(n % 1000));
		n /= 1000;
		k++;
	} while (n && k < GW_LENGTH(part));
	*out = '\0';
	while (k-- > 0)
		at += (size_t)snprintf(out + at, 32 - at, "%s%s", part[k], k ? "/" : "");
}

/* Write one tile as a file; its width is written behind its name when it is partial. */
static int write_tile(const char *dir, const char *kind, uint64_t index, size_t width,
    const struct buf *b, struct errinfo *ei)
{
	char name[32], partial[16] = "";
	ledger_tile_index(index, name);
	if (width < ROW)
		(void)snprintf(partial, sizeof partial, ".p/%zu", width);
	char *path GW_CLEANUP(str_free_p) = str_printf("%s/tile/%s/%s%s", dir, kind, name, partial);
	char *folder GW_CLEANUP(str_free_p) = str_dupn(path, (size_t)(file_base(path) - path));
	int e = file_mkdirs(folder, 0700, ei);
	return e < 0 ? e : file_write(path, b->data, b->len, 0600, FILE_REPLACE, ei);
}

static int export_level(struct reader *r, unsigned level, const char *dir, struct errinfo *ei)
{
	uint64_t count = r->cp.size >> 8 * level;
	char kind[16];
	(void)snprintf(kind, sizeof kind, "%u", level);
	for (uint64_t i = 0; i < count; i += ROW) {
		struct merkle_hash h[ROW];
		size_t n = count - i < ROW ? (size_t)(count - i) : ROW;
		struct buf b = {.data = (char *)h, .len = n * sizeof *h};
		int e = reader_hashes(r, level, i, n, h, ei);
		if (e == 0)
			e = write_tile(dir, kind, i / ROW, n, &b, ei);
		if (e < 0)
			return e;
	}
	return 0;
}

static int add_entry(void *ctx, const struct ledger_line *line, struct errinfo *ei)
{
	struct buf *b = ctx;
	uint8_t head[2] = {(uint8_t)(line->n >> 8), (uint8_t)line->n};
	int e = buf_add(b, head, sizeof head);
	if (e == 0)
		e = buf_add(b, line->bytes, line->n);
	return e < 0 ? err_set(ei, e, "a bundle of records is too large") : 0;
}

static int export_entries(struct reader *r, const char *dir, struct errinfo *ei)
{
	struct buf b GW_CLEANUP(buf_release) = BUF_INIT(BUNDLE_MAX);
	for (uint64_t i = 0; i < r->cp.size; i += ROW) {
		size_t n = r->cp.size - i < ROW ? (size_t)(r->cp.size - i) : ROW;
		buf_clear(&b);
		int e = reader_walk(r, i, n, add_entry, &b, ei);
		if (e == 0)
			e = write_tile(dir, "entries", i / ROW, n, &b, ei);
		if (e < 0)
			return e;
	}
	return 0;
}

int ledger_export(struct ledger *l, const char *dir, bool entries, struct errinfo *ei)
{
	struct reader r GW_CLEANUP(reader_close) = READER_INIT;
	int e = reader_open(l, 0, &r, ei);
	if (e == 0)
		e = file_mkdirs(dir, 0700, ei);
	for (unsigned level = 0; e == 0 && r.cp.size >> 8 * level; level++)
		e = export_level(&r, level, dir, ei);
	if (e == 0 && entries)
		e = export_entries(&r, dir, ei);
	if (e < 0)
		return e;
	char *path GW_CLEANUP(str_free_p) = file_join(dir, "checkpoint");
	return file_write(path, r.note, strlen(r.note), 0600, FILE_REPLACE, ei);
}
