/* SPDX-License-Identifier: EUPL-1.2 */
/* The policy's part of the page: the same for every dossier under one policy. */
#include <stdio.h>
#include <string.h>

#include "base/str.h"
#include "dossier/catalogue.h"
#include "package/labels.h"
#include "package/page.h"

enum { PATH_TEXT = 200 };

/* Fields by name, each run of one group as "Group (field, field)": many groups have a "Name". */
static void fields(struct page *p, const json_t *list)
{
	char group[PATH_TEXT] = "", own[PATH_TEXT];
	size_t i;
	json_t *s;
	json_array_foreach ((json_t *)(uintptr_t)list, i, s) {
		const char *path = json_string_value(s);
		const char *dot = path ? strrchr(path, '.') : NULL;
		if (!dot)
			continue;
		(void)snprintf(own, sizeof own, "%.*s", (int)(dot - path), path);
		if (str_eq(own, group)) {
			page_raw(p, ", ");
		} else {
			page_raw(p, *group ? "), " : "");
			page_text(p, label(own, p->language));
			page_raw(p, " (");
			memcpy(group, own, sizeof group);
		}
		page_text(p, label(path, p->language));
	}
	page_raw(p, *group ? ")" : "");
}

/* Whether the policy lets some field of the class go: then only the others of it stay. */
static bool goes_in_part(const struct page *p, const json_t *report, const char *class)
{
	size_t i, k;
	json_t *rule, *s;
	json_array_foreach (json_object_get(report, "allowed"), i, rule)
		json_array_foreach (json_object_get(rule, "fields"), k, s) {
			const char *path = json_string_value(s);
			const struct field *f = path ? catalogue_find(p->catalogue, path) : NULL;
			if (f && str_eq(field_class_name(f->cls), class))
				return true;
		}
	return false;
}

static void classes(struct page *p, const json_t *report, const json_t *list)
{
	size_t i;
	json_t *s;
	json_array_foreach ((json_t *)(uintptr_t)list, i, s) {
		char key[PATH_TEXT];
		const char *word = json_string_value(s);
		if (!word)
			continue;
		(void)snprintf(key, sizeof key, "class.%s", word);
		const char *name = label(key, p->language);
		page_raw(p, i ? ", " : "");
		if (goes_in_part(p, report, word))
			page_raw(p, page_say(p, "overige ", "other "));
		page_text(p, name == key ? label(word, p->language) : name);
	}
}

static void because(struct page *p, const json_t *o)
{
	const char *why = jx_str(o, "because");
	page_raw(p, ": ");
	page_text(p, why ? why : "");
	page_raw(p, "</li>\n");
}

static void withheld(struct page *p, const json_t *report)
{
	const json_t *list = json_object_get(report, "withheld");
	size_t i;
	json_t *w;
	if (!json_array_size(list))
		return;
	page_raw(p,
	    page_say(p,
		"<h2>Wat het beleid achterhoudt</h2>\n<p>Dit geldt voor iedereen en zegt niets over deze persoon.</p>\n<ul>\n",
		"<h2>What the policy withholds</h2>\n<p>This holds for everybody and says nothing about this person.</p>\n<ul>\n"));
	json_array_foreach ((json_t *)(uintptr_t)list, i, w) {
		page_raw(p, "<li>");
		fields(p, json_object_get(w, "fields"));
		if (json_array_size(json_object_get(w, "fields")) &&
		    json_array_size(json_object_get(w, "classes")))
			page_raw(p, ", ");
		classes(p, report, json_object_get(w, "classes"));
		because(p, w);
	}
	page_raw(p, "</ul>\n");
}

/* " – alleen … word, word …" for one member of a condition. */
static void condition(
    struct page *p, const json_t *only_if, const char *key, const char *before, const char *behind)
{
	const json_t *list = json_object_get(only_if, key);
	size_t i;
	json_t *s;
	json_array_foreach ((json_t *)(uintptr_t)list, i, s) {
		const char *word = json_string_value(s);
		page_raw(p, i ? ", " : before);
		page_text(p, word ? label(word, p->language) : "");
	}
	page_raw(p, json_array_size(list) ? behind : "");
}

static void conditional(struct page *p, const json_t *report)
{
	bool any = false;
	size_t i;
	json_t *rule;
	json_array_foreach (json_object_get(report, "allowed"), i, rule) {
		const json_t *only_if = json_object_get(rule, "only_if");
		if (!only_if)
			continue;
		if (!any)
			page_raw(p,
			    page_say(p,
				"<h2>Wat alleen onder voorwaarde meegaat</h2>\n<p>Ook dit geldt voor iedereen.</p>\n<ul>\n",
				"<h2>What goes under a condition only</h2>\n<p>This too holds for everybody.</p>\n<ul>\n"));
		any = true;
		page_raw(p, "<li>");
		fields(p, json_object_get(rule, "fields"));
		condition(p, only_if, "recipient_duty",
		    page_say(p, " – alleen als ", " – only when "),
		    page_say(p, " een wettelijke taak van de ontvanger is",
			" is a legal duty of the recipient"));
		condition(
		    p, only_if, "programme", page_say(p, " – alleen bij ", " – only under "), "");
		condition(p, only_if, "consent",
		    page_say(p, " – alleen met toestemming voor het ", " – only with consent for "),
		    "");
		because(p, rule);
	}
	page_raw(p, any ? "</ul>\n" : "");
}

/* Texts are scanned: a reader should know what stands for what was taken out. */
static void masks(struct page *p, const json_t *report)
{
	size_t i;
	json_t *rule;
	json_array_foreach (json_object_get(report, "allowed"), i, rule)
		if (str_eq(jx_str(rule, "as"), "scanned")) {
			page_raw(p,
			    page_say(p,
				"<p>Waar in een tekst […] staat, is iets weggelaten dat volgens het beleid niet mee mag.</p>\n",
				"<p>Where a text has […], something was left out that the policy does not let go.</p>\n"));
			return;
		}
}

void page_policy(struct page *p, const json_t *report)
{
	withheld(p, report);
	conditional(p, report);
	masks(p, report);
}
