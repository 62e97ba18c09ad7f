/* SPDX-License-Identifier: EUPL-1.2 */
/* seal and open, package by package: what goes in comes out, and nothing that was touched does. */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/file.h"
#include "base/secret.h"
#include "base/str.h"
#include "package/open.h"
#include "package/padme.h"
#include "package/seal.h"
#include "package/tar.h"
#include "sign/statement.h"
#include "tests/support/pki.h"

#define DIGEST "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define UUID "2f1c1e9a-6c1b-4c58-9a44-0d2d5e6f7a81"

struct world {
	struct pki pki;
	struct signer *signer;
	struct trust *trust;
	struct age_identities *keys, *other;
	struct age_recipients *to;
	char recipient[AGE_RECIPIENT_TEXT];
	struct note note;
};

static struct age_identities *identity(char recipient[AGE_RECIPIENT_TEXT])
{
	struct buf b GW_CLEANUP(buf_release) = BUF_INIT(512);
	struct age_identities *l = age_identities_new();
	assert_int_equal(age_identity_generate(recipient, &b, NULL), 0);
	char *secret = strstr(b.data, "AGE-SECRET-KEY-");
	assert_non_null(secret);
	assert_int_equal(age_identities_add(l, secret, strcspn(secret, "\n"), NULL), 0);
	return l;
}

static struct note sample(void)
{
	struct note n = {.package = UUID,
	    .case_id = "zaak-1",
	    .seq = 1,
	    .transaction = "00112233445566778899aabbccddeeff",
	    .sender = {PKI_OIN, "Een"},
	    .recipient = {"00000099000000002000", "Twee"},
	    .keys = {DIGEST},
	    .n_keys = 1,
	    .contract = "RI-1",
	    .controller = "00000099000000002000",
	    .purpose = "referral",
	    .gdpr = "public_task",
	    .policy = "p",
	    .policy_version = 1,
	    .policy_sha256 = DIGEST,
	    .catalogue = DIGEST,
	    .registry = DIGEST,
	    .created = PKI_NOW,
	    .expires = PKI_NOW + PKI_DAY,
	    .keep = "P2Y",
	    .after = "receipt"};
	n.checkpoint = str_dup("x\n");
	n.report = json_object();
	return n;
}

static int set_up(void **state)
{
	struct world *w = str_alloc(sizeof *w);
	char other[AGE_RECIPIENT_TEXT];
	if (secret_init(NULL) < 0)
		return -1;
	w->pki = pki_new();
	pki_files(&w->pki, "org", &(struct pki_spec){0});
	if (signer_load(pki_path(&w->pki, "org", ".pem"), pki_path(&w->pki, "org", ".key"),
		&w->signer, NULL) < 0 ||
	    trust_load(w->pki.roots, w->pki.crls, &w->trust, NULL) < 0)
		return -1;
	w->keys = identity(w->recipient);
	w->other = identity(other);
	w->to = age_recipients_new();
	if (age_recipients_add(w->to, w->recipient, NULL) < 0)
		return -1;
	w->note = sample();
	*state = w;
	return 0;
}

static int tear_down(void **state)
{
	struct world *w = *state;
	note_release(&w->note);
	age_recipients_free(w->to);
	age_identities_free(w->keys);
	age_identities_free(w->other);
	trust_free(w->trust);
	signer_free(w->signer);
	pki_free(&w->pki);
	free(w);
	return 0;
}

static const char json[] = "{\"catalogue\":1}\n";
static const struct package_file files[] = {{"data/dossier.json", json, sizeof json - 1},
    {"data/dossier.html", "<p>", 3}, {"data/attachments/cv-1.png", "PNG", 3}};

static int new_file(const struct world *w)
{
	int fd = open(w->pki.dir, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	assert_true(fd >= 0);
	return fd;
}

static int sealed(const struct world *w, struct slip_facts *facts)
{
	int fd = new_file(w);
	assert_int_equal(package_seal(fd, &w->note, files, 3, w->to, w->signer, 1, facts, NULL), 0);
	assert_true(lseek(fd, 0, SEEK_SET) == 0);
	return fd;
}

/* Open all the way into a fresh folder, whose name goes to `dir`. */
static int open_all(const struct world *w, int fd, char dir[160], struct buf *dossier)
{
	struct package_reader *r GW_CLEANUP(package_reader_free_p) = NULL;
	struct cades_signer by;
	(void)snprintf(dir, 160, "%s/out-XXXXXX", w->pki.dir);
	assert_non_null(mkdtemp(dir));
	int dirfd GW_CLEANUP(file_close_p) = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int e = package_begin(fd, w->keys, NULL, 1, &r, NULL);
	if (e == 0)
		e = package_signature(r, w->trust, PKI_NOW, PKI_NOW, &by, NULL);
	return e < 0 ? e : package_payload(r, dirfd, dossier, NULL);
}

static void comes_out_as_it_went_in(void **state)
{
	const struct world *w = *state;
	struct buf dossier GW_CLEANUP(buf_release) = BUF_INIT(1000);
	struct buf attachment GW_CLEANUP(buf_release) = BUF_INIT(1000);
	struct slip_facts facts;
	char dir[160];
	int fd GW_CLEANUP(file_close_p) = sealed(w, &facts);
	assert_int_equal(open_all(w, fd, dir, &dossier), 0);
	assert_string_equal(dossier.data, json);
	char *path GW_CLEANUP(str_free_p) = str_printf("%s/data/attachments/cv-1.png", dir);
	assert_int_equal(file_read(path, 100, &attachment, NULL), 0);
	assert_string_equal(attachment.data, "PNG");
	struct stat st;
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
}

static void only_the_named_key_opens(void **state)
{
	const struct world *w = *state;
	struct package_reader *r GW_CLEANUP(package_reader_free_p) = NULL;
	struct slip_facts facts;
	int fd GW_CLEANUP(file_close_p) = sealed(w, &facts);
	assert_int_equal(package_begin(fd, w->other, NULL, 1, &r, NULL), GW_ENOMATCH);
}

static void the_length_is_padme(void **state)
{
	const struct world *w = *state;
	struct age_facts age;
	struct slip_facts facts;
	int fd GW_CLEANUP(file_close_p) = sealed(w, &facts);
	assert_int_equal(age_inspect(fd, NULL, &age, NULL), 0);
	assert_int_equal(padme_length(age.payload_bytes), age.payload_bytes);
	assert_int_equal(age.file_bytes, facts.bytes);
	age_facts_release(&age);
}

/* Any flipped bit is refused: in the header as a format or match failure, behind it as forged. */
static void every_flipped_bit_is_noticed(void **state)
{
	const struct world *w = *state;
	struct slip_facts facts;
	int fd GW_CLEANUP(file_close_p) = sealed(w, &facts);
	for (off_t at = 0; at < (off_t)facts.bytes; at += 97) {
		struct buf dossier GW_CLEANUP(buf_release) = BUF_INIT(1000);
		char dir[160], c;
		assert_int_equal(pread(fd, &c, 1, at), 1);
		c ^= 4;
		assert_int_equal(pwrite(fd, &c, 1, at), 1);
		assert_true(lseek(fd, 0, SEEK_SET) == 0);
		int e = open_all(w, fd, dir, &dossier);
		assert_true(e == GW_EAUTH || (at < 300 && (e == GW_EFORMAT || e == GW_ENOMATCH)));
		c ^= 4;
		assert_int_equal(pwrite(fd, &c, 1, at), 1);
	}
}

static void every_cut_is_noticed(void **state)
{
	const struct world *w = *state;
	struct slip_facts facts;
	for (size_t k = 1; k < 40; k++) {
		struct buf dossier GW_CLEANUP(buf_release) = BUF_INIT(1000);
		char dir[160];
		int fd GW_CLEANUP(file_close_p) = sealed(w, &facts);
		assert_int_equal(ftruncate(fd, (off_t)(facts.bytes - k * k * 3)), 0);
		assert_true(open_all(w, fd, dir, &dossier) < 0);
	}
}

/* ---- a bag that its sender made otherwise ---- */

struct entry {
	char name[100];
	struct buf bytes;
};

/* The plain tar of a package, as entries. */
static size_t take_apart(const struct world *w, int fd, struct entry *out, size_t cap)
{
	struct age_reader *r GW_CLEANUP(age_reader_free_p) = NULL;
	struct buf tar GW_CLEANUP(buf_release) = BUF_INIT(1 << 20);
	size_t n = 1, count = 0;
	char piece[4096];
	assert_int_equal(age_reader_new(fd, w->keys, NULL, 1, &r, NULL), 0);
	while (n) {
		assert_int_equal(age_reader_read(r, piece, sizeof piece, &n, NULL), 0);
		assert_int_equal(buf_add(&tar, piece, n), 0);
	}
	for (size_t at = 0; at + TAR_BLOCK <= tar.len && tar.data[at];) {
		char size_text[12] = {0};
		assert_true(count < cap);
		struct entry *e = &out[count++];
		*e = (struct entry){.bytes = BUF_INIT(1 << 20)};
		(void)snprintf(e->name, sizeof e->name, "%s", tar.data + at);
		memcpy(size_text, tar.data + at + 124, 11);
		size_t size = 0;
		for (const char *p = size_text; *p; p++)
			size = size * 8 + (size_t)(*p - '0');
		assert_int_equal(buf_add(&e->bytes, tar.data + at + TAR_BLOCK, size), 0);
		at += (size_t)tar_length(size);
	}
	return count;
}

static int put_together(const struct world *w, struct entry *const *list, size_t n, size_t surplus)
{
	static const char zeros[TAR_BLOCK * 2 + 1];
	struct age_writer *a GW_CLEANUP(age_writer_free_p) = NULL;
	int fd = new_file(w);
	assert_int_equal(age_writer_new(fd, w->to, 1, &a, NULL), 0);
	for (size_t i = 0; i < n; i++) {
		uint8_t header[TAR_BLOCK];
		const struct buf *b = &list[i]->bytes;
		assert_int_equal(tar_header(list[i]->name, b->len, 1, header, NULL), 0);
		assert_int_equal(age_writer_write(a, header, sizeof header, NULL), 0);
		assert_int_equal(age_writer_write(a, b->data, b->len, NULL), 0);
		assert_int_equal(age_writer_write(a, zeros,
				     (size_t)tar_length(b->len) - TAR_BLOCK - b->len, NULL),
		    0);
	}
	assert_int_equal(age_writer_write(a, zeros, (size_t)TAR_BLOCK * 2, NULL), 0);
	assert_int_equal(age_writer_write(a, "x", surplus, NULL), 0);
	assert_int_equal(age_writer_finish(a, NULL), 0);
	assert_true(lseek(fd, 0, SEEK_SET) == 0);
	return fd;
}

enum { ENTRIES = 9 };

struct parts {
	struct entry e[ENTRIES + 1];
	struct entry *list[ENTRIES + 2];
};

static void parts_init(struct parts *p, const struct world *w)
{
	struct slip_facts facts;
	int fd GW_CLEANUP(file_close_p) = sealed(w, &facts);
	memset(p, 0, sizeof *p);
	assert_int_equal(take_apart(w, fd, p->e, ENTRIES), ENTRIES);
	for (size_t i = 0; i < ENTRIES; i++)
		p->list[i] = &p->e[i];
}

static void parts_release(struct parts *p)
{
	for (size_t i = 0; i <= ENTRIES; i++)
		buf_release(&p->e[i].bytes);
}

static int try_parts(const struct world *w, struct parts *p, size_t n, size_t surplus)
{
	struct buf dossier GW_CLEANUP(buf_release) = BUF_INIT(1000);
	char dir[160];
	int fd GW_CLEANUP(file_close_p) = put_together(w, p->list, n, surplus);
	return open_all(w, fd, dir, &dossier);
}

static void the_same_parts_open(void **state)
{
	struct parts p GW_CLEANUP(parts_release);
	parts_init(&p, *state);
	assert_int_equal(try_parts(*state, &p, ENTRIES, 0), 0);
}

static void every_missing_entry_is_noticed(void **state)
{
	for (size_t gone = 0; gone < ENTRIES; gone++) {
		struct parts p GW_CLEANUP(parts_release);
		parts_init(&p, *state);
		for (size_t i = gone; i + 1 < ENTRIES; i++)
			p.list[i] = p.list[i + 1];
		assert_int_equal(try_parts(*state, &p, ENTRIES - 1, 0), GW_EAUTH);
	}
}

static void every_swap_and_double_is_noticed(void **state)
{
	for (size_t i = 0; i + 1 < ENTRIES; i++) {
		struct parts p GW_CLEANUP(parts_release);
		parts_init(&p, *state);
		struct entry *x = p.list[i];
		p.list[i] = p.list[i + 1];
		p.list[i + 1] = x;
		assert_int_equal(try_parts(*state, &p, ENTRIES, 0), GW_EAUTH);
		p.list[i + 1] = p.list[i];
		p.list[i] = x;
		memmove(&p.list[i + 1], &p.list[i], (ENTRIES - i) * sizeof p.list[0]);
		assert_int_equal(try_parts(*state, &p, ENTRIES + 1, 0), GW_EAUTH);
	}
}

static void surplus_is_noticed(void **state)
{
	struct parts p GW_CLEANUP(parts_release);
	parts_init(&p, *state);
	assert_int_equal(try_parts(*state, &p, ENTRIES, 1), GW_EAUTH); /* bytes behind the end */
	p.e[ENTRIES] =
	    (struct entry){.name = UUID "/data/attachments/cv-2.png", .bytes = BUF_INIT(10)};
	p.list[ENTRIES] = &p.e[ENTRIES];
	assert_int_equal(try_parts(*state, &p, ENTRIES + 1, 0), GW_EAUTH);
}

static void every_changed_file_is_noticed(void **state)
{
	for (size_t i = 0; i < ENTRIES; i++) {
		struct parts p GW_CLEANUP(parts_release);
		parts_init(&p, *state);
		p.e[i].bytes.data[p.e[i].bytes.len - 1] ^= 1;
		assert_int_equal(try_parts(*state, &p, ENTRIES, 0), GW_EAUTH);
	}
}

static void another_folder_name_is_noticed(void **state)
{
	for (size_t i = 0; i < ENTRIES; i++) {
		struct parts p GW_CLEANUP(parts_release);
		parts_init(&p, *state);
		p.e[i].name[0] = '3';
		assert_int_equal(try_parts(*state, &p, ENTRIES, 0), GW_EAUTH);
	}
}

static void the_slip_belongs_to_its_package(void **state)
{
	const struct world *w = *state;
	struct buf text GW_CLEANUP(buf_release) = BUF_INIT(65536);
	struct buf p7s GW_CLEANUP(buf_release) = BUF_INIT(CADES_MAX);
	struct statement st GW_CLEANUP(statement_release) = {0};
	struct slip_facts facts;
	int fd GW_CLEANUP(file_close_p) = sealed(w, &facts);
	assert_int_equal(slip_sign(&w->note, &facts, w->signer, &text, &p7s, NULL), 0);
	assert_int_equal(statement_verify("slip", text.data, text.len, p7s.data, p7s.len, "slip",
			     w->trust, PKI_NOW, PKI_NOW, &st, NULL),
	    0);
	assert_int_equal(slip_agrees(st.body, &w->note, &facts, NULL), 0);
	facts.bytes++;
	assert_int_equal(slip_agrees(st.body, &w->note, &facts, NULL), GW_EAUTH);
	facts.bytes--;
	struct note other = w->note;
	memcpy(other.supersedes, "2f1c1e9a-6c1b-4c58-9a44-0d2d5e6f7a99", ID_TEXT);
	assert_int_equal(slip_agrees(st.body, &other, &facts, NULL), GW_EAUTH);
	facts.tag_manifest[0] = facts.tag_manifest[0] == 'a' ? 'b' : 'a';
	assert_int_equal(slip_agrees(st.body, &w->note, &facts, NULL), GW_EAUTH);
}

/* Who holds a slip sees without a key which package it supersedes. */
static void a_slip_says_what_is_superseded(void **state)
{
	const struct world *w = *state;
	struct buf text GW_CLEANUP(buf_release) = BUF_INIT(65536);
	struct buf p7s GW_CLEANUP(buf_release) = BUF_INIT(CADES_MAX);
	struct statement st GW_CLEANUP(statement_release) = {0};
	struct slip_facts facts;
	struct note note = w->note;
	int fd GW_CLEANUP(file_close_p) = sealed(w, &facts);
	memcpy(note.supersedes, "2f1c1e9a-6c1b-4c58-9a44-0d2d5e6f7a99", ID_TEXT);
	assert_int_equal(slip_sign(&note, &facts, w->signer, &text, &p7s, NULL), 0);
	assert_int_equal(statement_verify("slip", text.data, text.len, p7s.data, p7s.len, "slip",
			     w->trust, PKI_NOW, PKI_NOW, &st, NULL),
	    0);
	assert_string_equal(jx_str(st.body, "supersedes"), note.supersedes);
	assert_int_equal(slip_agrees(st.body, &note, &facts, NULL), 0);
	assert_int_equal(slip_agrees(st.body, &w->note, &facts, NULL), GW_EAUTH);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(comes_out_as_it_went_in),
	    cmocka_unit_test(only_the_named_key_opens),
	    cmocka_unit_test(the_length_is_padme),
	    cmocka_unit_test(every_flipped_bit_is_noticed),
	    cmocka_unit_test(every_cut_is_noticed),
	    cmocka_unit_test(the_same_parts_open),
	    cmocka_unit_test(every_missing_entry_is_noticed),
	    cmocka_unit_test(every_swap_and_double_is_noticed),
	    cmocka_unit_test(surplus_is_noticed),
	    cmocka_unit_test(every_changed_file_is_noticed),
	    cmocka_unit_test(another_folder_name_is_noticed),
	    cmocka_unit_test(the_slip_belongs_to_its_package),
	    cmocka_unit_test(a_slip_says_what_is_superseded),
	};
	return cmocka_run_group_tests_name("package/seal_open", tests, set_up, tear_down);
}
