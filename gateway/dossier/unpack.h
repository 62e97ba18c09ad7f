/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * unpack: the members of a hostile zip or tar, read in the confined worker. Inside dossier/ only.
 *
 * A zip is read twice, by its directory at the end and as a stream from the start; what the two do
 * not both show is a trick and is refused. Only regular files and folders pass; links, devices,
 * sparse files, encryption, archives inside archives, names that are unsafe or the same but for
 * case or Unicode form, and anything behind the end refuse the whole archive.
 */
#ifndef GW_DOSSIER_UNPACK_H
#define GW_DOSSIER_UNPACK_H

#include "dossier/dossier.h"

struct unpack_member {
	const char *name; /* NUL-terminated, without a leading "./" */
	const void *p;
	size_t n;
};

struct unpacked {
	struct buf all; /* holds all names and bytes */
	struct unpack_member *members;
	size_t n;
};

/*
 * Unpack the archive of n bytes at p. `file` stands in messages; no member is named there, only its
 * number. GW_EFORMAT, GW_ELIMIT, GW_EIO; the caller releases *ret_u.
 */
int unpack(const char *file, const void *p, size_t n, const struct dossier_limits *limits,
    struct unpacked *ret_u, struct errinfo *ei) GW_MUST_USE;

/*
 * The part of unpack that runs in the worker: append all members to out in the form that unpack
 * takes apart. Outside it only for tests: it trusts libarchive with hostile bytes.
 */
int unpack_members(const char *file, const void *p, size_t n, const struct dossier_limits *limits,
    struct buf *out, struct errinfo *ei) GW_MUST_USE;

/* As unpack, but in this process: for a parser that is confined already. Names beyond ASCII are
 * refused there. */
int unpack_here(const char *file, const void *p, size_t n, const struct dossier_limits *limits,
    struct unpacked *ret_u, struct errinfo *ei) GW_MUST_USE;

/* Zero and free; harmless on a zeroed struct. Fits GW_CLEANUP. */
void unpacked_release(struct unpacked *u);

#endif
