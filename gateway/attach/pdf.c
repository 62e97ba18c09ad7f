/* SPDX-License-Identifier: EUPL-1.2 */
#include "attach/pdf.h"

#include <stdlib.h>
#include <string.h>

#include "attach/pdf_content.h"
#include "attach/pdf_walk.h"

enum { PAGES_MAX = 2000, CONTENT_MAX = 64 << 20 };

struct job {
	qpdf_data q;
	struct pdf_walk walk;
	const struct attach_limits *limits;
	size_t n;    /* pages */
	qpdf_oh all; /* the dictionary of all pages */
	struct buf *pages;
	enum attach_why why;
};

static int refuse(struct job *j, enum attach_why why)
{
	j->why = why;
	return GW_EREFUSED;
}

/* True when the document says itself that it has too many pages; to count them costs more. */
static bool claims_too_many(qpdf_data q)
{
	qpdf_oh root = qpdf_get_root(q), pages = qpdf_oh_get_key_if_dict(q, root, "/Pages");
	qpdf_oh count = qpdf_oh_get_key_if_dict(q, pages, "/Count");
	long long n = 0;
	bool many = qpdf_oh_get_value_as_longlong(q, count, &n) && n > PAGES_MAX;
	qpdf_oh_release(q, count);
	qpdf_oh_release(q, pages);
	qpdf_oh_release(q, root);
	return many;
}

static int read_all(struct job *j, const void *p, size_t n)
{
	qpdf_data q = j->q;
	qpdf_set_suppress_warnings(q, QPDF_TRUE);
	qpdf_silence_errors(q);
	qpdf_set_attempt_recovery(q, QPDF_FALSE);
	(void)qpdf_read_memory(q, "in", p, n, NULL);
	if (qpdf_has_error(q))
		return qpdf_get_error_code(q, qpdf_get_error(q)) == qpdf_e_password
		    ? refuse(j, ATTACH_ENCRYPTED)
		    : GW_EFORMAT;
	if (qpdf_is_encrypted(q))
		return refuse(j, ATTACH_ENCRYPTED);
	if (claims_too_many(q))
		return GW_ELIMIT;
	int pages = qpdf_get_num_pages(q);
	if (pdf_failed(q) < 0 || pages <= 0)
		return GW_EFORMAT;
	if (pages > PAGES_MAX)
		return GW_ELIMIT;
	j->n = (size_t)pages;
	(void)qpdf_push_inherited_attributes_to_page(q);
	return pdf_failed(q);
}

/* ---- what only a person sees is refused ---- */

static bool filled_array(qpdf_data q, qpdf_oh dict, const char *key)
{
	qpdf_oh v = qpdf_oh_get_key(q, dict, key);
	bool filled = qpdf_oh_is_array(q, v) && qpdf_oh_get_array_n_items(q, v) > 0;
	qpdf_oh_release(q, v);
	return filled;
}

/* Layers of which one is off, or goes off by itself (ISO 32000-1, 8.11.4.3). */
static bool has_hidden_layers(qpdf_data q, qpdf_oh root)
{
	qpdf_oh layers = qpdf_oh_get_key(q, root, "/OCProperties");
	qpdf_oh first = qpdf_oh_get_key_if_dict(q, layers, "/D");
	bool hidden = qpdf_oh_is_dictionary(q, first) &&
	    (filled_array(q, first, "/OFF") || filled_array(q, first, "/AS") ||
		(qpdf_oh_has_key(q, first, "/BaseState") &&
		    !pdf_key_is(q, first, "/BaseState", "/ON")));
	qpdf_oh_release(q, first);
	qpdf_oh_release(q, layers);
	return hidden;
}

/* A field of a form, but not a signature: that could not survive cleaning anyway. */
static bool is_field(qpdf_data q, qpdf_oh note)
{
	qpdf_oh parent = qpdf_oh_get_key_if_dict(q, note, "/Parent");
	bool is = qpdf_oh_is_dictionary(q, note) && pdf_key_is(q, note, "/Subtype", "/Widget") &&
	    !pdf_key_is(q, note, "/FT", "/Sig") &&
	    !(qpdf_oh_is_dictionary(q, parent) && pdf_key_is(q, parent, "/FT", "/Sig"));
	qpdf_oh_release(q, parent);
	return is;
}

static bool has_fields(qpdf_data q, qpdf_oh page)
{
	qpdf_oh notes = qpdf_oh_get_key(q, page, "/Annots");
	int n = qpdf_oh_is_array(q, notes) ? qpdf_oh_get_array_n_items(q, notes) : 0;
	bool found = false;
	for (int i = 0; i < n && !found; i++) {
		qpdf_oh one = qpdf_oh_get_array_item(q, notes, i);
		found = is_field(q, one);
		qpdf_oh_release(q, one);
	}
	qpdf_oh_release(q, notes);
	return found;
}

static int check(struct job *j)
{
	qpdf_data q = j->q;
	qpdf_oh root = qpdf_get_root(q), form = qpdf_oh_get_key(q, root, "/AcroForm");
	bool xfa = qpdf_oh_is_dictionary(q, form) && qpdf_oh_has_key(q, form, "/XFA");
	bool hidden = has_hidden_layers(q, root);
	qpdf_oh_release(q, form);
	qpdf_oh_release(q, root);
	if (xfa)
		return refuse(j, ATTACH_FORM);
	if (hidden)
		return refuse(j, ATTACH_HIDDEN_LAYERS);
	return pdf_failed(q);
}

/* ---- pages ---- */

static int clean_contents(struct job *j, qpdf_oh page)
{
	qpdf_data q = j->q;
	struct buf out GW_CLEANUP(buf_release) = BUF_INIT(CONTENT_MAX);
	unsigned char *p = NULL;
	size_t n = 0;
	bool paints = false;
	(void)qpdf_oh_get_page_content_data(q, page, &p, &n);
	int r = pdf_failed(q);
	if (r == 0)
		r = pdf_content_clean(p, n, &out, &paints);
	free(p);
	if (r == 0) {
		bool draws = paints && pdf_content_draws(out.data, out.len);
		const char is = (char)((paints ? PDF_PAINTS : 0) | (draws ? PDF_DRAWS : 0));
		r = buf_add(j->pages, &is, 1);
	}
	if (r < 0)
		return r;
	qpdf_oh stream = qpdf_oh_new_stream(q), null = qpdf_oh_new_null(q);
	static const unsigned char nothing[1];
	qpdf_oh_replace_stream_data(
	    q, stream, out.len ? (const unsigned char *)out.data : nothing, out.len, null, null);
	qpdf_oh_replace_key(q, page, "/Contents", stream);
	qpdf_oh_release(q, stream);
	qpdf_oh_release(q, null);
	return pdf_failed(q);
}

static int clean_page(struct job *j, size_t i, qpdf_oh kids)
{
	qpdf_data q = j->q;
	qpdf_oh page = qpdf_get_page_n(q, i);
	int r = has_fields(q, page) ? refuse(j, ATTACH_FORM) : clean_contents(j, page);
	if (r == 0) {
		r = pdf_walk(&j->walk, page, PDF_PAGE);
		if (r == GW_EREFUSED)
			j->why = j->walk.why;
	}
	if (r == 0) {
		qpdf_oh_replace_key(q, page, "/Parent", j->all);
		qpdf_oh_append_item(q, kids, page);
	}
	qpdf_oh_release(q, page);
	return r < 0 ? r : pdf_failed(q);
}

static int clean_pages(struct job *j)
{
	qpdf_data q = j->q;
	qpdf_oh all = qpdf_oh_new_dictionary(q), kids = qpdf_oh_new_array(q);
	qpdf_oh_replace_key(q, all, "/Type", qpdf_oh_new_name(q, "/Pages"));
	qpdf_oh_replace_key(q, all, "/Count", qpdf_oh_new_integer(q, (long long)j->n));
	j->all = qpdf_make_indirect_object(q, all);
	qpdf_oh_replace_key(q, j->all, "/Kids", kids);
	int r = 0;
	for (size_t i = 0; i < j->n && r == 0; i++)
		r = clean_page(j, i, kids);
	return r;
}

/* A catalogue and a trailer that name the pages and nothing else. */
static int clean_document(struct job *j)
{
	qpdf_data q = j->q;
	struct buf names GW_CLEANUP(buf_release) = BUF_INIT(1 << 20);
	qpdf_oh trailer = qpdf_get_trailer(q), root = qpdf_oh_new_dictionary(q);
	int r = 0;
	qpdf_oh_begin_dict_key_iter(q, trailer);
	while (r == 0 && qpdf_oh_dict_more_keys(q)) {
		const char *name = qpdf_oh_dict_next_key(q);
		r = buf_add(&names, name, strlen(name) + 1);
	}
	if (r < 0)
		return r;
	for (size_t at = 0; at < names.len; at += strlen(names.data + at) + 1)
		if (strcmp(names.data + at, "/Root") != 0 && strcmp(names.data + at, "/Size") != 0)
			qpdf_oh_remove_key(q, trailer, names.data + at);
	qpdf_oh_replace_key(q, root, "/Type", qpdf_oh_new_name(q, "/Catalog"));
	qpdf_oh_replace_key(q, root, "/Pages", j->all);
	qpdf_oh_replace_key(q, trailer, "/Root", qpdf_make_indirect_object(q, root));
	return pdf_failed(q);
}

static int write_to(struct job *j, struct buf *out)
{
	qpdf_data q = j->q;
	if (qpdf_init_write_memory(q) & QPDF_ERRORS)
		return pdf_failed(q) < 0 ? GW_EFORMAT : GW_EFAIL;
	qpdf_set_object_stream_mode(q, qpdf_o_generate);
	qpdf_set_compress_streams(q, QPDF_TRUE);
	qpdf_set_decode_level(q, qpdf_dl_generalized);
	qpdf_set_deterministic_ID(q, QPDF_TRUE);
	qpdf_set_suppress_original_object_IDs(q, QPDF_TRUE);
	qpdf_force_pdf_version(q, "1.7");
	(void)qpdf_write(q);
	int r = pdf_failed(q);
	if (r == 0 && qpdf_get_buffer_length(q) > j->limits->bytes)
		r = GW_ELIMIT;
	return r < 0 ? r : buf_add(out, qpdf_get_buffer(q), qpdf_get_buffer_length(q));
}

/* Make the pages so large that nothing on them lies outside. */
static int open_edges(struct job *j)
{
	qpdf_data q = j->q;
	qpdf_oh box = qpdf_oh_parse(q, "[-20000 -20000 20000 20000]");
	for (size_t i = 0; i < j->n; i++) {
		qpdf_oh page = qpdf_get_page_n(q, i);
		qpdf_oh_replace_key(q, page, "/MediaBox", box);
		qpdf_oh_remove_key(q, page, "/CropBox");
		qpdf_oh_remove_key(q, page, "/UserUnit");
		qpdf_oh_release(q, page);
	}
	return pdf_failed(q);
}

int pdf_clean(const void *p, size_t n, const struct attach_limits *limits, struct buf *out,
    struct buf *probe, struct buf *pages, enum attach_why *ret_why)
{
	struct job j = {.q = qpdf_init(), .limits = limits, .pages = pages};
	pdf_walk_init(&j.walk, j.q, limits);
	int r = read_all(&j, p, n);
	if (r == 0)
		r = check(&j);
	if (r == 0)
		r = clean_pages(&j);
	if (r == 0)
		r = clean_document(&j);
	if (r == 0)
		r = write_to(&j, out);
	if (r == 0)
		r = open_edges(&j);
	if (r == 0)
		r = write_to(&j, probe);
	*ret_why = j.why;
	pdf_walk_release(&j.walk);
	qpdf_cleanup(&j.q);
	return r;
}

int pdf_drawn(const void *p, size_t n, const struct attach_limits *limits, struct buf *out)
{
	struct buf pages GW_CLEANUP(buf_release) = BUF_INIT(PAGES_MAX);
	struct job j = {.q = qpdf_init(), .limits = limits, .pages = &pages};
	pdf_walk_init(&j.walk, j.q, limits);
	j.walk.no_letters = true;
	int r = read_all(&j, p, n);
	if (r == 0)
		r = check(&j);
	if (r == 0)
		r = clean_pages(&j);
	if (r == 0)
		r = clean_document(&j);
	if (r == 0)
		r = write_to(&j, out);
	pdf_walk_release(&j.walk);
	qpdf_cleanup(&j.q);
	return r;
}
