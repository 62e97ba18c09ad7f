/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * yaml: reader of a strict subset of YAML 1.1, over libyaml's events; every node knows its line and
 * column.
 *
 * One document in UTF-8. Refused: anchors, aliases, tags, directives, merge keys, keys that are not
 * plain words, duplicate keys, control, bidirectional and zero-width characters, depth and size
 * past the limits. Every scalar is text: no word, number or date is guessed at (no "Norway
 * problem"), the getters below read it as what the caller expects. Functions are yml_; yaml_
 * belongs to the library.
 */
#ifndef GW_BASE_YAML_H
#define GW_BASE_YAML_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/date.h"
#include "base/defs.h"
#include "base/err.h"

enum yml_kind { YML_SCALAR, YML_LIST, YML_MAP };

struct yml {
	enum yml_kind kind;
	size_t line, col;   /* where it begins, from 1 */
	char *text;         /* scalar: its text, NUL-terminated, without NUL inside */
	bool quoted;        /* scalar: it stood in quotes or was a block scalar */
	bool flow;          /* list or map: written with brackets */
	size_t n;           /* list: items; map: pairs */
	struct yml **items; /* list: the items; map: the values */
	struct yml **keys;  /* map: the keys, scalars */
	const char *file;   /* as given to yml_parse; shared by all nodes of the tree */
};

struct yml_limits {
	size_t bytes, depth, nodes;
};

/* 256 KiB, 8 deep, 50,000 nodes: policies and settings. */
extern const struct yml_limits YML_SMALL;

/*
 * yml_parse(file, p, n, limits, ret, ei): read a document. `file` is copied and stands in messages.
 *
 * GW_EFORMAT or GW_ELIMIT with file:line:col. An empty document is an error. The caller frees the
 * tree; all its text is zeroed then.
 */
int yml_parse(const char *file, const void *p, size_t n, const struct yml_limits *limits,
    struct yml **ret_root, struct errinfo *ei) GW_MUST_USE;

/* Free a tree from yml_parse (its root only). NULL is fine. */
void yml_free(struct yml *root);
void yml_free_p(struct yml **root);

/* Write file:line:col of node and the message into ei; the value is code. As err_set a macro:
 * yml_err(node, ei, code, fmt, ...). */
#define yml_err(node, ei, code, ...) (yml_say((node), (ei), __VA_ARGS__), (code))
void yml_say(const struct yml *node, struct errinfo *ei, const char *fmt, ...) GW_PRINTF(3, 4);

/* The value of key in a map, or NULL (also when node is no map). */
const struct yml *yml_get(const struct yml *map, const char *key);

/* The node of the key itself, to point at in a message, or NULL. */
const struct yml *yml_key(const struct yml *map, const char *key);

/*
 * GW_EFORMAT unless node is a map whose keys are all among words[0..n):
 * `file:line:col: unknown key "x", did you mean "y"?`
 */
int yml_closed(const struct yml *node, const char *const *words, size_t n, struct errinfo *ei)
    GW_MUST_USE;

/*
 * Typed getters: read member `key` of map. A missing key is GW_EFORMAT with `key "x" is missing` at
 * the map, a wrong kind or form is GW_EFORMAT at the value. yml_text borrows from the tree and
 * refuses the empty text.
 */
int yml_text(const struct yml *map, const char *key, const char **ret_s, struct errinfo *ei)
    GW_MUST_USE;
int yml_int(const struct yml *map, const char *key, int64_t low, int64_t high, int64_t *ret_v,
    struct errinfo *ei) GW_MUST_USE;
int yml_date(const struct yml *map, const char *key, struct date *ret_d, struct errinfo *ei)
    GW_MUST_USE;
int yml_duration(const struct yml *map, const char *key, struct duration *ret_d, struct errinfo *ei)
    GW_MUST_USE;
int yml_bool(const struct yml *map, const char *key, bool *ret_b, struct errinfo *ei) GW_MUST_USE;
int yml_list(const struct yml *map, const char *key, const struct yml **ret_l, struct errinfo *ei)
    GW_MUST_USE;
int yml_map(const struct yml *map, const char *key, const struct yml **ret_m, struct errinfo *ei)
    GW_MUST_USE;

/* The index of a scalar's text in words[0..n), or GW_EFORMAT: `"x" is none of: a, b; did you mean
 * "a"?` */
int yml_word(const struct yml *scalar, const char *const *words, size_t n, size_t *ret_i,
    struct errinfo *ei) GW_MUST_USE;

/* GW_EFORMAT unless node is a scalar (what: what is expected there, for the message). */
int yml_scalar(const struct yml *node, const char *what, struct errinfo *ei) GW_MUST_USE;

#endif
