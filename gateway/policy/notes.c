/* SPDX-License-Identifier: EUPL-1.2 */
#include "policy/notes.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/str.h"
#include "base/yaml.h"
#include "policy/words.h"
#include "registry/contract.h"

struct notes {
	const struct policy *p;
	const struct yml *root;
	struct policy_findings *findings;
};

static void say(struct notes *o, enum policy_severity severity, const struct yml *at,
    const char *fmt, ...) GW_PRINTF(4, 5);
static void say(
    struct notes *o, enum policy_severity severity, const struct yml *at, const char *fmt, ...)
{
	char why[800];
	struct errinfo ei = ERRINFO_INIT;
	va_list ap;
	va_start(ap, fmt);
	(void)vsnprintf(why, sizeof why, fmt, ap);
	va_end(ap);
	yml_say(at ? at : o->root, &ei, "%s", why);
	policy_findings_add(o->findings, severity, ei.msg);
}

static void note_status(struct notes *o)
{
	const struct yml *at = yml_get(o->root, "status");
	if (o->p->status == POLICY_DRAFT)
		say(o, POLICY_NOTE, at,
		    "a draft never runs: when it is decided write \"status: active\" and have it "
		    "signed");
	if (o->p->status == POLICY_RETIRED)
		say(o, POLICY_NOTE, at,
		    "a retired policy never runs: to use it again write a higher version with "
		    "\"status: active\"");
}

static void note_days(struct notes *o, struct date today)
{
	const struct yml *valid = yml_get(o->root, "valid");
	if (date_cmp(today, o->p->until) > 0)
		say(o, POLICY_NOTE, yml_get(valid, "until"),
		    "it has ended and no longer runs: write a higher version with a later day");
	if (date_cmp(today, o->p->from) < 0)
		say(o, POLICY_NOTE, yml_get(valid, "from"),
		    "it does not run before that day: write an earlier one if it should");
}

/* The last day on which something may be handed over under it, as the policy asks for its status.
 */
static struct date last_day(const struct policy *p, const struct contract *c)
{
	bool run_off = c->run_off_until.year && p->contract_status & POLICY_RUN_OFF;
	return run_off ? c->run_off_until : c->until;
}

static void say_beyond(struct notes *o, struct date end, const char *whose)
{
	char until[DATE_TEXT], day[DATE_TEXT];
	date_text(o->p->until, until);
	date_text(end, day);
	say(o, POLICY_WARNING, yml_get(yml_get(o->root, "valid"), "until"),
	    "%s lies beyond the end of %s, %s: write \"until: %s\"", until, whose, day, day);
}

static void note_named(struct notes *o, const struct contracts *l)
{
	const struct policy *p = o->p;
	const struct yml *list = yml_get(yml_get(o->root, "applies_to"), "contract");
	const struct contract *first = NULL;
	for (size_t i = 0; i < p->contracts_n; i++) {
		const struct contract *c = contracts_find(l, p->contracts[i]);
		if (!c)
			say(o, POLICY_WARNING, list && i < list->n ? list->items[i] : list,
			    "contract '%.64s' is not in the registry here: write one that is, or add "
			    "it with `handover registry contract`",
			    p->contracts[i]);
		else if (!first || date_cmp(last_day(p, c), last_day(p, first)) < 0)
			first = c;
	}
	if (!first || date_cmp(p->until, last_day(p, first)) <= 0)
		return;
	char *whose GW_CLEANUP(str_free_p) = str_printf("contract '%s'", first->id);
	say_beyond(o, last_day(p, first), whose);
}

/* The bits of policy_programmes for those of a contract. */
static unsigned programmes_of(const struct contract *c)
{
	unsigned bits = 0;
	for (size_t i = 0; i < policy_programmes.n; i++)
		if (c->programmes & (unsigned)programme_parse(policy_programmes.list[i]))
			bits |= 1U << i;
	return bits;
}

/* It names none: then it may run as long as any contract of its programmes does. */
static void note_all(struct notes *o, const struct contracts *l)
{
	const struct policy *p = o->p;
	struct date end = {0};
	for (size_t i = 0; i < l->n; i++) {
		const struct contract *c = &l->list[i];
		if (programmes_of(c) & p->programmes && date_cmp(last_day(p, c), end) > 0)
			end = last_day(p, c);
	}
	if (end.year && date_cmp(p->until, end) > 0)
		say_beyond(o, end, "every contract of its programmes");
}

void policy_notes(const struct policy *p, const void *text, size_t n, struct date today,
    const struct contracts *contracts, struct policy_findings *findings)
{
	struct yml *root GW_CLEANUP(yml_free_p) = NULL;
	if (yml_parse(p->file, text, n, &YML_SMALL, &root, NULL) < 0)
		return; /* it is no text that p was loaded from */
	struct notes o = {p, root, findings};
	note_status(&o);
	note_days(&o, today);
	if (contracts && p->contracts_n)
		note_named(&o, contracts);
	else if (contracts)
		note_all(&o, contracts);
}
