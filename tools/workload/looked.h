/* SPDX-License-Identifier: EUPL-1.2 */
/* looked: the one dossier of workload F, which a person has to look at before it can leave. */
#ifndef TOOLS_WORKLOAD_LOOKED_H
#define TOOLS_WORKLOAD_LOOKED_H

#include "tools/workload/candidate.h"
#include "tools/workload/output.h"

/*
 * Make a candidate with notes of a coach and seven files, PDF, DOCX, JPEG and PNG: four that may
 * leave, one with a national number, one with an illness, one of a kind that never leaves.
 * `planted` stands within each where no reader sees it. The caller releases w.
 */
int looked_make(struct work *w, const struct setting *s, uint64_t seed, const char *planted)
    GW_MUST_USE;

#endif
