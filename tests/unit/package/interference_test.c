/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Non-interference, down to the tar: whatever is withheld, the same bytes travel. Made-up dossiers
 * under made-up and shipped policies go the way of a seal (dossier.json, dossier.html, the covering
 * note with its travelling report, bag, signature, padding) twice, the second time with every
 * withheld value changed or gone; moment, identifiers and nonce are the same, and the signature is
 * RSA, which adds nothing of chance. The plain tar is then the same, byte for byte.
 */
#include <fcntl.h>

#include "base/secret.h"
#include "package/html.h"
#include "package/seal.h"
#include "tests/support/pki.h"
#include "tests/unit/policy/properties.h"

enum { ROUNDS = 60 };

#define DIGEST "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

struct gate {
	struct pki pki;
	struct signer *signer;
	struct age_identities *keys;
	struct age_recipients *to;
};

static int set_up(void **state)
{
	struct gate *g = str_alloc(sizeof *g);
	char recipient[AGE_RECIPIENT_TEXT];
	struct buf b GW_CLEANUP(buf_release) = BUF_INIT(512);
	if (secret_init(NULL) < 0)
		return -1;
	g->pki = pki_new();
	pki_files(&g->pki, "org", &(struct pki_spec){.key = PKI_RSA3072});
	g->keys = age_identities_new();
	g->to = age_recipients_new();
	if (signer_load(pki_path(&g->pki, "org", ".pem"), pki_path(&g->pki, "org", ".key"),
		&g->signer, NULL) < 0 ||
	    age_identity_generate(recipient, &b, NULL) < 0)
		return -1;
	char *secret = strstr(b.data, "AGE-SECRET-KEY-");
	if (!secret || age_identities_add(g->keys, secret, strcspn(secret, "\n"), NULL) < 0 ||
	    age_recipients_add(g->to, recipient, NULL) < 0)
		return -1;
	*state = g;
	return 0;
}

static int tear_down(void **state)
{
	struct gate *g = *state;
	age_recipients_free(g->to);
	age_identities_free(g->keys);
	signer_free(g->signer);
	pki_free(&g->pki);
	free(g);
	return 0;
}

/* The covering note of a package under p: all of it but what the policy says stands still. */
static struct note note_of(const struct policy *p)
{
	struct note n = {.package = "2f1c1e9a-6c1b-4c58-9a44-0d2d5e6f7a81",
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
	    .policy_version = p->version,
	    .catalogue = DIGEST,
	    .registry = DIGEST,
	    .created = PKI_NOW,
	    .expires = PKI_NOW + PKI_DAY,
	    .keep = "P2Y",
	    .after = "receipt"};
	(void)snprintf(n.policy, sizeof n.policy, "%s", p->id);
	(void)snprintf(n.policy_sha256, sizeof n.policy_sha256, "%s", p->sha256);
	n.checkpoint = str_dup("x\n");
	n.report = policy_travelling(p);
	return n;
}

/* The plain tar in an encrypted package. */
static void open_tar(const struct gate *g, int fd, struct buf *out)
{
	struct age_reader *r GW_CLEANUP(age_reader_free_p) = NULL;
	char piece[4096];
	size_t n = 1;
	assert_true(lseek(fd, 0, SEEK_SET) == 0);
	assert_int_equal(age_reader_new(fd, g->keys, NULL, 1, &r, NULL), 0);
	while (n) {
		assert_int_equal(age_reader_read(r, piece, sizeof piece, &n, NULL), 0);
		assert_int_equal(buf_add(out, piece, n), 0);
	}
}

/* Seal what left of a dossier, as transfer/ does, and append the plain tar to out. */
static void seal(
    const struct gate *g, const struct policy *p, const struct policy_outcome *o, struct buf *out)
{
	struct buf json GW_CLEANUP(buf_release) = BUF_INIT(1 << 20);
	struct buf html GW_CLEANUP(buf_release) = BUF_INIT(4 << 20);
	struct note note GW_CLEANUP(note_release) = note_of(p);
	struct slip_facts facts;
	struct errinfo ei = ERRINFO_INIT;
	int fd GW_CLEANUP(file_close_p) = open(g->pki.dir, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	assert_true(fd >= 0);
	assert_int_equal(jx_dump_pretty(o->data, &json), 0);
	test_code(html_write(&note, o->data, catalogue_builtin(), HTML_DUTCH, &html, &ei), 0, &ei);
	const struct package_file files[] = {
	    {"data/dossier.json", json.data, json.len}, {"data/dossier.html", html.data, html.len}};
	test_code(package_seal(fd, &note, files, 2, g->to, g->signer, 1, &facts, &ei), 0, &ei);
	open_tar(g, fd, out);
}

/* Give or take every value that the policy withholds here, but those that the scan knows. */
static void scramble(const struct world *w, json_t *root)
{
	for (size_t i = 0; i < w->p->decisions_n; i++) {
		const struct field *f = w->p->decisions[i].field;
		char *top GW_CLEANUP(str_free_p) = str_dupn(f->path, strcspn(f->path, "."));
		json_t *group = json_object_get(root, top);
		if (scan_knows(f) || in_force(w->p, &w->ctx, w->d, f) || strchr(f->group, '.'))
			continue;
		if (!group && !catalogue_group_repeats(catalogue_builtin(), top)) {
			group = json_object();
			jx_set(root, top, group);
		}
		size_t n = json_is_array(group) ? json_array_size(group) : group != NULL;
		for (size_t k = 0; k < n; k++) {
			json_t *record = json_is_array(group) ? json_array_get(group, k) : group;
			if (gen_chance(3))
				jx_set(record, f->leaf, gen_value(f));
			else
				(void)json_object_del(record, f->leaf);
		}
	}
}

/* What leaves, sealed; false when nothing does. */
static bool sealed(const struct gate *g, const struct world *w, const json_t *root, struct buf *out)
{
	struct policy_outcome o GW_CLEANUP(policy_outcome_release) = {0};
	struct policy_keys all = {0};
	struct policy_key *keys GW_CLEANUP(str_free_p) = policy_rehearsal_keys(w->p, &all);
	struct dossier *d GW_CLEANUP(dossier_free_p) = gen_read(root, catalogue_builtin());
	struct errinfo ei = ERRINFO_INIT;
	int r = policy_apply(w->p, &w->ctx, d, &all, &o, &ei);
	if (r == 0)
		seal(g, w->p, &o, out);
	else
		test_code(r, GW_EREFUSED, &ei);
	return r == 0;
}

static void what_is_withheld_changes_no_byte_of_the_tar(void **state)
{
	size_t compared = 0, differed = 0;
	for (size_t n = 0; compared < ROUNDS; n++) {
		struct world w GW_CLEANUP(world_release);
		struct buf one GW_CLEANUP(buf_release) = BUF_INIT(8 << 20);
		struct buf two GW_CLEANUP(buf_release) = BUF_INIT(8 << 20);
		assert_true(n < (size_t)ROUNDS * 20);
		world_make(&w, true);
		json_t *other GW_CLEANUP(jx_release) = json_deep_copy(w.root);
		scramble(&w, other);
		bool left = sealed(*state, &w, w.root, &one);
		assert_int_equal(sealed(*state, &w, other, &two), left);
		compared += left;
		differed += left && !json_equal(w.root, other);
		assert_int_equal(one.len, two.len);
		assert_true(!left || memcmp(one.data, two.data, one.len) == 0);
	}
	assert_true(differed > ROUNDS / 2);
}

/* The test can fail: one kept value more, and the tar is another. */
static void what_leaves_does(void **state)
{
	struct buf one GW_CLEANUP(buf_release) = BUF_INIT(8 << 20);
	struct buf two GW_CLEANUP(buf_release) = BUF_INIT(8 << 20);
	struct world w GW_CLEANUP(world_release) = {.p = load_file(END_CONTRACT),
	    .root = json_pack("{s:{s:s}}", "person", "client_number", "c1")};
	w.ctx = context(w.p);
	assert_true(sealed(*state, &w, w.root, &one));
	assert_true(sealed(*state, &w, w.root, &two));
	assert_memory_equal(one.data, two.data, one.len);
	buf_clear(&two);
	jx_set(json_object_get(w.root, "person"), "client_number", json_string("c2"));
	assert_true(sealed(*state, &w, w.root, &two));
	assert_int_equal(one.len, two.len);
	assert_memory_not_equal(one.data, two.data, one.len);
}

int main(void)
{
	gen_seed();
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(what_is_withheld_changes_no_byte_of_the_tar),
	    cmocka_unit_test(what_leaves_does),
	};
	return cmocka_run_group_tests_name("package/interference", tests, set_up, tear_down);
}
