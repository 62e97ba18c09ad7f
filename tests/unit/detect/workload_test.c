/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Workload S under both policies of a contract's end: who may leave, why not, and that nothing
 * marked to stay behind is in what leaves.
 */
#include <spawn.h>
#include <sys/wait.h>

#include "dossier/dossier.h"
#include "policy/apply.h"
#include "policy/policy.h"
#include "tests/unit/test.h"

static char *work;

/* Make workload S with a seed in work/name; returns the folder. */
static char *make(const char *name, const char *seed)
{
	const char *build = getenv("BUILD");
	char *program GW_CLEANUP(str_free_p) = file_join(build ? build : "build/rel", "workload");
	char *dir = file_join(work, name);
	char *argv[] = {program, (char[]){"S"}, dir, (char[]){"--today"}, (char[]){"2026-11-22"},
	    (char[]){"--seed"}, str_dup(seed), NULL};
	pid_t pid;
	int status;
	posix_spawn_file_actions_t actions;
	assert_int_equal(posix_spawn_file_actions_init(&actions), 0);
	assert_int_equal(
	    posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", 1, 0), 0);
	assert_int_equal(posix_spawn(&pid, program, &actions, NULL, argv, environ), 0);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	(void)posix_spawn_file_actions_destroy(&actions);
	free(argv[6]);
	return dir;
}

static struct policy *load(const char *path)
{
	struct buf b GW_CLEANUP(buf_release) = BUF_INIT(1 << 20);
	struct errinfo ei = ERRINFO_INIT;
	struct policy *p = NULL;
	assert_int_equal(file_read(path, 1 << 20, &b, &ei), 0);
	assert_int_equal(policy_parse(path, b.data, b.len, catalogue_builtin(), NULL, &p, &ei), 0);
	return p;
}

static bool has_canary(const void *p, size_t n)
{
	return n && memmem(p, n, "KANARIE", 7) != NULL;
}

/* Apply the policy to one dossier; true when it may leave. why gets the message when it may not. */
static bool leaves(const struct policy *p, unsigned recipient, const struct dossier *d, char *why)
{
	struct policy_context ctx = {
	    .sender = POLICY_PROVIDER,
	    .recipient = recipient,
	    .contract_status = POLICY_CONTRACTED,
	    .met = POLICY_PROTOCOL_ACCEPTED | POLICY_PROCESSOR_AGREEMENT,
	    .programme = d->programme,
	    .contract = d->contract,
	    .today = {2026, 11, 22},
	};
	struct policy_outcome o = {0};
	struct errinfo ei = ERRINFO_INIT;
	struct buf text GW_CLEANUP(buf_release) = BUF_INIT(1 << 20);
	int r = policy_apply(p, &ctx, d, NULL, &o, &ei);
	if (r == 0) {
		assert_int_equal(jx_dump(o.data, &text), 0);
		assert_false(has_canary(text.data, text.len));
	} else {
		assert_int_equal(r, GW_EREFUSED);
		(void)snprintf(why, 100, "%.99s", ei.msg);
	}
	for (size_t i = 0; i < o.files_n; i++)
		assert_false(has_canary(o.files[i].bytes.data, o.files[i].bytes.len));
	buf_clear(&text);
	assert_int_equal(jx_dump(o.sender_report, &text), 0);
	assert_false(has_canary(text.data, text.len));
	policy_outcome_release(&o);
	return r == 0;
}

static void sixty_to_sixty_six_leave(void **state)
{
	(void)state;
	struct policy *onward GW_CLEANUP(policy_free_p) =
	    load("policies/overdracht-einde-contract.yaml");
	struct policy *home GW_CLEANUP(policy_free_p) =
	    load("policies/overdracht-aan-gemeente.yaml");
	char *dir GW_CLEANUP(str_free_p) = make("one", "1");
	struct file_list all;
	struct errinfo ei = ERRINFO_INIT;
	size_t passed[2] = {0}, invalid = 0, elsewhere = 0, consents = 0, withdrawn = 0;
	struct buf reasons GW_CLEANUP(buf_release) = BUF_INIT(4096);
	assert_int_equal(file_list(dir, "", &all, &ei), 0);
	assert_int_equal(all.n, 68);
	for (size_t i = 0; i < all.n; i++) {
		struct dossier *d GW_CLEANUP(dossier_free_p) = NULL;
		char *path GW_CLEANUP(str_free_p) = file_join(dir, all.names[i]), why[100] = "";
		if (dossier_read(path, catalogue_builtin(), NULL, &d, &ei) < 0) {
			assert_null(strstr(ei.msg, "KANARIE"));
			invalid++;
			continue;
		}
		for (size_t k = 0; k < d->n_consents; k++) {
			consents++;
			withdrawn += d->consents[k].withdrawn.year != 0;
		}
		if (!str_eq(d->contract, "RI-2023-07")) {
			elsewhere++;
			continue;
		}
		passed[0] += leaves(onward, POLICY_PROVIDER, d, why);
		passed[1] += leaves(home, POLICY_MUNICIPALITY, d, why);
		if (*why)
			assert_int_equal(buf_addf(&reasons, "%.*s;", 30, why), 0);
	}
	file_list_release(&all);
	assert_int_equal(invalid, 2);
	assert_int_equal(elsewhere, 1);
	assert_int_equal(passed[0], 62);
	assert_int_equal(passed[1], 65);
	assert_non_null(strstr(reasons.data, "plan.goal: bsn"));
	assert_non_null(strstr(reasons.data, "reports.summary: health"));
	assert_non_null(strstr(reasons.data, "work.description: criminal"));
	assert_true(consents > 10 && withdrawn > 2);
}

/* Read a file of the workload. */
static void slurp(const char *dir, const char *name, struct buf *out)
{
	char *path GW_CLEANUP(str_free_p) = file_join(dir, name);
	struct errinfo ei = ERRINFO_INIT;
	buf_clear(out);
	assert_int_equal(file_read(path, out->max, out, &ei), 0);
}

static void the_seed_decides(void **state)
{
	(void)state;
	static const char *const names[] = {"kandidaat-001/dossier.json", "kandidaat-003.zip",
	    "kandidaat-026.tar", "kandidaat-011/dossier.yaml",
	    "kandidaat-005/attachments/diploma.jpg", "kandidaat-001/attachments/KANARIE-scan.png"};
	char *a GW_CLEANUP(str_free_p) = make("a", "7");
	char *b GW_CLEANUP(str_free_p) = make("b", "7");
	char *c GW_CLEANUP(str_free_p) = make("c", "8");
	struct buf x GW_CLEANUP(buf_release) = BUF_INIT(4 << 20);
	struct buf y GW_CLEANUP(buf_release) = BUF_INIT(4 << 20);
	for (size_t i = 0; i < GW_LENGTH(names); i++) {
		slurp(a, names[i], &x);
		slurp(b, names[i], &y);
		assert_true(x.len == y.len && memcmp(x.data, y.data, x.len) == 0);
		slurp(c, names[i], &y);
		assert_false(x.len == y.len && memcmp(x.data, y.data, x.len) == 0);
	}
}

static int prepare(void **state)
{
	(void)state;
	work = test_mkdir();
	return 0;
}

static int clean(void **state)
{
	(void)state;
	test_rmdir(&work);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(sixty_to_sixty_six_leave),
	    cmocka_unit_test(the_seed_decides),
	};
	return cmocka_run_group_tests_name("detect/workload", tests, prepare, clean);
}
