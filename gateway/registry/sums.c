/* SPDX-License-Identifier: EUPL-1.2 */
#include "registry/sums.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/hash.h"
#include "base/str.h"

void sums_release(struct sums *l)
{
	for (size_t i = 0; i < l->n; i++)
		free(l->list[i].path);
	free(l->list);
	*l = (struct sums){0};
}

static struct sums_line *add_line(struct sums *l, char *path)
{
	if (l->n == l->cap) {
		l->cap = l->cap ? l->cap * 2 : 64;
		struct sums_line *more = reallocarray(l->list, l->cap, sizeof *more);
		if (!more)
			abort();
		l->list = more;
	}
	l->list[l->n] = (struct sums_line){.path = path};
	return &l->list[l->n++];
}

static int hash_file(int fd, const char *path, char out[HASH_HEX], struct errinfo *ei)
{
	struct hash h GW_CLEANUP(hash_release) = {0};
	uint8_t digest[HASH_BYTES], block[16384];
	hash_init(&h);
	for (;;) {
		ssize_t n = read(fd, block, sizeof block);
		if (n < 0)
			return err_sys(ei, GW_EIO, "cannot read '%s'", path);
		if (n == 0)
			break;
		hash_add(&h, block, (size_t)n);
	}
	hash_final(&h, digest);
	str_hex(digest, sizeof digest, out);
	return 0;
}

/* A name that stands in the list as it is: printable ASCII without a backslash. */
static bool good_name(const char *s)
{
	for (; *s; s++)
		if (*s < ' ' || *s > '~' || *s == '\\')
			return false;
	return true;
}

static int not_regular(const char *dir, const char *path, struct errinfo *ei)
{
	return err_set(ei, GW_EFORMAT, "'%s/%s' is no regular file: take it away", dir, path);
}

static int walk(
    int dirfd, const char *dir, const char *prefix, int depth, struct sums *l, struct errinfo *ei);

static int visit(int dirfd, const char *dir, const char *prefix, const char *name, int depth,
    struct sums *l, struct errinfo *ei)
{
	struct stat st;
	char *path GW_CLEANUP(str_free_p) = str_printf("%s%s", prefix, name);
	if (!good_name(name))
		return err_set(ei, GW_EFORMAT,
		    "'%s' holds a file whose name is not plain ASCII: rename it", dir);
	int fd GW_CLEANUP(file_close_p) =
	    openat(dirfd, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0 && (errno == ELOOP || errno == ENXIO)) /* a link, a socket */
		return not_regular(dir, path, ei);
	if (fd < 0 || fstat(fd, &st) < 0)
		return err_sys(ei, GW_EIO, "cannot read '%s/%s'", dir, path);
	bool ours = depth == 0 && (str_eq(name, "SHA256SUMS") || str_eq(name, "SHA256SUMS.p7s"));
	if (S_ISDIR(st.st_mode) && !ours) {
		char *below GW_CLEANUP(str_free_p) = str_printf("%s/", path);
		return walk(fd, dir, below, depth + 1, l, ei);
	}
	if (!S_ISREG(st.st_mode))
		return not_regular(dir, path, ei);
	if (ours)
		return 0;
	struct sums_line *line = add_line(l, str_dup(path));
	return hash_file(fd, path, line->sha256, ei);
}

/* SUMS_DEPTH bounds this. */
static int walk(
    int dirfd, const char *dir, const char *prefix, int depth, struct sums *l, struct errinfo *ei)
{
	char proc[64];
	struct file_list names;
	if (depth > SUMS_DEPTH)
		return err_set(ei, GW_ELIMIT, "'%s' has folders in folders too deep", dir);
	(void)snprintf(proc, sizeof proc, "/proc/self/fd/%d", dirfd);
	int r = file_list(proc, "", &names, ei);
	if (r < 0)
		return r;
	for (size_t i = 0; r == 0 && i < names.n; i++)
		r = visit(dirfd, dir, prefix, names.names[i], depth, l, ei);
	file_list_release(&names);
	return r;
}

static int by_path(const void *a, const void *b)
{
	return strcmp(((const struct sums_line *)a)->path, ((const struct sums_line *)b)->path);
}

int sums_make(const char *dir, struct buf *out, struct errinfo *ei)
{
	struct sums l GW_CLEANUP(sums_release) = {0};
	int fd GW_CLEANUP(file_close_p) = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return err_sys(ei, GW_EIO, "cannot open '%s'", dir);
	int r = walk(fd, dir, "", 0, &l, ei);
	if (r == 0 && l.n)
		qsort(l.list, l.n, sizeof *l.list, by_path);
	for (size_t i = 0; r == 0 && i < l.n; i++)
		if (buf_addf(out, "%s  %s\n", l.list[i].sha256, l.list[i].path) < 0)
			r = err_set(ei, GW_ELIMIT, "'%s' holds too many files", dir);
	return r;
}

void sums_split(const struct buf *text, struct sums *l)
{
	const char *s = text->data, *end = s ? s + text->len : NULL;
	while (s && s < end) {
		const char *nl = memchr(s, '\n', (size_t)(end - s));
		size_t n = nl ? (size_t)(nl - s) : (size_t)(end - s);
		if (n > 66) {
			struct sums_line *line = add_line(l, str_dupn(s + 66, n - 66));
			memcpy(line->sha256, s, 64);
		} else {
			(void)add_line(l, str_dupn(s, n));
		}
		s += n + 1;
	}
	if (l->n)
		qsort(l->list, l->n, sizeof *l->list, by_path);
}

static int path_to_line(const void *path, const void *line)
{
	return strcmp(path, ((const struct sums_line *)line)->path);
}

const struct sums_line *sums_find(const struct sums *l, const char *path)
{
	return l->n ? bsearch(path, l->list, l->n, sizeof *l->list, path_to_line) : NULL;
}

int sums_diff(const struct buf *before, const struct buf *now, struct buf *out)
{
	struct sums a GW_CLEANUP(sums_release) = {0}, b GW_CLEANUP(sums_release) = {0};
	size_t i = 0, k = 0;
	int r = 0;
	sums_split(before, &a);
	sums_split(now, &b);
	while (r == 0 && (i < a.n || k < b.n)) {
		int order = i == a.n ? 1 : k == b.n ? -1 : strcmp(a.list[i].path, b.list[k].path);
		if (order < 0)
			r = buf_addf(out, "- %s\n", a.list[i++].path);
		else if (order > 0)
			r = buf_addf(out, "+ %s\n", b.list[k++].path);
		else {
			if (!str_eq(a.list[i].sha256, b.list[k].sha256))
				r = buf_addf(out, "~ %s\n", b.list[k].path);
			i++, k++;
		}
	}
	return r;
}
