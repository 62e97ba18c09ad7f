/* SPDX-License-Identifier: EUPL-1.2 */
/* candidate: a whole dossier for an invented person, with what must stay behind marked KANARIE. */
#ifndef TOOLS_WORKLOAD_CANDIDATE_H
#define TOOLS_WORKLOAD_CANDIDATE_H

#include "base/date.h"
#include "base/defs.h"
#include "base/json.h"
#include "tools/workload/people.h"
#include "tools/workload/random.h"

struct setting {
	struct date today;
	const char *contract;
};

/*
 * Make the value of the i-th dossier, without attachments. Every value that no policy lets go
 * begins with or holds "KANARIE-", so that it can be looked for wherever it must not be.
 */
json_t *candidate_make(
    const struct person *p, const struct setting *setting, struct random *r, unsigned i);

/* Append an attachment to the value. */
void candidate_attach(json_t *value, const char *type, const char *file);

#endif
