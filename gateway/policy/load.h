/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * load: the parts of policy_parse; for this room only.
 *
 * A loader walks the YAML tree and goes on after an error, so that an author sees all of them at
 * once. Functions report into the loader and return true when what they read is usable.
 */
#ifndef GW_POLICY_LOAD_H
#define GW_POLICY_LOAD_H

#include <stdbool.h>
#include <stddef.h>

#include "base/defs.h"
#include "base/yaml.h"
#include "policy/policy.h"
#include "policy/words.h"

struct report_policy;

struct loader {
	struct policy *p;
	struct report_policy *report; /* of which p is the head; NULL for a `policy:` document */
	const struct yml *root;
	struct policy_findings *findings;
	int code;                   /* 0, or that of the first error */
	struct errinfo first;       /* its message */
	size_t more;                /* findings that were counted and not kept */
	enum policy_severity worst; /* of those */
};

/* Report at node. POLICY_ERROR makes the policy unusable. */
void load_say(struct loader *l, enum policy_severity severity, const struct yml *node,
    const char *fmt, ...) GW_PRINTF(4, 5);

/* Report an error that stands in ei with its place. Returns false. */
bool load_failed(struct loader *l, int code, const struct errinfo *ei);

/* As load_failed for what a getter of base/yaml says of member `key`, or of a word in a closed
 * list, with a proposal behind it. */
bool load_bad(struct loader *l, int code, struct errinfo *ei, const char *key, enum yml_kind kind);
bool load_bad_word(struct loader *l, int code, struct errinfo *ei);

/* So many findings are there that no more are kept: what costs time to say need not be said. */
bool load_full(const struct loader *l);

/* Refuse keys of map outside words. */
bool load_closed(struct loader *l, const struct yml *map, const char *const *words, size_t n);

/* Required members of map, by type. *ret is set only when they are usable; texts are copied. */
bool load_text(struct loader *l, const struct yml *map, const char *key, char **ret);
bool load_name(struct loader *l, const struct yml *map, const char *key, char **ret);
bool load_int(struct loader *l, const struct yml *map, const char *key, int64_t low, int64_t high,
    int64_t *ret);
bool load_date(struct loader *l, const struct yml *map, const char *key, struct date *ret);
bool load_duration(struct loader *l, const struct yml *map, const char *key, struct duration *ret);
bool load_word(struct loader *l, const struct yml *map, const char *key,
    const struct policy_words *words, const char **ret);

/* A list that is there and not empty, or NULL. */
const struct yml *load_list(struct loader *l, const struct yml *map, const char *key);

/* As load_list, but it may be empty. */
const struct yml *load_any_list(struct loader *l, const struct yml *map, const char *key);

/* True when list has at most that many; else an error is said. */
bool load_most(struct loader *l, const struct yml *list, size_t most, const char *what);

const struct yml *load_map(struct loader *l, const struct yml *map, const char *key);

/* Read a list of words from a closed list as bits; each at most once. */
bool load_bits(
    struct loader *l, const struct yml *list, const struct policy_words *words, unsigned *ret);

/* Read a list of names (lower case, digits, - and _; or any text when `free_text`), copied. */
bool load_strings(
    struct loader *l, const struct yml *list, bool free_text, char ***ret, size_t *ret_n);

/* The field of the catalogue that node names, or NULL with an error said. */
const struct field *load_field(struct loader *l, const struct yml *node);

/* A transform with its parameter, {age_band: 5}: fills as, and n or domain, of r. */
bool load_as_map(struct loader *l, const struct yml *as, struct policy_rule *r);

/* The index of the scan profile that member `scan` of map names; profiles are loaded before. */
bool load_profile_name(struct loader *l, const struct yml *map, size_t *ret);

/* Say how many findings were only counted; 0, or the code of the first error with its message. */
int load_end(struct loader *l, struct errinfo *ei) GW_MUST_USE;

/* The parts, in the order in which they need each other. */
void load_header(struct loader *l);
void load_profiles(struct loader *l);
void load_consent(struct loader *l);
void load_rules(struct loader *l);
void load_withholds(struct loader *l);
void load_attachments(struct loader *l);
void load_terms(struct loader *l);
void load_retention(struct loader *l);

/*
 * Read a document into l->p and its findings (NULL: into nobody's) by calling `all` on its root.
 * GW_EFORMAT, GW_ELIMIT or the first error that `all` reported, with its message in ei.
 */
int load_document(struct loader *l, const char *file, const void *p, size_t n,
    const struct catalogue *catalogue, struct policy_findings *findings,
    void (*all)(struct loader *l), struct errinfo *ei);

/* compile.c: fill decisions, check what only shows over the whole, and work out the meaning. */
void load_compile(struct loader *l);
void load_lint(struct loader *l);
void load_meaning(struct policy *p);

/* order.c: the tree by which a dossier is walked; and its end. */
void load_order(struct policy *p);
void load_order_free(struct policy *p);

#endif
