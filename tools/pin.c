/* SPDX-License-Identifier: EUPL-1.2 */
#include "tools/pin.h"

#include <string.h>

#include "base/str.h"
#include "sign/cert.h"

int pin_read(const char *given, char out[SPKI_TEXT], struct errinfo *ei)
{
	STACK_OF(X509) *certs GW_CLEANUP(cert_stack_free_p) = NULL;
	struct cert_facts facts;
	if (str_starts(given, "sha256:")) {
		if (!spki_valid(given))
			return err_set(
			    ei, GW_EUSAGE, "a pin is \"sha256:\" and 64 lower-case hex digits");
		memcpy(out, given, SPKI_TEXT);
		return 0;
	}
	int r = cert_read_pem(given, &certs, ei);
	if (r == 0)
		r = cert_facts(sk_X509_value(certs, 0), &facts, ei);
	if (r == 0)
		memcpy(out, facts.spki, SPKI_TEXT);
	return r;
}
