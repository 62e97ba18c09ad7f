/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * transfer: sealing and opening as whole acts, for the command and the daemon alike.
 *
 * Each act is a pair in the ledger: the intent is durable before anything leaves or is taken in,
 * the result follows it. What is refused before its intent leaves one `transfer.refuse`
 * (docs/FORMATS.md §4). A run loads and verifies policy, registry and signature once; each item
 * then stands on its own, and one that fails never stops the others.
 */
#ifndef GW_TRANSFER_TRANSFER_H
#define GW_TRANSFER_TRANSFER_H

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/defs.h"
#include "base/err.h"
#include "base/id.h"
#include "base/json.h"

struct age_identities;
struct age_limits;
struct attach_setup;
struct dossier_limits;
struct ledger;
struct policy_keys;
struct registry;
struct signer;

enum { POLICY_PART_MAX = 1 << 20 }; /* bytes of each of the files below */

/* The bytes a policy rests on, exactly as they lie in the home. */
struct transfer_policy {
	char *file;                     /* the policy's path, for messages */
	struct buf policy, p7s;         /* p7s empty: it is unsigned */
	struct buf catalogue, baseline; /* catalogue.yaml (or the built-in one), baseline.yaml */
	struct buf mapping;             /* ladder-map that the sender uses; empty: none */
};

void transfer_policy_release(struct transfer_policy *p);

/* A term that was extended: when, and until when (ms). */
struct transfer_term {
	int64_t at, until;
};

/*
 * What an act needs from a home; home_transfer() fills it in. All is borrowed and outlives the act.
 * Every part must be usable from several threads at once.
 */
struct transfer_env {
	const char *oin, *name; /* this organisation */
	const char *outbox;     /* where seal puts packages when the request names no folder */
	const char *actor;      /* "a:<16 hex>", the account that acts */
	struct registry *registry;
	const struct signer *signer;             /* seal only */
	const struct age_identities *identities; /* open only */
	const struct policy_keys *pseudonyms;    /* seal only; NULL: no pseudonym domain */
	struct ledger *ledger;
	const struct attach_setup *attach; /* seal only; NULL: no scanner, pictures are not read */
	const struct dossier_limits *dossier_limits; /* seal only; NULL: the defaults */
	const struct age_limits *age_limits;         /* open only; NULL: the defaults */
	unsigned threads;                            /* settings: limits.threads; 0: all cores */
	const char *const *client_numbers; /* settings: what our clients' numbers look like */
	size_t client_numbers_n;
	/*
	 * The policy with that id in policies/, the newest one. GW_ENOENT; GW_EREFUSED when it is
	 * older than the newest ever loaded. The caller releases *ret.
	 */
	int (*policy)(void *arg, const char *id, struct transfer_policy *ret, struct errinfo *ei);
	/* The home's baseline.yaml into *ret, empty when there is none; may be NULL: there is none.
	 */
	int (*baseline)(void *arg, struct buf *ret, struct errinfo *ei);
	/* The URI in the register of processing for a purpose (gateway.yaml), or NULL. */
	const char *(*processing)(void *arg, const char *purpose);
	/*
	 * open: the longer term that a package got after it was sealed, as signed statements of its
	 * case prove it. GW_ENOENT: none is known; else why what is here proves none. May be NULL:
	 * then none is.
	 */
	int (*extended)(void *arg, const char *sender, const char *case_id, const char *package,
	    struct transfer_term *ret, struct errinfo *ei);
	void *arg; /* for the four above */
};

/* What became of one dossier or package. Borrowed for the length of the call. */
struct transfer_item {
	size_t index;              /* which operand, from 0 */
	const char *path;          /* the operand as given */
	int code;                  /* 0 or GW_E… */
	const struct errinfo *why; /* when code is not 0 */
	const char *package;       /* uuid; "" when it never got one */
	const char *file;      /* what was written: the package, or the opened folder; or NULL */
	const char *from, *to; /* OIN of sender and recipient, "" when unknown */
	const char *case_id;   /* "" when unknown */
	int64_t seq;           /* 0 when unknown */
	uint64_t bytes;        /* of the package */
	unsigned fields;       /* released */
	unsigned attachments;  /* released */
	bool nobody; /* seal: no identifier at all, so that no report about a person finds it */
	const json_t *report; /* the sender's report (seal) or the travelling one (open), or NULL */
};

/* Called once for each operand, in their order, never from two threads at once. */
typedef void (*transfer_done)(void *arg, const struct transfer_item *item);

struct seal_request {
	const char *policy;          /* id */
	const char *to;              /* OIN of the recipient */
	const char *contract;        /* id, or NULL: what the dossier names */
	const char *case_id;         /* or NULL: a new uuid for each. With one dossier only */
	const char *out;             /* folder, or NULL: the outbox */
	bool english;                /* dossier.html in English instead of Dutch */
	bool strict;                 /* a field that the catalogue lacks makes a dossier invalid */
	const char *const *dossiers; /* paths */
	size_t n;
	const volatile sig_atomic_t *stop; /* once not 0, none is begun any more; may be NULL */
	transfer_done done;
	void *arg;
};

/*
 * transfer_seal(env, request, ei): seal each dossier for one recipient (docs/FORMATS.md §2, §4,
 * §5).
 *
 * Each package appears as <uuid>.tar.age with <uuid>.slip.json and its .p7s beside it, or not at
 * all. Returns 0 when every item was given to `done`, which carries each one's own code; what
 * stops the whole run (no such policy, no key statement of the recipient) is every item's: each has
 * its line and its record. GW_EUSAGE and GW_ELEDGER come back alone, before the first item. When
 * `stop` ended the run, what was begun is finished and told, and GW_EFAIL says how many were not.
 */
int transfer_seal(const struct transfer_env *env, const struct seal_request *request,
    struct errinfo *ei) GW_MUST_USE;

/* A package that was sealed into a file without a name. All is borrowed for the call. */
struct seal_made {
	const char *package, *case_id; /* uuid; the case's name */
	int64_t seq;
	int fd; /* the ciphertext; a regular file that can be linked into the folder's file system
	         */
	uint64_t bytes;
	const struct buf *slip, *p7s; /* the slip and its signature */
	const json_t *report;         /* the sender's report */
};

/* One dossier that lies in memory, for the daemon's intake. */
struct seal_memory {
	const struct seal_request *request; /* policy, to, contract, case_id, english, strict; what
	                                       became of it goes to its `done`, as item 0 */
	int archive;                        /* a .zip or .tar, read from where it stands */
	const char *folder;  /* in whose file system the file without a name is made */
	const char *mandate; /* OIN of the organisation that hands it in, or NULL: our own */
	const char *trace;   /* 32 hex digits, or NULL: a new one */
	/* Put the package where it belongs. Called between intent and result: what it returns is
	 * how the sealing ended. */
	int (*place)(void *arg, const struct seal_made *made, struct errinfo *ei);
	void *arg; /* for place */
};

/*
 * transfer_seal_memory(env, m, ei): as transfer_seal for one dossier, of which nothing readable
 * touches a disk: the ciphertext goes into a file without a name, the slip stays in memory.
 *
 * With a mandate its OIN stands in the records as `ctl`, and it must be a party of the contract
 * (GW_EREFUSED in the item). Returns as transfer_seal.
 */
int transfer_seal_memory(
    const struct transfer_env *env, const struct seal_memory *m, struct errinfo *ei) GW_MUST_USE;

/* A finding under review, as a person is asked about it; all is borrowed for the call. */
struct review_item {
	const char *field;       /* "reports[2].summary" */
	const char *kind;        /* word of the detector */
	const char *fingerprint; /* by which the decision is remembered */
	const char *text; /* the text of n bytes; what was found is [offset, offset + length) */
	size_t n, offset, length;
};

struct review_answer {
	enum { REVIEW_OPEN, REVIEW_KEEP_IT, REVIEW_MASK_IT } decision;
	const char *reason; /* a word of review_reasons (ledger/review.h) */
};

struct review_request {
	const char *policy, *to, *contract; /* as in seal_request */
	const char *dossier;
	bool strict;
	/* Asked for each finding that nobody settled; *ret starts as REVIEW_OPEN. A negative value
	 * ends the review, and nothing is remembered. */
	int (*ask)(void *arg, const struct review_item *item, struct review_answer *ret);
	void *arg;
};

struct review_result {
	size_t open, kept, masked; /* findings left open; settled now */
	size_t before;             /* settled earlier */
	int code;                  /* 0, or why the dossier would still be refused */
	struct errinfo why;
};

/*
 * transfer_review(env, request, ret, ei): let a person settle what a scan profile puts under
 * `review` in one dossier, as transfer_seal would find it for this policy and recipient.
 *
 * What is settled is recorded at the end as one review.signoff and remembered for this dossier
 * (ledger/review.h). Returns 0 with *ret, also when something stays open. GW_EREFUSED: the policy
 * does not apply at all, or the dossier has no identifier to remember decisions by; else as
 * transfer_seal.
 */
int transfer_review(const struct transfer_env *env, const struct review_request *request,
    struct review_result *ret, struct errinfo *ei) GW_MUST_USE;

struct open_request {
	const char *into;            /* folder; made 0700 when it is not there */
	const char *const *packages; /* paths */
	size_t n;
	const volatile sig_atomic_t *stop; /* as in seal_request */
	transfer_done done;
	void *arg;
};

/*
 * transfer_open(env, request, ei): open each package into <into>/<uuid>/, in the order of checks of
 * docs/FORMATS.md §2. Nothing of a package that fails stays behind. That `into` lies outside the
 * home is the caller's to see to. Returns as transfer_seal.
 */
int transfer_open(const struct transfer_env *env, const struct open_request *request,
    struct errinfo *ei) GW_MUST_USE;

/* What became of one dossier of a report. */
enum report_said {
	REPORT_SAID_COUNTED,
	REPORT_SAID_OUTSIDE, /* nothing of it lies in the period */
	REPORT_SAID_AGAIN,   /* a candidate who was counted already, by any of their identifiers */
	REPORT_SAID_FAILED   /* it could not be read, or the policy is not for it */
};
enum { REPORT_SAIDS = REPORT_SAID_FAILED + 1 };

struct report_item {
	size_t index;     /* which operand, from 0 */
	const char *path; /* the operand as given */
	enum report_said said;
	int code;                  /* 0 or GW_E… */
	const struct errinfo *why; /* when code is not 0 */
	bool nobody;               /* no identifier, so that it might be there twice */
};

struct report_request {
	const char *policy;   /* id */
	const char *period;   /* "2026-Q3" */
	const char *contract; /* id, or NULL: the one that the first dossier names */
	const char *out;      /* folder; made 0700 when it is not there */
	bool english;         /* the page in English instead of Dutch */
	const char *const *dossiers;
	size_t n;
	const volatile sig_atomic_t *stop; /* once not 0, no report is made; may be NULL */
	void (*done)(void *arg, const struct report_item *item); /* for each dossier, in order */
	void *arg;
};

enum { REPORT_FILES = 3, REPORT_WARNINGS = 8 };

struct report_result {
	char *files[REPORT_FILES]; /* JSON, CSV and HTML */
	size_t said[REPORT_SAIDS]; /* how many dossiers, by what became of them */
	char *warnings[REPORT_WARNINGS];
	size_t warnings_n;
	json_t *report; /* what report.json says */
};

void report_result_release(struct report_result *r);

/*
 * transfer_report(env, request, ret, ei): count dossiers into the tables of a report policy for the
 * controller of their contract (docs/FORMATS.md §5).
 *
 * One dossier after the other, so that memory does not grow with their number but for 16 bytes an
 * identifier. Those that fail are told and left out; ret->said and the report's `complete` say so.
 * The report is a pair audit.export in the ledger: the intent is durable before its files
 * (<policy>-<period>-<contract>.json, .csv and .html, mode 0600) appear, all of them or none.
 * GW_EREFUSED: the policy is not approved, not active, not for this contract, or there are too few
 * candidates; recorded as transfer.refuse. GW_EEXIST: a file is there already; GW_EUSAGE: the
 * period; GW_ELEDGER. ret->said holds on failure too; the caller releases *ret in any case.
 */
int transfer_report(const struct transfer_env *env, const struct report_request *request,
    struct report_result *ret, struct errinfo *ei) GW_MUST_USE;

#endif
