/* SPDX-License-Identifier: EUPL-1.2 */
#include "home/home.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "age/keys.h"
#include "base/file.h"
#include "base/secret.h"
#include "base/str.h"
#include "dossier/catalogue.h"
#include "home/inside.h"
#include "ledger/ledger.h"
#include "policy/apply.h"
#include "sign/signer.h"

enum { SETTINGS_MAX = 256 << 10 };

static int read_settings(struct home *h, struct errinfo *ei)
{
	char *path GW_CLEANUP(str_free_p) = home_path(h, "gateway.yaml");
	struct buf text GW_CLEANUP(buf_release) = BUF_INIT(SETTINGS_MAX);
	int r = file_read(path, SETTINGS_MAX, &text, ei);
	if (r == GW_ENOENT)
		return err_set(ei, GW_ENOENT,
		    "there is no home at '%s': make one with handover init, or name it with --home",
		    h->dir);
	return r == 0 ? settings_parse(path, text.data, text.len, &h->settings, ei) : r;
}

/* Every file with that ending in a folder of secrets, and the folder itself. */
static int check_folder(
    const struct home *h, const char *name, const char *suffix, struct errinfo *ei)
{
	char *dir GW_CLEANUP(str_free_p) = home_path(h, name);
	struct file_list l = {0};
	if (!file_exists(dir))
		return 0;
	int r = file_check_private(dir, ei);
	if (r == 0)
		r = file_list(dir, suffix, &l, ei);
	for (size_t i = 0; r == 0 && i < l.n; i++) {
		char *path GW_CLEANUP(str_free_p) = file_join(dir, l.names[i]);
		r = file_check_private(path, ei);
	}
	file_list_release(&l);
	return r;
}

static int check_modes(const struct home *h, struct errinfo *ei)
{
	static const char *const folders[][2] = {{"organisation", ".key"},
	    {"organisation/identities", ""}, {"keys", ""}, {"keys/pseudonym", ""}};
	int r = 0;
	for (size_t i = 0; r == 0 && i < GW_LENGTH(folders); i++)
		r = check_folder(h, folders[i][0], folders[i][1], ei);
	char *subjects GW_CLEANUP(str_free_p) = home_path(h, "subjects.db");
	return r == 0 && file_exists(subjects) ? file_check_private(subjects, ei) : r;
}

/* Who can write here decides who signs the registry, and could put another home in our place. */
static int check_writable(const struct home *h, const char *name, struct errinfo *ei)
{
	char *path GW_CLEANUP(str_free_p) = *name ? home_path(h, name) : str_dup(h->dir);
	struct stat st;
	if (stat(path, &st) < 0 || !(st.st_mode & (S_IWGRP | S_IWOTH)))
		return 0; /* what is not there is told by the one who reads it */
	return err_set(ei, GW_EMODE, "'%s' can be written by others: chmod go-w it", path);
}

static int open_signer(struct home *h, struct errinfo *ei)
{
	char *cert GW_CLEANUP(str_free_p) = home_path(h, "organisation/signing.pem");
	char *key GW_CLEANUP(str_free_p) = h->settings.signing_key
	    ? str_dup(h->settings.signing_key)
	    : home_path(h, "organisation/signing.key");
	if (!file_exists(cert))
		return err_set(ei, GW_ENOENT,
		    "there is no certificate '%s' yet: have organisation/signing.csr signed", cert);
	int r = signer_load(cert, key, &h->signer, ei);
	if (r == 0 && !str_eq(signer_oin(h->signer), h->settings.oin))
		r = err_set(ei, GW_EAUTH,
		    "'%s' is a certificate of %s, but this home is that of %s", cert,
		    *signer_oin(h->signer) ? signer_oin(h->signer) : "no organisation",
		    h->settings.oin);
	return r;
}

/* The n of <from>-<n>.txt; 1 when there is none. */
static uint64_t identity_number(const char *name)
{
	uint64_t n = 1;
	if (strlen(name) <= DATE_TEXT || name[DATE_TEXT - 1] != '-')
		return n;
	char *digits GW_CLEANUP(str_free_p) =
	    str_dupn(name + DATE_TEXT, strspn(name + DATE_TEXT, "0123456789"));
	return str_u64(digits, UINT64_MAX, &n) == 0 ? n : 1;
}

int home_identity_order(const void *a, const void *b)
{
	const char *x = *(char *const *)a, *y = *(char *const *)b;
	uint64_t m = identity_number(x), n = identity_number(y);
	int c = strncmp(x, y, DATE_TEXT - 1);
	return c ? c : m != n ? (m > n) - (m < n) : strcmp(x, y);
}

/* Names are <from>.txt, or <from>-<n>.txt for the n-th of that day: the last is the newest. */
static int open_identities(struct home *h, struct errinfo *ei)
{
	char *dir GW_CLEANUP(str_free_p) = home_path(h, "organisation/identities");
	struct file_list l = {0};
	int r = file_list(dir, ".txt", &l, ei);
	h->identities = age_identities_new();
	if (r == 0 && l.n)
		qsort(l.names, l.n, sizeof *l.names, home_identity_order);
	for (size_t i = l.n; r == 0 && i > 0; i--) {
		char *path GW_CLEANUP(str_free_p) = file_join(dir, l.names[i - 1]);
		r = age_identities_add_file(h->identities, path, ei);
	}
	if (r == 0 && l.n == 0)
		r = err_set(ei, GW_ENOENT, "there is no age identity in '%s'", dir);
	file_list_release(&l);
	return r;
}

static int open_catalogue(struct home *h, struct errinfo *ei)
{
	char *path GW_CLEANUP(str_free_p) = home_path(h, "policies/catalogue.yaml");
	return file_exists(path) ? catalogue_load(path, &h->catalogue, ei) : 0;
}

static int add_pseudonym(struct home *h, const char *dir, const char *name, struct errinfo *ei)
{
	char *path GW_CLEANUP(str_free_p) = file_join(dir, name);
	struct buf text GW_CLEANUP(buf_release) = BUF_INIT(POLICY_KEY_BYTES);
	int r = file_read_secret(path, POLICY_KEY_BYTES, &text, ei);
	if (r == 0 && text.len != POLICY_KEY_BYTES)
		r = err_set(ei, GW_EFORMAT, "'%s' should hold exactly 32 bytes", path);
	if (r < 0)
		return r;
	void *key = secret_alloc(POLICY_KEY_BYTES);
	if (!key)
		return err_set(ei, GW_ENOMEM, "no locked memory left for keys");
	memcpy(key, text.data, POLICY_KEY_BYTES);
	struct policy_key *more = reallocarray(h->pseudonyms, h->keys.n + 1, sizeof *more);
	if (!more)
		abort();
	h->pseudonyms = more;
	more[h->keys.n++] = (struct policy_key){
	    .domain = str_dupn(name, strlen(name) - strlen(".key")), .key = key};
	h->keys.items = more;
	return 0;
}

static int open_pseudonyms(struct home *h, struct errinfo *ei)
{
	char *dir GW_CLEANUP(str_free_p) = home_path(h, "keys/pseudonym");
	struct file_list l = {0};
	int r = file_exists(dir) ? file_list(dir, ".key", &l, ei) : 0;
	for (size_t i = 0; r == 0 && i < l.n; i++)
		r = add_pseudonym(h, dir, l.names[i], ei);
	file_list_release(&l);
	return r;
}

static void name_parts(struct home *h)
{
	h->origin = str_printf("oin-%s/home", h->settings.oin);
	h->outbox = home_path(h, "outbox");
	h->paths = (struct ledger_paths){
	    .db = h->names[0] = home_path(h, "ledger/ledger.db"),
	    .checkpoint = h->names[1] = home_path(h, "ledger/checkpoint"),
	    .key = h->names[2] = home_path(h, "keys/ledger.key"),
	    .head = h->names[3] = home_path(h, "keys/ledger.head"),
	    .subjects_db = h->names[4] = home_path(h, "subjects.db"),
	    .subjects_kek = h->names[5] = home_path(h, "keys/subjects.kek"),
	    .blind_key = h->names[6] = home_path(h, "keys/blind.key"),
	};
}

static int open_ledger(struct home *h, unsigned what, struct errinfo *ei)
{
	if (!(what & (HOME_LEDGER | HOME_LEDGER_READ)))
		return 0;
	int r =
	    ledger_open(&h->paths, h->origin, what & HOME_LEDGER ? 0 : LEDGER_READ, &h->ledger, ei);
	if (r == 0) {
		h->appends = what & HOME_LEDGER;
		if (h->appends) {
			char *dir GW_CLEANUP(str_free_p) = home_path(h, "ledger");
			file_sweep(dir);
		}
		char *account GW_CLEANUP(str_free_p) =
		    str_printf("uid:%lu", (unsigned long)getuid());
		ledger_actor(h->ledger, account, h->actor);
	}
	/* a clock that is behind would make certificates and signatures look wrong first */
	return r == 0 && what & HOME_RECORD ? ledger_clock(h->ledger, ei) : r;
}

static int open_rooms(struct home *h, unsigned what, struct errinfo *ei)
{
	int r = 0;
	if (what & (HOME_REGISTRY | HOME_UNSIGNED | HOME_PENDING))
		r = home_open_registry(h, what, ei);
	if (r == 0 && what & HOME_SIGNER)
		r = open_signer(h, ei);
	if (r == 0 && what & HOME_IDENTITIES)
		r = open_identities(h, ei);
	if (r == 0 && what & HOME_CATALOGUE)
		r = open_catalogue(h, ei);
	if (r == 0 && what & HOME_PSEUDONYMS)
		r = open_pseudonyms(h, ei);
	if (r < 0 && h->ledger && what & HOME_RECORD)
		home_refuse(h, r);
	return r;
}

int home_open(const char *dir, unsigned what, struct home **ret, struct errinfo *ei)
{
	if (!*dir)
		return err_set(ei, GW_EUSAGE, "HOME is not set: give --home");
	struct home *h = str_alloc(sizeof *h);
	h->dir = str_dup(dir);
	int r = check_writable(h, "", ei);
	if (r == 0)
		r = check_writable(h, "gateway.yaml", ei);
	if (r == 0)
		r = read_settings(h, ei);
	if (r == 0)
		r = settings_clock(&h->settings, ei);
	if (r == 0)
		r = check_modes(h, ei);
	if (r == 0) {
		name_parts(h);
		r = open_ledger(h, what, ei);
	}
	if (r == 0)
		r = open_rooms(h, what, ei);
	if (r < 0)
		home_free(h);
	else
		*ret = h;
	return r;
}

void home_free(struct home *h)
{
	if (!h)
		return;
	ledger_close(h->ledger);
	registry_free(h->registry);
	signer_free(h->signer);
	age_identities_free(h->identities);
	catalogue_free(h->catalogue);
	for (size_t i = 0; i < h->keys.n; i++) {
		secret_free((void *)(uintptr_t)h->pseudonyms[i].key);
		free((char *)(uintptr_t)h->pseudonyms[i].domain);
	}
	free(h->pseudonyms);
	for (size_t i = 0; i < GW_LENGTH(h->names); i++)
		free(h->names[i]);
	free(h->origin);
	free(h->outbox);
	free(h->edited);
	settings_release(&h->settings);
	free(h->dir);
	free(h);
}

void home_free_p(struct home **h)
{
	home_free(*h);
	*h = NULL;
}

const struct settings *home_settings(const struct home *h)
{
	return &h->settings;
}

const char *home_oin(const struct home *h)
{
	return h->settings.oin;
}

struct registry *home_registry(const struct home *h)
{
	return h->registry;
}

const struct signer *home_signer(const struct home *h)
{
	return h->signer;
}

struct ledger *home_ledger(const struct home *h)
{
	return h->ledger;
}

const struct age_identities *home_identities(const struct home *h)
{
	return h->identities;
}

const struct catalogue *home_catalogue(const struct home *h)
{
	return h->catalogue ? h->catalogue : catalogue_builtin();
}

const struct ledger_paths *home_ledger_paths(const struct home *h)
{
	return &h->paths;
}

const char *home_origin(const struct home *h)
{
	return h->origin;
}

struct registry_trust home_registry_trust(const struct home *h)
{
	return (struct registry_trust){
	    .officers = (const char *const *)h->settings.officers,
	    .officers_n = h->settings.officers_n,
	    .test = h->settings.test,
	    .oin = h->settings.oin,
	};
}

char *home_path(const struct home *h, const char *name)
{
	return file_join(h->dir, name);
}

/* The real path of path, or of its nearest parent that is there; *ret_rest is what is not there. */
static char *real_path(const char *path, const char **ret_rest)
{
	char *p GW_CLEANUP(str_free_p) = str_dup(path);
	for (;;) {
		char *real = realpath(p, NULL);
		*ret_rest = path + strlen(p);
		if (real || (errno != ENOENT && errno != ENOTDIR))
			return real;
		char *slash = strrchr(p, '/');
		if (!slash || slash == p) {
			*ret_rest = path;
			return realpath(slash ? "/" : ".", NULL);
		}
		*slash = '\0';
	}
}

/* True when a part of the path is "..". */
static bool goes_up(const char *path)
{
	for (const char *s = path; s; s = strchr(s, '/')) {
		s += strspn(s, "/");
		if (strncmp(s, "..", 2) == 0 && (s[2] == '/' || s[2] == '\0'))
			return true;
	}
	return false;
}

bool home_contains(const struct home *h, const char *path)
{
	const char *rest = "";
	char *home GW_CLEANUP(str_free_p) = realpath(h->dir, NULL);
	char *there GW_CLEANUP(str_free_p) = real_path(path, &rest);
	if (!home || !there || goes_up(rest))
		return true; /* where that leads cannot be told: no place for dossiers */
	size_t n = strlen(home);
	return strncmp(there, home, n) == 0 && (there[n] == '\0' || there[n] == '/' || n == 1);
}
