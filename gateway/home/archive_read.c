/* SPDX-License-Identifier: EUPL-1.2 */
/* archive: reading one, a folder or a tar, into a folder. */
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
#include "home/archive.h"

enum { PIECE = 128 << 10, SUM_LINE = HASH_HEX + 1 /* hex, two spaces, before the name */ };
static const char SUMS[] = "SHA256SUMS", NOTE[] = "SHA256SUMS.note";

struct extracting {
	const char *into; /* NULL: only the list and the note are read */
	struct buf made;  /* lines of SHA256SUMS for what was written, in its order */
	struct buf sums;  /* SHA256SUMS as it was read */
	struct buf note;  /* and SHA256SUMS.note */
	bool has_sums, has_note, others;
	char *piece;
	archive_progress progress;
	void *arg;
};

static void extracting_release(struct extracting *x)
{
	buf_release(&x->made);
	buf_release(&x->sums);
	buf_release(&x->note);
	free(x->piece);
}

static int not_whole(struct errinfo *ei, const char *what)
{
	return err_set(ei, GW_EAUTH, "the backup is not whole, or was changed: %s", what);
}

/* Where bytes come from: as read(2). */
typedef int (*reading)(void *arg, void *p, size_t cap, size_t *ret_n, struct errinfo *ei);

/* Copy one file below x->into, and note its sum. */
static int write_one(
    struct extracting *x, const char *name, reading read_some, void *arg, struct errinfo *ei)
{
	char *path GW_CLEANUP(str_free_p) = file_join(x->into, name);
	char *folder GW_CLEANUP(str_free_p) = str_dupn(path, (size_t)(file_base(path) - path));
	int r = file_mkdirs(folder, 0700, ei);
	if (r < 0)
		return r;
	int fd GW_CLEANUP(file_close_p) =
	    open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0)
		return errno == EEXIST ? not_whole(ei, "a file stands in it twice")
				       : err_sys(ei, GW_EIO, "cannot make '%s'", path);
	struct hash sum GW_CLEANUP(hash_release);
	uint8_t digest[HASH_BYTES];
	char hex[HASH_HEX];
	size_t n = 1;
	hash_init(&sum);
	while (r == 0 && n) {
		r = read_some(arg, x->piece, PIECE, &n, ei);
		if (r == 0 && n) {
			hash_add(&sum, x->piece, n);
			r = file_write_fd(fd, x->piece, n, ei);
			if (x->progress)
				x->progress(x->arg, n, 0);
		}
	}
	if (r < 0)
		return r;
	hash_final(&sum, digest);
	str_hex(digest, sizeof digest, hex);
	if (x->progress)
		x->progress(x->arg, 0, 1);
	return buf_addf(&x->made, "%s  %s\n", hex, name) < 0
	    ? err_set(ei, GW_ELIMIT, "too many files for a backup")
	    : 0;
}

static int read_into(struct extracting *x, struct buf *to, bool *had, reading read_some, void *arg,
    struct errinfo *ei)
{
	size_t n = 1;
	int r = 0;
	if (*had)
		return not_whole(ei, "a file stands in it twice");
	*had = true;
	while (r == 0 && n) {
		r = read_some(arg, x->piece, PIECE, &n, ei);
		if (r == 0 && n && buf_add(to, x->piece, n) < 0)
			return err_set(ei, GW_ELIMIT, "too many files for a backup");
	}
	return r;
}

static int take(
    struct extracting *x, const char *name, reading read_some, void *arg, struct errinfo *ei)
{
	if (!archive_name(name))
		return not_whole(ei, "a name in it is none that a backup has");
	if (str_eq(name, SUMS))
		return read_into(x, &x->sums, &x->has_sums, read_some, arg, ei);
	if (str_eq(name, NOTE))
		return read_into(x, &x->note, &x->has_note, read_some, arg, ei);
	x->others = true;
	return x->into ? write_one(x, name, read_some, arg, ei) : 0;
}

/* ---- tar ---- */

static int read_tar(void *arg, void *p, size_t cap, size_t *ret_n, struct errinfo *ei)
{
	la_ssize_t n = archive_read_data(arg, p, cap);
	if (n < 0)
		return not_whole(ei, "its end is missing");
	*ret_n = (size_t)n;
	return 0;
}

static void close_tar(struct archive **a)
{
	if (*a)
		(void)archive_read_free(*a);
}

static int extract_tar(struct extracting *x, int fd, struct errinfo *ei)
{
	struct archive *a GW_CLEANUP(close_tar) = archive_read_new();
	struct archive_entry *h;
	int code = ARCHIVE_FATAL, r = 0;
	struct stat st;
	/* its files are no longer than it is: a sparse one fills a disk out of nothing */
	int64_t left = fstat(fd, &st) == 0 && S_ISREG(st.st_mode) ? st.st_size : INT64_MAX;
	if (!a)
		return err_set(ei, GW_ENOMEM, "out of memory");
	if (archive_read_support_format_tar(a) != ARCHIVE_OK ||
	    archive_read_open_fd(a, fd, PIECE) != ARCHIVE_OK)
		return err_set(ei, GW_EFORMAT, "this is no backup: a folder or a tar is expected");
	while (r == 0 && (code = archive_read_next_header(a, &h)) == ARCHIVE_OK) {
		const char *name = archive_entry_pathname(h);
		if (archive_entry_filetype(h) != AE_IFREG || archive_entry_hardlink(h) || !name)
			return not_whole(ei, "something else than files stands in it");
		int64_t size = archive_entry_size(h);
		if (size < 0 || size > left)
			return not_whole(ei, "its end is missing");
		left -= size;
		r = take(x, name, read_tar, a, ei);
	}
	if (r == 0 && code != ARCHIVE_EOF)
		r = x->others
		    ? not_whole(ei, "its end is missing")
		    : err_set(ei, GW_EFORMAT, "this is no backup: a folder or a tar is expected");
	return r;
}

/* ---- folder ---- */

static int read_fd(void *arg, void *p, size_t cap, size_t *ret_n, struct errinfo *ei)
{
	const int *fd = arg;
	ssize_t n;
	do
		n = read(*fd, p, cap);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return err_sys(ei, GW_EIO, "cannot read the backup");
	*ret_n = (size_t)n;
	return 0;
}

/* A stack of folders instead of a recursion. */
static int extract_folder(struct extracting *x, const char *dir, struct errinfo *ei)
{
	struct file_list todo = {0}; /* folders below dir, "" first */
	int r = 0;
	todo.names = calloc(1, sizeof *todo.names);
	if (!todo.names)
		return err_set(ei, GW_ENOMEM, "out of memory");
	todo.names[todo.n++] = str_dup("");
	while (r == 0 && todo.n) {
		char *sub GW_CLEANUP(str_free_p) = todo.names[--todo.n];
		char *path GW_CLEANUP(str_free_p) = *sub ? file_join(dir, sub) : str_dup(dir);
		struct file_list l = {0};
		r = file_list(path, "", &l, ei);
		for (size_t i = 0; r == 0 && i < l.n; i++) {
			char *name = *sub ? file_join(sub, l.names[i]) : str_dup(l.names[i]);
			char *at GW_CLEANUP(str_free_p) = file_join(dir, name);
			struct stat st;
			int fd GW_CLEANUP(file_close_p) = -1;
			if (lstat(at, &st) == 0 && S_ISDIR(st.st_mode)) {
				char **more = reallocarray(todo.names, todo.n + 1, sizeof *more);
				if (!more)
					abort();
				todo.names = more;
				todo.names[todo.n++] = name;
				continue;
			}
			fd = open(at, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
			if (fd < 0 || fstat(fd, &st) < 0 || !S_ISREG(st.st_mode))
				r = not_whole(ei, "something else than files stands in it");
			else
				r = take(x, name, read_fd, &fd, ei);
			free(name);
		}
		file_list_release(&l);
	}
	file_list_release(&todo);
	return r;
}

/* ---- the sums ---- */

static int by_name(const void *a, const void *b)
{
	const char *x = *(char *const *)a, *y = *(char *const *)b;
	if (strlen(x) < SUM_LINE || strlen(y) < SUM_LINE)
		return strcmp(x, y);
	int c = strcmp(x + SUM_LINE, y + SUM_LINE);
	return c ? c : strcmp(x, y);
}

/* The lines of b, which is cut into strings, in order of their names. */
static char **lines_of(struct buf *b, size_t *ret_n)
{
	size_t n = 0, k = 0;
	for (size_t i = 0; i < b->len; i++)
		n += b->data[i] == '\n';
	char **l = calloc(n + 1, sizeof *l);
	if (!l)
		abort();
	for (char *p = b->data, *end = p + b->len, *nl; p && p < end; p = nl + 1) {
		nl = memchr(p, '\n', (size_t)(end - p));
		if (!nl)
			break;
		*nl = '\0';
		l[k++] = p;
	}
	if (k)
		qsort(l, k, sizeof *l, by_name);
	*ret_n = k;
	return l;
}

static void free_lines(char ***l)
{
	free(*l);
}

/* What was written must be what the sums say, no more and no less. */
static int check_sums(struct extracting *x, struct errinfo *ei)
{
	size_t a_n = 0, b_n = 0;
	char **a GW_CLEANUP(free_lines) = lines_of(&x->made, &a_n);
	char **b GW_CLEANUP(free_lines) = lines_of(&x->sums, &b_n);
	for (size_t i = 0; i < a_n && i < b_n; i++)
		if (!str_eq(a[i], b[i])) {
			const char *first = by_name(&a[i], &b[i]) < 0 ? a[i] : b[i];
			return err_set(ei, GW_EAUTH,
			    "the backup is not whole, or was changed: '%.200s' is not as SHA256SUMS has "
			    "it",
			    strlen(first) > SUM_LINE ? first + SUM_LINE : first);
		}
	return a_n == b_n ? 0 : not_whole(ei, "SHA256SUMS names other files");
}

/* All of the archive at path, for x. */
static int read_archive(struct extracting *x, const char *path, struct errinfo *ei)
{
	int fd GW_CLEANUP(file_close_p) = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return err_sys(ei, errno == ENOENT ? GW_ENOENT : GW_EIO, "cannot open '%s'", path);
	int r = file_is_dir(path) ? extract_folder(x, path, ei) : extract_tar(x, fd, ei);
	if (r == 0 && !x->has_sums)
		return x->others ? not_whole(ei, "SHA256SUMS is missing")
				 : err_set(ei, GW_EFORMAT, "this is no backup: it is empty");
	return r;
}

static struct extracting begin(const char *into)
{
	return (struct extracting){.into = into,
	    .made = BUF_INIT(ARCHIVE_SUMS),
	    .sums = BUF_INIT(ARCHIVE_SUMS),
	    .note = BUF_INIT(ARCHIVE_NOTE),
	    .piece = str_alloc(PIECE)};
}

int archive_sums(const char *path, char ret_sha256[HASH_HEX], struct buf *note, struct errinfo *ei)
{
	struct extracting x GW_CLEANUP(extracting_release) = begin(NULL);
	int r = read_archive(&x, path, ei);
	if (r == 0 && x.note.len && buf_add(note, x.note.data, x.note.len) < 0)
		r = err_set(ei, GW_ELIMIT, "SHA256SUMS.note is too long");
	if (r == 0)
		hash_sha256_hex(x.sums.data ? x.sums.data : "", x.sums.len, ret_sha256);
	return r;
}

int archive_extract(const char *path, const char sums[HASH_HEX], const char *into,
    archive_progress progress, void *arg, struct errinfo *ei)
{
	struct extracting x GW_CLEANUP(extracting_release) = begin(into);
	int root GW_CLEANUP(file_close_p) = open(into, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	char sha256[HASH_HEX];
	if (root < 0)
		return err_sys(ei, GW_EIO, "cannot open '%s'", into);
	x.progress = progress;
	x.arg = arg;
	int r = read_archive(&x, path, ei);
	if (r < 0)
		return r;
	hash_sha256_hex(x.sums.data ? x.sums.data : "", x.sums.len, sha256);
	r = str_eq(sha256, sums) ? check_sums(&x, ei)
				 : not_whole(ei, "SHA256SUMS changed while it was read");
	return r == 0 && syncfs(root) < 0 ? err_sys(ei, GW_EIO, "cannot write '%s'", into) : r;
}
