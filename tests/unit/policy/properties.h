/* SPDX-License-Identifier: EUPL-1.2 */
/* properties: a made-up world for the tests of what always holds, and ways to compare outcomes. */
#ifndef TESTS_UNIT_POLICY_PROPERTIES_H
#define TESTS_UNIT_POLICY_PROPERTIES_H

#include "detect/detect.h"
#include "policy/condition.h"
#include "tests/unit/policy/generate.h"

/* A policy, made up or shipped, with a dossier and a context for it. */
struct world {
	struct gen_policy made;
	struct policy *p;
	json_t *root;
	struct dossier *d;
	struct policy_context ctx;
};

static inline void world_release(struct world *w)
{
	gen_policy_release(&w->made);
	policy_free(w->p);
	json_decref(w->root);
	dossier_free(w->d);
}

/* Now and then a shipped policy in the place of a made-up one. */
static inline void world_make(struct world *w, bool shipped_too)
{
	static const char *const shipped[] = {END_CONTRACT, REFERRAL, MUNICIPALITY};
	*w = (struct world){.root = gen_dossier()};
	w->ctx = gen_context();
	if (shipped_too && gen_chance(3) == 0) {
		w->p = load_file(GEN_PICK(shipped));
		w->ctx.sender = w->p->sender;
		w->ctx.recipient = w->p->recipient;
		w->ctx.met = w->p->requires;
	} else {
		gen_policy(&w->made);
		w->p = gen_load(&w->made, GEN_RULES, false);
	}
	w->d = gen_read(w->root, catalogue_builtin());
}

/* dossier.json as compact text, or why there is none; the caller frees it. */
static inline char *outcome(
    const struct policy *p, const struct policy_context *ctx, const struct dossier *d)
{
	struct policy_outcome o GW_CLEANUP(policy_outcome_release) = {0};
	struct buf out GW_CLEANUP(buf_release) = BUF_INIT(1 << 20);
	struct policy_keys all = {0};
	struct policy_key *keys GW_CLEANUP(str_free_p) = policy_rehearsal_keys(p, &all);
	struct errinfo ei = ERRINFO_INIT;
	int r = policy_apply(p, ctx, d, &all, &o, &ei);
	if (r == GW_EREFUSED)
		return str_printf("refused: %s", ei.msg);
	test_code(r, 0, &ei);
	assert_int_equal(jx_dump(o.data, &out), 0);
	return str_dupn(out.data, out.len);
}

/* The value of such a text; NULL when it says why there is none. */
static inline json_t *outcome_json(const char *text)
{
	json_t *j = NULL;
	if (*text == '{')
		assert_int_equal(jx_parse("out", text, strlen(text), &JX_SMALL, &j, NULL), 0);
	return j;
}

static inline const struct policy_rule *in_force(const struct policy *p,
    const struct policy_context *ctx, const struct dossier *d, const struct field *f)
{
	const struct policy_rule *r = p->decisions[f->index].rule;
	return r && condition_holds(p, &r->only_if, ctx, d, NULL) ? r : NULL;
}

/*
 * The scan of texts looks for the names and numbers in these fields, also where they are withheld:
 * a change of them may change what is masked, and is left to a test of its own.
 */
static inline bool scan_knows(const struct field *f)
{
	static const char *const paths[] = {"person.given_names", "person.name_prefix",
	    "person.family_name", "person.bsn", "person.v_number", "person.client_number"};
	for (size_t i = 0; i < GW_LENGTH(paths); i++)
		if (str_eq(paths[i], f->path))
			return true;
	return gen_is_known_name(f);
}

static inline int count_value(json_t *record, const char *leaf, json_t *value, void *arg)
{
	(void)record;
	(void)leaf;
	(void)value;
	++*(size_t *)arg;
	return 0;
}

static inline size_t count_of(json_t *data, const struct field *f)
{
	size_t n = 0;
	(void)dossier_each(data, f, count_value, &n);
	return n;
}

/* Could `less` be `more` with pieces masked? Its own pieces stand in more, in that order. */
static inline bool masks_more(const char *less, const char *more)
{
	const char *at = more;
	for (bool first = true;; first = false) {
		const char *mask = strstr(less, DETECT_MASK_TEXT);
		size_t n = mask ? (size_t)(mask - less) : strlen(less);
		char *piece GW_CLEANUP(str_free_p) = str_dupn(less, n);
		const char *found = mask ? strstr(at, piece) : at + strlen(at) - n;
		if ((!mask && (strlen(at) < n || !str_eq(found, piece))) || !found ||
		    (first && found != at))
			return false;
		if (!mask)
			return true;
		at = found + n;
		less = mask + strlen(DETECT_MASK_TEXT);
	}
}

/* Is a made of the same values as b, but for texts of which more is masked? */
static inline bool removes_only(const json_t *a, const json_t *b)
{
	const char *name;
	json_t *value;
	if (json_is_string(a) && json_is_string(b))
		return masks_more(json_string_value(a), json_string_value(b));
	if (json_is_array(a) && json_is_array(b) && json_array_size(a) == json_array_size(b)) {
		for (size_t i = 0; i < json_array_size(a); i++)
			if (!removes_only(json_array_get(a, i), json_array_get(b, i)))
				return false;
		return true;
	}
	if (!json_is_object(a) || !json_is_object(b) || json_object_size(a) != json_object_size(b))
		return json_equal(a, b);
	json_object_foreach ((json_t *)(uintptr_t)a, name, value)
		if (!removes_only(value, json_object_get(b, name)))
			return false;
	return true;
}

#endif
