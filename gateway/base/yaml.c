/* SPDX-License-Identifier: EUPL-1.2 */
#include "base/yaml.h"

#include <stdlib.h>
#include <string.h>
#include <yaml.h>

#include "base/buf.h"
#include "base/str.h"
#include "base/text.h"

const struct yml_limits YML_SMALL = {.bytes = 256 << 10, .depth = 8, .nodes = 50000};

enum { DEEPEST = 64 };

/* A collection that is being filled; for a map, key holds the key whose value comes next. */
struct level {
	struct yml *node, *key;
	size_t cap;
};

struct reader {
	const char *file; /* the copy that the tree will own */
	const struct yml_limits *lim;
	yaml_parser_t lib;
	struct level stack[DEEPEST];
	size_t depth, nodes;
	struct yml *root;
	struct errinfo *ei;
};

static void free_node(struct yml *y)
{
	if (y->text)
		explicit_bzero(y->text, strlen(y->text));
	free(y->text);
	free(y->items);
	free(y->keys);
	free(y);
}

/* Depth is bounded by the reader (DEEPEST), so this recursion is too. */
static void free_tree(struct yml *y)
{
	for (size_t i = 0; i < y->n; i++) {
		if (y->keys)
			free_node(y->keys[i]);
		if (y->items[i])
			free_tree(y->items[i]);
	}
	free_node(y);
}

void yml_free(struct yml *root)
{
	if (!root)
		return;
	char *file = (char *)(uintptr_t)root->file;
	free_tree(root);
	free(file);
}

void yml_free_p(struct yml **root)
{
	yml_free(*root);
	*root = NULL;
}

static int at_mark(struct reader *r, int code, yaml_mark_t m, const char *why)
{
	return err_at(r->ei, code, r->file, m.line + 1, m.column + 1, "%s", why);
}

/* The code point that begins at s (valid UTF-8, checked before), and its length. */
static uint32_t code_point(const unsigned char *s, size_t *ret_len)
{
	if (s[0] < 0x80) {
		*ret_len = 1;
		return s[0];
	}
	size_t len = s[0] >= 0xf0 ? 4 : s[0] >= 0xe0 ? 3 : 2;
	uint32_t c = s[0] & (0x7fU >> len);
	for (size_t i = 1; i < len; i++)
		c = c << 6 | (s[i] & 0x3f);
	*ret_len = len;
	return c;
}

/* Characters that make text read otherwise than it is: controls, bidirectional and zero-width
 * marks. */
static bool invisible(uint32_t c)
{
	return (c < 0x20 && c != '\n' && c != '\t' && c != '\r') || (c >= 0x7f && c < 0xa0) ||
	    c == 0xad || c == 0x61c || c == 0x180e || (c >= 0x200b && c <= 0x200f) ||
	    (c >= 0x2028 && c <= 0x202e) || (c >= 0x2060 && c <= 0x206f) || c == 0xfeff ||
	    (c >= 0xfff9 && c <= 0xfffb) || (c >= 0xe0000 && c <= 0xe007f);
}

static int check_text(const char *file, const void *p, size_t n, struct errinfo *ei)
{
	const unsigned char *s = p;
	size_t line = 1, col = 1, len;
	int r = text_form(file, p, n, ei);
	if (r < 0)
		return r;
	for (size_t i = 0; i < n; i += len, col++) {
		uint32_t c = code_point(s + i, &len);
		if (invisible(c))
			return err_at(ei, GW_EFORMAT, file, line, col,
			    "character U+%04X is not allowed (control, bidirectional or zero-width)",
			    (unsigned)c);
		if (c == '\n') {
			line++;
			col = 0;
		}
	}
	return 0;
}

/* Keys by their text, equal ones as they stand in the document. */
static int by_key(const void *a, const void *b)
{
	const struct yml *x = *(struct yml *const *)a, *y = *(struct yml *const *)b;
	int c = strcmp(x->text, y->text);
	if (c == 0)
		c = x->line != y->line ? (x->line < y->line ? -1 : 1)
		    : x->col < y->col  ? -1
				       : x->col > y->col;
	return c;
}

/* A word that may stand in a message: a key of a dossier may be anything. */
static bool plain_word(const char *s)
{
	size_t n = strspn(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-");
	return n > 0 && n <= 40 && !s[n] && strcspn(s, "0123456789") > 0;
}

/* No key of a map that has ended stands there twice. Sorted: a map may have many thousands. */
static int check_keys(struct reader *r, const struct yml *map)
{
	const struct yml *first = NULL, *again = NULL;
	if (map->kind != YML_MAP || map->n < 2)
		return 0;
	struct yml **sorted GW_CLEANUP(str_free_p) = str_alloc(map->n * sizeof *sorted);
	memcpy(sorted, map->keys, map->n * sizeof *sorted);
	qsort(sorted, map->n, sizeof *sorted, by_key);
	for (size_t i = 1; i < map->n; i++) {
		const struct yml *x = sorted[i - 1], *y = sorted[i];
		if (!str_eq(x->text, y->text))
			continue;
		if (again &&
		    (again->line < y->line || (again->line == y->line && again->col < y->col)))
			continue;
		first = x;
		again = y;
	}
	if (!again)
		return 0;
	if (!plain_word(again->text))
		return yml_err(again, r->ei, GW_EFORMAT,
		    "this key stands here twice (first on line %zu)", first->line);
	return yml_err(again, r->ei, GW_EFORMAT, "key \"%s\" stands here twice (first on line %zu)",
	    again->text, first->line);
}

/* Put node where the innermost open collection expects it. Takes node over, also on failure. */
static int place(struct reader *r, struct yml *node)
{
	if (!r->depth) {
		r->root = node;
		return 0;
	}
	struct level *l = &r->stack[r->depth - 1];
	if (l->node->kind == YML_MAP && !l->key) {
		int code = 0;
		if (node->kind != YML_SCALAR || !*node->text)
			code = yml_err(node, r->ei, GW_EFORMAT, "a key must be a word");
		else if (!node->quoted && str_eq(node->text, "<<"))
			code = yml_err(node, r->ei, GW_EFORMAT, "merge keys are not allowed");
		if (code < 0)
			free_tree(node);
		else
			l->key = node;
		return code;
	}
	if (l->node->n == l->cap) {
		l->cap = l->cap ? l->cap * 2 : 8;
		struct yml **items = reallocarray(l->node->items, l->cap, sizeof *items);
		if (!items)
			abort();
		l->node->items = items;
		if (l->node->kind == YML_MAP) {
			struct yml **keys = reallocarray(l->node->keys, l->cap, sizeof *keys);
			if (!keys)
				abort();
			l->node->keys = keys;
		}
	}
	if (l->node->kind == YML_MAP) {
		l->node->keys[l->node->n] = l->key;
		l->key = NULL;
	}
	l->node->items[l->node->n++] = node;
	return 0;
}

static int new_node(struct reader *r, enum yml_kind kind, const yaml_event_t *e, struct yml **ret_y)
{
	if (++r->nodes > r->lim->nodes)
		return at_mark(r, GW_ELIMIT, e->start_mark, "too many values in one document");
	struct yml *y = str_alloc(sizeof *y);
	y->kind = kind;
	y->file = r->file;
	y->line = e->start_mark.line + 1;
	y->col = e->start_mark.column + 1;
	*ret_y = y;
	return 0;
}

static int scalar(struct reader *r, const yaml_event_t *e)
{
	struct yml *y;
	if (e->data.scalar.anchor)
		return at_mark(r, GW_EFORMAT, e->start_mark, "anchors are not allowed");
	if (e->data.scalar.tag)
		return at_mark(r, GW_EFORMAT, e->start_mark, "tags are not allowed");
	if (memchr(e->data.scalar.value, 0, e->data.scalar.length))
		return at_mark(r, GW_EFORMAT, e->start_mark, "a NUL is not allowed");
	if (check_text(r->file, e->data.scalar.value, e->data.scalar.length, r->ei) <
	    0) /* by escapes */
		return at_mark(r, GW_EFORMAT, e->start_mark,
		    "a control, bidirectional or zero-width character is not allowed");
	int code = new_node(r, YML_SCALAR, e, &y);
	if (code < 0)
		return code;
	y->text = str_dupn((const char *)e->data.scalar.value, e->data.scalar.length);
	y->quoted = e->data.scalar.style != YAML_PLAIN_SCALAR_STYLE;
	return place(r, y);
}

static int open_collection(struct reader *r, enum yml_kind kind, const yaml_event_t *e)
{
	struct yml *y;
	const void *anchor =
	    kind == YML_MAP ? e->data.mapping_start.anchor : e->data.sequence_start.anchor;
	const void *tag = kind == YML_MAP ? e->data.mapping_start.tag : e->data.sequence_start.tag;
	if (anchor)
		return at_mark(r, GW_EFORMAT, e->start_mark, "anchors are not allowed");
	if (tag)
		return at_mark(r, GW_EFORMAT, e->start_mark, "tags are not allowed");
	if (r->depth >= r->lim->depth || r->depth >= DEEPEST)
		return at_mark(r, GW_ELIMIT, e->start_mark, "nested too deep");
	int code = new_node(r, kind, e, &y);
	if (code < 0)
		return code;
	y->flow = kind == YML_MAP ? e->data.mapping_start.style == YAML_FLOW_MAPPING_STYLE
				  : e->data.sequence_start.style == YAML_FLOW_SEQUENCE_STYLE;
	code = place(r, y);
	if (code == 0)
		r->stack[r->depth++] = (struct level){.node = y};
	return code;
}

static int handle(struct reader *r, const yaml_event_t *e, bool *ret_done)
{
	switch (e->type) {
	case YAML_DOCUMENT_START_EVENT:
		if (e->data.document_start.version_directive ||
		    e->data.document_start.tag_directives.start !=
			e->data.document_start.tag_directives.end)
			return at_mark(r, GW_EFORMAT, e->start_mark, "directives are not allowed");
		if (r->root)
			return at_mark(
			    r, GW_EFORMAT, e->start_mark, "only one document is allowed");
		return 0;
	case YAML_ALIAS_EVENT:
		return at_mark(r, GW_EFORMAT, e->start_mark, "aliases are not allowed");
	case YAML_SCALAR_EVENT:
		return scalar(r, e);
	case YAML_SEQUENCE_START_EVENT:
		return open_collection(r, YML_LIST, e);
	case YAML_MAPPING_START_EVENT:
		return open_collection(r, YML_MAP, e);
	case YAML_SEQUENCE_END_EVENT:
	case YAML_MAPPING_END_EVENT:
		r->depth--;
		return check_keys(r, r->stack[r->depth].node);
	case YAML_STREAM_END_EVENT:
		*ret_done = true;
		return 0;
	default:
		return 0;
	}
}

static int read_all(struct reader *r)
{
	bool done = false;
	while (!done) {
		yaml_event_t e;
		if (!yaml_parser_parse(&r->lib, &e)) {
			yaml_mark_t m = r->lib.problem_mark;
			return at_mark(
			    r, GW_EFORMAT, m, r->lib.problem ? r->lib.problem : "not valid YAML");
		}
		int code = handle(r, &e, &done);
		if (e.type == YAML_SCALAR_EVENT)
			explicit_bzero(e.data.scalar.value, e.data.scalar.length);
		yaml_event_delete(&e);
		if (code < 0)
			return code;
	}
	return r->root ? 0 : err_at(r->ei, GW_EFORMAT, r->file, 1, 1, "the document is empty");
}

/* The library's copies of the text: a dossier may be in them. */
static void wipe(yaml_parser_t *lib)
{
	explicit_bzero(
	    lib->raw_buffer.start, (size_t)(lib->raw_buffer.end - lib->raw_buffer.start));
	explicit_bzero(lib->buffer.start, (size_t)(lib->buffer.end - lib->buffer.start));
}

int yml_parse(const char *file, const void *p, size_t n, const struct yml_limits *limits,
    struct yml **ret_root, struct errinfo *ei)
{
	if (n > limits->bytes)
		return err_at(ei, GW_ELIMIT, file, 0, 0, "more than %zu bytes", limits->bytes);
	int code = check_text(file, p, n, ei);
	if (code < 0)
		return code;
	struct reader r = {.file = str_dup(file), .lim = limits, .ei = ei};
	if (!yaml_parser_initialize(&r.lib))
		abort();
	yaml_parser_set_encoding(&r.lib, YAML_UTF8_ENCODING);
	yaml_parser_set_input_string(&r.lib, p, n);
	code = read_all(&r);
	wipe(&r.lib);
	yaml_parser_delete(&r.lib);
	if (code < 0) {
		for (size_t i = 0; i < r.depth; i++) /* keys that still wait for their value */
			if (r.stack[i].key)
				free_tree(r.stack[i].key);
		if (r.root)
			free_tree(r.root);
		free((char *)(uintptr_t)r.file);
		return code;
	}
	*ret_root = r.root;
	return 0;
}
