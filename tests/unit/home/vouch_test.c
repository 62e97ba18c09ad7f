/* SPDX-License-Identifier: EUPL-1.2 */
/* Our ledger before a witness: what its answers mean, and when there is something to vouch for. */
#include "home/vouch.h"

#include <inttypes.h>

#include "base/clock.h"
#include "base/secret.h"
#include "home/cosign.h"
#include "ledger/ledger.h"
#include "ledger/witness.h"
#include "registry/edit.h"
#include "tests/unit/test.h"

#define LOG "00000099000000001000"
#define WITNESS "00000099000000002000"

struct fixture {
	char *top, *log_dir, *witness_dir, *registry_dir;
	struct home *log, *witness;
	struct errinfo ei;
	struct vouching v;
	uint64_t old;
	int64_t at;
};

static void init_home(const char *dir, const char *oin, struct errinfo *ei)
{
	struct buf vkey GW_CLEANUP(buf_release) = BUF_INIT(1024);
	const struct home_new n = {
	    .oin = oin, .name = "Een", .roles = ORG_PROVIDER, .test = true, .now = clock_now()};
	test_code(home_init(dir, &n, &vkey, ei), 0, ei);
}

/* The log's registry learns the witness and its key. */
static void introduce(struct fixture *f)
{
	struct witness w GW_CLEANUP(witness_release) = {.secret = NULL};
	struct buf vkey GW_CLEANUP(buf_release) = BUF_INIT(1024);
	test_code(home_witness(f->witness, true, &w, &f->ei), 0, &f->ei);
	assert_int_equal(note_vkey(&w.key, &vkey), 0);
	struct organisation *o GW_CLEANUP(organisation_free_p) =
	    organisation_copy(registry_organisation(home_registry(f->witness), WITNESS));
	free(o->witness);
	o->witness = str_dup(vkey.data);
	test_code(registry_put_organisation(f->registry_dir, o, &f->ei), 0, &f->ei);
	test_code(home_reread(f->log, &f->ei), 0, &f->ei);
}

static int setup(void **state)
{
	struct fixture *f = str_alloc(sizeof *f);
	test_code(secret_init(&f->ei), 0, &f->ei);
	f->top = test_mkdir();
	f->log_dir = file_join(f->top, "log");
	f->witness_dir = file_join(f->top, "witness");
	f->registry_dir = file_join(f->log_dir, "registry");
	init_home(f->log_dir, LOG, &f->ei);
	init_home(f->witness_dir, WITNESS, &f->ei);
	test_code(home_open(f->log_dir, HOME_LEDGER | HOME_REGISTRY, &f->log, &f->ei), 0, &f->ei);
	test_code(
	    home_open(f->witness_dir, HOME_LEDGER | HOME_REGISTRY, &f->witness, &f->ei), 0, &f->ei);
	f->v = (struct vouching)VOUCHING_INIT;
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;
	home_free(f->log);
	home_free(f->witness);
	vouching_release(&f->v);
	test_rmdir(&f->top);
	free(f->log_dir);
	free(f->witness_dir);
	free(f->registry_dir);
	free(f);
	return 0;
}

static int take(struct fixture *f, int status, const char *body)
{
	const struct vouch_answer a = {
	    .oin = WITNESS, .status = status, .body = body, .n = strlen(body)};
	return vouch_take(f->log, home_registry(f->log), &f->v, &a, &f->old, &f->at, &f->ei);
}

/* What the witness says of our head at that moment. */
static struct buf line_for(struct fixture *f, uint64_t seconds)
{
	struct witness w GW_CLEANUP(witness_release) = {.secret = NULL};
	struct buf line = BUF_INIT(NOTE_MAX);
	test_code(home_witness(f->witness, false, &w, &f->ei), 0, &f->ei);
	test_code(
	    witness_sign(&w, f->v.note.data, f->v.note.len, seconds, &line, &f->ei), 0, &f->ei);
	return line;
}

static uint64_t size_of(struct home *h)
{
	uint64_t n = 0;
	assert_int_equal(ledger_size(home_ledger(h), &n, NULL), 0);
	return n;
}

static void what_an_answer_means(void **state)
{
	struct fixture *f = *state;
	struct buf body GW_CLEANUP(buf_release) = BUF_INIT(WITNESS_REQUEST);
	struct buf note GW_CLEANUP(buf_release) = BUF_INIT(NOTE_MAX);
	struct checkpoint head;
	struct home_vouch by[2];
	size_t n = 0;
	test_code(vouch_begin(f->log, &f->v, &f->ei), 0, &f->ei);
	uint64_t size = size_of(f->log);
	assert_int_equal(f->v.head.size, size);
	test_code(vouch_request(f->log, &f->v, 0, &body, &f->ei), 0, &f->ei);
	assert_true(str_starts(body.data, "old 0\n\n"));
	test_code(vouch_request(f->log, &f->v, size + 1, &body, &f->ei), GW_EUSAGE, &f->ei);
	test_code(take(f, 200, "x"), GW_ENOENT, &f->ei); /* its key is not known */
	introduce(f);
	struct buf line GW_CLEANUP(buf_release) = line_for(f, 1790000000);
	test_code(take(f, 409, "1\n"), GW_ECONFLICT, &f->ei);
	assert_int_equal(f->old, 1);
	test_code(take(f, 409, "1"), GW_ECONFLICT, &f->ei);
	char *more GW_CLEANUP(str_free_p) = str_printf("%" PRIu64 "\n", size + 1);
	test_code(take(f, 409, more), GW_EAUTH, &f->ei);
	test_code(take(f, 409, "-1\n"), GW_ENET, &f->ei);
	test_code(take(f, 409, ""), GW_ENET, &f->ei);
	test_code(take(f, 422, ""), GW_EAUTH, &f->ei);
	test_code(take(f, 404, ""), GW_EREFUSED, &f->ei);
	test_code(take(f, 403, ""), GW_EREFUSED, &f->ei);
	test_code(take(f, 400, ""), GW_EFORMAT, &f->ei);
	test_code(take(f, 500, ""), GW_ENET, &f->ei);
	test_code(take(f, 200, ""), GW_EAUTH, &f->ei);
	char had = test_damage(&line.data[line.len - 9]);
	test_code(take(f, 200, line.data), GW_EAUTH, &f->ei);
	line.data[line.len - 9] = had;
	assert_int_equal(size_of(f->log), size); /* of all that nothing was kept */
	assert_int_equal(f->v.whole.len, f->v.note.len);
	test_code(take(f, 200, line.data), 0, &f->ei);
	assert_int_equal(f->at, INT64_C(1790000000000));
	assert_int_equal(size_of(f->log), size + 1);
	test_code(home_cosigned_read(
		      f->log, home_registry(f->log), &note, &head, by, GW_LENGTH(by), &n, &f->ei),
	    0, &f->ei);
	assert_int_equal(n, 1);
	assert_string_equal(by[0].oin, WITNESS);
	assert_int_equal(by[0].at, f->at);
	assert_int_equal(head.size, size);
}

static void add(struct fixture *f, const char *act, enum ledger_out out)
{
	const struct ledger_record r = {.act = act, .out = out, .peer = WITNESS};
	test_code(ledger_append(home_ledger(f->log), &r, NULL, NULL, &f->ei), 0, &f->ei);
}

static bool wanted(struct fixture *f, uint64_t from)
{
	bool yes = false;
	test_code(vouch_wanted(f->log, from, &yes, &f->ei), 0, &f->ei);
	return yes;
}

static void its_own_being_witnessed_is_nothing_new(void **state)
{
	struct fixture *f = *state;
	uint64_t from = size_of(f->log);
	assert_false(wanted(f, from));
	for (int i = 0; i < VOUCH_LOOK; i++)
		add(f, "anchor.cosign", LEDGER_OK);
	assert_false(wanted(f, from));
	add(f, "audit.read", LEDGER_OK);
	assert_true(wanted(f, from)); /* too many to look at */
	assert_true(wanted(f, from + 10));
	from = size_of(f->log);
	add(f, "anchor.cosign", LEDGER_DENY); /* somebody's second history */
	assert_true(wanted(f, from));
	assert_true(wanted(f, 0));
	assert_true(wanted(f, from + 100)); /* it is shorter than it was */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(what_an_answer_means, setup, teardown),
	    cmocka_unit_test_setup_teardown(
		its_own_being_witnessed_is_nothing_new, setup, teardown),
	};
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("home/vouch", tests, NULL, NULL);
}
