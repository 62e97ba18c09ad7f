/* SPDX-License-Identifier: EUPL-1.2 */
#include "dossier/zipdir.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>

enum { LOCAL = 30, CENTRAL = 46, END = 22 }; /* bytes of the fixed parts */
enum { FLAG_SIZES_BEHIND = 1 << 3 };

static uint32_t le(const uint8_t *p, size_t bytes)
{
	uint32_t v = 0;
	for (size_t i = bytes; i-- > 0;)
		v = v << 8 | p[i];
	return v;
}

static bool marked(const uint8_t *p, uint8_t third, uint8_t fourth)
{
	return p[0] == 'P' && p[1] == 'K' && p[2] == third && p[3] == fourth;
}

/* The member at p with n bytes behind it against the entry c that stands for it. */
static bool same(const uint8_t *p, size_t n, const uint8_t *c)
{
	uint32_t name = le(c + 28, 2);
	if (n < LOCAL || !marked(p, 3, 4) || n - LOCAL < name || le(p + 26, 2) != name)
		return false;
	bool behind = le(p + 6, 2) & FLAG_SIZES_BEHIND;
	return memcmp(p + LOCAL, c + CENTRAL, name) == 0 && /* name */
	    memcmp(p + 6, c + 8, 4) == 0 &&                 /* flags and method */
	    (behind || memcmp(p + 14, c + 16, 12) == 0);    /* check and both sizes */
}

/* Unix modes (made by system 3 or 19) say what kind of file it is. */
static bool known_kind(const uint8_t *c)
{
	uint32_t mode = le(c + 38, 4) >> 16;
	if (c[5] != 3 && c[5] != 19)
		return true;
	mode &= S_IFMT;
	return !mode || mode == S_IFREG || mode == S_IFDIR || mode == S_IFLNK;
}

const char *zipdir_check(const void *zip, size_t n)
{
	const uint8_t *p = zip;
	static const char differs[] =
	    "the directory at the end of the zip does not say the same as the members before it";
	if (n < END || !marked(p + n - END, 5, 6))
		return "the zip does not end with its directory";
	const uint8_t *end = p + n - END;
	size_t entries = le(end + 10, 2), size = le(end + 12, 4), start = le(end + 16, 4);
	if (le(end + 4, 4) || le(end + 8, 2) != entries || le(end + 20, 2) || start > n - END ||
	    size != n - END - start)
		return "the zip does not end with its directory";
	size_t at = start;
	for (; entries; entries--) {
		const uint8_t *c = p + at;
		size_t left = n - END - at;
		if (left < CENTRAL || !marked(c, 1, 2))
			return differs;
		size_t all = CENTRAL + le(c + 28, 2) + le(c + 30, 2) + le(c + 32, 2);
		size_t member = le(c + 42, 4);
		if (all > left || member >= start || !same(p + member, start - member, c))
			return differs;
		if (!known_kind(c))
			return "only regular files and folders are allowed";
		at += all;
	}
	return at == n - END ? NULL : differs;
}
