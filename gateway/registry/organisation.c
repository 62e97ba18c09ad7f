/* SPDX-License-Identifier: EUPL-1.2 */
#include "registry/organisation.h"

#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/str.h"
#include "base/yaml.h"

static const char *const role_words[] = {
    "municipality", "region", "provider", "language_school", "uwv"};
static const char *const duty_words[] = {"bsn_processing"};
static const struct yml_limits LIMITS = {.bytes = 8 << 20, .depth = 8, .nodes = 500000};

static const char *bit_name(unsigned bit, const char *const *words, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (bit == 1U << i)
			return words[i];
	return "unknown";
}

static unsigned bit_parse(const char *word, const char *const *words, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (str_eq(word, words[i]))
			return 1U << i;
	return 0;
}

const char *org_role_name(enum org_role role)
{
	return bit_name((unsigned)role, role_words, GW_LENGTH(role_words));
}

const char *const org_officer_words[ORG_OFFICER_ROLES] = {"fg", "contractmanager"};

enum org_role org_role_parse(const char *word)
{
	return (enum org_role)bit_parse(word, role_words, GW_LENGTH(role_words));
}

const char *org_duty_name(enum org_duty duty)
{
	return bit_name((unsigned)duty, duty_words, GW_LENGTH(duty_words));
}

enum org_duty org_duty_parse(const char *word)
{
	return (enum org_duty)bit_parse(word, duty_words, GW_LENGTH(duty_words));
}

bool spki_valid(const char *s)
{
	uint8_t digest[HASH_BYTES];
	return str_starts(s, "sha256:") && str_unhex(s + 7, digest, sizeof digest) == 0;
}

static int read_words(const struct yml *entry, const char *key, const char *const *words, size_t n,
    unsigned *ret_bits, struct errinfo *ei)
{
	const struct yml *list = NULL;
	unsigned bits = 0;
	int r = yml_list(entry, key, &list, ei);
	for (size_t i = 0; r == 0 && i < list->n; i++) {
		size_t w = 0;
		r = yml_scalar(list->items[i], "word", ei);
		if (r == 0)
			r = yml_word(list->items[i], words, n, &w, ei);
		if (r == 0 && bits & 1U << w)
			r = yml_err(list->items[i], ei, GW_EFORMAT, "%s: \"%s\" stands here twice",
			    key, words[w]);
		bits |= 1U << w;
	}
	if (r == 0)
		*ret_bits = bits;
	return r;
}

static int read_spki(
    const struct yml *map, char out[SPKI_TEXT], const char **ret_text, struct errinfo *ei)
{
	const char *text;
	int r = yml_text(map, "spki", &text, ei);
	if (r < 0)
		return r;
	if (!spki_valid(text))
		return yml_err(yml_get(map, "spki"), ei, GW_EFORMAT,
		    "spki: \"sha256:\" and 64 lower-case hex digits expected");
	memcpy(out, text, SPKI_TEXT);
	*ret_text = text;
	return 0;
}

static void *grown(void *list, size_t n, size_t size)
{
	void *p = reallocarray(list, n + 1, size);
	if (!p)
		abort();
	memset((char *)p + n * size, 0, size);
	return p;
}

static int read_pin(const struct yml *item, struct pins *pins, struct errinfo *ei)
{
	static const char *const words[] = {"spki", "from", "until"};
	struct pin p;
	const char *text;
	int r = yml_closed(item, words, GW_LENGTH(words), ei);
	if (r == 0)
		r = read_spki(item, p.spki, &text, ei);
	if (r == 0)
		r = yml_date(item, "from", &p.from, ei);
	if (r == 0)
		r = yml_date(item, "until", &p.until, ei);
	if (r != 0)
		return r;
	if (date_cmp(p.from, p.until) > 0)
		return yml_err(item, ei, GW_EFORMAT, "from lies after until");
	for (size_t i = 0; i < pins->n; i++)
		if (str_eq(pins->list[i].spki, p.spki))
			return yml_err(item, ei, GW_EFORMAT, "this key is pinned here twice");
	pins->list = grown(pins->list, pins->n, sizeof *pins->list);
	pins->list[pins->n++] = p;
	return 0;
}

static int read_pins(
    const struct yml *entry, const char *key, struct pins *pins, struct errinfo *ei)
{
	const struct yml *list = NULL;
	int r = yml_list(entry, key, &list, ei);
	for (size_t i = 0; r == 0 && i < list->n; i++)
		r = read_pin(list->items[i], pins, ei);
	return r;
}

static bool plain_word(const char *s)
{
	size_t n = strlen(s);
	return n >= 1 && n <= 64 && strspn(s, "abcdefghijklmnopqrstuvwxyz0123456789_-") == n;
}

static int read_officers(const struct yml *entry, struct organisation *o, struct errinfo *ei)
{
	static const char *const words[] = {"role", "spki"};
	const struct yml *list = NULL;
	if (!yml_get(entry, "officers"))
		return 0;
	int r = yml_list(entry, "officers", &list, ei);
	for (size_t i = 0; r == 0 && i < list->n; i++) {
		const struct yml *item = list->items[i];
		const char *role = "", *text;
		char spki[SPKI_TEXT] = "";
		r = yml_closed(item, words, GW_LENGTH(words), ei);
		if (r == 0)
			r = yml_text(item, "role", &role, ei);
		if (r == 0 && !plain_word(role))
			r = yml_err(yml_get(item, "role"), ei, GW_EFORMAT,
			    "role: a word of lower-case letters expected, such as fg");
		if (r == 0)
			r = read_spki(item, spki, &text, ei);
		if (r == 0)
			organisation_add_officer(o, role, spki);
	}
	return r;
}

/* An optional text: NULL when the key is not there. */
static int read_optional(const struct yml *map, const char *key, const char *prefix,
    const char *expected, char **ret_s, struct errinfo *ei)
{
	const char *text = NULL;
	if (!yml_get(map, key))
		return 0;
	int r = yml_text(map, key, &text, ei);
	if (r < 0)
		return r;
	if (!str_starts(text, prefix) || strpbrk(text, " \t\n"))
		return yml_err(yml_get(map, key), ei, GW_EFORMAT, "%s: %s expected", key, expected);
	*ret_s = str_dup(text);
	return 0;
}

static int read_name(const struct yml *entry, struct organisation *o, struct errinfo *ei)
{
	const char *name;
	int r = yml_text(entry, "name", &name, ei);
	if (r < 0)
		return r;
	if (strlen(name) > 200 || strpbrk(name, "\n\t"))
		return yml_err(yml_get(entry, "name"), ei, GW_EFORMAT,
		    "name: one line of at most 200 bytes expected");
	o->name = str_dup(name);
	return 0;
}

/* An address is of no use without whose it is: the server behind it is known by its OIN. */
static int read_gateway(const struct yml *entry, struct organisation *o, struct errinfo *ei)
{
	const struct yml *address = yml_get(entry, "gateway"),
			 *whose = yml_get(entry, "gateway_oin");
	const char *oin = NULL;
	int r =
	    read_optional(entry, "gateway", "https://", "an address https://…", &o->gateway, ei);
	if (r < 0 || (!address && !whose))
		return r;
	if (!whose)
		return yml_err(address, ei, GW_EFORMAT,
		    "gateway: \"gateway_oin\" must say which organisation's gateway this is");
	if (!address)
		return yml_err(
		    whose, ei, GW_EFORMAT, "gateway_oin: has no meaning without \"gateway\"");
	r = yml_text(entry, "gateway_oin", &oin, ei);
	if (r < 0)
		return r;
	if (!str_oin(oin))
		return yml_err(whose, ei, GW_EFORMAT, "gateway_oin: 20 digits in quotes expected");
	o->gateway_oin = str_dup(oin);
	return 0;
}

static int read_entry(const struct yml *entry, struct organisation *o, struct errinfo *ei)
{
	static const char *const words[] = {"oin", "name", "roles", "duties", "signing", "tls",
	    "gateway", "gateway_oin", "ledger", "officers", "witness"};
	const char *oin;
	int r = yml_closed(entry, words, GW_LENGTH(words), ei);
	if (r == 0)
		r = yml_text(entry, "oin", &oin, ei);
	if (r != 0)
		return r;
	if (!str_oin(oin))
		return yml_err(
		    yml_get(entry, "oin"), ei, GW_EFORMAT, "oin: 20 digits in quotes expected");
	memcpy(o->oin, oin, OIN_TEXT);
	o->line = entry->line;
	r = read_name(entry, o, ei);
	if (r == 0)
		r = read_words(entry, "roles", role_words, GW_LENGTH(role_words), &o->roles, ei);
	if (r == 0 && !o->roles)
		r = yml_err(
		    yml_get(entry, "roles"), ei, GW_EFORMAT, "roles: one at least expected");
	if (r == 0 && yml_get(entry, "duties"))
		r = read_words(entry, "duties", duty_words, GW_LENGTH(duty_words), &o->duties, ei);
	if (r == 0)
		r = read_pins(entry, "signing", &o->signing, ei);
	if (r == 0 && yml_get(entry, "tls"))
		r = read_pins(entry, "tls", &o->tls, ei);
	if (r == 0)
		r = read_gateway(entry, o, ei);
	if (r == 0)
		r = read_optional(entry, "ledger", "oin-", "a verifier key oin-…", &o->ledger, ei);
	if (r == 0)
		r = read_optional(
		    entry, "witness", "oin-", "a verifier key oin-…", &o->witness, ei);
	if (r == 0)
		r = read_officers(entry, o, ei);
	return r;
}

static int read_all(const struct yml *root, struct organisations *l, struct errinfo *ei)
{
	static const char *const words[] = {"organisations"};
	const struct yml *list = NULL;
	int r = yml_closed(root, words, GW_LENGTH(words), ei);
	if (r == 0)
		r = yml_list(root, "organisations", &list, ei);
	for (size_t i = 0; r == 0 && i < list->n; i++) {
		struct organisation *o = str_alloc(sizeof *o);
		l->list = grown(l->list, l->n, sizeof *l->list);
		l->list[l->n++] = o;
		r = read_entry(list->items[i], o, ei);
		for (size_t k = 0; r == 0 && k + 1 < l->n; k++)
			if (str_eq(l->list[k]->oin, o->oin))
				r = yml_err(list->items[i], ei, GW_EFORMAT,
				    "organisation %s stands here twice (first on line %zu)", o->oin,
				    l->list[k]->line);
	}
	return r;
}

int organisations_parse(
    const char *file, const void *p, size_t n, struct organisations *ret, struct errinfo *ei)
{
	struct yml *root GW_CLEANUP(yml_free_p) = NULL;
	struct organisations l = {0};
	int r = yml_parse(file, p, n, &LIMITS, &root, ei);
	if (r == 0)
		r = read_all(root, &l, ei);
	if (r < 0)
		organisations_release(&l);
	else
		*ret = l;
	return r;
}

void organisation_free(struct organisation *o)
{
	if (!o)
		return;
	free(o->name);
	free(o->signing.list);
	free(o->tls.list);
	free(o->gateway);
	free(o->gateway_oin);
	free(o->ledger);
	free(o->witness);
	for (size_t i = 0; i < o->officers_n; i++)
		free(o->officers[i].role);
	free(o->officers);
	free(o);
}

void organisation_free_p(struct organisation **o)
{
	organisation_free(*o);
	*o = NULL;
}

void organisations_release(struct organisations *l)
{
	for (size_t i = 0; i < l->n; i++)
		organisation_free(l->list[i]);
	free(l->list);
	*l = (struct organisations){0};
}

const struct organisation *organisations_find(const struct organisations *l, const char *oin)
{
	for (size_t i = 0; i < l->n; i++)
		if (str_eq(l->list[i]->oin, oin))
			return l->list[i];
	return NULL;
}

bool pins_hold(const struct pins *p, const char *spki, struct date day)
{
	for (size_t i = 0; i < p->n; i++)
		if (str_eq(p->list[i].spki, spki))
			return date_cmp(p->list[i].from, day) <= 0 &&
			    date_cmp(day, p->list[i].until) <= 0;
	return false;
}

void pins_add(struct pins *p, const char *spki, struct date from, struct date until)
{
	for (size_t i = 0; i < p->n; i++)
		if (str_eq(p->list[i].spki, spki)) {
			if (date_cmp(p->list[i].until, until) < 0)
				p->list[i].until = until;
			return;
		}
	p->list = grown(p->list, p->n, sizeof *p->list);
	struct pin *pin = &p->list[p->n++];
	*pin = (struct pin){.from = from, .until = until};
	memcpy(pin->spki, spki, strnlen(spki, SPKI_TEXT - 1));
}

void organisation_add_officer(struct organisation *o, const char *role, const char *spki)
{
	for (size_t i = 0; i < o->officers_n; i++)
		if (str_eq(o->officers[i].role, role) && str_eq(o->officers[i].spki, spki))
			return;
	o->officers = grown(o->officers, o->officers_n, sizeof *o->officers);
	struct officer *f = &o->officers[o->officers_n++];
	f->role = str_dup(role);
	memcpy(f->spki, spki, strnlen(spki, SPKI_TEXT - 1));
}

struct organisation *organisation_copy(const struct organisation *o)
{
	struct organisation *c = str_alloc(sizeof *c);
	memcpy(c->oin, o->oin, sizeof c->oin);
	c->name = str_dup(o->name);
	c->roles = o->roles;
	c->duties = o->duties;
	for (size_t i = 0; i < o->signing.n; i++)
		pins_add(&c->signing, o->signing.list[i].spki, o->signing.list[i].from,
		    o->signing.list[i].until);
	for (size_t i = 0; i < o->tls.n; i++)
		pins_add(&c->tls, o->tls.list[i].spki, o->tls.list[i].from, o->tls.list[i].until);
	c->gateway = o->gateway ? str_dup(o->gateway) : NULL;
	c->gateway_oin = o->gateway_oin ? str_dup(o->gateway_oin) : NULL;
	c->ledger = o->ledger ? str_dup(o->ledger) : NULL;
	c->witness = o->witness ? str_dup(o->witness) : NULL;
	for (size_t i = 0; i < o->officers_n; i++)
		organisation_add_officer(c, o->officers[i].role, o->officers[i].spki);
	return c;
}
