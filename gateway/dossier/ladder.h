/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * ladder: from the ladder that a sender keeps itself to the national Participatieladder, 1 to 6
 * (docs/FORMATS.md §6).
 *
 * A table per sender says for each field of the ladder group what step each of its own values is.
 * It is applied on the way in, before any policy looks at the dossier. A value that the table lacks
 * is dropped and noted (DOSSIER_LADDER), never guessed. Nothing in it changes once it is parsed; it
 * may be shared between threads.
 */
#ifndef GW_DOSSIER_LADDER_H
#define GW_DOSSIER_LADDER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/defs.h"
#include "base/err.h"
#include "dossier/catalogue.h"

struct ladder_map;

enum { LADDER_OWN_MAX = 64 }; /* bytes of one of the sender's own values */

/*
 * ladder_parse(file, p, n, catalogue, ret, ei): read a `ladder_map:` document.
 *
 * `file` stands in messages only. GW_EFORMAT or GW_ELIMIT with file:line:col: an unknown word, a
 * value that stands twice, a field that is no step, a step of the catalogue that no entry decides
 * about. The catalogue is borrowed and must live longer. The caller frees it.
 */
int ladder_parse(const char *file, const void *p, size_t n, const struct catalogue *catalogue,
    struct ladder_map **ret_m, struct errinfo *ei) GW_MUST_USE;

void ladder_free(struct ladder_map *m); /* NULL is fine */
void ladder_free_p(struct ladder_map **m);

/* Its id (`ladder_map:`) and version. */
const char *ladder_id(const struct ladder_map *m);
int64_t ladder_version(const struct ladder_map *m);

/* GW_EREFUSED, naming the file and the OIN, when the map is not for the dossiers of that sender. */
int ladder_for(const struct ladder_map *m, const char *oin, struct errinfo *ei) GW_MUST_USE;

/* True when the field's values are of the sender's own ladder. m NULL: no field's are. */
bool ladder_has(const struct ladder_map *m, const struct field *f);

/* The national step of the sender's own value, or 0 when the table lacks it. Spaces around it do
 * not count; all else does, capitals too. */
int ladder_step(const struct ladder_map *m, const struct field *f, const char *own);

#endif
