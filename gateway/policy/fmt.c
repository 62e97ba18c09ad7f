/* SPDX-License-Identifier: EUPL-1.2 */
#include "policy/fmt.h"

#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "base/yaml.h"
#include "dossier/types.h"
#include "policy/comments.h"

enum { WIDTH = 120, STEP = 2 };

struct fmt {
	struct buf *out;
	struct comments comments;
	size_t next; /* the first comment that is not written yet */
	int code;    /* the first failure of out */
};

static void put(struct fmt *f, const char *s)
{
	if (f->code == 0)
		f->code = buf_adds(f->out, s);
}

static void put_blanks(struct fmt *f, size_t n)
{
	while (n--)
		put(f, " ");
}

/* True when s can stand without quotes, also between brackets. */
static bool plain(const char *s)
{
	size_t n = strlen(s);
	if (!n || strchr(" -?:,[]{}#&*!|>'\"%@`=~", s[0]) || s[n - 1] == ' ' || s[n - 1] == ':')
		return false;
	if (str_starts(s, "...") || strpbrk(s, ",[]{}\n\r\t\"'"))
		return false;
	return !strstr(s, ": ") && !strstr(s, " #");
}

static int double_quoted(const char *s, struct buf *out)
{
	int r = buf_adds(out, "\"");
	for (; *s && r == 0; s++) {
		if (*s == '\n')
			r = buf_adds(out, "\\n");
		else if (*s == '\r')
			r = buf_adds(out, "\\r");
		else if (*s == '\t')
			r = buf_adds(out, "\\t");
		else if (*s == '"' || *s == '\\')
			r = buf_addf(out, "\\%c", *s);
		else
			r = buf_add(out, s, 1);
	}
	return r < 0 ? r : buf_adds(out, "\"");
}

static int scalar(const struct yml *y, struct buf *out)
{
	const char *s = y->text;
	if (!*s && !y->quoted)
		return 0;
	if (strpbrk(s, "\n\r\t"))
		return double_quoted(s, out);
	if (!y->quoted && plain(s))
		return buf_adds(out, s);
	int r = buf_adds(out, "'");
	for (; *s && r == 0; s++)
		r = *s == '\'' ? buf_adds(out, "''") : buf_add(out, s, 1);
	return r < 0 ? r : buf_adds(out, "'");
}

/* The whole of y on one line. Depth is bounded by the reader. */
static int flow(const struct yml *y, struct buf *out)
{
	if (y->kind == YML_SCALAR)
		return scalar(y, out);
	int r = buf_adds(out, y->kind == YML_LIST ? "[" : "{");
	for (size_t i = 0; i < y->n && r == 0; i++) {
		if (i)
			r = buf_adds(out, ", ");
		if (r == 0 && y->kind == YML_MAP) {
			r = scalar(y->keys[i], out);
			if (r == 0)
				r = buf_adds(out, ": ");
		}
		if (r == 0)
			r = flow(y->items[i], out);
	}
	return r < 0 ? r : buf_adds(out, y->kind == YML_LIST ? "]" : "}");
}

static bool only_scalars(const struct yml *y)
{
	for (size_t i = 0; i < y->n; i++)
		if (y->items[i]->kind != YML_SCALAR)
			return false;
	return y->kind == YML_LIST;
}

static size_t last_line(const struct yml *y)
{
	size_t line = y->line;
	for (size_t i = 0; i < y->n; i++) {
		size_t l = last_line(y->items[i]);
		line = l > line ? l : line;
	}
	return line;
}

/* Keep one blank line where the author had one before `line`. */
static void blank_before(struct fmt *f, size_t line)
{
	if (f->out->len && line > 1 && line <= f->comments.lines && f->comments.blank[line - 1])
		put(f, "\n");
}

/* Write the comments that stood before `line`, each on a line of its own. */
static void comments_before(struct fmt *f, size_t line, size_t indent)
{
	while (f->next < f->comments.n && f->comments.items[f->next].line < line) {
		blank_before(f, f->comments.items[f->next].line);
		put_blanks(f, indent);
		put(f, f->comments.items[f->next++].text);
		put(f, "\n");
	}
}

/* How many comments that are not written yet stand on lines up to `line`. */
static size_t comments_upto(const struct fmt *f, size_t line)
{
	size_t n = 0;
	while (f->next + n < f->comments.n && f->comments.items[f->next + n].line <= line)
		n++;
	return n;
}

/*
 * Write the comments of something that goes on one line and came from the lines up to `last`: a
 * single one behind it, several before it. Returns the one to be put behind, or NULL.
 */
static const char *comments_of(struct fmt *f, size_t first, size_t last, size_t indent)
{
	comments_before(f, first, indent);
	blank_before(f, first);
	size_t n = comments_upto(f, last);
	if (n == 1 && f->comments.items[f->next].trailing)
		return f->comments.items[f->next++].text;
	comments_before(f, last + 1, indent);
	return NULL;
}

static void end_line(struct fmt *f, const char *comment)
{
	if (comment) {
		put(f, "  ");
		put(f, comment);
	}
	put(f, "\n");
}

/* A list of words that is too long for one line: as many on each as go. */
static void wrapped(struct fmt *f, const struct yml *y, size_t column)
{
	size_t at = column + 1;
	put(f, "[");
	for (size_t i = 0; i < y->n; i++) {
		struct buf one GW_CLEANUP(buf_release) = BUF_INIT(256 << 10);
		if (scalar(y->items[i], &one) < 0)
			f->code = GW_ELIMIT;
		size_t w = one.data ? field_chars(one.data) : 0;
		if (i && at + w + 3 > WIDTH) {
			put(f, ",\n");
			put_blanks(f, column + 1);
			at = column + 1;
		} else if (i) {
			put(f, ", ");
			at += 2;
		}
		put(f, one.data ? one.data : "");
		at += w;
	}
	put(f, "]");
}

static void block(struct fmt *f, const struct yml *y, size_t indent, bool first_inline);

/* Before "- key: …": leave at most the one comment that the first line can have behind it. */
static void comments_of_item(struct fmt *f, const struct yml *map, size_t indent)
{
	const struct yml *first = map->items[0];
	size_t last = first->kind == YML_SCALAR || first->flow || only_scalars(first)
	    ? last_line(first)
	    : map->keys[0]->line;
	comments_before(f, map->line, indent);
	blank_before(f, map->line);
	size_t n = comments_upto(f, last);
	if (n > 1 || (n == 1 && !f->comments.items[f->next].trailing))
		comments_before(f, last + 1, indent);
}

/* The value behind "key:" or "-", whose line begins at `indent` and has `used` characters. */
static void value(struct fmt *f, const struct yml *lead, const struct yml *y, const char *head,
    size_t indent, bool inline_first)
{
	struct buf line GW_CLEANUP(buf_release) = BUF_INIT(512 << 10);
	size_t used = field_chars(head), last = last_line(y);
	bool bare = y->kind == YML_SCALAR && !*y->text && !y->quoted;
	if (flow(y, &line) < 0)
		f->code = GW_ELIMIT;
	bool fits = line.data && indent + used + 1 + field_chars(line.data) <= WIDTH;
	bool one = y->kind == YML_SCALAR || !y->n || (y->flow && fits) || (only_scalars(y) && fits);
	bool wrap = !one && only_scalars(y);
	bool item = !one && !wrap && str_eq(head, "-") && y->kind == YML_MAP;
	const char *behind = NULL;
	if (item)
		comments_of_item(f, y, indent);
	else
		behind = comments_of(
		    f, inline_first ? 0 : lead->line, one || wrap ? last : lead->line, indent);
	if (!inline_first)
		put_blanks(f, indent);
	put(f, head);
	if (one || wrap) {
		if (!bare)
			put(f, " ");
		if (wrap)
			wrapped(f, y, indent + used + 1);
		else
			put(f, line.data ? line.data : "");
		end_line(f, behind);
		return;
	}
	if (item) {
		put(f, " ");
		block(f, y, indent + STEP, true);
		return;
	}
	end_line(f, behind);
	block(f, y, indent + STEP, false);
}

/* A map or list over several lines. With first_inline the first line has been begun. */
static void block(struct fmt *f, const struct yml *y, size_t indent, bool first_inline)
{
	for (size_t i = 0; i < y->n && f->code == 0; i++) {
		struct buf head GW_CLEANUP(buf_release) = BUF_INIT(256 << 10);
		int r = 0;
		if (y->kind == YML_MAP)
			r = scalar(y->keys[i], &head);
		if (r == 0)
			r = buf_adds(&head, y->kind == YML_MAP ? ":" : "-");
		if (r < 0)
			f->code = r;
		else
			value(f, y->kind == YML_MAP ? y->keys[i] : y->items[i], y->items[i],
			    head.data, indent, first_inline && i == 0);
	}
}

/* Depth is bounded by the reader. */
static bool same(const struct yml *a, const struct yml *b)
{
	if (a->kind != b->kind || a->n != b->n)
		return false;
	if (a->kind == YML_SCALAR)
		return str_eq(a->text, b->text) && (*a->text || a->quoted == b->quoted);
	for (size_t i = 0; i < a->n; i++)
		if ((a->keys && !str_eq(a->keys[i]->text, b->keys[i]->text)) ||
		    !same(a->items[i], b->items[i]))
			return false;
	return true;
}

static int by_text(const void *a, const void *b)
{
	return strcmp(((const struct comment *)a)->text, ((const struct comment *)b)->text);
}

static bool same_comments(struct comments *a, struct comments *b)
{
	if (a->n != b->n)
		return false;
	if (!a->n)
		return true;
	qsort(a->items, a->n, sizeof *a->items, by_text);
	qsort(b->items, b->n, sizeof *b->items, by_text);
	for (size_t i = 0; i < a->n; i++)
		if (!str_eq(a->items[i].text, b->items[i].text))
			return false;
	return true;
}

/* Read the result back and compare. */
static bool lossless(const char *file, struct fmt *f, const struct yml *root)
{
	const struct yml_limits wide = {
	    .bytes = 1 << 20, .depth = YML_SMALL.depth, .nodes = YML_SMALL.nodes};
	struct yml *again GW_CLEANUP(yml_free_p) = NULL;
	struct comments found GW_CLEANUP(comments_release) = {0};
	struct errinfo ei = ERRINFO_INIT;
	if (yml_parse(file, f->out->data, f->out->len, &wide, &again, &ei) < 0 ||
	    !same(root, again))
		return false;
	comments_find(f->out->data, f->out->len, again, &found);
	return same_comments(&f->comments, &found);
}

int policy_fmt(const char *file, const void *p, size_t n, struct buf *out, struct errinfo *ei)
{
	struct yml *root GW_CLEANUP(yml_free_p) = NULL;
	struct buf text GW_CLEANUP(buf_release) = BUF_INIT(1 << 20);
	int r = yml_parse(file, p, n, &YML_SMALL, &root, ei);
	if (r < 0)
		return r;
	if (root->kind == YML_SCALAR)
		return yml_err(root, ei, GW_EFORMAT, "keys and values are expected");
	struct fmt f = {.out = &text};
	comments_find(p, n, root, &f.comments);
	block(&f, root, 0, false);
	comments_before(&f, SIZE_MAX, 0);
	bool good = f.code == 0 && lossless(file, &f, root);
	comments_release(&f.comments);
	if (!good)
		return err_set(ei, GW_EFAIL,
		    "'%s' could not be put into its layout without loss: it stays as it is", file);
	return buf_add(out, text.data, text.len);
}
