/* SPDX-License-Identifier: EUPL-1.2 */
/* ledger: the subcommands of handover ledger that lie in a file of their own. */
#ifndef TOOLS_LEDGER_H
#define TOOLS_LEDGER_H

#include "tools/cli.h"

extern const struct cli_command ledger_cosign;    /* ledger_anchor.c */
extern const struct cli_command ledger_witnessed; /* likewise */
extern const struct cli_command ledger_begin_anew;

#endif
