/* SPDX-License-Identifier: EUPL-1.2 */
/* items: how seal and open report each dossier or package of a run, for people and as --json. */
#ifndef TOOLS_ITEMS_H
#define TOOLS_ITEMS_H

#include <signal.h>

#include "tools/cli.h"
#include "tools/progress.h"
#include "transfer/transfer.h"

struct items {
	const struct cli *cli;
	const char *noun,
	    *done; /* of the operand in --json ("dossier"), what was done ("sealed") */
	struct progress progress;
	int exit; /* the highest so far */
};

/* From now on the first SIGINT or SIGTERM sets what is returned (for `stop` of a request), so that
 * a run ends in good order; a second one ends the program at once. */
const volatile sig_atomic_t *items_watch(void);

/* A transfer_done; arg is a struct items. Facts go to standard output, failures to standard error;
 * with --json every item is a line on standard output, failures too. */
void items_tell(void *arg, const struct transfer_item *item);

/* Say on standard error why an item failed; the path is put before a message that lacks it. */
void items_fail(const char *path, int code, const struct errinfo *ei);

#endif
