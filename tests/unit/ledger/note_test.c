/* SPDX-License-Identifier: EUPL-1.2 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <sodium.h>

#include "base/str.h"
#include "ledger/checkpoint.h"
#include "ledger/note.h"

struct pair {
	struct note_key key;
	uint8_t secret[64];
};

static struct pair make_pair(const char *name, enum note_type type, uint8_t fill)
{
	struct pair p;
	uint8_t seed[32], pub[32];
	memset(seed, fill, sizeof seed);
	assert_int_equal(crypto_sign_seed_keypair(pub, p.secret, seed), 0);
	assert_int_equal(note_key_make(name, type, pub, &p.key, NULL), 0);
	return p;
}

/* The example of C2SP signed-note. */
static void known_answer(void **state)
{
	(void)state;
	static const char vkey[] =
	    "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k";
	struct note_key k;
	struct buf b GW_CLEANUP(buf_release) = BUF_INIT(1024);
	assert_int_equal(note_vkey_parse(vkey, &k, NULL), 0);
	assert_int_equal(k.id, 0x530d903a);
	assert_string_equal(k.name, "example.com/foo");
	assert_int_equal(note_vkey(&k, &b), 0);
	assert_string_equal(b.data, vkey);
	static char text[] =
	    "This is an example message.\n\n"
	    "\xe2\x80\x94 example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ON"
	    "ncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n";
	size_t n = 0;
	assert_int_equal(note_verify(text, strlen(text), &k, 1, &n, NULL, NULL, NULL), 0);
	assert_int_equal(n, 28);
	text[8] = 'x';
	assert_int_equal(note_verify(text, strlen(text), &k, 1, &n, NULL, NULL, NULL), GW_EAUTH);
}

static void refuses_bad_vkeys(void **state)
{
	(void)state;
	static const char *const bad[] = {
	    "",
	    "a+b",
	    "example.com/foo+530d903b+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
	    "example.com/bar+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
	    "example.com foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
	    "example.com/foo+530D903A+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
	    "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k=",
	    "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2",
	    "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k\n",
	    "+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
	};
	struct note_key k;
	for (size_t i = 0; i < GW_LENGTH(bad); i++)
		assert_int_equal(note_vkey_parse(bad[i], &k, NULL), GW_EFORMAT);
	assert_int_equal(note_check_name("a\xc2\xa0"
					 "b",
			     NULL),
	    GW_EFORMAT);
	assert_int_equal(note_check_name("a\xff", NULL), GW_EFORMAT);
	assert_int_equal(note_check_name("oin-1/x", NULL), 0);
}

static int check(const struct buf *b, const struct note_key *keys, size_t n)
{
	size_t text_n;
	return note_verify(b->data, b->len, keys, n, &text_n, NULL, NULL, NULL);
}

static void signs_and_verifies(void **state)
{
	(void)state;
	struct pair a = make_pair("log.example", NOTE_ED25519, 1),
		    other = make_pair("other.example", NOTE_ED25519, 2);
	struct buf b GW_CLEANUP(buf_release) = BUF_INIT(NOTE_MAX);
	static const char text[] = "one\n\ntwo\n";
	size_t n = 0, seen_n = 0;
	struct note_seen seen[NOTE_SIGNATURES];
	assert_int_equal(note_sign(&a.key, a.secret, text, strlen(text), &b, NULL), 0);
	assert_int_equal(note_verify(b.data, b.len, &a.key, 1, &n, seen, &seen_n, NULL), 0);
	assert_int_equal(n, strlen(text)); /* split at the last empty line */
	assert_int_equal(seen_n, 1);
	assert_int_equal(check(&b, &other.key, 1), GW_EAUTH);
	for (size_t i = 0; i < b.len; i++) {
		b.data[i] ^= 4;
		assert_true(check(&b, &a.key, 1) < 0);
		b.data[i] ^= 4;
	}
	for (size_t k = 0; k < b.len; k++) {
		struct buf cut = {.data = b.data, .len = k};
		assert_true(check(&cut, &a.key, 1) < 0);
	}
	assert_int_equal(note_sign(&a.key, a.secret, "no newline", 10, &b, NULL), GW_EFORMAT);
	assert_int_equal(note_sign(&a.key, a.secret, "tab\t\n", 5, &b, NULL), GW_EFORMAT);
	assert_int_equal(note_sign(&a.key, a.secret, "\xff\n", 2, &b, NULL), GW_EFORMAT);
}

static void base64_is_strict(void **state)
{
	(void)state;
	struct pair a = make_pair("log.example", NOTE_ED25519, 1);
	struct buf b GW_CLEANUP(buf_release) = BUF_INIT(NOTE_MAX),
		     c GW_CLEANUP(buf_release) = BUF_INIT(NOTE_MAX);
	assert_int_equal(note_sign(&a.key, a.secret, "t\n", 2, &b, NULL), 0);
	/* a CR before the newline, a space inside, a missing padding */
	assert_int_equal(buf_add(&c, b.data, b.len - 1), 0);
	assert_int_equal(buf_adds(&c, "\r\n"), 0);
	assert_int_equal(check(&c, &a.key, 1), GW_EFORMAT);
	c.len = 0;
	assert_int_equal(buf_add(&c, b.data, b.len - 2), 0);
	assert_int_equal(buf_adds(&c, "\n"), 0);
	assert_int_equal(check(&c, &a.key, 1), GW_EFORMAT);
}

static void unknown_signatures_pass_known_bad_ones_do_not(void **state)
{
	(void)state;
	struct pair a = make_pair("log.example", NOTE_ED25519, 1),
		    w = make_pair("w.example", NOTE_COSIGNATURE, 3);
	struct buf b GW_CLEANUP(buf_release) = BUF_INIT(NOTE_MAX);
	struct note_key both[2];
	struct note_seen seen[NOTE_SIGNATURES];
	size_t n, seen_n = 0;
	assert_int_equal(note_sign(&a.key, a.secret, "t\n", 2, &b, NULL), 0);
	struct buf line GW_CLEANUP(buf_release) = BUF_INIT(NOTE_MAX);
	assert_int_equal(note_cosign(&w.key, w.secret, b.data, b.len, 1700000000, &line, NULL), 0);
	assert_int_equal(buf_add(&b, line.data, line.len), 0);
	assert_int_equal(check(&b, &a.key, 1), 0); /* the witness is unknown: passed over */
	both[0] = a.key;
	both[1] = w.key;
	assert_int_equal(note_verify(b.data, b.len, both, 2, &n, seen, &seen_n, NULL), 0);
	assert_int_equal(seen_n, 2);
	assert_int_equal(seen[1].time, 1700000000);
	assert_int_equal(check(&b, &w.key, 1), GW_EAUTH); /* a cosignature is no log's signature */
	b.data[b.len - 10] = b.data[b.len - 10] == 'A' ? 'B' : 'A';
	assert_int_equal(check(&b, &a.key, 1), 0);
	assert_int_equal(check(&b, both, 2), GW_EAUTH);
	/* one key must not stand for both kinds */
	struct pair same = make_pair("log.example", NOTE_COSIGNATURE, 1);
	both[1] = same.key;
	assert_int_equal(check(&b, both, 2), GW_EUSAGE);
}

static void too_many_signatures_are_refused(void **state)
{
	(void)state;
	struct pair a = make_pair("log.example", NOTE_ED25519, 1);
	struct buf b GW_CLEANUP(buf_release) = BUF_INIT(NOTE_MAX);
	assert_int_equal(note_sign(&a.key, a.secret, "t\n", 2, &b, NULL), 0);
	for (int i = 0; i < NOTE_SIGNATURES - 1; i++)
		assert_int_equal(buf_adds(&b, "\xe2\x80\x94 x AAAAAAA=\n"), 0);
	assert_int_equal(check(&b, &a.key, 1), 0);
	assert_int_equal(buf_adds(&b, "\xe2\x80\x94 x AAAAAAA=\n"), 0);
	assert_int_equal(check(&b, &a.key, 1), GW_EFORMAT);
}

static void reads_checkpoints(void **state)
{
	(void)state;
	static const char good[] = "o/x\n5\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n";
	static const char *const bad[] = {
	    "o/x\n05\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n",
	    "o/x\n-5\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n",
	    "o/x\n\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n",
	    "o/x\n99999999999999999999\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n",
	    "o/x\n5\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAB=\n",
	    "o/x\n5\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA==\n",
	    "\n5\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n",
	    "o/x\n5\n",
	    "o/x\n5\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
	    "o/x\n5\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n\n",
	};
	struct checkpoint c;
	struct buf b GW_CLEANUP(buf_release) = BUF_INIT(1024);
	assert_int_equal(checkpoint_parse(good, strlen(good), &c, NULL), 0);
	assert_int_equal(c.size, 5);
	assert_int_equal(checkpoint_text(&c, &b), 0);
	assert_string_equal(b.data, good);
	for (size_t i = 0; i < GW_LENGTH(bad); i++)
		assert_int_equal(checkpoint_parse(bad[i], strlen(bad[i]), &c, NULL), GW_EFORMAT);
}

static void proof_files(void **state)
{
	(void)state;
	struct pair a = make_pair("o/x", NOTE_ED25519, 1);
	struct merkle m = {0};
	struct merkle_hash l0 = merkle_leaf("zero", 4), l1 = merkle_leaf("one", 3);
	assert_int_equal(merkle_append(&m, &l0, NULL, NULL, NULL), 0);
	assert_int_equal(merkle_append(&m, &l1, NULL, NULL, NULL), 0);
	struct checkpoint c = {.origin = "o/x", .size = 2, .root = merkle_root(&m)}, d;
	struct buf text GW_CLEANUP(buf_release) = BUF_INIT(1024),
			note GW_CLEANUP(buf_release) = BUF_INIT(1024),
			file GW_CLEANUP(buf_release) = BUF_INIT(4096);
	assert_int_equal(checkpoint_text(&c, &text), 0);
	assert_int_equal(note_sign(&a.key, a.secret, text.data, text.len, &note, NULL), 0);
	assert_int_equal(checkpoint_proof_write(1, &l0, 1, note.data, note.len, &file), 0);
	assert_int_equal(
	    checkpoint_proof_check(file.data, file.len, "one", 3, &a.key, &d, NULL), 0);
	assert_int_equal(
	    checkpoint_proof_check(file.data, file.len, "two", 3, &a.key, &d, NULL), GW_EAUTH);
	for (size_t i = 0; i < file.len; i++) {
		file.data[i] ^= 1;
		assert_true(
		    checkpoint_proof_check(file.data, file.len, "one", 3, &a.key, &d, NULL) < 0);
		file.data[i] ^= 1;
		assert_true(checkpoint_proof_check(file.data, i, "one", 3, &a.key, &d, NULL) < 0);
	}
	struct buf extra GW_CLEANUP(buf_release) = BUF_INIT(4096);
	assert_int_equal(buf_add(&extra, file.data, 23), 0);
	assert_int_equal(buf_adds(&extra, "extra AAAA\n"), 0);
	assert_int_equal(buf_add(&extra, file.data + 23, file.len - 23), 0);
	assert_int_equal(
	    checkpoint_proof_check(extra.data, extra.len, "one", 3, &a.key, &d, NULL), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(known_answer),
	    cmocka_unit_test(refuses_bad_vkeys),
	    cmocka_unit_test(signs_and_verifies),
	    cmocka_unit_test(base64_is_strict),
	    cmocka_unit_test(unknown_signatures_pass_known_bad_ones_do_not),
	    cmocka_unit_test(too_many_signatures_are_refused),
	    cmocka_unit_test(reads_checkpoints),
	    cmocka_unit_test(proof_files),
	};
	return sodium_init() < 0 ? 1
				 : cmocka_run_group_tests_name("ledger/note", tests, NULL, NULL);
}
