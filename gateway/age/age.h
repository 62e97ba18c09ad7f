/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * age: encrypted files in the age v1 format (C2SP age.md), written and read as streams.
 *
 * Bulk work runs in batches of 16 chunks of 64 KiB on as many threads as asked for, released in
 * order; memory is bounded by the number of threads (some 2 MiB each), never by the file. The
 * calling thread works along: with threads 1 no thread is started. Descriptors are the caller's: no
 * function here closes one.
 *
 * Messages begin with the class of the failure, as the CCTV test kit names it:
 *   GW_EFORMAT  "header failure: …", "armor failure: …"
 *   GW_EAUTH    "HMAC failure: …", "payload failure: …"
 *   GW_ENOMATCH "no match: …"
 *   GW_ESUPPORT "post-quantum recipients are not in this build"
 * GW_EIO is the system's (full disk, closed pipe, unreadable input), GW_ENOMEM out of memory.
 * After a failure an object can only be freed.
 */
#ifndef GW_AGE_AGE_H
#define GW_AGE_AGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "age/keys.h"
#include "base/buf.h"
#include "base/defs.h"
#include "base/err.h"

/* What a header from a stranger may cost. Past one of them is a header failure. */
struct age_limits {
	size_t header_bytes;  /* of the whole header */
	size_t line_bytes;    /* of one line, its LF not counted */
	size_t stanzas;       /* recipients */
	unsigned work_factor; /* log2 of scrypt's N: memory is 2^(N+10) bytes */
};

/* 4 MiB, 64 KiB, 20,000 stanzas, work factor 20 (1 GiB). */
extern const struct age_limits AGE_LIMITS;

/* ---- writing ---- */

struct age_writer;

/*
 * age_writer_new(fd, to, threads, ret, ei): write the header of a new file for `to` to fd.
 *
 * A fresh file key and nonce are drawn. threads 0 means all cores (16 at most). `to` is not kept.
 * GW_EUSAGE when `to` is empty; GW_EFORMAT when a recipient is no usable point; GW_EIO.
 */
int age_writer_new(int fd, const struct age_recipients *to, unsigned threads,
    struct age_writer **ret_w, struct errinfo *ei) GW_MUST_USE;

/* As age_writer_new, in armor (base64 between BEGIN and END lines). */
int age_writer_new_armored(int fd, const struct age_recipients *to, unsigned threads,
    struct age_writer **ret_w, struct errinfo *ei) GW_MUST_USE;

/* Encrypt n more bytes. What is full is written to fd in order, the rest is kept. */
int age_writer_write(struct age_writer *w, const void *p, size_t n, struct errinfo *ei) GW_MUST_USE;

/*
 * Encrypt all that is left on the descriptor `in`, without copying; the count goes to *ret_n. Only
 * for a writer to which nothing was written yet.
 */
int age_writer_copy(struct age_writer *w, int in, uint64_t *ret_n, struct errinfo *ei) GW_MUST_USE;

/* Write the final chunk and the end. A file without this is truncated, and readers say so. */
int age_writer_finish(struct age_writer *w, struct errinfo *ei) GW_MUST_USE;

/* Stop the threads, zero and free. NULL is fine. */
void age_writer_free(struct age_writer *w);
void age_writer_free_p(struct age_writer **w);

/* ---- reading ---- */

struct age_reader;

/*
 * age_reader_open(fd, limits, threads, ret, ei): read the header of the file that begins at fd's
 * position.
 *
 * Binary or armor is told apart by the first bytes. When this returns 0 the header is well-formed,
 * and so are all of its X25519 and scrypt stanzas (also those for others). limits NULL means
 * AGE_LIMITS. GW_EFORMAT, GW_EIO. Go on with age_reader_unlock.
 */
int age_reader_open(int fd, const struct age_limits *limits, unsigned threads,
    struct age_reader **ret_r, struct errinfo *ei) GW_MUST_USE;

/*
 * age_reader_unlock(r, keys, ei): unwrap a stanza with one of keys, verify the MAC over the
 * received bytes, and begin the payload. `keys` is not kept. GW_EUSAGE when it is empty;
 * GW_ENOMATCH, GW_EAUTH, GW_ESUPPORT, GW_EFORMAT (a share of low order, a work factor above the
 * limit), GW_EIO. r can only be freed after a failure.
 */
int age_reader_unlock(struct age_reader *r, const struct age_identities *keys, struct errinfo *ei)
    GW_MUST_USE;

/* Both in one. */
int age_reader_new(int fd, const struct age_identities *keys, const struct age_limits *limits,
    unsigned threads, struct age_reader **ret_r, struct errinfo *ei) GW_MUST_USE;

/*
 * The number of stanzas of the header; whether all of them are of type X25519; whether it is a
 * passphrase that opens the file; armored or not.
 */
size_t age_reader_stanzas(const struct age_reader *r);
bool age_reader_all_x25519(const struct age_reader *r);
bool age_reader_passphrase(const struct age_reader *r);
bool age_reader_armored(const struct age_reader *r);

/*
 * age_reader_read(r, p, cap, ret_n, ei): give up to cap bytes of verified plaintext.
 *
 * Only whole chunks that verified are ever given, in order. *ret_n = 0 is the end: the final chunk
 * has verified and nothing follows it. Fewer than cap bytes do not mean the end. What was given
 * before a failure was authentic, but the file is not whole: drop it, unless it went to a pipe.
 */
int age_reader_read(struct age_reader *r, void *p, size_t cap, size_t *ret_n, struct errinfo *ei)
    GW_MUST_USE;

/* As age_reader_read until the end, writing to the descriptor `out` without copying. */
int age_reader_copy(struct age_reader *r, int out, struct errinfo *ei) GW_MUST_USE;

/* Stop the threads, zero and free. NULL is fine. */
void age_reader_free(struct age_reader *r);
void age_reader_free_p(struct age_reader **r);

/* ---- looking, without a key ---- */

enum { AGE_MOST_KINDS = 64 };   /* types that are told apart */
#define AGE_OTHER_KINDS "other" /* the type of all that come after these */

struct age_kind {
	char type[64]; /* first argument of the stanzas; longer ones are cut */
	size_t n;
};

struct age_facts {
	bool armored;
	size_t stanzas;
	struct age_kind *kinds; /* in order of appearance */
	size_t kinds_n;
	unsigned work_factor;   /* of the scrypt stanza, 0 without */
	uint64_t header_bytes;  /* header with its MAC line, decoded */
	uint64_t payload_bytes; /* plaintext length, exact */
	uint64_t chunks;
	uint64_t file_bytes; /* as it lies there, armor included */
};

/*
 * age_inspect(fd, limits, ret, ei): tell what a file shows to anybody.
 *
 * A regular binary file is measured, anything else read to its end. Nothing is authenticated: these
 * are the file's own words. GW_EFORMAT as age_reader_new; GW_EAUTH when the length is impossible
 * (truncated); GW_EIO. Release with age_facts_release.
 */
int age_inspect(int fd, const struct age_limits *limits, struct age_facts *ret_facts,
    struct errinfo *ei) GW_MUST_USE;
void age_facts_release(struct age_facts *f);

#endif
