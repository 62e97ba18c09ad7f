/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * archive: a backup as it lies there: a folder, or one file (GNU tar), of regular files with
 * relative names, and at the top SHA256SUMS over all others, in the form that `sha256sum -c` reads,
 * and SHA256SUMS.note, which vouches for that list and is not in it.
 *
 * Without SHA256SUMS, which is written behind all that it names, it is not whole. What the note
 * says is nothing that this room's archive knows: it is carried.
 */
#ifndef GW_HOME_ARCHIVE_H
#define GW_HOME_ARCHIVE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/defs.h"
#include "base/err.h"
#include "base/hash.h"

enum { ARCHIVE_SUMS = 256 << 20, ARCHIVE_NAME = 1024, ARCHIVE_NOTE = 64 << 10 };

/* Told of what went on: so many more bytes, so many more files (0 or 1) whole. */
typedef void (*archive_progress)(void *arg, uint64_t bytes, unsigned files);

/* ---- writing ---- */

struct archive_out;

/* Write into the empty folder dir; or as tar to fd, which stays the caller's. */
int archive_out_folder(const char *dir, struct archive_out **ret, struct errinfo *ei) GW_MUST_USE;
int archive_out_tar(int fd, struct archive_out **ret, struct errinfo *ei) GW_MUST_USE;
void archive_out_free(struct archive_out *o);
void archive_out_free_p(struct archive_out **o);

void archive_out_progress(struct archive_out *o, archive_progress fn, void *arg);

/* Add what the file open at fd holds now, from its beginning, or n bytes at p. GW_EIO: also when it
 * became shorter meanwhile. GW_EFORMAT: a name that no archive takes. */
int archive_add_fd(struct archive_out *o, const char *name, int fd, struct errinfo *ei) GW_MUST_USE;
int archive_add(struct archive_out *o, const char *name, const void *p, size_t n,
    struct errinfo *ei) GW_MUST_USE;

/* Append to note (of ARCHIVE_NOTE) what is to stand in SHA256SUMS.note for the list with that
 * digest. */
typedef int (*archive_vouch)(
    void *arg, const char sha256[HASH_HEX], struct buf *note, struct errinfo *ei);
void archive_out_vouch(struct archive_out *o, archive_vouch fn, void *arg);

/* Add SHA256SUMS, with archive_out_vouch SHA256SUMS.note, and end. A folder is durable then;
 * syncing fd is the caller's. */
int archive_out_end(struct archive_out *o, struct errinfo *ei) GW_MUST_USE;

/* True when a file may have that name: relative, no empty, "." or ".." part, printable UTF-8, no
 * backslash, shorter than ARCHIVE_NAME. */
bool archive_name(const char *name);

/* ---- reading ---- */

/*
 * archive_sums(path, ret_sha256, note, ei): the digest of SHA256SUMS of the archive at path, and
 * its SHA256SUMS.note appended to note, which stays empty where there is none. Nothing is written.
 *
 * Errors as archive_extract.
 */
int archive_sums(const char *path, char ret_sha256[HASH_HEX], struct buf *note, struct errinfo *ei)
    GW_MUST_USE;

/*
 * archive_extract(path, sums, into, progress, arg, ei): write all files of the archive at path,
 * folder or tar, below the folder `into` (mode 0600 in 0700 folders; durable) but SHA256SUMS and
 * SHA256SUMS.note. `sums` is the digest that archive_sums gave of the list, so that what is written
 * is what was vouched for.
 *
 * GW_EAUTH: a file is missing, changed, or not in SHA256SUMS; the list is another one; the archive
 * is cut off; something else than files stands in it. GW_EFORMAT: it is none. GW_ENOENT; GW_EIO.
 * What was written before a failure stays for the caller to remove.
 */
int archive_extract(const char *path, const char sums[HASH_HEX], const char *into,
    archive_progress progress, void *arg, struct errinfo *ei) GW_MUST_USE;

#endif
