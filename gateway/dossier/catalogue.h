/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * catalogue: the fields a dossier can have, with type and class, and the closed lists of words.
 *
 * The file is YAML (the strict subset of base/yaml) with these keys and no others; ! is required:
 *
 *   catalogue!: <version, a whole number>
 *   fields!: [{path!: word.word…, type!: TYPE, class!: CLASS, std: text,
 *              codes: [CODE+], range: [low, high]}+]
 *   repeats:     [GROUP+]   groups that may stand as a list of objects (or, when single, as one)
 *   programmes:  [WORD+]    values of context.programme
 *   laws:        [WORD+]    what legal_basis.law may name
 *   consents:    [WORD+]    scopes of consent
 *   duties:      [WORD+]    duties of organisations
 *   attachments: [WORD+]    types that a policy may allow
 *   never:       [WORD+]    types that no policy may allow
 *   derived:     [WORD+]    what report policies may count by, without "derived."
 *
 * A list that a file leaves out is that of the built-in catalogue. `codes` belongs to type code
 * only, `range` to type int only; a value outside either is dropped from a dossier and flagged. The
 * built-in catalogue is policies/catalogue.yaml as it was when the program was built.
 *
 * A catalogue never changes once parsed and may be shared between threads.
 */
#ifndef GW_DOSSIER_CATALOGUE_H
#define GW_DOSSIER_CATALOGUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/defs.h"
#include "base/err.h"
#include "dossier/types.h"

enum field_class {
	CLASS_NATIONAL_ID,
	CLASS_IDENTIFIER,
	CLASS_CONTACT,
	CLASS_ORDINARY,
	CLASS_SENSITIVE,
	CLASS_SPECIAL,
	CLASS_CRIMINAL,
	CLASS_FREE_TEXT,
	CLASS_THIRD_PARTY,
};
enum { FIELD_CLASSES = CLASS_THIRD_PARTY + 1 };

struct field {
	const char *path;  /* "wi.exams.part" */
	const char *group; /* all before the last point: "wi.exams" */
	const char *leaf;  /* the last word: "part" */
	const char *std;   /* the names other standards give it, "" when not said */
	enum field_type type;
	enum field_class cls;
	bool repeats;             /* its group may stand as a list */
	const char *const *codes; /* NULL: any code passes */
	size_t n_codes;
	int64_t low, high; /* type int: what passes, both inclusive */
	size_t index;      /* its place in the catalogue, 0 … catalogue_count - 1 */
};

/*
 * A group as a branch of a tree: what stands in it, in the order in which the catalogue first names
 * it. The whole dossier is the group at the root.
 */
struct field_group {
	const char *path; /* "wi.exams"; "" for the whole */
	bool repeats;     /* it may stand as a list */
	size_t index;     /* its own number, 0 … catalogue_groups - 1; the whole is 0 */
	const struct field_member *members;
	size_t n;
};

/* A member of a group: a field of it, or a group inside it. */
struct field_member {
	const char *name; /* the last word of its path */
	size_t length;    /* of the name */
	const struct field *field;
	const struct field_group *group;
};

/* The closed lists that are no fields. */
enum catalogue_list {
	LIST_REPEATS,
	LIST_PROGRAMMES,
	LIST_LAWS,
	LIST_CONSENTS,
	LIST_DUTIES,
	LIST_ATTACHMENTS,
	LIST_NEVER,
	LIST_DERIVED,
};
enum { CATALOGUE_LISTS = LIST_DERIVED + 1 };

struct catalogue;

/*
 * catalogue_parse(file, p, n, ret, ei): read a catalogue from its n bytes at p.
 *
 * `file` stands in messages. GW_EFORMAT or GW_ELIMIT with file:line:col. The caller frees it.
 */
int catalogue_parse(const char *file, const void *p, size_t n, struct catalogue **ret_c,
    struct errinfo *ei) GW_MUST_USE;

/* Read the catalogue in the file at path; GW_ENOENT, GW_EIO and as catalogue_parse. */
int catalogue_load(const char *path, struct catalogue **ret_c, struct errinfo *ei) GW_MUST_USE;

/* The catalogue that is compiled in: never NULL, not to be freed. */
const struct catalogue *catalogue_builtin(void);

/* Free what catalogue_parse or catalogue_load made; NULL is fine. _p fits GW_CLEANUP. */
void catalogue_free(struct catalogue *c);
void catalogue_free_p(struct catalogue **c);

/* Its version (`catalogue:`), and its exact bytes with their SHA-256 in hex. */
int64_t catalogue_version(const struct catalogue *c);
const char *catalogue_sha256(const struct catalogue *c);
const void *catalogue_bytes(const struct catalogue *c, size_t *ret_n);

/* The number of fields; the i-th in the order of the file; the one with that path, or NULL. */
size_t catalogue_count(const struct catalogue *c);
const struct field *catalogue_at(const struct catalogue *c, size_t i);
const struct field *catalogue_find(const struct catalogue *c, const char *path);

/* The field path that `path` was most likely meant to be, or NULL. */
const char *catalogue_suggest(const struct catalogue *c, const char *path);

/* True when some field lies in that group ("ladder", "wi", "wi.exams"); when it may be a list. */
bool catalogue_has_group(const struct catalogue *c, const char *group);
bool catalogue_group_repeats(const struct catalogue *c, const char *group);

/* The whole dossier as a tree of groups, and how many groups there are, the whole among them. */
const struct field_group *catalogue_tree(const struct catalogue *c);
size_t catalogue_groups(const struct catalogue *c);

/* The member of g with the name of n bytes, or NULL. */
const struct field_member *field_member(const struct field_group *g, const char *name, size_t n);

/* The words of a closed list, for yml_word and messages; whether it has that word. */
const char *const *catalogue_words(
    const struct catalogue *c, enum catalogue_list which, size_t *ret_n);
bool catalogue_has_word(const struct catalogue *c, enum catalogue_list which, const char *word);

/* The word for a class ("third_party"); all of them in the order of the enum. */
const char *field_class_name(enum field_class cls);
extern const char *const field_class_words[FIELD_CLASSES];

/* True when code is in the closed list of f, or f has none. */
bool field_code_known(const struct field *f, const char *code);

#endif
