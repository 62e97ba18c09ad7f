/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * answers: what was said about the findings in one text of a file, so that nobody is asked about
 * the same again in another text of it. Inside attach/ only.
 *
 * A PDF is read before and after cleaning, in two orders; a document that leaves as text is read
 * once more. Equal findings of one text have one kind and one normal form (detect/normal) of what
 * was found, wherever they stand. An answer counts in the next text as long as all equal ones got
 * the same, and for no more of them than there were: one that turns up beyond that is asked about.
 */
#ifndef GW_ATTACH_ANSWERS_H
#define GW_ATTACH_ANSWERS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/defs.h"
#include "detect/detect.h"

/* What was found lies here in the clear: it is wiped on release. */
struct answers {
	struct answer *list;
	size_t n;
};

/* Different findings that are remembered; those beyond are asked about in each text. */
enum { ANSWERS_MOST = 4096 };

/* Remember a verdict (not negative) for the passage. */
void answers_add(struct answers *answers, const struct detect_passage *passage, int verdict);

/* True, and the verdict, when one counts for a passage of another text. */
bool answers_find(
    const struct answers *answers, const struct detect_passage *passage, int *ret_verdict);

/* Zeroed and empty again. Fits GW_CLEANUP. */
void answers_release(struct answers *answers);

#endif
