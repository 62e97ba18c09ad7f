/* SPDX-License-Identifier: EUPL-1.2 */
#include "tools/contact_case.h"

#include <stdio.h>
#include <string.h>

#include "base/file.h"
#include "base/str.h"
#include "registry/text.h"
#include "tools/items.h"
#include "tools/settle.h"

void contact_case_release(struct contact_case *k)
{
	receipts_free(k->receipts);
	json_decref(k->now);
	k->receipts = NULL;
	k->now = NULL;
}

/* Note a sender that uses this case id; GW_EUSAGE for a second one. */
static int one_more(struct contact_case *k, const char *sender, struct errinfo *ei)
{
	if (k->sender[0] && !str_eq(k->sender, sender))
		return err_set(ei, GW_EUSAGE,
		    "case %s is used by %s and by %s: name it as sender/case", k->case_id,
		    k->sender, sender);
	text_copy(k->sender, sizeof k->sender, sender);
	return 0;
}

/* Cases of that id that we saw before, whatever the gateway says now. */
static int seen_here(struct contact *c, struct contact_case *k, struct errinfo *ei)
{
	struct file_list l = {0};
	int r = file_exists(c->root) ? file_list(c->root, k->case_id, &l, ei) : 0;
	for (size_t i = 0; r == 0 && i < l.n; i++) {
		char sender[OIN_TEXT];
		text_copy(sender, sizeof sender, l.names[i]);
		if (str_oin(sender) && l.names[i][OIN_TEXT - 1] == '-' &&
		    str_eq(l.names[i] + OIN_TEXT, k->case_id))
			r = one_more(k, sender, ei);
	}
	file_list_release(&l);
	return r;
}

int contact_find(struct contact *c, const char *operand, struct contact_case *k, struct errinfo *ei)
{
	const char *slash = strchr(operand, '/');
	const json_t *all = NULL;
	json_t *item;
	size_t i;
	int r;
	*k = (struct contact_case){0};
	text_copy(k->case_id, sizeof k->case_id, slash ? slash + 1 : operand);
	if (!receipts_case_good(slash ? slash + 1 : operand))
		return err_set(ei, GW_EUSAGE, "'%.100s' is no case", operand);
	if (slash) {
		text_copy(k->sender, sizeof k->sender, operand);
		if (slash - operand != OIN_TEXT - 1 || !str_oin(k->sender))
			return err_set(ei, GW_EUSAGE, "'%.100s' is no sender/case", operand);
		return 0;
	}
	if ((r = seen_here(c, k, ei)) < 0 || (r = contact_cases(c, &all, ei)) < 0)
		return r;
	json_array_foreach (all, i, item) {
		const char *sender = jx_str(item, "sender");
		if (!str_eq(jx_str(item, "case"), k->case_id) || !sender || !str_oin(sender))
			continue;
		if ((r = one_more(k, sender, ei)) < 0)
			return r;
	}
	return k->sender[0]
	    ? 0
	    : err_set(ei, GW_ENOENT, "%s has no case '%s' of ours", c->profile.url, k->case_id);
}

static int find_slip(
    void *arg, const char *package, struct buf *json, struct buf *p7s, struct errinfo *ei)
{
	char path[80];
	json_t *j GW_CLEANUP(jx_release) = NULL;
	(void)snprintf(path, sizeof path, "/v1/packages/%s", package);
	int r = contact_get(arg, path, &j, ei);
	const char *slip = jx_str(j, "slip"), *signature = jx_str(j, "signature");
	if (r == 0 && (!slip || !signature))
		r = err_set(
		    ei, GW_ENET, "the gateway does not show the slip of package %s", package);
	if (r < 0)
		return r;
	size_t n = 0;
	void *room = buf_room(p7s, CADES_MAX);
	if (!room || str_unb64(signature, strlen(signature), room, CADES_MAX, &n) < 0)
		return err_set(ei, GW_ENET, "the slip of package %s has no signature", package);
	buf_wrote(p7s, n);
	return buf_adds(json, slip);
}

/* What we saw is not what the gateway shows: written down, come what may. */
static int incident(struct contact *c, const struct contact_case *k, int code, struct errinfo *ei)
{
	json_t *detail GW_CLEANUP(jx_release) = json_object();
	struct errinfo why = ERRINFO_INIT;
	jx_set(detail, "case", json_string(k->case_id));
	jx_set(detail, "sender", json_string(k->sender));
	jx_set(detail, "reason", jx_text(ei->msg));
	if (home_incident(c->home, c->profile.oin, detail, &why) < 0)
		cli_warn("the incident could not be recorded: %s", why.msg);
	return code;
}

static int compare(struct contact *c, struct contact_case *k, struct errinfo *ei)
{
	char path[160];
	json_t *shown GW_CLEANUP(jx_release) = NULL;
	int r;
	if (!k->now) {
		if (chain_count(receipts_chain(k->receipts)) == 0)
			return 0;
		(void)err_set(ei, GW_EAUTH,
		    "%s does not know case %s any more, of which we saw %zu statements",
		    c->profile.url, k->case_id, chain_count(receipts_chain(k->receipts)));
		return incident(c, k, GW_EAUTH, ei);
	}
	(void)snprintf(path, sizeof path, "/v1/cases/%s/%s/statements", k->sender, k->case_id);
	r = contact_get(c, path, &shown, ei);
	if (r == 0)
		r = receipts_take(k->receipts, json_object_get(shown, "items"), find_slip, c, ei);
	return r == GW_EAUTH ? incident(c, k, r, ei) : r;
}

void contact_came(struct contact *c, const char *sha256)
{
	if (!c->came)
		c->came = json_object();
	jx_set(c->came, sha256, json_true());
}

bool contact_has_come(const struct contact *c, const char *sha256)
{
	return json_object_get(c->came, sha256) != NULL;
}

/* Compare, and note what of ours turns out to have arrived. */
static int compare_pending(struct contact *c, struct contact_case *k, struct errinfo *ei)
{
	json_t *left GW_CLEANUP(jx_release) = json_object();
	const struct receipts_pending *p;
	const char *sha256;
	json_t *v;
	for (size_t i = 0; (p = receipts_pending(k->receipts, i)); i++)
		jx_set(left, p->sha256, json_true());
	int r = compare(c, k, ei);
	for (size_t i = 0; (p = receipts_pending(k->receipts, i)); i++)
		(void)json_object_del(left, p->sha256);
	json_object_foreach (left, sha256, v)
		contact_came(c, sha256);
	return r;
}

int contact_read(struct contact *c, struct contact_case *k, struct errinfo *ei)
{
	char path[160];
	contact_case_release(k);
	int r = receipts_open(c->root, &c->env, k->sender, k->case_id, &k->receipts, ei);
	if (r == GW_EAUTH)
		return incident(c, k, r, ei);
	if (r == 0)
		r = receipts_at(k->receipts, c->profile.oin, ei);
	if (r < 0)
		return r;
	(void)snprintf(path, sizeof path, "/v1/cases/%s/%s", k->sender, k->case_id);
	r = contact_get(c, path, &k->now, ei);
	if (r == GW_ENOENT)
		r = 0;
	if (r == 0)
		r = compare_pending(c, k, ei);
	if (r == 0)
		r = receipts_at(k->receipts, c->profile.oin, ei);
	return r == 0 ? settle_case(c, k, ei) : r;
}

bool contact_carried(const struct contact_case *k, const char *sha256)
{
	size_t i;
	json_t *item;
	json_array_foreach (json_object_get(k->now, "pending"), i, item)
		if (str_eq(jx_str(item, "statement"), sha256))
			return true;
	return false;
}

bool contact_legal(const struct contact_case *k, const char *act)
{
	size_t i;
	json_t *word;
	json_array_foreach (json_object_get(k->now, "legal"), i, word)
		if (str_eq(json_string_value(word), act))
			return true;
	return false;
}

bool contact_round(const struct contact_case *k, const char *package, struct chain_round *ret)
{
	const struct chain *c = receipts_ahead(k->receipts);
	for (size_t i = chain_rounds(c); i > 0; i--) {
		*ret = chain_round(c, i - 1);
		if (!package || str_eq(ret->package, package))
			return true;
	}
	return false;
}

const char *contact_other(const struct contact *c, const struct contact_case *k)
{
	const struct chain *chain = receipts_ahead(k->receipts);
	return str_eq(home_oin(c->home), k->sender) ? chain_recipient(chain) : k->sender;
}

/* ---- telling ---- */

int contact_tell(const struct contact *c, const char *operand, const struct contact_case *k,
    const char *act, int code, const struct errinfo *why, json_t *more)
{
	const char *state = k && k->now ? contact_word(k->now, "state") : NULL;
	if (code < 0)
		items_fail(operand, code, why);
	if (cli_json(c->cli)) {
		json_t *o = json_object();
		jx_set(o, "operand", jx_text(operand));
		if (k && k->sender[0]) {
			jx_set(o, "sender", json_string(k->sender));
			jx_set(o, "case", json_string(k->case_id));
		}
		jx_set(o, "act", json_string(act));
		jx_set(o, "result", json_string(code < 0 ? err_name(code) : "ok"));
		jx_set(o, "exit", json_integer(err_exit(code)));
		if (code < 0)
			jx_set(o, "why", jx_text(why->msg));
		if (state)
			jx_set(o, "state", json_string(state));
		if (more)
			(void)json_object_update(o, more);
		(void)cli_print_json(o);
	} else if (code == 0) {
		const char *note = jx_str(more, "note"); /* ours */
		(void)printf("%s: %s%s%s%s%s\n", operand, act, state ? ", the case is " : "",
		    state ? state : "", note ? ": " : "", note ? note : "");
	}
	(void)fflush(stdout); /* what is done has been said, whatever ends the run */
	json_decref(more);
	return err_exit(code);
}
