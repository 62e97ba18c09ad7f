/* SPDX-License-Identifier: EUPL-1.2 */
/* The part of the page that says what a correction corrects. */
#include <stdbool.h>

#include "base/str.h"
#include "dossier/catalogue.h"
#include "dossier/dossier.h"
#include "package/labels.h"
#include "package/page.h"

static int seen(json_t *record, const char *leaf, json_t *value, void *arg)
{
	(void)record;
	(void)leaf;
	(void)value;
	*(bool *)arg = true;
	return 1;
}

static bool has_value(const json_t *dossier, const struct field *f)
{
	bool there = false;
	return dossier_each((json_t *)(uintptr_t)dossier, f, seen, &there) && there;
}

static bool lists(const json_t *list, const char *path)
{
	for (size_t i = 0; i < json_array_size(list); i++)
		if (str_eq(json_string_value(json_array_get(list, i)), path))
			return true;
	return false;
}

/* What is there for telling whom it is about. */
static bool goes_along(const struct page *p, const json_t *dossier, const json_t *corrects)
{
	for (size_t i = 0; i < catalogue_count(p->catalogue); i++) {
		const struct field *f = catalogue_at(p->catalogue, i);
		if (!lists(corrects, f->path) && has_value(dossier, f))
			return true;
	}
	return false;
}

static void corrected(struct page *p, const struct field *f, bool removed)
{
	page_raw(p, "<li>");
	page_text(p, label(f->group, p->language));
	page_raw(p, ": ");
	page_text(p, label(f->path, p->language));
	if (removed)
		page_raw(p,
		    page_say(p, " – <strong>vervallen</strong>: verwijder wat u daarvan hebt",
			" – <strong>no longer there</strong>: remove what you have of it"));
	page_raw(p, "</li>\n");
}

void page_correction(
    struct page *p, const struct note *note, const json_t *dossier, const json_t *corrects)
{
	page_raw(p,
	    page_say(p, "<h2>Wat is verbeterd</h2>\n<p>Dit bericht verbetert gegevens uit pakket ",
		"<h2>What is corrected</h2>\n<p>This notice corrects data in package "));
	page_words(p, note->supersedes);
	page_raw(p,
	    page_say(p,
		" en wat u daarvoor kreeg. Neem over wat hieronder staat, in de plaats "
		"van wat u had, en laat het weten aan wie u het doorgaf.</p>\n<ul>\n",
		" and in what you received before. Take over what stands below, in the place of "
		"what you had, and tell those to whom you passed it on.</p>\n<ul>\n"));
	for (size_t i = 0; i < json_array_size(corrects); i++) {
		const char *path = json_string_value(json_array_get(corrects, i));
		const struct field *f = path ? catalogue_find(p->catalogue, path) : NULL;
		if (f)
			corrected(p, f, !has_value(dossier, f));
	}
	page_raw(p, "</ul>\n");
	if (goes_along(p, dossier, corrects))
		page_raw(p,
		    page_say(p,
			"<p>Wat verder op deze bladzijde staat is niet veranderd: het zegt "
			"over wie dit gaat.</p>\n",
			"<p>What else stands on this page has not changed: it tells whom this is "
			"about.</p>\n"));
}
