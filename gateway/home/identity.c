/* SPDX-License-Identifier: EUPL-1.2 */
#include "home/identity.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "age/age.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/str.h"
#include "home/inside.h"

static const char FOLDER[] = "organisation/identities";

/* ---- what there is ---- */

/* The last moment at which we said that this key is replaced, and by what. */
static void read_statements(const struct home *h, struct home_identity *id)
{
	const struct key_statement *k, *other;
	int64_t replaced = 0;
	for (size_t at = 0; (k = registry_key_next(h->registry, h->settings.oin, &at));) {
		if (!str_eq(k->recipient, id->recipient))
			continue;
		id->doubtful |= k->code != 0;
		if (k->code != 0)
			continue;
		id->stated_at = !id->stated || k->at < id->stated_at ? k->at : id->stated_at;
		id->stated = true;
		id->revoked |= k->revoked;
		for (size_t i = 0; (other = registry_key_next(h->registry, h->settings.oin, &i));)
			if (str_eq(other->supersedes, k->sha256) && other->at > replaced &&
			    !str_eq(other->recipient, id->recipient))
				replaced = other->at;
	}
	id->replaced = replaced || id->revoked;
	id->keep = date_of(replaced ? replaced : clock_now());
}

/* From the day on which it was replaced, or the last package to it: whichever is later. */
static void set_keep(struct home_identity *id)
{
	struct date last = date_of(id->sealed);
	if (date_cmp(last, id->keep) > 0)
		id->keep = last;
	id->keep = date_from_days(date_days(id->keep) + IDENTITY_KEEP_DAYS);
}

/* Whether the identity opens the package at path; what cannot be read is no package of ours. */
static bool opens(const struct age_identities *key, const char *path)
{
	struct age_reader *r GW_CLEANUP(age_reader_free_p) = NULL;
	int fd GW_CLEANUP(file_close_p) = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	return fd >= 0 && age_reader_new(fd, key, NULL, 1, &r, NULL) == 0;
}

static int count_packages(
    const struct home *h, const struct age_identities *key, size_t *ret, struct errinfo *ei)
{
	char *inbox GW_CLEANUP(str_free_p) = home_path(h, "inbox");
	struct file_list l = {0};
	int r = file_list(inbox, "", &l, ei);
	*ret = 0;
	for (size_t i = 0; r == 0 && i < l.n; i++) {
		char *path GW_CLEANUP(str_free_p) = file_join(inbox, l.names[i]);
		*ret += !file_is_dir(path) && opens(key, path);
	}
	file_list_release(&l);
	return r == GW_ENOENT ? 0 : r;
}

static int read_one(
    struct home *h, const char *dir, const char *name, struct home_identity *id, struct errinfo *ei)
{
	struct age_identities *key GW_CLEANUP(age_identities_free_p) = age_identities_new();
	char *path GW_CLEANUP(str_free_p) = file_join(dir, name);
	id->name = str_dup(name);
	int r = age_identities_add_file(key, path, ei);
	if (r == 0 && age_identities_count(key) != 1)
		r = err_set(ei, GW_EFORMAT, "'%s' should hold one age identity", path);
	if (r < 0)
		return r;
	age_identities_recipient(key, 0, id->recipient);
	read_statements(h, id);
	return count_packages(h, key, &id->packages, ei);
}

int home_identities_list(struct home *h, struct home_identities *ret, struct errinfo *ei)
{
	char *dir GW_CLEANUP(str_free_p) = home_path(h, FOLDER);
	struct home_identities ids = {0};
	struct file_list l = {0};
	int r = file_list(dir, ".txt", &l, ei);
	if (r == 0 && l.n)
		qsort(l.names, l.n, sizeof *l.names, home_identity_order);
	ids.list = str_alloc((l.n + 1) * sizeof *ids.list);
	for (size_t i = 0; r == 0 && i < l.n; i++)
		r = read_one(h, dir, l.names[i], &ids.list[ids.n++], ei);
	if (ids.n)
		ids.list[ids.n - 1].newest = true;
	if (r == 0)
		r = home_identities_seen(h, &ids, ei);
	for (size_t i = 0; i < ids.n; i++)
		set_keep(&ids.list[i]);
	file_list_release(&l);
	if (r < 0)
		home_identities_release(&ids);
	else
		*ret = ids;
	return r;
}

void home_identities_release(struct home_identities *l)
{
	for (size_t i = 0; i < l->n; i++)
		free(l->list[i].name);
	free(l->list);
	*l = (struct home_identities){0};
}

/* ---- destroying one ---- */

static int may_go(const struct home_identity *id, bool early, struct errinfo *ei)
{
	char day[DATE_TEXT];
	date_text(id->keep, day);
	if (id->newest)
		return err_set(ei, GW_EREFUSED,
		    "'%s' is the newest identity: handover organisation rekey and export first",
		    id->name);
	if (id->stated && !id->replaced)
		return err_set(ei, GW_EREFUSED,
		    "others still encrypt to '%s': tell them of the newer one with handover "
		    "organisation export",
		    id->name);
	if (id->doubtful && !id->stated && !early)
		return err_set(ei, GW_EREFUSED,
		    "others were told of '%s' by a statement that does not count now, so that nobody "
		    "knows until when packages for it may come: handover registry check says why",
		    id->name);
	if (id->packages)
		return err_set(ei, GW_EREFUSED,
		    "%zu packages in inbox/ are for '%s': open and remove them first", id->packages,
		    id->name);
	if (id->waiting)
		return err_set(ei, GW_EREFUSED,
		    "%zu packages at the gateway are for '%s': fetch, open and remove them first",
		    id->waiting, id->name);
	if (id->stated && !early && date_cmp(date_of(clock_now()), id->keep) <= 0)
		return err_set(ei, GW_EREFUSED,
		    "packages for '%s' may come until %s: wait, or say --early", id->name, day);
	return 0;
}

/* Overwritten in place first: all that can be done above a file system. */
static int wipe(const char *path, struct errinfo *ei)
{
	static const char zeros[4096];
	struct stat st;
	int fd GW_CLEANUP(file_close_p) = open(path, O_WRONLY | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0 || fstat(fd, &st) < 0)
		return err_sys(ei, GW_EIO, "cannot open '%s'", path);
	for (off_t at = 0; at < st.st_size; at += (off_t)sizeof zeros) {
		size_t n = st.st_size - at < (off_t)sizeof zeros ? (size_t)(st.st_size - at)
								 : sizeof zeros;
		int r = file_write_fd(fd, zeros, n, ei);
		if (r < 0)
			return r;
	}
	if (fsync(fd) < 0 || unlink(path) < 0)
		return err_sys(ei, GW_EIO, "cannot remove '%s'", path);
	return file_sync_parent(path, ei);
}

static int destroy(struct home *h, const struct home_identity *id, bool early, struct errinfo *ei)
{
	char *dir GW_CLEANUP(str_free_p) = home_path(h, FOLDER);
	char *path GW_CLEANUP(str_free_p) = file_join(dir, id->name);
	json_t *detail GW_CLEANUP(jx_release) = json_object();
	struct ledger_receipt intent;
	jx_set(detail, "what", json_string("identity"));
	jx_set(detail, "file", json_string(id->name));
	jx_set(detail, "recipient", json_string(id->recipient));
	if (early)
		jx_set(detail, "early", json_true());
	int r = home_intent(h, "delete.done", NULL, detail, &intent, ei);
	if (r < 0)
		return r;
	r = wipe(path, ei);
	int end = home_result(h, "delete.done", NULL, &intent, r, r < 0 ? NULL : ei);
	return r < 0 ? r : end;
}

int home_identity_destroy(struct home *h, const char *name, bool early, struct errinfo *ei)
{
	char *file GW_CLEANUP(str_free_p) =
	    str_ends(name, ".txt") ? str_dup(name) : str_printf("%s.txt", name);
	struct home_identities ids GW_CLEANUP(home_identities_release) = {0};
	int r = home_identities_list(h, &ids, ei);
	for (size_t i = 0; r == 0 && i < ids.n; i++) {
		if (!str_eq(ids.list[i].name, file))
			continue;
		r = may_go(&ids.list[i], early, ei);
		return r == 0 ? destroy(h, &ids.list[i], early, ei) : r;
	}
	return r < 0
	    ? r
	    : err_set(ei, GW_ENOENT,
		  "there is no identity of that name: see handover organisation identities");
}
