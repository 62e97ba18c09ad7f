/* SPDX-License-Identifier: EUPL-1.2 */
/* baseline_inside: what a baseline is made of, for its reader and its checks; for this room only.
 */
#ifndef GW_POLICY_BASELINE_INSIDE_H
#define GW_POLICY_BASELINE_INSIDE_H

#include "detect/detect.h"
#include "policy/baseline.h"
#include "policy/words.h"

/* What a check demands; the order is that of `baseline_words`. */
enum demand {
	DEMAND_NEVER,    /* these fields and types of attachments do not leave, in whatever form */
	DEMAND_ONLY_AS,  /* these fields leave in one of these forms, or in one that tells less */
	DEMAND_ONLY_IF,  /* these fields leave under these conditions, or more */
	DEMAND_ONLY,     /* the policy is for no other parties, purposes, …  than these */
	DEMAND_ASKS,     /* the policy asks for at least these agreements and signatures */
	DEMAND_SCAN,     /* texts and attachments are scanned at least so strictly */
	DEMAND_AT_MOST,  /* numbers and terms */
	DEMAND_AT_LEAST, /* numbers of report policies */
	DEMANDS
};

/* The closed lists of `only`. */
enum only {
	ONLY_SENDER,
	ONLY_RECIPIENT,
	ONLY_CONTRACT_STATUS,
	ONLY_PROGRAMME,
	ONLY_PURPOSE,
	ONLY_GDPR,
	ONLY_FORMATS, /* of attachments */
	ONLY_CLEAN,   /* likewise */
	ONLYS
};
extern const struct policy_words *const baseline_only[ONLYS];
extern const struct policy_words baseline_only_words;

/* What `at_most` and `at_least` are about. The first TERMS are durations, the rest numbers. */
enum limit {
	LIMIT_PACKAGE,
	LIMIT_RECIPIENT_KEEP,
	LIMIT_REPORT_KEEP, /* what a recipient keeps of a report */
	LIMIT_SENDER_DELETE,
	LIMIT_VALIDITY,
	LIMIT_ATTACHMENTS,
	LIMIT_ATTACHMENT_MB,
	LIMIT_TOTAL_MB,
	LIMIT_MIN_CANDIDATES, /* from here on: at_least */
	LIMIT_SUPPRESS_BELOW,
	LIMIT_ROUND_TO,
	LIMIT_MIN_DENOMINATOR,
	LIMITS
};
enum { TERMS = LIMIT_VALIDITY + 1, AT_MOSTS = LIMIT_TOTAL_MB + 1 };
extern const char *const baseline_limit_words[LIMITS];

/* A form that `only_as` lets pass. */
struct form {
	enum policy_as as;
	int64_t n;    /* AS_AGE_BAND: or a multiple; AS_TRUNCATE: or fewer; 0: any */
	char *domain; /* AS_PSEUDONYM; NULL: any */
};

/* One check. Only what belongs to its demand is set. */
struct check {
	char *name, *because;
	size_t line, col;
	enum demand demand;
	bool *fields;         /* of never, only_as, only_if: for each field of the catalogue */
	unsigned attachments; /* never: bits of types */
	struct form *forms;
	size_t forms_n;
	struct policy_condition only_if;
	unsigned only[ONLYS]; /* bits; 0: not limited */
	unsigned requires;
	char **approved;
	size_t approved_n;
	enum detect_verdict scan[DETECT_KINDS]; /* DETECT_KEEP: no demand */
	struct duration terms[TERMS];           /* n 0: not limited */
	bool limited[LIMITS];
	int64_t limits[LIMITS];
};

struct baseline {
	char *file, *id, *title;
	int64_t version;
	const struct catalogue *catalogue;
	struct check *checks;
	size_t n;
	char sha256[HASH_HEX];
};

#endif
