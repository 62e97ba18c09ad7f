/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * header: the text before the payload (C2SP age, "Header").
 *
 * The bytes are kept as they came, since the MAC is over them and never over a re-encoding. Every
 * stanza is checked for form; those of the types X25519 and scrypt for their own rules too, also
 * when they are for somebody else. Unknown types are taken as they are.
 */
#ifndef GW_AGE_HEADER_H
#define GW_AGE_HEADER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "age/age.h"
#include "age/source.h"
#include "base/buf.h"
#include "base/hash.h"

#define AGE_VERSION "age-encryption.org/v1"

struct stanza {
	size_t line;         /* number of its first line, from 1 */
	size_t args, args_n; /* "TYPE ARG ARG" in raw, single spaces between */
	size_t body, body_n; /* decoded, in bodies */
};

struct header {
	struct buf raw;    /* all lines as received */
	struct buf bodies; /* decoded bodies, one behind the other */
	struct stanza *stanzas;
	size_t n, cap;
	size_t mac_over; /* the MAC covers raw[0..mac_over) */
	uint8_t mac[HASH_BYTES];
};

/*
 * header_read(h, src, limits, ei): read a header, up to and including the LF of its MAC line.
 *
 * h is zeroed first; release it in any case. GW_EFORMAT "header failure: line N: …", or the armor's
 * own failure; GW_EIO.
 */
int header_read(struct header *h, struct source *src, const struct age_limits *limits,
    struct errinfo *ei) GW_MUST_USE;
void header_release(struct header *h);

/*
 * Argument i (0 is the type) of a stanza: a pointer into raw and its length in *ret_n; NULL behind
 * the last one.
 */
const char *header_arg(const struct header *h, const struct stanza *s, size_t i, size_t *ret_n);

/* True when the type of s is `type`, case included. */
bool header_is(const struct header *h, const struct stanza *s, const char *type);

/* GW_EFORMAT "header failure: line N: why". */
int header_failure(size_t line, struct errinfo *ei, const char *why);

#endif
