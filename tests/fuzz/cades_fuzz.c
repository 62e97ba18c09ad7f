/* SPDX-License-Identifier: EUPL-1.2 */
/* Any bytes as a signature file: the reader neither crashes nor, without a root, ever says good. */
#include <stdint.h>
#include <stdlib.h>

#include <openssl/cms.h>

#include "sign/cades.h"
#include "sign/cades_impl.h"
#include "tests/support/pki.h"

/* A trust whose root signed nothing in the corpus; its folder goes as soon as it is read. */
static struct trust *trust_of_nobody(void)
{
	static struct trust *t;
	if (t)
		return t;
	struct errinfo ei = ERRINFO_INIT;
	struct pki pki = pki_new();
	PKI_MUST(trust_load(pki.roots, pki.crls, &t, &ei) == 0);
	pki_free(&pki);
	return t;
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct errinfo ei = ERRINFO_INIT;
	CMS_ContentInfo *cms = NULL;
	struct cert_facts f;
	int r = cades_parse(p, n, &cms, &ei);
	if (r < 0)
		return 0;
	struct cades_signer by[CADES_SIGNERS];
	size_t signers;
	if (cades_verify(trust_of_nobody(), p, n, "hello", 5, PKI_NOW, PKI_NOW, by, CADES_SIGNERS,
		&signers, &ei) == 0)
		abort();
	/* the corpus is signed over nothing like this */
	if (cades_check_content(cms, p, n, &ei) == 0)
		abort();
	STACK_OF(X509) *certs GW_CLEANUP(cert_stack_free_p) = CMS_get1_certs(cms);
	for (int i = 0; i < sk_X509_num(certs); i++) {
		X509 *x = sk_X509_value(certs, i);
		if (cert_facts(x, &f, &ei) == 0 && f.oin[0] && f.oin[20])
			abort();
		r = cert_may_sign(x, &ei);
		r += cert_may_issue(x, &ei);
	}
	CMS_ContentInfo_free(cms);
	return 0;
}
