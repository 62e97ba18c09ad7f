/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * tar: the POSIX tar of a package: regular files only, and nothing else (docs/FORMATS.md §2).
 *
 * The writer makes ustar headers that are a function of name, size and time alone. The reader takes
 * any ustar header of a regular file that is well formed and refuses all the rest (links, folders,
 * devices, extended headers, GNU forms, anything but zeros after the end) as GW_EAUTH: what it
 * reads came out of an authenticated container, so a deviation is somebody's doing. It writes no
 * file and trusts no name; the caller decides on both.
 */
#ifndef GW_PACKAGE_TAR_H
#define GW_PACKAGE_TAR_H

#include <stddef.h>
#include <stdint.h>

#include "base/defs.h"
#include "base/err.h"

enum { TAR_BLOCK = 512, TAR_NAME = 101 /* with NUL */ };

/* Where blocks come from: as read(2), *ret_n is 0 only at the end of the stream. */
struct tar_source {
	int (*read)(void *arg, void *p, size_t cap, size_t *ret_n, struct errinfo *ei);
	void *arg;
};

struct tar_reader {
	struct tar_source source;
	uint64_t left, pad; /* of the entry that is being read: bytes, and zeros behind them */
	int ended;
	char name[TAR_NAME]; /* of the present entry: printable ASCII, relative, no "." or ".." part
	                      */
	uint64_t size;
};

/*
 * Write the header of a regular file (mode 0600, owner 0) into out. mtime is in seconds since 1970.
 * GW_EFAIL for a name of 0 or more than 100 bytes, or a size of 8 GiB or more.
 */
int tar_header(const char *name, uint64_t size, int64_t mtime, uint8_t out[TAR_BLOCK],
    struct errinfo *ei) GW_MUST_USE;

/* The length on tape of a file of n bytes: header, content, zeros to a whole block. */
uint64_t tar_length(uint64_t n);

/* Begin to read; nothing is read yet. No release is needed. */
void tar_reader_init(struct tar_reader *r, struct tar_source source);

/*
 * Step to the next entry; what is left of the present one must have been read. *ret_more is 0 at
 * the end, when the two zero blocks and nothing but zeros up to the end of the stream were seen.
 */
int tar_reader_next(struct tar_reader *r, int *ret_more, struct errinfo *ei) GW_MUST_USE;

/* Read up to cap bytes of the present entry; *ret_n 0 at its end (its padding was zeros). */
int tar_reader_read(struct tar_reader *r, void *p, size_t cap, size_t *ret_n, struct errinfo *ei)
    GW_MUST_USE;

#endif
