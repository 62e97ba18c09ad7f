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

struct loader {
	struct policy *p;
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

/* Report an error that a getter of base/yaml put into ei. Returns false. */
bool load_failed(struct loader *l, int code, const struct errinfo *ei);

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

/* True when list has at most that many; else an error is said. */
bool load_most(struct loader *l, const struct yml *list, size_t most, const char *what);

const struct yml *load_map(struct loader *l, const struct yml *map, const char *key);

/* Read a list of words from a closed list as bits; each at most once. */
bool load_bits(
    struct loader *l, const struct yml *list, const struct policy_words *words, unsigned *ret);

/* Read a list of names (lower case, digits, - and _; or any text when `free_text`), copied. */
bool load_strings(
    struct loader *l, const struct yml *list, bool free_text, char ***ret, size_t *ret_n);

/* The index of the scan profile that member `scan` of map names; profiles are loaded before. */
bool load_profile_name(struct loader *l, const struct yml *map, size_t *ret);

/* The parts, in the order in which they need each other. */
void load_header(struct loader *l);
void load_profiles(struct loader *l);
void load_consent(struct loader *l);
void load_rules(struct loader *l);
void load_withholds(struct loader *l);
void load_attachments(struct loader *l);
void load_terms(struct loader *l);

/* compile.c: fill decisions, check what only shows over the whole, and work out the meaning. */
void load_compile(struct loader *l);
void load_lint(struct loader *l);
void load_meaning(struct policy *p);

/* order.c: the tree by which a dossier is walked; and its end. */
void load_order(struct policy *p);
void load_order_free(struct policy *p);

#endif
