/* SPDX-License-Identifier: EUPL-1.2 */
#include "attach/pdf_content.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"

enum { INVISIBLE = 3, SAVED_MAX = 512, NESTING_MAX = 64, OPERANDS_MAX = 64, LINES_MOST = 200 };

/* What becomes of an operator. */
enum fate {
	DROP,       /* with its operands */
	KEEP,       /* and it paints nothing */
	PAINT,      /* kept */
	SHOW,       /* text */
	SHOW_NEXT,  /* text, on the next line: ' */
	SHOW_SPACE, /* the same with spacings before it: " */
	PLACE,      /* kept; says where text goes on */
	MODE,       /* Tr */
	SAVE,
	RESTORE,
	INLINE, /* BI */
};

/* Sorted by name. BMC, BDC, EMC, MP, DP, BX and EX are dropped like all that is not here. */
static const struct word {
	char name[4];
	enum fate fate;
} operators[] = {{"\"", SHOW_SPACE}, {"'", SHOW_NEXT}, {"B", PAINT}, {"B*", PAINT}, {"BI", INLINE},
    {"BT", PLACE}, {"CS", KEEP}, {"Do", PAINT}, {"ET", KEEP}, {"F", PAINT}, {"G", KEEP},
    {"J", KEEP}, {"K", KEEP}, {"M", KEEP}, {"Q", RESTORE}, {"RG", KEEP}, {"S", PAINT}, {"SC", KEEP},
    {"SCN", KEEP}, {"T*", PLACE}, {"TD", PLACE}, {"TJ", SHOW}, {"TL", KEEP}, {"Tc", KEEP},
    {"Td", PLACE}, {"Tf", KEEP}, {"Tj", SHOW}, {"Tm", PLACE}, {"Tr", MODE}, {"Ts", KEEP},
    {"Tw", KEEP}, {"Tz", KEEP}, {"W", KEEP}, {"W*", KEEP}, {"b", PAINT}, {"b*", PAINT}, {"c", KEEP},
    {"cm", KEEP}, {"cs", KEEP}, {"d", KEEP}, {"d0", KEEP}, {"d1", KEEP}, {"f", PAINT},
    {"f*", PAINT}, {"g", KEEP}, {"gs", KEEP}, {"h", KEEP}, {"i", KEEP}, {"j", KEEP}, {"k", KEEP},
    {"l", KEEP}, {"m", KEEP}, {"n", KEEP}, {"q", SAVE}, {"re", KEEP}, {"rg", KEEP}, {"ri", KEEP},
    {"s", PAINT}, {"sc", KEEP}, {"scn", KEEP}, {"sh", PAINT}, {"v", KEEP}, {"w", KEEP},
    {"y", KEEP}};

struct filter {
	const char *p;
	size_t n, at;
	struct buf *out;
	size_t operand[OPERANDS_MAX]; /* where each operand at hand begins in out */
	size_t operands, start;       /* how many; where the first begins */
	unsigned nesting;             /* of arrays and dictionaries */
	int mode, saved[SAVED_MAX];   /* of showing text */
	size_t n_saved;
	bool displaced; /* text was dropped on whose width the next would hang */
	bool paints;
};

static bool is_space(char c)
{
	return c == '\0' || c == '\t' || c == '\n' || c == '\f' || c == '\r' || c == ' ';
}

static bool is_delimiter(char c)
{
	return c && strchr("()<>[]{}/%", c);
}

static bool is_regular(char c)
{
	return !is_space(c) && !is_delimiter(c);
}

static void skip_space(struct filter *f)
{
	while (f->at < f->n && (is_space(f->p[f->at]) || f->p[f->at] == '%')) {
		if (f->p[f->at] == '%')
			while (f->at < f->n && f->p[f->at] != '\n' && f->p[f->at] != '\r')
				f->at++;
		else
			f->at++;
	}
}

/* The end of the string that begins at `at`, or 0. */
static size_t string_end(const struct filter *f, size_t at)
{
	size_t depth = 0;
	for (; at < f->n; at++) {
		if (f->p[at] == '\\')
			at++;
		else if (f->p[at] == '(')
			depth++;
		else if (f->p[at] == ')' && --depth == 0)
			return at + 1;
	}
	return 0;
}

static size_t hex_end(const struct filter *f, size_t at)
{
	for (at++; at < f->n && (is_space(f->p[at]) || strchr("0123456789abcdefABCDEF", f->p[at]));)
		at++;
	return at < f->n && f->p[at] == '>' ? at + 1 : 0;
}

/* The end of the token at f->at, 0 when there is none. *ret_operator: it is a word, not a value. */
static size_t token_end(const struct filter *f, bool *ret_operator)
{
	const char *p = f->p + f->at;
	size_t left = f->n - f->at, at = f->at + 1;
	*ret_operator = false;
	if (*p == '(')
		return string_end(f, f->at);
	if (left >= 2 && (memcmp(p, "<<", 2) == 0 || memcmp(p, ">>", 2) == 0))
		return f->at + 2;
	if (*p == '<')
		return hex_end(f, f->at);
	if (*p == '[' || *p == ']')
		return at;
	if (*p != '/' && is_delimiter(*p))
		return 0;
	while (at < f->n && is_regular(f->p[at]))
		at++;
	size_t n = at - f->at;
	*ret_operator = *p != '/' && !strchr("+-.0123456789", *p) &&
	    !(n == 4 && (memcmp(p, "true", 4) == 0 || memcmp(p, "null", 4) == 0)) &&
	    !(n == 5 && memcmp(p, "false", 5) == 0);
	return at;
}

static int by_name(const void *key, const void *row)
{
	return strcmp(key, ((const struct word *)row)->name);
}

/* True when the word can be an operator of some kind: printable ASCII. */
static bool is_word(const char *p, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (p[i] <= 0x20 || p[i] > 0x7e)
			return false;
	return true;
}

static enum fate fate_of(const char *p, size_t n)
{
	char name[sizeof operators->name] = "";
	if (n >= sizeof name)
		return DROP;
	memcpy(name, p, n);
	const struct word *o =
	    bsearch(name, operators, GW_LENGTH(operators), sizeof *operators, by_name);
	return o ? o->fate : DROP;
}

/* Forget the operands at hand. */
static void drop(struct filter *f)
{
	f->out->len = f->start;
	f->operands = 0;
}

static int take_operand(struct filter *f, size_t end)
{
	const char *p = f->p + f->at;
	bool opens = *p == '[' || (*p == '<' && end == f->at + 2 && p[1] == '<');
	bool closes = *p == ']' || *p == '>';
	if (closes && f->nesting-- == 0)
		return GW_EFORMAT;
	if (!f->nesting && !closes) {
		if (f->operands == OPERANDS_MAX)
			return GW_EFORMAT;
		f->operand[f->operands++] = f->out->len;
	}
	if (opens && ++f->nesting > NESTING_MAX)
		return GW_EFORMAT;
	int r = buf_add(f->out, p, end - f->at);
	return r < 0 ? r : buf_adds(f->out, " ");
}

/* The whole number that is the last operand, or -1. */
static int last_number(const struct filter *f)
{
	const char *p = f->operands ? f->out->data + f->operand[f->operands - 1] : "";
	return p[0] >= '0' && p[0] <= '9' && p[1] == ' ' ? p[0] - '0' : -1;
}

/* A spacing of the operator ", written as an operator of its own. */
static int add_spacing(struct filter *f, struct buf *to, size_t operand, const char *name)
{
	size_t from = f->operand[operand];
	int r = buf_add(to, f->out->data + from, f->operand[operand + 1] - from);
	return r < 0 ? r : buf_adds(to, name);
}

/* Text that does not show: its place on the page is kept, what it says is not. */
static int hide(struct filter *f, enum fate fate)
{
	struct buf place GW_CLEANUP(buf_release) = BUF_INIT(1 << 16);
	int r = 0;
	if (fate == SHOW_SPACE && f->operands != 3)
		return GW_EFORMAT;
	if (fate == SHOW_SPACE)
		r = add_spacing(f, &place, 0, "Tw\n");
	if (fate == SHOW_SPACE && r == 0)
		r = add_spacing(f, &place, 1, "Tc\n");
	if (fate != SHOW && r == 0)
		r = buf_adds(&place, "T*\n");
	drop(f);
	f->displaced = true;
	return r < 0 || !place.len ? r : buf_add(f->out, place.data, place.len);
}

static int finish(struct filter *f, const char *name, size_t n)
{
	int r = buf_add(f->out, name, n);
	f->operands = 0;
	return r < 0 ? r : buf_adds(f->out, "\n");
}

static int show(struct filter *f, enum fate fate, const char *name, size_t n)
{
	if (fate != SHOW)
		f->displaced = false;
	if (f->mode == INVISIBLE)
		return hide(f, fate);
	if (f->displaced)
		return GW_EFORMAT;
	f->paints = true;
	return finish(f, name, n);
}

/* ---- inline images ---- */

/* Where the data of an inline image end that begin at `at`: at the space before the first EI; or 0.
 * Where EI stands in the data themselves, what follows is mostly no content, and refused. */
static size_t data_end(const struct filter *f, size_t at)
{
	for (; at + 2 < f->n; at++)
		if (is_space(f->p[at]) && f->p[at + 1] == 'E' && f->p[at + 2] == 'I' &&
		    (at + 3 == f->n || is_space(f->p[at + 3])))
			return at;
	return 0;
}

/* The keys of an inline image up to ID, then its data up to EI. */
static int take_inline(struct filter *f)
{
	int r = buf_adds(f->out, "BI\n");
	for (;;) {
		bool word;
		skip_space(f);
		size_t end = f->at < f->n ? token_end(f, &word) : 0, n = end - f->at;
		const char *p = f->p + f->at;
		if (!end || (word && !(n == 2 && memcmp(p, "ID", 2) == 0)))
			return GW_EFORMAT;
		if ((n == 4 && memcmp(p, "/DCT", 4) == 0) ||
		    (n == 10 && memcmp(p, "/DCTDecode", 10) == 0))
			return GW_ESUPPORT;
		if (r == 0)
			r = buf_add(f->out, p, n);
		if (r == 0)
			r = buf_adds(f->out, " ");
		f->at = end;
		if (word)
			break;
	}
	size_t from = f->at + 1, end = from < f->n ? data_end(f, from) : 0;
	if (!end)
		return GW_EFORMAT;
	if (r == 0)
		r = buf_add(f->out, f->p + from, end - from);
	if (r == 0)
		r = buf_adds(f->out, "\nEI\n");
	f->at = end + 3;
	f->paints = true;
	return r;
}

static int take_operator(struct filter *f, size_t end)
{
	const char *name = f->p + f->at;
	size_t n = end - f->at;
	enum fate fate = fate_of(name, n);
	f->at = end;
	switch (fate) {
	case DROP:
		drop(f);
		return 0;
	case SHOW:
	case SHOW_NEXT:
	case SHOW_SPACE:
		return show(f, fate, name, n);
	case PLACE:
		f->displaced = false;
		break;
	case MODE:
		f->mode = last_number(f);
		break;
	case SAVE:
		if (f->n_saved == SAVED_MAX)
			return GW_EFORMAT;
		f->saved[f->n_saved++] = f->mode;
		break;
	case RESTORE:
		if (f->n_saved)
			f->mode = f->saved[--f->n_saved];
		break;
	case INLINE:
		drop(f);
		return take_inline(f);
	case PAINT:
		f->paints = true;
		break;
	case KEEP:
		break;
	}
	return finish(f, name, n);
}

int pdf_content_clean(const void *p, size_t n, struct buf *out, bool *ret_paints)
{
	struct filter f = {.p = p, .n = n, .out = out, .start = out->len};
	int r = 0;
	while (r == 0) {
		bool word;
		skip_space(&f);
		if (f.at >= f.n)
			break;
		if (!f.operands)
			f.start = out->len;
		size_t end = token_end(&f, &word);
		if (!end || (word && (f.nesting || !is_word(f.p + f.at, end - f.at))))
			return GW_EFORMAT;
		if (word) {
			r = take_operator(&f, end);
			continue;
		}
		r = take_operand(&f, end);
		f.at = end;
	}
	if (r == 0 && f.operands) /* without an operator */
		drop(&f);
	*ret_paints |= f.paints;
	return r;
}

bool pdf_content_draws(const void *p, size_t n)
{
	static const char *const pictures[] = {"BI", "Do", "sh"};
	struct filter f = {.p = p, .n = n};
	size_t lines = 0;
	for (;;) {
		bool word;
		skip_space(&f);
		size_t end = f.at < f.n ? token_end(&f, &word) : 0, len = end - f.at;
		if (!end)
			return f.at < f.n; /* it cannot be read, so who knows */
		for (size_t i = 0; word && len == 2 && i < GW_LENGTH(pictures); i++)
			if (memcmp(f.p + f.at, pictures[i], 2) == 0)
				return true;
		lines += word && len == 1 && strchr("clmvy", f.p[f.at]);
		if (lines > LINES_MOST)
			return true;
		f.at = end;
	}
}
