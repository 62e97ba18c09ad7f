/* SPDX-License-Identifier: EUPL-1.2 */
/* init: a new home, made beside its place under a hidden name and renamed when it is whole. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <openssl/pem.h>
#include <openssl/x509.h>

#include "age/keys.h"
#include "base/file.h"
#include "base/id.h"
#include "base/str.h"
#include "dossier/catalogue.h"
#include "home/inside.h"
#include "ledger/ledger.h"
#include "registry/text.h"
#include "sign/csr.h"

static const char *const folders[] = {"organisation", "organisation/identities", "registry",
    "registry/keys", "registry/acceptances", "registry/trust", "registry/trust/signing",
    "registry/trust/tls", "policies", "policies/tests", "keys", "keys/pseudonym", "ledger",
    "outbox", "inbox"};

static const struct duration PIN_TERM = {.n = 3, .unit = 'Y'};

static int check_new(const struct home_new *n, struct errinfo *ei)
{
	if (!str_oin(n->oin))
		return err_set(ei, GW_EUSAGE, "an OIN is 20 digits");
	if (n->test && !str_starts(n->oin, "00000099"))
		return err_set(ei, GW_EUSAGE,
		    "OIN %s is that of a real organisation: a test home takes prefix 00000099; leave "
		    "--test out",
		    n->oin);
	if (str_starts(n->oin, "00000099") && !n->test)
		return err_set(ei, GW_EUSAGE,
		    "OIN prefix 00000099 is for tests: give --test to make a test home");
	if (!*n->name || !str_utf8(n->name, strlen(n->name)) || strlen(n->name) > 200)
		return err_set(ei, GW_EUSAGE, "a name is 1 to 64 characters of UTF-8");
	for (const char *s = n->name; *s; s++)
		if ((unsigned char)*s < 0x20)
			return err_set(ei, GW_EUSAGE, "a name stands on one line");
	if (!n->roles)
		return err_set(ei, GW_EUSAGE, "a role is needed");
	for (size_t i = 0; i < n->officers_n; i++)
		if (!spki_valid(n->officers[i]))
			return err_set(ei, GW_EUSAGE,
			    "an officer is \"sha256:\" and 64 lower-case hex digits");
	return 0;
}

int home_make_folders(const char *dir, struct errinfo *ei)
{
	for (size_t i = 0; i < GW_LENGTH(folders); i++) {
		char *path GW_CLEANUP(str_free_p) = file_join(dir, folders[i]);
		if (mkdir(path, 0700) < 0 && errno != EEXIST)
			return err_sys(ei, GW_EIO, "cannot make '%s'", path);
	}
	return 0;
}

static int put(
    const char *dir, const char *name, const void *p, size_t n, mode_t mode, struct errinfo *ei)
{
	char *path GW_CLEANUP(str_free_p) = file_join(dir, name);
	return file_write(path, p, n, mode, FILE_NEW, ei);
}

static int put_settings(const char *dir, const struct home_new *n, struct errinfo *ei)
{
	struct buf b GW_CLEANUP(buf_release) = BUF_INIT(64 << 10);
	struct settings back = {0};
	int r = buf_addf(&b,
	    "# Settings of this gateway; what may stand here: docs/FORMATS.md §1.\n"
	    "oin: \"%s\"\nname: ",
	    n->oin);
	if (r == 0)
		r = text_quote(n->name, &b);
	if (r == 0)
		r = buf_addf(&b,
		    "\ntest: %s\n"
		    "# Who may sign registry/: the pin of each officer's key, \"sha256:<hex>\".\n"
		    "registry_officers: [",
		    n->test ? "true" : "false");
	for (size_t i = 0; r == 0 && i < n->officers_n; i++)
		r = buf_addf(&b, "%s\"%s\"", i ? ", " : "", n->officers[i]);
	if (r == 0)
		r = buf_adds(&b, "]\n");
	if (r == 0 && settings_parse("gateway.yaml", b.data, b.len, &back, NULL) < 0)
		r = err_set(ei, GW_EUSAGE,
		    "a name cannot hold control, bidirectional or zero-width characters");
	settings_release(&back);
	return r == 0 ? put(dir, "gateway.yaml", b.data, b.len, 0644, ei) : r;
}

/* The pin of the key in a certificate request. */
static int request_pin(const char *dir, const char *name, char out[SPKI_TEXT], struct errinfo *ei)
{
	char *path GW_CLEANUP(str_free_p) = file_join(dir, name);
	char hex[HASH_HEX];
	unsigned char *der = NULL;
	int n = -1;
	FILE *f = fopen(path, "re");
	X509_REQ *req = f ? PEM_read_X509_REQ(f, NULL, NULL, NULL) : NULL;
	if (f)
		(void)fclose(f);
	if (req)
		n = i2d_X509_PUBKEY(X509_REQ_get_X509_PUBKEY(req), &der);
	X509_REQ_free(req);
	if (n <= 0)
		return err_set(ei, GW_EFAIL, "cannot read '%s' back", path);
	hash_sha256_hex(der, (size_t)n, hex);
	OPENSSL_free(der);
	(void)snprintf(out, SPKI_TEXT, "sha256:%s", hex);
	return 0;
}

static int make_requests(
    const char *dir, const struct home_new *n, struct organisation *self, struct errinfo *ei)
{
	static const char *const names[] = {"signing", "tls"};
	const struct date today = date_of(n->now), until = date_add(today, PIN_TERM, 1);
	for (size_t i = 0; i < GW_LENGTH(names); i++) {
		char pin[SPKI_TEXT];
		char *request GW_CLEANUP(str_free_p) = str_printf("organisation/%s.csr", names[i]);
		char *csr GW_CLEANUP(str_free_p) = file_join(dir, request);
		char *key GW_CLEANUP(str_free_p) =
		    str_printf("%s/organisation/%s.key", dir, names[i]);
		int r = csr_make(key, csr, n->oin, n->name, ei);
		if (r == 0)
			r = request_pin(dir, request, pin, ei);
		if (r < 0)
			return r == GW_EFORMAT ? GW_EUSAGE : r;
		pins_add(i == 0 ? &self->signing : &self->tls, pin, today, until);
	}
	return 0;
}

static int make_identity(const char *dir, const struct home_new *n, struct errinfo *ei)
{
	char recipient[AGE_RECIPIENT_TEXT], day[DATE_TEXT];
	struct buf secret GW_CLEANUP(buf_release) = BUF_INIT(1024);
	date_text(date_of(n->now), day);
	char *name GW_CLEANUP(str_free_p) = str_printf("organisation/identities/%s.txt", day);
	int r = age_identity_generate(recipient, &secret, ei);
	return r == 0 ? put(dir, name, secret.data, secret.len, 0600, ei) : r;
}

static int make_registry(const char *dir, const struct organisation *self, struct errinfo *ei)
{
	static const char contracts[] =
	    "# Who works for whom: one entry a contract, in the form of docs/FORMATS.md §1, or made\n"
	    "# with: handover registry contract\n"
	    "contracts: []\n";
	struct buf b GW_CLEANUP(buf_release) = BUF_INIT(64 << 10);
	int r = buf_adds(&b, "organisations:\n");
	if (r == 0)
		r = organisation_yaml(self, &b);
	if (r == 0)
		r = put(dir, "registry/organisations.yaml", b.data, b.len, 0644, ei);
	return r == 0 ? put(dir, "registry/contracts.yaml", contracts, strlen(contracts), 0644, ei)
		      : r;
}

static int make_ledger(
    const char *dir, const struct home_new *n, struct buf *ret_vkey, struct errinfo *ei)
{
	static const char *const names[] = {"ledger/ledger.db", "ledger/checkpoint",
	    "keys/ledger.key", "keys/ledger.head", "subjects.db", "keys/subjects.kek",
	    "keys/blind.key"};
	char *path[GW_LENGTH(names)];
	char id[ID_TEXT];
	struct ledger *l GW_CLEANUP(ledger_close_p) = NULL;
	for (size_t i = 0; i < GW_LENGTH(names); i++)
		path[i] = file_join(dir, names[i]);
	const struct ledger_paths paths = {
	    path[0], path[1], path[2], path[3], path[4], path[5], path[6]};
	id_v4(id);
	char *origin GW_CLEANUP(str_free_p) = str_printf("oin-%s/%.8s", n->oin, id);
	int r = ledger_create(&paths, origin, ei);
	if (r == 0)
		r = ledger_open(&paths, origin, 0, &l, ei);
	if (r == 0)
		r = ledger_vkey(l, ret_vkey);
	for (size_t i = 0; i < GW_LENGTH(names); i++)
		free(path[i]);
	return r;
}

static int fill(const char *dir, const struct home_new *n, struct buf *ret_vkey, struct errinfo *ei)
{
	struct organisation *self GW_CLEANUP(organisation_free_p) = str_alloc(sizeof *self);
	size_t catalogue_n;
	const void *catalogue = catalogue_bytes(catalogue_builtin(), &catalogue_n);
	memcpy(self->oin, n->oin, sizeof self->oin);
	self->name = str_dup(n->name);
	self->roles = n->roles;
	self->duties = n->duties;
	int r = home_make_folders(dir, ei);
	if (r == 0)
		r = put_settings(dir, n, ei);
	if (r == 0)
		r = make_requests(dir, n, self, ei);
	if (r == 0)
		r = make_identity(dir, n, ei);
	if (r == 0)
		r = put(dir, "policies/catalogue.yaml", catalogue, catalogue_n, 0644, ei);
	if (r == 0)
		r = make_ledger(dir, n, ret_vkey, ei);
	if (r == 0 && ret_vkey->len)
		self->ledger = str_dupn(ret_vkey->data, strcspn(ret_vkey->data, "\n"));
	return r == 0 ? make_registry(dir, self, ei) : r;
}

/* Give the home its name: an empty folder may stand there, nothing else. */
int home_move_in(const char *from, const char *to, struct errinfo *ei)
{
	if (rename(from, to) == 0)
		return file_sync_parent(to, ei);
	if (errno == ENOTEMPTY || errno == EEXIST || errno == ENOTDIR)
		return err_set(ei, GW_EEXIST, "'%s' is already there", to);
	return err_sys(ei, GW_EIO, "cannot make '%s'", to);
}

static bool taken(const char *dir)
{
	struct file_list l = {0};
	if (!file_exists(dir))
		return false;
	bool full = file_list(dir, "", &l, NULL) < 0 || l.n > 0;
	file_list_release(&l);
	return full;
}

void home_hidden_release(struct home_hidden *p)
{
	if (p->dir)
		(void)!file_remove_tree(p->dir, NULL);
	str_free_p(&p->dir);
	str_free_p(&p->place);
	file_close_p(&p->lock);
}

int home_hidden_make(const char *path, struct home_hidden *ret, struct errinfo *ei)
{
	struct home_hidden p GW_CLEANUP(home_hidden_release) = {.lock = -1};
	p.place = str_dup(path);
	for (size_t i = strlen(p.place); i > 1 && p.place[i - 1] == '/'; i--)
		p.place[i - 1] = '\0';
	const char *base = file_base(p.place);
	char *parent GW_CLEANUP(str_free_p) = base == p.place
	    ? str_dup(".")
	    : str_dupn(p.place, base - 1 == p.place ? 1 : (size_t)(base - 1 - p.place));
	if (!*base || str_eq(base, ".") || str_eq(base, ".."))
		return err_set(ei, GW_EUSAGE, "name what is to be made");
	if (taken(p.place))
		return err_set(ei, GW_EEXIST, "'%s' is already there", p.place);
	int r = file_mkdirs(parent, 0700, ei);
	if (r < 0)
		return r;
	/* one at a time in this folder, so that what an act that was killed left can go */
	p.lock = open(parent, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (p.lock < 0 || flock(p.lock, LOCK_EX) < 0)
		return err_sys(ei, GW_EIO, "cannot lock '%s'", parent);
	p.dir = str_printf("%s/.%s.handover-init", str_eq(parent, "/") ? "" : parent, base);
	r = file_remove_tree(p.dir, ei);
	if (r == 0 && mkdir(p.dir, 0700) < 0)
		r = err_sys(ei, GW_EIO, "cannot make '%s'", p.dir);
	if (r < 0)
		return r;
	*ret = p;
	p = (struct home_hidden){.lock = -1};
	return 0;
}

int home_beside(const char *dir, home_filler fn, void *ctx, struct errinfo *ei)
{
	struct home_hidden p GW_CLEANUP(home_hidden_release) = {.lock = -1};
	int r = home_hidden_make(dir, &p, ei);
	if (r == 0)
		r = fn(ctx, p.dir, ei);
	return r == 0 ? home_move_in(p.dir, p.place, ei) : r;
}

struct filling {
	const struct home_new *n;
	struct buf *vkey;
};

static int fill_new(void *ctx, const char *dir, struct errinfo *ei)
{
	const struct filling *f = ctx;
	return fill(dir, f->n, f->vkey, ei);
}

int home_init(const char *dir, const struct home_new *n, struct buf *ret_vkey, struct errinfo *ei)
{
	struct filling f = {.n = n, .vkey = ret_vkey};
	int r = check_new(n, ei);
	return r == 0 ? home_beside(dir, fill_new, &f, ei) : r;
}
