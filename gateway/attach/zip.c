/* SPDX-License-Identifier: EUPL-1.2 */
#include "attach/zip.h"

#include <stdint.h>
#include <string.h>
#include <zlib.h>

#include "base/err.h"

enum { VERSION = 20, DEFLATED = 8, FIRST_DAY = 0x21, MEMBERS_MAX = 1000, LEVEL = 6 };

void zip_begin(struct zip *z, struct buf *out)
{
	*z = (struct zip){.out = out, .directory = BUF_INIT(1 << 20), .start = out->len};
}

void zip_release(struct zip *z)
{
	buf_release(&z->directory);
}

/* Append numbers, the lowest byte first: pairs of a value and its bytes, 0 bytes at the end. */
struct number {
	size_t value;
	unsigned bytes;
};

static int add_numbers(struct buf *b, const struct number *numbers)
{
	int r = 0;
	for (; numbers->bytes; numbers++)
		for (unsigned i = 0; i < numbers->bytes && r == 0; i++) {
			uint8_t c = (uint8_t)(numbers->value >> (8 * i));
			r = buf_add(b, &c, 1);
		}
	return r;
}

/* Append the n bytes at p, deflated. */
static int deflate_to(struct buf *out, const void *p, size_t n)
{
	z_stream s = {.next_in = (unsigned char *)(uintptr_t)p, .avail_in = (uInt)n};
	if (n > UINT32_MAX / 2)
		return GW_ELIMIT;
	if (deflateInit2(&s, LEVEL, Z_DEFLATED, -15, 8, Z_DEFAULT_STRATEGY) != Z_OK)
		return GW_ENOMEM;
	uLong room = deflateBound(&s, n);
	void *to = buf_room(out, room);
	int r = to ? 0 : GW_ELIMIT;
	if (to) {
		s.next_out = to;
		s.avail_out = (uInt)room;
		r = deflate(&s, Z_FINISH) == Z_STREAM_END ? 0 : GW_EFAIL;
		buf_wrote(out, room - s.avail_out);
	}
	(void)deflateEnd(&s);
	return r;
}

/* What the member and its entry in the directory both say, from the version to the name's length.
 */
static int add_facts(struct buf *b, size_t check, size_t packed, size_t n, size_t name)
{
	const struct number facts[] = {{VERSION, 2}, {0, 2}, {DEFLATED, 2}, {0, 2}, {FIRST_DAY, 2},
	    {check, 4}, {packed, 4}, {n, 4}, {name, 2}, {0, 2}, {0, 0}};
	return add_numbers(b, facts);
}

int zip_add(struct zip *z, const char *name, const void *p, size_t n)
{
	struct buf data GW_CLEANUP(buf_release) = BUF_INIT(n + n / 1000 + 128);
	size_t at = z->out->len - z->start, name_n = strlen(name);
	uLong check = crc32(0, n ? p : (const void *)"", (uInt)n);
	if (z->members++ == MEMBERS_MAX)
		return GW_ELIMIT;
	int r = deflate_to(&data, n ? p : "", n);
	if (r == 0)
		r = buf_add(z->out, "PK\3\4", 4);
	if (r == 0)
		r = add_facts(z->out, check, data.len, n, name_n);
	if (r == 0)
		r = buf_add(z->out, name, name_n);
	if (r == 0)
		r = buf_add(z->out, data.data, data.len);
	const struct number before[] = {{VERSION, 2}, {0, 0}};
	const struct number behind[] = {{0, 2}, {0, 2}, {0, 2}, {0, 4}, {at, 4}, {0, 0}};
	if (r == 0)
		r = buf_add(&z->directory, "PK\1\2", 4);
	if (r == 0)
		r = add_numbers(&z->directory, before);
	if (r == 0)
		r = add_facts(&z->directory, check, data.len, n, name_n);
	if (r == 0)
		r = add_numbers(&z->directory, behind);
	return r < 0 ? r : buf_add(&z->directory, name, name_n);
}

int zip_end(struct zip *z)
{
	size_t at = z->out->len - z->start;
	const struct number end[] = {{0, 2}, {0, 2}, {z->members, 2}, {z->members, 2},
	    {z->directory.len, 4}, {at, 4}, {0, 2}, {0, 0}};
	int r = buf_add(z->out, z->directory.data, z->directory.len);
	if (r == 0)
		r = buf_add(z->out, "PK\5\6", 4);
	return r < 0 ? r : add_numbers(z->out, end);
}
