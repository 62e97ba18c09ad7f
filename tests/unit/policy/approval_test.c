/* SPDX-License-Identifier: EUPL-1.2 */
/* A policy runs only with the signatures of all its roles, by officers of the controller. */
#include "policy/approval.h"

#include "registry/organisation.h"
#include "sign/cades.h"
#include "sign/signer.h"
#include "tests/support/pki.h"
#include "tests/unit/policy/policies.h"

struct scene {
	struct pki pki;
	struct trust *trust;
	struct signer *fg, *manager, *stranger;
	struct organisation controller;
	struct policy *p;
	char *text;
};

static struct signer *officer(struct scene *s, const char *name)
{
	struct signer *out = NULL;
	struct errinfo ei = ERRINFO_INIT;
	pki_files(&s->pki, name, &(struct pki_spec){.oin = "", .name = name});
	test_code(signer_load(
		      pki_path(&s->pki, name, ".pem"), pki_path(&s->pki, name, ".key"), &out, &ei),
	    0, &ei);
	return out;
}

static int setup(void **state)
{
	struct scene *s = str_alloc(sizeof *s);
	struct errinfo ei = ERRINFO_INIT;
	s->pki = pki_new();
	s->fg = officer(s, "fg");
	s->manager = officer(s, "manager");
	s->stranger = officer(s, "stranger");
	test_code(trust_load(s->pki.roots, s->pki.crls, &s->trust, &ei), 0, &ei);
	(void)snprintf(s->controller.oin, sizeof s->controller.oin, "%s", PKI_OIN);
	organisation_add_officer(&s->controller, "fg", signer_spki(s->fg));
	organisation_add_officer(&s->controller, "contractmanager", signer_spki(s->manager));
	s->text = slurp(END_CONTRACT);
	s->p = load(s->text, NULL);
	*state = s;
	return 0;
}

static int teardown(void **state)
{
	struct scene *s = *state;
	for (size_t i = 0; i < s->controller.officers_n; i++)
		free(s->controller.officers[i].role);
	free(s->controller.officers);
	signer_free(s->fg);
	signer_free(s->manager);
	signer_free(s->stranger);
	trust_free(s->trust);
	pki_free(&s->pki);
	policy_free(s->p);
	free(s->text);
	free(s);
	return 0;
}

/* Sign with each of the signers in turn (NULL-ended) and verify. */
static int verify(const struct scene *s, struct signer *const *by, struct errinfo *ei)
{
	struct buf der GW_CLEANUP(buf_release) = BUF_INIT(CADES_MAX);
	size_t n = strlen(s->text);
	for (; *by; by++) {
		struct buf next GW_CLEANUP(buf_release) = BUF_INIT(CADES_MAX);
		int r = der.len ? cades_add(*by, der.data, der.len, s->text, n, PKI_NOW, &next, ei)
				: cades_sign(*by, s->text, n, PKI_NOW, &next, ei);
		test_code(r, 0, ei);
		buf_clear(&der);
		assert_int_equal(buf_add(&der, next.data, next.len), 0);
	}
	return policy_verify_approval(
	    s->p, s->text, n, der.data, der.len, s->trust, &s->controller, PKI_NOW, ei);
}

static void all_roles_have_to_sign(void **state)
{
	struct scene *s = *state;
	struct errinfo ei = ERRINFO_INIT;
	test_code(verify(s, (struct signer *[]){s->fg, s->manager, NULL}, &ei), 0, &ei);
	test_code(verify(s, (struct signer *[]){s->manager, s->fg, NULL}, &ei), 0, &ei);
	test_code(verify(s, (struct signer *[]){s->fg, NULL}, &ei), GW_EREFUSED, &ei);
	assert_non_null(strstr(ei.msg, "'contractmanager'"));
	test_code(verify(s, (struct signer *[]){NULL}, &ei), GW_EREFUSED, &ei);
}

static void strangers_spoil_it(void **state)
{
	struct scene *s = *state;
	struct errinfo ei = ERRINFO_INIT;
	test_code(verify(s, (struct signer *[]){s->fg, s->manager, s->stranger, NULL}, &ei),
	    GW_EAUTH, &ei);
	test_code(verify(s, (struct signer *[]){s->stranger, NULL}, &ei), GW_EAUTH, &ei);
}

static void the_text_is_what_was_signed(void **state)
{
	struct scene *s = *state;
	struct buf der GW_CLEANUP(buf_release) = BUF_INIT(CADES_MAX);
	struct errinfo ei = ERRINFO_INIT;
	char *other GW_CLEANUP(str_free_p) = with(s->text, "total_mb: 60", "total_mb: 61");
	struct policy *q GW_CLEANUP(policy_free_p) = load(other, &ei);
	test_code(cades_sign(s->fg, s->text, strlen(s->text), PKI_NOW, &der, &ei), 0, &ei);
	test_code(policy_verify_approval(q, other, strlen(other), der.data, der.len, s->trust,
		      &s->controller, PKI_NOW, &ei),
	    GW_EAUTH, &ei);
	test_code(policy_verify_approval(q, s->text, strlen(s->text), der.data, der.len, s->trust,
		      &s->controller, PKI_NOW, &ei),
	    GW_EAUTH, &ei);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(all_roles_have_to_sign),
	    cmocka_unit_test(strangers_spoil_it),
	    cmocka_unit_test(the_text_is_what_was_signed),
	};
	return cmocka_run_group_tests_name("policy/approval", tests, setup, teardown);
}
