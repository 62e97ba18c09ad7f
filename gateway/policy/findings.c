/* SPDX-License-Identifier: EUPL-1.2 */
/* What is said about a policy: a list that grows and is given back as a whole. */
#include <stdlib.h>

#include "base/str.h"
#include "policy/policy.h"

void policy_findings_add(struct policy_findings *f, enum policy_severity severity, const char *text)
{
	f->items = reallocarray(f->items, f->n + 1, sizeof *f->items);
	if (!f->items)
		abort();
	f->items[f->n++] = (struct policy_finding){severity, str_dup(text)};
}

void policy_findings_release(struct policy_findings *f)
{
	for (size_t i = 0; i < f->n; i++)
		free(f->items[i].text);
	free(f->items);
	*f = (struct policy_findings){0};
}
