/* SPDX-License-Identifier: EUPL-1.2 */
/* archive: writing one. */
#include "home/archive.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/hash.h"
#include "base/str.h"

enum { PIECE = 128 << 10 };

struct archive_out {
	char *dir;           /* a folder, or */
	struct archive *tar; /* a tar */
	int fd;
	int write_errno; /* of the tar's last write */
	char *piece;     /* PIECE bytes, to copy through */
	struct buf sums;
	archive_progress progress;
	void *arg;
	archive_vouch vouch;
	void *vouch_arg;
};

bool archive_name(const char *name)
{
	size_t n = strlen(name);
	if (n == 0 || n >= ARCHIVE_NAME || !str_utf8(name, n))
		return false;
	for (const char *s = name; *s; s++)
		if ((unsigned char)*s < 0x20 || *s == 0x7f || *s == '\\')
			return false;
	for (const char *part = name;; part++) {
		size_t k = strcspn(part, "/");
		if (k == 0 || (k == 1 && part[0] == '.') ||
		    (k == 2 && part[0] == '.' && part[1] == '.'))
			return false;
		part += k;
		if (!*part)
			return true;
	}
}

static struct archive_out *blank(void)
{
	struct archive_out *o = str_alloc(sizeof *o);
	o->fd = -1;
	o->piece = str_alloc(PIECE);
	o->sums = (struct buf)BUF_INIT(ARCHIVE_SUMS);
	return o;
}

int archive_out_folder(const char *dir, struct archive_out **ret, struct errinfo *ei)
{
	(void)ei;
	*ret = blank();
	(*ret)->dir = str_dup(dir);
	return 0;
}

static la_ssize_t write_tar(struct archive *a, void *arg, const void *p, size_t n)
{
	struct archive_out *o = arg;
	ssize_t k;
	(void)a;
	do
		k = write(o->fd, p, n);
	while (k < 0 && errno == EINTR);
	if (k < 0)
		o->write_errno = errno;
	return k;
}

/* What libarchive could not do: the reason of the last write, else its own words. */
static int tar_failed(struct archive_out *o, struct errinfo *ei)
{
	if (o->write_errno) {
		errno = o->write_errno;
		return err_sys(ei, GW_EIO, "cannot write the backup");
	}
	const char *why = archive_error_string(o->tar);
	return err_set(ei, GW_EIO, "cannot write the backup: %s", why ? why : "no reason given");
}

int archive_out_tar(int fd, struct archive_out **ret, struct errinfo *ei)
{
	struct archive_out *o GW_CLEANUP(archive_out_free_p) = blank();
	o->fd = fd;
	o->tar = archive_write_new();
	if (!o->tar)
		return err_set(ei, GW_ENOMEM, "out of memory");
	if (archive_write_set_format_gnutar(o->tar) != ARCHIVE_OK ||
	    archive_write_set_bytes_in_last_block(o->tar, 1) != ARCHIVE_OK ||
	    archive_write_open(o->tar, o, NULL, write_tar, NULL) != ARCHIVE_OK)
		return tar_failed(o, ei);
	*ret = o;
	o = NULL;
	return 0;
}

void archive_out_free(struct archive_out *o)
{
	if (!o)
		return;
	if (o->tar) {
		o->progress = NULL;
		(void)archive_write_fail(o->tar);
		(void)archive_write_free(o->tar);
	}
	free(o->dir);
	free(o->piece);
	buf_release(&o->sums);
	free(o);
}

void archive_out_free_p(struct archive_out **o)
{
	archive_out_free(*o);
	*o = NULL;
}

void archive_out_progress(struct archive_out *o, archive_progress fn, void *arg)
{
	o->progress = fn;
	o->arg = arg;
}

void archive_out_vouch(struct archive_out *o, archive_vouch fn, void *arg)
{
	o->vouch = fn;
	o->vouch_arg = arg;
}

/* ---- one file ---- */

/* Where the bytes of one file go. */
struct entry {
	struct archive_out *o;
	const char *name;
	int fd; /* in a folder */
	struct hash sum;
};

static void entry_release(struct entry *e)
{
	file_close_p(&e->fd);
	hash_release(&e->sum);
}

static int begin_tar(struct archive_out *o, const char *name, uint64_t size, struct errinfo *ei)
{
	struct archive_entry *h = archive_entry_new();
	if (!h)
		return err_set(ei, GW_ENOMEM, "out of memory");
	archive_entry_set_pathname(h, name);
	archive_entry_set_filetype(h, AE_IFREG);
	archive_entry_set_perm(h, 0600);
	archive_entry_set_size(h, (la_int64_t)size);
	int code = archive_write_header(o->tar, h);
	archive_entry_free(h);
	return code == ARCHIVE_OK ? 0 : tar_failed(o, ei);
}

static int begin_file(struct entry *e, struct errinfo *ei)
{
	char *path GW_CLEANUP(str_free_p) = file_join(e->o->dir, e->name);
	char *folder GW_CLEANUP(str_free_p) = str_dupn(path, (size_t)(file_base(path) - path));
	int r = file_mkdirs(folder, 0700, ei);
	if (r < 0)
		return r;
	e->fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
	return e->fd < 0 ? err_sys(ei, GW_EIO, "cannot make '%s'", path) : 0;
}

static int begin(struct entry *e, uint64_t size, struct errinfo *ei)
{
	if (!archive_name(e->name))
		return err_set(ei, GW_EFORMAT,
		    "a file of the home has a name that no backup can hold: rename it (control "
		    "characters, backslashes)");
	hash_init(&e->sum);
	return e->o->tar ? begin_tar(e->o, e->name, size, ei) : begin_file(e, ei);
}

static int put(struct entry *e, const void *p, size_t n, struct errinfo *ei)
{
	hash_add(&e->sum, p, n);
	if (e->o->progress)
		e->o->progress(e->o->arg, n, 0);
	if (!e->o->tar)
		return file_write_fd(e->fd, p, n, ei);
	while (n) {
		la_ssize_t k = archive_write_data(e->o->tar, p, n);
		if (k <= 0)
			return tar_failed(e->o, ei);
		p = (const char *)p + k;
		n -= (size_t)k;
	}
	return 0;
}

static int end(struct entry *e, struct errinfo *ei)
{
	uint8_t sum[HASH_BYTES];
	char hex[HASH_HEX];
	hash_final(&e->sum, sum);
	str_hex(sum, sizeof sum, hex);
	if (e->o->progress)
		e->o->progress(e->o->arg, 0, 1);
	if (buf_addf(&e->o->sums, "%s  %s\n", hex, e->name) < 0)
		return err_set(ei, GW_ELIMIT, "too many files for a backup");
	return 0;
}

int archive_add_fd(struct archive_out *o, const char *name, int fd, struct errinfo *ei)
{
	struct entry e GW_CLEANUP(entry_release) = {.o = o, .name = name, .fd = -1};
	struct stat st;
	if (fstat(fd, &st) < 0)
		return err_sys(ei, GW_EIO, "cannot read '%s'", name);
	uint64_t size = (uint64_t)st.st_size, at = 0;
	int r = begin(&e, size, ei);
	while (r == 0 && at < size) {
		size_t want = size - at < PIECE ? (size_t)(size - at) : PIECE;
		ssize_t k = pread(fd, o->piece, want, (off_t)at);
		if (k < 0 && errno == EINTR)
			continue;
		if (k <= 0)
			return k < 0
			    ? err_sys(ei, GW_EIO, "cannot read '%s'", name)
			    : err_set(ei, GW_EIO,
				  "'%s' became shorter while it was copied: try again", name);
		r = put(&e, o->piece, (size_t)k, ei);
		at += (uint64_t)k;
	}
	return r == 0 ? end(&e, ei) : r;
}

int archive_add(
    struct archive_out *o, const char *name, const void *p, size_t n, struct errinfo *ei)
{
	struct entry e GW_CLEANUP(entry_release) = {.o = o, .name = name, .fd = -1};
	int r = begin(&e, n, ei);
	if (r == 0)
		r = put(&e, p, n, ei);
	return r == 0 ? end(&e, ei) : r;
}

/* All that lies on the file system of the folder, in one go. */
static int sync_folder(const char *dir, struct errinfo *ei)
{
	int fd GW_CLEANUP(file_close_p) = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0 || syncfs(fd) < 0)
		return err_sys(ei, GW_EIO, "cannot write '%s'", dir);
	return 0;
}

static int add_note(struct archive_out *o, const struct buf *sums, struct errinfo *ei)
{
	struct buf note GW_CLEANUP(buf_release) = BUF_INIT(ARCHIVE_NOTE);
	char sha256[HASH_HEX];
	hash_sha256_hex(sums->data ? sums->data : "", sums->len, sha256);
	int r = o->vouch(o->vouch_arg, sha256, &note, ei);
	return r < 0 ? r : archive_add(o, "SHA256SUMS.note", note.data, note.len, ei);
}

int archive_out_end(struct archive_out *o, struct errinfo *ei)
{
	struct buf sums GW_CLEANUP(buf_release) = o->sums;
	o->sums = (struct buf)BUF_INIT(ARCHIVE_SUMS); /* its own line goes nowhere */
	int r = archive_add(o, "SHA256SUMS", sums.data ? sums.data : "", sums.len, ei);
	if (r == 0 && o->vouch)
		r = add_note(o, &sums, ei);
	if (r == 0 && o->tar && archive_write_close(o->tar) != ARCHIVE_OK)
		r = tar_failed(o, ei);
	return r == 0 && o->dir ? sync_folder(o->dir, ei) : r;
}
