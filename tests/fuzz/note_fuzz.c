/* SPDX-License-Identifier: EUPL-1.2 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "ledger/note.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

/* A verifier key on the first line, a note behind it: whatever verifies must have a known key. */
int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct note_key key;
	struct note_seen seen[NOTE_SIGNATURES];
	char vkey[512] = {0};
	size_t text_n = 0, seen_n = 0;
	const uint8_t *nl = n ? memchr(p, '\n', n) : NULL;
	size_t line = nl ? (size_t)(nl - p) : 0;
	if (!nl || line >= sizeof vkey)
		return 0;
	memcpy(vkey, p, line);
	if (note_vkey_parse(vkey, &key, NULL) < 0)
		return 0;
	struct buf b GW_CLEANUP(buf_release) = BUF_INIT(1024);
	if (note_vkey(&key, &b) < 0 || strcmp(b.data, vkey) != 0)
		abort();
	if (note_verify(
		(const char *)nl + 1, n - line - 1, &key, 1, &text_n, seen, &seen_n, NULL) == 0 &&
	    (seen_n == 0 || seen[0].key != &key || text_n >= n))
		abort();
	return 0;
}
