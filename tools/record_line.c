/* SPDX-License-Identifier: EUPL-1.2 */
#include "tools/record_line.h"

#include "base/str.h"

int record_parse(const struct ledger_line *line, json_t **ret_record, struct errinfo *ei)
{
	int r = jx_parse("ledger record", line->bytes, line->n, &JX_SMALL, ret_record, ei);
	return r < 0 ? err_set(ei, GW_EAUTH, "a record of the ledger is no JSON: it was changed")
		     : 0;
}

static int organisation(const struct home *h, const char *what, const char *oin, struct buf *out)
{
	const struct registry *reg = h ? home_registry(h) : NULL;
	const struct organisation *o = reg && oin ? registry_organisation(reg, oin) : NULL;
	if (!oin)
		return 0;
	return o ? buf_addf(out, ", %s %s (%s)", what, oin, o->name)
		 : buf_addf(out, ", %s %s", what, oin);
}

static int member(const json_t *object, const char *name, const char *what, struct buf *out)
{
	const char *s = jx_str(object, name);
	return s ? buf_addf(out, ", %s %s", what, s) : 0;
}

static int classes(const json_t *record, struct buf *out)
{
	const json_t *cat = json_object_get(record, "cat"), *fld = json_object_get(record, "fld");
	int r = 0;
	if (fld)
		r = buf_addf(out, ", %" JSON_INTEGER_FORMAT " fields", json_integer_value(fld));
	for (size_t i = 0; r == 0 && i < json_array_size(cat); i++)
		r = buf_addf(
		    out, "%s%s", i ? " " : " of ", json_string_value(json_array_get(cat, i)));
	return r;
}

static int policy(const json_t *record, struct buf *out)
{
	const json_t *pol = json_object_get(record, "pol");
	const char *id = jx_str(pol, "id");
	json_int_t v = 0;
	if (!id)
		return 0;
	return jx_int(pol, "v", 1, INT64_MAX, &v) == 0
	    ? buf_addf(out, ", policy %s version %" JSON_INTEGER_FORMAT, id, v)
	    : buf_addf(out, ", policy %s", id);
}

int record_line(
    const struct home *h, unsigned long long index, const json_t *record, struct buf *out)
{
	const char *ph = jx_str(record, "ph"), *end = jx_str(record, "out"),
		   *te = jx_str(record, "te"), *t = jx_str(record, "t");
	const json_t *obj = json_object_get(record, "obj");
	int r = buf_addf(out, "%llu  %s  %s", index,
	    te      ? te
		: t ? t
		    : "-",
	    jx_str(record, "act") ? jx_str(record, "act") : "-");
	if (r == 0 && ph)
		r = buf_addf(out, " %s", ph);
	if (r == 0 && end)
		r = buf_addf(out, " %s", end);
	if (r == 0)
		r = organisation(h, "with", jx_str(record, "peer"), out);
	if (r == 0)
		r = organisation(h, "for", jx_str(record, "ctl"), out);
	if (r == 0)
		r = member(record, "purp", "purpose", out);
	if (r == 0)
		r = member(record, "basis", "basis", out);
	if (r == 0)
		r = policy(record, out);
	if (r == 0)
		r = classes(record, out);
	if (r == 0)
		r = member(obj, "k", "object", out);
	if (r == 0)
		r = member(record, "ret", "kept at least until", out);
	return r == 0 ? buf_adds(out, "\n") : r;
}
