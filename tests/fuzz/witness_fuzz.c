/* SPDX-License-Identifier: EUPL-1.2 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ledger/serve.h"
#include "ledger/witness.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

/* A request to a witness: what is taken as one has an origin, and a note within the body. A tile's
 * path: what is taken has one spelling. */
int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct witness_request q;
	struct ledger_tile t;
	char path[128] = {0}, again[64], index[32];
	const char *body = (const char *)p;
	if (n && witness_parse(body, n, &q, NULL) == 0 &&
	    (!*q.origin || strchr(q.origin, '\n') || q.n > WITNESS_HASHES || q.note < body ||
		q.note + q.note_n != body + n || strncmp(q.note, q.origin, strlen(q.origin)) != 0))
		abort();
	if (n >= sizeof path || memchr(p, 0, n))
		return 0;
	memcpy(path, p, n);
	if (ledger_tile_parse(path, &t, NULL) < 0)
		return 0;
	ledger_tile_index(t.index, index);
	(void)snprintf(again, sizeof again, "%u/%s", t.level, index);
	if (t.width < 256)
		(void)snprintf(
		    again + strlen(again), sizeof again - strlen(again), ".p/%u", t.width);
	if (strcmp(again, path) != 0)
		abort();
	return 0;
}
