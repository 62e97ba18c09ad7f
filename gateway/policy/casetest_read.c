/* SPDX-License-Identifier: EUPL-1.2 */
/* The tests beside a policy as they are written: circumstances and dossier of each case. */
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "base/yaml.h"
#include "dossier/catalogue.h"
#include "dossier/dossier.h"
#include "policy/casetest_read.h"
#include "policy/propose.h"
#include "policy/words.h"

int case_closed(const struct yml *map, const char *const *keys, size_t n, struct errinfo *ei)
{
	int r = yml_closed(map, keys, n, ei);
	if (r < 0 && ei && strstr(ei->msg, "unknown key"))
		propose_keys(ei, keys, n);
	return r;
}

static int word_bit(const struct yml *map, const char *key, const struct policy_words *words,
    unsigned *ret, struct errinfo *ei)
{
	const char *s = NULL;
	size_t i = 0;
	int r = yml_text(map, key, &s, ei);
	if (r == 0)
		r = yml_word(yml_get(map, key), words->list, words->n, &i, ei);
	if (r == 0)
		*ret = 1U << i;
	return r;
}

/* A list that may be missing or empty. */
static int bits_of(const struct yml *map, const char *key, const struct policy_words *words,
    unsigned *ret, struct errinfo *ei)
{
	const struct yml *list = NULL;
	if (!yml_get(map, key))
		return 0;
	int r = yml_list(map, key, &list, ei);
	for (size_t k = 0; r == 0 && k < list->n; k++) {
		size_t i = 0;
		r = yml_word(list->items[k], words->list, words->n, &i, ei);
		if (r == 0)
			*ret |= 1U << i;
	}
	return r;
}

static int scopes_of(
    const struct policy *p, const struct yml *map, struct case_given *ret, struct errinfo *ei)
{
	const struct yml *list = NULL;
	size_t n;
	const char *const *words = catalogue_words(p->catalogue, LIST_CONSENTS, &n);
	if (!yml_get(map, "consent"))
		return 0;
	int r = yml_list(map, "consent", &list, ei);
	if (r == 0 && list->n > CASE_SCOPES)
		return yml_err(list, ei, GW_ELIMIT, "at most %d scopes", CASE_SCOPES);
	for (size_t k = 0; r == 0 && k < list->n; k++) {
		size_t i = 0;
		r = yml_word(list->items[k], words, n, &i, ei);
		if (r == 0)
			ret->scopes[ret->ctx.consents_n++] = words[i];
	}
	ret->ctx.consents = ret->scopes;
	return r;
}

static int read_context(
    const struct policy *p, const struct yml *c, struct case_given *ret, struct errinfo *ei)
{
	static const char *const keys[] = {"sender", "recipient", "contract_status", "programme",
	    "contract", "recipient_duty", "consent", "met"};
	const struct yml *m = NULL;
	unsigned programme = 0;
	int r = yml_map(c, "context", &m, ei);
	if (r == 0)
		r = case_closed(m, keys, GW_LENGTH(keys), ei);
	if (r == 0)
		r = word_bit(m, "sender", &policy_roles, &ret->ctx.sender, ei);
	if (r == 0)
		r = word_bit(m, "recipient", &policy_roles, &ret->ctx.recipient, ei);
	if (r == 0)
		r = word_bit(
		    m, "contract_status", &policy_contracts, &ret->ctx.contract_status, ei);
	if (r == 0)
		r = word_bit(m, "programme", &policy_programmes, &programme, ei);
	if (r == 0 && yml_get(m, "contract"))
		r = yml_text(m, "contract", &ret->ctx.contract, ei);
	if (r == 0)
		r = bits_of(m, "recipient_duty", &policy_duties, &ret->ctx.recipient_duties, ei);
	if (r == 0)
		r = bits_of(m, "met", &policy_requirements, &ret->ctx.met, ei);
	if (r == 0)
		r = scopes_of(p, m, ret, ei);
	if (r == 0)
		ret->ctx.programme = yml_get(m, "programme")->text;
	return r;
}

int casetest_context(const struct yml *one, const struct policy *p, struct policy_context *ret_ctx,
    struct errinfo *ei)
{
	struct case_given given = {.ctx = *ret_ctx};
	int r = read_context(p, one, &given, ei);
	if (r < 0)
		return r;
	*ret_ctx = given.ctx;
	ret_ctx->consents = NULL; /* lay in given */
	ret_ctx->consents_n = 0;
	return 0;
}

/* A dossier of a test has no fields that the catalogue lacks: a slip would pass as absent. */
static int refuse_unknown(
    const struct policy *p, const struct yml *map, const struct dossier *d, struct errinfo *ei)
{
	for (size_t i = 0; i < d->n_notes; i++) {
		if (d->notes[i].kind != DOSSIER_UNKNOWN)
			continue;
		const char *near = catalogue_suggest(p->catalogue, d->notes[i].path);
		if (near)
			return yml_err(map, ei, GW_EFORMAT,
			    "the dossier has the unknown field \"%s\", did you mean \"%s\"?",
			    d->notes[i].path, near);
		return yml_err(map, ei, GW_EFORMAT,
		    "the dossier has the unknown field \"%s\": remove it", d->notes[i].path);
	}
	return 0;
}

int case_read(const struct policy *p, const struct yml *c, struct date as_of,
    struct case_given *ret, struct errinfo *ei)
{
	static const char *const keys[] = {"case", "context", "dossier", "expect"};
	const struct yml *map = NULL;
	ret->ctx.today = as_of;
	ret->ctx.rehearsal = true;
	int r = case_closed(c, keys, GW_LENGTH(keys), ei);
	if (r == 0)
		r = yml_text(c, "case", &ret->name, ei);
	if (r == 0)
		r = read_context(p, c, ret, ei);
	if (r == 0)
		r = yml_map(c, "dossier", &map, ei);
	if (r == 0)
		r = dossier_from_yml(map, p->catalogue, &ret->dossier, ei);
	return r < 0 ? r : refuse_unknown(p, map, ret->dossier, ei);
}

int case_list(const struct yml *root, const struct policy *p, struct date *ret_as_of,
    const struct yml **ret_cases, struct errinfo *ei)
{
	static const char *const keys[] = {"tests_for", "as_of", "cases"};
	const char *id = NULL;
	int r = case_closed(root, keys, GW_LENGTH(keys), ei);
	if (r == 0)
		r = yml_text(root, "tests_for", &id, ei);
	if (r == 0 && !str_eq(id, p->id))
		r = yml_err(yml_get(root, "tests_for"), ei, GW_EFORMAT,
		    "these are tests for policy \"%.60s\", not for \"%s\": write \"tests_for: %s\"",
		    id, p->id, p->id);
	if (r == 0)
		r = yml_date(root, "as_of", ret_as_of, ei);
	if (r == 0)
		r = yml_list(root, "cases", ret_cases, ei);
	if (r == 0 && !(*ret_cases)->n)
		r = yml_err(*ret_cases, ei, GW_EFORMAT, "cases: at least one is expected");
	return r;
}

static const char *case_name(const struct yml *c)
{
	const struct yml *name = yml_get(c, "case");
	return name && name->kind == YML_SCALAR ? name->text : "";
}

/* No case has that name: which was meant, or which there are. */
static int no_case(const struct yml *cases, const char *file, const char *name, struct errinfo *ei)
{
	struct buf all GW_CLEANUP(buf_release) = BUF_INIT(700);
	const char **names = str_alloc((cases->n + 1) * sizeof *names);
	int r = 0;
	for (size_t i = 0; i < cases->n; i++) {
		names[i] = case_name(cases->items[i]);
		if (r == 0)
			r = buf_addf(&all, "%s'%s'", i ? ", " : "", names[i]);
	}
	const char *near = str_suggest(name, names, cases->n);
	r = near ? err_set(ei, GW_ENOENT, "'%s' has no case '%.100s', did you mean '%.200s'?", file,
		       name, near)
		 : err_set(ei, GW_ENOENT, "'%s' has no case '%.100s', its cases are: %s%s", file,
		       name, all.data ? all.data : "", r < 0 ? ", …" : "");
	free(names);
	return r;
}

int casetest_find(const char *file, const void *bytes, size_t n, const struct policy *p,
    const char *name, struct case_given *ret, struct errinfo *ei)
{
	const struct yml *cases = NULL;
	struct date as_of;
	*ret = (struct case_given){0};
	int r = yml_parse(file, bytes, n, &YML_SMALL, &ret->root, ei);
	if (r == 0)
		r = case_list(ret->root, p, &as_of, &cases, ei);
	for (size_t i = 0; r == 0 && i < cases->n; i++)
		if (str_eq(case_name(cases->items[i]), name)) {
			r = case_read(p, cases->items[i], as_of, ret, ei);
			cases = NULL;
			break;
		}
	if (r < 0) {
		if (ei)
			propose_test(ei);
		return r;
	}
	return cases ? no_case(cases, file, name, ei) : 0;
}

void case_given_release(struct case_given *g)
{
	dossier_free_p(&g->dossier);
	yml_free_p(&g->root);
}
