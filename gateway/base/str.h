/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * str: strings and their encodings: UTF-8, hex, base64 (strict and canonical), numbers, "did you
 * mean".
 */
#ifndef GW_BASE_STR_H
#define GW_BASE_STR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/defs.h"

/* malloc and strdup that abort when memory is out: only for small sizes that input does not choose.
 */
void *str_alloc(size_t n) GW_MUST_USE; /* zeroed */
char *str_dup(const char *s) GW_MUST_USE;
char *str_dupn(const char *s, size_t n) GW_MUST_USE;

/* A new string made as printf would; aborts when memory is out. The caller frees it. */
char *str_printf(const char *fmt, ...) GW_PRINTF(1, 2) GW_MUST_USE;

/* For GW_CLEANUP on a char * or any malloc'ed pointer: frees *p. str_wipe_p zeroes the string
 * first. */
void str_free_p(void *p);
void str_wipe_p(char **p);

/* True when a and b are the same string; NULL is like only to NULL. */
bool str_eq(const char *a, const char *b);

/* True when s begins or ends with that; the empty string always does. */
bool str_starts(const char *s, const char *prefix);
bool str_ends(const char *s, const char *suffix);

/* How many of the n bytes at p are valid UTF-8 from the start (RFC 3629: no surrogates, no overlong
 * forms); str_utf8 when all are. */
size_t str_utf8_prefix(const void *p, size_t n);
bool str_utf8(const void *p, size_t n);

/* Write the n bytes at p as 2n lower-case hex digits and a NUL to out (2n + 1 bytes). */
void str_hex(const void *p, size_t n, char *out);

/* Read exactly 2n lower-case hex digits followed by a NUL into the n bytes at out; GW_EFORMAT else.
 */
int str_unhex(const char *s, void *out, size_t n) GW_MUST_USE;

/* Append p as base64: RFC 4648 §4 with padding, §4 without, §5 (url) without. As buf_add. */
int str_b64(struct buf *out, const void *p, size_t n) GW_MUST_USE;
int str_b64_nopad(struct buf *out, const void *p, size_t n) GW_MUST_USE;
int str_b64url(struct buf *out, const void *p, size_t n) GW_MUST_USE;

/*
 * Read the n characters at s as base64 into out (cap bytes); the mirror of the three above.
 * Only the canonical form passes: no white space, no missing or surplus padding, no set trailing
 * bits. Returns 0 and the count in *ret_n; GW_EFORMAT; GW_ELIMIT when cap is too small.
 */
int str_unb64(const char *s, size_t n, void *out, size_t cap, size_t *ret_n) GW_MUST_USE;
int str_unb64_nopad(const char *s, size_t n, void *out, size_t cap, size_t *ret_n) GW_MUST_USE;
int str_unb64url(const char *s, size_t n, void *out, size_t cap, size_t *ret_n) GW_MUST_USE;

/* Read a whole string as a decimal number: digits only, no leading zero, at most max; else
 * GW_EFORMAT. */
int str_u64(const char *s, uint64_t max, uint64_t *ret_v) GW_MUST_USE;

/*
 * The word of words[0..n) that s was most likely meant to be (edit distance at most a third of its
 * length, and at least one), or NULL. The result points into words.
 */
const char *str_suggest(const char *s, const char *const *words, size_t n);

/* True when s is an OIN: exactly 20 digits. */
bool str_oin(const char *s);

#endif
