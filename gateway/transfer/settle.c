/* SPDX-License-Identifier: EUPL-1.2 */
#include "transfer/settle.h"

enum { ROOM = 2 << 20 };

int settle_find(struct settle *s, const char *field, const struct detect_passage *passage,
    char fingerprint[REVIEW_FINGERPRINT])
{
	struct buf print GW_CLEANUP(buf_release) = BUF_INIT(ROOM);
	bool keep = false;
	fingerprint[0] = '\0';
	if (!s->subject)
		return DETECT_REVIEW;
	int r = detect_passage_print(field, passage, &print);
	if (r < 0)
		return err_set(&s->why, r, "a text is too long to be reviewed");
	review_fingerprint(s->subject, print.data, print.len, fingerprint);
	r = review_find(s->ledger, s->subject, fingerprint, &keep, &s->why);
	if (r < 0)
		return r;
	return r == 0 ? DETECT_REVIEW : keep ? DETECT_KEEP : DETECT_MASK;
}

int settle_stored(void *arg, const char *field, const struct detect_passage *passage)
{
	char fingerprint[REVIEW_FINGERPRINT];
	return settle_find(arg, field, passage, fingerprint);
}
