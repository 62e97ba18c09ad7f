/* SPDX-License-Identifier: EUPL-1.2 */
/* Uploads: by pieces, by one writer at a time, cut off and taken up again, wrong, too much. */
#include <pthread.h>

#include "cases/upload.h"
#include "tests/unit/cases/parcel.h"

enum { BIG = 3 * 1024 * 1024 + 5 };

static void comes_in_pieces(void **state)
{
	struct fixture *f = *state;
	struct play p = play_new(f, DIRECT_DELETES);
	struct parcel k = parcel_new(&p, BIG);
	struct cases_upload u, v;
	announced(f, &k);
	u = created(f, &k);
	assert_int_equal(u.offset, 0);
	assert_int_equal(u.length, BIG);
	assert_int_equal(u.expires, f->now + 3 * DAY);
	assert_string_equal(u.package, k.package);
	v = created(f, &k); /* the same again */
	assert_string_equal(u.id, v.id);
	test_code(put(f, &k, u.id, 0, 1, UINT64_MAX, &v), 0, &f->ei);
	assert_int_equal(v.offset, 1);
	assert_int_equal(state_of(f, u.id).offset, 1);
	fixture_time(f, f->now + DAY);
	test_code(put(f, &k, u.id, 1, 2000000, UINT64_MAX, &v), 0, &f->ei);
	assert_int_equal(v.offset, 2000000);
	assert_int_equal(v.expires, f->now + 3 * DAY); /* the term runs anew */
	fixture_time(f, f->now + DAY);
	test_code(put(f, &k, u.id, 2000000, 2000000, UINT64_MAX, &v), 0, &f->ei); /* nothing */
	assert_false(v.done);
	assert_int_equal(v.expires, f->now + 2 * DAY); /* and nothing makes it last longer */
	assert_int_equal(state_of(f, u.id).expires, f->now + 2 * DAY);
	test_code(put(f, &k, u.id, 2000000, 2000001, 2000000, &v), 0, &f->ei); /* nothing good */
	assert_int_equal(v.expires, f->now + 2 * DAY);
	package_is(f, k.package, "announced");
	test_code(put(f, &k, u.id, 2000000, BIG, UINT64_MAX, &v), 0, &f->ei);
	assert_true(v.done);
	assert_int_equal(v.offset, BIG);
	package_is(f, k.package, "deposited");
	assert_false(part_exists(f, u.id));
	/* whoever was cut off before the answer can ask */
	v = state_of(f, u.id);
	assert_true(v.done && v.offset == BIG);
	assert_string_equal(created(f, &k).id, u.id);
	test_code(put(f, &k, u.id, BIG, BIG, UINT64_MAX, &v), GW_ECONFLICT, &f->ei);
	assert_int_equal(v.offset, BIG);
	assert_int_equal(records(f, "transfer.receive", "intent", ""), 1);
	assert_int_equal(records(f, "transfer.receive", "result", "ok"), 1);
	struct stat st;
	char *path GW_CLEANUP(str_free_p) = str_printf("%s/%s.tar.age", f->packages, k.package);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	assert_int_equal(st.st_size, BIG);
	parcel_release(&k);
}

static void one_writer_at_a_time(void **state)
{
	struct fixture *f = *state;
	struct play p = play_new(f, DIRECT_DELETES);
	struct parcel k = parcel_new(&p, 100);
	struct cases_call call = fixture_call(f, SENDER), rival = fixture_call(f, RIVAL);
	struct cases_upload u, v;
	int fd, second = -1;
	announced(f, &k);
	u = created(f, &k);
	test_code(put(f, &k, u.id, 0, 10, UINT64_MAX, &v), 0, &f->ei);
	test_code(
	    cases_upload_begin(f->cases, &call, u.id, 9, &fd, &v, &f->ei), GW_ECONFLICT, &f->ei);
	assert_int_equal(v.offset, 10);
	test_code(
	    cases_upload_begin(f->cases, &rival, u.id, 10, &fd, &v, &f->ei), GW_ENOENT, &f->ei);
	test_code(cases_upload_begin(f->cases, &call, u.id, 10, &fd, &v, &f->ei), 0, &f->ei);
	assert_int_equal(write(fd, k.bytes + 10, 5), 5);
	test_code(cases_upload_begin(f->cases, &call, u.id, 15, &second, &v, &f->ei), GW_ECONFLICT,
	    &f->ei);
	assert_int_equal(v.offset, 10); /* what is durable */
	assert_int_equal(state_of(f, u.id).offset, 10);
	test_code(cases_upload_drop(f->cases, &call, u.id, &f->ei), GW_ECONFLICT, &f->ei);
	/* only at its end can be written */
	assert_int_equal(pwrite(fd, "x", 1, 0), 1);
	test_code(cases_upload_end(f->cases, &call, u.id, 15, &v, &f->ei), 0, &f->ei);
	assert_int_equal(v.offset, 15);
	assert_int_equal(close(fd), 0);
	test_code(cases_upload_end(f->cases, &call, u.id, 15, &v, &f->ei), GW_ECONFLICT, &f->ei);
	test_code(put(f, &k, u.id, 15, 100, UINT64_MAX, &v), 0, &f->ei);
	assert_true(v.done); /* the byte that was written anywhere did no harm */
	parcel_release(&k);
}

/* A piece whose checksum was wrong is as if it never came. */
static void a_piece_is_cut_off(void **state)
{
	struct fixture *f = *state;
	struct play p = play_new(f, DIRECT_DELETES);
	struct parcel k = parcel_new(&p, BIG);
	struct cases_upload u, v;
	announced(f, &k);
	u = created(f, &k);
	test_code(put(f, &k, u.id, 0, 1000000, UINT64_MAX, &v), 0, &f->ei);
	k.bytes[1500000] ^= 1;
	test_code(put(f, &k, u.id, 1000000, 2000000, 1000000, &v), 0, &f->ei);
	assert_int_equal(v.offset, 1000000);
	k.bytes[1500000] ^= 1;
	test_code(put(f, &k, u.id, 1000000, 2000000, 3, &v), 0, &f->ei); /* no further back */
	assert_int_equal(v.offset, 1000000);
	test_code(put(f, &k, u.id, 1000000, BIG, UINT64_MAX, &v), 0, &f->ei);
	assert_true(v.done);
	parcel_release(&k);
}

static void wrong_bytes_do_not_stay(void **state)
{
	struct fixture *f = *state;
	struct play p = play_new(f, DIRECT_DELETES);
	struct parcel k = parcel_new(&p, BIG);
	struct cases_call call = fixture_call(f, SENDER);
	struct cases_upload u, v;
	announced(f, &k);
	u = created(f, &k);
	k.bytes[7] ^= 1;
	test_code(put(f, &k, u.id, 0, BIG, UINT64_MAX, &v), GW_EAUTH, &f->ei);
	k.bytes[7] ^= 1;
	test_code(cases_upload_state(f->cases, &call, u.id, &v, &f->ei), GW_ENOENT, &f->ei);
	assert_false(part_exists(f, u.id));
	assert_false(file_there(f, k.package));
	package_is(f, k.package, "announced");
	assert_int_equal(records(f, "transfer.refuse", "", "deny"), 1);
	assert_int_equal(records(f, "transfer.receive", "intent", ""), 0);
	v = created(f, &k);
	assert_string_not_equal(u.id, v.id);
	/* too many bytes: back to where the writer began */
	test_code(put(f, &k, v.id, 0, 10, UINT64_MAX, &u), 0, &f->ei);
	char *more = str_alloc(BIG);
	struct parcel longer = {.bytes = more, .n = BIG};
	int fd;
	test_code(cases_upload_begin(f->cases, &call, v.id, 10, &fd, &u, &f->ei), 0, &f->ei);
	test_code(file_write_fd(fd, longer.bytes, longer.n, &f->ei), 0, &f->ei);
	test_code(
	    cases_upload_end(f->cases, &call, v.id, UINT64_MAX, &u, &f->ei), GW_ELIMIT, &f->ei);
	assert_int_equal(close(fd), 0);
	free(more);
	assert_int_equal(state_of(f, v.id).offset, 10);
	test_code(put(f, &k, v.id, 10, BIG, UINT64_MAX, &u), 0, &f->ei);
	assert_true(u.done);
	parcel_release(&k);
}

static void goes_on_after_a_restart(void **state)
{
	struct fixture *f = *state;
	struct play p = play_new(f, DIRECT_DELETES);
	struct parcel k = parcel_new(&p, BIG);
	struct cases_call call = fixture_call(f, SENDER);
	struct cases_upload u, v;
	int fd;
	announced(f, &k);
	u = created(f, &k);
	test_code(put(f, &k, u.id, 0, 1000000, UINT64_MAX, &v), 0, &f->ei);
	test_code(cases_upload_begin(f->cases, &call, u.id, 1000000, &fd, &v, &f->ei), 0, &f->ei);
	test_code(file_write_fd(fd, k.bytes + 1000000, 500000, &f->ei), 0, &f->ei);
	fixture_down(f); /* as a kill in the middle of a piece */
	assert_int_equal(close(fd), 0);
	fixture_up(f);
	assert_int_equal(state_of(f, u.id).offset, 1500000);
	test_code(put(f, &k, u.id, 1500000, BIG, UINT64_MAX, &v), 0, &f->ei);
	assert_true(v.done);
	parcel_release(&k);
}

/* A kill after the last byte, or after the file got its name: finished at the next start. */
static void whole_ones_are_finished_at_start(void **state)
{
	struct fixture *f = *state;
	for (int named = 0; named < 2; named++) {
		struct play p = play_new(f, DIRECT_DELETES);
		struct parcel k = parcel_new(&p, 1000);
		struct cases_upload u, v;
		announced(f, &k);
		u = created(f, &k);
		test_code(put(f, &k, u.id, 0, 900, UINT64_MAX, &v), 0, &f->ei);
		char *part GW_CLEANUP(str_free_p) = str_printf("%s/%s.part", f->packages, u.id);
		char *name GW_CLEANUP(str_free_p) =
		    str_printf("%s/%s.tar.age", f->packages, k.package);
		fixture_down(f);
		test_code(file_write(part, k.bytes, k.n, 0600, FILE_REPLACE, &f->ei), 0, &f->ei);
		if (named)
			assert_int_equal(rename(part, name), 0);
		fixture_up(f);
		package_is(f, k.package, "deposited");
		assert_true(state_of(f, u.id).done);
		assert_true(file_there(f, k.package));
		parcel_release(&k);
	}
	assert_int_equal(records(f, "transfer.receive", "result", "ok"), 2);
}

/* The ledger cannot be written at the last moment: nothing is lost, and asking finishes it. */
static void asking_finishes_what_the_ledger_stopped(void **state)
{
	struct fixture *f = *state;
	struct play p = play_new(f, DIRECT_DELETES);
	struct parcel k = parcel_new(&p, 1000);
	struct cases_upload u, v;
	announced(f, &k);
	u = created(f, &k);
	int64_t now = f->now;
	fixture_time(f, now - DAY); /* a clock that steps back: no record */
	test_code(put(f, &k, u.id, 0, 1000, UINT64_MAX, &v), GW_ELEDGER, &f->ei);
	package_is(f, k.package, "announced");
	fixture_time(f, now);
	test_code(put(f, &k, u.id, 1000, 1000, UINT64_MAX, &v), GW_ECONFLICT, &f->ei);
	assert_int_equal(v.offset, 1000);
	assert_true(state_of(f, u.id).done);
	package_is(f, k.package, "deposited");
	parcel_release(&k);
}

static void a_lost_part_begins_anew(void **state)
{
	struct fixture *f = *state;
	struct play p = play_new(f, DIRECT_DELETES);
	struct parcel k = parcel_new(&p, BIG);
	struct cases_upload u, v;
	announced(f, &k);
	u = created(f, &k);
	test_code(put(f, &k, u.id, 0, 1000000, UINT64_MAX, &v), 0, &f->ei);
	char *part GW_CLEANUP(str_free_p) = str_printf("%s/%s.part", f->packages, u.id);
	assert_int_equal(unlink(part), 0);
	assert_int_equal(state_of(f, u.id).offset, 0);
	test_code(put(f, &k, u.id, 0, BIG, UINT64_MAX, &v), 0, &f->ei);
	assert_true(v.done);
	parcel_release(&k);
}

static void given_up_or_dropped(void **state)
{
	struct fixture *f = *state;
	struct play p = play_new(f, DIRECT_DELETES);
	struct parcel k = parcel_new(&p, 100), l = parcel_new(&p, 100);
	struct cases_call call = fixture_call(f, SENDER), rival = fixture_call(f, RIVAL);
	struct cases_upload u, v, w;
	int64_t next;
	brought(f, &k);
	announced(f, &l);
	u = created(f, &l);
	test_code(put(f, &l, u.id, 0, 10, UINT64_MAX, &v), 0, &f->ei);
	test_code(cases_upload_drop(f->cases, &rival, u.id, &f->ei), GW_ENOENT, &f->ei);
	test_code(cases_upload_drop(f->cases, &call, u.id, &f->ei), 0, &f->ei);
	test_code(cases_upload_drop(f->cases, &call, u.id, &f->ei), GW_ENOENT, &f->ei);
	assert_false(part_exists(f, u.id));
	w = created(f, &l);
	assert_int_equal(w.offset, 0);
	fixture_time(f, f->now + 3 * DAY - 1);
	test_code(cases_tick(f->cases, f->registry, f->now, &next, &f->ei), 0, &f->ei);
	assert_true(next > f->now && next <= f->now + 1);
	assert_int_equal(state_of(f, w.id).offset, 0);
	fixture_time(f, f->now + 1);
	test_code(cases_tick(f->cases, f->registry, f->now, &next, &f->ei), 0, &f->ei);
	call.now = f->now;
	test_code(cases_upload_state(f->cases, &call, w.id, &v, &f->ei), GW_ENOENT, &f->ei);
	assert_false(part_exists(f, w.id));
	package_is(f, l.package, "announced");
	package_is(f, k.package, "deposited"); /* that of a finished upload stays */
	assert_true(file_there(f, k.package));
	parcel_release(&k);
	parcel_release(&l);
}

static void not_more_than_the_limits(void **state)
{
	struct fixture *f = *state;
	struct play p = play_new(f, DIRECT_DELETES);
	struct parcel k[4];
	struct cases_call call = fixture_call(f, SENDER);
	struct cases_upload u[4], v;
	for (size_t i = 0; i < GW_LENGTH(k); i++) {
		k[i] = parcel_new(&p, i == 3 ? 200 : 100);
		announced(f, &k[i]);
	}
	test_code(cases_upload_create(f->cases, &call, k[0].package, 99, &v, &f->ei), GW_ECONFLICT,
	    &f->ei);
	reopen(f, (struct cases_limits){.uploads = 2, .organisation_bytes = 300});
	u[0] = created(f, &k[0]);
	u[1] = created(f, &k[1]);
	test_code(
	    cases_upload_create(f->cases, &call, k[2].package, 100, &v, &f->ei), GW_ELIMIT, &f->ei);
	assert_true(cases_later(&f->ei));
	assert_string_equal(created(f, &k[1]).id, u[1].id); /* its own is no further one */
	test_code(put(f, &k[0], u[0].id, 0, 100, UINT64_MAX, &v), 0, &f->ei);
	u[2] = created(f, &k[2]); /* 100 here, 200 coming */
	test_code(cases_upload_drop(f->cases, &call, u[1].id, &f->ei), 0, &f->ei);
	test_code(
	    cases_upload_create(f->cases, &call, k[3].package, 200, &v, &f->ei), GW_ELIMIT, &f->ei);
	assert_false(cases_later(&f->ei));
	assert_int_equal(records(f, "transfer.refuse", "", "deny"), 1);
	test_code(
	    cases_package_drop(f->cases, k[0].package, "withdrawn", f->now, &f->ei), 0, &f->ei);
	u[3] = created(f, &k[3]);
	test_code(put(f, &k[3], u[3].id, 0, 200, UINT64_MAX, &v), 0, &f->ei);
	/* a disk that is nearly full: before a byte moves */
	reopen(f, (struct cases_limits){.free_bytes = UINT64_C(1) << 62});
	test_code(
	    cases_upload_create(f->cases, &call, k[1].package, 100, &v, &f->ei), GW_EIO, &f->ei);
	int fd;
	test_code(cases_upload_begin(f->cases, &call, u[2].id, 0, &fd, &v, &f->ei), GW_EIO, &f->ei);
	reopen(f, (struct cases_limits){0});
	test_code(put(f, &k[2], u[2].id, 0, 100, UINT64_MAX, &v), 0, &f->ei);
	created(f, &k[1]);
	for (size_t i = 0; i < GW_LENGTH(k); i++)
		parcel_release(&k[i]);
}

/* An upload has its room from the beginning: so who sends nothing does not get it all. */
static void room_for_what_does_not_come_is_bounded(void **state)
{
	struct fixture *f = *state;
	struct play p = play_new(f, DIRECT_DELETES);
	struct cases_call call = fixture_call(f, SENDER);
	struct parcel k[4];
	struct cases_upload u[4], v;
	int64_t next;
	for (size_t i = 0; i < GW_LENGTH(k); i++) {
		k[i] = parcel_new(&p, i == 3 ? 2 * BIG : BIG);
		announced(f, &k[i]);
	}
	reopen(f, (struct cases_limits){.reserve_bytes = BIG + BIG / 2});
	u[0] = created(f, &k[0]);
	struct stat st;
	char *part GW_CLEANUP(str_free_p) = str_printf("%s/%s.part", f->packages, u[0].id);
	assert_int_equal(stat(part, &st), 0);
	assert_true((uint64_t)st.st_blocks * 512 >= BIG); /* the disk cannot run out on its way */
	test_code(
	    cases_upload_create(f->cases, &call, k[1].package, BIG, &v, &f->ei), GW_ELIMIT, &f->ei);
	assert_true(cases_later(&f->ei));
	assert_int_equal(records(f, "transfer.refuse", "", "deny"), 0); /* it is asked again */
	/* what has come is not counted, whether or not it is whole */
	test_code(put(f, &k[0], u[0].id, 0, BIG / 2, UINT64_MAX, &v), 0, &f->ei);
	test_code(
	    cases_upload_create(f->cases, &call, k[1].package, BIG, &v, &f->ei), GW_ELIMIT, &f->ei);
	test_code(put(f, &k[0], u[0].id, BIG / 2, BIG / 2 + 1, UINT64_MAX, &v), 0, &f->ei);
	u[1] = created(f, &k[1]);
	test_code(put(f, &k[0], u[0].id, BIG / 2 + 1, BIG, UINT64_MAX, &v), 0, &f->ei);
	test_code(
	    cases_upload_create(f->cases, &call, k[2].package, BIG, &v, &f->ei), GW_ELIMIT, &f->ei);
	/* nor what was given up */
	fixture_time(f, f->now + 3 * DAY);
	call.now = f->now;
	test_code(cases_tick(f->cases, f->registry, f->now, &next, &f->ei), 0, &f->ei);
	u[2] = created(f, &k[2]);
	test_code(cases_upload_create(f->cases, &call, k[3].package, 2 * BIG, &v, &f->ei),
	    GW_ELIMIT, &f->ei);
	test_code(cases_upload_drop(f->cases, &call, u[2].id, &f->ei), 0, &f->ei);
	u[3] = created(f, &k[3]); /* one that is larger comes alone */
	test_code(put(f, &k[3], u[3].id, 0, 2 * BIG, UINT64_MAX, &v), 0, &f->ei);
	assert_true(v.done);
	for (size_t i = 0; i < GW_LENGTH(k); i++)
		parcel_release(&k[i]);
}

static void a_doomed_package_does_not_come(void **state)
{
	struct fixture *f = *state;
	struct play p = play_new(f, DIRECT_DELETES);
	struct parcel k = parcel_new(&p, 100);
	struct cases_call call = fixture_call(f, SENDER);
	struct cases_upload u, v;
	struct store_tx *tx = NULL;
	int fd;
	announced(f, &k);
	u = created(f, &k);
	test_code(cases_upload_begin(f->cases, &call, u.id, 0, &fd, &v, &f->ei), 0, &f->ei);
	test_code(file_write_fd(fd, k.bytes, k.n, &f->ei), 0, &f->ei);
	/* withdrawn while it comes: what is deleted waits for the writer */
	test_code(store_begin(f->store, STORE_WRITE, &tx, &f->ei), 0, &f->ei);
	test_code(store_package_doom(tx, k.package, "withdrawn", &f->ei), 0, &f->ei);
	test_code(store_commit(&tx, &f->ei), 0, &f->ei);
	test_code(cases_package_sweep(f->cases, f->now, &f->ei), 0, &f->ei);
	assert_true(part_exists(f, u.id));
	test_code(
	    cases_upload_end(f->cases, &call, u.id, UINT64_MAX, &v, &f->ei), GW_ECONFLICT, &f->ei);
	assert_int_equal(close(fd), 0);
	assert_false(file_there(f, k.package));
	test_code(cases_package_sweep(f->cases, f->now, &f->ei), 0, &f->ei);
	assert_false(part_exists(f, u.id));
	package_is(f, k.package, "gone");
	test_code(
	    cases_upload_create(f->cases, &call, k.package, 100, &v, &f->ei), GW_ECONFLICT, &f->ei);
	parcel_release(&k);
}

/* An upload that cannot be finished keeps nothing else from being done: else a disk that is full
 * once stays full. */
static void one_that_cannot_be_finished_keeps_up_nothing(void **state)
{
	struct fixture *f = *state;
	struct stat st;
	int64_t next;
	char *dir = test_mkdir();
	assert_int_equal(stat(dir, &st), 0);
	struct play p = play_new(f, DIRECT_DELETES), q = play_new(f, DIRECT_DELETES),
		    o = play_new(f, DIRECT_DELETES);
	struct parcel bad = parcel_new(&p, (size_t)st.st_size), good = parcel_new(&q, 100),
		      gone = parcel_new(&o, 100);
	brought(f, &gone);
	announced(f, &bad);
	struct cases_upload u = created(f, &bad);
	char bad_id[ID_TEXT];
	memcpy(bad_id, u.id, sizeof bad_id);
	/* as long as the slip says, and not to be read */
	char *part GW_CLEANUP(str_free_p) = str_printf("%s/%s.part", f->packages, u.id);
	assert_int_equal(unlink(part), 0);
	assert_int_equal(mkdir(part, 0700), 0);
	announced(f, &good);
	u = created(f, &good);
	char *whole GW_CLEANUP(str_free_p) = str_printf("%s/%s.part", f->packages, u.id);
	test_code(file_write(whole, good.bytes, good.n, 0600, FILE_REPLACE, &f->ei), 0, &f->ei);
	struct store_tx *tx GW_CLEANUP(store_end) = NULL;
	test_code(store_begin(f->store, STORE_WRITE, &tx, &f->ei), 0, &f->ei);
	test_code(store_package_doom(tx, gone.package, "withdrawn", &f->ei), 0, &f->ei);
	test_code(store_commit(&tx, &f->ei), 0, &f->ei);
	test_code(cases_tick(f->cases, f->registry, f->now, &next, &f->ei), GW_EIO, &f->ei);
	package_is(f, good.package, "deposited");
	package_is(f, gone.package, "gone");
	/* it was set aside: that is said once, and its sender begins anew */
	assert_int_equal(records(f, "incident.open", "", ""), 1);
	test_code(cases_tick(f->cases, f->registry, f->now, &next, &f->ei), 0, &f->ei);
	struct cases_upload again = created(f, &bad);
	assert_string_not_equal(again.id, bad_id);
	test_code(put(f, &bad, again.id, 0, bad.n, UINT64_MAX, &u), 0, &f->ei);
	assert_true(u.done);
	assert_int_equal(rmdir(part), 0);
	test_rmdir(&dir);
	parcel_release(&bad);
	parcel_release(&good);
	parcel_release(&gone);
}

/* The same at the start: the gateway comes up, whatever became of one of its packages. */
static void a_start_goes_on_past_what_is_bad(void **state)
{
	struct fixture *f = *state;
	struct stat st;
	char *dir = test_mkdir();
	assert_int_equal(stat(dir, &st), 0);
	struct play p = play_new(f, DIRECT_DELETES), q = play_new(f, DIRECT_DELETES),
		    o = play_new(f, DIRECT_DELETES), w = play_new(f, DIRECT_DELETES);
	struct parcel unreadable = parcel_new(&p, (size_t)st.st_size), whole = parcel_new(&q, 100),
		      stuck = parcel_new(&o, 100), odd = parcel_new(&w, 100);
	int64_t next;
	brought(f, &stuck);
	play(&p, ACT_OFFER, P_SENDER);
	announced(f, &unreadable);
	struct cases_upload u = created(f, &unreadable), v;
	char *part GW_CLEANUP(str_free_p) = str_printf("%s/%s.part", f->packages, u.id);
	announced(f, &whole);
	v = created(f, &whole);
	char *full GW_CLEANUP(str_free_p) = str_printf("%s/%s.part", f->packages, v.id);
	char *name GW_CLEANUP(str_free_p) = str_printf("%s/%s.tar.age", f->packages, whole.package);
	char *file GW_CLEANUP(str_free_p) = str_printf("%s/%s.tar.age", f->packages, stuck.package);
	/* one that has to go and cannot, one whose record makes no sense */
	struct store_package row;
	struct store_tx *tx GW_CLEANUP(store_end) = NULL;
	test_code(package_row(f->cases, stuck.package, &row, NULL, NULL, &f->ei), 0, &f->ei);
	memcpy(row.package, odd.package, sizeof row.package);
	(void)snprintf(row.policy, sizeof row.policy, "no digest");
	test_code(store_begin(f->store, STORE_WRITE, &tx, &f->ei), 0, &f->ei);
	test_code(store_package_doom(tx, stuck.package, "withdrawn", &f->ei), 0, &f->ei);
	test_code(store_package_add(tx, &row, "{}", 2, "", 0, &f->ei), 0, &f->ei);
	test_code(store_commit(&tx, &f->ei), 0, &f->ei);
	struct ledger_record r = cases_record(f->cases, "transfer.receive");
	json_t *detail GW_CLEANUP(jx_release) = json_pack("{s:s}", "package", odd.package);
	struct ledger_receipt intent;
	test_code(ledger_intent(f->ledger, &r, detail, &intent, &f->ei), 0, &f->ei);
	fixture_down(f);
	assert_int_equal(unlink(part), 0);
	assert_int_equal(mkdir(part, 0700), 0); /* as long as the slip says, and not to be read */
	test_code(file_write(full, whole.bytes, whole.n, 0600, FILE_REPLACE, &f->ei), 0, &f->ei);
	assert_int_equal(mkdir(name, 0700), 0); /* so that it cannot have its name */
	assert_int_equal(unlink(file), 0);
	assert_int_equal(mkdir(file, 0700), 0);
	fixture_up(f);
	assert_int_equal(records(f, "incident.open", "", ""), 1);
	last_event_is(f, RECIPIENT, "incident", "upload_lost", p.id);
	/* what may still be made good is tried again, and said until then */
	test_code(cases_tick(f->cases, f->registry, f->now, &next, &f->ei), GW_EIO, &f->ei);
	package_is(f, whole.package, "announced");
	assert_int_equal(rmdir(name), 0);
	assert_int_equal(rmdir(file), 0);
	test_code(cases_tick(f->cases, f->registry, f->now, &next, &f->ei), 0, &f->ei);
	package_is(f, whole.package, "deposited");
	package_is(f, stuck.package, "gone");
	assert_int_equal(records(f, "incident.open", "", ""), 1);
	test_rmdir(&dir);
	parcel_release(&unreadable);
	parcel_release(&whole);
	parcel_release(&stuck);
	parcel_release(&odd);
}

struct begun {
	struct fixture *f;
	char id[ID_TEXT];
	int r, fd;
};

static void *begin_it(void *arg)
{
	struct begun *b = arg;
	struct cases_call call = fixture_call(b->f, SENDER);
	struct cases_upload u;
	b->r = cases_upload_begin(b->f->cases, &call, b->id, 0, &b->fd, &u, NULL);
	return NULL;
}

/* What was given up between the look and the write is not written: no quota would know of it. */
static void one_that_was_given_up_meanwhile_is_not_written(void **state)
{
	struct fixture *f = *state;
	struct play p = play_new(f, DIRECT_DELETES);
	struct parcel k = parcel_new(&p, 100);
	struct store_tx *tx GW_CLEANUP(store_end) = NULL;
	struct begun b = {.f = f, .fd = -1};
	pthread_t t;
	announced(f, &k);
	struct cases_upload u = created(f, &k);
	memcpy(b.id, u.id, sizeof b.id);
	assert_int_equal(pthread_mutex_lock(&f->cases->packages->lock), 0);
	assert_int_equal(pthread_create(&t, NULL, begin_it, &b), 0);
	(void)usleep(200000); /* it has looked, and waits for its turn */
	test_code(store_begin(f->store, STORE_WRITE, &tx, &f->ei), 0, &f->ei);
	test_code(store_upload_drop(tx, u.id, &f->ei), 0, &f->ei);
	test_code(store_commit(&tx, &f->ei), 0, &f->ei);
	char *part GW_CLEANUP(str_free_p) = str_printf("%s/%s.part", f->packages, u.id);
	assert_int_equal(unlink(part), 0);
	assert_int_equal(pthread_mutex_unlock(&f->cases->packages->lock), 0);
	assert_int_equal(pthread_join(t, NULL), 0);
	assert_int_equal(b.r, GW_ENOENT);
	assert_false(part_exists(f, u.id));
	assert_null(f->cases->packages->uploads); /* nothing of it stays in memory either */
	parcel_release(&k);
}

/* The follower hashes while the writer writes, so that little is left for the end. */
static void hashed_while_it_arrives(void **state)
{
	struct fixture *f = *state;
	struct play p = play_new(f, DIRECT_DELETES);
	struct parcel k = parcel_new(&p, BIG);
	struct cases_call call = fixture_call(f, SENDER);
	struct cases_upload u, v;
	int fd;
	announced(f, &k);
	u = created(f, &k);
	test_code(cases_upload_begin(f->cases, &call, u.id, 0, &fd, &v, &f->ei), 0, &f->ei);
	test_code(file_write_fd(fd, k.bytes, k.n, &f->ei), 0, &f->ei);
	uint64_t at = 0;
	for (int i = 0; i < 3000 && at < BIG; i++) {
		struct upload_at *a = f->cases->packages->uploads;
		(void)pthread_mutex_lock(&a->hashing);
		at = a->hash.at;
		(void)pthread_mutex_unlock(&a->hashing);
		(void)usleep(10000);
	}
	assert_int_equal(at, BIG);
	test_code(cases_upload_end(f->cases, &call, u.id, UINT64_MAX, &v, &f->ei), 0, &f->ei);
	assert_true(v.done);
	assert_int_equal(close(fd), 0);
	parcel_release(&k);
}

struct bringer {
	struct fixture *f;
	struct parcel k;
	int code;
};

static void *bring_it(void *arg)
{
	struct bringer *b = arg;
	struct cases_call call = fixture_call(b->f, SENDER);
	struct cases_upload u;
	struct errinfo ei = ERRINFO_INIT;
	int fd, r = cases_upload_create(b->f->cases, &call, b->k.package, b->k.n, &u, &ei);
	for (size_t at = 0; r == 0 && at < b->k.n;) {
		size_t n = b->k.n - at < 300000 ? b->k.n - at : 300000;
		r = cases_upload_begin(b->f->cases, &call, u.id, at, &fd, &u, &ei);
		if (r < 0)
			break;
		r = file_write_fd(fd, b->k.bytes + at, n, &ei);
		int e = cases_upload_end(b->f->cases, &call, u.id, UINT64_MAX, &u, &ei);
		r = r < 0 ? r : e;
		(void)close(fd);
		at += n;
	}
	b->code = r < 0 ? r : !u.done;
	return NULL;
}

static void many_at_once(void **state)
{
	struct fixture *f = *state;
	enum { MANY = 12 };
	struct bringer b[MANY];
	pthread_t t[MANY];
	struct play p = play_new(f, DIRECT_DELETES);
	for (size_t i = 0; i < MANY; i++) {
		b[i] = (struct bringer){.f = f, .k = parcel_new(&p, BIG + i)};
		announced(f, &b[i].k);
	}
	for (size_t i = 0; i < MANY; i++)
		assert_int_equal(pthread_create(&t[i], NULL, bring_it, &b[i]), 0);
	for (size_t i = 0; i < MANY; i++)
		assert_int_equal(pthread_join(t[i], NULL), 0);
	for (size_t i = 0; i < MANY; i++) {
		assert_int_equal(b[i].code, 0);
		package_is(f, b[i].k.package, "deposited");
		parcel_release(&b[i].k);
	}
	assert_int_equal(records(f, "transfer.receive", "result", "ok"), MANY);
	assert_null(f->cases->packages->uploads);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, fixture_setup, fixture_teardown)
	const struct CMUnitTest tests[] = {
	    TEST(comes_in_pieces),
	    TEST(one_writer_at_a_time),
	    TEST(a_piece_is_cut_off),
	    TEST(wrong_bytes_do_not_stay),
	    TEST(goes_on_after_a_restart),
	    TEST(whole_ones_are_finished_at_start),
	    TEST(asking_finishes_what_the_ledger_stopped),
	    TEST(a_lost_part_begins_anew),
	    TEST(given_up_or_dropped),
	    TEST(not_more_than_the_limits),
	    TEST(room_for_what_does_not_come_is_bounded),
	    TEST(a_doomed_package_does_not_come),
	    TEST(one_that_cannot_be_finished_keeps_up_nothing),
	    TEST(a_start_goes_on_past_what_is_bad),
	    TEST(one_that_was_given_up_meanwhile_is_not_written),
	    TEST(hashed_while_it_arrives),
	    TEST(many_at_once),
	};
	return cmocka_run_group_tests_name("cases/upload", tests, NULL, NULL);
}
