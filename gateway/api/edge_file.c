/* SPDX-License-Identifier: EUPL-1.2 */
/* edge_file: an answer from a descriptor, whole or in part (RFC 9110 §13, §14). */
#include <inttypes.h>
#include <stdio.h>

#include "api/edge_inside.h"
#include "http/range.h"

static void whole(struct exchange *x, int status)
{
	struct http_answer h = {status, x->answer.type, x->fields, x->fields_n};
	(void)!http_answer_file(x->q, &h, x->answer.fd, 0, x->answer.number);
}

/* What the client asked of it does not hold. */
static void refuse(struct exchange *x, int status, const char *why)
{
	struct buf doc GW_CLEANUP(buf_release) = BUF_INIT(4096);
	char instance[PROBLEM_INSTANCE];
	problem_instance(instance);
	struct problem p = {status, err_name(GW_EUSAGE), why, NULL, instance};
	if (problem_write(&p, &doc) < 0)
		return;
	struct http_answer h = {status, PROBLEM_TYPE, x->fields, x->fields_n};
	(void)!http_answer(x->q, &h, doc.data, doc.len);
}

void exchange_file(struct exchange *x)
{
	const struct link_answer *a = &x->answer;
	const char *etag = link_field(a->fields, a->fields_n, "ETag");
	struct http_range part;
	char span[80];
	if (!*etag || a->status != 200) {
		whole(x, a->status);
		return;
	}
	if (!http_match(x->head, etag)) {
		refuse(x, 412, "it is another version than If-Match asks for");
		return;
	}
	if (http_none_match(x->head, etag)) {
		struct http_answer h = {304, NULL, x->fields, x->fields_n};
		(void)!http_answer(x->q, &h, "", 0);
		return;
	}
	exchange_field(x, "Accept-Ranges", "bytes");
	if (http_range(x->head, a->number, etag, &part) < 0) {
		(void)snprintf(span, sizeof span, "bytes */%" PRIu64, a->number);
		exchange_field(x, "Content-Range", span);
		refuse(x, 416, "the range lies outside of it");
		return;
	}
	if (!part.partial) {
		whole(x, 200);
		return;
	}
	(void)snprintf(span, sizeof span, "bytes %" PRIu64 "-%" PRIu64 "/%" PRIu64, part.first,
	    part.first + part.n - 1, a->number);
	exchange_field(x, "Content-Range", span);
	struct http_answer h = {206, a->type, x->fields, x->fields_n};
	(void)!http_answer_file(x->q, &h, a->fd, part.first, part.n);
}
