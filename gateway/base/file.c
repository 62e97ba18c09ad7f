/* SPDX-License-Identifier: EUPL-1.2 */
#include "base/file.h"

#include <assert.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/str.h"
#include "base/tempname.h"

void file_close_p(int *fd)
{
	if (*fd >= 0)
		(void)close(*fd);
	*fd = -1;
}

static int open_failed(const char *path, struct errinfo *ei)
{
	int code = errno == ENOENT || errno == ENOTDIR ? GW_ENOENT : GW_EIO;
	return err_sys(ei, code, "cannot open '%s'", path);
}

int file_read_fd(int fd, size_t max, struct buf *out, struct errinfo *ei)
{
	size_t start = out->len, expected = 0;
	struct stat st;
	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_size > 0)
		expected = (size_t)st.st_size;
	for (;;) {
		size_t got = out->len - start, want = 65536;
		if (got > max)
			break;
		if (got <= expected &&
		    expected) /* all of it at once, and one more to see its end */
			want = expected - got + 1;
		if (want > max - got + 1)
			want = max - got + 1; /* one more than allowed, to see that there is more */
		if (want > out->max - out->len)
			want = out->max - out->len;
		char *p = want ? buf_room(out, want) : NULL;
		char probe;
		ssize_t r = p ? read(fd, p, want) : read(fd, &probe, 1);
		if (r < 0 && errno == EINTR)
			continue;
		if (r < 0) {
			out->len = start;
			return err_sys(ei, GW_EIO, "cannot read");
		}
		if (r == 0)
			return 0;
		if (!p)
			break;
		buf_wrote(out, (size_t)r);
	}
	out->len = start;
	if (out->data)
		out->data[start] = 0;
	return err_set(ei, GW_ELIMIT, "more than %zu bytes", max);
}

static int read_open(int fd, const char *path, size_t max, struct buf *out, struct errinfo *ei)
{
	struct stat st;
	if (fstat(fd, &st) < 0)
		return err_sys(ei, GW_EIO, "cannot look at '%s'", path);
	if (!S_ISREG(st.st_mode))
		return err_set(ei, GW_EIO, "'%s' is not a regular file", path);
	if (st.st_size > 0 && (size_t)st.st_size > max)
		return err_set(ei, GW_ELIMIT, "'%s' has more than %zu bytes", path, max);
	int r = file_read_fd(fd, max, out, ei);
	return r < 0 ? err_prefix(ei, r, path) : 0;
}

int file_read(const char *path, size_t max, struct buf *out, struct errinfo *ei)
{
	int fd GW_CLEANUP(file_close_p) = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (fd < 0)
		return open_failed(path, ei);
	return read_open(fd, path, max, out, ei);
}

static int check_private(const struct stat *st, const char *path, struct errinfo *ei)
{
	if (st->st_uid != geteuid() && st->st_uid != 0)
		return err_set(
		    ei, GW_EMODE, "'%s' belongs to another user: it must be yours alone", path);
	if (st->st_mode & 077)
		return err_set(ei, GW_EMODE, "'%s' may be read by others: chmod %s it", path,
		    S_ISDIR(st->st_mode) ? "0700" : "0600");
	return 0;
}

int file_check_private(const char *path, struct errinfo *ei)
{
	struct stat st;
	if (stat(path, &st) < 0)
		return open_failed(path, ei);
	return check_private(&st, path, ei);
}

int file_read_secret(const char *path, size_t max, struct buf *out, struct errinfo *ei)
{
	struct stat st;
	int fd GW_CLEANUP(file_close_p) = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (fd < 0 || fstat(fd, &st) < 0)
		return open_failed(path, ei);
	int r = check_private(&st, path, ei);
	return r < 0 ? r : read_open(fd, path, max, out, ei);
}

int file_write_fd(int fd, const void *p, size_t n, struct errinfo *ei)
{
	const char *s = p;
	while (n) {
		ssize_t r = write(fd, s, n);
		if (r < 0 && errno == EINTR)
			continue;
		if (r < 0)
			return err_sys(ei, GW_EIO, "cannot write");
		s += r;
		n -= (size_t)r;
	}
	return 0;
}

/* What the names of files on their way begin with. */
static const char temporary[] = ".handover.";

/* The folder that holds path, as a new string. */
static char *parent(const char *path)
{
	const char *slash = strrchr(path, '/');
	if (!slash)
		return str_dup(".");
	return slash == path ? str_dup("/") : str_dupn(path, (size_t)(slash - path));
}

int file_out_open(
    struct file_out *f, const char *path, mode_t mode, enum file_how how, struct errinfo *ei)
{
	char *dir GW_CLEANUP(str_free_p) = parent(path);
	*f = (struct file_out){.fd = -1, .mode = mode, .how = how};
	if (how == FILE_NEW && file_exists(path))
		return err_set(ei, GW_EEXIST, "'%s' is already there", path);
	int fd = open(dir, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	if (fd < 0 && (errno == EOPNOTSUPP || errno == EISDIR || errno == EINVAL)) {
		f->tmp = str_printf("%s/%sXXXXXX", dir, temporary);
		fd = mkostemp(f->tmp, O_CLOEXEC);
		if (fd >= 0) /* nothing is in it yet */
			tempname_remember(f->tmp);
	}
	if (fd < 0) {
		int r =
		    err_sys(ei, errno == ENOENT ? GW_ENOENT : GW_EIO, "cannot write in '%s'", dir);
		str_free_p(&f->tmp);
		return r;
	}
	f->fd = fd;
	f->path = str_dup(path);
	return 0;
}

/* The temporary name has gone. */
static void drop_tmp(struct file_out *f)
{
	tempname_forget(f->tmp);
	str_free_p(&f->tmp);
}

void file_out_abort(struct file_out *f)
{
	file_close_p(&f->fd);
	if (f->tmp) {
		(void)unlink(f->tmp);
		drop_tmp(f);
	}
	str_free_p(&f->path);
}

/* Give an unnamed file a temporary name, which a rename then turns into the real one. */
static int name_it(struct file_out *f, const char *proc)
{
	char *dir GW_CLEANUP(str_free_p) = parent(f->path);
	for (unsigned i = 0; i < 1000; i++) {
		char *t = str_printf("%s/%s%ld.%u", dir, temporary, (long)getpid(), i);
		tempname_remember(t); /* before, since all of the result is under it at once */
		if (linkat(AT_FDCWD, proc, AT_FDCWD, t, AT_SYMLINK_FOLLOW) == 0) {
			f->tmp = t;
			return 0;
		}
		int why = errno;
		tempname_forget(t);
		free(t);
		errno = why;
		if (errno != EEXIST)
			return -1;
	}
	return -1;
}

/*
 * Turn the temporary name into a new one. FAT and many network file systems have no links; others
 * do not know RENAME_NOREPLACE but have links.
 */
static int move_new(struct file_out *f)
{
	int r = renameat2(AT_FDCWD, f->tmp, AT_FDCWD, f->path, RENAME_NOREPLACE);
	if (r < 0 && (errno == EINVAL || errno == ENOSYS))
		return link(f->tmp, f->path); /* the temporary name goes in file_out_abort */
	if (r == 0)
		drop_tmp(f);
	return r;
}

static int give_name(struct file_out *f)
{
	assert(f->path);
	char proc[64];
	(void)snprintf(proc, sizeof proc, "/proc/self/fd/%d", f->fd);
	if (f->how == FILE_NEW)
		return f->tmp ? move_new(f)
			      : linkat(AT_FDCWD, proc, AT_FDCWD, f->path, AT_SYMLINK_FOLLOW);
	if (!f->tmp && (name_it(f, proc) < 0 || !f->tmp))
		return -1;
	if (rename(f->tmp, f->path) < 0)
		return -1;
	drop_tmp(f);
	return 0;
}

static int make_durable(struct file_out *f, struct errinfo *ei)
{
	return fchmod(f->fd, f->mode) < 0 || fsync(f->fd) < 0
	    ? err_sys(ei, GW_EIO, "cannot write '%s'", f->path)
	    : 0;
}

/* Give it its name; the folder is not synced yet. */
static int settle(struct file_out *f, struct errinfo *ei)
{
	if (give_name(f) < 0)
		return errno == EEXIST ? err_set(ei, GW_EEXIST, "'%s' is already there", f->path)
				       : err_sys(ei, GW_EIO, "cannot write '%s'", f->path);
	return 0;
}

int file_out_commit(struct file_out *f, struct errinfo *ei)
{
	int r = make_durable(f, ei);
	if (r == 0)
		r = settle(f, ei);
	if (r == 0)
		r = file_sync_parent(f->path, ei);
	file_out_abort(f);
	return r;
}

int file_out_commit_all(struct file_out *f, size_t n, struct errinfo *ei)
{
	size_t named = 0;
	int r = 0;
	for (size_t i = 0; r == 0 && i < n;
	     i++) /* first all this, so that names come close together */
		r = make_durable(&f[i], ei);
	while (r == 0 && named < n) {
		r = settle(&f[named], ei);
		named += r == 0;
	}
	if (r == 0 && n)
		r = file_sync_parent(f[0].path, ei);
	for (size_t i = 0; r < 0 && i < named; i++)
		(void)unlink(f[i].path);
	for (size_t i = 0; i < n; i++)
		file_out_abort(&f[i]);
	return r;
}

int file_write(
    const char *path, const void *p, size_t n, mode_t mode, enum file_how how, struct errinfo *ei)
{
	struct file_out f GW_CLEANUP(file_out_abort) = {.fd = -1};
	int r = file_out_open(&f, path, mode, how, ei);
	if (r < 0)
		return r;
	r = file_write_fd(f.fd, p, n, ei);
	if (r < 0)
		return err_prefix(ei, r, path);
	return file_out_commit(&f, ei);
}

int file_sync_dir(const char *dir, struct errinfo *ei)
{
	int fd GW_CLEANUP(file_close_p) = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0 || fsync(fd) < 0)
		return err_sys(ei, GW_EIO, "cannot sync '%s'", dir);
	return 0;
}

int file_sync_parent(const char *path, struct errinfo *ei)
{
	char *dir GW_CLEANUP(str_free_p) = parent(path);
	return file_sync_dir(dir, ei);
}

/* A folder that was not there is durable before anything in it is. */
static int make_dir(const char *path, mode_t mode, struct errinfo *ei)
{
	if (mkdir(path, mode) == 0)
		return file_sync_parent(path, ei);
	return errno == EEXIST && file_is_dir(path) ? 0
						    : err_sys(ei, GW_EIO, "cannot make '%s'", path);
}

int file_mkdirs(const char *path, mode_t mode, struct errinfo *ei)
{
	char *p GW_CLEANUP(str_free_p) = str_dup(path);
	for (char *s = p + (*p == '/');; s++) {
		if (*s && *s != '/')
			continue;
		char end = *s;
		*s = '\0';
		int r = *p ? make_dir(p, mode, ei) : 0;
		if (r < 0)
			return r;
		*s = end;
		if (!end)
			return 0;
	}
}

char *file_join(const char *dir, const char *name)
{
	return str_printf("%s%s%s", dir, str_ends(dir, "/") ? "" : "/", name);
}

const char *file_base(const char *path)
{
	const char *slash = strrchr(path, '/');
	return slash ? slash + 1 : path;
}

bool file_exists(const char *path)
{
	struct stat st;
	return lstat(path, &st) == 0;
}

bool file_is_dir(const char *path)
{
	struct stat st;
	return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *at)
{
	(void)st;
	(void)type;
	(void)at;
	return remove(path);
}

int file_remove_tree(const char *path, struct errinfo *ei)
{
	if (nftw(path, remove_one, 16, FTW_DEPTH | FTW_PHYS | FTW_MOUNT) != 0 && errno != ENOENT)
		return err_sys(ei, GW_EIO, "cannot remove '%s'", path);
	return 0;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

int file_list(const char *dir, const char *suffix, struct file_list *ret_l, struct errinfo *ei)
{
	enum { MOST = 100000 };
	DIR *d = opendir(dir);
	if (!d)
		return open_failed(dir, ei);
	struct file_list l = {0};
	size_t cap = 0;
	for (struct dirent *e; (e = readdir(d));) {
		if (str_eq(e->d_name, ".") || str_eq(e->d_name, "..") ||
		    str_starts(e->d_name, temporary) || !str_ends(e->d_name, suffix))
			continue;
		if (l.n == MOST) {
			(void)closedir(d);
			file_list_release(&l);
			return err_set(ei, GW_ELIMIT, "'%s' holds more than %d files", dir, MOST);
		}
		if (l.n == cap) {
			cap = cap ? cap * 2 : 16;
			char **more = reallocarray(l.names, cap, sizeof *more);
			if (!more)
				abort();
			l.names = more;
		}
		l.names[l.n++] = str_dup(e->d_name);
	}
	(void)closedir(d);
	if (l.n)
		qsort(l.names, l.n, sizeof *l.names, by_name);
	*ret_l = l;
	return 0;
}

void file_list_release(struct file_list *l)
{
	for (size_t i = 0; i < l->n; i++)
		free(l->names[i]);
	free(l->names);
	*l = (struct file_list){0};
}

void file_sweep(const char *dir)
{
	enum { HOUR = 3600 };
	DIR *d = opendir(dir);
	struct stat st;
	if (!d)
		return;
	for (struct dirent *e; (e = readdir(d));)
		if (str_starts(e->d_name, temporary) &&
		    fstatat(dirfd(d), e->d_name, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
		    S_ISREG(st.st_mode) && st.st_uid == geteuid() &&
		    time(NULL) - st.st_mtime > HOUR)
			(void)unlinkat(dirfd(d), e->d_name, 0);
	(void)closedir(d);
}
