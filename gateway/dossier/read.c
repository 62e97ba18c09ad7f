/* SPDX-License-Identifier: EUPL-1.2 */
/* A dossier from disk: a folder, file by file and never through a link, or an archive of one. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/str.h"
#include "dossier/dossier.h"
#include "dossier/intake.h"
#include "dossier/unpack.h"

static const char *const texts[] = {"dossier.json", "dossier.yaml"};

/* Open a regular file below dir, one part of the name at a time, following no link. */
static int open_below(int dir, const char *name)
{
	int at = dir, next;
	for (;;) {
		const char *slash = strchr(name, '/');
		char part[256];
		size_t n = slash ? (size_t)(slash - name) : strlen(name);
		memcpy(part, name, n); /* intake_name_ok: at most 255 bytes in all */
		part[n] = '\0';
		next = openat(at, part,
		    O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK | (slash ? O_DIRECTORY : 0));
		if (at != dir)
			file_close_p(&at);
		if (next < 0 || !slash)
			return next;
		at = next;
		name = slash + 1;
	}
}

/* Read the regular file `name` below dir; `what` names it in messages. */
static int read_below(
    int dir, const char *name, const char *what, size_t max, struct buf *out, struct errinfo *ei)
{
	struct stat st;
	int fd GW_CLEANUP(file_close_p) = open_below(dir, name);
	if (fd < 0 && (errno == ELOOP || errno == ENOTDIR))
		return err_at(ei, GW_EFORMAT, what, 0, 0, "a link or no file: it is not followed");
	if (fd < 0 && errno == ENOENT)
		return err_at(ei, GW_ENOENT, what, 0, 0, "not there");
	if (fd < 0 || fstat(fd, &st) < 0)
		return err_sys(ei, GW_EIO, "%s", what);
	if (!S_ISREG(st.st_mode))
		return err_at(ei, GW_EFORMAT, what, 0, 0, "not a regular file");
	if (st.st_size < 0 || (size_t)st.st_size > max)
		return err_at(ei, GW_ELIMIT, what, 0, 0, "more than %zu bytes", max);
	int r = file_read_fd(fd, max, out, ei);
	return r < 0 ? err_prefix(ei, r, what) : 0;
}

static bool is_there(int dir, const char *name)
{
	struct stat st;
	return fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) == 0;
}

/* The text of a folder: exactly one of the two. *ret_kind says which. */
static int read_text(int dir, const char *path, const struct dossier_limits *l, struct buf *out,
    enum intake_kind *ret_kind, struct errinfo *ei)
{
	bool there[2];
	for (size_t i = 0; i < 2; i++)
		there[i] = is_there(dir, texts[i]);
	if (there[0] == there[1])
		return err_at(ei, GW_EFORMAT, path, 0, 0,
		    there[0] ? "both dossier.json and dossier.yaml are there: keep one"
			     : "no dossier.json or dossier.yaml is there");
	size_t i = there[0] ? 0 : 1;
	char *what GW_CLEANUP(str_free_p) = file_join(path, texts[i]);
	*ret_kind = i == 0 ? INTAKE_JSON : INTAKE_YAML;
	return read_below(dir, texts[i], what, l->json_bytes, out, ei);
}

/* An attachment that is not there, by its place: its name may be personal. */
static int missing(struct errinfo *ei, const char *what)
{
	return err_at(ei, GW_EFORMAT, what, 0, 0,
	    "not there: put the file that it names into the dossier, or take the entry out");
}

/* Load file i of d from the folder; *total counts what has been read. */
static int load_file(int dir, const char *path, const char *name, size_t i, struct dossier *d,
    const struct dossier_limits *l, size_t *total, struct errinfo *ei)
{
	char *what GW_CLEANUP(str_free_p) = str_printf("%s: attachments[%zu].file", path, i);
	struct dossier_file *f = &d->files[i];
	f->bytes.max = l->file_bytes;
	int r = read_below(dir, name, what, l->file_bytes, &f->bytes, ei);
	if (r == GW_ENOENT)
		return missing(
		    ei, what); /* the dossier is incomplete: its fault, not the caller's */
	if (r < 0)
		return r;
	f->loaded = true;
	*total += f->bytes.len;
	return *total > l->total_bytes
	    ? err_at(ei, GW_ELIMIT, path, 0, 0, "its files have more than %zu bytes together",
		  l->total_bytes)
	    : 0;
}

static int read_folder(int dir, const char *path, const struct catalogue *c,
    const struct dossier_limits *l, struct dossier **ret_d, struct errinfo *ei)
{
	struct buf text GW_CLEANUP(buf_release) = BUF_INIT(l->json_bytes);
	struct intake_names names GW_CLEANUP(intake_names_release) = {0};
	struct dossier *d GW_CLEANUP(dossier_free_p) = NULL;
	enum intake_kind kind = INTAKE_JSON;
	int r = read_text(dir, path, l, &text, &kind, ei);
	if (r < 0)
		return r;
	char *what GW_CLEANUP(str_free_p) = file_join(path, texts[kind]);
	size_t total = text.len;
	r = intake_parse(kind, what, text.data ? text.data : "", text.len, c, l, &d, &names, ei);
	for (size_t i = 0; i < names.n && r == 0; i++)
		r = load_file(dir, path, names.names[i], i, d, l, &total, ei);
	if (r < 0)
		return r;
	*ret_d = d;
	d = NULL;
	return 0;
}

enum { MOST_COUNTED = 1000, DEEPEST_FOLDER = 8 };

/* Count what lies below dir and is no folder, no further than the two bounds; links are not
 * followed. */
static void count_below(int dir, unsigned depth, size_t *n)
{
	int fd = openat(dir, ".", O_RDONLY | O_CLOEXEC | O_DIRECTORY);
	DIR *list = fd < 0 ? NULL : fdopendir(fd);
	const struct dirent *e;
	if (!list) {
		file_close_p(&fd);
		return;
	}
	while (*n < MOST_COUNTED && (e = readdir(list))) {
		if (str_eq(e->d_name, ".") || str_eq(e->d_name, ".."))
			continue;
		int below GW_CLEANUP(file_close_p) = openat(
		    dir, e->d_name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_DIRECTORY | O_NONBLOCK);
		if (below >= 0 && depth < DEEPEST_FOLDER)
			count_below(below, depth + 1, n);
		else
			++*n;
	}
	(void)closedir(list);
}

/* Files that `attachments` does not name stay, and their owner is told, as for an archive. */
static void note_unnamed(int dir, struct dossier *d)
{
	size_t n = 0;
	count_below(dir, 0, &n);
	for (size_t known = 1 + d->n_files; known < n; known++)
		intake_note(d, DOSSIER_UNNAMED_FILE, "");
}

/* A folder, or one that holds nothing but the folder of a dossier, as archives may too. */
static int read_outer(int dir, const char *path, const struct catalogue *c,
    const struct dossier_limits *l, struct dossier **ret_d, struct errinfo *ei)
{
	struct file_list inside = {0};
	size_t found = 0, which = 0;
	if (is_there(dir, texts[0]) || is_there(dir, texts[1]))
		return read_folder(dir, path, c, l, ret_d, ei);
	int r = file_list(path, "", &inside, ei);
	for (size_t i = 0; r == 0 && i < inside.n; i++) {
		int fd GW_CLEANUP(file_close_p) =
		    openat(dir, inside.names[i], O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_DIRECTORY);
		if (fd < 0 || !(is_there(fd, texts[0]) || is_there(fd, texts[1])))
			continue;
		found++;
		which = i;
	}
	if (r == 0 && found > 1)
		r = err_at(ei, GW_EFORMAT, path, 0, 0,
		    "it holds %zu folders with a dossier: give each of them", found);
	if (r < 0 || found == 0) {
		file_list_release(&inside);
		return r < 0 ? r : read_folder(dir, path, c, l, ret_d, ei);
	}
	char *below GW_CLEANUP(str_free_p) = file_join(path, inside.names[which]);
	int fd GW_CLEANUP(file_close_p) =
	    openat(dir, inside.names[which], O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_DIRECTORY);
	file_list_release(&inside);
	return fd < 0 ? err_sys(ei, GW_EIO, "%s", below) : read_folder(fd, below, c, l, ret_d, ei);
}

/* The length of the folder part of a member that is a dossier's text, or SIZE_MAX for any other. */
static size_t text_at(const char *name, size_t *ret_which)
{
	const char *slash = strchr(name, '/'), *base = slash ? slash + 1 : name;
	for (size_t i = 0; i < 2; i++)
		if (str_eq(base, texts[i])) {
			*ret_which = i;
			return (size_t)(base - name);
		}
	return SIZE_MAX;
}

/* The one text of the archive, at the top or in one folder. */
static int find_text(const struct unpacked *u, const char *path, size_t *ret_member,
    size_t *ret_folder, size_t *ret_which, struct errinfo *ei)
{
	size_t found = 0, which = 0;
	for (size_t i = 0; i < u->n; i++) {
		size_t folder = text_at(u->members[i].name, &which);
		if (folder == SIZE_MAX)
			continue;
		found++;
		*ret_member = i;
		*ret_folder = folder;
		*ret_which = which;
	}
	if (found == 1)
		return 0;
	return err_at(ei, GW_EFORMAT, path, 0, 0,
	    found ? "it holds more than one dossier.json or dossier.yaml"
		  : "it holds no dossier.json or dossier.yaml at its top or in one folder");
}

/* Move the members that `attachments` names into the dossier; the others are counted. */
static int take_members(const struct unpacked *u, const char *path, size_t text, size_t folder,
    const struct intake_names *names, struct dossier *d, struct errinfo *ei)
{
	const char *prefix = u->members[text].name;
	size_t taken = 0;
	for (size_t i = 0; i < names->n; i++) {
		const struct unpack_member *m = NULL;
		for (size_t k = 0; k < u->n && !m; k++)
			if (strncmp(u->members[k].name, prefix, folder) == 0 &&
			    str_eq(u->members[k].name + folder, names->names[i]) && k != text)
				m = &u->members[k];
		if (!m) {
			char *what GW_CLEANUP(str_free_p) =
			    str_printf("%s: attachments[%zu].file", path, i);
			return missing(ei, what);
		}
		d->files[i].bytes.max = m->n;
		if (buf_add(&d->files[i].bytes, m->p, m->n) < 0)
			return GW_ENOMEM;
		d->files[i].loaded = true;
		taken++;
	}
	for (size_t i = taken + 1; i < u->n; i++)
		intake_note(d, DOSSIER_UNNAMED_FILE, "");
	return 0;
}

static int read_archive(int fd, const char *path, const struct catalogue *c,
    const struct dossier_limits *l, struct dossier **ret_d, struct errinfo *ei)
{
	struct buf packed GW_CLEANUP(buf_release) = BUF_INIT(l->archive_bytes);
	struct unpacked u GW_CLEANUP(unpacked_release) = {0};
	struct intake_names names GW_CLEANUP(intake_names_release) = {0};
	struct dossier *d GW_CLEANUP(dossier_free_p) = NULL;
	size_t text = 0, folder = 0, which = 0;
	int r = file_read_fd(fd, l->archive_bytes, &packed, ei);
	if (r < 0)
		return err_prefix(ei, r, path);
	if (packed.len > 2 && memcmp(packed.data, "\x1f\x8b", 2) == 0)
		return err_at(ei, GW_EFORMAT, path, 0, 0,
		    "gzip is not taken: unpack it with gunzip and give the .tar or the folder");
	if ((r = unpack(path, packed.data ? packed.data : "", packed.len, l, &u, ei)) < 0 ||
	    (r = find_text(&u, path, &text, &folder, &which, ei)) < 0)
		return r;
	char *what GW_CLEANUP(str_free_p) = str_printf("%s!%s", path, texts[which]);
	const struct unpack_member *m = &u.members[text];
	r = intake_parse(
	    which == 0 ? INTAKE_JSON : INTAKE_YAML, what, m->p, m->n, c, l, &d, &names, ei);
	if (r < 0 || (r = take_members(&u, path, text, folder, &names, d, ei)) < 0)
		return r;
	*ret_d = d;
	d = NULL;
	return 0;
}

int dossier_read_fd(int fd, const char *file, const struct catalogue *c,
    const struct dossier_limits *limits, struct dossier **ret_d, struct errinfo *ei)
{
	struct stat st;
	const struct dossier_limits *l = limits ? limits : &DOSSIER_LIMITS;
	if (fstat(fd, &st) < 0)
		return err_sys(ei, GW_EIO, "%s", file);
	if (!S_ISREG(st.st_mode))
		return err_at(ei, GW_EFORMAT, file, 0, 0, "a folder, .zip or .tar is expected");
	if (st.st_size < 0 || (size_t)st.st_size > l->archive_bytes)
		return err_at(ei, GW_ELIMIT, file, 0, 0, "the archive has more than %zu bytes",
		    l->archive_bytes);
	return read_archive(fd, file, c, l, ret_d, ei);
}

int dossier_read(const char *path, const struct catalogue *c, const struct dossier_limits *limits,
    struct dossier **ret_d, struct errinfo *ei)
{
	struct stat st;
	const struct dossier_limits *l = limits ? limits : &DOSSIER_LIMITS;
	int fd GW_CLEANUP(file_close_p) = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0)
		return err_sys(ei, errno == ENOENT ? GW_ENOENT : GW_EIO, "%s", path);
	if (fstat(fd, &st) < 0)
		return err_sys(ei, GW_EIO, "%s", path);
	if (S_ISDIR(st.st_mode)) {
		int r = read_outer(fd, path, c, l, ret_d, ei);
		if (r == 0)
			note_unnamed(fd, *ret_d);
		return r;
	}
	if (S_ISREG(st.st_mode) && (str_ends(path, ".json") || str_ends(path, ".yaml")))
		return err_at(ei, GW_EFORMAT, path, 0, 0,
		    "a dossier is a folder, .zip or .tar: give the folder that holds it");
	return dossier_read_fd(fd, path, c, l, ret_d, ei);
}
