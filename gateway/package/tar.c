/* SPDX-License-Identifier: EUPL-1.2 */
/* POSIX.1-2017, pax, "ustar Interchange Format". */
#include "package/tar.h"

#include <stdbool.h>
#include <string.h>

struct ustar {
	char name[100], mode[8], uid[8], gid[8], size[12], mtime[12], checksum[8];
	char type, linkname[100], magic[6], version[2], uname[32], gname[32];
	char devmajor[8], devminor[8], prefix[155], fill[12];
};

_Static_assert(sizeof(struct ustar) == TAR_BLOCK, "a ustar header is one block");

/* Write v as n - 1 octal digits and a NUL. */
static void octal(char *p, size_t n, uint64_t v)
{
	p[n - 1] = 0;
	for (size_t i = n - 1; i-- > 0; v >>= 3)
		p[i] = (char)('0' + (v & 7));
}

/* The sum of all bytes of the header, its checksum field taken as spaces. */
static unsigned checksum(const struct ustar *h)
{
	const uint8_t *p = (const uint8_t *)h;
	size_t at = offsetof(struct ustar, checksum);
	unsigned sum = 0;
	for (size_t i = 0; i < TAR_BLOCK; i++)
		sum += i >= at && i < at + sizeof h->checksum ? ' ' : p[i];
	return sum;
}

int tar_header(
    const char *name, uint64_t size, int64_t mtime, uint8_t out[TAR_BLOCK], struct errinfo *ei)
{
	struct ustar h = {.type = '0', .magic = "ustar", .version = {'0', '0'}};
	size_t n = strlen(name);
	if (n == 0 || n > sizeof h.name || size >> 33 || mtime < 0 || mtime >> 33)
		return err_set(ei, GW_EFAIL, "a package cannot hold a file of that name or size");
	memcpy(h.name, name, n);
	octal(h.mode, sizeof h.mode, 0600);
	octal(h.uid, sizeof h.uid, 0);
	octal(h.gid, sizeof h.gid, 0);
	octal(h.size, sizeof h.size, size);
	octal(h.mtime, sizeof h.mtime, (uint64_t)mtime);
	octal(h.checksum, 7, checksum(&h));
	h.checksum[7] = ' ';
	memcpy(out, &h, sizeof h);
	return 0;
}

uint64_t tar_length(uint64_t n)
{
	return TAR_BLOCK + ((n + TAR_BLOCK - 1) & ~(uint64_t)(TAR_BLOCK - 1));
}

void tar_reader_init(struct tar_reader *r, struct tar_source source)
{
	*r = (struct tar_reader){.source = source};
}

static int bad(struct errinfo *ei, const char *why)
{
	return err_set(ei, GW_EAUTH, "the package's tar is not as it was made: %s", why);
}

/* Read until p is full or the stream ends. */
static int fill(struct tar_reader *r, void *p, size_t n, size_t *ret_n, struct errinfo *ei)
{
	size_t have = 0;
	while (have < n) {
		size_t got = 0;
		int e = r->source.read(r->source.arg, (uint8_t *)p + have, n - have, &got, ei);
		if (e < 0)
			return e;
		if (!got)
			break;
		have += got;
	}
	*ret_n = have;
	return 0;
}

static bool zeros(const void *p, size_t n)
{
	const uint8_t *b = p;
	uint8_t any = 0;
	for (size_t i = 0; i < n; i++)
		any |= b[i];
	return !any;
}

/* An octal field: digits, then only NUL or space. */
static int field(const char *p, size_t n, uint64_t *ret_v)
{
	uint64_t v = 0;
	size_t i = 0;
	while (i < n && p[i] >= '0' && p[i] <= '7') {
		if (v >> 60)
			return GW_EFORMAT;
		v = v << 3 | (unsigned)(p[i++] - '0');
	}
	if (i == 0)
		return GW_EFORMAT;
	for (; i < n; i++)
		if (p[i] != 0 && p[i] != ' ')
			return GW_EFORMAT;
	*ret_v = v;
	return 0;
}

/* Relative, printable ASCII without a backslash, no empty, "." or ".." part. */
static bool name_ok(const char *s)
{
	for (const char *part = s;;) {
		size_t n = strcspn(part, "/");
		if (n == 0 || (n == 1 && part[0] == '.') ||
		    (n == 2 && part[0] == '.' && part[1] == '.'))
			return false;
		for (size_t i = 0; i < n; i++)
			if (part[i] <= ' ' || part[i] > '~' || part[i] == '\\')
				return false;
		if (!part[n])
			return true;
		part += n + 1;
	}
}

/* The unused rest of a text field must be zeros, so that nothing hides there. */
static int text(const char *p, size_t n, char *out, size_t cap)
{
	size_t len = strnlen(p, n);
	if (!zeros(p + len, n - len) || len >= cap)
		return GW_EFORMAT;
	memcpy(out, p, len);
	out[len] = 0;
	return 0;
}

static int parse_name(struct tar_reader *r, const struct ustar *h, struct errinfo *ei)
{
	char prefix[TAR_NAME], name[TAR_NAME];
	if (text(h->prefix, sizeof h->prefix, prefix, sizeof prefix) < 0 ||
	    text(h->name, sizeof h->name, name, sizeof name) < 0)
		return bad(ei, "a name is too long or not a name");
	size_t p = strlen(prefix), n = strlen(name);
	if (p + !!p + n >= sizeof r->name)
		return bad(ei, "a name is too long");
	memcpy(r->name, prefix, p);
	if (p)
		r->name[p++] = '/';
	memcpy(r->name + p, name, n + 1);
	if (!name_ok(r->name))
		return bad(ei, "a name leads outside or holds strange characters");
	return 0;
}

static int parse(struct tar_reader *r, const struct ustar *h, struct errinfo *ei)
{
	uint64_t sum = 0, size = 0, other = 0;
	if (memcmp(h->magic, "ustar", 6) != 0 || memcmp(h->version, "00", 2) != 0)
		return bad(ei, "it is no POSIX tar");
	if (field(h->checksum, sizeof h->checksum, &sum) < 0 || sum != checksum(h))
		return bad(ei, "a header's checksum is wrong");
	if (h->type != '0')
		return bad(ei, "an entry is no regular file");
	if (field(h->size, sizeof h->size, &size) < 0 || size >> 40)
		return bad(ei, "a size is no size");
	if (field(h->mode, sizeof h->mode, &other) < 0 ||
	    field(h->uid, sizeof h->uid, &other) < 0 || field(h->gid, sizeof h->gid, &other) < 0 ||
	    field(h->mtime, sizeof h->mtime, &other) < 0 ||
	    !zeros(h->linkname, sizeof h->linkname) || !zeros(h->fill, sizeof h->fill))
		return bad(ei, "a header is malformed");
	int e = parse_name(r, h, ei);
	if (e < 0)
		return e;
	r->size = r->left = size;
	r->pad = tar_length(size) - TAR_BLOCK - size;
	return 0;
}

/* One zero block was seen: a second, then nothing but zeros to the end of the stream. */
static int read_end(struct tar_reader *r, struct errinfo *ei)
{
	uint8_t block[TAR_BLOCK * 16];
	uint64_t total = 0;
	for (;;) {
		size_t n = 0;
		int e = fill(r, block, sizeof block, &n, ei);
		if (e < 0)
			return e;
		if (!zeros(block, n))
			return bad(ei, "something follows its end");
		total += n;
		if (n < sizeof block)
			break;
	}
	if (total < TAR_BLOCK || total % TAR_BLOCK)
		return bad(ei, "it breaks off");
	r->ended = 1;
	return 0;
}

int tar_reader_next(struct tar_reader *r, int *ret_more, struct errinfo *ei)
{
	struct ustar h;
	size_t n = 0;
	if (r->left || r->ended)
		return err_set(ei, GW_EFAIL, "tar: an entry was not read to its end");
	int e = fill(r, &h, sizeof h, &n, ei);
	if (e < 0)
		return e;
	if (n < sizeof h)
		return bad(ei, "it breaks off");
	bool end = zeros(&h, sizeof h);
	e = end ? read_end(r, ei) : parse(r, &h, ei);
	if (e < 0)
		return e;
	*ret_more = !end;
	return 0;
}

static int read_padding(struct tar_reader *r, struct errinfo *ei)
{
	uint8_t pad[TAR_BLOCK];
	size_t want = (size_t)r->pad, n = 0;
	int e = fill(r, pad, want, &n, ei);
	if (e < 0)
		return e;
	if (n < want)
		return bad(ei, "it breaks off");
	if (!zeros(pad, want))
		return bad(ei, "something stands between its files");
	r->pad = 0;
	return 0;
}

int tar_reader_read(struct tar_reader *r, void *p, size_t cap, size_t *ret_n, struct errinfo *ei)
{
	size_t n = 0;
	if (r->left) {
		int e =
		    r->source.read(r->source.arg, p, cap < r->left ? cap : (size_t)r->left, &n, ei);
		if (e < 0)
			return e;
		if (!n)
			return bad(ei, "it breaks off");
		r->left -= n;
	}
	if (!r->left && r->pad) {
		int e = read_padding(r, ei);
		if (e < 0)
			return e;
	}
	*ret_n = n;
	return 0;
}
