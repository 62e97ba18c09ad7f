/* SPDX-License-Identifier: EUPL-1.2 */
#include "tools/contact.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/str.h"
#include "registry/text.h"
#include "tools/items.h"
#include "tools/open_home.h"

enum { HOME_CONTACT = HOME_REGISTRY | HOME_SIGNER | HOME_LEDGER | HOME_CATALOGUE };

/* ---- the home and its gateway ---- */

static bool tls_pinned(void *arg, const char *oin, const char *spki)
{
	const struct contact *c = arg;
	const struct organisation *o = registry_organisation(home_registry(c->home), oin);
	return o && pins_hold(&o->tls, spki, date_of(clock_now()));
}

static int signing_pinned(void *arg, const struct cades_signer *by, int64_t at, struct errinfo *ei)
{
	const struct contact *c = arg;
	return registry_signed_by(home_registry(c->home), by, by->oin, date_of(at), ei);
}

static struct chain_terms chain_terms_of(void *arg, const char *policy_sha256)
{
	struct home_terms t = contact_terms(arg, policy_sha256);
	return (struct chain_terms){
	    .known = t.known, .direct = t.direct, .delete_never = t.delete_never};
}

struct home_terms contact_terms(struct contact *c, const char *policy_sha256)
{
	for (size_t i = 0; i < c->terms_n; i++)
		if (str_eq(c->terms[i].sha256, policy_sha256))
			return c->terms[i];
	if (c->terms_n == GW_LENGTH(c->terms))
		c->terms_n = 0;
	c->terms[c->terms_n] = home_terms(c->home, policy_sha256);
	return c->terms[c->terms_n++];
}

/* The paths of the files in a folder of the registry; none when it is not there. */
static int list_files(struct contact *c, const char *folder, const char *suffix, char ***ret,
    size_t *ret_n, struct errinfo *ei)
{
	char *dir GW_CLEANUP(str_free_p) = home_path(c->home, folder);
	struct file_list l = {0};
	int r = file_exists(dir) ? file_list(dir, suffix, &l, ei) : 0;
	*ret = str_alloc((l.n + 1) * sizeof **ret);
	for (size_t i = 0; r == 0 && i < l.n; i++)
		(*ret)[(*ret_n)++] = file_join(dir, l.names[i]);
	file_list_release(&l);
	return r;
}

/* Said at once, so that nobody wonders why nothing happens. */
static void waiting(void *arg, const char *why, unsigned seconds, unsigned left)
{
	(void)arg;
	(void)fflush(stdout);
	(void)fprintf(stderr,
	    "%shandover: %s: trying again in %u seconds, and for %u more at most\n",
	    isatty(STDERR_FILENO) == 1 ? "\r\033[K" : "", why, seconds, left);
}

static int open_client(struct contact *c, struct errinfo *ei)
{
	const struct settings *s = home_settings(c->home);
	c->cert = home_path(c->home, "organisation/tls.pem");
	c->key = s->tls_key ? str_dup(s->tls_key) : home_path(c->home, "organisation/tls.key");
	int r = list_files(c, "registry/trust/tls", ".pem", &c->roots, &c->roots_n, ei);
	if (r == 0)
		r = list_files(c, "registry/trust", ".crl", &c->lists, &c->lists_n, ei);
	const struct client_server server = {
	    .url = c->profile.url,
	    .oin = c->profile.oin,
	    .cert = c->cert,
	    .key = c->key,
	    .roots = (const char *const *)c->roots,
	    .roots_n = c->roots_n,
	    .lists = (const char *const *)c->lists,
	    .lists_n = c->lists_n,
	    .pinned = tls_pinned,
	    .arg = c,
	    .proxy = c->profile.proxy[0] ? c->profile.proxy : NULL,
	    .at = s->test ? clock_now() : 0,
	    .stop = items_watch(),
	    .waiting = waiting,
	};
	return r == 0 ? client_new(&server, &c->client, ei) : r;
}

int contact_open(struct contact *c, const struct cli *cli, struct errinfo *ei)
{
	const char *name = cli_value(cli, "gateway");
	return contact_open_named(c, cli, name ? name : GATEWAY_DEFAULT, ei);
}

int contact_open_named(
    struct contact *c, const struct cli *cli, const char *name, struct errinfo *ei)
{
	*c = (struct contact){.cli = cli};
	int r = open_home(cli, HOME_CONTACT, &c->home, ei);
	if (r == 0)
		r = gateway_load(c->home, name, &c->profile, ei);
	if (r == 0)
		r = open_client(c, ei);
	if (r < 0)
		return r;
	c->root = home_path(c->home, "receipts");
	c->env = (struct chain_env){
	    .trust = registry_trust(home_registry(c->home)),
	    .now = clock_now(),
	    .pinned = signing_pinned,
	    .terms = chain_terms_of,
	    .arg = c,
	};
	return 0;
}

static void free_list(char **list, size_t n)
{
	for (size_t i = 0; i < n; i++)
		free(list[i]);
	free(list);
}

void contact_close(struct contact *c)
{
	client_free(c->client);
	json_decref(c->cases);
	free_list(c->roots, c->roots_n);
	free_list(c->lists, c->lists_n);
	free(c->cert);
	free(c->key);
	free(c->root);
	home_free(c->home);
}

/* ---- calls ---- */

int contact_get(struct contact *c, const char *path, json_t **ret, struct errinfo *ei)
{
	struct client_answer a GW_CLEANUP(client_answer_release) = {0};
	int r = client_get(c->client, path, &a, ei);
	if (r == 0)
		r = client_code(&a, ei);
	if (r == 0 && !a.body)
		r = err_set(ei, GW_ENET, "the gateway answers with something that is no JSON");
	if (r == 0)
		*ret = json_incref(a.body);
	return r;
}

int contact_post(struct contact *c, const char *path, const json_t *body, int *ret_status,
    char word[65], json_t **ret, struct errinfo *ei)
{
	struct client_answer a GW_CLEANUP(client_answer_release) = {0};
	int r = client_post(c->client, path, body, &a, ei);
	if (word)
		text_copy(word, 65, a.code);
	*ret_status = a.status;
	if (r == 0)
		r = client_code(&a, ei);
	if (r == 0 && ret)
		*ret = json_incref(a.body);
	return r;
}

int contact_list(
    struct contact *c, const char *path, const char *query, json_t **ret, struct errinfo *ei)
{
	json_t *all = json_array();
	char *next GW_CLEANUP(str_free_p) = str_dup("");
	int r = 0;
	do {
		json_t *page GW_CLEANUP(jx_release) = NULL;
		char *at GW_CLEANUP(str_free_p) = str_printf("%s?limit=500%s%s%s%s", path,
		    *query ? "&" : "", query, *next ? "&cursor=" : "", next);
		r = contact_get(c, at, &page, ei);
		const json_t *items = r == 0 ? json_object_get(page, "items") : NULL;
		const char *more = jx_str(page, "next");
		if (r == 0 &&
		    (!json_is_array(items) ||
			(more &&
			    strspn(more,
				"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._~-") !=
				strlen(more))))
			r = err_set(
			    ei, GW_ENET, "the gateway answers with something that is no list");
		if (r == 0 && json_array_extend(all, (json_t *)(uintptr_t)items) < 0)
			r = GW_ENOMEM;
		if (r == 0 && json_array_size(all) > 1000000)
			r = err_set(ei, GW_ENET, "the gateway's list has no end");
		free(next);
		next = str_dup(r == 0 && more ? more : "");
	} while (r == 0 && *next);
	if (r < 0)
		json_decref(all);
	else
		*ret = all;
	return r;
}

int contact_cases(struct contact *c, const json_t **ret, struct errinfo *ei)
{
	int r = c->cases ? 0 : contact_list(c, "/v1/cases", "", &c->cases, ei);
	if (r == 0)
		*ret = c->cases;
	return r;
}

/* ---- one case ---- */

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
		r = compare(c, k, ei);
	return r == 0 ? receipts_at(k->receipts, c->profile.oin, ei) : r;
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

const char *contact_word(const json_t *o, const char *name)
{
	const char *s = jx_str(o, name);
	size_t n = s ? strlen(s) : 0;
	if (!s)
		return "";
	for (size_t i = 0; i < n; i++)
		if (s[i] < ' ' || s[i] > '~' || i > 200)
			return "?";
	return s;
}

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
