/* SPDX-License-Identifier: EUPL-1.2 */
/* organisation_text: an organisation's entry as YAML, as JSON and as differences for a person. */
#include <string.h>

#include "base/str.h"
#include "registry/organisation.h"
#include "registry/text.h"

typedef const char *(*word_of)(unsigned bit);

static const char *role_word(unsigned bit)
{
	return org_role_name((enum org_role)bit);
}

static const char *duty_word(unsigned bit)
{
	return org_duty_name((enum org_duty)bit);
}

static int add_words(struct buf *out, unsigned bits, word_of word)
{
	int r = 0;
	bool first = true;
	for (unsigned bit = 1; bit && r == 0; bit <<= 1)
		if (bits & bit) {
			r = buf_addf(out, "%s%s", first ? "" : ", ", word(bit));
			first = false;
		}
	return r;
}

static int add_pins(struct buf *out, const char *key, const struct pins *p)
{
	int r = buf_addf(out, "    %s:%s\n", key, p->n ? "" : " []");
	for (size_t i = 0; r == 0 && i < p->n; i++) {
		char from[DATE_TEXT], until[DATE_TEXT];
		date_text(p->list[i].from, from);
		date_text(p->list[i].until, until);
		r = buf_addf(out, "      - {spki: \"%s\", from: %s, until: %s}\n", p->list[i].spki,
		    from, until);
	}
	return r;
}

static int add_words_line(struct buf *out, const char *key, unsigned bits, word_of word)
{
	int r = buf_addf(out, "    %s: [", key);
	if (r == 0)
		r = add_words(out, bits, word);
	return r == 0 ? buf_adds(out, "]\n") : r;
}

static int add_text_line(struct buf *out, const char *key, const char *text)
{
	int r = buf_addf(out, "    %s: ", key);
	if (r == 0)
		r = text_quote(text, out);
	return r == 0 ? buf_adds(out, "\n") : r;
}

int organisation_yaml(const struct organisation *o, struct buf *out)
{
	int r = buf_addf(out, "  - oin: \"%s\"\n    name: ", o->oin);
	if (r == 0)
		r = text_quote(o->name, out);
	if (r == 0)
		r = buf_adds(out, "\n");
	if (r == 0)
		r = add_words_line(out, "roles", o->roles, role_word);
	if (r == 0 && o->duties)
		r = add_words_line(out, "duties", o->duties, duty_word);
	if (r == 0)
		r = add_pins(out, "signing", &o->signing);
	if (r == 0 && o->tls.n)
		r = add_pins(out, "tls", &o->tls);
	if (r == 0 && o->gateway)
		r = add_text_line(out, "gateway", o->gateway);
	if (r == 0 && o->gateway_oin)
		r = add_text_line(out, "gateway_oin", o->gateway_oin);
	if (r == 0 && o->ledger)
		r = add_text_line(out, "ledger", o->ledger);
	if (r == 0 && o->witness)
		r = add_text_line(out, "witness", o->witness);
	if (r == 0 && o->officers_n)
		r = buf_adds(out, "    officers:\n");
	for (size_t i = 0; r == 0 && i < o->officers_n; i++)
		r = buf_addf(out, "      - {role: %s, spki: \"%s\"}\n", o->officers[i].role,
		    o->officers[i].spki);
	return r;
}

static json_t *words_json(unsigned bits, word_of word)
{
	json_t *list = json_array();
	for (unsigned bit = 1; bit; bit <<= 1)
		if (bits & bit)
			jx_add(list, json_string(word(bit)));
	return list;
}

static json_t *pins_json(const struct pins *p)
{
	json_t *list = json_array();
	for (size_t i = 0; i < p->n; i++) {
		char day[DATE_TEXT];
		json_t *pin = json_object();
		jx_set(pin, "spki", json_string(p->list[i].spki));
		date_text(p->list[i].from, day);
		jx_set(pin, "from", json_string(day));
		date_text(p->list[i].until, day);
		jx_set(pin, "until", json_string(day));
		jx_add(list, pin);
	}
	return list;
}

json_t *organisation_json(const struct organisation *o)
{
	json_t *j = json_object();
	jx_set(j, "oin", json_string(o->oin));
	jx_set(j, "name", json_string(o->name));
	jx_set(j, "roles", words_json(o->roles, role_word));
	jx_set(j, "duties", words_json(o->duties, duty_word));
	jx_set(j, "signing", pins_json(&o->signing));
	jx_set(j, "tls", pins_json(&o->tls));
	if (o->gateway)
		jx_set(j, "gateway", json_string(o->gateway));
	if (o->gateway_oin)
		jx_set(j, "gateway_oin", json_string(o->gateway_oin));
	if (o->ledger)
		jx_set(j, "ledger", json_string(o->ledger));
	if (o->witness)
		jx_set(j, "witness", json_string(o->witness));
	json_t *officers = json_array();
	for (size_t i = 0; i < o->officers_n; i++) {
		json_t *f = json_object();
		jx_set(f, "role", json_string(o->officers[i].role));
		jx_set(f, "spki", json_string(o->officers[i].spki));
		jx_add(officers, f);
	}
	jx_set(j, "officers", officers);
	return j;
}

/* A list of plain strings as the inside of a flow list; what a string may be, the reader decides.
 */
static int list_text(const json_t *list, struct buf *out, struct errinfo *ei)
{
	size_t i;
	json_t *v;
	int r = buf_adds(out, "[");
	if (!json_is_array(list))
		return err_set(ei, GW_EFORMAT, "organisation: a list is expected");
	json_array_foreach (list, i, v) {
		if (!json_is_string(v))
			return err_set(ei, GW_EFORMAT, "organisation: a list of words is expected");
		if (r == 0 && i)
			r = buf_adds(out, ", ");
		if (r == 0)
			r = text_quote(json_string_value(v), out);
	}
	return r == 0 ? buf_adds(out, "]\n") : r;
}

/* A list of objects of strings, as flow maps. */
static int maps_text(const json_t *list, struct buf *out, struct errinfo *ei)
{
	size_t i;
	json_t *map, *v;
	const char *key;
	int r = buf_adds(out, "[");
	if (!json_is_array(list))
		return err_set(ei, GW_EFORMAT, "organisation: a list is expected");
	json_array_foreach (list, i, map) {
		bool first = true;
		if (!json_is_object(map))
			return err_set(ei, GW_EFORMAT, "organisation: objects are expected");
		if (r == 0)
			r = buf_adds(out, i ? ", {" : "{");
		json_object_foreach (map, key, v) {
			if (!json_is_string(v))
				return err_set(ei, GW_EFORMAT, "organisation: text is expected");
			if (r == 0 && !first)
				r = buf_adds(out, ", ");
			if (r == 0)
				r = text_quote(key, out);
			if (r == 0)
				r = buf_adds(out, ": ");
			if (r == 0)
				r = text_quote(json_string_value(v), out);
			first = false;
		}
		if (r == 0)
			r = buf_adds(out, "}");
	}
	return r == 0 ? buf_adds(out, "]\n") : r;
}

/*
 * Written as YAML and read by the one strict reader of entries, so that a bundle can hold nothing
 * that organisations.yaml could not.
 */
int organisation_from_json(const json_t *j, struct organisation **ret_o, struct errinfo *ei)
{
	struct buf text GW_CLEANUP(buf_release) = BUF_INIT(1 << 20);
	struct organisations l = {0};
	const char *key;
	json_t *v;
	int r = buf_adds(&text, "organisations:\n  -\n");
	if (!json_is_object(j))
		return err_set(ei, GW_EFORMAT, "organisation: an object is expected");
	json_object_foreach ((json_t *)(uintptr_t)j, key, v) {
		if (r == 0)
			r = buf_adds(&text, "    ");
		if (r == 0)
			r = text_quote(key, &text);
		if (r == 0)
			r = buf_adds(&text, ": ");
		if (r < 0)
			break;
		if (json_is_string(v)) {
			r = text_quote(json_string_value(v), &text);
			if (r == 0)
				r = buf_adds(&text, "\n");
		} else if (json_is_object(json_array_get(v, 0))) {
			r = maps_text(v, &text, ei);
		} else {
			r = list_text(v, &text, ei);
		}
		if (r < 0)
			break;
	}
	if (r < 0)
		return r == GW_ELIMIT ? err_set(ei, r, "organisation: too long") : r;
	r = organisations_parse("organisation", text.data, text.len, &l, ei);
	if (r < 0)
		return r;
	*ret_o = organisation_copy(l.list[0]);
	organisations_release(&l);
	return 0;
}

static int diff_words(const char *what, unsigned a, unsigned b, word_of word, struct buf *out)
{
	if (a == b)
		return 0;
	int r = buf_addf(out, "%s: ", what);
	if (r == 0)
		r = a ? add_words(out, a, word) : buf_adds(out, "none");
	if (r == 0)
		r = buf_adds(out, " -> ");
	if (r == 0)
		r = b ? add_words(out, b, word) : buf_adds(out, "none");
	return r == 0 ? buf_adds(out, "\n") : r;
}

static int diff_text(const char *what, const char *a, const char *b, struct buf *out)
{
	if (str_eq(a, b))
		return 0;
	return buf_addf(out, "%s: %s -> %s\n", what, a ? a : "none", b ? b : "none");
}

/* Pins of b that a does not have, or has for a shorter time; pins are never taken away. */
static int diff_pins(const char *what, const struct pins *a, const struct pins *b, struct buf *out)
{
	int r = 0;
	for (size_t i = 0; r == 0 && i < b->n; i++) {
		char until[DATE_TEXT];
		bool there = false;
		for (size_t k = 0; k < a->n; k++)
			there |= str_eq(a->list[k].spki, b->list[i].spki) &&
			    date_cmp(a->list[k].until, b->list[i].until) >= 0;
		date_text(b->list[i].until, until);
		if (!there)
			r = buf_addf(out, "%s key: %s until %s\n", what, b->list[i].spki, until);
	}
	return r;
}

/* Officers of a that b does not have, each as "<what>: role spki". */
static int diff_officers(
    const char *what, const struct organisation *a, const struct organisation *b, struct buf *out)
{
	int r = 0;
	for (size_t i = 0; r == 0 && i < a->officers_n; i++) {
		bool there = false;
		for (size_t k = 0; k < b->officers_n; k++)
			there |= str_eq(a->officers[i].role, b->officers[k].role) &&
			    str_eq(a->officers[i].spki, b->officers[k].spki);
		if (!there)
			r = buf_addf(
			    out, "%s: %s %s\n", what, a->officers[i].role, a->officers[i].spki);
	}
	return r;
}

int organisation_diff(const struct organisation *a, const struct organisation *b, struct buf *out)
{
	int r = diff_text("name", a->name, b->name, out);
	if (r == 0)
		r = diff_words("roles", a->roles, b->roles, role_word, out);
	if (r == 0)
		r = diff_words("duties", a->duties, b->duties, duty_word, out);
	if (r == 0)
		r = diff_pins("new signing", &a->signing, &b->signing, out);
	if (r == 0)
		r = diff_pins("new tls", &a->tls, &b->tls, out);
	if (r == 0)
		r = diff_text("gateway", a->gateway, b->gateway, out);
	if (r == 0)
		r = diff_text("gateway_oin", a->gateway_oin, b->gateway_oin, out);
	if (r == 0)
		r = diff_text("ledger", a->ledger, b->ledger, out);
	if (r == 0)
		r = diff_text("witness", a->witness, b->witness, out);
	if (r == 0)
		r = diff_officers("no longer officer", a, b, out);
	if (r == 0)
		r = diff_officers("new officer", b, a, out);
	return r;
}
