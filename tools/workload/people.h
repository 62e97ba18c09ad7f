/* SPDX-License-Identifier: EUPL-1.2 */
/* people: invented candidates, with numbers that pass their checks. */
#ifndef TOOLS_WORKLOAD_PEOPLE_H
#define TOOLS_WORKLOAD_PEOPLE_H

#include <stdbool.h>

#include "base/date.h"
#include "tools/workload/random.h"

struct person {
	const char *given, *prefix, *family; /* prefix NULL when there is none */
	const char *country, *nationality, *language;
	bool woman, newcomer;
	char bsn[10], v_number[11], client_number[16], iban[19], phone[16], email[80];
	char birth_date[DATE_TEXT];
};

/*
 * Invent the i-th of n persons: newcomers come from abroad and have a V-number and now and then a
 * birth date with unknown parts. National numbers are spread over their whole range, one for each
 * i.
 */
void person_make(
    struct person *p, struct random *r, unsigned i, unsigned n, bool newcomer, struct date today);

/* A coach at the provider, as text. */
const char *person_coach(struct random *r, const char **ret_email);

#endif
