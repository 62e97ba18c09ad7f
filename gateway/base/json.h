/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * json: strict JSON over jansson (RFC 8259: UTF-8, duplicate member names refused).
 *
 * Every jansson value of this process is zeroed when it is freed, since any may hold dossier text.
 * Member order is kept. Functions are jx_; json_ belongs to the library.
 */
#ifndef GW_BASE_JSON_H
#define GW_BASE_JSON_H

#include <jansson.h>

#include "base/buf.h"
#include "base/defs.h"
#include "base/err.h"

/* Parse limits. A document past one is refused before it is built in memory. */
struct jx_limits {
	size_t bytes;  /* of the whole text */
	size_t depth;  /* of nested arrays and objects */
	size_t values; /* scalars, arrays, objects and member names in all */
};

/* 1 MiB, 16 deep, 100,000 values: for everything but dossiers. */
extern const struct jx_limits JX_SMALL;

/*
 * jx_parse(file, p, n, limits, ret, ei): read one document with nothing but white space around it.
 *
 * `file` stands in messages only. Returns 0 and a new reference in *ret_json; GW_EFORMAT with
 * file:line:col (UTF-8, syntax, duplicate name, \u0000, number out of the int64 range); GW_ELIMIT.
 */
int jx_parse(const char *file, const void *p, size_t n, const struct jx_limits *limits,
    json_t **ret_json, struct errinfo *ei) GW_MUST_USE;

/* Append json to out, compact and in member order. GW_ELIMIT when out is full. */
int jx_dump(const json_t *json, struct buf *out) GW_MUST_USE;

/* As jx_dump, with two spaces of indent, for people. */
int jx_dump_pretty(const json_t *json, struct buf *out) GW_MUST_USE;

/* For GW_CLEANUP on a json_t *: drop the reference. */
void jx_release(json_t **json);

/* The string member `name` of object, or NULL when it is missing or no string. Borrowed. */
const char *jx_str(const json_t *object, const char *name);

/* The integer member `name`; GW_EFORMAT when it is missing, no integer, or outside low..high. */
int jx_int(const json_t *object, const char *name, json_int_t low, json_int_t high,
    json_int_t *ret_v) GW_MUST_USE;

/*
 * GW_EFORMAT when object is none or has a member that words[0..n) does not list: the message names
 * it (`what: unknown member "x", did you mean "y"?`).
 */
int jx_closed(const json_t *object, const char *const *words, size_t n, const char *what,
    struct errinfo *ei) GW_MUST_USE;

/* Text from outside (a path, a message that holds one) as a new string: bytes beyond ASCII become
 * `?` when it is not UTF-8. */
json_t *jx_text(const char *s) GW_MUST_USE;

/* The n bytes at s as a new string, as json_stringn but quicker; NULL when they are not UTF-8. */
json_t *jx_string(const char *s, size_t n) GW_MUST_USE;

/* json_object_set_new and json_array_append_new that abort when memory is out. */
void jx_set(json_t *object, const char *name, json_t *value);
void jx_add(json_t *array, json_t *value);

#endif
