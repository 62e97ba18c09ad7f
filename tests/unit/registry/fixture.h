/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * fixture: registries in folders of their own, with certificates that are good on PKI_NOW: "own"
 * (OIN 1000) and "other" (OIN 2000), an officer, and statements by anybody.
 */
#ifndef TESTS_UNIT_REGISTRY_FIXTURE_H
#define TESTS_UNIT_REGISTRY_FIXTURE_H

#include <sys/stat.h>

#include "registry/bundle.h"
#include "registry/edit.h"
#include "registry/registry.h"
#include "sign/signer.h"
#include "sign/statement.h"
#include "tests/support/pki.h"
#include "tests/unit/test.h"

#define OWN PKI_OIN
#define OTHER "00000099000000002000"
#define AGE_A "age1qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqq"
#define AGE_B "age1pppppppppppppppppppppppppppppppppppppppppppppppppppqpppppp"
#define AGE_C "age1zzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzqzzzzzz"

struct fixture {
	struct pki pki;
	struct signer *own, *other, *officer, *stranger;
	char *dir; /* a registry that pins own and other */
};

static inline struct date fixture_day(const char *s)
{
	struct date d;
	assert_int_equal(date_parse(s, &d), 0);
	return d;
}

static inline struct signer *fixture_signer(struct pki *p, const char *name, const char *oin)
{
	struct signer *s;
	struct errinfo ei = ERRINFO_INIT;
	pki_files(p, name, &(struct pki_spec){.oin = oin, .name = name});
	test_code(
	    signer_load(pki_path(p, name, ".pem"), pki_path(p, name, ".key"), &s, &ei), 0, &ei);
	return s;
}

static inline void fixture_put(const char *dir, const char *name, const char *text)
{
	char *path GW_CLEANUP(str_free_p) = file_join(dir, name);
	struct errinfo ei = ERRINFO_INIT;
	test_code(file_write(path, text, strlen(text), 0644, FILE_REPLACE, &ei), 0, &ei);
}

static inline void fixture_copy(const char *from, const char *dir, const char *name)
{
	struct buf b GW_CLEANUP(buf_release) = BUF_INIT(1 << 20);
	assert_int_equal(file_read(from, 1 << 20, &b, NULL), 0);
	fixture_put(dir, name, b.data);
}

/* A new registry folder with roots and lists; with the entries of own and other when asked for. */
static inline char *fixture_registry(const struct fixture *f, bool with_other)
{
	char *dir = test_mkdir();
	char *roots GW_CLEANUP(str_free_p) = file_join(dir, "trust/signing");
	char *root GW_CLEANUP(str_free_p) = file_join(f->pki.roots, "root.pem");
	char *lists[] = {file_join(f->pki.crls, "root.crl"), file_join(f->pki.crls, "ca.crl")};
	struct buf b GW_CLEANUP(buf_release) = BUF_INIT(65536);
	assert_int_equal(file_mkdirs(roots, 0700, NULL), 0);
	fixture_copy(root, roots, "root.pem");
	fixture_copy(lists[0], dir, "trust/root.crl");
	fixture_copy(lists[1], dir, "trust/ca.crl");
	free(lists[0]);
	free(lists[1]);
	assert_int_equal(buf_addf(&b,
			     "organisations:\n"
			     "  - oin: \"" OWN "\"\n    name: Een\n    roles: [municipality]\n"
			     "    signing: [{spki: \"%s\", from: 2026-01-01, until: 2027-12-31}]\n",
			     signer_spki(f->own)),
	    0);
	if (with_other)
		assert_int_equal(
		    buf_addf(&b,
			"  - oin: \"" OTHER "\"\n    name: Twee\n    roles: [provider]\n"
			"    signing: [{spki: \"%s\", from: 2026-01-01, until: 2027-12-31}]\n",
			signer_spki(f->other)),
		    0);
	fixture_put(dir, "organisations.yaml", b.data);
	fixture_put(dir, "contracts.yaml", "contracts: []\n");
	return dir;
}

static inline int fixture_begin(void **state)
{
	struct fixture *f = str_alloc(sizeof *f);
	f->pki = pki_new();
	f->own = fixture_signer(&f->pki, "own", OWN);
	f->other = fixture_signer(&f->pki, "other", OTHER);
	f->officer = fixture_signer(&f->pki, "officer", "");
	f->stranger = fixture_signer(&f->pki, "stranger", OTHER); /* not pinned */
	*state = f;
	return 0;
}

static inline int fixture_end(void **state)
{
	struct fixture *f = *state;
	signer_free(f->own);
	signer_free(f->other);
	signer_free(f->officer);
	signer_free(f->stranger);
	pki_free(&f->pki);
	free(f);
	return 0;
}

static inline int fixture_fresh(void **state)
{
	struct fixture *f = *state;
	f->dir = fixture_registry(f, true);
	return 0;
}

static inline int fixture_done(void **state)
{
	struct fixture *f = *state;
	test_rmdir(&f->dir);
	return 0;
}

/* Put a key statement into dir; its SHA-256 goes to ret (may be NULL). */
static inline void fixture_key(const char *dir, const struct signer *by, const char *recipient,
    enum key_use use, const char *from, const char *until, const char *supersedes,
    char ret[HASH_HEX])
{
	struct buf json GW_CLEANUP(buf_release) = BUF_INIT(STATEMENT_MAX);
	struct buf p7s GW_CLEANUP(buf_release) = BUF_INIT(CADES_MAX);
	struct errinfo ei = ERRINFO_INIT;
	json_t *m GW_CLEANUP(jx_release) =
	    key_members(recipient, use, fixture_day(from), fixture_day(until), supersedes);
	test_code(
	    statement_sign(by, "key", NULL, "checkpoint\n", PKI_NOW, m, &json, &p7s, &ei), 0, &ei);
	test_code(key_store(dir, &json, &p7s, &ei), 0, &ei);
	if (ret)
		hash_sha256_hex(json.data, json.len, ret);
}

/* Put an acceptance by `by` of the text `policy` under a baseline (NULL: none) into dir. */
static inline void fixture_acceptance_under(const char *dir, const struct signer *by,
    const char *sender, const char *contract, const char *policy, const char *under,
    const char *until, char ret[HASH_HEX])
{
	struct buf text GW_CLEANUP(buf_release) = BUF_INIT(4096);
	struct buf catalogue GW_CLEANUP(buf_release) = BUF_INIT(4096);
	struct buf baseline GW_CLEANUP(buf_release) = BUF_INIT(4096);
	struct buf json GW_CLEANUP(buf_release) = BUF_INIT(STATEMENT_MAX);
	struct buf p7s GW_CLEANUP(buf_release) = BUF_INIT(CADES_MAX);
	struct errinfo ei = ERRINFO_INIT;
	const struct acceptance_terms t = {
	    .controller = OWN,
	    .contract = contract,
	    .policy = "overdracht",
	    .meaning = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
	    .senders = &sender,
	    .senders_n = 1,
	    .version = 3,
	    .until = fixture_day(until),
	    .policy_bytes = &text,
	    .catalogue_bytes = &catalogue,
	    .baseline_bytes = &baseline,
	};
	assert_int_equal(buf_adds(&text, policy), 0);
	assert_int_equal(buf_adds(&catalogue, "catalogue: 1\n"), 0);
	assert_int_equal(buf_adds(&baseline, under ? under : ""), 0);
	json_t *m GW_CLEANUP(jx_release) = acceptance_members(&t);
	test_code(
	    statement_sign(by, "acceptance", sender, "checkpoint\n", PKI_NOW, m, &json, &p7s, &ei),
	    0, &ei);
	test_code(acceptance_store(dir, &t, &json, &p7s, &ei), 0, &ei);
	if (ret)
		hash_sha256_hex(json.data, json.len, ret);
}

/* The same under a baseline of one line. */
static inline void fixture_acceptance(const char *dir, const struct signer *by, const char *sender,
    const char *contract, const char *policy, const char *until, char ret[HASH_HEX])
{
	fixture_acceptance_under(dir, by, sender, contract, policy, "baseline: 1\n", until, ret);
}

/* Read the registry at dir without a look at its signature. */
static inline struct registry *fixture_read(const char *dir)
{
	struct registry *r = NULL;
	struct errinfo ei = ERRINFO_INIT;
	test_code(registry_read(dir, PKI_NOW, &r, &ei), 0, &ei);
	return r;
}

#endif
