/* SPDX-License-Identifier: EUPL-1.2 */
/* Any bytes as organisations.yaml, contracts.yaml, an entry in JSON or an export: what passes is
 * written and read back as the same. */
#include <stdint.h>
#include <stdlib.h>

#include "registry/bundle.h"
#include "registry/contract.h"
#include "registry/organisation.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

static void organisations(const uint8_t *p, size_t n)
{
	struct organisations l = {0}, again = {0};
	struct buf text GW_CLEANUP(buf_release) = BUF_INIT(8 << 20);
	struct buf diff GW_CLEANUP(buf_release) = BUF_INIT(8 << 20);
	if (organisations_parse("o", p, n, &l, NULL) < 0)
		return;
	if (l.n) {
		if (buf_adds(&text, "organisations:\n") < 0)
			abort();
		for (size_t i = 0; i < l.n; i++)
			if (organisation_yaml(l.list[i], &text) < 0)
				abort();
		if (organisations_parse("o", text.data, text.len, &again, NULL) < 0 ||
		    again.n != l.n)
			abort();
		for (size_t i = 0; i < l.n; i++)
			if (organisation_diff(l.list[i], again.list[i], &diff) < 0 || diff.len)
				abort();
	}
	organisations_release(&l);
	organisations_release(&again);
}

static void contracts(const uint8_t *p, size_t n)
{
	struct contracts l = {0}, again = {0};
	struct buf text GW_CLEANUP(buf_release) = BUF_INIT(8 << 20);
	if (contracts_parse("c", p, n, &l, NULL) < 0)
		return;
	if (l.n) {
		if (buf_adds(&text, "contracts:\n") < 0)
			abort();
		for (size_t i = 0; i < l.n; i++)
			if (contract_yaml(&l.list[i], &text) < 0)
				abort();
		if (contracts_parse("c", text.data, text.len, &again, NULL) < 0 || again.n != l.n)
			abort();
	}
	contracts_release(&l);
	contracts_release(&again);
}

static void entry(const uint8_t *p, size_t n)
{
	json_t *j GW_CLEANUP(jx_release) = NULL;
	struct organisation *o GW_CLEANUP(organisation_free_p) = NULL;
	struct organisation *again GW_CLEANUP(organisation_free_p) = NULL;
	struct buf diff GW_CLEANUP(buf_release) = BUF_INIT(8 << 20);
	if (jx_parse("e", p, n, &JX_SMALL, &j, NULL) < 0 || organisation_from_json(j, &o, NULL) < 0)
		return;
	json_t *out GW_CLEANUP(jx_release) = organisation_json(o);
	if (organisation_from_json(out, &again, NULL) < 0 ||
	    organisation_diff(o, again, &diff) < 0 || diff.len)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct bundle b = {0};
	if (n == 0)
		return 0;
	switch (*p) {
	case 'o':
		organisations(p, n);
		break;
	case 'c':
		contracts(p, n);
		break;
	case '{':
		entry(p, n);
		break;
	default:
		if (bundle_read("b", p + 1, n - 1, NULL, 0, &b, NULL) == 0)
			abort(); /* without a root nothing verifies */
	}
	return 0;
}
