/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * organisation: who we know, as registry/organisations.yaml says it (docs/FORMATS.md §1).
 *
 * An entry pins the public keys that an organisation may sign and connect with: a certificate
 * counts only when its key is pinned here for the day. The file is read strictly: what it does not
 * know, it refuses with file:line:col.
 */
#ifndef GW_REGISTRY_ORGANISATION_H
#define GW_REGISTRY_ORGANISATION_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/date.h"
#include "base/defs.h"
#include "base/err.h"
#include "base/json.h"

/* What an organisation is; a set of bits. */
enum org_role {
	ORG_MUNICIPALITY = 1,
	ORG_REGION = 2,
	ORG_PROVIDER = 4,
	ORG_LANGUAGE_SCHOOL = 8,
	ORG_UWV = 16,
};

/* What the law charges an organisation with; a set of bits. */
enum org_duty {
	ORG_BSN_PROCESSING = 1,
};

enum { OIN_TEXT = 21, SPKI_TEXT = 72 /* "sha256:", 64 hex digits, NUL */ };

struct pin {
	char spki[SPKI_TEXT];
	struct date from, until;
};

struct pins {
	struct pin *list;
	size_t n;
};

/* A person who signs policies for the organisation, under a word of `approved` in policies. */
struct officer {
	char *role; /* one of org_officer_words, or another that a policy's `approved` names */
	char spki[SPKI_TEXT];
};

struct organisation {
	char oin[OIN_TEXT];
	char *name;
	unsigned roles, duties; /* enum org_role, enum org_duty */
	struct pins signing, tls;
	char *gateway;     /* https address, or NULL: served here, or by hand */
	char *gateway_oin; /* the organisation whose gateway that is; there when gateway is */
	char *ledger;      /* its ledger's verifier key (signed-note vkey), or NULL */
	char *witness;     /* the one by which its gateway cosigns the ledgers of others, or NULL */
	struct officer *officers;
	size_t officers_n;
	size_t line; /* where the entry begins in the file, 0 when it came from elsewhere */
};

struct organisations {
	struct organisation **list;
	size_t n;
};

/* The word of one role or duty bit, and back; 0 for a word that is none. */
const char *org_role_name(enum org_role role);
enum org_role org_role_parse(const char *word);
const char *org_duty_name(enum org_duty duty);
enum org_duty org_duty_parse(const char *word);

/* The roles in which officers approve policies everywhere: "fg", "contractmanager". */
enum { ORG_OFFICER_ROLES = 2 };
extern const char *const org_officer_words[ORG_OFFICER_ROLES];

/* True when s is "sha256:" and 64 lower-case hex digits. */
bool spki_valid(const char *s);

/*
 * organisations_parse(file, p, n, ret, ei): read organisations.yaml; `file` stands in messages.
 *
 * GW_EFORMAT or GW_ELIMIT with file:line:col: unknown key or word, a missing one, an OIN twice, a
 * pin twice, from after until. The caller releases *ret.
 */
int organisations_parse(const char *file, const void *p, size_t n, struct organisations *ret,
    struct errinfo *ei) GW_MUST_USE;
void organisations_release(struct organisations *l);

/* The organisation with that OIN, or NULL. Borrowed. */
const struct organisation *organisations_find(const struct organisations *l, const char *oin);

/* True when spki is pinned for the day. */
bool pins_hold(const struct pins *p, const char *spki, struct date day);

/* A deep copy (line 0); organisation_free frees it. */
struct organisation *organisation_copy(const struct organisation *o) GW_MUST_USE;
void organisation_free(struct organisation *o);
void organisation_free_p(struct organisation **o);

/* Add a pin or an officer unless it is there; a pin that is there gets the later `until`. */
void pins_add(struct pins *p, const char *spki, struct date from, struct date until);
void organisation_add_officer(struct organisation *o, const char *role, const char *spki);

/* Append o as one item of the list in organisations.yaml, indented by two spaces. GW_ELIMIT. */
int organisation_yaml(const struct organisation *o, struct buf *out) GW_MUST_USE;

/* The same facts as a new JSON object, for bundles and --json; and back (strict, GW_EFORMAT). */
json_t *organisation_json(const struct organisation *o) GW_MUST_USE;
int organisation_from_json(const json_t *j, struct organisation **ret_o, struct errinfo *ei)
    GW_MUST_USE;

/* Where b says something else than a, as one line each for a person ("roles: provider -> …"). */
int organisation_diff(const struct organisation *a, const struct organisation *b, struct buf *out)
    GW_MUST_USE;

#endif
