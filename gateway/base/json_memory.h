/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * json_memory: the memory of JSON values: zeroed when it is freed and, where small, kept for the
 * next value of the same thread. For base/json only, which gives it to the library.
 *
 * A dossier is thousands of small blocks that come and go together. The C library keeps seven freed
 * ones of a size at hand and merges and splits all others: that was a third of the time in which a
 * policy was applied. At most 2 MiB stays with a thread, freed when it ends; under a sanitizer
 * nothing is kept, so that it sees every block come and go.
 */
#ifndef GW_BASE_JSON_MEMORY_H
#define GW_BASE_JSON_MEMORY_H

#include <stddef.h>

#include "base/defs.h"

/* Once, before the first block. Aborts when it cannot. */
void json_memory_start(void);

/* As malloc and free; a block that was kept is all zeros. */
void *json_memory_get(size_t n) GW_MUST_USE;
void json_memory_put(void *p);

#endif
