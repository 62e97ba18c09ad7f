/* SPDX-License-Identifier: EUPL-1.2 */
/* inside: what a struct home is, for the files of this room only. */
#ifndef GW_HOME_INSIDE_H
#define GW_HOME_INSIDE_H

#include "home/home.h"
#include "ledger/ledger.h"
#include "policy/apply.h"

struct home {
	char *dir, *origin, *outbox;
	struct settings settings;
	struct registry *registry;
	struct signer *signer;
	struct ledger *ledger;
	struct age_identities *identities;
	struct catalogue *catalogue; /* NULL: the one compiled in */
	struct policy_key *pseudonyms;
	struct policy_keys keys; /* over pseudonyms */
	struct ledger_paths paths;
	char *names[7]; /* what paths points to */
	char actor[19];
	bool appends; /* the ledger is open for appending */
};

/* One transfer.refuse for what failed before transfer/ could begin: as well as it goes. */
void home_refuse(struct home *h, int code);

#endif
