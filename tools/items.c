/* SPDX-License-Identifier: EUPL-1.2 */
#include "tools/items.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/str.h"

static volatile sig_atomic_t stopped;

static void stop(int sig)
{
	(void)sig;
	stopped = 1;
}

const volatile sig_atomic_t *items_watch(void)
{
	struct sigaction act = {.sa_handler = stop, .sa_flags = (int)(SA_RESTART | SA_RESETHAND)};
	(void)sigemptyset(&act.sa_mask);
	(void)sigaction(SIGINT, &act, NULL);
	(void)sigaction(SIGTERM, &act, NULL);
	return &stopped;
}

static void tell_json(const struct items *s, const struct transfer_item *item)
{
	json_t *o = json_object();
	jx_set(o, s->noun, jx_text(item->path));
	jx_set(o, "result", json_string(item->code < 0 ? err_name(item->code) : "ok"));
	jx_set(o, "exit", json_integer(err_exit(item->code)));
	if (item->why)
		jx_set(o, "why", jx_text(item->why->msg));
	if (item->package[0])
		jx_set(o, "package", json_string(item->package));
	if (item->file)
		jx_set(o, "file", jx_text(item->file));
	if (item->from[0])
		jx_set(o, "from", json_string(item->from));
	if (item->to[0])
		jx_set(o, "to", json_string(item->to));
	if (item->case_id[0])
		jx_set(o, "case", json_string(item->case_id));
	if (item->seq)
		jx_set(o, "seq", json_integer(item->seq));
	if (item->code == 0) {
		jx_set(o, "bytes", json_integer((json_int_t)item->bytes));
		jx_set(o, "fields", json_integer(item->fields));
		jx_set(o, "attachments", json_integer(item->attachments));
	}
	if (item->nobody)
		jx_set(o, "no_identifier", json_true());
	if (item->report)
		jx_set(o, "report", json_incref((json_t *)(uintptr_t)item->report));
	(void)cli_print_json(o);
}

static void tell_count(json_int_t n, const char *one, const char *many)
{
	if (n)
		(void)printf(", %" JSON_INTEGER_FORMAT " %s", n, n == 1 ? one : many);
}

static json_int_t count_notes(const json_t *report, const char *what)
{
	json_int_t n = 0;
	size_t i;
	json_t *note;
	json_array_foreach (json_object_get(report, "notes"), i, note)
		if (str_eq(jx_str(note, "what"), what))
			n += json_integer_value(json_object_get(note, "n"));
	return n;
}

/* What was dropped on the way in for that reason, by the names of its fields. */
static void tell_dropped(const json_t *report, const char *what, const char *one, const char *many)
{
	const char *before = ": ";
	size_t i;
	json_t *note;
	tell_count(count_notes(report, what), one, many);
	json_array_foreach (json_object_get(report, "notes"), i, note) {
		const char *field = jx_str(note, "field");
		if (!field || !str_eq(jx_str(note, "what"), what))
			continue;
		(void)printf("%s%s", before, field);
		before = ", ";
	}
}

/* What of the dossier did not leave, in a few words; the whole report is in --json. */
static void tell_rest(const json_t *report)
{
	const json_t *files = json_object_get(report, "attachments");
	const json_t *left = json_object_get(files, "left_behind");
	json_t *reasons GW_CLEANUP(jx_release) = json_object();
	const char *key;
	json_t *value;
	json_int_t values = 0;
	size_t i;
	json_object_foreach (json_object_get(report, "withheld"), key, value)
		values += json_integer_value(value);
	(void)printf(
	    "; stayed behind: %" JSON_INTEGER_FORMAT " value%s", values, values == 1 ? "" : "s");
	tell_count(count_notes(report, "unknown_field"),
	    "in a field that the catalogue does not know",
	    "in fields that the catalogue does not know");
	json_array_foreach (left, i, value) {
		const char *why = jx_str(value, "reason");
		json_int_t n = json_integer_value(json_object_get(reasons, why ? why : ""));
		jx_set(reasons, why ? why : "", json_integer(n + 1));
	}
	json_object_foreach (reasons, key, value) {
		tell_count(json_integer_value(value), "attachment", "attachments");
		(void)printf(" (%s)", key);
	}
	tell_count(count_notes(report, "unknown_attachment_type"), "attachment of unknown type",
	    "attachments of unknown type");
	tell_dropped(
	    report, "unknown_code", "value outside its list", "values outside their lists");
	tell_dropped(report, "unmapped_step", "step that the ladder map lacks",
	    "steps that the ladder map lacks");
	if (json_object_size(json_object_get(files, "released")) &&
	    str_eq(jx_str(files, "antivirus"), "off"))
		(void)printf("; antivirus off");
}

static void tell_success(const struct items *s, const struct transfer_item *item)
{
	(void)printf("%s %s -> %s (%u field%s, %u attachment%s, %" PRIu64 " bytes", s->done,
	    item->path, item->file, item->fields, item->fields == 1 ? "" : "s", item->attachments,
	    item->attachments == 1 ? "" : "s", item->bytes);
	if (json_is_object(json_object_get(item->report, "withheld"))) /* the sender's own report */
		tell_rest(item->report);
	(void)puts(")");
}

void items_fail(const char *path, int code, const struct errinfo *ei)
{
	const char *why = ei && ei->msg[0] ? ei->msg : err_name(code);
	(void)fflush(stdout);
	size_t n = strlen(path);
	bool named =
	    strncmp(why, path, n) == 0 && (why[n] == ':' || why[n] == '/' || why[n] == '!');
	if (ei && ei->located && named)
		(void)fprintf(stderr, "%s\n", why);
	else if (named)
		(void)fprintf(stderr, "handover: %s\n", why);
	else
		(void)fprintf(stderr, "handover: %s: %s\n", path, why);
}

void items_tell(void *arg, const struct transfer_item *item)
{
	struct items *s = arg;
	int code = err_exit(item->code);
	progress_clear(&s->progress);
	if (code > s->exit)
		s->exit = code;
	if (item->code < 0)
		items_fail(item->path, item->code, item->why);
	else if (item->nobody)
		cli_warn("%s: it has no identifier (person.bsn, person.v_number or "
			 "person.client_number): no report about this person will find it",
		    item->path);
	if (cli_json(s->cli))
		tell_json(s, item);
	else if (item->code == 0)
		tell_success(s, item);
	(void)fflush(stdout); /* a run may be ended at any moment: what is done has been said */
	progress_step(&s->progress, item->bytes);
}
