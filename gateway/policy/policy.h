/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * policy: a data-minimisation policy of language 1, loaded and compiled (docs/FORMATS.md §5).
 *
 * A policy is a finite map from every field of the catalogue to one decision. There is no order, no
 * priority, no merge and no expression; what no rule names stays. The struct is filled by
 * policy_parse and is read-only from then on: every other room reads its members, none writes them.
 * Words of closed lists are kept as pointers to static text, so they may be compared with str_eq,
 * printed and stored without copying.
 */
#ifndef GW_POLICY_POLICY_H
#define GW_POLICY_POLICY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/date.h"
#include "base/defs.h"
#include "base/err.h"
#include "base/hash.h"

struct catalogue;
struct field;
struct field_group;
struct yml;

/* Parties, contract status, programmes and requirements as bits; bit i is word i of the list. */
enum policy_role {
	POLICY_MUNICIPALITY = 1 << 0,
	POLICY_REGION = 1 << 1,
	POLICY_PROVIDER = 1 << 2,
	POLICY_LANGUAGE_SCHOOL = 1 << 3,
	POLICY_UWV = 1 << 4,
};
enum policy_contract {
	POLICY_CONTRACTED = 1 << 0,
	POLICY_RUN_OFF = 1 << 1,
	POLICY_NOT_CONTRACTED = 1 << 2,
};
enum policy_requirement {
	POLICY_PROTOCOL_ACCEPTED = 1 << 0,
	POLICY_PROCESSOR_AGREEMENT = 1 << 1,
	POLICY_MANDATE = 1 << 2,
};
enum policy_duty { POLICY_BSN_PROCESSING = 1 << 0 };

enum policy_status { POLICY_DRAFT, POLICY_ACTIVE, POLICY_RETIRED };

/* What happens to a field; the order is that of the words in the grammar. */
enum policy_as {
	AS_KEEP,
	AS_INITIALS,
	AS_YEAR,
	AS_MONTH,
	AS_POSTCODE4,
	AS_MASK_LAST4,
	AS_PRESENT,
	AS_SCANNED,
	AS_AGE_BAND, /* parameter n: years */
	AS_TRUNCATE, /* parameter n: characters */
	AS_PSEUDONYM /* parameter domain */
};

/* `only_if`: true when the programme is one of the bits, and every scope and duty named is there.
 */
struct policy_condition {
	unsigned programmes; /* 0: any */
	unsigned duties;     /* 0: none asked */
	char **consents;     /* scopes; consents_n 0: none asked */
	size_t consents_n;
};

struct policy_rule {
	char *name, *because;
	size_t line; /* where it stands in the file */
	enum policy_as as;
	int64_t n;    /* AS_AGE_BAND, AS_TRUNCATE */
	char *domain; /* AS_PSEUDONYM, else NULL */
	struct policy_condition only_if;
	int64_t newest;                /* records: the n newest; 0: no such filter */
	struct duration since;         /* records: not older than; n 0: no such filter */
	const struct field *by;        /* records: the date they are ordered by, else NULL */
	const char *exception;         /* class special, else NULL */
	const char *national_id_basis; /* class national_id, else NULL */
	size_t scan;                   /* AS_SCANNED: index in profiles */
};

/* An entry of `withhold`. Either paths or classes is set. */
struct policy_withhold {
	char *because;
	size_t line;
	const struct field **fields;
	size_t fields_n;
	unsigned classes; /* bit per enum field_class */
};

/* What is decided about one field: by a rule, else by an entry of withhold, else by nobody. */
struct policy_decision {
	const struct field *field;
	const struct policy_rule *rule;         /* NULL: it stays */
	const struct policy_withhold *withhold; /* NULL when a rule names it or nobody does */
};

struct policy_profile; /* a scan profile: a name and a verdict for each detector */

enum { POLICY_MB = 1000000 }; /* a megabyte of max_mb and total_mb, in bytes */

struct policy_attachment {
	unsigned types;    /* bit per attachment type of the catalogue's closed list */
	unsigned formats;  /* bit per word of policy_formats */
	const char *clean; /* strip, flatten or text_only */
	size_t scan;       /* index in profiles */
	int64_t max_mb;    /* 1 MB is 1,000,000 bytes */
	size_t line;
};

struct policy_approved {
	char *role;
	struct date date;
};

struct policy {
	char *file; /* the name given to policy_parse */
	char *id, *title;
	int64_t version;
	enum policy_status status;
	struct date from, until; /* `until` inclusive */
	struct policy_approved *approved;
	size_t approved_n;
	int64_t catalogue_version;
	const struct catalogue *catalogue; /* borrowed */
	const char *purpose;
	const char *gdpr;         /* public_task, legal_obligation, … */
	const char *gdpr_article; /* "6.1.e": the ledger's `basis` */
	const char **laws;
	size_t laws_n;
	bool direct; /* offer: direct, else required */
	unsigned sender, recipient, contract_status, programmes,
	    requires;     /* bits of the enums above */
	char **contracts; /* contracts_n 0: any */
	size_t contracts_n;
	struct policy_rule *rules;
	size_t rules_n;
	struct policy_withhold *withholds;
	size_t withholds_n;
	struct policy_decision *decisions; /* one for each field, in catalogue order */
	size_t decisions_n;
	struct field_group
	    *tree; /* that of the catalogue, in the order of what leaves; [0] is all */
	size_t tree_n;
	struct policy_profile *profiles;
	size_t profiles_n;
	struct policy_attachment *attachments;
	size_t attachments_n;
	int64_t most_attachments, total_mb; /* limits */
	char *consent_form;                 /* NULL: the policy knows no consent */
	struct duration consent_max_age;
	const char **consent_scopes;
	size_t consent_scopes_n;
	struct duration package_term;   /* retention.package */
	struct duration recipient_keep; /* retention.recipient */
	const char *recipient_after;
	bool sender_never; /* retention.sender.delete: never */
	struct duration sender_delete;
	const char *sender_after;
	char sha256[HASH_HEX];  /* of the exact bytes */
	char meaning[HASH_HEX]; /* of the compiled map: comments, layout, names and reasons left out
	                         */
};

/*
 * An error keeps a policy from being loaded. A gap (a field that nobody decided about) does not:
 * the field stays; yet `policy check` fails, since the author is to decide. A warning is advice, a
 * note says what is true today (policy/notes.h).
 */
enum policy_severity { POLICY_NOTE, POLICY_WARNING, POLICY_GAP, POLICY_ERROR };

struct policy_finding {
	enum policy_severity severity;
	char *text; /* file:line:col: message */
};

struct policy_findings {
	/* In the order found; after 200 one more that says how many there were besides ("file: and
	 * 12 more findings"). */
	struct policy_finding *items;
	size_t n, errors, gaps; /* errors and gaps: all of them */
};

/* Add one; the text is copied. The counts stay as they are. */
void policy_findings_add(
    struct policy_findings *f, enum policy_severity severity, const char *text);
void policy_findings_release(struct policy_findings *f);

/*
 * policy_parse(file, p, n, catalogue, findings, ret, ei): load a `policy:` document (language 1).
 *
 * `file` stands in messages only. All findings go into *findings (may be NULL; starts zeroed, the
 * caller releases it, also on failure). Returns 0 and a new policy when there is no error among
 * them; else GW_EFORMAT, or GW_ELIMIT past the limits of YML_SMALL, with the first error in ei;
 * GW_ESUPPORT for a `report_policy:` document. The catalogue is borrowed and must live longer.
 * Whether the policy is active and in its dates is not looked at: see policy_check_context.
 */
int policy_parse(const char *file, const void *p, size_t n, const struct catalogue *catalogue,
    struct policy_findings *findings, struct policy **ret_p, struct errinfo *ei) GW_MUST_USE;

void policy_free(struct policy *p); /* NULL is fine */
void policy_free_p(struct policy **p);

/* True when s may be the name of a policy, a rule or a role: [a-z0-9][a-z0-9_-]{0,63}. */
bool policy_name(const char *s);

/* The decision on a field, or NULL when the catalogue has no such path. */
const struct policy_decision *policy_decide(const struct policy *p, const char *path);

/* What is decided about attachments of a type, or NULL: they stay. */
const struct policy_attachment *policy_attachment(const struct policy *p, const char *type);

/* "keep", "age_band:5", "pseudonym:d": as it stands in dossier.json. NULL-safe; buf_add errors. */
int policy_as_text(const struct policy_rule *rule, struct buf *out) GW_MUST_USE;

/* The last day of a package sealed on `today`: today plus retention.package. */
struct date policy_expiry(const struct policy *p, struct date today);

#endif
