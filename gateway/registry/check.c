/* SPDX-License-Identifier: EUPL-1.2 */
/* check: everything that is wrong or remarkable in a registry, not only the first thing. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/file.h"
#include "base/str.h"
#include "registry/inside.h"
#include "registry/sums.h"

static void say(struct registry_findings *f, int code, const char *fmt, ...) GW_PRINTF(3, 4);

static void say(struct registry_findings *f, int code, const char *fmt, ...)
{
	char text[1200];
	va_list ap;
	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	for (size_t i = 0; i < f->n; i++)
		if (str_eq(f->list[i].text, text)) /* said already, by another way to it */
			return;
	findings_add(f, code, text);
}

/* Each file that was changed since the last signature, which is `code`. */
static void check_changes(const char *dir, int code, struct registry_findings *f)
{
	char *list GW_CLEANUP(str_free_p) = file_join(dir, "SHA256SUMS");
	struct buf before GW_CLEANUP(buf_release) = BUF_INIT(SUMS_MAX);
	struct buf now GW_CLEANUP(buf_release) = BUF_INIT(SUMS_MAX);
	struct buf d GW_CLEANUP(buf_release) = BUF_INIT(2 * SUMS_MAX);
	if (file_read(list, SUMS_MAX, &before, NULL) < 0 || sums_make(dir, &now, NULL) < 0 ||
	    sums_diff(&before, &now, &d) < 0)
		return;
	for (char *s = d.data; s && *s;) {
		size_t n = strcspn(s, "\n");
		say(f, code, "%.*s: %s since the registry was signed", (int)(n - 2), s + 2,
		    *s == '+'       ? "added"
			: *s == '-' ? "taken away"
				    : "changed");
		s += n + (s[n] == '\n');
	}
}

static void check_organisations(
    const struct registry *r, const char *own, struct registry_findings *f)
{
	struct date today = date_of(r->now);
	for (size_t i = 0; i < r->organisations.n; i++) {
		const struct organisation *o = r->organisations.list[i];
		struct registry_keys keys;
		struct errinfo why = ERRINFO_INIT;
		bool pinned = false;
		for (size_t k = 0; k < o->signing.n; k++)
			pinned |= pins_hold(&o->signing, o->signing.list[k].spki, today);
		if (!pinned)
			say(f, 0, "organisation %s: no signing key is pinned for today", o->oin);
		int code = registry_keys(r, o->oin, today, &keys, &why);
		if (code == GW_EREFUSED && str_eq(o->oin, own))
			say(f, 0,
			    "this organisation has no usable key statement for its own main key, so "
			    "nobody can send to it: `handover organisation export` makes one");
		else if (code < 0)
			say(f, 0, "%s", why.msg); /* names it */
	}
}

enum { LIST_WARN_DAYS = 7 };

/* What ends soon refuses everything when it has ended. */
static void check_lists(const struct registry *r, struct registry_findings *f)
{
	size_t n;
	const struct trust_list *l = trust_lists(r->trust, &n);
	char until[TIME_TEXT];
	for (size_t i = 0; i < n; i++) {
		time_text(l[i].until, until);
		if (l[i].until < r->now)
			say(f, 0, "trust/%s: out of date since %s: fetch the new list",
			    file_base(l[i].path), until);
		else if (l[i].until - r->now < LIST_WARN_DAYS * INT64_C(86400000))
			say(f, 0, "trust/%s: the next list is due on %s: fetch it in time",
			    file_base(l[i].path), until);
	}
}

static void check_contracts(const struct registry *r, struct registry_findings *f)
{
	struct date today = date_of(r->now);
	for (size_t i = 0; i < r->contracts.n; i++) {
		const struct contract *c = &r->contracts.list[i];
		const struct organisation *controller = registry_organisation(r, c->controller);
		const struct organisation *provider = registry_organisation(r, c->provider);
		if (!controller)
			say(f, 0, "contract %s: controller %s is not in organisations.yaml", c->id,
			    c->controller);
		else if (!(controller->roles & (ORG_MUNICIPALITY | ORG_REGION)))
			say(f, 0, "contract %s: controller %s is no municipality or region", c->id,
			    c->controller);
		if (!provider)
			say(f, 0, "contract %s: provider %s is not in organisations.yaml", c->id,
			    c->provider);
		if (contract_status_on(c, today) == CONTRACT_CONTRACTED &&
		    !period_holds(&c->processor, today))
			say(f, 0, "contract %s: no processor agreement holds today", c->id);
	}
}

static void check_statements(const struct registry *r, struct registry_findings *f)
{
	struct date today = date_of(r->now);
	char day[DATE_TEXT];
	for (size_t i = 0; i < r->keys_n; i++) {
		const struct key_statement *k = &r->keys[i];
		date_text(k->until, day);
		if (k->code < 0)
			say(f, k->code, "keys/%s.json of %s: %s", k->sha256, k->oin, k->why);
		else if (!k->revoked && !k->superseded && date_cmp(k->until, today) < 0)
			say(f, 0, "keys/%s.json of %s: it expired on %s", k->sha256, k->oin, day);
	}
	for (size_t i = 0; i < r->acceptances_n; i++) {
		const struct acceptance *a = &r->acceptances[i];
		date_text(a->until, day);
		if (a->code < 0)
			say(f, a->code, "acceptances/%s/%s.json of %s: %s", a->policy_sha256,
			    a->sha256, a->recipient, a->why);
		else if (!a->revoked && date_cmp(a->until, today) < 0)
			say(f, 0, "acceptances/%s/%s.json of %s: it expired on %s",
			    a->policy_sha256, a->sha256, a->recipient, day);
	}
	for (size_t i = 0; i < r->strange.n; i++)
		findings_add(f, r->strange.list[i].code, r->strange.list[i].text);
}

int registry_check(const char *dir, const struct registry_trust *rt, int64_t now,
    struct registry_findings *ret, struct errinfo *ei)
{
	struct registry *r GW_CLEANUP(registry_free_p) = NULL;
	struct registry_findings f = {0};
	struct errinfo why = ERRINFO_INIT;
	if (!file_is_dir(dir))
		return err_set(ei, GW_EAUTH, "there is no registry at '%s'", dir);
	int code = registry_load(dir, rt, now, &r, &why);
	if (code == 0 && r->is_unsigned)
		say(&f, 0, "the registry is not signed: that passes in a test home only");
	if (code == 0 && !r->is_unsigned) {
		check_changes(dir, 0, &f);
		if (f.n)
			say(&f, 0,
			    "a key statement of our own needs no officer; let one sign at his next "
			    "occasion, in any case before our signing certificate ends");
	}
	if (code < 0) {
		if (code == GW_EAUTH)
			check_changes(dir, code, &f);
		if (f.n == 0) /* else it says no more than that there are changes */
			say(&f, code, "%s", why.msg);
		why = (struct errinfo)ERRINFO_INIT;
		int again = registry_read(dir, now, &r, &why);
		if (again < 0 && again != code)
			say(&f, again, "%s", why.msg);
	}
	if (r) {
		if (!r->trust)
			say(&f, rt->test ? 0 : GW_EAUTH, "%s", r->no_trust);
		check_lists(r, &f);
		check_organisations(r, rt->oin, &f);
		check_contracts(r, &f);
		check_statements(r, &f);
	}
	*ret = f;
	return 0;
}
