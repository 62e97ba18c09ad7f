/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * home: one directory is one gateway (docs/FORMATS.md §1); here its rooms are opened and wired.
 *
 * Only home/ and the programs know where things lie. A home holds no absolute path and may be
 * copied. Secrets are mode 0600 in folders of mode 0700, else GW_EMODE. The test clock
 * ($HANDOVER_TEST_CLOCK) is honoured here and only when gateway.yaml says `test: true`.
 */
#ifndef GW_HOME_HOME_H
#define GW_HOME_HOME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/defs.h"
#include "base/err.h"
#include "base/json.h"
#include "home/settings.h"
#include "registry/registry.h"
#include "transfer/transfer.h"

struct home;
struct signer;
struct ledger;
struct ledger_paths;
struct ledger_receipt;
struct catalogue;
struct age_identities;

/* What home_open is to open; gateway.yaml and the folder modes always. */
enum {
	HOME_REGISTRY = 1,    /* the registry, verified; in a test home it may be unsigned */
	HOME_SIGNER = 2,      /* organisation/signing.pem and its key; the OIN must be the home's */
	HOME_LEDGER = 4,      /* the ledger, for appending */
	HOME_IDENTITIES = 8,  /* all age identities, newest first */
	HOME_CATALOGUE = 16,  /* policies/catalogue.yaml, else the one compiled in */
	HOME_PSEUDONYMS = 32, /* keys/pseudonym/ */
	HOME_UNSIGNED = 64,   /* the registry whatever its signature: to prepare one */
	HOME_LEDGER_READ = 128, /* the ledger, for reading only */
	HOME_PENDING = 512,     /* the registry as signed, or as our own last command left it */
	HOME_RECORD = 256, /* what fails once the ledger is open is one transfer.refuse in it */
};
enum {
	HOME_SEAL = HOME_REGISTRY | HOME_SIGNER | HOME_LEDGER | HOME_CATALOGUE | HOME_PSEUDONYMS |
	    HOME_RECORD,
	HOME_OPEN = HOME_REGISTRY | HOME_LEDGER | HOME_IDENTITIES | HOME_CATALOGUE | HOME_RECORD,
};

/*
 * home_open(dir, what, ret, ei): open the home at dir with what is asked for; the ledger first.
 *
 * secret_init must have run. GW_EUSAGE: dir is "", so that nobody named a home. GW_ENOENT: no home
 * there (it says `handover init`). GW_EMODE: loose
 * modes. GW_EFORMAT: settings, registry. GW_EAUTH: registry, certificate of another organisation,
 * restored ledger. GW_ELEDGER.
 */
int home_open(const char *dir, unsigned what, struct home **ret, struct errinfo *ei) GW_MUST_USE;
void home_free(struct home *h);
void home_free_p(struct home **h);

const struct settings *home_settings(const struct home *h);
const char *home_oin(const struct home *h);

/* What was asked for; NULL when it was not. Borrowed. */
struct registry *home_registry(const struct home *h);
const struct signer *home_signer(const struct home *h);
struct ledger *home_ledger(const struct home *h);
const struct age_identities *home_identities(const struct home *h);

/* policies/catalogue.yaml, else the catalogue compiled in. */
const struct catalogue *home_catalogue(const struct home *h);

/* "DIR/name" as a new string that the caller frees. name is relative: "outbox", "registry". */
char *home_path(const struct home *h, const char *name) GW_MUST_USE;

/* True when path (there or not yet) lies in or under the home: nothing readable may go there. */
bool home_contains(const struct home *h, const char *path);

/* Where the ledger's parts lie; all owned by h. The origin begins with the home's OIN. */
const struct ledger_paths *home_ledger_paths(const struct home *h);
const char *home_origin(const struct home *h);

/*
 * home_policy(h, id, ret, ei): find the policy with that id in policies/, whatever its file is
 * called, and read it with its approval (<file>.p7s), the catalogue, baseline.yaml (empty when
 * there is none) and the ladder map that gateway.yaml names.
 *
 * Of several versions the highest active one is taken, else the highest. GW_ENOENT: no such policy,
 * or no such ladder map; GW_EFORMAT: the same version in two files; GW_EREFUSED: an active version
 * below the highest ever loaded here (remembered by the ledger, with HOME_LEDGER). Whether it may
 * run is not looked at. The caller releases *ret.
 */
int home_policy(struct home *h, const char *id, struct transfer_policy *ret, struct errinfo *ei)
    GW_MUST_USE;

/* A policy file, as far as it says so: what cannot be read as a policy is none. */
struct home_policy_file {
	char *path, *id;
	int64_t version; /* 0: none that is good */
	bool active;
};
struct home_policies {
	struct home_policy_file *list;
	size_t n;
};

/* The policy files in the folder `dir`, by name of the file. Errors of file_list. Release *ret. */
int home_policies_list(const char *dir, struct home_policies *ret, struct errinfo *ei) GW_MUST_USE;
void home_policies_release(struct home_policies *l);

/* The path of the policy with that id, as home_policy finds it; a new string. GW_ENOENT says which
 * there are (dir stands in messages), GW_EFORMAT names both files with one version. */
int home_policies_find(const struct home_policies *l, const char *dir, const char *id,
    char **ret_path, struct errinfo *ei) GW_MUST_USE;

/* True when a policy in policies/ asks for an approval by that role. */
bool home_asks_role(const struct home *h, const char *role);

/*
 * The organisation's baseline, policies/baseline.yaml, and the ladder map that gateway.yaml names,
 * into *ret (of POLICY_PART_MAX), which stays empty when there is none. GW_EFORMAT for an empty
 * file and for a ladder map that is no good or has another id; GW_ENOENT when the one named is not
 * there.
 */
int home_baseline(const struct home *h, struct buf *ret, struct errinfo *ei) GW_MUST_USE;
int home_ladder(const struct home *h, struct buf *ret, struct errinfo *ei) GW_MUST_USE;

/* Fill in what transfer/ needs of a home opened with HOME_SEAL or HOME_OPEN. All is borrowed. */
void home_transfer(struct home *h, struct transfer_env *ret);

/* The pin of the registry officers and whether the home is a test home, for registry_… functions.
 * Borrowed. */
struct registry_trust home_registry_trust(const struct home *h);

/*
 * An act of this home's own (registry.change, policy.accept) as a pair: the intent is durable
 * before anything changes, the result says with `code` how it ended. detail (borrowed, may be NULL)
 * is erasable. GW_ELEDGER: then do not act. Needs HOME_LEDGER.
 */
struct home_about {
	const char *peer;   /* the other organisation's OIN, or NULL */
	const char *policy; /* the policy that it is about: id, version, sha256; NULL: none */
	int64_t version;
	const char *sha256;
};
int home_intent_about(struct home *h, const char *act, const struct home_about *about,
    const json_t *detail, struct ledger_receipt *ret, struct errinfo *ei) GW_MUST_USE;
int home_result_about(struct home *h, const char *act, const struct home_about *about,
    const struct ledger_receipt *intent, int code, struct errinfo *ei) GW_MUST_USE;

/* The same for an act that is about no policy. */
int home_intent(struct home *h, const char *act, const char *peer, const json_t *detail,
    struct ledger_receipt *ret, struct errinfo *ei) GW_MUST_USE;
int home_result(struct home *h, const char *act, const char *peer,
    const struct ledger_receipt *intent, int code, struct errinfo *ei) GW_MUST_USE;

/* Something that must not be: one `incident.open` about the other party `peer`, with an erasable
 * detail (borrowed). Uses reserved space. Needs HOME_LEDGER. GW_ELEDGER. */
int home_incident(struct home *h, const char *peer, const json_t *detail, struct errinfo *ei)
    GW_MUST_USE;

/* How the registry that was opened stands to its officer's signature. */
enum home_registry_state {
	REGISTRY_SIGNED,
	REGISTRY_NEVER_SIGNED, /* only HOME_UNSIGNED opens it, or a test home */
	REGISTRY_PENDING,      /* changed since by our own commands only */
	REGISTRY_EDITED, /* changed otherwise, or the signature does not hold; HOME_UNSIGNED */
};
enum home_registry_state home_registry_state(const struct home *h, const char **ret_why);

/*
 * Remember the registry as it is now as what our own command left: to be called by every act that
 * changed it, before its result. Does nothing when it was neither signed nor pending before, so
 * that nobody's edit is taken for ours. What is a new key statement of ours and nothing more leaves
 * it signed. GW_EIO.
 */
int home_registry_changed(struct home *h, struct errinfo *ei) GW_MUST_USE;

/* Forget that: an officer has signed. GW_EIO. */
int home_registry_signed(struct home *h, struct errinfo *ei) GW_MUST_USE;

/* Read the registry again, without a look at its signature, after an act that changed it. */
int home_reread(struct home *h, struct errinfo *ei) GW_MUST_USE;

/*
 * home_refresh(h, recovery, n, ret_changed, ei): bring what the registry says of this organisation
 * in line with its certificates and keys: pins of signing.pem and tls.pem, the ledger's vkey, a key
 * statement for the newest age identity (it supersedes the one before) and one for each of the n
 * recovery recipients "age1…". GW_EREFUSED for a key that was revoked: nothing is said of it again.
 *
 * Needs HOME_PENDING, HOME_SIGNER, HOME_LEDGER and HOME_IDENTITIES. *ret_changed: something was
 * written, recorded as registry.change, and an officer is to sign the registry.
 */
int home_refresh(struct home *h, const char *const *recovery, size_t n, bool *ret_changed,
    struct errinfo *ei) GW_MUST_USE;

/* Make a new age identity, current from today, recorded as registry.change; `home_refresh` then
 * says so. GW_EEXIST when 99 were made today. Needs HOME_LEDGER, as home_pseudonym does. */
int home_rekey(struct home *h, struct errinfo *ei) GW_MUST_USE;

/* Make the key of a pseudonym domain, [a-z0-9][a-z0-9_-]{0,63}; recorded likewise; GW_EEXIST. */
int home_pseudonym(struct home *h, const char *domain, struct errinfo *ei) GW_MUST_USE;

/* Pin the first registry officer in gateway.yaml. GW_EREFUSED when one is pinned already: then a
 * person edits the file. */
int home_pin_officer(struct home *h, const char *spki, struct errinfo *ei) GW_MUST_USE;

/* What the new home is told about itself. */
struct home_new {
	const char *oin, *name;
	unsigned roles, duties;      /* enum org_role, enum org_duty; at least one role */
	const char *const *officers; /* pins for registry_officers */
	size_t officers_n;
	bool test;
	int64_t now;
};

/*
 * home_init(dir, n, ret_vkey, ei): make a home at dir: folders, settings, keys, requests for
 * certificates, an age identity, a registry that knows only itself, the shipped catalogue and an
 * empty ledger.
 *
 * ret_vkey gets the ledger's verifier key. GW_EEXIST when anything is there; GW_EUSAGE for a bad
 * OIN, a test OIN without `test` or another with it. On failure or kill nothing is left under that
 * name: the home is made beside it and renamed.
 */
int home_init(const char *dir, const struct home_new *n, struct buf *ret_vkey, struct errinfo *ei)
    GW_MUST_USE;

#endif
