/* SPDX-License-Identifier: EUPL-1.2 */
#include "dossier/unpack.h"

#include <archive.h>
#include <archive_entry.h>
#include <locale.h>
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>

#include "base/str.h"
#include "dossier/intake.h"
#include "dossier/zipdir.h"
#include "sandbox/worker.h"

enum { TAR_BLOCK = 512, RATIO_SLACK = 64 << 10, CHUNK = 64 << 10 };

/* How a pass reads: a zip by its directory and as a stream, a tar once. */
enum pass { PASS_ZIP_DIRECTORY, PASS_ZIP_STREAM, PASS_TAR };

/*
 * What the child sends for each file: this head, the name with its NUL, the bytes. Sizes are those
 * of this machine: parent and child are one program.
 */
struct head {
	uint64_t name, bytes;
};

/* A member met in the first pass. */
struct seen {
	char *name, *folded;
	bool folder;
	unsigned times;     /* how often the second pass met it */
	size_t data, bytes; /* where its bytes stand in the result */
};

struct work {
	const char *file;
	const void *p;
	size_t n;
	const struct dossier_limits *limits;
	struct seen *seen;
	size_t n_seen, total;
	struct buf *out;
	struct errinfo *ei;
};

static int bad(const struct work *w, size_t number, int code, const char *why)
{
	if (!number)
		return err_at(w->ei, code, w->file, 0, 0, "%s", why);
	return err_at(w->ei, code, w->file, 0, 0, "member %zu: %s", number, why);
}

/* The form under which two names collide on some system: NFC without case. */
static char *folded(const char *name)
{
	utf8proc_uint8_t *out = NULL;
	utf8proc_ssize_t n = utf8proc_map((const utf8proc_uint8_t *)name, 0, &out,
	    UTF8PROC_NULLTERM | UTF8PROC_STABLE | UTF8PROC_COMPOSE | UTF8PROC_CASEFOLD);
	return n < 0 ? NULL : (char *)out;
}

static bool begins(const void *p, size_t n, const char *magic, size_t magic_n)
{
	return n >= magic_n && memcmp(p, magic, magic_n) == 0;
}

/* True when the bytes are an archive or compressed file. Office documents are zips by design. */
static bool nested_archive(const char *name, const char *p, size_t n)
{
	static const char *const office[] = {
	    ".docx", ".xlsx", ".pptx", ".odt", ".ods", ".odp", ".DOCX", ".ODT"};
	bool is_office = false;
	for (size_t i = 0; i < GW_LENGTH(office); i++)
		is_office |= str_ends(name, office[i]);
	if (begins(p, n, "PK\3\4", 4) || begins(p, n, "PK\5\6", 4))
		return !is_office;
	return begins(p, n, "\x1f\x8b", 2) || begins(p, n, "BZh", 3) ||
	    begins(p, n,
		"\xfd"
		"7zXZ",
		5) ||
	    begins(p, n, "7z\xbc\xaf\x27\x1c", 6) || begins(p, n, "Rar!", 4) ||
	    begins(p, n, "\x28\xb5\x2f\xfd", 4) || begins(p, n, "!<arch>\n", 8) ||
	    (n > 262 && memcmp(p + 257, "ustar", 5) == 0);
}

/* Check what the header says about member `number`; the safe name in *ret_name, "" for the top. */
static int check_entry(const struct work *w, size_t number, struct archive_entry *e,
    char ret_name[256], bool *ret_folder)
{
	const char *name = archive_entry_pathname_utf8(e);
	bool folder = archive_entry_filetype(e) == AE_IFDIR;
	if (number > w->limits->files)
		return bad(w, 0, GW_ELIMIT, "too many members");
	if (archive_entry_is_encrypted(e))
		return bad(w, number, GW_EFORMAT, "encrypted members are not allowed");
	if (archive_entry_hardlink(e) || archive_entry_symlink(e) ||
	    archive_entry_filetype(e) == AE_IFLNK)
		return bad(w, number, GW_EFORMAT, "links are not allowed");
	if (!folder && archive_entry_filetype(e) != AE_IFREG)
		return bad(w, number, GW_EFORMAT, "only regular files and folders are allowed");
	if (archive_entry_sparse_count(e) > 0)
		return bad(w, number, GW_EFORMAT, "sparse files are not allowed");
	while (name && name[0] == '.' && name[1] == '/')
		name += 2;
	size_t n = name ? strlen(name) : 0;
	if (folder && n && name[n - 1] == '/')
		n--;
	if (!name || n > 255)
		return bad(w, number, GW_EFORMAT, "its name is too long or not UTF-8");
	memcpy(ret_name, name, n);
	ret_name[n] = '\0';
	*ret_folder = folder;
	if (folder && (n == 0 || str_eq(ret_name, ".")))
		*ret_name = '\0';
	else if (!intake_name_ok(ret_name))
		return bad(w, number, GW_EFORMAT,
		    "its name is unsafe (absolute, with .. or with characters that are not allowed)");
	return 0;
}

/* Append the bytes of the present member to the result; counts what is read, whatever headers say.
 */
static int read_bytes(struct work *w, size_t number, struct archive *a, struct seen *s)
{
	char chunk[CHUNK];
	s->data = w->out->len;
	for (;;) {
		la_ssize_t k = archive_read_data(a, chunk, sizeof chunk);
		if (k == 0)
			return 0;
		if (k < 0)
			return bad(w, number, GW_EFORMAT, "its content is damaged or tricked");
		s->bytes += (size_t)k;
		w->total += (size_t)k;
		if (s->bytes > w->limits->file_bytes)
			return bad(w, number, GW_ELIMIT, "it is too large when unpacked");
		if (w->total > w->limits->total_bytes)
			return bad(w, 0, GW_ELIMIT, "the members are too large together");
		if (w->total > RATIO_SLACK && (w->total - RATIO_SLACK) / w->limits->ratio > w->n)
			return bad(
			    w, 0, GW_ELIMIT, "it unpacks to far more than it holds (a bomb)");
		if (buf_add(w->out, chunk, (size_t)k) < 0)
			return bad(w, 0, GW_ELIMIT, "the members are too large together");
	}
}

static struct seen *find(const struct work *w, const char *fold)
{
	for (size_t i = 0; i < w->n_seen; i++)
		if (str_eq(w->seen[i].folded, fold))
			return &w->seen[i];
	return NULL;
}

/* First pass: take the member into the result. */
static int take_member(
    struct work *w, size_t number, struct archive *a, const char *name, bool folder)
{
	char *fold = folded(name);
	if (!fold || find(w, fold)) {
		free(fold);
		return bad(w, number, GW_EFORMAT, "another member has the same name");
	}
	struct seen *s = &w->seen[w->n_seen++];
	*s = (struct seen){.name = str_dup(name), .folded = fold, .folder = folder};
	if (folder)
		return 0;
	size_t at = w->out->len;
	struct head h = {.name = strlen(name) + 1};
	if (buf_add(w->out, &h, sizeof h) < 0 || buf_add(w->out, name, h.name) < 0)
		return bad(w, 0, GW_ELIMIT, "the members are too large together");
	int r = read_bytes(w, number, a, s);
	if (r < 0)
		return r;
	h.bytes = s->bytes;
	memcpy(w->out->data + at, &h, sizeof h);
	if (nested_archive(name, w->out->data + s->data, s->bytes))
		return bad(w, number, GW_EFORMAT, "an archive inside the archive is not allowed");
	return 0;
}

/* Second pass over a zip: the member must be one of the first pass, byte for byte, and once. */
static int compare_member(
    struct work *w, size_t number, struct archive *a, const char *name, bool folder)
{
	static const char differs[] =
	    "the directory at the end of the zip does not say the same as the members before it";
	char chunk[CHUNK];
	char *fold = folded(name);
	struct seen *s = fold ? find(w, fold) : NULL;
	size_t done = 0;
	free(fold);
	if (!s || !str_eq(s->name, name) || s->folder != folder || s->times++)
		return bad(w, number, GW_EFORMAT, differs);
	while (!folder) {
		la_ssize_t k = archive_read_data(a, chunk, sizeof chunk);
		if (k < 0)
			return bad(w, number, GW_EFORMAT, "its content is damaged or tricked");
		if (k == 0)
			break;
		if ((size_t)k > s->bytes - done ||
		    memcmp(w->out->data + s->data + done, chunk, (size_t)k) != 0)
			return bad(w, number, GW_EFORMAT, differs);
		done += (size_t)k;
	}
	return done == s->bytes ? 0 : bad(w, number, GW_EFORMAT, differs);
}

/* Behind the last member of a tar: at least one block, and nothing but zeros. */
static int check_tar_end(const struct work *w, struct archive *a)
{
	la_int64_t at = archive_read_header_position(a);
	const char *p = w->p;
	if (at < 0 || (size_t)at + TAR_BLOCK > w->n)
		return bad(w, 0, GW_EFORMAT, "the tar ends too early");
	for (size_t i = (size_t)at; i < w->n; i++)
		if (p[i])
			return bad(w, 0, GW_EFORMAT, "something stands behind the end of the tar");
	return 0;
}

static int walk(struct work *w, enum pass pass, struct archive *a)
{
	for (size_t number = 1;; number++) {
		struct archive_entry *e;
		char name[256];
		bool folder = false;
		int r = archive_read_next_header(a, &e);
		if (r == ARCHIVE_EOF)
			return pass == PASS_TAR ? check_tar_end(w, a) : 0;
		if (r != ARCHIVE_OK)
			return bad(w, number, GW_EFORMAT, "its header is damaged or tricked");
		if ((r = check_entry(w, number, e, name, &folder)) < 0)
			return r;
		if (!*name)
			continue;
		r = pass == PASS_ZIP_STREAM ? compare_member(w, number, a, name, folder)
					    : take_member(w, number, a, name, folder);
		if (r < 0)
			return r;
	}
}

static int run_pass(struct work *w, enum pass pass)
{
	struct archive *a = archive_read_new();
	int r;
	if (!a)
		return GW_ENOMEM;
	if (pass == PASS_ZIP_DIRECTORY)
		r = archive_read_support_format_zip_seekable(a);
	else if (pass == PASS_ZIP_STREAM)
		r = archive_read_support_format_zip_streamable(a);
	else
		r = archive_read_support_format_tar(a);
	if (r == ARCHIVE_OK)
		r = archive_read_open_memory(a, w->p, w->n);
	r = r == ARCHIVE_OK ? walk(w, pass, a)
			    : bad(w, 0, GW_EFORMAT, "neither a zip nor a tar, or damaged");
	(void)archive_read_free(a);
	return r;
}

/* Loaded before the fork, from a file; without it names beyond ASCII are refused. */
static locale_t utf8;

static void load_locale(void)
{
	utf8 = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0);
}

static int all_passes(struct work *w)
{
	if (!begins(w->p, w->n, "PK", 2))
		return run_pass(w, PASS_TAR);
	const char *why = zipdir_check(w->p, w->n);
	int r = why ? bad(w, 0, GW_EFORMAT, why) : run_pass(w, PASS_ZIP_DIRECTORY);
	if (r == 0)
		r = run_pass(w, PASS_ZIP_STREAM);
	for (size_t i = 0; i < w->n_seen && r == 0; i++)
		if (!w->seen[i].times)
			r = bad(w, 0, GW_EFORMAT,
			    "the directory at the end of the zip names a member that is not there");
	return r;
}

int unpack_members(const char *file, const void *p, size_t n, const struct dossier_limits *limits,
    struct buf *out, struct errinfo *ei)
{
	struct work w = {.file = file, .p = p, .n = n, .limits = limits, .out = out, .ei = ei};
	w.seen = calloc(limits->files + 1, sizeof *w.seen);
	if (!w.seen)
		return GW_ENOMEM;
	int r = all_passes(&w);
	for (size_t i = 0; i < w.n_seen; i++) {
		free(w.seen[i].name);
		free(w.seen[i].folded);
	}
	free(w.seen);
	return r;
}

struct task {
	const char *file;
	const void *p;
	size_t n;
	const struct dossier_limits *limits;
};

/* In the child. */
static int work_fn(void *arg, struct buf *out, struct errinfo *ei)
{
	const struct task *t = arg;
	if (utf8) /* libarchive turns names into the charset of the locale */
		(void)uselocale(utf8);
	return unpack_members(t->file, t->p, t->n, t->limits, out, ei);
}

/* Cut the result of the child into members. It is checked as hostile input: the child may be. */
static int split(struct unpacked *u, size_t most)
{
	size_t at = 0;
	u->members = str_alloc((most + 1) * sizeof *u->members);
	while (at < u->all.len) {
		struct head h;
		size_t left = u->all.len - at;
		if (left < sizeof h || u->n >= most)
			return GW_EFORMAT;
		memcpy(&h, u->all.data + at, sizeof h);
		at += sizeof h;
		left -= sizeof h;
		if (h.name < 2 || h.name > left || h.bytes > left - h.name ||
		    u->all.data[at + h.name - 1] != '\0')
			return GW_EFORMAT;
		struct unpack_member *m = &u->members[u->n++];
		m->name = u->all.data + at;
		m->p = u->all.data + at + h.name;
		m->n = (size_t)h.bytes;
		at += (size_t)(h.name + h.bytes);
		if (!intake_name_ok(m->name) || strlen(m->name) + 1 != h.name)
			return GW_EFORMAT;
	}
	return 0;
}

static size_t room(const struct dossier_limits *limits)
{
	return limits->total_bytes + limits->files * (sizeof(struct head) + 256);
}

int unpack_here(const char *file, const void *p, size_t n, const struct dossier_limits *limits,
    struct unpacked *ret_u, struct errinfo *ei)
{
	struct unpacked u GW_CLEANUP(unpacked_release) = {.all = BUF_INIT(room(limits))};
	int r =
	    n > limits->archive_bytes ? GW_ELIMIT : unpack_members(file, p, n, limits, &u.all, ei);
	if (r == 0)
		r = split(&u, limits->files);
	if (r < 0)
		return r;
	*ret_u = u;
	u = (struct unpacked){0};
	return 0;
}

int unpack(const char *file, const void *p, size_t n, const struct dossier_limits *limits,
    struct unpacked *ret_u, struct errinfo *ei)
{
	struct task task = {file, p, n, limits};
	struct unpacked u GW_CLEANUP(unpacked_release) = {.all = BUF_INIT(room(limits))};
	if (n > limits->archive_bytes)
		return err_at(ei, GW_ELIMIT, file, 0, 0, "the archive is too large");
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	(void)pthread_once(&once, load_locale);
	int r = worker_run(work_fn, &task, NULL, &u.all, ei);
	if (r < 0)
		return r == GW_EFORMAT || r == GW_ELIMIT ? err_prefix(ei, r, file) : r;
	if (split(&u, limits->files) < 0)
		return err_at(ei, GW_EFORMAT, file, 0, 0, "the archive could not be read");
	*ret_u = u;
	u = (struct unpacked){0};
	return 0;
}

void unpacked_release(struct unpacked *u)
{
	buf_release(&u->all);
	free(u->members);
	*u = (struct unpacked){0};
}
