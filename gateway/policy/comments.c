/* SPDX-License-Identifier: EUPL-1.2 */
#include "policy/comments.h"

#include <stdlib.h>
#include <string.h>

#include "base/str.h"

/* Where the quoted and block scalars begin. */
struct places {
	struct place {
		size_t line, col;
	} * items;
	size_t n, cap;
};

/* The depth of a tree is bounded by its reader. */
static void find_quoted(const struct yml *y, struct places *out)
{
	if (y->kind == YML_SCALAR && y->quoted) {
		if (out->n == out->cap) {
			out->cap = out->cap ? out->cap * 2 : 64;
			out->items = reallocarray(out->items, out->cap, sizeof *out->items);
			if (!out->items)
				abort();
		}
		out->items[out->n++] = (struct place){y->line, y->col};
	}
	for (size_t i = 0; i < y->n; i++) {
		if (y->keys)
			find_quoted(y->keys[i], out);
		find_quoted(y->items[i], out);
	}
}

struct text {
	const char *p;
	size_t n, at, line, col;
};

/* One character on; a column is a character, as the reader counts. */
static void step(struct text *t)
{
	if (t->p[t->at] == '\n') {
		t->line++;
		t->col = 1;
	} else {
		t->col++;
	}
	t->at++;
	while (t->at < t->n && ((unsigned char)t->p[t->at] & 0xc0) == 0x80)
		t->at++;
}

static void skip_quotes(struct text *t)
{
	char quote = t->p[t->at];
	step(t);
	while (t->at < t->n) {
		char c = t->p[t->at];
		if (c == '\\' && quote == '"' && t->at + 1 < t->n) {
			step(t);
		} else if (c == quote) {
			if (quote != '\'' || t->at + 1 >= t->n || t->p[t->at + 1] != '\'') {
				step(t);
				return;
			}
			step(t);
		}
		step(t);
	}
}

/* The blanks at the beginning of the line at `at`; `*ret_empty` when there is nothing else. */
static size_t indent_at(const struct text *t, size_t at, bool *ret_empty)
{
	size_t k = at;
	while (k < t->n && t->p[k] == ' ')
		k++;
	*ret_empty = k >= t->n || t->p[k] == '\n' || t->p[k] == '\r';
	return k - at;
}

static void add(struct comments *out, const struct text *t, bool trailing)
{
	const char *from = t->p + t->at, *end = memchr(from, '\n', t->n - t->at);
	size_t n = end ? (size_t)(end - from) : t->n - t->at;
	while (n && (from[n - 1] == ' ' || from[n - 1] == '\t' || from[n - 1] == '\r'))
		n--;
	out->items = reallocarray(out->items, out->n + 1, sizeof *out->items);
	if (!out->items)
		abort();
	out->items[out->n++] = (struct comment){t->line, trailing, str_dupn(from, n)};
}

static void to_line_end(struct text *t)
{
	while (t->at < t->n && t->p[t->at] != '\n')
		step(t);
}

/* A block scalar: its header may have a comment, its lines are those of its indent or empty. */
static void skip_block(struct text *t, struct comments *out)
{
	while (t->at < t->n && t->p[t->at] != '\n') {
		if (t->p[t->at] == '#') {
			add(out, t, true);
			to_line_end(t);
		} else {
			step(t);
		}
	}
	size_t indent = 0;
	while (t->at < t->n) {
		bool empty;
		size_t here = indent_at(t, t->at + 1, &empty);
		if (!empty && !indent)
			indent = here;
		if (t->at + 1 >= t->n || (!empty && (!here || here < indent)))
			return;
		step(t);
		to_line_end(t);
	}
}

static void note_blank(struct comments *out, const struct text *t)
{
	bool empty;
	(void)indent_at(t, t->at, &empty);
	if (t->line < out->lines)
		out->blank[t->line] = empty;
}

void comments_find(const char *p, size_t n, const struct yml *root, struct comments *ret)
{
	struct places quoted = {0};
	struct text t = {.p = p, .n = n, .line = 1, .col = 1};
	size_t next = 0;
	bool something = false;
	*ret = (struct comments){.lines = 2};
	for (size_t i = 0; i < n; i++)
		ret->lines += p[i] == '\n';
	ret->blank = str_alloc(ret->lines + 1);
	find_quoted(root, &quoted);
	while (t.at < n) {
		char c = p[t.at];
		if (t.col == 1) {
			something = false;
			note_blank(ret, &t);
		}
		if (next < quoted.n && quoted.items[next].line == t.line &&
		    quoted.items[next].col == t.col) {
			next++;
			something = true;
			if (c == '|' || c == '>')
				skip_block(&t, ret);
			else
				skip_quotes(&t);
			continue;
		}
		if (c == '#' && (t.col == 1 || p[t.at - 1] == ' ' || p[t.at - 1] == '\t')) {
			add(ret, &t, something);
			to_line_end(&t);
			continue;
		}
		something |= c != ' ' && c != '\t' && c != '\n';
		step(&t);
	}
	free(quoted.items);
}

void comments_release(struct comments *c)
{
	for (size_t i = 0; i < c->n; i++)
		free(c->items[i].text);
	free(c->items);
	free(c->blank);
	*c = (struct comments){0};
}
