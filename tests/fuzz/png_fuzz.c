/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The PNG cleaner, as the worker runs it: what it made clean stays as it is. The mutator mends
 * check sums and, every second time, changes the rows under their compression, so that it gets
 * behind both.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "attach/png.h"
#include "attach/png_rows.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);
size_t LLVMFuzzerCustomMutator(uint8_t *p, size_t n, size_t most, unsigned seed);
/* of the fuzzing engine; not there when the corpus is replayed */
size_t LLVMFuzzerMutate(uint8_t *p, size_t n, size_t most) __attribute__((weak));

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	const struct attach_limits l = {.bytes = 1 << 20, .side = 1000, .pixels = 100000};
	struct buf out GW_CLEANUP(buf_release) = BUF_INIT(4 << 20);
	struct buf again GW_CLEANUP(buf_release) = BUF_INIT(4 << 20);
	if (png_clean(p, n, &l, &out) < 0)
		return 0;
	if (png_clean(out.data, out.len, &l, &again) < 0 || out.len != again.len ||
	    memcmp(out.data, again.data, out.len) != 0)
		abort();
	return 0;
}

static uint32_t be32(const uint8_t *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

/* The bytes of the chunk at p, 0 when there is no whole one. */
static size_t chunk_bytes(const uint8_t *p, size_t left)
{
	return left >= 12 && be32(p) <= left - 12 ? (size_t)be32(p) + 12 : 0;
}

static void mend(uint8_t *p, size_t n)
{
	for (size_t at = 8, k; at < n && (k = chunk_bytes(p + at, n - at)) > 0; at += k) {
		uLong check = crc32(0, p + at + 4, (uInt)k - 8);
		for (size_t i = 0; i < 4; i++)
			p[at + k - 4 + i] = (uint8_t)(check >> (24 - 8 * i));
	}
}

/* Unpack all data of the picture, change them, and write the file with them; 0: it cannot be done.
 */
static size_t mutate_rows(uint8_t *p, size_t n, size_t most)
{
	static uint8_t rows[1 << 16], packed[1 << 17];
	struct buf out GW_CLEANUP(buf_release) = BUF_INIT(1 << 20);
	z_stream z = {.next_out = rows, .avail_out = sizeof rows / 2};
	size_t first = 0, last = 0, k;
	uLongf packed_n = sizeof packed;
	if (inflateInit(&z) != Z_OK)
		return 0;
	for (size_t at = 8; at < n && (k = chunk_bytes(p + at, n - at)) > 0; at += k) {
		if (memcmp(p + at + 4, "IDAT", 4) != 0)
			continue;
		first = first ? first : at;
		last = at + k;
		z.next_in = p + at + 8;
		z.avail_in = (uInt)k - 12;
		(void)inflate(&z, Z_NO_FLUSH);
	}
	size_t rows_n = sizeof rows / 2 - z.avail_out;
	(void)inflateEnd(&z);
	if (rows_n == 0)
		return 0;
	rows_n = LLVMFuzzerMutate(rows, rows_n, sizeof rows);
	if (compress2(packed, &packed_n, rows, rows_n, 1) != Z_OK || buf_add(&out, p, first) < 0 ||
	    png_chunk(&out, "IDAT", packed, packed_n) < 0 ||
	    buf_add(&out, p + last, n - last) < 0 || out.len > most)
		return 0;
	memcpy(p, out.data, out.len);
	return out.len;
}

size_t LLVMFuzzerCustomMutator(uint8_t *p, size_t n, size_t most, unsigned seed)
{
	size_t k = seed % 2 ? mutate_rows(p, n, most) : 0;
	if (k == 0)
		k = LLVMFuzzerMutate(p, n, most);
	mend(p, k);
	return k;
}
