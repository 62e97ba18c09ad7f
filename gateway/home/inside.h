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

/* Orders names of identity files (char *), oldest first, for qsort. */
int home_identity_order(const void *a, const void *b);

struct home_identities;

/* Fill in what slips tell of packages for them: sealed, waiting. GW_EIO, GW_EFORMAT (store.db). */
int home_identities_seen(struct home *h, struct home_identities *ids, struct errinfo *ei)
    GW_MUST_USE;

/* Whether a statement of ours would count now. GW_EREFUSED, GW_EAUTH. As home_refresh. */
int home_can_say(const struct home *h, struct errinfo *ei) GW_MUST_USE;

/* The statement for the newest age identity alone, when there is none; *ret_said. As home_refresh.
 */
int home_say_identity(struct home *h, bool *ret_said, struct errinfo *ei) GW_MUST_USE;

/* Make the folders of a home under dir, those that are not there. GW_EIO. */
int home_make_folders(const char *dir, struct errinfo *ei) GW_MUST_USE;

/* A folder under a hidden name beside a place where something is to be made. */
struct home_hidden {
	char *place, *dir; /* the place, without slashes at its end; the folder, of mode 0700 */
	int lock;          /* one at a time in that parent */
};

/*
 * Make the folder for what is to be at path, where nothing or an empty folder may be. What a kill
 * left under that hidden name is removed first. GW_EEXIST; GW_EUSAGE: no name; GW_EIO. Release
 * removes the folder, if it still has that name.
 */
int home_hidden_make(const char *path, struct home_hidden *ret, struct errinfo *ei) GW_MUST_USE;
void home_hidden_release(struct home_hidden *p);

/* The bytes of all files below dir that are no secrets. GW_EFORMAT: a link; GW_EIO. */
int home_files_size(const char *dir, uint64_t *ret, struct errinfo *ei) GW_MUST_USE;

/* Rename the folder `from` to `to`, where nothing or an empty folder is, durably. GW_EEXIST,
 * GW_EIO.
 */
int home_move_in(const char *from, const char *to, struct errinfo *ei) GW_MUST_USE;

/* In the file with a home's secrets (home/backup.h): the name under which its OIN stands, and the
 * size of each of them at most. */
#define SECRETS_OF "OIN"
enum { SECRET_MAX = 1 << 20 };

/* Fills the folder at dir, which is empty and of mode 0700. */
typedef int (*home_filler)(void *ctx, const char *dir, struct errinfo *ei);

/*
 * home_beside(dir, fn, ctx, ei): make the folder `dir` wholly or not at all: fn fills a hidden one,
 * which is then renamed. What fn writes must be durable when it returns. As home_hidden_make.
 */
int home_beside(const char *dir, home_filler fn, void *ctx, struct errinfo *ei) GW_MUST_USE;

#endif
