/* SPDX-License-Identifier: EUPL-1.2 */
#include "ledger/peerlog.h"

#include <string.h>

bool peerlog_set(
    const char *note, const char *vkey, struct checkpoint *head, struct ledger_record *r)
{
	struct note_key key;
	if (!note || !vkey || note_vkey_parse(vkey, &key, NULL) < 0 ||
	    checkpoint_open(note, strlen(note), &key, head, NULL) < 0)
		return false;
	r->peerlog.o = head->origin;
	r->peerlog.n = head->size;
	r->peerlog.root = head->root.b;
	return true;
}
