/* SPDX-License-Identifier: EUPL-1.2 */
#include "api/op.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "api/problem.h"
#include "base/str.h"
#include "sign/cades.h"
#include "sign/statement.h"

/* ---- answers ---- */

static int begin(struct op *op, int status, const char *type)
{
	buf_clear(op->out);
	op->fields_n = 0;
	*op->answer = (struct link_answer){.status = status, .type = type, .fd = -1};
	return 0;
}

int op_text(struct op *op, int status, const char *type, const void *p, size_t n)
{
	int r = begin(op, status, type);
	if (n)
		r = buf_add(op->out, p, n);
	op->body_n = op->out->len;
	return r < 0 ? err_set(&op->ei, r, "the answer is too large") : 0;
}

int op_json(struct op *op, int status, json_t *body)
{
	int r = begin(op, status, "application/json");
	if (r == 0)
		r = jx_dump(body, op->out);
	json_decref(body);
	op->body_n = op->out->len;
	return r < 0 ? err_set(&op->ei, r, "the answer is too large: ask for less by `limit`") : 0;
}

int op_file(struct op *op, int status, const char *type, int fd, uint64_t number)
{
	int r = begin(op, status, type);
	op->body_n = 0;
	op->answer->fd = fd;
	op->answer->number = number;
	return r;
}

int op_field(struct op *op, const char *name, const char *fmt, ...)
{
	char value[OP_FIELD];
	va_list ap;
	va_start(ap, fmt);
	int n = vsnprintf(value, sizeof value, fmt, ap);
	va_end(ap);
	if (n < 0 || (size_t)n >= sizeof value || op->fields_n == LINK_FIELDS)
		return err_set(&op->ei, GW_EFAIL, "field '%s' does not fit", name);
	op->fields[op->fields_n].name = name;
	op->fields[op->fields_n].at = op->out->len;
	if (buf_add(op->out, value, (size_t)n + 1) < 0)
		return err_set(&op->ei, GW_ELIMIT, "the answer is too large");
	op->fields_n++;
	return 0;
}

void op_http_date(int64_t ms, char out[30])
{
	static const char *const days[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"},
				 *const months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul",
				     "Aug", "Sep", "Oct", "Nov", "Dec"};
	time_t s = (time_t)(ms / 1000);
	struct tm t = {0};
	(void)gmtime_r(&s, &t);
	(void)snprintf(out, 30, "%s, %02d %s %04d %02d:%02d:%02d GMT", days[t.tm_wday % 7],
	    t.tm_mday % 100, months[t.tm_mon % 12], (t.tm_year + 1900) % 10000, t.tm_hour % 100,
	    t.tm_min % 100, t.tm_sec % 100);
}

/* ---- requests ---- */

static const char *among(const struct link_pair *pairs, size_t n, const char *name)
{
	for (size_t i = 0; i < n; i++)
		if (str_eq(pairs[i].name, name))
			return pairs[i].value;
	return NULL;
}

const char *op_query(const struct op *op, const char *name)
{
	return among(op->call->query, op->call->query_n, name);
}

const char *op_request_field(const struct op *op, const char *name)
{
	return among(op->call->fields, op->call->fields_n, name);
}

const char *op_param(const struct op *op, size_t i)
{
	return i < op->call->params_n ? op->call->params[i] : "";
}

void op_wrong(struct op *op, const char *in, const char *name, const char *fmt, ...)
{
	char text[300];
	va_list ap;
	if (json_array_size(op->errors) == OP_ERRORS)
		return;
	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	json_t *o = json_object();
	if (!op->errors)
		op->errors = json_array();
	jx_set(o, "in", json_string(in));
	jx_set(o, "name", jx_text(name));
	jx_set(o, "detail", jx_text(text));
	jx_add(op->errors, o);
}

int op_checked(struct op *op)
{
	size_t n = json_array_size(op->errors);
	int code = GW_EUSAGE;
	if (!n)
		return 0;
	for (size_t i = 0; i < n; i++)
		if (str_eq(jx_str(json_array_get(op->errors, i), "in"), "body"))
			code = GW_EFORMAT;
	const json_t *first = json_array_get(op->errors, 0);
	err_say(&op->ei, "%s '%s': %s%s", jx_str(first, "in"), jx_str(first, "name"),
	    jx_str(first, "detail"), n > 1 ? " (and more, see errors)" : "");
	return code;
}

enum { LIST_LIMIT = 100, LIST_LIMIT_MAX = 500 };

struct cases_page op_page(struct op *op)
{
	const char *limit = op_query(op, "limit");
	struct cases_page page = {LIST_LIMIT, op_query(op, "cursor")};
	uint64_t v = LIST_LIMIT;
	if (limit && (str_u64(limit, LIST_LIMIT_MAX, &v) < 0 || v == 0))
		op_wrong(op, "query", "limit", "a number from 1 to %d is expected", LIST_LIMIT_MAX);
	else
		page.limit = (unsigned)v;
	return page;
}

uint64_t op_after(struct op *op)
{
	const char *after = op_query(op, "after");
	uint64_t v = 0;
	if (after && str_u64(after, INT64_MAX, &v) < 0)
		op_wrong(op, "query", "after", "the number of an item of before is expected");
	return v;
}

/* Say which members of a body are not known, each of them. */
static void unknown_members(struct op *op, json_t *body, const char *const *known, size_t n)
{
	const char *name;
	json_t *value;
	json_object_foreach (body, name, value) {
		bool found = false;
		for (size_t i = 0; i < n; i++)
			found = found || str_eq(name, known[i]);
		const char *meant = found ? NULL : str_suggest(name, known, n);
		if (!found && meant)
			op_wrong(op, "body", name, "unknown member, did you mean '%s'?", meant);
		else if (!found)
			op_wrong(op, "body", name, "unknown member");
	}
}

static const char *text_member(struct op *op, const json_t *body, const char *name)
{
	const json_t *v = json_object_get(body, name);
	const char *s = json_string_value(v);
	if (!v)
		op_wrong(op, "body", name, "it is missing");
	else if (!s)
		op_wrong(op, "body", name, "a string is expected");
	else if (!*s)
		op_wrong(op, "body", name, "it is empty");
	return s && *s ? s : NULL;
}

/* Decode base64 that has room in p7s. */
static void take_signature(struct op *op, const char *s, struct buf *p7s)
{
	size_t n = strlen(s), got = 0;
	void *room = n / 4 * 3 + 3 <= p7s->max ? buf_room(p7s, n / 4 * 3 + 3) : NULL;
	if (!room)
		op_wrong(op, "body", "signature", "more than %zu bytes", p7s->max);
	else if (str_unb64(s, n, room, n / 4 * 3 + 3, &got) < 0)
		op_wrong(op, "body", "signature", "base64 with padding is expected (RFC 4648, 4)");
	else
		buf_wrote(p7s, got);
}

int op_signed_body(struct op *op, const char *text_name, struct buf *text, struct buf *p7s)
{
	const char *known[] = {text_name, "signature"};
	json_t *body GW_CLEANUP(jx_release) = NULL;
	struct errinfo why = ERRINFO_INIT;
	if (jx_parse("body", op->call->body ? op->call->body : "", op->call->body_n, &JX_SMALL,
		&body, &why) < 0) {
		op_wrong(op, "body", "", "%s", why.msg);
		return op_checked(op);
	}
	if (!json_is_object(body)) {
		op_wrong(op, "body", "", "a JSON object is expected");
		return op_checked(op);
	}
	unknown_members(op, body, known, GW_LENGTH(known));
	const char *s = text_member(op, body, text_name);
	if (s && strlen(s) > text->max)
		op_wrong(op, "body", text_name, "more than %zu bytes", text->max);
	else if (s && buf_adds(text, s) < 0)
		return err_set(&op->ei, GW_ENOMEM, "out of memory");
	if ((s = text_member(op, body, "signature")))
		take_signature(op, s, p7s);
	return op_checked(op);
}

/* ---- lists ---- */

void op_list_add(struct op_list *l, const char *key, json_t *item)
{
	struct op_row *rows = reallocarray(l->rows, l->n + 1, sizeof *rows);
	if (!rows || !item)
		abort();
	l->rows = rows;
	l->rows[l->n++] = (struct op_row){str_dup(key), item};
}

void op_list_release(struct op_list *l)
{
	for (size_t i = 0; i < l->n; i++) {
		free(l->rows[i].key);
		json_decref(l->rows[i].item);
	}
	free(l->rows);
	*l = (struct op_list){0};
}

static int by_key(const void *a, const void *b)
{
	return strcmp(((const struct op_row *)a)->key, ((const struct op_row *)b)->key);
}

/* A cursor is the key of the last item that was given, so that it stays good when items come and
 * go; its form is nobody's business. */
enum { CURSOR_MAX = 400 };

static int read_cursor(struct op *op, const char *cursor, char out[CURSOR_MAX])
{
	size_t n = 0;
	out[0] = '\0';
	if (!cursor)
		return 0;
	if (str_unb64url(cursor, strlen(cursor), out, CURSOR_MAX - 1, &n) < 0 ||
	    !str_utf8(out, n) || memchr(out, '\0', n))
		op_wrong(op, "query", "cursor", "no cursor that this list has given");
	else
		out[n] = '\0';
	return op_checked(op);
}

int op_list_answer(struct op *op, struct op_list *l)
{
	char after[CURSOR_MAX];
	struct cases_page page = op_page(op);
	int r = read_cursor(op, page.cursor, after);
	if (r < 0 || (r = op_checked(op)) < 0)
		return r;
	if (l->n)
		qsort(l->rows, l->n, sizeof *l->rows, by_key);
	size_t i = 0, given = 0;
	while (page.cursor && i < l->n && strcmp(l->rows[i].key, after) <= 0)
		i++;
	json_t *o = json_object(), *items = json_array();
	for (; i < l->n && given < page.limit; i++, given++)
		jx_add(items, json_incref(l->rows[i].item));
	jx_set(o, "items", items);
	if (i < l->n && given) {
		struct buf next GW_CLEANUP(buf_release) = BUF_INIT(2 * CURSOR_MAX);
		const char *key = l->rows[i - 1].key;
		if (str_b64url(&next, key, strlen(key)) == 0)
			jx_set(o, "next", json_string(next.data));
	}
	return op_json(op, 200, o);
}
