/* SPDX-License-Identifier: EUPL-1.2 */
/* The data of the streams that stay: contents made anew, JPEGs cleaned, the rest without what
 * stands behind its end. */
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "attach/jpeg.h"
#include "attach/pdf_content.h"
#include "attach/pdf_walk.h"
#include "base/str.h"

enum { FILTERS_MAX = 8 };

/* The filters of a stream in the order of decoding. */
struct filters {
	char names[FILTERS_MAX][24];
	size_t n;
};

/* Bytes that the library gave. */
struct data {
	unsigned char *p;
	size_t n;
};

static void data_release(struct data *d)
{
	free(d->p);
}

static int add_filter(qpdf_data q, qpdf_oh name, struct filters *f)
{
	static const char *const known[] = {"/FlateDecode", "/Fl", "/LZWDecode", "/LZW",
	    "/ASCII85Decode", "/A85", "/ASCIIHexDecode", "/AHx", "/RunLengthDecode", "/RL",
	    "/DCTDecode", "/DCT", "/CCITTFaxDecode", "/CCF"};
	const char *s = "";
	size_t n = 0;
	if (f->n == FILTERS_MAX || !qpdf_oh_get_value_as_name(q, name, &s, &n))
		return GW_EFORMAT;
	for (size_t i = 0; i < GW_LENGTH(known); i++)
		if (str_eq(known[i], s)) {
			memcpy(f->names[f->n++], s, n + 1);
			return 0;
		}
	return GW_ESUPPORT; /* JPXDecode, JBIG2Decode, Crypt: who knows what is in it */
}

static int read_filters(qpdf_data q, qpdf_oh dict, struct filters *f)
{
	qpdf_oh v = qpdf_oh_get_key(q, dict, "/Filter");
	int r = 0, n = qpdf_oh_is_array(q, v) ? qpdf_oh_get_array_n_items(q, v) : 0;
	if (qpdf_oh_is_name(q, v))
		r = add_filter(q, v, f);
	for (int i = 0; r == 0 && i < n; i++) {
		qpdf_oh one = qpdf_oh_get_array_item(q, v, i);
		r = add_filter(q, one, f);
		qpdf_oh_release(q, one);
	}
	qpdf_oh_release(q, v);
	return r;
}

static bool is_dct(const struct filters *f, size_t i)
{
	return str_eq(f->names[i], "/DCTDecode") || str_eq(f->names[i], "/DCT");
}

static bool is_fax(const struct filters *f, size_t i)
{
	return str_eq(f->names[i], "/CCITTFaxDecode") || str_eq(f->names[i], "/CCF");
}

static int get(qpdf_data q, qpdf_oh stream, enum qpdf_stream_decode_level_e level, struct data *ret)
{
	QPDF_BOOL filtered = QPDF_FALSE;
	(void)qpdf_oh_get_stream_data(q, stream, level, &filtered, &ret->p, &ret->n);
	int r = pdf_failed(q);
	return r == 0 && level != qpdf_dl_none && !filtered ? GW_EFORMAT : r;
}

/* The data as they are before the last filter, which no library but its own decodes. */
static int get_behind(
    qpdf_data q, qpdf_oh stream, qpdf_oh dict, const struct filters *f, struct data *ret)
{
	qpdf_oh all = qpdf_oh_get_key(q, dict, "/Filter"), rest = qpdf_oh_new_array(q);
	qpdf_oh parms = qpdf_oh_get_key(q, dict, "/DecodeParms");
	for (size_t i = 0; i + 1 < f->n; i++)
		qpdf_oh_append_item(q, rest, qpdf_oh_new_name(q, f->names[i]));
	qpdf_oh_replace_key(q, dict, "/Filter", rest);
	qpdf_oh_remove_key(q, dict, "/DecodeParms");
	int r = get(q, stream, f->n > 1 ? qpdf_dl_generalized : qpdf_dl_none, ret);
	qpdf_oh_replace_key(q, dict, "/Filter", all);
	if (qpdf_oh_is_dictionary(q, parms) || qpdf_oh_is_array(q, parms))
		qpdf_oh_replace_key(q, dict, "/DecodeParms", parms);
	return r;
}

static void put(
    qpdf_data q, qpdf_oh stream, const void *p, size_t n, const char *filter, qpdf_oh parms)
{
	static const unsigned char nothing[1];
	qpdf_oh name = filter ? qpdf_oh_new_name(q, filter) : qpdf_oh_new_null(q);
	qpdf_oh_replace_stream_data(q, stream, n ? p : nothing, n, name, parms);
	qpdf_oh_release(q, name);
}

/* The parameters of the last filter alone. */
static qpdf_oh last_parms(qpdf_data q, qpdf_oh dict, const struct filters *f)
{
	qpdf_oh parms = qpdf_oh_get_key(q, dict, "/DecodeParms");
	if (!qpdf_oh_is_array(q, parms))
		return qpdf_oh_is_dictionary(q, parms) && f->n == 1 ? parms : qpdf_oh_new_null(q);
	int n = qpdf_oh_get_array_n_items(q, parms);
	return n == (int)f->n ? qpdf_oh_get_array_item(q, parms, n - 1) : qpdf_oh_new_null(q);
}

static int clean_jpeg(struct pdf_walk *w, qpdf_oh stream, qpdf_oh dict, const struct filters *f)
{
	struct data in GW_CLEANUP(data_release) = {0};
	struct buf out GW_CLEANUP(buf_release) = BUF_INIT(w->limits->bytes);
	int r = get_behind(w->q, stream, dict, f, &in);
	if (r == 0)
		r = jpeg_clean(in.p, in.n, w->limits, JPEG_AS_STORED, &out);
	if (r == 0)
		put(w->q, stream, out.data, out.len, "/DCTDecode", last_parms(w->q, dict, f));
	return r;
}

static int clean_fax(struct pdf_walk *w, qpdf_oh stream, qpdf_oh dict, const struct filters *f)
{
	struct data in GW_CLEANUP(data_release) = {0};
	int r = f->n > 1 ? get_behind(w->q, stream, dict, f, &in) : 0;
	if (r == 0 && f->n > 1)
		put(w->q, stream, in.p, in.n, "/CCITTFaxDecode", last_parms(w->q, dict, f));
	return r;
}

/* Where the zlib stream at p ends, or 0 when it does not. */
static size_t flate_end(const unsigned char *p, size_t n)
{
	unsigned char sink[32 << 10];
	z_stream z = {.next_in = (unsigned char *)(uintptr_t)p, .avail_in = (uInt)n};
	int r = n <= UINT32_MAX ? inflateInit(&z) : Z_DATA_ERROR;
	if (r != Z_OK)
		return 0;
	while (r == Z_OK) {
		z.next_out = sink;
		z.avail_out = sizeof sink;
		r = inflate(&z, Z_NO_FLUSH);
	}
	(void)inflateEnd(&z);
	return r == Z_STREAM_END ? n - z.avail_in : 0;
}

/* Samples, fonts and the like: as they are, without what stands behind them. */
static int trim(struct pdf_walk *w, qpdf_oh stream, qpdf_oh dict, const struct filters *f)
{
	struct data in GW_CLEANUP(data_release) = {0};
	if (f->n != 1 || !str_starts(f->names[0], "/Fl")) {
		int r = f->n ? get(w->q, stream, qpdf_dl_generalized, &in) : 0;
		if (r == 0 && f->n)
			put(w->q, stream, in.p, in.n, NULL, qpdf_oh_new_null(w->q));
		return r;
	}
	int r = get(w->q, stream, qpdf_dl_none, &in);
	size_t end = r == 0 ? flate_end(in.p, in.n) : 0;
	if (r == 0 && !end)
		return GW_EFORMAT;
	if (r == 0 && end < in.n)
		put(w->q, stream, in.p, end, "/FlateDecode", last_parms(w->q, dict, f));
	return r;
}

/* A stream in the manner of PostScript: without its comments. */
static int without_comments(struct pdf_walk *w, qpdf_oh stream)
{
	struct data in GW_CLEANUP(data_release) = {0};
	int r = get(w->q, stream, qpdf_dl_generalized, &in);
	size_t depth = 0, to = 0;
	for (size_t i = 0; r == 0 && i < in.n; i++) {
		unsigned char c = in.p[i];
		if (depth && c == '\\' && i + 1 < in.n)
			in.p[to++] = in.p[i++];
		else if (c == '(' || (depth && c == ')'))
			depth += c == '(' ? 1 : SIZE_MAX;
		else if (c == '%' && !depth) {
			while (i < in.n && in.p[i] != '\n' && in.p[i] != '\r')
				i++;
			if (i == in.n)
				break;
		}
		in.p[to++] = in.p[i];
	}
	if (r == 0)
		put(w->q, stream, in.p, to, NULL, qpdf_oh_new_null(w->q));
	return r;
}

static int clean_content(struct pdf_walk *w, qpdf_oh stream)
{
	struct data in GW_CLEANUP(data_release) = {0};
	int r = get(w->q, stream, qpdf_dl_generalized, &in);
	struct buf out GW_CLEANUP(buf_release) = BUF_INIT(in.n * 2 + 1024);
	bool paints = false;
	if (r == 0)
		r = pdf_content_clean(in.p, in.n, &out, &paints);
	if (r == 0)
		put(w->q, stream, out.data, out.len, NULL, qpdf_oh_new_null(w->q));
	return r;
}

static int clean_data(struct pdf_walk *w, qpdf_oh stream, qpdf_oh dict, enum pdf_kind kind)
{
	struct filters f = {.n = 0};
	int r = read_filters(w->q, dict, &f);
	for (size_t i = 0; r == 0 && i < f.n; i++)
		if ((is_dct(&f, i) || is_fax(&f, i)) && (kind != PDF_IMAGE || i + 1 < f.n))
			return GW_EFORMAT;
	if (r < 0)
		return r;
	if (kind == PDF_FORM || kind == PDF_TILING || kind == PDF_GLYPH)
		return clean_content(w, stream);
	if (kind == PDF_CMAP ||
	    (kind == PDF_FUNCTION && qpdf_oh_has_key(w->q, dict, "/Range") &&
		!qpdf_oh_has_key(w->q, dict, "/Size")))
		return without_comments(w, stream);
	if (f.n && is_dct(&f, f.n - 1))
		return clean_jpeg(w, stream, dict, &f);
	if (f.n && is_fax(&f, f.n - 1))
		return clean_fax(w, stream, dict, &f);
	return trim(w, stream, dict, &f);
}

int pdf_stream_clean(struct pdf_walk *w, qpdf_oh stream, enum pdf_kind kind)
{
	qpdf_oh dict = qpdf_oh_get_dict(w->q, stream);
	int r = clean_data(w, stream, dict, kind);
	qpdf_oh_release(w->q, dict);
	return r < 0 ? r : pdf_failed(w->q);
}
