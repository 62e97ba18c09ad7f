/* SPDX-License-Identifier: EUPL-1.2 */
/* serve: tiles are byte for byte what the export writes; proofs and records only for who is party.
 */
#include <inttypes.h>

#include "base/secret.h"
#include "ledger/serve.h"
#include "tests/unit/ledger/fixture.h"

#define OTHER "00000099000000003000"

static void paths_have_one_spelling(void **state)
{
	static const char *const good[] = {
	    "0/000", "7/x001/x234/067.p/5", "1/255.p/255", "2/x001/000"};
	static const char *const bad[] = {"", "0", "0/", "0/0", "0/00", "0/0000", "8/000", "00/000",
	    "-1/000", "0/x000/001", "0/001/001", "0/x001", "0/000.p", "0/000.p/", "0/000.p/0",
	    "0/000.p/01", "0/000.p/256", "0/000.p/1/", "0/000/", "entries/000", "0/../000", "0/00a",
	    "0/000.p/5.p/5", "0/x999/x999/x999/x999/x999/x999/x999/999", "0/+01", "0/000 ", ".p/1"};
	struct ledger_tile t;
	(void)state;
	for (size_t i = 0; i < GW_LENGTH(good); i++)
		assert_int_equal(ledger_tile_parse(good[i], &t, NULL), 0);
	assert_int_equal(ledger_tile_parse(good[1], &t, NULL), 0);
	assert_int_equal(t.level, 7);
	assert_int_equal(t.index, 1234067);
	assert_int_equal(t.width, 5);
	for (size_t i = 0; i < GW_LENGTH(bad); i++) {
		if (ledger_tile_parse(bad[i], &t, NULL) != GW_ENOENT)
			print_message("# taken: %s\n", bad[i]);
		assert_int_equal(ledger_tile_parse(bad[i], &t, NULL), GW_ENOENT);
	}
}

/* Compare every file below dir/tile/<level> with what ledger_tile gives; returns how many. */
static size_t compare_level(struct ledger *l, const char *dir, const char *level)
{
	struct file_list names;
	char *folder GW_CLEANUP(str_free_p) = str_printf("%s/tile/%s", dir, level);
	size_t n = 0;
	if (!file_exists(folder))
		return 0;
	assert_int_equal(file_list(folder, "", &names, NULL), 0);
	for (size_t i = 0; i < names.n; i++) {
		char *path GW_CLEANUP(str_free_p) = file_join(folder, names.names[i]);
		char *sub GW_CLEANUP(str_free_p) = str_printf("%s/%s", level, names.names[i]);
		struct buf want GW_CLEANUP(buf_release) = BUF_INIT(LEDGER_TILE_BYTES);
		struct buf got GW_CLEANUP(buf_release) = BUF_INIT(LEDGER_TILE_BYTES);
		struct ledger_tile t;
		if (file_is_dir(path)) {
			n += compare_level(l, dir, sub);
			continue;
		}
		assert_int_equal(file_read(path, LEDGER_TILE_BYTES, &want, NULL), 0);
		assert_int_equal(ledger_tile_parse(sub, &t, NULL), 0);
		assert_int_equal(ledger_tile(l, &t, &got, NULL), 0);
		assert_int_equal(got.len, want.len);
		assert_memory_equal(got.data, want.data, got.len);
		n++;
	}
	file_list_release(&names);
	return n;
}

static void tiles_are_those_of_the_export(void **state)
{
	struct fixture f;
	struct ledger_tile t;
	struct buf out GW_CLEANUP(buf_release) = BUF_INIT(LEDGER_TILE_BYTES);
	size_t n = 0;
	(void)state;
	fixture_make(&f);
	struct ledger *l = fixture_open(&f);
	fixture_fill(l, 599); /* with log.start 600: two full tiles and 88 hashes, two of level 1 */
	char *dir GW_CLEANUP(str_free_p) = file_join(f.dir, "tiles");
	assert_int_equal(ledger_export(l, dir, false, NULL), 0);
	for (char level[2] = "0"; *level < '8'; (*level)++)
		n += compare_level(l, dir, level);
	assert_int_equal(n, 4);
	/* what the tree has no hashes for yet */
	static const char *const none[] = {"0/002", "0/002.p/89", "0/003.p/1", "1/000", "1/000.p/3",
	    "2/000.p/1", "7/000.p/1", "0/x999/999"};
	for (size_t i = 0; i < GW_LENGTH(none); i++) {
		assert_int_equal(ledger_tile_parse(none[i], &t, NULL), 0);
		assert_int_equal(ledger_tile(l, &t, &out, NULL), GW_ENOENT);
	}
	/* a narrower one than the tree has stays what it was */
	assert_int_equal(ledger_tile_parse("0/002.p/87", &t, NULL), 0);
	assert_int_equal(ledger_tile(l, &t, &out, NULL), 0);
	assert_int_equal(out.len, 87 * 32);
	ledger_close(l);
	fixture_end(&f);
}

static void append(struct ledger *l, const char *act, const char *org, const char *peer,
    struct ledger_receipt *ret)
{
	const struct ledger_record r = {.act = act, .out = LEDGER_OK, .org = org, .peer = peer};
	assert_int_equal(ledger_append(l, &r, NULL, ret, NULL), 0);
}

static void proofs_are_for_who_is_party(void **state)
{
	struct fixture f;
	struct ledger_receipt mine, theirs;
	struct buf vkey GW_CLEANUP(buf_release) = BUF_INIT(1024);
	struct note_key key;
	char text[64];
	(void)state;
	fixture_make(&f);
	struct ledger *l = fixture_open(&f);
	fixture_fill(l, 300);
	append(l, "case.accept", NULL, PEER, &mine);
	append(l, "case.accept", NULL, OTHER, &theirs);
	fixture_fill(l, 300);
	assert_int_equal(ledger_vkey(l, &vkey), 0);
	assert_int_equal(note_vkey_parse(vkey.data, &key, NULL), 0);
	for (int who = 0; who < 2; who++) { /* the peer and our own organisation */
		struct buf proof GW_CLEANUP(buf_release) = BUF_INIT(64 << 10);
		struct checkpoint_proof p;
		assert_int_equal(ledger_prove_id(l, mine.id, who ? OWN : PEER, &proof, NULL), 0);
		assert_int_equal(checkpoint_proof_parse(proof.data, proof.len, &p, NULL), 0);
		assert_int_equal(p.index, mine.index);
	}
	struct buf out GW_CLEANUP(buf_release) = BUF_INIT(64 << 10);
	assert_int_equal(ledger_prove_id(l, theirs.id, PEER, &out, NULL), GW_ENOENT);
	assert_int_equal(ledger_prove_id(l, theirs.id, OTHER, &out, NULL), 0);
	buf_clear(&out);
	id_v7(clock_now(), text);
	assert_int_equal(ledger_prove_id(l, text, PEER, &out, NULL), GW_ENOENT);
	id_v7(0, text);
	assert_int_equal(ledger_prove_id(l, text, PEER, &out, NULL), GW_ENOENT);
	assert_int_equal(ledger_prove_id(l, "nonsense", PEER, &out, NULL), GW_ENOENT);
	assert_int_equal(ledger_prove_id(l, mine.id, "1", &out, NULL), GW_EUSAGE);
	assert_int_equal(out.len, 0);
	ledger_close(l);
	fixture_end(&f);
}

/* Records over days, some made while the clock stood a little back. */
static void ids_are_found_though_the_clock_went_back(void **state)
{
	enum { N = 60 };
	struct fixture f;
	struct ledger_receipt r[N];
	(void)state;
	fixture_make(&f);
	struct ledger *l = fixture_open(&f);
	const int64_t begin = clock_now() / 1000 * 1000 + 60000;
	for (int64_t i = 0; i < N; i++) {
		char moment[TIME_TEXT];
		/* an hour on each time, and each third one 4 minutes back */
		int64_t at = i % 3 == 2 ? begin + (i - 1) * 3600000 - 240000 : begin + i * 3600000;
		time_text(at, moment);
		assert_int_equal(clock_set_test(moment, NULL), 0);
		append(l, "case.accept", NULL, PEER, &r[i]);
	}
	for (size_t i = 0; i < N; i++) {
		struct buf proof GW_CLEANUP(buf_release) = BUF_INIT(64 << 10);
		struct checkpoint_proof p;
		assert_int_equal(ledger_prove_id(l, r[i].id, PEER, &proof, NULL), 0);
		assert_int_equal(checkpoint_proof_parse(proof.data, proof.len, &p, NULL), 0);
		assert_int_equal(p.index, r[i].index);
	}
	ledger_close(l);
	assert_int_equal(clock_set_test(NULL, NULL), 0);
	fixture_end(&f);
}

struct seen {
	uint64_t at[64];
	size_t n;
};

static int see(void *ctx, const struct ledger_line *line, struct errinfo *ei)
{
	struct seen *s = ctx;
	(void)ei;
	assert_true(s->n < GW_LENGTH(s->at));
	assert_null(line->detail);
	s->at[s->n++] = line->index;
	return 0;
}

static void a_party_sees_its_own_records(void **state)
{
	struct fixture f;
	struct ledger_receipt a, b, c;
	struct seen s = {0};
	uint64_t next = 0;
	(void)state;
	fixture_make(&f);
	struct ledger *l = fixture_open(&f);
	append(l, "case.accept", NULL, PEER, &a);
	append(l, "case.accept", NULL, OTHER, NULL);
	append(l, "audit.read", NULL, PEER, NULL); /* its own looking */
	append(l, "transfer.send", PEER, OTHER, &b);
	append(l, "case.release", NULL, PEER, &c);
	assert_int_equal(ledger_party(l, PEER, 0, 100, see, &s, &next, NULL), 0);
	assert_int_equal(s.n, 3);
	assert_int_equal(s.at[0], a.index);
	assert_int_equal(s.at[1], b.index);
	assert_int_equal(s.at[2], c.index);
	assert_int_equal(next, 0);
	/* page by page: the same, and an end */
	s.n = 0;
	uint64_t from = 0;
	do {
		assert_int_equal(ledger_party(l, PEER, from, 1, see, &s, &next, NULL), 0);
		from = next;
	} while (next);
	assert_int_equal(s.n, 3);
	s.n = 0;
	assert_int_equal(ledger_party(l, PEER, c.index + 1, 9, see, &s, &next, NULL), 0);
	assert_int_equal(s.n, 0);
	assert_int_equal(next, 0);
	assert_int_equal(ledger_party(l, PEER, UINT64_MAX, 9, see, &s, &next, NULL), 0);
	assert_int_equal(next, 0);
	assert_int_equal(ledger_party(l, "%", 0, 9, see, &s, &next, NULL), GW_EUSAGE);
	/* somebody unknown has none; we have all of ours */
	assert_int_equal(ledger_party(l, "00000099000000009000", 0, 9, see, &s, &next, NULL), 0);
	assert_int_equal(s.n, 0);
	assert_int_equal(ledger_party(l, OWN, 0, 60, see, &s, &next, NULL), 0);
	assert_int_equal(s.n, fixture_size(l) - 1);
	ledger_close(l);
	fixture_end(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(paths_have_one_spelling),
	    cmocka_unit_test(tiles_are_those_of_the_export),
	    cmocka_unit_test(proofs_are_for_who_is_party),
	    cmocka_unit_test(ids_are_found_though_the_clock_went_back),
	    cmocka_unit_test(a_party_sees_its_own_records),
	};
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return secret_init(NULL) < 0
	    ? 1
	    : cmocka_run_group_tests_name("ledger/serve", tests, NULL, NULL);
}
