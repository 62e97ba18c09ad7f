/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Opening: is a received dossier.json within the policy that we accepted?
 *
 * The sender's gateway made it; here nothing is taken on trust but the conditions that only the
 * sender can know (programme, consent, the day of sealing).
 */
#include <stdlib.h>
#include <string.h>

#include "attach/attach.h"
#include "base/str.h"
#include "dossier/catalogue.h"
#include "policy/apply.h"
#include "policy/run.h"
#include "policy/tagged.h"
#include "policy/transform.h"
#include "policy/words.h"

enum { LONGEST_PATH = 256, DEEPEST = 8 };

/* Count of values of a field whose rule keeps the newest n records. */
struct admitting {
	const struct policy *p;
	unsigned duties;
	bool correction; /* it corrects what we received: a kept field may come coarse */
	size_t *seen;    /* per field */
	struct errinfo *ei;
};

static int beyond(struct admitting *a, const char *path, const char *why)
{
	return err_set(a->ei, GW_EREFUSED, "%s is beyond policy '%s': %s", path, a->p->id, why);
}

static int not_of_catalogue(struct admitting *a)
{
	return err_set(a->ei, GW_EREFUSED,
	    "a member of dossier.json is no field of the catalogue, so it is beyond policy '%s'",
	    a->p->id);
}

/* A kept or scanned value: of the type, as dossier/ would give it. */
static bool good_plain(const struct policy_rule *r, const struct field *f, const json_t *v)
{
	if (r->as == AS_SCANNED)
		return json_is_string(v) &&
		    json_string_length(v) <= 4 * FIELD_TEXT_BYTES; /* masks */
	if (json_is_integer(v))
		return (f->type == FIELD_INT && json_integer_value(v) >= f->low &&
			   json_integer_value(v) <= f->high) ||
		    (f->type == FIELD_MONEY && json_integer_value(v) >= 0);
	const char *s = json_string_value(v);
	return s && strlen(s) == json_string_length(v) && f->type != FIELD_INT &&
	    field_type_check(f->type, s) && (f->type != FIELD_CODE || field_code_known(f, s));
}

static int admit_field(struct admitting *a, const struct field *f)
{
	const struct policy_rule *r = a->p->decisions[f->index].rule;
	if (!r)
		return beyond(a, f->path, "no rule names this field");
	if (r->only_if.duties & ~a->duties)
		return beyond(a, f->path, "it asks for a duty that we do not have");
	return 0;
}

static bool good_value(
    const struct admitting *a, const struct policy_rule *r, const struct field *f, const json_t *v)
{
	if (tagged_rule(r))
		return tagged_by(r, v);
	return good_plain(r, f, v) ||
	    (a->correction && r->as == AS_KEEP && tagged_by_some(f->type, v));
}

static int admit_value(struct admitting *a, const struct field *f, const json_t *v)
{
	const struct policy_rule *r = a->p->decisions[f->index].rule;
	int e = admit_field(a, f);
	if (e < 0)
		return e;
	if (!good_value(a, r, f, v))
		return beyond(a, f->path, "the value is not what its rule gives");
	if (r->newest && (int64_t)++a->seen[f->index] > r->newest)
		return beyond(a, f->path, "more records than its rule lets go");
	return 0;
}

/*
 * Look at one object of the group `prefix` ("" at the top). Recursion goes down by one part of a
 * path each time and only along groups that the catalogue has, so it is bounded by DEEPEST.
 */
static int admit_object(
    struct admitting *a, const char *prefix, const json_t *object, unsigned depth);

static int admit_member(struct admitting *a, const char *path, const json_t *v, unsigned depth)
{
	const struct catalogue *c = a->p->catalogue;
	const struct field *f = catalogue_find(c, path);
	if (f)
		return admit_value(a, f, v);
	if (!catalogue_has_group(c, path) || depth >= DEEPEST)
		return not_of_catalogue(a);
	if (json_is_object(v))
		return admit_object(a, path, v, depth + 1);
	if (!json_is_array(v) || !catalogue_group_repeats(c, path))
		return beyond(a, path, "an object is expected");
	if (!json_array_size(v))
		return beyond(a, path, "an empty list");
	for (size_t i = 0; i < json_array_size(v); i++) {
		if (!json_is_object(json_array_get(v, i)))
			return beyond(a, path, "a list of objects is expected");
		int r = admit_object(a, path, json_array_get(v, i), depth + 1);
		if (r < 0)
			return r;
	}
	return 0;
}

static int admit_object(
    struct admitting *a, const char *prefix, const json_t *object, unsigned depth)
{
	const char *name;
	json_t *v;
	if (depth && !json_object_size(object))
		return beyond(a, prefix, "an object without a value");
	json_object_foreach ((json_t *)(uintptr_t)object, name, v) {
		if (!depth &&
		    (str_eq(name, "catalogue") || str_eq(name, "corrects") ||
			str_eq(name, "attachments")))
			continue;
		struct buf path GW_CLEANUP(buf_release) = BUF_INIT(LONGEST_PATH);
		if (strchr(name, '.'))
			return not_of_catalogue(a);
		int r = buf_addf(&path, "%s%s%s", prefix, *prefix ? "." : "", name);
		if (r < 0)
			return err_set(
			    a->ei, GW_EREFUSED, "a member of dossier.json has too long a name");
		r = admit_member(a, path.data, v, depth);
		if (r < 0)
			return r;
	}
	return 0;
}

static bool named(const char *s, const char *type, size_t n, enum attach_format format)
{
	char *want GW_CLEANUP(str_free_p) =
	    str_printf("attachments/%s-%zu.%s", type, n, attach_format_ext(format));
	return str_eq(s, want);
}

static bool is_text_only(const struct policy_attachment *a)
{
	return str_eq(a->clean, attach_mode_words[ATTACH_TEXT_ONLY]);
}

/* attachments/<type>-<n>.<ext> for the n-th file of that type, in a format that is allowed. */
static bool good_file(const struct policy_attachment *a, const char *type, size_t n, const char *s)
{
	if (is_text_only(a))
		return named(s, type, n, ATTACH_TEXT);
	for (size_t i = 0; i < policy_formats.n; i++) {
		enum attach_format format = attach_format_of_ext(policy_formats.list[i]);
		if (a->formats & 1U << i && format != ATTACH_UNKNOWN && named(s, type, n, format))
			return true;
	}
	return false;
}

static int admit_attachments(struct admitting *a, const json_t *list)
{
	static const char *const words[] = {"type", "file"};
	if (!list)
		return 0;
	if (!json_is_array(list) || (int64_t)json_array_size(list) > a->p->most_attachments)
		return beyond(a, "attachments", "more than the policy lets go");
	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *one = json_array_get(list, i);
		struct errinfo ei = ERRINFO_INIT;
		if (jx_closed(one, words, GW_LENGTH(words), "attachments", &ei) < 0)
			return beyond(a, "attachments", "type and file are expected");
		const char *type = jx_str(one, "type"), *file = jx_str(one, "file");
		const struct policy_attachment *e = type ? policy_attachment(a->p, type) : NULL;
		if (!e || !file)
			return beyond(a, "attachments", "a type that the policy does not let go");
		size_t n = 1;
		for (size_t k = 0; k < i; k++)
			n += str_eq(jx_str(json_array_get(list, k), "type"), type);
		if (!good_file(e, type, n, file))
			return beyond(a, "attachments",
			    "a file is not named as its type, number and format ask");
	}
	return 0;
}

/* The fields that a correction is about: each once, in the order of the catalogue. */
static int admit_corrects(struct admitting *a, const json_t *dossier_json)
{
	const json_t *list = json_object_get(dossier_json, "corrects");
	size_t from = 0;
	if (!list)
		return 0;
	if (!json_is_array(list) || !json_array_size(list) ||
	    json_object_get(dossier_json, "attachments"))
		return beyond(a, "corrects", "fields are expected, and no attachments");
	for (size_t i = 0; i < json_array_size(list); i++) {
		const char *path = json_string_value(json_array_get(list, i));
		const struct field *f = path ? catalogue_find(a->p->catalogue, path) : NULL;
		if (!f)
			return not_of_catalogue(a);
		if (f->index < from)
			return beyond(a, f->path, "it is not corrected once, in its place");
		from = f->index + 1;
		int e = admit_field(a, f);
		if (e < 0)
			return e;
	}
	a->correction = true;
	return 0;
}

int policy_admits(
    const struct policy *p, unsigned duties, const json_t *dossier_json, struct errinfo *ei)
{
	struct admitting a = {.p = p, .duties = duties, .ei = ei};
	json_int_t v;
	if (!json_is_object(dossier_json) ||
	    jx_int(dossier_json, "catalogue", p->catalogue_version, p->catalogue_version, &v) < 0)
		return err_set(ei, GW_EREFUSED, "dossier.json is not of catalogue %lld",
		    (long long)p->catalogue_version);
	a.seen = str_alloc((p->decisions_n + 1) * sizeof *a.seen);
	int r = admit_corrects(&a, dossier_json);
	if (r == 0)
		r = admit_object(&a, "", dossier_json, 0);
	if (r == 0)
		r = admit_attachments(&a, json_object_get(dossier_json, "attachments"));
	free(a.seen);
	return r;
}

int policy_admits_file(const struct policy *p, const char *type, const char *file, const void *head,
    size_t head_n, uint64_t size, uint64_t total, struct errinfo *ei)
{
	struct admitting a = {.p = p, .ei = ei};
	const struct policy_attachment *e = policy_attachment(p, type);
	const char *dot = strrchr(file, '.');
	enum attach_format said = dot ? attach_format_of_ext(dot + 1) : ATTACH_UNKNOWN;
	bool is = said == ATTACH_TEXT
	    ? attach_is_text(head, head_n)
	    : said != ATTACH_UNKNOWN && attach_format(head, head_n) == said;
	if (!e || !is)
		return beyond(&a, "attachments", "a file is not of the format that its name says");
	if (size > (uint64_t)e->max_mb * POLICY_MB || total > (uint64_t)p->total_mb * POLICY_MB)
		return beyond(&a, "attachments", "more megabytes than the policy lets go");
	return 0;
}
