/* SPDX-License-Identifier: EUPL-1.2 */
#include "policy/approval.h"

#include <stdio.h>

#include "base/file.h"
#include "base/hash.h"
#include "base/str.h"
#include "registry/organisation.h"
#include "sign/cades.h"
#include "sign/trust.h"

static bool is_officer(const struct organisation *o, const char *spki, const char *role)
{
	for (size_t i = 0; i < o->officers_n; i++)
		if (str_eq(o->officers[i].spki, spki) &&
		    (!role || str_eq(o->officers[i].role, role)))
			return true;
	return false;
}

int policy_verify_approval(const struct policy *p, const void *text, size_t n, const void *p7s,
    size_t p7s_n, const struct trust *trust, const struct organisation *controller, int64_t at_ms,
    struct errinfo *ei)
{
	struct cades_signer by[CADES_SIGNERS];
	char sha256[HASH_HEX];
	size_t by_n = 0;
	hash_sha256_hex(text, n, sha256);
	if (!str_eq(sha256, p->sha256))
		return err_set(ei, GW_EAUTH, "policy '%s' is not the text that is shown", p->id);
	if (!p7s_n)
		return err_set(ei, GW_EREFUSED,
		    "policy '%s' is not signed: `handover policy sign` it as the roles that it "
		    "names",
		    p->id);
	int r =
	    cades_verify(trust, p7s, p7s_n, text, n, at_ms, at_ms, by, GW_LENGTH(by), &by_n, ei);
	if (r == GW_EAUTH && !cades_covers(p7s, p7s_n, text, n))
		return err_set(ei, GW_EAUTH,
		    "policy '%s' was changed after it was signed: remove %s.p7s and have it signed "
		    "again",
		    p->id, file_base(p->file));
	if (r < 0) {
		char what[100];
		(void)snprintf(what, sizeof what, "policy '%.64s'", p->id);
		return err_prefix(ei, r, what);
	}
	for (size_t i = 0; i < by_n; i++)
		if (!is_officer(controller, by[i].spki, NULL))
			return err_set(ei, GW_EAUTH,
			    "policy '%s' is signed by somebody who is no officer of the controller "
			    "%s: take %s.p7s away and have it signed again",
			    p->id, controller->oin, file_base(p->file));
	for (size_t k = 0; k < p->approved_n; k++) {
		bool found = false;
		for (size_t i = 0; i < by_n; i++)
			found |= is_officer(controller, by[i].spki, p->approved[k].role);
		if (!found)
			return err_set(ei, GW_EREFUSED,
			    "policy '%s' is not signed by the role '%s' of the controller %s",
			    p->id, p->approved[k].role, controller->oin);
	}
	return 0;
}
