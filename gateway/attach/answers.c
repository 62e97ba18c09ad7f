/* SPDX-License-Identifier: EUPL-1.2 */
#include "attach/answers.h"

#include <stdlib.h>
#include <string.h>

#include "base/str.h"

struct answer {
	enum detect_kind kind;
	char *found; /* in normal form, of n bytes */
	size_t n;
	size_t times;
	int verdict;
	bool mixed; /* equal ones got different verdicts */
};

static struct answer *equal(const struct answers *answers, const struct detect_passage *passage)
{
	for (size_t i = 0; i < answers->n; i++) {
		struct answer *a = &answers->list[i];
		if (a->kind == passage->finding.kind && a->n == passage->found_n &&
		    memcmp(a->found, passage->found, a->n) == 0)
			return a;
	}
	return NULL;
}

void answers_add(struct answers *answers, const struct detect_passage *passage, int verdict)
{
	struct answer *a = equal(answers, passage);
	if (!a && answers->n == ANSWERS_MOST)
		return;
	if (!a) {
		if (!answers->list)
			answers->list = str_alloc(ANSWERS_MOST * sizeof *answers->list);
		a = &answers->list[answers->n++];
		*a = (struct answer){.kind = passage->finding.kind,
		    .found = str_dupn(passage->found, passage->found_n),
		    .n = passage->found_n,
		    .verdict = verdict};
	}
	a->mixed |= a->verdict != verdict;
	if (a->times <= passage->nth)
		a->times = passage->nth + 1;
}

bool answers_find(
    const struct answers *answers, const struct detect_passage *passage, int *ret_verdict)
{
	const struct answer *a = equal(answers, passage);
	if (!a || a->mixed || passage->nth >= a->times)
		return false;
	*ret_verdict = a->verdict;
	return true;
}

void answers_release(struct answers *answers)
{
	for (size_t i = 0; i < answers->n; i++)
		str_wipe_p(&answers->list[i].found);
	free(answers->list);
	*answers = (struct answers){0};
}
