/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * source: the bytes of an age file, from a descriptor or from memory, armored or not.
 *
 * What the caller sees is always the binary form. Bytes before a fault in the armor are given
 * before the fault is told.
 */
#ifndef GW_AGE_SOURCE_H
#define GW_AGE_SOURCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "age/armor.h"
#include "base/buf.h"
#include "base/defs.h"
#include "base/err.h"

struct source {
	int fd;       /* -1: only what is in raw */
	bool over;    /* fd has ended */
	bool regular; /* a read never waits */
	bool armored;
	uint64_t taken; /* bytes read from fd */
	struct armor armor;
	char *raw; /* as read: raw[raw_at..raw_n) is not used yet */
	size_t raw_at, raw_n, raw_cap;
	uint8_t *plain; /* armor only: decoded */
	size_t plain_at, plain_n;
	int failed; /* told when plain is empty */
	struct errinfo why;
};

/* Read what is in fd from its position on; plain bytes, no armor is looked for. */
void source_open(struct source *s, int fd);

/* As source_open, and find out whether the file is armored. GW_EIO. */
int source_open_age(struct source *s, int fd, struct errinfo *ei) GW_MUST_USE;

/* Read the n bytes at p, which stay the caller's; armor is found as by source_open_age. */
int source_open_memory(struct source *s, const void *p, size_t n, struct errinfo *ei) GW_MUST_USE;

void source_release(struct source *s);

/*
 * source_some(s, p, n, ret_n, ei): give 1 to n bytes as they come; *ret_n = 0 is the end.
 * GW_EIO; GW_EFORMAT "armor failure: …".
 */
int source_some(struct source *s, void *p, size_t n, size_t *ret_n, struct errinfo *ei) GW_MUST_USE;

/* As source_some, but fewer than n only at the end. */
int source_read(struct source *s, void *p, size_t n, size_t *ret_n, struct errinfo *ei) GW_MUST_USE;

/*
 * Append bytes to out up to and including the next LF, or the end. *ret_whole says whether there
 * was an LF. GW_ELIMIT when the line has more than `most` bytes before its LF or out is full.
 */
int source_line(struct source *s, size_t most, struct buf *out, bool *ret_whole, struct errinfo *ei)
    GW_MUST_USE;

/* True when source_some would have to wait for somebody (a pipe without bytes). */
bool source_waits(const struct source *s);

#endif
