/* SPDX-License-Identifier: EUPL-1.2 */
#include "tools/contact.h"

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
#include "tools/settle.h"

enum { ITEMS_MOST = 1000000, EMPTY_MOST = 1000 /* of a list, that is a list */ };
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
	int r = contact_open_named(c, cli, name ? name : GATEWAY_DEFAULT, ei);
	if (r == 0)
		settle_others(c);
	return r;
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
	const char *out = cli_value(cli, "out");
	c->root = home_path(c->home, "receipts");
	c->packages = out ? str_dup(out) : home_path(c->home, "inbox");
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
	json_decref(c->came);
	free_list(c->roots, c->roots_n);
	free_list(c->lists, c->lists_n);
	free(c->cert);
	free(c->key);
	free(c->root);
	free(c->packages);
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
	unsigned empty = 0; /* pages in a row: a gateway may have to look long for what is ours */
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
		empty = json_array_size(items) ? 0 : empty + 1;
		if (r == 0 && (json_array_size(all) > ITEMS_MOST || empty > EMPTY_MOST))
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
