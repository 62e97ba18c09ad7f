/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * backup: a consistent copy of a home while it runs, and a home made from one
 * (docs/OPERATIONS.md, "Backup and restore"; docs/decisions/027).
 *
 * Secrets and data never go together: the backup holds the databases, packages, registry, policies
 * and receipts; keys/, the *.key files of organisation/ and the age identities go into a file of
 * their own, encrypted with age.
 *
 * The ledger's key vouches for a backup (ledger/backup.h), so that who can write where backups lie
 * cannot put another home in their place: that key is in the file with the secrets, which lies
 * elsewhere.
 */
#ifndef GW_HOME_BACKUP_H
#define GW_HOME_BACKUP_H

#include <stdbool.h>
#include <stdint.h>

#include "age/keys.h"
#include "base/defs.h"
#include "base/err.h"
#include "home/home.h"
#include "ledger/backup.h"
#include "ledger/checkpoint.h"

/* Bytes done so far, and about how many there will be. */
typedef void (*home_progress)(void *arg, uint64_t bytes, uint64_t total);

struct home_backup {
	const char *target; /* a folder, or a tar when it ends in ".tar"; must not be there */
	const char *keys;   /* file for the secrets, must not be there; NULL: not now */
	const struct age_recipients *to; /* whom keys is encrypted to */
	home_progress progress;          /* may be NULL */
	void *arg;
	/* filled in */
	struct checkpoint head; /* the ledger that it holds */
	uint64_t files, bytes, total;
	char vkey[BACKUP_VKEY]; /* by which it is vouched for */
};

/*
 * home_backup(h, b, ei): write the backup; both results are there wholly, durable, or not at all,
 * also after a kill or on a full disk. The home may be worked on meanwhile.
 *
 * First one audit.export (detail: what `backup`). Then in this order: store.db, the ledger and the
 * persons' keys as of one moment, registry and policies as they stood together, all other files.
 * What the store says is thus in the ledger, and every person in the ledger has his key.
 *
 * GW_EUSAGE: a target within the home. GW_EEXIST, GW_EIO, GW_EFORMAT (a file that no backup can
 * hold: a link, an odd name), GW_ECONFLICT (the registry was being changed all the time),
 * GW_ELEDGER. Needs HOME_LEDGER.
 */
int home_backup(struct home *h, struct home_backup *b, struct errinfo *ei) GW_MUST_USE;

struct home_restore {
	const char *from;                  /* a backup */
	const char *keys;                  /* the file with the secrets */
	const struct age_identities *with; /* that opens keys */
	const char *seen;                  /* a later checkpoint of the ledger, or NULL */
	size_t seen_n;
	const char
	    *vkey;      /* the verifier key that must have vouched, or NULL: that of the secrets */
	bool unvouched; /* take a backup without SHA256SUMS.note as well */
	home_progress progress;
	void *arg;
	/* filled in */
	uint64_t files, bytes, total;
	struct backup_vouch vouch; /* when it was made, by which key; at 0: nobody vouches for it */
	struct checkpoint head;    /* the ledger as restored, verified */
	bool lost; /* `seen` covers more: the ledger is refused until ledger_restart */
};

/*
 * home_restore(dir, s, ei): make a home at dir out of a backup and its secrets; its ledger is
 * verified wholly. It is there wholly or not at all. Before any of the backup is written it is
 * looked at whether the ledger's key vouches for it.
 *
 * GW_EEXIST: dir is there. GW_EUSAGE: `from` is a pipe or device. GW_EAUTH: the backup is not whole
 * or was changed, nobody or another key vouches for it, the keys are of another home, the ledger
 * does not verify, `seen` is not signed by it. GW_ENOMATCH: no key opens the secrets. GW_EFORMAT;
 * GW_ENOENT; GW_EIO.
 */
int home_restore(const char *dir, struct home_restore *s, struct errinfo *ei) GW_MUST_USE;

/* True when the file of a home called `name` ("organisation/signing.key") goes with the secrets. */
bool home_is_secret(const char *name);

#endif
