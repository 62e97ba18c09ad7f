/* SPDX-License-Identifier: EUPL-1.2 */
/* id: universally unique identifiers (RFC 9562) in their lower-case text form. */
#ifndef GW_BASE_ID_H
#define GW_BASE_ID_H

#include <stdbool.h>
#include <stdint.h>

enum { ID_TEXT = 37 };

/* Write a new random uuid, version 4. */
void id_v4(char out[ID_TEXT]);

/* Write a new uuid of version 7 for the moment ms (milliseconds since 1970). */
void id_v7(int64_t ms, char out[ID_TEXT]);

/* True when s is a uuid in lower-case text of version 4 (or 7). */
bool id_is_v4(const char *s);
bool id_is_v7(const char *s);

#endif
