/* SPDX-License-Identifier: EUPL-1.2 */
#include "ledger/shred_scan.h"

#include <string.h>

#include "base/str.h"
#include "ledger/spans.h"

enum { OBJECT_MAX = 68, OBJECTS = 256 };

/* A case or incident of the person: the last word about it. */
struct object {
	char id[OBJECT_MAX];
	bool incident, open;
};

struct scan {
	struct spans acts; /* all traces of the person's records */
	struct spans open; /* their spans without a result that may still run */
	int64_t since;     /* what began before is cut off: a crash leaves an intent for ever */
	struct object objects[OBJECTS];
	size_t objects_n;
	struct date last; /* the latest retention term */
	bool has_term;
	uint64_t records;
	struct buf *places;
};

static void scan_release(struct scan *s)
{
	spans_release(&s->acts);
	spans_release(&s->open);
}

/* Acts after which a case is over. */
static bool ends_case(struct record_part act)
{
	static const char *const acts[] = {"case.decline", "case.withdraw", "case.cancel",
	    "case.expire", "case.return", "case.withdraw_confirm", "case.destroyed", "case.kept",
	    "case.misdelivered", "case.entered_in_error"};
	for (size_t i = 0; i < GW_LENGTH(acts); i++)
		if (record_is(act, acts[i]))
			return true;
	return false;
}

/* All records without an object id are of one object. */
static struct object *find_object(struct scan *s, struct record_part id, bool incident)
{
	if (!id.p)
		id = (struct record_part){"", 0};
	for (size_t i = 0; i < s->objects_n; i++)
		if (s->objects[i].incident == incident && record_is(id, s->objects[i].id))
			return &s->objects[i];
	return NULL;
}

static struct object *object_of(struct scan *s, struct record_part id, bool incident)
{
	if (!id.p)
		id = (struct record_part){"", 0};
	struct object *have = find_object(s, id, incident);
	if (have)
		return have;
	if (s->objects_n == OBJECTS || id.n >= OBJECT_MAX)
		return NULL;
	struct object *o = &s->objects[s->objects_n++];
	*o = (struct object){.incident = incident};
	if (id.n)
		memcpy(o->id, id.p, id.n);
	return o;
}

static int note_object(struct scan *s, const struct record_view *v, struct errinfo *ei)
{
	bool is_case = v->act.n > 5 && memcmp(v->act.p, "case.", 5) == 0;
	bool incident = record_is(v->act, "incident.open"),
	     settled = record_is(v->act, "review.signoff");
	if (!is_case && !incident && !settled)
		return 0;
	struct object *o = find_object(s, v->obj_id, !is_case);
	if (!o && settled)
		return 0; /* a review of texts, or of what is settled already */
	if (!o)
		o = object_of(s, v->obj_id, !is_case);
	if (!o)
		return err_set(ei, GW_EREFUSED, "this person has too many cases to be judged here");
	o->open = is_case ? !ends_case(v->act) : incident;
	return 0;
}

static int note_term(struct scan *s, const struct record_view *v)
{
	char text[DATE_TEXT];
	struct date d;
	if (!v->ret.p)
		return 0;
	if (v->ret.n != sizeof text - 1)
		return GW_EAUTH;
	memcpy(text, v->ret.p, v->ret.n);
	text[v->ret.n] = '\0';
	if (date_parse(text, &d) < 0)
		return GW_EAUTH;
	if (!s->has_term || date_cmp(d, s->last) > 0)
		s->last = d;
	s->has_term = true;
	return 0;
}

static int see_record(
    void *ctx, const struct ledger_line *line, const struct record_view *v, struct errinfo *ei)
{
	struct scan *s = ctx;
	uint8_t key[SPAN_KEY];
	int64_t t = 0;
	int r = record_moment(v, &t) < 0 ? GW_EAUTH : 0;
	s->records++;
	if (r == 0 && spans_trace(v->tr, key))
		r = spans_put(&s->acts, key, line->index);
	if (r == 0 && spans_key(v->tr, v->sp, key)) {
		if (record_is(v->ph, "intent") && t >= s->since)
			r = spans_put(&s->open, key, line->index);
		else if (record_is(v->ph, "result"))
			(void)spans_take(&s->open, key);
	}
	if (r == 0)
		r = note_object(s, v, ei);
	return r < 0 ? r : note_term(s, v);
}

static int add_place(struct scan *s, const struct ledger_line *line)
{
	uint8_t place[SHRED_PLACE] = {0};
	for (int i = 0; i < 8; i++) {
		place[7 - i] = (uint8_t)((uint64_t)line->epoch >> 8 * i);
		place[15 - i] = (uint8_t)(line->index >> 8 * i);
	}
	return buf_add(s->places, place, sizeof place);
}

/* The person's own record was seen by see_record: its trace is known. One trace is one package, so
 * one person: what was refused before it said whom it is about has the trace and nothing else. A
 * record without a trace is found by its commitment. */
struct second {
	struct scan *scan;
	const struct person *p;
};

static int see_detail(void *ctx, const struct ledger_line *line, struct errinfo *ei)
{
	const struct second *s = ctx;
	struct record_view v;
	uint8_t key[SPAN_KEY];
	if (!line->detail)
		return 0;
	if (record_view(line->bytes, line->n, &v, ei) < 0)
		return GW_EAUTH;
	bool theirs = (spans_trace(v.tr, key) && spans_has(&s->scan->acts, key, NULL)) ||
	    person_is_in(s->p, &v, NULL);
	return theirs ? add_place(s->scan, line) : 0;
}

static int find_places(
    struct ledger *l, const struct person *p, struct scan *s, uint64_t from, struct errinfo *ei)
{
	struct second second = {s, p};
	unsigned epochs = 0;
	int r = reader_epochs(l, &epochs, ei);
	for (unsigned k = from ? epochs : 0; r == 0 && k <= epochs; k++) {
		struct reader reader GW_CLEANUP(reader_close) = READER_INIT;
		unsigned epoch = k < epochs ? k + 1 : 0;
		r = reader_open(l, epoch, &reader, ei);
		if (r == 0)
			r = reader_walk(
			    &reader, epoch ? 0 : from, UINT64_MAX, see_detail, &second, ei);
	}
	return r;
}

static int refuse_open(const struct scan *s, struct date today, struct errinfo *ei)
{
	char day[DATE_TEXT];
	if (s->open.n)
		return err_set(ei, GW_EREFUSED,
		    "an act about this person has begun and has no result yet (see 'ledger show --open')");
	for (size_t i = 0; i < s->objects_n; i++)
		if (s->objects[i].open)
			return err_set(ei, GW_EREFUSED, "%s of this person is open",
			    s->objects[i].incident ? "an incident" : "a case");
	if (s->has_term && date_cmp(today, s->last) <= 0) {
		date_text(s->last, day);
		return err_set(ei, GW_EREFUSED, "a retention term runs until %s", day);
	}
	return 0;
}

int shred_scan(struct ledger *l, const struct person *p, struct date today, struct buf *ret_places,
    uint64_t *ret_records, struct errinfo *ei)
{
	struct scan *s = str_alloc(sizeof *s);
	s->places = ret_places;
	s->since = date_start(date_from_days(date_days(today) - 1));
	int r = person_walk(l, p, 0, see_record, s, NULL, ei);
	if (r == 0)
		r = refuse_open(s, today, ei);
	if (r == 0)
		r = find_places(l, p, s, 0, ei);
	if (r == 0)
		*ret_records = s->records;
	scan_release(s);
	str_free_p(&s);
	return r;
}

int shred_scan_rest(struct ledger *l, const struct person *p, uint64_t from, struct buf *ret_places,
    struct errinfo *ei)
{
	struct scan *s = str_alloc(sizeof *s);
	s->places = ret_places;
	int r = person_walk(l, p, from, see_record, s, NULL, ei);
	if (r == 0)
		r = find_places(l, p, s, from, ei);
	scan_release(s);
	str_free_p(&s);
	return r;
}
