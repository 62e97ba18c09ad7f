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
	if (item->report)
		jx_set(o, "report", json_incref((json_t *)(uintptr_t)item->report));
	(void)cli_print_json(o);
}

/* What of the dossier did not leave, in a few words; the whole report is in --json. */
static void tell_rest(const json_t *report)
{
	const json_t *files = json_object_get(report, "attachments"), *one;
	const json_t *left = json_object_get(files, "left_behind");
	json_t *reasons GW_CLEANUP(jx_release) = json_object();
	const char *key;
	json_t *value;
	json_int_t values = 0, unknown = 0;
	size_t i;
	json_object_foreach (json_object_get(report, "withheld"), key, value)
		values += json_integer_value(value);
	json_array_foreach (json_object_get(report, "notes"), i, value)
		if (str_eq(jx_str(value, "what"), "unknown_field"))
			unknown += json_integer_value(json_object_get(value, "n"));
	(void)printf("; stayed behind: %" JSON_INTEGER_FORMAT " values", values);
	if (unknown)
		(void)printf(", %" JSON_INTEGER_FORMAT
			     " in fields that the catalogue does not know",
		    unknown);
	for (i = 0; i < json_array_size(left); i++) {
		one = json_array_get(left, i);
		const char *why = jx_str(one, "reason");
		json_int_t n = json_integer_value(json_object_get(reasons, why ? why : ""));
		jx_set(reasons, why ? why : "", json_integer(n + 1));
	}
	json_object_foreach (reasons, key, value)
		(void)printf(
		    ", %" JSON_INTEGER_FORMAT " attachments (%s)", json_integer_value(value), key);
}

static void tell_success(const struct items *s, const struct transfer_item *item)
{
	(void)printf("%s %s -> %s (%u fields, %u attachments, %" PRIu64 " bytes", s->done,
	    item->path, item->file, item->fields, item->attachments, item->bytes);
	if (json_is_object(json_object_get(item->report, "withheld")))
		tell_rest(item->report);
	(void)puts(")");
}

static void tell_failure(const struct transfer_item *item)
{
	const char *why = item->why && item->why->msg[0] ? item->why->msg : err_name(item->code);
	(void)fflush(stdout);
	size_t n = strlen(item->path);
	bool named =
	    strncmp(why, item->path, n) == 0 && (why[n] == ':' || why[n] == '/' || why[n] == '!');
	if (item->why && item->why->located && named)
		(void)fprintf(stderr, "%s\n", why);
	else if (named)
		(void)fprintf(stderr, "handover: %s\n", why);
	else
		(void)fprintf(stderr, "handover: %s: %s\n", item->path, why);
}

void items_tell(void *arg, const struct transfer_item *item)
{
	struct items *s = arg;
	int code = err_exit(item->code);
	progress_clear(&s->progress);
	if (code > s->exit)
		s->exit = code;
	if (item->code < 0)
		tell_failure(item);
	if (cli_json(s->cli))
		tell_json(s, item);
	else if (item->code == 0)
		tell_success(s, item);
	(void)fflush(stdout); /* a run may be ended at any moment: what is done has been said */
	progress_step(&s->progress, item->bytes);
}
