/* SPDX-License-Identifier: EUPL-1.2 */
#include "registry/contract.h"

#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "base/yaml.h"
#include "registry/text.h"

static const char *const programme_words[] = {"participatiewet", "wi2021", "ioaw", "nug"};
static const struct yml_limits LIMITS = {.bytes = 8 << 20, .depth = 8, .nodes = 500000};

const char *contract_status_name(enum contract_status s)
{
	static const char *const names[] = {"not_contracted", "run_off", "contracted"};
	return (unsigned)s < GW_LENGTH(names) ? names[s] : "unknown";
}

const char *programme_name(enum programme p)
{
	for (size_t i = 0; i < GW_LENGTH(programme_words); i++)
		if ((unsigned)p == 1U << i)
			return programme_words[i];
	return "unknown";
}

enum programme programme_parse(const char *word)
{
	for (size_t i = 0; i < GW_LENGTH(programme_words); i++)
		if (str_eq(word, programme_words[i]))
			return (enum programme)(1U << i);
	return (enum programme)0;
}

/* code in the sense of docs/FORMATS.md §6: what a dossier may name. */
static bool code_word(const char *s)
{
	size_t n = strlen(s);
	return n >= 1 && n <= 64 &&
	    strspn(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._/-") == n;
}

static int read_code(const struct yml *map, const char *key, char **ret_s, struct errinfo *ei)
{
	const char *text;
	int r = yml_text(map, key, &text, ei);
	if (r < 0)
		return r;
	if (!code_word(text))
		return yml_err(yml_get(map, key), ei, GW_EFORMAT,
		    "%s: 1 to 64 letters, digits or . _ / - expected", key);
	*ret_s = str_dup(text);
	return 0;
}

static int read_oin(const struct yml *map, const char *key, char out[OIN_TEXT], struct errinfo *ei)
{
	const char *text;
	int r = yml_text(map, key, &text, ei);
	if (r < 0)
		return r;
	if (!str_oin(text))
		return yml_err(yml_get(map, key), ei, GW_EFORMAT,
		    "%s: an OIN of 20 digits in quotes expected", key);
	memcpy(out, text, OIN_TEXT);
	return 0;
}

static int read_dates(
    const struct yml *map, struct date *from, struct date *until, struct errinfo *ei)
{
	int r = yml_date(map, "from", from, ei);
	if (r == 0)
		r = yml_date(map, "until", until, ei);
	if (r == 0 && date_cmp(*from, *until) > 0)
		r = yml_err(yml_get(map, "until"), ei, GW_EFORMAT, "until lies before from");
	return r;
}

static int read_programmes(const struct yml *map, unsigned *ret_bits, struct errinfo *ei)
{
	const struct yml *list = NULL;
	unsigned bits = 0;
	int r = yml_list(map, "programme", &list, ei);
	if (r < 0)
		return r;
	for (size_t i = 0; i < list->n; i++) {
		size_t w = 0;
		r = yml_scalar(list->items[i], "word", ei);
		if (r == 0)
			r = yml_word(
			    list->items[i], programme_words, GW_LENGTH(programme_words), &w, ei);
		if (r < 0)
			return r;
		bits |= 1U << w;
	}
	if (!bits)
		return yml_err(list, ei, GW_EFORMAT, "programme: one at least expected");
	*ret_bits = bits;
	return 0;
}

static int read_agreement(
    const struct yml *map, const char *key, struct period *p, struct errinfo *ei)
{
	static const char *const words[] = {"from", "until"};
	const struct yml *m = NULL;
	if (!yml_get(map, key))
		return 0;
	int r = yml_map(map, key, &m, ei);
	if (r == 0)
		r = yml_closed(m, words, GW_LENGTH(words), ei);
	if (r == 0)
		r = read_dates(m, &p->from, &p->until, ei);
	p->given = r == 0;
	return r;
}

static int read_agreements(const struct yml *entry, struct contract *c, struct errinfo *ei)
{
	static const char *const words[] = {"processor", "mandate"};
	const struct yml *m = NULL;
	if (!yml_get(entry, "agreements"))
		return 0;
	int r = yml_map(entry, "agreements", &m, ei);
	if (r == 0)
		r = yml_closed(m, words, GW_LENGTH(words), ei);
	if (r == 0)
		r = read_agreement(m, "processor", &c->processor, ei);
	if (r == 0)
		r = read_agreement(m, "mandate", &c->mandate, ei);
	return r;
}

static int read_contract(const struct yml *entry, struct contract *c, struct errinfo *ei)
{
	static const char *const words[] = {"id", "controller", "provider", "segment", "programme",
	    "from", "until", "run_off_until", "agreements"};
	int r = yml_closed(entry, words, GW_LENGTH(words), ei);
	if (r == 0)
		r = read_code(entry, "id", &c->id, ei);
	if (r == 0)
		r = read_oin(entry, "controller", c->controller, ei);
	if (r == 0)
		r = read_oin(entry, "provider", c->provider, ei);
	if (r == 0)
		r = read_code(entry, "segment", &c->segment, ei);
	if (r == 0)
		r = read_programmes(entry, &c->programmes, ei);
	if (r == 0)
		r = read_dates(entry, &c->from, &c->until, ei);
	if (r == 0 && yml_get(entry, "run_off_until")) {
		r = yml_date(entry, "run_off_until", &c->run_off_until, ei);
		if (r == 0 && date_cmp(c->run_off_until, c->until) < 0)
			r = yml_err(yml_get(entry, "run_off_until"), ei, GW_EFORMAT,
			    "run_off_until lies before until");
	}
	return r == 0 ? read_agreements(entry, c, ei) : r;
}

static int read_all(const struct yml *root, struct contracts *l, struct errinfo *ei)
{
	static const char *const words[] = {"contracts"};
	const struct yml *list = NULL;
	int r = yml_closed(root, words, GW_LENGTH(words), ei);
	if (r == 0)
		r = yml_list(root, "contracts", &list, ei);
	if (r != 0 || !list->n)
		return r;
	l->list = str_alloc(list->n * sizeof *l->list); /* bounded by the reader's node limit */
	for (size_t i = 0; r == 0 && i < list->n; i++) {
		struct contract *c = &l->list[l->n++];
		c->line = list->items[i]->line;
		r = read_contract(list->items[i], c, ei);
		for (size_t k = 0; r == 0 && k + 1 < l->n; k++)
			if (str_eq(l->list[k].id, c->id))
				r = yml_err(yml_get(list->items[i], "id"), ei, GW_EFORMAT,
				    "contract \"%s\" stands here twice (first on line %zu)", c->id,
				    l->list[k].line);
	}
	return r;
}

int contracts_parse(
    const char *file, const void *p, size_t n, struct contracts *ret, struct errinfo *ei)
{
	struct yml *root GW_CLEANUP(yml_free_p) = NULL;
	struct contracts l = {0};
	int r = yml_parse(file, p, n, &LIMITS, &root, ei);
	if (r == 0)
		r = read_all(root, &l, ei);
	if (r < 0)
		contracts_release(&l);
	else
		*ret = l;
	return r;
}

void contract_release(struct contract *c)
{
	str_free_p(&c->id);
	str_free_p(&c->segment);
}

void contracts_release(struct contracts *l)
{
	for (size_t i = 0; i < l->n; i++)
		contract_release(&l->list[i]);
	free(l->list);
	*l = (struct contracts){0};
}

const struct contract *contracts_find(const struct contracts *l, const char *id)
{
	for (size_t i = 0; i < l->n; i++)
		if (str_eq(l->list[i].id, id))
			return &l->list[i];
	return NULL;
}

enum contract_status contract_status_on(const struct contract *c, struct date day)
{
	if (date_cmp(day, c->from) < 0)
		return CONTRACT_NOT_CONTRACTED;
	if (date_cmp(day, c->until) <= 0)
		return CONTRACT_CONTRACTED;
	if (c->run_off_until.year && date_cmp(day, c->run_off_until) <= 0)
		return CONTRACT_RUN_OFF;
	return CONTRACT_NOT_CONTRACTED;
}

enum contract_status contracts_status(const struct contracts *l, const struct contract *named,
    const char *provider_oin, unsigned programme, struct date day, const struct contract **ret_best)
{
	enum contract_status status = CONTRACT_NOT_CONTRACTED;
	const struct contract *best = NULL;
	for (size_t i = 0; i < l->n; i++) {
		const struct contract *c = &l->list[i];
		if (!str_eq(c->controller, named->controller) ||
		    !str_eq(c->segment, named->segment) || !str_eq(c->provider, provider_oin) ||
		    !(c->programmes & programme))
			continue;
		enum contract_status s = contract_status_on(c, day);
		if (s == CONTRACT_NOT_CONTRACTED || s < status)
			continue;
		bool better = s > status || !best || str_eq(c->id, named->id) ||
		    (!str_eq(best->id, named->id) && date_cmp(c->until, best->until) > 0);
		if (better) {
			status = s;
			best = c;
		}
	}
	if (ret_best)
		*ret_best = best;
	return status;
}

bool period_holds(const struct period *p, struct date day)
{
	return p->given && date_cmp(p->from, day) <= 0 && date_cmp(day, p->until) <= 0;
}

static int add_period(struct buf *out, const char *name, const struct period *p, bool first)
{
	char from[DATE_TEXT], until[DATE_TEXT];
	date_text(p->from, from);
	date_text(p->until, until);
	return buf_addf(out, "%s%s: {from: %s, until: %s}", first ? "" : ", ", name, from, until);
}

static int add_agreements(struct buf *out, const struct contract *c)
{
	int r = 0;
	if (!c->processor.given && !c->mandate.given)
		return 0;
	r = buf_adds(out, "    agreements: {");
	if (r == 0 && c->processor.given)
		r = add_period(out, "processor", &c->processor, true);
	if (r == 0 && c->mandate.given)
		r = add_period(out, "mandate", &c->mandate, !c->processor.given);
	return r == 0 ? buf_adds(out, "}\n") : r;
}

int contract_yaml(const struct contract *c, struct buf *out)
{
	char from[DATE_TEXT], until[DATE_TEXT], run_off[DATE_TEXT];
	date_text(c->from, from);
	date_text(c->until, until);
	int r = buf_adds(out, "  - id: ");
	if (r == 0)
		r = text_quote(c->id, out);
	if (r == 0)
		r = buf_addf(out,
		    "\n    controller: \"%s\"\n    provider: \"%s\"\n    segment: ", c->controller,
		    c->provider);
	if (r == 0)
		r = text_quote(c->segment, out);
	if (r == 0)
		r = buf_adds(out, "\n    programme: [");
	bool first = true;
	for (size_t i = 0; r == 0 && i < GW_LENGTH(programme_words); i++)
		if (c->programmes & 1U << i) {
			r = buf_addf(out, "%s%s", first ? "" : ", ", programme_words[i]);
			first = false;
		}
	if (r == 0)
		r = buf_addf(out, "]\n    from: %s\n    until: %s\n", from, until);
	if (r == 0 && c->run_off_until.year) {
		date_text(c->run_off_until, run_off);
		r = buf_addf(out, "    run_off_until: %s\n", run_off);
	}
	return r == 0 ? add_agreements(out, c) : r;
}
