/* SPDX-License-Identifier: EUPL-1.2 */
#include "home/backup.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "age/age.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/hash.h"
#include "base/str.h"
#include "home/archive.h"
#include "home/inside.h"
#include "ledger/backup.h"
#include "package/tar.h"
#include "store/store.h"

enum { SMALL = 64 << 20 /* bytes of a file of the registry or of policies */, TRIES = 10 };

/* Folders whose files belong together: they are copied as they stood at one moment. */
static const char *const together[] = {"registry", "policies"};

bool home_is_secret(const char *name)
{
	if (str_starts(name, "keys/"))
		return !str_eq(name, "keys/ledger.head") && !str_eq(name, "keys/registry.pending");
	if (!str_starts(name, "organisation/"))
		return false;
	return str_starts(name, "organisation/identities/") ||
	    !(str_ends(name, ".pem") || str_ends(name, ".csr"));
}

/* What is copied by other means than as a file, or need not be. */
static bool is_apart(const char *name)
{
	return str_starts(name, "ledger/ledger.db") || str_starts(name, "subjects.db") ||
	    str_starts(name, "store.db") || str_eq(name, "keys/ledger.head") ||
	    str_starts(name, "ledger/checkpoint");
}

/* ---- walking ---- */

typedef int (*each_file)(void *ctx, const char *name, int fd, struct errinfo *ei);

static int visit(const char *root, const char *name, each_file fn, void *ctx, struct errinfo *ei)
{
	char *path GW_CLEANUP(str_free_p) = file_join(root, name);
	struct stat st;
	int fd GW_CLEANUP(file_close_p) =
	    open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	if (fd < 0 && !file_exists(path))
		return 0; /* gone meanwhile: a package that was deleted */
	if (fd < 0 && lstat(path, &st) == 0 && S_ISLNK(st.st_mode))
		return err_set(ei, GW_EFORMAT,
		    "'%s' is a link: a backup would not hold what it points to", path);
	if (fd < 0 && lstat(path, &st) == 0 && S_ISSOCK(st.st_mode))
		return 0; /* of a program that runs */
	if (fd < 0 || fstat(fd, &st) < 0)
		return err_sys(ei, GW_EIO, "cannot read '%s'", path);
	return S_ISREG(st.st_mode) ? fn(ctx, name, fd, ei) : 0;
}

/* Call fn with every regular file below root/top, by its name below root. */
static int walk(const char *root, const char *top, each_file fn, void *ctx, struct errinfo *ei)
{
	struct file_list todo = {.names = calloc(1, sizeof(char *)), .n = 1};
	int r = 0;
	if (!todo.names)
		abort();
	todo.names[0] = str_dup(top);
	while (r == 0 && todo.n) {
		char *sub GW_CLEANUP(str_free_p) = todo.names[--todo.n];
		char *path GW_CLEANUP(str_free_p) = *sub ? file_join(root, sub) : str_dup(root);
		struct file_list l = {0};
		r = file_list(path, "", &l, ei);
		if (r == GW_ENOENT) /* gone meanwhile */
			r = 0;
		for (size_t i = 0; r == 0 && i < l.n; i++) {
			char *name GW_CLEANUP(str_free_p) =
			    *sub ? file_join(sub, l.names[i]) : str_dup(l.names[i]);
			char *at GW_CLEANUP(str_free_p) = file_join(root, name);
			struct stat st;
			if (lstat(at, &st) < 0 || !S_ISDIR(st.st_mode)) {
				r = visit(root, name, fn, ctx, ei);
				continue;
			}
			char **more = reallocarray(todo.names, todo.n + 1, sizeof *more);
			if (!more)
				abort();
			todo.names = more;
			todo.names[todo.n++] = name;
			name = NULL;
		}
		file_list_release(&l);
	}
	file_list_release(&todo);
	return r;
}

/* ---- folders as they stood at one moment ---- */

static int add_facts(void *ctx, const char *name, int fd, struct errinfo *ei)
{
	struct hash *h = ctx;
	struct stat st;
	if (fstat(fd, &st) < 0)
		return err_sys(ei, GW_EIO, "cannot read '%s'", name);
	const int64_t facts[] = {st.st_size, (int64_t)st.st_ino, st.st_mtim.tv_sec,
	    st.st_mtim.tv_nsec, st.st_ctim.tv_sec, st.st_ctim.tv_nsec};
	hash_add(h, name, strlen(name) + 1);
	hash_add(h, facts, sizeof facts);
	return 0;
}

/* A digest of what lies there: when it is the same later, nothing was changed in between. */
static int look(const struct home *h, uint8_t out[HASH_BYTES], struct errinfo *ei)
{
	struct hash sum GW_CLEANUP(hash_release);
	int r = 0;
	hash_init(&sum);
	for (size_t i = 0; r == 0 && i < GW_LENGTH(together); i++)
		r = walk(h->dir, together[i], add_facts, &sum, ei);
	hash_final(&sum, out);
	return r;
}

static int copy_small(void *ctx, const char *name, int fd, struct errinfo *ei)
{
	const char *stage = ctx;
	struct buf b GW_CLEANUP(buf_release) = BUF_INIT(SMALL);
	char *path GW_CLEANUP(str_free_p) = file_join(stage, name);
	char *folder GW_CLEANUP(str_free_p) = str_dupn(path, (size_t)(file_base(path) - path));
	int r = file_read_fd(fd, SMALL, &b, ei);
	if (r == 0)
		r = file_mkdirs(folder, 0700, ei);
	if (r < 0)
		return r;
	int to GW_CLEANUP(file_close_p) = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (to < 0)
		return err_sys(ei, GW_EIO, "cannot make '%s'", path);
	return file_write_fd(to, b.data ? b.data : "", b.len, ei);
}

/* Copy registry and policies below stage, again while somebody changes them. */
static int stage_together(const struct home *h, const char *stage, struct errinfo *ei)
{
	uint8_t before[HASH_BYTES] = {0}, after[HASH_BYTES] = {0};
	for (int i = 0; i < TRIES; i++) {
		int r = file_remove_tree(stage, ei);
		if (r == 0)
			r = file_mkdirs(stage, 0700, ei);
		if (r == 0)
			r = look(h, before, ei);
		for (size_t k = 0; r == 0 && k < GW_LENGTH(together); k++)
			r = walk(h->dir, together[k], copy_small, (void *)(uintptr_t)stage, ei);
		if (r == 0)
			r = look(h, after, ei);
		if (r < 0 || memcmp(before, after, sizeof before) == 0)
			return r;
		(void)usleep(100000);
	}
	return err_set(ei, GW_ECONFLICT,
	    "registry or policies were being changed all the time: try again when that is done");
}

/* ---- the data ---- */

struct run {
	struct home *h;
	struct home_backup *b;
	struct archive_out *out;
	const char *stage; /* folder for what is prepared before it goes in */
};

static void count(void *arg, uint64_t bytes, unsigned files)
{
	struct home_backup *b = arg;
	b->files += files;
	b->bytes += bytes;
	if (b->progress)
		b->progress(b->arg, b->bytes, b->total);
}

static int add_size(void *ctx, const char *name, int fd, struct errinfo *ei)
{
	uint64_t *total = ctx;
	struct stat st;
	(void)ei;
	if (!home_is_secret(name) && fstat(fd, &st) == 0)
		*total += (uint64_t)st.st_size;
	return 0;
}

int home_files_size(const char *dir, uint64_t *ret, struct errinfo *ei)
{
	*ret = 0;
	return walk(dir, "", add_size, ret, ei);
}

static int add_file(void *ctx, const char *name, int fd, struct errinfo *ei)
{
	const struct run *run = ctx;
	return archive_add_fd(run->out, name, fd, ei);
}

/* Add what was prepared at path, and remove it: databases are large. */
static int add_staged(struct run *run, const char *name, const char *path, struct errinfo *ei)
{
	int fd GW_CLEANUP(file_close_p) = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0)
		return err_sys(ei, GW_EIO, "cannot read '%s'", path);
	int r = archive_add_fd(run->out, name, fd, ei);
	(void)unlink(path);
	return r;
}

static int add_store(struct run *run, struct errinfo *ei)
{
	struct store *s GW_CLEANUP(store_close_p) = NULL;
	char *from GW_CLEANUP(str_free_p) = home_path(run->h, "store.db");
	char *to GW_CLEANUP(str_free_p) = file_join(run->stage, "store.db");
	if (!file_exists(from))
		return 0;
	int r = store_open(from, &s, ei);
	if (r == 0)
		r = store_backup(s, to, ei);
	return r == 0 ? add_staged(run, "store.db", to, ei) : r;
}

/* Heads that were published: read before the databases, they are of their past. */
static int add_heads(struct run *run, struct errinfo *ei)
{
	static const char *const names[] = {"ledger/checkpoint", "ledger/checkpoint.cosigned"};
	int r = 0;
	for (size_t i = 0; r == 0 && i < GW_LENGTH(names); i++)
		r = visit(run->h->dir, names[i], add_file, run, ei);
	return r;
}

static int add_ledger(struct run *run, struct errinfo *ei)
{
	struct buf head GW_CLEANUP(buf_release) = BUF_INIT(1024);
	char *db GW_CLEANUP(str_free_p) = file_join(run->stage, "ledger.db");
	char *subjects GW_CLEANUP(str_free_p) = file_join(run->stage, "subjects.db");
	struct ledger_copy c = {.db = db, .subjects = subjects};
	int r = add_heads(run, ei);
	if (r == 0)
		r = ledger_backup(run->h->ledger, &c, &head, NULL, NULL, ei);
	if (r == 0)
		r = add_staged(run, "ledger/ledger.db", db, ei);
	if (r == 0)
		r = add_staged(run, "subjects.db", subjects, ei);
	if (r == 0)
		r = archive_add(run->out, "keys/ledger.head", head.data, head.len, ei);
	run->b->head = c.at;
	return r;
}

static int add_other(void *ctx, const char *name, int fd, struct errinfo *ei)
{
	if (home_is_secret(name) || is_apart(name))
		return 0;
	for (size_t i = 0; i < GW_LENGTH(together); i++)
		if (str_starts(name, together[i]) && name[strlen(together[i])] == '/')
			return 0;
	return add_file(ctx, name, fd, ei);
}

static int vouch(void *arg, const char sha256[HASH_HEX], struct buf *note, struct errinfo *ei)
{
	const struct run *run = arg;
	struct buf vkey GW_CLEANUP(buf_release) = BUF_INIT(BACKUP_VKEY);
	int r = ledger_backup_vouch(run->h->ledger, sha256, clock_now(), note, ei);
	if (r == 0)
		r = ledger_vkey(run->h->ledger, &vkey);
	if (r == 0)
		(void)snprintf(
		    run->b->vkey, BACKUP_VKEY, "%.*s", (int)strcspn(vkey.data, "\n"), vkey.data);
	return r;
}

static int fill(struct run *run, struct errinfo *ei)
{
	char *stage GW_CLEANUP(str_free_p) = file_join(run->stage, "together");
	archive_out_progress(run->out, count, run->b);
	archive_out_vouch(run->out, vouch, run);
	int r = add_store(run, ei);
	if (r == 0)
		r = add_ledger(run, ei);
	if (r == 0)
		r = stage_together(run->h, stage, ei);
	if (r == 0)
		r = walk(stage, "", add_file, run, ei);
	if (r == 0)
		r = walk(run->h->dir, "", add_other, run, ei);
	return r == 0 ? archive_out_end(run->out, ei) : r;
}

/* ---- the secrets ---- */

struct sealing {
	struct age_writer *w;
	bool any;
};

static int write_secret(
    struct sealing *s, const char *name, const void *p, size_t n, struct errinfo *ei)
{
	uint8_t header[TAR_BLOCK];
	static const uint8_t zeros[TAR_BLOCK];
	int r = tar_header(name, n, 0, header, ei);
	if (r == 0)
		r = age_writer_write(s->w, header, sizeof header, ei);
	if (r == 0 && n)
		r = age_writer_write(s->w, p, n, ei);
	if (r == 0 && n % TAR_BLOCK)
		r = age_writer_write(s->w, zeros, TAR_BLOCK - n % TAR_BLOCK, ei);
	return r;
}

static int add_secret(void *ctx, const char *name, int fd, struct errinfo *ei)
{
	struct buf b GW_CLEANUP(buf_release) = BUF_INIT(SECRET_MAX);
	if (!home_is_secret(name))
		return 0;
	int r = file_read_fd(fd, SECRET_MAX, &b, ei);
	if (r < 0)
		return err_prefix(ei, r, name);
	return write_secret(ctx, name, b.data ? b.data : "", b.len, ei);
}

/* All secrets as tar, encrypted, into the file that is not there yet. */
static int seal_secrets(
    const struct home *h, const struct home_backup *b, struct file_out *f, struct errinfo *ei)
{
	static const uint8_t end[2 * TAR_BLOCK];
	struct age_writer *w GW_CLEANUP(age_writer_free_p) = NULL;
	int r = file_out_open(f, b->keys, 0600, FILE_NEW, ei);
	if (r == 0 && file_exists(b->keys))
		r = err_set(ei, GW_EEXIST, "'%s' is already there", b->keys);
	if (r == 0)
		r = age_writer_new(f->fd, b->to, 1, &w, ei);
	struct sealing s = {.w = w};
	if (r == 0) /* whose these are, so that they are not mixed up */
		r = write_secret(&s, SECRETS_OF, h->settings.oin, strlen(h->settings.oin), ei);
	if (r == 0)
		r = walk(h->dir, "keys", add_secret, &s, ei);
	if (r == 0)
		r = walk(h->dir, "organisation", add_secret, &s, ei);
	if (r == 0)
		r = age_writer_write(w, end, sizeof end, ei);
	return r == 0 ? age_writer_finish(w, ei) : r;
}

/* ---- both ---- */

/* As a folder: filled under the hidden name, then renamed. */
static int backup_folder(
    struct run *run, const struct home_hidden *at, struct file_out *keys, struct errinfo *ei)
{
	struct archive_out *out GW_CLEANUP(archive_out_free_p) = NULL;
	char *dir GW_CLEANUP(str_free_p) = file_join(at->dir, "data");
	int r = file_mkdirs(dir, 0700, ei);
	if (r == 0)
		r = archive_out_folder(dir, &out, ei);
	run->out = out;
	if (r == 0)
		r = fill(run, ei);
	if (r == 0 && keys->fd >= 0)
		r = file_out_commit(keys, ei);
	return r == 0 ? home_move_in(dir, at->place, ei) : r;
}

/* As a tar: a file without a name until it is whole. */
static int backup_tar(
    struct run *run, const struct home_hidden *at, struct file_out *keys, struct errinfo *ei)
{
	struct archive_out *out GW_CLEANUP(archive_out_free_p) = NULL;
	struct file_out f GW_CLEANUP(file_out_abort) = {.fd = -1};
	int r = file_out_open(&f, at->place, 0600, FILE_NEW, ei);
	if (r == 0)
		r = archive_out_tar(f.fd, &out, ei);
	run->out = out;
	if (r == 0)
		r = fill(run, ei);
	if (r == 0 && keys->fd >= 0)
		r = file_out_commit(keys, ei);
	return r == 0 ? file_out_commit(&f, ei) : r;
}

/* One record before anything is copied. A pair would be open for ever in what is restored. */
static int record(struct home *h, bool keys, struct errinfo *ei)
{
	json_t *detail GW_CLEANUP(jx_release) = json_object();
	struct ledger_record r = {.act = "audit.export"};
	r.actor.k = "user";
	r.actor.id = h->actor;
	r.actor.auth = "cli";
	jx_set(detail, "what", json_string(keys ? "backup, with keys" : "backup"));
	return ledger_append(h->ledger, &r, detail, NULL, ei);
}

static int check_targets(const struct home *h, const struct home_backup *b, struct errinfo *ei)
{
	if (home_contains(h, b->target) || (b->keys && home_contains(h, b->keys)))
		return err_set(ei, GW_EUSAGE, "a backup may not lie in the home itself");
	if (b->keys && file_exists(b->keys))
		return err_set(ei, GW_EEXIST, "'%s' is already there", b->keys);
	return 0;
}

int home_backup(struct home *h, struct home_backup *b, struct errinfo *ei)
{
	struct home_hidden at GW_CLEANUP(home_hidden_release) = {.lock = -1};
	struct file_out keys GW_CLEANUP(file_out_abort) = {.fd = -1};
	int r = check_targets(h, b, ei);
	if (r == 0)
		r = home_hidden_make(b->target, &at, ei);
	if (r == 0)
		r = record(h, b->keys != NULL, ei);
	if (r == 0 && b->keys)
		r = seal_secrets(h, b, &keys, ei);
	if (r < 0)
		return r;
	struct run run = {.h = h, .b = b, .stage = at.dir};
	b->files = b->bytes = 0;
	r = home_files_size(h->dir, &b->total, ei);
	if (r < 0)
		return r;
	return str_ends(at.place, ".tar") ? backup_tar(&run, &at, &keys, ei)
					  : backup_folder(&run, &at, &keys, ei);
}
