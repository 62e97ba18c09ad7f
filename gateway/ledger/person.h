/* SPDX-License-Identifier: EUPL-1.2 */
/* person: the records of one person, found by trying each commitment with the person's keys. */
#ifndef GW_LEDGER_PERSON_H
#define GW_LEDGER_PERSON_H

#include "ledger/reader.h"
#include "ledger/subject_rows.h"

/* The rows and opened identifiers of one person; locked memory. */
struct person;

/* Find all rows that ids lead to and open their identifiers. GW_ENOENT when there is none. Takes
 * l->subject. */
int person_find(struct ledger *l, const struct subject_id *ids, size_t n, struct person **ret_p,
    struct errinfo *ei) GW_MUST_USE;
void person_free(struct person *p);
void person_free_p(struct person **p);

/* The rows, borrowed. */
const struct subject_rows *person_rows(const struct person *p);

/* Whether the record is committed to the person; then k_i goes to reveal (may be NULL). */
bool person_is_in(const struct person *p, const struct record_view *v, char reveal[RECORD_B64_32]);

/* Called for each record of the person, with its view. */
typedef int (*person_each)(
    void *ctx, const struct ledger_line *line, const struct record_view *v, struct errinfo *ei);

/* Walk the person's records of all logs from index `from` of this one, the earlier logs whole and
 * first (only when from is 0). */
int person_walk(struct ledger *l, const struct person *p, uint64_t from, person_each fn, void *ctx,
    char *reveal, struct errinfo *ei) GW_MUST_USE;

#endif
