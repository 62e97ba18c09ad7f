/* SPDX-License-Identifier: EUPL-1.2 */
#include "package/seal.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/hash.h"
#include "base/str.h"
#include "package/bag.h"
#include "package/open.h"
#include "package/padme.h"
#include "package/tar.h"
#include "sign/cades.h"

/* The tag files of one bag, in the order of the tar. */
struct tags {
	struct buf info, manifest, note, tag_manifest, signature;
};

enum { TAGS = 6 };

static void tags_release(struct tags *t)
{
	buf_release(&t->info);
	buf_release(&t->manifest);
	buf_release(&t->note);
	buf_release(&t->tag_manifest);
	buf_release(&t->signature);
}

/* All entries of the tar, borrowed from the tags and the caller. */
static void tag_entries(const struct tags *t, struct package_file out[TAGS])
{
	out[0] = (struct package_file){"bagit.txt", BAG_DECLARATION, strlen(BAG_DECLARATION)};
	out[1] = (struct package_file){"bag-info.txt", t->info.data, t->info.len};
	out[2] = (struct package_file){"manifest-sha256.txt", t->manifest.data, t->manifest.len};
	out[3] = (struct package_file){"handover.json", t->note.data, t->note.len};
	out[4] = (struct package_file){
	    "tagmanifest-sha256.txt", t->tag_manifest.data, t->tag_manifest.len};
	out[5] = (struct package_file){"signature.p7s", t->signature.data, t->signature.len};
}

static int write_tags(const struct note *note, const struct package_file *files, size_t n,
    struct tags *t, struct errinfo *ei)
{
	struct bag_manifest payload GW_CLEANUP(bag_manifest_release) = {0};
	struct bag_manifest tags GW_CLEANUP(bag_manifest_release) = {0};
	struct package_file entries[TAGS];
	int r = 0;
	for (size_t i = 0; i < n && r == 0; i++)
		r = bag_manifest_add(&payload, files[i].path, files[i].data, files[i].n);
	if (r == 0)
		r = bag_manifest_write(&payload, &t->manifest);
	if (r == 0)
		r = bag_info_write(&t->info, note->package, date_of(note->created), &payload);
	if (r == 0)
		r = note_write(note, &t->note);
	tag_entries(t, entries);
	for (size_t i = 0; i < 4 && r == 0; i++)
		r = bag_manifest_add(&tags, entries[i].path, entries[i].data, entries[i].n);
	if (r == 0)
		r = bag_manifest_write(&tags, &t->tag_manifest);
	if (r < 0)
		return err_set(ei, r, "the tag files of the package cannot be made");
	return 0;
}

struct tape {
	struct age_writer *age;
	const struct note *note;
	uint64_t length;
};

static int zeros(struct tape *t, uint64_t n, struct errinfo *ei)
{
	static const uint8_t none[8192];
	while (n) {
		size_t k = n < sizeof none ? (size_t)n : sizeof none;
		int r = age_writer_write(t->age, none, k, ei);
		if (r < 0)
			return r;
		n -= k;
		t->length += k;
	}
	return 0;
}

static int write_entry(struct tape *t, const struct package_file *f, struct errinfo *ei)
{
	char name[TAR_NAME];
	uint8_t header[TAR_BLOCK];
	(void)snprintf(name, sizeof name, "%s/%s", t->note->package, f->path);
	int r = tar_header(name, f->n, t->note->created / 1000, header, ei);
	if (r == 0)
		r = age_writer_write(t->age, header, sizeof header, ei);
	if (r == 0)
		r = age_writer_write(t->age, f->data, f->n, ei);
	if (r < 0)
		return r;
	t->length += sizeof header + f->n;
	return zeros(t, tar_length(f->n) - TAR_BLOCK - f->n, ei);
}

static int write_tape(struct tape *t, const struct tags *tags, const struct package_file *files,
    size_t n, struct errinfo *ei)
{
	struct package_file first[TAGS];
	int r = 0;
	tag_entries(tags, first);
	for (size_t i = 0; i < TAGS && r == 0; i++)
		r = write_entry(t, &first[i], ei);
	for (size_t i = 0; i < n && r == 0; i++)
		r = write_entry(t, &files[i], ei);
	if (r == 0)
		r = zeros(t, 2 * (uint64_t)TAR_BLOCK, ei);
	if (r == 0)
		r = zeros(t, padme_length(t->length) - t->length, ei);
	return r < 0 ? r : age_writer_finish(t->age, ei);
}

int package_measure(int fd, struct slip_facts *facts, struct errinfo *ei)
{
	struct hash h GW_CLEANUP(hash_release) = {0};
	static const size_t piece = 256 << 10;
	uint8_t digest[HASH_BYTES];
	char *b GW_CLEANUP(str_free_p) = str_alloc(piece);
	uint64_t at = 0;
	hash_init(&h);
	for (;;) {
		ssize_t n = pread(fd, b, piece, (off_t)at);
		if (n < 0)
			return err_sys(ei, GW_EIO, "cannot read the package");
		if (n == 0)
			break;
		hash_add(&h, b, (size_t)n);
		at += (uint64_t)n;
	}
	hash_final(&h, digest);
	str_hex(digest, sizeof digest, facts->sha256);
	facts->bytes = at;
	return 0;
}

int package_seal(int fd, const struct note *note, const struct package_file *files, size_t n,
    const struct age_recipients *recipients, const struct signer *signer, unsigned threads,
    struct slip_facts *ret_facts, struct errinfo *ei)
{
	struct tags tags GW_CLEANUP(tags_release) = {BUF_INIT(1024), BUF_INIT(256 << 10),
	    BUF_INIT(1 << 20), BUF_INIT(4096), BUF_INIT(CADES_MAX)};
	struct age_writer *age GW_CLEANUP(age_writer_free_p) = NULL;
	struct slip_facts facts;
	int r = write_tags(note, files, n, &tags, ei);
	if (r == 0)
		r = cades_sign(signer, tags.tag_manifest.data, tags.tag_manifest.len, note->created,
		    &tags.signature, ei);
	if (r == 0)
		r = age_writer_new(fd, recipients, threads, &age, ei);
	if (r < 0)
		return r;
	struct tape tape = {.age = age, .note = note};
	r = write_tape(&tape, &tags, files, n, ei);
	if (r == 0)
		r = package_measure(fd, &facts, ei);
	if (r < 0)
		return r;
	hash_sha256_hex(tags.tag_manifest.data, tags.tag_manifest.len, facts.tag_manifest);
	*ret_facts = facts;
	return 0;
}
