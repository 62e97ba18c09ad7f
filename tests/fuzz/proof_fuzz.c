/* SPDX-License-Identifier: EUPL-1.2 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "ledger/checkpoint.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

/* What parses points into the input; and the checks of proofs take any numbers. */
int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct checkpoint_proof pr;
	struct merkle_hash a = {{1}}, b = {{2}};
	if (checkpoint_proof_parse((const char *)p, n, &pr, NULL) < 0)
		return 0;
	if (pr.note + pr.note_n != (const char *)p + n || pr.n > MERKLE_DEPTH + 1)
		abort();
	for (uint64_t size = 0; size < 70; size += 3) {
		if (merkle_check_inclusion(pr.index, size, &a, &b, pr.hashes, pr.n) == 0 ||
		    (pr.index && pr.index != size &&
			merkle_check_consistency(pr.index, size, &a, &b, pr.hashes, pr.n) == 0))
			abort();
	}
	return 0;
}
