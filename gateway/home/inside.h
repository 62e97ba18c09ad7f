/* SPDX-License-Identifier: EUPL-1.2 */
/* inside: what a struct home is, for the files of this room only. */
#ifndef GW_HOME_INSIDE_H
#define GW_HOME_INSIDE_H

#include "attach/attach.h"
#include "home/home.h"
#include "ledger/ledger.h"
#include "policy/apply.h"

struct home {
	char *dir, *origin, *outbox;
	struct settings settings;
	struct attach_setup attach; /* as the settings say */
	struct registry *registry;
	enum home_registry_state state;
	char *edited; /* why, when state is REGISTRY_EDITED */
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

/* Open the registry as `what` asks, and find its state. */
int home_open_registry(struct home *h, unsigned what, struct errinfo *ei) GW_MUST_USE;

/* One transfer.refuse for what failed before transfer/ could begin: as well as it goes. */
void home_refuse(struct home *h, int code);

#endif
