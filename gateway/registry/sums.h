/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * sums: SHA256SUMS, the list of every file in a registry with its hash, in the form that
 * `sha256sum -c` reads, sorted by path.
 *
 * All regular files count, hidden ones too, but SHA256SUMS and SHA256SUMS.p7s themselves. Links,
 * devices and names that the form cannot hold are refused.
 */
#ifndef GW_REGISTRY_SUMS_H
#define GW_REGISTRY_SUMS_H

#include <stddef.h>

#include "base/buf.h"
#include "base/defs.h"
#include "base/err.h"
#include "base/hash.h"

enum { SUMS_MAX = 8 << 20 /* bytes of the list */, SUMS_DEPTH = 6 };

/* A list taken apart, sorted by path. */
struct sums_line {
	char *path;
	char sha256[HASH_HEX];
};
struct sums {
	struct sums_line *list;
	size_t n, cap;
};

/* Append the list for dir to out. GW_EFORMAT for a file that may not be there, GW_ELIMIT, GW_EIO.
 */
int sums_make(const char *dir, struct buf *out, struct errinfo *ei) GW_MUST_USE;

/* Take a list apart; a line that is too short for a hash is all path. Release *l when done. */
void sums_split(const struct buf *text, struct sums *l);
void sums_release(struct sums *l);

/* The line of that path, or NULL. */
const struct sums_line *sums_find(const struct sums *l, const char *path);

/*
 * Append what differs between two lists to out, a line each: "- path" only in before, "+ path" only
 * in now, "~ path" changed. Lines that are not of the form count as paths.
 */
int sums_diff(const struct buf *before, const struct buf *now, struct buf *out) GW_MUST_USE;

#endif
