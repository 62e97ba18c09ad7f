/* SPDX-License-Identifier: EUPL-1.2 */
#include "policy/load.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "policy/propose.h"

enum { MOST_FINDINGS = 200, MOST_STRINGS = 1000 };

bool load_full(const struct loader *l)
{
	return l->findings->n >= MOST_FINDINGS;
}

/* Nobody reads hundreds of findings: those past the limit are only counted. */
static void count(struct loader *l, enum policy_severity severity)
{
	l->findings->errors += severity == POLICY_ERROR;
	l->findings->gaps += severity == POLICY_GAP;
	if (!load_full(l))
		return;
	l->more++;
	l->worst = severity > l->worst ? severity : l->worst;
}

static void push(struct loader *l, enum policy_severity severity, const struct errinfo *ei)
{
	count(l, severity);
	if (!load_full(l))
		policy_findings_add(l->findings, severity, ei->msg);
}

int load_end(struct loader *l, struct errinfo *ei)
{
	char *text GW_CLEANUP(str_free_p) =
	    str_printf("%s: and %zu more findings", l->p->file, l->more);
	if (l->more)
		policy_findings_add(l->findings, l->worst, text);
	if (l->code < 0 && ei)
		*ei = l->first;
	return l->code;
}

void load_say(
    struct loader *l, enum policy_severity severity, const struct yml *node, const char *fmt, ...)
{
	char why[800];
	struct errinfo ei = ERRINFO_INIT;
	va_list ap;
	if (load_full(l) && (severity != POLICY_ERROR || l->code < 0)) {
		count(l, severity);
		return;
	}
	va_start(ap, fmt);
	(void)vsnprintf(why, sizeof why, fmt, ap);
	va_end(ap);
	int code = yml_err(node, &ei, GW_EFORMAT, "%s", why);
	if (severity == POLICY_ERROR)
		(void)load_failed(l, code, &ei);
	else
		push(l, severity, &ei);
}

bool load_failed(struct loader *l, int code, const struct errinfo *ei)
{
	if (l->code == 0) {
		l->code = code;
		l->first = *ei;
	}
	push(l, POLICY_ERROR, ei);
	return false;
}

bool load_bad(struct loader *l, int code, struct errinfo *ei, const char *key, enum yml_kind kind)
{
	propose_member(ei, key, kind);
	return load_failed(l, code, ei);
}

bool load_bad_word(struct loader *l, int code, struct errinfo *ei)
{
	propose_word(ei);
	return load_failed(l, code, ei);
}

static bool is_among(const char *s, const char *const *words, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (str_eq(s, words[i]))
			return true;
	return false;
}

bool load_closed(struct loader *l, const struct yml *map, const char *const *words, size_t n)
{
	struct errinfo ei = ERRINFO_INIT;
	if (map->kind != YML_MAP) {
		int r = yml_closed(map, words, n, &ei);
		char key[100];
		(void)snprintf(key, sizeof key, ": write \"%s: …\"", words[0]);
		propose_text(&ei, key);
		return load_failed(l, r, &ei);
	}
	bool good = true;
	for (size_t i = 0; i < map->n; i++) { /* one at a time, so that each unknown key is told */
		if (load_full(l) && is_among(map->keys[i]->text, words, n))
			continue;
		if (load_full(l) && l->code < 0) { /* not worth looking for a word that is near */
			count(l, POLICY_ERROR);
			good = false;
			continue;
		}
		const struct yml one = {.kind = YML_MAP,
		    .line = map->line,
		    .col = map->col,
		    .n = 1,
		    .items = &map->items[i],
		    .keys = &map->keys[i],
		    .file = map->file};
		int r = yml_closed(&one, words, n, &ei);
		if (r < 0) {
			propose_keys(&ei, words, n);
			good = load_failed(l, r, &ei);
		}
	}
	return good;
}

bool load_text(struct loader *l, const struct yml *map, const char *key, char **ret)
{
	struct errinfo ei = ERRINFO_INIT;
	const char *s = NULL;
	int r = yml_text(map, key, &s, &ei);
	if (r < 0)
		return load_bad(l, r, &ei, key, YML_SCALAR);
	*ret = str_dup(s);
	return true;
}

static bool check_name(struct loader *l, const struct yml *node)
{
	if (node->kind == YML_SCALAR && policy_name(node->text))
		return true;
	load_say(l, POLICY_ERROR, node,
	    "a name of lower-case letters, digits, - and _ is expected (64 at most): write one such as "
	    "\"laatste-stand\"");
	return false;
}

bool load_name(struct loader *l, const struct yml *map, const char *key, char **ret)
{
	const struct yml *v = yml_get(map, key);
	if (v && !check_name(l, v))
		return false;
	return load_text(l, map, key, ret);
}

bool load_int(struct loader *l, const struct yml *map, const char *key, int64_t low, int64_t high,
    int64_t *ret)
{
	struct errinfo ei = ERRINFO_INIT;
	int r = yml_int(map, key, low, high, ret, &ei);
	return r < 0 ? load_bad(l, r, &ei, key, YML_SCALAR) : true;
}

bool load_date(struct loader *l, const struct yml *map, const char *key, struct date *ret)
{
	struct errinfo ei = ERRINFO_INIT;
	int r = yml_date(map, key, ret, &ei);
	return r < 0 ? load_bad(l, r, &ei, key, YML_SCALAR) : true;
}

bool load_duration(struct loader *l, const struct yml *map, const char *key, struct duration *ret)
{
	struct errinfo ei = ERRINFO_INIT;
	int r = yml_duration(map, key, ret, &ei);
	return r < 0 ? load_bad(l, r, &ei, key, YML_SCALAR) : true;
}

bool load_word(struct loader *l, const struct yml *map, const char *key,
    const struct policy_words *words, const char **ret)
{
	struct errinfo ei = ERRINFO_INIT;
	const char *s = NULL;
	size_t i = 0;
	int r = yml_text(map, key, &s, &ei);
	if (r < 0)
		return load_bad(l, r, &ei, key, YML_SCALAR);
	r = yml_word(yml_get(map, key), words->list, words->n, &i, &ei);
	if (r < 0)
		return load_bad_word(l, r, &ei);
	*ret = words->list[i];
	return true;
}

const struct yml *load_any_list(struct loader *l, const struct yml *map, const char *key)
{
	struct errinfo ei = ERRINFO_INIT;
	const struct yml *list = NULL;
	int r = yml_list(map, key, &list, &ei);
	if (r < 0)
		(void)load_bad(l, r, &ei, key, YML_LIST);
	return list;
}

const struct yml *load_list(struct loader *l, const struct yml *map, const char *key)
{
	struct errinfo ei = ERRINFO_INIT;
	const struct yml *list = load_any_list(l, map, key);
	if (!list || list->n)
		return list;
	int r = yml_err(list, &ei, GW_EFORMAT, "%s: at least one is expected", key);
	(void)load_bad(l, r, &ei, key, YML_LIST);
	return NULL;
}

bool load_most(struct loader *l, const struct yml *list, size_t most, const char *what)
{
	if (list->n <= most)
		return true;
	load_say(l, POLICY_ERROR, list, "at most %zu %s are expected here: remove the others", most,
	    what);
	return false;
}

const struct yml *load_map(struct loader *l, const struct yml *map, const char *key)
{
	struct errinfo ei = ERRINFO_INIT;
	const struct yml *m = NULL;
	int r = yml_map(map, key, &m, &ei);
	if (r < 0)
		(void)load_bad(l, r, &ei, key, YML_MAP);
	return m;
}

bool load_bits(
    struct loader *l, const struct yml *list, const struct policy_words *words, unsigned *ret)
{
	bool good = true;
	unsigned bits = 0;
	for (size_t k = 0; k < list->n; k++) {
		struct errinfo ei = ERRINFO_INIT;
		size_t i = 0;
		int r = yml_word(list->items[k], words->list, words->n, &i, &ei);
		if (r < 0) {
			good = load_bad_word(l, r, &ei);
		} else if (bits & 1U << i) {
			load_say(l, POLICY_ERROR, list->items[k],
			    "\"%s\" stands here twice: remove one of the two", words->list[i]);
			good = false;
		} else {
			bits |= 1U << i;
		}
	}
	if (good)
		*ret = bits;
	return good;
}

bool load_strings(
    struct loader *l, const struct yml *list, bool free_text, char ***ret, size_t *ret_n)
{
	char **out = str_alloc((list->n + 1) * sizeof *out);
	size_t n = 0;
	bool good = load_most(l, list, MOST_STRINGS, "entries");
	for (size_t k = 0; k < list->n && k < MOST_STRINGS; k++) {
		const struct yml *y = list->items[k];
		struct errinfo ei = ERRINFO_INIT;
		int r = yml_scalar(y, "word", &ei);
		if (r < 0) {
			propose_text(&ei, ": write it without brackets or braces, or remove it");
			good = load_failed(l, r, &ei);
			continue;
		}
		if (!free_text && !check_name(l, y)) {
			good = false;
			continue;
		}
		for (size_t i = 0; i < n; i++)
			if (str_eq(out[i], y->text)) {
				load_say(l, POLICY_ERROR, y,
				    "\"%.60s\" stands here twice: remove one of the two", y->text);
				good = false;
			}
		out[n++] = str_dup(y->text);
	}
	*ret = out;
	*ret_n = n;
	return good;
}

/* A report policy is another document of the language; a reader of this one must not guess at it.
 */
static bool is_report(struct loader *l)
{
	const struct yml *key = yml_key(l->root, "report_policy");
	if (!key || yml_get(l->root, "policy"))
		return false;
	struct errinfo ei = ERRINFO_INIT;
	int r = yml_err(key, &ei, GW_ESUPPORT,
	    "this is a report policy (tables over many people): it lets no dossier leave; `handover "
	    "report` makes its tables");
	(void)load_failed(l, r, &ei);
	return true;
}

/* Another kind of file altogether: one finding says so. A `policy` that is misspelt is told below.
 */
static bool is_other(struct loader *l)
{
	static const char *const word[] = {"policy"};
	if (yml_get(l->root, "policy"))
		return false;
	for (size_t i = 0; i < l->root->n; i++)
		if (str_suggest(l->root->keys[i]->text, word, 1))
			return false;
	load_say(l, POLICY_ERROR, l->root,
	    "this is no policy: it has no key \"policy\"; name a policy file, or write one with "
	    "`handover policy init`");
	return true;
}

static void load_all(struct loader *l)
{
	static const char *const keys[] = {"policy", "language", "version", "status", "title",
	    "valid", "approved", "catalogue", "purpose", "legal_basis", "applies_to", "requires",
	    "offer", "allow", "withhold", "scan_profiles", "attachments", "limits", "consent",
	    "retention"};
	if (l->root->kind == YML_MAP && (is_report(l) || is_other(l)))
		return;
	(void)load_closed(l, l->root, keys, GW_LENGTH(keys));
	if (l->root->kind != YML_MAP)
		return;
	load_header(l);
	load_profiles(l);
	load_consent(l);
	load_rules(l);
	load_withholds(l);
	load_attachments(l);
	load_terms(l);
	load_compile(l);
	load_lint(l);
}

int load_document(struct loader *l, const char *file, const void *p, size_t n,
    const struct catalogue *catalogue, struct policy_findings *findings,
    void (*all)(struct loader *l), struct errinfo *ei)
{
	struct policy_findings own GW_CLEANUP(policy_findings_release) = {0};
	struct yml *root GW_CLEANUP(yml_free_p) = NULL;
	struct errinfo why = ERRINFO_INIT;
	l->findings = findings ? findings : &own;
	l->p->file = str_dup(file);
	l->p->catalogue = catalogue;
	int r = yml_parse(file, p, n, &YML_SMALL, &root, &why);
	if (r < 0) {
		propose_yaml(&why);
		(void)load_failed(l, r, &why);
	} else {
		l->root = root;
		all(l);
	}
	r = load_end(l, ei);
	l->root = NULL;
	l->findings = NULL;
	if (r == 0)
		hash_sha256_hex(p, n, l->p->sha256);
	return r;
}

int policy_parse(const char *file, const void *p, size_t n, const struct catalogue *catalogue,
    struct policy_findings *findings, struct policy **ret_p, struct errinfo *ei)
{
	struct policy *policy GW_CLEANUP(policy_free_p) = str_alloc(sizeof *policy);
	struct loader l = {.p = policy};
	int r = load_document(&l, file, p, n, catalogue, findings, load_all, ei);
	if (r < 0)
		return r;
	load_order(policy);
	load_meaning(policy);
	*ret_p = policy;
	policy = NULL;
	return 0;
}
