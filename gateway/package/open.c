/* SPDX-License-Identifier: EUPL-1.2 */
#include "package/open.h"

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
#include "package/tar.h"

/* The tag files in the order of the tar; the first four stand in the tag manifest. */
enum tag { TAG_BAGIT, TAG_INFO, TAG_MANIFEST, TAG_NOTE, TAG_TAGS, TAG_SIGNATURE, TAGS };
enum { TAGS_LISTED = TAG_TAGS, PIECE = 128 << 10 };

static const char *const tag_names[TAGS] = {"bagit.txt", "bag-info.txt", "manifest-sha256.txt",
    "handover.json", "tagmanifest-sha256.txt", "signature.p7s"};

struct package_reader {
	struct age_reader *age;
	struct tar_reader tar;
	char package[ID_TEXT];
	struct buf tags[TAGS];
	size_t tag_bytes;
	char tag_manifest[HASH_HEX];
	struct bag_manifest payload;
	struct bag_info info;
	struct note note;
	bool is_signed;
};

void package_reader_free(struct package_reader *r)
{
	if (!r)
		return;
	age_reader_free(r->age);
	for (size_t i = 0; i < TAGS; i++)
		buf_release(&r->tags[i]);
	bag_manifest_release(&r->payload);
	note_release(&r->note);
	free(r);
}

void package_reader_free_p(struct package_reader **r)
{
	package_reader_free(*r);
	*r = NULL;
}

static int read_age(void *arg, void *p, size_t cap, size_t *ret_n, struct errinfo *ei)
{
	return age_reader_read(arg, p, cap, ret_n, ei);
}

static int bad(struct errinfo *ei, const char *why)
{
	return err_set(ei, GW_EAUTH, "the package is not as it was made: %s", why);
}

/* Step to the entry `<package>/path`; the very first entry says what <package> is. */
static int step(struct package_reader *r, const char *path, struct errinfo *ei)
{
	int more = 0;
	int e = tar_reader_next(&r->tar, &more, ei);
	if (e < 0)
		return e;
	if (!more)
		return bad(ei, "a file is missing");
	const char *name = r->tar.name;
	if (!r->package[0] && strlen(name) > ID_TEXT) {
		memcpy(r->package, name, ID_TEXT - 1);
		if (!id_is_v4(r->package))
			return bad(ei, "its folder is not named after a package");
	}
	if (!str_starts(name, r->package) || name[ID_TEXT - 1] != '/' ||
	    !str_eq(name + ID_TEXT, path))
		return bad(ei, "a file is missing, surplus or out of order");
	return 0;
}

static int read_tag(struct package_reader *r, enum tag which, struct errinfo *ei)
{
	int e = step(r, tag_names[which], ei);
	if (e < 0)
		return e;
	if (r->tar.size > PACKAGE_TAGS_MAX - r->tag_bytes)
		return bad(ei, "its tag files are too large");
	size_t size = (size_t)r->tar.size, n = 1;
	r->tag_bytes += size;
	r->tags[which] = (struct buf)BUF_INIT(size + 1);
	while (n) {
		char piece[4096];
		e = tar_reader_read(&r->tar, piece, sizeof piece, &n, ei);
		if (e == 0 && n)
			e = buf_add(&r->tags[which], piece, n);
		if (e < 0)
			return e;
	}
	return 0;
}

/* The tag manifest lists the four tag files in their order, and they are what it says. */
static int check_tags(struct package_reader *r, struct errinfo *ei)
{
	struct bag_manifest m GW_CLEANUP(bag_manifest_release) = {0};
	const struct buf *text = &r->tags[TAG_TAGS];
	int e = bag_manifest_parse(tag_names[TAG_TAGS], text->data, text->len, false, &m, ei);
	if (e < 0)
		return e;
	if (m.n != TAGS_LISTED)
		return bad(ei, "its tag manifest does not list the tag files");
	for (size_t i = 0; i < TAGS_LISTED; i++) {
		char sha256[HASH_HEX];
		hash_sha256_hex(r->tags[i].data, r->tags[i].len, sha256);
		if (!str_eq(m.files[i].path, tag_names[i]) || !str_eq(m.files[i].sha256, sha256))
			return bad(ei, "a tag file was changed");
	}
	hash_sha256_hex(text->data, text->len, r->tag_manifest);
	return 0;
}

/* dossier.json, dossier.html, then attachments. */
static int check_manifest(struct package_reader *r, struct errinfo *ei)
{
	const struct buf *text = &r->tags[TAG_MANIFEST], *info = &r->tags[TAG_INFO];
	if (r->tags[TAG_BAGIT].len != strlen(BAG_DECLARATION) ||
	    !str_eq(r->tags[TAG_BAGIT].data, BAG_DECLARATION))
		return bad(ei, "it is no BagIt 1.0 bag");
	int e = bag_manifest_parse(
	    tag_names[TAG_MANIFEST], text->data, text->len, true, &r->payload, ei);
	if (e == 0)
		e = bag_info_parse(info->data, info->len, &r->info, ei);
	if (e < 0)
		return e;
	const struct bag_manifest *m = &r->payload;
	if (m->n < 2 || !str_eq(m->files[0].path, "data/dossier.json") ||
	    !str_eq(m->files[1].path, "data/dossier.html"))
		return bad(ei, "it holds no dossier");
	for (size_t i = 2; i < m->n; i++)
		if (!str_starts(m->files[i].path, "data/attachments/") ||
		    strchr(m->files[i].path + strlen("data/attachments/"), '/'))
			return bad(ei, "its manifest lists what a package does not hold");
	if (!str_eq(r->info.package, r->package) || r->info.files != m->n)
		return bad(ei, "bag-info.txt is not about this bag");
	return 0;
}

static int begin(struct package_reader *r, struct errinfo *ei)
{
	if (age_reader_armored(r->age))
		return err_set(ei, GW_EFORMAT, "armor failure: a package is binary, not armored");
	if (!age_reader_all_x25519(r->age))
		return bad(ei, "it has other recipients than a package's");
	tar_reader_init(&r->tar, (struct tar_source){.read = read_age, .arg = r->age});
	for (enum tag i = 0; i < TAGS; i++) {
		int e = read_tag(r, i, ei);
		if (e < 0)
			return e;
	}
	int e = check_tags(r, ei);
	return e < 0 ? e : check_manifest(r, ei);
}

int package_begin(int fd, const struct age_identities *identities, const struct age_limits *limits,
    unsigned threads, struct package_reader **ret_reader, struct errinfo *ei)
{
	struct package_reader *r GW_CLEANUP(package_reader_free_p) = str_alloc(sizeof *r);
	int e = age_reader_new(fd, identities, limits, threads, &r->age, ei);
	if (e == 0)
		e = begin(r, ei);
	if (e < 0)
		return e;
	*ret_reader = r;
	r = NULL;
	return 0;
}

int package_signature(struct package_reader *r, const struct trust *trust, int64_t at, int64_t now,
    struct cades_signer *ret_signer, struct errinfo *ei)
{
	const struct buf *sig = &r->tags[TAG_SIGNATURE], *tags = &r->tags[TAG_TAGS];
	struct cades_signer signer;
	size_t n = 0;
	int e = cades_verify(
	    trust, sig->data, sig->len, tags->data, tags->len, at, now, &signer, 1, &n, ei);
	if (e < 0)
		return e == GW_ELIMIT ? GW_EAUTH : e;
	e = note_read(r->tags[TAG_NOTE].data, r->tags[TAG_NOTE].len, &r->note, ei);
	if (e < 0)
		return e;
	if (!str_eq(r->note.package, r->package) ||
	    date_cmp(r->info.day, date_of(r->note.created)) != 0)
		return bad(ei, "its covering note is not about this bag");
	r->is_signed = true;
	*ret_signer = signer;
	return 0;
}

const struct note *package_note(const struct package_reader *r)
{
	return r->is_signed ? &r->note : NULL;
}

size_t package_stanzas(const struct package_reader *r)
{
	return age_reader_stanzas(r->age);
}

const char *package_tag_manifest(const struct package_reader *r)
{
	return r->tag_manifest;
}

const struct bag_manifest *package_manifest(const struct package_reader *r)
{
	return &r->payload;
}

/* ---- payload ---- */

static int create(int dirfd, const char *path, int *ret_fd, struct errinfo *ei)
{
	int fd = openat(dirfd, path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0)
		return err_sys(ei, GW_EIO, "cannot write '%s'", path);
	*ret_fd = fd;
	return 0;
}

static int sync_fd(int fd, struct errinfo *ei)
{
	return fsync(fd) < 0 ? err_sys(ei, GW_EIO, "cannot write what was opened") : 0;
}

/* Stream the present entry into fd, through the hash, and for the dossier into `keep` as well. */
static int stream(struct package_reader *r, int fd, char *piece, struct hash *h, struct buf *keep,
    struct errinfo *ei)
{
	for (;;) {
		size_t n = 0;
		int e = tar_reader_read(&r->tar, piece, PIECE, &n, ei);
		if (e < 0)
			return e;
		if (n == 0)
			return 0;
		hash_add(h, piece, n);
		e = file_write_fd(fd, piece, n, ei);
		if (e == 0 && keep && buf_add(keep, piece, n) < 0)
			e = err_set(ei, GW_ELIMIT, "its dossier.json is too large");
		if (e < 0)
			return e;
	}
}

static int write_payload(struct package_reader *r, int dirfd, const struct bag_file *f, char *piece,
    struct buf *keep, uint64_t *total, struct errinfo *ei)
{
	struct hash h GW_CLEANUP(hash_release) = {0};
	int fd GW_CLEANUP(file_close_p) = -1;
	uint8_t digest[HASH_BYTES];
	char sha256[HASH_HEX];
	int e = step(r, f->path, ei);
	if (e == 0)
		e = create(dirfd, f->path, &fd, ei);
	if (e < 0)
		return e;
	*total += r->tar.size;
	hash_init(&h);
	e = stream(r, fd, piece, &h, keep, ei);
	hash_final(&h, digest);
	if (e < 0)
		return e;
	str_hex(digest, sizeof digest, sha256);
	if (!str_eq(sha256, f->sha256))
		return bad(ei, "a file is not what its manifest says");
	return sync_fd(fd, ei);
}

static int write_tags(const struct package_reader *r, int dirfd, struct errinfo *ei)
{
	for (enum tag i = 0; i < TAGS; i++) {
		int fd GW_CLEANUP(file_close_p) = -1;
		int e = create(dirfd, tag_names[i], &fd, ei);
		if (e == 0)
			e = file_write_fd(fd, r->tags[i].data, r->tags[i].len, ei);
		if (e == 0)
			e = sync_fd(fd, ei);
		if (e < 0)
			return e;
	}
	return 0;
}

static int make_folder(int dirfd, const char *path, struct errinfo *ei)
{
	return mkdirat(dirfd, path, 0700) < 0 ? err_sys(ei, GW_EIO, "cannot make '%s'", path) : 0;
}

static int sync_folder(int dirfd, const char *path, struct errinfo *ei)
{
	int fd GW_CLEANUP(file_close_p) = openat(dirfd, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return err_sys(ei, GW_EIO, "cannot open '%s'", path);
	return sync_fd(fd, ei);
}

/* Nothing but zeros may follow, up to the last chunk of the ciphertext. */
static int finish(struct package_reader *r, uint64_t total, struct errinfo *ei)
{
	int more = 0;
	int e = tar_reader_next(&r->tar, &more, ei);
	if (e < 0)
		return e;
	if (more)
		return bad(ei, "it holds a file that its manifest does not list");
	return total == r->info.bytes ? 0 : bad(ei, "bag-info.txt is not about this bag");
}

int package_payload(struct package_reader *r, int dirfd, struct buf *dossier, struct errinfo *ei)
{
	char *piece GW_CLEANUP(str_free_p) = str_alloc(PIECE);
	bool attachments = r->payload.n > 2;
	uint64_t total = 0;
	if (!r->is_signed)
		return err_set(ei, GW_EFAIL, "package: its signature was not verified");
	int e = make_folder(dirfd, "data", ei);
	if (e == 0 && attachments)
		e = make_folder(dirfd, "data/attachments", ei);
	for (size_t i = 0; i < r->payload.n && e == 0; i++)
		e = write_payload(
		    r, dirfd, &r->payload.files[i], piece, i == 0 ? dossier : NULL, &total, ei);
	explicit_bzero(piece, PIECE);
	if (e == 0)
		e = finish(r, total, ei);
	if (e == 0)
		e = write_tags(r, dirfd, ei);
	if (e == 0 && attachments)
		e = sync_folder(dirfd, "data/attachments", ei);
	if (e == 0)
		e = sync_folder(dirfd, "data", ei);
	return e < 0 ? e : sync_folder(dirfd, ".", ei);
}
