/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * bag: the tag files of a BagIt 1.0 bag (RFC 8493), as a package has them, written and read.
 *
 * Only SHA-256 manifests. Paths are those of docs/FORMATS.md §2 and nothing else: lower-case
 * letters, digits, `.`, `_`, `-` and `/`; no percent-encoding is ever needed, and none is taken.
 */
#ifndef GW_PACKAGE_BAG_H
#define GW_PACKAGE_BAG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/date.h"
#include "base/defs.h"
#include "base/err.h"
#include "base/hash.h"

enum { BAG_PATH = 64 /* with NUL */, BAG_FILES_MAX = 1000 };

/* The whole of bagit.txt. */
extern const char BAG_DECLARATION[];

struct bag_file {
	char path[BAG_PATH];
	char sha256[HASH_HEX];
	uint64_t size; /* writer only */
};

/* A manifest: files in the order in which they stand in it, which is that of the tar. */
struct bag_manifest {
	struct bag_file *files;
	size_t n;
};

void bag_manifest_release(struct bag_manifest *m);

/* Add a file with the digest of its n bytes. GW_EFAIL for a path that no package has, GW_ELIMIT. */
int bag_manifest_add(struct bag_manifest *m, const char *path, const void *p, size_t n) GW_MUST_USE;

/* The file with that path, or NULL. */
const struct bag_file *bag_manifest_find(const struct bag_manifest *m, const char *path);

/* Append the manifest's text: `<64 hex>  <path>\n` for each file, as sha256sum reads it. */
int bag_manifest_write(const struct bag_manifest *m, struct buf *out) GW_MUST_USE;

/*
 * Read the text of the manifest `what`. Payload manifests list only paths below data/, tag
 * manifests none. GW_EAUTH for another line form, a path that no package has, or one listed twice.
 */
int bag_manifest_parse(const char *what, const void *p, size_t n, bool payload,
    struct bag_manifest *ret_m, struct errinfo *ei) GW_MUST_USE;

/* Append bag-info.txt: External-Identifier (the package), Bagging-Date, Payload-Oxum. */
int bag_info_write(struct buf *out, const char *package, struct date day,
    const struct bag_manifest *payload) GW_MUST_USE;

/* What bag-info.txt says. */
struct bag_info {
	char package[37];
	struct date day;
	uint64_t bytes, files; /* Payload-Oxum */
};

/* Read bag-info.txt: exactly the three members above, in that order; GW_EAUTH else. */
int bag_info_parse(const void *p, size_t n, struct bag_info *ret_info, struct errinfo *ei)
    GW_MUST_USE;

/* True for a path that a package may have: data/… (payload) or a tag file's name. */
bool bag_path_ok(const char *path, bool payload);

#endif
