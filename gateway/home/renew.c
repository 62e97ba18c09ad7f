/* SPDX-License-Identifier: EUPL-1.2 */
/* renew: what the dates of the age identities ask for, done without anybody. */
#include "base/clock.h"
#include "base/str.h"
#include "home/identity.h"
#include "home/inside.h"

/* What is to be done before old ones can go. */
struct due {
	bool rekey, say;
};

/* The day on which it was made: its name begins with it; for others we say when it was stated. */
static struct date made_on(const struct home_identity *id)
{
	char day[DATE_TEXT] = "";
	struct date d;
	for (size_t i = 0; i < DATE_TEXT - 1 && id->name[i]; i++)
		day[i] = id->name[i];
	return date_parse(day, &d) == 0 ? d : date_of(id->stated_at);
}

static struct due what_is_due(const struct home_identities *ids, bool now)
{
	const struct duration term = {IDENTITY_NEW_MONTHS, 'M'};
	bool told = false;
	struct due due = {0};
	for (size_t i = 0; i < ids->n; i++)
		told |= ids->list[i].stated;
	if (!ids->n || (!told && !now)) /* nobody was told of any: there is nothing to replace */
		return due;
	const struct home_identity *newest = &ids->list[ids->n - 1];
	struct date end = date_add(made_on(newest), term, 1);
	due.rekey = newest->revoked ||
	    (newest->stated && (now || date_cmp(date_of(clock_now()), end) >= 0));
	due.say = due.rekey || !newest->stated;
	return due;
}

static int look(const char *dir, struct home_identities *ret, struct errinfo *ei)
{
	struct home *h GW_CLEANUP(home_free_p) = NULL;
	int r = home_open(dir, HOME_PENDING, &h, ei);
	return r == 0 ? home_identities_list(h, ret, ei) : r;
}

/* Its key is made only when we could say so; a kill in between leaves it to be said next time. */
static int make(
    const char *dir, const struct due *due, struct home_renewal *ret, struct errinfo *ei)
{
	enum { HOME_SAYS = HOME_PENDING | HOME_SIGNER | HOME_LEDGER | HOME_IDENTITIES };
	struct home *h GW_CLEANUP(home_free_p) = NULL;
	int r = home_open(dir, HOME_SAYS, &h, ei);
	if (r == 0)
		r = home_can_say(h, ei);
	if (r == 0 && due->rekey) {
		r = home_rekey(h, ei);
		home_free_p(&h);
		ret->made = r == 0;
		if (r == 0)
			r = home_open(dir, HOME_SAYS, &h, ei);
	}
	if (r == 0)
		r = home_say_identity(h, &ret->told, ei);
	return r;
}

static bool may_end(const struct home_identity *id)
{
	if (id->newest || id->packages || id->waiting)
		return false;
	if (!id->stated)
		return !id->doubtful;
	return id->replaced && date_cmp(date_of(clock_now()), id->keep) > 0;
}

static int end_old(const char *dir, const struct home_identities *ids, struct home_renewal *ret,
    struct errinfo *ei)
{
	struct home *h GW_CLEANUP(home_free_p) = NULL;
	int r = 0;
	for (size_t i = 0; r == 0 && i < ids->n; i++) {
		if (!may_end(&ids->list[i]))
			continue;
		if (!h)
			r = home_open(dir, HOME_PENDING | HOME_LEDGER, &h, ei);
		if (r == 0)
			r = home_identity_destroy(h, ids->list[i].name, false, ei);
		ret->destroyed += r == 0;
	}
	return r;
}

int home_renew(const char *dir, bool now, struct home_renewal *ret, struct errinfo *ei)
{
	struct home_identities ids GW_CLEANUP(home_identities_release) = {0};
	*ret = (struct home_renewal){0};
	int r = look(dir, &ids, ei);
	const struct due due = r == 0 ? what_is_due(&ids, now) : (struct due){0};
	if (r == 0 && (due.rekey || due.say)) {
		r = make(dir, &due, ret, ei);
		home_identities_release(&ids);
		if (r == 0)
			r = look(dir, &ids, ei);
	}
	return r == 0 ? end_old(dir, &ids, ret, ei) : r;
}
