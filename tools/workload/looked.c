/* SPDX-License-Identifier: EUPL-1.2 */
#include "tools/workload/looked.h"

#include "base/str.h"
#include "tools/workload/papers.h"
#include "tools/workload/pictures.h"

enum { NUMBER = 69, REFERENCE_LINE = 5 };

/* What a coach wrote: an illness, a firm that no list knows, and somebody with a name and number.
 */
static void add_notes(json_t *value)
{
	json_t *plan = json_object_get(value, "plan");
	jx_set(plan, "goal",
	    json_string("Weer aan het werk in de bouw; na een burn-out in opbouw naar 24 uur."));
	jx_set(plan, "steps",
	    json_string("Stage bij Zerfinoz regelen met mevrouw Zonneveld, te bellen op "
			"013-5551234."));
}

static struct buf *file(struct work *w, const char *type, const char *name)
{
	candidate_attach(w->value, type, name);
	return work_file(w, name);
}

/* A CV: its person's own details, and those of one who can be asked. */
static int add_cv(struct work *w, const struct person *p, const char *planted)
{
	char *own GW_CLEANUP(str_wipe_p) = str_printf(
	    "%s %s%s%s", p->given, p->prefix ? p->prefix : "", p->prefix ? " " : "", p->family);
	const struct paper cv = {{"Curriculum vitae", own, p->phone, p->email,
				     "Stratenmaker in Tilburg, van mei 2015 tot juni 2019",
				     "Navraag bij mevrouw Zonneveld, 013-5551234"},
	    REFERENCE_LINE + 1};
	return paper_pdf(file(w, "cv", "attachments/cv.pdf"), &cv, planted);
}

static int add_papers(struct work *w, const struct person *p, const char *planted)
{
	char *number GW_CLEANUP(str_wipe_p) = str_printf("Burgerservicenummer %s", p->bsn);
	const struct paper certificate = {
	    {"Certificaat VCA basis", "Behaald op 12 mei 2025 in Tilburg"}, 2};
	const struct paper reference = {
	    {"Getuigschrift",
		"Werkte drie jaar naar tevredenheid, tot een depressie hem thuis hield"},
	    2};
	const struct paper registration = {{"Inschrijving bij een uitzendbureau", number}, 2};
	int r = add_cv(w, p, planted);
	if (r == 0)
		r = paper_docx(
		    file(w, "certificate", "attachments/certificaat.docx"), &certificate, planted);
	if (r == 0)
		r = paper_docx(file(w, "work_reference", "attachments/getuigschrift.docx"),
		    &reference, planted);
	return r < 0 ? r
		     : paper_pdf(file(w, "certificate", "attachments/inschrijving.pdf"),
			   &registration, planted);
}

static int add_pictures(struct work *w, struct random *r, const char *planted)
{
	int e =
	    picture_jpeg(file(w, "diploma", "attachments/diploma.jpg"), r, false, true, planted);
	if (e == 0)
		e = picture_png_scan(
		    file(w, "certificate", "attachments/heftruck.png"), r, planted);
	return e < 0
	    ? e
	    : picture_jpeg(file(w, "id_copy", "attachments/paspoort.jpg"), r, true, false, planted);
}

int looked_make(struct work *w, const struct setting *s, uint64_t seed, const char *planted)
{
	struct random r;
	struct person p;
	random_start(&r, seed, NUMBER);
	person_make(&p, &r, NUMBER, NUMBER + 1, false, s->today);
	*w = (struct work){.shape = AS_JSON};
	w->value = candidate_make(&p, s, &r, NUMBER);
	add_notes(w->value);
	int e = add_papers(w, &p, planted);
	return e < 0 ? e : add_pictures(w, &r, planted);
}
