/* SPDX-License-Identifier: EUPL-1.2 */
/* restore: a home out of a backup and the file with its secrets. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "age/age.h"
#include "base/file.h"
#include "base/str.h"
#include "home/archive.h"
#include "home/backup.h"
#include "home/inside.h"
#include "ledger/audit.h"
#include "ledger/backup.h"
#include "package/tar.h"

/* ---- the secrets ---- */

static int read_age(void *arg, void *p, size_t cap, size_t *ret_n, struct errinfo *ei)
{
	return age_reader_read(arg, p, cap, ret_n, ei);
}

static int read_entry(struct tar_reader *t, struct buf *b, struct errinfo *ei)
{
	size_t n = 1;
	int r = t->size > SECRET_MAX
	    ? err_set(ei, GW_EAUTH, "the file with the secrets is not as it was made")
	    : 0;
	while (r == 0 && n) {
		char *p = buf_room(b, 4096);
		if (!p)
			return err_set(ei, GW_ENOMEM, "out of memory");
		r = tar_reader_read(t, p, 4096, &n, ei);
		if (r == 0)
			buf_wrote(b, n);
	}
	return r;
}

static int put_secret(const char *dir, const char *name, const struct buf *b, struct errinfo *ei)
{
	char *path GW_CLEANUP(str_free_p) = file_join(dir, name);
	char *folder GW_CLEANUP(str_free_p) = str_dupn(path, (size_t)(file_base(path) - path));
	if (!home_is_secret(name))
		return err_set(
		    ei, GW_EAUTH, "the file with the secrets holds '%.100s', which is none", name);
	int r = file_mkdirs(folder, 0700, ei);
	return r == 0 ? file_write(path, b->data ? b->data : "", b->len, 0600, FILE_NEW, ei) : r;
}

static int take_secrets(
    const char *dir, struct age_reader *reader, char oin[OIN_TEXT], struct errinfo *ei)
{
	struct tar_reader t;
	int more = 0, r;
	tar_reader_init(&t, (struct tar_source){.read = read_age, .arg = reader});
	while ((r = tar_reader_next(&t, &more, ei)) == 0 && more) {
		struct buf b GW_CLEANUP(buf_release) = BUF_INIT(SECRET_MAX + 8192);
		r = read_entry(&t, &b, ei);
		if (r == 0 && str_eq(t.name, SECRETS_OF)) {
			if (b.len == OIN_TEXT - 1)
				memcpy(oin, b.data, OIN_TEXT - 1);
			continue;
		}
		if (r == 0)
			r = put_secret(dir, t.name, &b, ei);
		if (r < 0)
			return r;
	}
	return r;
}

static int open_secrets(
    const char *dir, const struct home_restore *s, char oin[OIN_TEXT], struct errinfo *ei)
{
	struct age_reader *reader GW_CLEANUP(age_reader_free_p) = NULL;
	int fd GW_CLEANUP(file_close_p) = open(s->keys, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return err_sys(
		    ei, errno == ENOENT ? GW_ENOENT : GW_EIO, "cannot open '%s'", s->keys);
	int r = age_reader_new(fd, s->with, NULL, 1, &reader, ei);
	return r < 0 ? r : take_secrets(dir, reader, oin, ei);
}

/* ---- who vouches for it ---- */

/* The key that a person named must be the one in the secrets; an origin may have changed since. */
static int check_named(const struct home_restore *s, struct errinfo *ei)
{
	struct note_key named, there;
	int r = note_vkey_parse(s->vkey, &named, ei);
	if (r == 0)
		r = note_vkey_parse(s->vouch.vkey, &there, ei);
	if (r == 0 && memcmp(named.pub, there.pub, sizeof there.pub) != 0)
		r = err_set(ei, GW_EAUTH,
		    "the ledger key of these secrets is %s, not the one that was named",
		    s->vouch.vkey);
	return r;
}

/* With the secrets in place, and nothing else: sums is the list that is vouched for. */
static int check_vouched(const char *dir, const char *oin, struct home_restore *s,
    char sums[HASH_HEX], struct errinfo *ei)
{
	struct buf note GW_CLEANUP(buf_release) = BUF_INIT(NOTE_MAX);
	char *key GW_CLEANUP(str_free_p) = file_join(dir, "keys/ledger.key");
	s->vouch = (struct backup_vouch){0};
	int r = archive_sums(s->from, sums, &note, ei);
	if (r < 0 || (!note.len && s->unvouched && !s->vkey))
		return r;
	if (!note.len)
		return err_set(ei, GW_EAUTH,
		    "nobody vouches for this backup: SHA256SUMS.note is missing. One that an earlier "
		    "version made has none: --unsigned takes it, when you know where it lay");
	r = ledger_backup_vouched(key, oin, note.data, note.len, sums, &s->vouch, ei);
	return r == 0 && s->vkey ? check_named(s, ei) : r;
}

/* ---- whether it is one ---- */

static int tell_seen(struct home *h, struct home_restore *s, struct errinfo *ei)
{
	int r = ledger_lost(&h->paths, h->origin, s->seen, s->seen_n, ei);
	s->lost = r == 0;
	return r == GW_ECONFLICT ? 0 : r;
}

static int verify(const char *dir, const char *oin, struct home_restore *s, struct errinfo *ei)
{
	const struct ledger_expect nothing = {.vkey = NULL};
	struct ledger_findings found;
	struct home *h GW_CLEANUP(home_free_p) = NULL;
	int r = home_open(dir, HOME_LEDGER_READ, &h, ei);
	if (r == 0 && !str_eq(h->settings.oin, oin))
		r = err_set(ei, GW_EAUTH, "the secrets are those of %s, the backup is of %s", oin,
		    h->settings.oin);
	if (r == 0)
		r = ledger_verify(h->ledger, &nothing, &found, ei);
	if (r < 0)
		return r;
	s->head = found.head;
	return s->seen ? tell_seen(h, s, ei) : 0;
}

static void count(void *arg, uint64_t bytes, unsigned files)
{
	struct home_restore *s = arg;
	s->files += files;
	s->bytes += bytes;
	if (s->progress)
		s->progress(s->arg, s->bytes, s->total);
}

static int measure(struct home_restore *s, struct errinfo *ei)
{
	struct stat st;
	if (file_is_dir(s->from))
		return home_files_size(s->from, &s->total, ei);
	if (stat(s->from, &st) < 0)
		return 0; /* said when it is opened */
	s->total = (uint64_t)st.st_size;
	return S_ISREG(st.st_mode)
	    ? 0
	    : err_set(ei, GW_EUSAGE,
		  "'%s' is no file: a backup is read twice, put it into one first", s->from);
}

static int fill(void *ctx, const char *dir, struct errinfo *ei)
{
	struct home_restore *s = ctx;
	char oin[OIN_TEXT] = "", sums[HASH_HEX];
	int r = measure(s, ei);
	if (r == 0)
		r = open_secrets(dir, s, oin, ei);
	if (r == 0)
		r = check_vouched(dir, oin, s, sums, ei);
	if (r == 0)
		r = archive_extract(s->from, sums, dir, count, s, ei);
	if (r == 0)
		r = home_make_folders(dir, ei);
	if (r == 0)
		r = verify(dir, oin, s, ei);
	if (r < 0)
		return r;
	int fd GW_CLEANUP(file_close_p) = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return fd < 0 || syncfs(fd) < 0 ? err_sys(ei, GW_EIO, "cannot write '%s'", dir) : 0;
}

int home_restore(const char *dir, struct home_restore *s, struct errinfo *ei)
{
	s->lost = false;
	s->files = s->bytes = 0;
	return home_beside(dir, fill, s, ei);
}
