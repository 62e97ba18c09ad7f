/* SPDX-License-Identifier: EUPL-1.2 */
/* handover inbox, handover status: how our cases stand. */
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/file.h"
#include "base/str.h"
#include "registry/text.h"
#include "tools/commands.h"
#include "tools/contact_case.h"
#include "tools/items.h"
#include "tools/output.h"

enum { WATCH_MS = 2000 };

/* The acts of a recipient that a case may wait for. */
static bool waits(const json_t *item)
{
	static const char *const ours[] = {
	    "accept", "fetch_request", "fetched", "opened", "taken_over", "withdraw_confirm"};
	size_t i;
	json_t *word;
	json_array_foreach (json_object_get(item, "legal"), i, word)
		for (size_t k = 0; k < GW_LENGTH(ours); k++)
			if (str_eq(json_string_value(word), ours[k]))
				return true;
	return false;
}

static void print_words(const json_t *item)
{
	const char *before = "; you may: ";
	size_t i;
	json_t *word;
	json_array_foreach (json_object_get(item, "legal"), i, word) {
		const char *s = json_string_value(word);
		int act = s ? case_act_of(s) : -1;
		if (act < 0)
			continue;
		(void)printf("%s%s", before, case_act_word((enum case_act)act));
		before = ", ";
	}
}

static void print_pending(const json_t *item)
{
	size_t i;
	json_t *p;
	json_array_foreach (json_object_get(item, "pending"), i, p)
		(void)printf("; on its way: %s (%lld tries%s%s)", contact_word(p, "kind"),
		    (long long)json_integer_value(json_object_get(p, "tries")),
		    jx_str(p, "problem") ? ", " : "", contact_word(p, "problem"));
}

static int print_case(const struct contact *c, const json_t *item)
{
	if (cli_json(c->cli))
		return cli_print_json(json_incref((json_t *)(uintptr_t)item));
	const char *due = contact_word(item, "due"), *then = contact_word(item, "then");
	(void)printf("%s/%s: %s", contact_word(item, "sender"), contact_word(item, "case"),
	    contact_word(item, "state"));
	if (*due)
		(void)printf(", until %s%s%s", due, *then ? ": " : "", then);
	print_words(item);
	print_pending(item);
	(void)putchar('\n');
	return 0;
}

/*
 * What the gateway lists, held against what we saw of it: the same number with the same head is
 * the same chain; what has grown is read and compared.
 */
static int compare(struct contact *c, const json_t *item, struct errinfo *ei)
{
	struct contact_case k GW_CLEANUP(contact_case_release) = {0};
	const char *sender = jx_str(item, "sender"), *case_id = jx_str(item, "case");
	if (!sender || !case_id || !str_oin(sender) || !receipts_case_good(case_id))
		return err_set(ei, GW_ENET, "the gateway lists a case in an unknown form");
	text_copy(k.sender, sizeof k.sender, sender);
	text_copy(k.case_id, sizeof k.case_id, case_id);
	int r = receipts_try(c->root, &c->env, sender, case_id, &k.receipts, ei);
	if (r == GW_ECONFLICT)
		return 0; /* another command compares it just now */
	if (r < 0)
		return r == GW_EAUTH ? contact_read(c, &k, ei) : r; /* which records it */
	const struct chain *chain = receipts_chain(k.receipts);
	json_int_t n = json_integer_value(json_object_get(item, "statements"));
	if (chain_count(chain) == 0 && !receipts_pendings(k.receipts))
		return 0;
	if (n == (json_int_t)chain_count(chain) &&
	    str_eq(jx_str(item, "head"), chain_head(chain)) && !receipts_pendings(k.receipts))
		return 0;
	return contact_read(c, &k, ei);
}

static bool is_listed(const json_t *items, const char *sender, const char *case_id)
{
	size_t i;
	json_t *item;
	json_array_foreach (items, i, item)
		if (str_eq(jx_str(item, "sender"), sender) && str_eq(jx_str(item, "case"), case_id))
			return true;
	return false;
}

/* Cases that we saw at this gateway and that it does not list any more. */
static int missing(struct contact *c, const json_t *items, bool inbox, struct errinfo *ei)
{
	struct file_list l = {0};
	int worst = 0, r = file_exists(c->root) ? file_list(c->root, "", &l, ei) : 0;
	for (size_t i = 0; r == 0 && i < l.n; i++) {
		struct contact_case k GW_CLEANUP(contact_case_release) = {0};
		if (!receipts_seen_at(c->root, l.names[i], c->profile.oin, k.sender, k.case_id) ||
		    (inbox && str_eq(k.sender, home_oin(c->home))) ||
		    is_listed(items, k.sender, k.case_id))
			continue;
		int code = contact_read(c, &k, ei);
		code = code < 0 ? cli_fail(c->cli, code, ei) : 0;
		worst = code > worst ? code : worst;
	}
	file_list_release(&l);
	return r < 0 ? cli_fail(c->cli, r, ei) : worst;
}

static int list(struct contact *c, bool inbox, struct errinfo *ei)
{
	json_t *items GW_CLEANUP(jx_release) = NULL, *item;
	size_t i, shown = 0;
	bool all = !inbox || cli_given(c->cli, "all");
	int worst = 0;
	int r = contact_list(c, "/v1/cases", inbox ? "role=recipient" : "", &items, ei);
	if (r < 0)
		return cli_fail(c->cli, r, ei);
	json_array_foreach (items, i, item) {
		r = compare(c, item, ei);
		int code = r < 0 ? cli_fail(c->cli, r, ei) : 0;
		if (r == 0 && (all || waits(item))) {
			code = print_case(c, item);
			shown++;
		}
		worst = code > worst ? code : worst;
	}
	int gone = missing(c, items, inbox, ei);
	worst = gone > worst ? gone : worst;
	if (!shown && !worst && !cli_json(c->cli))
		(void)puts(all ? "there is no case" : "nothing waits for you");
	return worst;
}

static int run_inbox(struct cli *cli)
{
	struct contact c GW_CLEANUP(contact_close) = {0};
	struct errinfo ei = ERRINFO_INIT;
	int r = contact_open(&c, cli, &ei);
	return r < 0 ? cli_fail(cli, r, &ei) : list(&c, true, &ei);
}

/* ---- status ---- */

static int show(struct contact *c, const char *operand, struct contact_case *k)
{
	struct errinfo ei = ERRINFO_INIT;
	int r = contact_find(c, operand, k, &ei);
	if (r == 0)
		r = contact_read(c, k, &ei);
	if (r == 0 && !k->now)
		r = err_set(
		    &ei, GW_ENOENT, "%s has no case '%s' of ours", c->profile.url, k->case_id);
	if (r < 0)
		return contact_tell(c, operand, k, "status", r, &ei, NULL);
	int code = print_case(c, k->now);
	receipts_free(k->receipts); /* others may act while we watch */
	k->receipts = NULL;
	return code;
}

static bool is_watched(const struct contact_case *cases, int n, const json_t *event)
{
	for (int i = 0; i < n; i++)
		if (str_eq(cases[i].sender, jx_str(event, "sender")) &&
		    str_eq(cases[i].case_id, jx_str(event, "case")))
			return true;
	return n == 0;
}

static void print_event(const struct contact *c, const json_t *e)
{
	if (cli_json(c->cli)) {
		(void)cli_print_json(json_incref((json_t *)(uintptr_t)e));
	} else {
		const char *note = contact_word(e, "note");
		(void)printf("%s %s/%s: %s, the case is %s%s%s%s\n", contact_word(e, "at"),
		    contact_word(e, "sender"), contact_word(e, "case"), contact_word(e, "kind"),
		    contact_word(e, "state"), *note ? " (" : "", note, *note ? ")" : "");
	}
	(void)fflush(stdout);
}

/* The events after *after, printed if they are to be; *after moves on. */
static int read_events(struct contact *c, const struct contact_case *cases, int n,
    json_int_t *after, bool print, struct errinfo *ei)
{
	size_t got = 1;
	int r = 0;
	while (r == 0 && got > 0) {
		char path[80];
		json_t *page GW_CLEANUP(jx_release) = NULL, *e;
		size_t i;
		(void)snprintf(
		    path, sizeof path, "/v1/events?limit=500&after=%" JSON_INTEGER_FORMAT, *after);
		if ((r = contact_get(c, path, &page, ei)) < 0)
			break;
		got = json_array_size(json_object_get(page, "items"));
		json_array_foreach (json_object_get(page, "items"), i, e) {
			json_int_t at = json_integer_value(json_object_get(e, "event"));
			if (at <= *after)
				return err_set(ei, GW_ENET, "the gateway's events do not go on");
			*after = at;
			if (print && is_watched(cases, n, e))
				print_event(c, e);
		}
	}
	return r;
}

static int watch(struct contact *c, const struct contact_case *cases, int n)
{
	const volatile sig_atomic_t *stop = items_watch();
	struct errinfo ei = ERRINFO_INIT;
	json_int_t after = 0;
	int r = read_events(c, cases, n, &after, false, &ei);
	while (r == 0 && !*stop && output_heard()) {
		struct timespec t = {.tv_sec = WATCH_MS / 1000};
		(void)nanosleep(&t, NULL);
		if (!*stop)
			r = read_events(c, cases, n, &after, true, &ei);
	}
	return r < 0 && !*stop ? cli_fail(c->cli, r, &ei) : 0;
}

static int run_status(struct cli *cli)
{
	struct contact c GW_CLEANUP(contact_close) = {0};
	struct errinfo ei = ERRINFO_INIT;
	int n = cli_count(cli), worst = 0, r = contact_open(&c, cli, &ei);
	if (r < 0)
		return cli_fail(cli, r, &ei);
	struct contact_case *cases GW_CLEANUP(str_free_p) =
	    str_alloc(((size_t)n + 1) * sizeof *cases);
	for (int i = 0; i < n; i++) {
		int code = show(&c, cli_operand(cli, i), &cases[i]);
		worst = code > worst ? code : worst;
	}
	if (n == 0)
		worst = list(&c, false, &ei);
	(void)fflush(stdout);
	if (cli_given(cli, "watch") && worst == 0)
		worst = watch(&c, cases, n);
	for (int i = 0; i < n; i++)
		contact_case_release(&cases[i]);
	return worst;
}

static const struct cli_option inbox_options[] = {
    {"all", 0, NULL, "also those that do not wait for us", false},
    CONTACT_GATEWAY_OPTION,
    {0},
};

static const struct cli_option status_options[] = {
    {"watch", 0, NULL, "go on and print what happens, until interrupted", false},
    CONTACT_GATEWAY_OPTION,
    {0},
};

const struct cli_command cmd_inbox = {
    .name = "inbox",
    .operands = "",
    .summary = "list the cases that wait for us",
    .detail =
	"Cases in which we are the recipient and it is our turn, with what is legal now and until "
	"when. What the gateway shows is compared with what we saw before; where that is not its "
	"beginning, it is exit 5 and an incident in our ledger.",
    .options = inbox_options,
    .run = run_inbox,
};

const struct cli_command cmd_status = {
    .name = "status",
    .operands = "[CASE…]",
    .most = -1,
    .summary = "say how cases stand",
    .detail =
	"Without CASE all of ours, as sender and as recipient. With --watch it goes on and prints "
	"what happens in them, as it happens.",
    .options = status_options,
    .run = run_status,
};
