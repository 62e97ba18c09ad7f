/* SPDX-License-Identifier: EUPL-1.2 */
#include "policy/finished.h"

#include <string.h>

#include "base/str.h"
#include "detect/detect.h"
#include "dossier/catalogue.h"
#include "policy/profile.h"
#include "policy/run.h"

enum { TEXT_MAX = 64 << 20 };

static const unsigned NUMBERS = DETECT_BIT(DETECT_BSN) | DETECT_BIT(DETECT_IBAN);

static int left(const char *where, const struct detect_finding *f, struct errinfo *ei)
{
	return err_set(ei, GW_EREFUSED,
	    "%s: %s found in what was about to leave; nothing was written, please report this",
	    where, detect_kind_name(f->kind));
}

/* ---- dossier.json ---- */

/* The kinds that may not be in a field under its rule. */
static unsigned blocked(const struct policy *p, const struct policy_decision *d)
{
	unsigned kinds = 0;
	if (!d->rule)
		return 0;
	if (d->rule->as != AS_SCANNED)
		return d->field->type == FIELD_TEXT_SHORT ? NUMBERS : 0;
	const struct detect_profile *v = &p->profiles[d->rule->scan].verdicts;
	for (unsigned i = 0; i < DETECT_KINDS; i++)
		if (v->verdict[i] == DETECT_BLOCK)
			kinds |= DETECT_BIT(i);
	return kinds;
}

struct look {
	const struct policy *p;
	struct errinfo *ei;
};

static int look_at(
    void *arg, const struct field *f, size_t number, json_t *value, json_t **ret_made)
{
	const struct look *k = arg;
	struct detect_findings found GW_CLEANUP(detect_findings_release) = DETECT_FINDINGS_INIT;
	unsigned kinds = blocked(k->p, &k->p->decisions[f->index]);
	const char *text = json_is_object(value) ? jx_str(value, "v") : json_string_value(value);
	(void)number;
	(void)ret_made;
	if (!text || !kinds)
		return 0;
	int r = detect_scan(text, strlen(text), NULL, &found, k->ei);
	for (size_t i = 0; r == 0 && i < found.n; i++)
		if (kinds & DETECT_BIT(found.list[i].kind))
			return left(f->path, &found.list[i], k->ei);
	return r;
}

static int look_at_json(const struct policy *p, json_t *data, struct errinfo *ei)
{
	struct look k = {p, ei};
	struct walk w = {.visit = look_at, .arg = &k};
	json_t *made GW_CLEANUP(jx_release) = NULL;
	return walk_all(&w, p, data, &made);
}

/* ---- dossier.html ---- */

/* Append the text of the page: what stands between tags, each piece on a line of its own. */
static int text_of_page(const char *html, size_t n, struct buf *out)
{
	static const struct {
		const char *entity, *text;
	} entities[] = {
	    {"&amp;", "&"}, {"&lt;", "<"}, {"&gt;", ">"}, {"&quot;", "\""}, {"&#39;", "'"}};
	int r = 0;
	for (size_t i = 0; r == 0 && i < n;) {
		if (html[i] == '<') {
			const char *end = memchr(html + i, '>', n - i);
			i = end ? (size_t)(end - html) + 1 : n;
			r = buf_adds(out, "\n\n");
			continue;
		}
		size_t k = 0;
		while (k < GW_LENGTH(entities) &&
		    (n - i < strlen(entities[k].entity) ||
			memcmp(html + i, entities[k].entity, strlen(entities[k].entity)) != 0))
			k++;
		bool known = k < GW_LENGTH(entities);
		r = known ? buf_adds(out, entities[k].text) : buf_add(out, html + i, 1);
		i += known ? strlen(entities[k].entity) : 1;
	}
	return r;
}

/* What was found stands in the JSON too, where it was judged by the rule of its field. */
static bool in_json(
    const struct buf *text, const struct detect_finding *f, const char *json, size_t n)
{
	return json && text->data && memmem(json, n, text->data + f->offset, f->length) != NULL;
}

static int look_at_html(
    const char *html, size_t n, const char *json, size_t json_n, struct errinfo *ei)
{
	struct buf text GW_CLEANUP(buf_release) = BUF_INIT(TEXT_MAX);
	struct detect_findings found GW_CLEANUP(detect_findings_release) = DETECT_FINDINGS_INIT;
	int r = text_of_page(html, n, &text);
	if (r < 0)
		return err_set(ei, r, "the page is too large to be looked through");
	r = detect_scan(text.data ? text.data : "", text.len, NULL, &found, ei);
	for (size_t i = 0; r == 0 && i < found.n; i++) {
		const struct detect_finding *f = &found.list[i];
		/* eight digits without a word may be of a uuid */
		bool sure = f->certainty > DETECT_LOW && (NUMBERS & DETECT_BIT(f->kind));
		if (sure && !in_json(&text, f, json, json_n))
			return left("dossier.html", f, ei);
	}
	return r;
}

int policy_finished(const struct policy *p, const char *json, size_t json_n, const char *html,
    size_t html_n, struct errinfo *ei)
{
	static const struct jx_limits limits = {.bytes = TEXT_MAX, .depth = 16, .values = 1000000};
	json_t *data GW_CLEANUP(jx_release) = NULL;
	int r = jx_parse("dossier.json", json, json_n, &limits, &data, ei);
	if (r == 0)
		r = look_at_json(p, data, ei);
	return r < 0 ? r : look_at_html(html, html_n, json, json_n, ei);
}
