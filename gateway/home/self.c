/* SPDX-License-Identifier: EUPL-1.2 */
/* self: what this organisation says about itself, kept in line with its keys. */
#include <stdlib.h>
#include <string.h>

#include <sodium.h>

#include "age/keys.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/str.h"
#include "home/cosign.h"
#include "home/inside.h"
#include "registry/edit.h"
#include "sign/cert.h"
#include "sign/signer.h"
#include "sign/statement.h"

enum { DAY_MOST = 99 /* age identities in a day */ };

/* One registry.change for all that a refresh writes; none when there is nothing to write. */
struct change {
	bool begun;
	struct ledger_receipt intent;
};

static int begin(struct home *h, struct change *c, struct errinfo *ei)
{
	if (c->begun)
		return 0;
	int r = home_intent(h, "registry.change", NULL, NULL, &c->intent, ei);
	c->begun = r == 0;
	return r;
}

/* The certificate for TLS, when it is there, is pinned for as long as it runs. */
static int pin_tls(const struct home *h, struct organisation *o, struct errinfo *ei)
{
	char *path GW_CLEANUP(str_free_p) = home_path(h, "organisation/tls.pem");
	STACK_OF(X509) *certs GW_CLEANUP(cert_stack_free_p) = NULL;
	struct cert_facts facts;
	if (!file_exists(path))
		return 0;
	int r = cert_read_pem(path, &certs, ei);
	if (r == 0)
		r = cert_facts(sk_X509_value(certs, 0), &facts, ei);
	if (r == 0)
		pins_add(&o->tls, facts.spki, date_of(clock_now()), date_of(facts.not_after));
	return r;
}

static int set_vkey(const struct home *h, struct organisation *o, struct errinfo *ei)
{
	struct buf vkey GW_CLEANUP(buf_release) = BUF_INIT(1024);
	if (ledger_vkey(h->ledger, &vkey) < 0 || !vkey.len)
		return err_set(ei, GW_EFAIL, "cannot tell the ledger's verifier key");
	free(o->ledger);
	o->ledger = str_dupn(vkey.data, strcspn(vkey.data, "\n"));
	return 0;
}

/* A home that has a witness key says so; one without says nothing. */
static int set_witness(struct home *h, struct organisation *o, struct errinfo *ei)
{
	struct witness w GW_CLEANUP(witness_release) = {.secret = NULL};
	struct buf vkey GW_CLEANUP(buf_release) = BUF_INIT(1024);
	int r = home_witness(h, false, &w, ei);
	if (r == GW_ENOENT)
		return 0;
	if (r == 0 && note_vkey(&w.key, &vkey) < 0)
		r = err_set(ei, GW_EFAIL, "cannot tell the witness's verifier key");
	if (r < 0)
		return r;
	free(o->witness);
	o->witness = str_dup(vkey.data);
	return 0;
}

static int refresh_entry(struct home *h, const char *dir, struct change *c, struct errinfo *ei)
{
	const struct organisation *there = registry_organisation(h->registry, h->settings.oin);
	struct buf diff GW_CLEANUP(buf_release) = BUF_INIT(1 << 20);
	if (!there)
		return err_set(ei, GW_EFORMAT,
		    "organisations.yaml has no entry for this home's own OIN %s", h->settings.oin);
	struct organisation *o GW_CLEANUP(organisation_free_p) = organisation_copy(there);
	pins_add(&o->signing, signer_spki(h->signer), date_of(clock_now()),
	    date_of(signer_not_after(h->signer)));
	int r = pin_tls(h, o, ei);
	if (r == 0)
		r = set_vkey(h, o, ei);
	if (r == 0)
		r = set_witness(h, o, ei);
	if (r == 0 && organisation_diff(there, o, &diff) < 0)
		r = err_set(ei, GW_ELIMIT, "the entry of %s is too large", o->oin);
	if (r < 0 || !diff.len)
		return r;
	r = begin(h, c, ei);
	if (r == 0)
		r = registry_put_organisation(dir, o, ei);
	return r == 0 ? home_reread(h, ei) : r;
}

/* The last day on all of which the certificate is valid. */
static struct date last_day(const struct home *h)
{
	return date_from_days(date_days(date_of(signer_not_after(h->signer) + 1000)) - 1);
}

/* The statement that says today what is to be said of this key, or NULL. */
static const struct key_statement *said(
    const struct home *h, const char *recipient, enum key_use use)
{
	const struct date today = date_of(clock_now());
	const struct key_statement *k;
	for (size_t at = 0; (k = registry_key_next(h->registry, h->settings.oin, &at));)
		if (str_eq(k->recipient, recipient) && k->use == use && k->code == 0 &&
		    !k->revoked && !k->superseded && date_cmp(today, k->until) <= 0)
			return k;
	return NULL;
}

/* True when this organisation has taken that key back. */
static bool taken_back(const struct home *h, const char *recipient)
{
	const struct key_statement *k;
	for (size_t at = 0; (k = registry_key_next(h->registry, h->settings.oin, &at));)
		if (str_eq(k->recipient, recipient) && k->revoked)
			return true;
	return false;
}

static int say_key(struct home *h, const char *dir, const char *recipient, enum key_use use,
    struct change *c, struct errinfo *ei)
{
	struct registry_keys now;
	struct buf json GW_CLEANUP(buf_release) = BUF_INIT(STATEMENT_MAX);
	struct buf p7s GW_CLEANUP(buf_release) = BUF_INIT(CADES_MAX);
	struct buf checkpoint GW_CLEANUP(buf_release) = BUF_INIT(8192);
	const char *before = NULL;
	if (taken_back(h, recipient))
		return err_set(ei, GW_EREFUSED, "%s was revoked: %s",
		    use == KEY_MAIN ? "this key" : "this recovery key",
		    use == KEY_MAIN ? "handover organisation rekey first" : "name another one");
	if (said(h, recipient, use))
		return 0;
	if (use == KEY_MAIN &&
	    registry_keys(h->registry, h->settings.oin, date_of(clock_now()), &now, NULL) == 0)
		before = now.main->sha256;
	int r = begin(h, c, ei);
	if (r == 0)
		r = ledger_checkpoint(h->ledger, &checkpoint, ei);
	if (r < 0)
		return r;
	json_t *members GW_CLEANUP(jx_release) =
	    key_members(recipient, use, date_of(clock_now()), last_day(h), before);
	r = statement_sign(
	    h->signer, "key", NULL, checkpoint.data, clock_now(), members, &json, &p7s, ei);
	if (r == 0)
		r = key_store(dir, &json, &p7s, ei);
	return r == 0 ? home_reread(h, ei) : r;
}

static int say_keys(struct home *h, const char *dir, const char *const *recovery, size_t n,
    struct change *c, struct errinfo *ei)
{
	char recipient[AGE_RECIPIENT_TEXT];
	age_identities_recipient(h->identities, 0, recipient);
	int r = say_key(h, dir, recipient, KEY_MAIN, c, ei);
	for (size_t i = 0; r == 0 && i < n; i++) {
		struct age_recipients *check GW_CLEANUP(age_recipients_free_p) =
		    age_recipients_new();
		r = age_recipients_add(check, recovery[i], ei);
		if (r == 0 && str_eq(recovery[i], recipient))
			r = err_set(ei, GW_EUSAGE, "the recovery key is the main key itself");
		if (r == 0)
			r = say_key(h, dir, recovery[i], KEY_RECOVERY, c, ei);
	}
	return r;
}

/* Without a root nothing that we sign could be verified, and each refresh would sign it again. */
static int check_ready(const struct home *h, struct errinfo *ei)
{
	if (!registry_trust(h->registry))
		return err_set(ei, GW_EAUTH,
		    "there is no root certificate in registry/trust/signing: put the root and the "
		    "revocation lists of your certificate there");
	return 0;
}

/* The end of a change, if there was one, that came to r. */
static int end(struct home *h, const struct change *c, int r, bool *ret_changed, struct errinfo *ei)
{
	if (c->begun) { /* what was written before something failed is ours as well */
		int left = home_registry_changed(h, r < 0 ? NULL : ei);
		r = r < 0 ? r : left;
		int told =
		    home_result(h, "registry.change", NULL, &c->intent, r, r < 0 ? NULL : ei);
		r = r < 0 ? r : told;
	}
	if (r == 0)
		*ret_changed = c->begun;
	return r;
}

int home_refresh(
    struct home *h, const char *const *recovery, size_t n, bool *ret_changed, struct errinfo *ei)
{
	char *dir GW_CLEANUP(str_free_p) = home_path(h, "registry");
	struct change c = {.begun = false};
	int r = check_ready(h, ei);
	if (r == 0)
		r = refresh_entry(h, dir, &c, ei);
	if (r == 0)
		r = say_keys(h, dir, recovery, n, &c, ei);
	return end(h, &c, r, ret_changed, ei);
}

int home_can_say(const struct home *h, struct errinfo *ei)
{
	const struct organisation *o = registry_organisation(h->registry, h->settings.oin);
	int r = check_ready(h, ei);
	if (r == 0 && (!o || !pins_hold(&o->signing, signer_spki(h->signer), date_of(clock_now()))))
		r = err_set(ei, GW_EREFUSED,
		    "our signing key is not pinned in the registry: handover organisation export, and "
		    "have the registry signed");
	return r == 0 ? signer_judge(h->signer, registry_trust(h->registry), clock_now(), ei) : r;
}

int home_say_identity(struct home *h, bool *ret_said, struct errinfo *ei)
{
	char *dir GW_CLEANUP(str_free_p) = home_path(h, "registry");
	struct change c = {.begun = false};
	int r = home_can_say(h, ei);
	if (r == 0)
		r = say_keys(h, dir, NULL, 0, &c, ei);
	return end(h, &c, r, ret_said, ei);
}

/* A new key file, as one registry.change. */
static int put_key(
    struct home *h, const char *what, const char *name, const struct buf *key, struct errinfo *ei)
{
	char *path GW_CLEANUP(str_free_p) = home_path(h, name);
	json_t *detail GW_CLEANUP(jx_release) = json_object();
	struct ledger_receipt intent;
	jx_set(detail, "what", json_string(what));
	jx_set(detail, "file", json_string(name));
	int r = home_intent(h, "registry.change", NULL, detail, &intent, ei);
	if (r < 0)
		return r;
	r = file_write(path, key->data, key->len, 0600, FILE_NEW, ei);
	int end = home_result(h, "registry.change", NULL, &intent, r, r < 0 ? NULL : ei);
	return r < 0 ? r : end;
}

/* <today>.txt, then <today>-2.txt and so on: the first name that is free; NULL when there is none.
 */
static char *new_identity(const struct home *h)
{
	char day[DATE_TEXT];
	date_text(date_of(clock_now()), day);
	for (int i = 1; i <= DAY_MOST; i++) {
		char *name = i == 1 ? str_printf("organisation/identities/%s.txt", day)
				    : str_printf("organisation/identities/%s-%d.txt", day, i);
		char *path GW_CLEANUP(str_free_p) = home_path(h, name);
		if (!file_exists(path))
			return name;
		free(name);
	}
	return NULL;
}

int home_rekey(struct home *h, struct errinfo *ei)
{
	char recipient[AGE_RECIPIENT_TEXT];
	struct buf secret GW_CLEANUP(buf_release) = BUF_INIT(1024);
	char *name GW_CLEANUP(str_free_p) = new_identity(h);
	int r = name ? age_identity_generate(recipient, &secret, ei)
		     : err_set(ei, GW_EEXIST, "%d age identities were made today", DAY_MOST);
	return r == 0 ? put_key(h, "rekey", name, &secret, ei) : r;
}

int home_pseudonym(struct home *h, const char *domain, struct errinfo *ei)
{
	struct buf key GW_CLEANUP(buf_release) = BUF_INIT(POLICY_KEY_BYTES);
	size_t n = strlen(domain);
	if (n < 1 || n > 64 || strspn(domain, "abcdefghijklmnopqrstuvwxyz0123456789_-") != n ||
	    strchr("_-", domain[0])) /* as a policy names it */
		return err_set(ei, GW_EUSAGE,
		    "a pseudonym domain is 1 to 64 lower-case letters, digits, - and _");
	char *name GW_CLEANUP(str_free_p) = str_printf("keys/pseudonym/%s.key", domain);
	void *p = buf_room(&key, POLICY_KEY_BYTES);
	if (!p)
		return GW_ENOMEM;
	randombytes_buf(p, POLICY_KEY_BYTES);
	buf_wrote(&key, POLICY_KEY_BYTES);
	return put_key(h, "pseudonym", name, &key, ei);
}

int home_pin_officer(struct home *h, const char *spki, struct errinfo *ei)
{
	enum { MOST = 256 << 10 };
	char *path GW_CLEANUP(str_free_p) = home_path(h, "gateway.yaml");
	struct buf text GW_CLEANUP(buf_release) = BUF_INIT(MOST);
	struct buf out GW_CLEANUP(buf_release) = BUF_INIT(MOST);
	struct settings s = {0};
	if (h->settings.officers_n)
		return err_set(ei, GW_EREFUSED,
		    "gateway.yaml names a registry officer already: another one is added there by "
		    "hand");
	int r = file_read(path, MOST, &text, ei);
	for (const char *p = text.data; r == 0 && p && *p;) { /* all lines but the empty list */
		size_t n = strcspn(p, "\n") + (p[strcspn(p, "\n")] == '\n');
		if (!str_starts(p, "registry_officers:"))
			r = buf_add(&out, p, n);
		p += n;
	}
	if (r == 0 && out.len && out.data[out.len - 1] != '\n')
		r = buf_adds(&out, "\n");
	if (r == 0)
		r = buf_addf(&out, "registry_officers: [\"%s\"]\n", spki);
	if (r == 0)
		r = settings_parse(
		    path, out.data, out.len, &s, ei); /* so that no wrong edit lands */
	if (r == 0)
		r = file_write(path, out.data, out.len, 0644, FILE_REPLACE, ei);
	if (r == 0) {
		settings_release(&h->settings);
		h->settings = s;
	} else {
		settings_release(&s);
	}
	return r;
}
