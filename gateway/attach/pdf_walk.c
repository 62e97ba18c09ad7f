/* SPDX-License-Identifier: EUPL-1.2 */
#include "attach/pdf_walk.h"

#include <stdlib.h>
#include <string.h>

#include "base/str.h"

enum { OBJECTS_MAX = 1 << 20, KEY_MAX = 256, ARRAYS_MAX = 8, SPACES_MAX = 4 };

/* What the members of the dictionaries by name are. */
static const enum pdf_kind members[PDF_KINDS] = {[PDF_COLOURS] = PDF_COLOUR,
    [PDF_STATES] = PDF_STATE,
    [PDF_XOBJECTS] = PDF_XOBJECT,
    [PDF_PATTERNS] = PDF_PATTERN,
    [PDF_SHADINGS] = PDF_SHADING,
    [PDF_FONTS] = PDF_FONT,
    [PDF_GLYPHS] = PDF_GLYPH};

void pdf_walk_init(struct pdf_walk *w, qpdf_data q, const struct attach_limits *limits)
{
	*w = (struct pdf_walk){.q = q, .limits = limits};
}

void pdf_walk_release(struct pdf_walk *w)
{
	free(w->todo);
	free(w->kind);
}

bool pdf_key_is(qpdf_data q, qpdf_oh dict, const char *key, const char *name)
{
	qpdf_oh v = qpdf_oh_get_key(q, dict, key);
	bool is = qpdf_oh_is_name_and_equals(q, v, name);
	qpdf_oh_release(q, v);
	return is;
}

int pdf_failed(qpdf_data q)
{
	if (!qpdf_has_error(q))
		return 0;
	(void)qpdf_get_error(q);
	return GW_EFORMAT;
}

/* ---- what may stand as a value ---- */

/* Numbers, names, booleans, null, and arrays of them; recursion is bounded by depth. */
static bool is_plain(qpdf_data q, qpdf_oh v, unsigned depth)
{
	if (!qpdf_oh_is_array(q, v))
		return qpdf_oh_is_scalar(q, v) && !qpdf_oh_is_string(q, v);
	int n = qpdf_oh_get_array_n_items(q, v);
	bool plain = depth < ARRAYS_MAX;
	for (int i = 0; plain && i < n; i++) {
		qpdf_oh item = qpdf_oh_get_array_item(q, v, i);
		plain = is_plain(q, item, depth + 1);
		qpdf_oh_release(q, item);
	}
	return plain;
}

/* Note that the object is to be cleaned as that kind, unless it was met. */
static int push(struct pdf_walk *w, qpdf_oh object, enum pdf_kind kind)
{
	int id = qpdf_oh_is_indirect(w->q, object) ? qpdf_oh_get_object_id(w->q, object) : 0;
	if (id < 0 || id > OBJECTS_MAX || w->todo_n > OBJECTS_MAX)
		return GW_ELIMIT;
	if ((size_t)id >= w->kind_n) {
		size_t n = (size_t)id * 2 + 1024;
		uint8_t *grown = realloc(w->kind, n);
		if (!grown)
			return GW_ENOMEM;
		memset(grown + w->kind_n, 0, n - w->kind_n);
		w->kind = grown;
		w->kind_n = n;
	}
	if (id && w->kind[id])
		return w->kind[id] == kind + 1 ? 0 : GW_EFORMAT;
	if (id)
		w->kind[id] = (uint8_t)(kind + 1);
	if (w->todo_n == w->todo_cap) {
		size_t n = w->todo_cap * 2 + 64;
		struct pdf_todo *grown = reallocarray(w->todo, n, sizeof *grown);
		if (!grown)
			return GW_ENOMEM;
		w->todo = grown;
		w->todo_cap = n;
	}
	w->todo[w->todo_n++] = (struct pdf_todo){qpdf_oh_new_object(w->q, object), kind};
	return 0;
}

/* 1 when a member of an array stays, 0 when it goes. */
static int settle_item(struct pdf_walk *w, qpdf_oh item, enum pdf_kind kind)
{
	qpdf_data q = w->q;
	if (qpdf_oh_is_dictionary(q, item) || qpdf_oh_is_stream(q, item)) {
		int r = push(w, item, kind == PDF_STATE_FONT ? PDF_FONT : kind);
		return r < 0 ? r : 1;
	}
	return qpdf_oh_is_null(q, item) || (kind == PDF_STATE_FONT && qpdf_oh_is_number(q, item));
}

static int settle_array(struct pdf_walk *w, qpdf_oh array, enum pdf_kind kind)
{
	int r = 0, n = qpdf_oh_get_array_n_items(w->q, array);
	for (int i = 0; r >= 0 && i < n; i++) {
		qpdf_oh item = qpdf_oh_get_array_item(w->q, array, i);
		r = settle_item(w, item, kind);
		qpdf_oh_release(w->q, item);
		if (r == 0)
			qpdf_oh_set_array_item(w->q, array, i, qpdf_oh_new_null(w->q));
	}
	return r < 0 ? r : 1;
}

/* ---- colour spaces ---- */

/* The device space of as many colours as a profile has, or 0. */
static qpdf_oh device_space(struct pdf_walk *w, qpdf_oh profile)
{
	static const char *const names[5] = {
	    NULL, "/DeviceGray", NULL, "/DeviceRGB", "/DeviceCMYK"};
	qpdf_data q = w->q;
	if (!qpdf_oh_is_stream(q, profile))
		return 0;
	qpdf_oh dict = qpdf_oh_get_dict(q, profile), n = qpdf_oh_get_key(q, dict, "/N");
	int colours = qpdf_oh_is_integer(q, n) ? qpdf_oh_get_int_value_as_int(q, n) : 0;
	qpdf_oh_release(q, n);
	qpdf_oh_release(q, dict);
	bool known = colours >= 1 && colours <= 4 && names[colours];
	return known ? qpdf_oh_new_name(q, names[colours]) : 0;
}

static int settle_colour(struct pdf_walk *w, qpdf_oh v, unsigned depth, qpdf_oh *ret_instead);

/* The colour space that is item `at` of another one. */
static int settle_inner(struct pdf_walk *w, qpdf_oh array, int at, unsigned depth)
{
	qpdf_oh item = qpdf_oh_get_array_item(w->q, array, at), instead = 0;
	int r = settle_colour(w, item, depth + 1, &instead);
	if (r > 0 && instead)
		qpdf_oh_set_array_item(w->q, array, at, instead);
	qpdf_oh_release(w->q, item);
	return r;
}

/* Item `at` of a colour space: a dictionary or stream of that kind. */
static int settle_part(struct pdf_walk *w, qpdf_oh array, int at, enum pdf_kind kind)
{
	qpdf_oh item = qpdf_oh_get_array_item(w->q, array, at);
	int r = settle_item(w, item, kind);
	if (r == 0 && kind == PDF_DATA)
		r = qpdf_oh_is_string(w->q, item);
	qpdf_oh_release(w->q, item);
	return r;
}

static int settle_space(struct pdf_walk *w, qpdf_oh v, unsigned depth, qpdf_oh *ret_instead)
{
	qpdf_data q = w->q;
	qpdf_oh first = qpdf_oh_get_array_item(q, v, 0);
	int n = qpdf_oh_get_array_n_items(q, v), r = 0;
	const char *name = "";
	size_t len = 0;
	if (!qpdf_oh_get_value_as_name(q, first, &name, &len))
		return 0;
	if (str_eq(name, "/ICCBased") && n == 2) {
		qpdf_oh profile = qpdf_oh_get_array_item(q, v, 1);
		*ret_instead = device_space(w, profile);
		qpdf_oh_release(q, profile);
		r = *ret_instead != 0;
	} else if ((str_eq(name, "/CalGray") || str_eq(name, "/CalRGB") || str_eq(name, "/Lab")) &&
	    n == 2) {
		r = settle_part(w, v, 1, PDF_CALIBRATED);
	} else if ((str_eq(name, "/Indexed") || str_eq(name, "/I")) && n == 4) {
		r = settle_inner(w, v, 1, depth);
		if (r > 0)
			r = settle_part(w, v, 3, PDF_DATA);
	} else if ((str_eq(name, "/Separation") && n == 4) ||
	    (str_eq(name, "/DeviceN") && n >= 4)) {
		while (n > 4) /* attributes of DeviceN */
			qpdf_oh_erase_item(q, v, --n);
		r = settle_inner(w, v, 2, depth);
		if (r > 0)
			r = settle_part(w, v, 3, PDF_FUNCTION);
	} else if (str_eq(name, "/Pattern") && n == 2) {
		r = settle_inner(w, v, 1, depth);
	} else if (n == 1) {
		r = 1;
	}
	qpdf_oh_release(q, first);
	return r;
}

/* 1 when it stays (or *ret_instead in its place), 0 when it goes; recursion is bounded by depth. */
static int settle_colour(struct pdf_walk *w, qpdf_oh v, unsigned depth, qpdf_oh *ret_instead)
{
	if (qpdf_oh_is_name(w->q, v))
		return 1;
	if (!qpdf_oh_is_array(w->q, v) || depth >= SPACES_MAX)
		return 0;
	return settle_space(w, v, depth, ret_instead);
}

/* ---- members of dictionaries ---- */

/* A layer that shows what others hide. */
static bool hides(qpdf_data q, qpdf_oh v)
{
	return qpdf_oh_is_dictionary(q, v) && pdf_key_is(q, v, "/Type", "/OCMD") &&
	    (qpdf_oh_has_key(q, v, "/VE") || pdf_key_is(q, v, "/P", "/AllOff") ||
		pdf_key_is(q, v, "/P", "/AnyOff"));
}

static enum pdf_kind exact_kind(qpdf_data q, qpdf_oh v, enum pdf_kind kind)
{
	qpdf_oh dict = qpdf_oh_is_stream(q, v) ? qpdf_oh_get_dict(q, v) : v;
	qpdf_oh type = qpdf_oh_get_key_if_dict(q, dict, "/PatternType");
	bool stream = qpdf_oh_is_stream(q, v);
	enum pdf_kind is = PDF_PLAIN;
	if (kind == PDF_XOBJECT && stream && pdf_key_is(q, dict, "/Subtype", "/Image"))
		is = PDF_IMAGE;
	else if (kind == PDF_XOBJECT && stream && pdf_key_is(q, dict, "/Subtype", "/Form"))
		is = PDF_FORM;
	else if (kind == PDF_PATTERN && qpdf_oh_is_integer(q, type))
		is = qpdf_oh_get_int_value_as_int(q, type) == 1 ? PDF_TILING : PDF_SHADED;
	else if (kind == PDF_MASK)
		is = PDF_IMAGE;
	else if (kind == PDF_ENCODING)
		is = stream ? PDF_CMAP : PDF_ENCODING;
	else if (kind != PDF_XOBJECT && kind != PDF_PATTERN)
		is = kind;
	qpdf_oh_release(q, type);
	return is;
}

/* True for the kinds that only a stream can be; shadings and functions may be either. */
static bool must_stream(enum pdf_kind kind)
{
	return kind == PDF_IMAGE || kind == PDF_FORM || kind == PDF_TILING || kind == PDF_CMAP ||
	    kind == PDF_DATA || kind == PDF_GLYPH;
}

static bool may_stream(enum pdf_kind kind)
{
	return must_stream(kind) || kind == PDF_SHADING || kind == PDF_FUNCTION;
}

/* A value of that kind: 1 when it stays, 0 when it goes. */
static int settle(struct pdf_walk *w, qpdf_oh v, enum pdf_kind kind, qpdf_oh *ret_instead)
{
	qpdf_data q = w->q;
	if (kind == PDF_PLAIN)
		return is_plain(q, v, 0);
	if (kind == PDF_TEXT)
		return qpdf_oh_is_string(q, v) || is_plain(q, v, 0);
	if (kind == PDF_COLOUR)
		return settle_colour(w, v, 0, ret_instead);
	if (kind == PDF_PAGE)
		return 1; /* contents: made anew by pdf.c */
	if (qpdf_oh_is_array(q, v)) {
		if (kind == PDF_MASK)
			return is_plain(q, v, 0);
		bool list = kind == PDF_FONT || kind == PDF_FUNCTION || kind == PDF_STATE_FONT ||
		    kind == PDF_PARMS;
		return list ? settle_array(w, v, kind) : 0;
	}
	if (qpdf_oh_is_name(q, v)) /* Identity, Default, None, WinAnsiEncoding */
		return kind == PDF_ENCODING || kind == PDF_SOFT_MASK || kind == PDF_FUNCTION ||
		    kind == PDF_DATA || kind == PDF_CMAP;
	bool stream = qpdf_oh_is_stream(q, v);
	if (!stream && !qpdf_oh_is_dictionary(q, v))
		return 0;
	kind = exact_kind(q, v, kind);
	if (kind == PDF_PLAIN || (stream ? !may_stream(kind) : must_stream(kind)))
		return 0;
	int r = push(w, v, kind);
	return r < 0 ? r : 1;
}

/* The names of the members of a dictionary, NUL behind each. */
static int list_keys(qpdf_data q, qpdf_oh dict, struct buf *names)
{
	int r = 0;
	qpdf_oh_begin_dict_key_iter(q, dict);
	while (r == 0 && qpdf_oh_dict_more_keys(q)) {
		const char *name = qpdf_oh_dict_next_key(q);
		r = buf_add(names, name, strlen(name) + 1);
	}
	return r;
}

/* Layers that would hide or show are looked for before they are dropped. */
static int check_layers(struct pdf_walk *w, qpdf_oh dict)
{
	qpdf_data q = w->q;
	qpdf_oh oc = qpdf_oh_get_key(q, dict, "/OC"), all = qpdf_oh_get_key(q, dict, "/Properties");
	bool hidden = hides(q, oc);
	if (!hidden && qpdf_oh_is_dictionary(q, all)) {
		qpdf_oh_begin_dict_key_iter(q, all);
		while (!hidden && qpdf_oh_dict_more_keys(q)) {
			qpdf_oh one = qpdf_oh_get_key(q, all, qpdf_oh_dict_next_key(q));
			hidden = hides(q, one);
			qpdf_oh_release(q, one);
		}
	}
	qpdf_oh_release(q, oc);
	qpdf_oh_release(q, all);
	w->why = hidden ? ATTACH_HIDDEN_LAYERS : w->why;
	return hidden ? GW_EREFUSED : 0;
}

/* Keep in a dictionary what its kind keeps. */
static int prune(struct pdf_walk *w, qpdf_oh dict, enum pdf_kind kind)
{
	struct buf names GW_CLEANUP(buf_release) = BUF_INIT(64 << 20);
	qpdf_data q = w->q;
	int r = list_keys(q, dict, &names);
	if (r == 0)
		r = check_layers(w, dict);
	for (size_t at = 0; r == 0 && at < names.len; at += strlen(names.data + at) + 1) {
		const char *name = names.data + at;
		enum pdf_kind is = members[kind];
		bool known = kind >= PDF_COLOURS || pdf_key(kind, name, &is);
		if (!known || (w->no_letters && (is == PDF_FONTS || is == PDF_STATE_FONT))) {
			qpdf_oh_remove_key(q, dict, name);
			continue;
		}
		qpdf_oh v = qpdf_oh_get_key(q, dict, name), instead = 0;
		int stays = settle(w, v, is, &instead);
		if (stays < 0)
			r = stays;
		else if (!stays)
			qpdf_oh_remove_key(q, dict, name);
		else if (instead)
			qpdf_oh_replace_key(q, dict, name, instead);
		qpdf_oh_release(q, v);
	}
	return r < 0 ? r : pdf_failed(q);
}

static int clean_one(struct pdf_walk *w, const struct pdf_todo *one)
{
	qpdf_data q = w->q;
	if (!qpdf_oh_is_stream(q, one->object))
		return prune(w, one->object, one->kind);
	qpdf_oh dict = qpdf_oh_get_dict(q, one->object);
	int r = prune(w, dict, one->kind);
	qpdf_oh_release(q, dict);
	return r < 0 ? r : pdf_stream_clean(w, one->object, one->kind);
}

int pdf_walk(struct pdf_walk *w, qpdf_oh object, enum pdf_kind kind)
{
	int r = push(w, object, kind);
	while (r == 0 && w->todo_n) {
		struct pdf_todo one = w->todo[--w->todo_n];
		r = clean_one(w, &one);
		qpdf_oh_release(w->q, one.object);
	}
	return r;
}
