/* SPDX-License-Identifier: EUPL-1.2 */
#include "dossier/dossier.h"

#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "dossier/intake.h"

const struct dossier_limits DOSSIER_LIMITS = {
    .json_bytes = 8 << 20,
    .values = 100000,
    .depth = 8,
    .files = 200,
    .file_bytes = 25 << 20,
    .total_bytes = 100 << 20,
    .archive_bytes = 100 << 20,
    .ratio = 100,
};

int dossier_parse_json(const char *file, const void *p, size_t n, const struct catalogue *c,
    const struct dossier_limits *limits, struct dossier **ret_d, struct errinfo *ei)
{
	return intake_parse(INTAKE_JSON, file, p, n, c, limits, ret_d, NULL, ei);
}

int dossier_parse_yaml(const char *file, const void *p, size_t n, const struct catalogue *c,
    const struct dossier_limits *limits, struct dossier **ret_d, struct errinfo *ei)
{
	return intake_parse(INTAKE_YAML, file, p, n, c, limits, ret_d, NULL, ei);
}

void dossier_free(struct dossier *d)
{
	if (!d)
		return;
	json_decref(d->data);
	str_wipe_p(&d->programme);
	str_wipe_p(&d->contract);
	for (size_t i = 0; i < d->n_consents; i++) {
		str_wipe_p(&d->consents[i].scope);
		str_wipe_p(&d->consents[i].form);
	}
	free(d->consents);
	for (size_t i = 0; i < d->n_files; i++)
		buf_release(&d->files[i].bytes);
	free(d->files);
	for (size_t i = 0; i < d->n_notes; i++)
		free(d->notes[i].path);
	free(d->notes);
	explicit_bzero(d, sizeof *d);
	free(d);
}

void dossier_free_p(struct dossier **d)
{
	dossier_free(*d);
	*d = NULL;
}

int dossier_strict(const struct dossier *d, struct errinfo *ei)
{
	for (size_t i = 0; i < d->n_notes; i++)
		if (d->notes[i].kind == DOSSIER_UNKNOWN)
			return err_set(ei, GW_EFORMAT,
			    "the catalogue has no field %s: take it out, or go on without --strict",
			    d->notes[i].path);
	return 0;
}

size_t dossier_left_out(const struct dossier *d, enum dossier_note_kind kind)
{
	size_t n = 0;
	for (size_t i = 0; i < d->n_notes; i++)
		if (d->notes[i].kind == kind)
			n += d->notes[i].count;
	return n;
}

const char *dossier_note_name(enum dossier_note_kind kind)
{
	switch (kind) {
	case DOSSIER_UNKNOWN:
		return "unknown_field";
	case DOSSIER_CODE:
		return "unknown_code";
	case DOSSIER_LADDER:
		return "unmapped_step";
	case DOSSIER_EMPTY:
		return "empty";
	case DOSSIER_CONSENT:
		return "unknown_consent";
	case DOSSIER_ATTACHMENT:
		return "unknown_attachment_type";
	case DOSSIER_UNNAMED_FILE:
		return "unnamed_file";
	}
	return "";
}

/* The member of a record, or of the first record of a list. */
static const json_t *step_into(const json_t *at, const char *name)
{
	if (json_is_array(at))
		at = json_array_get(at, 0);
	return json_object_get(at, name);
}

const json_t *dossier_get(const struct dossier *d, const char *path)
{
	const json_t *at = d->data;
	char word[64];
	while (at && *path) {
		size_t n = strcspn(path, ".");
		if (n >= sizeof word)
			return NULL;
		memcpy(word, path, n);
		word[n] = '\0';
		at = step_into(at, word);
		path += n + (path[n] == '.');
	}
	return at;
}

static char *normalised(const struct dossier *d, const char *path, enum field_type type)
{
	struct buf b GW_CLEANUP(buf_release) = BUF_INIT(1024);
	const char *text = json_string_value(dossier_get(d, path));
	return text && field_normalise(type, text, &b) == 0 ? str_dup(b.data) : NULL;
}

void dossier_subject(const struct dossier *d, struct dossier_subject *ret_s)
{
	ret_s->bsn = normalised(d, "person.bsn", FIELD_BSN);
	ret_s->v_number = normalised(d, "person.v_number", FIELD_V_NUMBER);
	ret_s->client_number = normalised(d, "person.client_number", FIELD_CODE);
}

void dossier_subject_release(struct dossier_subject *s)
{
	str_wipe_p(&s->bsn);
	str_wipe_p(&s->v_number);
	str_wipe_p(&s->client_number);
}

/* Call fn for `leaf` in each record of at: one object or a list of them. */
static int each_record(json_t *at, const char *leaf, dossier_each_fn fn, void *arg)
{
	size_t n = json_is_array(at) ? json_array_size(at) : 1;
	int r = 0;
	for (size_t i = 0; i < n && r == 0; i++) {
		json_t *record = json_is_array(at) ? json_array_get(at, i) : at;
		json_t *value = json_object_get(record, leaf);
		if (value)
			r = fn(record, leaf, value, arg);
	}
	return r;
}

int dossier_each(json_t *data, const struct field *f, dossier_each_fn fn, void *arg)
{
	const char *dot = strchr(f->group, '.');
	if (!dot)
		return each_record(json_object_get(data, f->group), f->leaf, fn, arg);
	char top[80];
	size_t n = (size_t)(dot - f->group);
	memcpy(top, f->group, n);
	top[n] = '\0';
	json_t *outer = json_object_get(data, top);
	size_t count = json_is_array(outer) ? json_array_size(outer) : 1;
	int r = 0;
	for (size_t i = 0; i < count && r == 0; i++) {
		json_t *record = json_is_array(outer) ? json_array_get(outer, i) : outer;
		r = each_record(json_object_get(record, dot + 1), f->leaf, fn, arg);
	}
	return r;
}
