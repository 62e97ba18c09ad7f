/* SPDX-License-Identifier: EUPL-1.2 */
/* identity_seen: what was sealed to the identities of this home, as slips tell: those of cases that
 * we saw (receipts/), and those of packages that lie at our own gateway (store.db). */
#include <string.h>

#include "base/file.h"
#include "base/hash.h"
#include "base/str.h"
#include "home/identity.h"
#include "home/inside.h"
#include "home/receipts_files.h"
#include "sign/statement.h"
#include "store/packages.h"

struct seen {
	struct home *h;
	struct home_identities *ids;
	struct store_tx *tx;
};

/* A slip to us: whom it was sealed to, and when. What is none of that says nothing. */
static void take_slip(struct seen *s, const char *text, size_t n, bool waits)
{
	json_t *slip GW_CLEANUP(jx_release) = NULL;
	int64_t sealed = 0;
	if (jx_parse("slip", text ? text : "", n, &JX_SMALL, &slip, NULL) < 0 ||
	    !str_eq(jx_str(slip, "recipient"), s->h->settings.oin) || !jx_str(slip, "sealed") ||
	    time_parse(jx_str(slip, "sealed"), &sealed) < 0)
		return;
	for (size_t i = 0; i < s->ids->n; i++) {
		struct home_identity *id = &s->ids->list[i];
		char sha256[HASH_HEX];
		size_t k;
		const json_t *key;
		hash_sha256_hex(id->recipient, strlen(id->recipient), sha256);
		json_array_foreach (json_object_get(slip, "keys"), k, key) {
			if (!str_eq(json_string_value(key), sha256))
				continue;
			id->sealed = sealed > id->sealed ? sealed : id->sealed;
			id->waiting += waits;
			break;
		}
	}
}

static int read_folder(struct seen *s, const char *dir, struct errinfo *ei)
{
	struct file_list l = {0};
	int r = file_list(dir, RECEIPTS_SLIP, &l, ei);
	for (size_t i = 0; r == 0 && i < l.n; i++) {
		struct buf b GW_CLEANUP(buf_release) = BUF_INIT(STATEMENT_MAX);
		char *path GW_CLEANUP(str_free_p) = file_join(dir, l.names[i]);
		/* one that nobody can read may tell of a package: nothing is known then */
		r = file_read(path, STATEMENT_MAX, &b, ei);
		if (r == 0)
			take_slip(s, b.data, b.len, false);
	}
	file_list_release(&l);
	return r;
}

static int read_receipts(struct seen *s, struct errinfo *ei)
{
	char *root GW_CLEANUP(str_free_p) = home_path(s->h, "receipts");
	struct file_list l = {0};
	int r = file_list(root, "", &l, ei);
	for (size_t i = 0; r == 0 && i < l.n; i++) {
		char *dir GW_CLEANUP(str_free_p) = file_join(root, l.names[i]);
		if (file_is_dir(dir))
			r = read_folder(s, dir, ei);
	}
	file_list_release(&l);
	return r == GW_ENOENT ? 0 : r;
}

static int take_package(void *ctx, const struct store_package *p, struct errinfo *ei)
{
	struct seen *s = ctx;
	struct store_package again;
	struct buf slip GW_CLEANUP(buf_release) = BUF_INIT(STATEMENT_MAX);
	if (!str_eq(p->recipient, s->h->settings.oin))
		return 0;
	int r = store_package_get(s->tx, p->package, &again, &slip, NULL, ei);
	if (r == 0)
		take_slip(s, slip.data, slip.len, true);
	return r;
}

static int read_store(struct seen *s, struct errinfo *ei)
{
	struct store *store GW_CLEANUP(store_close_p) = NULL;
	struct store_tx *tx GW_CLEANUP(store_end) = NULL;
	char *path GW_CLEANUP(str_free_p) = home_path(s->h, "store.db");
	if (!file_exists(path))
		return 0;
	int r = store_open(path, &store, ei);
	if (r == 0)
		r = store_begin(store, STORE_READ, &tx, ei);
	s->tx = tx;
	if (r == 0)
		r = store_packages_in(tx, PACKAGE_ANNOUNCED, take_package, s, ei);
	if (r == 0)
		r = store_packages_in(tx, PACKAGE_DEPOSITED, take_package, s, ei);
	return r;
}

int home_identities_seen(struct home *h, struct home_identities *ids, struct errinfo *ei)
{
	struct seen s = {.h = h, .ids = ids};
	int r = read_receipts(&s, ei);
	return r == 0 ? read_store(&s, ei) : r;
}
