/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * peerlog: the head of the other side's log, as its statement or package told it.
 *
 * Every statement and every package carries the sender's signed ledger head. Who takes one in keeps
 * that head in a record of his own (`peerlog`), so that neither side can rewrite its log unseen.
 */
#ifndef GW_LEDGER_PEERLOG_H
#define GW_LEDGER_PEERLOG_H

#include "ledger/checkpoint.h"
#include "ledger/record.h"

/*
 * peerlog_set(note, vkey, head, r): put the head in `note` into r->peerlog, which then points into
 * *head. True when it was: false, with r as it was, when note or vkey (either may be NULL) is none,
 * or the key did not sign the note. What cannot be shown is left out, never guessed.
 */
bool peerlog_set(
    const char *note, const char *vkey, struct checkpoint *head, struct ledger_record *r);

#endif
