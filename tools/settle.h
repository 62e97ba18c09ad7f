/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * settle: what a killed command left open in the own ledger gets its result.
 *
 * A command that acts in a case holds the case's receipts from the intent to the result. So whoever
 * holds them finds only intents of commands that are no more; the gateway, and what lies here, say
 * how these ended. Acts of the daemon are its own to settle.
 */
#ifndef TOOLS_SETTLE_H
#define TOOLS_SETTLE_H

#include "tools/contact_case.h"

/*
 * settle_case(c, k, ei): give a result to each open intent of an act of ours in the case k, which
 * was read and is held.
 *
 * `case.*` went well when the statement that the intent names is in the chain, or the gateway
 * carries it; `transfer.send` when the package is or was there; `transfer.receive` when it lies in
 * c->packages or was said to be fetched. Else it is an error: what is still pending is sent again
 * under an intent of its own. An intent that says neither is left, and so is one of which the
 * gateway does not tell. GW_ENET, GW_EFAIL (interrupted), GW_ELEDGER.
 */
int settle_case(struct contact *c, const struct contact_case *k, struct errinfo *ei) GW_MUST_USE;

/* The same for every case that has such intents and that no other command is at work in. What does
 * not succeed is left for the next command; an incident is warned of. */
void settle_others(struct contact *c);

#endif
