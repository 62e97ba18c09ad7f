/* SPDX-License-Identifier: EUPL-1.2 */
/* courier_witness: the head of our ledger to those who vouch for it. What is asked of whom, and
 * what an answer means, is the core's. */
#include <stdio.h>
#include <string.h>

#include "api/courier_inside.h"
#include "api/routes.h"
#include "base/file.h"
#include "base/str.h"
#include "home/vouch.h"

enum { PAUSE_MS = 1000, WAIT_MOST_MS = 60000 };

/* A head that is to go to one witness, as the core gave it out. */
struct asked {
	char url[COURIER_URL], oin[OIN_TEXT];
	struct buf body; /* the frame is used again within the handshake */
};

/* The next one, and true; else *ret_wait is how long there will be none. */
static bool next(struct courier_line *l, struct asked *ret, int64_t *ret_wait)
{
	struct link_answer a = {.fd = -1};
	uint64_t wait = 0;
	*ret_wait = PAUSE_MS;
	if (!courier_ask(l, &(struct link_call){.op = API_WITNESS_NEXT}, &a))
		return false;
	file_close_p(&a.fd);
	if (a.status == 204 &&
	    str_u64(link_field(a.fields, a.fields_n, "Wait"), WAIT_MOST_MS, &wait) == 0)
		*ret_wait = (int64_t)wait;
	const char *url = link_field(a.fields, a.fields_n, "Gateway");
	const char *oin = link_field(a.fields, a.fields_n, "Gateway-Oin");
	buf_clear(&ret->body);
	return a.status == 200 && *url && str_oin(oin) &&
	    snprintf(ret->url, sizeof ret->url, "%s", url) < (int)sizeof ret->url &&
	    snprintf(ret->oin, sizeof ret->oin, "%s", oin) < (int)sizeof ret->oin &&
	    buf_add(&ret->body, a.body, a.body_n) == 0;
}

/* What came back; status 0: no answer, and why. */
static void tell(struct courier_line *l, const struct asked *q, int status, const char *word,
    const void *p, size_t n)
{
	char text[12];
	struct link_answer a = {.fd = -1};
	(void)snprintf(text, sizeof text, "%d", status);
	const struct link_call call = {.op = API_WITNESS_DONE,
	    .params = {q->oin, text, word},
	    .params_n = 3,
	    .body = p,
	    .body_n = n};
	if (!courier_ask(l, &call, &a))
		return;
	file_close_p(&a.fd);
	if (a.status != 204) /* it is given out again, but not at once */
		courier_sleep(l->courier, PAUSE_MS);
}

static void ask(struct courier_line *l, const struct asked *q)
{
	struct buf answer GW_CLEANUP(buf_release) = BUF_INIT(VOUCH_ANSWER);
	struct errinfo ei = ERRINFO_INIT;
	struct client *c = NULL;
	char type[64] = "";
	int status = 0;
	int r = courier_client(l, q->url, q->oin, &c, &ei);
	if (r == 0)
		r = client_post_text(
		    c, VOUCH_PATH, q->body.data, q->body.len, &answer, &status, type, &ei);
	if (r < 0 && courier_stopped(l->courier))
		return;
	if (r < 0)
		tell(l, q, 0,
		    r == GW_ENET        ? "unreachable"
			: r == GW_EAUTH ? "server-not-known"
					: "no-answer",
		    ei.msg, strlen(ei.msg));
	else
		tell(l, q, status, "", answer.data ? answer.data : "", answer.len);
}

void courier_witness(struct courier_line *l)
{
	struct courier *c = l->courier;
	struct asked q = {.body = BUF_INIT(LINK_BODY_MAX)};
	while (!courier_stopped(c)) {
		int64_t wait = 0;
		if (next(l, &q, &wait))
			ask(l, &q);
		else
			courier_sleep(c, wait);
	}
	buf_release(&q.body);
}
