/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * secret: locked memory for keys.
 *
 * One arena is locked at start (no swap, no core dump) and keys live only in it; memory that is
 * given back is zeroed. A secret has no printing function and is compared only by secret_equal.
 * One arena rather than a sodium_malloc per key: that costs four mappings each and silently returns
 * unlocked memory past RLIMIT_MEMLOCK.
 */
#ifndef GW_BASE_SECRET_H
#define GW_BASE_SECRET_H

#include <stdbool.h>
#include <stddef.h>

#include "base/defs.h"
#include "base/err.h"

/*
 * Start libsodium, lock the arena and forbid core dumps. Call once before any key is read, while
 * there is one thread. GW_EFAIL with the remedy when RLIMIT_MEMLOCK is too low. A second call does
 * nothing.
 */
int secret_init(struct errinfo *ei) GW_MUST_USE;

/* n bytes of zeroed locked memory, or NULL when the arena is full (room for some 8,000 keys). */
void *secret_alloc(size_t n) GW_MUST_USE;

/* Zero and give back; NULL is fine. p must be from secret_alloc. */
void secret_free(void *p);

/* For GW_CLEANUP on a pointer from secret_alloc. */
void secret_free_p(void *p);

/* Constant-time comparison of n bytes. */
bool secret_equal(const void *a, const void *b, size_t n);

/* Zero the whole arena: for a child process that must hold no key. Nothing in it may be used after.
 */
void secret_forget_all(void);

#endif
